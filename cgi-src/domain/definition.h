/* SPDX-License-Identifier: Apache-2.0
 *
 * The definition of a provider, wherever it comes from: the catalogue's are for everybody; that of an API tool with OAuth
 * 2.0 is a row of its workspace and of no other. So whoever knows the workspace asks here, and nobody asks the catalogue.
 *
 * Such a definition is called api-tools/TOOL/oauth2, TOOL the tool's id with dashes. It is read from the row each time
 * that somebody begins something, so that a change counts at once, in all processes.
 *
 * Who owns it: core->definitions, not who asked. A pointer is good until definitions_clear(), which the program calls
 * where nobody is in the midst of anything: a worker after each request that it handled, grantry-refreshd after each
 * turn. Whoever keeps one beyond that (a renewal whose call is under way) holds it, and lets go of it. Those of the
 * catalogue live as long as that, and may be held like the others; nothing happens then.
 */
#ifndef GRANTRY_DOMAIN_DEFINITION_H
#define GRANTRY_DOMAIN_DEFINITION_H

#include "domain/core.h"

#define DEFINITION_TOOL_NAME "oauth2"
#define DEFINITION_PLUGIN_SIZE (sizeof(PROVIDER_TOOLS_ORG "/") - 1 + UUID_TEXT_SIZE)

/** definitions_new(): NULL: no memory. definitions_free: NULL-safe; nothing is held any more. */
struct definitions *definitions_new(void);
void definitions_free(struct definitions *definitions);
/** definitions_clear(definitions): those that nobody holds go. NULL-safe. */
void definitions_clear(struct definitions *definitions);

/** definition_find(core, tenant, ref, out), definition_find_id(core, tenant, id, out): id: "org/plugin/name". Errors:
 * RC_NOT_FOUND no such provider, or that of another workspace; RC_UNAVAILABLE, RC_NOMEM. */
enum rc definition_find(const struct core *core, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct provider **out) RC_MUST_CHECK;
enum rc definition_find_id(const struct core *core, const struct tenant_id *tenant, const char *id,
	const struct provider **out) RC_MUST_CHECK;

/** definition_hold(definitions, p), definition_let_go(definitions, p): as often as it was held. NULL-safe, both. */
void definition_hold(struct definitions *definitions, const struct provider *p);
void definition_let_go(struct definitions *definitions, const struct provider *p);

/** definition_is_own(ref): is it named as those of API tools are? */
bool definition_is_own(const struct provider_ref *ref);

/** definition_ref_of(tool, plugin_id): how rows name the OAuth of a tool; plugin_id is borrowed. */
struct provider_ref definition_ref_of(
	const struct api_tool_id *tool, char plugin_id[DEFINITION_PLUGIN_SIZE]);

/** definition_each_own(core, tenant, visit, arg): of all API tools of the workspace, by label: how credentials and the
 * scopes of runtime keys name them, also those without OAuth 2.0. */
enum rc definition_each_own(const struct core *core, const struct tenant_id *tenant,
	void (*visit)(const struct provider_ref *ref, const char *label, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
