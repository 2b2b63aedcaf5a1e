use aes::{Aes128, Aes192};
use proptest::prelude::*;

use super::*;

fn numerals(text: &str) -> Vec<u16> {
    text.chars().map(|c| c.to_digit(36).unwrap() as u16).collect()
}

fn spelled(numerals: &[u16]) -> String {
    numerals.iter().map(|n| char::from_digit(u32::from(*n), 36).unwrap()).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap()
}

/// The nine samples that NIST publishes for FF1 (SP 800-38G, examples).
#[test]
fn the_published_samples() {
    const KEY: &str = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94";
    let tweak = ["", "39383736353433323130", "3737373770717273373737"];
    let text = ["0123456789", "0123456789", "0123456789abcdefghi"];
    let want = [
        (16, ["2433477484", "6124200773", "a9tv40mll9kdu509eum"]),
        (24, ["2830668132", "2496655549", "xbj3kv35jrawxv32ysr"]),
        (32, ["6657667009", "1001623463", "xs8a0azh2avyalyzuwd"]),
    ];
    for (key_bytes, want) in want {
        let key = bytes(&KEY[..2 * key_bytes]);
        let key = if key_bytes == 24 {
            bytes("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F")
        } else {
            key
        };
        for sample in 0..3 {
            let radix = if sample == 2 { 36 } else { 10 };
            let tweak = bytes(tweak[sample]);
            let mut text = numerals(text[sample]);
            let before = text.clone();
            let (forth, back) = match key_bytes {
                16 => both(Aes128::new(GenericArray::from_slice(&key)), radix, &tweak, &mut text),
                24 => both(Aes192::new(GenericArray::from_slice(&key)), radix, &tweak, &mut text),
                _ => both(Aes256::new(GenericArray::from_slice(&key)), radix, &tweak, &mut text),
            };
            assert_eq!(forth, want[sample], "sample {sample} of AES-{}", key_bytes * 8);
            assert_eq!(back, before);
        }
    }
}

fn both<C: BlockEncrypt<BlockSize = aes::cipher::consts::U16>>(
    cipher: C,
    radix: u32,
    tweak: &[u8],
    text: &mut [u16],
) -> (String, Vec<u16>) {
    let ff1 = Ff1::with_cipher(cipher, radix);
    ff1.encrypt(tweak, text).unwrap();
    let forth = spelled(text);
    ff1.decrypt(tweak, text).unwrap();
    (forth, text.to_vec())
}

#[test]
fn what_cannot_be_encrypted() {
    let ten = Ff1::new(&[7; 32], 10);
    let check = |ff1: &Ff1, mut text: Vec<u16>, want: Result<(), FpeError>| {
        let before = text.clone();
        assert_eq!(ff1.encrypt(b"t", &mut text), want);
        assert_eq!(want.is_err(), text == before);
    };
    check(&ten, vec![1; 5], Err(FpeError::TooFew));
    check(&ten, vec![], Err(FpeError::TooFew));
    check(&ten, vec![1; 6], Ok(()));
    check(&ten, vec![1; 56], Ok(()));
    check(&ten, vec![1; 57], Err(FpeError::TooLong));
    check(&ten, vec![1, 2, 3, 10, 5, 6, 7], Err(FpeError::Foreign));
    check(&Ff1::new(&[7; 32], 36), vec![35; 3], Err(FpeError::TooFew));
    check(&Ff1::new(&[7; 32], 36), vec![35; 4], Ok(()));
    check(&Ff1::new(&[7; 32], 62), vec![61; 32], Ok(()));
    check(&Ff1::new(&[7; 32], 65536), vec![9, 65535], Ok(()));
    check(&Ff1::new(&[7; 32], 2), vec![1; 19], Err(FpeError::TooFew));
}

proptest! {
    /// Two other implementations say the same, and it can be undone.
    #[test]
    fn others_agree(
        key in any::<[u8; 32]>(),
        tweak in proptest::collection::vec(any::<u8>(), 0..40),
        radix in prop_oneof![Just(10u32), Just(36), Just(62), Just(2), 2u32..=65536],
        seed in proptest::collection::vec(any::<u16>(), 2..48),
    ) {
        let text: Vec<u16> = seed.iter().map(|n| (u32::from(*n) % radix) as u16).collect();
        let mut ours = text.clone();
        let ff1 = Ff1::new(&key, radix);
        match ff1.encrypt(&tweak, &mut ours) {
            Err(error) => prop_assert!(error != FpeError::Foreign),
            Ok(()) => {
                let other = fpr_ff1::FF1::new(&key, radix).unwrap();
                prop_assert_eq!(other.encrypt_numerals(&text, Some(&tweak)).unwrap(), ours.clone());
                let third = fpe::ff1::FF1::<Aes256>::new(&key, radix).unwrap();
                let third = third
                    .encrypt(&tweak, &fpe::ff1::FlexibleNumeralString::from(text.clone()))
                    .unwrap();
                prop_assert_eq!(Vec::<u16>::from(third), ours.clone());
                ff1.decrypt(&tweak, &mut ours).unwrap();
                prop_assert_eq!(ours, text);
            }
        }
    }
}
