/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/state.h"

#include <string.h>

#include "domain/oauth/refresh.h"

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
	       (c->refreshed_at_s > now_s + CLOCK_DRIFT_MAX_S ||
		       c->row.expires_at_s > now_s + TOKEN_LIFETIME_MAX_S + CLOCK_DRIFT_MAX_S);
}

/* How long its provider makes them; -1: unknown. */
static int64_t lifetime_s(const struct runtime_credential *c)
{
	if (!c->row.expires || c->refreshed_at_s <= 0 || c->row.expires_at_s < c->refreshed_at_s)
		return -1;
	return c->row.expires_at_s - c->refreshed_at_s;
}

int64_t runtime_ttl_wanted(const struct runtime_credential *c, int64_t min_ttl_s)
{
	int64_t life_s = lifetime_s(c);

	return life_s >= 0 && min_ttl_s > life_s / 2 ? life_s / 2 : min_ttl_s;
}

bool runtime_is_resting(const struct runtime_credential *c, int64_t now_s)
{
	int64_t life_s = lifetime_s(c);

	return life_s >= 0 && life_s < 2 * REFRESH_INTERVAL_MIN_S &&
	       c->rejected_rev != c->row.secret_rev && c->refreshed_at_s <= now_s &&
	       now_s < c->refreshed_at_s + REFRESH_INTERVAL_MIN_S;
}

static const char *next_step(const struct runtime_credential *c, const char *word)
{
	if (strcmp(word, "active") == 0)
		return "none";
	if (strcmp(word, "delayed") == 0)
		return "wait";
	if (strcmp(word, "client_error") == 0)
		return "fix_client";
	if (strcmp(word, "disabled") == 0)
		return "enable";
	return runtime_is_oauth(c) ? "authorize" : "enter_key";
}

struct runtime_state runtime_state(const struct runtime_credential *c, int64_t now_s)
{
	struct runtime_state s = {c->row.state, c->row.state_reason, c->row.state_since_s, NULL};

	if (is(c, "active") && c->row.expires && c->row.expires_at_s <= now_s &&
		!runtime_can_renew(c)) {
		s.word = "needs_reauth";
		s.reason = "expired";
		s.since_s = c->row.expires_at_s;
	} else if (is(c, "active") && c->row.failures > 0) {
		s.word = "delayed";
	}
	s.next_step = next_step(c, s.word);
	return s;
}
