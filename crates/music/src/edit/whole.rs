//! An edited song as one plan and one score, so that its notes, words and sections can be told, and it can be edited as a
//! whole.

use super::splice::Seam;
use super::{Edit, NewBand, NewVoice, Origin, Recipe};
use crate::compose::{ChordSpan, Phrase, Score, ScorePart, SectionSpan, SungLine, compose};
use crate::plan::{Line, Part, Plan, Section};
use crate::sing::TimedLine;
use std::collections::BTreeSet;

/// What is shorter is no section of its own, in seconds.
const LEAST_SECTION: f64 = 0.5;

/// A plan with its score, whose sections are the plan's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whole {
    pub(crate) plan: Plan,
    pub(crate) score: Score,
}

impl Whole {
    /// The song that a recipe makes. Of a recording nothing is known but its length.
    pub(crate) fn of(recipe: &Recipe) -> Self {
        let first = match &recipe.origin {
            Origin::Plan(plan) => piece(plan, &recipe.edits),
            Origin::Recorded(recorded) => {
                let known = recipe.plans().next().cloned();
                unknown(known.unwrap_or_else(|| Plan::from_brief(&crate::Brief::default())), recorded.samples)
            }
        };
        Self::after(first, recipe)
    }

    /// As [`Whole::of`]; a song that another version of the engine made is taken to be about what this one would make of
    /// its plan. None if it began as a recording without one.
    pub(crate) fn believed(recipe: &Recipe) -> Option<Self> {
        let Origin::Recorded(recorded) = &recipe.origin else { return Some(Self::of(recipe)) };
        let mut first = piece(recorded.plan.as_ref()?, &[]);
        first.score.samples = recorded.samples;
        Some(Self::after(first, recipe))
    }

    /// What the edits of a recipe make of its origin.
    fn after(first: Self, recipe: &Recipe) -> Self {
        let mut whole = first;
        for (index, edit) in recipe.edits.iter().enumerate() {
            let Edit::Spliced(splice) = edit else { continue };
            let new = piece(&splice.plan, &recipe.edits[index..]);
            let seam = Seam::new(splice, whole.score.samples as usize, new.score.samples as usize);
            whole = spliced(&seam, &whole, &new);
        }
        whole
    }
}

/// A recording, as a score without notes.
fn unknown(plan: Plan, samples: u64) -> Whole {
    let plan = Plan { sections: Vec::new(), ..plan };
    Whole { score: Score { samples, ..compose(&plan) }, plan }
}

/// A plan and its score after the swaps among some edits.
fn piece(plan: &Plan, edits: &[Edit]) -> Whole {
    let voice = edits.iter().rev().find_map(|edit| match edit {
        Edit::Voice(voice) => Some(&**voice),
        _ => None,
    });
    let band = edits.iter().rev().find_map(|edit| match edit {
        Edit::Band(band) => Some(&**band),
        _ => None,
    });
    let mut whole = with_band(plan, band);
    if voice.is_some() || band.is_some() {
        sing(&mut whole, &voice.map_or_else(|| plan.clone(), |voice| NewVoice::over(voice, plan)));
    }
    let places = whole.score.sections.len();
    whole.plan.sections.truncate(places);
    whole
}

fn with_band(plan: &Plan, band: Option<&NewBand>) -> Whole {
    let plan = band.map_or_else(|| plan.clone(), |band| band.under(plan));
    Whole { score: compose(&plan), plan }
}

/// Gives a song the voices of another plan of the same form.
fn sing(whole: &mut Whole, sung: &Plan) {
    let score = compose(sung);
    let sings = |part: Part| matches!(part, Part::Lead | Part::Harmony);
    whole.score.parts.retain(|part| !sings(part.part));
    whole.score.parts.extend(score.parts.into_iter().filter(|part| sings(part.part)));
    whole.score.lines = score.lines;
    whole.plan.instruments.retain(|choice| !sings(choice.part));
    whole.plan.instruments.extend(sung.instruments.iter().filter(|choice| sings(choice.part)));
    whole.plan.singer.clone_from(&sung.singer);
    for (section, other) in whole.plan.sections.iter_mut().zip(&sung.sections) {
        section.lines.clone_from(&other.lines);
    }
}

/// A stretch of one song that is heard in another.
struct Stretch<'a> {
    whole: &'a Whole,
    /// What is heard, in samples of its own song.
    from: i64,
    until: i64,
    /// How far it is moved, in samples.
    shift: i64,
}

