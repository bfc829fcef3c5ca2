"""The console in a real browser: what people do from the start page to a song that plays."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from browsing import come_in, settle, until, visiting
from playwright.sync_api import Browser, expect
from serving import REHEARSED, Server, serving

MOST_BYTES = 300_000
PAGES = [
    "",
    "apis/audios",
    "apis/tasks",
    "apis/events",
    "tasks",
    "studio",
    "credentials",
    "callbacks",
    "usage",
    "operator",
    "log-in",
    "register",
    "reset",
    "password",
]
HOSTILE = "\"'><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"



@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    slow = '[{prompt="slow", script="latency=60s, progress=10%/50%/90%"}, {prompt="broken", script="fail=api_error"}]'
    with serving(tmp_path_factory.mktemp("browser"), **REHEARSED, BACKLINE_ENGINE__SIMULATED__RULES=slow) as running:
        yield running


def order(server: Server, token: str, **body: Any) -> str:
    headers = {"authorization": f"Bearer {token}"}
    answer = requests.post(f"{server.url}/producer/audios", json={"async": True, **body}, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()["task_id"]


def ended(server: Server, token: str, task: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    body = {"action": "retrieve", "id": task, "wait": 30}
    return requests.post(f"{server.url}/producer/tasks", json=body, headers=headers, timeout=40).json()


def test_the_first_page_is_small_and_soon_there(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        began = time.monotonic()
        page.goto("/")
        page.wait_for_load_state("networkidle")
        took = time.monotonic() - began
        timing = "JSON.stringify(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)"
        ready = float(page.evaluate(timing)) / 1000
        print(f"first page: {sum(sizes):.0f} bytes, ready after {ready:.2f} s, quiet after {took:.2f} s")
        assert sum(sizes) <= MOST_BYTES
        assert page.url.endswith("/console/")
        assert page.context.cookies() == [], "no cookie before anybody logs in or chooses a language"


@pytest.mark.parametrize(("language", "scheme"), [("en-US", "light"), ("zh-TW", "dark")])
def test_every_page_suits_screen_readers_and_phones(browser: Browser, server: Server, language: str, scheme: str) -> None:
    phone = {"width": 360, "height": 740}
    with visiting(browser, server, locale=language, color_scheme=scheme, viewport=phone) as page:
        for path in PAGES:
            page.goto(f"/console/{path}")
            settle(page)
            assert page.locator("html").get_attribute("lang") == ("zh-TW" if language == "zh-TW" else "en")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path} is {wide} pixels wider than a phone"
            found = Axe().run(page).response["violations"]
            serious = [one for one in found if one["impact"] in ("serious", "critical")]
            told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in serious]
            assert told == [], f"{path} in {language}, {scheme}"


def test_a_language_is_switched_and_remembered(browser: Browser, server: Server) -> None:
    with visiting(browser, server) as page:
        page.goto("/console/apis/audios")
        page.get_by_role("link", name="正體中文").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("製作或編修歌曲")
        assert page.url.endswith("/console/apis/audios")
        assert [cookie["name"] for cookie in page.context.cookies()] == ["backline_language"]
        page.goto("/console/studio")
        expect(page.locator("html")).to_have_attribute("lang", "zh-TW")


def test_the_code_follows_the_form_and_can_be_tried(browser: Browser, server: Server) -> None:
    token = server.token(email="tries@example.com")
    with visiting(browser, server, "/producer/audios") as page:
        page.goto("/console/apis/audios")
        code = page.locator("pre.code code").first
        expect(code).to_contain_text("Bearer {token}")
        prompt = page.locator("#field-prompt")
        prompt.fill("")
        prompt.press_sequentially("it's 雨 🎵")
        expect(code).to_contain_text("it'\\''s 雨 🎵")
        page.get_by_role("tab", name="Python", exact=True).click()
        expect(code).to_contain_text('"prompt": "it\'s 雨 🎵"')
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Python SDK")).to_have_attribute("aria-selected", "true")
        page.locator("#field-weirdness").fill("0.3")
        expect(code).to_contain_text("weirdness=0.3")
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Try it").click()
        expect(page.locator(".status-line strong")).to_have_text("200")
        page.locator(".result summary").first.click()
        expect(page.locator(".result pre")).to_contain_text("x-trace-id")
        page.locator("#field-weirdness").fill("7")
        page.get_by_role("button", name="Try it").click()
        expect(page.locator(".status-line strong")).to_have_text("400")
        expect(page.locator(".result .wrong")).to_contain_text("`weirdness` is 7")
        assert token not in page.url


def test_a_song_plays_and_can_be_sought(browser: Browser, server: Server) -> None:
    token = server.token(email="plays@example.com")
    task = order(server, token, lyric="[Verse]\nRain on the roof\n[Chorus]\nSing", custom=True, title="Rain")
    ended(server, token, task)
    with visiting(browser, server) as page:
        page.goto(f"/console/tasks/{task}")
        come_in(page, token)
        expect(page.get_by_role("heading", level=1)).to_have_text("Rain")
        page.get_by_role("button", name="Play").click()
        until(page, "document.querySelector('audio').currentTime > 0.2")
        until(page, "document.querySelector('audio').ended")
        page.get_by_role("slider", name="Position in the song").press("Home")
        until(page, "document.querySelector('audio').currentTime === 0")
        expect(page.get_by_role("link", name="Song (AAC)")).to_have_attribute("href", f"{_local(server, token, task)}")
        expect(page.locator("[data-part=request]")).to_contain_text("Rain on the roof")


def _local(server: Server, token: str, task: str) -> str:
    return ended(server, token, task)["response"]["data"][0]["audio_url"].removeprefix(server.url)


def test_the_list_of_tasks_lives_and_filters(browser: Browser, server: Server) -> None:
    token = server.token(email="lists@example.com")
    first = order(server, token, prompt="an early song")
    ended(server, token, first)
    with visiting(browser, server) as page:
        page.goto("/console/tasks")
        come_in(page, token)
        rows = page.locator(".rows li")
        expect(rows).to_have_count(1)
        order(server, token, prompt="a late song")
        expect(rows).to_have_count(2)
        expect(rows.filter(has_text="a late song")).to_contain_text("succeeded")
        order(server, token, prompt="broken")
        expect(rows.filter(has_text="failed")).to_have_count(1)
        page.get_by_label("Text").fill("EARLY")
        expect(rows).to_have_count(1)
        page.get_by_label("Text").fill("")
        page.get_by_label("State").select_option("failed")
        expect(rows).to_have_count(1)
        page.get_by_label("State").select_option("")
        page.get_by_label("Kind").select_option("lyrics")
        expect(page.locator(".count")).to_have_text("No task yet.")


def test_a_long_list_keeps_few_rows_in_the_page(browser: Browser, server: Server) -> None:
    server.tell("bench", "fill", "--email", "long@example.com", "--tasks", "2000")
    token = server.token(email="long@example.com")
    # These tasks have no files.
    with visiting(browser, server, ".jpg") as page:
        page.goto("/console/tasks")
        come_in(page, token)
        expect(page.locator(".count")).to_contain_text("2,000")
        for _ in range(12):
            before = page.evaluate("document.body.scrollHeight")
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            until(page, f"document.body.scrollHeight > {before}")
        assert page.evaluate("document.querySelectorAll('.rows li').length") < 80
        assert page.evaluate("document.querySelector('.rows li:last-child').ariaSetSize") == "2000"


def test_a_task_is_cancelled_and_ordered_again(browser: Browser, server: Server) -> None:
    token = server.token(email="cancels@example.com")
    task = order(server, token, prompt="slow")
    with visiting(browser, server) as page:
        page.goto(f"/console/tasks/{task}")
        come_in(page, token)
        expect(page.locator("h1 + .status-line .badge")).to_have_text("at work")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("h1 + .status-line .badge")).to_have_text("cancelled")
        page.get_by_role("button", name="Order again").click()
        expect(page.locator("h1 + .status-line .badge")).to_have_text("at work")
        assert task not in page.url
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("h1 + .status-line .badge")).to_have_text("cancelled")


def test_the_studio_makes_takes_and_goes_on_from_a_stretch(browser: Browser, server: Server) -> None:
    token = server.token(email="studio@example.com")
    with visiting(browser, server) as page:
        page.goto("/console/studio")
        come_in(page, token)
        page.get_by_label("a lyric").check(force=True)
        page.get_by_role("button", name="Verse", exact=True).click()
        page.locator("#lyric").press_sequentially("Rain on the roof")
        page.get_by_role("button", name="Chorus", exact=True).click()
        expect(page.locator("#lyric")).to_have_value("[Verse]\nRain on the roof\n[Chorus]\n")
        page.locator("#takes-wanted").select_option("2")
        page.get_by_role("button", name="Make the song").click()
        takes = page.locator("studio-take")
        expect(takes).to_have_count(2)
        expect(takes.locator("canvas")).to_have_count(2)
        take = takes.first
        take.get_by_label("Start of the stretch").fill("0.2")
        take.get_by_label("End of the stretch").fill("0.6")
        take.get_by_role("button", name="Make this stretch anew").click()
        expect(takes).to_have_count(3)
        expect(takes.first.locator("canvas")).to_have_count(1)
    newest = requests.post(
        f"{server.url}/producer/tasks",
        json={"action": "retrieve_batch", "limit": 1},
        headers={"authorization": f"Bearer {token}"},
        timeout=30,
    ).json()["items"][0]
    sent = newest["request"]
    assert (sent["action"], sent["replace_section_start"], sent["replace_section_end"]) == ("replace_section", 0.2, 0.6)


@contextmanager
def receiver(status: int) -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(HOSTILE.encode())

        def log_message(self, *_: Any) -> None:
            pass

    host = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_port}/songs"
    host.shutdown()


def test_a_callback_is_told_and_sent_again(browser: Browser, server: Server) -> None:
    token = server.token(email="callbacks@example.com")
    with receiver(200) as url, visiting(browser, server) as page:
        task = order(server, token, prompt="call me", callback_url=url)
        page.goto(f"/console/tasks/{task}")
        come_in(page, token)
        until(page, "document.querySelector('.badge.succeeded') !== null")
        page.goto("/console/callbacks")
        come_in(page, token)
        row = page.locator("tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("delivered")
        row.get_by_role("button", name="Send again").click()
        expect(page.locator("#notices")).to_contain_text("It is sent again.")
        page.goto(f"/console/tasks/{task}")
        come_in(page, token)
        expect(page.locator(".timeline")).to_contain_text("Callback: 200")
        expect(page.locator(".timeline")).to_contain_text(HOSTILE[:20])


def test_nothing_that_somebody_wrote_becomes_markup(browser: Browser, server: Server) -> None:
    token = server.token(email="hostile@example.com")
    body = {"title": HOSTILE, "prompt": HOSTILE, "lyric": f"[Verse]\n{HOSTILE}", "custom": True, HOSTILE: HOSTILE}
    task = order(server, token, **body)
    ended(server, token, task)
    with visiting(browser, server) as page:
        for path in ["tasks", f"tasks/{task}", "callbacks"]:
            page.goto(f"/console/{path}")
            come_in(page, token)
            expect(page.locator("main")).to_contain_text(HOSTILE[:20] if "tasks" in path else "There are none.")
            assert page.locator("main img[src=x], main script").count() == 0
            assert "owned" not in page.title().replace(HOSTILE, "")
        page.goto(f"/console/tasks/{task}")
        come_in(page, token)
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
