//! The hand on the main fader: it follows the sections' energy, and ends the song.

use super::compressor::each_block;
use crate::compose::Score;
use crate::plan::{Plan, StyleName};
use crate::style;
use crate::synth::{BLOCK, RATE, from_db};

/// How far a bare section lies under a full one, besides being played more softly, in dB.
const DEPTH_DB: f32 = 4.5;
/// What rings after the last bar fades over this time, in seconds.
const RING_SECONDS: f32 = 1.8;
/// Bars over which a song fades out in styles that go round and round.
const FADE_BARS: f64 = 4.0;
/// Exact silence at the very end, in samples.
const SILENCE: usize = 1024;

/// The gain at the start of each block of the song, and one more for the end.
pub(super) fn ride(plan: &Plan, score: &Score) -> Vec<f32> {
    let sample = |seconds: f64| (seconds * f64::from(crate::SAMPLE_RATE)).round() as usize;
    let wanted = |energy: f32| from_db(-DEPTH_DB * (1.0 - crate::plan::share(energy)));
    let mut sections = score.sections.iter().zip(&plan.sections).peekable();
    let mut goal = plan.sections.first().map_or(1.0, |section| wanted(section.energy));
    let mut gain = goal;
    let samples = score.samples as usize;
    let end = samples.saturating_sub(SILENCE);
    let (start, bend) = ending(plan, score, end);
    let mut gains = Vec::with_capacity(samples / BLOCK + 1);
    for at in (0..=samples).step_by(BLOCK) {
        while let Some((_, section)) = sections.next_if(|(span, _)| sample(span.start_seconds) <= at) {
            goal = wanted(section.energy);
        }
        gains.push(if at >= end { 0.0 } else { gain * falling(at, start, end, bend) });
        gain += each_block(0.05) * (goal - gain);
    }
    gains
}

/// Where the end begins to fade, and how steeply.
fn ending(plan: &Plan, score: &Score, end: usize) -> (usize, f32) {
    let ring = end.saturating_sub((RING_SECONDS * RATE) as usize);
    let goes_round = matches!(
        plan.style,
        StyleName::House | StyleName::LoFi | StyleName::Synthwave | StyleName::Reggae | StyleName::Funk
    );
    let last = score.sections.last().zip(plan.sections.get(score.sections.len().saturating_sub(1)));
    match last {
        // Nobody's words fade away.
        Some((span, section)) if goes_round && section.lines.is_empty() => {
            let bar = 60.0 / plan.tempo() * f64::from(style::style(plan.style).beats);
            let seconds = (FADE_BARS * bar).min(0.6 * (span.end_seconds - span.start_seconds));
            let start = (span.end_seconds - seconds) * f64::from(crate::SAMPLE_RATE);
            ((start.max(0.0) as usize).min(ring), 1.5)
        }
        _ => (ring, 1.0),
    }
}

/// A raised cosine from 1 at `start` to 0 at `end`, bent by a power.
fn falling(at: usize, start: usize, end: usize, bend: f32) -> f32 {
    let share = (at.clamp(start, end) - start) as f32 / (end - start).max(1) as f32;
    (0.5 + 0.5 * (std::f32::consts::PI * share).cos()).powf(bend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::Brief;
    use crate::compose::compose;

    fn gains(style: &str) -> Vec<f32> {
        let brief =
            Brief { style: style.to_owned(), max_seconds: 62.0, instrumental: true, ..Brief::default() };
        let plan = Plan::from_brief(&brief);
        ride(&plan, &compose(&plan))
    }

    /// The gain so many seconds before the end, against the loudest of all.
    fn before_the_end(gains: &[f32], seconds: f32) -> f32 {
        let highest = gains.iter().fold(0.0_f32, |high, gain| high.max(*gain));
        gains[gains.len() - (seconds * RATE) as usize / BLOCK] / highest
    }

    #[test]
    fn what_goes_round_fades_out_over_bars_and_what_ends_rings_out() {
        let (house, folk) = (gains("house"), gains("folk"));
        assert!(before_the_end(&house, 2.4) < 0.4, "{}", before_the_end(&house, 2.4));
        assert!(before_the_end(&folk, 2.4) > 0.5, "{}", before_the_end(&folk, 2.4));
        for gains in [house, folk] {
            assert!(gains[gains.len() - SILENCE / BLOCK - 1..].iter().all(|gain| *gain == 0.0));
            assert!(gains.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.05));
        }
    }
}
