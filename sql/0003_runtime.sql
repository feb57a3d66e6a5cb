-- Reports of runtimes, revocation at the provider, webhooks. What is to be done later (a revocation, a
-- delivery) has due_at; whoever takes it moves due_at on and counts attempts in one conditional statement, so
-- that several processes share the work, and what a dead one had taken comes back by itself.

ALTER TABLE datasource_providers
  ADD COLUMN unanswered_rev BIGINT UNSIGNED NOT NULL DEFAULT 0, -- secret_rev that was sent, without an answer
  ADD COLUMN rejected_rev   BIGINT UNSIGNED NOT NULL DEFAULT 0, -- secret_rev that a runtime saw refused
  ADD COLUMN forced_rev     BIGINT UNSIGNED NOT NULL DEFAULT 0, -- secret_rev that came of such a report
  ADD COLUMN tested_at      BIGINT          NOT NULL DEFAULT 0, -- by a person's Test
  ADD KEY datasource_client (client_id, refresh_due_at);

UPDATE datasource_providers SET refreshed_at = updated_at WHERE refreshed_at IS NULL AND expires_at IS NOT NULL;

-- What a key is good for: words separated by spaces.
ALTER TABLE runtime_keys
  ADD COLUMN verbs VARBINARY(64) NOT NULL DEFAULT 'handout list report';

-- Access that the provider is to take back, because its credential was deleted here.
CREATE TABLE revocations (
  tenant_id         BINARY(16)      NOT NULL,
  id                BINARY(16)      NOT NULL,  -- of the credential that is gone
  plugin_id         VARCHAR(255)    NOT NULL,
  provider          VARCHAR(128)    NOT NULL,
  name              VARCHAR(255)    NOT NULL,  -- what it was called
  encrypted_tokens  MEDIUMBLOB      NULL,      -- NULL when nothing is left to do
  client_source     VARBINARY(8)    NOT NULL,
  client_id         BINARY(16)      NOT NULL,
  state             VARBINARY(16)   NOT NULL,  -- queued | done | failed
  reason            VARBINARY(64)   NOT NULL DEFAULT '',
  attempts          INT UNSIGNED    NOT NULL DEFAULT 0,
  due_at            BIGINT          NULL,      -- NULL: finished
  requested_by      BINARY(16)      NOT NULL,
  created_at        BIGINT          NOT NULL,
  finished_at       BIGINT          NULL,
  PRIMARY KEY (tenant_id, id),
  KEY revocation_due (due_at),
  KEY revocation_provider (tenant_id, plugin_id, provider, created_at),
  KEY revocation_finished (finished_at),
  CONSTRAINT revocation_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE webhooks (
  tenant_id         BINARY(16)      NOT NULL,
  id                BINARY(16)      NOT NULL,
  url               VARBINARY(2048) NOT NULL,
  encrypted_secret  BLOB            NOT NULL,  -- signs what is sent
  created_by        BINARY(16)      NULL,      -- NULL: the operator
  created_at        BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE KEY webhook_url (tenant_id, url),
  CONSTRAINT webhook_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- One message to one webhook. Nothing in it is secret.
CREATE TABLE webhook_deliveries (
  tenant_id    BINARY(16)      NOT NULL,
  id           BINARY(16)      NOT NULL,
  webhook_id   BINARY(16)      NOT NULL,
  event_id     BINARY(16)      NOT NULL,  -- the same for all webhooks, and for every attempt
  body         VARBINARY(4096) NOT NULL,  -- JSON
  state        VARBINARY(16)   NOT NULL,  -- queued | delivered | dead
  attempts     INT UNSIGNED    NOT NULL DEFAULT 0,
  due_at       BIGINT          NULL,      -- NULL: finished
  last_status  INT             NOT NULL DEFAULT 0, -- HTTP; 0 without an answer
  last_error   VARBINARY(64)   NOT NULL DEFAULT '',
  created_at   BIGINT          NOT NULL,
  finished_at  BIGINT          NULL,
  PRIMARY KEY (tenant_id, id),
  KEY delivery_webhook (tenant_id, webhook_id),
  KEY delivery_state (tenant_id, state, created_at),
  KEY delivery_recent (tenant_id, created_at),
  KEY delivery_due (due_at),
  KEY delivery_finished (finished_at),
  CONSTRAINT delivery_to FOREIGN KEY (tenant_id, webhook_id)
    REFERENCES webhooks (tenant_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
