//! Code for cues whose values no regular expression can read.

use crate::trigger::Site;

/// A placeholder until its first reader: nothing.
pub(super) fn nothing(_: &Site<'_>) -> Option<(usize, usize)> {
    None
}
