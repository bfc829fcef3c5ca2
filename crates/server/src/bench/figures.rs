//! Percentiles, medians and tables.

use std::time::Duration;

use crate::cli::{Failure, say};

/// How long each of many answers took, to the microsecond.
#[derive(Clone, Default)]
pub(super) struct Latencies {
    micros: Vec<u32>,
}

impl Latencies {
    /// Notes one.
    pub fn add(&mut self, took: Duration) {
        self.micros.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Takes over those of another.
    pub fn merge(&mut self, mut other: Self) {
        self.micros.append(&mut other.micros);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.micros.len()
    }

    /// Milliseconds that `percent` of the answers took no longer than (nearest rank); 0 without any.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank is at most the number of answers"
        )]
        let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
        sorted.get(rank.max(1) - 1).map_or(0.0, |&micros| f64::from(micros) / 1_000.0)
    }

    /// The 50th, 95th and 99th percentiles and the longest, as a table shows them.
    pub fn cells(&self) -> [String; 4] {
        [50.0, 95.0, 99.0, 100.0].map(|percent| format!("{:.2}", self.percentile(percent)))
    }
}

/// The headings of [`Latencies::cells`].
pub(super) const LATENCY_HEADINGS: [&str; 4] = ["p50 ms", "p95 ms", "p99 ms", "max ms"];

/// The middle one, or the mean of the two in the middle; 0 without any.
pub(super) fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// The middle one of the ratios of what was measured side by side.
pub(super) fn median_ratio(of: &[f64], to: &[f64]) -> f64 {
    median(&of.iter().zip(to).map(|(of, to)| of / to).collect::<Vec<_>>())
}

/// `0.423` as `42 %`.
pub(super) fn percent(ratio: f64) -> String {
    format!("{:.0} %", ratio * 100.0)
}

/// `1234567.0` as `1,234,567`.
pub(super) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of things, for dividing by.
#[expect(clippy::cast_precision_loss, reason = "nothing is counted to 2^53 here")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}

/// The root mean square of two channels.
#[expect(clippy::cast_precision_loss, reason = "a song has fewer than 2^53 samples")]
pub(crate) fn root_mean_square(left: &[f32], right: &[f32]) -> f64 {
    let power: f64 = left.iter().chain(right).map(|&sample| f64::from(sample) * f64::from(sample)).sum();
    (power / (left.len() + right.len()).max(1) as f64).sqrt()
}

/// Prints rows of cells, the first column to the left, the others to the right.
pub(super) fn print_table(rows: &[Vec<String>]) -> Result<(), Failure> {
    table(rows).iter().try_for_each(|line| say(line))
}

fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// A row of a table.
pub(super) fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_an_answer_that_was_given() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(99.0).to_bits(), 0.0_f64.to_bits());
        for millis in (1..=200).rev() {
            latencies.add(Duration::from_millis(millis));
        }
        let found = [0.0, 50.0, 95.0, 99.0, 100.0].map(|percent| latencies.percentile(percent));
        assert_eq!(found, [1.0, 100.0, 190.0, 198.0, 200.0]);
    }

    #[test]
    fn a_median_stands_in_the_middle() {
        assert_eq!([median(&[]), median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0])], [0.0, 2.0, 2.5]);
        assert_eq!(median_ratio(&[1.0, 9.0, 4.0], &[2.0, 10.0, 10.0]), 0.5);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown = [7.0, 999.4, 1_000.0, 12_345.6, 1_234_567.0].map(thousands);
        assert_eq!(shown, ["7", "999", "1,000", "12,346", "1,234,567"]);
    }

    #[test]
    fn a_table_lines_up() {
        let lines = table(&[row(["", "per second"]), row(["bare", "9"])]);
        assert_eq!(lines, ["      per second", "bare           9"]);
    }

    #[test]
    fn a_full_square_wave_is_as_loud_as_can_be() {
        assert_eq!(root_mean_square(&[1.0, -1.0], &[-1.0, 1.0]).to_bits(), 1.0_f64.to_bits());
        assert!(root_mean_square(&[], &[]).abs() < f64::MIN_POSITIVE);
    }
}
