//! [`Taught`]: an encoder in real numbers, and the names it finds.

use privet_encoder::{Vocabulary, Window};
use privet_tagger::{Chain, LABELS, Label, Mention, Name, Unary};

use super::batch::windows;
use super::net::{self, Batch};
use super::weights::Layout;
use crate::score::Tags;

/// An encoder in real numbers.
pub(crate) struct Taught {
    pub(crate) layout: Layout,
    pub(crate) weights: Vec<f32>,
    pub(crate) pieces: &'static str,
    pub(crate) vocabulary: Vocabulary,
}

impl Taught {
    fn unary(&self, window: &Window) -> Vec<Unary> {
        let scores = net::scores(&self.weights, &self.layout, &Batch::of(window));
        window.firsts.iter().map(|first| net::unary(&scores, usize::from(*first))).collect()
    }
}

impl Tags for Taught {
    fn tag(&self, text: &str, found: &mut dyn FnMut(Mention)) {
        let chain = Chain::new([[0.0; LABELS]; LABELS]);
        let (mut room, mut labels) = (Vec::new(), Vec::new());
        windows(text, &self.vocabulary, &mut |window| {
            chain.best(&self.unary(window), &mut room, &mut labels);
            let mut open: Option<(usize, usize, Name)> = None;
            let ended = [Label::OUTSIDE];
            for (at, label) in labels.iter().chain(&ended).enumerate() {
                let token = window.tokens.get(at);
                if label.name().is_some() && !label.begins() {
                    if let (Some(open), Some(token)) = (&mut open, token) {
                        open.1 = token.end;
                    }
                    continue;
                }
                if let Some((start, end, name)) = open.take() {
                    found(Mention { start, end, name, confidence: 1.0 });
                }
                open = label.name().zip(token).map(|(name, token)| (token.start, token.end, name));
            }
        });
    }
}
