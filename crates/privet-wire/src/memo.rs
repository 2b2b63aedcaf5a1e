//! What is remembered about a leaf so that it is sent the same way again: places
//! and replacements, never raw text.

/// Keys the identity of leaves to a scope. Implemented over HMAC by the vault's owner;
/// this crate holds no keys.
pub trait LeafKey: Send + Sync {
    /// A hasher for a leaf of that role.
    fn hasher(&self, role: &str) -> Box<dyn LeafHasher>;

    /// The identity of a leaf that is there whole.
    fn hash(&self, role: &str, decoded: &[u8]) -> [u8; 32] {
        let mut hasher = self.hasher(role);
        hasher.update(decoded);
        hasher.finish()
    }
}

/// Takes a leaf piece by piece.
pub trait LeafHasher: Send {
    /// The next bytes of the decoded leaf.
    fn update(&mut self, decoded: &[u8]);
    /// The identity.
    fn finish(self: Box<Self>) -> [u8; 32];
}

/// Bytes `start..end` of a decoded leaf are sent as `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoEdit {
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What Claude wrote, or was sent, there.
    pub text: String,
}

/// A leaf by its identity and what stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafMemo {
    /// See [`LeafKey`].
    pub hash: [u8; 32],
    /// Replacements, in order.
    pub edits: Vec<MemoEdit>,
}

/// What is remembered about a content block that Claude wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockMemo {
    /// How the block is recognised when it comes back.
    pub key: BlockKey,
    /// Its leaves.
    pub leaves: Vec<LeafMemo>,
}

/// How a block is recognised when the client sends it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BlockKey {
    /// By its leaves alone.
    Leaves,
    /// By the id of the tool call.
    ToolCall(String),
    /// By the signature over it.
    Signature(String),
}

/// The role under which all leaves of a tool's input are hashed: a restorer that
/// sees the JSON pass by does not tell keys from strings.
pub const TOOL_ROLE: &str = "tool";

/// The role of signed text.
pub const SIGNED_ROLE: &str = "signed";
