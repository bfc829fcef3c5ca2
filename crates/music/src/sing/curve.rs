//! The pitch that is sung: notes, the glides between them, vibrato.

use super::line::{LineToSing, Tone};
use crate::Delivery;
use crate::random::Stream;
use std::f64::consts::TAU;

/// A glide lasts from the first to the second of these, longer for wider steps; in seconds. Where consonants part the
/// vowels, it is hidden in them and quick.
const GLIDE: (f64, f64) = (0.05, 0.1);
const HIDDEN_GLIDE: (f64, f64) = (0.035, 0.05);
/// It takes no more than this share of the shorter of its two notes.
const MOST_GLIDE: f64 = 0.18;
/// Vibrato sets in this long after the onset, and is full this much later; in seconds.
const VIBRATO_AFTER: f64 = 0.25;
const VIBRATO_RISE: f64 = 0.3;
/// After a rest of this length a note is begun anew, without a glide; in seconds.
const REST: f64 = 0.15;

/// Nobody holds a pitch: it wanders by so many cents, so often a second.
const DRIFT: [(f64, f64); 2] = [(3.0, 0.7), (2.0, 2.3)];
/// A rapped syllable begins so far above its note and ends so far below it, in semitones; the last of a line further.
const SPOKEN: (f64, f64) = (1.4, -1.8);
const SPOKEN_END: f64 = -4.5;
/// The share of a rapped syllable after which the pitch goes to where the next one begins.
const SPOKEN_FALL: f64 = 0.75;
/// How much of the vibrato a rapped line keeps.
const SPOKEN_VIBRATO: f64 = 0.1;

/// The pitch at any time of a line.
pub(super) struct Curve {
    tones: Vec<Tone>,
    /// Whether consonants stand before each tone: then the glide happens within them, and the vowel begins on pitch.
    led: Vec<bool>,
    vibrato: (f64, f64),
    /// Where in its swing each tone's vibrato begins, in turns.
    phases: Vec<f64>,
    /// Where in their swings the drifts begin, in turns.
    drift: [f64; 2],
    is_rapped: bool,
}

impl Curve {
    pub(super) fn new(line: &LineToSing<'_>) -> Self {
        let tones: Vec<Tone> = line.tones.iter().flatten().copied().collect();
        let mut stream = Stream::keyed(line.seed, "sing", "vibrato", 0);
        let phases = tones.iter().map(|_| f64::from(stream.unit()) * 0.2 - 0.1).collect();
        let drift = [f64::from(stream.unit()), f64::from(stream.unit())];
        let is_rapped = line.delivery == Delivery::Rapped;
        let (cents, hertz) = line.timbre.vibrato;
        let depth = f64::from(cents) * if is_rapped { SPOKEN_VIBRATO } else { 1.0 };
        let led = led(line);
        Self { tones, led, vibrato: (depth, f64::from(hertz)), phases, drift, is_rapped }
    }

    /// In Hz.
    pub(super) fn hertz(&self, time: f64) -> f64 {
        let cents = self.vibrato_at(time) + self.drift_at(time);
        440.0 * ((self.pitch(time) + cents / 100.0 - 69.0) / 12.0).exp2()
    }

    /// As a MIDI note number, without vibrato.
    pub(super) fn pitch(&self, time: f64) -> f64 {
        let at = self.tone_at(time);
        let own = f64::from(self.tones[at].pitch);
        let next = self.tones.get(at + 1).filter(|next| self.glides(at, next));
        let before = at.checked_sub(1).filter(|before| self.glides(*before, &self.tones[at]));
        let into = next.map_or(0.0, |next| self.glide(at, time) * (f64::from(next.pitch) - own));
        let out_of = before.map_or(0.0, |before| {
            (1.0 - self.glide(before, time)) * (f64::from(self.tones[before].pitch) - own)
        });
        own + into + out_of + self.spoken_at(at, time)
    }

    /// In semitones, how far speech is from the note.
    fn spoken_at(&self, at: usize, time: f64) -> f64 {
        if !self.is_rapped {
            return 0.0;
        }
        let tone = &self.tones[at];
        let share = ((time - tone.onset) / tone.seconds).clamp(0.0, 1.0);
        let (from, to) = SPOKEN;
        match self.tones.get(at + 1).filter(|next| self.glides(at, next)) {
            None => from + (SPOKEN_END - from) * share,
            Some(_) if share < SPOKEN_FALL => from + (to - from) * share / SPOKEN_FALL,
            Some(_) => to + (from - to) * (share - SPOKEN_FALL) / (1.0 - SPOKEN_FALL),
        }
    }

