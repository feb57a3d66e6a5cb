/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/connect.h"
#include "domain/oauth/flow.h"
#include "domain/oauth/flow_identity.h"
#include "domain/oauth/flow_redirect.h"
#include "domain/oauth/flow_seal.h"
#include "domain/oauth/revocation.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/url.h"

/* Within this a consumed flow has ended: two outgoing calls of 15 s each, and room. */
#define CLAIM_S 60

/* ---- is it ours? (R4, R14-R16) ---- */

static bool state_hash(const char *state, unsigned char out[HASH_SIZE])
{
	unsigned char raw[HASH_SIZE];

	if (!state || strlen(state) != FLOW_STATE_SIZE - 1 ||
		codec_unbase64url(state, FLOW_STATE_SIZE - 1, raw, sizeof(raw)) != RC_OK)
		return false;
	codec_hash(state, FLOW_STATE_SIZE - 1, out);
	return true;
}

/* Why a claim failed; for the audit log only. The order tells the more telling reason first. */
static const char *why_rejected(const struct core *core, const struct flow_claim *claim)
{
	struct flow_row row;
	const char *why = "consumed";

	if (flow_find_state(core->db, claim->state_hash, &row) != RC_OK)
		why = "unknown";
	else if (!uuid_equal(&row.tenant.u, &claim->tenant.u))
		why = "tenant_mismatch";
	else if (!uuid_equal(&row.user.u, &claim->user.u))
		why = "user_mismatch";
	else if (!codec_equal(row.session_hash, claim->session_hash, HASH_SIZE))
		why = "session_mismatch";
	else if (strcmp(row.plugin_id, claim->plugin_id) || strcmp(row.provider, claim->provider) ||
		 strcmp(row.kind, claim->kind) || strcmp(row.context, claim->context))
		why = "context_mismatch";
	else if (strcmp(row.status, "open") == 0)
		why = "expired"; /* nothing else is left */
	flow_row_release(&row);
	return why;
}

static enum rc reject(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *why)
{
	char result[64];

	(void)snprintf(result, sizeof(result), "rejected:%s", why);
	(void)audit_event(core, actor, "flow.callback", provider->id, result);
	return RC_INVALID;
}

static enum rc claim_flow(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *context, const char *state,
	struct flow_row *row)
{
	struct flow_claim claim = {
		.tenant = actor->tenant,
		.user = actor->user,
		.kind = provider_kind_word(provider->kind),
		.plugin_id = provider->plugin_id,
		.provider = provider->name,
		.context = context,
		.now_s = clock_now_s(),
	};
	enum rc rc;

	claim.until_s = claim.now_s + CLAIM_S;
	memcpy(claim.session_hash, actor->session_hash, HASH_SIZE);
	if (!state_hash(state, claim.state_hash))
		return reject(core, actor, provider, "malformed");
	rc = flow_consume(core->db, &claim);
	if (rc == RC_NOT_FOUND)
		return reject(core, actor, provider, why_rejected(core, &claim));
	return rc == RC_OK ? flow_find_state(core->db, claim.state_hash, row) : rc;
}

void flow_refused(
	const struct core *core, const struct actor *actor, const char *state, const char *why)
{
	unsigned char hash[HASH_SIZE];
	struct actor owner = *actor;
	struct flow_row row = {0};
	char object[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE] = "-", result[64];
	bool found = state_hash(state, hash) && flow_find_state(core->db, hash, &row) == RC_OK;

	if (found)
		(void)snprintf(object, sizeof(object), "%s/%s", row.plugin_id, row.provider);
	if (uuid_is_zero(&owner.tenant.u))
		owner.tenant = row.tenant;
	(void)snprintf(result, sizeof(result), "rejected:%s", why);
	if (!uuid_is_zero(&owner.tenant.u))
		(void)audit_event(core, &owner, "flow.callback", object, result);
	flow_row_release(&row);
}

/* ---- what the provider said (RFC 6749 §4.1.2, RFC 9207 §2.4) ---- */

/* Simple string comparison; an iss that was not announced must still be the configured one (A21). Nobody says what that of
 * an API tool is, whose redirect URI is its own: it must be where the person was sent to. */
static bool issuer_is_right(
	const struct provider *provider, const struct flow_row *row, const char *iss)
{
	if (!iss)
		return !provider->oauth.iss_required;
	if (!row->issuer[0] && provider_is_own(provider))
		return url_same_origin(iss, provider->oauth.authorization_url);
	return row->issuer[0] && strcmp(iss, row->issuer) == 0;
}

