"""Starts the server that tests talk to, with a data folder of its own."""

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from acedatacloud import AceDataCloud

ROOT = Path(__file__).resolve().parents[1]
BINARY = os.environ.get("BACKLINE_BIN", str(ROOT / "target" / "release" / "backline"))
# The server is on this machine, whatever proxy the environment names.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
STARTS_WITHIN_SECONDS = 30
STOPS_WITHIN_SECONDS = 30
# Callbacks and uploads of these tests stay on this machine.
PRIVATE = {
    "BACKLINE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES": "true",
    "BACKLINE_UPLOADS__ALLOW_PRIVATE_ADDRESSES": "true",
}
# Songs are tones, and nobody asks too often: for tests to which neither matters.
REHEARSED = {**PRIVATE, "BACKLINE_ENGINE__DEFAULT": "simulated", "BACKLINE_LIMITS__REQUESTS_PER_SECOND": "0"}


@dataclass(frozen=True)
class Server:
    """A running server, and what its command line can do beside it."""

    url: str
    data_dir: Path

    def tell(self, *arguments: str) -> str:
        """What a command prints that is run beside the server."""
        command = [BINARY, *arguments, "--data-dir", str(self.data_dir)]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()

    def token(self, *arguments: str, email: str = "a@example.com") -> str:
        """A new token, usable at once."""
        return self.tell("token", "create", "--email", email, *arguments)

    def client(self, token: str) -> AceDataCloud:
        return AceDataCloud(api_token=token, base_url=self.url, timeout=120)


def first_line(process: subprocess.Popen[str], log: Path) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], STARTS_WITHIN_SECONDS)
    line = process.stdout.readline() if ready else ""
    assert line, f"the server did not start:\n{log.read_text()}"
    return line.strip()


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[Server]:
    """A server with these settings, until the tests are done with it."""
    data_dir, log = home / "data", home / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [BINARY, "serve", "--listen", "127.0.0.1:0", "--data-dir", str(data_dir)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, **settings},
        )
        try:
            line = first_line(process, log)
            assert line.startswith("listening on http://127.0.0.1:")
            yield Server(line.removeprefix("listening on "), data_dir)
        finally:
            # Its own process, by its id: first softly, then not.
            process.terminate()
            try:
                status = process.wait(STOPS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
    assert status == 0, f"the server ended with status {status}:\n{log.read_text()}"
