/* SPDX-License-Identifier: Apache-2.0
 *
 * The access token that goes with a call of an API tool with OAuth 2.0: that of one of the tool's authorizations, as it
 * would be handed out to a runtime (domain/runtime/handout.h), renewed before where it has to be.
 */
#ifndef GRANTRY_DOMAIN_TOOL_TOOL_TOKEN_H
#define GRANTRY_DOMAIN_TOOL_TOOL_TOKEN_H

#include "domain/core.h"
#include "domain/runtime/refusal.h"
#include "platform/secret.h"

struct tool_token_wish {
	const struct api_tool_id *tool;
	const char *name; /* of the authorization; NULL: the Default */
	bool may_wait;    /* RC_TIMEOUT is of use to the caller */
	bool again;       /* the same call asked before, and was told to wait */
};

struct tool_token {
	struct secret value; /* owned; with RC_OK */
	struct credential_id id;
	uint64_t rev;
	struct refusal
		why; /* with RC_DENIED; REFUSAL_ABSENT: nobody has authorized it, or not under that name */
};

void tool_token_release(struct tool_token *token);

/** tool_token_find(core, tenant, wish, out):
 *	RC_OK		out->value
 *	RC_DENIED	out->why, as for a runtime
 *	RC_TIMEOUT	it is being renewed: ask again in a moment; only with may_wait
 *	RC_UNAVAILABLE	database away */
enum rc tool_token_find(const struct core *core, const struct tenant_id *tenant,
	const struct tool_token_wish *wish, struct tool_token *out) RC_MUST_CHECK;

/** tool_token_rejected(core, actor, token, helps): the API answered 401 to it. It is given to nobody any more, and
 * renewed if that can help; where it came of such a renewal already, a person has to authorize again. *helps: ask
 * tool_token_find again, with may_wait or a little later, and repeat the call once. RC_UNAVAILABLE. */
enum rc tool_token_rejected(const struct core *core, const struct actor *actor,
	const struct tool_token *token, bool *helps) RC_MUST_CHECK;

#endif
