//! The longest texts that are taken, in characters.

/// A prompt, and words of style.
pub const LONGEST_PROMPT: usize = 2_000;
/// A lyric.
pub const LONGEST_LYRIC: usize = 10_000;
/// A title.
pub const LONGEST_TITLE: usize = 200;
/// A URL.
pub const LONGEST_URL: usize = 8_192;
