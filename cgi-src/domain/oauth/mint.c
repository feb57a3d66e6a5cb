/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/mint.h"

#include <stdio.h>
#include <string.h>

#include "domain/message.h"
#include "platform/clock.h"
#include "platform/jws.h"
#include "platform/uuid.h"

bool mint_is(const struct provider *provider, const struct credential_row *row)
{
	return provider && provider->mint && row->refreshable &&
	       strcmp(row->auth_type, "api-key") == 0;
}

static struct placeholder_values values_of(
	const struct provider *provider, const struct fieldset *fields)
{
	return (struct placeholder_values){.credential = fields, .derives = &provider->derives};
}

/* --- assertions (RFC 7523 section 3) --- */

static enum rc add_member(struct secret *out, const char *name, const struct secret *value)
{
	enum rc rc = secret_append_text(out, out->len == 1 ? "" : ",");

	if (!rc)
		rc = jsonr_append_string(out, name, strlen(name));
	if (!rc)
		rc = secret_append_text(out, ":");
	return rc ? rc : jsonr_append_string(out, secret_text(value), value->len);
}

static enum rc add_template(struct secret *out, const char *name, const char *text,
	const struct placeholder_values *values)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (placeholder_blank(text, values))
		return RC_OK;
	rc = placeholder_expand(text, values, PLACEHOLDER_FORM, &value);
	if (!rc)
		rc = add_member(out, name, &value);
	secret_release(&value);
	return rc;
}

static enum rc make_header(const struct jwt_recipe *jwt, enum jws_alg alg,
	const struct placeholder_values *values, struct secret *out)
{
	enum rc rc = secret_append_text(out, "{");

	if (!rc)
		rc = add_template(out, "alg", jws_alg_name(alg), values);
	if (!rc)
		rc = add_template(out, "typ", "JWT", values);
	if (!rc && jwt->kid)
		rc = add_template(out, "kid", jwt->kid, values);
	return rc ? rc : secret_append_text(out, "}");
}

static enum rc make_claims(const struct jwt_recipe *jwt, const struct placeholder_values *values,
	int64_t now_s, struct secret *out)
{
	char id[UUID_TEXT_SIZE], times[2 * UUID_TEXT_SIZE + 64];
	struct uuid jti = uuid_random();
	enum rc rc = secret_append_text(out, "{");

	for (size_t i = 0; !rc && i < jwt->claims.n; i++)
		rc = add_template(
			out, jwt->claims.items[i].name, jwt->claims.items[i].value, values);
	uuid_text(&jti, id);
	(void)snprintf(times, sizeof(times), "%s\"iat\":%lld,\"exp\":%lld,\"jti\":\"%s\"}",
		out->len > 1 ? "," : "", (long long)now_s, (long long)(now_s + jwt->lifetime_s),
		id);
	return rc ? rc : secret_append_text(out, times);
}

static enum rc make_jwt(const struct jwt_recipe *jwt, const struct placeholder_values *values,
	int64_t now_s, struct secret *out)
{
	static const enum jws_alg algs[] = {
		[JWT_RS256] = JWS_RS256, [JWT_ES256] = JWS_ES256, [JWT_HS256] = JWS_HS256};
	struct secret key = SECRET_EMPTY, header = SECRET_EMPTY, claims = SECRET_EMPTY;
	enum rc rc = placeholder_expand(jwt->key, values, PLACEHOLDER_FORM, &key);

	if (!rc)
		rc = make_header(jwt, algs[jwt->alg], values, &header);
	if (!rc)
		rc = make_claims(jwt, values, now_s, &claims);
	if (!rc)
		rc = jws_sign(algs[jwt->alg], &key, &header, &claims, out);
	secret_release(&key);
	secret_release(&header);
	secret_release(&claims);
	return rc;
}

/* --- requests --- */

static enum rc put_template(struct fieldset *out, const char *name, const char *text,
	const struct placeholder_values *values)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc;

	if (!text)
		return RC_OK;
	rc = placeholder_expand(text, values, PLACEHOLDER_RAW, &value);
	if (!rc)
		rc = fieldset_put(out, name, value.bytes, value.len);
	secret_release(&value);
	return rc;
}

static enum rc add_bearer(const struct secret *jwt, struct httpc_request *out)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc = secret_append_text(&value, "Bearer ");

	if (!rc)
		rc = secret_append_secret(&value, jwt);
	if (!rc)
		rc = httpc_request_header(out, "Authorization", value.bytes, value.len);
	secret_release(&value);
	if (rc)
		httpc_request_release(out);
	return rc;
}

static const char *grant_type_of(enum mint_grant grant)
{
	static const char *const types[] = {[MINT_CLIENT_CREDENTIALS] = "client_credentials",
		[MINT_JWT_BEARER] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
		[MINT_PLAIN] = ""};

	return types[grant];
}

