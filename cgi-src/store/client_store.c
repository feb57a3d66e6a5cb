/* SPDX-License-Identifier: Apache-2.0 */
#include "store/client_store.h"
#include "platform/text.h"

#include <stdio.h>
#include <string.h>

enum { ST_LOAD, ST_INSERT, ST_UPDATE, ST_DELETE, ST_LOAD_BOTH, ST_LIST_BOTH, ST__MAX };

/* The statements of a table that a tenant owns, and of one that the installation owns. The first has those
 * over both; what tells the rows apart is their last column: is it the tenant's? */
#define TENANT_SQL(table, column, system)                                                          \
	{                                                                                          \
		[ST_LOAD] = "SELECT c.id, c.revision, c." column ", c.updated_at, c.enabled,"      \
			    " c.changed_by, u.name FROM " table " c"                               \
			    " LEFT JOIN users u ON u.id = c.changed_by"                            \
			    " WHERE c.tenant_id = ? AND c.plugin_id = ? AND c.provider = ?",       \
		[ST_INSERT] = "INSERT INTO " table " (tenant_id, plugin_id, provider, id,"         \
			      " revision, " column ", created_at, updated_at, enabled,"            \
			      " changed_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",                \
		[ST_UPDATE] = "UPDATE " table " SET revision = ?, " column " = ?, updated_at = ?," \
			      " enabled = ?, changed_by = ?"                                       \
			      " WHERE tenant_id = ? AND id = ? AND revision = ?",                  \
		[ST_DELETE] =                                                                      \
			"DELETE FROM " table " WHERE tenant_id = ? AND id = ? AND revision = ?",   \
		[ST_LOAD_BOTH] = "SELECT c.id, c.revision, c." column ", c.updated_at, c.enabled," \
				 " c.changed_by, u.name, 1 FROM " table " c"                       \
				 " LEFT JOIN users u ON u.id = c.changed_by"                       \
				 " WHERE c.tenant_id = ? AND c.plugin_id = ? AND c.provider = ?"   \
				 " UNION ALL SELECT id, 0, '', 0, 0, NULL, NULL, 0 FROM " system   \
				 " WHERE plugin_id = ? AND provider = ?",                          \
		[ST_LIST_BOTH] = "SELECT plugin_id, provider, enabled, 1 FROM " table              \
				 " WHERE tenant_id = ?"                                            \
				 " UNION ALL SELECT plugin_id, provider, 1, 0 FROM " system,       \
	}

#define SYSTEM_SQL(table, column)                                                                  \
	{                                                                                          \
		[ST_LOAD] = "SELECT id, revision, " column ", updated_at FROM " table              \
			    " WHERE plugin_id = ? AND provider = ?",                               \
		[ST_INSERT] = "INSERT INTO " table " (plugin_id, provider, id, revision, " column  \
			      ", created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)",            \
		[ST_UPDATE] = "UPDATE " table " SET revision = ?, " column " = ?, updated_at = ?"  \
			      " WHERE id = ? AND revision = ?",                                    \
		[ST_DELETE] = "DELETE FROM " table " WHERE id = ? AND revision = ?",               \
	}

static const struct {
	const char *name, *column;
	bool system;
	const char *sql[ST__MAX];
} tables[CLIENT_TABLE__MAX] = {
	[CLIENT_TABLE_DATASOURCE_TENANT] = {"datasource_oauth_tenant_params", "client_params",
		false,
		TENANT_SQL("datasource_oauth_tenant_params", "client_params",
			"datasource_oauth_params")},
	[CLIENT_TABLE_DATASOURCE_SYSTEM] = {"datasource_oauth_params", "system_credentials", true,
		SYSTEM_SQL("datasource_oauth_params", "system_credentials")},
	[CLIENT_TABLE_TOOL_TENANT] = {"tool_oauth_tenant_clients", "encrypted_oauth_params", false,
		TENANT_SQL("tool_oauth_tenant_clients", "encrypted_oauth_params",
			"tool_oauth_system_clients")},
	[CLIENT_TABLE_TOOL_SYSTEM] = {"tool_oauth_system_clients", "encrypted_oauth_params", true,
		SYSTEM_SQL("tool_oauth_system_clients", "encrypted_oauth_params")},
};

void client_row_release(struct client_row *row)
{
	buf_release(&row->sealed);
	memset(row, 0, sizeof(*row));
}

const char *client_table_name(enum client_table table)
{
	return tables[table].name;
}

const char *client_table_column(enum client_table table)
{
	return tables[table].column;
}

static enum rc client_from_row(const struct db_rows *rows, bool system, struct client_row *out)
{
	size_t len;
	const void *sealed = db_get_bytes(rows, 2, &len);

