//! The loudness of the song, in as many steps as a picture needs.

/// The quietest step still shows.
const FLOOR: f32 = 0.07;

pub(super) struct Envelope {
    steps: Vec<f32>,
}

impl Envelope {
    pub(super) fn new(energy: &[f32]) -> Self {
        if energy.is_empty() {
            let swell = (0..64).map(|step| 0.35 + 0.65 * (step as f32 / 63.0 * std::f32::consts::PI).sin());
            return Self { steps: swell.collect() };
        }
        let steps: Vec<f32> =
            energy.iter().map(|&e| if e.is_finite() { e.clamp(0.0, 1.0) } else { 0.0 }).collect();
        Self { steps }
    }

    /// `count` values from `FLOOR` to 1; the loudest is 1. Loudness is spread so that differences can be seen.
    pub(super) fn bars(&self, count: usize) -> Vec<f32> {
        let means: Vec<f32> = (0..count).map(|bar| self.mean(bar, count)).collect();
        let loudest = means.iter().copied().fold(0.02, f32::max);
        let quietest = means.iter().copied().fold(loudest, f32::min) * 0.7;
        let spread = (loudest - quietest).max(0.02);
        means
            .iter()
            .map(|mean| FLOOR + (1.0 - FLOOR) * ((mean - quietest) / spread).clamp(0.0, 1.0))
            .collect()
    }

    fn mean(&self, bar: usize, count: usize) -> f32 {
        let length = self.steps.len();
        let start = bar * length / count;
        let end = ((bar + 1) * length / count).max(start + 1);
        let part = &self.steps[start..end];
        part.iter().sum::<f32>() / part.len() as f32
    }
}

/// Values averaged with their neighbours, `reach` on each side.
pub(super) fn smooth(values: &[f32], reach: usize) -> Vec<f32> {
    (0..values.len())
        .map(|index| {
            let part = &values[index.saturating_sub(reach)..(index + reach + 1).min(values.len())];
            part.iter().sum::<f32>() / part.len() as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_follow_the_song_whatever_its_length() {
        for length in [1, 2, 5, 64, 1_000] {
            let rising: Vec<f32> = (0..length).map(|step| step as f32 / length as f32).collect();
            let bars = Envelope::new(&rising).bars(48);
            assert_eq!(bars.len(), 48);
            assert!(bars.iter().all(|bar| (FLOOR..=1.0).contains(bar)));
            assert!(bars.windows(2).all(|pair| pair[0] <= pair[1]), "{length}");
        }
    }
}
