"""`measure SONG...`: a table of the measures of recordings, with the ranges of real songs."""

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from backline_judge import rhythm
from backline_judge.harmony import key_name
from backline_judge.measures import measure_file
from backline_judge.ranges import RANGES, misses

COLUMNS = (
    ("s", "seconds", "{:.0f}"),
    ("LUFS", "lufs", "{:.1f}"),
    ("dBTP", "true_peak", "{:.2f}"),
    ("crest", "crest", "{:.1f}"),
    ("side/mid", "side_mid", "{:.1f}"),
    ("corr", "correlation", "{:.2f}"),
    ("onsets", "onsets", "{:.2f}"),
    ("chords/min", "chord_changes", "{:.0f}"),
    ("contrast", "contrast", "{:.2f}"),
    ("repetition", "repetition", "{:.2f}"),
    ("sub", "sub", "{:.0f}"),
    ("bass", "bass", "{:.0f}"),
    ("low mid", "low_mid", "{:.0f}"),
    ("high mid", "high_mid", "{:.0f}"),
    ("air", "air", "{:.0f}"),
    ("centroid", "centroid", "{:.0f}"),
    ("silence", "silence", "{:.2f}"),
    ("bpm l/e", None, ""),
    ("key l/e", None, ""),
)


def row(name: str, found: dict) -> str:
    """One line of the table; what lies outside its range is bold."""
    out = misses(found)
    cells = []
    for _, key, form in COLUMNS[:-2]:
        text = form.format(found[key])
        cells.append(f"**{text}**" if key in out else text)
    cells.append(f"{found['tempo_librosa']:.0f}/{found['tempo_essentia']:.0f}")
    cells.append(f"{key_name(found['key_librosa'])}/{key_name(found['key_essentia'])}")
    return f"| {name} | " + " | ".join(cells) + " |"


def heading() -> str:
    """The table's first two lines and the ranges of real songs."""
    names = [title for title, _, _ in COLUMNS]
    limits = [f"{RANGES[key][0]:g}..{RANGES[key][1]:g}" if key in RANGES else "" for _, key, _ in COLUMNS]
    return "\n".join(
        [
            "| song | " + " | ".join(names) + " |",
            "|---" * (len(names) + 1) + "|",
            "| *real songs* | " + " | ".join(limits) + " |",
        ]
    )


def main() -> int:
    """Measures the files named on the command line."""
    parser = argparse.ArgumentParser(prog="measure", description=__doc__)
    parser.add_argument("songs", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="all numbers, one object a line")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if not options.json:
        print(heading(), flush=True)
    rhythm.compile_first()
    with ProcessPoolExecutor(options.processes) as pool:
        for path, found in zip(options.songs, pool.map(measure_file, options.songs), strict=True):
            name = path.stem if path.stem != "master" else path.parent.name
            print(json.dumps({"song": name} | found) if options.json else row(name, found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
