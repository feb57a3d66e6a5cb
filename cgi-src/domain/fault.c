/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/fault.h"

/* Only tools have a name of their own for OAuth; extensions have none at all and take that of models. */
static const struct {
	const char *check, *oauth;
} faults[PROVIDER_KIND__MAX] = {
	[PROVIDER_DATASOURCE] = {"DatasourceProviderCredentialValidationError",
		"DatasourceProviderCredentialValidationError"},
	[PROVIDER_TOOL] = {"ToolProviderCredentialValidationError", "ToolProviderOAuthError"},
	[PROVIDER_TRIGGER] = {"TriggerProviderCredentialValidationError",
		"TriggerProviderCredentialValidationError"},
	[PROVIDER_MODEL] = {"CredentialsValidateFailedError", "CredentialsValidateFailedError"},
	[PROVIDER_EXTENSION] = {"CredentialsValidateFailedError", "CredentialsValidateFailedError"},
};

const char *fault_of_check(enum provider_kind kind)
{
	return faults[kind].check;
}

const char *fault_of_oauth(enum provider_kind kind)
{
	return faults[kind].oauth;
}
