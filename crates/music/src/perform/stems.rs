//! The parts of a master, as whole 16-bit samples whose sum is the master.
//!
//! The song is played twice: first for its master, then once more with each stem on a path of its own under the same
//! gains, a chunk at a time, so that whoever hears the stems need not hold them.
//!
//! Stems are differences of running sums (voices; voices and drums; and so on), each rounded once, the last one being the
//! master itself. So they add up exactly, a stem that is silent is exactly so, one is at most 1 step of 16 bits from
//! what it should be, and the last one, which takes up the dither, 2.

use super::Cancelled;
use crate::choir::{self, Voices};
use crate::compose::{Score, compose};
use crate::mix::{CHUNK, Desk, Group, Master, MasterCurves, Steps, Stereo};
use crate::plan::{Part, Plan};
use crate::sing::TimedLine;
use std::ops::ControlFlow;

/// What can be heard alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stem {
    /// Lead and harmony.
    Vocals,
    /// All but the vocals.
    Instrumental,
    /// The drums.
    Drums,
    /// The bass.
    Bass,
    /// What is neither vocals nor drums nor bass.
    Other,
    /// One part; the plan may have more of a kind than the groups tell.
    Part(Part),
}

/// One stem, as long as the master.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StemSound {
    /// Which one.
    pub stem: Stem,
    /// Left channel.
    pub left: Vec<i16>,
    /// Right channel.
    pub right: Vec<i16>,
}

/// A master with some of its stems. Their sums hold sample by sample: vocals and instrumental are the master; drums,
/// bass and other are the instrumental; all parts of the plan are the master.
#[derive(Clone, Debug, PartialEq)]
pub struct Stems {
    /// The same samples as without stems.
    pub master: Master,
    /// The gains that master and stems share.
    pub curves: MasterCurves,
    /// Those that were asked for, in that order.
    pub stems: Vec<StemSound>,
}

