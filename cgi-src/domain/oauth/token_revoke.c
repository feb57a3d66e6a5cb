/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "domain/credential_seal.h"
#include "domain/oauth/token.h"

/* Which tokens are given up, one after the other. RFC 7009 §2.1: with a refresh token its access tokens go too, unless
 * the file knows better. */
static const struct secret *token_of(
	const struct fieldset *tokens, const char *prefix, bool refresh)
{
	char name[FIELDSET_NAME_MAX];

	(void)snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "_" : "",
		refresh ? "refresh_token" : "access_token");
	return fieldset_get(tokens, name);
}

/* Of one grant, or one part of it: the nth of at most two; NULL: there is no nth. */
static const struct secret *nth_of(
	enum revoked_token which, const struct fieldset *tokens, const char *prefix, size_t *nth)
{
	const struct secret *refresh = token_of(tokens, prefix, true);
	const struct secret *access = token_of(tokens, prefix, false);
	const struct secret *list[2] = {which == REVOKE_ACCESS_TOKEN ? NULL : refresh,
		which == REVOKE_ACCESS_TOKEN || which == REVOKE_BOTH || !refresh ? access : NULL};

	for (size_t i = 0; i < 2; i++)
		if (list[i] && (*nth)-- == 0)
			return list[i];
	return NULL;
}

static const struct secret *find_token(
	const struct oauth_recipe *recipe, const struct fieldset *tokens, size_t nth)
{
	const struct secret *token = nth_of(recipe->revoked_token, tokens, "", &nth);

	for (size_t i = 0; i < recipe->n_parts && !token; i++)
		token = nth_of(recipe->revoked_token, tokens, recipe->parts[i].name, &nth);
	return token;
}

static enum rc build(const struct oauth_recipe *recipe, const struct placeholder_values *values,
	size_t nth, struct httpc_request *out)
{
	const struct secret *token = find_token(recipe, values->token, nth);

	if (recipe->revocation == REVOCATION_NONE || !token)
		return RC_NOT_FOUND;
	if (recipe->revocation == REVOCATION_RFC7009)
		return token_form_request(recipe, recipe->revocation_request.url, values,
			(const struct token_param[]){{"token", token}}, 1, out);
	return nth == 0 ? probe_request(&recipe->revocation_request, values, out) : RC_NOT_FOUND;
}

enum rc token_revoke_request(const struct provider *provider, const struct oauth_client *client,
	const struct fieldset *secrets, size_t nth, struct httpc_request *out)
{
	const struct oauth_recipe *recipe = &provider->oauth;
	struct fieldset tokens = FIELDSET_EMPTY;
	struct placeholder_values values = {.client = &client->fields,
		.credential = secrets,
		.token = &tokens,
		.derives = recipe->derives};
	enum rc rc = credential_tokens(recipe, secrets, &tokens);

	if (rc == RC_OK)
		rc = build(recipe, &values, nth, out);
	fieldset_release(&tokens);
	return rc;
}

/* A 200 also answers for a token that is not known any more (§2.2). */
static enum rc revoke_one(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct fieldset *secrets, size_t nth)
{
	struct httpc_request rq = {0};
	struct httpc_response rs = {0};
	enum rc rc = token_revoke_request(provider, client, secrets, nth, &rq);

	if (rc == RC_OK)
		rc = httpc_perform(core->http, &rq, &rs);
	if (rc == RC_OK && (rs.status < 200 || rs.status > 299))
		rc = RC_UPSTREAM;
	httpc_request_release(&rq);
	httpc_response_release(&rs);
	return rc;
}

enum rc token_revoke(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct fieldset *secrets)
{
	size_t nth = 0;
	enum rc rc;

	do
		rc = revoke_one(core, provider, client, secrets, nth++);
	while (rc == RC_OK);
	return rc == RC_NOT_FOUND && nth > 1 ? RC_OK : rc;
}
