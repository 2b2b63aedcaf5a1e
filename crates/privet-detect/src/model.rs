//! [`NameModel`]: people, places and organisations, by a model that reads the sentence.
//!
//! The model itself is `privet-tagger`. Here its mentions become findings: how sure it must
//! be depends on the type, on what the caller prefers ([`ModelUse`]), and on whether the
//! line looks like code, where capitals and names of things mislead it.

use privet_encoder::{DeepTagger, Encoder};
use privet_tagger::{Eagerness, Flags, Lexicon, Mention, Name, Tagger, folded_hash};
use privet_text::{EntitySet, EntityType, Finding, Reason, Score, Span};

use crate::code::{Written, is_entry, is_one_word, line_around, names_a_thing};
use crate::depth::{Allowance, Depth};
use crate::eponym::is_eponym;
use crate::handle::{is_handle, names_somebody};
use crate::plausible::{is_plausible, is_thing};

/// Whether the name model is asked, and which mistakes weigh more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ModelUse {
    /// It is not asked.
    Off,
    /// Few false alarms, more names missed.
    Precise,
    /// What the model takes for likely.
    #[default]
    Balanced,
    /// A missed name costs more than a false alarm.
    Strict,
}

impl ModelUse {
    /// Each of them, the most eager last.
    pub const ALL: &'static [Self] = &[Self::Off, Self::Precise, Self::Balanced, Self::Strict];

    /// The name in configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Precise => "precise",
            Self::Balanced => "balanced",
            Self::Strict => "strict",
        }
    }

    /// The one of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|preset| preset.name() == name)
    }

    /// How sure the model must be that something is a `name`.
    fn threshold(self, name: Name) -> f32 {
        match (self, name) {
            (Self::Off, _) => f32::INFINITY,
            (Self::Precise, Name::Person | Name::Location) => 0.9,
            (Self::Precise, Name::Organization) => 0.8,
            (Self::Balanced, _) => 0.5,
            (Self::Strict, _) => 0.3,
        }
    }

    /// Taken from the score of "no name" before the best labels are chosen, so that a
    /// mention with a chance as low as the threshold is seen at all.
    fn eagerness(self) -> Eagerness {
        match self {
            // Programs are mostly in lower case.
            Self::Off | Self::Precise => Eagerness::NONE,
            Self::Balanced => Eagerness::new(0.4, 1.9),
            Self::Strict => Eagerness::new(1.2, 2.2),
        }
    }
}

/// Finds names with the model.
pub(crate) struct NameModel {
    reader: Option<Reader>,
    preset: ModelUse,
}

enum Reader {
    Fast(Box<Tagger>),
    Both(Box<DeepTagger>),
}

impl NameModel {
    /// The model, if anything it finds is in `wanted`.
    pub(crate) fn for_entities(wanted: EntitySet, preset: ModelUse, depth: Depth) -> Self {
        let asked =
            preset != ModelUse::Off && Name::ALL.iter().any(|n| is_wanted(wanted, entity(*n)));
        let reader = if asked { Reader::new(preset, depth) } else { None };
        Self { reader, preset }
    }

    /// Calls `found` once per name, in order.
    pub(crate) fn detect(
        &self,
        text: &str,
        allowance: &Allowance<'_>,
        found: &mut dyn FnMut(Finding),
    ) {
        let mut take = |mention| self.finding(text, mention).into_iter().for_each(&mut *found);
        match &self.reader {
            None => {}
            Some(Reader::Fast(tagger)) => tagger.tag(text, &mut take),
            Some(Reader::Both(both)) => both.tag(text, &mut |pieces| allowance(pieces), &mut take),
        }
    }

    fn finding(&self, text: &str, mention: Mention) -> Option<Finding> {
        let threshold = self.preset.threshold(mention.name);
        if mention.confidence < threshold {
            return None;
        }
        if !is_plausible(text, mention.start, mention.end) {
            return None;
        }
        let value = text.get(mention.start..mention.end)?;
        let is_person = mention.name == Name::Person;
        let is_handle = is_person && is_handle(text, mention.start);
        let digits = value.bytes().any(|byte| byte.is_ascii_digit());
        if digits && !is_handle && (is_person || !has_long_word(value)) {
            return None; // "E-48291" is no place.
        }
        if is_person && (is_thing(value) || is_eponym(text, mention.start, mention.end)) {
            return None;
        }
        let (from, line) = line_around(text, mention.start, mention.end);
        let precise = self.preset == ModelUse::Precise;
        let written = match Written::of(line) {
            Written::Prose if precise && is_entry(line) => Written::Code,
            written => written,
        };
        let enough = match written {
            Written::Code => mention.confidence >= CODE_THRESHOLD,
            Written::Comment => mention.confidence >= COMMENT_THRESHOLD,
            Written::Prose => true,
        };
        if !enough || written != Written::Prose && !is_listed(mention.name, value) {
            return None;
        }
        let word = (mention.start - from, mention.end - from);
        if precise && names_a_thing(line, word, value, written) {
            return None;
        }
        let (entity, recognizer, start) = match mention.name {
            // With its sign, as rules report handles.
            Name::Person if is_handle && !names_somebody(value) => {
                (EntityType::SocialHandle, "model/handle", mention.start - 1)
            }
            name => (entity(name), recognizer(name), mention.start),
        };
        Some(Finding {
            entity,
            span: Span::new(start, mention.end)?,
            // What is below one half but above the threshold is reported all the same.
            score: Score::new(mention.confidence.max(0.5)),
            recognizer,
            reasons: vec![Reason::Model],
        })
    }
}

