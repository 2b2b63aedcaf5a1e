//! Finding what the vault holds about a person.
//!
//! Nothing in the database says whose a value is: there is no index that would tell somebody
//! with a copy. So a search opens every value of the tenant, a hundred thousand in a second,
//! and looks at it.

mod mention;
mod parts;

use jiff::Timestamp;
use privet_store::{Row, params};
use privet_text::{EntityType, Raw};

use crate::day_key::DayScopeKeys;
use crate::scope::{Scope, ScopeName, of_tenant};
use crate::scope_keys::Reference;
use crate::{Vault, VaultError, seal, secret};

use mention::Identifiers;
pub use mention::Likeness;
use parts::Parts;

/// A value of the vault that is, or may be, about the person.
#[derive(Debug)]
pub struct Mention {
    /// How sure that is.
    pub likeness: Likeness,
    /// The token that stands for it.
    pub token: String,
    /// What it is.
    pub entity: EntityType,
    /// The value.
    pub value: Raw<String>,
    /// Whose tokens it is among; `narrow` is a keyed hash.
    pub scope: ScopeName,
    /// When it was first sent.
    pub created_at: Timestamp,
    pub(crate) reference: Reference,
    /// The marker's number, if it is a secret.
    pub(crate) secret: Option<i64>,
}

/// What a search has found.
#[derive(Debug, Default)]
pub struct Subject {
    /// Scope by scope; then the words of which invented names among them are made.
    pub mentions: Vec<Mention>,
    /// How many values were looked at.
    pub searched: u64,
    /// How many could not be opened: changed rows, and what is being erased.
    pub unreadable: u64,
}

/// Why nothing was searched for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// An identifier would fit too many people.
    #[error("an identifier needs at least three letters or digits")]
    TooShort,
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// Everything in a tenant's scopes that one of the identifiers names. Who may ask, and
    /// that it is recorded, is the caller's business.
    pub fn find_subject(
        &self,
        tenant: &str,
        identifiers: &[String],
        now: Timestamp,
    ) -> Result<Subject, SearchError> {
        let identifiers = Identifiers::new(identifiers).ok_or(SearchError::TooShort)?;
        let mut subject = Subject::default();
        let mut parts = Parts::default();
        self.each_value(tenant, |scope, row| {
            scope.look_at(&identifiers, row, &mut subject, &mut parts);
        })?;
        parts.link(&mut subject);
        for names in self.shared.store.read(|connection| of_tenant(connection, tenant))? {
            if let Some(scope) = Scope::of_names(&self.shared, names)? {
                scope.search_secrets(&identifiers, now, &mut subject)?;
            }
        }
        Ok(subject)
    }

    /// Calls `look` with each value of the tenant, sealed.
    pub(crate) fn each_value(
        &self,
        tenant: &str,
        mut look: impl FnMut(&Scope, StoredValue),
    ) -> Result<(), VaultError> {
        for names in self.shared.store.read(|connection| of_tenant(connection, tenant))? {
            let Some(scope) = Scope::of_names(&self.shared, names)? else { continue };
            let mut after = String::new();
            loop {
                let page = self.shared.store.read(|connection| {
                    connection.query_all(
                        "SELECT token, entity, sealed, created_at FROM token
                         WHERE scope = ?1 AND token > ?2 ORDER BY token LIMIT ?3",
                        params![scope.id, after, PAGE_ROWS],
                        stored_value,
                    )
                })?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.token);
                page.into_iter().for_each(|row| look(&scope, row));
            }
        }
        Ok(())
    }
}

/// A value as it lies in the database.
pub(crate) struct StoredValue {
    pub(crate) token: String,
    pub(crate) entity: String,
    pub(crate) sealed: Vec<u8>,
    created_at: i64,
}

impl Scope {
    fn look_at(
        &self,
        identifiers: &Identifiers,
        row: StoredValue,
        subject: &mut Subject,
        parts: &mut Parts,
    ) {
        subject.searched += 1;
        let place = self.place("token", &row.token, &row.entity);
        let value = self
            .value_key(&row.token)
            .and_then(|key| seal::open(&key, &place, &row.sealed))
            .and_then(|value| String::from_utf8(value.to_vec()).ok());
        let Some(value) = value else {
            subject.unreadable += 1;
            return;
        };
        let entity = EntityType::from_name(&row.entity).unwrap_or(EntityType::Custom);
        let likeness = identifiers.likeness(&value, entity == EntityType::Person);
        let may_be_part = Parts::may_be(&row.token, &value);
        if likeness.is_none() && !may_be_part {
            return;
        }
        let mention = Mention {
            likeness: likeness.unwrap_or(Likeness::Possible),
            token: row.token,
            entity,
            value: Raw::new(value),
            scope: self.name.clone(),
            created_at: time_of(row.created_at),
            reference: self.reference,
            secret: None,
        };
        if may_be_part {
            parts.note(mention.again());
        }
        if likeness.is_some() {
            subject.mentions.push(mention);
        }
    }

    /// Secrets live for a day; until then they may hold a name, too.
    fn search_secrets(
        &self,
        identifiers: &Identifiers,
        now: Timestamp,
        subject: &mut Subject,
    ) -> Result<(), VaultError> {
        let rows = self.shared.store.read(|connection| {
            connection.query_all(
                "SELECT number, day_key, sealed, created_at FROM secret
                 WHERE scope = ?1 AND sealed IS NOT NULL ORDER BY number",
                params![self.id],
                |row| {
                    let row: (i64, i64, Vec<u8>, i64) =
                        (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                    Ok::<_, VaultError>(row)
                },
            )
        })?;
        for (number, day_key, sealed, created_at) in rows {
            let Some(day) = self.shared.day_key(day_key, now)? else { continue };
            subject.searched += 1;
            let token = secret::marker_text(number);
            let place = self.place("secret", &token, EntityType::Secret.name());
            let value = seal::open(&DayScopeKeys::new(&day, self).seal, &place, &sealed)
                .and_then(|value| String::from_utf8(value.to_vec()).ok());
            let Some(value) = value else {
                subject.unreadable += 1;
                continue;
            };
            if let Some(likeness) = identifiers.likeness(&value, false) {
                subject.mentions.push(Mention {
                    likeness,
                    token,
                    entity: EntityType::Secret,
                    value: Raw::new(value),
                    scope: self.name.clone(),
                    created_at: time_of(created_at),
                    reference: self.reference,
                    secret: Some(number),
                });
            }
        }
        Ok(())
    }
}

fn stored_value(row: &Row<'_>) -> Result<StoredValue, VaultError> {
    Ok(StoredValue {
        token: row.get(0)?,
        entity: row.get(1)?,
        sealed: row.get(2)?,
        created_at: row.get(3)?,
    })
}

fn time_of(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN)
}

const PAGE_ROWS: i64 = 500;
