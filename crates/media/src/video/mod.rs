//! A film of a song: its cover, its title, the line that is being sung, and its sound as a band of levels that passes by.
//!
//! H.264 of 1280 x 720 pixels and 12 pictures a second with AAC sound, in an MP4 file whose index comes first. Pictures
//! are drawn where they change, and encoded on one thread, so that the same brief gives the same bytes.

mod backdrop;
mod canvas;
mod film;
mod levels;
mod scene;
mod yuv;

use backdrop::Backdrop;
use canvas::{Area, Canvas};
use film::Film;
use levels::Levels;
use scene::Scene;
use yuv::Planes;

use crate::MediaError;
use crate::container::{Tags, write_mp4};
use crate::encode::{aac, check};

/// The width of a video in pixels.
pub const VIDEO_WIDTH: u32 = 1_280;
/// The height of a video in pixels.
pub const VIDEO_HEIGHT: u32 = 720;
const PICTURES_PER_SECOND: u32 = 12;

/// A line of the lyric and when it is sung.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimedLine<'a> {
    /// What is sung; characters without a glyph are skipped.
    pub text: &'a str,
    /// When it begins, in seconds.
    pub start_seconds: f64,
    /// When it has ended, in seconds.
    pub end_seconds: f64,
}

/// What a video is made of.
#[derive(Debug, Clone, Copy)]
pub struct VideoBrief<'a> {
    /// Set beside the cover on up to four lines, and kept as the file's title. May be empty.
    pub title: &'a str,
    /// A JPEG or PNG picture; what is not square is cut to its middle.
    pub cover: &'a [u8],
    /// The lyric in any order; a line that has no time, or ends before it begins, is left out. Of lines that are sung
    /// at once the later one is shown. May be empty.
    pub lines: &'a [TimedLine<'a>],
    /// The left channel in -1..=1 (what lies outside is clipped, NaN is silence), at least one sample.
    pub left: &'a [f32],
    /// The right channel, exactly as long.
    pub right: &'a [f32],
    /// 44100 Hz.
    pub sample_rate: u32,
}

/// Makes a video, an MP4 file that lasts exactly as long as its sound.
///
/// Beside the file itself, twice while it is put together, it takes some 60 MB.
///
/// # Errors
/// As [`video_while`], but for [`MediaError::Stopped`].
pub fn video(brief: &VideoBrief<'_>) -> Result<Vec<u8>, MediaError> {
    video_while(&|| true, brief)
}

/// As [`video`], as long as the file is `wanted`, which is asked for each picture and each frame of sound.
///
/// # Errors
/// [`MediaError::Stopped`] once it is not wanted; [`MediaError::Empty`], [`MediaError::UnequalChannels`],
/// [`MediaError::SampleRate`] and [`MediaError::TooLong`] for the sound, [`MediaError::Picture`] for the cover,
/// [`MediaError::TagTooLarge`] for the title, [`MediaError::FileTooLarge`] beyond 4 GiB, [`MediaError::Encoder`] when
/// an encoder fails.
pub fn video_while(wanted: &dyn Fn() -> bool, brief: &VideoBrief<'_>) -> Result<Vec<u8>, MediaError> {
    check(brief.left, brief.right, brief.sample_rate)?;
    let sound = aac::encode(wanted, brief.left, brief.right, brief.sample_rate)?;
    let pictures = pictures(wanted, brief)?;
    write_mp4(&pictures, &sound, &Tags { title: brief.title, tool: "Backline", ..Tags::default() })
}

fn pictures(
    wanted: &dyn Fn() -> bool,
    brief: &VideoBrief<'_>,
) -> Result<crate::container::AvcTrack, MediaError> {
    let backdrop = Backdrop::of(brief.cover)?;
    let mut canvas = Canvas::new(backdrop.pixels);
    let mut scene = Scene::set(brief, backdrop.colours, &mut canvas)?;
    let levels = Levels::of(brief.left, brief.right, (brief.sample_rate / PICTURES_PER_SECOND) as usize);
    let mut planes = Planes::new();
    planes.take(&canvas, Area::ALL);
    let mut film = Film::new()?;
    for picture in 0..levels.len() {
        if !wanted() {
            return Err(MediaError::Stopped);
        }
        for changed in scene.show(&mut canvas, &levels, picture).into_iter().flatten() {
            planes.take(&canvas, changed);
        }
        film.add(&planes)?;
    }
    film.finish(brief.sample_rate / PICTURES_PER_SECOND)
}
