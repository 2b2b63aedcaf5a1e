//! Numbers: cards, telephone numbers, social security numbers, IBANs and IP
//! addresses, read in one pass over the digits.
//!
//! A [`Chain`] is what a person would read as one number: groups of digits with
//! single separators between them. Each recognizer looks at each chain.

mod card;
mod chain;
mod iban;
mod ip;
mod phone;
mod phone_plan;
mod ssn;

use privet_text::Finding;

use crate::Detector;
use chain::Chains;

/// Finds everything that is made of digits.
pub(crate) struct Numbers;

impl Detector for Numbers {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        let mut chains = Chains::new(text);
        while let Some(chain) = chains.read_next() {
            iban::read(&chain, found);
            if chain.digits >= 7 {
                phone::read(&chain, found);
                ssn::read(&chain, found);
                card::read(&chain, found);
            }
            ip::read_v4(&chain, found);
        }
        ip::read_v6(text, found);
    }
}

#[cfg(test)]
#[track_caller]
fn check(entity: privet_text::EntityType, text: &str, want: &[&str]) {
    let mut got = Vec::new();
    Numbers.detect(text, &mut |finding| {
        if finding.entity == entity && finding.score.get() >= 0.5 {
            got.extend(finding.span.of(text).map(str::to_owned));
        }
    });
    assert_eq!(got, want, "in {text:?}");
}
