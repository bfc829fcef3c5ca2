//! The words of an order: whatever a customer writes, there is a plan, the same each time, and every line can be said.
#![no_main]

use libfuzzer_sys::fuzz_target;
use music::{Brief, Lyric, Plan};

fuzz_target!(|text: &str| {
    // The API takes 10,000 characters.
    if text.len() > 10_000 {
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
        seed: text.len() as u32,
        ..Brief::default()
    };
    let plan = Plan::from_brief(&brief);
    assert!(plan == Plan::from_brief(&brief), "the same brief gives the same plan");
});
