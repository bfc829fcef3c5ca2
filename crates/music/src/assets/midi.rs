//! The score as a Standard MIDI File: one track a part, as it is played, with its human timing.

use super::gm::{self, Player};
use super::names;
use super::track::{self, Track};
use super::words::timed_lines;
use crate::compose::{Note, Score, ScorePart};
use crate::plan::{Part, Plan};
use crate::sing::Tone;
use crate::style;
use crate::theory::Mode;

const TICKS_PER_QUARTER: u16 = 480;
/// Channel 10, as it is counted from 1: the drums of General MIDI.
const DRUMS: u8 = 9;
/// A sung tone's velocity: the voice has its own dynamics, which no score tells.
const SUNG: u8 = 96;

/// All parts in a file of format 1: first a track of tempo, time signature, key signatures and a marker for each
/// section, then one for each part with its instrument of General MIDI, drums on channel 10. The lead's track has the
/// lyric, word by word (RP-017: a space ends a word, a carriage return a line, a line feed a section; UTF-8).
pub fn midi(plan: &Plan, score: &Score) -> Vec<u8> {
    let ticks = Ticks { per_second: plan.tempo() / 60.0 * f64::from(TICKS_PER_QUARTER) };
    let end = ticks.at(score.samples as f64 / f64::from(crate::SAMPLE_RATE));
    let mut tracks = vec![conductor(plan, score, &ticks).chunk(end)];
    let mut channels = (0..16).filter(|channel| *channel != DRUMS).cycle();
    for known in &score.parts {
        let player = plan.patch(known.part).map_or(Player::Program(0), gm::player);
        let (channel, program) = match player {
            Player::Kit(kit) => (DRUMS, kit),
            Player::Program(program) => (channels.next().unwrap_or_default(), program),
        };
        tracks.push(part(score, known, channel, program, &ticks).chunk(end));
    }
    track::file(TICKS_PER_QUARTER, &tracks)
}

/// From seconds to ticks of the file's one tempo.
struct Ticks {
    per_second: f64,
}

impl Ticks {
    fn at(&self, seconds: f64) -> u64 {
        (seconds.max(0.0) * self.per_second).round() as u64
    }
}

fn conductor(plan: &Plan, score: &Score, ticks: &Ticks) -> Track {
    let mut track = Track::default();
    track.meta(0, track::TRACK_NAME, plan.title.as_bytes());
    let microseconds = (60e6 / plan.tempo()).round() as u32;
    track.meta(0, track::TEMPO, &microseconds.to_be_bytes()[1..]);
    // Quarters; a click each quarter (24 MIDI clocks), eight thirty-seconds in it.
    let beats = style::style(plan.style).beats as u8;
    track.meta(0, track::TIME_SIGNATURE, &[beats, 2, 24, 8]);
    let minor = plan.key.mode == Mode::Minor;
    let mut before = None;
    let sections = score.sections.iter().zip(&plan.sections).zip(names::section_names(score));
    for ((span, section), name) in sections {
        let at = ticks.at(span.start_seconds);
        let tonic = (i32::from(plan.key.tonic) + i32::from(section.transposition)).rem_euclid(12) as u8;
        if before.replace(tonic) != Some(tonic) {
            track.meta(at, track::KEY_SIGNATURE, &[sharps(tonic, minor) as u8, u8::from(minor)]);
        }
        track.meta(at, track::MARKER, name.as_bytes());
    }
    track
}

/// Sharps of a key's signature; flats count below 0.
fn sharps(tonic: u8, minor: bool) -> i8 {
    let major = (tonic % 12 + if minor { 3 } else { 0 }) % 12;
    // Each fifth up has one sharp more; from six on, flats are fewer.
    let fifths = (major * 7) % 12;
    if fifths > 6 { fifths as i8 - 12 } else { fifths as i8 }
}

fn part(score: &Score, known: &ScorePart, channel: u8, program: u8, ticks: &Ticks) -> Track {
    let mut track = Track::default();
    track.meta(0, track::TRACK_NAME, gm::track_name(known.part).as_bytes());
    let sings = score.lines.iter().any(|line| line.part == known.part);
    track.program(channel, if sings { gm::VOICE } else { program });
    let mut notes = notes(score, known, ticks);
    // One key cannot sound twice on one channel: two strokes at once are one, and a later stroke ends the earlier.
    notes.sort_unstable();
    notes.dedup_by(|next, kept| {
        let is_same = (next.from, next.key) == (kept.from, kept.key);
        if is_same {
            kept.to = kept.to.max(next.to);
        }
        is_same
    });
    for index in 0..notes.len() {
        let Key { from, key, velocity, to } = notes[index];
        let again = notes[index + 1..].iter().take_while(|next| next.from < to).find(|next| next.key == key);
        let to = again.map_or(to, |next| next.from.max(from + 1));
        track.note(channel, key, velocity, from, to);
    }
    if known.part == Part::Lead {
        lyric(score, &mut track, ticks);
    }
    track
}

