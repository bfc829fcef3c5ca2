//! A stretch of the song that goes round without a seam.

use crate::mix::Stereo;
use std::ops::Range;

/// How long the end turns into what led to the beginning: 30 ms.
const CROSSFADE: usize = crate::SAMPLE_RATE as usize * 3 / 100;

/// The samples of `range`, whose last 30 ms turn into those that stand before the range: so the end leads into the
/// beginning as the song itself does. All other samples are the song's, none is louder than what it is made of, and all
/// stay whole multiples of 2^-15. `None` if the song does not have the range.
pub fn seamless(left: &[f32], right: &[f32], range: Range<usize>) -> Option<Stereo> {
    Some(Stereo { left: channel(left, range.clone())?, right: channel(right, range)? })
}

fn channel(song: &[f32], range: Range<usize>) -> Option<Vec<f32>> {
    let mut looped = song.get(range.clone())?.to_vec();
    let fade = CROSSFADE.min(looped.len() / 4);
    let from = looped.len() - fade;
    for (step, sample) in looped[from..].iter_mut().enumerate() {
        // Before the song there is silence.
        let place = (range.start + step).checked_sub(fade);
        let before = place.and_then(|place| song.get(place)).copied().unwrap_or(0.0);
        let share = (step as f32 + 1.0) / fade as f32;
        let share = 0.5 - 0.5 * (std::f32::consts::PI * share).cos();
        let mixed = *sample * (1.0 - share) + before * share;
        *sample = (mixed * 32_768.0).round() / 32_768.0;
    }
    Some(looped)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone that does not fit the range: cut as it is, it clicks.
    fn tone(count: usize) -> Vec<f32> {
        (0..count).map(|at| ((0.5 * (at as f32 * 0.031).sin()) * 32_768.0).round() / 32_768.0).collect()
    }

    fn step_over(looped: &[f32]) -> f32 {
        (looped[0] - looped[looped.len() - 1]).abs()
    }

    #[test]
    fn the_end_leads_into_the_beginning_and_the_rest_is_the_songs() {
        let song = tone(60_000);
        for range in [20_000..50_050, 0..30_040, 300..30_340] {
            let looped = seamless(&song, &song, range.clone()).expect("there").left;
            assert_eq!(looped.len(), range.len());
            let same = range.len() - CROSSFADE;
            assert_eq!(looped[..same], song[range.clone()][..same]);
            assert!(looped.iter().all(|sample| sample.abs() <= 0.5 && (sample * 32_768.0).fract() == 0.0));
            let usual = song.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            let inside = looped.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(step_over(&looped) <= usual * 1.01, "{range:?}: {}", step_over(&looped));
            assert!(inside <= usual * 1.2, "{range:?}: {inside} within, {usual} in the song");
        }
        assert!(step_over(&song[20_000..50_050]) > 0.1, "uncrossed it would click");
    }

    #[test]
    fn what_the_song_does_not_have_is_no_loop() {
        let song = tone(1_000);
        assert_eq!(seamless(&song, &song, 500..1_001), None);
        assert!(seamless(&song, &song, 500..501).is_some_and(|looped| looped.left.len() == 1));
    }
}
