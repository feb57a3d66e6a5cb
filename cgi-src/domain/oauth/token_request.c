/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/oauth/token.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/url.h"

#define REFRESH_PARAMS_MAX 8

/* RFC 6749 §2.3.1: id and secret are form-encoded before they are joined and base64-encoded. */
static enum rc add_basic(const struct fieldset *client, struct httpc_request *out)
{
	const struct secret *id = fieldset_get(client, "client_id");
	const struct secret *key = fieldset_get(client, "client_secret");
	struct secret pair = SECRET_EMPTY, encoded = SECRET_EMPTY, value = SECRET_EMPTY;
	enum rc rc = RC_INVALID;

	if (id && key)
		rc = url_append_form(&pair, id->bytes, id->len);
	if (rc == RC_OK)
		rc = secret_append_text(&pair, ":");
	if (rc == RC_OK)
		rc = url_append_form(&pair, key->bytes, key->len);
	if (rc == RC_OK)
		rc = codec_base64_secret(&pair, &encoded);
	if (rc == RC_OK)
		rc = secret_append_text(&value, "Basic ");
	if (rc == RC_OK)
		rc = secret_append_secret(&value, &encoded);
	if (rc == RC_OK)
		rc = httpc_request_header(out, "Authorization", value.bytes, value.len);
	secret_release(&pair);
	secret_release(&encoded);
	secret_release(&value);
	return rc;
}

/* One member of the body, in either format. */
struct body_writer {
	enum body_format format;
	bool first;
	struct secret *out;
};

static enum rc write_param(struct body_writer *w, const char *name, const void *p, size_t len)
{
	enum rc rc;

	if (w->format == BODY_FORM)
		return url_add_param(w->out, &w->first, name, p, len);
	rc = secret_append_text(w->out, w->first ? "{" : ",");
	w->first = false;
	if (rc == RC_OK)
		rc = jsonr_append_string(w->out, name, strlen(name));
	if (rc == RC_OK)
		rc = secret_append_text(w->out, ":");
	if (rc == RC_OK)
		rc = jsonr_append_string(w->out, p, len);
	return rc;
}

static enum rc write_client(
	struct body_writer *w, const struct oauth_recipe *recipe, const struct fieldset *client)
{
	const struct secret *id = fieldset_get(client, "client_id");
	const struct secret *key = fieldset_get(client, "client_secret");
	enum rc rc;

	if (recipe->client_auth == CLIENT_AUTH_BASIC)
		return RC_OK;
	if (!id || (recipe->client_auth == CLIENT_AUTH_POST && !key))
		return RC_INVALID;
	rc = write_param(w, "client_id", id->bytes, id->len);
	if (rc == RC_OK && recipe->client_auth == CLIENT_AUTH_POST)
		rc = write_param(w, "client_secret", key->bytes, key->len);
	return rc;
}

static enum rc write_extra(
	struct body_writer *w, const struct pairs *pairs, const struct placeholder_values *values)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < pairs->n && rc == RC_OK; i++) {
		rc = placeholder_expand(pairs->items[i].value, values, PLACEHOLDER_FORM, &value);
		if (rc == RC_OK)
			rc = write_param(w, pairs->items[i].name, value.bytes, value.len);
	}
	secret_release(&value);
	return rc;
}

static enum rc write_body(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct token_param *grant, size_t n, struct httpc_request *out)
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	struct body_writer w = {recipe->token_format, true, &out->body};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = write_param(&w, grant[i].name, grant[i].value->bytes, grant[i].value->len);
	if (rc == RC_OK)
		rc = write_client(&w, recipe, client);
	if (rc == RC_OK)
		rc = write_extra(&w, &recipe->token_params, &values);
	if (rc == RC_OK && w.format == BODY_JSON)
		rc = secret_append_text(&out->body, "}");
	out->has_body = 1;
	return rc;
}

static enum rc add_headers(
	const struct oauth_recipe *recipe, const struct fieldset *client, struct httpc_request *out)
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	const char *type = recipe->token_format == BODY_JSON ? "application/json"
							     : "application/x-www-form-urlencoded";
	struct secret value = SECRET_EMPTY;
	enum rc rc = httpc_request_header(out, "Content-Type", type, strlen(type));

	if (rc == RC_OK)
		rc = httpc_request_header(out, "Accept", "application/json", 16);
	for (size_t i = 0; i < recipe->token_headers.n && rc == RC_OK; i++) {
		const struct pair *header = &recipe->token_headers.items[i];

		rc = placeholder_expand(header->value, &values, PLACEHOLDER_RAW, &value);
		if (rc == RC_OK)
			rc = httpc_request_header(out, header->name, value.bytes, value.len);
	}
	secret_release(&value);
	if (rc == RC_OK && recipe->client_auth == CLIENT_AUTH_BASIC)
		rc = add_basic(client, out);
	return rc;
}

