//! [`KeyTree`]: a key for each of 2^40 leaves, of which single ones can be given up for good.
//!
//! The tree of Goldreich, Goldwasser and Micali ("How to construct random functions", 1986):
//! each node's key gives its four children's by HMAC-SHA256, and nobody gets from a child
//! back to its parent. Giving up a leaf replaces the keys on the way to it by those of
//! the subtrees beside the way ("puncturing", Boneh and Waters 2013). What was derived
//! from the leaf cannot be derived again; every other leaf still can.
//!
//! So each value has a data key of its own, and none of them is stored: a scope holds one
//! key of 32 bytes, and 60 more (2 KiB) for each leaf it has given up.

use hmac::Mac;
use zeroize::Zeroizing;

use crate::purpose::Key;
use crate::scope::keyed;

/// Which of the leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leaf(u64);

/// The keys from which all leaves that were not given up can be derived.
#[derive(Clone)]
pub(crate) struct KeyTree {
    /// Subtrees that do not overlap, in the order of their leaves.
    nodes: Vec<Node>,
}

#[derive(Clone)]
struct Node {
    /// Levels below the root.
    depth: u32,
    /// Two bits for each level.
    path: u64,
    key: Key,
}

impl Leaf {
    /// The leaf that the digest of a token's text names.
    pub(crate) fn of(digest: &[u8; 32]) -> Self {
        let number = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        Self(number >> (64 - 2 * DEPTH))
    }
}

impl KeyTree {
    /// A tree with all its leaves.
    pub(crate) fn new(root: Key) -> Self {
        Self { nodes: vec![Node { depth: 0, path: 0, key: root }] }
    }

    /// The key of a leaf; `None` when it was given up.
    pub(crate) fn key(&self, leaf: Leaf) -> Option<Key> {
        let node = self.nodes.get(self.index_above(leaf)?)?;
        let mut key = node.key.clone();
        for depth in node.depth..DEPTH {
            key = child(&key, leaf.step(depth));
        }
        Some(key)
    }

    /// Gives up a leaf. Whether it was there.
    pub(crate) fn give_up(&mut self, leaf: Leaf) -> bool {
        let Some(index) = self.index_above(leaf) else { return false };
        let mut node = self.nodes.remove(index);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        while node.depth < DEPTH {
            let way = leaf.step(node.depth);
            let down = |step| Node {
                depth: node.depth + 1,
                path: node.path << 2 | u64::from(step),
                key: child(&node.key, step),
            };
            before.extend((0..way).map(down));
            after.extend((way + 1..4).rev().map(down));
            node = down(way);
        }
        after.reverse();
        before.append(&mut after);
        self.nodes.splice(index..index, before);
        true
    }

    /// The keys as bytes, to be sealed.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.nodes.len() * NODE_BYTES));
        for node in &self.nodes {
            bytes.extend_from_slice(&node.depth.to_be_bytes());
            bytes.extend_from_slice(&node.path.to_be_bytes());
            bytes.extend_from_slice(node.key.as_slice());
        }
        bytes
    }

    /// What [`to_bytes`](Self::to_bytes) wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (nodes, rest) = bytes.as_chunks::<NODE_BYTES>();
        let node = |bytes: &[u8; NODE_BYTES]| {
            let (depth, rest) = bytes.split_first_chunk::<4>()?;
            let (path, key) = rest.split_first_chunk::<8>()?;
            let key = Zeroizing::new(<[u8; 32]>::try_from(key).ok()?);
            let node =
                Node { depth: u32::from_be_bytes(*depth), path: u64::from_be_bytes(*path), key };
            (node.depth <= DEPTH).then_some(node)
        };
        let nodes = nodes.iter().map(node).collect::<Option<_>>()?;
        rest.is_empty().then_some(Self { nodes })
    }

    /// The subtree that holds a leaf.
    fn index_above(&self, leaf: Leaf) -> Option<usize> {
        let index = self.nodes.partition_point(|node| node.first_leaf() <= leaf.0);
        let index = index.checked_sub(1)?;
        let node = self.nodes.get(index)?;
        (leaf.0 >> (2 * (DEPTH - node.depth)) == node.path).then_some(index)
    }
}

impl Node {
    fn first_leaf(&self) -> u64 {
        self.path << (2 * (DEPTH - self.depth))
    }
}

impl Leaf {
    /// Which child leads to the leaf from a node of this depth.
    fn step(self, depth: u32) -> u8 {
        (self.0 >> (2 * (DEPTH - 1 - depth)) & 3) as u8
    }
}

