"""A server with a data folder of its own, for as long as the tests last."""

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("BACKLINE_BIN", str(ROOT / "target" / "release" / "backline"))
# The server is on this machine, whatever proxy the environment names.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
STARTS_WITHIN_SECONDS = 30
STOPS_WITHIN_SECONDS = 30
SETTINGS = {
    "BACKLINE_ENGINE__DEFAULT": "simulated",
    "BACKLINE_WEBHOOKS__ALLOW_PRIVATE_ADDRESSES": "true",
    "BACKLINE_LIMITS__REQUESTS_PER_SECOND": "0",
}


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
            env={**os.environ, **SETTINGS, **settings},
        )
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], STARTS_WITHIN_SECONDS)
            line = process.stdout.readline() if ready else ""
            assert line.startswith("listening on http://127.0.0.1:"), log.read_text()
            yield Server(line.strip().removeprefix("listening on "), data_dir)
        finally:
            # Its own process, by its id.
            process.terminate()
            process.wait(STOPS_WITHIN_SECONDS)
