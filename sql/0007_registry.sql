-- What the runtimes of a workspace have: models, apps and tools that settings of providers choose from. One
-- document a workspace, replaced as a whole; its form is that of PUT /api/v1/registry.

CREATE TABLE runtime_registry (
  tenant_id   BINARY(16)  NOT NULL,
  document    MEDIUMBLOB  NOT NULL,
  updated_at  BIGINT      NOT NULL,
  PRIMARY KEY (tenant_id),
  CONSTRAINT runtime_registry_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Keys that may do everything, for all providers, may do this too.
UPDATE runtime_keys SET verbs = 'handout list report register'
  WHERE verbs = 'handout list report' AND providers = '';
