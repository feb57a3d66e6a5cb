/* SPDX-License-Identifier: Apache-2.0
 *
 * Table tool_api_providers: API tools. Descriptions may be large: they are copied from a draft's row inside the
 * database, and read by api_tool_row_document alone.
 */
#ifndef GRANTRY_STORE_API_TOOL_STORE_H
#define GRANTRY_STORE_API_TOOL_STORE_H

#include "platform/buf.h"
#include "platform/db.h"
#include "store/ids.h"

#define API_TOOL_TABLE "tool_api_providers"

/* Texts are borrowed: from rows after a load, from the caller before a write. */
struct api_tool_row {
	struct api_tool_id id;
	const char *name, *icon, *schema_type, *description, *disclaimer, *labels, *source_url;
	const char *privacy_policy; /* "" stands for NULL */
	const char *head, *settings, *auth_definition;
	const void *credentials; /* sealed; no bytes: none */
	size_t credentials_len;
	uint64_t secret_rev, version;
	struct user_id changed_by;
	const char *added_by_name,
		*changed_by_name; /* "" when the person is gone, or not asked for */
	int64_t created_at_s, updated_at_s;
	int64_t n_operations, n_enabled;
	struct db_rows *rows; /* owns the texts; NULL before a write */
};

void api_tool_row_release(struct api_tool_row *row);

/** api_tool_row_load(db, tenant, id, people, out): people: with their names, which not every program may read.
 * RC_NOT_FOUND. Release out in any case. */
enum rc api_tool_row_load(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, bool people, struct api_tool_row *out) RC_MUST_CHECK;

/** api_tool_row_find(db, tenant, name, out): RC_NOT_FOUND. */
enum rc api_tool_row_find(struct db *db, const struct tenant_id *tenant, const char *name,
	struct api_tool_id *out) RC_MUST_CHECK;

/** api_tool_row_document(db, tenant, id, out): appends. RC_NOT_FOUND. */
enum rc api_tool_row_document(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct buf *out) RC_MUST_CHECK;

/** api_tool_row_each(db, tenant, visit, arg): ordered by name; without sealed columns, head and definition. */
enum rc api_tool_row_each(struct db *db, const struct tenant_id *tenant,
	void (*visit)(const struct api_tool_row *row, void *arg), void *arg) RC_MUST_CHECK;

/** api_tool_row_insert(db, tenant, row, draft, max, now_s): its description is that of the draft. version is 1.
 * RC_CONFLICT: the name is taken; RC_LIMIT: the workspace has max of them. */
enum rc api_tool_row_insert(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_row *row, const struct api_draft_id *draft, int64_t max,
	int64_t now_s) RC_MUST_CHECK;

/** api_tool_row_update(db, tenant, row, now_s): what a person enters; row->version is the one to be replaced.
 * RC_CONFLICT: not that version (*name_taken false), or the name is another's. */
enum rc api_tool_row_update(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_row *row, int64_t now_s, bool *name_taken) RC_MUST_CHECK;

/** api_tool_row_replace(db, tenant, row, draft, now_s): description, head, source and settings, from the draft and
 * row. RC_CONFLICT: not that version. */
enum rc api_tool_row_replace(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_row *row, const struct api_draft_id *draft,
	int64_t now_s) RC_MUST_CHECK;

/** api_tool_row_bundles(db, tenant, id, text, len): tools_str. RC_LIMIT: larger than the database takes. */
enum rc api_tool_row_bundles(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, const char *text, size_t len) RC_MUST_CHECK;

/** api_tool_row_touch(db, tenant, id, by, now_s): one version more. RC_NOT_FOUND. */
enum rc api_tool_row_touch(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, const struct user_id *by, int64_t now_s) RC_MUST_CHECK;

/** api_tool_row_delete(db, tenant, id, version): RC_CONFLICT: gone, or not that version. */
enum rc api_tool_row_delete(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, uint64_t version) RC_MUST_CHECK;

#endif
