//! Sings the lines of a score: every voice, its doubles, and the breaths between the lines.
//!
//! Readings are spread over threads and put back in the score's order, so that the samples are the same on any number.

mod breath;
mod cast;
mod pool;
#[cfg(test)]
mod tests;
mod work;

use crate::compose::{Score, SungLine};
use crate::perform::Cancelled;
use crate::plan::{Part, Plan};
use crate::random::Stream;
use crate::sing::{TimedLine, WordTime};
use cast::{Reading, readings, sample_at};
use std::ops::ControlFlow;
use std::sync::Arc;

/// No breath is taken in a shorter rest, in seconds.
const LEAST_REST: f64 = 0.4;
/// A breath is this long at most, and ends so long before the line; in seconds.
const LONGEST_BREATH: f64 = 0.36;
const BEFORE_LINE: f64 = 0.03;
/// What keeps a breath as far under its line as it was made (5 dB, as [`cast`] lifts lines, less 2).
const BREATH_GAIN: f32 = 1.41;

/// Samples of one voice with their place in the song.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Take {
    start: u64,
    samples: Arc<Vec<f32>>,
    gains: [f32; 2],
}

impl Take {
    /// What would sound before the song begins is cut off.
    fn new(start: f64, mut samples: Vec<f32>, gains: [f32; 2]) -> Self {
        let start = sample_at(start);
        samples.drain(..(start.min(0).unsigned_abs() as usize).min(samples.len()));
        Self { start: start.max(0) as u64, samples: Arc::new(samples), gains }
    }

    /// Adds what lies in the stretch from `start` on to the two channels, which are equally long.
    pub(crate) fn add(&self, start: u64, left: &mut [f32], right: &mut [f32]) {
        let end = start + left.len() as u64;
        let (from, to) = (self.start.max(start), (self.start + self.samples.len() as u64).min(end));
        if from >= to {
            return;
        }
        let samples = &self.samples[(from - self.start) as usize..(to - self.start) as usize];
        let place = (from - start) as usize..(to - start) as usize;
        for (sum, sample) in left[place.clone()].iter_mut().zip(samples) {
            *sum += sample * self.gains[0];
        }
        for (sum, sample) in right[place].iter_mut().zip(samples) {
            *sum += sample * self.gains[1];
        }
    }
}

/// All that is sung in a song.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Voices {
    lead: Vec<Take>,
    harmony: Vec<Take>,
    /// Of the lead, in the order of time.
    pub(crate) words: Vec<TimedLine>,
}

impl Voices {
    /// The takes of a part, to be added in this order.
    pub(crate) fn of(&self, part: Part) -> Vec<Take> {
        match part {
            Part::Lead => self.lead.clone(),
            Part::Harmony => self.harmony.clone(),
            _ => Vec::new(),
        }
    }
}

/// One line of the score as it was sung.
struct Heard<'a> {
    index: usize,
    line: &'a SungLine,
    takes: Vec<Take>,
    words: TimedLine,
}

/// Sings what the score says, on up to `threads` threads. `report` hears the share that is done.
pub(crate) fn sing(
    plan: &Plan,
    score: &Score,
    threads: usize,
    report: &mut dyn FnMut(f32) -> ControlFlow<()>,
) -> Result<Voices, Cancelled> {
    let readings = readings(plan, score);
    if readings.is_empty() {
        return Ok(Voices::default());
    }
    let mut heard = work::all(&readings, threads, report)?;
    heard.sort_by_key(|heard| heard.index);
    let mut voices = Voices::default();
    for Heard { line, takes, words, .. } in heard {
        if line.part == Part::Lead {
            voices.lead.extend(takes);
            voices.words.push(words);
        } else {
            voices.harmony.extend(takes);
        }
    }
    voices.words.sort_by(|one, other| one.start_seconds.total_cmp(&other.start_seconds));
    let breaths = breaths(plan, &voices.words);
    voices.lead.extend(breaths);
    Ok(voices)
}

/// A breath in each rest that has room for one.
fn breaths(plan: &Plan, lines: &[TimedLine]) -> Vec<Take> {
    let mut before = 0.0;
    let mut breaths = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let rest = line.start_seconds - before;
        before = line.end_seconds;
        let mut stream = Stream::keyed(plan.seed, &line.section, "breath", number as u32);
        // Not every breath is heard.
        if rest < LEAST_REST || stream.chance(0.25) {
            continue;
        }
        let seconds = (rest - 0.15).min(LONGEST_BREATH) * f64::from(0.6 + 0.4 * stream.unit());
        let samples = breath::breath(seconds as f32, &mut stream);
        breaths.push(Take::new(line.start_seconds - BEFORE_LINE - seconds, samples, [BREATH_GAIN; 2]));
    }
    breaths
}

/// When the words of a line sound in the song.
fn timed(reading: &Reading<'_>, line: &SungLine, times: &[WordTime], offset: f64) -> TimedLine {
    TimedLine::new(&line.section, &line.text, &reading.said, times, offset)
}
