/* SPDX-License-Identifier: Apache-2.0 */
#include "store/api_operation_store.h"

#include <string.h>

/* One statement: far below what any server takes, unless it is one operation alone. */
#define INSERT_BYTES ((size_t)2 << 20)
#define INSERT_COLUMNS 16

enum {
	ST_INSERT,
	ST_COUNT,
	ST_COUNT_FILTER,
	ST_PAGE,
	ST_PAGE_FILTER,
	ST_ENABLED_AFTER,
	ST_LOAD,
	ST_ENABLE,
	ST_ENABLE_ALL,
	ST_DISABLED,
	ST_INHERIT,
	ST_MOVE,
	ST_DELETE,
	ST_COMPARE,
	ST_GONE,
};

#define LIST_COLUMNS                                                                               \
	"name, method, path, summary, description, pointer, deprecated, enabled, position,"        \
	" n_parameters, n_warnings"
#define HAS_TEXT " AND INSTR(LOWER(CONCAT_WS(' ', method, path, name, summary)), LOWER(?)) > 0"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO tool_api_operations (tenant_id, owner_id, name, position,"
		      " method, path, summary, description, pointer, deprecated, enabled,"
		      " n_parameters, n_warnings, plan_sha256, plan, bundle)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_COUNT] = "SELECT COUNT(*) FROM tool_api_operations WHERE tenant_id = ?"
		     " AND owner_id = ?",
	[ST_COUNT_FILTER] = "SELECT COUNT(*) FROM tool_api_operations WHERE tenant_id = ?"
			    " AND owner_id = ?" HAS_TEXT,
	[ST_PAGE] = "SELECT " LIST_COLUMNS " FROM tool_api_operations WHERE tenant_id = ?"
		    " AND owner_id = ? ORDER BY position LIMIT ? OFFSET ?",
	[ST_PAGE_FILTER] = "SELECT " LIST_COLUMNS " FROM tool_api_operations WHERE tenant_id = ?"
			   " AND owner_id = ?" HAS_TEXT " ORDER BY position LIMIT ? OFFSET ?",
	[ST_ENABLED_AFTER] = "SELECT " LIST_COLUMNS ", plan, bundle FROM tool_api_operations"
			     " WHERE tenant_id = ? AND owner_id = ? AND enabled = 1"
			     " AND position > ? ORDER BY position LIMIT ?",
	[ST_LOAD] = "SELECT " LIST_COLUMNS ", plan, bundle FROM tool_api_operations"
		    " WHERE tenant_id = ? AND owner_id = ? AND name = ?",
	[ST_ENABLE] = "UPDATE tool_api_operations SET enabled = ? WHERE tenant_id = ?"
		      " AND owner_id = ? AND FIND_IN_SET(name, ?) > 0",
	[ST_ENABLE_ALL] = "UPDATE tool_api_operations SET enabled = ? WHERE tenant_id = ?"
			  " AND owner_id = ?",
	[ST_DISABLED] = "SELECT 1 FROM tool_api_operations WHERE tenant_id = ? AND owner_id = ?"
			" AND enabled = 0 LIMIT 1",
	[ST_INHERIT] = "UPDATE tool_api_operations n LEFT JOIN tool_api_operations o"
		       " ON o.tenant_id = n.tenant_id AND o.owner_id = ? AND o.name = n.name"
		       " SET n.enabled = COALESCE(o.enabled, ?)"
		       " WHERE n.tenant_id = ? AND n.owner_id = ?",
	[ST_MOVE] = "UPDATE tool_api_operations SET owner_id = ? WHERE tenant_id = ?"
		    " AND owner_id = ?",
	[ST_DELETE] = "DELETE FROM tool_api_operations WHERE tenant_id = ? AND owner_id = ?",
	[ST_COMPARE] = "SELECT n.name, n.method, n.path, o.name IS NOT NULL, 1,"
		       " COALESCE(o.plan_sha256 = n.plan_sha256, 0),"
		       " COALESCE(o.enabled, n.enabled) FROM tool_api_operations n"
		       " LEFT JOIN tool_api_operations o ON o.tenant_id = n.tenant_id"
		       " AND o.owner_id = ? AND o.name = n.name"
		       " WHERE n.tenant_id = ? AND n.owner_id = ? ORDER BY n.position",
	[ST_GONE] = "SELECT o.name, o.method, o.path, 1, 0, 0, o.enabled"
		    " FROM tool_api_operations o LEFT JOIN tool_api_operations n"
		    " ON n.tenant_id = o.tenant_id AND n.owner_id = ? AND n.name = o.name"
		    " WHERE o.tenant_id = ? AND o.owner_id = ? AND n.name IS NULL"
		    " ORDER BY o.position",
};

