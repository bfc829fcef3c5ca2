"""Holds a real server against its own OpenAPI document, with cases that schemathesis draws from it."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import requests
from serving import serving

HERE = Path(__file__).resolve().parent

LEAST_CASES = 2_000
LEAST_EDITS = 50
# Drawn for each operation, beside those that cover its document.
EXAMPLES = 60
# Cases are to be fast: a second of a tone is a song. Nothing is refused for coming too often.
SETTINGS = {
    "BACKLINE_ENGINE__DEFAULT": "simulated",
    "BACKLINE_LIMITS__REQUESTS_PER_SECOND": "0",
    "BACKLINE_LIMITS__ORDERS_IN_FLIGHT": "0",
    "BACKLINE_HTTP__WAIT_LIMIT_SECONDS": "120",
    "BACKLINE_ACCOUNTS__LOGIN_ATTEMPTS": "1000000",
    "BACKLINE_ACCOUNTS__LOGIN_ATTEMPTS_PER_ADDRESS": "1000000",
}


def order(url: str, token: str, path: str, body: dict) -> dict:
    answer = requests.post(f"{url}/producer/{path}", json=body, headers={"authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shared_songs(url: str, token: str) -> dict:
    """Songs and uploads that every case may start from."""
    songs = [order(url, token, "audios", {"prompt": f"song {number}", "seed": number}) for number in range(4)]
    urls = [song["data"][0]["audio_url"] for song in songs]
    uploads = [order(url, token, "upload", {"audio_url": url_of_song}) for url_of_song in urls[:2]]
    return {
        "songs": [song["data"][0]["id"] for song in songs],
        "uploads": [upload["data"]["audio_id"] for upload in uploads],
        "urls": urls,
        "tasks": [made["task_id"] for made in songs + uploads],
        "credentials": credentials(url, token),
    }


def credentials(url: str, token: str) -> list[str]:
    """Those that the cases call with: none of them revokes or rotates one."""
    answer = requests.get(f"{url}/api/v1/credentials/", headers={"authorization": f"Bearer {token}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@dataclass(frozen=True)
class Run:
    status: int
    said: str
    counts: Counter[str]


def schemathesis(url: str, token: str, folder: Path) -> Run:
    figures = folder / "figures.json"
    place = {
        "BACKLINE_CONTRACT_SONGS": str(folder / "songs.json"),
        "BACKLINE_CONTRACT_FIGURES": str(figures),
        "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis"),
    }
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", f"{url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {token}", "--max-examples", str(EXAMPLES)]
    run = subprocess.run(command, cwd=HERE, env={**os.environ, **place}, capture_output=True, text=True, timeout=1_200)
    return Run(run.returncode, run.stdout[-20_000:] + run.stderr[-5_000:], Counter(json.loads(figures.read_text())))


def test_the_server_does_what_its_document_says(tmp_path: Path) -> None:
    with serving(tmp_path, **SETTINGS) as server:
        token = server.token()
        (tmp_path / "songs.json").write_text(json.dumps(shared_songs(server.url, token)))
        began = time.monotonic()
        run = schemathesis(server.url, token, tmp_path)
        took = time.monotonic() - began
    counts = run.counts
    share = counts["edits that reached 200"] / counts["edits"]
    print(f"{counts['cases']} cases in {took:.0f} s; {counts['edits']} edits, of which {share:.0%} reached 200")
    print(counts)
    assert run.status == 0, f"schemathesis found something:\n{run.said}"
    assert counts["cases"] >= LEAST_CASES
    assert counts["edits"] >= LEAST_EDITS
    assert share >= 0.5
