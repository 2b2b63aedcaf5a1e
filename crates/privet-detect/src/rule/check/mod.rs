//! Check digits and inner structure of numbers: pure functions over capital letters and
//! digits. What a rule names in `check` or `holds` is a function of this module.

mod americas;
mod asia;
mod digits;
mod document;
mod europe;
mod europe_east;
mod finance;
mod health;
mod technical;
mod time;

pub(super) use americas::*;
pub(super) use asia::*;
pub(super) use digits::*;
pub(super) use document::*;
pub(super) use europe::*;
pub(super) use europe_east::*;
pub(crate) use finance::bech32;
pub(super) use finance::*;
pub(super) use health::*;
pub(super) use technical::*;
pub(super) use time::*;
