//! Takes MP4 files apart.

/// The body of the box at the end of `path`, each part found inside the one before it after `skip` bytes.
pub fn find<'a>(file: &'a [u8], path: &[(&[u8; 4], usize)]) -> Option<&'a [u8]> {
    path.iter().try_fold(file, |within, (kind, skip)| {
        boxes(within).into_iter().find(|(found, _)| found == *kind).and_then(|(_, body)| body.get(*skip..))
    })
}

/// The boxes in `bytes`, as (kind, body).
pub fn boxes(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    while bytes.len() >= 8 {
        let size = u32::from_be_bytes(bytes[..4].try_into().expect("four bytes")) as usize;
        found.push((&bytes[4..8], &bytes[8..size]));
        bytes = &bytes[size..];
    }
    assert!(bytes.is_empty(), "boxes fill their parent to the last byte");
    found
}

/// Four bytes as a number.
pub fn number(bytes: &[u8], offset: usize) -> u32 {
    u32::from_be_bytes(bytes[offset..offset + 4].try_into().expect("four bytes"))
}
