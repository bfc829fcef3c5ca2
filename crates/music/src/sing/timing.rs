//! When each sound begins: vowels on their notes, consonants before them, rests in marks.

use super::line::{LineToSing, WordTime};
use super::sounds::{Kind, Sound};
use super::voice::STEP_SECONDS;

/// Consonants take no more than this share of the time from one onset to the next.
const MOST_CONSONANTS: f64 = 0.5;
/// A stress mark takes no more than this share of its vowel.
const MOST_STRESS: f64 = 0.4;
/// A vowel that a rest would eat up keeps this share of its note.
const LEAST_VOWEL: f64 = 0.4;

/// The boundaries of sounds.
pub(super) struct Timing {
    start: f64,
    /// In steps of 25 ms from the start; one more than there are sounds.
    steps: Vec<usize>,
}

impl Timing {
    /// `spoken` are the lengths of speech in steps.
    pub(super) fn new(sounds: &[Sound], spoken: &[usize], line: &LineToSing<'_>) -> Self {
        let mut seconds: Vec<f64> = spoken.iter().map(|steps| *steps as f64 * STEP_SECONDS).collect();
        let begins: Vec<usize> = (0..line.tones.len()).map(|syllable| begin_of(sounds, syllable)).collect();
        for (syllable, &from) in begins.iter().enumerate() {
            let to = begins.get(syllable + 1).copied().unwrap_or(sounds.len());
            place(&sounds[from..to], &mut seconds[from..to], &Span::new(line, syllable));
        }
        // The first vowel begins exactly on its note.
        let before = begins.first().copied().unwrap_or(0);
        let lead_in: f64 = seconds[..before].iter().sum();
        let start =
            line.tones.first().and_then(|tones| tones.first()).map_or(0.0, |tone| tone.onset) - lead_in;
        Self { start, steps: rounded(&seconds) }
    }

    /// When the line begins to sound, in seconds.
    pub(super) fn start(&self) -> f64 {
        self.start
    }

    /// When a sound begins, in seconds; for the number of sounds, when the line ends.
    pub(super) fn boundary(&self, sound: usize) -> f64 {
        self.start + self.steps[sound] as f64 * STEP_SECONDS
    }

    /// The length of a sound in steps, at least 1.
    pub(super) fn steps_of(&self, sound: usize) -> usize {
        self.steps[sound + 1] - self.steps[sound]
    }
}

/// The time that one syllable has.
struct Span {
    /// From its onset to the next; for the last syllable there is no next.
    until_next: Option<f64>,
    /// From its onset to the end of its last tone.
    sounding: f64,
}

impl Span {
    fn new(line: &LineToSing<'_>, syllable: usize) -> Self {
        let tones = &line.tones[syllable];
        let onset = tones.first().map_or(0.0, |tone| tone.onset);
        let next = line.tones.get(syllable + 1).and_then(|tones| tones.first());
        let until_next = next.map(|next| next.onset - onset);
        let sounding = tones.last().map_or(0.0, |tone| tone.end() - onset);
        Self { until_next, sounding: sounding.min(until_next.unwrap_or(sounding)) }
    }
}

/// Where a syllable's vowel begins, its stress mark included.
fn begin_of(sounds: &[Sound], syllable: usize) -> usize {
    let is_begin =
        |sound: &Sound| sound.kind == Kind::Stress(syllable) || sound.kind == Kind::Vowel(syllable);
    sounds.iter().position(is_begin).unwrap_or(0)
}

/// Gives the sounds from one vowel to the next their seconds; they hold the spoken ones before.
fn place(sounds: &[Sound], seconds: &mut [f64], span: &Span) {
    let vowel = sounds.iter().position(|sound| matches!(sound.kind, Kind::Vowel(_))).unwrap_or(0);
    let mark = sounds.iter().position(|sound| sound.kind == Kind::Mark);
    let after = vowel + 1..sounds.len();
    // Past the last note lie its mark and the line's end, which take no time from it.
    let within =
        if span.until_next.is_some() { after.clone() } else { vowel + 1..mark.unwrap_or(sounds.len()) };
    let time = span.until_next.unwrap_or(span.sounding);
    let consonants: f64 = seconds[within.clone()].iter().sum();
    let shrunk = (MOST_CONSONANTS * time / consonants.max(1e-9)).min(1.0);
    seconds[within.clone()].iter_mut().for_each(|seconds| *seconds *= shrunk);
    if let Some(mark) = mark.filter(|_| span.until_next.is_some()) {
        let rest = time - span.sounding - seconds[mark..].iter().sum::<f64>();
        let spare = time - seconds[within.clone()].iter().sum::<f64>() - LEAST_VOWEL * span.sounding;
        seconds[mark] += rest.min(spare).max(0.0);
    }
    let group = time - seconds[within].iter().sum::<f64>();
    let stress: f64 = seconds[..vowel].iter().sum();
    let kept = (MOST_STRESS * group / stress.max(1e-9)).min(1.0);
    seconds[..vowel].iter_mut().for_each(|seconds| *seconds *= kept);
    seconds[vowel] = group - stress * kept;
}

/// Boundaries in steps: rounded each from the true time, so that no error adds up; every sound has at least one.
fn rounded(seconds: &[f64]) -> Vec<usize> {
    let mut steps = vec![0];
    let (mut time, mut last) = (0.0, 0);
    for length in seconds {
        time += length;
        last = ((time / STEP_SECONDS).round() as usize).max(last + 1);
        steps.push(last);
    }
    steps
}

/// When each word sounds, from the sounds that belong to it.
pub(super) fn word_times(line: &LineToSing<'_>, sounds: &[Sound], timing: &Timing) -> Vec<WordTime> {
    let of_word = |word| sounds.iter().enumerate().filter(move |(_, sound)| sound.word == Some(word));
    let times = (0..line.said.words.len()).map(|word| {
        let first = of_word(word).next().map_or(0, |(at, _)| at);
        let last = of_word(word).next_back().map_or(first, |(at, _)| at);
        WordTime { start: timing.boundary(first), end: timing.boundary(last + 1) }
    });
    times.collect()
}
