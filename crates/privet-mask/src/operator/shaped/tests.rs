use std::net::IpAddr;

use proptest::prelude::*;

use super::*;

fn made(entity: EntityType, surface: &str, seed: u8) -> Option<String> {
    let mut draw =
        Draw::new(&std::array::from_fn(|at| (at as u8).wrapping_mul(73) ^ seed.wrapping_mul(31)));
    shaped(entity, surface, &mut draw)
}

/// The shape of a text: digits as 0, letters as a and A.
fn shape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0'..='9' => '0',
            'a'..='z' => 'a',
            'A'..='Z' => 'A',
            c => c,
        })
        .collect()
}

#[test]
fn shapes_stay() {
    use EntityType as E;
    for (entity, surface, begins) in [
        (E::PhoneNumber, "+1 (415) 555-2671", "+1 ("),
        (E::PhoneNumber, "(415) 555-2671", "("),
        (E::PhoneNumber, "415.555.2671", ""),
        (E::PhoneNumber, "1-415-555-2671", "1-"),
        (E::PhoneNumber, "+44 20 7123 4567", "+44 "),
        (E::PhoneNumber, "+44 (0)20 7123 4567", "+44 (0)"),
        (E::PhoneNumber, "07911 123456", "0"),
        (E::PhoneNumber, "+49 30 1234567 8", "+49 "),
        (E::PhoneNumber, "+33 1 42 68 53 00", "+33 "),
        (E::PhoneNumber, "01 42 68 53 00", "0"),
        (E::PhoneNumber, "+61 2 9876 5432", "+61 "),
        (E::MacAddress, "00:1B:44:11:3A:B7", ""),
        (E::CreditCard, "4556 7375 8689 9855", "4242 42"),
        (E::CreditCard, "371449635398431", "378282"),
        (E::IbanCode, "DE89 3704 0044 0532 0130 00", "DE"),
        (E::BirthDate, "14.03.1957", ""),
    ] {
        for seed in 0..50 {
            let token = made(entity, surface, seed).unwrap_or_else(|| panic!("{surface}"));
            let (was, is) = (shape(surface), shape(&token));
            assert!(is == was || entity == E::MacAddress && is.len() == was.len(), "{token}");
            assert!(token.starts_with(begins) && token != surface, "{token}");
        }
    }
}

#[test]
fn ranges_belong_to_nobody() {
    use EntityType as E;
    for seed in 0..200 {
        let IpAddr::V4(v4) = made(E::IpAddress, "81.169.145.68", seed).unwrap().parse().unwrap()
        else {
            panic!("not IPv4")
        };
        assert!(v4.octets()[0] == 198 && matches!(v4.octets()[1], 18 | 19), "{v4}");
        let v6: IpAddr = made(E::IpAddress, "2a01:4f8::1", seed).unwrap().parse().unwrap();
        assert!(v6.to_string().starts_with("2001:db8:"), "{v6}");
        let mac = made(E::MacAddress, "001b.4411.3ab7", seed).unwrap();
        let first = u8::from_str_radix(&mac[..2], 16).unwrap();
        assert_eq!(first & 0b11, 0b10, "{mac}");
        let phone = made(E::PhoneNumber, "+1 415 555 2671", seed).unwrap();
        assert!(phone[6..].starts_with(" 555 01"), "{phone}");
        let mail = made(E::EmailAddress, "jane@acme.test", seed).unwrap();
        assert!(mail.starts_with("email_") && mail.ends_with("@example.com"), "{mail}");
    }
}

#[test]
fn addresses_keep_their_depth() {
    use EntityType as E;
    for (entity, surface, want) in [
        (
            E::Url,
            "https://crm.acme.test:8443/people/jane-doe.html?id=7#x",
            "https://aaaa-*.aaaaaaa.aaa:0000/*/*.html",
        ),
        (E::Url, "http://user:pw@acme.test", "http://aaaa-*.aaaaaaa.aaa"),
        (E::Url, "https://acme.test/", "https://aaaa-*.aaaaaaa.aaa/"),
        (E::Hostname, "db-7.internal.acme.test", "aaaa-*.aaaaaaa.aaa"),
        (E::Custom, "/srv/clients/doe/brief.docx", "/*/*/*/*.docx"),
        (E::Custom, "~/doe/brief", "~/*/*"),
        (E::Custom, "C:\\Clients\\Doe\\brief.pdf", "C:\\*\\*\\*.pdf"),
    ] {
        let token = made(entity, surface, 3).unwrap_or_else(|| panic!("{surface}"));
        let part = |part: &str, want: &str| match want
            .strip_suffix('*')
            .or(want.split_once('*').map(|(a, _)| a))
        {
            Some(lead) => part.len() > lead.len(),
            None => shape(part) == want || part == want,
        };
        let parts = |text: &str| text.split(['/', '\\']).map(str::to_owned).collect::<Vec<_>>();
        let (is, want) = (parts(&token), parts(want));
        assert_eq!(is.len(), want.len(), "{token}");
        assert!(is.iter().zip(&want).all(|(is, want)| part(is, want)), "{token} against {want:?}");
        let end = |text: &str| text.rsplit_once('.').map(|(_, end)| end.to_owned());
        if !surface.contains("://") {
            assert!(entity == E::Hostname || end(&token) == end(surface), "{token}");
        }
    }
}

#[test]
fn what_has_no_shape() {
    use EntityType as E;
    for (entity, surface) in [
        (E::Person, "Jane Doe"),
        (E::PhoneNumber, "+41 44 668 18 00"),
        (E::PhoneNumber, "extension 7"),
        (E::IpAddress, "81.169.145"),
        (E::MacAddress, "00:1B"),
        (E::CreditCard, "9111111111111111"),
        (E::DateTime, "yesterday"),
        (E::Custom, "PRJ-123456"),
        (E::Url, "acme"),
        (E::Hostname, "acme"),
    ] {
        assert_eq!(made(entity, surface, 1), None, "{surface}");
    }
}

proptest! {
    #[test]
    fn check_digits_hold(digits in "[0-9]{9,12}", seed in any::<u8>()) {
        let card = made(EntityType::CreditCard, &format!("4{digits}123"), seed).unwrap();
        let sum: u32 = card.bytes().rev().enumerate().map(|(at, byte)| {
            let digit = u32::from(byte - b'0') * (1 + at as u32 % 2);
            digit / 10 + digit % 10
        }).sum();
        prop_assert_eq!(sum % 10, 0, "{}", card);
        let iban = made(EntityType::IbanCode, &format!("GB82WEST12{digits}"), seed).unwrap();
        let moved = format!("{}{}", &iban[4..], &iban[..4]);
        let rest = moved.chars().filter_map(|c| c.to_digit(36)).fold(0u128, |rest, digit| {
            if digit > 9 { (rest * 100 + u128::from(digit)) % 97 } else { (rest * 10 + u128::from(digit)) % 97 }
        });
        prop_assert_eq!(rest, 1, "{}", iban);
    }

    #[test]
    fn any_text_is_bounded(text in "\\PC{0,120}", seed in any::<u8>()) {
        for entity in EntityType::ALL {
            if let Some(token) = made(*entity, &text, seed) {
                prop_assert!(token.len() <= SHAPED_BYTES_MAX && !token.is_empty());
            }
        }
    }
}
