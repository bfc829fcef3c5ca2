"""Whether two seeds give two melodies."""

import itertools


def tune(score: dict) -> list[float]:
    """The lead's pitches in order of time: what is sung, or else what the lead or the answering instrument plays."""
    tones = lead_tones(score)
    if tones:
        return [tone["pitch"] for tone in tones]
    for name in ("lead", "counter"):
        for part in score["parts"]:
            notes = [note for phrase in part["phrases"] for note in phrase["notes"]]
            if part["part"] == name and notes:
                return [note["pitch"] for note in sorted(notes, key=lambda note: note["start"])]
    return []


def lead_tones(score: dict) -> list[dict]:
    """All tones that the lead sings, in order of time."""
    lines = [line for line in score.get("lines", []) if line["part"] == "lead"]
    tones = [tone for line in lines for syllable in line["tones"] for tone in syllable]
    return sorted(tones, key=lambda tone: tone["onset"])


def sung_tones(score: dict) -> list[dict]:
    """The lead's tones without those of rapped lines, whose pitch falls as in speech and is no note's."""
    return lead_tones({"lines": [line for line in score.get("lines", []) if line.get("delivery") != "rapped"]})


def lead_lines(score: dict) -> list[dict]:
    """Start, end and text of each line that the lead sings."""
    spans = []
    for line in score.get("lines", []):
        tones = [tone for syllable in line["tones"] for tone in syllable]
        if line["part"] == "lead" and tones:
            end = max(tone["onset"] + tone["seconds"] for tone in tones)
            spans.append({"start": min(tone["onset"] for tone in tones), "end": end, "text": line["text"]})
    return sorted(spans, key=lambda span: span["start"])


def agreement(first: list[float], second: list[float]) -> float:
    """The share of places at which both tunes go on by the same interval; 1 if one of them has no interval."""
    steps = [[round(after - before) for before, after in itertools.pairwise(tune)] for tune in (first, second)]
    places = min(len(steps[0]), len(steps[1]))
    if places == 0:
        return 1.0
    return sum(one == other for one, other in zip(*steps, strict=False)) / places