/* client: id and secret of the recipe, as values.client. */
static enum rc build(const struct mint_recipe *mint, const struct placeholder_values *values,
	const struct secret *jwt, struct httpc_request *out)
{
	static const struct token_step step;
	struct secret type = SECRET_EMPTY;
	struct token_param grant[] = {{"grant_type", &type}, {"assertion", jwt}};
	bool asserts = mint->jwt.key && !mint->jwt.as_bearer;
	size_t first = mint->grant == MINT_PLAIN, n = asserts ? 2 : 1;
	enum rc rc = secret_append_text(&type, grant_type_of(mint->grant));

	if (!rc)
		rc = token_step_request(&mint->oauth, &step, values, grant + first, n - first, out);
	if (!rc && mint->jwt.as_bearer)
		rc = add_bearer(jwt, out);
	secret_release(&type);
	return rc;
}

enum rc mint_request(const struct provider *provider, const struct fieldset *fields, int64_t now_s,
	struct httpc_request *out)
{
	struct placeholder_values values = values_of(provider, fields);
	const struct mint_recipe *mint = provider->mint;
	struct fieldset client = FIELDSET_EMPTY;
	struct secret jwt = SECRET_EMPTY;
	enum rc rc = put_template(&client, "client_id", mint->client_id, &values);

	if (!rc)
		rc = put_template(&client, "client_secret", mint->client_secret, &values);
	if (!rc && mint->jwt.key)
		rc = make_jwt(&mint->jwt, &values, now_s, &jwt);
	values.client = &client;
	if (!rc)
		rc = build(mint, &values, &jwt, out);
	secret_release(&jwt);
	fieldset_release(&client);
	return rc;
}

/* --- answers --- */

enum rc mint_call(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct token_answer *out)
{
	struct placeholder_values secrets = values_of(provider, fields);
	struct httpc_response rs = {.retry_after_s = -1};
	struct httpc_request rq = {0};
	int64_t now_s = clock_now_s();
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->retry_after_s = -1;
	rc = mint_request(provider, fields, now_s, &rq);
	if (rc)
		return rc;
	rc = httpc_perform(core->http, &rq, &rs);
	rc = token_read(&provider->mint->oauth, rc, &rs, now_s, &secrets, out);
	httpc_request_release(&rq);
	httpc_response_release(&rs);
	return rc;
}

void mint_probe(const struct token_answer *answer, struct probe_result *out)
{
	static const enum probe_verdict verdicts[] = {[TOKEN_OK] = PROBE_OK,
		[TOKEN_REFUSED] = PROBE_REFUSED,
		[TOKEN_CLIENT_REFUSED] = PROBE_REFUSED,
		[TOKEN_GRANT_REFUSED] = PROBE_REFUSED,
		[TOKEN_GRANT_REVOKED] = PROBE_REFUSED,
		[TOKEN_RATE_LIMITED] = PROBE_RATE_LIMITED,
		[TOKEN_MALFORMED] = PROBE_NO_ANSWER,
		[TOKEN_NO_ANSWER] = PROBE_NO_ANSWER,
		[TOKEN_TIMEOUT] = PROBE_TIMEOUT,
		[TOKEN_FORBIDDEN] = PROBE_FORBIDDEN};

	*out = (struct probe_result){.verdict = verdicts[answer->failure],
		.status = answer->status,
		.retry_after_s = answer->retry_after_s,
		.own_words = answer->own_words || !answer->words[0]};
	if (out->verdict == PROBE_OK)
		return;
	if (answer->words[0])
		memcpy(out->words, answer->words, sizeof(out->words));
	else
		(void)snprintf(out->words, sizeof(out->words), MESSAGE("answer.status") " %d%s%s",
			answer->status, answer->error[0] ? ": " : "", answer->error);
}

enum rc mint_secrets(const struct provider *provider, const struct fieldset *fields,
	const struct token_answer *answer, struct fieldset *out)
{
	struct placeholder_values values = values_of(provider, fields);
	const struct pairs *map = &provider->mint->oauth.credential;
	struct secret value = SECRET_EMPTY;
	enum rc rc = fieldset_copy(out, fields);

	values.token = &answer->tokens;
	if (!rc)
		rc = fieldset_copy(out, &answer->tokens);
	for (size_t i = 0; !rc && i < map->n; i++) {
		rc = placeholder_expand(map->items[i].value, &values, PLACEHOLDER_RAW, &value);
		if (!rc)
			rc = fieldset_put(out, map->items[i].name, value.bytes, value.len);
		else if (rc == RC_INVALID)
			rc = RC_OK; /* an optional member that did not come */
	}
	secret_release(&value);
	return rc;
}

void mint_into_row(const struct token_answer *answer, struct credential_row *row)
{
	row->expires = answer->expires;
	row->expires_at_s = answer->expires_at_s;
	row->refreshable = true;
}
