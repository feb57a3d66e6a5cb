/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/state.h"

#include <string.h>

#include "domain/credential_state.h"
#include "domain/oauth/token.h"
#include "store/refresh_store.h"

static bool is(const struct runtime_credential *c, const char *state)
{
	return strcmp(c->row.state, state) == 0;
}

bool runtime_is_oauth(const struct runtime_credential *c)
{
	return strcmp(c->row.auth_type, "oauth2") == 0;
}

bool runtime_can_renew(const struct runtime_credential *c)
{
	return is(c, "active") && c->row.refreshable && c->has_due;
}

bool runtime_is_over(const struct runtime_credential *c, int64_t now_s)
{
	return (c->row.expires && c->row.expires_at_s <= now_s) ||
	       c->rejected_rev == c->row.secret_rev;
}

bool runtime_is_dubious(const struct runtime_credential *c, int64_t now_s)
{
	return c->row.expires &&
	       (c->row.refreshed_at_s > now_s + CLOCK_DRIFT_MAX_S ||
		       c->row.expires_at_s > now_s + TOKEN_LIFETIME_MAX_S + CLOCK_DRIFT_MAX_S);
}

/* How long its provider makes them; -1: unknown. */
static int64_t lifetime_s(const struct runtime_credential *c)
{
	if (!c->row.expires || c->row.refreshed_at_s <= 0 ||
		c->row.expires_at_s < c->row.refreshed_at_s)
		return -1;
	return c->row.expires_at_s - c->row.refreshed_at_s;
}

int64_t runtime_ttl_wanted(const struct runtime_credential *c, int64_t min_ttl_s)
{
	int64_t life_s = lifetime_s(c);

	return life_s >= 0 && min_ttl_s > life_s / 2 ? life_s / 2 : min_ttl_s;
}

bool runtime_is_resting(const struct runtime_credential *c, int64_t now_s)
{
	int64_t life_s = lifetime_s(c);

	return life_s >= 0 && life_s <= REFRESH_INTERVAL_MIN_S &&
	       c->rejected_rev != c->row.secret_rev && c->row.refreshed_at_s <= now_s &&
	       now_s < c->row.refreshed_at_s + REFRESH_INTERVAL_MIN_S;
}

static const char *word_of(enum credential_state state)
{
	return state == CREDENTIAL_RENEWAL_DELAYED ? "delayed" : credential_state_word(state);
}

static const char *next_step(const struct runtime_credential *c, enum credential_state state)
{
	switch (state) {
	case CREDENTIAL_ACTIVE:
		return "none";
	case CREDENTIAL_RENEWAL_DELAYED:
		return "wait";
	case CREDENTIAL_CLIENT_ERROR:
		return "fix_client";
	case CREDENTIAL_DISABLED:
		return "enable";
	default:
		return runtime_is_oauth(c) ? "authorize" : "enter_key";
	}
}

struct runtime_state runtime_state(const struct runtime_credential *c, int64_t now_s)
{
	struct credential_facts facts = {
		.state = c->row.state,
		.reason = c->row.state_reason,
		.failing = c->row.failures > 0,
		.over = c->row.expires && c->row.expires_at_s <= now_s,
		.refreshable = c->row.refreshable && c->has_due,
	};
	enum credential_state state = credential_state_of(&facts);
	bool overtaken = is(c, "active") && facts.over && !facts.failing;

	return (struct runtime_state){word_of(state), credential_reason_of(&facts),
		overtaken ? c->row.expires_at_s : c->row.state_since_s, next_step(c, state)};
}
