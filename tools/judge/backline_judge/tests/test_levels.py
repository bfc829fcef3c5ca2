"""Meters on sines and noise."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import soundfile

from backline_judge import levels
from backline_judge.audio import Audio
from backline_judge.measures import DECIDING, HERE
from backline_judge.ranges import RANGES, misses

RATE = 44_100
TIME = np.arange(RATE * 5) / RATE


def stereo(left: np.ndarray, right: np.ndarray | None = None) -> Audio:
    """Two channels; the same one twice without the other."""
    return Audio(np.stack([left, left if right is None else right]), RATE)


class Levels(unittest.TestCase):
    """Levels whose values follow from the signal."""

    def test_a_full_scale_sine_of_997_hz_in_both_channels_is_0_lufs(self):
        """BS.1770: -3.01 LUFS in one channel."""
        self.assertAlmostEqual(levels.loudness(stereo(np.sin(2 * np.pi * 997 * TIME))), 0.0, delta=0.1)

    def test_a_sine_has_a_crest_of_3_db(self):
        """The square root of two."""
        self.assertAlmostEqual(levels.crest(stereo(0.5 * np.sin(2 * np.pi * 440 * TIME))), 3.01, delta=0.02)

    def test_the_true_peak_lies_between_samples(self):
        """A sine at a quarter of the rate, 45 degrees off, has samples 3 dB below its peak."""
        sine = 0.5 * np.sin(2 * np.pi * RATE / 4 * TIME + np.pi / 4) * np.minimum(1, np.minimum(TIME, 5 - TIME) * 10)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sine.wav"
            soundfile.write(path, np.stack([sine, sine]).T, RATE)
            self.assertAlmostEqual(levels.true_peak(path), -6.0, delta=0.2)

    def test_side_to_mid_and_correlation_of_known_mixtures(self):
        """Independent noises of the same level have a correlation of 0 and sides as loud as the middle."""
        one, other = np.random.default_rng(1).normal(0, 0.1, (2, len(TIME)))
        self.assertAlmostEqual(levels.side_to_mid(stereo(one, other)), 0.0, delta=0.2)
        self.assertAlmostEqual(levels.correlation(stereo(one, other)), 0.0, delta=0.01)
        self.assertAlmostEqual(levels.side_to_mid(stereo(one + 0.1 * other, one - 0.1 * other)), -20.0, delta=0.2)
        self.assertAlmostEqual(levels.correlation(stereo(one)), 1.0)

    def test_half_a_recording_of_nothing_is_half_silent(self):
        """Digital silence."""
        signal = np.where(TIME < 2.5, np.sin(2 * np.pi * 440 * TIME), 0)
        self.assertAlmostEqual(levels.silence(stereo(signal)), 0.5, delta=0.02)

    def test_a_low_sine_is_all_bass(self):
        """100 Hz."""
        found = levels.balance(stereo(np.sin(2 * np.pi * 100 * TIME)))
        self.assertGreater(found["bass"], -0.1)
        self.assertLess(found["air"], -60)

    def test_offset_and_clipping_are_seen(self):
        """A constant of 0.1; a square wave at full scale."""
        self.assertAlmostEqual(levels.direct_current(stereo(np.full(RATE, 0.1))), -20, delta=0.1)
        self.assertEqual(levels.clipped(stereo(np.ones(10))), 20)


class Ranges(unittest.TestCase):
    """What counts as a miss."""

    def test_values_outside_their_range_are_named_with_the_direction(self):
        """In range, too low, too high, and not a number."""
        found = {name: (low + high) / 2 for name, (low, high) in RANGES.items()}
        self.assertEqual(misses(found), {})
        self.assertEqual(misses(found | {"onsets": 9, "crest": 3}), {"onsets": "high", "crest": "low"})
        self.assertIn("contrast", misses(found | {"contrast": float("nan")}))

    def test_the_modules_that_decide_exist(self):
        """Their texts are the version of kept measures."""
        for name in DECIDING:
            self.assertTrue((HERE / f"{name}.py").exists(), name)
