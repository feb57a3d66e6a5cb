/* SPDX-License-Identifier: Apache-2.0 */
#include "store/api_tool_store.h"

#include <string.h>

enum {
	ST_LOAD,
	ST_LOAD_PEOPLE,
	ST_FIND,
	ST_DOCUMENT,
	ST_LIST,
	ST_INSERT,
	ST_NAMED,
	ST_UPDATE,
	ST_REPLACE,
	ST_BUNDLES,
	ST_TOUCH,
	ST_DELETE,
};

#define LOAD_COLUMNS                                                                               \
	"t.id, t.name, t.icon, t.schema_type_str, t.description, t.privacy_policy,"                \
	" t.custom_disclaimer, t.labels, t.source_url, t.head, t.settings, t.auth_definition,"     \
	" t.credentials_str, t.secret_rev, t.version, t.created_at, t.updated_at,"                 \
	" (SELECT COUNT(*) FROM tool_api_operations o WHERE o.tenant_id = t.tenant_id"             \
	" AND o.owner_id = t.id),"                                                                 \
	" (SELECT COUNT(*) FROM tool_api_operations o WHERE o.tenant_id = t.tenant_id"             \
	" AND o.owner_id = t.id AND o.enabled = 1)"

static const char *const sql[] = {
	[ST_LOAD] = "SELECT " LOAD_COLUMNS ", NULL, NULL FROM tool_api_providers t"
		    " WHERE t.tenant_id = ? AND t.id = ?",
	[ST_LOAD_PEOPLE] =
		"SELECT " LOAD_COLUMNS ", a.name, c.name FROM tool_api_providers t"
		" LEFT JOIN users a ON a.id = t.user_id LEFT JOIN users c ON c.id = t.changed_by"
		" WHERE t.tenant_id = ? AND t.id = ?",
	[ST_FIND] = "SELECT id FROM tool_api_providers WHERE tenant_id = ? AND name = ?",
	[ST_DOCUMENT] = "SELECT `schema` FROM tool_api_providers WHERE tenant_id = ? AND id = ?",
	/* the counts come of an index alone */
	[ST_LIST] = "SELECT t.id, t.name, t.icon, t.schema_type_str, t.description, t.labels,"
		    " t.settings, t.version, t.created_at, t.updated_at, n.n, n.enabled"
		    " FROM tool_api_providers t LEFT JOIN (SELECT owner_id, COUNT(*) AS n,"
		    " SUM(enabled) AS enabled FROM tool_api_operations WHERE tenant_id = ?"
		    " GROUP BY owner_id) n ON n.owner_id = t.id WHERE t.tenant_id = ?"
		    " ORDER BY t.name",
	[ST_INSERT] =
		"INSERT INTO tool_api_providers (tenant_id, id, name, user_id, icon,"
		" `schema`, schema_type_str, tools_str, credentials_str, description,"
		" privacy_policy, custom_disclaimer, labels, source_url, schema_sha256, head,"
		" settings, auth_definition, secret_rev, version, changed_by, created_at,"
		" updated_at) SELECT d.tenant_id, ?, ?, ?, ?, d.`schema`, ?, '[]', ?, ?, ?, ?,"
		" ?, d.source_url, d.schema_sha256, d.head, ?, ?, ?, 1, ?, ?, ?"
		" FROM tool_api_drafts d WHERE d.tenant_id = ? AND d.id = ? AND"
		" (SELECT COUNT(*) FROM tool_api_providers p WHERE p.tenant_id = ?) < ?",
	[ST_NAMED] = "SELECT 1 FROM tool_api_providers WHERE tenant_id = ? AND name = ?"
		     " AND id <> ?",
	[ST_UPDATE] = "UPDATE tool_api_providers SET name = ?, icon = ?, description = ?,"
		      " privacy_policy = ?, custom_disclaimer = ?, labels = ?, settings = ?,"
		      " auth_definition = ?, credentials_str = ?, secret_rev = ?,"
		      " version = version + 1, changed_by = ?, updated_at = ?"
		      " WHERE tenant_id = ? AND id = ? AND version = ?",
	[ST_REPLACE] = "UPDATE tool_api_providers t JOIN tool_api_drafts d"
		       " ON d.tenant_id = t.tenant_id AND d.id = ? SET t.`schema` = d.`schema`,"
		       " t.schema_sha256 = d.schema_sha256, t.source_url = d.source_url,"
		       " t.head = d.head, t.schema_type_str = ?, t.settings = ?,"
		       " t.version = t.version + 1, t.changed_by = ?, t.updated_at = ?"
		       " WHERE t.tenant_id = ? AND t.id = ? AND t.version = ?",
	[ST_BUNDLES] = "UPDATE tool_api_providers SET tools_str = ? WHERE tenant_id = ? AND id = ?",
	[ST_TOUCH] = "UPDATE tool_api_providers SET version = version + 1, changed_by = ?,"
		     " updated_at = ? WHERE tenant_id = ? AND id = ?",
	[ST_DELETE] = "DELETE FROM tool_api_providers WHERE tenant_id = ? AND id = ?"
		      " AND version = ?",
};

