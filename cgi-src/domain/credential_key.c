/* SPDX-License-Identifier: Apache-2.0
 *
 * An API key is asked about before it is kept: a token is made from it where the definition says so, and the
 * provider is asked whether it works.
 */
#include "domain/credential_seal.h"
#include "domain/fault.h"
#include "domain/message.h"
#include "domain/oauth/mint.h"
#include "platform/log.h"

static enum rc refuse(struct credential_change *change, const char *reason)
{
	change->bad_field = NULL;
	change->reason = reason;
	return RC_INVALID;
}

static enum rc verdict(struct credential_change *change)
{
	change->checked = true;
	return change->probe.verdict == PROBE_OK ? RC_OK : RC_UPSTREAM;
}

static enum rc mint(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct credential_change *change,
	struct token_answer *answer)
{
	enum rc rc = mint_call(core, provider, fields, answer);

	if (rc == RC_INVALID)
		return refuse(change, MESSAGE("form.not_mintable"));
	if (rc != RC_OK)
		return rc;
	mint_probe(answer, &change->probe);
	return verdict(change);
}

/* Without a recipe for it there is nothing to ask but whose it is. */
static enum rc ask_provider(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, const struct fieldset *tokens, const struct fieldset *hidden,
	struct credential_change *change)
{
	struct placeholder_values values = {
		.credential = fields, .token = tokens, .derives = &provider->derives};
	struct placeholder_values secrets = {.credential = hidden, .derives = &provider->derives};
	const struct check_recipe *check = checks_find(&provider->api_key_checks, fields);
	const struct identity_recipe *identity = &provider->api_key_identity;
	enum rc rc;

	if (!check && identity->request.method)
		probe_identity(core->http, identity, &values, &secrets, &change->probe.identity);
	if (!check)
		return RC_OK;
	rc = probe_check(core->http, check, identity, &values, &secrets, &change->probe);
	if (rc == RC_INVALID)
		return refuse(change, MESSAGE("form.not_sendable"));
	return rc == RC_OK ? verdict(change) : rc;
}

static enum rc ask(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, const struct fieldset *tokens,
	struct credential_change *change)
{
	struct fieldset hidden = FIELDSET_EMPTY;
	enum rc rc = probe_secrets(provider_key_schema(provider, fields), fields, tokens, &hidden);

	if (rc == RC_OK)
		rc = ask_provider(core, provider, fields, tokens, &hidden, change);
	fieldset_release(&hidden);
	return rc;
}

static enum rc validate_minted(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct credential_change *change, struct credential_row *row,
	struct fieldset *secrets)
{
	struct token_answer answer = {0};
	enum rc rc = mint(core, provider, fields, change, &answer);

	if (rc == RC_OK)
		rc = ask(core, provider, fields, &answer.tokens, change);
	if (rc == RC_OK)
		rc = mint_secrets(provider, fields, &answer, secrets);
	if (rc == RC_OK)
		mint_into_row(&answer, row);
	token_answer_release(&answer);
	return rc;
}

static enum rc validate(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct credential_change *change, struct credential_row *row,
	struct fieldset *secrets)
{
	enum rc rc;

	if (provider->mint)
		return validate_minted(core, provider, fields, change, row, secrets);
	rc = ask(core, provider, fields, NULL, change);
	return rc == RC_OK ? fieldset_copy(secrets, fields) : rc;
}

enum rc credential_validate(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct credential_change *change, struct credential_row *row,
	struct fieldset *secrets)
{
	enum rc rc;

	row->expires = row->refreshable = false;
	row->expires_at_s = 0;
	rc = validate(core, provider, fields, change, row, secrets);
	if (rc == RC_UPSTREAM)
		log_warn("credential.check", "provider", provider->id, "kind",
			fault_of_check(provider->kind), "verdict",
			probe_verdict_word(change->probe.verdict));
	return rc;
}
