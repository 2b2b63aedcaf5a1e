//! `shaped`: a value becomes another one that every program still takes for its kind.
//!
//! Keeps the kind, the separators and what the shape needs (a path its depth, a card its
//! scheme); the rest is drawn. Gives away just that. What is drawn lies in ranges that
//! belong to nobody, so nothing that comes of it reaches anybody: names of RFC 2606,
//! addresses of RFC 2544, 5737 and 3849, telephone numbers kept for fiction, locally
//! administered MAC addresses. Undone by the vault.

mod account;
mod network;
mod phone;
mod web;

use privet_text::EntityType;

use super::Draw;
use super::date::WrittenDate;

/// No shaped token is longer than this many bytes; longer ones become typed tokens.
pub const SHAPED_BYTES_MAX: usize = 96;

/// A stand-in for `surface` of the same shape, as `draw` decides. `None` if the value has
/// no shape that is known, or its country keeps no numbers for fiction.
pub fn shaped(entity: EntityType, surface: &str, draw: &mut Draw) -> Option<String> {
    use EntityType as E;
    let made = match entity {
        E::EmailAddress => Some(email(draw)),
        E::PhoneNumber => phone::shaped(surface, draw),
        E::IpAddress => network::ip(surface, draw),
        E::MacAddress => network::mac(surface, draw),
        E::Uuid => network::uuid(surface, draw),
        E::Url => web::url(surface, draw),
        E::Hostname => web::host(surface, draw),
        E::CreditCard => account::card(surface, draw),
        E::IbanCode => account::iban(surface, draw),
        E::DateTime | E::BirthDate | E::CardExpiry => date(surface, draw),
        _ => by_look(surface, draw),
    }?;
    (made.len() <= SHAPED_BYTES_MAX && !made.eq_ignore_ascii_case(surface)).then_some(made)
}

/// `email_k7q2mx4@example.com` (RFC 2606): it reads like a token to people and models, and
/// like an address to programs.
fn email(draw: &mut Draw) -> String {
    format!("email_{}@example.com", draw.label(LABEL_CHARS))
}

/// Almost 35 bits, as in typed tokens.
const LABEL_CHARS: usize = 7;

/// Another day within about three years, written the same way.
fn date(surface: &str, draw: &mut Draw) -> Option<String> {
    let written = WrittenDate::parse(surface)?;
    let days = i64::from(draw.below(2000)) - 1000;
    written.shifted(if days == 0 { 1 } else { days })
}

/// Types that say nothing of shape may still hold an address or a path.
fn by_look(surface: &str, draw: &mut Draw) -> Option<String> {
    if surface.contains("://") {
        return web::url(surface, draw);
    }
    if surface.contains('@') && !surface.contains(char::is_whitespace) {
        return Some(email(draw));
    }
    web::path(surface, draw)
}

#[cfg(test)]
mod tests;