/* Changed nothing: the row is not there, or not as it has to be. */
static enum rc exec_one(
	struct db *db, const char *text, const struct db_value *args, size_t n, enum rc none)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? none : rc;
}

static struct db_value text_or_null(const char *text)
{
	return db_text(text[0] ? text : NULL);
}

void api_tool_row_release(struct api_tool_row *row)
{
	db_rows_free(row->rows);
	memset(row, 0, sizeof(*row));
}

/* ---- reading ---- */

static void row_take(struct db_rows *rows, struct api_tool_row *out)
{
	*out = (struct api_tool_row){
		.id.u = db_get_id(rows, 0),
		.name = db_get_text(rows, 1),
		.icon = db_get_text(rows, 2),
		.schema_type = db_get_text(rows, 3),
		.description = db_get_text(rows, 4),
		.privacy_policy = db_get_text(rows, 5),
		.disclaimer = db_get_text(rows, 6),
		.labels = db_get_text(rows, 7),
		.source_url = db_get_text(rows, 8),
		.head = db_get_text(rows, 9),
		.settings = db_get_text(rows, 10),
		.auth_definition = db_get_text(rows, 11),
		.secret_rev = (uint64_t)db_get_int(rows, 13),
		.version = (uint64_t)db_get_int(rows, 14),
		.created_at_s = db_get_int(rows, 15),
		.updated_at_s = db_get_int(rows, 16),
		.n_operations = db_get_int(rows, 17),
		.n_enabled = db_get_int(rows, 18),
		.added_by_name = db_get_text(rows, 19),
		.changed_by_name = db_get_text(rows, 20),
		.rows = rows,
	};
	out->credentials = db_get_bytes(rows, 12, &out->credentials_len);
}

enum rc api_tool_row_load(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, bool people, struct api_tool_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[people ? ST_LOAD_PEOPLE : ST_LOAD],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		row_take(rows, out);
	else
		db_rows_free(rows);
	return rc;
}

enum rc api_tool_row_find(
	struct db *db, const struct tenant_id *tenant, const char *name, struct api_tool_id *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_FIND], DB_ARGS(db_id(&tenant->u), db_text(name)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		out->u = db_get_id(rows, 0);
	db_rows_free(rows);
	return rc;
}

enum rc api_tool_row_document(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct buf *out)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, sql[ST_DOCUMENT], DB_ARGS(db_id(&tenant->u), db_id(&id->u)), &rows);
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

