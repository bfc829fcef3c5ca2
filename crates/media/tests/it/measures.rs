//! What decoded sound is held against.

/// Signal to noise in dB of `heard` against `meant`.
pub fn snr(meant: &[f32], heard: &[f32]) -> f64 {
    let power =
        |samples: &mut dyn Iterator<Item = f32>| samples.map(|s| f64::from(s) * f64::from(s)).sum::<f64>();
    let signal = power(&mut meant.iter().copied());
    let noise = power(&mut meant.iter().zip(heard).map(|(m, h)| m - h));
    10.0 * (signal / noise.max(1e-30)).log10()
}

/// The shift of `heard` against `meant`, within 3000 samples, at which they agree best.
pub fn best_lag(meant: &[f32], heard: &[f32]) -> i64 {
    let middle = meant.len() / 2;
    let window = &meant[middle..middle + 2_000];
    let agreement = |lag: i64| -> f64 {
        let start = (middle as i64 + lag) as usize;
        window.iter().zip(&heard[start..]).map(|(m, h)| f64::from(m * h)).sum()
    };
    (-3_000..=3_000).max_by(|&a, &b| agreement(a).total_cmp(&agreement(b))).expect("a range is not empty")
}

/// The true peak: the largest value between the samples too, by four-fold windowed-sinc interpolation
/// (after ITU-R BS.1770-5 annex 2).
pub fn true_peak(samples: &[f32]) -> f32 {
    const HALF: i64 = 12;
    let tap = |distance: f32| {
        let x = std::f32::consts::PI * distance;
        let window = 0.5 + 0.5 * (x / (HALF as f32 + 1.0)).cos();
        if x == 0.0 { 1.0 } else { x.sin() / x * window }
    };
    let at = |index: i64| usize::try_from(index).ok().and_then(|i| samples.get(i)).copied().unwrap_or(0.0);
    (0..samples.len() as i64)
        .flat_map(|index| [0.0, 0.25, 0.5, 0.75].map(|offset| (index, offset)))
        .map(|(index, offset)| {
            (-HALF..=HALF).map(|k| at(index + k) * tap(offset - k as f32)).sum::<f32>().abs()
        })
        .fold(0.0, f32::max)
}