/// A key that is struck, in ticks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    from: u64,
    key: u8,
    velocity: u8,
    to: u64,
}

/// What a part plays; where it sings, the tones of its lines.
fn notes(score: &Score, known: &ScorePart, ticks: &Ticks) -> Vec<Key> {
    let rate = f64::from(crate::SAMPLE_RATE);
    let played = |note: &Note| Key {
        from: ticks.at(note.start as f64 / rate),
        to: ticks.at((note.start + u64::from(note.length)) as f64 / rate),
        key: note.pitch.min(127),
        velocity: (note.velocity * 127.0).round().clamp(1.0, 127.0) as u8,
    };
    let sung = |tone: &Tone| Key {
        from: ticks.at(tone.onset),
        to: ticks.at(tone.end()),
        key: tone.pitch.round().clamp(0.0, 127.0) as u8,
        velocity: SUNG,
    };
    let mut keys = Vec::new();
    for phrase in &known.phrases {
        let lines =
            || score.lines.iter().filter(|line| line.part == known.part && line.section == phrase.section);
        if lines().next().is_some() {
            keys.extend(lines().flat_map(|line| line.tones.iter().flatten()).map(sung));
        } else {
            keys.extend(phrase.notes.iter().map(played));
        }
    }
    keys
}

fn lyric(score: &Score, track: &mut Track, ticks: &Ticks) {
    let lines = timed_lines(score);
    for (index, line) in lines.iter().enumerate() {
        let ends_section = lines.get(index + 1).is_none_or(|next| next.section != line.section);
        let end = if ends_section { "\n" } else { "\r" };
        for (number, word) in line.words.iter().enumerate() {
            let after = if number + 1 == line.words.len() { end } else { " " };
            track.meta(
                ticks.at(word.start_seconds),
                track::LYRIC,
                format!("{}{after}", word.text).as_bytes(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::tests_support::song;

    #[test]
    fn signatures_have_the_fewest_marks() {
        // C, G, F, E flat, F sharp; A minor, E minor, C minor.
        assert_eq!([0, 7, 5, 3, 6].map(|tonic| sharps(tonic, false)), [0, 1, -1, -3, 6]);
        assert_eq!([9, 4, 0].map(|tonic| sharps(tonic, true)), [0, 1, -3]);
    }

    #[test]
    fn there_is_a_track_for_each_part_and_every_chunk_ends_where_the_next_begins() {
        let (plan, score) = song("[Verse]\nShoes on my feet\n[Chorus]\nHappy days");
        let file = midi(&plan, &score);
        assert_eq!(
            file[..14],
            *b"MThd\0\0\0\x06\0\x01\0"
                .iter()
                .chain(&[score.parts.len() as u8 + 1, 1, 0xE0])
                .copied()
                .collect::<Vec<u8>>()
        );
        let (mut at, mut tracks) = (14, 0);
        while at < file.len() {
            assert_eq!(&file[at..at + 4], b"MTrk");
            at += 8 + u32::from_be_bytes([file[at + 4], file[at + 5], file[at + 6], file[at + 7]]) as usize;
            assert_eq!(&file[at - 3..at], [0xFF, 0x2F, 0]);
            tracks += 1;
        }
        assert_eq!((at, tracks), (file.len(), score.parts.len() + 1));
    }

    #[test]
    fn voices_that_sing_the_same_note_strike_its_key_once() {
        let (plan, mut score) = song("[Verse]\nShoes on my feet\n[Chorus]\nHappy days");
        let alone = midi(&plan, &score);
        let mut second = score.lines.clone();
        // The words are told once.
        second.iter_mut().for_each(|line| line.text.clear());
        score.lines.extend(second);
        assert_eq!(midi(&plan, &score).len(), alone.len());
    }

    #[test]
    fn the_lead_has_the_words() {
        let (plan, score) = song("[Verse]\nShoes on my feet\n[Chorus]\nHappy days");
        let file = midi(&plan, &score);
        let holds = |text: &str| {
            let event = [&[0xFF, 5, text.len() as u8], text.as_bytes()].concat();
            file.windows(event.len()).any(|part| part == event)
        };
        assert!(holds("Shoes ") && holds("feet\n") && holds("Happy "));
    }
}
