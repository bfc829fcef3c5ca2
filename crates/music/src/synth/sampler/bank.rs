//! The recorded streams. Each is decoded when an instrument first plays, once for the whole process, and kept as 16-bit
//! samples: all of them together are 42 MB, which bounds what the bank ever holds.

use super::decode::decode;
use super::index::{Instrument, index};
use std::sync::OnceLock;

macro_rules! streams {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../../assets/samples/", $name, ".ogg")) as &[u8])),*]
    };
}

pub(super) static STREAMS: [(&str, &[u8]); 33] = streams![
    "accordion",
    "acoustic_bass",
    "acoustic_grand",
    "brass_section",
    "cello",
    "choir_aahs",
    "church_organ",
    "clarinet",
    "clean_guitar",
    "distorted_guitar",
    "drums",
    "electric_piano",
    "fingered_bass",
    "flute",
    "french_horns",
    "harmonica",
    "harp",
    "jazz_guitar",
    "marimba",
    "muted_guitar",
    "nylon_guitar",
    "oboe",
    "overdriven_guitar",
    "pizzicato",
    "rock_organ",
    "steel_guitar",
    "strings",
    "tenor_sax",
    "timpani",
    "trombone",
    "trumpet",
    "vibraphone",
    "violin",
];

static DECODED: [OnceLock<Vec<i16>>; STREAMS.len()] = [const { OnceLock::new() }; STREAMS.len()];

/// An instrument with its samples.
#[derive(Clone, Copy)]
pub(super) struct Recording {
    pub(super) about: &'static Instrument,
    pub(super) samples: &'static [i16],
}

/// The instrument of that name.
pub(super) fn recording(name: &str) -> Option<Recording> {
    let about = index()?.instruments.get(name)?;
    Some(Recording { about, samples: stream(name)? })
}

/// The samples of one stream, decoded, with its loops sealed.
pub(super) fn stream(name: &str) -> Option<&'static [i16]> {
    let number = STREAMS.iter().position(|(known, _)| *known == name)?;
    Some(DECODED[number].get_or_init(|| decode(name, STREAMS[number].1)))
}
