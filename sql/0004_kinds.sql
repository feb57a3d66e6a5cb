-- Providers of every kind, not data sources alone: their credentials lie in one table, for an id of plugin and
-- provider names one provider whatever its kind.

RENAME TABLE datasource_providers TO provider_credentials,
  datasource_provider_defaults TO provider_credential_defaults;

ALTER TABLE provider_credentials
  RENAME INDEX datasource_provider_name TO provider_credential_name,
  RENAME INDEX datasource_provider_whole TO provider_credential_whole;
