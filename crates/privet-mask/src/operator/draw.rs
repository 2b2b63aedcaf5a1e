//! [`Draw`]: choices made from a derived secret, the same ones each time.

/// 256 derived bits, spent choice by choice. Who holds the keys derives the seed from a
/// value, so that the same value always makes the same choices.
#[derive(Clone, Debug)]
pub struct Draw([u32; 8]);

impl Draw {
    /// Choices that `seed` decides.
    pub fn new(seed: &[u8; 32]) -> Self {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(seed.chunks_exact(4)) {
            *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        Self(words)
    }

    /// A number below `bound`, which counts as 1 when it is 0. No number is likelier than
    /// another by more than 2^-64, as long as the bounds asked for multiply to less than 2^192.
    pub fn below(&mut self, bound: u32) -> u32 {
        let bound = u64::from(bound.max(1));
        let mut rest = 0;
        for word in &mut self.0 {
            let part = rest << 32 | u64::from(*word);
            *word = u32::try_from(part / bound).unwrap_or(u32::MAX);
            rest = part % bound;
        }
        u32::try_from(rest).unwrap_or(0)
    }

    /// One of `choices`; `None` if there are none.
    pub fn pick<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        let bound = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices.get(self.below(bound) as usize)
    }

    /// A decimal digit.
    pub fn digit(&mut self) -> char {
        char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0))
    }

    /// `count` characters of Crockford's base 32 in lower case, one of the first seven a
    /// digit, so that no word looks like them.
    pub fn label(&mut self, count: usize) -> String {
        let mut label: String = (0..count)
            .filter_map(|_| self.pick(crate::LABEL_ALPHABET).map(u8::to_ascii_lowercase))
            .map(char::from)
            .collect();
        if !label.bytes().take(7).any(|byte| byte.is_ascii_digit()) {
            let at = self.below(u32::try_from(count.clamp(1, 7)).unwrap_or(1)) as usize;
            let digit = self.digit();
            label.replace_range(at..at + 1, digit.encode_utf8(&mut [0; 4]));
        }
        label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_repeat_and_spread() {
        let seed: [u8; 32] = std::array::from_fn(|at| (at as u8).wrapping_mul(37) ^ 0x5a);
        let choices = |mut draw: Draw| (0..20).map(|_| draw.below(10)).collect::<Vec<_>>();
        assert_eq!(choices(Draw::new(&seed)), choices(Draw::new(&seed)));
        let mut seen = [0u32; 10];
        for n in 0..2000u32 {
            let mut seed = seed;
            seed[28..].copy_from_slice(&n.wrapping_mul(0x9E37_79B9).to_be_bytes());
            seen[Draw::new(&seed).below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (120..280).contains(count)), "{seen:?}");
        assert_eq!(Draw::new(&seed).below(0), 0);
        assert_eq!(Draw::new(&seed).pick::<u8>(&[]), None);
    }

    #[test]
    fn labels_hold_a_digit() {
        for n in 0..200u8 {
            let label = Draw::new(&[n; 32]).label(7);
            assert_eq!(label.len(), 7);
            assert!(label.bytes().any(|byte| byte.is_ascii_digit()), "{label}");
        }
    }
}
