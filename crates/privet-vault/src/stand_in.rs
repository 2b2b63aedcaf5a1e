//! What operators need of a scope: bits derived from a value, and a claim on what they make
//! of them. The operators themselves are not known here.

use hmac::Mac;
use privet_text::EntityType;

use crate::claim::Claim;
use crate::purpose::{Purpose, derive};
use crate::ring::KeyRing;
use crate::scope::{HmacSha256, KEY_VERSION, Scope, digest, keyed};
use crate::scope_keys::Reference;
use crate::{VaultError, label};

/// What derived bits are for. Each purpose has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Derivation {
    /// To draw a stand-in of the same shape, or an invented name. Of the scope.
    StandIn,
    /// To encrypt a value in its form. Of the scope.
    FormatPreserving,
    /// To move dates. Of the scope.
    DateShift,
    /// To change numbers a little. Of the scope.
    Noise,
    /// To hash values for good. Of the tenant, so that its scopes agree.
    Hash,
}

/// One key for each [`Derivation`].
pub(crate) struct OperatorKeys {
    stand_in: HmacSha256,
    format_preserving: HmacSha256,
    date_shift: HmacSha256,
    noise: HmacSha256,
    hash: HmacSha256,
}

impl OperatorKeys {
    /// From a scope's random key, but for the tenant's, which comes from the house's.
    pub(crate) fn new(key: &[u8; 32], ring: &KeyRing, tenant: &str, scope: &Reference) -> Self {
        let part = |purpose| keyed(&derive(key, None, purpose, tenant, scope, KEY_VERSION));
        Self {
            stand_in: part(Purpose::StandIn),
            format_preserving: part(Purpose::FormatPreserving),
            date_shift: part(Purpose::DateShift),
            noise: part(Purpose::Noise),
            hash: keyed(&ring.house(Purpose::HashOperator, tenant)),
        }
    }

    fn of(&self, what: Derivation) -> &HmacSha256 {
        match what {
            Derivation::StandIn => &self.stand_in,
            Derivation::FormatPreserving => &self.format_preserving,
            Derivation::DateShift => &self.date_shift,
            Derivation::Noise => &self.noise,
            Derivation::Hash => &self.hash,
        }
    }
}

impl Scope {
    /// 256 bits for `parts`, the same ones each time. Costs one HMAC and writes nothing.
    pub fn derive(&self, what: Derivation, parts: &[&[u8]]) -> [u8; 32] {
        digest(self.operators.of(what), parts)
    }

    /// The tenant's name, as a tweak needs it.
    pub fn tenant(&self) -> &str {
        &self.name.tenant
    }

    /// What stands for `surface` in the form `form` (such as `shaped`): what it has, or the
    /// first free one of those that `make` makes of an attempt's number and derived bits.
    /// `None` when `make` gives none for the first attempt, or all are taken: the caller
    /// takes another form then. Writes nothing.
    ///
    /// The first attempt's bits come from the normalised value, those of the others from the
    /// exact one, so that replicas agree.
    ///
    /// Secrets are refused, as in [`claim`](Self::claim).
    pub fn claim_made(
        &self,
        entity: EntityType,
        form: &str,
        surface: &str,
        make: &mut dyn FnMut(u32, &[u8; 32]) -> Option<String>,
    ) -> Result<Option<Claim>, VaultError> {
        if entity == EntityType::Secret {
            return Err(VaultError::SecretAsValue);
        }
        let (stem, form) = (entity.stem().as_bytes(), form.as_bytes());
        let exact = digest(&self.keys.index, &[b"made", form, stem, surface.as_bytes()]);
        self.claim_with(entity, exact, surface, || {
            let normal = label::normalised(entity, surface);
            let version = [label::NORMALISER_VERSION];
            let bits = move |attempt: u32| match attempt {
                0 => self.derive(Derivation::StandIn, &[form, stem, &version, normal.as_bytes()]),
                n => self.derive(
                    Derivation::StandIn,
                    &[form, stem, surface.as_bytes(), &n.to_be_bytes()],
                ),
            };
            // Only what the first attempt can be made of is worth more attempts.
            let mut fits = true;
            (0..ATTEMPTS_MAX).map_while(move |attempt| {
                let made = fits.then(|| make(attempt, &bits(attempt))).flatten();
                fits = made.is_some();
                made
            })
        })
    }

    /// The keyed hash of a value of a tenant: the same for all spellings of it that count as
    /// one, and in all of the tenant's scopes.
    pub fn hash_value(&self, entity: EntityType, surface: &str) -> [u8; 32] {
        let mut mac = self.operators.hash.clone();
        let normal = label::normalised(entity, surface);
        for part in [entity.stem().as_bytes(), &[label::NORMALISER_VERSION], normal.as_bytes()] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// How many stand-ins are tried before a value takes another form: every number of a role,
/// and more than enough for ranges that are not almost full.
const ATTEMPTS_MAX: u32 = 702;
