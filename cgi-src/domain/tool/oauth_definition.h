/* SPDX-License-Identifier: Apache-2.0
 *
 * The OAuth 2.0 of an API tool as the definition of a provider (docs/providers.md), so that one engine does both:
 * OAuth clients, authorizations, renewals, hand-outs. An authorization code becomes a section oauth with a form for
 * the client; client credentials become a minted token, whose client is the form of the API key.
 *
 * People of a workspace make it, so it can do less than a file of the operator's: no placeholders but ours, no system
 * client (domain/oauth/client.h), a redirect URI of its own, because the tool's id stands in it (A15), and what was
 * obtained for one host is never sent to another: see oauth_definition_settle.
 */
#ifndef GRANTRY_DOMAIN_TOOL_OAUTH_DEFINITION_H
#define GRANTRY_DOMAIN_TOOL_OAUTH_DEFINITION_H

#include "domain/core.h"
#include "domain/tool/settings.h"
#include "platform/buf.h"

/** oauth_definition_write(tool, label, oauth2, out, problem): appends the definition, which reads
 * (provider_parse_own). label: the name of the tool. RC_INVALID: *problem; RC_NOMEM, RC_LIMIT. */
enum rc oauth_definition_write(const struct api_tool_id *tool, const char *label,
	const struct tool_oauth2 *oauth2, struct buf *out,
	struct tool_problem *problem) RC_MUST_CHECK;

/** oauth_definition_settle(core, actor, tool, before, after): when the definition after takes the place of before ("":
 * there is none), in the same transaction. Where requests would go to another origin, the OAuth client goes, so that a
 * new one is entered for that origin; what the old one obtained stays, and cannot be renewed (security R43). Keys go
 * themselves, for they are what would be sent; and all goes that the new definition has no use for, or when there is
 * none any more, as when the tool is deleted. Each with its event in the audit log. A definition of a tool names no
 * place where access could be taken back. RC_RETRY, RC_UNAVAILABLE, RC_NOMEM. */
enum rc oauth_definition_settle(const struct core *core, const struct actor *actor,
	const struct api_tool_id *tool, const char *before, const char *after) RC_MUST_CHECK;

/** oauth_definition_is_used(core, tenant, tool, out): has anybody authorized the tool, or entered a key of it? */
enum rc oauth_definition_is_used(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *tool, bool *out) RC_MUST_CHECK;

#endif
