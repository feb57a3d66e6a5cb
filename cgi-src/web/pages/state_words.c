/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages/state_words.h"

#include <string.h>

#include "web/pages/page.h"

static const struct state_words states[CREDENTIAL_STATE__MAX] = {
	[CREDENTIAL_ACTIVE] = {"ok", "Active", "connected", "connected", false},
	[CREDENTIAL_DISABLED] = {"none", "Disabled", "disabled", "disabled", false},
	[CREDENTIAL_RENEWAL_DELAYED] = {"warn", "Renewal delayed", "renewal delayed",
		"renewals delayed", false},
	[CREDENTIAL_REVOKED] = {"bad", "Revoked", "revoked", "revoked", true},
	[CREDENTIAL_NEEDS_REAUTH] = {"bad", "Needs re-authorization", "needs re-authorization",
		"need re-authorization", true},
	[CREDENTIAL_UNREADABLE] = {"bad", "Cannot be decrypted", "cannot be decrypted",
		"cannot be decrypted", true},
	[CREDENTIAL_CLIENT_ERROR] = {"bad", "Client misconfigured", "has a misconfigured client",
		"have a misconfigured client", true},
};

const struct state_words *state_words(enum credential_state state)
{
	return &states[(unsigned)state < CREDENTIAL_STATE__MAX ? state : CREDENTIAL_ACTIVE];
}

/* ---- why ---- */

#define CLIENT_REFUSED                                                                             \
	"The OAuth client is not accepted: its ID or secret is wrong, expired or belongs to "      \
	"another app."
#define PROVIDER_BUSY "The provider has a fault or is too busy at the moment."

static const struct reason {
	const char *code;
	bool theirs; /* as the provider answered it */
	const char *text;
} reasons[] = {
	{"invalid_grant", true,
		"The refresh token is not accepted any more: it was revoked, is too old, or was "
		"used "
		"elsewhere."},
	{"rotation_lost", false,
		"The last renewal was cut off, and the token from before it is not accepted any "
		"more."},
	{"no_refresh_token", false, "The provider gave nothing to renew it with."},
	{"expired", false, "Its access is over, and the provider gave nothing to renew it with."},
	{"overdue", false,
		"The access token is over; it is renewed as soon as its turn comes or an app asks "
		"for it."},
	{"revoked", false, "The access was taken back at the provider."},
	{"token_revoked", true, "The access was taken back at the provider."},
	{"access_denied", true, "The access was taken back at the provider."},
	{"invalid_client", true, CLIENT_REFUSED},
	{"unauthorized_client", true,
		"The OAuth app may not renew access. It may have been blocked or changed in the "
		"provider's console."},
	{"client_refused", false, CLIENT_REFUSED},
	{"client_gone", false, "The OAuth client through which it was authorized was removed."},
	{"client_changed", false,
		"The OAuth client was changed while it was being renewed; it is tried with the new "
		"values."},
	{"client_incomplete", false, "A value is missing in the OAuth client settings."},
	{"client_unreadable", false,
		"The OAuth client cannot be decrypted with the keys of this installation."},
	{"key_refused", false, "The provider does not accept the key any more."},
	{"key_unusable", false,
		"No token can be asked for with this key: a value is missing, or not of the form "
		"that is needed."},
	{"provider_gone", false,
		"The definition of this provider was not installed when it was due."},
	{"unreadable", false,
		"It was encrypted with a key that this installation does not have, or it was "
		"altered."},
	{"rate_limited", false, "The provider asks for a pause."},
	{"slow_down", true, "The provider asks for a pause."},
	{"timeout", false, "The provider did not answer in time."},
	{"no_answer", false, "The provider could not be reached."},
	{"unreachable", false, "The provider could not be reached."},
	{"provider_down", false,
		"The provider has failed for others too; it is asked again in a while."},
	{"server_error", true, PROVIDER_BUSY},
	{"temporarily_unavailable", true, PROVIDER_BUSY},
	{"no_usable_answer", false, "The provider's answer could not be used."},
	{"egress_denied", false,
		"The provider's address may not be called from here. Your operator decides that."},
	{"forbidden", false,
		"The provider's address may not be called from here. Your operator decides that."},
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
		return is_oauth ? "The provider refused the access token, and the one after it too."
				: "The provider does not accept this key any more.";
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
		return "An owner or admin of this workspace switched it off; no app gets it.";
	case CREDENTIAL_REVOKED:
		return "The access was taken back at the provider.";
	case CREDENTIAL_RENEWAL_DELAYED:
		return "The last attempt to renew it failed.";
	case CREDENTIAL_NEEDS_REAUTH:
		return "The provider does not accept it any more.";
	case CREDENTIAL_CLIENT_ERROR:
		return CLIENT_REFUSED;
	default:
		return NULL;
	}
}

/* ---- what to do ---- */

static const char *next_for_client(const struct ctx *c, const struct credential_view *v)
{
	if (strcmp(v->reason, "client_gone") == 0)
		return v->may_change
			       ? "Authorize it again through the client that is set now."
			       : "Whoever added it, or an owner, admin or editor, can authorize it "
				 "again.";
	if (strcmp(v->reason, "provider_gone") == 0)
		return "It is tried again by itself.";
	return policy_allows(c->actor.role, ACTION_CLIENT_MANAGE)
		       ? "Correct the values in the OAuth Client Settings; it is then tried again "
			 "at once."
		       : "An owner or admin of this workspace can correct the OAuth client.";
}

static const char *next_again(const struct ctx *c, const struct credential_view *v)
{
	if (v->is_oauth)
		return v->may_change ? "Authorize it again."
				     : "Whoever added it, or an owner, admin or editor, can "
				       "authorize it again.";
	return policy_allows(c->actor.role, ACTION_CREDENTIAL_MANAGE)
		       ? "Enter the key again under Edit."
		       : "An owner, admin or editor can enter the key again.";
}

static const char *next_step(const struct ctx *c, const struct credential_view *v)
{
	switch (v->state) {
	case CREDENTIAL_DISABLED:
		return policy_allows(c->actor.role, ACTION_CREDENTIAL_SWITCH)
			       ? "Enable it when it may be used again."
			       : "An owner or admin of this workspace can enable it.";
	case CREDENTIAL_RENEWAL_DELAYED:
		return "Nothing has to be done: it is tried again by itself.";
	case CREDENTIAL_CLIENT_ERROR:
		return next_for_client(c, v);
	case CREDENTIAL_ACTIVE:
		return NULL;
	default:
		return next_again(c, v);
	}
}

void state_set(struct ctx *c, const struct provider *p, struct view_node *item,
	const struct credential_view *v)
{
	const struct state_words *words = state_words(v->state);
	const char *reason =
		v->reason[0] ? state_reason(v->reason, v->is_oauth) : general_reason(v->state);

	view_text(item, "State.Kind", words->kind);
	view_text(item, "State.Text", words->text);
	if (v->state == CREDENTIAL_ACTIVE)
		return;
	if (v->since_s > 0)
		page_date(item, "Since", v->since_s);
	if (state_is_answer(v->reason)) {
		view_text(item, "By", page_vendor(p));
		view_text(item, "Code", v->reason);
	}
	if (reason)
		view_text(item, "Reason", reason);
	view_text(item, "Next", next_step(c, v));
}
