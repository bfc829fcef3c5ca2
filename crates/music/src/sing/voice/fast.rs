//! Exponentials and sines by polynomials: quick, since compilers do many at once, and the same on every machine.

/// Adding and taking this away rounds a small number to the nearest whole one.
const ROUNDER: f32 = 12_582_912.0;

/// e to the power of `x`, for -80 to 80; right to 2 parts in ten million.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let power = x.clamp(-80.0, 80.0) * std::f32::consts::LOG2_E;
    let whole = (power + ROUNDER) - ROUNDER;
    // Taylor's series of 2^part, part within a half.
    let part = (power - whole) * std::f32::consts::LN_2;
    let series = 1.0
        + part
            * (1.0
                + part
                    * (0.5 + part * (1.0 / 6.0 + part * (1.0 / 24.0 + part * (1.0 / 120.0 + part / 720.0)))));
    f32::from_bits((((whole as i32) + 127) << 23) as u32) * series
}

/// The sine of so many turns, up to thousands; right to a ten millionth near 0.
#[inline(always)]
pub(super) fn sin_turns(turns: f32) -> f32 {
    let halves = (2.0 * turns + ROUNDER) - ROUNDER;
    let x = (turns - 0.5 * halves) * std::f32::consts::TAU;
    let square = x * x;
    let series = x
        * (1.0
            + square
                * (-1.0 / 6.0
                    + square
                        * (1.0 / 120.0
                            + square
                                * (-1.0 / 5_040.0 + square * (1.0 / 362_880.0 - square / 39_916_800.0)))));
    f32::from_bits(series.to_bits() ^ ((halves as i32 as u32) << 31))
}

/// The cosine of so many turns.
#[inline(always)]
pub(super) fn cos_turns(turns: f32) -> f32 {
    sin_turns(turns + 0.25)
}

/// The hyperbolic tangent.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (exp(2.0 * x) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_as_good_as_needed() {
        for step in -4000..4000 {
            let x = step as f32 / 400.0;
            let true_x = f64::from(x);
            assert!((f64::from(exp(x)) / true_x.exp() - 1.0).abs() < 1e-6, "exp {x}");
            let wanted = (true_x * std::f64::consts::TAU).sin();
            assert!((f64::from(sin_turns(x)) - wanted).abs() < 3e-6, "sin {x}");
            assert!(
                (f64::from(cos_turns(x)) - (true_x * std::f64::consts::TAU).cos()).abs() < 3e-6,
                "cos {x}"
            );
            assert!((f64::from(tanh(x)) - true_x.tanh()).abs() < 1e-6, "tanh {x}");
        }
    }
}