/// Performs a plan on up to `threads` threads, with its stems. `report` is as for [`super::perform`].
///
/// # Errors
/// [`Cancelled`] if `report` broke off.
pub fn perform_stems(
    threads: usize,
    plan: &Plan,
    which: &[Stem],
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Stems, Cancelled> {
    let (first, mut player) = StemPlayer::of_plan(threads, plan, which, &mut |done| report(0.5 * done))?;
    let mut stems: Vec<StemSound> = which.iter().map(|stem| StemSound::empty(*stem)).collect();
    while !player.is_over() {
        if report(0.5 + 0.5 * player.share()).is_break() {
            return Err(Cancelled);
        }
        player.next(threads, &first.curves, &mut stems);
    }
    let steps = player.master.unwrap_or_default();
    let told = |channel: Vec<i16>| channel.into_iter().map(|step| f32::from(step) / 32_768.0).collect();
    let master = Master { left: told(steps.left), right: told(steps.right), words: first.words };
    match report(1.0) {
        ControlFlow::Continue(()) => Ok(Stems { master, curves: first.curves, stems }),
        ControlFlow::Break(()) => Err(Cancelled),
    }
}

/// What a first performance finds, before its stems are played.
pub(crate) struct First {
    /// The gains that master and stems share.
    pub(crate) curves: MasterCurves,
    /// When the lead sings what.
    pub(crate) words: Vec<TimedLine>,
}

/// Plays stems chunk by chunk.
pub(crate) struct StemPlayer {
    leaves: Vec<Leaf>,
    desk: Desk,
    /// What the stems add up to; without it the lanes are.
    master: Option<Steps>,
    samples: usize,
    at: usize,
    mix: Stereo,
    lanes: Vec<Stereo>,
}

impl StemPlayer {
    /// The stems of a plan, which is performed once for its master.
    pub(crate) fn of_plan(
        threads: usize,
        plan: &Plan,
        which: &[Stem],
        report: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<(First, Self), Cancelled> {
        let score = compose(plan);
        let voices = choir::sing(plan, &score, threads, &mut |done| report(0.4 * done))?;
        let mut playing = |done: f32| report(0.4 + 0.6 * done);
        let (master, curves) = super::play(threads, plan, &score, &voices, None, &mut playing)?;
        let leaves = leaves(plan, which);
        let desk = Desk::new(plan, &score, &voices, None).with_lanes(plan, lanes(&leaves, false));
        let steps = Steps::from(Stereo { left: master.left, right: master.right });
        let player = Self::new(leaves, desk, Some(steps), &score);
        Ok((First { curves, words: master.words }, player))
    }

    /// The stems of one half of a plan under the gains of another performance of the same length, with the lead's words.
    /// They add up to that half, each sample of it rounded once.
    pub(crate) fn of_half(
        threads: usize,
        plan: &Plan,
        half: Half,
        which: &[Stem],
        curves: &MasterCurves,
        report: &mut dyn FnMut(f32) -> ControlFlow<()>,
    ) -> Result<(Vec<TimedLine>, Self), Cancelled> {
        let score = compose(plan);
        let voices = match half {
            Half::Voice => choir::sing(plan, &score, threads, report)?,
            Half::Band => Voices::default(),
        };
        let mut leaves = leaves(plan, which);
        leaves.retain(|leaf| half.has(leaf.group));
        let desk = Desk::new(plan, &score, &voices, Some(curves)).only(|part| half.has(Group::of(part)));
        let desk = desk.with_lanes(plan, lanes(&leaves, true));
        Ok((voices.words, Self::new(leaves, desk, None, &score)))
    }

    fn new(leaves: Vec<Leaf>, desk: Desk, master: Option<Steps>, score: &Score) -> Self {
        let samples = score.samples as usize;
        Self { leaves, desk, master, samples, at: 0, mix: Stereo::silence(CHUNK), lanes: Vec::new() }
    }

    /// Whether all was played.
    pub(crate) fn is_over(&self) -> bool {
        self.at >= self.samples
    }

    /// The share that was played.
    fn share(&self) -> f32 {
        self.at as f32 / self.samples.max(1) as f32
    }

    /// Adds the next chunk to each of the stems, under the gains of the first performance.
    pub(crate) fn next(&mut self, threads: usize, curves: &MasterCurves, stems: &mut [StemSound]) {
        let (start, end) = (self.at, (self.at + CHUNK).min(self.samples));
        self.desk.next(threads, &mut self.mix);
        self.lanes.clear();
        self.lanes.extend(self.desk.lanes(threads).cloned());
        for lane in &mut self.lanes {
            curves.apply(lane, start, end - start);
        }
        let left: Vec<&[f32]> = self.lanes.iter().map(|lane| &lane.left[..end - start]).collect();
        let whole = self.master.as_ref().map(|master| &master.left[start..end]);
        split(&self.leaves, &left, end - start, whole, stems, |stem| &mut stem.left);
        let right: Vec<&[f32]> = self.lanes.iter().map(|lane| &lane.right[..end - start]).collect();
        let whole = self.master.as_ref().map(|master| &master.right[start..end]);
        split(&self.leaves, &right, end - start, whole, stems, |stem| &mut stem.right);
        self.at = end;
    }
}

/// What a swap changes, and what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// Lead and harmony.
    Voice,
    /// Everybody else.
    Band,
}

impl Half {
    pub(crate) fn has(self, group: Group) -> bool {
        (self == Self::Voice) == (group == Group::Voice)
    }

    /// Whether a stem belongs to it; the instrumental and the vocals are one each.
    pub(crate) fn has_stem(self, stem: Stem) -> bool {
        match stem {
            Stem::Vocals => self == Self::Voice,
            Stem::Part(part) => self.has(Group::of(part)),
            _ => self == Self::Band,
        }
    }
}

impl StemSound {
    pub(crate) fn empty(stem: Stem) -> Self {
        Self { stem, left: Vec::new(), right: Vec::new() }
    }

    /// As the master's samples are told: whole multiples of 2^-15.
    pub fn sound(&self) -> Stereo {
        let told = |channel: &[i16]| channel.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        Stereo { left: told(&self.left), right: told(&self.right) }
    }
}

/// The least that is told apart: a part, or a group of which no part is asked for.
struct Leaf {
    group: Group,
    parts: Vec<Part>,
    /// Whether another part of the same group follows.
    inner: bool,
}

/// Everything that the plan plays, group after group.
fn leaves(plan: &Plan, which: &[Stem]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for group in Group::ALL {
        let parts = plan.instruments.iter().map(|choice| choice.part);
        let parts: Vec<Part> = parts.filter(|part| Group::of(*part) == group).collect();
        let told_apart =
            which.iter().any(|stem| matches!(stem, Stem::Part(part) if Group::of(*part) == group));
        let count = if told_apart { parts.len() } else { parts.len().min(1) };
        leaves.extend((0..count).map(|number| Leaf {
            group,
            parts: if told_apart { vec![parts[number]] } else { parts.clone() },
            inner: number + 1 < count,
        }));
    }
    leaves
}

/// The sets of parts that are rendered: whole groups, so that a group is the same whether its parts are told apart or
/// not, and the parts but the last of those that are.
/// With `all`, the last of all is rendered as well.
fn lanes(leaves: &[Leaf], all: bool) -> Vec<Vec<Part>> {
    let mut lanes: Vec<Vec<Part>> = Vec::new();
    for (number, leaf) in leaves.iter().enumerate() {
        if leaf.inner {
            lanes.push(leaf.parts.clone());
        } else if all || number + 1 < leaves.len() {
            let group = leaves.iter().filter(|other| other.group == leaf.group);
            lanes.push(group.flat_map(|other| other.parts.clone()).collect());
        }
    }
    lanes
}

/// Splits one channel of a chunk of the master, or of what the lanes of whole groups add up to, among the stems.
fn split(
    leaves: &[Leaf],
    lanes: &[&[f32]],
    samples: usize,
    master: Option<&[i16]>,
    stems: &mut [StemSound],
    channel: impl Fn(&mut StemSound) -> &mut Vec<i16>,
) {
    let mut shares = vec![0; leaves.len()];
    let summed = |at: usize| {
        let groups = leaves.iter().zip(lanes).filter(|(leaf, _)| !leaf.inner);
        let sum: f64 = groups.map(|(_, lane)| f64::from(lane[at])).sum();
        (sum * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i32
    };
    for at in 0..samples {
        let mixed = master.map_or_else(|| summed(at), |master| i32::from(master[at]));
        share_out(leaves, |lane| lanes[lane][at], mixed, &mut shares);
        for stem in &mut *stems {
            let shares = leaves.iter().zip(&shares);
            let own = shares.filter(|(leaf, _)| stem.stem.has(leaf)).map(|(_, share)| share).sum::<i32>();
            // `share_out` keeps every stem within 16 bits.
            channel(stem).push(own as i16);
        }
    }
}

impl Stem {
    fn has(self, leaf: &Leaf) -> bool {
        match self {
            Self::Vocals => leaf.group == Group::Voice,
            Self::Instrumental => leaf.group != Group::Voice,
            Self::Drums => leaf.group == Group::Drums,
            Self::Bass => leaf.group == Group::Bass,
            Self::Other => leaf.group == Group::Band,
            Self::Part(part) => leaf.parts == [part],
        }
    }
}

/// What of one sample of the master falls to each leaf.
///
/// A share that does not fit into 16 bits is cut, and what is cut off falls to the next. The bounds always leave room:
/// the running sum itself lies within each of them, because it did so when it was found and zero does at first.
fn share_out(leaves: &[Leaf], lane: impl Fn(usize) -> f32, mixed: i32, shares: &mut [i32]) {
    const LOW: i32 = i16::MIN as i32;
    const HIGH: i32 = i16::MAX as i32;
    // Before this leaf, and before its group; exact and in whole steps.
    let (mut exact, mut sum) = (0.0_f64, 0_i32);
    let (mut group_exact, mut group_sum) = (0.0_f64, 0_i32);
    for (number, leaf) in leaves.iter().enumerate() {
        if number + 1 == leaves.len() {
            shares[number] = mixed - sum;
            break;
        }
        if number == 0 || leaves[number - 1].group != leaf.group {
            (group_exact, group_sum) = (exact, sum);
        }
        let heard = f64::from(lane(number)) * 32_768.0;
        // The last part of a group ends where the whole group does.
        exact = if leaf.inner { exact + heard } else { group_exact + heard };
        let lowest = (sum + LOW).max(group_sum + LOW).max(mixed - HIGH);
        let highest = (sum + HIGH).min(group_sum + HIGH).min(mixed - LOW);
        let next = (exact.round() as i32).clamp(lowest, highest);
        shares[number] = next - sum;
        sum = next;
    }
}
