//! H.264 from OpenH264, as an MP4 file wants it.

use openh264::OpenH264API;
use openh264::encoder::{
    Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile, RateControlMode,
    VuiConfig,
};
use openh264::{Timestamp, nal_units};

use super::PICTURES_PER_SECOND;
use super::canvas::{HEIGHT, WIDTH};
use super::yuv::Planes;
use crate::MediaError;
use crate::container::AvcTrack;

/// A player can begin every five seconds.
const KEYFRAME_SECONDS: u32 = 5;
/// Kinds of NAL units (ITU-T H.264 §7.4.1, table 7-1).
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;

pub(super) struct Film {
    encoder: Encoder,
    /// One picture's bytes as the encoder gives them.
    stream: Vec<u8>,
    track: AvcTrack,
}

impl Film {
    pub(super) fn new() -> Result<Self, MediaError> {
        // By itself the encoder asks for 120 kbit/s and leaves pictures out to keep to that. Several threads would cut
        // a picture into slices by their number.
        let config = EncoderConfig::new()
            .rate_control_mode(RateControlMode::Off)
            .skip_frames(false)
            .num_threads(1)
            .max_frame_rate(FrameRate::from_hz(PICTURES_PER_SECOND as f32))
            .intra_frame_period(IntraFramePeriod::from_num_frames(PICTURES_PER_SECOND * KEYFRAME_SECONDS))
            .scene_change_detect(false)
            .profile(Profile::Baseline)
            .complexity(Complexity::Low)
            .vui(VuiConfig::bt709());
        let track = AvcTrack {
            width: WIDTH as u16,
            height: HEIGHT as u16,
            sequence_parameters: Vec::new(),
            picture_parameters: Vec::new(),
            payload: Vec::new(),
            frame_lengths: Vec::new(),
            keyframes: Vec::new(),
            frame_duration: 0,
        };
        let encoder = Encoder::with_api_config(OpenH264API::from_source(), config).map_err(failed)?;
        Ok(Self { encoder, stream: Vec::new(), track })
    }

    /// Encodes the next picture.
    pub(super) fn add(&mut self, picture: &Planes) -> Result<(), MediaError> {
        let number = self.track.frame_lengths.len() as u32;
        let shown_at = u64::from(number) * 1_000 / u64::from(PICTURES_PER_SECOND);
        let encoded = self.encoder.encode_at(picture, Timestamp::from_millis(shown_at)).map_err(failed)?;
        let kind = encoded.frame_type();
        self.stream.clear();
        encoded.write_vec(&mut self.stream);
        if kind == FrameType::IDR {
            self.track.keyframes.push(number);
        }
        let before = self.track.payload.len();
        for unit in nal_units(&self.stream).map(without_start_code) {
            self.track.take(unit)?;
        }
        match self.track.payload.len() - before {
            0 => Err(failed("it left a picture out")),
            length => {
                self.track.frame_lengths.push(length as u32);
                Ok(())
            }
        }
    }

    /// The whole film, whose pictures are shown `frame_duration` samples each.
    pub(super) fn finish(self, frame_duration: u32) -> Result<AvcTrack, MediaError> {
        match self.track.sequence_parameters.len() >= 4 && self.track.keyframes.first() == Some(&0) {
            true => Ok(AvcTrack { frame_duration, ..self.track }),
            false => Err(failed("it did not begin with a keyframe and its parameters")),
        }
    }
}

impl AvcTrack {
    /// Parameters are the same for the whole film and go to its description; all else belongs to the picture.
    fn take(&mut self, unit: &[u8]) -> Result<(), MediaError> {
        let kept = match unit.first().map(|head| head & 0x1F) {
            Some(SEQUENCE_PARAMETERS) => &mut self.sequence_parameters,
            Some(PICTURE_PARAMETERS) => &mut self.picture_parameters,
            Some(_) => {
                self.payload.extend((unit.len() as u32).to_be_bytes());
                self.payload.extend(unit);
                return Ok(());
            }
            None => return Ok(()),
        };
        if kept.is_empty() {
            kept.extend(unit);
        }
        if kept == unit { Ok(()) } else { Err(failed("it changed its parameters on the way")) }
    }
}

/// Three or four bytes (Annex B of H.264).
fn without_start_code(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().take_while(|byte| **byte == 0).count();
    unit.get(zeros + 1..).unwrap_or_default()
}

fn failed(error: impl std::fmt::Display) -> MediaError {
    MediaError::Encoder { format: "H.264", cause: error.to_string() }
}
