"""The judge's tables, and what the aims say about them."""

import math
from collections.abc import Callable

import numpy as np

from backline_judge.harmony import key_name
from backline_judge.measure import heading, row
from backline_judge.ranges import MISSES_ALLOWED, RANGES, misses

LOUDNESS = (-14.5, -13.5)
TRUE_PEAK = -1.0


def yes(value: bool) -> str:
    """A tick or a cross."""
    return "yes" if value else "**no**"


def mean(rows: list[dict], value: Callable[[dict], float]) -> float:
    """The mean of a value; NaN without rows."""
    return float(np.mean([value(found) for found in rows])) if rows else math.nan


def songs_table(songs: list[dict]) -> str:
    """Every song's measures."""
    lines = ["## Songs", "", heading()]
    lines += [row(found["song"], found) for found in songs]
    return "\n".join(lines)


def plan_table(songs: list[dict]) -> str:
    """Every song's tempo and key against its plan; strict: without halves and doubles; by both analysers."""
    lines = ["## Tempo and key against the plan", ""]
    lines += [
        "| song | style | bpm | librosa | essentia | found | exactly | key | librosa | essentia | found | by both |"
    ]
    lines += ["|---" * 12 + "|"]
    for found in songs:
        keys = [key_name(found[name]) for name in ("key_librosa", "key_essentia")]
        cells = [found["song"], found["style"], f"{found['tempo']:.0f}", f"{found['tempo_librosa']:.1f}"]
        cells += [f"{found['tempo_essentia']:.1f}", yes(found["tempo_found"]), yes(found["tempo_strict"])]
        cells += [found["key"], *keys, yes(found["key_found"]), yes(found["key_strict"])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def voice_table(voices: list[dict]) -> str:
    """Words and pitch of the sung songs."""
    lines = ["## Voice", ""]
    lines += ["| song | lyric | lines sung | stem recall | chance | gain | in its line | mix recall | chance | gain "]
    lines[-1] += "| in its line | in tune | without glides | median cents | octave |"
    lines += ["|---" * 15 + "|"]
    for found in voices:
        cells = [found["song"], found.get("lyric", ""), f"{found['sung_lines']:.2f}" if "stem" in found else ""]
        for name in ("stem", "mix"):
            part = found.get(name)
            keys = ("recall", "chance", "gain", "line_gain")
            cells += [f"{part[key]:.2f}" if part else "" for key in keys]
        cells += [
            f"{found['in_tune']:.2f}",
            f"{found['settled']:.2f}",
            f"{found['median_cents']:.0f}",
            f"{found['octave']:.0f}",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def range_misses(songs: list[dict]) -> dict[str, list[str]]:
    """The songs out of each range, with the direction."""
    out: dict[str, list[str]] = {name: [] for name in RANGES}
    for found in songs:
        for name, direction in misses(found).items():
            out[name].append(f"{found['song']} {direction} ({found[name]:.2f})")
    return out


def verdicts(songs: list[dict], voices: list[dict], seeds: list[float], styles: dict | None) -> list[tuple]:
    """Name, figure, aim, whether it is reached, and remarks."""
    found: list[tuple] = []

    def add(name: str, value: float, aim: str, good: bool, remark: str = "") -> None:
        found.append((name, value, aim, good, remark))

    if songs:
        off = [one["song"] for one in songs if not LOUDNESS[0] <= one["lufs"] <= LOUDNESS[1]]
        add("songs at -14 LUFS (+-0.5)", 1 - len(off) / len(songs), "1.00", not off, ", ".join(off))
        hot = [one["song"] for one in songs if one.get("m4a_true_peak", one["true_peak"]) > TRUE_PEAK]
        add("songs at most -1 dBTP", 1 - len(hot) / len(songs), "1.00", not hot, ", ".join(hot))
        clipped = [one["song"] for one in songs if one["clipped"]]
        add("songs without a clipped sample", 1 - len(clipped) / len(songs), "1.00", not clipped, ", ".join(clipped))
        for name, aim in (("tempo", 0.95), ("key", 0.85)):
            share = mean(songs, lambda one, name=name: one[f"{name}_found"])
            strict = mean(songs, lambda one, name=name: one[f"{name}_strict"])
            lost = ", ".join(one["song"] for one in songs if not one[f"{name}_found"])
            kind = "exactly" if name == "tempo" else "by both"
            add(f"{name} found", share, f">= {aim}", share >= aim, f"{kind} {strict:.2f}; not: {lost or 'none'}")
        allowed = MISSES_ALLOWED * len(songs)
        for name, out in range_misses(songs).items():
            low, high = RANGES[name]
            share = 1 - len(out) / len(songs)
            add(f"{name} in {low:g}..{high:g}", share, ">= 0.90", len(out) <= allowed + 1e-9, ", ".join(out))
    if voices:
        share = mean(voices, lambda one: one["in_tune"])
        add(
            "voiced frames within 35 cents",
            share,
            ">= 0.85",
            share >= 0.85,
            f"without glides {mean(voices, lambda one: one['settled']):.2f}",
        )
    listened = [one for one in voices if "stem" in one]
    for name, aim in (("stem", 0.55), ("mix", 0.20)):
        if listened:
            gain = mean(listened, lambda one, name=name: one[name]["gain"])
            enough = len({one["lyric"] for one in listened}) >= 6
            remark = f"recall {mean(listened, lambda one, name=name: one[name]['recall']):.2f}, {len(listened)} lyrics"
            add(f"word gain, {name}", gain, f">= {aim:.2f}", gain >= aim and enough, remark)
    if seeds:
        add("intervals shared by two seeds", max(seeds), "< 0.50", max(seeds) < 0.5, f"mean {np.mean(seeds):.2f}")
    if styles:
        remark = f"other way round {styles['swapped']:.2f}; " + "; ".join(styles["mistakes"][:6])
        add(f"styles named, {styles['renders']} renders", styles["named"], ">= 0.80", styles["named"] >= 0.8, remark)
    return found


def summary(found: list[tuple]) -> str:
    """The aims and what was reached."""
    lines = ["## Sum", "", "| measure | found | aim | reached | remarks |", "|---" * 5 + "|"]
    lines += [f"| {name} | {value:.2f} | {aim} | {yes(good)} | {note} |" for name, value, aim, good, note in found]
    return "\n".join(lines)
