/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/flow_identity.h"

#include <string.h>

#include "domain/probe.h"
#include "platform/text.h"

static void ask(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, struct token_answer *answer)
{
	struct placeholder_values values = {
		.client = &client->fields, .token = &answer->tokens, .derives = &provider->derives};
	const struct identity_recipe *recipe = &provider->oauth.identity;
	struct fieldset hidden = FIELDSET_EMPTY;
	struct placeholder_values secrets = {.token = &hidden};

	if (recipe->from_token_response || !recipe->request.method)
		return;
	if (probe_secrets(&provider->client_schema, &client->fields, &answer->tokens, &hidden) ==
		RC_OK)
		probe_identity(core->http, recipe, &values, &secrets, &answer->identity);
	fieldset_release(&hidden);
}

/* As it is or not at all: a subject that was cut might be somebody else's. */
static void take_kept(const struct fieldset *tokens, const char *name, char *out, size_t size)
{
	const struct secret *value = name ? fieldset_get(tokens, name) : NULL;

	if (!value || value->len == 0 || value->len >= size ||
		!text_is_line(secret_text(value), value->len, value->len))
		return;
	memcpy(out, secret_text(value), value->len);
	out[value->len] = '\0';
}

void flow_identity(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, struct token_answer *answer)
{
	const struct identity_recipe *recipe = &provider->oauth.identity;
	struct identity *out = &answer->identity;

	ask(core, provider, client, answer);
	take_kept(&answer->tokens, recipe->kept_subject, out->subject, sizeof(out->subject));
	take_kept(&answer->tokens, recipe->kept_name, out->name, sizeof(out->name));
	take_kept(&answer->tokens, recipe->kept_account, out->account, sizeof(out->account));
}
