/* SPDX-License-Identifier: Apache-2.0 */
#include "store/app_tool_store.h"

#include <stdlib.h>

enum {
	ST_DELETE,
	ST_INSERT,
	ST_LOAD,
	ST_COUNT,
	ST_USING,
	ST_USING_CREDENTIAL,
	ST_API_TOOL,
};

/* The credential that a row means: by its id, by its name, else the Default of its provider. */
#define JOIN_DEFAULT                                                                               \
	" LEFT JOIN provider_credential_defaults d ON d.tenant_id = r.tenant_id"                   \
	" AND d.plugin_id = r.plugin_id AND d.provider = r.provider"                               \
	" AND r.credential_id IS NULL AND r.credential_name = ''"
#define JOIN_NAMED                                                                                 \
	" LEFT JOIN provider_credentials n ON n.tenant_id = r.tenant_id"                           \
	" AND n.plugin_id = r.plugin_id AND n.provider = r.provider AND n.name = "                 \
	"r.credential_name"

static const char *const sql[] = {
	[ST_DELETE] = "DELETE FROM app_tools WHERE tenant_id = ? AND app = ?",
	[ST_INSERT] = "INSERT INTO app_tools (tenant_id, app, position, app_name, place,"
		      " provider_type, provider_id, tool_name, enabled, api_tool_id, plugin_id,"
		      " provider, credential_id, credential_name, updated_at)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_LOAD] = "SELECT r.place, r.provider_type, r.provider_id, r.tool_name, r.enabled,"
		    " r.api_tool_id, r.plugin_id, r.provider, r.credential_id, r.credential_name,"
		    " p.name, p.schema_sha256, p.auth_definition <> '',"
		    " p.credentials_str = '' AND JSON_LENGTH(p.settings, '$.auth') > 0, "
		    "o.enabled, " RUNTIME_CREDENTIAL_COLUMNS
		    " FROM app_tools r LEFT JOIN tool_api_providers p"
		    " ON p.tenant_id = r.tenant_id AND p.id = r.api_tool_id"
		    " LEFT JOIN tool_api_operations o ON o.tenant_id = r.tenant_id"
		    " AND o.owner_id = p.id AND o.name = r.tool_name" JOIN_DEFAULT JOIN_NAMED
		    " LEFT JOIN provider_credentials c ON c.tenant_id = r.tenant_id"
		    " AND c.plugin_id = r.plugin_id AND c.provider = r.provider"
		    " AND c.id = COALESCE(r.credential_id, n.id, d.credential_id)"
		    " WHERE r.tenant_id = ? AND r.app = ? ORDER BY r.position",
	[ST_COUNT] = "SELECT COUNT(DISTINCT app) FROM app_tools WHERE tenant_id = ? AND app <> ?",
	[ST_USING] = "SELECT app, MAX(app_name), COUNT(*) FROM app_tools"
		     " WHERE tenant_id = ? AND api_tool_id = ? GROUP BY app ORDER BY 2, 1 LIMIT ?",
	[ST_USING_CREDENTIAL] =
		"SELECT r.app, MAX(r.app_name), COUNT(*) FROM provider_credentials c"
		" LEFT JOIN provider_credential_defaults d ON d.tenant_id = c.tenant_id"
		" AND d.plugin_id = c.plugin_id AND d.provider = c.provider"
		" AND d.credential_id = c.id"
		" JOIN app_tools r ON r.tenant_id = c.tenant_id AND r.plugin_id = c.plugin_id"
		" AND r.provider = c.provider AND (r.credential_id = c.id"
		" OR (r.credential_id IS NULL AND r.credential_name = c.name)"
		" OR (r.credential_id IS NULL AND r.credential_name = ''"
		" AND d.credential_id IS NOT NULL))"
		" WHERE c.tenant_id = ? AND c.id = ? GROUP BY r.app ORDER BY 2, 1 LIMIT ?",
	[ST_API_TOOL] = "SELECT id FROM tool_api_providers WHERE tenant_id = ?"
			" AND (name = ? OR schema_sha256 = ?)"
			" ORDER BY schema_sha256 <=> ? DESC, name = ? DESC, name LIMIT 1",
};

/* Columns of ST_LOAD. */
enum {
	COL_PLACE,
	COL_TYPE,
	COL_PROVIDER_ID,
	COL_TOOL,
	COL_ENABLED,
	COL_API_TOOL,
	COL_PLUGIN,
	COL_PROVIDER,
	COL_CREDENTIAL,
	COL_CREDENTIAL_NAME,
	COL_FOUND_NAME,
	COL_FOUND_SHA256,
	COL_FOUND_OAUTH,
	COL_FOUND_NO_SECRET,
	COL_FOUND_OPERATION,
	COL_FOUND_CREDENTIAL,
};

#define INSERT_ARGS 15

static struct db_value id_or_null(const struct uuid *id)
{
	return db_id(uuid_is_zero(id) ? NULL : id);
}

static void fill(struct db_value *v, const struct tenant_id *tenant, const struct app_row *app,
	const struct app_tool_row *row, size_t position, int64_t now_s)
{
	const struct db_value values[INSERT_ARGS] = {db_id(&tenant->u), db_text(app->app),
		db_int((int64_t)position), db_text(app->name), db_text(row->place),
		db_text(row->provider_type), db_text(row->provider_id), db_text(row->tool_name),
		db_int(row->enabled), id_or_null(&row->api_tool), db_text(row->plugin),
		db_text(row->provider), id_or_null(&row->credential), db_text(row->credential_name),
		db_int(now_s)};

	for (size_t i = 0; i < INSERT_ARGS; i++)
		v[i] = values[i];
}

