//! The one error of this crate.

/// Why sound or a picture could not be made or read: what was wrong, and what was expected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// Nobody wanted the rest.
    #[error("the work was stopped")]
    Stopped,
    /// There is nothing to encode.
    #[error("the sound is empty: at least one sample is needed")]
    Empty,
    /// The two channels do not belong together.
    #[error("the left channel has {left} samples and the right one {right}: they must be equally long")]
    UnequalChannels {
        /// Samples in the left channel.
        left: usize,
        /// Samples in the right channel.
        right: usize,
    },
    /// A sample rate outside what the format or the limits allow.
    #[error("a sample rate of {found} Hz is not supported: expected {expected}")]
    SampleRate {
        /// The rate that was given or found, in Hz.
        found: u32,
        /// The rates that would have been accepted.
        expected: &'static str,
    },
    /// The sound is longer than allowed.
    #[error("the sound is longer than the {max_seconds} seconds allowed")]
    TooLong {
        /// The limit in seconds.
        max_seconds: u32,
    },
    /// The encoded file would not fit its format's 32-bit sizes.
    #[error("the file would be {bytes} bytes long: the format allows at most {max_bytes}")]
    FileTooLarge {
        /// The size that would be needed.
        bytes: u64,
        /// The largest possible size.
        max_bytes: u64,
    },
    /// A sample that 16 bits cannot hold exactly.
    #[error("sample {index} is {value}: expected a multiple of 2^-15 from -1 to 1 - 2^-15")]
    NotSixteenBit {
        /// The sample's position, from 0.
        index: usize,
        /// The sample found there.
        value: f32,
    },
    /// A stem whose name is no file name, or belongs to another stem.
    #[error(
        "a stem cannot be called {name:?}: expected 1 to 64 ASCII letters, digits, - and _, other than its siblings'"
    )]
    StemName {
        /// The name that was given.
        name: String,
    },
    /// A tag that does not fit a sensible file.
    #[error("the {tag} has {bytes} bytes: at most {max_bytes} are allowed")]
    TagTooLarge {
        /// Which tag.
        tag: &'static str,
        /// Its size.
        bytes: usize,
        /// The largest size.
        max_bytes: usize,
    },
    /// The cover to embed is not a JPEG file.
    #[error("the cover is not a JPEG file: expected it to begin with FF D8 FF")]
    CoverNotJpeg,
    /// An encoder refused its input or failed.
    #[error("the {format} encoder failed: {cause}")]
    Encoder {
        /// The format that was to be written.
        format: &'static str,
        /// What the encoder said.
        cause: String,
    },
    /// The bytes are no audio file that we know.
    #[error(
        "the bytes are not a known audio file ({cause}): expected MP3, M4A or ADTS with AAC-LC, WAV, AIFF, CAF, FLAC, Ogg Vorbis \
         or Opus"
    )]
    UnknownFormat {
        /// What the readers said.
        cause: String,
    },
    /// A known file without anything to hear.
    #[error(
        "the file holds no sound that can be decoded ({cause}): expected MP3, AAC-LC, PCM, FLAC, Vorbis or Opus in it"
    )]
    NoSound {
        /// What was missing.
        cause: String,
    },
    /// More channels than allowed.
    #[error("the sound has {found} channels: at most {max_channels} are allowed")]
    TooManyChannels {
        /// Channels found.
        found: usize,
        /// The limit.
        max_channels: usize,
    },
    /// The file breaks its own format.
    #[error("the audio file is damaged: {cause}")]
    Damaged {
        /// What was wrong.
        cause: String,
    },
    /// A picture that cannot be used.
    #[error("the picture cannot be read ({cause}): expected JPEG or PNG, at most {max_side} pixels a side")]
    Picture {
        /// What was wrong.
        cause: String,
        /// The longest side allowed, in pixels.
        max_side: u32,
    },
    /// Drawing the cover failed.
    #[error("the cover could not be drawn: {cause}")]
    Cover {
        /// What was wrong.
        cause: String,
    },
}
