//! FF1, format-preserving encryption (NIST SP 800-38G).
//!
//! A string over an alphabet becomes another one of the same length over the same
//! alphabet. The mode is written here and not taken from a crate because halves that fit
//! 96 bits, which is all that identifiers need, can be computed in machine words: one block
//! of AES a round, and no allocation. The tests hold it against the published samples and
//! against two other implementations.

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt, KeyInit};

/// Fewer possible values than this can be tried out one by one (so asks revision 1 of SP 800-38G).
pub const DOMAIN_MIN: u128 = 1_000_000;

/// Why a text cannot be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FpeError {
    /// There are fewer than a million texts of this length.
    #[error(
        "too short for format-preserving encryption: a text of this length and alphabet has fewer \
         than 1000000 forms, so all of them could be tried"
    )]
    TooFew,
    /// Half of the text does not fit 96 bits.
    #[error(
        "too long for format-preserving encryption: at most 56 digits, or 32 letters and digits"
    )]
    TooLong,
    /// A numeral is not below the radix.
    #[error("a character is not of the alphabet")]
    Foreign,
}

/// AES-256 or, for the published samples, another AES.
pub struct Ff1<C = Aes256> {
    cipher: C,
    radix: u32,
}

impl Ff1 {
    /// Encrypts strings of numerals below `radix` (2 to 65536; others count as 2) under `key`.
    pub fn new(key: &[u8; 32], radix: u32) -> Self {
        Self::with_cipher(Aes256::new(key.into()), radix)
    }
}

/// A round's direction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Forth,
    Back,
}

impl<C: BlockEncrypt<BlockSize = aes::cipher::consts::U16>> Ff1<C> {
    pub(crate) fn with_cipher(cipher: C, radix: u32) -> Self {
        Self { cipher, radix: if (2..=65536).contains(&radix) { radix } else { 2 } }
    }

    /// Encrypts `numerals` in place. `tweak` need not be secret; another tweak gives
    /// another text.
    ///
    /// # Errors
    /// If the text is too short to be safe, too long, or not over the alphabet. It is
    /// unchanged then.
    pub fn encrypt(&self, tweak: &[u8], numerals: &mut [u16]) -> Result<(), FpeError> {
        self.run(Way::Forth, tweak, numerals)
    }

    /// Undoes [`encrypt`](Self::encrypt).
    ///
    /// # Errors
    /// As it.
    pub fn decrypt(&self, tweak: &[u8], numerals: &mut [u16]) -> Result<(), FpeError> {
        self.run(Way::Back, tweak, numerals)
    }

    fn run(&self, way: Way, tweak: &[u8], numerals: &mut [u16]) -> Result<(), FpeError> {
        let radix = u128::from(self.radix);
        if numerals.iter().any(|numeral| u32::from(*numeral) >= self.radix) {
            return Err(FpeError::Foreign);
        }
        let length = numerals.len();
        let wide = (0..length).try_fold(1u128, |all, _| all.checked_mul(radix));
        if wide.is_some_and(|all| all < DOMAIN_MIN) {
            return Err(FpeError::TooFew);
        }
        let (u, v) = (length / 2, length - length / 2);
        let power = |of: usize| (0..of).try_fold(1u128, |all, _| all.checked_mul(radix));
        let high = power(v).filter(|high| *high <= 1 << 96).ok_or(FpeError::TooLong)?;
        let low = high / if u == v { 1 } else { radix };
        let tweak_bytes = u32::try_from(tweak.len()).map_err(|_| FpeError::TooLong)?;
        let length_bytes = u32::try_from(length).map_err(|_| FpeError::TooLong)?;
        let (left, right) = numerals.split_at_mut(u);

        // The bytes of a half: the bits of radix^v - 1, rounded up.
        let b = (128 - (high - 1).leading_zeros()).div_ceil(8) as usize;
        let d = 4 * b.div_ceil(4) + 4;
        let mut chain = [0u8; 16];
        self.absorb(&mut chain, &first_block(self.radix, u, length_bytes, tweak_bytes));
        // Q = tweak, zeros, round, half: all blocks but the last are the same each round.
        let zeros = (16 - (tweak.len() + b + 1) % 16) % 16;
        let before = tweak.len() + zeros + 1 + b - 16;
        let fixed = |at: usize| tweak.get(at).copied().unwrap_or(0);
        for block in 0..before / 16 {
            self.absorb(&mut chain, &std::array::from_fn(|at| fixed(block * 16 + at)));
        }
        let last: [u8; 16] =
            std::array::from_fn(|at| if at < 15 - b { fixed(before + at) } else { 0 });

        let (mut a, mut c) = (number(left, radix), number(right, radix));
        for step in 0..10u8 {
            let round = if way == Way::Forth { step } else { 9 - step };
            // Forth the round reads the right half and changes the left one; back the reverse.
            let read = if way == Way::Forth { c } else { a };
            let mut block = last;
            for (at, byte) in block.iter_mut().enumerate().skip(15 - b) {
                *byte = if at == 15 - b { round } else { (read >> (8 * (15 - at))) as u8 };
            }
            let mut state = chain;
            self.absorb(&mut state, &block);
            // INVARIANT: b <= 12, so d <= 16: S is the first block alone.
            let y = u128::from_be_bytes(state) >> (8 * (16 - d));
            let modulus = if round % 2 == 0 { low } else { high };
            let y = y % modulus;
            (a, c) = match way {
                Way::Forth => (c, (a + y) % modulus),
                Way::Back => ((c + modulus - y) % modulus, a),
            };
        }
        spell(a, radix, left);
        spell(c, radix, right);
        Ok(())
    }

    /// One step of CBC-MAC.
    fn absorb(&self, chain: &mut [u8; 16], block: &[u8; 16]) {
        for (state, byte) in chain.iter_mut().zip(block) {
            *state ^= byte;
        }
        self.cipher.encrypt_block(GenericArray::from_mut_slice(chain));
    }
}

/// P of the standard (algorithm 7, step 5).
fn first_block(radix: u32, u: usize, length: u32, tweak: u32) -> [u8; 16] {
    let radix = radix.to_be_bytes();
    let mut block = [0; 16];
    let head = [1, 2, 1, radix[1], radix[2], radix[3], 10, (u % 256) as u8];
    let bytes = head.into_iter().chain(length.to_be_bytes()).chain(tweak.to_be_bytes());
    for (to, byte) in block.iter_mut().zip(bytes) {
        *to = byte;
    }
    block
}

fn number(numerals: &[u16], radix: u128) -> u128 {
    numerals.iter().fold(0, |number, numeral| number * radix + u128::from(*numeral))
}

fn spell(mut number: u128, radix: u128, numerals: &mut [u16]) {
    for numeral in numerals.iter_mut().rev() {
        *numeral = u16::try_from(number % radix).unwrap_or(0);
        number /= radix;
    }
}

#[cfg(test)]
mod tests;
