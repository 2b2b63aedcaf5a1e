//! Secrets: keys, tokens, passwords and other credentials.
//!
//! Kinds with a beginning of their own, and those that a vendor's name tells, are rules in
//! `rules/secrets`; blocks, headers, URLs and assignments have a reader each. What a value
//! must look like to count is said once, in [`value`].

mod assignment;
mod checksum;
mod header;
mod ident;
mod pem;
mod token;
mod url;
mod value;
mod vendor;

use crate::trigger::Rule;

pub(crate) use checksum::{bech32, crc_base36, crc_base62, crc_hex, json_in_base64};
pub(crate) use value::{is_placeholder, is_program, looks_random};

/// The rules of all kinds of secret.
pub(crate) const FAMILIES: &[&[Rule]] =
    &[token::RULES, pem::RULES, url::RULES, header::RULES, assignment::RULES];

#[cfg(test)]
#[track_caller]
fn check(text: &str, want: &[&str]) {
    use crate::Analyzer;
    use privet_text::EntityType;
    let found = Analyzer::default().analyze(text);
    let got: Vec<_> = found
        .iter()
        .filter(|f| f.entity == EntityType::Secret)
        .filter_map(|f| f.span.of(text))
        .collect();
    assert_eq!(got, want, "in {text:?}");
}
