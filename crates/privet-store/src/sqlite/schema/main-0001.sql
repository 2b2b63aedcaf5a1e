-- Facts about this database as a whole.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- vault: who shares tokens with whom. `reference` is a keyed hash of the four names; the
-- scope's keys lie under it in the other database.
CREATE TABLE scope (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant      TEXT NOT NULL,
  workspace   TEXT NOT NULL,
  principal   TEXT NOT NULL,
  narrow      TEXT NOT NULL,
  reference   BLOB NOT NULL UNIQUE,
  last_secret INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  UNIQUE (tenant, workspace, principal, narrow)
) STRICT;

-- vault: what stands in for a value, and the value, sealed. `surface` is a keyed
-- 256-bit digest of the value exactly as it was written. `last_used` counts hours.
CREATE TABLE token (
  scope       INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  token       TEXT NOT NULL,
  entity      TEXT NOT NULL,
  surface     BLOB NOT NULL,
  key_version INTEGER NOT NULL,
  sealed      BLOB NOT NULL,
  created_at  INTEGER NOT NULL,
  last_used   INTEGER NOT NULL,
  PRIMARY KEY (scope, token)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX token_surface ON token (scope, surface);

-- vault: tokens of erased values. They never resolve and are never issued again.
CREATE TABLE tombstone (
  scope INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  token TEXT NOT NULL,
  PRIMARY KEY (scope, token)
) STRICT, WITHOUT ROWID;

-- vault: the ledger of erasures, as far as this database has carried them out. The
-- other database holds the ledger itself.
CREATE TABLE erasure (
  seq      INTEGER PRIMARY KEY,
  hash     BLOB NOT NULL,
  done_at  INTEGER
) STRICT;

-- vault: numbered markers of secrets, sealed under the day key of that number, which
-- lies in the other database. `sealed` is null where policy says irreversible.
CREATE TABLE secret (
  scope      INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,
  day_key    INTEGER NOT NULL,
  entity     TEXT NOT NULL,
  surface    BLOB NOT NULL,
  sealed     BLOB,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX secret_surface ON secret (scope, surface);
CREATE INDEX secret_day_key ON secret (day_key);

-- vault: memos. No raw text: keyed hashes, spans, token texts. `last_used` counts hours.
CREATE TABLE segment_memo (
  scope      INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  memo       BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_used  INTEGER NOT NULL,
  PRIMARY KEY (scope, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE answer_memo (
  scope      INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  memo       BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_used  INTEGER NOT NULL,
  PRIMARY KEY (scope, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE refused (
  scope      INTEGER NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  memo       BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  last_used  INTEGER NOT NULL,
  PRIMARY KEY (scope, hash)
) STRICT, WITHOUT ROWID;

-- vault: what must not be deleted while the hold stands. An empty workspace or principal
-- means all of them.
CREATE TABLE hold (
  id         TEXT PRIMARY KEY,
  tenant     TEXT NOT NULL,
  workspace  TEXT NOT NULL,
  principal  TEXT NOT NULL,
  reason     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT, WITHOUT ROWID;

-- vault: who may call. Only a keyed hash of each key.
CREATE TABLE api_key (
  id         TEXT PRIMARY KEY,
  key_hash   BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  tenant     TEXT NOT NULL,
  workspace  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used  INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX api_key_name ON api_key (tenant, workspace, name) WHERE revoked_at IS NULL;

-- audit: the log. `time` is Unix milliseconds and never falls; `hash` chains to the row before.
CREATE TABLE audit (
  seq        INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  event      TEXT NOT NULL,
  request_id TEXT,
  entry      TEXT NOT NULL,
  hash       BLOB NOT NULL
) STRICT;
CREATE INDEX audit_request ON audit (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_rare ON audit (event, seq)
  WHERE event NOT IN ('request_intent', 'request_outcome');
