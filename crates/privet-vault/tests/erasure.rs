//! Erased is erased: in the live databases, on every machine, and after a restored backup.
//! All people are invented.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;

use house::{House, at, name};
use privet_text::EntityType::{EmailAddress, Person};
use privet_vault::{
    ErasureReport, Likeness, Mention, RestoreError, Scope, SecretMode, Subject, VaultError,
};

const JANE: &str = "Jane Doe";
const MAIL: &str = "jane.doe@kestrel-mail.com";
const MAX: &str = "Max Muster";

/// Writes values of Jane and Max into the scopes of two people, and memos that name them.
fn fill(house: &House) -> Vec<String> {
    let mut tokens = Vec::new();
    for who in ["kim", "lee"] {
        let scope = house.scope(who);
        let values = [(Person, JANE), (Person, "DOE, Jane"), (EmailAddress, MAIL), (Person, MAX)];
        let mut claims: Vec<_> =
            values.iter().map(|(entity, value)| scope.claim(*entity, value).unwrap()).collect();
        let secret = format!("password of {JANE}");
        claims.push(scope.claim_secret(&secret, SecretMode::Sealed, at(0)).unwrap());
        house.commit(&claims).unwrap();
        for (number, claim) in (0u8..).zip(&claims) {
            remember(house, &scope, number, claim.token());
            tokens.push(claim.token().to_owned());
        }
    }
    tokens
}

fn remember(house: &House, scope: &std::sync::Arc<Scope>, number: u8, token: &str) {
    // As a model may have spelled it.
    let spelled = if number.is_multiple_of(2) { token.to_lowercase() } else { token.to_owned() };
    let memo = format!("memo with {} in it", spelled.replace('_', "-")).into_bytes();
    let scope = std::sync::Arc::clone(scope);
    let written = house.store.write(move |tx| -> Result<(), VaultError> {
        scope.insert_segment_memos(tx, &[([number; 32], memo.clone())], at(0))?;
        scope.insert_answer_memos(tx, &[([number; 32], memo.clone())], at(0))?;
        Ok(())
    });
    written.wait().unwrap();
}

fn find(house: &House) -> Subject {
    let identifiers = [JANE.to_owned(), MAIL.to_owned()];
    house.vault.find_subject("acme", &identifiers, at(0)).unwrap()
}

fn sure(subject: Subject) -> Vec<Mention> {
    let sure = |mention: &Mention| mention.likeness < Likeness::Possible;
    subject.mentions.into_iter().filter(sure).collect()
}

fn erase(house: &House) -> ErasureReport {
    house.vault.erase(&sure(find(house)), at(1)).unwrap().report.unwrap()
}

/// That Jane is gone from `house`, and Max is not.
fn assert_erased(house: &House, tokens: &[String]) {
    for (who, tokens) in ["kim", "lee"].iter().zip(tokens.chunks(5)) {
        let scope = house.scope(who);
        for token in &tokens[..3] {
            let opened = scope.open(token, at(1));
            assert!(matches!(opened, Err(RestoreError::Erased)), "{token}: {opened:?}");
        }
        assert_eq!(scope.open(&tokens[3], at(1)).unwrap().expose(), MAX);
        assert!(scope.open(&tokens[4], at(1)).is_err(), "the secret names her");
        let hashes = [0, 1, 2, 3, 4].map(|number| [number; 32]);
        let left = [false, false, false, true, false];
        for memos in [scope.get_segments(&hashes, at(1)), scope.get_answers(&hashes, at(1))] {
            assert_eq!(memos.unwrap().iter().map(Option::is_some).collect::<Vec<_>>(), left);
        }
        // The same person again: never under the token that was hers.
        let again = scope.claim(Person, JANE).unwrap();
        assert!(again.is_fresh() && !tokens.contains(&again.token().to_owned()));
    }
    assert!(sure(find(house)).is_empty());
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { super::$name(super::House::new()); })* }
        mod postgres { $(#[test] fn $name() { super::$name(super::House::on_postgres()); })* }
    };
}

on_both!(
    a_person_is_found_by_what_names_them,
    erased_values_do_not_come_back,
    words_of_an_invented_name_go_with_it,
    other_machines_forget_them_too,
    an_erasure_that_was_cut_off_is_carried_on,
    keys_are_rotated_while_others_work,
);

