"""Reads audio files as float samples."""

import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import librosa
import numpy as np
import soundfile

#: What structure, chroma and onsets are measured at; librosa's own rate.
ANALYSIS_RATE = 22_050


@dataclass
class Audio:
    """A stereo recording: `samples` is 2 x n, in -1..1."""

    samples: np.ndarray
    rate: int

    @cached_property
    def mono(self) -> np.ndarray:
        """Both channels' mean at the file's rate."""
        return self.samples.mean(axis=0)

    @cached_property
    def analysis(self) -> np.ndarray:
        """The mono signal at `ANALYSIS_RATE`."""
        return librosa.resample(self.mono, orig_sr=self.rate, target_sr=ANALYSIS_RATE, res_type="soxr_hq")

    @property
    def seconds(self) -> float:
        """The length."""
        return self.samples.shape[1] / self.rate


def read(path: Path | str) -> Audio:
    """Reads what libsndfile knows (WAV, FLAC, Ogg, MP3) itself, and everything else through ffmpeg."""
    try:
        samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        samples, rate = decoded(path)
    if samples.shape[1] == 1:
        samples = np.repeat(samples, 2, axis=1)
    return Audio(np.ascontiguousarray(samples[:, :2].T, dtype=np.float64), rate)


def decoded(path: Path | str, rate: int = 44_100) -> tuple[np.ndarray, int]:
    """Decodes with ffmpeg to floats, which may pass 1: nothing is clipped on the way."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path)]
    command += ["-f", "f32le", "-ac", "2", "-ar", str(rate), "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, dtype="<f4").reshape(-1, 2), rate
