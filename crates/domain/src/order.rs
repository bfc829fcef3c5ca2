//! What someone asks an engine to make.

use std::str::FromStr;

use crate::{AudioId, TaskKind};

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

    /// Whether it starts from a sound that is already there: every action but one does.
    #[must_use]
    pub const fn needs_source(self) -> bool {
        !matches!(self, Self::Generate)
    }

    /// Whether parts of a song come of it, and no song.
    #[must_use]
    pub const fn makes_stems(self) -> bool {
        matches!(self, Self::Stems | Self::AllStems)
    }

    /// The same action by its plain name: the service gives those of uploads names of their own, and both work on
    /// either.
    #[must_use]
    pub const fn plain(self) -> Self {
        match self {
            Self::UploadCover => Self::Cover,
            Self::UploadExtend => Self::Extend,
            Self::UploadReplaceSection => Self::ReplaceSection,
            plain => plain,
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
    /// The song or upload to start from: every action but [`Action::Generate`] has one.
    pub audio_id: Option<AudioId>,
    /// The song whose part is taken, for the swaps.
    pub swap_audio_id: Option<AudioId>,
    /// Where an extension begins, in seconds from the start of the source and not past its end; `None`: at its end.
    pub continue_at: Option<f64>,
    /// What is made anew by [`Action::ReplaceSection`].
    pub window: Option<Window>,
    /// How far a cover moves away from its source, 0.2 to 1.
    pub cover_strength: f64,
    /// What new words are to be about, up to 2,000 characters.
    pub lyric_prompt: Option<String>,
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

/// A stretch of a sound, in seconds from its start: `0 <= start < end`, and `end` not past the end of the sound.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// Its first moment.
    pub start: f64,
    /// The moment after its last. Before the song is known, that can be infinity: the end of the song.
    pub end: f64,
}

/// A checked order of `/producer/lyrics`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LyricOrder {
    /// What the words are to be about, up to 2,000 characters.
    pub prompt: String,
    /// The same prompt with the same seed gives the same words.
    pub seed: u32,
}

/// A checked order of `/producer/upload`.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadOrder {
    /// Where the sound is: an http or https URL. It may hold a secret, so it is not shown.
    pub audio_url: String,
}

impl std::fmt::Debug for UploadOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadOrder(…)")
    }
}

/// A checked order, whatever it is of.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is held at a time, for as long as it is worked on")]
pub enum Order {
    /// A song, or an edit of one.
    Audio(AudioOrder),
    /// Words.
    Lyric(LyricOrder),
    /// A sound from outside.
    Upload(UploadOrder),
    /// This song as a film.
    Video(AudioId),
    /// This song as uncompressed sound.
    Wav(AudioId),
}

impl Order {
    /// What a task of it makes.
    #[must_use]
    pub const fn kind(&self) -> TaskKind {
        match self {
            Self::Audio(_) => TaskKind::Audios,
            Self::Lyric(_) => TaskKind::Lyrics,
            Self::Upload(_) => TaskKind::Upload,
            Self::Video(_) => TaskKind::Videos,
            Self::Wav(_) => TaskKind::Wav,
        }
    }

    /// The sounds that it starts from, all of which must be the orderer's.
    pub fn sources(&self) -> impl Iterator<Item = AudioId> {
        let (first, second) = match self {
            Self::Audio(order) => (order.audio_id, order.swap_audio_id),
            Self::Video(id) | Self::Wav(id) => (Some(*id), None),
            Self::Lyric(_) | Self::Upload(_) => (None, None),
        };
        first.into_iter().chain(second)
    }
}