/* ---- insert ---- */

static size_t size_of(const struct api_operation_row *row)
{
	return strlen(row->path) + strlen(row->summary) + strlen(row->description) +
	       strlen(row->pointer) + row->plan_len + row->bundle_len + 512;
}

/* How many of the rows go into one statement: at least one. */
static size_t share(const struct api_operation_row *rows, size_t n)
{
	size_t bytes = size_of(&rows[0]), count = 1;

	while (count < n && count < DB_ROWS_MAX && bytes + size_of(&rows[count]) <= INSERT_BYTES)
		bytes += size_of(&rows[count++]);
	return count;
}

static void fill(struct db_value args[INSERT_COLUMNS], const struct tenant_id *tenant,
	const struct uuid *owner, const struct api_operation_row *row)
{
	const struct db_value values[INSERT_COLUMNS] = {
		db_id(&tenant->u),
		db_id(owner),
		db_text(row->name),
		db_int(row->position),
		db_text(row->method),
		db_text(row->path),
		db_text(row->summary),
		db_text(row->description),
		db_text(row->pointer),
		db_int(row->deprecated),
		db_int(row->enabled),
		db_int(row->n_parameters),
		db_int(row->n_warnings),
		db_bytes(row->plan_sha256, 32),
		db_bytes(row->plan, row->plan_len),
		db_bytes(row->bundle, row->bundle_len),
	};

	memcpy(args, values, sizeof(values));
}

enum rc api_operation_insert(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const struct api_operation_row *rows, size_t n)
{
	struct db_value args[DB_ROWS_MAX * INSERT_COLUMNS];
	enum rc rc = RC_OK;

	while (n > 0 && rc == RC_OK) {
		size_t count = share(rows, n);

		for (size_t i = 0; i < count; i++)
			fill(args + i * INSERT_COLUMNS, tenant, owner, &rows[i]);
		rc = db_exec_rows(db, sql[ST_INSERT], args, count * INSERT_COLUMNS, count);
		rows += count;
		n -= count;
	}
	return rc;
}

/* ---- reading ---- */

enum rc api_operation_count(struct db *db, const struct tenant_id *tenant, const struct uuid *owner,
	const char *filter, int64_t *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = filter[0] ? db_query(db, sql[ST_COUNT_FILTER],
					 DB_ARGS(db_id(&tenant->u), db_id(owner), db_text(filter)),
					 &rows)
			       : db_query(db, sql[ST_COUNT],
					 DB_ARGS(db_id(&tenant->u), db_id(owner)), &rows);

	*out = rc == RC_OK && db_next(rows) ? db_get_int(rows, 0) : 0;
	db_rows_free(rows);
	return rc;
}

enum rc api_operation_page(struct db *db, const struct tenant_id *tenant, const struct uuid *owner,
	const char *filter, int64_t offset, int64_t limit, struct db_rows **out)
{
	if (!filter[0])
		return db_query(db, sql[ST_PAGE],
			DB_ARGS(db_id(&tenant->u), db_id(owner), db_int(limit), db_int(offset)),
			out);
	return db_query(db, sql[ST_PAGE_FILTER],
		DB_ARGS(db_id(&tenant->u), db_id(owner), db_text(filter), db_int(limit),
			db_int(offset)),
		out);
}

enum rc api_operation_enabled_after(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, int64_t position, int64_t limit, struct db_rows **out)
{
	return db_query(db, sql[ST_ENABLED_AFTER],
		DB_ARGS(db_id(&tenant->u), db_id(owner), db_int(position), db_int(limit)), out);
}

enum rc api_operation_row_load(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const char *name, struct db_rows **out)
{
	enum rc rc = db_query(
		db, sql[ST_LOAD], DB_ARGS(db_id(&tenant->u), db_id(owner), db_text(name)), out);

	if (rc == RC_OK && !db_next(*out)) {
		db_rows_free(*out);
		*out = NULL;
		return RC_NOT_FOUND;
	}
	return rc;
}

