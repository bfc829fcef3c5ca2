"""The sung pitch against the score."""

import numpy as np
import pyworld
import soxr

from backline_judge.audio import Audio

RATE = 16_000
#: In tune.
CENTS = 35
FRAME_SECONDS = 0.005
#: WORLD's own decision what is voiced (D4C's "LoveTrain", Morise 2016) at its usual threshold. Harvest alone must not decide:
#: it fills gaps on purpose, and gives consonants, closures and breaths a pitch that nobody sings.
VOICING = 0.85
#: Nearer to a note's border than this, a voice glides.
GLIDE_SECONDS = 0.06


def voiced_pitch(audio: Audio) -> tuple[np.ndarray, np.ndarray]:
    """Times, and MIDI pitch or NaN: pyworld's harvest refined by its stonemask, where its D4C hears a voice."""
    mono = soxr.resample(audio.mono, audio.rate, RATE).astype(np.float64)
    pitch, times = pyworld.harvest(mono, RATE, f0_floor=65, f0_ceil=900, frame_period=FRAME_SECONDS * 1000)
    pitch = pyworld.stonemask(mono, pitch, times, RATE)
    loud = loud_frames(mono, len(times))
    voiced = pyworld.d4c(mono, pitch, times, RATE, threshold=VOICING)[:, 0] < 1 - 1e-3
    with np.errstate(divide="ignore"):
        midi = 69 + 12 * np.log2(pitch / 440)
    return times, np.where((pitch > 0) & loud & voiced, midi, np.nan)


def loud_frames(mono: np.ndarray, count: int) -> np.ndarray:
    """Frames within 40 dB of the loudest: reverb and noise between the lines have no pitch of the singer's."""
    step = int(RATE * FRAME_SECONDS)
    padded = np.pad(mono, (2 * step, max(0, count * step + 4 * step - len(mono))))
    energy = np.array([np.mean(np.square(padded[i * step : (i + 4) * step])) for i in range(count)])
    return 10 * np.log10(energy + 1e-12) > 10 * np.log10(energy.max(initial=1e-12)) - 40


def in_tune(audio: Audio, tones: list[dict]) -> dict[str, float]:
    """The share of voiced frames during notes that lie within `CENTS` of the note; `settled`: glides left out.

    `tones` hold `onset`, `seconds` and `pitch` of what is sung, not of what is rapped. Whole octaves do not count: a man may sing a woman's tune.
    """
    times, midi = voiced_pitch(audio)
    wanted = np.full(len(times), np.nan)
    settled = np.zeros(len(times), dtype=bool)
    for tone in tones:
        end = tone["onset"] + tone["seconds"]
        wanted[(times >= tone["onset"]) & (times < end)] = tone["pitch"]
        settled |= (times >= tone["onset"] + GLIDE_SECONDS) & (times < end - GLIDE_SECONDS)
    both = ~np.isnan(wanted) & ~np.isnan(midi)
    if not both.any():
        return {"in_tune": 0.0, "settled": 0.0, "median_cents": 0.0, "voiced": 0.0, "octave": 0.0}
    off = midi[both] - wanted[both]
    octave = 12 * np.round(np.median(off) / 12)
    cents = 100 * (off - octave)
    return {
        "in_tune": share_in_tune(cents),
        "settled": share_in_tune(cents[settled[both]]),
        "median_cents": float(np.median(cents)),
        "voiced": float(both.sum() / max((~np.isnan(wanted)).sum(), 1)),
        "octave": float(octave),
    }


def share_in_tune(cents: np.ndarray) -> float:
    """The share of deviations within `CENTS`."""
    return float(np.mean(np.abs(cents) <= CENTS)) if len(cents) else 0.0
