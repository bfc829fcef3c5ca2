//! Spectra of overlapping windows of a sound.

use realfft::RealFftPlanner;

/// Calls `hear` with the magnitudes of each window of `size` samples (a power of two), one every `hop`.
pub(super) fn each_spectrum(sound: &[f32], size: usize, hop: usize, mut hear: impl FnMut(&[f32])) {
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(size);
    let window: Vec<f32> =
        (0..size).map(|at| 0.5 - 0.5 * (std::f32::consts::TAU * at as f32 / size as f32).cos()).collect();
    let (mut input, mut output) = (transform.make_input_vec(), transform.make_output_vec());
    let mut magnitudes = vec![0.0; output.len()];
    for start in (0..sound.len()).step_by(hop) {
        let heard = &sound[start..(start + size).min(sound.len())];
        input.fill(0.0);
        input
            .iter_mut()
            .zip(heard)
            .zip(&window)
            .for_each(|((input, sample), weight)| *input = sample * weight);
        if transform.process(&mut input, &mut output).is_ok() {
            magnitudes.iter_mut().zip(&output).for_each(|(magnitude, bin)| *magnitude = bin.norm());
            hear(&magnitudes);
        }
    }
}