fn spliced(seam: &Seam, old: &Whole, new: &Whole) -> Whole {
    let (from, until) = seam.new_range();
    let (from, until, shift) = (from as i64, until as i64, seam.shift());
    let all = old.score.samples as i64;
    let stretches = [
        Stretch { whole: old, from: 0, until: from, shift: 0 },
        Stretch { whole: new, from: from - shift, until: until - shift, shift },
        Stretch { whole: old, from: until.min(all), until: if seam.returns() { all } else { 0 }, shift: 0 },
    ];
    let mut joined = Joined::default();
    stretches.iter().filter(|stretch| stretch.from < stretch.until).for_each(|stretch| joined.add(stretch));
    joined.finish(old, new, seam.samples as u64)
}

/// A song while its stretches are put one after the other.
#[derive(Default)]
struct Joined {
    sections: Vec<Section>,
    spans: Vec<SectionSpan>,
    chords: Vec<ChordSpan>,
    parts: Vec<ScorePart>,
    lines: Vec<SungLine>,
    ids: BTreeSet<String>,
}

impl Joined {
    fn add(&mut self, stretch: &Stretch) {
        let Whole { plan, score } = stretch.whole;
        for (span, section) in score.sections.iter().zip(&plan.sections) {
            let Some((start, end)) = stretch.clip(span.start_seconds, span.end_seconds) else { continue };
            if end - start < LEAST_SECTION {
                continue;
            }
            let id = self.free_id(&section.id, section.kind.word());
            let bar = (span.end_seconds - span.start_seconds) / f64::from(section.bars.clamp(1, 64));
            let bars = ((end - start) / bar).round().max(1.0) as u32;
            let lines = self.add_lines(stretch, section, &id);
            self.add_chords(stretch, &section.id, &id);
            self.add_notes(stretch, &section.id, &id);
            self.sections.push(Section { id: id.clone(), bars, lines, ..section.clone() });
            self.spans.push(SectionSpan { id, kind: span.kind, start_seconds: start, end_seconds: end });
        }
    }

    /// The id, or another of its kind if it is taken.
    fn free_id(&mut self, id: &str, word: &str) -> String {
        let others = (1..).map(|number| format!("{word}-{number}"));
        let mut candidates = std::iter::once(id.to_owned()).chain(others);
        let free = candidates.find(|id| !self.ids.contains(id)).unwrap_or_default();
        self.ids.insert(free.clone());
        free
    }

    /// The lines of a section that begin in the stretch; all of them if nobody sings them.
    fn add_lines(&mut self, stretch: &Stretch, section: &Section, id: &str) -> Vec<Line> {
        let score = &stretch.whole.score;
        let mut kept = Vec::new();
        for (index, line) in section.lines.iter().enumerate() {
            let sung = || score.lines.iter().filter(|sung| sung.section == section.id && sung.line == index);
            if sung().next().is_some() && !sung().any(|sung| stretch.hears(sung)) {
                continue;
            }
            self.lines.extend(sung().filter(|sung| stretch.hears(sung)).map(|sung| SungLine {
                section: id.to_owned(),
                line: kept.len(),
                tones: stretch.moved(sung),
                ..sung.clone()
            }));
            kept.push(line.clone());
        }
        kept
    }

    fn add_chords(&mut self, stretch: &Stretch, old: &str, id: &str) {
        for chord in stretch.whole.score.chords.iter().filter(|chord| chord.section == old) {
            if let Some((start_seconds, end_seconds)) = stretch.clip(chord.start_seconds, chord.end_seconds) {
                let (section, name) = (id.to_owned(), chord.name.clone());
                self.chords.push(ChordSpan { section, name, start_seconds, end_seconds });
            }
        }
    }

    fn add_notes(&mut self, stretch: &Stretch, old: &str, id: &str) {
        for known in &stretch.whole.score.parts {
            let phrases = known.phrases.iter().filter(|phrase| phrase.section == old);
            let notes = phrases.flat_map(|phrase| &phrase.notes);
            let heard = notes.filter(|note| (stretch.from..stretch.until).contains(&(note.start as i64)));
            let moved = heard.map(|note| {
                let length = i64::from(note.length).min(stretch.until - note.start as i64);
                let start = (note.start as i64 + stretch.shift).max(0) as u64;
                crate::Note { start, length: length.max(1) as u32, ..*note }
            });
            let phrase = Phrase { section: id.to_owned(), notes: moved.collect() };
            match self.parts.iter_mut().find(|part| part.part == known.part) {
                Some(part) => part.phrases.push(phrase),
                None => self.parts.push(ScorePart { part: known.part, phrases: vec![phrase] }),
            }
        }
    }