/// An invented name is made of words with rows of their own: left behind, they would say whom
/// it stood for.
fn words_of_an_invented_name_go_with_it(house: House) {
    let scope = house.scope("kim");
    let made = |form: &str, value: &str, token: &str| {
        let claim = scope.claim_made(Person, form, value, &mut |attempt, _| {
            (attempt == 0).then(|| token.to_owned())
        });
        house.commit(&[claim.unwrap().unwrap()]).unwrap();
    };
    for (value, token) in [("Jane", "Mary"), ("Doe", "Smith"), ("Max", "Tom"), ("Muster", "Hill")] {
        made("word", value, token);
    }
    for (value, token) in [
        (JANE, "Mary Smith"),
        ("JANE DOE", "MARY SMITH"),
        (MAX, "Tom Hill"),
        ("Max Doe", "Tom Smith"),
    ] {
        made("surrogate", value, token);
    }
    let found = sure(find(&house));
    let mut tokens: Vec<&str> = found.iter().map(|mention| &*mention.token).collect();
    tokens.sort_unstable();
    assert_eq!(tokens, ["MARY SMITH", "Mary", "Mary Smith", "Smith"]);
    house.vault.erase(&found, at(1)).unwrap();
    let scope = house.scope("kim");
    for token in tokens {
        assert!(matches!(scope.open(token, at(1)), Err(RestoreError::Erased)), "{token}");
    }
    for (token, value) in [("Tom Hill", MAX), ("Tom Smith", "Max Doe"), ("Tom", "Max")] {
        assert_eq!(scope.open(token, at(1)).unwrap().expose(), value);
    }
    assert!(sure(find(&house)).is_empty());
}

fn a_person_is_found_by_what_names_them(house: House) {
    fill(&house);
    let scope = house.scope("kim");
    house.commit(&[scope.claim(Person, "Ms. Doe").unwrap()]).unwrap();
    let subject = find(&house);
    assert_eq!((subject.searched, subject.unreadable), (11, 0));
    let mut found: Vec<_> = subject
        .mentions
        .iter()
        .map(|mention| (mention.likeness, mention.value.expose().as_str()))
        .collect();
    found.sort_unstable();
    found.dedup();
    let want = [
        (Likeness::Same, JANE),
        (Likeness::Same, MAIL),
        (Likeness::Holds, "DOE, Jane"),
        (Likeness::Holds, "password of Jane Doe"),
        (Likeness::Possible, "Ms. Doe"),
    ];
    assert_eq!(found, want);
    let nobody = house.vault.find_subject("rival", &[JANE.to_owned()], at(0)).unwrap();
    assert_eq!(nobody.searched, 0, "another tenant's values are not looked at");
}

fn erased_values_do_not_come_back(house: House) {
    let tokens = fill(&house);
    let report = erase(&house);
    assert_eq!(report.values["PERSON"], 4);
    assert_eq!(report.values["EMAIL_ADDRESS"], 2);
    assert_eq!(report.values["SECRET"], 2);
    assert_eq!((report.keys_given_up, report.memos, report.scopes), (6, 16, 2));
    assert_erased(&house, &tokens);
    let house = house.reopen();
    assert_eq!(house.vault.erasures_replayed(), 0);
    assert_erased(&house, &tokens);
    let erasures = house.vault.erasures().unwrap();
    assert_eq!(erasures.len(), 1);
    assert_eq!((erasures[0].tokens, erasures[0].report.as_ref()), (8, Some(&report)));
}

fn other_machines_forget_them_too(house: House) {
    let tokens = fill(&house);
    let there = house.neighbour();
    let before = there.scope("kim");
    // Known there by heart.
    let jane = before.claim(Person, JANE).unwrap();
    assert!(!jane.is_fresh());
    erase(&house);
    // What a request in flight there would write is refused, and then it knows.
    let scope = std::sync::Arc::clone(&before);
    let current = there.store.write(move |tx| scope.is_current(tx)).wait().unwrap();
    assert!(!current);
    let after = there.scope("kim");
    assert!(!std::sync::Arc::ptr_eq(&before, &after));
    assert_erased(&there, &tokens);
}

fn an_erasure_that_was_cut_off_is_carried_on(house: House) {
    let tokens = fill(&house);
    let mentions = sure(find(&house));
    let refuse =
        "CREATE TRIGGER broken BEFORE DELETE ON answer_memo BEGIN SELECT RAISE(FAIL, 'no'); END";
    let sqlite = matches!(house.store.location(), privet_store::Location::File(_));
    if sqlite {
        house.sql(refuse);
    } else {
        house.server_sql("ALTER TABLE privet.answer_memo RENAME TO elsewhere");
    }
    assert!(house.vault.erase(&mentions, at(1)).is_err());
    let partial = house.vault.erasures().unwrap();
    assert_eq!(partial.len(), 1);
    assert!(partial[0].report.is_none(), "it is shown as not complete");
    if sqlite {
        house.sql("DROP TRIGGER broken");
    } else {
        house.server_sql("ALTER TABLE privet.elsewhere RENAME TO answer_memo");
    }
    let carried_on = house.vault.retry_erasures(at(2)).unwrap();
    assert_eq!(carried_on.len(), 1);
    assert!(carried_on[0].report.is_some());
    assert_erased(&house, &tokens);
    assert!(house.vault.retry_erasures(at(3)).unwrap().is_empty());
}

