//! What someone asks an engine to make.

use std::str::FromStr;

/// What `/producer/audios` is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// A new song.
    Generate,
    /// The same song in another arrangement.
    Cover,
    /// More of a song.
    Extend,
    /// Another take of a song.
    Variation,
    /// The same song with another voice.
    SwapVocals,
    /// The same voice over another arrangement.
    SwapInstrumentals,
    /// A window of a song made anew.
    ReplaceSection,
    /// The song's parts, as separate files.
    Stems,
    /// [`Action::Cover`] of an uploaded sound.
    UploadCover,
    /// [`Action::Extend`] of an uploaded sound.
    UploadExtend,
    /// [`Action::ReplaceSection`] of an uploaded sound.
    UploadReplaceSection,
    /// Every instrument of a song, as separate files.
    AllStems,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 12] = [
        Self::Generate,
        Self::Cover,
        Self::Extend,
        Self::Variation,
        Self::SwapVocals,
        Self::SwapInstrumentals,
        Self::ReplaceSection,
        Self::Stems,
        Self::UploadCover,
        Self::UploadExtend,
        Self::UploadReplaceSection,
        Self::AllStems,
    ];

    /// The action's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Cover => "cover",
            Self::Extend => "extend",
            Self::Variation => "variation",
            Self::SwapVocals => "swap_vocals",
            Self::SwapInstrumentals => "swap_instrumentals",
            Self::ReplaceSection => "replace_section",
            Self::Stems => "stems",
            Self::UploadCover => "upload_cover",
            Self::UploadExtend => "upload_extend",
            Self::UploadReplaceSection => "upload_replace_section",
            Self::AllStems => "all_stems",
        }
    }
}

impl FromStr for Action {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|action| action.as_str() == text).ok_or(())
    }
}

/// The models that an order may name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Model {
    /// `FUZZ-2.0 Pro`
    Fuzz20Pro,
    /// `FUZZ-2.0`, the default
    Fuzz20,
    /// `FUZZ-2.0 Raw`
    Fuzz20Raw,
    /// `FUZZ-1.1 Pro`
    Fuzz11Pro,
    /// `FUZZ-1.1`
    Fuzz11,
    /// `FUZZ-1.0 Pro`
    Fuzz10Pro,
    /// `FUZZ-1.0`
    Fuzz10,
    /// `FUZZ-0.8`
    Fuzz08,
    /// `simulated`: no music. Taken only where a server simulates, so it is not among [`Model::ALL`].
    Simulated,
}

impl Model {
    /// Every model that makes music, newest first.
    pub const ALL: [Self; 8] = [
        Self::Fuzz20Pro,
        Self::Fuzz20,
        Self::Fuzz20Raw,
        Self::Fuzz11Pro,
        Self::Fuzz11,
        Self::Fuzz10Pro,
        Self::Fuzz10,
        Self::Fuzz08,
    ];

    /// The model's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fuzz20Pro => "FUZZ-2.0 Pro",
            Self::Fuzz20 => "FUZZ-2.0",
            Self::Fuzz20Raw => "FUZZ-2.0 Raw",
            Self::Fuzz11Pro => "FUZZ-1.1 Pro",
            Self::Fuzz11 => "FUZZ-1.1",
            Self::Fuzz10Pro => "FUZZ-1.0 Pro",
            Self::Fuzz10 => "FUZZ-1.0",
            Self::Fuzz08 => "FUZZ-0.8",
            Self::Simulated => "simulated",
        }
    }
}

impl FromStr for Model {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().chain([Self::Simulated]).find(|model| model.as_str() == text).ok_or(())
    }
}

/// Whose voice sings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VocalGender {
    /// `m` or `male`
    Male,
    /// `f` or `female`
    Female,
}

/// A checked order of `/producer/audios`, as an engine sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct AudioOrder {
    /// What is to be done.
    pub action: Action,
    /// The model that was asked for.
    pub model: Model,
    /// What the song is to be about or sound like, up to 2,000 characters.
    pub prompt: Option<String>,
    /// The words, real line breaks only, up to 10,000 characters.
    pub lyric: Option<String>,
    /// True: by lyric; false: by prompt.
    pub custom: bool,
    /// The title that was asked for.
    pub title: Option<String>,
    /// No voice.
    pub instrumental: bool,
    /// The style that was asked for.
    pub style: Option<String>,
    /// What the song is not to sound like.
    pub style_negative: Option<String>,
    /// Whose voice sings, if it was asked for.
    pub vocal_gender: Option<VocalGender>,
    /// How much the words count, 0 to 1.
    pub lyrics_strength: f64,
    /// How closely the style is kept, 0.2 to 1.
    pub sound_strength: f64,
    /// How far from the usual, 0 to 1.
    pub weirdness: f64,
    /// The seed: the same order with the same seed is the same song.
    pub seed: u32,
}

impl AudioOrder {
    /// The title of the song: the one asked for, else found by [`crate::title_from`].
    #[must_use]
    pub fn song_title(&self) -> String {
        match &self.title {
            Some(title) => title.clone(),
            None => crate::title_from(self.lyric.as_deref(), self.prompt.as_deref()),
        }
    }
}
