//! Brings the new half of a swapped song under the ceiling that the whole has, without touching the half that is held.

use crate::mix::{CEILING_DB, CELL, limiting};
use crate::perform::StemSound;
use crate::synth::from_db;

/// Where the held half alone fills the song to the ceiling, the new one is let through by this much at least.
const LEAST: f32 = 0.1;
/// Where the held half alone passes the ceiling, both together pass it by so much more at most, unless the new one would
/// be silenced.
const BEYOND: f32 = 1.02;

/// Turns the new stems down where they and the held ones together would pass the ceiling; their sum with those that are
/// held stays within 16 bits.
pub(super) fn fit(held: &[&StemSound], new: &mut [StemSound]) {
    let gains = gains(held, new);
    let kept = |channel: fn(&StemSound) -> &Vec<i16>| total(held.iter().copied().map(channel));
    let (left, right) = (kept(|stem| &stem.left), kept(|stem| &stem.right));
    turn(&mut new.iter_mut().map(|stem| &mut stem.left).collect::<Vec<_>>(), &left, &gains);
    turn(&mut new.iter_mut().map(|stem| &mut stem.right).collect::<Vec<_>>(), &right, &gains);
}

/// The sum of some channels, sample by sample.
fn total<'a>(channels: impl Iterator<Item = &'a Vec<i16>>) -> Vec<i32> {
    let mut sum = Vec::new();
    for channel in channels {
        sum.resize(channel.len(), 0);
        sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += i32::from(*sample));
    }
    sum
}

/// What the new half is let through by at the start of each cell.
fn gains(held: &[&StemSound], new: &[StemSound]) -> Vec<f32> {
    let ceiling = from_db(CEILING_DB) * 32_768.0;
    let side = |channel: fn(&StemSound) -> &Vec<i16>| {
        (total(held.iter().copied().map(channel)), total(new.iter().map(channel)))
    };
    let sides = [side(|stem| &stem.left), side(|stem| &stem.right)];
    let cells = sides[0].1.len().div_ceil(CELL);
    let wanted = (0..cells).map(|cell| {
        let allowed = sides.iter().map(|(kept, own)| {
            let within = |sum: &[i32]| (cell * CELL).min(sum.len())..((cell + 1) * CELL).min(sum.len());
            allowed(&kept[within(kept)], &own[within(own)], ceiling)
        });
        // A peak of this height, under a ceiling of 1, is what the limiter brings down so far.
        1.0 / allowed.fold(1.0_f32, f32::min).max(LEAST)
    });
    limiting(&wanted.collect::<Vec<_>>(), 1.0, 1.0)
}

/// How much of the new half keeps a cell under the ceiling, or hardly above what is held where that alone passes it.
fn allowed(kept: &[i32], own: &[i32], ceiling: f32) -> f32 {
    let high = kept.iter().fold(0, |high, sample| high.max(sample.abs())) as f32;
    let limit = ceiling.max(BEYOND * high);
    // Nothing may be held: a song in which nobody sings has no stem of a voice.
    let kept = kept.iter().chain(std::iter::repeat(&0));
    let pairs = kept.zip(own).filter(|(_, own)| **own != 0);
    pairs.fold(1.0, |least, (kept, own)| {
        // Where the two have different signs, there is more room than the limit.
        let room = limit - (kept * own.signum()) as f32;
        least.min(room / own.abs() as f32)
    })
}

/// Turns one channel of all new stems: of running sums each is rounded once, and the last is bounded by what is held.
fn turn(new: &mut [&mut Vec<i16>], held: &[i32], gains: &[f32]) {
    let samples = new.first().map_or(0, |channel| channel.len());
    for at in 0..samples {
        let (cell, step) = (at / CELL, (at % CELL) as f32 / CELL as f32);
        let gain = f64::from(gains[cell] + (gains[cell + 1] - gains[cell]) * step);
        let kept = held.get(at).copied().unwrap_or(0);
        let (low, high) = (i32::from(i16::MIN) - kept, i32::from(i16::MAX) - kept);
        let (mut sum, mut before) = (0, 0);
        for channel in new.iter_mut() {
            sum += i32::from(channel[at]);
            let next = ((f64::from(sum) * gain).round() as i32).clamp(low, high);
            let own = (next - before).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
            before += own;
            channel[at] = own as i16;
        }
    }
}
