//! Masking a text by itself, outside any request.

use std::collections::BTreeMap;

use privet_mask::{AssembleError, Edit, Masked, Sweep, assemble};
use privet_text::{EntityType, Raw};

use super::find::{Found, Values, find};
use super::reader::Reader;
use super::{Action, Masker, Memory, MemoryError};

/// A text in which every finding was replaced.
pub struct MaskedText {
    /// The text, UTF-8.
    pub text: Masked<Vec<u8>>,
    /// Findings by type.
    pub counts: BTreeMap<EntityType, u64>,
    /// Tokens that were never used before.
    pub tokens_new: u64,
}

/// Why a text was not masked. No variant carries a value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextRefusal {
    /// Policy refuses this type.
    #[error("policy does not let {0} leave")]
    Policy(EntityType),
    /// The vault could not do its part.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// A value still stood in the masked text.
    #[error("the text could not be masked: {0}")]
    Assemble(#[from] AssembleError),
}

impl Masker {
    /// Masks `text` as if it were said in a request.
    ///
    /// # Errors
    /// If policy refuses what is in it, or the vault cannot say the tokens.
    pub fn mask_text(
        &self,
        text: &Raw<String>,
        memory: &mut dyn Memory,
    ) -> Result<MaskedText, TextRefusal> {
        let said = text.expose();
        let mut found = find(&Reader::new(self.analyzer(), None), said, None);
        let mut values = Values::default();
        for f in
            found.iter().filter(|f| self.policy().action_by(f.recognizer, f.entity) == Action::Mask)
        {
            values.note(f.entity, &f.surface(said));
        }
        values.spread(std::iter::once((said.as_str(), &mut found)));
        let mut edits = Vec::with_capacity(found.len());
        let (mut counts, mut tokens_new) = (BTreeMap::new(), 0);
        for f in &found {
            *counts.entry(f.entity).or_default() += 1;
            match self.policy().action_by(f.recognizer, f.entity) {
                Action::Keep => continue,
                Action::Refuse => return Err(TextRefusal::Policy(f.entity)),
                Action::Mask => {}
            }
            let (edit, fresh) = replaced(said, f, memory)?;
            edits.push(edit);
            tokens_new += u64::from(fresh);
        }
        let body = Raw::new(said.clone().into_bytes());
        let text = assemble(&body, &mut edits, &[], &Sweep::new(values.iter()))?;
        Ok(MaskedText { text, counts, tokens_new })
    }
}

fn replaced(
    said: &str,
    found: &Found,
    memory: &mut dyn Memory,
) -> Result<(Edit, bool), MemoryError> {
    let claimed = memory.claim(found.entity, &found.surface(said))?;
    let edit = Edit { range: found.start..found.end, text: claimed.token.to_string() };
    Ok((edit, claimed.fresh))
}
