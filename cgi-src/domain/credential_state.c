/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/credential_state.h"

#include <stddef.h>
#include <string.h>

static const char *const words[CREDENTIAL_STATE__MAX] = {
	[CREDENTIAL_ACTIVE] = "active",
	[CREDENTIAL_DISABLED] = "disabled",
	[CREDENTIAL_RENEWAL_DELAYED] = "renewal_delayed",
	[CREDENTIAL_REVOKED] = "revoked",
	[CREDENTIAL_NEEDS_REAUTH] = "needs_reauth",
	[CREDENTIAL_UNREADABLE] = "unreadable",
	[CREDENTIAL_CLIENT_ERROR] = "client_error",
};

/* A row that says "active" may have been overtaken by the clock or by a change elsewhere. */
static enum credential_state state_of_active(const struct credential_facts *f)
{
	if (f->over && !f->refreshable)
		return CREDENTIAL_NEEDS_REAUTH;
	if (f->client_gone && f->refreshable)
		return CREDENTIAL_CLIENT_ERROR;
	return f->failing || f->over ? CREDENTIAL_RENEWAL_DELAYED : CREDENTIAL_ACTIVE;
}

enum credential_state credential_state_of(const struct credential_facts *facts)
{
	static const enum credential_state stored[] = {CREDENTIAL_DISABLED, CREDENTIAL_REVOKED,
		CREDENTIAL_NEEDS_REAUTH, CREDENTIAL_UNREADABLE, CREDENTIAL_CLIENT_ERROR};

	for (size_t i = 0; i < sizeof(stored) / sizeof(stored[0]); i++)
		if (strcmp(facts->state, words[stored[i]]) == 0)
			return stored[i];
	return state_of_active(facts);
}

const char *credential_reason_of(const struct credential_facts *facts)
{
	if (strcmp(facts->state, words[CREDENTIAL_ACTIVE]) != 0)
		return facts->reason;
	switch (state_of_active(facts)) {
	case CREDENTIAL_NEEDS_REAUTH:
		return "expired";
	case CREDENTIAL_CLIENT_ERROR:
		return "client_gone";
	case CREDENTIAL_RENEWAL_DELAYED:
		return facts->failing ? facts->reason : "overdue";
	default:
		return "";
	}
}

const char *credential_state_word(enum credential_state state)
{
	return words[(unsigned)state < CREDENTIAL_STATE__MAX ? state : CREDENTIAL_ACTIVE];
}
