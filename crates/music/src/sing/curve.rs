//! The pitch that is sung: notes, the glides between them, vibrato.

use super::line::{LineToSing, Tone};
use crate::random::Stream;
use std::f64::consts::TAU;

/// A glide lasts from the first to the second of these, longer for wider steps; in seconds.
const GLIDE: (f64, f64) = (0.06, 0.12);
/// Vibrato sets in this long after the onset, and is full this much later; in seconds.
const VIBRATO_AFTER: f64 = 0.25;
const VIBRATO_RISE: f64 = 0.3;
/// After a rest of this length a note is begun anew, without a glide; in seconds.
const REST: f64 = 0.15;

/// The pitch at any time of a line.
pub(super) struct Curve {
    tones: Vec<Tone>,
    vibrato: (f64, f64),
    /// Where in its swing each tone's vibrato begins, in turns.
    phases: Vec<f64>,
}

impl Curve {
    pub(super) fn new(line: &LineToSing<'_>) -> Self {
        let tones: Vec<Tone> = line.tones.iter().flatten().copied().collect();
        let mut stream = Stream::keyed(line.seed, "sing", "vibrato", 0);
        let phases = tones.iter().map(|_| f64::from(stream.unit()) * 0.2 - 0.1).collect();
        let (cents, hertz) = line.timbre.vibrato;
        Self { tones, vibrato: (f64::from(cents), f64::from(hertz)), phases }
    }

    /// In Hz.
    pub(super) fn hertz(&self, time: f64) -> f64 {
        440.0 * ((self.pitch(time) + self.vibrato_at(time) / 100.0 - 69.0) / 12.0).exp2()
    }

    /// As a MIDI note number, without vibrato.
    pub(super) fn pitch(&self, time: f64) -> f64 {
        let at = self.tone_at(time);
        let own = f64::from(self.tones[at].pitch);
        let next = self.tones.get(at + 1).filter(|next| self.glides(at, next));
        let before = at.checked_sub(1).filter(|before| self.glides(*before, &self.tones[at]));
        let into =
            next.map_or(0.0, |next| glide(&self.tones[at], next, time) * (f64::from(next.pitch) - own));
        let out_of = before.map(|before| &self.tones[before]).map_or(0.0, |before| {
            (1.0 - glide(before, &self.tones[at], time)) * (f64::from(before.pitch) - own)
        });
        own + into + out_of
    }

    /// The tone that sounds, or the nearest before.
    fn tone_at(&self, time: f64) -> usize {
        self.tones.partition_point(|tone| tone.onset <= time).saturating_sub(1)
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

/// How much of the way to the next tone is done, 0 to 1, half of it at the onset.
fn glide(before: &Tone, next: &Tone, time: f64) -> f64 {
    let width = f64::from((next.pitch - before.pitch).abs()) / 12.0;
    let seconds = GLIDE.0 + (GLIDE.1 - GLIDE.0) * width.min(1.0);
    let share = ((time - next.onset) / seconds + 0.5).clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
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
        let said = say("one by one");
        let line = LineToSing { said: &said, tones: &tones, timbre: &SINGERS[0], seed: 1 };
        let curve = Curve::new(&line);
        assert_eq!(curve.pitch(0.2), 60.0);
        assert!((curve.pitch(0.5) - 62.0).abs() < 0.01);
        assert_eq!(curve.pitch(0.7), 64.0);
        assert_eq!(curve.pitch(1.999), 64.0);
        assert_eq!(curve.pitch(2.0), 55.0);
        assert!((curve.hertz(0.1) - 261.63).abs() < 0.01);
    }
}
