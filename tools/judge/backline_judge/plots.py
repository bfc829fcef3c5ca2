"""Pictures of a song: waveform, mel spectrogram, chroma and self-similarity under one another."""

import json
from pathlib import Path

import librosa
import librosa.display
import matplotlib.pyplot as plt
import numpy as np

from backline_judge import harmony, rhythm, structure
from backline_judge.audio import ANALYSIS_RATE, Audio, read


def waveform(axes: plt.Axes, audio: Audio) -> None:
    """The mono signal's extremes in 2000 columns."""
    columns = np.array_split(audio.mono, 2000)
    times = np.linspace(0, audio.seconds, len(columns))
    low, high = [column.min() for column in columns], [column.max() for column in columns]
    axes.fill_between(times, low, high, linewidth=0)
    axes.set(ylim=(-1, 1), title="waveform")


def spectrogram(axes: plt.Axes, audio: Audio) -> None:
    """128 mel bands up to 16 kHz, 80 dB."""
    rate = 32_000
    signal = librosa.resample(audio.mono, orig_sr=audio.rate, target_sr=rate)
    mel = librosa.feature.melspectrogram(y=signal, sr=rate, n_fft=4096, hop_length=2048, fmax=16_000)
    level = librosa.power_to_db(mel, ref=np.max)
    librosa.display.specshow(level, sr=rate, hop_length=2048, x_axis="time", y_axis="mel", fmax=16_000, ax=axes)
    axes.set(title="mel spectrogram", xlabel="")


def chromagram(axes: plt.Axes, audio: Audio) -> None:
    """Pitch classes."""
    frames = harmony.chroma(audio)[:, ::4]
    librosa.display.specshow(frames, sr=ANALYSIS_RATE, hop_length=4096, x_axis="time", y_axis="chroma", ax=axes)
    axes.set(title="chroma", xlabel="")


def self_similarity(axes: plt.Axes, audio: Audio, score: dict | None) -> None:
    """What is like what, with the score's sections (white) and the found ones (red ticks)."""
    found = structure.windows(audio)
    end = found.shape[1] * structure.WINDOW_SECONDS
    axes.imshow(structure.similarity(found), origin="lower", extent=(0, end, 0, end), cmap="magma", vmin=-1, vmax=1)
    for start in structure.sections(found):
        axes.plot([start * structure.WINDOW_SECONDS] * 2, [0, end * 0.03], color="red")
    for span in (score or {}).get("sections", []):
        axes.axvline(span["start_seconds"], color="white", linewidth=0.5)
        axes.text(span["start_seconds"], end * 0.96, span["id"], color="white", fontsize=6, rotation=90, va="top")
    form = structure.structure(audio, rhythm.beats_of(rhythm.envelope_of(audio))[1])
    shares = f"contrast {form['contrast']:.2f}, repetition {form['repetition']:.2f}"
    axes.set(title=f"self-similarity: {shares}")


def draw(song: Path, out: Path) -> Path:
    """Draws one song to a PNG; a score.json beside it gives the sections."""
    audio = read(song)
    beside = song.parent / "score.json"
    score = json.loads(beside.read_text()) if beside.exists() else None
    grid = {"height_ratios": (1, 2, 1.2, 4)}
    figure, rows = plt.subplots(4, 1, figsize=(11, 15), gridspec_kw=grid, layout="constrained")
    waveform(rows[0], audio)
    spectrogram(rows[1], audio)
    chromagram(rows[2], audio)
    self_similarity(rows[3], audio, score)
    figure.suptitle(out.stem)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=80)
    plt.close(figure)
    return out