enum rc token_request(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct token_param *grant, size_t n, struct httpc_request *out)
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->method = "POST";
	rc = placeholder_expand(recipe->token_url, &values, PLACEHOLDER_URL, &out->url);
	if (rc == RC_OK)
		rc = add_headers(recipe, client, out);
	if (rc == RC_OK)
		rc = write_body(recipe, client, grant, n, out);
	if (rc != RC_OK)
		httpc_request_release(out);
	return rc;
}

static enum rc no_answer(enum rc rc, struct token_answer *out)
{
	static const struct {
		enum rc rc;
		enum token_failure failure;
		const char *words;
	} map[] = {
		{RC_TIMEOUT, TOKEN_TIMEOUT, "The provider did not answer in time."},
		{RC_UPSTREAM, TOKEN_NO_ANSWER, "The connection to the provider failed."},
		{RC_LIMIT, TOKEN_MALFORMED, "The provider's answer was too large."},
		{RC_EGRESS, TOKEN_FORBIDDEN, "The provider's address may not be called from here."},
		{RC_INVALID, TOKEN_FORBIDDEN, "The provider's address is not a valid URL."},
	};

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (map[i].rc != rc)
			continue;
		out->failure = map[i].failure;
		out->own_words = true;
		probe_words(map[i].words, strlen(map[i].words), NULL, out->words);
		return RC_OK;
	}
	return rc;
}

enum rc token_refresh_request(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct secret *refresh_token, struct httpc_request *out)
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	struct secret texts[1 + REFRESH_PARAMS_MAX] = {{0}};
	struct token_param grant[2 + REFRESH_PARAMS_MAX] = {
		{"grant_type", &texts[0]},
		{"refresh_token", refresh_token},
	};
	const struct pairs *extra = &recipe->refresh.params;
	enum rc rc = extra->n > REFRESH_PARAMS_MAX ? RC_INVALID : RC_OK;

	if (rc == RC_OK)
		rc = secret_append_text(&texts[0], "refresh_token");
	for (size_t i = 0; i < extra->n && rc == RC_OK; i++) {
		rc = placeholder_expand(
			extra->items[i].value, &values, PLACEHOLDER_FORM, &texts[1 + i]);
		grant[2 + i] = (struct token_param){extra->items[i].name, &texts[1 + i]};
	}
	if (rc == RC_OK)
		rc = token_request(recipe, client, grant, 2 + extra->n, out);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		secret_release(&texts[i]);
	return rc;
}

enum rc token_read(const struct oauth_recipe *recipe, enum rc rc, const struct httpc_response *rs,
	int64_t sent_at_s, const struct placeholder_values *secrets, struct token_answer *out)
{
	if (rc != RC_OK)
		return no_answer(rc, out);
	if (rs->content_encoded) {
		out->failure = TOKEN_MALFORMED;
		out->status = rs->status;
		out->own_words = true;
		(void)snprintf(out->words, sizeof(out->words),
			"The provider's answer is compressed, which was not asked for.");
	} else {
		token_parse(recipe, rs->status, rs->content_type, secret_text(&rs->body),
			rs->body.len, sent_at_s, secrets, out);
	}
	out->retry_after_s = rs->retry_after_s;
	return RC_OK;
}

static enum rc token_perform(const struct core *core, const struct oauth_recipe *recipe,
	const struct httpc_request *rq, const struct placeholder_values *secrets,
	struct token_answer *out)
{
	struct httpc_response rs = {0};
	int64_t sent_at_s = clock_now_s();
	enum rc rc = httpc_perform(core->http, rq, &rs);

	rc = token_read(recipe, rc, &rs, sent_at_s, secrets, out);
	httpc_response_release(&rs);
	return rc;
}

enum rc token_exchange(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct secret *code, const char *redirect_uri,
	const struct secret *verifier, struct token_answer *out)
{
	struct secret grant_type = SECRET_EMPTY, uri = SECRET_EMPTY;
	struct token_param grant[] = {
		{"grant_type", &grant_type},
		{"code", code},
		{"redirect_uri", &uri},
		{"code_verifier", verifier},
	};
	struct fieldset sent = FIELDSET_EMPTY;
	struct placeholder_values secrets = {
		.client = &client->fields, .token = &sent, .derives = &provider->derives};
	struct httpc_request rq = {0};
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->retry_after_s = -1;
	rc = secret_append_text(&grant_type, "authorization_code");
	if (rc == RC_OK)
		rc = secret_append_text(&uri, redirect_uri);
	if (rc == RC_OK)
		rc = fieldset_put(&sent, "code", code->bytes, code->len);
	if (rc == RC_OK)
		rc = fieldset_put(&sent, "code_verifier", verifier->bytes, verifier->len);
	if (rc == RC_OK)
		rc = token_request(&provider->oauth, &client->fields, grant,
			provider->oauth.pkce ? 4 : 3, &rq);
	if (rc == RC_OK)
		rc = token_perform(core, &provider->oauth, &rq, &secrets, out);
	if (rc == RC_OK && out->failure != TOKEN_OK)
		log_warn("token.exchange", "provider", provider->id, "error", out->error, "words",
			out->words);
	httpc_request_release(&rq);
	secret_release(&grant_type);
	secret_release(&uri);
	fieldset_release(&sent);
	return rc;
}
