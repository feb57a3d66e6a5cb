/* SPDX-License-Identifier: Apache-2.0 */
#include "store/connect_store.h"

#include <stdio.h>
#include <string.h>

#include "platform/text.h"

enum { ST_INSERT, ST_FIND, ST_FIND_BY_KEY, ST_FINISH, ST_COUNT, ST_DELETE_OLDEST, ST_DELETE_OLD };

#define COLUMNS                                                                                    \
	"r.id, r.tenant_id, r.user_id, r.plugin_id, r.provider, r.return_to, r.status, r.error,"   \
	" r.credential_id, r.created_at, r.expires_at"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO connect_requests (tenant_id, id, user_id, plugin_id, provider,"
		      " return_to, status, created_at, expires_at)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_FIND] = "SELECT " COLUMNS " FROM connect_requests r"
		    " WHERE r.tenant_id = ? AND r.user_id = ? AND r.id = ?",
	/* cross-tenant: a key is found by its hash alone; what is joined belongs to the key's tenant */
	[ST_FIND_BY_KEY] = "SELECT " COLUMNS ", k.id, k.tenant_id, k.providers, k.verbs,"
			   " k.expires_at, k.last_used_at FROM runtime_keys k"
			   " JOIN tenants t ON t.id = k.tenant_id AND t.disabled = 0"
			   " LEFT JOIN connect_requests r ON r.tenant_id = k.tenant_id AND r.id = ?"
			   " WHERE k.key_hash = ?",
	[ST_FINISH] = "UPDATE connect_requests SET status = ?, error = ?, credential_id = ?"
		      " WHERE tenant_id = ? AND user_id = ? AND id = ? AND status <> 'connected'"
		      " AND expires_at > ?",
	[ST_COUNT] = "SELECT COUNT(*) FROM connect_requests WHERE tenant_id = ? AND user_id = ?",
	[ST_DELETE_OLDEST] = "DELETE FROM connect_requests WHERE tenant_id = ? AND user_id = ?"
			     " ORDER BY created_at LIMIT ?",
	/* cross-tenant: expiry sweep */
	[ST_DELETE_OLD] = "DELETE FROM connect_requests WHERE expires_at < ? LIMIT 1000",
};

#define KEY_AT 11 /* first column of the key in ST_FIND_BY_KEY */

enum rc connect_insert(struct db *db, const struct connect_row *row)
{
	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&row->tenant.u), db_id(&row->id.u), db_id(&row->user.u),
			db_text(row->plugin_id), db_text(row->provider), db_text(row->return_to),
			db_text(row->status), db_int(row->created_at_s), db_int(row->expires_at_s)),
		NULL);
}

#define COPY_TEXT(to, col) TEXT_COPY(to, db_get_text(rows, col))

static void row_from(const struct db_rows *rows, struct connect_row *out)
{
	out->id.u = db_get_id(rows, 0);
	out->tenant.u = db_get_id(rows, 1);
	out->user.u = db_get_id(rows, 2);
	COPY_TEXT(out->plugin_id, 3);
	COPY_TEXT(out->provider, 4);
	COPY_TEXT(out->return_to, 5);
	COPY_TEXT(out->status, 6);
	COPY_TEXT(out->error, 7);
	out->credential.u = db_get_id(rows, 8);
	out->created_at_s = db_get_int(rows, 9);
	out->expires_at_s = db_get_int(rows, 10);
}

enum rc connect_find(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const struct connect_id *id, struct connect_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_FIND],
		DB_ARGS(db_id(&tenant->u), db_id(&user->u), db_id(&id->u)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		row_from(rows, out);
	db_rows_free(rows);
	return rc;
}

enum rc connect_find_by_key(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct connect_id *id, struct runtime_key_row *key, struct connect_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_FIND_BY_KEY],
		DB_ARGS(db_id(&id->u), db_bytes(key_hash, HASH_SIZE)), &rows);

	memset(out, 0, sizeof(*out));
	memset(key, 0, sizeof(*key));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_DENIED;
	if (rc == RC_OK) {
		runtime_key_read(rows, KEY_AT, key);
		if (db_is_null(rows, 0))
			rc = RC_NOT_FOUND;
		else
			row_from(rows, out);
	}
	db_rows_free(rows);
	return rc;
}

enum rc connect_finish(struct db *db, const struct connect_row *row, int64_t now_s)
{
	bool has_credential = !uuid_is_zero(&row->credential.u);
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_FINISH],
		DB_ARGS(db_text(row->status), db_text(row->error),
			db_id(has_credential ? &row->credential.u : NULL), db_id(&row->tenant.u),
			db_id(&row->user.u), db_id(&row->id.u), db_int(now_s)),
		&affected);

	return rc == RC_OK && affected != 1 ? RC_CONFLICT : rc;
}

enum rc connect_delete_oldest(
	struct db *db, const struct tenant_id *tenant, const struct user_id *user, int64_t keep)
{
	struct db_rows *rows = NULL;
	int64_t n = 0;
	enum rc rc =
		db_query(db, sql[ST_COUNT], DB_ARGS(db_id(&tenant->u), db_id(&user->u)), &rows);

	if (rc == RC_OK && db_next(rows))
		n = db_get_int(rows, 0);
	db_rows_free(rows);
	if (rc != RC_OK || n <= keep)
		return rc;
	return db_exec(db, sql[ST_DELETE_OLDEST],
		DB_ARGS(db_id(&tenant->u), db_id(&user->u), db_int(n - keep)), NULL);
}

enum rc connect_delete_old(struct db *db, int64_t before_s)
{
	return db_exec(db, sql[ST_DELETE_OLD], DB_ARGS(db_int(before_s)), NULL);
}
