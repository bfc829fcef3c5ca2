//! Sings lines.

#[expect(dead_code, unused_imports, reason = "who sings with it comes next")]
mod voice;