struct api_operation_row api_operation_row_get(const struct db_rows *rows)
{
	struct api_operation_row row = {
		.name = db_get_text(rows, 0),
		.method = db_get_text(rows, 1),
		.path = db_get_text(rows, 2),
		.summary = db_get_text(rows, 3),
		.description = db_get_text(rows, 4),
		.pointer = db_get_text(rows, 5),
		.deprecated = db_get_int(rows, 6) != 0,
		.enabled = db_get_int(rows, 7) != 0,
		.position = db_get_int(rows, 8),
		.n_parameters = db_get_int(rows, 9),
		.n_warnings = db_get_int(rows, 10),
	};

	if (!db_is_null(rows, 11)) { /* not in a list */
		row.plan = db_get_bytes(rows, 11, &row.plan_len);
		row.bundle = db_get_bytes(rows, 12, &row.bundle_len);
	}
	return row;
}

/* ---- changes ---- */

enum rc api_operation_enable(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const char *names, bool enabled)
{
	if (!names)
		return db_exec(db, sql[ST_ENABLE_ALL],
			DB_ARGS(db_int(enabled), db_id(&tenant->u), db_id(owner)), NULL);
	return db_exec(db, sql[ST_ENABLE],
		DB_ARGS(db_int(enabled), db_id(&tenant->u), db_id(owner), db_text(names)), NULL);
}

/* Has it any that are switched off? */
static enum rc are_all_enabled(
	struct db *db, const struct tenant_id *tenant, const struct uuid *owner, bool *out)
{
	struct db_rows *rows = NULL;
	enum rc rc;

	rc = db_query(db, sql[ST_DISABLED], DB_ARGS(db_id(&tenant->u), db_id(owner)), &rows);
	*out = rc == RC_OK && db_row_count(rows) == 0;
	db_rows_free(rows);
	return rc;
}

enum rc api_operation_inherit(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const struct uuid *from)
{
	bool all = false;
	enum rc rc = are_all_enabled(db, tenant, from, &all);

	if (rc != RC_OK)
		return rc;
	return db_exec(db, sql[ST_INHERIT],
		DB_ARGS(db_id(from), db_int(all), db_id(&tenant->u), db_id(owner)), NULL);
}

enum rc api_operation_move(struct db *db, const struct tenant_id *tenant, const struct uuid *from,
	const struct uuid *to)
{
	enum rc rc = api_operation_delete(db, tenant, to);

	if (rc != RC_OK)
		return rc;
	return db_exec(db, sql[ST_MOVE], DB_ARGS(db_id(to), db_id(&tenant->u), db_id(from)), NULL);
}

enum rc api_operation_delete(
	struct db *db, const struct tenant_id *tenant, const struct uuid *owner)
{
	return db_exec(db, sql[ST_DELETE], DB_ARGS(db_id(&tenant->u), db_id(owner)), NULL);
}

/* ---- two of them ---- */

static enum rc visit_pairs(struct db *db, const char *text, const struct tenant_id *tenant,
	const struct uuid *beside, const struct uuid *owner,
	void (*visit)(const struct api_operation_pair *pair, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, text, DB_ARGS(db_id(beside), db_id(&tenant->u), db_id(owner)), &rows);

	while (rc == RC_OK && db_next(rows)) {
		const struct api_operation_pair pair = {
			.name = db_get_text(rows, 0),
			.method = db_get_text(rows, 1),
			.path = db_get_text(rows, 2),
			.in_old = db_get_int(rows, 3) != 0,
			.in_new = db_get_int(rows, 4) != 0,
			.same = db_get_int(rows, 5) != 0,
			.enabled = db_get_int(rows, 6) != 0,
		};

		visit(&pair, arg);
	}
	db_rows_free(rows);
	return rc;
}

enum rc api_operation_compare(struct db *db, const struct tenant_id *tenant, const struct uuid *old,
	const struct uuid *new, void (*visit)(const struct api_operation_pair *pair, void *arg),
	void *arg)
{
	enum rc rc = visit_pairs(db, sql[ST_COMPARE], tenant, old, new, visit, arg);

	return rc == RC_OK ? visit_pairs(db, sql[ST_GONE], tenant, new, old, visit, arg) : rc;
}
