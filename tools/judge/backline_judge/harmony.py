"""Tempo and key as other people's analysers hear them."""

import essentia
import librosa
import numpy as np
import soxr

from backline_judge.audio import ANALYSIS_RATE, Audio

essentia.log.warningActive = False
essentia.log.infoActive = False

import essentia.standard as extractors  # noqa: E402 - it talks while it is loaded

NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLATS = {"Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#"}
#: Krumhansl and Kessler 1982: how well each degree fits a key.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
#: The same pulse may be felt at half or double speed.
OCTAVES = (0.5, 1.0, 2.0)
TOLERANCE = 0.04
CHROMA_HOP = 1024


def at_44100(audio: Audio) -> np.ndarray:
    """The mono signal as essentia wants it."""
    return soxr.resample(audio.mono, audio.rate, 44_100).astype(np.float32)


def essentia_tempo(audio: Audio) -> float:
    """Beats per minute by essentia's RhythmExtractor2013 (degara)."""
    return float(extractors.RhythmExtractor2013(method="degara")(at_44100(audio))[0])


def same_tempo(found: float, wanted: float, factors: tuple[float, ...] = OCTAVES) -> bool:
    """Whether a tempo is the wanted one, give or take `TOLERANCE` and one of the factors."""
    return any(abs(found / (wanted * factor) - 1) <= TOLERANCE for factor in factors)


def chroma(audio: Audio) -> np.ndarray:
    """Constant-Q chroma of C1 to B6, 12 x frames of `CHROMA_HOP` samples at `ANALYSIS_RATE`."""
    signal = librosa.resample(audio.analysis, orig_sr=ANALYSIS_RATE, target_sr=ANALYSIS_RATE // 2)
    return librosa.feature.chroma_cqt(y=signal, sr=ANALYSIS_RATE // 2, hop_length=CHROMA_HOP // 2, n_octaves=6)


def krumhansl(mean_chroma: np.ndarray) -> tuple[int, str]:
    """Tonic and mode of the profile that correlates best."""
    fits = {
        (tonic, mode): np.corrcoef(np.roll(profile, tonic), mean_chroma)[0, 1]
        for mode, profile in (("major", MAJOR), ("minor", MINOR))
        for tonic in range(12)
    }
    return max(fits, key=lambda key: fits[key])


def essentia_key(audio: Audio) -> tuple[int, str]:
    """Tonic (0 is C) and mode by essentia's KeyExtractor as it comes (profile bgate)."""
    name, mode, _ = extractors.KeyExtractor()(at_44100(audio))
    return NOTES.index(FLATS.get(name, name)), mode


def key_name(key: tuple[int, str]) -> str:
    """Such as `A minor`."""
    return f"{NOTES[key[0]]} {key[1]}"
