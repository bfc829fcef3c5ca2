//! Form and harmony: which section lies where, and which chord stands when.

use super::names::section_names;
use crate::compose::Score;
use crate::plan::{Plan, SectionKind, StyleName};
use crate::style;
use serde::{Deserialize, Serialize};

/// The song's form, as JSON tells it. Times are seconds from the first sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sections {
    /// The song's name.
    pub title: String,
    /// Its style.
    pub style: StyleName,
    /// Quarters per minute.
    pub tempo_bpm: f64,
    /// Such as `D minor`.
    pub key: String,
    /// Such as `3/4`.
    pub time_signature: String,
    /// The whole song, with its tail.
    pub seconds: f64,
    /// In order.
    pub sections: Vec<SectionData>,
    /// The chorus that goes round: the samples of the master that make its loop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chorus_loop: Option<ChorusLoop>,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionData {
    /// Unique within the song, such as `chorus-2`.
    pub id: String,
    /// What it is for.
    pub kind: SectionKind,
    /// As listeners call it, such as `Chorus 2`.
    pub name: String,
    /// Its first moment.
    pub start_seconds: f64,
    /// The next section's first moment, or the last bar line.
    pub end_seconds: f64,
    /// Its length in bars.
    pub bars: u32,
    /// Its chords in order; neighbours differ.
    pub chords: Vec<ChordData>,
}

/// One chord.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChordData {
    /// As players write it, such as `Am7`.
    pub name: String,
    /// Its first moment.
    pub start_seconds: f64,
    /// The next chord's first moment, or the section's end.
    pub end_seconds: f64,
}

/// A chorus from bar line to bar line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChorusLoop {
    /// The section's id.
    pub section: String,
    /// Its first sample.
    pub start_sample: u64,
    /// The sample after its last.
    pub end_sample: u64,
}

impl Sections {
    pub(super) fn of(plan: &Plan, score: &Score) -> Self {
        let beats = style::style(plan.style).beats;
        let bar_seconds = 60.0 / plan.tempo() * f64::from(beats);
        let chords = |id: &str| {
            let chords = score.chords.iter().filter(|chord| chord.section == id);
            chords
                .map(|chord| ChordData {
                    name: chord.name.clone(),
                    start_seconds: chord.start_seconds,
                    end_seconds: chord.end_seconds,
                })
                .collect()
        };
        let sections = score.sections.iter().zip(section_names(score)).map(|(span, name)| SectionData {
            id: span.id.clone(),
            kind: span.kind,
            name,
            start_seconds: span.start_seconds,
            end_seconds: span.end_seconds,
            bars: ((span.end_seconds - span.start_seconds) / bar_seconds).round() as u32,
            chords: chords(&span.id),
        });
        Self {
            title: plan.title.clone(),
            style: plan.style,
            tempo_bpm: plan.tempo(),
            key: plan.key.to_string(),
            time_signature: format!("{beats}/4"),
            seconds: score.samples as f64 / f64::from(crate::SAMPLE_RATE),
            sections: sections.collect(),
            chorus_loop: chorus_loop(score, bar_seconds),
        }
    }
}

/// The last chorus that something follows, since choruses grow; of a song that ends with its only one, that one without
/// the last bar, where everybody lands.
fn chorus_loop(score: &Score, bar_seconds: f64) -> Option<ChorusLoop> {
    let (last, others) = score.sections.split_last()?;
    let is_chorus = |kind: SectionKind| kind == SectionKind::Chorus;
    let (span, end_seconds) = match others.iter().rfind(|span| is_chorus(span.kind)) {
        Some(span) => (span, span.end_seconds),
        None if is_chorus(last.kind) => (last, last.end_seconds - bar_seconds),
        None => return None,
    };
    let sample = |seconds: f64| (seconds.max(0.0) * f64::from(crate::SAMPLE_RATE)).round() as u64;
    let (start_sample, end_sample) = (sample(span.start_seconds), sample(end_seconds));
    let section = span.id.clone();
    (start_sample < end_sample && end_sample <= score.samples).then_some(ChorusLoop {
        section,
        start_sample,
        end_sample,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::tests_support::song;

    #[test]
    fn chords_fill_each_section_and_sections_follow_each_other() {
        let (plan, score) = song("[Verse]\nShoes on my feet\n[Chorus]\nHappy days\n[Verse]\nReady to run");
        let told = Sections::of(&plan, &score);
        assert_eq!(
            told.sections.iter().map(|section| section.bars).collect::<Vec<_>>(),
            plan.sections.iter().map(|section| section.bars).collect::<Vec<_>>()
        );
        for section in &told.sections {
            let (first, last) =
                (section.chords.first().expect("a chord"), section.chords.last().expect("a chord"));
            assert!((first.start_seconds - section.start_seconds).abs() < 1e-3, "{section:?}");
            assert!((last.end_seconds - section.end_seconds).abs() < 1e-3, "{section:?}");
            assert!(
                section
                    .chords
                    .windows(2)
                    .all(|pair| (pair[0].end_seconds - pair[1].start_seconds).abs() < 1e-9)
            );
        }
        assert!(told.sections.windows(2).all(|pair| pair[0].end_seconds == pair[1].start_seconds));
    }

    #[test]
    fn the_loop_is_a_chorus_from_bar_line_to_bar_line() {
        for lyric in
            ["[Verse]\nShoes on my feet\n[Chorus]\nHappy days\n[Verse]\nReady to run", "[Chorus]\nHappy days"]
        {
            let (plan, score) = song(lyric);
            let told = Sections::of(&plan, &score).chorus_loop.expect("a chorus");
            let bar = 44_100.0 * 60.0 / plan.tempo() * f64::from(style::style(plan.style).beats);
            for sample in [told.start_sample, told.end_sample] {
                let bars = sample as f64 / bar;
                assert!((bars - bars.round()).abs() * bar < 1.0, "{lyric}: sample {sample} is no bar line");
            }
        }
        let (plan, mut score) = song("[Verse]\nShoes");
        score.sections.retain(|span| span.kind != SectionKind::Chorus);
        assert_eq!(Sections::of(&plan, &score).chorus_loop, None);
    }
}
