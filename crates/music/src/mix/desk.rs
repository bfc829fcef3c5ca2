//! The mixing desk: all players, their strips, the buses, the rooms and the main fader, one chunk of time after the other.
//! Parts may be rendered on several threads; they are added up in one order whatever their number.

use super::duck::Kicks;
use super::dynamics::{Dynamics, Gains};
use super::group::Group;
use super::path::Path;
use super::ramp::Ramp;
use super::ride::ride;
use super::source::Source;
use super::strip::{Sends, Strip};
use super::vocal::VocalChain;
use super::{MasterCurves, Stereo};
use crate::choir::Voices;
use crate::compose::Score;
use crate::plan::{Part, Plan};
use crate::style::{self, Drum};
use crate::synth::BLOCK;

/// Samples that the desk works on at once: three quarters of a second, some 15 ms of work.
pub(crate) const CHUNK: usize = 32_768;

/// One channel: who plays, and what is done to it.
struct Channel {
    source: Source,
    chain: Option<VocalChain>,
    strip: Strip,
    track: Track,
}

/// What has come out of a channel, and where it goes.
pub(super) struct Track {
    part: Part,
    pub(super) group: Group,
    pub(super) sends: Sends,
    bus: Stereo,
}

/// Some channels alone, under the gains of the whole mix.
struct Lane {
    parts: Vec<Part>,
    path: Path,
    bus: Stereo,
}

/// The whole desk.
pub(crate) struct Desk {
    channels: Vec<Channel>,
    path: Path,
    dynamics: Dynamics,
    kicks: Kicks,
    /// The gain of the main fader at each block.
    rides: Vec<f32>,
    /// Those of the last chunk's blocks.
    gains: Vec<Gains>,
    lanes: Vec<Lane>,
    at: u64,
}

impl Desk {
    /// A desk for this score. What is `held` is not found anew.
    pub(crate) fn new(plan: &Plan, score: &Score, voices: &Voices, held: Option<&MasterCurves>) -> Self {
        let space = &style::style(plan.style).space;
        let channels = plan.instruments.iter().map(|choice| Channel {
            source: Source::new(plan, score, choice, voices),
            chain: plan.voice(choice.part).map(|timbre| VocalChain::new(plan, choice.part, timbre)),
            strip: Strip::new(plan, choice.part, choice.patch, space),
            track: Track {
                part: choice.part,
                group: Group::of(choice.part),
                sends: Sends::new(choice.part, choice.patch),
                bus: Stereo::silence(CHUNK),
            },
        });
        let kicks = score.notes(Part::Drums).filter(|note| note.pitch == Drum::Kick.key());
        Self {
            channels: channels.collect(),
            path: Path::new(plan),
            dynamics: Dynamics::new(plan, held),
            kicks: Kicks::new(kicks.map(|note| note.start).collect(), space.ducking_db),
            rides: ride(plan, score),
            gains: vec![Gains::ONE; CHUNK / BLOCK],
            lanes: Vec::new(),
            at: 0,
        }
    }

    /// Leaves out the channels of all other parts; what they would have done to these is in the held gains.
    pub(crate) fn only(mut self, wanted: impl Fn(Part) -> bool) -> Self {
        self.channels.retain(|channel| wanted(channel.track.part));
        self
    }

    /// Makes a stem of each of these sets of parts, besides the mix.
    pub(crate) fn with_lanes(mut self, plan: &Plan, parts: Vec<Vec<Part>>) -> Self {
        let lane = |parts| Lane { parts, path: Path::new(plan), bus: Stereo::silence(CHUNK) };
        self.lanes = parts.into_iter().map(lane).collect();
        self
    }

    /// Renders the next chunk of the mix into `out`, whose channels are [`CHUNK`] long.
    pub(crate) fn next(&mut self, threads: usize, out: &mut Stereo) {
        let start = self.at;
        let ducking = self.kicks.gains(start, CHUNK);
        spread(threads, &mut self.channels, |channel| channel.render(start, &ducking));
        let tracks = self.channels.iter().map(|channel| &channel.track);
        for block in 0..CHUNK / BLOCK {
            let fader = fader(&self.rides, self.at as usize / BLOCK + block);
            let gains = &mut self.gains[block];
            let dynamics = &mut self.dynamics;
            let mut mix =
                self.path.run(tracks.clone(), block, &mut |group, bus| dynamics.group(group, bus, gains));
            gains.sum = dynamics.sum(&mix, fader);
            gains.sum.scale_block(&mut mix);
            out.put(block, &mix);
        }
        self.at += CHUNK as u64;
    }

    /// The same chunk of each lane, in their order.
    pub(crate) fn lanes(&mut self, threads: usize) -> impl Iterator<Item = &Stereo> {
        let tracks: Vec<&Track> = self.channels.iter().map(|channel| &channel.track).collect();
        let gains = &self.gains;
        spread(threads, &mut self.lanes, |lane| lane.run(&tracks, gains));
        self.lanes.iter().map(|lane| &lane.bus)
    }

    /// What glue and ducking came to at the end of each block.
    pub(crate) fn into_found(self) -> (Vec<f32>, Vec<f32>) {
        self.dynamics.found
    }
}

/// The main fader over one block of the song.
fn fader(rides: &[f32], block: usize) -> Ramp {
    let gain = |at: usize| rides.get(at).copied().unwrap_or(0.0);
    Ramp { from: gain(block), to: gain(block + 1) }
}

impl Channel {
    fn render(&mut self, start: u64, ducking: &[f32]) {
        let bus = &mut self.track.bus;
        bus.clear();
        self.source.render(start, &mut bus.left, &mut bus.right);
        if let Some(chain) = &mut self.chain {
            chain.run(bus);
        }
        self.strip.run(bus);
        if self.strip.ducked {
            bus.left.iter_mut().zip(ducking).for_each(|(sample, gain)| *sample *= gain);
            bus.right.iter_mut().zip(ducking).for_each(|(sample, gain)| *sample *= gain);
        }
    }
}

impl Track {
    /// One block of each channel of the chunk that was rendered last.
    pub(super) fn block(&self, number: usize) -> [&[f32; BLOCK]; 2] {
        [&self.bus.left.as_chunks().0[number], &self.bus.right.as_chunks().0[number]]
    }
}

impl Lane {
    fn run(&mut self, tracks: &[&Track], gains: &[Gains]) {
        for (block, gains) in gains.iter().enumerate() {
            let own = tracks.iter().copied().filter(|track| self.parts.contains(&track.part));
            let mut sound = self.path.run(own, block, &mut |group, _| gains.of(group));
            gains.sum.scale_block(&mut sound);
            self.bus.put(block, &sound);
        }
    }
}

/// Does something to each item, on up to so many threads.
fn spread<T: Send>(threads: usize, items: &mut [T], work: impl Fn(&mut T) + Sync) {
    if threads <= 1 {
        return items.iter_mut().for_each(work);
    }
    let share = items.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        for group in items.chunks_mut(share) {
            scope.spawn(|| group.iter_mut().for_each(&work));
        }
    });
}
