/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/message.h"
#include "domain/oauth/token.h"
#include "platform/url.h"

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

/* One parameter after the other, in whatever form this request has them. */
struct param_writer {
	enum body_format format;
	const struct pairs *names; /* what some are called here */
	bool first;
	struct secret *out;
};

static const char *name_here(const struct param_writer *w, const char *name)
{
	for (size_t i = 0; i < w->names->n; i++)
		if (strcmp(w->names->items[i].name, name) == 0)
			return w->names->items[i].value;
	return name;
}

static enum rc write_raw(struct param_writer *w, const char *name, const void *p, size_t len)
{
	enum rc rc;

	if (w->format != BODY_JSON)
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

/* One that is called "" here is left out. */
static enum rc write_param(struct param_writer *w, const char *name, const struct secret *value)
{
	name = name_here(w, name);
	return *name == '\0' ? RC_OK : write_raw(w, name, value->bytes, value->len);
}

static enum rc write_client(
	struct param_writer *w, const struct oauth_recipe *recipe, const struct fieldset *client)
{
	const struct secret *id = fieldset_get(client, "client_id");
	const struct secret *key = fieldset_get(client, "client_secret");
	enum rc rc;

	if (recipe->client_auth == CLIENT_AUTH_BASIC || recipe->client_auth == CLIENT_AUTH_ABSENT)
		return RC_OK;
	if (!id || (recipe->client_auth == CLIENT_AUTH_POST && !key))
		return RC_INVALID;
	rc = write_param(w, "client_id", id);
	if (rc == RC_OK && recipe->client_auth == CLIENT_AUTH_POST)
		rc = write_param(w, "client_secret", key);
	return rc;
}

static enum rc write_extra(
	struct param_writer *w, const struct pairs *pairs, const struct placeholder_values *values)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < pairs->n && rc == RC_OK; i++) {
		if (placeholder_blank(pairs->items[i].value, values))
			continue;
		rc = placeholder_expand(pairs->items[i].value, values, PLACEHOLDER_FORM, &value);
		if (rc == RC_OK)
			rc = write_raw(w, pairs->items[i].name, value.bytes, value.len);
	}
	secret_release(&value);
	return rc;
}

static enum rc write_grant(struct param_writer *w, const struct token_step *step,
	const struct token_param *grant, size_t n)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (strcmp(grant[i].name, "grant_type") != 0 || !step->grant_type)
			rc = write_param(w, grant[i].name, grant[i].value);
		else if (step->grant_type[0])
			rc = write_raw(w, "grant_type", step->grant_type, strlen(step->grant_type));
	}
	return rc;
}

static enum rc begin_query(struct param_writer *w)
{
	w->first = !strchr(secret_text(w->out), '?');
	return w->first ? secret_append_text(w->out, "?") : RC_OK;
}

/* A GET request has them in its URL, whatever the others do. */
static enum body_format format_of(const struct oauth_recipe *recipe, const struct token_step *step)
{
	bool get = step->method && strcmp(step->method, "GET") == 0;

	return get ? BODY_QUERY : recipe->token_format;
}

static enum rc write_params(const struct oauth_recipe *recipe, const struct token_step *step,
	const struct placeholder_values *values, const struct token_param *grant, size_t n,
	struct httpc_request *out)
{
	enum body_format format = format_of(recipe, step);
	struct param_writer w = {
		format, &step->names, true, format == BODY_QUERY ? &out->url : &out->body};
	enum rc rc = format == BODY_QUERY ? begin_query(&w) : RC_OK;

	if (rc == RC_OK)
		rc = write_grant(&w, step, grant, n);
	if (rc == RC_OK)
		rc = write_client(&w, recipe, values->client);
	if (rc == RC_OK)
		rc = write_extra(&w, &recipe->token_params, values);
	if (rc == RC_OK)
		rc = write_extra(&w, &step->params, values);
	if (rc == RC_OK && format == BODY_JSON)
		rc = secret_append_text(&out->body, w.first ? "{}" : "}");
	out->has_body = strcmp(out->method, "GET") != 0;
	return rc;
}

static enum rc add_headers(const struct oauth_recipe *recipe, const struct token_step *step,
	const struct placeholder_values *values, struct httpc_request *out)
{
	static const char *const types[] = {[BODY_FORM] = "application/x-www-form-urlencoded",
		[BODY_JSON] = "application/json"};
	enum body_format format = format_of(recipe, step);
	struct secret value = SECRET_EMPTY;
	enum rc rc = RC_OK;

	if (format != BODY_QUERY)
		rc = httpc_request_header(
			out, "Content-Type", types[format], strlen(types[format]));
	if (rc == RC_OK && !probe_has_header(&recipe->token_headers, "Accept"))
		rc = httpc_request_header(out, "Accept", "application/json", 16);
	for (size_t i = 0; i < recipe->token_headers.n && rc == RC_OK; i++) {
		const struct pair *header = &recipe->token_headers.items[i];

		rc = placeholder_expand(header->value, values, PLACEHOLDER_RAW, &value);
		if (rc == RC_OK)
			rc = httpc_request_header(out, header->name, value.bytes, value.len);
	}
	secret_release(&value);
	if (rc == RC_OK && recipe->client_auth == CLIENT_AUTH_BASIC)
		rc = add_basic(values->client, out);
	return rc;
}

