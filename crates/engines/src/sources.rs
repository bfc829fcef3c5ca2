//! What an order starts from.

/// What kind of thing an action starts from: what an engine can do depends on how much is known of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// Nothing: the order alone.
    Nothing,
    /// A song of this very version of the engine, whose plan is known and holds no recording: it can be made again, part by
    /// part.
    OwnSong,
    /// A sound and no more: an upload, an edit that holds one, or a song of another engine or version.
    OtherSound,
}

impl Origin {
    /// What a kept song is to the engine of this `version`.
    #[must_use]
    pub fn of_song(version: &str, made_by: &str, has_plan: bool) -> Self {
        if has_plan && version == made_by { Self::OwnSong } else { Self::OtherSound }
    }
}

/// What an order starts from.
#[derive(Default)]
pub struct Sources {
    /// The song or upload that is edited.
    pub song: Option<Source>,
    /// The song whose part is taken for a swap.
    pub swap: Option<Other>,
}

/// A song whose part is taken: what it was made from, without its sound, which nobody needs.
pub struct Other {
    /// The engine and version that made it; `upload` for one from outside.
    pub engine: String,
    /// The engine's plan, as JSON, if there is one.
    pub plan: Option<String>,
    /// Its title.
    pub title: String,
    /// SHA-256 of the master's 16-bit samples, interleaved, little endian.
    pub master_sha256: [u8; 32],
}

/// A song or upload, from its lossless master.
pub struct Source {
    /// The engine and version that made it; `upload` for one from outside.
    pub engine: String,
    /// The engine's plan, as JSON, if there is one.
    pub plan: Option<String>,
    /// Its title.
    pub title: String,
    /// Its words; empty if none are known.
    pub lyric: String,
    /// The left channel, -1 to 1, in steps of 1/32768.
    pub left: Vec<f32>,
    /// The right channel, as long as the left.
    pub right: Vec<f32>,
    /// Samples a second.
    pub sample_rate: u32,
    /// SHA-256 of the master's 16-bit samples, interleaved, little endian.
    pub master_sha256: [u8; 32],
}