fn keys_are_rotated_while_others_work(house: House) {
    let tokens = fill(&house);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let rounds = std::sync::atomic::AtomicUsize::new(0);
    let there = house.neighbour();
    std::thread::scope(|threads| {
        let worker = threads.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                // A new scope each time: made, closed and opened again while keys change.
                let who = format!("person{}", rounds.load(std::sync::atomic::Ordering::Relaxed));
                let claim = there.scope(&who).claim(Person, JANE).unwrap();
                there.commit(std::slice::from_ref(&claim)).unwrap();
                let other = there.neighbour();
                assert_eq!(other.scope(&who).open(claim.token(), at(0)).unwrap().expose(), JANE);
                rounds.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        });
        let file = house.key_file();
        let old = std::fs::read(house.path.with_file_name("root.key")).unwrap();
        let mut scopes = 0;
        for rotation in 1..4 {
            // Between two rotations somebody has worked, however busy the machine is.
            while rounds.load(std::sync::atomic::Ordering::Relaxed) < 2 * rotation {
                assert!(!worker.is_finished(), "the others cannot work");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            let next = file.next(&privet_vault::OsRandom).unwrap();
            assert_eq!(house.vault.rotate_root(&next).unwrap().tenants, 2);
            file.finish_rotation().unwrap();
            house.vault.check_root().unwrap();
            scopes += house.vault.rotate_tenants(at(1)).unwrap().scopes;
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        worker.join().unwrap();
        assert!(scopes > 6, "{scopes}");
        assert_ne!(old, std::fs::read(house.path.with_file_name("root.key")).unwrap());
    });
    let house = house.reopen();
    let scope = house.scope("kim");
    assert_eq!(scope.open(&tokens[0], at(1)).unwrap().expose(), JANE);
}

#[test]
fn a_restored_backup_does_not_bring_them_back() {
    let house = House::new();
    let tokens = fill(&house);
    let path = house.path.clone();
    let backup = path.with_file_name("backup");
    house.store.compact().wait().unwrap();
    std::fs::copy(&path, &backup).unwrap();
    // A scope that the backup does not know.
    let late = house.vault.scope(&name("nia"), at(0)).unwrap();
    let claim = late.claim(Person, JANE).unwrap();
    let late_token = claim.token().to_owned();
    house.commit(&[claim]).unwrap();
    erase(&house);
    let (dir, _) = house.close();
    std::fs::copy(&backup, &path).unwrap();
    let house = House::open(&dir, None);
    assert_eq!(house.vault.erasures_replayed(), 1);
    assert_erased(&house, &tokens);
    let nia = house.scope("nia");
    assert!(matches!(nia.open(&late_token, at(1)), Err(RestoreError::Erased)));
    assert_ne!(nia.claim(Person, JANE).unwrap().token(), late_token);
    let report = house.vault.erasures().unwrap().remove(0).report.unwrap();
    assert_eq!(report.values["PERSON"], 5, "it says what it said");
}

#[test]
fn an_old_ledger_is_refused() {
    let house = House::new();
    fill(&house);
    let keys = house.path.with_file_name("keys.sqlite");
    let backup = house.path.with_file_name("backup");
    house.keys.compact().wait().unwrap();
    std::fs::copy(&keys, &backup).unwrap();
    erase(&house);
    let (dir, _) = house.close();
    std::fs::copy(&backup, &keys).unwrap();
    assert!(matches!(House::try_open(&dir, None), Err(VaultError::OldLedger)));
}

#[test]
fn nothing_of_the_person_is_left_on_the_disk() {
    let house = House::new();
    let tokens = fill(&house);
    let scope = house.scope("kim");
    let sealed_before = std::fs::read(&house.path).unwrap().len();
    erase(&house);
    drop(scope);
    let (dir, _) = house.close();
    assert!(sealed_before > 0);
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let path = file.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).to_lowercase();
        for value in ["jane doe", "doe, jane", MAIL, "password of"] {
            assert!(!text.contains(value), "{value} in {path:?}");
        }
        assert!(!text.contains("memo with person") || text.contains(&tokens[3].to_lowercase()));
    }
}
