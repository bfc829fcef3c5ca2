//! Uploaded pictures: is it one, and how large?

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, ImageReader};

use crate::MediaError;

/// The longest side accepted, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 6_000;
/// Enough for the largest picture in 16-bit RGBA.
const MAX_PICTURE_BYTES: u64 = MAX_PICTURE_SIDE as u64 * MAX_PICTURE_SIDE as u64 * 8;

/// Decodes a JPEG or PNG picture in full and gives its width and height in pixels.
///
/// # Errors
/// [`MediaError::Picture`] when the bytes are neither, are damaged, or hold more than [`MAX_PICTURE_SIDE`] pixels a side.
pub fn picture_size(bytes: &[u8]) -> Result<(u32, u32), MediaError> {
    let picture = read_picture(bytes)?;
    Ok((picture.width(), picture.height()))
}

/// The picture itself, on the same terms.
pub(crate) fn read_picture(bytes: &[u8]) -> Result<DynamicImage, MediaError> {
    let unreadable = |cause: String| MediaError::Picture { cause, max_side: MAX_PICTURE_SIDE };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| unreadable(error.to_string()))?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(unreadable("it is neither JPEG nor PNG".to_owned()));
    }
    if reader.format() == Some(ImageFormat::Jpeg) && !jpeg_is_whole(bytes) {
        return Err(unreadable("it ends before its last line".to_owned()));
    }
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_PICTURE_SIDE);
    limits.max_image_height = Some(MAX_PICTURE_SIDE);
    limits.max_alloc = Some(MAX_PICTURE_BYTES);
    reader.limits(limits);
    reader.decode().map_err(|error| unreadable(error.to_string()))
}

/// The decoder draws a JPEG cut short as far as it goes. A whole one ends its last scan with an end-of-image marker
/// (ITU-T T.81 §B.1.1.3); inside the scan itself neither marker can occur.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|two| two == marker);
    last([0xFF, 0xD9]) > last([0xFF, 0xDA])
}
