//! Tokens that nobody uses any more.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use privet_store::{Connection, params};

use crate::hold::held_scopes;
use crate::memo::hour_of;
use crate::reservation::lock;
use crate::vault::Shared;
use crate::{Vault, VaultError, label};

/// A token that was used, a day or more after its row says.
#[derive(Clone, Debug)]
pub(crate) struct TokenUse {
    scope: i64,
    token: std::sync::Arc<str>,
    hour: i64,
}

impl Shared {
    /// Notes that a token whose row says `last_used` is used now, once a day. Beyond the
    /// bound uses are forgotten: a token in use comes by again.
    pub(crate) fn note_token_use(&self, scope: i64, token: &std::sync::Arc<str>, last_used: i64) {
        let hour = self.hour.load(Ordering::Relaxed);
        if hour < last_used + HOURS_BETWEEN_NOTES {
            return;
        }
        let mut uses = lock(&self.token_uses);
        if uses.len() < USES_MAX {
            uses.push(TokenUse { scope, token: std::sync::Arc::clone(token), hour });
        }
    }
}

impl Vault {
    /// Writes down which tokens were used.
    pub(crate) fn record_token_uses(&self) -> Result<(), VaultError> {
        let uses = std::mem::take(&mut *lock(&self.shared.token_uses));
        for uses in uses.chunks(ROWS_A_WRITE as usize) {
            let uses = uses.to_vec();
            let written = self.shared.store.write(move |tx| -> Result<(), VaultError> {
                for used in &uses {
                    tx.execute_later(
                        "UPDATE token SET last_used = ?3
                         WHERE scope = ?1 AND token = ?2 AND last_used < ?3",
                        params![used.scope, *used.token, used.hour],
                    )?;
                }
                Ok(())
            });
            written.wait()?;
        }
        Ok(())
    }

    /// Removes tokens that nobody used for `unused_for`, a few at a time so that requests go
    /// on, but for those under a hold; says how many. The same value gets the same token
    /// again, but for letters such as `CLIENT_A`, which nobody gets a second time.
    pub fn expire_tokens(
        &self,
        now: Timestamp,
        unused_for: SignedDuration,
    ) -> Result<usize, VaultError> {
        self.record_token_uses()?;
        let before = hour_of(now.checked_sub(unused_for).unwrap_or(Timestamp::MIN));
        let (mut removed, mut after) = (0, (i64::MIN, String::new()));
        loop {
            let page = self.shared.store.read(|c| unused_tokens(c, before, &after))?;
            let Some(last) = page.last() else { break };
            after = last.clone();
            let written = self.shared.store.write(move |tx| -> Result<usize, VaultError> {
                let mut removed = 0;
                for (scope, token) in &page {
                    let gone = tx.execute(
                        "DELETE FROM token WHERE scope = ?1 AND token = ?2 AND last_used < ?3",
                        params![*scope, token, before],
                    )?;
                    if gone > 0 && label::is_letter(token) {
                        // The next value would get it, and old texts would name somebody else.
                        tx.execute_later(
                            "INSERT INTO tombstone (scope, token) VALUES (?1, ?2)
                             ON CONFLICT DO NOTHING",
                            params![*scope, token],
                        )?;
                    }
                    removed += gone;
                }
                Ok(removed)
            });
            removed += written.wait()?;
        }
        if removed > 0 {
            // What is known by heart may be what has gone.
            self.shared.forget_known();
        }
        Ok(removed)
    }
}

fn unused_tokens(
    connection: &Connection<'_>,
    before: i64,
    after: &(i64, String),
) -> Result<Vec<(i64, String)>, VaultError> {
    connection.query_all(
        concat!(
            "SELECT scope, token FROM token
             WHERE (scope, token) > (?1, ?2) AND last_used < ?3 AND scope NOT IN ",
            held_scopes!(),
            " ORDER BY scope, token LIMIT ?4"
        ),
        params![after.0, after.1, before, ROWS_A_WRITE],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

const HOURS_BETWEEN_NOTES: i64 = 24;
const USES_MAX: usize = 16_384;
const ROWS_A_WRITE: i64 = 200;
