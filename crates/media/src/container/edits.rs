//! Reads which part of a track is meant to be heard (ISO/IEC 14496-12 §8.6.6): encoders put silence before the sound to
//! prime the decoder, and the edit list says how much.

use super::read::{boxes, child, u32_at, u64_at};

/// The part of a track that a listener hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edit {
    start: u64,
    media_timescale: u32,
    /// 0 means until the end.
    duration: u64,
    movie_timescale: u32,
}

impl Edit {
    /// The first sample heard, at `sample_rate` Hz.
    pub(crate) fn first_sample(&self, sample_rate: u32) -> u64 {
        rescale(self.start, self.media_timescale, sample_rate)
    }

    /// How many samples are heard at `sample_rate` Hz; `None` when all that follow are.
    pub(crate) fn samples(&self, sample_rate: u32) -> Option<u64> {
        (self.duration > 0).then(|| rescale(self.duration, self.movie_timescale, sample_rate))
    }
}

/// The edit of the track `track_id`, when `file` is an MP4 file that has exactly one for it.
///
/// Empty edits, which only delay the sound, are passed over. A track of several edits is a montage; it is heard whole.
pub(crate) fn edit_of_track(file: &[u8], track_id: u32) -> Option<Edit> {
    if file.get(4..8)? != b"ftyp" {
        return None;
    }
    let moov = child(file, b"moov")?;
    let movie_timescale = timescale(child(moov, b"mvhd")?)?;
    let trak = boxes(moov)
        .filter(|(kind, _)| kind == b"trak")
        .find(|(_, trak)| child(trak, b"tkhd").and_then(id) == Some(track_id))
        .map(|(_, trak)| trak)?;
    let media_timescale = timescale(child(child(trak, b"mdia")?, b"mdhd")?)?;
    let (duration, start) = only_edit(child(child(trak, b"edts")?, b"elst")?)?;
    Some(Edit { start, media_timescale, duration, movie_timescale })
}

/// `mvhd` and `mdhd` begin alike: version, flags, two times (of 32 or 64 bits), timescale.
fn timescale(header: &[u8]) -> Option<u32> {
    let offset = if *header.first()? == 1 { 20 } else { 12 };
    u32_at(header, offset).filter(|&timescale| timescale > 0)
}

fn id(tkhd: &[u8]) -> Option<u32> {
    u32_at(tkhd, if *tkhd.first()? == 1 { 20 } else { 12 })
}

/// (duration in movie units, start in media units) of the one edit that is not empty.
fn only_edit(elst: &[u8]) -> Option<(u64, u64)> {
    let wide = *elst.first()? == 1;
    let count = u32_at(elst, 4)? as usize;
    let entries = elst.get(8..)?.chunks_exact(if wide { 20 } else { 12 }).take(count);
    let mut edits = entries.filter_map(|entry| {
        let (duration, start) = match wide {
            true => (u64_at(entry, 0)?, u64_at(entry, 8)? as i64),
            false => (u64::from(u32_at(entry, 0)?), i64::from(u32_at(entry, 4)? as i32)),
        };
        Some((duration, u64::try_from(start).ok()?)) // a start of -1 marks an empty edit
    });
    let only = edits.next()?;
    edits.next().is_none().then_some(only)
}

/// Rounds to the nearest sample; saturates instead of overflowing.
fn rescale(ticks: u64, from: u32, to: u32) -> u64 {
    let scaled = (u128::from(ticks) * u128::from(to) + u128::from(from) / 2) / u128::from(from);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elst(entries: &[(u32, i32)]) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend((entries.len() as u32).to_be_bytes());
        for (duration, start) in entries {
            bytes.extend(duration.to_be_bytes());
            bytes.extend(start.to_be_bytes());
            bytes.extend([0, 1, 0, 0]);
        }
        bytes
    }

    #[test]
    fn an_empty_edit_before_the_sound_is_passed_over() {
        assert_eq!(only_edit(&elst(&[(10, -1), (500, 2048)])), Some((500, 2048)));
    }

    #[test]
    fn a_montage_is_heard_whole() {
        assert_eq!(only_edit(&elst(&[(10, 0), (500, 2048)])), None);
    }

    #[test]
    fn a_count_that_the_bytes_do_not_back_is_harmless() {
        let mut bytes = elst(&[(500, 2048)]);
        bytes[4..8].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(only_edit(&bytes), Some((500, 2048)));
    }

    #[test]
    fn times_are_rescaled_to_samples() {
        let edit = Edit { start: 96, media_timescale: 48_000, duration: 1_500, movie_timescale: 1_000 };
        assert_eq!(edit.first_sample(24_000), 48);
        assert_eq!(edit.samples(24_000), Some(36_000));
        let unbounded = Edit { duration: 0, start: u64::MAX, media_timescale: 1, ..edit };
        assert_eq!(unbounded.samples(24_000), None);
        assert_eq!(unbounded.first_sample(48_000), u64::MAX);
    }
}
