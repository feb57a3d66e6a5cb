-- Renewal of tokens: state, lease and schedule of a credential; keys for runtimes.
-- A lease is taken and given back by single conditional statements (also safe on Galera); lease_fence grows
-- with every take, so that whoever was overtaken can tell. Nothing is locked across a provider's answer.

ALTER TABLE datasource_providers
  ADD COLUMN state          VARBINARY(24)   NOT NULL DEFAULT 'active', -- active | needs_reauth | client_error | disabled
  ADD COLUMN state_reason   VARBINARY(64)   NOT NULL DEFAULT '',       -- a code: invalid_grant, rotation_lost, …
  ADD COLUMN state_since    BIGINT          NOT NULL DEFAULT 0,
  ADD COLUMN refresh_due_at BIGINT          NULL,                      -- NULL: nothing to renew
  ADD COLUMN failures       INT UNSIGNED    NOT NULL DEFAULT 0,        -- in a row
  ADD COLUMN refreshed_at   BIGINT          NULL,
  ADD COLUMN lease_owner    BINARY(16)      NULL,                      -- NULL: free
  ADD COLUMN lease_fence    BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN lease_rev      BIGINT UNSIGNED NOT NULL DEFAULT 0,        -- secret_rev that the attempt sends
  ADD KEY datasource_refresh_due (refresh_due_at),
  ADD KEY datasource_lease (lease_owner);

UPDATE datasource_providers SET state_since = created_at,
  refresh_due_at = IF(refreshable AND expires_at IS NOT NULL, expires_at - 300, NULL);

CREATE TABLE runtime_keys (
  id            BINARY(16)     NOT NULL,
  tenant_id     BINARY(16)     NOT NULL,
  name          VARCHAR(255)   NOT NULL,
  key_hash      BINARY(32)     NOT NULL,
  providers     VARBINARY(4096) NOT NULL, -- provider ids separated by spaces; '' for all
  expires_at    BIGINT         NULL,
  last_used_at  BIGINT         NULL,
  created_by    BINARY(16)     NULL,      -- NULL: the operator
  created_at    BIGINT         NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY runtime_key_hash (key_hash),
  UNIQUE KEY runtime_key_name (tenant_id, name),
  CONSTRAINT runtime_key_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
