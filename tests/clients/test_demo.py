"""The demo, as a new user runs it."""

import json
import subprocess
from pathlib import Path

from serving import BINARY


def test_the_demo_leaves_a_song_and_all_that_was_said_about_it(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    done = subprocess.run([BINARY, "demo", "--out", str(out)], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert str(out) in done.stdout + done.stderr, "it says where the files are"
    names = {path.name for path in out.iterdir()}
    data = {"song.mid", "sections.json", "words.json", "lyric.lrc", "lyric.vtt", "waveform.json", "loop.wav"}
    assert names == {"song.m4a", "cover.jpg", "task.json", "batch.json", "callback.json"} | data
    task, batch, callback = (json.loads((out / f"{name}.json").read_text()) for name in ("task", "batch", "callback"))
    assert batch == {"items": [task, task], "count": 2}
    assert callback == task["response"]
