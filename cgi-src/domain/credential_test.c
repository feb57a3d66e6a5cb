/* SPDX-License-Identifier: Apache-2.0
 *
 * Test: asks the provider whether a credential works, and tells what it said. Changes nothing but what a refusal,
 * or the end of one, means for the credential.
 */
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/fault.h"
#include "domain/incident.h"
#include "domain/oauth/client.h"
#include "domain/oauth/mint.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/text.h"
#include "store/refresh_store.h"
#include "store/runtime_store.h"
#include "store/state_store.h"

#define REASON_REJECTED "rejected"

bool credential_can_test(const struct provider *provider, bool is_oauth)
{
	if (!is_oauth)
		return provider->has_api_key && (provider->api_key_checks.n || provider->mint);
	return provider_can_connect(provider) && provider->oauth.checks.n;
}

static const struct check_recipe *check_of(
	const struct provider *provider, bool is_oauth, const struct fieldset *fields)
{
	return checks_find(is_oauth ? &provider->oauth.checks : &provider->api_key_checks, fields);
}

struct trial {
	const struct core *core;
	const struct actor *actor;
	const struct provider *provider;
	struct credential_row row;
	struct credential_test *out;
	char object[AUDIT_ID_SIZE];
};

static bool is_oauth(const struct trial *t)
{
	return strcmp(t->row.auth_type, "oauth2") == 0;
}

static bool is_in(const struct trial *t, enum credential_state state)
{
	return strcmp(t->row.state, credential_state_word(state)) == 0;
}

/* ---- asking ---- */

/* A key that a token can be made from works. */
static enum rc ask_for_token(struct trial *t, const struct fieldset *secrets)
{
	struct token_answer answer;
	enum rc rc = mint_call(t->core, t->provider, secrets, &answer);

	if (rc == RC_OK)
		mint_probe(&answer, &t->out->probe);
	token_answer_release(&answer);
	return rc;
}

static enum rc ask(struct trial *t, const struct fieldset *secrets)
{
	const struct check_recipe *check = check_of(t->provider, is_oauth(t), secrets);
	bool minted = mint_is(t->provider, &t->row);
	struct oauth_client client = {0};
	struct placeholder_values values = {.credential = secrets,
		.token = minted ? secrets : NULL,
		.derives = &t->provider->derives};
	enum rc rc = RC_OK;

	if (!is_oauth(t) && t->provider->mint && (!check || !minted))
		return ask_for_token(t, secrets);
	t->out->unasked = !check;
	if (!check)
		return RC_OK;
	if (is_oauth(t)) {
		rc = client_issued(t->core, &t->actor->tenant, t->provider, t->row.client_source,
			&t->row.client_id, &client);
		if (rc == RC_NOT_FOUND || rc == RC_CRYPTO)
			rc = RC_OK; /* few requests need a value of it */
		values.client = &client.fields;
		values.token = secrets;
	}
	if (rc == RC_OK)
		rc = probe_check(t->core->http, check, NULL, &values, NULL, &t->out->probe);
	oauth_client_release(&client);
	return rc;
}

/* ---- what it means ---- */

/* It was taken for refused, and works. */
static enum rc heal_in_transaction(struct db *db, void *arg)
{
	const struct trial *t = arg;
	const char *active = credential_state_word(CREDENTIAL_ACTIVE);
	int64_t now_s = clock_now_s();
	enum rc rc = state_move(
		db, &t->actor->tenant, &t->row, active, "", t->row.refreshable ? now_s : 0, now_s);

	return rc == RC_OK ? incident_raise(db, &t->actor->tenant, &t->row, active, "") : rc;
}

/* As when a runtime reports it: one forced renewal, and where that cannot help, or did not, a person has to act. */
static enum rc reject_in_transaction(struct db *db, void *arg)
{
	struct trial *t = arg;
	const struct tenant_id *tenant = &t->actor->tenant;
	enum rc rc = runtime_reject(db, tenant, &t->row.id, t->row.secret_rev, clock_now_s());

