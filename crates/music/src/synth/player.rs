//! Plays one part: starts a voice for each note and adds all voices up, always in the order in which they began.

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
    gain: f32,
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
    gains: [f32; 2],
}

impl Player {
    pub(crate) fn new(part: Part, patch: Patch, notes: Vec<Note>) -> Self {
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
        let mut player = Self {
            patch,
            notes,
            next: 0,
            voices: Vec::new(),
            strokes: vec![None; Drum::ALL.len() * VARIANTS as usize],
            gain: 1.0,
            width,
            centre,
        };
        if part != Part::Drums {
            player.gain = level_gain(patch, part);
        }
        player
    }

    /// Adds the samples from `start` (in the song) on to the two channels, which are equally long.
    pub(crate) fn render(&mut self, start: u64, left: &mut [f32], right: &mut [f32]) {
        for sounding in &mut self.voices {
            sounding.play(left, right);
        }
        let end = start + left.len() as u64;
        while let Some(note) = self.notes.get(self.next).filter(|note| note.start < end).copied() {
            self.next += 1;
            if self.voices.len() < MOST_VOICES
                && let Some(mut sounding) = self.begin(&note)
            {
                let offset = note.start.saturating_sub(start) as usize;
                sounding.play(&mut left[offset..], &mut right[offset..]);
                self.voices.push(sounding);
            }
        }
        self.voices.retain(|sounding| sounding.alive);
    }

    fn begin(&mut self, note: &Note) -> Option<Sounding> {
        let (voice, place): (Box<dyn Voice>, f32) = if is_kit(self.patch) {
            let drum = Drum::of_key(note.pitch)?;
            let stroke = self.stroke(drum, note.variation % VARIANTS);
            (Box::new(drums::DrumVoice::new(stroke, note.velocity)), drums::place(drum))
        } else {
            // High notes to the right, low ones to the left, as on a keyboard seen from behind it.
            let place = ((f32::from(note.pitch) - self.centre) / 18.0).clamp(-1.0, 1.0) * self.width;
            (patches::voice(self.patch, note), place)
        };
        // Constant power: both at 0.707 in the middle, scaled so that the middle is 1.
        let angle = (place + 1.0) * std::f32::consts::FRAC_PI_4;
        let gain = self.gain * std::f32::consts::SQRT_2;
        let gains = [gain * angle.cos(), gain * angle.sin()];
        Some(Sounding { voice, block: Block::SILENCE, used: BLOCK, alive: true, gains })
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
    )
}

/// What brings one usual note of the patch to an effective level of -20 dB, so that a mix needs no setting by hand.
fn level_gain(patch: Patch, part: Part) -> f32 {
    let pitch = if part == Part::Bass { 36 } else { 64 };
    let length = crate::SAMPLE_RATE * 3 / 10;
    let note = Note { start: 0, length, pitch, velocity: 0.8, slide_from: None, variation: 5 };
    let mut voice = patches::voice(patch, &note);
    let mut block = Block::SILENCE;
    let mut power = 0.0;
    let blocks = length as usize / BLOCK;
    for _ in 0..blocks {
        let alive = voice.fill(&mut block);
        let pairs = block.left.iter().zip(&block.right);
        power += pairs.map(|(left, right)| 0.5 * (left * left + right * right)).sum::<f32>();
        if !alive {
            break;
        }
    }
    0.1 / (power / (blocks * BLOCK) as f32).sqrt().max(1e-4)
}
