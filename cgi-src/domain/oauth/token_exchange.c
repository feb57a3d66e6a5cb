/* SPDX-License-Identifier: Apache-2.0
 *
 * From an authorization code to a whole grant: the exchange, the second one where a provider first gives a short-lived
 * token, and the questions that follow it.
 */
#include <stdio.h>
#include <string.h>

#include "domain/fault.h"
#include "domain/message.h"
#include "domain/oauth/token.h"
#include "platform/clock.h"
#include "platform/log.h"

/* One exchange on its way. */
struct exchange {
	const struct core *core;
	const struct provider *provider;
	const struct fieldset *client;
	const struct token_code *code;
	struct token_answer *out;
};

static enum rc perform(const struct exchange *x, const struct httpc_request *rq,
	const struct placeholder_values *secrets, struct token_answer *out)
{
	struct httpc_response rs = {0};
	int64_t sent_at_s = clock_now_s();
	enum rc rc = httpc_perform(x->core->http, rq, &rs);

	memset(out, 0, sizeof(*out));
	out->retry_after_s = -1;
	rc = token_read(&x->provider->oauth, rc, &rs, sent_at_s, secrets, out);
	httpc_response_release(&rs);
	return rc;
}

/* ---- the code ---- */

static enum rc redeem(const struct exchange *x)
{
	const struct oauth_recipe *recipe = &x->provider->oauth;
	const struct token_code *code = x->code;
	struct secret type = SECRET_EMPTY, uri = SECRET_EMPTY;
	struct token_param grant[] = {
		{"grant_type", &type},
		{"code", code->code},
		{"redirect_uri", &uri},
		{"code_verifier", code->verifier},
	};
	struct fieldset sent = FIELDSET_EMPTY;
	struct placeholder_values values = {
		.client = x->client, .token = code->brought, .derives = &x->provider->derives};
	struct placeholder_values secrets = {
		.client = x->client, .token = &sent, .derives = &x->provider->derives};
	struct httpc_request rq = {0};
	enum rc rc = secret_append_text(&type, "authorization_code");

	if (rc == RC_OK)
		rc = secret_append_text(&uri, code->redirect_uri);
	if (rc == RC_OK)
		rc = fieldset_put(&sent, "code", code->code->bytes, code->code->len);
	if (rc == RC_OK)
		rc = fieldset_put(
			&sent, "code_verifier", code->verifier->bytes, code->verifier->len);
	if (rc == RC_OK)
		rc = token_step_request(recipe, &recipe->exchange, &values, grant,
			recipe->pkce == PKCE_OFF ? 3 : 4, &rq);
	if (rc == RC_OK)
		rc = perform(x, &rq, &secrets, x->out);
	httpc_request_release(&rq);
	secret_release(&type);
	secret_release(&uri);
	fieldset_release(&sent);
	return rc;
}

/* ---- the second exchange ---- */

/* What the second answer does not tell stays as the first told it. */
static enum rc replace_answer(struct token_answer *first, struct token_answer *second)
{
	enum rc rc;

	if (second->failure != TOKEN_OK) {
		first->failure = second->failure;
		first->status = second->status;
		first->own_words = second->own_words;
		memcpy(first->error, second->error, sizeof(first->error));
		memcpy(first->words, second->words, sizeof(first->words));
		return RC_OK; /* the first token is to be given back */
	}
	rc = fieldset_copy(&first->tokens, &second->tokens);
	first->expires = second->expires;
	first->expires_at_s = second->expires_at_s;
	if (second->refresh_until_s)
		first->refresh_until_s = second->refresh_until_s;
	if (second->has_scope) {
		first->has_scope = true;
		memcpy(first->scope, second->scope, sizeof(first->scope));
	}
	return rc;
}

