-- Facts about this database as a whole.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BYTEA NOT NULL
);

-- vault: who shares tokens with whom. `reference` is a keyed hash of the four names; the
-- scope's keys lie under it in the other database.
CREATE TABLE scope (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant      TEXT NOT NULL,
  workspace   TEXT NOT NULL,
  principal   TEXT NOT NULL,
  narrow      TEXT NOT NULL,
  reference   BYTEA NOT NULL UNIQUE,
  last_secret BIGINT NOT NULL DEFAULT 0,
  created_at  BIGINT NOT NULL,
  UNIQUE (tenant, workspace, principal, narrow)
);

-- vault: what stands in for a value, and the value, sealed. `surface` is a keyed
-- 256-bit digest of the value exactly as it was written. `last_used` counts hours.
CREATE TABLE token (
  scope       BIGINT NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  token       TEXT NOT NULL,
  entity      TEXT NOT NULL,
  surface     BYTEA NOT NULL,
  key_version BIGINT NOT NULL,
  sealed      BYTEA NOT NULL,
  created_at  BIGINT NOT NULL,
  last_used   BIGINT NOT NULL,
  PRIMARY KEY (scope, token)
);
CREATE UNIQUE INDEX token_surface ON token (scope, surface);

-- vault: tokens of erased values. They never resolve and are never issued again.
CREATE TABLE tombstone (
  scope BIGINT NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  token TEXT NOT NULL,
  PRIMARY KEY (scope, token)
);

-- vault: the ledger of erasures, as far as this database has carried them out. The
-- other database holds the ledger itself.
CREATE TABLE erasure (
  seq      BIGINT PRIMARY KEY,
  hash     BYTEA NOT NULL,
  done_at  BIGINT
);

-- vault: numbered markers of secrets, sealed under the day key of that number, which
-- lies in the other database. `sealed` is null where policy says irreversible.
CREATE TABLE secret (
  scope      BIGINT NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  number     BIGINT NOT NULL,
  day_key    BIGINT NOT NULL,
  entity     TEXT NOT NULL,
  surface    BYTEA NOT NULL,
  sealed     BYTEA,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (scope, number)
);
CREATE UNIQUE INDEX secret_surface ON secret (scope, surface);
CREATE INDEX secret_day_key ON secret (day_key);

-- vault: memos. No raw text: keyed hashes, spans, token texts. `last_used` counts hours.
CREATE TABLE segment_memo (
  scope      BIGINT NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  hash       BYTEA NOT NULL,
  memo       BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  last_used  BIGINT NOT NULL,
  PRIMARY KEY (scope, hash)
);
CREATE TABLE answer_memo (
  scope      BIGINT NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  hash       BYTEA NOT NULL,
  memo       BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  last_used  BIGINT NOT NULL,
  PRIMARY KEY (scope, hash)
);
CREATE TABLE refused (
  scope      BIGINT NOT NULL REFERENCES scope (id) ON DELETE CASCADE,
  hash       BYTEA NOT NULL,
  memo       BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  last_used  BIGINT NOT NULL,
  PRIMARY KEY (scope, hash)
);

-- vault: what must not be deleted while the hold stands. An empty workspace or principal
-- means all of them.
CREATE TABLE hold (
  id         TEXT PRIMARY KEY,
  tenant     TEXT NOT NULL,
  workspace  TEXT NOT NULL,
  principal  TEXT NOT NULL,
  reason     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ended_at   BIGINT
);

-- vault: who may call. Only a keyed hash of each key.
CREATE TABLE api_key (
  id         TEXT PRIMARY KEY,
  key_hash   BYTEA NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  tenant     TEXT NOT NULL,
  workspace  TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used  BIGINT
);
CREATE UNIQUE INDEX api_key_name ON api_key (tenant, workspace, name) WHERE revoked_at IS NULL;

-- audit: the log. `time` is Unix milliseconds and never falls; `hash` chains to the row before.
CREATE TABLE audit (
  seq        BIGINT PRIMARY KEY,
  time       BIGINT NOT NULL,
  event      TEXT NOT NULL,
  request_id TEXT,
  entry      TEXT NOT NULL,
  hash       BYTEA NOT NULL
);
CREATE INDEX audit_request ON audit (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX audit_rare ON audit (event, seq)
  WHERE event NOT IN ('request_intent', 'request_outcome');
