//! Setting type, for covers and videos alike: the font, where a text may be broken, how large it can be.

pub(crate) mod fit;
mod font;
mod punctuation;
mod wrap;

pub(crate) use font::CoverFont;
pub(crate) use punctuation::Punctuation;
