//! Where the frames of a track lie in the file (ISO/IEC 14496-12 §8.7).

use super::boxes::Boxes;

/// Frames that lie one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    /// From the beginning of the file, in bytes.
    pub(super) offset: u32,
    /// At least one.
    pub(super) frames: u32,
}

/// `stsc`, `stsz` and `stco`: which frames lie in which chunk, how long they are, where the chunks begin.
pub(super) fn put_places(stbl: &mut Boxes, frame_lengths: &[u32], chunks: &[Chunk]) {
    stbl.put_full_box(b"stsc", 0, |stsc| {
        let runs: Vec<_> = chunks.chunk_by(|one, next| one.frames == next.frames).collect();
        stsc.put_u32(runs.len() as u32);
        runs.iter().fold(1, |first, run| {
            [first, run[0].frames, 1].iter().for_each(|&number| stsc.put_u32(number));
            first + run.len() as u32
        });
    });
    stbl.put_full_box(b"stsz", 0, |stsz| {
        stsz.put_u32(0); // the sizes differ
        stsz.put_u32(frame_lengths.len() as u32);
        frame_lengths.iter().for_each(|&length| stsz.put_u32(length));
    });
    stbl.put_full_box(b"stco", 0, |stco| {
        stco.put_u32(chunks.len() as u32);
        chunks.iter().for_each(|chunk| stco.put_u32(chunk.offset));
    });
}

/// `stts` (§8.6.1.2): every frame lasts equally long, but for the last one.
pub(super) fn put_stts(stbl: &mut Boxes, frames: u32, each: u32, last: u32) {
    stbl.put_full_box(b"stts", 0, |stts| {
        [2, frames.saturating_sub(1), each, 1, last].iter().for_each(|&number| stts.put_u32(number));
    });
}
