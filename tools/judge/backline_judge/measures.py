"""All measures of one recording, kept beside it, so that a second run costs nothing."""

import hashlib
import json
from pathlib import Path

from backline_judge import harmony, rhythm
from backline_judge.audio import Audio, read
from backline_judge.levels import levels, true_peak
from backline_judge.structure import structure

HERE = Path(__file__).resolve().parent
#: The modules that decide what a number means.
DECIDING = ("audio", "levels", "structure", "rhythm", "harmony", "measures")


def version() -> str:
    """A digest of the measures' definitions."""
    texts = b"".join((HERE / f"{name}.py").read_bytes() for name in DECIDING)
    return hashlib.sha256(texts).hexdigest()[:12]


def measure(audio: Audio) -> dict:
    """Every number that needs nothing but the samples."""
    envelope = rhythm.envelope_of(audio)
    tempo, beats = rhythm.beats_of(envelope)
    form = structure(audio, beats)
    beats = beats * rhythm.HOP // harmony.CHROMA_HOP
    frames = harmony.chroma(audio)
    found = levels(audio) | form
    return found | {
        "seconds": audio.seconds,
        "onsets": rhythm.onset_rate(envelope, audio.seconds),
        "chord_changes": rhythm.chord_changes(frames, beats, audio.seconds),
        "tempo_librosa": tempo,
        "tempo_essentia": harmony.essentia_tempo(audio),
        "key_librosa": harmony.krumhansl(frames.mean(axis=1)),
        "key_essentia": harmony.essentia_key(audio),
    }


def measure_file(path: Path, kept: Path | None = None) -> dict:
    """The numbers of a file; from `kept` if the same definitions made them there before."""
    if kept and kept.exists():
        known = json.loads(kept.read_text())
        if known.get("version") == version():
            return known
    found = measure(read(path)) | {"true_peak": true_peak(path), "version": version()}
    if kept:
        kept.write_text(json.dumps(found))
    return found
