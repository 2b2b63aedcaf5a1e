//! Curves of real numbers, made of additions, products and quotients alone: the same bits
//! on every machine, and many at once where the processor can.

/// The exponential function, to within one part in a million, between minus 87 and 87;
/// further out as at these ends.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 87.0);
    // Adding and taking away a large number rounds to a whole one.
    let whole = (x * std::f32::consts::LOG2_E + ROUNDER) - ROUNDER;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let mut sum = 1.388_89e-3;
    for factor in [8.333_34e-3, 4.166_666_6e-2, 1.666_666_7e-1, 0.5, 1.0, 1.0] {
        sum = sum * rest + factor;
    }
    sum * f32::from_bits(((whole as i32 + 127) << 23) as u32)
}

/// How far a neuron opens (GELU; Hendrycks and Gimpel, 2016), in the form with `tanh`.
#[inline(always)]
pub fn gelu(x: f32) -> f32 {
    x * opening(x)
}

/// The slope of [`gelu`].
#[inline(always)]
pub fn gelu_slope(x: f32) -> f32 {
    let open = opening(x);
    open + x * open * (1.0 - open) * GELU_SCALE * (1.0 + 3.0 * GELU_CUBE * x * x)
}

#[inline(always)]
fn opening(x: f32) -> f32 {
    1.0 / (1.0 + exp(-GELU_SCALE * (x + GELU_CUBE * x * x * x)))
}

const ROUNDER: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Twice the square root of two over pi.
const GELU_SCALE: f32 = 1.595_769_1;
const GELU_CUBE: f32 = 0.044_715;

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
        for (x, want) in [(0.0, 0.0), (1.0, 0.841_192), (-1.0, -0.158_808), (5.0, 5.0)] {
            assert!((gelu(x) - want).abs() < 1e-4, "{x}");
        }
        for x in [-3.0f32, -0.7, 0.1, 2.0] {
            let slope = (gelu(x + 1e-2) - gelu(x - 1e-2)) / 2e-2;
            assert!((gelu_slope(x) - slope).abs() < 1e-3, "{x}");
        }
    }
}
