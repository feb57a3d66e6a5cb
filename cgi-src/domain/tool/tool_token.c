/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/tool_token.h"

#include <string.h>

#include "domain/definition.h"
#include "domain/runtime/handout.h"
#include "domain/runtime/report.h"

void tool_token_release(struct tool_token *token)
{
	secret_release(&token->value);
	memset(token, 0, sizeof(*token));
}

enum rc tool_token_find(const struct core *core, const struct tenant_id *tenant,
	const struct tool_token_wish *wish, struct tool_token *out)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct handout_request request = {
		.caller = {.again = wish->again},
		.ref = definition_ref_of(wish->tool, plugin_id),
		.name = wish->name,
		.min_ttl_s = HANDOUT_MIN_TTL_S,
		.may_wait = wish->may_wait,
		.ticket = HANDOUT_UNREAD,
	};
	const struct secret *token;
	struct handout h;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = handout_within(core, tenant, &request, &h);
	out->id = h.revision.id;
	out->rev = h.revision.number;
	out->why = h.why;
	token = fieldset_get(&h.fields, "access_token");
	if (rc == RC_OK)
		rc = token ? secret_append_secret(&out->value, token)
			   : refuse(&out->why, REFUSAL_ABSENT);
	else if (rc == RC_NOT_FOUND)
		rc = refuse(&out->why, REFUSAL_ABSENT);
	handout_release(&h);
	return rc;
}

enum rc tool_token_rejected(const struct core *core, const struct actor *actor,
	const struct tool_token *token, bool *helps)
{
	struct report_answer answer;
	enum rc rc = report_within(core, actor, &token->id, token->rev, &answer);

	*helps = rc == RC_OK &&
		 (answer.action == REPORT_RENEWING || answer.action == REPORT_SUPERSEDED);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
