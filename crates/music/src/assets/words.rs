//! When each word of the lyric sounds, and which words do not.

use crate::compose::{Score, SungLine};
use crate::plan::{Part, Plan};
use crate::sing::{TimedLine, TimedWord};
use crate::words::{SaidWord, say};
use serde::{Deserialize, Serialize};

/// The lyric in time, as JSON tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// The lines that are sung, in the order of time. A word with `is_said` false is sung as "la".
    pub lines: Vec<TimedLine>,
    /// The lines that are not.
    pub unsung: Vec<Unsung>,
}

/// A line of the plan that nobody sings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unsung {
    /// The section's id.
    pub section: String,
    /// The line as it was sent.
    pub text: String,
}

impl Words {
    pub(super) fn of(plan: &Plan, words: &[TimedLine]) -> Self {
        let mut unsung = Vec::new();
        for section in &plan.sections {
            let mut sung: Vec<&str> = words
                .iter()
                .filter(|line| line.section == section.id)
                .map(|line| line.text.as_str())
                .collect();
            for line in &section.lines {
                match sung.iter().position(|text| *text == line.text) {
                    Some(at) => _ = sung.swap_remove(at),
                    None => unsung.push(Unsung { section: section.id.clone(), text: line.text.clone() }),
                }
            }
        }
        Self { lines: in_time(words.to_vec()), unsung }
    }
}

/// The lead's lines by the score: each word from the vowel of its first syllable to the end of its last note.
pub fn timed_lines(score: &Score) -> Vec<TimedLine> {
    in_time(score.lines.iter().filter(|line| line.part == Part::Lead).filter_map(timed).collect())
}

pub(super) fn in_time(mut lines: Vec<TimedLine>) -> Vec<TimedLine> {
    lines.sort_by(|one, other| one.start_seconds.total_cmp(&other.start_seconds));
    lines
}

fn timed(line: &SungLine) -> Option<TimedLine> {
    let said = say(&line.text);
    let mut words: Vec<TimedWord> = Vec::new();
    let (mut syllables, mut before) = (line.tones.iter(), None);
    for (index, word) in said.words.iter().enumerate() {
        let tones: Vec<_> = syllables.by_ref().take(word.syllables.len()).flatten().collect();
        let (Some(first), Some(last)) = (tones.first(), tones.last()) else { continue };
        // An expanded number is several words in one place.
        if let Some(open) = words.last_mut().filter(|_| before == Some(&word.span)) {
            open.end_seconds = last.end();
        } else {
            words.push(TimedWord {
                text: written(&line.text, &said.words, index),
                start_seconds: first.onset,
                end_seconds: last.end(),
                is_said: !word.is_vocalise,
            });
        }
        before = Some(&word.span);
    }
    Some(TimedLine {
        section: line.section.clone(),
        text: line.text.clone(),
        start_seconds: words.first()?.start_seconds,
        end_seconds: words.last()?.end_seconds,
        words,
    })
}

/// A word's letters with the marks up to the next one's.
fn written(text: &str, words: &[SaidWord], index: usize) -> String {
    let from = if index == 0 { 0 } else { words[index].span.start };
    let next =
        words[index..].iter().map(|word| word.span.start).find(|start| *start > words[index].span.start);
    text.get(from..next.unwrap_or(text.len())).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::tests_support::song;

    #[test]
    fn each_word_has_its_time_and_its_marks() {
        let (plan, score) = song("[Verse]\n“Shoes” on, my feet!\n在陽光下醒來\n[Chorus]\nHappy days");
        let lines = timed_lines(&score);
        assert!(lines.windows(2).all(|pair| pair[0].start_seconds < pair[1].start_seconds));
        let told: Vec<_> = lines[0].words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(told, ["“Shoes”", "on,", "my", "feet!"]);
        for line in &lines {
            assert!(line.words.windows(2).all(|pair| pair[0].end_seconds <= pair[1].start_seconds + 1e-9));
            assert!(line.words.iter().all(|word| word.is_said && word.start_seconds < word.end_seconds));
        }
        let chinese = lines.iter().find(|line| line.text.starts_with('在')).expect("sung");
        assert_eq!(chinese.words.len(), 6);
        assert_eq!(Words::of(&plan, &lines).unsung, []);
    }

    #[test]
    fn what_nobody_sings_is_told() {
        let (plan, score) =
            song("[Verse]\nShoes on my feet\nShoes on my feet\nReady to run\n[Chorus]\nHappy days");
        let mut lines = timed_lines(&score);
        let at = lines.iter().position(|line| line.text == "Shoes on my feet").expect("sung");
        let section = lines.remove(at).section;
        let unsung = Words::of(&plan, &lines).unsung;
        assert_eq!(unsung, [Unsung { section, text: "Shoes on my feet".to_owned() }]);
    }
}
