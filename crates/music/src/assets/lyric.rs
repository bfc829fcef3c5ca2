//! The lyric in time, as players show it.

use super::words::in_time;
use crate::sing::{TimedLine, TimedWord};
use std::fmt::Write as _;

/// The lyric as enhanced LRC (the A2 extension): a time before each line, before each word, and after the last one.
pub fn lrc(title: &str, seconds: f64, words: &[TimedLine]) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    if !title.is_empty() {
        let _ = writeln!(out, "[ti:{}]", plain(title));
    }
    let whole = seconds.max(0.0) as u64;
    let _ = writeln!(out, "[length:{:02}:{:02}]\n[re:Backline]", whole / 60, whole % 60);
    for line in in_time(words.to_vec()) {
        let _ = write!(out, "[{}]", lrc_time(line.start_seconds));
        for (text, word) in pieces(&line) {
            let _ = write!(out, "<{}>{}", lrc_time(word.start_seconds), plain(text));
        }
        let _ = writeln!(out, "<{}>", lrc_time(line.end_seconds));
    }
    out
}

/// The lyric as WebVTT: a cue for each line, named by its section, with a time stamp before each further word (§4.2.2
/// of the standard), which players light up one by one. What is sung as "la" has the class `vocalise`.
pub fn webvtt(words: &[TimedLine]) -> String {
    let mut out = "WEBVTT\n".to_owned();
    let (mut section, mut number) = (String::new(), 0);
    for line in in_time(words.to_vec()) {
        number = if line.section == section { number + 1 } else { 1 };
        section.clone_from(&line.section);
        let (start, end) = (milliseconds(line.start_seconds), milliseconds(line.end_seconds));
        let end = end.max(start + 1);
        let _ = writeln!(out, "\n{section}.{number}\n{} --> {}", vtt_time(start), vtt_time(end));
        let mut at = start;
        for (text, word) in pieces(&line) {
            let from = milliseconds(word.start_seconds);
            // Within the cue, and each after the one before.
            if from > at && from < end {
                let _ = write!(out, "<{}>", vtt_time(from));
                at = from;
            }
            let text = escaped(text);
            let _ = if word.is_said { write!(out, "{text}") } else { write!(out, "<c.vocalise>{text}</c>") };
        }
        out.push('\n');
    }
    out
}

/// The words with all that is written between them: put together, the line.
fn pieces(line: &TimedLine) -> Vec<(&str, &TimedWord)> {
    let mut starts = Vec::with_capacity(line.words.len());
    let mut at = 0;
    for word in &line.words {
        if let Some(found) = line.text[at..].find(&word.text) {
            starts.push((at + found, word));
            at += found + word.text.len();
        }
    }
    let ends: Vec<usize> = starts.iter().skip(1).map(|(start, _)| *start).chain([line.text.len()]).collect();
    let froms = (0..starts.len()).map(|index| if index == 0 { 0 } else { starts[index].0 });
    froms.zip(ends).zip(&starts).map(|((from, end), (_, word))| (&line.text[from..end], *word)).collect()
}

/// Text that no reader of LRC takes for a time.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '<' | '[' => '(',
            '>' | ']' => ')',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect()
}

/// Text within a cue (§4.2.2).
fn escaped(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}

/// `mm:ss.xx`, in hundredths.
fn lrc_time(seconds: f64) -> String {
    let hundredths = (seconds.max(0.0) * 100.0).round() as u64;
    format!("{:02}:{:02}.{:02}", hundredths / 6_000, hundredths / 100 % 60, hundredths % 100)
}

/// `hh:mm:ss.ttt`.
fn vtt_time(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    format!("{:02}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, milliseconds % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(section: &str, text: &str, words: &[(&str, f64, f64, bool)]) -> TimedLine {
        let word = |(text, start, end, is_said): &(&str, f64, f64, bool)| TimedWord {
            text: (*text).to_owned(),
            start_seconds: *start,
            end_seconds: *end,
            is_said: *is_said,
        };
        TimedLine {
            section: section.to_owned(),
            text: text.to_owned(),
            start_seconds: words[0].1,
            end_seconds: words[words.len() - 1].2,
            words: words.iter().map(word).collect(),
        }
    }

    fn song() -> Vec<TimedLine> {
        vec![
            line(
                "verse-1",
                "Shoes on, & <off>",
                &[("Shoes", 61.5, 61.9, true), ("on,", 62.0, 62.3, true), ("<off>", 62.5, 63.0, false)],
            ),
            line(
                "verse-1",
                "在陽光",
                &[("在", 64.0, 64.5, true), ("陽", 64.5, 65.0, true), ("光", 65.0, 66.0, true)],
            ),
            line("chorus-1", "Oh", &[("Oh", 70.004, 71.0, true)]),
        ]
    }

    #[test]
    fn lrc_times_lines_and_words() {
        assert_eq!(
            lrc("A [song]", 135.2, &song()),
            "[ti:A (song)]\n[length:02:15]\n[re:Backline]\n\
             [01:01.50]<01:01.50>Shoes <01:02.00>on, & <01:02.50>(off)<01:03.00>\n\
             [01:04.00]<01:04.00>在<01:04.50>陽<01:05.00>光<01:06.00>\n\
             [01:10.00]<01:10.00>Oh<01:11.00>\n"
        );
    }

    #[test]
    fn webvtt_has_a_cue_for_each_line() {
        assert_eq!(
            webvtt(&song()),
            "WEBVTT\n\nverse-1.1\n00:01:01.500 --> 00:01:03.000\n\
             Shoes <00:01:02.000>on, &amp; <00:01:02.500><c.vocalise>&lt;off&gt;</c>\n\n\
             verse-1.2\n00:01:04.000 --> 00:01:06.000\n在<00:01:04.500>陽<00:01:05.000>光\n\n\
             chorus-1.1\n00:01:10.004 --> 00:01:11.000\nOh\n"
        );
    }

    #[test]
    fn a_word_that_is_not_in_its_line_is_passed_over() {
        let odd = line("verse-1", "Ten years", &[("10", 1.0, 2.0, true), ("years", 2.0, 3.0, true)]);
        assert_eq!(pieces(&odd).iter().map(|(text, _)| *text).collect::<Vec<_>>(), ["Ten years"]);
    }
}
