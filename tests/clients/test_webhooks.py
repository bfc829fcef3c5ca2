"""Callbacks of a real server, verified by the official library of Standard Webhooks."""

import queue
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from serving import ROOT
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PATIENCE_SECONDS = 120
WHOSE = ("--application", "signed", "--email", "hooks@example.com")
Call = tuple[bytes, dict[str, str]]


@pytest.fixture
def calls() -> Iterator[tuple[str, "queue.Queue[Call]"]]:
    """Where callbacks go to, and what has arrived there."""
    arrived: queue.Queue[Call] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.put((self.rfile.read(int(self.headers["content-length"])), dict(self.headers)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    listener = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listener.server_port}/hook", arrived
    listener.shutdown()


def called_back(server: Any, calls: tuple[str, "queue.Queue[Call]"]) -> Call:
    """Orders a song, and waits for its callback."""
    token = server.token(WHOSE[0], WHOSE[1], email=WHOSE[3])
    order = {"prompt": "a short waltz", "instrumental": True, "callback_url": calls[0]}
    answer = httpx.post(
        f"{server.url}/producer/audios", json=order, headers={"authorization": f"Bearer {token}"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    body, headers = calls[1].get(timeout=PATIENCE_SECONDS)
    assert headers["webhook-id"] == f"msg_{answer.json()['task_id']}"
    return body, headers


def test_the_official_verifier_accepts_a_callback_and_refuses_a_changed_one(server: Any, calls: Any) -> None:
    body, headers = called_back(server, calls)
    secret = server.tell("webhook-secret", "show", *WHOSE)
    assert Webhook(secret).verify(body, headers)["success"] is True
    for changed in (body.replace(b"waltz", b"polka"), body + b" "):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(changed, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 43 + "=").verify(body, headers)


def test_during_an_overlap_either_secret_verifies(server: Any, calls: Any) -> None:
    called_back(server, calls)
    old = server.tell("webhook-secret", "show", *WHOSE)
    new = server.tell("webhook-secret", "rotate", *WHOSE)
    assert old != new == server.tell("webhook-secret", "show", *WHOSE)
    body, headers = called_back(server, calls)
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)["success"] is True


def test_the_verification_in_the_readme_works_as_printed(server: Any, calls: Any) -> None:
    readme = (ROOT / "README.md").read_text()
    (program,) = re.findall(r"^```python\n(from standardwebhooks.*?)^```", readme, re.MULTILINE | re.DOTALL)
    body, headers = called_back(server, calls)
    program = program.replace("SECRET", server.tell("webhook-secret", "show", *WHOSE))
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["take"](body, headers)["success"] is True
