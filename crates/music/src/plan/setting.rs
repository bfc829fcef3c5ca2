//! How words lie in bars: how fast they come, how many bars a line wants, where a long line is parted.

use super::SectionKind;
use crate::style::Style;
use crate::words::{SaidLine, say};
use serde::{Deserialize, Serialize};

/// How words are brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On the notes of a tune.
    Sung,
    /// Nearly as fast as speech, on few notes, falling as speech does.
    Rapped,
}

/// How fast words come, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// What a syllable takes if there is room.
    pub(crate) usual: f32,
    /// What it takes on average where a line is full.
    pub(crate) least: f32,
    /// What a line leaves for its last syllable and for breath.
    pub(crate) after: f32,
}

impl Delivery {
    /// Verses of a style that raps are rapped; everything else is sung.
    pub(crate) fn of(style: &Style, kind: SectionKind) -> Self {
        if style.raps() && kind == SectionKind::Verse { Self::Rapped } else { Self::Sung }
    }

    pub(crate) fn pace(self) -> Pace {
        match self {
            Self::Sung => Pace { usual: 0.32, least: 0.28, after: 0.8 },
            Self::Rapped => Pace { usual: 0.2, least: 0.165, after: 0.45 },
        }
    }
}

impl Pace {
    /// What a song that has to be short can do without becoming a blur.
    pub(crate) fn hurried(self) -> Self {
        Self { least: self.least.min(0.17), after: self.after * 0.7, ..self }
    }
}

/// Bars for each line of a section: as many as its lines usually want, more for a line that does not fit.
pub(crate) fn bars_for_lines(syllables: &[usize], pace: Pace, bar_seconds: f32) -> Vec<u32> {
    let mut sorted = syllables.to_vec();
    sorted.sort_unstable();
    let usual = sorted.get(sorted.len() * 3 / 4).map_or(1, |count| bars_for(*count, pace, bar_seconds));
    syllables.iter().map(|count| usual.max(bars_for(*count, pace, bar_seconds))).collect()
}

/// A line is sung so much faster rather than followed by two empty bars.
const SQUEEZED: f32 = 0.96;

/// One bar or an even number, so that the next line begins where a phrase may.
fn bars_for(syllables: usize, pace: Pace, bar_seconds: f32) -> u32 {
    let wanted = (syllables as f32 * pace.least + pace.after) / bar_seconds;
    let bars = if wanted > 2.0 { wanted * SQUEEZED } else { wanted }.ceil() as u32;
    if bars <= 1 { 1 } else { bars.next_multiple_of(2) }
}

/// A line of more syllables is more than one breath.
const MOST_SYLLABLES: usize = 20;
/// A line of more sounds is more than the voice was taught on (400 with marks and gaps).
const MOST_SOUNDS: usize = 250;

/// A line as one or more that can each be sung in a breath: parted at a mark, else between words, as near to the
/// middle as can be.
pub(super) fn parted(text: &str) -> Vec<String> {
    let text = text.trim();
    let said = say(text);
    if said.syllable_count() <= MOST_SYLLABLES && sounds(&said) <= MOST_SOUNDS {
        return vec![text.to_owned()];
    }
    let Some(at) = parting(text, sounds(&said) > MOST_SOUNDS) else { return vec![text.to_owned()] };
    let (left, right) = text.split_at(at);
    let mut parts = parted(left);
    parts.extend(parted(right));
    parts.retain(|part| super::syllables_in(part) > 0);
    parts
}

fn sounds(said: &SaidLine) -> usize {
    said.words.iter().map(|word| word.sounds().count()).sum()
}

/// Where to part, in bytes; `must` parts even a word.
fn parting(text: &str, must: bool) -> Option<usize> {
    let middle = text.len() / 2;
    let is_mark = |before: char| ",.;:!?，。；：！？、…—".contains(before);
    let is_wide = |letter: char| ('\u{2E80}'..'\u{A000}').contains(&letter);
    let cuts = text.char_indices().skip(1).map(|(at, next)| {
        let before = text[..at].chars().next_back().unwrap_or(' ');
        let far = at.abs_diff(middle) as f32 / middle.max(1) as f32;
        let cost = match () {
            () if is_mark(before) => 0.0,
            () if next.is_whitespace() => 0.35,
            () if is_wide(before) && is_wide(next) => 0.6,
            () if must => 2.0,
            () => f32::INFINITY,
        };
        (far + cost, at)
    });
    let best = cuts.min_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(cost, _)| cost.is_finite()).map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_bars_for_its_words() {
        let pace = Delivery::Sung.pace();
        // 110 and 66 quarters per minute.
        assert_eq!(bars_for_lines(&[8, 8, 7, 8], pace, 2.18), [2, 2, 2, 2]);
        assert_eq!(bars_for_lines(&[8, 8, 8, 20], pace, 3.64), [2, 2, 2, 2]);
        assert_eq!(bars_for_lines(&[8, 8, 7, 8, 20], pace, 3.64), [1, 1, 1, 1, 2]);
        assert_eq!(bars_for_lines(&[4, 3], pace, 2.18), [1, 1]);
        // A line that is only just too long for two bars does not get four.
        assert_eq!(bars_for_lines(&[11, 11], pace, 1.87), [2, 2]);
        assert_eq!(bars_for_lines(&[12, 12], pace, 1.87), [4, 4]);
    }

    #[test]
    fn a_long_line_is_parted_where_it_breathes() {
        let text =
            "The harbor lights are fading in the distance, and I cannot find the words to say goodbye to you";
        let parts = parted(text);
        assert_eq!(parts[0], "The harbor lights are fading in the distance,");
        assert_eq!(parts.len(), 2);
        assert_eq!(parted("Happy days are rolling in"), ["Happy days are rolling in"]);
    }

    #[test]
    fn nothing_is_lost_in_parting() {
        for text in ["一二三四五六七八九十".repeat(9), "la ".repeat(60), "abcdefgh".repeat(80)] {
            let parts = parted(&text);
            assert!(parts.iter().all(|part| sounds(&say(part)) <= MOST_SOUNDS));
            let letters =
                |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
            assert_eq!(letters(&parts.concat()), letters(&text));
        }
    }
}
