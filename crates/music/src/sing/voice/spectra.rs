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
    /// The column `share` of the way from this one to `next`; phi is that of the nearer.
    pub(in crate::sing) fn blend(&self, next: &Self, share: f32) -> Self {
        let mix = |left: &[f32], right: &[f32]| {
            left.iter().zip(right).map(|(left, right)| left + (right - left) * share).collect()
        };
        Self {
            harmonics: mix(&self.harmonics, &next.harmonics),
            theta: mix(&self.theta, &next.theta),
            noise: mix(&self.noise, &next.noise),
            free: mix(&self.free, &next.free),
            phi: if share < 0.5 { self.phi.clone() } else { next.phi.clone() },
        }
    }

    /// Every frequency moved as the warp says.
    pub(in crate::sing) fn shift_formants(&mut self, warp: &Warp) {
        for values in [&mut self.harmonics, &mut self.theta, &mut self.noise, &mut self.free, &mut self.phi] {
            *values = warp.apply(values);
        }
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

    fn apply(&self, values: &[f32]) -> Vec<f32> {
        let read = |&(low, share): &(usize, f32)| values[low] + (values[low + 1] - values[low]) * share;
        self.places.iter().map(read).collect()
    }
}
