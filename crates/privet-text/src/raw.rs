//! [`Raw`]: text as somebody sent it.

use std::fmt;

use zeroize::Zeroize;

/// A value as the caller sent it. It may hold personal data, so it has no
/// `Display`, no `Serialize`, and a `Debug` that shows only its length. The one
/// way in is [`Raw::expose`], and every call of it is a place to review.
///
/// ```compile_fail
/// let raw = privet_text::Raw::new(String::from("Jane Doe"));
/// println!("{raw}"); // raw text cannot be printed
/// ```
///
/// ```compile_fail
/// fn sent_as_json<T: serde::Serialize>(_: T) {}
/// sent_as_json(privet_text::Raw::new(String::from("Jane Doe")));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Raw<T: Zeroize + AsRef<[u8]>>(T);

impl<T: Zeroize + AsRef<[u8]>> Raw<T> {
    /// Marks `value` as raw.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Each call is a place where raw text could escape;
    /// ARCHITECTURE.md lists them.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + AsRef<[u8]>> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.0.as_ref().len())
    }
}

impl<T: Zeroize + AsRef<[u8]>> Drop for Raw<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_only_the_length() {
        assert_eq!(format!("{:?}", Raw::new(String::from("Jane Doe"))), "Raw(8 bytes)");
    }
}
