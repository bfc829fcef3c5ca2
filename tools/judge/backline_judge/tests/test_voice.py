"""Pitch, words and melodies with known answers."""

import unittest
from collections import Counter

import numpy as np

from backline_judge import melody, orders, voice, words
from backline_judge.audio import Audio

RATE = 44_100
TONES = [{"onset": 0.5 * at, "seconds": 0.5, "pitch": pitch} for at, pitch in enumerate((57, 60, 64, 62, 59, 57))]


def hummed(cents: float) -> Audio:
    """The tones as pulses through one resonance, so many cents off."""
    pieces, phase = [], 0.0
    for one in TONES:
        frequency = 440 * 2 ** ((one["pitch"] + cents / 100 - 69) / 12)
        phases = phase + frequency * np.arange(int(0.5 * RATE)) / RATE
        phase = phases[-1] + frequency / RATE
        pieces.append(sum(np.sin(2 * np.pi * k * phases) / k for k in range(1, 12)))
    mono = 0.1 * np.concatenate(pieces)
    return Audio(np.stack([mono, mono]), RATE)


class Pitch(unittest.TestCase):
    """A hum that is in tune, and one that is not."""

    def test_a_hum_on_the_notes_is_in_tune(self):
        """At least 95 %, for harvest needs some milliseconds at each step."""
        found = voice.in_tune(hummed(0), TONES)
        self.assertGreater(found["in_tune"], 0.95)
        self.assertAlmostEqual(found["median_cents"], 0, delta=3)

    def test_50_cents_off_is_out_of_tune(self):
        """The limit is 35."""
        found = voice.in_tune(hummed(50), TONES)
        self.assertLess(found["in_tune"], 0.05)
        self.assertAlmostEqual(found["median_cents"], 50, delta=3)

    def test_an_octave_lower_is_in_tune(self):
        """A man sings a woman's tune."""
        found = voice.in_tune(hummed(-1200), TONES)
        self.assertGreater(found["in_tune"], 0.95)
        self.assertEqual(found["octave"], -12)


def sung(cents: float) -> Audio:
    """The hum with consonants: the last 120 ms of each tone are a hiss, or a closure with a burst at its end."""
    mono = hummed(cents).mono.copy()
    draw = np.random.default_rng(4)
    hiss = np.diff(draw.normal(0, 0.03, len(mono) + 1))
    length = int(0.12 * RATE)
    for at, one in enumerate(TONES):
        end = int((one["onset"] + one["seconds"]) * RATE)
        mono[end - length : end] = hiss[end - length : end]
        if at % 2:
            mono[end - length : end - length // 4] = 0
    return Audio(np.stack([mono, mono]), RATE)


class Consonants(unittest.TestCase):
    """What has no pitch is not judged by it."""

    def test_hisses_and_closures_are_not_out_of_tune(self):
        """The tones between them are, by construction, exactly on their notes."""
        found = voice.in_tune(sung(0), TONES)
        self.assertGreater(found["in_tune"], 0.95)
        self.assertLess(found["voiced"], 0.85)

    def test_a_voice_with_consonants_that_is_50_cents_off_is_out_of_tune(self):
        """Whatever the hisses hide."""
        self.assertLess(voice.in_tune(sung(50), TONES)["in_tune"], 0.1)

    def test_rapped_lines_have_no_notes(self):
        """The sung one keeps its tone."""
        lines = [
            {"part": "lead", "delivery": delivery, "tones": [[TONES[at]]]}
            for at, delivery in enumerate(("sung", "rapped"))
        ]
        self.assertEqual(melody.sung_tones({"lines": lines}), [TONES[0]])


class Words(unittest.TestCase):
    """Counting, without listening."""

    def test_recall_counts_each_word_as_often_as_it_is_wanted(self):
        """Two of three; in single lines only one, for the other one was heard elsewhere."""
        wanted, found = [Counter(["home", "rain"]), Counter(["home"])], [Counter(["home"]), Counter(["rain"])]
        self.assertAlmostEqual(words.recall_in_blocks(wanted, found, 8), 2 / 3)
        self.assertAlmostEqual(words.recall_in_blocks(wanted, found, 1), 1 / 3)

    def test_only_long_words_count(self):
        """Four letters."""
        self.assertEqual(words.words_of("The driver hums behind the glass"), ["driver", "hums", "behind", "glass"])

    def test_the_loop_holds_the_lyric_and_75_others(self):
        """None of them twice."""
        for name in orders.lyric_names():
            lines = words.lyric_lines(orders.lyric(name))
            own = {word for line in lines for word in words.words_of(line)}
            loop = words.vocabulary(lines)
            self.assertEqual(len(loop), len(set(loop)))
            self.assertEqual(len(set(loop) - own), words.OTHERS)
            self.assertGreaterEqual(len(lines), 8)

    def test_noise_says_nothing_of_the_lyric(self):
        """Recall of noise is chance at most."""
        noise = np.random.default_rng(2).normal(0, 0.05, (2, RATE * 4))
        text = orders.lyric("01_night_bus")
        sung = [{"start": 0, "end": 4, "text": "Carry me home on the midnight bus"}]
        self.assertLess(words.word_gain(Audio(noise, RATE), sung, text, [])["recall"], 0.5)


class Melody(unittest.TestCase):
    """Interval by interval."""

    def test_a_transposed_tune_is_the_same_tune(self):
        """Intervals agree in all places."""
        self.assertEqual(melody.agreement([60, 62, 64], [65, 67, 69]), 1.0)

    def test_half_of_the_intervals(self):
        """One of two."""
        self.assertEqual(melody.agreement([60, 62, 64], [60, 62, 60]), 0.5)

    def test_orders_have_names_of_their_own_and_lyrics_that_exist(self):
        """Twenty of them, and 200 renders of 16 styles."""
        placed = orders.songs()
        self.assertEqual(len({order.id for order in placed}), 20)
        self.assertGreaterEqual(len({order.lyric for order in placed if order.lyric in orders.lyric_names()}), 6)
        styles = Counter(style for style, _ in orders.class_renders())
        self.assertEqual((len(styles), sum(styles.values())), (16, 200))
