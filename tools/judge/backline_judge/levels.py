"""Loudness, peaks, stereo and spectral balance: what a mastering engineer's meters show."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pyloudnorm
from scipy.signal import resample_poly, welch

from backline_judge.audio import Audio

#: Name and limits in Hz of the bands of the spectral balance.
BANDS = (("sub", 20, 60), ("bass", 60, 250), ("low_mid", 250, 2000), ("high_mid", 2000, 6000), ("air", 6000, 16_000))
#: Quieter than this in a window of 100 ms is silence.
SILENCE_DB = -60.0


def decibel(ratio: float) -> float:
    """An amplitude ratio in dB, at least -120."""
    return float(20 * np.log10(max(ratio, 1e-6)))


def rms(signal: np.ndarray) -> float:
    """Root of the mean square over all samples and channels."""
    return float(np.sqrt(np.mean(np.square(signal))))


def loudness(audio: Audio) -> float:
    """Integrated loudness in LUFS by ITU-R BS.1770-4."""
    return float(pyloudnorm.Meter(audio.rate).integrated_loudness(audio.samples.T))


def true_peak(path: Path | str) -> float:
    """The highest peak in dBTP by ffmpeg's ebur128, to 0.1 dB.

    Meters with short filters read up to 1 dB less on bright masters, so nothing simpler stands in for it.
    """
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a:0"]
    command += ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return float(re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", said)[-1])


def clipped(audio: Audio) -> int:
    """Samples at full scale."""
    return int(np.count_nonzero(np.abs(audio.samples) >= 32_767 / 32_768))


def crest(audio: Audio) -> float:
    """Sample peak over RMS in dB, over both channels."""
    return decibel(float(np.abs(audio.samples).max()) / max(rms(audio.samples), 1e-9))


def side_to_mid(audio: Audio) -> float:
    """RMS of (L-R)/2 over that of (L+R)/2 in dB."""
    left, right = audio.samples
    return decibel(rms((left - right) / 2) / max(rms((left + right) / 2), 1e-9))


def correlation(audio: Audio) -> float:
    """Pearson's correlation of the two channels."""
    left, right = audio.samples
    if rms(left) < 1e-6 or rms(right) < 1e-6:
        return 1.0
    return float(np.corrcoef(left, right)[0, 1])


def direct_current(audio: Audio) -> float:
    """The larger mean of the two channels, in dBFS."""
    return decibel(float(np.abs(audio.samples.mean(axis=1)).max()))


def low_correlation(audio: Audio) -> float:
    """The channels' correlation below 120 Hz: 1 is safe in mono."""
    step = max(1, audio.rate // 500)
    low = np.stack([resample_poly(channel, 1, step) for channel in audio.samples])
    return correlation(Audio(low, audio.rate // step))


def silence(audio: Audio) -> float:
    """The share of windows of 100 ms that hold nothing."""
    window = audio.rate // 10
    count = audio.samples.shape[1] // window
    power = np.square(audio.samples[:, : count * window]).mean(axis=0).reshape(count, window).mean(axis=1)
    return float(np.mean(10 * np.log10(power + 1e-12) < SILENCE_DB))


def balance(audio: Audio) -> dict[str, float]:
    """Power in each band against that of all bands, in dB."""
    frequencies, power = welch(audio.samples, audio.rate, nperseg=8192)
    power = power.sum(axis=0)
    bands = {name: power[(frequencies >= low) & (frequencies < high)].sum() for name, low, high in BANDS}
    whole = sum(bands.values()) + 1e-20
    return {name: float(10 * np.log10(band / whole + 1e-12)) for name, band in bands.items()}


def centroid(audio: Audio) -> float:
    """The power spectrum's mean frequency in Hz, on a logarithmic axis from 50 Hz to 16 kHz."""
    frequencies, power = welch(audio.mono, audio.rate, nperseg=8192)
    heard = (frequencies >= 50) & (frequencies <= 16_000)
    weight = np.sqrt(power[heard])
    return float(np.exp(np.sum(weight * np.log(frequencies[heard])) / (weight.sum() + 1e-12)))


def levels(audio: Audio) -> dict[str, float]:
    """All of this module's measures by name."""
    found = {
        "lufs": loudness(audio),
        "clipped": clipped(audio),
        "crest": crest(audio),
        "side_mid": side_to_mid(audio),
        "correlation": correlation(audio),
        "low_correlation": low_correlation(audio),
        "dc": direct_current(audio),
        "silence": silence(audio),
        "centroid": centroid(audio),
    }
    return found | balance(audio)
