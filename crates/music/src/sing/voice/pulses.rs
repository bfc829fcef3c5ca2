//! The sound of the vocal cords: all harmonics of a changing pitch, as loud as each other.

use super::fast::sin_turns;
use super::{HOP, RATE};
use rten_simd::{Isa, SimdOp};

/// No harmonic above this, in Hz.
const TOP: f64 = 11_000.0;
/// Below this the cords do not swing, in Hz.
const LOWEST: f64 = 40.0;

/// Pulses for a pitch in Hz for each column; 0 is voiceless.
pub(super) fn pulses(f0: &[f32]) -> Vec<f32> {
    let mut phase = 0.0_f64;
    let mut pulses = vec![0.0; f0.len() * HOP];
    let mut angles = [Angle::default(); HOP];
    for (number, row) in pulses.chunks_mut(HOP).enumerate() {
        for (within, angle) in angles.iter_mut().enumerate() {
            let hertz = pitch(f0, number * HOP + within);
            phase += hertz.max(LOWEST) / RATE;
            // No step is a whole turn.
            phase -= if phase >= 1.0 { 1.0 } else { 0.0 };
            *angle = Angle::new(hertz, phase);
        }
        Kernel { angles: &angles, row }.dispatch();
    }
    pulses
}

/// Between the centres of columns the pitch moves in a straight line.
fn pitch(f0: &[f32], sample: usize) -> f64 {
    let at = sample + HOP / 2;
    let (next, within) = (at / HOP, at % HOP);
    let column = |at: usize| f64::from(f0[at.min(f0.len() - 1)]).max(0.0);
    let (low, high) = (column(next.saturating_sub(1)), column(next));
    low + (high - low) * (within as f64 + 0.5) / HOP as f64
}

/// Where in a swing a sample lies.
#[derive(Clone, Copy, Default)]
struct Angle {
    /// Harmonics up to [`TOP`].
    count: f32,
    /// Half of the phase, and half a harmonic more than there are; both in turns.
    half: f32,
    above: f32,
    /// 1, or 0 for silence.
    voiced: f32,
}

impl Angle {
    /// At a phase of 0 to 1 turn.
    #[inline(always)]
    fn new(hertz: f64, phase: f64) -> Self {
        let count = (TOP / hertz.max(LOWEST)) as i32;
        // The pulse is even about its middle: near it single precision is fine enough.
        let near = if phase > 0.5 { phase - 1.0 } else { phase };
        let turns = (f64::from(count) + 0.5) * near;
        Self {
            count: count as f32,
            half: (near / 2.0) as f32,
            above: (turns - f64::from(turns as i32)) as f32,
            voiced: if hertz > LOWEST { 1.0 } else { 0.0 },
        }
    }
}

/// The sums of all cosines up to [`TOP`], in closed form (Dirichlet's kernel), for a row of samples.
struct Kernel<'a> {
    angles: &'a [Angle],
    row: &'a mut [f32],
}

impl SimdOp for Kernel<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        for (out, angle) in self.row.iter_mut().zip(self.angles) {
            let below = 2.0 * sin_turns(angle.half);
            let is_middle = below.abs() <= 0.002;
            let ratio = sin_turns(angle.above) / if is_middle { 1.0 } else { below } - 0.5;
            *out = angle.voiced * if is_middle { angle.count } else { ratio };
        }
    }
}
