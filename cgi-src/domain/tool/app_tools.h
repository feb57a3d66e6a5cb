/* SPDX-License-Identifier: Apache-2.0
 *
 * The tools that the apps of a runtime use. A runtime registers them when it saves an app; whoever asks later is told
 * what of them still works and why the rest does not, and whoever deletes a tool or a credential sees the apps that
 * would miss it. Everything is looked for in the workspace of the key alone: what belongs to another one is missing.
 */
#ifndef GRANTRY_DOMAIN_TOOL_APP_TOOLS_H
#define GRANTRY_DOMAIN_TOOL_APP_TOOLS_H

#include "domain/runtime/access.h"
#include "store/app_tool_store.h"

#define APP_TOOLS_TEXT_CHARS 255 /* of an app's id, its name, a place, a tool's name */
#define APP_TOOLS_APPS_MAX 10000 /* a workspace */

enum app_tool_state {
	APP_TOOL_OK,
	APP_TOOL_UNCHECKED,          /* of a type that is not kept here: workflow, mcp */
	APP_TOOL_PROVIDER_MISSING,   /* reason: "" */
	APP_TOOL_OPERATION_MISSING,  /* "" or "switched_off" */
	APP_TOOL_CREDENTIAL_MISSING, /* "", "no_default", or "no_secret" of an API tool */
	APP_TOOL_NEEDS_REAUTH,       /* a word of runtime_state() */
	APP_TOOL_NOT_PERMITTED,      /* "disabled", or "key": not for this key */
	APP_TOOL_STATE__MAX
};

struct app_tool_report {
	const struct app_tool_found *found;
	enum app_tool_state state;
	const char *reason; /* a code; "" none */
};

/** app_tool_state_word(state): "ok", "provider_missing", … */
const char *app_tool_state_word(enum app_tool_state state);
/** app_tool_is_deleted(state): what Dify calls a deleted tool: the provider or the operation is gone. */
bool app_tool_is_deleted(enum app_tool_state state);

/** app_tools_judge(core, key, found, now_s): pure but for core->catalogue. key NULL: whoever may see all. */
struct app_tool_report app_tools_judge(const struct core *core, const struct runtime_key_row *key,
	const struct app_tool_found *found, int64_t now_s);

/** app_tools_open(core, caller, key, why): may the caller register? Asked before its body, which may be large, is read.
 * RC_DENIED: *why. */
enum rc app_tools_open(const struct core *core, const struct runtime_caller *caller,
	struct runtime_key_row *key, struct refusal *why) RC_MUST_CHECK;

/** app_tools_register(core, caller, key, app, p, len): with the key that app_tools_open found; replaces what is known of that app by the document at p:
 *
 *	{"name": "Support bot",           optional
 *	 "agent_mode": {…} or its text,   tools[]: entries of at least four members count
 *	 "graph": {…} or its text,        nodes[]: tool, agent, datasource and trigger nodes
 *	 "references": [{"provider_type", "provider_id", "tool_name", "place"?, "enabled"?, "credential_id"?,
 *	                 "credential"?: its name, "provider"?: {"name", "schema_sha256"?}, instead of provider_id}]}
 *
 * of which each may be left out; none at all: the app uses no tool any more.
 * Errors: RC_INVALID it is not of that form, there are more than APP_TOOLS_MAX, or too many apps. */
enum rc app_tools_register(const struct core *core, const struct runtime_caller *caller,
	const struct runtime_key_row *key, const char *app, const char *p,
	size_t len) RC_MUST_CHECK;

/** app_tools_each(core, caller, app, visit, arg, why): in their order. Needs the verb "list". RC_NOT_FOUND: nothing is
 * registered for that app. RC_DENIED: *why. */
enum rc app_tools_each(const struct core *core, const struct runtime_caller *caller,
	const char *app, void (*visit)(const struct app_tool_report *report, void *arg), void *arg,
	struct refusal *why) RC_MUST_CHECK;

/** app_tools_of_api_tool(core, tenant, id, visit, arg), app_tools_of_credential(…): the registered apps that would miss
 * it, APP_USES_MAX at most: those that name it, and those that take the Default that it is. */
enum rc app_tools_of_api_tool(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *id, void (*visit)(const struct app_use *use, void *arg),
	void *arg) RC_MUST_CHECK;
enum rc app_tools_of_credential(const struct core *core, const struct tenant_id *tenant,
	const struct credential_id *id, void (*visit)(const struct app_use *use, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
