/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/oauth/flow.h"
#include "domain/oauth/flow_seal.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/text.h"

#define COPY(to, from) (void)snprintf(to, sizeof(to), "%s", from)

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
	else if (row.expires_at_s <= claim->now_s)
		why = "expired";
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

	memcpy(claim.session_hash, actor->session_hash, HASH_SIZE);
	if (!state_hash(state, claim.state_hash))
		return reject(core, actor, provider, "malformed");
	rc = flow_consume(core->db, &claim);
	if (rc == RC_NOT_FOUND)
		return reject(core, actor, provider, why_rejected(core, &claim));
	return rc == RC_OK ? flow_find_state(core->db, claim.state_hash, row) : rc;
}

/* ---- what the provider said (RFC 6749 §4.1.2, RFC 9207 §2.4) ---- */

/* Simple string comparison; an iss that was not announced must still be the configured one (A21). */
static bool issuer_is_right(
	const struct oauth_recipe *recipe, const struct flow_row *row, const char *iss)
{
	if (!iss)
		return !recipe->iss_required;
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
static bool read_response(const struct oauth_recipe *recipe, const struct flow_row *row,
	const struct flow_response *response, struct flow_result *result)
{
	result->verdict = FLOW_MALFORMED;
	if (!issuer_is_right(recipe, row, response->iss)) {
		COPY(result->error, "issuer_mismatch");
		return false;
	}
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
		[TOKEN_RATE_LIMITED] = FLOW_BAD_ANSWER,
		[TOKEN_MALFORMED] = FLOW_BAD_ANSWER,
		[TOKEN_NO_ANSWER] = FLOW_BAD_ANSWER,
		[TOKEN_TIMEOUT] = FLOW_NO_ANSWER,
		[TOKEN_FORBIDDEN] = FLOW_BAD_ANSWER,
	};

	result->verdict = verdicts[answer->failure];
	COPY(result->error, answer->error);
	COPY(result->words, answer->words);
	if (answer->failure == TOKEN_FORBIDDEN)
		COPY(result->error, "egress_denied");
}

static void ask_identity(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, struct token_answer *answer)
{
	struct placeholder_values values = {.client = &client->fields, .token = &answer->tokens};
	const struct identity_recipe *recipe = &provider->oauth.identity;

	if (!recipe->from_token_response && recipe->request.method)
		probe_identity(core->http, recipe, &values, &answer->identity);
}

struct ending {
	const struct core *core;
	struct flow_row *row;
	struct flow_result *result;
};

/* Runs in the transaction that stores the credential: both happen, or none. */
static enum rc end_connected(struct db *db, const struct credential_grant *grant, void *arg)
{
	struct ending *e = arg;
	enum rc rc;

	COPY(e->result->name, grant->name);
	e->result->other_account = grant->other_account;
	e->row->result = grant->id;
	rc = flow_seal_outcome(e->core, e->row, e->result);
	return rc == RC_OK ? flow_finish(db, e->row) : rc;
}

static enum rc keep_grant(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct oauth_client *client,
	struct token_answer *answer, struct flow_row *row, struct flow_result *result)
{
	bool again = !uuid_is_zero(&row->credential.u);
	struct credential_grant grant = {
		.client = client,
		.answer = answer,
		.requested = row->scopes,
		.again = again ? &row->credential : NULL,
	};
	struct ending ending = {core, row, result};
	enum rc rc;

	ask_identity(core, provider, client, answer);
	COPY(result->account, answer->identity.account);
	COPY(result->granted, answer->has_scope ? answer->scope : row->scopes);
	rc = credential_store_grant(core, actor, provider, &grant, end_connected, &ending);
	if (rc == RC_NOT_FOUND)
		result->verdict = FLOW_CREDENTIAL_GONE;
	return rc;
}

static bool same_client(const struct flow_row *row, const struct oauth_client *client)
{
	return strcmp(row->client_source, client_source_word(client->source)) == 0 &&
	       uuid_equal(&row->client_id, &client->id) && row->client_revision == client->revision;
}

static enum rc redeem(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct oauth_client *client, const char *code,
	struct flow_row *row, struct flow_result *result)
{
	struct secret verifier = SECRET_EMPTY, secret_code = SECRET_EMPTY;
	struct token_answer answer = {0};
	enum rc rc = flow_unseal_verifier(core, row, &verifier);

	if (rc == RC_OK)
		rc = secret_append_text(&secret_code, code);
	if (rc == RC_OK)
		rc = token_exchange(core, provider, client, &secret_code, row->redirect_uri,
			&verifier, &answer);
	if (rc == RC_OK)
		judge(&answer, result);
	if (rc == RC_OK && result->verdict == FLOW_CONNECTED)
		rc = keep_grant(core, actor, provider, client, &answer, row, result);
	secret_release(&verifier);
	secret_release(&secret_code);
	token_answer_release(&answer);
	return rc;
}

/* RC_OK: the verdict stands, and when it is FLOW_CONNECTED the flow has been ended too. */
static enum rc see_through(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct flow_response *response, struct flow_row *row,
	struct flow_result *result)
{
	struct oauth_client client;
	enum rc rc;

	if (!read_response(&provider->oauth, row, response, result))
		return RC_OK;
	rc = client_effective(core, &actor->tenant, provider, &client);
	if (rc == RC_NOT_FOUND || (rc == RC_OK && !same_client(row, &client))) {
		result->verdict = FLOW_CLIENT_CHANGED;
		rc = RC_OK;
	} else if (rc == RC_OK) {
		rc = redeem(core, actor, provider, &client, response->code, row, result);
	}
	oauth_client_release(&client);
	return rc;
}

/* An outcome that is not "connected" is written here; also after an error of our own, so that the flow does
 * not stay "consumed" for ever and its page says what happened. */
static enum rc end_failed(
	const struct core *core, struct flow_row *row, const struct flow_result *result)
{
	enum rc rc = flow_seal_outcome(core, row, result);

	return rc == RC_OK ? flow_finish(core->db, row) : rc;
}

enum rc flow_callback(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *context, const struct flow_response *response,
	struct flow_id *id_out)
{
	struct flow_result result = {0};
	struct flow_row row = {0};
	enum rc rc = claim_flow(core, actor, provider, context, response->state, &row);

	if (rc == RC_OK) {
		*id_out = row.id;
		rc = see_through(core, actor, provider, response, &row, &result);
		if (rc == RC_NOT_FOUND && result.verdict == FLOW_CREDENTIAL_GONE)
			rc = RC_OK;
		if (rc == RC_OK && result.verdict != FLOW_CONNECTED)
			rc = end_failed(core, &row, &result);
		(void)audit_event(core, actor, "flow.callback", provider->id,
			rc == RC_OK ? flow_verdict_word(result.verdict) : rc_name(rc));
	}
	flow_row_release(&row);
	return rc;
}

/* ---- the outcome ---- */

enum rc flow_show(const struct core *core, const struct actor *actor, const struct flow_id *id,
	struct flow_result *out)
{
	struct flow_row row;
	enum rc rc = flow_load(core->db, &actor->tenant, &actor->user, id, &row);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = flow_unseal_outcome(core, &row, out);
	COPY(out->requested, row.scopes);
	COPY(out->plugin_id, row.plugin_id);
	COPY(out->provider, row.provider);
	COPY(out->kind, row.kind);
	out->credential = row.result;
	out->again = !uuid_is_zero(&row.credential.u);
	flow_row_release(&row);
	return rc;
}
