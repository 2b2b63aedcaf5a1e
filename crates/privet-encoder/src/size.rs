//! [`Size`]: how large an encoder is.

/// How large an encoder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Numbers that stand for a piece.
    pub width: usize,
    /// Heads of attention; they share the width.
    pub heads: usize,
    /// Numbers in the middle of a layer.
    pub inner: usize,
    /// Layers.
    pub layers: usize,
}

impl Size {
    /// Of MiniLM, with this many of its six layers.
    pub fn minilm(layers: usize) -> Self {
        Self { width: 384, heads: 12, inner: 1536, layers }
    }

    /// Numbers of a head.
    pub fn head(self) -> usize {
        self.width / self.heads.max(1)
    }
}
