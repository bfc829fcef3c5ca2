//! The words of an order: whatever a customer writes, there is a plan, the same each time, and every line can be said.

use music::{Brief, Lyric, Plan};

/// The longest lyric that the API takes, in characters.
const LONGEST: usize = 10_000;

/// Reads `bytes` as a lyric, a prompt and a style, and panics where a promise is broken.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if text.len() > LONGEST {
        return;
    }
    let lyric = Lyric::parse(text);
    for line in lyric.stanzas.iter().flat_map(|stanza| &stanza.lines) {
        music::say(line);
    }
    let brief = Brief {
        prompt: text.chars().take(300).collect(),
        style: text.chars().rev().take(100).collect(),
        lyric: Some(text.to_owned()),
        seed: bytes.iter().fold(0, |seed: u32, byte| seed.wrapping_mul(31).wrapping_add((*byte).into())),
        ..Brief::default()
    };
    let plan = Plan::from_brief(&brief);
    // The plan is most of the work: a part of them is enough.
    if brief.seed.is_multiple_of(4) {
        assert!(plan == Plan::from_brief(&brief), "the same brief gives the same plan");
    }
}
