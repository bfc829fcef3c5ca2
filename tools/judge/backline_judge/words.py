"""Counts the words of a lyric that an offline recogniser hears, and those that it would hear by chance."""

import hashlib
import random
import re
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pocketsphinx
import soxr

from backline_judge.audio import Audio

RATE = 16_000
#: Shorter words are mostly grammar: everybody's lyric has them.
SHORTEST = 4
#: How many words that are not in the lyric stand in the loop.
OTHERS = 75
#: Seconds of sound kept before and after a line.
MARGIN = 0.3
#: Lines within which a word may be heard anywhere: over a whole song with its choruses, chance alone finds half.
BLOCK = 8
HERE = Path(__file__).resolve().parent.parent


def version() -> str:
    """A digest of the way of listening."""
    texts = Path(__file__).read_bytes() + (HERE / "other_words.txt").read_bytes()
    return hashlib.sha256(texts).hexdigest()[:12]


@cache
def dictionary() -> dict[str, list[str]]:
    """Pronunciations of the recogniser's own dictionary by word."""
    path = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    found: dict[str, list[str]] = {}
    for row in path.read_text().splitlines():
        name, _, sounds = row.partition(" ")
        if sounds:
            found.setdefault(re.sub(r"\(\d+\)$", "", name), []).append(sounds)
    return found


def words_of(line: str) -> list[str]:
    """The words that count: known to the recogniser, of four and more letters."""
    plain = re.findall(r"[a-z']+", line.lower().replace("\u2019", "'"))
    return [word for word in plain if len(word.replace("'", "")) >= SHORTEST and word in dictionary()]


def lyric_lines(text: str) -> list[str]:
    """Lines to sing, without marks such as `[Chorus]`."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("[")]


@cache
def other_words() -> tuple[str, ...]:
    """Common words that the loop offers beside the lyric's."""
    listed = [word for word in (HERE / "other_words.txt").read_text().split() if word in dictionary()]
    random.Random(7).shuffle(listed)
    return tuple(listed)


def vocabulary(lines: list[str]) -> list[str]:
    """What the recogniser may hear: the lyric's words and `OTHERS` that are not in it."""
    own = sorted({word for line in lines for word in words_of(line)})
    return own + [word for word in other_words() if word not in own][:OTHERS]


def decoder(words: list[str]) -> pocketsphinx.Decoder:
    """A recogniser that takes any sequence of the words for equally likely: a flat loop, written as unigrams.

    The same loop as a grammar gives the same choice at many times the cost.
    """
    share = f"{-np.log10(len(words) + 1):.4f}"
    rows = "\n".join(f"{share} {word}" for word in ["</s>", *words])
    counts = f"\\data\\\nngram 1={len(words) + 2}\n\n\\1-grams:\n-99 <s>\n"
    spoken = [
        f"{word}{f'({index + 1})' if index else ''} {sounds}"
        for word in words
        for index, sounds in enumerate(dictionary()[word])
    ]
    with tempfile.TemporaryDirectory() as folder:
        model, names = Path(folder) / "loop.lm", Path(folder) / "loop.dict"
        model.write_text(f"{counts}{rows}\n\n\\end\\\n")
        names.write_text("\n".join(spoken) + "\n")
        return pocketsphinx.Decoder(samprate=RATE, lm=str(model), dict=str(names), loglevel="FATAL")


def heard(model: pocketsphinx.Decoder, samples: np.ndarray) -> list[str]:
    """The words of one stretch of sound."""
    model.start_utt()
    model.process_raw((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes(), no_search=False, full_utt=True)
    model.end_utt()
    segments = model.seg() or ()
    names = [re.sub(r"\(\d+\)$", "", segment.word) for segment in segments]
    return [name for name in names if name in dictionary() and not name.startswith("<")]


def pieces(audio: Audio, spans: list[tuple[float, float]]) -> list[np.ndarray]:
    """The sung lines at the recogniser's rate, each with some room, at an even level."""
    mono = soxr.resample(audio.mono, audio.rate, RATE)
    cuts = []
    for start, end in spans:
        piece = mono[max(0, int((start - MARGIN) * RATE)) : int((end + MARGIN) * RATE)]
        cuts.append(0.5 * piece / max(float(np.abs(piece).max(initial=0)), 1e-4))
    return cuts


def recognised(cuts: list[np.ndarray], sung: list[str], text: str) -> dict[str, float]:
    """How much of a lyric is heard in a song whose lines are `sung`.

    `block`: of the words of each eight lines, as often as they are sung there; `line`: of each line's
    words, in its place.
    """
    model = decoder(vocabulary(lyric_lines(text)))
    found = [Counter(heard(model, cut)) for cut in cuts]
    wanted = [Counter(words_of(line)) for line in sung]
    return {"block": recall_in_blocks(wanted, found, BLOCK), "line": recall_in_blocks(wanted, found, 1)}


def recall_in_blocks(wanted: list[Counter], found: list[Counter], block: int) -> float:
    """The share of all wanted words that were found in their own block of lines."""
    hits = 0
    for start in range(0, len(wanted), block):
        want = sum(wanted[start : start + block], Counter())
        hits += sum((want & sum(found[start : start + block], Counter())).values())
    return hits / max(sum(sum(want.values()) for want in wanted), 1)


def word_gain(audio: Audio, sung: list[dict], text: str, wrong: list[str]) -> dict[str, float]:
    """Recall of the lyric, mean recall of the wrong lyrics on the same sound, and the gain of one over the other.

    `sung` holds `start`, `end` and `text` of each line as the score places it.
    """
    if not sung:
        return {"recall": 0.0, "chance": 0.0, "gain": 0.0, "line_recall": 0.0, "line_gain": 0.0}
    cuts = pieces(audio, [(line["start"], line["end"]) for line in sung])
    own = recognised(cuts, [line["text"] for line in sung], text)
    chances = [recognised(cuts, stretched(lyric_lines(other), len(sung)), other) for other in wrong]
    chance = {name: float(np.mean([found[name] for found in chances])) for name in own}
    return {
        "recall": own["block"],
        "chance": chance["block"],
        "gain": own["block"] - chance["block"],
        "line_recall": own["line"],
        "line_gain": own["line"] - chance["line"],
    }


def stretched(lines: list[str], count: int) -> list[str]:
    """As many lines as were sung, from the start again where they run out."""
    return [lines[index % len(lines)] for index in range(count)]
