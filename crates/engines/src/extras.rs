//! What an engine tells of a song besides its sound.

/// Files and chapters of a song; an engine that has none tells none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extras {
    /// Small files to be kept beside the song.
    pub files: Vec<SongFile>,
    /// The song's parts, in order.
    pub chapters: Vec<Chapter>,
}

/// A file of a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SongFile {
    /// Its name, without a folder.
    pub name: &'static str,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// A part of a song, as players show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chapter {
    /// Its first moment.
    pub start_seconds: f64,
    /// Its name.
    pub title: String,
}
