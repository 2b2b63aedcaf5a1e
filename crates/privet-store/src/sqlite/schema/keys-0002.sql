-- The tenant leads every key.
CREATE TABLE scope_key_next (
  tenant         TEXT NOT NULL,
  reference      BLOB NOT NULL,
  tenant_version INTEGER NOT NULL,
  generation     INTEGER NOT NULL,
  wrapped_keys   BLOB NOT NULL,
  PRIMARY KEY (tenant, reference)
) STRICT, WITHOUT ROWID;
INSERT INTO scope_key_next
  SELECT tenant, reference, tenant_version, generation, wrapped_keys FROM scope_key;
DROP TABLE scope_key;
ALTER TABLE scope_key_next RENAME TO scope_key;
CREATE INDEX scope_key_tenant ON scope_key (tenant, tenant_version);
