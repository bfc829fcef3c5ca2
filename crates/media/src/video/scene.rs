//! What stands where, and what of it changes from picture to picture.

use super::backdrop::Colours;
use super::canvas::{Area, Canvas};
use super::levels::Levels;
use super::{PICTURES_PER_SECOND, TimedLine, VideoBrief};
use crate::MediaError;
use crate::colour::Rgb;
use crate::lettering::fit::{self, Sizes};
use crate::lettering::{CoverFont, Punctuation};

pub(super) const COVER: Area = Area { left: 72, top: 72, right: 552, bottom: 552 };
const TITLE: Area = Area { left: 608, top: 66, right: 1_208, bottom: 216 };
/// Where the title may be if nothing is sung.
const TITLE_ALONE: Area = Area { left: 608, top: 132, right: 1_208, bottom: 492 };
const RULE: Area = Area { left: 610, top: 244, right: 674, bottom: 249 };
const LYRIC: Area = Area { left: 600, top: 272, right: 1_216, bottom: 560 };
/// Within [`LYRIC`], where the line being sung begins.
const SUNG: Area = Area { left: 608, top: 280, right: 1_208, bottom: 500 };
const NEXT_BASELINE: f32 = 541.0;
const LEVELS: Area = Area { left: 72, top: 580, right: 1_208, bottom: 668 };
const PROGRESS: Area = Area { left: 72, top: 688, right: 1_208, bottom: 692 };
const TITLE_SIZES: Sizes = Sizes { largest: 102.0, smallest: 34.0 };
const LYRIC_SIZES: Sizes = Sizes { largest: 62.0, smallest: 30.0 };
const NEXT_SIZE: f32 = 28.0;
/// A line announces itself so long before it is sung.
const AHEAD_SECONDS: f64 = 5.0;
const BAR_WIDTH: usize = 8;
const BAR_PITCH: usize = 12;
const MAX_CHARACTERS: usize = 240;

/// The indices of the lines that are shown: the one being sung, and the one to come.
type Shown = (Option<usize>, Option<usize>);

pub(super) struct Scene<'a> {
    font: CoverFont,
    colours: Colours,
    lines: Vec<TimedLine<'a>>,
    punctuation: Punctuation,
    shown: Shown,
}

impl<'a> Scene<'a> {
    /// Draws what never changes onto the canvas.
    pub(super) fn set(
        brief: &VideoBrief<'a>,
        colours: Colours,
        canvas: &mut Canvas,
    ) -> Result<Self, MediaError> {
        let font = CoverFont::load()?;
        let mut lines: Vec<_> =
            brief.lines.iter().copied().filter(|line| line.start_seconds < line.end_seconds).collect();
        lines.sort_by(|a, b| a.start_seconds.total_cmp(&b.start_seconds));
        let said: Vec<&str> = lines.iter().map(|line| line.text).chain([brief.title]).collect();
        let punctuation = Punctuation::of(&said.concat());
        let scene = Self { font, colours, lines, punctuation, shown: (None, None) };
        let title = scene.font.readable(brief.title, MAX_CHARACTERS);
        let zone = if scene.lines.is_empty() { TITLE_ALONE } else { TITLE };
        scene.block(canvas, &title, zone, TITLE_SIZES, scene.lines.is_empty(), colours.text);
        if !scene.lines.is_empty() {
            canvas.fill(RULE, colours.accent);
        }
        canvas.fill(PROGRESS, colours.faint);
        canvas.keep();
        Ok(scene)
    }

    /// Draws picture `now` over the one before it, and tells where they differ.
    pub(super) fn show(&mut self, canvas: &mut Canvas, levels: &Levels, now: usize) -> [Option<Area>; 3] {
        let shown = self.at(now as f64 / f64::from(PICTURES_PER_SECOND));
        let lyric = (shown != self.shown).then(|| {
            self.shown = shown;
            self.letter(canvas);
            LYRIC
        });
        self.pass(canvas, levels, now);
        let right = PROGRESS.left + PROGRESS.width() * (now + 1) / levels.len().max(1);
        let progress = Area { right: right.min(PROGRESS.right), ..PROGRESS };
        canvas.fill(progress, self.colours.accent);
        [lyric, Some(LEVELS), Some(progress)]
    }

    /// Which lines are shown at a time.
    fn at(&self, seconds: f64) -> Shown {
        let begun = self.lines.partition_point(|line| line.start_seconds <= seconds);
        let sung = self.lines[..begun].iter().rposition(|line| seconds < line.end_seconds);
        let soon = |line: &TimedLine<'_>| sung.is_some() || line.start_seconds - seconds <= AHEAD_SECONDS;
        (sung, self.lines.get(begun).filter(|line| soon(line)).map(|_| begun))
    }

    fn letter(&self, canvas: &mut Canvas) {
        canvas.clear(LYRIC);
        let text = |index: Option<usize>| {
            index.map(|index| self.font.readable(self.lines[index].text, MAX_CHARACTERS)).unwrap_or_default()
        };
        let (sung, next) = (text(self.shown.0), text(self.shown.1));
        self.block(canvas, &sung, SUNG, LYRIC_SIZES, false, self.colours.text);
        let next = fit::one_line(&self.font, &next, NEXT_SIZE, SUNG.width() as f32);
        self.line(canvas, &next, NEXT_SIZE, NEXT_BASELINE, self.colours.quiet);
    }

    /// Sets a text as large as it can be in its zone, at the top of it or in its middle.
    fn block(&self, canvas: &mut Canvas, text: &str, zone: Area, sizes: Sizes, centred: bool, colour: Rgb) {
        let room = (zone.width() as f32, zone.height() as f32);
        let fitted = fit::title(&self.font, text, room, sizes);
        let top = zone.top as f32 + if centred { (room.1 - fitted.height()) / 2.0 } else { 0.0 };
        for (line, baseline) in fitted.lines.iter().zip(fitted.baselines(top)) {
            self.line(canvas, line, fitted.size, baseline, colour);
        }
    }

    fn line(&self, canvas: &mut Canvas, text: &str, size: f32, baseline: f32, colour: Rgb) {
        let at = (SUNG.left as f32, baseline);
        let place = |character| self.punctuation.offset(character);
        self.font.draw(text, size, at, place, |x, y, coverage| canvas.blend(x, y, colour, coverage));
    }

    /// The levels pass from right to left; what sounds now stands in the middle.
    fn pass(&self, canvas: &mut Canvas, levels: &Levels, now: usize) {
        canvas.clear(LEVELS);
        let half = (LEVELS.width() / BAR_PITCH / 2) as isize;
        let middle = LEVELS.top + LEVELS.height() / 2;
        for ahead in -half..=half {
            let Some(level) = levels.around(now, ahead) else { continue };
            // Loudness is spread so that quiet parts show.
            let reach = 2 + (level.powf(0.8) * (LEVELS.height() / 2 - 2) as f32) as usize;
            let left = LEVELS.left + (ahead + half) as usize * BAR_PITCH;
            let bar = Area { left, right: left + BAR_WIDTH, top: middle - reach, bottom: middle + reach };
            canvas.fill(
                bar,
                match ahead {
                    ..0 => self.colours.accent,
                    0 => self.colours.text,
                    1.. => self.colours.faint,
                },
            );
        }
    }
}
