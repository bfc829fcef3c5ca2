//! When the syllables of a line begin.
//!
//! Of all ways to spread a line over the grid, the cheapest is taken: near the pace at which one can follow the words,
//! strong syllables on strong beats, and on the strokes of a rhythm that belongs to the line's letter in its section.

use super::context::Context;
use super::slots::{Slot, Weight};
use crate::plan::Delivery;

/// Rhythms that a tune may lean on, from straight to syncopated; `x` attracts a syllable.
const CELLS_OF_FOUR: [&str; 8] = [
    "x.x.x.x.x.x.x.x.",
    "x...x.x.x...x.x.",
    "x...x...x.x.x.x.",
    "x..x..x...x.x...",
    "x..x..x.x..x..x.",
    "..x.x.x.x...x.x.",
    "x.xx..x.x.xx..x.",
    "..x.x..x..x.x.x.",
];
const CELLS_OF_THREE: [&str; 4] = ["x.x.x.x.x.x.", "x...x.x.x...", "x..x..x.x.x.", "..x.x...x.x."];

/// No syllable is longer inside a line, in seconds.
const LONGEST: f32 = 1.1;
/// Room for the last syllable before the breath, in seconds.
const LAST: (f32, f32) = (0.5, 0.25);
/// A breath, with the consonants that the next line begins with, in seconds.
const BREATH: (f32, f32) = (0.3, 0.2);

/// Onsets in sixteenths from the slot's start, one for each syllable, and where the last one ends.
pub(super) fn rhythm(context: &Context, slot: &Slot, letter: u32) -> (Vec<f64>, f64) {
    let grid = Grid::new(context, slot, letter);
    let steps = slot.steps as f64;
    let count = slot.syllables.len();
    let onsets = match grid.cheapest(&slot.syllables) {
        Some(onsets) => onsets.into_iter().map(|step| step as f64).collect(),
        // More syllables than sixteenths: as even as speech.
        None => (0..count).map(|index| index as f64 * steps * 0.92 / count as f64).collect::<Vec<f64>>(),
    };
    let last = onsets.last().copied().unwrap_or(0.0);
    let held = f64::from(grid.held / grid.seconds).round().max(1.0);
    let end = (last + held).min(steps - f64::from(grid.breath / grid.seconds)).max(last + 0.4);
    (onsets, end.min(steps))
}

struct Grid {
    /// Of a sixteenth.
    seconds: f32,
    /// What a syllable should take, in seconds.
    usual: f32,
    /// How long the last syllable would like to be held, in seconds.
    held: f32,
    breath: f32,
    /// First and last step on which a syllable may begin.
    first: usize,
    last: usize,
    /// How strong each step is, 0 to 1.
    strength: Vec<f32>,
    /// What the line's own rhythm charges for each step.
    motif: Vec<f32>,
    weirdness: f32,
}

impl Grid {
    fn new(context: &Context, slot: &Slot, letter: u32) -> Self {
        let seconds = context.step_seconds() as f32;
        let rapped = context.delivery() == Delivery::Rapped;
        let choose = |pair: (f32, f32)| if rapped { pair.1 } else { pair.0 };
        let (last_room, breath) = (choose(LAST), choose(BREATH));
        let room = slot.steps as f32 - (last_room + breath) / seconds;
        // Consonants go before their vowel: a song must not begin with one that has no time to sound.
        let before = (0.4 - context.seconds_at(slot.start as f64) as f32).max(0.0);
        let pace = context.delivery().pace().usual;
        let spread = room * seconds / slot.syllables.len().max(1) as f32;
        let chorus = context.kind() == crate::plan::SectionKind::Chorus;
        Self {
            seconds,
            usual: (spread * 0.88).clamp(pace * 0.7, pace * if rapped { 1.1 } else { 1.12 }),
            held: if rapped {
                0.32
            } else if chorus {
                1.7
            } else {
                0.9
            },
            breath,
            first: (before / seconds).ceil() as usize,
            last: room.max(0.0) as usize,
            strength: (0..slot.steps).map(|step| strength(slot.start + step, context.steps())).collect(),
            motif: motif(context, slot, letter, seconds),
            weirdness: context.plan.knobs.weirdness,
        }
    }

