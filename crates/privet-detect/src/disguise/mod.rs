//! Disguises: what a text hides from a plain reading.
//!
//! Three cheap looks at the bytes say whether anything could be hidden at all; only
//! around such places a normalised shadow is made and read again.

mod base64;
mod letter;
mod shadow;

pub(crate) use base64::Base64Runs;
pub(crate) use shadow::windows;

#[cfg(test)]
mod tests {
    use crate::Analyzer;

    #[track_caller]
    fn check(text: &str, want: &[(&str, &str)]) {
        let found = Analyzer::default().analyze(text);
        let got: Vec<_> =
            found.iter().filter_map(|f| Some((f.entity.name(), f.span.of(text)?))).collect();
        assert_eq!(got, want, "in {text:?}");
    }

    #[test]
    fn letters() {
        check(
            "４１１１ １１１１ １１１１ １１１１",
            &[("CREDIT_CARD", "４１１１ １１１１ １１１１ １１１１")],
        );
        check(
            "jane\u{200B}.doe@exam\u{200D}ple.com",
            &[("EMAIL_ADDRESS", "jane\u{200B}.doe@exam\u{200D}ple.com")],
        );
        check("jаnе@example.com is it", &[("EMAIL_ADDRESS", "jаnе@example.com")]);
        check("jane＠example．com", &[("EMAIL_ADDRESS", "jane＠example．com")]);
        check("call +1 415–555–0123", &[("PHONE_NUMBER", "+1 415–555–0123")]);
        check(
            "tél. 06\u{A0}12\u{A0}34\u{A0}56\u{A0}78",
            &[("PHONE_NUMBER", "06\u{A0}12\u{A0}34\u{A0}56\u{A0}78")],
        );
        check("𝐉𝐚𝐧𝐞 𝐃𝐨𝐞 wrote", &[("PERSON", "𝐉𝐚𝐧𝐞 𝐃𝐨𝐞")]);
    }

    #[test]
    fn encodings() {
        check("?to=jane%40example.com&x=1", &[("EMAIL_ADDRESS", "jane%40example.com")]);
        check("?to=jane%2540example.com", &[("EMAIL_ADDRESS", "jane%2540example.com")]);
        check("jane&#64;example&#x2e;com", &[("EMAIL_ADDRESS", "jane&#64;example&#x2e;com")]);
        check("?n=Jane%20Doe", &[("PERSON", "Jane%20Doe")]);
    }

    #[test]
    fn base64() {
        check(
            "x bXkgbWFpbCBpcyBqYW5lQGV4YW1wbGUuY29t y",
            &[("EMAIL_ADDRESS", "bXkgbWFpbCBpcyBqYW5lQGV4YW1wbGUuY29t")],
        );
        // Twice.
        check(
            "YlhrZ2JXRnBiQ0JwY3lCcVlXNWxRR1Y0WVcxd2JHVXVZMjl0",
            &[("EMAIL_ADDRESS", "YlhrZ2JXRnBiQ0JwY3lCcVlXNWxRR1Y0WVcxd2JHVXVZMjl0")],
        );
    }

    #[test]
    fn nothing_hidden() {
        for text in [
            "crates/privet-detect/src/disguise/base64.rs",
            "d41d8cd98f00b204e9800998ecf8427e 0123456789abcdef0123456789abcdef",
            "iVBORw0KGgoaio4fS+3qGXv9IRwiUM+sV7W9oIc55nGxAIqsa8FVVlC1NOzH",
            "100% sure &amp; R&D &nbsp; 50%off",
            "Привет, мир! Γειά σου Κόσμε. 你好，世界",
        ] {
            check(text, &[]);
        }
    }
}