	out->id = db_get_id(rows, 0);
	out->revision = (uint64_t)db_get_int(rows, 1);
	out->updated_at_s = db_get_int(rows, 3);
	out->enabled = system || db_get_int(rows, 4) != 0;
	if (!system) {
		out->changed_by.u = db_get_id(rows, 5);
		TEXT_COPY(out->changed_by_name, db_get_text(rows, 6));
	}
	/* what is larger than any record of ours is left out: it then does not open */
	if (len <= VAULT_RECORD_MAX)
		buf_add(&out->sealed, sealed, len);
	return buf_done(&out->sealed);
}

enum rc client_load(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct client_row *out)
{
	const char *text = tables[table].sql[ST_LOAD];
	struct db_rows *rows = NULL;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	buf_init(&out->sealed, VAULT_RECORD_MAX);
	if (tables[table].system)
		rc = db_query(
			db, text, DB_ARGS(db_text(ref->plugin_id), db_text(ref->provider)), &rows);
	else
		rc = db_query(db, text,
			DB_ARGS(db_id(&tenant->u), db_text(ref->plugin_id), db_text(ref->provider)),
			&rows);
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = client_from_row(rows, tables[table].system, out);
	db_rows_free(rows);
	return rc;
}

enum rc client_load_both(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct client_row *out, bool *has_system)
{
	struct db_rows *rows = NULL;
	bool found = false;
	enum rc rc = db_query(db, tables[table].sql[ST_LOAD_BOTH],
		DB_ARGS(db_id(&tenant->u), db_text(ref->plugin_id), db_text(ref->provider),
			db_text(ref->plugin_id), db_text(ref->provider)),
		&rows);

	memset(out, 0, sizeof(*out));
	buf_init(&out->sealed, VAULT_RECORD_MAX);
	*has_system = false;
	while (rc == RC_OK && db_next(rows)) {
		bool custom = db_get_int(rows, 7) != 0;

		if (custom)
			rc = client_from_row(rows, false, out);
		found = found || custom;
		*has_system = *has_system || !custom;
	}
	db_rows_free(rows);
	return rc == RC_OK && !found ? RC_NOT_FOUND : rc;
}

enum rc client_insert(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct client_row *row, int64_t now_s)
{
	const char *text = tables[table].sql[ST_INSERT];
	struct db_value sealed = db_bytes(row->sealed.data, row->sealed.len);
	int64_t revision = (int64_t)row->revision;

	if (tables[table].system)
		return db_exec(db, text,
			DB_ARGS(db_text(ref->plugin_id), db_text(ref->provider), db_id(&row->id),
				db_int(revision), sealed, db_int(now_s), db_int(now_s)),
			NULL);
	return db_exec(db, text,
		DB_ARGS(db_id(&tenant->u), db_text(ref->plugin_id), db_text(ref->provider),
			db_id(&row->id), db_int(revision), sealed, db_int(now_s), db_int(now_s),
			db_int(row->enabled), db_id(&row->changed_by.u)),
		NULL);
}

enum rc client_update(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct client_row *row, int64_t now_s)
{
	const char *text = tables[table].sql[ST_UPDATE];
	struct db_value sealed = db_bytes(row->sealed.data, row->sealed.len);
	int64_t revision = (int64_t)row->revision;
	uint64_t affected = 0;
	enum rc rc;

	if (tables[table].system)
		rc = db_exec(db, text,
			DB_ARGS(db_int(revision), sealed, db_int(now_s), db_id(&row->id),
				db_int(revision - 1)),
			&affected);
	else
		rc = db_exec(db, text,
			DB_ARGS(db_int(revision), sealed, db_int(now_s), db_int(row->enabled),
				db_id(&row->changed_by.u), db_id(&tenant->u), db_id(&row->id),
				db_int(revision - 1)),
			&affected);
	return rc == RC_OK && affected == 0 ? RC_CONFLICT : rc;
}

enum rc client_delete(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct uuid *id, uint64_t revision)
{
	const char *text = tables[table].sql[ST_DELETE];
	uint64_t affected = 0;
	enum rc rc;

	if (tables[table].system)
		rc = db_exec(db, text, DB_ARGS(db_id(id), db_int((int64_t)revision)), &affected);
	else
		rc = db_exec(db, text,
			DB_ARGS(db_id(&tenant->u), db_id(id), db_int((int64_t)revision)),
			&affected);
	return rc == RC_OK && affected == 0 ? RC_CONFLICT : rc;
}

enum rc client_list_both(struct db *db, enum client_table table, const struct tenant_id *tenant,
	void (*visit)(const struct provider_ref *ref, bool enabled, bool custom, void *arg),
	void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, tables[table].sql[ST_LIST_BOTH], DB_ARGS(db_id(&tenant->u)), &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct provider_ref ref = {db_get_text(rows, 0), db_get_text(rows, 1)};

		visit(&ref, db_get_int(rows, 2) != 0, db_get_int(rows, 3) != 0, arg);
	}
	db_rows_free(rows);
	return rc;
}
