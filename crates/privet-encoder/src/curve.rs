//! Curves of real numbers, made of additions, products and quotients alone: the same bits
//! on every machine, and many at once where the processor can.

/// The exponential function, to within two parts in a million, between minus 87 and 87;
/// further out as at these ends.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUNDER;
    let whole = shifted - ROUNDER;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let mut sum = 1.388_89e-3;
    for factor in [8.333_34e-3, 4.166_666_6e-2, 1.666_666_7e-1, 0.5, 1.0, 1.0] {
        sum = sum * rest + factor;
    }
    // The last bits of what was shifted are the whole number. A cast would check for more
    // than can be, one number at a time.
    sum * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// How far a neuron opens: within 0.005 of GELU (Hendrycks and Gimpel, 2016), and much
/// cheaper. The encoder is taught with this very curve.
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    let z = x.clamp(-OPEN_AT, OPEN_AT);
    let square = z * z;
    x * (0.5
        + z * (OPENING[0] + square * (OPENING[1] + square * (OPENING[2] + square * OPENING[3]))))
}

/// The slope of [`gelu`].
#[inline(always)]
pub fn gelu_slope(x: f32) -> f32 {
    let z = x.clamp(-OPEN_AT, OPEN_AT);
    let square = z * z;
    let [a, b, c, d] = OPENING;
    let open = 0.5 + z * (a + square * (b + square * (c + square * d)));
    let steep = a + square * (3.0 * b + square * (5.0 * c + square * 7.0 * d));
    if x == z { open + x * steep } else { open }
}

/// Adding and taking away this rounds to a whole number.
pub(crate) const ROUNDER: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Beyond this a neuron is open, or shut.
const OPEN_AT: f32 = 3.0;
/// The odd powers of a curve from 0 at `-OPEN_AT` to 1 at `OPEN_AT`, level at both.
const OPENING: [f32; 4] = [0.388_889_6, -0.053_919_21, 0.004_780_374_5, -0.000_170_316];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_true_curves() {
        for step in -8000..8000 {
            let x = step as f32 / 100.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) / want - 1.0).abs() < 2e-6, "{x}");
        }
        assert!(exp(-1e9) < 1e-37 && exp(1e9).is_finite());
        for (x, want) in [(0.0, 0.0), (1.0, 0.841_345), (-1.0, -0.158_655), (-2.0, -0.0455)] {
            assert!((gelu(x) - want).abs() < 5e-3, "{x}");
        }
        assert!((gelu(5.0) - 5.0).abs() < 1e-4 && gelu(-5.0).abs() < 1e-4);
        for x in [-4.0f32, -2.9, -0.7, 0.1, 2.0, 3.5] {
            let slope = (gelu(x + 1e-2) - gelu(x - 1e-2)) / 2e-2;
            assert!((gelu_slope(x) - slope).abs() < 1e-3, "{x}");
        }
    }
}
