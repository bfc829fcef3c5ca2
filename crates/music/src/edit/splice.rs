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

    /// One channel of a master: whole multiples of 2^-15, as both of its parts are. What stays of the old one stays where
    /// it is.
    fn channel(&self, mut out: Vec<f32>, new: &[f32]) -> Vec<f32> {
        out.reserve_exact(self.samples.saturating_sub(out.len()));
        out.resize(self.samples, 0.0);
        for (at, out) in out.iter_mut().enumerate().take(self.until).skip(self.from) {
            let share = self.share(at);
            let new = f64::from(new.get(self.lead + at - self.from).copied().unwrap_or(0.0));
            let sample = if share < 1.0 { (1.0 - share) * f64::from(*out) + share * new } else { new };
            *out = ((sample * 32_768.0).round() / 32_768.0) as f32;
        }
        if !self.returns {
            out[self.until..].fill(0.0);
        }
        out
    }

    /// Both channels.
    pub(super) fn join(&self, old: Stereo, new: &Stereo) -> Stereo {
        Stereo { left: self.channel(old.left, &new.left), right: self.channel(old.right, &new.right) }
    }

    /// Adds to `out` the samples from `start` on, which are new: stems in the same order in both songs. Their sum is spliced
    /// as a master is: of running sums each is rounded once, and a stem is the difference of two.
    pub(super) fn mix_stems(
        &self,
        start: usize,
        old: &[StemSound],
        new: &[StemSound],
        out: &mut [StemSound],
    ) {
        for at in 0..old.first().map_or(0, |stem| stem.left.len()) {
            let share = self.share(start + at);
            let (mut left, mut right) = (Running::default(), Running::default());
            for (out, (old, new)) in out.iter_mut().zip(old.iter().zip(new)) {
                out.left.push(left.next(share, old.left[at], new.left[at]));
                out.right.push(right.next(share, old.right[at], new.right[at]));
            }
        }
    }

    /// The first sample that is new.
    pub(super) fn from(&self) -> usize {
        self.from
    }

    /// The first sample that is not new any more.
    pub(super) fn until(&self) -> usize {
        self.until
    }

    /// The sample of the material that falls on the first one.
    pub(super) fn lead(&self) -> usize {
        self.lead
    }

    /// Whether old sound is heard at a sample of the new stretch, or after it.
    pub(super) fn hears_old(&self, at: usize) -> bool {
        self.returns || at < self.from + self.fade
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

/// The running sums of one sample of some stems.
#[derive(Default)]
struct Running {
    old: i32,
    new: i32,
    before: i32,
}

impl Running {
    /// What the next stem gets of its old and new samples.
    fn next(&mut self, share: f64, old: i16, new: i16) -> i16 {
        self.old += i32::from(old);
        self.new += i32::from(new);
        let sum = (1.0 - share) * f64::from(self.old) + share * f64::from(self.new);
        let next = if share < 1.0 { sum.round() as i32 } else { self.new };
        let own = (next - self.before).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
        self.before += own;
        own as i16
    }
}
