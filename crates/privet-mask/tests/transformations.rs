//! What models do to tokens, and how much of it comes back: every transformation, over
//! tokens of every form, whole and in a stream. Writes `docs/restoring.md`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use privet_mask::operator::{Alphabet, Draw, Role, fpe, shaped};
use privet_mask::{
    Destination, End, Form, HostList, LABEL_ALPHABET, RestoreTable, RestoreTableBuilder, Restorer,
};
use privet_text::EntityType as E;

/// A token and the value it stands for.
struct Pair {
    form: &'static str,
    token: String,
    value: String,
}

/// How many tokens of each form.
const PER_FORM: u8 = 40;

/// Tokens as the vault makes them, with values that are told apart by their number.
fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut put = |form, token: String, value: String| pairs.push(Pair { form, token, value });
    let role: Role = "CLIENT".parse().unwrap();
    let given = ["Mary", "James", "Julia", "Klaus", "Camille", "Pierre", "Lucia", "Diego"];
    let family = ["Smith", "Weber", "Moreau", "Garcia", "Rossi"];
    for n in 0..PER_FORM {
        let draw = |salt: u8| {
            Draw::new(&std::array::from_fn(|at| {
                (at as u8 ^ salt).wrapping_mul(n.wrapping_mul(59) | 1).wrapping_add(n ^ salt)
            }))
        };
        let label = |salt: u8| draw(salt).label(7).to_uppercase();
        let kinds = [E::Person, E::Organization, E::CreditCard, E::CaseNumber];
        let kind = kinds[usize::from(n) % kinds.len()];
        put("typed", format!("{}_{}", kind.stem(), label(1)), format!("value-t{n:03}"));
        put("role", role.token(usize::from(n)), format!("value-r{n:03}"));
        let made = |entity, surface: &str, salt| shaped(entity, surface, &mut draw(salt)).unwrap();
        put("e-mail", made(E::EmailAddress, "jane@acme.test", 2), format!("value-e{n:03}"));
        put("phone", made(E::PhoneNumber, "+1 (415) 555-2671", 3), format!("value-p{n:03}"));
        put("address", made(E::IpAddress, "81.169.145.68", 4), format!("value-i{n:03}"));
        put("host", made(E::Hostname, "crm.acme.test", 5), format!("value-h{n:03}"));
        put("URL", made(E::Url, "https://crm.acme.test/a/b.html", 6), format!("value-u{n:03}"));
        put("path", made(E::Custom, "/srv/acme/brief.pdf", 7), format!("value-f{n:03}"));
        put(
            "UUID",
            made(E::Uuid, "0a1b2c3d-1111-4222-8333-0123456789ab", 8),
            format!("value-d{n:03}"),
        );
        let number = format!("{:03}-{:02}-{:04}", 100 + u32::from(n), 11, 2000 + u32::from(n));
        put(
            "encrypted",
            fpe::encrypt(&[7; 32], b"t", Alphabet::Form, &number).unwrap(),
            format!("value-x{n:03}"),
        );
        let name = format!("{} {}", given[usize::from(n) % 8], family[usize::from(n) / 8]);
        put("invented", name, format!("value-n{n:03}"));
    }
    pairs
}

fn table(pairs: &[Pair]) -> Arc<RestoreTable> {
    let mut table = RestoreTableBuilder::default();
    for pair in pairs {
        let entity = match pair.form {
            "phone" => E::PhoneNumber,
            "host" => E::Hostname,
            "address" => E::IpAddress,
            "typed" | "role" | "invented" => E::Person,
            _ => E::Custom,
        };
        table.insert(&pair.token, entity, &pair.value);
    }
    Arc::new(table.build())
}

/// What is done to a token, and what should come of it: `{}` is the token, or the value.
struct Transformation {
    name: &'static str,
    /// The forms it is done to; none means all.
    forms: &'static [&'static str],
    make: fn(&str) -> String,
    /// Text around the value when it came back.
    want: fn(&str) -> String,
}

macro_rules! around {
    ($name:literal, $text:literal) => {
        Transformation {
            name: $name,
            forms: &[],
            make: |t| format!($text, t),
            want: |v| format!($text, v),
        }
    };
}

macro_rules! changed {
    ($name:literal, $forms:expr, $make:expr) => {
        Transformation { name: $name, forms: $forms, make: $make, want: |v| format!("it is {v}.") }
    };
}

const TYPED: &[&str] = &["typed"];
const NAMES: &[&str] = &["invented"];
const WORDS: &[&str] = &["typed", "role", "invented"];

