//! Everything that moves a fader while the mix plays. It listens to the mix alone; stems are given what it found.

use super::MasterCurves;
use super::compressor::{Compressor, GLUE};
use super::duck::VoiceDuck;
use super::group::Group;
use super::ramp::Ramp;
use crate::plan::{Mastering, Plan};
use crate::synth::Block;

/// The gains of one block: of each bus, in the order of [`Group::ALL`], and of the sum.
#[derive(Clone, Copy)]
pub(super) struct Gains {
    groups: [Ramp; 4],
    pub(super) sum: Ramp,
}

impl Gains {
    pub(super) const ONE: Self = Self { groups: [Ramp::ONE; 4], sum: Ramp::ONE };

    pub(super) fn of(&self, group: Group) -> Ramp {
        self.groups[group as usize]
    }
}

pub(super) struct Dynamics {
    groups: [Compressor; 4],
    duck: VoiceDuck,
    under_the_voice: Ramp,
    glue: Option<Compressor>,
    held: Option<(Vec<f32>, Vec<f32>)>,
    /// The gain at the end of each block, of the glue and of what lies under the voice.
    pub(super) found: (Vec<f32>, Vec<f32>),
}

impl Dynamics {
    pub(super) fn new(plan: &Plan, held: Option<&MasterCurves>) -> Self {
        Self {
            groups: Group::ALL.map(|group| Compressor::new(group.compressor(plan))),
            duck: VoiceDuck::new(),
            under_the_voice: Ramp::ONE,
            glue: (plan.knobs.mastering == Mastering::Full).then(|| Compressor::new(GLUE)),
            held: held.map(|curves| (curves.glue.clone(), curves.ducking.clone())),
            found: (Vec::new(), Vec::new()),
        }
    }

    /// The gain of a bus over one block of it. The voice is asked for first.
    pub(super) fn group(&mut self, group: Group, bus: &Block, gains: &mut Gains) -> Ramp {
        let pressed = self.groups[group as usize].ramp(bus, 1.0, None);
        let ramp = if group == Group::Voice {
            let held = self.held.as_ref().and_then(|(_, ducking)| ducking.get(self.found.1.len()).copied());
            self.under_the_voice = self.duck.ramp(bus, held);
            self.found.1.push(self.under_the_voice.to);
            pressed
        } else {
            // The band has the frequencies of words, drums and bass have others.
            let beneath = pressed.times(self.under_the_voice);
            if group == Group::Band { beneath.times(self.under_the_voice) } else { beneath }
        };
        gains.groups[group as usize] = ramp;
        ramp
    }

    /// The gain of the sum, on top of the fader's.
    pub(super) fn sum(&mut self, mix: &Block, fader: Ramp) -> Ramp {
        let held = self.held.as_ref().and_then(|(glue, _)| glue.get(self.found.0.len()).copied());
        let glue = self.glue.as_mut().map_or(Ramp::ONE, |glue| glue.ramp(mix, fader.from, held));
        self.found.0.push(glue.to);
        fader.times(glue)
    }
}
