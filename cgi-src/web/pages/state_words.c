/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages/state_words.h"

#include <string.h>

#include "web/pages/page.h"
#include "web/say.h"

static const struct state_words states[CREDENTIAL_STATE__MAX] = {
	[CREDENTIAL_ACTIVE] = {"ok", MESSAGE("state.active"), MESSAGE("tally.active"), false},
	[CREDENTIAL_DISABLED] = {"none", MESSAGE("state.disabled"), MESSAGE("tally.disabled"),
		false},
	[CREDENTIAL_RENEWAL_DELAYED] = {"warn", MESSAGE("state.renewal_delayed"),
		MESSAGE("tally.renewal_delayed"), false},
	[CREDENTIAL_REVOKED] = {"bad", MESSAGE("state.revoked"), MESSAGE("tally.revoked"), true},
	[CREDENTIAL_NEEDS_REAUTH] = {"bad", MESSAGE("state.needs_reauth"),
		MESSAGE("tally.needs_reauth"), true},
	[CREDENTIAL_UNREADABLE] = {"bad", MESSAGE("state.unreadable"), MESSAGE("tally.unreadable"),
		true},
	[CREDENTIAL_CLIENT_ERROR] = {"bad", MESSAGE("state.client_error"),
		MESSAGE("tally.client_error"), true},
};

const struct state_words *state_words(enum credential_state state)
{
	return &states[(unsigned)state < CREDENTIAL_STATE__MAX ? state : CREDENTIAL_ACTIVE];
}

/* ---- why ---- */

static const struct reason {
	const char *code;
	bool theirs; /* as the provider answered it */
	const char *text;
} reasons[] = {
	{"invalid_grant", true, MESSAGE("reason.invalid_grant")},
	{"rotation_lost", false, MESSAGE("reason.rotation_lost")},
	{"no_refresh_token", false, MESSAGE("reason.no_refresh_token")},
	{"expired", false, MESSAGE("reason.expired")},
	{"overdue", false, MESSAGE("reason.overdue")},
	{"revoked", false, MESSAGE("reason.revoked")},
	{"token_revoked", true, MESSAGE("reason.revoked")},
	{"access_denied", true, MESSAGE("reason.revoked")},
	{"invalid_client", true, MESSAGE("reason.client_refused")},
	{"unauthorized_client", true, MESSAGE("reason.unauthorized_client")},
	{"client_refused", false, MESSAGE("reason.client_refused")},
	{"client_gone", false, MESSAGE("reason.client_gone")},
	{"client_changed", false, MESSAGE("reason.client_changed")},
	{"client_incomplete", false, MESSAGE("reason.client_incomplete")},
	{"client_unreadable", false, MESSAGE("reason.client_unreadable")},
	{"key_refused", false, MESSAGE("reason.key_refused")},
	{"key_unusable", false, MESSAGE("reason.key_unusable")},
	{"provider_gone", false, MESSAGE("reason.provider_gone")},
	{"unreadable", false, MESSAGE("reason.unreadable")},
	{"rate_limited", false, MESSAGE("reason.rate_limited")},
	{"slow_down", true, MESSAGE("reason.rate_limited")},
	{"timeout", false, MESSAGE("reason.timeout")},
	{"no_answer", false, MESSAGE("reason.no_answer")},
	{"unreachable", false, MESSAGE("reason.no_answer")},
	{"provider_down", false, MESSAGE("reason.provider_down")},
	{"server_error", true, MESSAGE("reason.provider_busy")},
	{"temporarily_unavailable", true, MESSAGE("reason.provider_busy")},
	{"no_usable_answer", false, MESSAGE("reason.no_usable_answer")},
	{"egress_denied", false, MESSAGE("reason.egress_denied")},
	{"forbidden", false, MESSAGE("reason.egress_denied")},
};

static const struct reason *find_reason(const char *code)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reasons[i].code, code) == 0)
			return &reasons[i];
	return NULL;
}

const char *state_reason(const char *code, bool is_oauth)
{
	const struct reason *reason = find_reason(code);

	if (strcmp(code, "rejected") == 0)
		return is_oauth ? MESSAGE("reason.token_rejected") : MESSAGE("reason.key_rejected");
	return reason ? reason->text : NULL;
}

