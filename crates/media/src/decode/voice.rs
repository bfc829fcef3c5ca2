//! Whatever turns the packets of one track into sound: symphonia's decoders, and one for Opus, which it lacks.

use opus_decoder::OpusDecoder;
use symphonia::core::audio::{Audio as _, AudioBuffer, AudioSpec, GenericAudioBufferRef};
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::Packet;

use crate::MediaError;

/// Opus always decodes at this rate, whatever it was made from (RFC 7845 §5.1).
const OPUS_RATE: u32 = 48_000;
/// 120 ms, the longest packet (RFC 6716 §3.2).
const LONGEST_OPUS_PACKET: usize = 5_760;

pub(super) enum Voice {
    Known(Box<dyn AudioDecoder>),
    Opus(Box<OpusVoice>),
}

impl Voice {
    pub(super) fn new(parameters: &AudioCodecParameters) -> Result<Self, MediaError> {
        if parameters.codec == CODEC_ID_OPUS {
            return OpusVoice::new(parameters).map(|voice| Self::Opus(Box::new(voice)));
        }
        symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map(Self::Known)
            .map_err(|error| no_sound(&error.to_string()))
    }

    /// The sound of one packet, or why there is none.
    pub(super) fn decode(&mut self, packet: &Packet) -> Result<GenericAudioBufferRef<'_>, String> {
        match self {
            Self::Known(decoder) => decoder.decode(packet).map_err(|error| error.to_string()),
            Self::Opus(voice) => voice.decode(packet),
        }
    }
}

pub(super) struct OpusVoice {
    decoder: OpusDecoder,
    /// The factor that the file asks for (RFC 7845 §5.1, "output gain").
    gain: f32,
    /// Samples at the beginning that only prime the decoder ("pre-skip"); the reader leaves them in.
    to_skip: usize,
    interleaved: Vec<f32>,
    sound: AudioBuffer<f32>,
}

impl OpusVoice {
    fn new(parameters: &AudioCodecParameters) -> Result<Self, MediaError> {
        let channels =
            parameters.channels.clone().ok_or_else(|| no_sound("its channels are not described"))?;
        let count = channels.count();
        if count > 2 {
            return Err(no_sound("Opus is understood up to two channels"));
        }
        let decoder = OpusDecoder::new(OPUS_RATE, count).map_err(|error| no_sound(&error.to_string()))?;
        let head = parameters.extra_data.as_deref().unwrap_or_default();
        let number = |at: usize| match head.get(at..at + 2) {
            Some(&[low, high]) => u16::from_le_bytes([low, high]),
            _ => 0,
        };
        let decibels_in_256ths = number(16).cast_signed();
        Ok(Self {
            decoder,
            gain: 10_f32.powf(f32::from(decibels_in_256ths) / 256.0 / 20.0),
            to_skip: usize::from(number(10)),
            interleaved: vec![0.0; LONGEST_OPUS_PACKET * count],
            sound: AudioBuffer::new(AudioSpec::new(OPUS_RATE, channels), LONGEST_OPUS_PACKET),
        })
    }

    fn decode(&mut self, packet: &Packet) -> Result<GenericAudioBufferRef<'_>, String> {
        self.sound.clear();
        if packet.data.is_empty() {
            return Err("an empty packet".to_owned());
        }
        let frames = self
            .decoder
            .decode_float(&packet.data, &mut self.interleaved, false)
            .map_err(|error| error.to_string())?
            .min(LONGEST_OPUS_PACKET);
        let channels = self.sound.spec().channels().count();
        let mut pairs = self.interleaved.chunks_exact(channels);
        let gain = self.gain;
        self.sound
            .render_with(Some(frames), |at, planes| {
                let frame = pairs.next().unwrap_or_default();
                planes.iter_mut().zip(frame).for_each(|(plane, sample)| plane[at] = sample * gain);
                Ok(())
            })
            .map_err(|error| error.to_string())?;
        let skipped = self.to_skip.min(frames);
        self.to_skip -= skipped;
        self.sound.trim(skipped.max(packet.trim_start.get() as usize), packet.trim_end.get() as usize);
        Ok(GenericAudioBufferRef::F32(&self.sound))
    }
}

fn no_sound(cause: &str) -> MediaError {
    MediaError::NoSound { cause: cause.to_owned() }
}
