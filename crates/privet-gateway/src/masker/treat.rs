//! What an operator makes of a value: the one place where operators and the vault meet.

use privet_mask::operator::{self, Alphabet, Draw, Operator, fpe, surrogate};
use privet_text::EntityType;
use privet_vault::Derivation;

use super::memory::{Claimed, Memory, MemoryError};
use super::refusal::Refusal;

/// What stands for a value.
#[derive(Clone, Debug)]
pub(super) struct Treated {
    pub(super) text: String,
    /// The operator's name.
    pub(super) operator: &'static str,
    /// An answer restores it.
    pub(super) restores: bool,
    /// It is a token of the common form, which no text holds by accident.
    pub(super) typed: bool,
    /// It was never sent before.
    pub(super) fresh: bool,
}

/// Applies `operator` to a value. Not for [`Operator::Keep`] and [`Operator::Refuse`], which
/// are typed here.
///
/// # Errors
/// If the vault cannot say, or the value cannot be encrypted in its form.
pub(super) fn treat(
    memory: &mut dyn Memory,
    operator: &Operator,
    entity: EntityType,
    surface: &str,
) -> Result<Treated, Refusal> {
    // Their tokens have rules of their own.
    let fixed = matches!(entity, EntityType::Secret | EntityType::TokenLiteral);
    if fixed && operator.is_reversible() {
        return typed(memory, entity, surface);
    }
    let made = match operator {
        Operator::Typed { role: None } | Operator::Keep | Operator::Refuse => None,
        Operator::Typed { role: Some(role) } => {
            let form = format!("role/{role}");
            memory.claim_made(entity, &form, surface, &mut |number, _| {
                Some(role.token(usize::try_from(number).unwrap_or(usize::MAX)))
            })?
        }
        Operator::Shaped => {
            memory.claim_made(entity, "shaped", surface, &mut |attempt, bits| {
                let made = || operator::shaped(entity, surface, &mut Draw::new(bits));
                (attempt < DRAWS_MAX).then(made).flatten()
            })?
        }
        Operator::Surrogate => stand_in(memory, entity, surface)?,
        Operator::Fpe { alphabet } => {
            let form = Form::of(memory, entity, *alphabet);
            form.encrypted(surface, 0).map_err(|error| Refusal::Form { entity, error })?;
            let name = format!("fpe/{}", alphabet.name());
            memory.claim_made(entity, &name, surface, &mut |attempt, _| {
                form.encrypted(surface, attempt).ok()
            })?
        }
        irreversible => {
            let text = without_vault(memory, irreversible, entity, surface);
            let operator = irreversible.name();
            return Ok(Treated { text, operator, restores: false, typed: false, fresh: false });
        }
    };
    match made {
        Some(claimed) => Ok(Treated {
            text: claimed.token.to_string(),
            operator: operator.name(),
            restores: true,
            typed: false,
            fresh: claimed.fresh,
        }),
        None => typed(memory, entity, surface),
    }
}

/// How often a shape is drawn: of a range that is nine tenths full, all but one value in 150
/// still get one. Every draw costs a look into the vault.
const DRAWS_MAX: u32 = 48;

/// The typed token of a value.
pub(super) fn typed(
    memory: &mut dyn Memory,
    entity: EntityType,
    surface: &str,
) -> Result<Treated, Refusal> {
    let claimed = memory.claim(entity, surface)?;
    Ok(Treated {
        text: claimed.token.to_string(),
        operator: "typed",
        restores: true,
        typed: true,
        fresh: claimed.fresh,
    })
}

/// What stands for a JSON number: another number.
///
/// # Errors
/// If the operator makes no number.
pub(super) fn treat_number(
    memory: &mut dyn Memory,
    operator: &Operator,
    entity: EntityType,
    number: &str,
) -> Result<Treated, Refusal> {
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let refused = Refusal::Number { entity };
    if operator.is_reversible() {
        if !digits {
            return Err(refused);
        }
        let claimed = memory.claim_number(entity, number).map_err(|_| refused)?;
        return Ok(Treated {
            text: claimed.token.to_string(),
            operator: operator.name(),
            restores: true,
            typed: true,
            fresh: claimed.fresh,
        });
    }
    let text = without_vault(memory, operator, entity, number);
    let plain = text.strip_prefix('-').unwrap_or(&text);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let leads = whole.len() > 1 && whole.starts_with('0');
    if !is_digits(whole) || !is_digits(fraction) || leads {
        return Err(refused);
    }
    let operator = operator.name();
    Ok(Treated { text, operator, restores: false, typed: false, fresh: false })
}

