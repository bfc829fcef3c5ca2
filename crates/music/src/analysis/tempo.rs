//! How long a beat is: autocorrelation of what begins, weighed by how likely a tempo is (Ellis 2007, section 3).

/// Beats that are looked for, in quarters per minute.
const TEMPOS: (f32, f32) = (60.0, 190.0);
/// The likeliest tempo, and how far it strays, in octaves.
const USUAL: f32 = 118.0;
const SPREAD: f32 = 0.9;

/// Moments from one beat to the next, the likeliest.
pub(super) fn lag(strength: &[f32]) -> f64 {
    let rate = crate::synth::RATE / super::onset::HOP as f32;
    let longest = (rate * 60.0 / TEMPOS.0).ceil() as usize;
    let shortest = (rate * 60.0 / TEMPOS.1).floor() as usize;
    let products: Vec<f32> = (0..=longest * 8 + 8).map(|lag| correlation(strength, lag)).collect();
    let score = |lag: usize| {
        let octaves = (rate * 60.0 / lag as f32 / USUAL).log2() / SPREAD;
        // A beat goes on with the second beat after it, with the bar and with two bars.
        let near = |at: usize| products[at - 2..at + 3].iter().fold(0.0_f32, |high, one| high.max(*one));
        let sum = products[lag] + 0.5 * near(2 * lag) + near(4 * lag) + 0.7 * near(8 * lag);
        sum * (-0.5 * octaves * octaves).exp()
    };
    let best = (shortest..=longest).max_by(|one, other| score(*one).total_cmp(&score(*other)));
    let best = best.unwrap_or((longest + shortest) / 2);
    // Between the moments, by a parabola.
    let (low, middle, high) = (products[best - 1], products[best], products[best + 1]);
    let bend = low - 2.0 * middle + high;
    let shift = if bend < 0.0 { (0.5 * (low - high) / bend).clamp(-0.5, 0.5) } else { 0.0 };
    best as f64 + f64::from(shift)
}

/// How alike the envelope is to itself so many moments later, per moment.
fn correlation(strength: &[f32], lag: usize) -> f32 {
    let Some(later) = strength.get(lag..).filter(|later| !later.is_empty()) else { return 0.0 };
    strength.iter().zip(later).map(|(one, other)| one * other).sum::<f32>() / strength.len() as f32
}
