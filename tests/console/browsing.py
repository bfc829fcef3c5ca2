"""What tests do in a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import Server

# Nothing takes longer: a bound that only a fault reaches, on a busy machine too.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
# A page may ask who is logged in, and is told that nobody is.
EXPECTED_ERRORS = ("/api/v1/users/me",)


@contextmanager
def visiting(browser: Browser, server: Server, *refused: str, **options: Any) -> Iterator[Page]:
    """A page of a browser that has never been here. Nothing may go wrong on it, but for what is `refused` on purpose."""
    context: BrowserContext = browser.new_context(base_url=server.url, **{"locale": "en-US", **options})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def heard(message: Any) -> None:
        place = message.location.get("url", "")
        if message.type == "error" and not place.endswith(EXPECTED_ERRORS + refused):
            wrong.append(f"{message.text} at {place}")

    page.on("console", heard)
    try:
        yield page
    finally:
        context.close()
    assert wrong == []


def settle(page: Page) -> None:
    """Waits until every element of ours is what it is, and knows that nobody is logged in."""
    page.evaluate("""async () => {
        const waiting = [...document.querySelectorAll(':not(:defined)')].map((one) => customElements.whenDefined(one.localName));
        await Promise.all(waiting);
        await fetch('/api/v1/users/me');
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }""")


def until(page: Page, expression: str) -> None:
    """Looks until it holds. The page's policy runs no text as a script, so the page cannot look by itself."""
    for _ in range(PATIENCE_MS // 50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never: {expression}")


def come_in(page: Page, token: str) -> None:
    """With a token alone."""
    page.get_by_label("Or go on with a token alone").fill(token)
    page.get_by_role("button", name="Use it").click()
