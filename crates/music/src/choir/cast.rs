//! Who sings which line how often: what is read once, and every take of it.

use super::Take;
use crate::compose::{Score, SungLine};
use crate::plan::{Part, Plan, SectionKind};
use crate::random::Stream;
use crate::sing::{LineToSing, Timbre, Tone};
use crate::synth::{RATE, from_db};
use crate::words::{SaidLine, say};

/// What brings a line, which is sung at -25 dBFS, to the level of the other parts.
const LEVEL_DB: f32 = 5.0;
/// The level that a line is brought nearer to, in dBFS, by what share of the way, and how far at most, in decibels.
const USUAL_DB: f32 = -24.0;
const LEVELLED: f32 = 0.75;
const MOST_LEVELLED_DB: f32 = 5.0;
/// A full section's lines are so much louder than an empty one's, in decibels, since more plays against them.
const RISE_DB: f32 = 3.0;
/// Lines whose times differ by less, in tenths of milliseconds, can be sung from one reading: the voice's own steps are
/// of 25 ms.
const NEAR: i64 = 240;
/// Lines whose notes differ by less, in semitones, can be sung from one reading, such as a chorus in another key.
const NEAR_PITCH: f32 = 2.5;
/// Times of a line are told to a tenth of a millisecond, so that a line that returns is the same line.
const GRAIN: f64 = 10_000.0;

/// Lines that are read as one: the same words at the same times.
pub(super) struct Reading<'a> {
    pub(super) said: SaidLine,
    lead: &'a SungLine,
    times: Vec<(i64, i64)>,
    /// In the order of the score.
    pub(super) lines: Vec<Cue<'a>>,
}

/// One line of the score with those who sing it.
pub(super) struct Cue<'a> {
    /// Its place in the score.
    pub(super) index: usize,
    pub(super) line: &'a SungLine,
    /// The first is the one whose words are told.
    pub(super) voices: Vec<VoiceOf>,
}

/// One voice in one take.
pub(super) struct VoiceOf {
    pub(super) timbre: Timbre,
    pub(super) seed: u32,
    /// How far it is out of tune, in semitones.
    detune: f32,
    /// How late it is, in seconds.
    late: f64,
    /// From -1, left, to 1.
    place: f32,
    gain_db: f32,
}

/// Groups the lines of the score by what must be read.
pub(super) fn readings<'a>(plan: &Plan, score: &'a Score) -> Vec<Reading<'a>> {
    let mut readings: Vec<Reading> = Vec::new();
    for (index, line) in score.lines.iter().enumerate() {
        let Some(timbre) = plan.voice(line.part) else { continue };
        if line.tones.first().is_none_or(Vec::is_empty) {
            continue;
        }
        let times = times(line);
        let cue = Cue { index, line, voices: voices(plan, line, timbre) };
        let same = readings.iter_mut().find(|reading| reading.fits(line, &times));
        match same {
            Some(reading) => reading.lines.push(cue),
            None => readings.push(Reading { said: say(&line.text), lead: line, times, lines: vec![cue] }),
        }
    }
    readings
}

impl Reading<'_> {
    /// A second voice need not have the pitches that were read: it stands behind the first.
    fn fits(&self, line: &SungLine, times: &[(i64, i64)]) -> bool {
        let is_same = self.lead.text == line.text
            && self.lead.delivery == line.delivery
            && self.lead.tones.len() == line.tones.len()
            && self.lead.tones.iter().zip(&line.tones).all(|(own, tones)| own.len() == tones.len());
        let are_near = |(own, other): (&(i64, i64), &(i64, i64))| {
            (own.0 - other.0).abs() <= NEAR && (own.1 - other.1).abs() <= 2 * NEAR
        };
        let sounds_alike = line.part == Part::Harmony
            || pitches(self.lead).zip(pitches(line)).all(|(own, other)| (own - other).abs() < NEAR_PITCH);
        is_same && sounds_alike && self.times.iter().zip(times).all(are_near)
    }

    /// The notes that are read, from the first onset on.
    pub(super) fn tones(&self) -> Vec<Vec<Tone>> {
        from_zero(self.lead, 0.0)
    }

    /// The voice that it is read for.
    pub(super) fn line<'a>(&'a self, tones: &'a [Vec<Tone>], voice: &'a VoiceOf) -> LineToSing<'a> {
        LineToSing {
            said: &self.said,
            tones,
            timbre: &voice.timbre,
            delivery: self.lead.delivery,
            seed: voice.seed,
        }
    }
}

impl Cue<'_> {
    /// When the line's first note begins, in seconds from the song's start.
    pub(super) fn onset(&self) -> f64 {
        onset(self.line)
    }

    /// The notes of a voice, from the first onset on.
    pub(super) fn tones(&self, voice: &VoiceOf) -> Vec<Vec<Tone>> {
        from_zero(self.line, voice.detune)
    }
}

