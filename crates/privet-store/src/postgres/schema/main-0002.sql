-- The tenant leads every key. A tenant has a number, and the numbers of its scopes carry it
-- in their high bits: tenant << 40 | scope. So the rows of a tenant lie together, and the
-- first tenant's scopes keep the numbers they have.
CREATE TABLE tenant (
  name       TEXT PRIMARY KEY,
  number     BIGINT NOT NULL UNIQUE CHECK (number BETWEEN 0 AND 8388607),
  last_scope BIGINT NOT NULL CHECK (last_scope BETWEEN 0 AND 1099511627775)
);
INSERT INTO tenant (name, number, last_scope)
  SELECT tenant, row_number() OVER (ORDER BY min(id)) - 1, max(id) FROM scope GROUP BY tenant;

ALTER TABLE token DROP CONSTRAINT token_scope_fkey;
ALTER TABLE tombstone DROP CONSTRAINT tombstone_scope_fkey;
ALTER TABLE secret DROP CONSTRAINT secret_scope_fkey;
ALTER TABLE segment_memo DROP CONSTRAINT segment_memo_scope_fkey;
ALTER TABLE answer_memo DROP CONSTRAINT answer_memo_scope_fkey;
ALTER TABLE refused DROP CONSTRAINT refused_scope_fkey;
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

ALTER TABLE scope ALTER COLUMN id DROP IDENTITY;
UPDATE scope SET id = id | (SELECT number << 40 FROM tenant WHERE tenant.name = scope.tenant);
ALTER TABLE scope DROP CONSTRAINT scope_reference_key;
ALTER TABLE scope ADD UNIQUE (tenant, reference);
ALTER TABLE scope ADD FOREIGN KEY (tenant) REFERENCES tenant (name);
ALTER TABLE token ADD FOREIGN KEY (scope) REFERENCES scope (id) ON DELETE CASCADE;
ALTER TABLE tombstone ADD FOREIGN KEY (scope) REFERENCES scope (id) ON DELETE CASCADE;
ALTER TABLE secret ADD FOREIGN KEY (scope) REFERENCES scope (id) ON DELETE CASCADE;
ALTER TABLE segment_memo ADD FOREIGN KEY (scope) REFERENCES scope (id) ON DELETE CASCADE;
ALTER TABLE answer_memo ADD FOREIGN KEY (scope) REFERENCES scope (id) ON DELETE CASCADE;
ALTER TABLE refused ADD FOREIGN KEY (scope) REFERENCES scope (id) ON DELETE CASCADE;

ALTER TABLE hold DROP CONSTRAINT hold_pkey;
ALTER TABLE hold ADD PRIMARY KEY (tenant, id);

-- A caller shows nothing but the key: its hash alone leads to the tenant.
ALTER TABLE api_key DROP CONSTRAINT api_key_pkey;
ALTER TABLE api_key ADD PRIMARY KEY (tenant, id);
