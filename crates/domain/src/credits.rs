//! What orders cost, in credits.
//!
//! A credit has six decimals, always: amounts are whole millionths, never floats, so that sums are exact and no order
//! of adding matters.

use std::fmt;
use std::str::FromStr;

/// Millionths in a credit.
const ONE: i64 = 1_000_000;

/// An amount of credits, in whole millionths. It may be negative: what is taken back is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Credits(i64);

impl Credits {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest amount that can be written down: 10^12 credits. A handful of them can still be added up.
    pub const MOST: Self = Self(1_000_000_000_000 * ONE);

    /// So many whole credits.
    #[must_use]
    pub const fn whole(credits: u32) -> Self {
        Self(credits as i64 * ONE)
    }

    /// So many millionths of a credit.
    #[must_use]
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// The amount in millionths of a credit.
    #[must_use]
    pub const fn as_millionths(self) -> i64 {
        self.0
    }

    /// Both together; `None` if no amount is so large.
    #[must_use]
    pub const fn plus(self, more: Self) -> Option<Self> {
        match self.0.checked_add(more.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// What is left without `less`, which may be below zero; `None` if no amount is so small.
    #[must_use]
    pub const fn minus(self, less: Self) -> Option<Self> {
        match self.0.checked_sub(less.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

/// As a decimal number without trailing zeros: `12`, `0.5`, `-0.000001`.
impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, millionths) =
            (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        let sign = if self.is_negative() { "-" } else { "" };
        let decimals = format!("{millionths:06}");
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        f.pad(&format!("{sign}{whole}{point}{decimals}"))
    }
}

/// The text is no amount of credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a number of credits with at most six decimals, such as 12 or 0.5, and at most 1000000000000"
)]
pub struct NotCredits;

impl FromStr for Credits {
    type Err = NotCredits;

    fn from_str(text: &str) -> Result<Self, NotCredits> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) || decimals.len() > 6 {
            return Err(NotCredits);
        }
        let whole: i64 = whole.parse().map_err(|_| NotCredits)?;
        let millionths: i64 = format!("{decimals:0<6}").parse().map_err(|_| NotCredits)?;
        let amount = whole.checked_mul(ONE).and_then(|whole| whole.checked_add(millionths));
        let amount = amount.filter(|amount| *amount <= Self::MOST.0).ok_or(NotCredits)?;
        Ok(Self(sign * amount))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_written_as_people_write_it() {
        for (text, millionths) in [
            ("0", 0),
            ("1", 1_000_000),
            ("0.5", 500_000),
            ("-0.000001", -1),
            ("12.34", 12_340_000),
            ("1000000000000", Credits::MOST.0),
        ] {
            assert_eq!(text.parse(), Ok(Credits(millionths)));
            assert_eq!(Credits(millionths).to_string(), text);
        }
        assert_eq!("0.50".parse(), Ok(Credits(500_000)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for wrong in [
            "",
            "-",
            ".",
            "1.",
            ".5",
            "+1",
            "1e3",
            "0.0000001",
            "1,5",
            " 1",
            "--1",
            "1000000000000.000001",
            "99999999999999999999",
            "inf",
        ] {
            assert_eq!(wrong.parse::<Credits>(), Err(NotCredits), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millionths in -Credits::MOST.0..=Credits::MOST.0) {
            prop_assert_eq!(Credits(millionths).to_string().parse(), Ok(Credits(millionths)));
        }
    }
}