impl VoiceOf {
    /// The take of samples that begin at `start` seconds.
    pub(super) fn take(&self, start: f64, samples: Vec<f32>) -> Take {
        // Constant power, and 1 in the middle.
        let angle = (self.place + 1.0) * std::f32::consts::FRAC_PI_4;
        let levelled = LEVELLED * (USUAL_DB - level_of(&samples));
        let levelled = levelled.clamp(-MOST_LEVELLED_DB, MOST_LEVELLED_DB);
        let gain = from_db(LEVEL_DB + levelled + self.gain_db) * std::f32::consts::SQRT_2;
        Take::new(start + self.late, samples, [gain * angle.cos(), gain * angle.sin()])
    }
}

/// How loud samples are where they sound, in dBFS.
fn level_of(samples: &[f32]) -> f32 {
    /// What is below -40 dB is a pause.
    const PAUSE: f32 = 1e-4;
    let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>() / part.len() as f32;
    let (mut sum, mut count) = (0.0, 0);
    for power in samples.chunks(1024).map(power).filter(|power| *power > PAUSE) {
        sum += power;
        count += 1;
    }
    if count == 0 { USUAL_DB } else { 10.0 * (sum / count as f32).log10() }
}

fn onset(line: &SungLine) -> f64 {
    line.tones.first().and_then(|tones| tones.first()).map_or(0.0, |tone| tone.onset)
}

fn grains(seconds: f64) -> i64 {
    (seconds * GRAIN).round() as i64
}

fn times(line: &SungLine) -> Vec<(i64, i64)> {
    let zero = onset(line);
    let times = |tone: &Tone| (grains(tone.onset - zero), grains(tone.seconds));
    line.tones.iter().flatten().map(times).collect()
}

fn pitches(line: &SungLine) -> impl Iterator<Item = f32> + '_ {
    line.tones.iter().flatten().map(|tone| tone.pitch)
}

fn from_zero(line: &SungLine, detune: f32) -> Vec<Vec<Tone>> {
    let zero = onset(line);
    let moved = |tone: &Tone| Tone {
        onset: grains(tone.onset - zero) as f64 / GRAIN,
        seconds: grains(tone.seconds).max(1) as f64 / GRAIN,
        pitch: tone.pitch + detune,
    };
    line.tones.iter().map(|tones| tones.iter().map(moved).collect()).collect()
}

/// A lead alone; doubled in choruses, more so in the last; a second voice to one side, in the last chorus on both.
fn voices(plan: &Plan, line: &SungLine, timbre: &'static Timbre) -> Vec<VoiceOf> {
    let growth = growth(plan, &line.section);
    let section = plan.sections.iter().find(|section| section.id == line.section);
    let rise = RISE_DB * section.map_or(0.5, |section| crate::plan::share(section.energy));
    let voice = |take: u32| {
        let mut stream =
            Stream::keyed(plan.seed, &line.section, line.part.key(), (line.line as u32) << 4 | take);
        let seed = stream.bits();
        let (detune, late) = if take == 0 {
            (0.0, 0.0)
        } else {
            // Each side has its own way to be a little off, 4 to 10 cents and 9 to 24 ms.
            let side = if take == 1 { -1.0 } else { 1.0 };
            (side * (0.04 + 0.06 * stream.unit()), 0.009 + 0.015 * f64::from(stream.unit()))
        };
        // Hisses that come several times are heard as noise; the lead's air is enough.
        let air = if take == 0 && line.part == Part::Lead { timbre.air } else { 0.0 };
        let timbre = Timbre { air, ..timbre.clone() };
        VoiceOf { timbre, seed, detune, late, place: 0.0, gain_db: rise }
    };
    let placed = |take, place, gain_db| VoiceOf { place, gain_db: rise + gain_db, ..voice(take) };
    match (line.part, growth) {
        (Part::Harmony, None | Some(0)) => vec![placed(0, 0.45, -3.0)],
        (Part::Harmony, Some(_)) => vec![placed(0, 0.5, -3.0), placed(1, -0.5, -4.0)],
        (_, None) => vec![voice(0)],
        (_, Some(0)) => vec![voice(0), placed(1, -0.65, -12.0), placed(2, 0.65, -12.0)],
        (_, Some(_)) => vec![voice(0), placed(1, -0.75, -9.0), placed(2, 0.75, -9.0)],
    }
}

/// None outside choruses, 0 in a chorus, 1 in the last of several.
fn growth(plan: &Plan, section: &str) -> Option<u32> {
    let choruses = || plan.sections.iter().filter(|section| section.kind == SectionKind::Chorus);
    choruses().find(|known| known.id == section)?;
    let is_last = choruses().next_back().is_some_and(|last| last.id == section);
    Some(u32::from(is_last && choruses().count() > 1))
}

/// Samples from the song's start, at its rate.
pub(super) fn sample_at(seconds: f64) -> i64 {
    (seconds * f64::from(RATE)).round() as i64
}
