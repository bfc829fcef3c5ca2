//! Plays one part: starts a voice for each note and adds all voices up, always in the order in which they began.

use super::balance::Balance;
use super::{BLOCK, Block, Voice, drums, patches};
use crate::compose::Note;
use crate::plan::{Part, Patch};
use crate::style::Drum;
use std::sync::Arc;

/// Strokes of one drum that differ a little.
const VARIANTS: u32 = 3;
/// More notes at once than this are not started: no hand has so many.
const MOST_VOICES: usize = 64;

/// A part while it plays.
pub(crate) struct Player {
    patch: Patch,
    notes: Vec<Note>,
    next: usize,
    voices: Vec<Sounding>,
    strokes: Vec<Option<Arc<Vec<f32>>>>,
    /// What brings each note of a pitched patch to the usual level; kits are balanced as they are made.
    balance: Option<Balance>,
    width: f32,
    /// The pitch that stands in the middle.
    centre: f32,
}

/// A voice with the rest of the block that it has made.
struct Sounding {
    voice: Box<dyn Voice>,
    block: Block,
    used: usize,
    alive: bool,
    /// Where in the song the block ends.
    clock: u64,
    gains: [f32; 2],
}

impl Player {
    pub(crate) fn new(part: Part, patch: Patch, mut notes: Vec<Note>) -> Self {
        begin_early(patch, &mut notes);
        let width = match part {
            Part::Bass => 0.0,
            Part::Lead => 0.1,
            // These patches are wide of themselves.
            Part::Pad | Part::Harmony => 0.25,
            _ => 0.5,
        };
        let centre = match part {
            Part::Arp | Part::Counter => 70.0,
            _ => 60.0,
        };
        Self {
            patch,
            notes,
            next: 0,
            voices: Vec::new(),
            strokes: vec![None; Drum::ALL.len() * VARIANTS as usize],
            balance: if is_kit(patch) { None } else { Some(Balance::of(patch, part == Part::Bass)) },
            width,
            centre,
        }
    }

    /// Adds the samples from `start` (in the song) on to the two channels, which are equally long.
    pub(crate) fn render(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) {
        for sounding in &mut self.voices {
            sounding.play(left, right);
        }
        let end = start + left.len() as u64;
        while let Some(note) = self.notes.get(self.next).filter(|note| note.start < end).copied() {
            self.next += 1;
            // Voices that ended before the note, though in this very chunk, must not count: no sample may depend on
            // how the song is cut into chunks.
            let sounding = self.voices.iter().filter(|voice| voice.alive || voice.clock > note.start).count();
            if sounding < MOST_VOICES
                && let Some(mut sounding) = self.begin(&note)
            {
                let offset = note.start.saturating_sub(start) as usize;
                sounding.play(&mut left[offset..], &mut right[offset..]);
                self.voices.push(sounding);
            }
        }
        self.voices.retain(|sounding| sounding.alive || sounding.used < BLOCK);
    }

    fn begin(&mut self, note: &Note) -> Option<Sounding> {
        let (voice, place): (Box<dyn Voice>, f32) = if is_kit(self.patch) {
            let drum = Drum::of_key(note.pitch)?;
            let stroke = self.stroke(drum, note.variation % VARIANTS);
            let until = self.silenced_after(drum, note);
            (Box::new(drums::DrumVoice::new(self.patch, stroke, note.velocity, until)), drums::place(drum))
        } else {
            // High notes to the right, low ones to the left, as on a keyboard seen from behind it.
            let place = ((f32::from(note.pitch) - self.centre) / 18.0).clamp(-1.0, 1.0) * self.width;
            (patches::voice(self.patch, note), place)
        };
        // Constant power: both at 0.707 in the middle, scaled so that the middle is 1.
        let angle = (place + 1.0) * std::f32::consts::FRAC_PI_4;
        let level = self.balance.as_ref().map_or(1.0, |balance| balance.gain(note.pitch));
        let gain = level * std::f32::consts::SQRT_2;
        let gains = [gain * angle.cos(), gain * angle.sin()];
        Some(Sounding { voice, block: Block::SILENCE, used: BLOCK, alive: true, clock: note.start, gains })
    }

    /// Samples until another drum of the same group is struck. All notes are known, so that nothing has to be taken back.
    fn silenced_after(&self, drum: Drum, note: &Note) -> u64 {
        let group = drums::mute_group(drum);
        let same =
            |later: &&Note| Drum::of_key(later.pitch).is_some_and(|other| drums::mute_group(other) == group);
        let next = if group == 0 { None } else { self.notes[self.next..].iter().find(same) };
        next.map_or(u64::MAX, |later| later.start.saturating_sub(note.start))
    }

    fn stroke(&mut self, drum: Drum, variant: u32) -> Arc<Vec<f32>> {
        let index = drum as usize * VARIANTS as usize + variant as usize;
        let patch = self.patch;
        Arc::clone(self.strokes[index].get_or_insert_with(|| Arc::new(drums::strike(patch, drum, variant))))
    }
}

impl Sounding {
    fn play(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut at = 0;
        while at < left.len() {
            if self.used == BLOCK {
                if !self.alive {
                    return;
                }
                self.alive = self.voice.fill(&mut self.block);
                self.clock += BLOCK as u64;
                self.used = 0;
            }
            let count = (BLOCK - self.used).min(left.len() - at);
            let range = self.used..self.used + count;
            for (sum, sample) in left[at..at + count].iter_mut().zip(&self.block.left[range.clone()]) {
                *sum += sample * self.gains[0];
            }
            for (sum, sample) in right[at..at + count].iter_mut().zip(&self.block.right[range]) {
                *sum += sample * self.gains[1];
            }
            self.used += count;
            at += count;
        }
    }
}

/// Moves notes of slowly speaking instruments forward, so that they are heard on the beat.
fn begin_early(patch: Patch, notes: &mut [Note]) {
    for note in notes.iter_mut() {
        let early = patches::early(patch, note.pitch).min(note.start);
        note.start -= early;
        note.length += early as u32;
    }
    notes.sort_by_key(|note| note.start);
}

fn is_kit(patch: Patch) -> bool {
    matches!(
        patch,
        Patch::AcousticKit
            | Patch::RockKit
            | Patch::BrushKit
            | Patch::LoFiKit
            | Patch::House909Kit
            | Patch::Trap808Kit
            | Patch::LatinKit
            | Patch::JazzKit
            | Patch::TechnoKit
            | Patch::BoomBapKit
            | Patch::OrchestralKit
    )
}

#[cfg(test)]
mod tests;
