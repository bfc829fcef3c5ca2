//! The part of the desk that is linear once its gains are known: equalisers of the buses, rooms, echo, the narrow bass.
//! The mix goes through one path; each stem goes through one of its own under the same gains, so that stems add up.

use super::biquad::{self, Biquad};
use super::delay::Delay;
use super::desk::Track;
use super::group::Group;
use super::ramp::{Ramp, add_block, add_pair};
use super::reverb::{CHAMBER, HALL, Reverb};
use crate::plan::Plan;
use crate::style;
use crate::synth::{BLOCK, Block, from_db};

/// Sends below this gain are not heard, and not made.
const UNHEARD: f32 = 0.002;
/// The chamber's reverb, in seconds: the hall's by this share, within these bounds.
const CHAMBER_SECONDS: (f32, f32, f32) = (0.22, 0.3, 0.6);
/// Below this frequency, in hertz, there is only a middle.
const NARROW_HERTZ: f32 = 120.0;
/// Where a style's brightness begins, in hertz.
const AIR_HERTZ: f32 = 5000.0;

pub(super) struct Path {
    equalisers: [[Biquad; 2]; 4],
    chamber: Reverb,
    hall: (Reverb, f32),
    delay: (Delay, f32),
    narrow: [Biquad; 1],
    /// The width of the style's sides, and its brightness.
    width: f32,
    air: [Biquad; 1],
}

impl Path {
    pub(super) fn new(plan: &Plan) -> Self {
        let space = &style::style(plan.style).space;
        let (share, least, most) = CHAMBER_SECONDS;
        let chamber = (share * space.reverb_seconds).clamp(least, most);
        Self {
            equalisers: Group::ALL.map(|group| group.equaliser(plan)),
            chamber: Reverb::new(&CHAMBER, chamber),
            hall: (Reverb::new(&HALL, space.reverb_seconds), from_db(space.reverb_db)),
            delay: (Delay::new(plan.tempo() as f32), from_db(space.delay_db)),
            narrow: [Biquad::high_pass(NARROW_HERTZ)],
            width: space.width,
            air: [Biquad::high_shelf(AIR_HERTZ, space.air_db)],
        }
    }

    /// Adds up one block of these tracks; `gain` says how far each bus is let through.
    pub(super) fn run<'a>(
        &mut self,
        tracks: impl Iterator<Item = &'a Track> + Clone,
        block: usize,
        gain: &mut dyn FnMut(Group, &Block) -> Ramp,
    ) -> Block {
        let mut sum = Block::SILENCE;
        let (mut chamber, mut hall, mut echo) = (Block::SILENCE, Block::SILENCE, Block::SILENCE);
        for (group, filters) in Group::ALL.into_iter().zip(&mut self.equalisers) {
            let mut bus = Block::SILENCE;
            for track in tracks.clone().filter(|track| track.group == group) {
                let sound = track.block(block);
                let sends = &track.sends;
                add_pair(&mut bus, sound, 1.0);
                for (room, send) in
                    [(&mut chamber, sends.chamber), (&mut hall, sends.hall), (&mut echo, sends.delay)]
                {
                    if send > UNHEARD {
                        add_pair(room, sound, send);
                    }
                }
            }
            biquad::run(filters, &mut bus.left, &mut bus.right);
            gain(group, &bus).scale_block(&mut bus);
            add_block(&mut sum, &bus, 1.0);
        }
        self.delay.0.run(&mut echo);
        add_block(&mut sum, &echo, self.delay.1);
        add_block(&mut hall, &echo, 0.15);
        self.chamber.run(&mut chamber);
        add_block(&mut sum, &chamber, 1.0);
        self.hall.0.run(&mut hall);
        add_block(&mut sum, &hall, self.hall.1);
        self.finish(&mut sum);
        sum
    }

    /// What is low stays in the middle, so that it sounds the same from one loudspeaker; the rest is as wide and as
    /// bright as the style is.
    fn finish(&mut self, block: &mut Block) {
        let Block { left, right } = block;
        let mut side = [0.0; BLOCK];
        for ((side, left), right) in side.iter_mut().zip(left.iter_mut()).zip(right.iter()) {
            *side = 0.5 * (*left - right);
            *left -= *side;
        }
        biquad::run(&mut self.narrow, &mut side, &mut [0.0; BLOCK]);
        for ((side, left), right) in side.iter().zip(left.iter_mut()).zip(right.iter_mut()) {
            let side = side * self.width;
            (*left, *right) = (*left + side, *left - side);
        }
        biquad::run(&mut self.air, left, right);
    }
}