enum rc token_step_request(const struct oauth_recipe *recipe, const struct token_step *step,
	const struct placeholder_values *values, const struct token_param *grant, size_t n,
	struct httpc_request *out)
{
	const char *url = step->url ? step->url : recipe->token_url;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->method = step->method ? step->method : "POST";
	rc = placeholder_expand(url, values, PLACEHOLDER_URL, &out->url);
	if (rc == RC_OK)
		rc = add_headers(recipe, step, values, out);
	if (rc == RC_OK)
		rc = write_params(recipe, step, values, grant, n, out);
	if (rc != RC_OK)
		httpc_request_release(out);
	return rc;
}

enum rc token_request(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct token_param *grant, size_t n, struct httpc_request *out)
{
	static const struct token_step plain;
	struct placeholder_values values = {.client = client, .derives = recipe->derives};

	return token_step_request(recipe, &plain, &values, grant, n, out);
}

enum rc token_form_request(const struct oauth_recipe *recipe, const char *url,
	const struct placeholder_values *values, const struct token_param *params, size_t n,
	struct httpc_request *out)
{
	struct oauth_recipe endpoint = {.derives = recipe->derives,
		.token_url = url,
		.client_auth = recipe->client_auth,
		.token_format = BODY_FORM};
	static const struct token_step plain;

	return token_step_request(&endpoint, &plain, values, params, n, out);
}

/* Scopes are kept with single spaces between them. */
static enum rc add_scope(const struct oauth_recipe *recipe, const char *scope, struct secret *out)
{
	enum rc rc = secret_append_text(out, scope);

	for (size_t i = 0; rc == RC_OK && i < out->len; i++)
		if (out->bytes[i] == ' ' && recipe->scope_separator)
			out->bytes[i] = (unsigned char)recipe->scope_separator[0];
	return rc;
}

enum rc token_refresh_request(const struct oauth_recipe *recipe,
	const struct token_renewal *renewal, struct httpc_request *out)
{
	struct placeholder_values values = {
		.client = renewal->client, .token = renewal->tokens, .derives = recipe->derives};
	struct secret type = SECRET_EMPTY, scope = SECRET_EMPTY, uri = SECRET_EMPTY;
	struct token_param grant[4] = {{"grant_type", &type}, {"refresh_token", renewal->token}};
	size_t n = 2;
	enum rc rc = secret_append_text(&type, "refresh_token");

	if (rc == RC_OK && recipe->refresh_scope && renewal->scope[0]) {
		rc = add_scope(recipe, renewal->scope, &scope);
		grant[n++] = (struct token_param){"scope", &scope};
	}
	if (rc == RC_OK && recipe->refresh_redirect_uri) {
		rc = secret_append_text(&uri, renewal->redirect_uri);
		grant[n++] = (struct token_param){"redirect_uri", &uri};
	}
	if (rc == RC_OK)
		rc = token_step_request(recipe, &recipe->refresh, &values, grant, n, out);
	secret_release(&type);
	secret_release(&scope);
	secret_release(&uri);
	return rc;
}

static enum rc no_answer(enum rc rc, struct token_answer *out)
{
	static const struct {
		enum rc rc;
		enum token_failure failure;
		const char *words;
	} map[] = {
		{RC_TIMEOUT, TOKEN_TIMEOUT, MESSAGE("answer.timeout")},
		{RC_UPSTREAM, TOKEN_NO_ANSWER, MESSAGE("token.no_connection")},
		{RC_LIMIT, TOKEN_MALFORMED, MESSAGE("token.too_large")},
		{RC_EGRESS, TOKEN_FORBIDDEN, MESSAGE("token.forbidden")},
		{RC_INVALID, TOKEN_FORBIDDEN, MESSAGE("token.no_url")},
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

enum rc token_read(const struct oauth_recipe *recipe, enum rc rc, const struct httpc_response *rs,
	int64_t sent_at_s, const struct placeholder_values *secrets, struct token_answer *out)
{
	if (rc != RC_OK)
		return no_answer(rc, out);
	if (rs->content_encoded) {
		out->failure = TOKEN_MALFORMED;
		out->status = rs->status;
		out->own_words = true;
		(void)snprintf(out->words, sizeof(out->words), MESSAGE("token.compressed"));
	} else {
		token_parse(recipe, rs->status, rs->content_type, secret_text(&rs->body),
			rs->body.len, sent_at_s, secrets, out);
	}
	out->retry_after_s = rs->retry_after_s;
	return RC_OK;
}