	t->out->refused = false;
	t->out->renews = rc == RC_OK;
	if (rc != RC_CONFLICT)
		return rc;
	rc = runtime_reject_for_good(db, tenant, &t->row.id, t->row.secret_rev, clock_now_s());
	t->out->refused = rc == RC_OK;
	return rc == RC_OK
		       ? incident_raise(db, tenant, &t->row,
				 credential_state_word(CREDENTIAL_NEEDS_REAUTH), REASON_REJECTED)
		       : rc;
}

static enum rc note_refused(struct trial *t)
{
	enum rc rc;

	if (!is_in(t, CREDENTIAL_ACTIVE))
		return RC_OK; /* known already, with a reason of its own */
	rc = audit_transact(
		t->core, t->actor, "credential.rejected", t->object, reject_in_transaction, t);
	if (rc == RC_OK && t->out->renews)
		upkeep_wake(t->core->cfg);
	/* known already, and on its way; or changed while the provider was asked */
	if (rc == RC_CONFLICT)
		t->out->renews = t->row.refreshable;
	return rc == RC_CONFLICT ? RC_OK : rc;
}

static enum rc note_works(struct trial *t)
{
	enum rc rc;

	if (!is_in(t, CREDENTIAL_NEEDS_REAUTH) ||
		(strcmp(t->row.state_reason, REASON_REJECTED) != 0 &&
			strcmp(t->row.state_reason, "key_refused") != 0))
		return RC_OK;
	rc = audit_transact(
		t->core, t->actor, "credential.recovered", t->object, heal_in_transaction, t);
	t->out->healed = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc; /* changed while the provider was asked */
}

static enum rc conclude(struct trial *t)
{
	const struct probe_result *probe = &t->out->probe;
	const char *word = probe_verdict_word(probe->verdict);
	enum provider_kind kind = t->provider->kind;

	(void)audit_event(t->core, t->actor, "credential.test", t->object, word);
	if (probe->verdict == PROBE_OK)
		return note_works(t);
	log_warn("credential.check", "provider", t->provider->id, "kind",
		is_oauth(t) ? fault_of_oauth(kind) : fault_of_check(kind), "verdict", word);
	return probe->expired ? note_refused(t) : RC_OK;
}

/* ---- the whole ---- */

/* An access token that is over needs no question; it is renewed where that is possible. */
static enum rc note_over(struct trial *t)
{
	enum rc rc;

	t->out->over = true;
	if (!t->row.refreshable || !is_in(t, CREDENTIAL_ACTIVE))
		return RC_OK;
	rc = refresh_hurry(
		t->core->db, &t->actor->tenant, &t->row.id, t->row.secret_rev, clock_now_s());
	t->out->renews = rc == RC_OK;
	if (rc == RC_OK)
		upkeep_wake(t->core->cfg);
	return rc;
}

static enum rc run(struct trial *t)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	int64_t now_s = clock_now_s();
	enum rc rc = credential_unseal(t->core, &t->actor->tenant, &t->row, &secrets, &profile);

	t->out->unreadable = rc == RC_CRYPTO;
	if (rc == RC_OK)
		rc = state_test_claim(
			t->core->db, &t->actor->tenant, &t->row.id, now_s, CREDENTIAL_TEST_PAUSE_S);
	if (rc == RC_OK && t->row.expires && t->row.expires_at_s <= now_s) {
		rc = note_over(t);
	} else if (rc == RC_OK) {
		rc = ask(t, &secrets);
		if (rc == RC_OK && !t->out->unasked)
			rc = conclude(t);
	}
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc == RC_CRYPTO ? RC_OK : rc;
}

enum rc credential_test(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_test *out)
{
	struct trial t = {.core = core, .actor = actor, .provider = provider, .out = out};
	enum rc rc = credential_load_for_change(core, actor, provider, id, &t.row);

	memset(out, 0, sizeof(*out));
	audit_id("credential", &id->u, t.object);
	if (rc == RC_OK && !credential_can_test(provider, is_oauth(&t)))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK && is_in(&t, CREDENTIAL_DISABLED))
		rc = RC_CONFLICT;
	if (rc == RC_OK)
		rc = run(&t);
	if (rc != RC_LIMIT) /* a button pressed twice is no event */
		audit_failure(core, actor, "credential.test", t.object, rc);
	credential_row_release(&t.row);
	return rc;
}
