"""What the README prints, run as it is printed: only addresses and folders are those of the test's server."""

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from serving import BINARY, ROOT

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as after `cargo build --release`."""
    release = tmp_path / "target" / "release"
    release.mkdir(parents=True)
    (release / "backline").symlink_to(BINARY)
    return tmp_path


def test_the_walk_through_the_api_works_as_printed(server: Any, folder: Path) -> None:
    start, *steps = blocks("sh")
    assert "backline serve" in start and len(steps) == 11
    script = "set -eu\n" + "".join(steps)
    for printed, here in {
        "http://127.0.0.1:8787": server.url,
        "./backline-data": str(server.data_dir),
        "9000": str(free_port()),
    }.items():
        assert printed in script
        script = script.replace(printed, here)
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert '"success":false' not in done.stdout
    assert '"count":2' in done.stdout, "the batch"
    assert '"deleted":true' in done.stdout, "the order that nobody wants"
    assert '"title":"a slow waltz in D minor' in done.stdout, "the order that waited"
    assert '"title":"bright synth pop' in done.stdout, "the callback"
    assert '"file_url":' in done.stdout, "the song as a WAV file"
    assert '"lyrics":' in done.stdout, "the words"
    assert "\nevent: progress\ndata: " in done.stdout, "the stream of one task"
    song = (folder / "song.m4a").read_bytes()
    assert song[4:8] == b"ftyp"
    assert (folder / "song.mid").read_bytes()[:4] == b"MThd"
    stored, rendered = re.findall(r"^(?:stored|rendered) +([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    assert stored == rendered
    assert (folder / "first-kilobyte.bin").read_bytes() == song[:1024]


def test_the_official_client_works_as_printed(server: Any, token: str) -> None:
    (program,) = [block for block in blocks("python") if "acedatacloud" in block]
    program = program.replace('"TOKEN"', repr(token)).replace("http://127.0.0.1:8787", server.url)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"{server.url}/files/") == 2
