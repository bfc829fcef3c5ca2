"""`judge`: renders orders, measures them, and says whether the aims are reached."""

import argparse
import json
import sys
import time
import unittest
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from backline_judge import classify, melody, orders, report, rhythm
from backline_judge.levels import true_peak
from backline_judge.orders import Order
from backline_judge.plots import draw
from backline_judge.rendering import ROOT, Engine
from backline_judge.songs import judge_pitch, judge_song, judge_words

#: Pairs of orders that differ only in seed.
SEED_PAIRS = 6
PARTS = ("songs", "voice", "seeds", "styles", "plots")


@dataclass
class Bench:
    """What every part of the judgement needs."""

    engine: Engine
    processes: int
    placed: list[Order]


def judge_songs(bench: Bench, m4a: Path | None) -> list[dict]:
    """Measures of all masters."""
    folders = [bench.engine.folder(order) for order in bench.placed]
    with ProcessPoolExecutor(bench.processes) as pool:
        found = list(pool.map(judge_song, bench.placed, folders))
    for one in found if m4a else ():
        encoded = m4a / f"{one['song']}.m4a"
        if encoded.exists():
            one["m4a_true_peak"] = true_peak(encoded)
    return found


def judge_voices(bench: Bench) -> list[dict]:
    """Pitch of all sung songs, and the words of the first song of each English lyric."""
    sung = [order for order in bench.placed if order.voice]
    names, first = orders.lyric_names(), {}
    for order in sung:
        if order.lyric in names:
            first.setdefault(order.lyric, order)
    listened = list(first.values())
    with ProcessPoolExecutor(bench.processes) as pool:
        pitches = list(pool.map(judge_pitch, [bench.engine.folder(order) for order in sung]))
        folders = [bench.engine.folder(order) for order in listened]
        heard = list(pool.map(judge_words, listened, folders, [names] * len(listened)))
    by_song = dict(zip([order.id for order in listened], heard, strict=True))
    return [{"song": order.id} | pitch | by_song.get(order.id, {}) for order, pitch in zip(sung, pitches, strict=True)]


def judge_seeds(bench: Bench) -> list[float]:
    """How far the melodies of two seeds agree, pair by pair."""
    chosen = bench.placed[:SEED_PAIRS]
    others = [order.with_seed(order.brief["seed"] + 7000) for order in chosen]
    bench.engine.render(others, bench.processes)
    shares = []
    for pair in zip(chosen, others, strict=True):
        scores = [json.loads((bench.engine.folder(order) / "score.json").read_text()) for order in pair]
        shares.append(melody.agreement(*(melody.tune(score) for score in scores)))
    return shares


def plot_songs(bench: Bench, out: Path) -> None:
    """A picture of each song."""
    songs = [bench.engine.folder(order) / "master.wav" for order in bench.placed]
    pictures = [out / f"{order.id}.png" for order in bench.placed]
    with ProcessPoolExecutor(bench.processes) as pool:
        list(pool.map(draw, songs, pictures))


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="judge", description=__doc__)
    parser.add_argument("--engine", type=Path, help="a built render_order; otherwise this tree's is built")
    parser.add_argument("--only", default="songs,voice,seeds,styles", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--songs", default="", help="only orders whose names hold one of these words, by comma")
    parser.add_argument("--renders", type=int, default=orders.CLASS_RENDERS, help="renders for the style classifier")
    parser.add_argument("--m4a", type=Path, help="a folder of ORDER.m4a whose decoded peaks are measured")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache" / "judge", help="renders, pictures and tables")
    parser.add_argument("--check", action="store_true", help="end with 1 if an aim is missed")
    parser.add_argument("--self-test", action="store_true", help="test the measures on signals with known answers")
    return parser.parse_args()


def self_test() -> int:
    """Runs the measures' tests."""
    suite = unittest.defaultTestLoader.discover(
        str(Path(__file__).parent / "tests"), top_level_dir=str(ROOT / "tools" / "judge")
    )
    return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1


def main() -> int:
    """Judges; the tables go to standard output and to `judge.md`."""
    options = arguments()
    if options.self_test:
        return self_test()
    begin, parts = time.monotonic(), options.only.split(",")
    words = [word for word in options.songs.split(",") if word]
    placed = [order for order in orders.songs() if not words or any(word in order.id for word in words)]
    bench = Bench(Engine.find(options.engine, options.out / "renders"), options.processes, placed)

    def progress(text: str) -> None:
        print(f"judge: {time.monotonic() - begin:.0f} s: {text}", file=sys.stderr, flush=True)

    if set(parts) & {"songs", "voice", "seeds", "plots"}:
        progress(f"rendering {len(placed)} orders")
        bench.engine.render(placed, bench.processes)
    rhythm.compile_first()
    songs, voices, seeds, styles, tables = [], [], [], None, []
    if "songs" in parts:
        progress("measuring songs")
        songs = judge_songs(bench, options.m4a)
        tables += [report.songs_table(songs), report.plan_table(songs)]
    if "voice" in parts:
        progress("listening to voices")
        voices = judge_voices(bench)
        tables += [report.voice_table(voices)]
    if "seeds" in parts:
        progress("comparing seeds")
        seeds = judge_seeds(bench)
    if "styles" in parts:
        progress(f"telling styles apart by {options.renders} renders")
        styles = classify.style_test(bench.engine, bench.processes, options.renders)
    if "plots" in parts:
        progress("drawing")
        plot_songs(bench, options.out / "plots")
    found = report.verdicts(songs, voices, seeds, styles)
    progress("done")
    text = "\n\n".join(["# What the judge found", report.summary(found), *tables]) + "\n"
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "judge.md").write_text(text)
    (options.out / "judge.json").write_text(json.dumps({"songs": songs, "voices": voices, "styles": styles}))
    print(text)
    return 1 if options.check and not all(good for *_, good, _ in found) else 0


if __name__ == "__main__":
    sys.exit(main())