static void copy_error_code(const char *error, char out[TOKEN_ERROR_CODE_SIZE])
{
	size_t n = 0;

	for (; *error && n + 1 < TOKEN_ERROR_CODE_SIZE; error++)
		if (*error > 0x20 && *error < 0x7f && *error != '"' && *error != '\\')
			out[n++] = *error;
	out[n] = '\0';
}

static void read_error(const struct flow_response *response, struct flow_result *result)
{
	const char *words = response->error_description;

	copy_error_code(response->error, result->error);
	if (words)
		probe_words(words, strlen(words), NULL, result->words);
	result->verdict =
		strcmp(response->error, "access_denied") == 0 ? FLOW_DECLINED : FLOW_PROVIDER_ERROR;
}

/* True: there is a code to redeem. Otherwise the verdict stands. */
static bool read_response(const struct provider *provider, const struct flow_row *row,
	const struct flow_response *response, struct flow_result *result)
{
	result->verdict = FLOW_WRONG_ISSUER;
	if (!issuer_is_right(provider, row, response->iss))
		return false;
	result->verdict = FLOW_MALFORMED;
	if (response->error) {
		read_error(response, result);
		return false;
	}
	return response->code && text_is_vschar(response->code, strlen(response->code));
}

/* ---- the exchange ---- */

static void judge(const struct token_answer *answer, struct flow_result *result)
{
	static const enum flow_verdict verdicts[] = {
		[TOKEN_OK] = FLOW_CONNECTED,
		[TOKEN_REFUSED] = FLOW_BAD_ANSWER,
		[TOKEN_CLIENT_REFUSED] = FLOW_CLIENT_REFUSED,
		[TOKEN_GRANT_REFUSED] = FLOW_CODE_REFUSED,
		[TOKEN_GRANT_REVOKED] = FLOW_CODE_REFUSED,
		[TOKEN_RATE_LIMITED] = FLOW_BAD_ANSWER,
		[TOKEN_MALFORMED] = FLOW_BAD_ANSWER,
		[TOKEN_NO_ANSWER] = FLOW_BAD_ANSWER,
		[TOKEN_TIMEOUT] = FLOW_NO_ANSWER,
		[TOKEN_FORBIDDEN] = FLOW_BAD_ANSWER,
	};

	result->verdict = verdicts[answer->failure];
	TEXT_COPY(result->error, answer->error);
	TEXT_COPY(result->words, answer->words);
	result->unsaid = answer->own_words;
	if (answer->failure == TOKEN_FORBIDDEN)
		TEXT_COPY(result->error, "egress_denied");
}

/* One callback that was claimed. */
struct callback {
	const struct core *core;
	const struct actor *actor;
	const struct provider *provider;
	struct flow_row row;
	struct oauth_client client;
	struct fieldset brought; /* by the redirect */
	struct token_answer answer;
	struct flow_result result;
};

static void callback_release(struct callback *cb)
{
	flow_row_release(&cb->row);
	oauth_client_release(&cb->client);
	fieldset_release(&cb->brought);
	token_answer_release(&cb->answer);
}

/* Whoever sent the person here learns it too. */
static enum rc end_request(struct db *db, const struct callback *cb)
{
	enum flow_verdict verdict = cb->result.verdict;
	const char *status = verdict == FLOW_CONNECTED  ? "connected"
			     : verdict == FLOW_DECLINED ? "declined"
							: "failed";

	if (uuid_is_zero(&cb->row.request.u))
		return RC_OK;
	return connect_end_in(db, cb->actor, &cb->row.request, status,
		status[0] == 'f' ? flow_verdict_word(verdict) : "",
		verdict == FLOW_CONNECTED ? &cb->row.result : NULL);
}

/* Writes the outcome. RC_DENIED: nobody is left to have it. */
static enum rc end_flow(struct db *db, struct callback *cb)
{
	enum rc rc = flow_seal_outcome(cb->core, &cb->row, &cb->result);

	if (rc == RC_OK)
		rc = flow_finish(db, &cb->row);
	if (rc == RC_OK)
		rc = end_request(db, cb);
	return rc == RC_CONFLICT ? RC_DENIED : rc;
}

