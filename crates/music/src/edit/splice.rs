//! Old sound with new sound in it, sample for sample the old one where it is not new.

use super::Splice;
use crate::mix::Stereo;
use crate::perform::StemSound;

/// Where old and new lie in a spliced song, in samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seam {
    /// Length of the old sound.
    old: usize,
    from: usize,
    until: usize,
    lead: usize,
    fade: usize,
    /// Whether old sound follows.
    returns: bool,
    /// Length of the whole.
    pub(super) samples: usize,
}

impl Seam {
    /// The place of a splice between sounds of these lengths. A place beyond the end is the end.
    pub(super) fn new(splice: &Splice, old: usize, new: usize) -> Self {
        let from = (splice.from as usize).min(old);
        let lead = (splice.lead as usize).min(new);
        let (until, returns) = match splice.until {
            Some(until) => ((until as usize).clamp(from, old), true),
            None => (from + new - lead, false),
        };
        let fade = (splice.fade as usize).min(if returns { (until - from) / 2 } else { until - from });
        // What ends with new material has whole frames of the encoder, as a fresh song has.
        let samples = if returns { old } else { until.next_multiple_of(1024) };
        Self { old, from, until, lead, fade, returns, samples }
    }

    /// How much of the new sound is heard at a sample of the new stretch, 0 to 1; the rest is the old one.
    fn share(&self, at: usize) -> f64 {
        let rise = |place: usize| {
            let angle = std::f64::consts::PI * (place as f64 + 0.5) / self.fade as f64;
            if place < self.fade { 0.5 - 0.5 * angle.cos() } else { 1.0 }
        };
        let back = if self.returns { rise(self.until - 1 - at) } else { 1.0 };
        rise(at - self.from).min(back)
    }

    /// One channel of a master: whole multiples of 2^-15, as both of its parts are.
    fn channel(&self, old: &[f32], new: &[f32]) -> Vec<f32> {
        let mut out = old[..self.from].to_vec();
        out.reserve(self.samples - self.from);
        for at in self.from..self.until {
            let share = self.share(at);
            let heard = |sound: &[f32], at: usize| f64::from(sound.get(at).copied().unwrap_or(0.0));
            let new = heard(new, self.lead + at - self.from);
            let sample = if share < 1.0 { (1.0 - share) * heard(old, at) + share * new } else { new };
            out.push(((sample * 32_768.0).round() / 32_768.0) as f32);
        }
        if self.returns {
            out.extend_from_slice(&old[self.until..]);
        }
        out.resize(self.samples, 0.0);
        out
    }

    /// Both channels.
    pub(super) fn join(&self, old: &Stereo, new: &Stereo) -> Stereo {
        Stereo { left: self.channel(&old.left, &new.left), right: self.channel(&old.right, &new.right) }
    }

    /// Stems in the same order in both songs. Their sum is spliced as a master is: of running sums each is rounded once,
    /// and a stem is the difference of two.
    pub(super) fn join_stems(&self, old: &[StemSound], new: &[StemSound]) -> Vec<StemSound> {
        let side = |channel: fn(&StemSound) -> &Vec<i16>| {
            let old: Vec<&[i16]> = old.iter().map(|stem| channel(stem).as_slice()).collect();
            let new: Vec<&[i16]> = new.iter().map(|stem| channel(stem).as_slice()).collect();
            self.stem_channels(&old, &new)
        };
        let (left, right) = (side(|stem| &stem.left), side(|stem| &stem.right));
        let pairs = old.iter().zip(left.into_iter().zip(right));
        pairs.map(|(stem, (left, right))| StemSound { stem: stem.stem, left, right }).collect()
    }

    fn stem_channels(&self, old: &[&[i16]], new: &[&[i16]]) -> Vec<Vec<i16>> {
        let mut out: Vec<Vec<i16>> = old.iter().map(|old| old[..self.from].to_vec()).collect();
        for at in self.from..self.until {
            let share = self.share(at);
            let heard = |sound: &[i16], at: usize| i32::from(sound.get(at).copied().unwrap_or(0));
            let (mut old_sum, mut new_sum, mut before) = (0, 0, 0);
            for (stem, (old, new)) in out.iter_mut().zip(old.iter().zip(new)) {
                old_sum += heard(old, at);
                new_sum += heard(new, self.lead + at - self.from);
                let sum = (1.0 - share) * f64::from(old_sum) + share * f64::from(new_sum);
                let next = if share < 1.0 { sum.round() as i32 } else { new_sum };
                let own = (next - before).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
                before += own;
                stem.push(own as i16);
            }
        }
        for (stem, old) in out.iter_mut().zip(old) {
            if self.returns {
                stem.extend_from_slice(&old[self.until..]);
            }
            stem.resize(self.samples, 0);
        }
        out
    }

    /// Where a moment of the old sound is heard in the whole, if it is; in samples.
    pub(super) fn is_old(&self, at: u64) -> bool {
        let at = at as usize;
        at < self.from || (self.returns && at >= self.until && at < self.old)
    }

    /// Where a moment of the material is heard in the whole, if it is; in samples.
    pub(super) fn of_new(&self, at: u64) -> Option<u64> {
        let place = at as usize + self.from;
        (at as usize >= self.lead && place - self.lead < self.until).then(|| (place - self.lead) as u64)
    }

    /// The first sample that is new, and the first that is not any more.
    pub(super) fn new_range(&self) -> (u64, u64) {
        (self.from as u64, self.until as u64)
    }

    /// Whether old sound follows the new.
    pub(super) fn returns(&self) -> bool {
        self.returns
    }

    /// How far the material is moved, in samples.
    pub(super) fn shift(&self) -> i64 {
        self.from as i64 - self.lead as i64
    }
}
