/* SPDX-License-Identifier: Apache-2.0
 *
 * Credentials of a workspace: add, show, rename, edit, choose the Default, delete. Secrets are sealed here
 * and leave only to the calls that need them; a page sees struct credential_view, which holds none.
 * Who may change which: any with CREDENTIAL_MANAGE, otherwise one's own (policy.h).
 */
#ifndef GRANTRY_DOMAIN_CREDENTIAL_H
#define GRANTRY_DOMAIN_CREDENTIAL_H

#include "domain/core.h"
#include "domain/credential_state.h"
#include "domain/oauth/token.h"
#include "domain/probe.h"

#define CREDENTIAL_NAME_CHARS 100
#define CREDENTIAL_NAME_BYTES 1021 /* as the column holds; what people type is shorter */

struct credential_view {
	struct credential_id id;
	char name[CREDENTIAL_NAME_BYTES];
	bool is_oauth, is_default, may_change;
	bool unreadable; /* does not open here, whatever else its state is */
	enum credential_state state;
	char reason[65];                 /* a code, ours or the provider's; "" none */
	int64_t since_s;                 /* when it became so; 0 unknown */
	char account[256];               /* e-mail or the like; "" unknown */
	char model[256], model_type[64]; /* of a key that is for one model; "" for any */
	char added_by[NAME_SIZE], changed_by[NAME_SIZE]; /* "" when the person is gone */
	bool expires, refreshable, custom_client;
	bool rejected; /* the provider refused what it has: it is not handed out */
	int64_t expires_at_s, created_at_s, updated_at_s;
	int64_t refresh_due_at_s;  /* 0: nothing to renew */
	int64_t renewable_until_s; /* then a person has to authorize again; 0: not known */
	uint64_t version;          /* goes into forms */
	/* owned; credential_show, API key: the fields that the schema does not call secret */
	struct fieldset shown;
	struct fieldset
		secrets; /* owned; likewise: the names of the others, without their values */
};

struct credential_views {
	struct credential_view *items;
	size_t n;
};

void credential_view_release(struct credential_view *v);
void credential_views_release(struct credential_views *vs);

/** credential_list(core, actor, provider, out): Default first. A row that does not open is there too. */
enum rc credential_list(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_views *out) RC_MUST_CHECK;

/** credential_show(core, actor, provider, id, out): RC_NOT_FOUND: not here, or another workspace's. */
enum rc credential_show(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_view *out) RC_MUST_CHECK;

struct credential_tally {
	int64_t all, of[CREDENTIAL_STATE__MAX];
};

/** credential_tallies(core, actor, visit, arg): per provider, for the cards. */
enum rc credential_tallies(const struct core *core, const struct actor *actor,
	void (*visit)(const char *plugin_id, const char *provider, struct credential_tally tally,
		void *arg),
	void *arg) RC_MUST_CHECK;

/* A form as filled in, and what is wrong with it. */
struct credential_change {
	const char *name;              /* "" with a new one: chosen for the person */
	const struct fieldset *fields; /* API key; NULL: only the name changes */
	uint64_t expected_version;     /* as the form was shown; not for a new one */
	/* out */
	const char *bad_field;    /* with RC_INVALID: "name", a schema name, or NULL */
	const char *reason;       /* with RC_INVALID: the key of a message; static */
	const struct i18n *words; /* what the provider file says instead; NULL: nothing */
	bool checked;             /* the provider was asked: see probe */
	bool name_taken;          /* with RC_CONFLICT: else somebody else's change came first */
	struct probe_result probe;
};

/** credential_add_api_key(core, actor, provider, change, out): validated by a real call first.
 * Errors: RC_INVALID a field; RC_UPSTREAM the provider refused or did not answer (change->probe);
 * RC_CONFLICT the name is taken. */
enum rc credential_add_api_key(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_change *change,
	struct credential_id *out) RC_MUST_CHECK;

/** credential_edit(core, actor, provider, id, change): name, and the fields of an API key (validated again;
 * empty secrets keep what is stored, but never for another address). Errors as above; RC_CONFLICT also when
 * somebody else changed it since; RC_DENIED, RC_NOT_FOUND. */
