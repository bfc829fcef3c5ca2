//! Drives symphonia: find the format, decode packet after packet, hand on what they hold.

use std::io::{Cursor, ErrorKind};

use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::heard::{Heard, check_channels, check_rate};
use super::voice::Voice;
use super::{Limits, Sound};
use crate::MediaError;
use crate::container::edit_of_track;

/// A file may lose this many frames (in MP3 about half a minute) before we call it damaged; the same number bounds
/// packets that decode to nothing, of which a forged index can promise billions.
const MAX_EMPTY_PACKETS: u32 = 1_000;
/// The longest packet of any format that we read: a FLAC block (RFC 9639 §9.1.1). Decoders allocate for it beforehand.
const MAX_FRAMES_PER_PACKET: u64 = 65_536;
/// Packets of pictures and other tracks that are passed over; an hour of film has fewer.
const MAX_FOREIGN_PACKETS: u32 = 250_000;

pub(super) fn decode(wanted: &dyn Fn() -> bool, bytes: &[u8], limits: &Limits) -> Result<Sound, MediaError> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes)), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| MediaError::UnknownFormat { cause: error.to_string() })?;
    let (track_id, mut voice) = open_track(format.as_ref(), limits)?;
    let mut heard = Heard::new(edit_of_track(bytes, track_id), limits);
    let (mut empty_packets, mut foreign_packets) = (0, 0);
    let mut last_failure = "it holds no packets".to_owned();
    while !heard.is_complete()
        && let Some(packet) = next_packet(format.as_mut(), heard.is_empty())?
    {
        if !wanted() {
            return Err(MediaError::Stopped);
        }
        if packet.track_id != track_id {
            foreign_packets += 1;
        } else {
            match voice.decode(&packet) {
                Ok(sound) => empty_packets += u32::from(heard.take(&sound)? == 0),
                Err(error) => {
                    empty_packets += 1;
                    last_failure = error;
                }
            }
        }
        if empty_packets > MAX_EMPTY_PACKETS || foreign_packets > MAX_FOREIGN_PACKETS {
            let cause = format!("too many packets without sound; the last failure: {last_failure}");
            return Err(MediaError::Damaged { cause });
        }
    }
    heard.into_sound().ok_or(MediaError::NoSound { cause: last_failure })
}

/// The next packet, or `None` at the end: that of the file, the point where it was cut short, or the beginning of a
/// second stream chained behind the first. Whatever else goes wrong after something was heard ends the sound too.
fn next_packet(format: &mut dyn FormatReader, nothing_heard: bool) -> Result<Option<Packet>, MediaError> {
    match format.next_packet() {
        Ok(packet) => Ok(packet),
        Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(Error::ResetRequired) => Ok(None),
        Err(error) if nothing_heard => Err(MediaError::Damaged { cause: error.to_string() }),
        Err(_) => Ok(None),
    }
}

/// Chooses the first audio track and makes its decoder, once its own description is within the limits.
fn open_track(format: &dyn FormatReader, limits: &Limits) -> Result<(u32, Voice), MediaError> {
    let no_sound = |cause: &str| MediaError::NoSound { cause: cause.to_owned() };
    let track = format.default_track(TrackType::Audio).ok_or_else(|| no_sound("it has no audio track"))?;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| no_sound("its audio track is not described"))?;
    // Decoders allocate for every channel, so the number is checked before one is made.
    if let Some(channels) = &parameters.channels {
        check_channels(channels, limits)?;
    }
    if let Some(sample_rate) = parameters.sample_rate {
        check_rate(sample_rate)?;
    }
    if parameters.max_frames_per_packet.is_some_and(|frames| frames > MAX_FRAMES_PER_PACKET) {
        return Err(MediaError::Damaged { cause: "it claims packets of immense length".to_owned() });
    }
    Ok((track.id, Voice::new(parameters)?))
}
