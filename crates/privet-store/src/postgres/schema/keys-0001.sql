-- Facts about the keys as a whole.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BYTEA NOT NULL
);

-- One key for each tenant, and one for the whole house under the empty name, wrapped by
-- the root key.
CREATE TABLE tenant_key (
  tenant      TEXT NOT NULL,
  version     BIGINT NOT NULL,
  wrapped_key BYTEA NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (tenant, version)
);

-- The keys of each scope, wrapped by the tenant's. `generation` rises with each erasure.
CREATE TABLE scope_key (
  reference      BYTEA PRIMARY KEY,
  tenant         TEXT NOT NULL,
  tenant_version BIGINT NOT NULL,
  generation     BIGINT NOT NULL,
  wrapped_keys   BYTEA NOT NULL
);
CREATE INDEX scope_key_tenant ON scope_key (tenant, tenant_version);

-- Keys that live for a day and seal secrets. Times are Unix seconds.
CREATE TABLE day_key (
  id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_version BIGINT NOT NULL,
  wrapped_key    BYTEA NOT NULL,
  created_at     BIGINT NOT NULL,
  expires_at     BIGINT NOT NULL
);

-- The ledger of erasures: written before the first deletion. `hash` chains to the entry
-- before; `body` is sealed and names scopes and tokens, no values.
CREATE TABLE erasure (
  seq        BIGINT PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  body       BYTEA NOT NULL,
  hash       BYTEA NOT NULL,
  report     TEXT
);