enum rc app_tools_replace(struct db *db, const struct tenant_id *tenant, const struct app_row *app,
	const struct app_tool_row *rows, size_t n, int64_t now_s)
{
	struct db_value *values;
	enum rc rc;

	if (n > APP_TOOLS_MAX)
		return RC_LIMIT;
	values = calloc(DB_ROWS_MAX, INSERT_ARGS * sizeof(*values));
	if (!values)
		return RC_NOMEM;
	rc = db_exec(db, sql[ST_DELETE], DB_ARGS(db_id(&tenant->u), db_text(app->app)), NULL);
	for (size_t at = 0; at < n && rc == RC_OK;) {
		size_t batch = n - at < DB_ROWS_MAX ? n - at : DB_ROWS_MAX;

		for (size_t i = 0; i < batch; i++)
			fill(&values[i * INSERT_ARGS], tenant, app, &rows[at + i], at + i, now_s);
		rc = db_exec_rows(db, sql[ST_INSERT], values, batch * INSERT_ARGS, batch);
		at += batch;
	}
	free(values);
	return rc;
}

static const char *text_or_null(const struct db_rows *rows, unsigned col)
{
	return db_is_null(rows, col) ? NULL : db_get_text(rows, col);
}

static void found_from(const struct db_rows *rows, struct app_tool_found *out)
{
	size_t len;
	const void *sha256 = db_get_bytes(rows, COL_FOUND_SHA256, &len);

	*out = (struct app_tool_found){
		.row =
			{
				.place = db_get_text(rows, COL_PLACE),
				.provider_type = db_get_text(rows, COL_TYPE),
				.provider_id = db_get_text(rows, COL_PROVIDER_ID),
				.tool_name = db_get_text(rows, COL_TOOL),
				.enabled = db_get_int(rows, COL_ENABLED) != 0,
				.api_tool = db_get_id(rows, COL_API_TOOL),
				.plugin = text_or_null(rows, COL_PLUGIN),
				.provider = text_or_null(rows, COL_PROVIDER),
				.credential = db_get_id(rows, COL_CREDENTIAL),
				.credential_name = db_get_text(rows, COL_CREDENTIAL_NAME),
			},
		.has_api_tool = !db_is_null(rows, COL_FOUND_NAME),
		.api_tool_name = db_get_text(rows, COL_FOUND_NAME),
		.schema_sha256 = len == HASH_SIZE ? sha256 : NULL,
		.needs_oauth = db_get_int(rows, COL_FOUND_OAUTH) != 0,
		.lacks_secrets = db_get_int(rows, COL_FOUND_NO_SECRET) != 0,
		.has_operation = !db_is_null(rows, COL_FOUND_OPERATION),
		.operation_enabled = db_get_int(rows, COL_FOUND_OPERATION) != 0,
		.has_credential = !db_is_null(rows, COL_FOUND_CREDENTIAL),
	};
	if (out->has_credential)
		runtime_credential_read(rows, COL_FOUND_CREDENTIAL, &out->credential);
}

enum rc app_tools_load(struct db *db, const struct tenant_id *tenant, const char *app,
	void (*visit)(const struct app_tool_found *found, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LOAD], DB_ARGS(db_id(&tenant->u), db_text(app)), &rows);

	if (rc == RC_OK && db_row_count(rows) == 0)
		rc = RC_NOT_FOUND;
	while (rc == RC_OK && db_next(rows)) {
		struct app_tool_found found;

		found_from(rows, &found);
		visit(&found, arg);
	}
	db_rows_free(rows);
	return rc;
}

enum rc app_tools_count(
	struct db *db, const struct tenant_id *tenant, const char *app, int64_t *apps)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_COUNT], DB_ARGS(db_id(&tenant->u), db_text(app)), &rows);

	*apps = rc == RC_OK && db_next(rows) ? db_get_int(rows, 0) : 0;
	db_rows_free(rows);
	return rc;
}

static enum rc each_use(struct db *db, const char *statement, const struct tenant_id *tenant,
	const struct uuid *id, void (*visit)(const struct app_use *use, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(
		db, statement, DB_ARGS(db_id(&tenant->u), db_id(id), db_int(APP_USES_MAX)), &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct app_use use = {
			db_get_text(rows, 0), db_get_text(rows, 1), db_get_int(rows, 2)};

		visit(&use, arg);
	}
	db_rows_free(rows);
	return rc;
}

enum rc app_tools_using(struct db *db, const struct tenant_id *tenant, const struct uuid *api_tool,
	void (*visit)(const struct app_use *use, void *arg), void *arg)
{
	return each_use(db, sql[ST_USING], tenant, api_tool, visit, arg);
}

enum rc app_tools_using_credential(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, void (*visit)(const struct app_use *use, void *arg),
	void *arg)
{
	return each_use(db, sql[ST_USING_CREDENTIAL], tenant, &id->u, visit, arg);
}

enum rc app_tools_api_tool(struct db *db, const struct tenant_id *tenant, const char *name,
	const unsigned char *sha256, struct uuid *out)
{
	struct db_value hash = sha256 ? db_bytes(sha256, HASH_SIZE) : db_bytes("", 0);
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_API_TOOL],
		DB_ARGS(db_id(&tenant->u), db_text(name), hash, hash, db_text(name)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		*out = db_get_id(rows, 0);
	db_rows_free(rows);
	return rc;
}
