"""Form: how much sections differ, and how much comes back.

Both measures look at the song through its own self-similarity: windows of two seconds, each described by the shape of
its spectrum (MFCC 1-13 without the level), standardised over the song, so that 0 is the song's own average sound.
"""

import itertools

import librosa
import numpy as np

from backline_judge.audio import ANALYSIS_RATE, Audio

HOP = 2048
WINDOW_SECONDS = 2.0
#: Sections that a listener would count: one for each stretch of this length.
SECTION_SECONDS = 20.0
#: What lies nearer than this is the same moment, not its return.
APART_SECONDS = 8.0
#: Longer songs are judged by their beginning.
MOST_SECONDS = 240


def windows(audio: Audio) -> np.ndarray:
    """Standardised MFCC of the song's windows, 13 x windows."""
    signal = audio.analysis[: ANALYSIS_RATE * MOST_SECONDS]
    mel = librosa.feature.melspectrogram(y=signal, sr=ANALYSIS_RATE, hop_length=HOP, n_mels=96)
    shape = librosa.feature.mfcc(S=librosa.power_to_db(mel, ref=np.max), n_mfcc=14)[1:]
    frames = round(WINDOW_SECONDS * ANALYSIS_RATE / HOP)
    count = shape.shape[1] // frames
    pooled = shape[:, : count * frames].reshape(13, count, frames).mean(axis=2)
    return (pooled - pooled.mean(axis=1, keepdims=True)) / (pooled.std(axis=1, keepdims=True) + 1e-9)


def similarity(found: np.ndarray) -> np.ndarray:
    """Cosine of each pair of windows."""
    unit = found / (np.linalg.norm(found, axis=0) + 1e-9)
    return unit.T @ unit


def sections(found: np.ndarray) -> list[int]:
    """First windows of the sections that the sound falls into (agglomerative, neighbours only), and the end."""
    wanted = max(3, round(found.shape[1] * WINDOW_SECONDS / SECTION_SECONDS))
    if found.shape[1] <= wanted:
        return list(range(found.shape[1] + 1))
    return [*map(int, librosa.segment.agglomerative(found, wanted)), found.shape[1]]


def contrast(found: np.ndarray) -> float:
    """The share of the sound's variance that lies between sections, not within them: 0 is one long section."""
    bounds = sections(found)
    between = sum(
        (end - start) * np.square(found[:, start:end].mean(axis=1)).sum() for start, end in itertools.pairwise(bounds)
    )
    return float(between / (np.square(found).sum() + 1e-9))


def repetition(found: np.ndarray) -> float:
    """The mean over windows of the best likeness elsewhere in the song: 1 repeats to the letter."""
    likeness = similarity(found)
    place = np.arange(len(likeness))
    likeness[np.abs(place[:, None] - place) < APART_SECONDS / WINDOW_SECONDS] = -1
    return float(likeness.max(axis=1).mean())


def structure(audio: Audio) -> dict[str, float]:
    """Both measures."""
    found = windows(audio)
    if found.shape[1] < 8:
        return {"contrast": float("nan"), "repetition": float("nan")}
    return {"contrast": contrast(found), "repetition": repetition(found)}