/* Runs in the transaction that stores the credential: both happen, or none. */
static enum rc end_connected(struct db *db, const struct credential_grant *grant, void *arg)
{
	struct callback *cb = arg;

	TEXT_COPY(cb->result.name, grant->name);
	TEXT_COPY(cb->result.twin, grant->twin);
	cb->result.other_account = grant->other_account;
	cb->row.result = grant->id;
	return end_flow(db, cb);
}

static bool is_again(const struct callback *cb)
{
	return !uuid_is_zero(&cb->row.credential.u);
}

static enum rc keep_grant(struct callback *cb)
{
	struct token_answer *answer = &cb->answer;
	struct credential_grant grant = {
		.client = &cb->client,
		.answer = answer,
		.requested = cb->row.scopes,
		.again = is_again(cb) ? &cb->row.credential : NULL,
	};

	flow_identity(cb->core, cb->provider, &cb->client, answer);
	TEXT_COPY(cb->result.account, answer->identity.account);
	TEXT_COPY(cb->result.granted, answer->has_scope ? answer->scope : cb->row.scopes);
	return credential_store_grant(cb->core, cb->actor, cb->provider, &grant, end_connected, cb);
}

static bool same_client(const struct flow_row *row, const struct oauth_client *client)
{
	return strcmp(row->client_source, client_source_word(client->source)) == 0 &&
	       uuid_equal(&row->client_id, &client->id) && row->client_revision == client->revision;
}

static enum rc redeem(struct callback *cb, const char *code)
{
	struct secret verifier = SECRET_EMPTY, secret_code = SECRET_EMPTY;
	struct token_code redirect = {&secret_code, &verifier, cb->row.redirect_uri, &cb->brought};
	enum rc rc = flow_unseal_verifier(cb->core, &cb->row, &verifier);

	if (rc == RC_OK)
		rc = secret_append_text(&secret_code, code);
	if (rc == RC_OK)
		rc = token_exchange(cb->core, cb->provider, &cb->client, &redirect, &cb->answer);
	secret_release(&verifier);
	secret_release(&secret_code);
	return rc;
}

/* What may have changed since the start (A32, A33): nothing is asked of the provider then. */
static enum rc check_meanwhile(struct callback *cb)
{
	enum rc rc = client_effective(cb->core, &cb->actor->tenant, cb->provider, &cb->client);

	if (rc == RC_NOT_FOUND || (rc == RC_OK && !same_client(&cb->row, &cb->client))) {
		cb->result.verdict = FLOW_CLIENT_CHANGED;
		return RC_OK;
	}
	if (rc == RC_OK && is_again(cb))
		rc = credential_may_renew(cb->core, cb->actor, cb->provider, &cb->row.credential);
	if (rc == RC_NOT_FOUND)
		cb->result.verdict = FLOW_CREDENTIAL_GONE;
	else if (rc == RC_DENIED)
		cb->result.verdict = FLOW_NOT_ALLOWED;
	else if (rc == RC_OK)
		cb->result.verdict = FLOW_CONNECTED;
	return rc == RC_NOT_FOUND || rc == RC_DENIED ? RC_OK : rc;
}

/* What the file names of the redirect; the client is loaded. */
static enum rc check_redirect(struct callback *cb, const struct flow_response *response)
{
	const struct redirect_recipe *recipe = &cb->provider->oauth.redirect;
	enum rc rc = flow_check_signature(recipe, &cb->client.fields, response);

	if (rc == RC_OK)
		rc = flow_brought(recipe, response, &cb->brought);
	if (rc == RC_INVALID)
		cb->result.verdict = FLOW_MALFORMED;
	return rc == RC_INVALID ? RC_OK : rc;
}

/* RC_OK: the verdict stands, and when it is FLOW_CONNECTED the flow has been ended too. */
static enum rc see_through(struct callback *cb, const struct flow_response *response)
{
	enum rc rc;

	if (!read_response(cb->provider, &cb->row, response, &cb->result))
		return RC_OK;
	rc = check_meanwhile(cb);
	if (rc == RC_OK && cb->result.verdict == FLOW_CONNECTED)
		rc = check_redirect(cb, response);
	if (rc != RC_OK || cb->result.verdict != FLOW_CONNECTED)
		return rc;
	rc = redeem(cb, response->code);
	if (rc == RC_OK)
		judge(&cb->answer, &cb->result);
	if (rc == RC_OK && cb->result.verdict == FLOW_CONNECTED)
		rc = keep_grant(cb);
	if (rc == RC_NOT_FOUND)
		cb->result.verdict = FLOW_CREDENTIAL_GONE;
	else if (rc == RC_DENIED)
		cb->result.verdict = FLOW_NOT_ALLOWED;
	return rc == RC_NOT_FOUND || rc == RC_DENIED ? RC_OK : rc;
}

