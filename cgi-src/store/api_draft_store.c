/* SPDX-License-Identifier: Apache-2.0 */
#include "store/api_draft_store.h"

#include <stdlib.h>
#include <string.h>

enum {
	ST_INSERT,
	ST_FINISH,
	ST_LOAD,
	ST_DOCUMENT,
	ST_DELETE,
	ST_BEYOND,
	ST_OLD,
	ST_SWEEP,
};

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO tool_api_drafts (tenant_id, id, user_id, tool_id, `schema`,"
		      " schema_sha256, source_url, head, report, created_at)"
		      " SELECT ?, ?, ?, ?, ?, ?, ?, '', '', ? FROM DUAL WHERE"
		      " (SELECT COUNT(*) FROM tool_api_drafts WHERE tenant_id = ?) < ?",
	[ST_FINISH] = "UPDATE tool_api_drafts SET head = ?, report = ? WHERE tenant_id = ?"
		      " AND id = ?",
	[ST_LOAD] = "SELECT d.id, d.user_id, d.tool_id, d.source_url, d.head, d.report,"
		    " d.created_at, (SELECT COUNT(*) FROM tool_api_operations o"
		    " WHERE o.tenant_id = d.tenant_id AND o.owner_id = d.id),"
		    " (SELECT COUNT(*) FROM tool_api_operations o WHERE o.tenant_id = d.tenant_id"
		    " AND o.owner_id = d.id AND o.enabled = 1) FROM tool_api_drafts d"
		    " WHERE d.tenant_id = ? AND d.id = ? AND d.user_id = ? AND d.head <> ''",
	[ST_DOCUMENT] = "SELECT `schema` FROM tool_api_drafts WHERE tenant_id = ? AND id = ?"
			" AND user_id = ? AND head <> ''",
	[ST_DELETE] = "DELETE FROM tool_api_drafts WHERE tenant_id = ? AND id = ?"
		      " AND user_id = ?",
	[ST_BEYOND] = "SELECT id FROM tool_api_drafts WHERE tenant_id = ? AND user_id = ?"
		      " ORDER BY created_at DESC, id LIMIT ? OFFSET ?",
	/* cross-tenant: what is over goes by its age, whosever it is; a row names its own */
	[ST_OLD] = "SELECT tenant_id, id FROM tool_api_drafts WHERE created_at < ?"
		   " ORDER BY created_at LIMIT ?",
	[ST_SWEEP] = "DELETE FROM tool_api_drafts WHERE tenant_id = ? AND id = ?"
		     " AND created_at < ?",
};

/* Changed nothing: the row is not there, or not as it has to be. */
static enum rc exec_one(
	struct db *db, const char *text, const struct db_value *args, size_t n, enum rc none)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? none : rc;
}

void api_draft_row_release(struct api_draft_row *row)
{
	db_rows_free(row->rows);
	memset(row, 0, sizeof(*row));
}

enum rc api_draft_row_insert(struct db *db, const struct tenant_id *tenant,
	const struct api_draft_row *row, const char *document, size_t len,
	const unsigned char sha256[32], int64_t max)
{
	bool is_new = uuid_is_zero(&row->tool.u);

	return exec_one(db, sql[ST_INSERT],
		DB_ARGS(db_id(&tenant->u), db_id(&row->id.u), db_id(&row->user.u),
			db_id(is_new ? NULL : &row->tool.u), db_bytes(document, len),
			db_bytes(sha256, 32), db_text(row->source_url), db_int(row->created_at_s),
			db_id(&tenant->u), db_int(max)),
		RC_LIMIT);
}

enum rc api_draft_row_finish(
	struct db *db, const struct tenant_id *tenant, const struct api_draft_row *row)
{
	return exec_one(db, sql[ST_FINISH],
		DB_ARGS(db_bytes(row->head, row->head_len), db_bytes(row->report, row->report_len),
			db_id(&tenant->u), db_id(&row->id.u)),
		RC_NOT_FOUND);
}

enum rc api_draft_row_load(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, const struct api_draft_id *id, struct api_draft_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LOAD],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_id(&user->u)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc != RC_OK) {
		db_rows_free(rows);
		return rc;
	}
	*out = (struct api_draft_row){
		.id.u = db_get_id(rows, 0),
		.user.u = db_get_id(rows, 1),
		.tool.u = db_get_id(rows, 2),
		.source_url = db_get_text(rows, 3),
		.created_at_s = db_get_int(rows, 6),
		.n_operations = db_get_int(rows, 7),
		.n_enabled = db_get_int(rows, 8),
		.rows = rows,
	};
	out->head = db_get_bytes(rows, 4, &out->head_len);
	out->report = db_get_bytes(rows, 5, &out->report_len);
	return RC_OK;
}

enum rc api_draft_row_document(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, const struct api_draft_id *id, struct buf *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_DOCUMENT],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_id(&user->u)), &rows);
	const void *p;
	size_t len;

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		p = db_get_bytes(rows, 0, &len);
		buf_add(out, p, len);
		rc = buf_done(out);
	}
	db_rows_free(rows);
	return rc;
}

enum rc api_draft_row_delete(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, const struct api_draft_id *id)
{
	return exec_one(db, sql[ST_DELETE],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_id(&user->u)), RC_NOT_FOUND);
}

enum rc api_draft_row_beyond(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, int64_t kept, struct api_draft_id out[API_DRAFT_BEYOND_MAX],
	size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_BEYOND],
		DB_ARGS(db_id(&tenant->u), db_id(&user->u), db_int(API_DRAFT_BEYOND_MAX),
			db_int(kept)),
		&rows);

	*n = 0;
	while (rc == RC_OK && *n < API_DRAFT_BEYOND_MAX && db_next(rows))
		out[(*n)++].u = db_get_id(rows, 0);
	db_rows_free(rows);
	return rc;
}

/* ---- the sweep ---- */

enum rc api_draft_row_old(
	struct db *db, int64_t before_s, int64_t limit, struct api_draft_old **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_OLD], DB_ARGS(db_int(before_s), db_int(limit)), &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows) > 0) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		rc = *out ? RC_OK : RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows)) {
		struct api_draft_old *old = &(*out)[(*n)++];

		old->tenant.u = db_get_id(rows, 0);
		old->id.u = db_get_id(rows, 1);
	}
	db_rows_free(rows);
	return rc;
}

enum rc api_draft_row_sweep(struct db *db, const struct api_draft_old *old, int64_t before_s)
{
	return exec_one(db, sql[ST_SWEEP],
		DB_ARGS(db_id(&old->tenant.u), db_id(&old->id.u), db_int(before_s)), RC_NOT_FOUND);
}
