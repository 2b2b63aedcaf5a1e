-- The tenant leads every key.
ALTER TABLE scope_key DROP CONSTRAINT scope_key_pkey;
ALTER TABLE scope_key ADD PRIMARY KEY (tenant, reference);
