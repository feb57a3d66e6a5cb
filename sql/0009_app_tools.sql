-- Which tools the apps of a runtime use, and with which credential: what is gone, and who would miss what.

CREATE TABLE app_tools (
  tenant_id        BINARY(16)     NOT NULL,
  app              VARCHAR(255)   NOT NULL,  -- the runtime's own id of it
  position         SMALLINT UNSIGNED NOT NULL,
  app_name         VARCHAR(255)   NOT NULL,  -- for people; '' when it was not told
  place            VARCHAR(255)   NOT NULL,  -- the node of a workflow; '' of an agent
  provider_type    VARBINARY(16)  NOT NULL,  -- as the runtime says it: api | builtin | plugin | …
  provider_id      VARCHAR(512)   NOT NULL,  -- as the runtime says it
  tool_name        VARCHAR(255)   NOT NULL,
  enabled          BOOLEAN        NOT NULL,
  api_tool_id      BINARY(16)     NULL,      -- of type api, when provider_id is one
  plugin_id        VARCHAR(255)   NULL,      -- where its credentials lie; NULL: it has none
  provider         VARCHAR(128)   NULL,
  credential_id    BINARY(16)     NULL,      -- NULL: by name, or the Default
  credential_name  VARCHAR(255)   NOT NULL,  -- '' by id, or the Default
  updated_at       BIGINT         NOT NULL,
  PRIMARY KEY (tenant_id, app, position),
  KEY app_tools_api_tool (tenant_id, api_tool_id),
  KEY app_tools_provider (tenant_id, plugin_id, provider),
  CONSTRAINT app_tools_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