enum rc api_tool_row_each(struct db *db, const struct tenant_id *tenant,
	void (*visit)(const struct api_tool_row *row, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, sql[ST_LIST], DB_ARGS(db_id(&tenant->u), db_id(&tenant->u)), &rows);

	while (rc == RC_OK && db_next(rows)) {
		const struct api_tool_row row = {
			.id.u = db_get_id(rows, 0),
			.name = db_get_text(rows, 1),
			.icon = db_get_text(rows, 2),
			.schema_type = db_get_text(rows, 3),
			.description = db_get_text(rows, 4),
			.labels = db_get_text(rows, 5),
			.settings = db_get_text(rows, 6),
			.version = (uint64_t)db_get_int(rows, 7),
			.created_at_s = db_get_int(rows, 8),
			.updated_at_s = db_get_int(rows, 9),
			.n_operations = db_get_int(rows, 10),
			.n_enabled = db_get_int(rows, 11),
		};

		visit(&row, arg);
	}
	db_rows_free(rows);
	return rc;
}

/* ---- writing ---- */

enum rc api_tool_row_insert(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_row *row, const struct api_draft_id *draft, int64_t max,
	int64_t now_s)
{
	return exec_one(db, sql[ST_INSERT],
		DB_ARGS(db_id(&row->id.u), db_text(row->name), db_id(&row->changed_by.u),
			db_text(row->icon), db_text(row->schema_type),
			db_bytes(row->credentials, row->credentials_len), db_text(row->description),
			text_or_null(row->privacy_policy), db_text(row->disclaimer),
			db_text(row->labels), db_text(row->settings), db_text(row->auth_definition),
			db_int((int64_t)row->secret_rev), db_id(&row->changed_by.u), db_int(now_s),
			db_int(now_s), db_id(&tenant->u), db_id(&draft->u), db_id(&tenant->u),
			db_int(max)),
		RC_LIMIT);
}

static enum rc name_is_taken(struct db *db, const struct tenant_id *tenant, const char *name,
	const struct api_tool_id *id, bool *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(
		db, sql[ST_NAMED], DB_ARGS(db_id(&tenant->u), db_text(name), db_id(&id->u)), &rows);

	*out = rc == RC_OK && db_row_count(rows) > 0;
	db_rows_free(rows);
	return rc;
}

enum rc api_tool_row_update(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_row *row, int64_t now_s, bool *name_taken)
{
	enum rc rc = name_is_taken(db, tenant, row->name, &row->id, name_taken);

	if (rc != RC_OK || *name_taken)
		return rc == RC_OK ? RC_CONFLICT : rc;
	return exec_one(db, sql[ST_UPDATE],
		DB_ARGS(db_text(row->name), db_text(row->icon), db_text(row->description),
			text_or_null(row->privacy_policy), db_text(row->disclaimer),
			db_text(row->labels), db_text(row->settings), db_text(row->auth_definition),
			db_bytes(row->credentials, row->credentials_len),
			db_int((int64_t)row->secret_rev), db_id(&row->changed_by.u), db_int(now_s),
			db_id(&tenant->u), db_id(&row->id.u), db_int((int64_t)row->version)),
		RC_CONFLICT);
}

enum rc api_tool_row_replace(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_row *row, const struct api_draft_id *draft, int64_t now_s)
{
	return exec_one(db, sql[ST_REPLACE],
		DB_ARGS(db_id(&draft->u), db_text(row->schema_type), db_text(row->settings),
			db_id(&row->changed_by.u), db_int(now_s), db_id(&tenant->u),
			db_id(&row->id.u), db_int((int64_t)row->version)),
		RC_CONFLICT);
}

enum rc api_tool_row_bundles(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, const char *text, size_t len)
{
	return db_exec(db, sql[ST_BUNDLES],
		DB_ARGS(db_bytes(text, len), db_id(&tenant->u), db_id(&id->u)), NULL);
}

enum rc api_tool_row_touch(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, const struct user_id *by, int64_t now_s)
{
	return exec_one(db, sql[ST_TOUCH],
		DB_ARGS(db_id(&by->u), db_int(now_s), db_id(&tenant->u), db_id(&id->u)),
		RC_NOT_FOUND);
}

enum rc api_tool_row_delete(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *id, uint64_t version)
{
	return exec_one(db, sql[ST_DELETE],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_int((int64_t)version)), RC_CONFLICT);
}
