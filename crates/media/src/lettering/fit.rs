//! Finds the largest size at which a text fits, and lines of about equal length.

use super::CoverFont;
use super::wrap::{self, Breaks};

/// The parts of the type size above and below the baseline that ink may reach.
pub(crate) const ASCENT: f32 = 0.88;
pub(crate) const DESCENT: f32 = 0.24;
const LINE_SPACING: f32 = 1.16;
const SIZES: [f32; 13] = [150.0, 132.0, 116.0, 102.0, 90.0, 80.0, 70.0, 62.0, 54.0, 46.0, 40.0, 34.0, 30.0];
/// Very large type only stands on few lines.
const MAX_LINES_OF_LARGE: usize = 3;
const MAX_LINES: usize = 4;
const LARGE: f32 = 85.0;
const ELLIPSIS: char = '…';

/// A title broken into lines at one size.
pub(crate) struct FittedTitle {
    pub(crate) lines: Vec<String>,
    pub(crate) size: f32,
}

impl FittedTitle {
    /// From the top of the first line's capitals to the end of the last line's descenders, in pixels.
    pub(crate) fn height(&self) -> f32 {
        block_height(self.lines.len(), self.size)
    }

    /// The baseline of every line when the block's top is at `top`.
    pub(crate) fn baselines(&self, top: f32) -> impl Iterator<Item = f32> {
        let size = self.size;
        (0..self.lines.len()).map(move |line| top + size * (ASCENT + LINE_SPACING * line as f32))
    }
}

fn block_height(lines: usize, size: f32) -> f32 {
    match lines {
        0 => 0.0,
        lines => size * (ASCENT + DESCENT + LINE_SPACING * (lines - 1) as f32),
    }
}

/// How large a text may be, in pixels to the em.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) largest: f32,
    pub(crate) smallest: f32,
}

/// The title at the largest size at which it fits whole into (width, height); at the smallest size it is cut with an
/// ellipsis. Type that is large anyway gives way a little where that keeps a clause on one line.
pub(crate) fn title(
    font: &CoverFont,
    text: &str,
    (width, height): (f32, f32),
    allowed: Sizes,
) -> FittedTitle {
    let sizes = || SIZES.into_iter().filter(|size| (allowed.smallest..=allowed.largest).contains(size));
    let large = sizes().filter(|&size| size > LARGE).map(|size| (size, Breaks::BetweenClauses));
    let any = sizes().flat_map(|size| [Breaks::BetweenClauses, Breaks::BetweenWords].map(|b| (size, b)));
    for (size, breaks) in large.chain(any) {
        let measure = |line: &str| font.width(line, size);
        let allowed = if size > LARGE { MAX_LINES_OF_LARGE } else { MAX_LINES };
        let lines = wrap::lines(text, breaks, width, measure);
        let whole_pieces = wrap::widest_piece(text, breaks, measure) <= width;
        if lines.len() <= allowed && whole_pieces && block_height(lines.len(), size) <= height {
            return FittedTitle { lines: balanced(text, breaks, width, lines, measure), size };
        }
    }
    let size = allowed.smallest;
    let room = (1..=MAX_LINES).rev().find(|&lines| block_height(lines, size) <= height).unwrap_or(1);
    let lines = wrap::lines(text, Breaks::BetweenWords, width, |line| font.width(line, size));
    FittedTitle { lines: cut(font, lines, room, size, width), size }
}

/// The text on one line, cut with an ellipsis when it is too wide.
pub(crate) fn one_line(font: &CoverFont, text: &str, size: f32, width: f32) -> String {
    match font.width(text, size) <= width {
        true => text.to_owned(),
        false => with_ellipsis(font, text, size, width),
    }
}

/// The same number of lines, broken at the narrowest width that still gives it.
fn balanced(
    text: &str,
    breaks: Breaks,
    width: f32,
    lines: Vec<String>,
    measure: impl Fn(&str) -> f32,
) -> Vec<String> {
    const HALVINGS: usize = 8;
    let widest_piece = wrap::widest_piece(text, breaks, &measure);
    let (mut too_narrow, mut wide_enough) = (widest_piece.min(width) - 1.0, width);
    let mut best = lines;
    for _ in 0..HALVINGS {
        let middle = (too_narrow + wide_enough) / 2.0;
        let tried = wrap::lines(text, breaks, middle, &measure);
        if tried.len() == best.len() && middle >= widest_piece {
            (best, wide_enough) = (tried, middle);
        } else {
            too_narrow = middle;
        }
    }
    best
}

fn cut(font: &CoverFont, mut lines: Vec<String>, room: usize, size: f32, width: f32) -> Vec<String> {
    if lines.len() > room {
        lines.truncate(room);
        if let Some(last) = lines.last_mut() {
            *last = with_ellipsis(font, last, size, width);
        }
    }
    lines
}

fn with_ellipsis(font: &CoverFont, text: &str, size: f32, width: f32) -> String {
    let mut kept = text.to_owned();
    loop {
        let ended = format!("{}{ELLIPSIS}", kept.trim_end());
        if font.width(&ended, size) <= width || kept.pop().is_none() {
            return ended;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(text: &str) -> FittedTitle {
        title(&CoverFont::load().unwrap(), text, (880.0, 300.0), Sizes { largest: 150.0, smallest: 46.0 })
    }

    #[test]
    fn a_short_title_is_large_and_a_long_one_small() {
        let (short, long) = (fitted("Sun"), fitted("The long and winding story of a song about everything"));
        assert_eq!(short.size, SIZES[0]);
        assert!(long.size < short.size && long.lines.len() > 1);
        assert!(long.height() <= 300.0);
    }

    #[test]
    fn lines_are_balanced() {
        assert_eq!(fitted("在陽光照耀下醒來").lines, ["在陽光照耀下醒來"]);
        assert_eq!(fitted("一二三四五六七八九十甲乙").lines, ["一二三四五六", "七八九十甲乙"]);
        assert_eq!(fitted("夜に咲く花、さよならの歌").lines, ["夜に咲く花、", "さよならの歌"]);
    }

    #[test]
    fn an_endless_title_ends_in_an_ellipsis_and_fits() {
        let font = CoverFont::load().unwrap();
        let endless = fitted(&"無盡的歌".repeat(50));
        assert!(endless.lines.len() <= MAX_LINES);
        assert!(endless.lines.last().unwrap().ends_with(ELLIPSIS));
        assert!(endless.lines.iter().all(|line| font.width(line, endless.size) <= 880.0));
    }

    #[test]
    fn no_title_takes_no_room() {
        assert_eq!(fitted("").height(), 0.0);
    }
}
