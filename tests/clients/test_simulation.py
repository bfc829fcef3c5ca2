"""The examples of docs/SIMULATION.md, run as they are printed against `backline serve --simulate`."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import BINARY, ROOT, STOPS_WITHIN_SECONDS, Server, first_line

PAGE = (ROOT / "docs" / "SIMULATION.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Server]:
    """The server that the page starts, on a free port."""
    (start,) = blocks("sh")
    program, *arguments = start.split()
    assert program == "backline"
    data_dir, log = tmp_path / "rehearsal", tmp_path / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [BINARY, *arguments, "--listen", "127.0.0.1:0"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=os.environ,
        )
        try:
            line = first_line(process, log)
            yield Server(line.removeprefix("listening on "), data_dir)
        finally:
            process.terminate()
            try:
                status = process.wait(STOPS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
    assert status == 0, f"the server ended with status {status}:\n{log.read_text()}"


def here(program: str, server: Server) -> str:
    for printed, value in {"http://127.0.0.1:8787": server.url, "TOKEN": server.token()}.items():
        assert printed in program
        program = program.replace(printed, value)
    return program


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "rehearsed\n"), done.stderr


@pytest.mark.parametrize("number", [0, 1])
def test_the_python_examples_work_as_printed(rehearsal: Server, number: int) -> None:
    programs = blocks("python")
    assert len(programs) == 2
    run([sys.executable, "-c", here(programs[number], rehearsal)])


def test_the_typescript_example_works_as_printed(rehearsal: Server, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node on this machine")
    (program,) = blocks("ts")
    # It names no types, so that it is JavaScript too.
    file = tmp_path / "example.mjs"
    file.write_text(here(program, rehearsal))
    run([node, str(file)])


def test_the_rules_of_the_page_are_settings(tmp_path: Path) -> None:
    (rules,) = blocks("toml")
    (tmp_path / "backline.toml").write_text(rules)
    command = [BINARY, "config", "--data-dir", str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert told.returncode == 0, told.stderr
    assert told.stdout.count("[[engine.simulated.rules]]") == 2