    fn finish(mut self, old: &Whole, new: &Whole, samples: u64) -> Whole {
        // What was too short to tell belongs to the section before.
        for index in 1..self.spans.len() {
            self.spans[index - 1].end_seconds = self.spans[index].start_seconds;
        }
        let mut plan = Plan { sections: self.sections, ..old.plan.clone() };
        for choice in &new.plan.instruments {
            if plan.patch(choice.part).is_none() {
                plan.instruments.push(*choice);
            }
        }
        plan.singer = plan.singer.or_else(|| new.plan.singer.clone());
        let order = |part: &ScorePart| plan.instruments.iter().position(|choice| choice.part == part.part);
        self.parts.sort_by_key(order);
        let order =
            |line: &SungLine| (line.part, line.tones.iter().flatten().next().map_or(0.0, |t| t.onset));
        self.lines.sort_by(|one, other| {
            let ((one, at), (other, later)) = (order(one), order(other));
            one.cmp(&other).then(at.total_cmp(&later))
        });
        let score = Score {
            sections: self.spans,
            chords: self.chords,
            parts: self.parts,
            lines: self.lines,
            samples,
        };
        Whole { plan, score }
    }
}

const RATE: f64 = crate::SAMPLE_RATE as f64;

impl Stretch<'_> {
    /// Two moments of its own song, in seconds, as moments of the whole; nothing if nothing is heard of what is between.
    fn clip(&self, start: f64, end: f64) -> Option<(f64, f64)> {
        let from = start.max(self.from as f64 / RATE);
        let until = end.min(self.until as f64 / RATE);
        let shift = self.shift as f64 / RATE;
        (until > from).then_some((from + shift, until + shift))
    }

    /// Whether a line begins in it.
    fn hears(&self, line: &SungLine) -> bool {
        let onset = line.tones.iter().flatten().next().map_or(0.0, |tone| tone.onset);
        (self.from..self.until).contains(&((onset * RATE).round() as i64))
    }

    fn moved(&self, line: &SungLine) -> Vec<Vec<crate::sing::Tone>> {
        let shift = self.shift as f64 / RATE;
        let tones = |tones: &Vec<crate::sing::Tone>| {
            tones.iter().map(|tone| crate::sing::Tone { onset: tone.onset + shift, ..*tone }).collect()
        };
        line.tones.iter().map(tones).collect()
    }
}

/// The words of a spliced song. Of a line that the seam cuts, the words are told that are heard at their middle.
pub(super) fn spliced_words(seam: &Seam, old: &[TimedLine], new: &[TimedLine]) -> Vec<TimedLine> {
    let (from, _) = seam.new_range();
    let sample = |seconds: f64| (seconds.max(0.0) * RATE).round() as u64;
    let mut lines = Vec::new();
    for line in old {
        lines.extend(part_of(line, 0.0, |middle| seam.is_old(sample(middle)) && sample(middle) < from));
        lines.extend(part_of(line, 0.0, |middle| seam.is_old(sample(middle)) && sample(middle) >= from));
    }
    let shift = seam.shift() as f64 / RATE;
    lines.extend(
        new.iter().filter_map(|line| part_of(line, shift, |middle| seam.of_new(sample(middle)).is_some())),
    );
    lines.sort_by(|one, other| one.start_seconds.total_cmp(&other.start_seconds));
    lines
}

/// The words of a line that are heard, moved by some seconds.
fn part_of(line: &TimedLine, shift: f64, heard: impl Fn(f64) -> bool) -> Option<TimedLine> {
    let is_heard = |word: &crate::TimedWord| heard(0.5 * (word.start_seconds + word.end_seconds));
    let mut words = Vec::new();
    let (mut at, mut first, mut last) = (0, None, 0);
    for word in &line.words {
        let place = line.text[at..].find(&word.text).map_or(at, |found| at + found);
        at = place + word.text.len().min(line.text.len() - place);
        if is_heard(word) {
            first = first.or(Some(place));
            last = at;
            words.push(crate::TimedWord {
                start_seconds: (word.start_seconds + shift).max(0.0),
                end_seconds: (word.end_seconds + shift).max(0.0),
                ..word.clone()
            });
        }
    }
    let is_whole = words.len() == line.words.len();
    let text = if is_whole { line.text.as_str() } else { line.text.get(first?..last)?.trim() };
    Some(TimedLine {
        section: line.section.clone(),
        text: text.to_owned(),
        start_seconds: words.first()?.start_seconds,
        end_seconds: words.last()?.end_seconds,
        words,
    })
}
