//! When each word of a song sounds.

use super::line::WordTime;
use crate::words::SaidLine;
use serde::{Deserialize, Serialize};

/// One line of the lyric in time; times are seconds from the song's start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedLine {
    /// The section's id.
    pub section: String,
    /// The line as it was sent.
    pub text: String,
    /// When its first word begins.
    pub start_seconds: f64,
    /// When its last word ends.
    pub end_seconds: f64,
    /// In the order of the text.
    pub words: Vec<TimedWord>,
}

/// One word in time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedWord {
    /// Its letters, with the marks around them.
    pub text: String,
    /// When its first sound begins.
    pub start_seconds: f64,
    /// When its last sound ends.
    pub end_seconds: f64,
    /// False where nobody here can say it, so that "la" is heard.
    pub is_said: bool,
}

impl TimedLine {
    /// A line whose words sound at `times`, which are `offset` seconds before those of the song.
    pub(crate) fn new(section: &str, text: &str, said: &SaidLine, times: &[WordTime], offset: f64) -> Self {
        let mut words: Vec<TimedWord> = Vec::new();
        let mut span = None;
        for (index, (word, time)) in said.words.iter().zip(times).enumerate() {
            let end_seconds = time.end + offset;
            // A number that is several words stands in the text once.
            if let Some(last) = words.last_mut().filter(|_| span == Some(&word.span)) {
                last.end_seconds = end_seconds;
                continue;
            }
            span = Some(&word.span);
            let begin = if index == 0 { 0 } else { word.span.start };
            let next =
                said.words[index..].iter().map(|next| next.span.start).find(|next| *next > word.span.start);
            words.push(TimedWord {
                text: text[begin..next.unwrap_or(text.len())].trim().to_owned(),
                start_seconds: time.start + offset,
                end_seconds,
                is_said: !word.is_vocalise,
            });
        }
        Self {
            section: section.to_owned(),
            text: text.to_owned(),
            start_seconds: words.first().map_or(offset, |word| word.start_seconds),
            end_seconds: words.last().map_or(offset, |word| word.end_seconds),
            words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::say;

    #[test]
    fn words_keep_their_marks_and_a_number_is_one_word() {
        let text = "(Oh) 21 nights, \u{0416}";
        let said = say(text);
        let time = |at: usize| WordTime { start: at as f64, end: at as f64 + 0.5 };
        let times: Vec<WordTime> = (0..said.words.len()).map(time).collect();
        let line = TimedLine::new("verse-1", text, &said, &times, 10.0);
        let texts: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["(Oh)", "21", "nights,", "\u{0416}"]);
        assert_eq!((line.words[1].start_seconds, line.words[1].end_seconds), (11.0, 12.5));
        assert!(line.words[2].is_said && !line.words[3].is_said);
        assert_eq!((line.start_seconds, line.end_seconds), (10.0, line.words[3].end_seconds));
    }
}
