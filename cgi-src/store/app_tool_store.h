/* SPDX-License-Identifier: Apache-2.0
 *
 * Table app_tools: which tools the apps of a runtime use, and what of them is still there.
 */
#ifndef GRANTRY_STORE_APP_TOOL_STORE_H
#define GRANTRY_STORE_APP_TOOL_STORE_H

#include "platform/db.h"
#include "store/credential_store.h"
#include "store/runtime_store.h"

/* A tool that an app uses, as it was registered. Texts are borrowed. */
struct app_tool_row {
	const char *place, *provider_type, *provider_id, *tool_name;
	bool enabled;
	struct uuid api_tool;          /* zero: it is none */
	const char *plugin, *provider; /* where its credentials lie; NULL: it needs none */
	struct uuid credential;        /* zero: by name, or the Default */
	const char *credential_name;   /* "": by id, or the Default */
};

/* What was found of it. */
struct app_tool_found {
	struct app_tool_row row;
	bool has_api_tool, has_operation, operation_enabled;
	bool needs_oauth,
		lacks_secrets; /* of the API tool; lacks: none of what it asks for was entered */
	const char *api_tool_name;
	const unsigned char *schema_sha256; /* 32 bytes; NULL: no such API tool */
	bool has_credential;
	struct runtime_credential credential; /* as in a list: no sealed columns */
};

/* The app they are of. */
struct app_row {
	const char *app, *name; /* borrowed; name "" when it was not told */
};

/** app_tools_replace(db, tenant, app, rows, n, now_s): inside a transaction. RC_LIMIT: more than APP_TOOLS_MAX. */
#define APP_TOOLS_MAX 500
enum rc app_tools_replace(struct db *db, const struct tenant_id *tenant, const struct app_row *app,
	const struct app_tool_row *rows, size_t n, int64_t now_s) RC_MUST_CHECK;

/** app_tools_load(db, tenant, app, visit, arg): in their order, one statement for all. RC_NOT_FOUND: there are none. */
enum rc app_tools_load(struct db *db, const struct tenant_id *tenant, const char *app,
	void (*visit)(const struct app_tool_found *found, void *arg), void *arg) RC_MUST_CHECK;

/** app_tools_count(db, tenant, app, apps): how many other apps are registered. */
enum rc app_tools_count(struct db *db, const struct tenant_id *tenant, const char *app,
	int64_t *apps) RC_MUST_CHECK;

/* An app that would miss something, and how many times it uses it. */
struct app_use {
	const char *app, *name; /* borrowed */
	int64_t n;
};

#define APP_USES_MAX 50
/** app_tools_using(db, tenant, api_tool, visit, arg): the apps that use an API tool, APP_USES_MAX at most. */
enum rc app_tools_using(struct db *db, const struct tenant_id *tenant, const struct uuid *api_tool,
	void (*visit)(const struct app_use *use, void *arg), void *arg) RC_MUST_CHECK;
/** app_tools_using_credential(db, tenant, id, visit, arg): by its id, by its name, or as the Default it is. */
enum rc app_tools_using_credential(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, void (*visit)(const struct app_use *use, void *arg),
	void *arg) RC_MUST_CHECK;

/** app_tools_api_tool(db, tenant, name, sha256, out): the API tool of this name whose description has this SHA-256;
 * else the one of that description; else the one of that name. sha256 NULL: by name. RC_NOT_FOUND. */
enum rc app_tools_api_tool(struct db *db, const struct tenant_id *tenant, const char *name,
	const unsigned char *sha256, struct uuid *out) RC_MUST_CHECK;

#endif
