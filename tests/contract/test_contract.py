"""Holds a real server against its own OpenAPI document, with cases that schemathesis draws from it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = os.environ.get("BACKLINE_BIN", str(ROOT / "target" / "release" / "backline"))
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

LEAST_CASES = 2_000
MOST_SECONDS = 240
# Cases are to be fast: a second of a tone is a song. Nothing is refused for coming too often.
SETTINGS = {
    "BACKLINE_ENGINE__DEFAULT": "simulated",
    "BACKLINE_LIMITS__REQUESTS_PER_SECOND": "0",
    "BACKLINE_LIMITS__ORDERS_IN_FLIGHT": "0",
    "BACKLINE_HTTP__WAIT_LIMIT_SECONDS": "20",
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
    }


def test_the_server_does_what_its_document_says(tmp_path: Path) -> None:
    data_dir, figures = tmp_path / "data", tmp_path / "figures.json"
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [BINARY, "serve", "--listen", "127.0.0.1:0", "--data-dir", str(data_dir)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, **SETTINGS},
        )
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip().removeprefix("listening on ")
            made = [BINARY, "token", "create", "--email", "a@example.com", "--data-dir", str(data_dir)]
            token = subprocess.run(made, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
            (tmp_path / "songs.json").write_text(json.dumps(shared_songs(url, token)))
            began = time.monotonic()
            run = subprocess.run(
                [
                    *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", f"{url}/openapi.json"),
                    *("--header", f"Authorization: Bearer {token}", "--max-time", str(MOST_SECONDS - 60)),
                ],
                cwd=HERE,
                env={
                    **os.environ,
                    "BACKLINE_CONTRACT_SONGS": str(tmp_path / "songs.json"),
                    "BACKLINE_CONTRACT_FIGURES": str(figures),
                    "PYTHONPATH": str(HERE),
                },
                capture_output=True,
                text=True,
                timeout=600,
            )
            took = time.monotonic() - began
        finally:
            # Its own process, by its id.
            server.terminate()
            server.wait(60)
    print(run.stdout[-20_000:], run.stderr[-5_000:])
    counts = json.loads(figures.read_text())
    share = counts["edits that reached 200"] / counts["edits"]
    print(f"{counts['cases']} cases in {took:.0f} s; {counts['edits']} edits, of which {share:.0%} reached 200")
    print(counts)
    assert run.returncode == 0, "schemathesis found something"
    assert counts["cases"] >= LEAST_CASES
    assert share >= 0.5
    assert server.returncode == 0
