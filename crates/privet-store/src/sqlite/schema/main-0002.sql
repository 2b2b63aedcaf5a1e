-- The tenant leads every key. A tenant has a number, and the numbers of its scopes carry it
-- in their high bits: tenant << 40 | scope. So the rows of a tenant lie together, and the
-- first tenant's scopes keep the numbers they have.
CREATE TABLE tenant (
  name       TEXT PRIMARY KEY,
  number     INTEGER NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 8388607),
  last_scope INTEGER NOT NULL CHECK (last_scope BETWEEN 0 AND 1099511627775)
) STRICT, WITHOUT ROWID;
INSERT INTO tenant (name, number, last_scope)
  SELECT tenant, row_number() OVER (ORDER BY min(id)) - 1, max(id) FROM scope GROUP BY tenant;

UPDATE token SET scope = scope | (SELECT number << 40 FROM tenant
    JOIN scope AS old ON old.tenant = tenant.name WHERE old.id = token.scope)
  WHERE scope IN (SELECT id FROM scope JOIN tenant ON tenant.name = scope.tenant WHERE number > 0);
UPDATE tombstone SET scope = scope | (SELECT number << 40 FROM tenant
    JOIN scope AS old ON old.tenant = tenant.name WHERE old.id = tombstone.scope)
  WHERE scope IN (SELECT id FROM scope JOIN tenant ON tenant.name = scope.tenant WHERE number > 0);
UPDATE secret SET scope = scope | (SELECT number << 40 FROM tenant
    JOIN scope AS old ON old.tenant = tenant.name WHERE old.id = secret.scope)
  WHERE scope IN (SELECT id FROM scope JOIN tenant ON tenant.name = scope.tenant WHERE number > 0);
UPDATE segment_memo SET scope = scope | (SELECT number << 40 FROM tenant
    JOIN scope AS old ON old.tenant = tenant.name WHERE old.id = segment_memo.scope)
  WHERE scope IN (SELECT id FROM scope JOIN tenant ON tenant.name = scope.tenant WHERE number > 0);
UPDATE answer_memo SET scope = scope | (SELECT number << 40 FROM tenant
    JOIN scope AS old ON old.tenant = tenant.name WHERE old.id = answer_memo.scope)
  WHERE scope IN (SELECT id FROM scope JOIN tenant ON tenant.name = scope.tenant WHERE number > 0);
UPDATE refused SET scope = scope | (SELECT number << 40 FROM tenant
    JOIN scope AS old ON old.tenant = tenant.name WHERE old.id = refused.scope)
  WHERE scope IN (SELECT id FROM scope JOIN tenant ON tenant.name = scope.tenant WHERE number > 0);

CREATE TABLE scope_next (
  id          INTEGER PRIMARY KEY,
  tenant      TEXT NOT NULL REFERENCES tenant (name),
  workspace   TEXT NOT NULL,
  principal   TEXT NOT NULL,
  narrow      TEXT NOT NULL,
  reference   BLOB NOT NULL,
  last_secret INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  UNIQUE (tenant, reference),
  UNIQUE (tenant, workspace, principal, narrow)
) STRICT;
INSERT INTO scope_next
  SELECT scope.id | (number << 40), tenant, workspace, principal, narrow, reference, last_secret,
    created_at FROM scope JOIN tenant ON tenant.name = scope.tenant;
DROP TABLE scope;
ALTER TABLE scope_next RENAME TO scope;

CREATE TABLE hold_next (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  workspace  TEXT NOT NULL,
  principal  TEXT NOT NULL,
  reason     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at   INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
INSERT INTO hold_next
  SELECT tenant, id, workspace, principal, reason, created_at, ended_at FROM hold;
DROP TABLE hold;
ALTER TABLE hold_next RENAME TO hold;

-- A caller shows nothing but the key: its hash alone leads to the tenant.
CREATE TABLE api_key_next (
  tenant     TEXT NOT NULL,
  id         TEXT NOT NULL,
  key_hash   BLOB NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  workspace  TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used  INTEGER,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
INSERT INTO api_key_next
  SELECT tenant, id, key_hash, name, workspace, created_at, expires_at, revoked_at, last_used
  FROM api_key;
DROP TABLE api_key;
ALTER TABLE api_key_next RENAME TO api_key;
CREATE UNIQUE INDEX api_key_name ON api_key (tenant, workspace, name) WHERE revoked_at IS NULL;
