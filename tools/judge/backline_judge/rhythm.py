"""Onsets, tempo and chord changes."""

import librosa
import numpy as np

from backline_judge.audio import ANALYSIS_RATE, Audio

HOP = 512
#: How sharply a beat's likeness to a triad counts, and how readily a chord stays. With this pair a song of known chords
#: reads a tenth more than is written, and most real songs read 39 to 94.
SHARPNESS = 80
STAY = 0.1


def onset_rate(envelope: np.ndarray, seconds: float) -> float:
    """Onsets per second by librosa's detector as it comes."""
    return len(librosa.onset.onset_detect(onset_envelope=envelope, sr=ANALYSIS_RATE, hop_length=HOP)) / seconds


def triads() -> np.ndarray:
    """The 24 major and minor triads as unit chroma."""
    shapes = []
    for intervals in ((0, 4, 7), (0, 3, 7)):
        for root in range(12):
            shape = np.zeros(12)
            shape[[(root + interval) % 12 for interval in intervals]] = 1
            shapes.append(shape / np.sqrt(3))
    return np.array(shapes)


def chord_path(chroma: np.ndarray, beats: np.ndarray) -> np.ndarray:
    """The most likely triad of each beat."""
    by_beat = librosa.util.sync(chroma, beats, aggregate=np.median)
    by_beat = by_beat / (np.linalg.norm(by_beat, axis=0) + 1e-9)
    likely = np.exp(SHARPNESS * (triads() @ by_beat))
    return librosa.sequence.viterbi(likely / likely.sum(axis=0), librosa.sequence.transition_loop(24, STAY))


def chord_changes(chroma: np.ndarray, beats: np.ndarray, seconds: float) -> float:
    """Changes per minute of the triad of each beat."""
    if len(beats) < 4:
        return 0.0
    return float(np.count_nonzero(np.diff(chord_path(chroma, beats))) / seconds * 60)


def envelope_of(audio: Audio) -> np.ndarray:
    """librosa's onset strength."""
    return librosa.onset.onset_strength(y=audio.analysis, sr=ANALYSIS_RATE, hop_length=HOP)


def beats_of(envelope: np.ndarray) -> tuple[float, np.ndarray]:
    """Beats per minute, and the beats as frames, by librosa's tracker."""
    tempo, beats = librosa.beat.beat_track(onset_envelope=envelope, sr=ANALYSIS_RATE, hop_length=HOP)
    return float(np.atleast_1d(tempo)[0]), beats


def compile_first() -> None:
    """Lets librosa's tracker be compiled here: processes that compile it at the same time break one another's cache."""
    beats_of(np.abs(np.sin(np.arange(400) / 6)))
