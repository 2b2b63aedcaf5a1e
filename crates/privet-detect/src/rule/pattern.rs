//! [`Patterns`]: many regular expressions in one automaton, walked from a given place.
//!
//! The automaton is built lazily: only states that some text leads to are ever made, and
//! each thread that reads has a cache of its own. All patterns are of bounded length, so
//! a walk is short whatever the text.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::pool::{Pool, PoolGuard};
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, MatchKind, PatternID, hybrid};

/// Many regular expressions in one automaton.
pub(crate) struct Patterns {
    dfa: DFA,
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync>>,
}

/// One thread's way of walking the patterns.
pub(crate) struct Walker<'p> {
    dfa: &'p DFA,
    cache: PoolGuard<'p, Cache, Box<dyn Fn() -> Cache + Send + Sync>>,
}

impl Patterns {
    /// The automaton over `patterns`; they read bytes, `\d` and the like are ASCII.
    pub(crate) fn new(patterns: &[&str]) -> Result<Self, Box<hybrid::BuildError>> {
        let dfa = DFA::builder()
            .configure(
                DFA::config()
                    .match_kind(MatchKind::All)
                    .starts_for_each_pattern(true)
                    .cache_capacity(CACHE_BYTES),
            )
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build_many(patterns)
            .map_err(Box::new)?;
        let shared = dfa.clone();
        let caches =
            Pool::new(Box::new(move || shared.create_cache()) as Box<dyn Fn() -> _ + Send + Sync>);
        Ok(Self { dfa, caches })
    }

    /// Something to walk with.
    pub(crate) fn walker(&self) -> Walker<'_> {
        Walker { dfa: &self.dfa, cache: self.caches.get() }
    }
}

impl Walker<'_> {
    /// Calls `found` with pattern and end for every way in which any pattern matches what
    /// begins at `from`.
    pub(crate) fn all(&mut self, bytes: &[u8], from: usize, found: impl FnMut(usize, usize)) {
        self.walk(Anchored::Yes, bytes, from, found);
    }

    /// The furthest end at which `pattern` matches what begins at `from` and `ends` holds.
    pub(super) fn furthest(
        &mut self,
        pattern: usize,
        bytes: &[u8],
        from: usize,
        ends: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let pattern = PatternID::new(pattern).ok()?;
        let mut furthest = None;
        self.walk(Anchored::Pattern(pattern), bytes, from, |_, end| {
            if ends(end) {
                furthest = Some(end);
            }
        });
        furthest
    }

    fn walk(
        &mut self,
        anchor: Anchored,
        bytes: &[u8],
        from: usize,
        mut found: impl FnMut(usize, usize),
    ) {
        let Self { dfa, cache } = self;
        let config = start::Config::new().anchored(anchor);
        let Ok(mut state) = dfa.start_state(cache, &config) else { return };
        let rest = bytes.get(from..).unwrap_or_default();
        for (at, byte) in rest.iter().enumerate() {
            let Ok(next) = dfa.next_state(cache, state, *byte) else { return };
            state = next;
            if state.is_tagged() {
                if state.is_match() {
                    // A match is seen one byte late.
                    for index in 0..dfa.match_len(cache, state) {
                        found(dfa.match_pattern(cache, state, index).as_usize(), from + at);
                    }
                } else if state.is_dead() || state.is_quit() {
                    return;
                }
            }
        }
        let Ok(state) = dfa.next_eoi_state(cache, state) else { return };
        if state.is_match() {
            for index in 0..dfa.match_len(cache, state) {
                found(dfa.match_pattern(cache, state, index).as_usize(), bytes.len());
            }
        }
    }
}

const CACHE_BYTES: usize = 8 << 20;