/// What an irreversible operator makes. What it cannot read is redacted.
fn without_vault(
    memory: &dyn Memory,
    operator: &Operator,
    entity: EntityType,
    surface: &str,
) -> String {
    let made = match operator {
        Operator::Hash => Some(operator::hashed(entity, &memory.hash_value(entity, surface))),
        Operator::Generalize { to } => {
            let group = to.unwrap_or_else(|| operator::Group::of(entity));
            Some(operator::generalize(entity, surface, group))
        }
        Operator::DateShift { days_max } => {
            let bits = memory.derive(Derivation::DateShift, &[]);
            let days = operator::shift_days(*days_max, &mut Draw::new(&bits));
            operator::date_shift(surface, days)
        }
        Operator::Noise { percent } => {
            let parts = [entity.name().as_bytes(), surface.as_bytes()];
            let bits = memory.derive(Derivation::Noise, &parts);
            operator::noise(surface, *percent, &mut Draw::new(&bits))
        }
        _ => None,
    };
    made.unwrap_or_else(|| operator::redact(entity))
}

/// Encryption of one type's values in their form.
struct Form {
    key: zeroize::Zeroizing<[u8; 32]>,
    tweak: Vec<u8>,
    alphabet: Alphabet,
}

impl Form {
    /// The key is the scope's and the type's, the tweak names tenant and type.
    fn of(memory: &dyn Memory, entity: EntityType, alphabet: Alphabet) -> Self {
        let name = entity.name().as_bytes();
        let key = memory.derive(Derivation::FormatPreserving, &[name]);
        let mut tweak = memory.tenant().as_bytes().to_vec();
        tweak.push(0);
        tweak.extend_from_slice(name);
        Self { key: zeroize::Zeroizing::new(key), tweak, alphabet }
    }

    /// The `attempt`-th text for a value; should the first be taken, or be the value itself,
    /// another one is made of it.
    fn encrypted(&self, surface: &str, attempt: u32) -> Result<String, operator::FpeError> {
        let mut tweak = self.tweak.clone();
        if attempt > 0 {
            tweak.push(0);
            tweak.extend_from_slice(&attempt.to_be_bytes());
        }
        let made = fpe::encrypt(&self.key, &tweak, self.alphabet, surface)?;
        if made == surface && attempt < 8 {
            return self.encrypted(surface, attempt + 1000);
        }
        Ok(made)
    }
}

/// An invented name for `surface`: every word of it has a stand-in of its own in the scope,
/// so that a family stays a family, and an address agrees with a name.
fn stand_in(
    memory: &mut dyn Memory,
    entity: EntityType,
    surface: &str,
) -> Result<Option<Claimed>, MemoryError> {
    let Some(pieces) = surrogate::pieces(entity, surface) else { return Ok(None) };
    if let [surrogate::Piece::Word { word, kind }] = *pieces.as_slice() {
        return alone(memory, entity, surface, word, kind);
    }
    let mut made = String::with_capacity(surface.len() + 8);
    for piece in &pieces {
        match piece {
            surrogate::Piece::Kept(text) => made.push_str(text),
            surrogate::Piece::Initial(letter) => {
                let parts = [&b"initial"[..], &u32::from(*letter).to_be_bytes()];
                let bits = memory.derive(Derivation::StandIn, &parts);
                made.push(surrogate::initial(*letter, &mut Draw::new(&bits)));
            }
            surrogate::Piece::Word { word, kind } => {
                let Some(claimed) = word_claim(memory, word, *kind)? else { return Ok(None) };
                made.push_str(&surrogate::cased_like(word, &claimed.token));
            }
        }
    }
    if made.len() > operator::SHAPED_BYTES_MAX {
        return Ok(None);
    }
    memory.claim_made(entity, "surrogate", surface, &mut |attempt, _| {
        surrogate::again(&made, attempt)
    })
}

/// The stand-in of a value of one word. That of the word itself, if nothing else was said by
/// its spelling, so that "Jane" and "Jane Doe" agree; else one of its own.
fn alone(
    memory: &mut dyn Memory,
    entity: EntityType,
    surface: &str,
    word: &str,
    kind: surrogate::WordKind,
) -> Result<Option<Claimed>, MemoryError> {
    if kind.is_shared() && kind.entity() == entity && surrogate::plain(word) == surface {
        return word_claim(memory, word, kind);
    }
    let shared = match kind.is_shared() {
        true => word_claim(memory, word, kind)?.map(|claimed| claimed.token),
        false => None,
    };
    memory.claim_made(entity, "surrogate", surface, &mut |attempt, bits| {
        let drawn = || surrogate::word(kind, word, attempt, &mut Draw::new(bits));
        let made = match &shared {
            Some(token) if attempt == 0 => Some(token.to_string()),
            _ => (attempt < DRAWS_MAX).then(drawn).flatten(),
        };
        made.map(|made| surrogate::cased_like(word, &made))
    })
}

/// What stands for a word of names in the scope.
fn word_claim(
    memory: &mut dyn Memory,
    word: &str,
    kind: surrogate::WordKind,
) -> Result<Option<Claimed>, MemoryError> {
    let known = surrogate::plain(word);
    memory.claim_made(kind.entity(), "word", &known, &mut |attempt, bits| {
        let made = || surrogate::word(kind, &known, attempt, &mut Draw::new(bits));
        (attempt < DRAWS_MAX).then(made).flatten()
    })
}
