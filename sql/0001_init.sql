-- Forward only. Identity is BINARY(16) or binary collation everywhere; times are Unix seconds (64 bit).
-- Columns called encrypted_*, client_params, system_credentials and *_sealed hold records of
-- platform/vault.h; secret_rev and revision are part of their associated data.

CREATE TABLE keks (
  id           VARBINARY(32)  NOT NULL,
  check_value  BINARY(16)     NOT NULL,
  created_at   BIGINT         NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE tenants (
  id          BINARY(16)    NOT NULL,
  name        VARCHAR(100)  NOT NULL,
  disabled    BOOLEAN       NOT NULL DEFAULT FALSE,
  created_at  BIGINT        NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tenant_name (name)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The all-zero tenant owns what belongs to the installation (system OAuth clients).
CREATE TABLE tenant_keys (
  tenant_id    BINARY(16)      NOT NULL,
  key_version  INT UNSIGNED    NOT NULL,
  kek_id       VARBINARY(32)   NOT NULL,
  wrapped_key  VARBINARY(255)  NOT NULL,
  created_at   BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, key_version)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE users (
  id             BINARY(16)    NOT NULL,
  email          VARCHAR(254)  NOT NULL,  -- lower case
  name           VARCHAR(100)  NOT NULL,
  password_hash  VARBINARY(128) NULL,     -- NULL: signs in by a one-time code first
  disabled       BOOLEAN       NOT NULL DEFAULT FALSE,
  created_at     BIGINT        NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY user_email (email)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE tenant_members (
  tenant_id   BINARY(16)     NOT NULL,
  user_id     BINARY(16)     NOT NULL,
  role        VARBINARY(16)  NOT NULL,
  created_at  BIGINT         NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  KEY member_user (user_id),
  CONSTRAINT member_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id),
  CONSTRAINT member_person FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE sign_in_codes (
  user_id     BINARY(16)  NOT NULL,
  code_hash   BINARY(32)  NOT NULL,
  expires_at  BIGINT      NOT NULL,
  PRIMARY KEY (user_id),
  CONSTRAINT code_person FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE sign_in_throttle (
  subject_hash  BINARY(32)    NOT NULL,  -- of an account or of a peer address
  failures      INT UNSIGNED  NOT NULL,
  locked_until  BIGINT        NOT NULL,
  updated_at    BIGINT        NOT NULL,
  PRIMARY KEY (subject_hash),
  KEY throttle_age (updated_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE sessions (
  token_hash    BINARY(32)  NOT NULL,
  user_id       BINARY(16)  NOT NULL,
  tenant_id     BINARY(16)  NOT NULL,  -- the workspace that is open in this session
  csrf_token    BINARY(32)  NOT NULL,
  must_set_password BOOLEAN NOT NULL DEFAULT FALSE,
  created_at    BIGINT      NOT NULL,
  last_seen_at  BIGINT      NOT NULL,
  PRIMARY KEY (token_hash),
  KEY session_user (user_id),
  KEY session_seen (last_seen_at),
  KEY session_created (created_at),
  CONSTRAINT session_member FOREIGN KEY (tenant_id, user_id)
    REFERENCES tenant_members (tenant_id, user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- OAuth clients. Tools keep the names and columns of the product's data model; data sources have theirs.

CREATE TABLE tool_oauth_system_clients (
  id                      BINARY(16)      NOT NULL,
  plugin_id               VARCHAR(512)    NOT NULL,
  provider                VARCHAR(255)    NOT NULL,
  encrypted_oauth_params  MEDIUMBLOB      NOT NULL,
  revision                BIGINT UNSIGNED NOT NULL,
  created_at              BIGINT          NOT NULL,
  updated_at              BIGINT          NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY tool_oauth_system_client_plugin_id_provider_idx (plugin_id, provider)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE tool_oauth_tenant_clients (
  id                      BINARY(16)      NOT NULL,
  tenant_id               BINARY(16)      NOT NULL,
  plugin_id               VARCHAR(255)    NOT NULL,
  provider                VARCHAR(255)    NOT NULL,
  enabled                 BOOLEAN         NOT NULL DEFAULT TRUE,
  encrypted_oauth_params  MEDIUMBLOB      NOT NULL,
  revision                BIGINT UNSIGNED NOT NULL,
  changed_by              BINARY(16)      NOT NULL,
  created_at              BIGINT          NOT NULL,
  updated_at              BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY unique_tool_oauth_tenant_client (tenant_id, plugin_id, provider),
  CONSTRAINT tool_client_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE datasource_oauth_params (
  id                  BINARY(16)      NOT NULL,
  plugin_id           VARCHAR(255)    NOT NULL,
  provider            VARCHAR(255)    NOT NULL,
  system_credentials  MEDIUMBLOB      NOT NULL,
  revision            BIGINT UNSIGNED NOT NULL,
  created_at          BIGINT          NOT NULL,
  updated_at          BIGINT          NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY datasource_oauth_params_provider (plugin_id, provider)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE datasource_oauth_tenant_params (
  id             BINARY(16)      NOT NULL,
  tenant_id      BINARY(16)      NOT NULL,
  plugin_id      VARCHAR(255)    NOT NULL,
  provider       VARCHAR(255)    NOT NULL,
  enabled        BOOLEAN         NOT NULL DEFAULT TRUE,
  client_params  MEDIUMBLOB      NOT NULL,
  revision       BIGINT UNSIGNED NOT NULL,
  changed_by     BINARY(16)      NOT NULL,
  created_at     BIGINT          NOT NULL,
  updated_at     BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY datasource_oauth_tenant_params_provider (tenant_id, plugin_id, provider),
  CONSTRAINT datasource_client_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Credentials of data sources.

CREATE TABLE datasource_providers (
  id                     BINARY(16)      NOT NULL,
  tenant_id              BINARY(16)      NOT NULL,
  plugin_id              VARCHAR(255)    NOT NULL,
  provider               VARCHAR(128)    NOT NULL,
  name                   VARCHAR(255)    NOT NULL,
  auth_type              VARBINARY(32)   NOT NULL,  -- api-key | oauth2
  encrypted_credentials  MEDIUMBLOB      NOT NULL,  -- what a runtime or a refresh needs
  encrypted_profile      MEDIUMBLOB      NOT NULL,  -- account, avatar, scopes: what a page shows
  secret_rev             BIGINT UNSIGNED NOT NULL,  -- grows with every re-sealing of the two above
  version                BIGINT UNSIGNED NOT NULL,  -- grows with every change a person makes
  user_id                BINARY(16)      NOT NULL,  -- who added it
  changed_by             BINARY(16)      NOT NULL,
  visibility             VARBINARY(40)   NOT NULL DEFAULT 'all_team_members',
  client_source          VARBINARY(8)    NULL,      -- oauth2: which client obtained it …
  client_id              BINARY(16)      NULL,
  client_revision        BIGINT UNSIGNED NULL,      -- … and in which revision
  expires_at             BIGINT          NULL,      -- of the access token; NULL: does not expire
  refreshable            BOOLEAN         NOT NULL DEFAULT FALSE,
  created_at             BIGINT          NOT NULL,
  updated_at             BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY datasource_provider_name (tenant_id, plugin_id, provider, name),
  UNIQUE KEY datasource_provider_whole (tenant_id, plugin_id, provider, id),
  CONSTRAINT datasource_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The Default of a provider is a row, not a flag: the key allows one, the reference keeps it real, and
-- every change of the set bumps revision, so that two of them can never pass each other (also on Galera).
CREATE TABLE datasource_provider_defaults (
  tenant_id      BINARY(16)      NOT NULL,
  plugin_id      VARCHAR(255)    NOT NULL,
  provider       VARCHAR(128)    NOT NULL,
  credential_id  BINARY(16)      NOT NULL,
  revision       BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (tenant_id, plugin_id, provider),
  CONSTRAINT datasource_default_credential FOREIGN KEY (tenant_id, plugin_id, provider, credential_id)
    REFERENCES datasource_providers (tenant_id, plugin_id, provider, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE tool_api_providers (
  id                 BINARY(16)    NOT NULL,
  name               VARCHAR(255)  NOT NULL,
  tenant_id          BINARY(16)    NOT NULL,
  user_id            BINARY(16)    NOT NULL,
  icon               VARCHAR(255)  NOT NULL,
  `schema`           LONGTEXT      NOT NULL,
  schema_type_str    VARCHAR(40)   NOT NULL,
  tools_str          LONGTEXT      NOT NULL,
  credentials_str    LONGBLOB      NOT NULL,  -- sealed
  description        LONGTEXT      NOT NULL,
  privacy_policy     VARCHAR(255)  NULL,
  custom_disclaimer  LONGTEXT      NOT NULL DEFAULT '',
  secret_rev         BIGINT UNSIGNED NOT NULL,
  version            BIGINT UNSIGNED NOT NULL,
  created_at         BIGINT        NOT NULL,
  updated_at         BIGINT        NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY unique_api_tool_provider (name, tenant_id),
  CONSTRAINT api_tool_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- One authorization in progress, or its outcome.

CREATE TABLE oauth_flows (
  id               BINARY(16)      NOT NULL,
  tenant_id        BINARY(16)      NOT NULL,
  user_id          BINARY(16)      NOT NULL,
  session_hash     BINARY(32)      NOT NULL,
  state_hash       BINARY(32)      NOT NULL,
  kind             VARBINARY(16)   NOT NULL,  -- datasource | tool | trigger
  plugin_id        VARCHAR(255)    NOT NULL,
  provider         VARCHAR(128)    NOT NULL,
  context          VARBINARY(64)   NOT NULL,  -- last segment of the redirect URI; '' for most
  client_source    VARBINARY(8)    NOT NULL,  -- tenant | system
  client_id        BINARY(16)      NOT NULL,
  client_revision  BIGINT UNSIGNED NOT NULL,
  issuer           VARBINARY(512)  NOT NULL,  -- '' unknown
  redirect_uri     VARBINARY(1024) NOT NULL,
  scopes           VARBINARY(4096) NOT NULL,  -- as requested, separated by spaces
  verifier_sealed  VARBINARY(255)  NOT NULL,
  credential_id    BINARY(16)      NULL,      -- authorize again: which one
  status           VARBINARY(16)   NOT NULL,  -- open | consumed | done | failed
  outcome_sealed   BLOB            NULL,      -- what the result page tells
  result_id        BINARY(16)      NULL,      -- the credential that came of it
  created_at       BIGINT          NOT NULL,
  expires_at       BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY flow_state (state_hash),
  KEY flow_user (tenant_id, user_id, status, expires_at),
  KEY flow_age (expires_at),
  CONSTRAINT flow_member FOREIGN KEY (tenant_id, user_id)
    REFERENCES tenant_members (tenant_id, user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE audit_events (
  id          BINARY(16)      NOT NULL,
  tenant_id   BINARY(16)      NOT NULL,  -- zero: before a workspace is known
  at_us       BIGINT          NOT NULL,
  actor_id    BINARY(16)      NULL,
  action      VARBINARY(64)   NOT NULL,
  object      VARBINARY(512)  NOT NULL,
  result      VARBINARY(64)   NOT NULL,
  request_id  VARBINARY(64)   NOT NULL,
  peer        VARBINARY(64)   NOT NULL,
  PRIMARY KEY (tenant_id, at_us, id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