bool state_is_answer(const char *code)
{
	const struct reason *reason = find_reason(code);

	return code[0] && (reason ? reason->theirs : strcmp(code, "rejected") != 0);
}

/* What a state means where its row has no code. */
static const char *general_reason(enum credential_state state)
{
	switch (state) {
	case CREDENTIAL_DISABLED:
		return MESSAGE("reason.disabled");
	case CREDENTIAL_REVOKED:
		return MESSAGE("reason.revoked");
	case CREDENTIAL_RENEWAL_DELAYED:
		return MESSAGE("reason.renewal_failed");
	case CREDENTIAL_NEEDS_REAUTH:
		return MESSAGE("reason.not_accepted");
	case CREDENTIAL_CLIENT_ERROR:
		return MESSAGE("reason.client_refused");
	default:
		return NULL;
	}
}

/* ---- what to do ---- */

static const char *next_for_client(const struct ctx *c, const struct credential_view *v)
{
	if (strcmp(v->reason, "client_gone") == 0)
		return v->may_change ? MESSAGE("next.authorize_new_client")
				     : MESSAGE("next.others_authorize");
	if (strcmp(v->reason, "provider_gone") == 0)
		return MESSAGE("next.by_itself");
	return policy_allows(c->actor.role, ACTION_CLIENT_MANAGE)
		       ? MESSAGE("next.correct_client")
		       : MESSAGE("next.others_correct_client");
}

static const char *next_again(const struct ctx *c, const struct credential_view *v)
{
	if (v->is_oauth)
		return v->may_change ? MESSAGE("next.authorize") : MESSAGE("next.others_authorize");
	return policy_allows(c->actor.role, ACTION_CREDENTIAL_MANAGE)
		       ? MESSAGE("next.enter_key")
		       : MESSAGE("next.others_enter_key");
}

static const char *next_step(const struct ctx *c, const struct credential_view *v)
{
	switch (v->state) {
	case CREDENTIAL_DISABLED:
		return policy_allows(c->actor.role, ACTION_CREDENTIAL_SWITCH)
			       ? MESSAGE("next.enable")
			       : MESSAGE("next.others_enable");
	case CREDENTIAL_RENEWAL_DELAYED:
		return MESSAGE("next.nothing");
	case CREDENTIAL_CLIENT_ERROR:
		return next_for_client(c, v);
	case CREDENTIAL_ACTIVE:
		return NULL;
	default:
		return next_again(c, v);
	}
}

/* The provider's code by the rules of provider files. What to do, only for somebody who can. */
static void set_diagnosis(struct ctx *c, const struct provider *p, struct view_node *item,
	const struct credential_view *v)
{
	struct diagnosis_event event = {AT_REFRESH, v->reason, "", 0};
	const struct diagnosis_rule *rule = page_diagnose(c, p, v->is_oauth, &event);
	bool may = v->state == CREDENTIAL_CLIENT_ERROR
			   ? policy_allows(c->actor.role, ACTION_CLIENT_MANAGE)
			   : v->may_change;

	if (!rule || v->state == CREDENTIAL_DISABLED)
		return;
	view_text(item, "Reason", i18n_text(&rule->cause, c->language));
	if (rule->next.n && may)
		view_text(item, "Next", i18n_text(&rule->next, c->language));
}

void state_set(struct ctx *c, const struct provider *p, struct view_node *item,
	const struct credential_view *v)
{
	const struct state_words *words = state_words(v->state);
	const char *reason =
		v->reason[0] ? state_reason(v->reason, v->is_oauth) : general_reason(v->state);

	view_text(item, "State.Kind", words->kind);
	view_text(item, "State.Text", say(c, words->text, NULL));
	if (v->state == CREDENTIAL_ACTIVE)
		return;
	if (v->since_s > 0)
		page_date(c, item, "Since", v->since_s);
	view_text(item, "Reason", say(c, reason, NULL));
	view_text(item, "Next", say(c, next_step(c, v), NULL));
	if (!state_is_answer(v->reason))
		return;
	view_text(item, "By", page_vendor(c, p));
	view_text(item, "Code", v->reason);
	set_diagnosis(c, p, item, v);
}
