"""The code that the console shows is run as it is printed: whatever is typed into the form arrives as it was typed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from serving import Server

PRINTER = Path(__file__).with_name("print_code.mjs")
PATIENCE_SECONDS = 120

# What languages treat in ways of their own: quotes of every kind, marks of variables, escapes, line ends, marks of
# comments and of texts that go over lines, emoji, Chinese, characters that nobody sees.
NASTY = (
    "It's \"quoted\" `so` \\n \\u0041 $HOME ${HOME} #{1+1} %s {0} <b>&amp;</b> // # -- \n"
    "'@\n\"\"\"\n'''\nEOF\n\t中文「引號」，標點。🎵👩‍🎤 é e\u0301 \u2028 \u202e \ufeff \u0001 \x7f end "
)
ORDER = {
    "prompt": NASTY,
    "title": "歌 \"$1\" '#{x}'",
    "lyric": "",
    "action": "generate",
    "weirdness": 0.25,
    "instrumental": True,
    "async": True,
    "seed": "42",
    "style": "",
    "x_list": ["a'b", [], {}],
    "x_nothing": None,
    "x_whole": 1234567890123,
}

RUN = {
    "curl": ("code.sh", ["bash", "code.sh"]),
    "python": ("code.py", [sys.executable, "code.py"]),
    "python-sdk": ("code.py", [sys.executable, "code.py"]),
    "javascript": ("code.mjs", ["node", "code.mjs"]),
    "go": ("code.go", ["go", "run", "code.go"]),
    "java": ("Main.java", ["java", "-Dfile.encoding=UTF-8", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "Main.java"]),
    "php": ("code.php", ["php", "code.php"]),
    "ruby": ("code.rb", ["ruby", "code.rb"]),
}


def printed(language: str, request: dict[str, Any]) -> str:
    command = ["node", str(PRINTER), language]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=True, timeout=30)
    return done.stdout


def run(language: str, request: dict[str, Any], folder: Path) -> str:
    name, command = RUN[language]
    assert shutil.which(command[0]), f"{command[0]} is not installed: ./test needs"
    (folder / name).write_text(printed(language, request))
    cache = {"GOCACHE": str(Path.home() / ".cache" / "go-build"), "GOFLAGS": "-mod=mod", "GO111MODULE": "off"}
    environment = {**os.environ, **cache, "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout


def newest(server: Server, token: str) -> dict[str, Any]:
    headers = {"authorization": f"Bearer {token}"}
    body = {"action": "retrieve_batch", "limit": 1}
    answer = requests.post(f"{server.url}/producer/tasks", json=body, headers=headers, timeout=30)
    return answer.json()["items"][0]


@pytest.mark.parametrize("language", [language for language in RUN if language != "python-sdk"])
def test_an_order_arrives_as_it_was_typed(rehearsal: Server, tmp_path: Path, language: str) -> None:
    token = rehearsal.token(email=f"{language}@example.com")
    headers = {"Idempotency-Key": "it's-\"$1\""}
    request = {
        "operation": "audios",
        "method": "POST",
        "origin": rehearsal.url,
        "path": "/producer/audios",
        "token": token,
        "headers": headers,
        "body": ORDER,
    }
    said = run(language, request, tmp_path)
    assert "200" in said.splitlines()[0] or language == "curl", said
    assert newest(rehearsal, token)["request"] == ORDER
    again = run(language, request, tmp_path)
    task = newest(rehearsal, token)["id"]
    assert task in said and task in again, "the header arrived too: both are one task"


def test_the_official_client_orders_what_was_typed(rehearsal: Server, tmp_path: Path) -> None:
    token = rehearsal.token(email="sdk@example.com")
    body = {key: value for key, value in ORDER.items() if not key.startswith("x_")}
    place = {"origin": rehearsal.url, "method": "POST", "token": token, "headers": {}}
    for is_async in (True, False):
        order = {**body, "async": is_async}
        said = run("python-sdk", {**place, "operation": "audios", "path": "/producer/audios", "body": order}, tmp_path)
        sent = newest(rehearsal, token)
        assert {key: sent["request"][key] for key in order} == order
        assert "succeeded" in said
    task = newest(rehearsal, token)["id"]
    asked = {**place, "operation": "tasks", "path": "/producer/tasks", "body": {"action": "retrieve", "id": task}}
    assert task in run("python-sdk", asked, tmp_path)
    words = {**place, "operation": "lyrics", "path": "/producer/lyrics", "body": {"prompt": NASTY, "async": True}}
    run("python-sdk", words, tmp_path)
    assert newest(rehearsal, token)["request"] == words["body"]
    batch = {"action": "retrieve_batch", "ids": [task]}
    assert printed("python-sdk", {**asked, "body": batch}) == "", "no method of the SDK does this"


@pytest.mark.parametrize("language", [language for language in RUN if language != "python-sdk"])
def test_a_request_without_a_body_works_too(rehearsal: Server, tmp_path: Path, language: str) -> None:
    token = rehearsal.token(email=f"{language}@example.com")
    request = {
        "operation": "events",
        "method": "GET",
        "origin": rehearsal.url,
        "path": "/producer/events?after=0&limit=1",
        "token": token,
        "headers": {},
    }
    assert '"items":[' in run(language, request, tmp_path)


def test_every_language_writes_a_program(rehearsal: Server) -> None:
    request = {"operation": "audios", "method": "POST", "origin": "https://example.com", "path": "/producer/audios"}
    others = ["csharp", "rust", "swift", "kotlin", "powershell"]
    for language in [*RUN, *others]:
        code = printed(language, {**request, "token": "{token}", "headers": {}, "body": ORDER})
        assert "https://example.com" in code and "{token}" in code, language
