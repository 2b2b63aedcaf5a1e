//! [`Engine`]: the automata for the entity types that somebody wants.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use privet_text::{EntitySet, Finding};

use super::shape::Shapes;
use super::{RULES, Rule};
use crate::Detector;
use crate::trigger::Triggered;
use crate::{handle, home_path, name, secret};

/// Everything that starts from a literal, a word or a shape.
pub(crate) struct Engine {
    triggered: Triggered,
    shapes: Shapes,
}

impl Engine {
    /// The engine for the types in `wanted`. It is built once in a process and shared.
    pub(crate) fn for_entities(wanted: EntitySet) -> Arc<Self> {
        let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engines.get(&wanted) {
            return engine.clone();
        }
        if engines.len() >= ENGINES_MAX {
            engines.clear();
        }
        let engine = Arc::new(Self::new(wanted));
        engines.insert(wanted, engine.clone());
        engine
    }

    fn new(wanted: EntitySet) -> Self {
        let rules: Vec<&'static Rule> =
            RULES.iter().filter(|rule| wanted.contains(rule.entity)).collect();
        let mut families = vec![home_path::RULES, handle::RULES];
        families.extend_from_slice(secret::FAMILIES);
        families.extend_from_slice(name::FAMILIES);
        Self { triggered: Triggered::new(&families, &rules), shapes: Shapes::new(&rules) }
    }

    /// Whether all automata could be built.
    #[cfg(test)]
    pub(super) fn is_built(&self) -> bool {
        self.shapes.are_built() && self.triggered.is_built()
    }
}

impl Detector for Engine {
    fn detect(&self, text: &str, found: &mut dyn FnMut(Finding)) {
        self.triggered.detect(text, found);
        self.shapes.detect(text, found);
    }
}

static ENGINES: LazyLock<Mutex<HashMap<EntitySet, Arc<Engine>>>> = LazyLock::new(Mutex::default);

/// More than any program has profiles.
const ENGINES_MAX: usize = 16;