    /// The cheapest row of steps; none if the line has more syllables than there are steps.
    fn cheapest(&self, syllables: &[Weight]) -> Option<Vec<usize>> {
        let count = syllables.len();
        let places =
            (self.last + 1).checked_sub(self.first).filter(|places| *places >= count && count > 0)?;
        let widest = ((LONGEST / self.seconds) as usize).max(2);
        let mut costs: Vec<f32> =
            (0..places).map(|place| 0.09 * place as f32 + self.place(syllables[0], place)).collect();
        let mut froms: Vec<Vec<usize>> = Vec::new();
        for (before, syllable) in syllables.iter().zip(&syllables[1..]) {
            let lengths: Vec<f32> = (0..=widest).map(|steps| self.length(before, steps)).collect();
            let mut next = vec![f32::INFINITY; places];
            let mut from = vec![0; places];
            for place in 1..places {
                for steps in 1..=widest.min(place) {
                    let cost = costs[place - steps] + lengths[steps];
                    if cost < next[place] {
                        (next[place], from[place]) = (cost, place - steps);
                    }
                }
                next[place] += self.place(*syllable, place);
            }
            costs = next;
            froms.push(from);
        }
        // The line's end likes a strong beat.
        let ends = costs
            .iter()
            .enumerate()
            .map(|(place, cost)| (cost - 0.8 * self.strength[self.first + place], place));
        let (_, mut place) = ends.min_by(|one, other| one.0.total_cmp(&other.0))?;
        let mut onsets = vec![self.first + place];
        for from in froms.iter().rev() {
            place = from[place];
            onsets.push(self.first + place);
        }
        onsets.reverse();
        Some(onsets)
    }

    /// What it costs that a syllable begins at a place.
    fn place(&self, syllable: Weight, place: usize) -> f32 {
        let strength = self.strength[self.first + place];
        let off = syllable.stress * (1.0 - strength) + (1.0 - syllable.stress) * 0.6 * strength;
        off * (1.9 - 1.2 * self.weirdness) + self.motif[self.first + place]
    }

    /// What it costs that so many steps pass until the next syllable.
    fn length(&self, syllable: &Weight, steps: usize) -> f32 {
        let seconds = (steps as f32 * self.seconds).max(0.01);
        let mut wanted = self.usual * (0.86 + 0.07 * syllable.consonants as f32);
        wanted *= if syllable.pauses { 1.8 } else { 0.9 + 0.2 * syllable.stress };
        wanted *= if syllable.ends_word { 1.04 } else { 0.94 };
        let far = (seconds / wanted).ln();
        // Too short for its consonants.
        let rushed = (0.07 + 0.03 * syllable.consonants as f32 - seconds).max(0.0);
        // Words are lost in long vowels sooner than in short ones.
        let slow = if far > 0.0 { 1.5 } else { 1.0 };
        2.2 * slow * far * far + 30.0 * rushed
    }
}

/// How strong a step of the bar is, 0 to 1 (Lerdahl and Jackendoff 1983, metrical grid).
pub(super) fn strength(step: usize, steps_per_bar: usize) -> f32 {
    match step % steps_per_bar {
        0 => 1.0,
        within if within * 2 == steps_per_bar && within % 4 == 0 => 0.85,
        within if within % 4 == 0 => 0.7,
        within if within % 2 == 0 => 0.35,
        _ => 0.0,
    }
}

/// The rhythm that a letter has in all sections of a kind: some steps are cheaper.
fn motif(context: &Context, slot: &Slot, letter: u32, seconds: f32) -> Vec<f32> {
    let mut stream = context.shared("rhythm", letter);
    let cells: &[&str] = if context.style.beats == 3 { &CELLS_OF_THREE } else { &CELLS_OF_FOUR };
    let weirdness = context.plan.knobs.weirdness;
    // Five of eight, the straighter or the stranger ones.
    let reach = cells.len() as f32 * 0.625;
    let choice = (stream.unit() * reach + weirdness * weirdness * (cells.len() as f32 - reach)) as usize;
    let cell = cells[choice.min(cells.len() - 1)].as_bytes();
    // Where sixteenths are too short for words, the cell goes in eighths.
    let unit = if seconds < 0.125 { 2 } else { 1 };
    let draws = (0..slot.steps).map(|step| {
        let marked = step.is_multiple_of(unit) && cell[step / unit % cell.len()] == b'x';
        let drawn = match step % unit {
            0 if marked => -0.65,
            // A cell in eighths is too slow for words alone.
            0 if unit == 2 => -0.4,
            0 => 0.0,
            _ => 0.5,
        };
        drawn + (0.2 + 0.5 * weirdness) * stream.bipolar()
    });
    draws.collect()
}