static enum rc exchange_again(const struct exchange *x)
{
	const struct oauth_recipe *recipe = &x->provider->oauth;
	struct secret type = SECRET_EMPTY;
	struct token_param grant[] = {{"grant_type", &type},
		{recipe->then_token_param, fieldset_get(&x->out->tokens, "access_token")}};
	struct placeholder_values values = {
		.client = x->client, .token = x->code->brought, .derives = &x->provider->derives};
	struct placeholder_values secrets = {
		.client = x->client, .token = &x->out->tokens, .derives = &x->provider->derives};
	struct token_answer second = {0};
	struct httpc_request rq = {0};
	enum rc rc = token_step_request(recipe, &recipe->then, &values, grant, 2, &rq);

	if (rc == RC_OK)
		rc = perform(x, &rq, &secrets, &second);
	if (rc == RC_OK)
		rc = replace_answer(x->out, &second);
	token_answer_release(&second);
	httpc_request_release(&rq);
	return rc;
}

/* ---- questions ---- */

static void fail(struct token_answer *out, const char *words)
{
	out->failure = TOKEN_MALFORMED;
	out->own_words = true;
	probe_words(words, strlen(words), NULL, out->words);
}

/* RFC 7662: "exp" of the access token. Who does not answer leaves what the file assumes. */
static enum rc introspect(const struct exchange *x)
{
	const struct oauth_recipe *recipe = &x->provider->oauth;
	struct token_param grant[] = {{"token", fieldset_get(&x->out->tokens, "access_token")}};
	struct placeholder_values values = {
		.client = x->client, .token = x->code->brought, .derives = &x->provider->derives};
	struct httpc_response rs = {0};
	struct httpc_request rq = {0};
	enum rc rc = token_form_request(recipe, recipe->introspection_url, &values, grant, 1, &rq);

	if (rc != RC_OK)
		return rc;
	rc = httpc_perform(x->core->http, &rq, &rs);
	if (rc != RC_OK || !token_introspected(&rs, clock_now_s(), x->out))
		log_warn("token.introspection", "provider", x->provider->id, "rc", rc_name(rc));
	httpc_request_release(&rq);
	httpc_response_release(&rs);
	return RC_OK;
}

static enum rc look_up(const struct exchange *x, const struct lookup *lookup)
{
	struct placeholder_values values = {
		.client = x->client, .token = &x->out->tokens, .derives = &x->provider->derives};
	struct httpc_response rs = {0};
	struct httpc_request rq = {0};
	bool found = false;
	enum rc rc = probe_request(&lookup->request, &values, &rq);

	if (rc == RC_OK && httpc_perform(x->core->http, &rq, &rs) == RC_OK)
		found = token_keep_lookup(lookup, &rs, &x->out->tokens);
	httpc_request_release(&rq);
	httpc_response_release(&rs);
	if (rc == RC_OK && !found) {
		log_warn("token.lookup", "provider", x->provider->id, "url", lookup->request.url);
		if (lookup->required)
			fail(x->out, MESSAGE("token.no_lookup"));
	}
	return rc;
}

static enum rc complete(const struct exchange *x)
{
	const struct oauth_recipe *recipe = &x->provider->oauth;
	enum rc rc = RC_OK;

	if (recipe->then.url)
		rc = exchange_again(x);
	if (rc == RC_OK && x->out->failure == TOKEN_OK)
		rc = fieldset_copy(&x->out->tokens, x->code->brought);
	if (rc == RC_OK && x->out->failure == TOKEN_OK &&
		recipe->expires_from == EXPIRES_FROM_INTROSPECTION)
		rc = introspect(x);
	for (size_t i = 0; i < recipe->n_lookups && rc == RC_OK && x->out->failure == TOKEN_OK; i++)
		rc = look_up(x, &recipe->lookups[i]);
	return rc;
}

enum rc token_exchange(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct token_code *code, struct token_answer *out)
{
	struct exchange x = {core, provider, &client->fields, code, out};
	enum rc rc = redeem(&x);

	if (rc == RC_OK && out->failure == TOKEN_OK)
		rc = complete(&x);
	if (rc == RC_OK && out->failure != TOKEN_OK)
		log_warn("token.exchange", "provider", provider->id, "kind",
			fault_of_oauth(provider->kind), "error", out->error, "words", out->words);
	return rc;
}
