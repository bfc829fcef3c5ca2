//! The elementary stream descriptor that tells a decoder how to read AAC (ISO/IEC 14496-1 §7.2.6, 14496-14 §5.6).

use super::boxes::Boxes;

const ES_DESCRIPTOR: u8 = 0x03;
const DECODER_CONFIG: u8 = 0x04;
const DECODER_SPECIFIC_INFO: u8 = 0x05;
const SYNC_LAYER_CONFIG: u8 = 0x06;
/// Object type indication of MPEG-4 audio (ISO/IEC 14496-1, table 5).
const MPEG4_AUDIO: u8 = 0x40;
/// Stream type 5 (audio), upstream 0, and the reserved bit set.
const AUDIO_STREAM: u8 = 0x15;
/// The predefined sync layer configuration for MP4 files.
const SYNC_LAYER_IN_MP4: u8 = 0x02;

/// Writes the `esds` box; `audio_specific_config` comes from the encoder and is a few bytes long.
pub(super) fn put_esds(
    out: &mut Boxes,
    audio_specific_config: &[u8],
    largest_frame: u32,
    bits_per_second: u32,
) {
    let config_length = audio_specific_config.len() as u8;
    let decoder_length = 13 + 2 + config_length;
    let stream_length = 3 + 2 + decoder_length + 3;
    out.put_full_box(b"esds", 0, |body| {
        body.put_bytes(&[ES_DESCRIPTOR, stream_length]);
        body.put_u16(0); // ES_ID, 0 inside a file
        body.put_u8(0); // no dependencies, no URL, priority 0
        body.put_bytes(&[DECODER_CONFIG, decoder_length, MPEG4_AUDIO, AUDIO_STREAM]);
        body.put_bytes(&largest_frame.to_be_bytes()[1..]);
        body.put_u32(bits_per_second);
        body.put_u32(bits_per_second);
        body.put_bytes(&[DECODER_SPECIFIC_INFO, config_length]);
        body.put_bytes(audio_specific_config);
        body.put_bytes(&[SYNC_LAYER_CONFIG, 1, SYNC_LAYER_IN_MP4]);
    });
}
