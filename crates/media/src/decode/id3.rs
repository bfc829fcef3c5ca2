//! Steps over the ID3v2 tag that many MP3 files begin with (ID3v2.4.0 "Main Structure" §3.1), so that nothing in it
//! needs to be understood.

const HEADER_BYTES: usize = 10;
const FOOTER_PRESENT: u8 = 0x10;

/// The bytes after the tag; all of them when there is none.
pub(super) fn without_tag(bytes: &[u8]) -> &[u8] {
    tag_length(bytes).and_then(|length| bytes.get(length..)).unwrap_or(bytes)
}

fn tag_length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..HEADER_BYTES)?;
    let size = &header[6..];
    if !header.starts_with(b"ID3") || size.iter().any(|byte| byte & 0x80 != 0) {
        return None;
    }
    let footer = if header[5] & FOOTER_PRESENT != 0 { HEADER_BYTES } else { 0 };
    Some(size.iter().fold(0, |length, &byte| length << 7 | usize::from(byte)) + HEADER_BYTES + footer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_stepped_over() {
        let mut file = b"ID3\x04\0\0\0\0\x01\x02".to_vec();
        file.extend([7; 130]);
        file.extend(b"sound");
        assert_eq!(without_tag(&file), b"sound");
    }

    #[test]
    fn a_tag_longer_than_the_file_is_left_alone() {
        let file = b"ID3\x04\0\0\x7F\x7F\x7F\x7Fsound";
        assert_eq!(without_tag(file), file);
    }
}