fn child(key: &Key, step: u8) -> Key {
    Zeroizing::new(keyed(key).chain_update([b'k', step]).finalize().into_bytes().into())
}

/// Levels below the root, four children each.
const DEPTH: u32 = 20;
const NODE_BYTES: usize = 4 + 8 + 32;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Bytes that nobody wrote are refused, or are a tree that can be asked.
        #[test]
        fn any_bytes_are_read(
            nodes in prop::collection::vec((0..DEPTH + 2, any::<u64>(), any::<u8>()), 0..6),
            rest in 0..NODE_BYTES,
            leaf in 0..1u64 << (2 * DEPTH),
        ) {
            let mut bytes = Vec::new();
            for (depth, path, key) in &nodes {
                bytes.extend_from_slice(&depth.to_be_bytes());
                bytes.extend_from_slice(&path.to_be_bytes());
                bytes.extend_from_slice(&[*key; 32]);
            }
            bytes.extend(std::iter::repeat_n(0, rest));
            let fits = rest == 0 && nodes.iter().all(|(depth, ..)| *depth <= DEPTH);
            let tree = KeyTree::from_bytes(&bytes);
            prop_assert_eq!(tree.is_some(), fits);
            if let Some(mut tree) = tree {
                let there = tree.key(Leaf(leaf)).is_some();
                prop_assert_eq!(tree.give_up(Leaf(leaf)), there);
            }
        }
    }

    fn tree() -> KeyTree {
        KeyTree::new(Zeroizing::new([7; 32]))
    }

    fn some_leaves() -> Vec<Leaf> {
        let last = (1 << (2 * DEPTH)) - 1;
        let mixed = (1..200u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) & last);
        [0, 1, 2, 3, 4, last, last - 1, last / 2].into_iter().chain(mixed).map(Leaf).collect()
    }

    #[test]
    fn a_digest_names_a_leaf() {
        let mut digest = [0; 32];
        assert_eq!(Leaf::of(&digest), Leaf(0));
        digest[4] = 1;
        assert_eq!(Leaf::of(&digest), Leaf(1));
        assert_eq!(Leaf::of(&[0xff; 32]), Leaf((1 << 40) - 1));
    }

    #[test]
    fn what_is_given_up_is_gone_and_nothing_else() {
        let (whole, mut tree) = (tree(), tree());
        let leaves = some_leaves();
        let (gone, kept) = leaves.split_at(leaves.len() / 2);
        for (count, leaf) in gone.iter().enumerate() {
            assert!(tree.give_up(*leaf), "{leaf:?}");
            assert!(!tree.give_up(*leaf), "{leaf:?} twice");
            assert!(gone[..=count].iter().all(|leaf| tree.key(*leaf).is_none()));
            let there = gone[count + 1..].iter().chain(kept);
            assert!(there.clone().all(|leaf| tree.key(*leaf) == whole.key(*leaf)));
        }
        assert!(tree.nodes.is_sorted_by_key(Node::first_leaf));
        assert!(tree.nodes.len() <= 60 * gone.len(), "{} keys", tree.nodes.len());
    }

    #[test]
    fn no_key_that_is_left_leads_to_what_is_gone() {
        let mut tree = tree();
        let leaf = Leaf(0x12_3456_789a);
        let lost = tree.key(leaf).unwrap();
        tree.give_up(leaf);
        for node in &tree.nodes {
            assert_ne!(node.key, lost);
            // Every ancestor of the leaf is gone, too.
            assert_ne!(node.path, leaf.0 >> (2 * (DEPTH - node.depth)), "depth {}", node.depth);
        }
    }

    #[test]
    fn neighbours_have_other_keys() {
        let mut keys: Vec<_> =
            some_leaves().iter().map(|leaf| *tree().key(*leaf).unwrap()).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn comes_back_from_its_bytes() {
        let mut tree = tree();
        for leaf in some_leaves().iter().take(5) {
            tree.give_up(*leaf);
        }
        let bytes = tree.to_bytes();
        let again = KeyTree::from_bytes(&bytes).unwrap();
        assert!(some_leaves().iter().all(|leaf| again.key(*leaf) == tree.key(*leaf)));
        assert!(KeyTree::from_bytes(&bytes[1..]).is_none());
        let mut deep = bytes.clone();
        deep[3] = 21;
        assert!(KeyTree::from_bytes(&deep).is_none());
    }
}
