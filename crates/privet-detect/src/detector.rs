//! [`Detector`]: the trait behind which every family of recognizers stands.

use privet_text::Finding;

/// Finds entities in a text.
pub trait Detector: Send + Sync {
    /// Calls `found` once per finding, in any order; overlaps are settled later.
    ///
    /// Detection cannot fail: text that makes no sense has no findings. The
    /// text comes from strangers, so time stays linear in `text.len()`.
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding));
}
