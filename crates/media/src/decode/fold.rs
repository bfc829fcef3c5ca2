//! Any number of channels into two.

use symphonia::core::audio::{ChannelLabel, Channels, Position};

/// -3 dB: what both speakers give of a source between them (ITU-R BS.775-4, table 2).
const SHARED: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// How loud each channel is on the left and on the right.
pub(super) fn gains(channels: &Channels) -> Vec<(f32, f32)> {
    match channels.count() {
        1 => vec![(1.0, 1.0)],
        2 => vec![(1.0, 0.0), (0.0, 1.0)],
        _ => normalised(placed(channels)),
    }
}

fn placed(channels: &Channels) -> Vec<(f32, f32)> {
    match channels {
        // Planes lie in the order of their bits.
        Channels::Positioned(positions) => positions.iter().map(gain).collect(),
        Channels::Custom(labels) => labels
            .iter()
            .map(|label| match label {
                ChannelLabel::Positioned(position) => gain(*position),
                _ => (SHARED, SHARED),
            })
            .collect(),
        other => vec![(SHARED, SHARED); other.count()],
    }
}

fn gain(position: Position) -> (f32, f32) {
    const LEFT: Position = Position::FRONT_LEFT;
    const RIGHT: Position = Position::FRONT_RIGHT;
    match position {
        LEFT => (1.0, 0.0),
        RIGHT => (0.0, 1.0),
        Position::SIDE_LEFT
        | Position::REAR_LEFT
        | Position::FRONT_LEFT_CENTER
        | Position::FRONT_LEFT_WIDE => (SHARED, 0.0),
        Position::SIDE_RIGHT
        | Position::REAR_RIGHT
        | Position::FRONT_RIGHT_CENTER
        | Position::FRONT_RIGHT_WIDE => (0.0, SHARED),
        Position::LFE1 | Position::LFE2 => (0.0, 0.0),
        _ => (SHARED, SHARED),
    }
}

/// Scales so that full scale in every channel is full scale in the fold.
fn normalised(mut gains: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    let (left, right) = gains.iter().fold((0.0, 0.0), |(l, r), gain| (l + gain.0, r + gain.1));
    let scale = 1.0 / f32::max(left, right).max(1.0);
    gains.iter_mut().for_each(|gain| *gain = (gain.0 * scale, gain.1 * scale));
    gains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surround_folds_without_clipping_and_without_its_bass_channel() {
        let five_one = Channels::Positioned(
            Position::FRONT_LEFT
                | Position::FRONT_RIGHT
                | Position::FRONT_CENTER
                | Position::LFE1
                | Position::SIDE_LEFT
                | Position::SIDE_RIGHT,
        );
        let gains = gains(&five_one);
        assert_eq!(gains.len(), 6);
        assert!((gains.iter().map(|gain| gain.0).sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((gains.iter().map(|gain| gain.1).sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(gains[0].0 > gains[2].0 && gains[0].1 == 0.0, "left stays left");
        assert_eq!(gains[3], (0.0, 0.0));
        assert_eq!(gains[2].0, gains[2].1);
    }
}
