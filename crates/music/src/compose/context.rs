//! What every player knows of a section: its chords, its grid, its place in time.

use super::melody::{self, Tone};
use super::{ChordSpan, Note, SectionSpan, kept, progression};
use crate::plan::{Delivery, Plan, Section, SectionKind, Writing};
use crate::random::Stream;
use crate::style::{self, Groove, Style};
use crate::theory::{Chord, Key};
use crate::words::{SaidLine, say};
use std::cell::OnceCell;

/// A note before it has its time in samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    /// Sixteenths from the section's start.
    pub(super) step: f64,
    /// Length in sixteenths.
    pub(super) steps: f64,
    /// How far it strays from the grid, in seconds.
    pub(super) late: f64,
    pub(super) pitch: i32,
    pub(super) velocity: f32,
    pub(super) slide_from: Option<u8>,
    pub(super) variation: u32,
}

impl Stroke {
    pub(super) fn new(step: f64, steps: f64, pitch: i32, velocity: f32) -> Self {
        Self { step, steps, late: 0.0, pitch, velocity, slide_from: None, variation: 0 }
    }
}

/// One section while it is written.
pub(super) struct Context<'a> {
    pub(super) plan: &'a Plan,
    pub(super) style: &'static Style,
    pub(super) section: &'a Section,
    pub(super) bars: u32,
    /// Whether the song ends with it.
    pub(super) is_last: bool,
    /// One for each quarter.
    pub(super) chords: Vec<Chord>,
    /// The section's lines in sounds.
    pub(super) said: Vec<SaidLine>,
    tune: OnceCell<Vec<Tone>>,
    start: u64,
    samples_per_bar: f64,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        section: &'a Section,
        bars: u32,
        start: u64,
        samples_per_bar: f64,
        is_last: bool,
    ) -> Self {
        let style = style::style(plan.style);
        let chords = chords(plan, section, bars, is_last);
        let said = section.lines.iter().map(|line| say(&line.text)).collect();
        let tune = OnceCell::new();
        Self { plan, style, section, bars, is_last, chords, said, tune, start, samples_per_bar }
    }

    /// Sixteenths in a bar.
    pub(super) fn steps(&self) -> usize {
        self.style.beats as usize * 4
    }

    pub(super) fn kind(&self) -> SectionKind {
        self.section.kind
    }

    /// How the section's words are brought: as the tune's own song did.
    pub(super) fn delivery(&self) -> Delivery {
        let own = self.plan.melody.map_or(self.style, |writing| style::style(writing.style));
        Delivery::of(own, self.kind())
    }

    /// The key in which the section sounds.
    pub(super) fn key(&self) -> Key {
        let tonic = i32::from(self.plan.key.tonic) + self.transposition();
        Key { tonic: tonic.rem_euclid(12) as u8, ..self.plan.key }
    }

    /// Semitones of the section above the song's key.
    pub(super) fn transposition(&self) -> i32 {
        i32::from(self.section.transposition.clamp(-12, 12))
    }

    /// The tune, written once.
    pub(super) fn tune(&self) -> &[Tone] {
        self.tune.get_or_init(|| match &self.plan.melody {
            Some(writing) => self.kept_tune(writing),
            None => melody::tune(self),
        })
    }

    /// The tune that another song has to these words.
    fn kept_tune(&self, writing: &Writing) -> Vec<Tone> {
        let plan = self.plan.as_written(writing);
        let beats = f64::from(style::style(plan.style).beats);
        let samples_per_bar = f64::from(crate::SAMPLE_RATE) * 60.0 / plan.tempo() * beats;
        let other = Context::new(&plan, self.section, self.bars, self.start, samples_per_bar, self.is_last);
        if self.steps() == other.steps() && self.chords == other.chords {
            return melody::tune(&other);
        }
        kept::tune(self, &melody::tune(&other), other.steps())
    }

    pub(super) fn bar_seconds(&self) -> f64 {
        self.samples_per_bar / f64::from(crate::SAMPLE_RATE)
    }

    /// Of a sixteenth.
    pub(super) fn step_seconds(&self) -> f64 {
        self.bar_seconds() / self.steps() as f64
    }

    pub(super) fn energy(&self) -> f32 {
        crate::plan::share(self.section.energy)
    }

    /// How far people stray from what machines play, 0 to 1.
    pub(super) fn human(&self) -> f32 {
        crate::plan::share(self.plan.knobs.human)
    }

    /// Loudness of a usual stroke at this energy.
    pub(super) fn force(&self) -> f32 {
        0.5 + 0.46 * self.energy()
    }

    /// The rhythm section's pattern for this section.
    pub(super) fn groove(&self) -> &'static Groove {
        if self.energy() >= 0.72 { &self.style.full } else { &self.style.low }
    }

    /// Whether the song is at its height, and the band plays what it has kept back.
    pub(super) fn is_peak(&self) -> bool {
        self.plan.knobs.layers && self.kind() == SectionKind::Chorus && self.energy() >= 0.95
    }

    /// Whether a bar is the song's last, where everybody lands.
    pub(super) fn is_final_bar(&self, bar: u32) -> bool {
        self.is_last && bar + 1 == self.bars
    }

    /// The chord at a step of the section.
    pub(super) fn chord_at(&self, step: usize) -> Chord {
        self.chords[(step / 4).min(self.chords.len() - 1)]
    }

    /// Where from `step` on, before `end`, another chord comes.
    pub(super) fn change_after(&self, step: usize, end: usize) -> Option<usize> {
        (step + 1..end).find(|later| self.chord_at(*later) != self.chord_at(step))
    }

    /// The stream of one bar of this section.
    pub(super) fn stream(&self, part: &str, bar: u32) -> Stream {
        Stream::keyed(self.plan.seed, &self.section.id, part, bar)
    }

    /// A stream that all sections of this kind share, so that they have the same material.
    pub(super) fn shared(&self, purpose: &str, index: u32) -> Stream {
        Stream::keyed(self.plan.seed, self.kind().word(), purpose, index)
    }

    /// One of a pattern's alternatives, the same in all sections of this kind.
    pub(super) fn choose<T>(&self, purpose: &str, items: &'static [T]) -> &'static T {
        self.shared(purpose, 0).pick(items)
    }

    pub(super) fn end_sample(&self) -> u64 {
        self.start + (f64::from(self.bars) * self.samples_per_bar).round() as u64
    }

    pub(super) fn span(&self) -> SectionSpan {
        let seconds = |sample: u64| sample as f64 / f64::from(crate::SAMPLE_RATE);
        SectionSpan {
            id: self.section.id.clone(),
            kind: self.kind(),
            start_seconds: seconds(self.start),
            end_seconds: seconds(self.end_sample()),
        }
    }

    /// The section's chords with their names, equal neighbours as one.
    pub(super) fn chord_spans(&self) -> Vec<ChordSpan> {
        let mut spans: Vec<ChordSpan> = Vec::new();
        for (index, chord) in self.chords.iter().enumerate() {
            let name = chord.name(self.key());
            let (start, end) =
                (self.seconds_of(index as f64 * 4.0), self.seconds_of((index + 1) as f64 * 4.0));
            match spans.last_mut().filter(|span| span.name == name) {
                Some(span) => span.end_seconds = end,
                None => spans.push(ChordSpan {
                    section: self.section.id.clone(),
                    name,
                    start_seconds: start,
                    end_seconds: end,
                }),
            }
        }
        spans
    }

    /// Strokes with their times in the song, swung and in order.
    pub(super) fn placed(&self, strokes: Vec<Stroke>) -> Vec<Note> {
        let rate = f64::from(crate::SAMPLE_RATE);
        let samples_per_step = self.samples_per_bar / self.steps() as f64;
        let mut notes: Vec<Note> = strokes
            .into_iter()
            .map(|stroke| {
                let offset = self.swung(stroke.step) * samples_per_step + stroke.late * rate;
                Note {
                    start: self.start + offset.max(0.0).round() as u64,
                    length: (stroke.steps * samples_per_step).max(1.0).round() as u32,
                    pitch: stroke.pitch.clamp(12, 115) as u8,
                    velocity: stroke.velocity.clamp(0.05, 1.0),
                    slide_from: stroke.slide_from,
                    variation: stroke.variation,
                }
            })
            .collect();
        notes.sort_by_key(|note| (note.start, note.pitch));
        notes
    }

    /// When a step of the section sounds, swung, in seconds from the song's start.
    pub(super) fn seconds_at(&self, step: f64) -> f64 {
        self.seconds_of(self.swung(step))
    }

    /// When a place on the straight grid sounds, in seconds from the song's start.
    fn seconds_of(&self, step: f64) -> f64 {
        let samples = self.start as f64 + step * self.samples_per_bar / self.steps() as f64;
        samples / f64::from(crate::SAMPLE_RATE)
    }

    /// Moves the second of each pair of steps (or of eighths) later.
    fn swung(&self, step: f64) -> f64 {
        let pair = if self.style.swing.sixteenths { 2.0 } else { 4.0 };
        let middle = 0.5 * (1.0 + f64::from(self.style.swing.amount));
        let (whole, within) = ((step / pair).floor(), (step / pair).fract());
        let moved =
            if within < 0.5 { within * 2.0 * middle } else { middle + (within - 0.5) * 2.0 * (1.0 - middle) };
        (whole + moved) * pair
    }

    /// How far a stroke strays, in seconds.
    pub(super) fn stray(&self, stream: &mut Stream) -> f64 {
        f64::from(stream.bell() * self.style.feel.looseness_ms) / 1000.0
    }
}

/// The section's chords: those of the song that it has them from, if its bars are of as many beats, else its own.
fn chords(plan: &Plan, section: &Section, bars: u32, is_last: bool) -> Vec<Chord> {
    let own = style::style(plan.style);
    let harmony = plan.harmony.map(|writing| (plan.as_written(&writing), style::style(writing.style)));
    match harmony.filter(|(_, style)| style.beats == own.beats) {
        Some((plan, style)) => progression::chords(&plan, style, section.kind, bars, is_last),
        None => progression::chords(plan, own, section.kind, bars, is_last),
    }
}
