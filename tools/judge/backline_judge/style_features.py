"""The features by which the style classifier tells songs apart: librosa's usual ones, their means and spreads."""

import librosa
import numpy as np

from backline_judge.audio import ANALYSIS_RATE, Audio

HOP = 1024


def frames(audio: Audio) -> list[np.ndarray]:
    """Features by frame, each rows x frames."""
    signal = audio.analysis
    power = np.abs(librosa.stft(signal, n_fft=2048, hop_length=HOP)) ** 2
    magnitude = np.sqrt(power)
    mel = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=ANALYSIS_RATE))
    shape = librosa.feature.mfcc(S=mel, n_mfcc=20)
    chroma = librosa.feature.chroma_stft(S=power, sr=ANALYSIS_RATE)
    return [
        shape,
        librosa.feature.delta(shape),
        chroma,
        librosa.feature.spectral_contrast(S=magnitude, sr=ANALYSIS_RATE),
        librosa.feature.spectral_centroid(S=magnitude, sr=ANALYSIS_RATE),
        librosa.feature.spectral_bandwidth(S=magnitude, sr=ANALYSIS_RATE),
        librosa.feature.spectral_rolloff(S=magnitude, sr=ANALYSIS_RATE),
        librosa.feature.spectral_flatness(S=power),
        librosa.feature.zero_crossing_rate(signal, hop_length=HOP),
        librosa.feature.rms(S=magnitude),
    ]


def rhythm(audio: Audio) -> np.ndarray:
    """Tempo, onsets and the strength of the pulse at several speeds."""
    envelope = librosa.onset.onset_strength(y=audio.analysis, sr=ANALYSIS_RATE)
    tempogram = librosa.feature.tempogram(onset_envelope=envelope, sr=ANALYSIS_RATE).mean(axis=1)
    tempo = librosa.feature.tempo(onset_envelope=envelope, sr=ANALYSIS_RATE)
    onsets = len(librosa.onset.onset_detect(onset_envelope=envelope, sr=ANALYSIS_RATE)) / audio.seconds
    by_speed = [part.mean() for part in np.array_split(tempogram[8:264], 32)]
    return np.array([tempo[0], onsets, envelope.mean(), envelope.std(), *by_speed])


def features(audio: Audio) -> np.ndarray:
    """One row for the classifier."""
    pooled = [part for found in frames(audio) for part in (found.mean(axis=1), found.std(axis=1))]
    return np.nan_to_num(np.concatenate([*pooled, rhythm(audio)]))
