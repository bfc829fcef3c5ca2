"""Tempo, key, chords, onsets and form of made-up music."""

import unittest

import numpy as np

from backline_judge import harmony, rhythm, structure
from backline_judge.audio import Audio

RATE = 44_100


def tone(pitch: float, seconds: float) -> np.ndarray:
    """A decaying tone with overtones."""
    time = np.arange(int(seconds * RATE)) / RATE
    base = 440 * 2 ** ((pitch - 69) / 12)
    waves = [np.sin(2 * np.pi * base * k * time) / k**2 for k in range(1, 6)]
    return 0.1 * np.sum(waves, axis=0) * np.exp(-2 * time)


def chord(root: int, minor: bool, seconds: float) -> np.ndarray:
    """A triad."""
    return sum(tone(root + interval, seconds) for interval in (0, 3 if minor else 4, 7))


def song(beat: float, repeats: int = 8) -> Audio:
    """C, A minor, F and G, four beats each, in C major: struck on every beat."""
    bars = [(60, False), (57, True), (53, False), (55, False)]
    strokes = [chord(root, minor, beat) for root, minor in bars * repeats for _ in range(4)]
    mono = np.concatenate(strokes)
    return Audio(np.stack([mono, mono]), RATE)


class Music(unittest.TestCase):
    """A song of which everything is known."""

    @classmethod
    def setUpClass(cls):
        """120 beats a minute."""
        cls.song = song(0.5)
        cls.envelope = rhythm.envelope_of(cls.song)
        cls.tempo, cls.beats = rhythm.beats_of(cls.envelope)
        cls.chroma = harmony.chroma(cls.song)

    def test_tempo_is_found_by_both(self):
        """Give or take 4 % and an octave."""
        self.assertTrue(harmony.same_tempo(self.tempo, 120))
        self.assertTrue(harmony.same_tempo(harmony.essentia_tempo(self.song), 120))

    def test_a_third_off_is_not_the_tempo(self):
        """Only halves and doubles are forgiven, and not strictly."""
        self.assertFalse(harmony.same_tempo(90, 120))
        self.assertTrue(harmony.same_tempo(61, 120))
        self.assertFalse(harmony.same_tempo(61, 120, (1.0,)))

    def test_key_is_found_by_both(self):
        """C major."""
        self.assertEqual(harmony.krumhansl(self.chroma.mean(axis=1)), (0, "major"))
        self.assertEqual(harmony.essentia_key(self.song), (0, "major"))

    def test_onsets_are_the_strokes(self):
        """Two a second."""
        self.assertAlmostEqual(rhythm.onset_rate(self.envelope, self.song.seconds), 2, delta=0.2)

    def test_chords_change_as_written(self):
        """A chord in two seconds is thirty a minute."""
        beats = self.beats * rhythm.HOP // harmony.CHROMA_HOP
        self.assertAlmostEqual(rhythm.chord_changes(self.chroma, beats, self.song.seconds), 30, delta=4)


class Form(unittest.TestCase):
    """Noises of different colours as sections."""

    def made(self, colours: list[float], seconds: float = 20) -> np.ndarray:
        """Windows of a song whose sections are noises, each with its own slope and some wandering."""
        random = np.random.default_rng(3)
        mono = []
        for colour in colours:
            noise = random.normal(0, 0.1, int(seconds * RATE))
            smooth = np.convolve(noise, np.ones(8) / 8, mode="same")
            sway = 0.15 * np.sin(np.arange(len(noise)) / RATE * 1.1)
            mono.append((1 - colour + sway) * noise + (colour - sway) * smooth)
        joined = np.concatenate(mono)
        return structure.windows(Audio(np.stack([joined, joined]), RATE))

    def test_sections_of_different_sound_have_more_contrast_than_one_sound(self):
        """Verse and chorus against one long verse."""
        different = structure.contrast(self.made([0.1, 0.9, 0.1, 0.9]))
        self.assertGreater(different, structure.contrast(self.made([0.5] * 4)) + 0.2)

    def test_sections_that_are_flat_inside_have_the_whole_contrast(self):
        """All variance lies between them."""
        random = np.random.default_rng(4)
        flat = np.repeat(random.normal(0, 1, (13, 4)), 10, axis=1) + random.normal(0, 0.01, (13, 40))
        self.assertGreater(structure.contrast(flat - flat.mean(axis=1, keepdims=True)), 0.98)

    def test_what_returns_counts_as_repetition(self):
        """The sections come twice, or random sounds never do."""
        random = np.random.default_rng(5).normal(0, 1, (13, 60))
        self.assertGreater(structure.repetition(self.made([0.1, 0.9, 0.1, 0.9]), 2.0), 0.9)
        self.assertLess(structure.repetition(random, 2.0), 0.7)

    def test_the_moment_itself_is_not_its_return(self):
        """Sounds that last for 4 s and never come back are like themselves only nearby."""
        random = np.repeat(np.random.default_rng(6).normal(0, 1, (13, 30)), 8, axis=1)
        self.assertLess(structure.repetition(random, 0.5), 0.75)
        self.assertGreater(structure.repetition(np.tile(random[:, :120], 2), 0.5), 0.95)
