"""From the start page to a token, in a real browser: register, acquire, use, revoke."""

from collections.abc import Iterator

import pytest
import requests
from browsing import visiting
from playwright.sync_api import Browser, Page, expect
from serving import REHEARSED, Server, serving

PASSWORD = "a long enough password"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("account"), **REHEARSED, BACKLINE_ACCOUNTS__FREE_QUOTA="3") as running:
        yield running


def register(page: Page, email: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.locator("account-corner")).to_contain_text(email)


def test_somebody_registers_and_logs_out_and_in(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "/api/v1/session") as page:
        register(page, "comes@example.com")
        (session,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "backline_session"]
        assert session["httpOnly"] and session["sameSite"] == "Lax"
        page.get_by_role("button", name="Log out").click()
        page.get_by_role("link", name="Log in").click()
        page.get_by_label("E-mail address").fill("comes@example.com")
        page.get_by_label("Password").fill("another password")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("account-corner")).to_contain_text("comes@example.com")
        again = [cookie for cookie in page.context.cookies() if cookie["name"] == "backline_session"]
        assert again[0]["value"] != session["value"], "a new session for each log-in"


def test_from_the_start_page_to_a_song_and_a_token_that_is_revoked(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "/producer/audios") as page:
        register(page, "buys@example.com")
        page.get_by_role("button", name="Acquire").click()
        expect(page.locator(".figure")).to_contain_text("3 credits left")
        page.get_by_role("link", name="Make a song").click()
        page.locator("#prompt").fill("a slow waltz")
        page.get_by_role("button", name="Make the song").click()
        take = page.locator("studio-take")
        take.get_by_role("button", name="Play").click()
        expect(take.get_by_role("button", name="Pause")).to_be_visible()

        page.get_by_role("link", name="Credentials").click()
        page.locator("#name").fill("my program")
        page.get_by_role("button", name="Create").click()
        expect(page.locator(".fresh .token")).to_be_visible()
        token = page.locator(".fresh .token").inner_text()
        row = page.locator("tbody tr").filter(has_text="my program")
        expect(row).to_contain_text(token[-4:])
        page.reload()
        expect(row).to_be_visible()
        assert token not in page.content(), "a token is shown once"

        def ask() -> int:
            body = {"action": "retrieve_batch"}
            headers = {"authorization": f"Bearer {token}"}
            return requests.post(f"{server.url}/producer/tasks", json=body, headers=headers, timeout=30).status_code

        assert ask() == 200
        row.get_by_role("button", name="Revoke").click()
        row.get_by_role("button", name="Revoke for good?").click()
        expect(row).to_have_count(0)
        assert ask() == 401

        page.get_by_role("link", name="Usage").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator(".figures")).to_contain_text("1 credits")
        expect(page.locator(".chart rect")).to_have_count(1)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Save as CSV").click()
        assert saved.value.path().read_text().startswith("day,api_id,type,ordered")

        page.goto("/console/apis/audios")
        for _ in range(2):
            page.get_by_role("button", name="Try it").click()
            expect(page.locator(".status-line strong")).to_have_text("200")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator(".status-line strong")).to_have_text("403")
        expect(page.locator(".result .wrong")).to_contain_text("balance is not sufficient")


def test_an_operator_invites_and_switches_off(browser: Browser, server: Server) -> None:
    """The first user of this server is the one that the first test registered."""
    with visiting(browser, server) as page:
        page.goto("/console/log-in")
        page.get_by_label("E-mail address").fill("comes@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name="Operator").click()
        page.get_by_role("button", name="Make an invitation").click()
        expect(page.locator(".fresh .token")).to_contain_text("register#")
        row = page.locator("tbody tr").filter(has_text="buys@example.com")
        row.get_by_role("button", name="Switch off").click()
        expect(row).to_contain_text("switched off")
    with visiting(browser, server, "/api/v1/session") as page:
        page.goto("/console/log-in")
        page.get_by_label("E-mail address").fill("buys@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_password_is_changed_and_the_old_one_refused(browser: Browser, server: Server) -> None:
    with visiting(browser, server, "/api/v1/session") as page:
        register(page, "changes@example.com")
        page.get_by_role("link", name="changes@example.com").click()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label("New password").fill("quite another one")
        page.get_by_role("button", name="Change it").click()
        expect(page.locator(".right")).to_contain_text("The password is changed")
        page.get_by_role("button", name="Log out").click()
        page.get_by_role("link", name="Log in").click()
        page.get_by_label("E-mail address").fill("changes@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Password").fill("quite another one")
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("account-corner")).to_contain_text("changes@example.com")
