//! From a Vorbis stream to samples whose loops have no seam.

use super::index::{Zone, index};
use std::io::Cursor;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// Samples after a loop's end that are those of its beginning, so that interpolation may look ahead.
const AHEAD: usize = 16;

/// Decodes a stream of the bank. What does not decode is silent: the streams are part of the program, and a test decodes
/// them all.
pub(super) fn decode(name: &str, bytes: &'static [u8]) -> Vec<i16> {
    let Some(index) = index() else { return Vec::new() };
    let instrument = index.instruments.get(name);
    let length = instrument.map_or(index.drums.samples, |instrument| instrument.samples);
    let mut samples = vorbis(bytes, length).unwrap_or_default();
    if let Some(instrument) = instrument {
        for zone in &instrument.zones {
            seal(&mut samples, zone, index.seal_samples);
        }
    }
    // Peaks are at 0.89; the cast saturates what the codec may have thrown beyond 1.
    samples.iter().map(|sample| (sample * 32_767.0 + 0.5_f32.copysign(*sample)) as i16).collect()
}

fn vorbis(bytes: &'static [u8], length: usize) -> Result<Vec<f32>, Error> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes)), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        source,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format.default_track(TrackType::Audio);
    let parameters = track.and_then(|track| track.codec_params.as_ref()).and_then(|codec| codec.audio());
    let Some(parameters) = parameters else { return Err(Error::Unsupported("no sound")) };
    let options = AudioDecoderOptions::default();
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options)?;
    let mut planes: Vec<Vec<f32>> = Vec::new();
    let mut samples = Vec::with_capacity(length);
    while let Ok(Some(packet)) = format.next_packet() {
        let sound = decoder.decode(&packet)?;
        if sound.frames() > 0 {
            sound.copy_to_vecs_planar(&mut planes);
            samples.extend_from_slice(&planes[0]);
        }
    }
    Ok(samples)
}

/// Cross-fades the last samples of a loop into what stands before its beginning: the codec leaves a small step there.
fn seal(samples: &mut [f32], zone: &Zone, most: usize) {
    let Some((from, to)) = zone.looped else { return };
    let Some(note) = samples.get_mut(zone.start..zone.start + zone.length) else { return };
    let count = most.min(from).min((to - from) / 4);
    for step in 0..count {
        let turn = std::f32::consts::PI * (step + 1) as f32 / (count + 1) as f32;
        let weight = 0.5 - 0.5 * turn.cos();
        note[to - count + step] =
            (1.0 - weight) * note[to - count + step] + weight * note[from - count + step];
    }
    let end = (to + AHEAD).min(note.len());
    note.copy_within(from..from + end - to, to);
}
