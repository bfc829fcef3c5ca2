//! A song as data: what players, sequencers and editors want besides the sound. Every function is pure, and everything
//! is told in the song's own time: seconds, or samples, from the master's first sample.

mod gm;
mod lyric;
mod midi;
mod names;
mod seam;
mod sections;
mod track;
mod waveform;
mod words;

pub use lyric::{lrc, webvtt};
pub use midi::midi;
pub use names::section_names;
pub use seam::seamless;
pub use sections::{ChordData, ChorusLoop, SectionData, Sections};
pub use waveform::waveform;
pub use words::{Unsung, Words, timed_lines};

use crate::compose::Score;
use crate::plan::Plan;
use crate::sing::TimedLine;

/// One file of a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name, which says what it is.
    pub name: &'static str,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Notes of all parts: a Standard MIDI File.
pub const MIDI: &str = "song.mid";
/// Sections and chords as JSON: [`Sections`].
pub const SECTIONS: &str = "sections.json";
/// When each word sounds as JSON: [`Words`].
pub const WORDS: &str = "words.json";
/// The lyric in time, as enhanced LRC.
pub const LRC: &str = "lyric.lrc";
/// The lyric in time, as WebVTT.
pub const WEBVTT: &str = "lyric.vtt";
/// Peaks for players, as JSON.
pub const WAVEFORM: &str = "waveform.json";

/// The files that are small enough to be made with every song. `words` are the lead's; a song without any has no
/// files for them.
///
/// # Errors
/// When something cannot be written as JSON.
pub fn assets(
    plan: &Plan,
    score: &Score,
    words: &[TimedLine],
    left: &[f32],
    right: &[f32],
) -> Result<Vec<Asset>, serde_json::Error> {
    let mut files = vec![
        Asset { name: MIDI, bytes: midi(plan, score) },
        Asset { name: SECTIONS, bytes: serde_json::to_vec(&Sections::of(plan, score))? },
        Asset { name: WAVEFORM, bytes: waveform(left, right).into_bytes() },
    ];
    let told = Words::of(plan, words);
    files.extend(worded(&plan.title, told, words, left.len())?);
    Ok(files)
}

/// The files of a song that began as a recording, so that its notes are not known: peaks, and the words that were added.
///
/// # Errors
/// When something cannot be written as JSON.
pub fn recording_assets(
    title: &str,
    words: &[TimedLine],
    left: &[f32],
    right: &[f32],
) -> Result<Vec<Asset>, serde_json::Error> {
    let mut files = vec![Asset { name: WAVEFORM, bytes: waveform(left, right).into_bytes() }];
    let told = Words { lines: words::in_time(words.to_vec()), unsung: Vec::new() };
    files.extend(worded(title, told, words, left.len())?);
    Ok(files)
}

/// The files that tell the words; none without words.
fn worded(
    title: &str,
    told: Words,
    words: &[TimedLine],
    samples: usize,
) -> Result<Vec<Asset>, serde_json::Error> {
    let mut files = Vec::new();
    if !told.lines.is_empty() || !told.unsung.is_empty() {
        files.push(Asset { name: WORDS, bytes: serde_json::to_vec(&told)? });
    }
    if !words.is_empty() {
        let seconds = samples as f64 / f64::from(crate::SAMPLE_RATE);
        files.push(Asset { name: LRC, bytes: lrc(title, seconds, words).into_bytes() });
        files.push(Asset { name: WEBVTT, bytes: webvtt(words).into_bytes() });
    }
    Ok(files)
}

#[cfg(test)]
mod tests_support {
    use crate::brief::Brief;
    use crate::compose::{Score, compose};
    use crate::plan::Plan;

    /// A plan of these words, and its score.
    pub(super) fn song(lyric: &str) -> (Plan, Score) {
        let brief = Brief {
            style: "pop, 100 bpm".to_owned(),
            lyric: Some(lyric.to_owned()),
            title: "A song".to_owned(),
            ..Brief::default()
        };
        let plan = Plan::from_brief(&brief);
        let score = compose(&plan);
        (plan, score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_without_words_has_no_files_for_them() {
        let plan = Plan::from_brief(&crate::Brief { instrumental: true, ..crate::Brief::default() });
        let score = crate::compose(&plan);
        let silence = vec![0.0; 4_096];
        let files = assets(&plan, &score, &timed_lines(&score), &silence, &silence).expect("written");
        assert_eq!(files.iter().map(|file| file.name).collect::<Vec<_>>(), [MIDI, SECTIONS, WAVEFORM]);
        let (plan, score) = tests_support::song("[Verse]\nShoes on my feet");
        let files = assets(&plan, &score, &timed_lines(&score), &silence, &silence).expect("written");
        assert_eq!(
            files.iter().map(|file| file.name).collect::<Vec<_>>(),
            [MIDI, SECTIONS, WAVEFORM, WORDS, LRC, WEBVTT]
        );
    }
}
