//! What a token may call, and what a task is of.

use std::str::FromStr;

/// What a task makes: the `type` of its record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum TaskKind {
    /// A song, or an edit of one.
    Audios,
    /// The words of a song.
    Lyrics,
    /// A sound brought in from outside.
    Upload,
    /// A film of a song.
    Videos,
    /// A song as uncompressed sound.
    Wav,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Audios, Self::Lyrics, Self::Upload, Self::Videos, Self::Wav];

    /// Who works on it.
    #[must_use]
    pub const fn crew(self) -> Crew {
        match self {
            Self::Upload => Crew::Fetchers,
            Self::Audios | Self::Lyrics | Self::Videos | Self::Wav => Crew::Makers,
        }
    }

    /// The kind's word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Audios => "audios",
            Self::Lyrics => "lyrics",
            Self::Upload => "upload",
            Self::Videos => "videos",
            Self::Wav => "wav",
        }
    }
}

/// Workers that take tasks of the same sort. Neither crew ever waits for the other's tasks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Crew {
    /// They make something of what is here, and keep a processor busy.
    Makers,
    /// They wait for hosts outside, which may be slow on purpose.
    Fetchers,
}

impl Crew {
    /// Every crew.
    pub const ALL: [Self; 2] = [Self::Makers, Self::Fetchers];
}

/// An endpoint that a token may be allowed or refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Api {
    /// An endpoint that makes something.
    Makes(TaskKind),
    /// `/producer/tasks`.
    Tasks,
}

impl Api {
    /// Every endpoint.
    pub const ALL: [Self; 6] = [
        Self::Makes(TaskKind::Audios),
        Self::Makes(TaskKind::Lyrics),
        Self::Makes(TaskKind::Upload),
        Self::Makes(TaskKind::Videos),
        Self::Makes(TaskKind::Wav),
        Self::Tasks,
    ];

    /// The endpoint's word: the last part of its path.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Makes(kind) => kind.as_str(),
            Self::Tasks => "tasks",
        }
    }

    /// The id of the endpoint in the service's catalogue, the `api_id` of a record.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Makes(TaskKind::Audios) => "01d96900-9f8c-41d7-814c-95c7a885ba61",
            Self::Makes(TaskKind::Lyrics) => "2f636fdb-faa4-4308-8cef-9258dd14fd90",
            Self::Makes(TaskKind::Videos) => "5e06cbdd-ba7d-456d-a211-e3f242adec82",
            Self::Makes(TaskKind::Upload) => "91fcbb81-8bc9-4ed4-bdfa-0f296b2fec9d",
            Self::Makes(TaskKind::Wav) => "e7cad274-9c48-494c-b7e3-fc1556eea827",
            Self::Tasks => "e706d672-d7c9-4232-8652-0cf53219e7bf",
        }
    }
}

/// The text names no kind or endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is none of {known}")]
pub struct UnknownWord {
    given: String,
    known: String,
}

impl FromStr for Api {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|api| api.as_str() == text).ok_or_else(|| UnknownWord {
            given: text.to_owned(),
            known: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}

impl FromStr for TaskKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownWord {
            given: text.to_owned(),
            known: Self::ALL.map(Self::as_str).join(", "),
        })
    }
}