fn title(text: &str) -> String {
    let mut up = true;
    text.chars()
        .map(|c| {
            let made = if up { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            up = !c.is_alphanumeric();
            made
        })
        .collect()
}

fn transformations() -> Vec<Transformation> {
    vec![
        around!("as it is", "{}"),
        around!("in a sentence", "Write to {} today."),
        around!("at the end of a sentence", "It was {}."),
        around!("a question", "Is it {}?"),
        around!("a comma and no space behind", "{},and others"),
        around!("possessive 's", "This is {}'s file"),
        around!("possessive ’s", "This is {}’s file"),
        around!("bold", "**{}** said"),
        around!("italic, stars", "*{}* said"),
        around!("italic, underscores", "_{}_ said"),
        around!("bold italic", "***{}***"),
        around!("struck through", "~~{}~~"),
        around!("code", "run `{}` now"),
        around!("code block", "```\n{}\n```"),
        around!("heading", "## {}\n\ntext"),
        around!("list item", "- {}\n- other"),
        around!("numbered item", "1. {}\n2. other"),
        around!("block quote", "> {}\n"),
        around!("table cell", "| a | {} | b |"),
        around!("table cell without spaces", "|a|{}|b|"),
        around!("link text", "[{}](#there)"),
        around!("link target", "[there](mailto:{})"),
        around!("HTML element", "<b>{}</b>"),
        around!("HTML attribute", "<td title=\"{}\">"),
        around!("double quotes", "say \"{}\" twice"),
        around!("curly quotes", "say “{}” twice"),
        around!("guillemets", "dites «{}» encore"),
        around!("German quotes", "sage „{}“ noch"),
        around!("parentheses", "the person ({}) came"),
        around!("brackets", "the person [{}] came"),
        around!("long dash beside", "she—{}—came"),
        around!("ellipsis behind", "it was {}…"),
        around!("Chinese beside", "请联系{}，谢谢"),
        around!("Japanese beside", "宛先は{}です"),
        around!("CSV cell", "1,{},x"),
        around!("shell variable", "OWNER={} make"),
        around!("Python string", "x = '{}'  # owner"),
        around!("YAML value", "owner: {}\nnext: 1"),
        around!("equals sign behind", "{}=owner"),
        around!("slash between", "a {}/b"),
        around!("colon behind", "{}: hello"),
        around!("semicolon behind", "x; {}; y"),
        Transformation {
            name: "JSON string",
            forms: &[],
            make: |t| format!("{{\"to\": \"{t}\"}}"),
            want: |v| format!("{{\"to\": \"{v}\"}}"),
        },
        Transformation {
            name: "JSON in a JSON string",
            forms: &[],
            make: |t| format!("{{\"body\": \"{{\\\"to\\\": \\\"{t}\\\"}}\"}}"),
            want: |v| format!("{{\"body\": \"{{\\\"to\\\": \\\"{v}\\\"}}\"}}"),
        },
        changed!("small letters", &[], |t| format!("it is {}.", t.to_lowercase())),
        changed!("capitals", &[], |t| format!("it is {}.", t.to_uppercase())),
        changed!("capitals at the beginnings", &[], |t| format!("it is {}.", title(t))),
        changed!("Markdown's backslash before _", &[], |t| format!(
            "it is {}.",
            t.replace('_', "\\_")
        )),
        changed!("Markdown's backslash before _, -, . and @", &[], |t| {
            let mut made = String::from("it is ");
            for c in t.chars() {
                if matches!(c, '_' | '-' | '.' | '@') {
                    made.push('\\');
                }
                made.push(c);
            }
            made + "."
        }),
        changed!("hyphen for underscore", TYPED, |t| format!("it is {}.", t.replace('_', "-"))),
        changed!("space for underscore", TYPED, |t| format!("it is {}.", t.replace('_', " "))),
        changed!("no underscore", TYPED, |t| format!("it is {}.", t.replace('_', ""))),
        changed!("no-break hyphen for underscore", TYPED, |t| format!(
            "it is {}.",
            t.replace('_', "\u{2011}")
        )),
        changed!("no-break space for underscore", TYPED, |t| format!(
            "it is {}.",
            t.replace('_', "\u{a0}")
        )),
        changed!("the random part alone", TYPED, |t| format!(
            "it is {}.",
            t.split_once('_').unwrap().1
        )),
        changed!("a line break for the underscore", TYPED, |t| format!(
            "it is {}.",
            t.replace('_', "\n")
        )),
        changed!("a line break and indentation behind the underscore", TYPED, |t| format!(
            "it is {}.",
            t.replace('_', "_\n    ")
        )),
        changed!("a line break between words", NAMES, |t| format!(
            "it is {}.",
            t.replace(' ', "\n  ")
        )),
        changed!("no-break space between words", NAMES, |t| format!(
            "it is {}.",
            t.replace(' ', "\u{a0}")
        )),
        changed!("telephone digits alone", &["phone"], |t| {
            let digits: String = t.chars().filter(char::is_ascii_digit).collect();
            format!("it is +{digits}.")
        }),
        changed!("telephone with hyphens", &["phone"], |t| {
            let d: String = t.chars().filter(char::is_ascii_digit).collect();
            format!("it is {}-{}-{}.", &d[1..4], &d[4..7], &d[7..])
        }),
        changed!("telephone with points", &["phone"], |t| {
            let d: String = t.chars().filter(char::is_ascii_digit).collect();
            format!("it is {}.{}.{}.", &d[1..4], &d[4..7], &d[7..])
        }),
        Transformation {
            name: "plural s",
            forms: TYPED,
            make: |t| format!("both {t}s came"),
            want: |v| format!("both {v}s came"),
        },
        Transformation {
            name: "German genitive s",
            forms: &["typed", "invented"],
            make: |t| format!("{t}s Adresse ist da"),
            want: |v| format!("{v}s Adresse ist da"),
        },
        Transformation {
            name: "Swedish genitive s",
            forms: &["typed", "invented"],
            make: |t| format!("på {t}s vägnar"),
            want: |v| format!("på {v}s vägnar"),
        },
        Transformation {
            name: "Finnish case with colon",
            forms: WORDS,
            make: |t| format!("{t}:n asia"),
            want: |v| format!("{v}:n asia"),
        },
        Transformation {
            name: "Polish case ending",
            forms: TYPED,
            make: |t| format!("przekaż {t}owi list"),
            want: |v| format!("przekaż {v}owi list"),
        },
        Transformation {
            name: "Turkish case with apostrophe",
            forms: WORDS,
            make: |t| format!("{t}'in adresi"),
            want: |v| format!("{v}'in adresi"),
        },
        Transformation {
            name: "Hungarian case with hyphen",
            forms: TYPED,
            make: |t| format!("{t}-nak adtam"),
            want: |v| format!("{v}-nak adtam"),
        },
        Transformation {
            name: "French elision",
            forms: WORDS,
            make: |t| format!("l'avis d'{t} compte"),
            want: |v| format!("l'avis d'{v} compte"),
        },
        Transformation {
            name: "in the URL of a listed host",
            forms: TYPED,
            make: |t| format!("https://crm.acme.test/people/{t}/edit"),
            want: |v| format!("https://crm.acme.test/people/{v}/edit"),
        },
        Transformation {
            name: "in a path",
            forms: TYPED,
            make: |t| format!("/home/{t}/notes.txt"),
            want: |v| format!("/home/{v}/notes.txt"),
        },
        Transformation {
            name: "in an identifier of a program",
            forms: TYPED,
            make: |t| format!("get_{t}_id(x)"),
            want: |v| format!("get_{v}_id(x)"),
        },
        Transformation {
            name: "a port behind",
            forms: &["address", "host"],
            make: |t| format!("curl {t}:8080/x"),
            want: |v| format!("curl {v}:8080/x"),
        },
        Transformation {
            name: "a user in front",
            forms: &["address", "host"],
            make: |t| format!("ssh ops@{t}"),
            want: |v| format!("ssh ops@{v}"),
        },
        changed!("a hyphen at the end of the line", TYPED, |t| {
            let (head, tail) = t.split_at(t.len() - 3);
            format!("it is {head}-\n{tail}.")
        }),
        changed!("letters spaced out", TYPED, |t| {
            let spaced: Vec<String> = t.chars().map(String::from).collect();
            format!("it is {}.", spaced.join(" "))
        }),
        changed!("the type translated", TYPED, |t| format!(
            "it is PERSONA_{}.",
            t.split_once('_').unwrap().1
        )),
        changed!("split over two table cells", TYPED, |t| {
            let (head, tail) = t.split_at(t.len() - 3);
            format!("it is {head} | {tail}.")
        }),
    ]
}

/// Makes something else of a token; `None` where it would still be one.
type Spoil = fn(&str) -> Option<String>;

/// What is no token any more and must stay: nothing of it is anybody's value.
fn others() -> Vec<(&'static str, Spoil)> {
    vec![
        ("last character lost", |t| {
            let cut = &t[..t.len() - 1];
            // Half an extension or domain is told by no boundary.
            (!t.contains(['/', '@'])).then(|| format!("it is {cut} or"))
        }),
        ("first character lost", |t| {
            (!t.starts_with(['/', '+'])).then(|| format!("it is {} or", &t[1..]))
        }),
        ("a character more", |t| Some(format!("it is {t}7 or"))),
        ("a letter in front", |t| {
            (!t.starts_with('+') && (!t.contains('_') || t.contains('@')))
                .then(|| format!("it is x{t} or"))
        }),
        ("another character in the random part", |t| {
            let at = t.rfind(|c: char| c.is_ascii_digit())?;
            let other = if &t[at..=at] == "7" { "4" } else { "7" };
            Some(format!("it is {}{other}{} or", &t[..at], &t[at + 1..]))
        }),
    ]
}

fn restore(table: &Arc<RestoreTable>, text: &str, piece: usize) -> String {
    let hosts = Arc::new(HostList::new([String::from("crm.acme.test")]));
    let mut restorer = Restorer::new(Arc::clone(table), hosts, Form::Text, Destination::Inside);
    let mut out = Vec::new();
    let chars: Vec<char> = text.chars().collect();
    for piece in chars.chunks(piece) {
        restorer.push(&piece.iter().collect::<String>(), &mut out, &mut ());
        assert!(restorer.held_bytes() <= privet_mask::TOKEN_BYTES_MAX);
    }
    restorer.finish(End::Complete, &mut out, &mut ());
    String::from_utf8(out).unwrap()
}

#[derive(Default)]
struct Count {
    tried: usize,
    back: usize,
    wrong: usize,
}

#[test]
fn what_comes_back() {
    assert_eq!(LABEL_ALPHABET.len(), 32);
    let pairs = pairs();
    let table = table(&pairs);
    let mut page = String::from(HEAD);
    let mut all = Count::default();
    for one in transformations() {
        let mut count = Count::default();
        for pair in pairs.iter().filter(|p| one.forms.is_empty() || one.forms.contains(&p.form)) {
            let text = (one.make)(&pair.token);
            let got = restore(&table, &text, usize::MAX);
            for piece in [1, 3, 7] {
                assert_eq!(restore(&table, &text, piece), got, "{text:?} in pieces of {piece}");
            }
            count.tried += 1;
            count.back += usize::from(got == (one.want)(&pair.value));
            // The value of anybody else, or of this token's with something of it left over.
            let said = got.matches("value-").count();
            let own = got.matches(&pair.value).count();
            count.wrong += usize::from(said != own);
        }
        row(&mut page, one.name, &count, one.forms);
        all.tried += count.tried;
        all.back += count.back;
        all.wrong += count.wrong;
    }
    let mut left = Count::default();
    for (name, make) in others() {
        for (pair, text) in pairs.iter().filter_map(|pair| Some((pair, make(&pair.token)?))) {
            let got = restore(&table, &text, usize::MAX);
            // It may have become another token of the table, whole.
            let other = pairs.iter().find(|p| p.token != pair.token && text.contains(&p.token));
            left.tried += 1;
            if got.contains("value-") && !other.is_some_and(|o| got.contains(&o.value)) {
                left.wrong += 1;
                assert!(pair.form == "none", "{name}: {text:?} became {got:?}");
            }
        }
    }
    assert_eq!((all.wrong, left.wrong), (0, 0), "{page}");
    let share = 100.0 * (all.tried - all.back) as f64 / all.tried as f64;
    let _ = write!(
        page,
        "\n**{} of {} came back ({share:.1} % did not), {} came back wrong.** Of {} texts that were no \
         token any more (a character lost, added or another), {} became anybody's value.\n",
        all.back, all.tried, all.wrong, left.tried, left.wrong
    );
    assert!(share < 8.0, "{page}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/restoring.md");
    if std::env::var_os("PRIVET_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/restoring.md is out of date: make docs\n{page}");
}

fn row(page: &mut String, name: &str, count: &Count, forms: &[&str]) {
    let forms = if forms.is_empty() { String::from("all") } else { forms.join(", ") };
    let _ =
        writeln!(page, "| {name} | {forms} | {} | {} | {} |", count.tried, count.back, count.wrong);
}

const HEAD: &str = "# What comes back

Models change what they copy. A token is restored when it is clear whose it is, and stays as it is when not: its
random part must be exact, and what stands beside it must not make it a piece of something else. Nothing is ever
guessed from a half.

Each row is something models do to tokens, done to 40 tokens of each form and restored whole and in pieces of one, three
and seven characters, which must give the same. Forms are typed tokens (`PERSON_K7Q2MX4`), roles (`CLIENT_A`), shaped
e-mails, telephone numbers, IP addresses, hosts, URLs, paths and UUIDs, numbers encrypted in their form, and invented
names; see [operators.md](operators.md). *Wrong* counts texts in which somebody else's value appeared.

This page is made by `cargo test -p privet-mask --test transformations`; `make docs` writes it.

| what was done | to forms | n | came back | wrong |
|---|---|--:|--:|--:|
";
