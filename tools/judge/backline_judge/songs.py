"""One song against its plan and score: tempo, key, chords, words and pitch."""

import itertools
import json
from pathlib import Path

from backline_judge import melody, voice, words
from backline_judge.audio import read
from backline_judge.harmony import NOTES, same_tempo
from backline_judge.measures import measure_file
from backline_judge.orders import Order, lyric

#: Lyrics that are not sung, on which the same recogniser is tried.
WRONG = 2
#: Fields of a chord that say when it sounds, not what it is.
TIMES = (
    "start", "end", "start_seconds", "end_seconds", "seconds", "onset",
    "beats", "bar", "section", "length", "step", "samples",
)  # fmt: skip


def judge_song(order: Order, folder: Path) -> dict:
    """What needs no recogniser: measures of the master, and whether tempo and key are found."""
    plan = json.loads((folder / "plan.json").read_text())
    score = json.loads((folder / "score.json").read_text())
    found = measure_file(folder / "master.wav", folder / "measures.json")
    key = (int(plan["key"]["tonic"]), plan["key"]["mode"])
    tempi = [found["tempo_librosa"], found["tempo_essentia"]]
    keys = [tuple(found["key_librosa"]), tuple(found["key_essentia"])]
    cost = json.loads((folder / "render.json").read_text())
    return found | {
        "song": order.id,
        "style": plan["style"],
        "tempo": plan["tempo_bpm"],
        "tempo_found": any(same_tempo(tempo, plan["tempo_bpm"]) for tempo in tempi),
        "tempo_strict": any(same_tempo(tempo, plan["tempo_bpm"], (1.0,)) for tempo in tempi),
        "key": f"{NOTES[key[0]]} {key[1]}",
        "key_found": key in keys,
        "key_strict": all(key == other for other in keys),
        "score_chords": score_chord_changes(score),
        "render_seconds": cost["perform_seconds"],
    }


def score_chord_changes(score: dict) -> float | None:
    """Chord changes per minute as written; none if the score does not say its chords."""
    chords = score.get("chords")
    if not chords:
        return None
    names = [{key: value for key, value in chord.items() if key not in TIMES} for chord in chords]
    changes = sum(one != other for one, other in itertools.pairwise(names))
    return changes / (score["samples"] / 44_100) * 60


def sung_as_ordered(score: dict, text: str) -> float:
    """The share of the lyric's lines that the score sings."""
    wanted = words.lyric_lines(text)
    sung = {line["text"].strip() for line in melody.lead_lines(score)}
    return sum(line in sung for line in wanted) / max(len(wanted), 1)


def judge_pitch(folder: Path) -> dict:
    """The vocal stem's pitch against the score, kept beside it."""
    score = json.loads((folder / "score.json").read_text())
    return voice.in_tune(read(folder / "voice.wav"), melody.sung_tones(score))


def judge_words(order: Order, folder: Path, names: list[str]) -> dict:
    """Words heard in the vocal stem and in the mix, and in how many of them by chance."""
    kept = folder / f"words-{words.version()}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    score = json.loads((folder / "score.json").read_text())
    text = lyric(order.lyric)
    at = names.index(order.lyric)
    wrong = [lyric(names[(at + step) % len(names)]) for step in range(1, WRONG + 1)]
    lines = melody.lead_lines(score)
    found = {
        "lyric": order.lyric,
        "sung_lines": sung_as_ordered(score, text),
        "stem": words.word_gain(read(folder / "voice.wav"), lines, text, wrong),
        "mix": words.word_gain(read(folder / "master.wav"), lines, text, wrong),
    }
    kept.write_text(json.dumps(found))
    return found
