//! Integrated loudness by ITU-R BS.1770-5 for many gain curves at once: what the ear hears of each cell is found once,
//! and a curve then only weighs the cells.

use super::Stereo;
use super::limiter::CELL;

/// The weighting's two filters at 44.1 kHz (annex 1; the coefficients are for 48 kHz, hence by their analogue shape).
struct Weighting {
    shelf: ([f64; 3], [f64; 2]),
    cut: ([f64; 3], [f64; 2]),
}

impl Weighting {
    fn new() -> Self {
        let rate = f64::from(crate::SAMPLE_RATE);
        let tangent = |hertz: f64| (std::f64::consts::PI * hertz / rate).tan();
        let (k, quality) = (tangent(1_681.974_450_955_533), 0.707_175_236_955_419_6);
        let high = 10.0_f64.powf(3.999_843_853_973_347 / 20.0);
        let band = high.powf(0.499_666_774_154_541_6);
        let whole = 1.0 + k / quality + k * k;
        let shelf = (
            [
                (high + band * k / quality + k * k) / whole,
                2.0 * (k * k - high) / whole,
                (high - band * k / quality + k * k) / whole,
            ],
            [2.0 * (k * k - 1.0) / whole, (1.0 - k / quality + k * k) / whole],
        );
        let (k, quality) = (tangent(38.135_470_876_024_44), 0.500_327_037_323_877_3);
        let whole = 1.0 + k / quality + k * k;
        let cut = ([1.0, -2.0, 1.0], [2.0 * (k * k - 1.0) / whole, (1.0 - k / quality + k * k) / whole]);
        Self { shelf, cut }
    }
}

/// The weighted energy of each cell, both channels together, gathered while the mix goes by.
pub(super) struct Survey {
    weighting: Weighting,
    memory: [[f64; 2]; 4],
    cells: Vec<f32>,
}

impl Survey {
    pub(super) fn new() -> Self {
        Self { weighting: Weighting::new(), memory: [[0.0; 2]; 4], cells: Vec::new() }
    }

    /// Takes the samples in a range that begins at a cell.
    pub(super) fn take(&mut self, mix: &Stereo, range: std::ops::Range<usize>) {
        let Weighting { shelf, cut } = &self.weighting;
        let channels = mix.left[range.clone()].chunks(CELL).zip(mix.right[range].chunks(CELL));
        for (left, right) in channels {
            let mut energy = 0.0;
            for (left, right) in left.iter().zip(right) {
                let mut pair = [f64::from(*left), f64::from(*right)];
                let [first, second, third, fourth] = &mut self.memory;
                step(shelf, first, second, &mut pair);
                step(cut, third, fourth, &mut pair);
                energy += pair[0] * pair[0] + pair[1] * pair[1];
            }
            self.cells.push(energy as f32);
        }
    }

    /// Loudness in LUFS under a gain and a limiter; nothing if all is silent.
    pub(super) fn loudness(&self, gain: f32, limiter: &[f32]) -> Option<f64> {
        let weighed = self.cells.iter().zip(limiter.windows(2)).map(|(energy, ends)| {
            let mean = f64::from(gain) * 0.5 * f64::from(ends[0] + ends[1]);
            f64::from(*energy) * mean * mean
        });
        gated(&hops(&weighed.collect::<Vec<_>>()))
    }
}

/// The integrated loudness of a sound in LUFS; nothing if all is silent.
pub(crate) fn loudness_of(sound: &Stereo) -> Option<f64> {
    let mut survey = Survey::new();
    survey.take(sound, 0..sound.left.len().min(sound.right.len()));
    survey.loudness(1.0, &vec![1.0; survey.cells.len() + 1])
}

/// One filter over both channels, transposed form II.
#[inline(always)]
fn step((b, a): &([f64; 3], [f64; 2]), first: &mut [f64; 2], second: &mut [f64; 2], pair: &mut [f64; 2]) {
    for channel in 0..2 {
        let input = pair[channel];
        let out = b[0] * input + first[channel];
        first[channel] = b[1] * input - a[0] * out + second[channel];
        second[channel] = b[2] * input - a[1] * out;
        pair[channel] = out;
    }
}

/// Mean power over each tenth of a second.
fn hops(cells: &[f64]) -> Vec<f64> {
    let tenth = f64::from(crate::SAMPLE_RATE) / 10.0 / CELL as f64;
    let edge = |hop: usize| (hop as f64 * tenth).round() as usize;
    let whole = (cells.len() as f64 / tenth) as usize;
    let mean = |hop: usize| {
        let cells = &cells[edge(hop)..edge(hop + 1).min(cells.len())];
        cells.iter().sum::<f64>() / (cells.len().max(1) * CELL) as f64
    };
    (0..whole).map(mean).collect()
}

/// The mean of blocks of four hops above -70 LUFS and above 10 LU under the mean of those.
fn gated(hops: &[f64]) -> Option<f64> {
    let lufs = |power: f64| -0.691 + 10.0 * power.log10();
    let blocks: Vec<f64> = hops.windows(4).map(|four| four.iter().sum::<f64>() / 4.0).collect();
    let mean_above = |gate: f64| {
        let loud: Vec<f64> = blocks.iter().copied().filter(|power| lufs(*power) > gate).collect();
        (!loud.is_empty()).then(|| lufs(loud.iter().sum::<f64>() / loud.len() as f64))
    };
    mean_above(mean_above(-70.0)? - 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebur128::{EbuR128, Mode};

    #[test]
    fn it_agrees_with_another_meter() {
        let mut noise = crate::synth::Noise::new(7);
        let loud = |at: usize| if (at / 40_000).is_multiple_of(3) { 0.4 } else { 0.03 };
        let mut channel = || -> Vec<f32> { (0..441_000).map(|at| noise.next() * loud(at)).collect() };
        let mix = Stereo { left: channel(), right: channel() };
        let mut survey = Survey::new();
        survey.take(&mix, 0..32_768);
        survey.take(&mix, 32_768..441_000);
        let found = survey.loudness(0.5, &vec![1.0; survey.cells.len() + 1]).expect("a loudness");
        let mut meter = EbuR128::new(2, crate::SAMPLE_RATE, Mode::I).expect("a meter");
        let halved = |channel: &[f32]| channel.iter().map(|sample| 0.5 * sample).collect::<Vec<_>>();
        meter.add_frames_planar_f32(&[&halved(&mix.left), &halved(&mix.right)]).expect("frames");
        let meant = meter.loudness_global().expect("a loudness");
        assert!((found - meant).abs() < 0.03, "{found} and {meant}");
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut survey = Survey::new();
        survey.take(&Stereo::silence(44_100), 0..44_100);
        assert_eq!(survey.loudness(1.0, &vec![1.0; 2000]), None);
    }
}
