-- One user a program, least grants (security R101). Run by "grantry migrate", which makes the users with
-- the passwords of the files in db_password_dir. No program may change the schema or another's tables;
-- nobody may change or delete an audit event.

GRANT SELECT ON keks TO 'grantry_settings', 'grantry_connect', 'grantry_api';
GRANT SELECT ON tenant_keys TO 'grantry_settings', 'grantry_connect', 'grantry_api';
GRANT SELECT ON tenants TO 'grantry_settings', 'grantry_connect', 'grantry_api';
GRANT SELECT ON tenant_members TO 'grantry_settings', 'grantry_connect', 'grantry_api';
GRANT INSERT ON audit_events TO 'grantry_settings', 'grantry_connect', 'grantry_api';
GRANT SELECT ON schema_migrations TO 'grantry_settings', 'grantry_connect', 'grantry_api';

GRANT SELECT, UPDATE (password_hash, language) ON users TO 'grantry_settings';
GRANT SELECT, DELETE ON sign_in_codes TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_throttle TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON datasource_oauth_tenant_params TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON tool_oauth_tenant_clients TO 'grantry_settings';
GRANT SELECT ON datasource_oauth_params TO 'grantry_settings', 'grantry_connect';
GRANT SELECT ON tool_oauth_system_clients TO 'grantry_settings', 'grantry_connect';
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_credentials TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_credential_defaults TO 'grantry_settings';
GRANT SELECT, UPDATE ON connect_requests TO 'grantry_settings';
GRANT SELECT, INSERT ON revocations TO 'grantry_settings';
GRANT SELECT, INSERT, DELETE ON runtime_keys TO 'grantry_settings';
GRANT SELECT ON runtime_registry TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON tool_api_providers TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON tool_api_drafts TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE, DELETE ON tool_api_operations TO 'grantry_settings';
GRANT SELECT ON app_tools TO 'grantry_settings';
GRANT SELECT, INSERT, DELETE ON webhooks TO 'grantry_settings';
GRANT SELECT, INSERT, UPDATE ON webhook_deliveries TO 'grantry_settings';

GRANT SELECT (id, email, name, disabled, language) ON users TO 'grantry_connect';
GRANT SELECT, UPDATE (last_seen_at) ON sessions TO 'grantry_connect';
GRANT SELECT ON datasource_oauth_tenant_params TO 'grantry_connect';
GRANT SELECT ON tool_oauth_tenant_clients TO 'grantry_connect';
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_credentials TO 'grantry_connect';
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_credential_defaults TO 'grantry_connect';
GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_flows TO 'grantry_connect';
GRANT SELECT, INSERT, UPDATE, DELETE ON connect_requests TO 'grantry_connect';
GRANT SELECT, INSERT ON revocations TO 'grantry_connect';
GRANT SELECT ON webhooks TO 'grantry_connect';
GRANT INSERT ON webhook_deliveries TO 'grantry_connect';

GRANT SELECT, INSERT, UPDATE, DELETE ON keks TO 'grantry_operator';
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_keys TO 'grantry_operator';
GRANT SELECT, INSERT, UPDATE ON tenants TO 'grantry_operator';
GRANT SELECT, INSERT, UPDATE ON users TO 'grantry_operator';
GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_members TO 'grantry_operator';
GRANT SELECT, INSERT, DELETE ON sign_in_codes TO 'grantry_operator';
GRANT SELECT, DELETE ON sessions TO 'grantry_operator';
GRANT SELECT, INSERT, UPDATE, DELETE ON datasource_oauth_params TO 'grantry_operator';
GRANT SELECT, INSERT, UPDATE, DELETE ON tool_oauth_system_clients TO 'grantry_operator';
GRANT SELECT (client_id, client_source, state), UPDATE (refresh_due_at) ON provider_credentials
  TO 'grantry_operator';
GRANT SELECT, INSERT ON audit_events TO 'grantry_operator';
GRANT SELECT, INSERT, DELETE ON webhooks TO 'grantry_operator';
GRANT SELECT ON webhook_deliveries TO 'grantry_operator';
GRANT SELECT ON schema_migrations TO 'grantry_operator';

GRANT SELECT ON keks TO 'grantry_refreshd';
GRANT SELECT ON tenant_keys TO 'grantry_refreshd';
GRANT SELECT (id, disabled) ON tenants TO 'grantry_refreshd';
GRANT SELECT (id, name) ON users TO 'grantry_refreshd';
GRANT INSERT ON audit_events TO 'grantry_refreshd';
GRANT SELECT, UPDATE ON provider_credentials TO 'grantry_refreshd';
GRANT SELECT ON provider_credential_defaults TO 'grantry_refreshd';
GRANT SELECT ON datasource_oauth_params TO 'grantry_refreshd';
GRANT SELECT ON datasource_oauth_tenant_params TO 'grantry_refreshd';
GRANT SELECT ON tool_oauth_system_clients TO 'grantry_refreshd';
GRANT SELECT ON tool_oauth_tenant_clients TO 'grantry_refreshd';
GRANT SELECT, INSERT, UPDATE, DELETE ON revocations TO 'grantry_refreshd';
GRANT SELECT ON webhooks TO 'grantry_refreshd';
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO 'grantry_refreshd';
GRANT SELECT (tenant_id, id, expires_at), DELETE ON oauth_flows TO 'grantry_refreshd';
GRANT SELECT (expires_at), DELETE ON connect_requests TO 'grantry_refreshd';
GRANT SELECT (tenant_id, id, created_at), DELETE ON tool_api_drafts TO 'grantry_refreshd';
GRANT SELECT (tenant_id, owner_id), DELETE ON tool_api_operations TO 'grantry_refreshd';
GRANT SELECT (tenant_id, id, name, version, auth_definition) ON tool_api_providers TO 'grantry_refreshd';
GRANT SELECT (token_hash, created_at, last_seen_at), DELETE ON sessions TO 'grantry_refreshd';
GRANT SELECT (subject_hash, updated_at), DELETE ON sign_in_throttle TO 'grantry_refreshd';

GRANT SELECT, UPDATE (last_used_at) ON runtime_keys TO 'grantry_api';
GRANT SELECT, INSERT, UPDATE ON runtime_registry TO 'grantry_api';
GRANT SELECT, UPDATE (refresh_due_at, state, state_reason, state_since, rejected_rev, lease_owner)
  ON provider_credentials TO 'grantry_api';
GRANT SELECT ON connect_requests TO 'grantry_api';
GRANT SELECT ON webhooks TO 'grantry_api';
GRANT INSERT ON webhook_deliveries TO 'grantry_api';
GRANT SELECT ON provider_credential_defaults TO 'grantry_api';
GRANT SELECT ON tool_api_providers TO 'grantry_api';
GRANT SELECT ON tool_api_operations TO 'grantry_api';
GRANT SELECT, INSERT, DELETE ON app_tools TO 'grantry_api';
GRANT SELECT (tenant_id, id, name, version, auth_definition) ON tool_api_providers TO 'grantry_connect';
GRANT SELECT, INSERT, DELETE ON runtime_keys TO 'grantry_operator';
