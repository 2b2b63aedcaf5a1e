-- Facts about the keys as a whole.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- One key for each tenant, and one for the whole house under the empty name, wrapped by
-- the root key.
CREATE TABLE tenant_key (
  tenant      TEXT NOT NULL,
  version     INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (tenant, version)
) STRICT, WITHOUT ROWID;

-- The keys of each scope, wrapped by the tenant's. `generation` rises with each erasure.
CREATE TABLE scope_key (
  reference      BLOB PRIMARY KEY,
  tenant         TEXT NOT NULL,
  tenant_version INTEGER NOT NULL,
  generation     INTEGER NOT NULL,
  wrapped_keys   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX scope_key_tenant ON scope_key (tenant, tenant_version);

-- Keys that live for a day and seal secrets. Times are Unix seconds.
CREATE TABLE day_key (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_version INTEGER NOT NULL,
  wrapped_key    BLOB NOT NULL,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL
) STRICT;

-- The ledger of erasures: written before the first deletion. `hash` chains to the entry
-- before; `body` is sealed and names scopes and tokens, no values.
CREATE TABLE erasure (
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  body       BLOB NOT NULL,
  hash       BLOB NOT NULL,
  report     TEXT
) STRICT;
