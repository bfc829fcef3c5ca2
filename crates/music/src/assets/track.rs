//! One track of a Standard MIDI File (MIDI 1.0, "Standard MIDI Files 1.0", RP-001).

/// What stands at one tick, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Setting,
    Off,
    Lyric,
    On,
}

/// A track that is being written; events may come in any order.
#[derive(Default)]
pub(super) struct Track {
    events: Vec<(u64, Rank, Vec<u8>)>,
}

/// Kinds of meta events (RP-001; the lyric's words as RP-017 has them).
pub(super) const TRACK_NAME: u8 = 0x03;
pub(super) const LYRIC: u8 = 0x05;
pub(super) const MARKER: u8 = 0x06;
pub(super) const TEMPO: u8 = 0x51;
pub(super) const TIME_SIGNATURE: u8 = 0x58;
pub(super) const KEY_SIGNATURE: u8 = 0x59;
const END_OF_TRACK: u8 = 0x2F;

/// How hard a key is let go: the value for keyboards that do not measure it.
const RELEASE: u8 = 64;

impl Track {
    pub(super) fn meta(&mut self, tick: u64, kind: u8, data: &[u8]) {
        let rank = if kind == LYRIC { Rank::Lyric } else { Rank::Setting };
        self.events.push((tick, rank, meta(kind, data)));
    }

    pub(super) fn program(&mut self, channel: u8, program: u8) {
        self.events.push((0, Rank::Setting, vec![0xC0 | channel, program]));
    }

    /// A note from tick to tick.
    pub(super) fn note(&mut self, channel: u8, key: u8, velocity: u8, from: u64, to: u64) {
        self.events.push((from, Rank::On, vec![0x90 | channel, key, velocity]));
        self.events.push((to.max(from + 1), Rank::Off, vec![0x80 | channel, key, RELEASE]));
    }

    /// The chunk, which ends at this tick or with its last event.
    pub(super) fn chunk(mut self, end: u64) -> Vec<u8> {
        self.events.sort_by_key(|(tick, rank, _)| (*tick, *rank));
        let mut body = Vec::new();
        let mut at = 0;
        for (tick, _, event) in &self.events {
            variable(&mut body, tick - at);
            body.extend_from_slice(event);
            at = *tick;
        }
        variable(&mut body, end.saturating_sub(at));
        body.extend_from_slice(&meta(END_OF_TRACK, &[]));
        chunk(b"MTrk", &body)
    }
}

/// The file of these tracks: format 1, in so many ticks a quarter.
pub(super) fn file(ticks_per_quarter: u16, tracks: &[Vec<u8>]) -> Vec<u8> {
    let count = u16::try_from(tracks.len()).unwrap_or(u16::MAX);
    let header = [1_u16, count, ticks_per_quarter].map(u16::to_be_bytes).concat();
    let mut file = chunk(b"MThd", &header);
    tracks.iter().for_each(|track| file.extend_from_slice(track));
    file
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut chunk = kind.to_vec();
    chunk.extend_from_slice(&(body.len() as u32).to_be_bytes());
    chunk.extend_from_slice(body);
    chunk
}

fn meta(kind: u8, data: &[u8]) -> Vec<u8> {
    let mut event = vec![0xFF, kind];
    variable(&mut event, data.len() as u64);
    event.extend_from_slice(data);
    event
}

/// A number in groups of seven bits, the highest first, all but the last marked.
fn variable(out: &mut Vec<u8>, number: u64) {
    let groups = (64 - number.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let bits = (number >> (7 * group)) as u8 & 0x7F;
        out.push(if group > 0 { bits | 0x80 } else { bits });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_shows() {
        let shown: [(u64, &[u8]); 6] = [
            (0, &[0]),
            (0x7F, &[0x7F]),
            (0x80, &[0x81, 0x00]),
            (0x2000, &[0xC0, 0x00]),
            (0x1F_FFFF, &[0xFF, 0xFF, 0x7F]),
            (0x0FFF_FFFF, &[0xFF, 0xFF, 0xFF, 0x7F]),
        ];
        for (number, bytes) in shown {
            let mut out = Vec::new();
            variable(&mut out, number);
            assert_eq!(out, bytes, "{number}");
        }
    }

    #[test]
    fn a_key_is_let_go_before_it_is_struck_again() {
        let mut track = Track::default();
        track.note(0, 60, 100, 96, 192);
        track.note(0, 60, 90, 0, 96);
        let chunk = track.chunk(192);
        assert_eq!(
            chunk[8..],
            [0, 0x90, 60, 90, 96, 0x80, 60, 64, 0, 0x90, 60, 100, 96, 0x80, 60, 64, 0, 0xFF, 0x2F, 0]
        );
    }
}
