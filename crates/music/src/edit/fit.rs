//! Brings the new half of a swapped song under the ceiling that the whole has, without touching the half that is held.

use crate::mix::{CEILING_DB, CELL, Opening};
use crate::perform::StemSound;
use crate::synth::from_db;
use std::ops::Range;

/// Where the held half alone fills the song to the ceiling, the new one is let through by this much at least.
const LEAST: f32 = 0.1;
/// Where the held half alone passes the ceiling, both together pass it by so much more at most, unless the new one would
/// be silenced.
const BEYOND: f32 = 1.02;

/// A channel of a stem.
type Side = fn(&StemSound) -> &Vec<i16>;
const SIDES: [Side; 2] = [|stem| &stem.left, |stem| &stem.right];

/// Listens to both halves and turns the new stems down where they and the held ones together would pass the ceiling; their
/// sum with those that are held stays within 16 bits.
#[derive(Default)]
pub(super) struct Fit {
    opening: Opening,
}

impl Fit {
    /// Hears a range of some stems, which begins where the last one ended and is, but for the last one, of whole cells.
    pub(super) fn listen<'a>(
        &mut self,
        held: impl Iterator<Item = &'a StemSound> + Clone,
        new: &[StemSound],
        range: Range<usize>,
    ) {
        let ceiling = from_db(CEILING_DB) * 32_768.0;
        let sides = SIDES.map(|side| {
            let own = new.iter().map(|stem| &side(stem)[range.clone()]);
            let kept = held.clone().map(|stem| &side(stem)[range.clone()]);
            (total(kept, range.len()), total(own, range.len()))
        });
        for start in (0..range.len()).step_by(CELL) {
            let cell = start..(start + CELL).min(range.len());
            let allowed =
                sides.iter().map(|(kept, own)| allowed(&kept[cell.clone()], &own[cell.clone()], ceiling));
            // A peak of this height, under a ceiling of 1, is what the limiter brings down so far.
            let peak = 1.0 / allowed.fold(1.0_f32, f32::min).max(LEAST);
            self.opening.push((1.0 / peak).min(1.0));
        }
    }

    /// There is no more to hear.
    pub(super) fn end(&mut self) {
        self.opening.end();
    }

    /// Whether enough was heard to turn everything before this sample.
    pub(super) fn knows(&self, end: usize) -> bool {
        end == 0 || self.opening.known() > (end - 1) / CELL + 1
    }

    /// Turns the first samples of the new stems, which lie at `start` in the song: of running sums each is rounded once, and
    /// the last is bounded by what is held.
    pub(super) fn turn<'a>(
        &self,
        start: usize,
        samples: usize,
        held: impl Iterator<Item = &'a StemSound> + Clone,
        new: &mut [StemSound],
    ) {
        let [left, right] = SIDES.map(|side| total(held.clone().map(|stem| &side(stem)[..samples]), samples));
        for (at, (left, right)) in left.into_iter().zip(right).enumerate() {
            let gain = self.gain(start + at);
            turn(new.iter_mut().map(|stem| &mut stem.left[at]), left, gain);
            turn(new.iter_mut().map(|stem| &mut stem.right[at]), right, gain);
        }
    }

    fn gain(&self, at: usize) -> f64 {
        let (cell, step) = (at / CELL, (at % CELL) as f32 / CELL as f32);
        let (from, to) = (self.opening.at(cell), self.opening.at(cell + 1));
        f64::from(from + (to - from) * step)
    }
}

/// The sum of some channels, sample by sample.
fn total<'a>(channels: impl Iterator<Item = &'a [i16]>, samples: usize) -> Vec<i32> {
    let mut sum = vec![0; samples];
    for channel in channels {
        sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += i32::from(*sample));
    }
    sum
}

/// How much of the new half keeps a cell under the ceiling, or hardly above what is held where that alone passes it.
fn allowed(kept: &[i32], own: &[i32], ceiling: f32) -> f32 {
    let high = kept.iter().fold(0, |high, sample| high.max(sample.abs())) as f32;
    let limit = ceiling.max(BEYOND * high);
    let pairs = kept.iter().zip(own).filter(|(_, own)| **own != 0);
    pairs.fold(1.0, |least, (kept, own)| {
        // Where the two have different signs, there is more room than the limit.
        let room = limit - (kept * own.signum()) as f32;
        least.min(room / own.abs() as f32)
    })
}

/// Turns one sample of all new stems.
fn turn<'a>(stems: impl Iterator<Item = &'a mut i16>, kept: i32, gain: f64) {
    let (low, high) = (i32::from(i16::MIN) - kept, i32::from(i16::MAX) - kept);
    let (mut sum, mut before) = (0, 0);
    for sample in stems {
        sum += i32::from(*sample);
        let next = ((f64::from(sum) * gain).round() as i32).clamp(low, high);
        let own = (next - before).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
        before += own;
        *sample = own as i16;
    }
}
