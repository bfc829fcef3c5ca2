//! What the voice gives: five values for each bin of 20 Hz and each column of 12.5 ms.

/// Bins of a column, from 0 to 12,000 Hz.
pub(in crate::sing) const BINS: usize = 601;

/// One column. Each slice has [`BINS`] values.
#[derive(Clone, Default)]
pub(in crate::sing) struct Column {
    /// Logarithm of what colours the pulses.
    pub(in crate::sing) harmonics: Vec<f32>,
    /// Phase of the pulses, before tanh and times pi.
    pub(in crate::sing) theta: Vec<f32>,
    /// Logarithm of the level of noise.
    pub(in crate::sing) noise: Vec<f32>,
    /// Logarithm of the level of what has a phase of its own: breath, bursts.
    pub(in crate::sing) free: Vec<f32>,
    /// That phase in radians.
    pub(in crate::sing) phi: Vec<f32>,
}

/// What colours the pulses of a line, column by column.
pub(in crate::sing) trait Throat {
    /// How many columns there are.
    fn count(&self) -> usize;

    /// One of them.
    fn column(&mut self, index: usize) -> &Column;
}

impl Throat for Spectra {
    fn count(&self) -> usize {
        self.columns.len()
    }

    fn column(&mut self, index: usize) -> &Column {
        &self.columns[index]
    }
}

/// The columns of a line.
#[derive(Clone, Default)]
pub(in crate::sing) struct Spectra {
    pub(in crate::sing) columns: Vec<Column>,
}

impl Spectra {
    /// Turns rows of bins, as the model gives them, into columns.
    pub(super) fn from_bins(count: usize, rows: [Vec<f32>; 5]) -> Self {
        let [harmonics, theta, noise, free, phi] = rows;
        let column = |row: &[f32], at: usize| (0..BINS).map(|bin| row[bin * count + at]).collect();
        let columns = (0..count).map(|at| Column {
            harmonics: column(&harmonics, at),
            theta: column(&theta, at),
            noise: column(&noise, at),
            free: column(&free, at),
            phi: column(&phi, at),
        });
        Self { columns: columns.collect() }
    }
}

impl Column {
    pub(in crate::sing) fn silence() -> Self {
        let silence = || vec![0.0; BINS];
        Self { harmonics: silence(), theta: silence(), noise: silence(), free: silence(), phi: silence() }
    }

    /// Makes everything louder by so many nepers.
    pub(in crate::sing) fn lift(&mut self, nepers: f32) {
        for levels in [&mut self.harmonics, &mut self.noise, &mut self.free] {
            levels.iter_mut().for_each(|level| *level += nepers);
        }
    }

    /// Becomes the column `share` of the way from one to the next; phi is that of the nearer.
    pub(in crate::sing) fn become_between(&mut self, one: &Self, next: &Self, share: f32) {
        let mix = |own: &mut [f32], left: &[f32], right: &[f32]| {
            for (own, (left, right)) in own.iter_mut().zip(left.iter().zip(right)) {
                *own = left + (right - left) * share;
            }
        };
        mix(&mut self.harmonics, &one.harmonics, &next.harmonics);
        mix(&mut self.theta, &one.theta, &next.theta);
        mix(&mut self.noise, &one.noise, &next.noise);
        mix(&mut self.free, &one.free, &next.free);
        self.phi.copy_from_slice(if share < 0.5 { &one.phi } else { &next.phi });
    }

    /// Becomes another column with every frequency moved as the warp says.
    pub(in crate::sing) fn become_warped(&mut self, from: &Self, warp: &Warp) {
        warp.apply(&from.harmonics, &mut self.harmonics);
        warp.apply(&from.theta, &mut self.theta);
        warp.apply(&from.noise, &mut self.noise);
        warp.apply(&from.free, &mut self.free);
        warp.apply(&from.phi, &mut self.phi);
    }
}

/// Frequencies times `alpha`: below 1 the throat sounds longer.
pub(in crate::sing) struct Warp {
    pub(in crate::sing) alpha: f32,
    /// For each bin the lower of the two it is read from, and the share of the upper.
    places: Vec<(usize, f32)>,
}

impl Warp {
    pub(in crate::sing) fn new(alpha: f32) -> Self {
        let place = |bin: usize| {
            let at = (bin as f32 / alpha).min(BINS as f32 - 1.001);
            (at as usize, at.fract())
        };
        Self { alpha, places: (0..BINS).map(place).collect() }
    }

    fn apply(&self, values: &[f32], warped: &mut [f32]) {
        for (out, &(low, share)) in warped.iter_mut().zip(&self.places) {
            *out = values[low] + (values[low + 1] - values[low]) * share;
        }
    }
}
