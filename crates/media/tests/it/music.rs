//! Music of our own making, the same every time.

/// `count` samples of something like music, in 16-bit steps: a bass, a chord that changes twice a second, a soft noise
/// that keeps time, wider on top than below. The peak stays under 0.9.
pub fn music(count: usize) -> (Vec<f32>, Vec<f32>) {
    const CHORDS: [[f32; 3]; 4] =
        [[220.0, 261.63, 329.63], [174.61, 220.0, 261.63], [196.0, 246.94, 293.66], [164.81, 207.65, 246.94]];
    let mut noise = Noise(1);
    let sample = |index: usize, noise: &mut Noise| {
        let seconds = index as f32 / 44_100.0;
        let beat = index % 22_050;
        let decay = (-(beat as f32) / 9_000.0).exp();
        let chord = CHORDS[index / 22_050 % 4];
        let sine = |hertz: f32| (std::f32::consts::TAU * (hertz * seconds).fract()).sin();
        let tones: f32 =
            chord.iter().map(|&hertz| sine(hertz) + 0.4 * sine(hertz * 2.0) + 0.2 * sine(hertz * 3.0)).sum();
        let hiss = noise.next() * (-(beat as f32) / 1_200.0).exp();
        let centre = 0.09 * tones * decay + 0.25 * sine(chord[0] / 4.0) + 0.08 * hiss;
        let side = 0.06 * sine(chord[2] * 1.5) * decay;
        (centre + side, centre - side)
    };
    (0..count).map(|index| sample(index, &mut noise)).map(|(l, r)| (sixteen_bit(l), sixteen_bit(r))).unzip()
}

/// The nearest value that 16 bits can hold.
pub fn sixteen_bit(sample: f32) -> f32 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) / 32_768.0
}

/// White noise in -1..1, the same every time.
pub struct Noise(pub u32);

impl Noise {
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}
