"""What the tests of clients share."""

import math
import struct
import wave
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from acedatacloud import AceDataCloud
from serving import PRIVATE, Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("backline"), **PRIVATE) as running:
        yield running


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose songs are tones: for tests to which the sound does not matter."""
    settings = {**PRIVATE, "BACKLINE_ENGINE__DEFAULT": "simulated"}
    with serving(tmp_path_factory.mktemp("rehearsal"), **settings) as running:
        yield running


@pytest.fixture(scope="session")
def sound_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a WAV file with two seconds of a tone, on a host of this machine."""
    home = tmp_path_factory.mktemp("sounds")
    with wave.open(str(home / "My song.wav"), "wb") as file:
        file.setparams((2, 2, 44100, 0, "NONE", ""))
        steps = (int(8000 * math.sin(math.tau * 440 * at / 44100)) for at in range(2 * 44100))
        file.writeframes(b"".join(struct.pack("<hh", step, step) for step in steps))
    handler = partial(SimpleHTTPRequestHandler, directory=str(home))
    host = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=host.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{host.server_port}/My%20song.wav"
    host.shutdown()


@pytest.fixture(scope="session")
def token(server: Server) -> str:
    return server.token()


@pytest.fixture(scope="session")
def client(server: Server, token: str) -> Iterator[AceDataCloud]:
    with server.client(token) as client:
        yield client
