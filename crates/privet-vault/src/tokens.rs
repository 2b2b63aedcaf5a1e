//! Turning tokens back into values, for `privet unmask`.

use std::collections::VecDeque;

use jiff::Timestamp;
use privet_store::params;
use privet_text::{EntityType, Raw};

use crate::day_key::DayScopeKeys;
use crate::scope::Scope;
use crate::{RestoreError, VaultError, seal, secret};

/// A token of a scope, without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// The token's text.
    pub token: String,
    /// What it stands for.
    pub entity: EntityType,
}

impl Scope {
    /// The value behind `token`. Who may ask, and that it is recorded, is the
    /// caller's business.
    pub fn open(&self, token: &str, now: Timestamp) -> Result<Raw<String>, RestoreError> {
        match secret::marker_number(token) {
            Some(number) => self.open_secret(token, number, now),
            None => self.open_value(token).map(|(_, value)| value),
        }
    }

    /// The same for values alone, and what the value is: a secret's marker is unknown here.
    pub fn open_value(&self, token: &str) -> Result<(EntityType, Raw<String>), RestoreError> {
        let row: Option<(String, Vec<u8>)> = self.shared.store.read(|connection| {
            connection.query_opt(
                "SELECT entity, sealed FROM token WHERE scope = ?1 AND token = ?2",
                params![self.id, token],
                |row| Ok::<_, RestoreError>((row.get(0)?, row.get(1)?)),
            )
        })?;
        let Some((entity, sealed)) = row else {
            return Err(match self.was_erased(token)? {
                true => RestoreError::Erased,
                false => RestoreError::UnknownToken,
            });
        };
        let key = self.value_key(token).ok_or(RestoreError::Erased)?;
        let value = unsealed(&key, &self.place("token", token, &entity), &sealed)?;
        Ok((EntityType::from_name(&entity).unwrap_or(EntityType::Custom), value))
    }

    fn open_secret(
        &self,
        token: &str,
        number: i64,
        now: Timestamp,
    ) -> Result<Raw<String>, RestoreError> {
        let row: Option<(i64, Option<Vec<u8>>)> = self.shared.store.read(|connection| {
            connection.query_opt(
                "SELECT day_key, sealed FROM secret WHERE scope = ?1 AND number = ?2",
                params![self.id, number],
                |row| Ok::<_, RestoreError>((row.get(0)?, row.get(1)?)),
            )
        })?;
        let Some((day_key, sealed)) = row else {
            // The row goes with its key: a number given once means expired.
            return Err(match self.was_given(number)? {
                true => RestoreError::Expired,
                false => RestoreError::UnknownToken,
            });
        };
        let sealed = sealed.ok_or(RestoreError::Irreversible)?;
        let day = match self.shared.day_key(day_key, now) {
            Ok(day) => day.ok_or(RestoreError::Expired)?,
            Err(VaultError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(RestoreError::Tampered),
        };
        let keys = DayScopeKeys::new(&day, self);
        unsealed(&keys.seal, &self.place("secret", token, EntityType::Secret.name()), &sealed)
    }

    fn was_given(&self, number: i64) -> Result<bool, RestoreError> {
        self.shared.store.read(|connection| {
            let sql = "SELECT 1 FROM scope WHERE id = ?1 AND last_secret >= ?2";
            Ok(number > 0 && connection.exists(sql, params![self.id, number])?)
        })
    }

    fn was_erased(&self, token: &str) -> Result<bool, RestoreError> {
        let sql = "SELECT 1 FROM tombstone WHERE scope = ?1 AND token = ?2";
        self.shared.store.read(|connection| Ok(connection.exists(sql, params![self.id, token])?))
    }

    /// Every token of the scope, secrets apart, in the order of their texts.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { scope: self, page: VecDeque::new(), after: String::new(), ended: false }
    }
}

/// Goes through a scope's tokens; reads a page at a time.
#[derive(Debug)]
pub struct Tokens<'a> {
    scope: &'a Scope,
    page: VecDeque<StoredToken>,
    after: String,
    ended: bool,
}

impl Tokens<'_> {
    fn next_page(&mut self) -> Result<(), VaultError> {
        let rows: Vec<(String, String)> = self.scope.shared.store.read(|connection| {
            connection.query_all(
                "SELECT token, entity FROM token WHERE scope = ?1 AND token > ?2
                 ORDER BY token LIMIT ?3",
                params![self.scope.id, self.after, PAGE_ROWS as i64],
                |row| Ok::<_, VaultError>((row.get(0)?, row.get(1)?)),
            )
        })?;
        self.ended = rows.len() < PAGE_ROWS;
        if let Some((last, _)) = rows.last() {
            self.after.clone_from(last);
        }
        self.page.extend(rows.into_iter().map(|(token, entity)| StoredToken {
            token,
            entity: EntityType::from_name(&entity).unwrap_or(EntityType::Custom),
        }));
        Ok(())
    }
}

impl Iterator for Tokens<'_> {
    type Item = Result<StoredToken, VaultError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.ended
            && let Err(error) = self.next_page()
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.page.pop_front().map(Ok)
    }
}

fn unsealed(
    key: &[u8; 32],
    place: &seal::Place<'_>,
    sealed: &[u8],
) -> Result<Raw<String>, RestoreError> {
    let value = seal::open(key, place, sealed).ok_or(RestoreError::Tampered)?;
    let text = std::str::from_utf8(&value).map_err(|_| RestoreError::Tampered)?;
    Ok(Raw::new(text.to_owned()))
}

const PAGE_ROWS: usize = 500;
