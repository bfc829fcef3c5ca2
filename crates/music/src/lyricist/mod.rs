//! Writes lyrics: from a prompt and a seed to a title and lines that can be sung.
//!
//! A prompt is read into pieces (things, places, deeds), themes and a mood (`reading`). A grammar writes many candidates of
//! each line from the tables in `assets/lyricist`, and `section` picks those that rhyme, by sounds, and are as long as the
//! others. Every draw is keyed by the whole prompt and the seed.

mod chinese;
mod english;
mod inflect;
mod lexicon;
mod reading;
mod rhyme;
mod table;

/// A lyric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// A few words; never empty.
    pub title: String,
    /// Sections under marks such as `[Verse 1]` and `[Chorus]`, one line each; under 10,000 characters.
    pub text: String,
}

/// Writes the lyric of a prompt.
pub fn write(prompt: &str, seed: u32) -> Written {
    if chinese::is_asked(prompt) { chinese::write(prompt, seed) } else { english::write(prompt, seed) }
}

/// Puts a section under its mark, after what there is.
fn add_section(text: &mut String, mark: &str, lines: &[String]) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("[{mark}]\n"));
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
}
