//! Where comma and full stop stand. The font sets them in the middle of their square, as Taiwan and Hong Kong do; Japan
//! and mainland China write them in the lower left corner (W3C, "Requirements for Chinese Text Layout" §3.1.2).

/// From the middle of the square to its lower left corner, in parts of the type size, downwards.
const TO_THE_CORNER: (f32, f32) = (-0.29, 0.3);
const MOVED: &str = "、。，．";
/// Frequent characters that only simplified text has.
const SIMPLIFIED: &str = "们这说对为国来时个会过发学见还样现实关长给让经问机电话头东车马鸟鱼风龙门开间听觉爱梦语谁难边远\
    进运连选飞乡乐书亲写声处岁带应张归当录忆怀总恋恶惊愿战报挥岛阳灯热独猫画疯节红约级纪纯线组细终结绕络绝统继续绿\
    缘网罗";

/// How a text sets its punctuation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Punctuation {
    Middle,
    Corner,
}

impl Punctuation {
    /// Kana or simplified characters give the text away.
    pub(crate) fn of(text: &str) -> Self {
        let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}');
        match text.chars().any(|c| is_kana(c) || (!c.is_ascii() && SIMPLIFIED.contains(c))) {
            true => Self::Corner,
            false => Self::Middle,
        }
    }

    /// How far `character` is moved to the right and down, in parts of the type size.
    pub(crate) fn offset(self, character: char) -> (f32, f32) {
        match self {
            Self::Corner if MOVED.contains(character) => TO_THE_CORNER,
            _ => (0.0, 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_told_apart() {
        for corner in ["夜に咲く花、", "梦里的江南，", "カタカナ。"] {
            assert_eq!(Punctuation::of(corner), Punctuation::Corner, "{corner}");
        }
        for middle in ["在陽光照耀下，醒來", "Sun, moon", ""] {
            assert_eq!(Punctuation::of(middle), Punctuation::Middle, "{middle}");
        }
        assert_eq!(Punctuation::Corner.offset('花'), (0.0, 0.0));
    }
}
