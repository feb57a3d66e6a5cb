-- API tools: an imported description, its settings, its operations. Names and columns of tool_api_providers are
-- those of the product's data model; what is below them is what it takes to make the requests.

ALTER TABLE tool_api_providers
  DROP KEY unique_api_tool_provider,
  ADD UNIQUE KEY unique_api_tool_provider (tenant_id, name),
  MODIFY COLUMN credentials_str MEDIUMBLOB NOT NULL,                      -- sealed; '' none
  ADD COLUMN labels          VARCHAR(1000)   NOT NULL DEFAULT '' AFTER custom_disclaimer, -- words, separated by spaces
  ADD COLUMN source_url      VARBINARY(2048) NOT NULL DEFAULT '' AFTER labels, -- where the document came from; '' by hand
  ADD COLUMN schema_sha256   BINARY(32)      NOT NULL DEFAULT '' AFTER source_url,
  ADD COLUMN head            MEDIUMTEXT      NOT NULL DEFAULT '' AFTER schema_sha256, -- JSON: what the document says of itself
  ADD COLUMN settings        MEDIUMTEXT      NOT NULL DEFAULT '' AFTER head, -- JSON: server and authorization method
  ADD COLUMN auth_definition MEDIUMTEXT      NOT NULL DEFAULT '' AFTER settings, -- of its OAuth 2.0, as a provider file; '' none
  ADD COLUMN changed_by      BINARY(16)      NOT NULL DEFAULT '' AFTER version;

-- An import that nobody has saved yet.
CREATE TABLE tool_api_drafts (
  tenant_id      BINARY(16)      NOT NULL,
  id             BINARY(16)      NOT NULL,
  user_id        BINARY(16)      NOT NULL,
  tool_id        BINARY(16)      NULL,      -- to take the place of that one's description; NULL: a new tool
  `schema`       LONGTEXT        NOT NULL,
  schema_sha256  BINARY(32)      NOT NULL,
  source_url     VARBINARY(2048) NOT NULL,
  head           MEDIUMTEXT      NOT NULL,  -- '' while its operations are being written
  report         MEDIUMTEXT      NOT NULL,  -- JSON: warnings
  created_at     BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY api_draft_user (tenant_id, user_id, created_at),
  KEY api_draft_age (created_at),
  CONSTRAINT api_draft_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Of a tool, or of a draft. A new tool takes its draft's id, so that these need not move.
CREATE TABLE tool_api_operations (
  tenant_id     BINARY(16)    NOT NULL,
  owner_id      BINARY(16)    NOT NULL,
  name          VARCHAR(64)   NOT NULL,
  position      INT UNSIGNED  NOT NULL,  -- in the document
  method        VARCHAR(16)   NOT NULL,
  path          TEXT          NOT NULL,
  summary       TEXT          NOT NULL,
  description   MEDIUMTEXT    NOT NULL,
  pointer       TEXT          NOT NULL,  -- of the document
  deprecated    BOOLEAN       NOT NULL,
  enabled       BOOLEAN       NOT NULL,
  n_parameters  INT UNSIGNED  NOT NULL,
  n_warnings    INT UNSIGNED  NOT NULL,
  plan_sha256   BINARY(32)    NOT NULL,
  plan          MEDIUMTEXT    NOT NULL,  -- JSON: how its request is made
  bundle        MEDIUMTEXT    NOT NULL,  -- JSON: ApiToolBundle
  PRIMARY KEY (tenant_id, owner_id, name),
  KEY api_operation_position (tenant_id, owner_id, position, enabled),
  CONSTRAINT api_operation_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