/* What a transaction noted that was then rolled back. */
static void forget_credential(struct callback *cb)
{
	cb->row.result = (struct credential_id){0};
	cb->result.name[0] = '\0';
	cb->result.twin[0] = '\0';
	cb->result.other_account = false;
}

/* The provider did not say yes: it is told again, until it does. */
static void queue_revocation(const struct callback *cb)
{
	struct revocation_order order = {.provider = cb->provider,
		.id = {uuid_random()},
		.name = cb->answer.identity.account,
		.client_source = client_source_word(cb->client.source),
		.client_id = &cb->client.id,
		.tokens = &cb->answer.tokens};
	struct revocation_row row;
	enum rc rc = revocation_make(cb->core, cb->actor, &order, &row);

	if (rc == RC_OK)
		rc = revocation_insert(cb->core->db, &cb->actor->tenant, &row, clock_now_s());
	if (rc == RC_OK)
		upkeep_wake(cb->core->cfg);
	(void)audit_event(cb->core, cb->actor, "token.revoke_later", cb->provider->id, rc_name(rc));
	revocation_row_release(&row);
}

static void give_back(const struct callback *cb)
{
	enum rc rc;

	if (!fieldset_get(&cb->answer.tokens, "access_token"))
		return;
	rc = token_revoke(cb->core, cb->provider, &cb->client, &cb->answer.tokens);
	(void)audit_event(cb->core, cb->actor, "token.revoke", cb->provider->id, rc_name(rc));
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		queue_revocation(cb);
}

/* Writes every outcome but "connected"; also after an error of our own, so that the flow does not stay
 * "consumed". A token that was obtained is revoked once it is certain that it was not stored: a commit
 * whose answer was lost may have been done, and then the flow cannot be ended a second time. */
static enum rc end_otherwise(struct callback *cb, enum rc rc)
{
	enum rc ended;

	if (rc != RC_OK)
		cb->result.verdict = FLOW_FAULT;
	forget_credential(cb);
	ended = end_flow(cb->core->db, cb);
	if (ended == RC_OK || rc == RC_OK)
		give_back(cb);
	return rc == RC_OK || ended == RC_OK ? ended : rc;
}

enum rc flow_callback(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *context, const struct flow_response *response,
	struct flow_id *id_out)
{
	struct callback cb = {.core = core, .actor = actor, .provider = provider};
	enum rc rc = claim_flow(core, actor, provider, context, response->state, &cb.row);

	if (rc == RC_OK) {
		*id_out = cb.row.id;
		rc = see_through(&cb, response);
		if (rc != RC_OK || cb.result.verdict != FLOW_CONNECTED)
			rc = end_otherwise(&cb, rc);
		(void)audit_event(core, actor, "flow.callback", provider->id,
			rc == RC_OK ? flow_verdict_word(cb.result.verdict) : rc_name(rc));
	}
	callback_release(&cb);
	return rc;
}

/* ---- the outcome ---- */

_Static_assert(sizeof((struct flow_result){0}.redirect_uri) >= FLOW_REDIRECT_URI_SIZE, "as stored");

enum rc flow_show(const struct core *core, const struct actor *actor, const struct flow_id *id,
	struct flow_result *out)
{
	struct flow_row row;
	enum rc rc = flow_load(core->db, &actor->tenant, &actor->user, id, &row);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = flow_unseal_outcome(core, &row, out);
	if (rc == RC_OK && strcmp(row.status, "consumed") == 0 && row.expires_at_s <= clock_now_s())
		out->verdict = FLOW_FAULT;
	TEXT_COPY(out->requested, row.scopes);
	TEXT_COPY(out->redirect_uri, row.redirect_uri);
	TEXT_COPY(out->plugin_id, row.plugin_id);
	TEXT_COPY(out->provider, row.provider);
	TEXT_COPY(out->kind, row.kind);
	out->credential = row.result;
	out->renews = row.credential;
	out->request = row.request;
	out->again = !uuid_is_zero(&row.credential.u);
	flow_row_release(&row);
	return rc;
}
