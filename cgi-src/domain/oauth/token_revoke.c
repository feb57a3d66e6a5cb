/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/token.h"

enum rc token_revoke_request(const struct provider *provider, const struct oauth_client *client,
	const struct fieldset *tokens, struct httpc_request *out)
{
	const struct oauth_recipe *recipe = &provider->oauth;
	const struct secret *token = fieldset_get(tokens, "refresh_token");
	struct placeholder_values values = {.client = &client->fields,
		.credential = tokens,
		.token = tokens,
		.derives = recipe->derives};

	if (!token)
		token = fieldset_get(tokens, "access_token");
	if (recipe->revocation == REVOCATION_NONE || !token)
		return RC_NOT_FOUND;
	if (recipe->revocation == REVOCATION_RFC7009)
		return token_form_request(recipe, recipe->revocation_request.url, &values,
			(const struct token_param[]){{"token", token}}, 1, out);
	return probe_request(&recipe->revocation_request, &values, out);
}

/* A 200 also answers for a token that is not known any more (§2.2). */
enum rc token_revoke(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, const struct fieldset *tokens)
{
	struct httpc_request rq = {0};
	struct httpc_response rs = {0};
	enum rc rc = token_revoke_request(provider, client, tokens, &rq);

	if (rc == RC_OK)
		rc = httpc_perform(core->http, &rq, &rs);
	if (rc == RC_OK && (rs.status < 200 || rs.status > 299))
		rc = RC_UPSTREAM;
	httpc_request_release(&rq);
	httpc_response_release(&rs);
	return rc;
}