enum rc credential_edit(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_change *change) RC_MUST_CHECK;

enum rc credential_make_default(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id) RC_MUST_CHECK;

/** credential_remove(core, actor, provider, id, expected_version): RC_CONFLICT: changed since shown. */
enum rc credential_remove(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	uint64_t expected_version) RC_MUST_CHECK;

/** credential_switch(core, actor, provider, id, on, expected_version): disabled: no app gets it, nothing renews it,
 * everything is kept; enabled: active, and renewed at once. RC_DENIED: ACTION_CREDENTIAL_SWITCH; RC_CONFLICT: changed
 * since shown, or so already. */
enum rc credential_switch(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id, bool on,
	uint64_t expected_version) RC_MUST_CHECK;

/** credential_can_test(provider, is_oauth): does its file say how to ask? */
bool credential_can_test(const struct provider *provider, bool is_oauth);

#define CREDENTIAL_TEST_PAUSE_S 5
struct credential_test {
	bool unreadable, over;     /* not asked: it does not open; its access token is over */
	bool unasked;              /* there is no request that would tell about one like this */
	struct probe_result probe; /* otherwise */
	bool renews;               /* it is renewed now, and a runtime gets the new token */
	bool refused;              /* it needs a person from now on */
	bool healed;               /* it was taken for refused, and works */
};

/** credential_test(core, actor, provider, id, out): asks the provider. RC_NOT_FOUND: there is no such credential, or
 * no way to ask; RC_DENIED; RC_CONFLICT: it is disabled; RC_LIMIT: it was tested a moment ago; RC_INVALID: a value of
 * it cannot stand in the request. */
enum rc credential_test(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_test *out) RC_MUST_CHECK;

struct credential_scopes {
	char requested[TOKEN_SCOPE_SIZE], granted[TOKEN_SCOPE_SIZE]; /* separated by spaces */
	bool unreadable;
};

/** credential_scopes(core, actor, provider, id, out): RC_NOT_FOUND: gone, or no authorization; RC_DENIED. */
enum rc credential_scopes(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_scopes *out) RC_MUST_CHECK;

/* What an authorization brought. */
struct credential_grant {
	const struct oauth_client *client;
	const struct token_answer *answer;
	const char *requested;             /* scopes */
	const struct credential_id *again; /* authorize again: which one; NULL: a new one */
	/* out */
	struct credential_id id;
	char name[CREDENTIAL_NAME_BYTES];
	bool other_account; /* again, but another account answered: it became a new one */
	char twin
		[CREDENTIAL_NAME_BYTES]; /* a new one, of an account that is connected already, as this */
};

/* An authorization that was to be done again, and the one that came of it because another account answered. */
#define CREDENTIAL_REPLACE_S 3600
struct credential_replacement {
	struct credential_id old, fresh;
	uint64_t old_version, fresh_version; /* as shown */
};

/** credential_replace(core, actor, provider, replacement): the old one becomes what the fresh one is, which is gone
 * then; what the old one had is queued to be revoked. RC_CONFLICT: one of them was changed, or disabled, meanwhile,
 * or is being renewed, or the fresh one does not work; RC_EXPIRED: the fresh one is older than CREDENTIAL_REPLACE_S;
 * RC_NOT_FOUND, RC_DENIED. */
enum rc credential_replace(const struct core *core, const struct actor *actor,
	const struct provider *provider,
	const struct credential_replacement *replacement) RC_MUST_CHECK;

/** credential_may_renew(core, actor, provider, id): may it be authorized again, by this person? RC_NOT_FOUND:
 * gone, or no authorization; RC_DENIED: another person's, or disabled. */
enum rc credential_may_renew(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id) RC_MUST_CHECK;

/** credential_store_grant(core, actor, provider, grant, also, arg): also(db, grant, arg) runs in the same
 * transaction (the flow's end). Errors: RC_NOT_FOUND: the one to authorize again is gone; RC_DENIED: the
 * person's role, asked for in that transaction, does not allow it any more; what also returns. */
enum rc credential_store_grant(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_grant *grant,
	enum rc (*also)(struct db *db, const struct credential_grant *grant, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
