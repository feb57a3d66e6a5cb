-- A wish to connect that came from elsewhere: an editor sent somebody here and wants to know what came of it.

CREATE TABLE connect_requests (
  id             BINARY(16)      NOT NULL,
  tenant_id      BINARY(16)      NOT NULL,
  user_id        BINARY(16)      NOT NULL,
  plugin_id      VARCHAR(255)    NOT NULL,
  provider       VARCHAR(128)    NOT NULL,
  return_to      VARBINARY(1024) NOT NULL,
  status         VARBINARY(16)   NOT NULL,  -- open | connected | declined | failed
  error          VARBINARY(64)   NOT NULL DEFAULT '',  -- a code, with failed
  credential_id  BINARY(16)      NULL,      -- with connected
  created_at     BIGINT          NOT NULL,
  expires_at     BIGINT          NOT NULL,
  PRIMARY KEY (tenant_id, id),
  KEY connect_request_user (tenant_id, user_id, created_at),
  KEY connect_request_age (expires_at),
  CONSTRAINT connect_request_member FOREIGN KEY (tenant_id, user_id)
    REFERENCES tenant_members (tenant_id, user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

ALTER TABLE oauth_flows
  ADD COLUMN connect_request_id BINARY(16) NULL;