    /// In cents.
    fn drift_at(&self, time: f64) -> f64 {
        let drifts = DRIFT.iter().zip(self.drift);
        drifts.map(|((cents, hertz), phase)| cents * (TAU * (hertz * time + phase)).sin()).sum()
    }

    /// The tone that sounds, or the nearest before.
    fn tone_at(&self, time: f64) -> usize {
        self.tones.partition_point(|tone| tone.onset <= time).saturating_sub(1)
    }

    /// How much of the way from a tone to the next is done, 0 to 1; half of it at the onset, or all of it where consonants
    /// lead to the next tone.
    fn glide(&self, at: usize, time: f64) -> f64 {
        let (before, next) = (&self.tones[at], &self.tones[at + 1]);
        let width = f64::from((next.pitch - before.pitch).abs()) / 12.0;
        let (least, most) = if self.led[at + 1] { HIDDEN_GLIDE } else { GLIDE };
        let seconds =
            (least + (most - least) * width.min(1.0)).min(MOST_GLIDE * before.seconds.min(next.seconds));
        let ahead = if self.led[at + 1] { 0.9 } else { 0.5 };
        eased((time - next.onset) / seconds + ahead)
    }

    fn glides(&self, at: usize, next: &Tone) -> bool {
        next.onset - self.tones[at].end() < REST
    }

    /// In cents.
    fn vibrato_at(&self, time: f64) -> f64 {
        let at = self.tone_at(time);
        let since = time - self.tones[at].onset - VIBRATO_AFTER;
        if since <= 0.0 {
            return 0.0;
        }
        let depth = self.vibrato.0 * (since / VIBRATO_RISE).min(1.0);
        depth * (TAU * (self.vibrato.1 * since + self.phases[at])).sin()
    }
}

/// For each tone whether consonants stand between it and the vowel before.
fn led(line: &LineToSing<'_>) -> Vec<bool> {
    let syllables = line.said.words.iter().flat_map(|word| &word.syllables);
    let mut closed = false;
    let mut led = Vec::new();
    for (syllable, tones) in syllables.zip(line.tones) {
        led.extend((0..tones.len()).map(|at| at == 0 && (closed || !syllable.onset.is_empty())));
        closed = !syllable.coda.is_empty();
    }
    led
}

/// Gentle at both ends, quick in the middle.
fn eased(share: f64) -> f64 {
    let once = |share: f64| share * share * (3.0 - 2.0 * share);
    once(once(share.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sing::SINGERS;
    use crate::words::say;

    #[test]
    fn a_tone_is_reached_and_left_in_a_glide() {
        let tone = |onset, pitch| vec![Tone { onset, seconds: 0.5, pitch }];
        let tones = [tone(0.0, 60.0), tone(0.5, 64.0), tone(2.0, 55.0)];
        let said = say("oh I do");
        let line =
            LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], delivery: Delivery::Sung, seed: 1 };
        let curve = Curve::new(&line);
        assert_eq!(curve.pitch(0.2), 60.0);
        assert!((curve.pitch(0.5) - 62.0).abs() < 0.01);
        let said = say("one by one");
        let led = Curve::new(&LineToSing { said: &said, ..line });
        assert!(led.pitch(0.42) < 60.01 && led.pitch(0.5) > 63.8, "consonants hide the glide");
        assert_eq!(curve.pitch(0.7), 64.0);
        assert_eq!(curve.pitch(1.999), 64.0);
        assert_eq!(curve.pitch(2.0), 55.0);
        assert!((curve.hertz(0.1) / 261.63).log2().abs() * 1200.0 < 7.0);
    }

    #[test]
    fn a_rapped_syllable_falls_as_in_speech() {
        let tone = |onset| vec![Tone { onset, seconds: 0.3, pitch: 60.0 }];
        let tones = [tone(0.0), tone(0.3), tone(0.6)];
        let said = say("one by one");
        let line = LineToSing {
            said: &said,
            tones: &tones,
            timbre: &SINGERS[0],
            delivery: Delivery::Rapped,
            seed: 1,
        };
        let curve = Curve::new(&line);
        for onset in [0.01, 0.31, 0.61] {
            assert!(curve.pitch(onset) > 60.8 && curve.pitch(onset + 0.2) < 59.5, "{onset}");
        }
        assert!(curve.pitch(0.89) < 56.5);
    }
}
