//! Peaks for players: the data format of BBC's audiowaveform, version 2, as JSON (its `doc/DataFormat.md`), which
//! Peaks.js reads as it is and wavesurfer.js as peaks, each value divided by 128.

use std::fmt::Write as _;

/// Samples that one pair of peaks stands for: 23 ms, so that a screen shows three quarters of a minute unscaled.
const SAMPLES_PER_PIXEL: usize = 1024;

/// The lowest and the highest sample of each stretch of both channels' middle, in 8 bits.
pub fn waveform(left: &[f32], right: &[f32]) -> String {
    let length = left.len().min(right.len()).div_ceil(SAMPLES_PER_PIXEL);
    let mut out = String::with_capacity(length * 8 + 128);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        r#"{{"version":2,"channels":1,"sample_rate":{},"samples_per_pixel":{SAMPLES_PER_PIXEL},"bits":8,"length":{length},"data":["#,
        crate::SAMPLE_RATE
    );
    for (index, (left, right)) in
        left.chunks(SAMPLES_PER_PIXEL).zip(right.chunks(SAMPLES_PER_PIXEL)).enumerate()
    {
        let middle = left.iter().zip(right).map(|(left, right)| 0.5 * (left + right));
        let (low, high) =
            middle.fold((f32::MAX, f32::MIN), |(low, high), sample| (low.min(sample), high.max(sample)));
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}{},{}", eight_bit(low), eight_bit(high));
    }
    out.push_str("]}");
    out
}

/// The cast saturates.
fn eight_bit(sample: f32) -> i8 {
    (sample * 128.0).floor() as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stretch_has_its_lowest_and_highest() {
        let mut left = vec![0.0; 2_500];
        (left[10], left[1_030], left[2_400]) = (0.5, -1.0, 1.0);
        let told: serde_json::Value = serde_json::from_str(&waveform(&left, &left)).expect("JSON");
        assert_eq!(told["length"], 3);
        assert_eq!(told["samples_per_pixel"], 1_024);
        assert_eq!(told["data"], serde_json::json!([0, 64, -128, 0, 0, 127]));
        assert_eq!(
            (told["version"].clone(), told["channels"].clone(), told["bits"].clone()),
            (2.into(), 1.into(), 8.into())
        );
        let empty: serde_json::Value = serde_json::from_str(&waveform(&[], &[])).expect("JSON");
        assert_eq!((empty["length"].clone(), empty["data"].clone()), (0.into(), serde_json::json!([])));
    }
}
