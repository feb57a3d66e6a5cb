/* SPDX-License-Identifier: Apache-2.0
 *
 * The OAuth 2.0 of API tools, beside what the rest of the store does for all providers: the definition in
 * tool_api_providers, and the end of what was obtained by it.
 */
#ifndef GRANTRY_STORE_DEFINITION_STORE_H
#define GRANTRY_STORE_DEFINITION_STORE_H

#include "platform/buf.h"
#include "platform/db.h"
#include "store/ids.h"

/** definition_load(db, tenant, tool, out): appended to out. RC_NOT_FOUND: no such tool there, or it has none. */
enum rc definition_load(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *tool, struct buf *out) RC_MUST_CHECK;

/** definition_list(db, tenant, visit, arg): the tools of the workspace, whether they have one or not, by name. */
enum rc definition_list(struct db *db, const struct tenant_id *tenant,
	void (*visit)(const struct api_tool_id *tool, const char *name, void *arg),
	void *arg) RC_MUST_CHECK;

/** definition_drop_client(db, tenant, ref, n): the workspace's OAuth client of that tool; *n of them: 0 or 1. */
enum rc definition_drop_client(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, uint64_t *n) RC_MUST_CHECK;

/** definition_credentials(db, tenant, ref, visit, arg): all of that tool. */
enum rc definition_credentials(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, void (*visit)(const struct credential_id *id, void *arg),
	void *arg) RC_MUST_CHECK;

/** definition_drop_credentials(db, tenant, ref): all of that tool, and which was the Default. */
enum rc definition_drop_credentials(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref) RC_MUST_CHECK;

#endif
