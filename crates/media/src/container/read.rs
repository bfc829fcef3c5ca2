//! Walks boxes in bytes that nobody vouches for: every length is held against the bytes that are there.

/// The boxes directly inside `bytes`, as (kind, body); ends at the first that does not fit.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (kind, body, after) = split_box(rest)?;
        rest = after;
        Some((kind, body))
    })
}

/// The body of the first box of `kind` directly inside `bytes`.
pub(super) fn child<'a>(bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes).find(|(found, _)| found == kind).map(|(_, body)| body)
}

/// Four bytes at `offset` as a big-endian number.
pub(super) fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    let four = bytes.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

/// Eight bytes at `offset` as a big-endian number.
pub(super) fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    let eight = bytes.get(offset..offset.checked_add(8)?)?;
    Some(u64::from_be_bytes(eight.try_into().ok()?))
}

/// ISO/IEC 14496-12 §4.2: a size of 1 means that 64 bits follow, 0 that the box reaches to the end.
fn split_box(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let kind = bytes.get(4..8)?.try_into().ok()?;
    let (header, size) = match u32_at(bytes, 0)? {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(u64_at(bytes, 8)?).ok()?),
        size => (8, size as usize),
    };
    Some((kind, bytes.get(header..size)?, bytes.get(size..)?))
}
