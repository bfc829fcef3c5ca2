"""Each command of the official command line, as a shell would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from serving import Server
from media import LOSSY, fetched, film, seconds_of_sound, stems

COMMAND = Path(sys.executable).parent / "producer"


@pytest.fixture(scope="module")
def cli(rehearsal: Server) -> Any:
    token = rehearsal.token()

    def run(*arguments: str, fails: bool = False) -> str:
        environment = {
            **os.environ,
            "ACEDATACLOUD_API_BASE_URL": rehearsal.url,
            "ACEDATACLOUD_API_TOKEN": token,
            "COLUMNS": "10000",
        }
        ended = subprocess.run(
            [COMMAND, *arguments], capture_output=True, text=True, env=environment, timeout=120, check=False
        )
        assert (ended.returncode != 0) == fails, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr if fails else ended.stdout

    return run


def told(cli: Any, *arguments: str) -> Any:
    return json.loads(cli(*arguments, "--json"))


@pytest.fixture(scope="module")
def song(cli: Any) -> str:
    answer = told(cli, "generate", "a slow waltz", "--title", "Rain", "--custom", "-l", "[Verse]\\nRain")
    return answer["data"][0]["id"]


def test_every_command_of_this_version_is_tested(cli: Any) -> None:
    listed = cli("--help").split("Commands:")[1]
    commands = {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line.split()}
    assert commands >= TESTED, TESTED - commands
    unknown = {name for name in commands - TESTED if name.replace("-", "").isalpha() and name.islower()}
    assert not unknown, f"commands that no test runs: {unknown}"


TESTED = {
    "generate", "cover", "extend", "variation", "swap-vocals", "swap-instrumentals", "replace-section", "stems",
    "lyrics", "upload", "video", "wav", "task", "tasks", "wait", "models", "actions", "config",
}  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["cover", "--prompt", "jazz"],
        ["extend", "--continue-at", "0.5"],
        ["variation"],
        ["swap-vocals"],
        ["swap-instrumentals"],
        ["replace-section", "--replace-section-start", "0.2", "--replace-section-end", "0.6"],
        # As its help shows it: up to the end.
        ["replace-section", "--prompt", "Add a guitar solo", "--replace-section-start", "0.45"],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_edits(cli: Any, song: str, arguments: list[str]) -> None:
    item = told(cli, arguments[0], song, *arguments[1:])["data"][0]
    assert seconds_of_sound(fetched(item["audio_url"])) == pytest.approx(float(item["duration"]), abs=LOSSY)
    assert "Rain" in cli(arguments[0], song, *arguments[1:]), "it is shown without --json too"


def test_stems_wav_and_video(cli: Any, song: str) -> None:
    assert "vocals.wav" in stems(fetched(told(cli, "stems", song)["data"][0]["stems_url"]))
    assert seconds_of_sound(fetched(told(cli, "wav", song)["data"][0]["file_url"])) == 1.0
    assert film(fetched(told(cli, "video", song)["data"]["video_url"]))[:2] == (1280, 720)
    for command in ("video", "wav", "stems"):
        assert cli(command, song), "it is shown without --json too"


def test_words_and_uploads(cli: Any, sound_url: str) -> None:
    assert told(cli, "lyrics", "rain on the roof")["data"]["status"] == "complete"
    assert "rain on the roof" in cli("lyrics", "rain on the roof")
    upload = told(cli, "upload", sound_url)["data"]
    assert upload["audio_id"] and told(cli, "cover", upload["audio_id"])["success"]
    assert "Audio ID" in cli("upload", sound_url)


def test_tasks_are_asked_for(cli: Any) -> None:
    ids = [told(cli, "generate", "rain", "--async")["task_id"] for _ in range(2)]
    assert told(cli, "task", ids[0])["id"] == ids[0]
    assert [item["id"] for item in told(cli, "tasks", *ids)["items"]] == ids
    # Without --json it looks for a top-level `data`, which no record has, and shows nothing of it.
    cli("task", ids[0])
    cli("tasks", *ids)
    # It looks for what no answer of this API ever had, so that it only ever runs out of time, whoever serves it.
    assert "did not complete within 1s" in cli("wait", ids[0], "--interval", "1", "--timeout", "1", fails=True)


def test_what_it_knows_by_itself(cli: Any, rehearsal: Server) -> None:
    assert "FUZZ-2.0 Pro" in cli("models") and "swap_vocals" in cli("actions")
    assert rehearsal.url in cli("config")


def test_refusals_are_shown(cli: Any) -> None:
    assert "audio_id" in cli("cover", "1dd08826-478e-43a6-868f-aff5ababac2c", fails=True)
    assert "fetch failed" in cli("upload", "http://127.0.0.1:1/a.mp3", fails=True)
