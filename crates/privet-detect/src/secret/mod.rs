//! Secrets: keys, tokens, passwords and other credentials.
//!
//! Kinds with a shape of their own are rows in [`prefixed`]; blocks, headers, URLs
//! and assignments have a reader each. What a value must look like to count is
//! said once, in [`value`].

mod assignment;
mod checksum;
mod header;
mod ident;
mod pem;
mod prefixed;
mod table;
mod token;
mod url;
mod value;

use crate::trigger::Rule;

pub(crate) use prefixed::{Prefixed, read_prefixed};

/// The rules of all kinds of secret.
pub(crate) const FAMILIES: &[&[Rule]] =
    &[table::RULES, token::RULES, pem::RULES, url::RULES, header::RULES, assignment::RULES];

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
