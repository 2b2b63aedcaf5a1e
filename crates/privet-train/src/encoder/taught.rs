//! [`Taught`]: an encoder in real numbers.

use super::weights::Layout;

/// An encoder in real numbers.
pub(crate) struct Taught {
    pub(crate) layout: Layout,
    pub(crate) weights: Vec<f32>,
    pub(crate) pieces: &'static str,
}