impl Reader {
    fn new(preset: ModelUse, depth: Depth) -> Option<Self> {
        let eagerness = preset.eagerness();
        match depth.reach() {
            None => Tagger::shared(eagerness).map(|fast| Self::Fast(Box::new(fast))),
            Some(reach) => {
                let (tagger, encoder) = (Tagger::shared(eagerness)?, Encoder::shared()?);
                let both = DeepTagger::new(tagger, encoder, reach, eagerness);
                Some(Self::Both(Box::new(both)))
            }
        }
    }
}

/// Whether `wanted` has `entity`, or a kind of it.
fn is_wanted(wanted: EntitySet, entity: EntityType) -> bool {
    wanted.iter().any(|one| one.is_a(entity))
}

fn entity(name: Name) -> EntityType {
    match name {
        Name::Person => EntityType::Person,
        Name::Location => EntityType::Location,
        Name::Organization => EntityType::Organization,
    }
}

fn recognizer(name: Name) -> &'static str {
    match name {
        Name::Person => "model/person",
        Name::Location => "model/location",
        Name::Organization => "model/organization",
    }
}

/// Whether the word lists know a value of one word as such a name; one of several words
/// need not be known.
fn is_listed(name: Name, value: &str) -> bool {
    let wanted = match name {
        Name::Person => Flags::FIRST.with(Flags::FAMILY),
        Name::Location => Flags::PLACE,
        Name::Organization => return true,
    };
    !is_one_word(value) || Lexicon::shared().known(folded_hash(value)).flags.any(wanted)
}

/// Whether a word of three letters or more is in it.
fn has_long_word(value: &str) -> bool {
    value.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() >= 3)
}

/// In comments nothing below this counts.
const COMMENT_THRESHOLD: f32 = 0.8;
/// In what looks like code nothing below this counts.
const CODE_THRESHOLD: f32 = 0.97;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&str, &'static str)> {
        found_at(text, Depth::Fast)
    }

    fn found_at(text: &str, depth: Depth) -> Vec<(&str, &'static str)> {
        let mut all = Vec::new();
        let model = NameModel::for_entities(EntitySet::all(), ModelUse::Balanced, depth);
        model.detect(text, &|_| true, &mut |f| {
            all.extend(f.span.of(text).map(|v| (v, f.entity.name())))
        });
        all
    }

    #[test]
    fn names_in_sentences() {
        let text = "Yesterday Ingrid Maier flew from Berlin to Paris.";
        let want = [("Ingrid Maier", "PERSON"), ("Berlin", "LOCATION"), ("Paris", "LOCATION")];
        assert_eq!(found(text), want);
    }

    #[test]
    fn handles_in_sentences() {
        for (text, want) in [
            ("thanks @bigdawgz42 for the help with this", ("@bigdawgz42", "SOCIAL_HANDLE")),
            ("thanks @jennyblack for the help with this", ("jennyblack", "PERSON")),
        ] {
            assert_eq!(found_at(text, Depth::Unsure), [want]);
        }
    }

    #[test]
    fn things_are_nobody() {
        for text in [
            "You are Claude Code. Restart Jenkins on Monday, then build with Apache Maven.",
            "impl Clone for Waker {",
            "    /// Visit a boolean.",
            "Selecting previously unselected package libaio1:amd64.",
            "550e8400-e29b-41d4-a716-446655440000",
        ] {
            let people: Vec<_> =
                found(text).into_iter().filter(|(_, name)| *name == "PERSON").collect();
            assert_eq!(people, [], "in {text:?}");
        }
    }

    /// What only `precise` leaves out: words that name things of a program.
    #[test]
    fn things_of_a_program_are_nobody() {
        let people = |text: &str, preset| {
            let model = NameModel::for_entities(EntitySet::all(), preset, Depth::Fast);
            let mut people = 0;
            model.detect(text, &|_| true, &mut |f| {
                people += usize::from(f.entity == EntityType::Person);
            });
            people
        };
        for text in [
            "#[derive(Clone, Debug, PartialEq, PartialOrd, Ord, Hash)]",
            "use crate::{Idle, Overflow, Parker, Stats};",
            "        Parker,",
            "let nfa = thompson::NFA::new(pattern, Parker)?;",
            "        mark: Marker,",
            "//! # struct Parker;",
            "class Parker:",
            "    names = [\"PARKER\", \"ITALIC\"]",
            "    # the roots of Laguerre and Legendre",
            "    assert x.of(y) == {S.Maria, S.Jane}",
            "    for f in ['maria', 'jane', 'ceil']:",
        ] {
            assert_eq!(people(text, ModelUse::Precise), 0, "in {text:?}");
        }
        assert_eq!(
            people("send(\"Dear Jane Doe,\", \"from Ingrid Maier\");", ModelUse::Precise),
            2
        );
    }

    #[test]
    fn names_in_comments() {
        assert_eq!(found("// Written by Ingrid Maier.").first().map(|f| f.0), Some("Ingrid Maier"));
    }

    #[test]
    fn nothing_is_asked_for_other_types() {
        let only = [EntityType::EmailAddress].into_iter().collect();
        let is_asked = |entities, preset| {
            NameModel::for_entities(entities, preset, Depth::Deep).reader.is_some()
        };
        assert!(!is_asked(only, ModelUse::Strict));
        assert!(!is_asked(EntitySet::all(), ModelUse::Off));
        assert!(is_asked(EntitySet::all(), ModelUse::Precise));
        assert!(is_asked([EntityType::Country].into_iter().collect(), ModelUse::Precise));
    }
}
