/* SPDX-License-Identifier: Apache-2.0 */
#include "store/session_store.h"
#include "platform/text.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
	ST_LOAD,
	ST_INSERT,
	ST_TOUCH,
	ST_DELETE,
	ST_DELETE_USER,
	ST_DELETE_IDLE,
	ST_DELETE_OLD,
	ST_THROTTLE_LOAD,
	ST_THROTTLE_FAIL,
	ST_THROTTLE_LOCK,
	ST_THROTTLE_CLEAR,
	ST_THROTTLE_SWEEP,
};

static const char *const sql[] = {
	/* cross-tenant: a session is found by its secret token before any workspace is known;
	 * one row for each workspace of that one person */
	[ST_LOAD] =
		"SELECT s.user_id, s.tenant_id, s.csrf_token, s.must_set_password, s.created_at,"
		" s.last_seen_at, u.name, u.email, t.id, t.name, m.role, u.language"
		" FROM sessions s JOIN users u ON u.id = s.user_id"
		" JOIN tenant_members m ON m.user_id = s.user_id"
		" JOIN tenants t ON t.id = m.tenant_id"
		" WHERE s.token_hash = ? AND u.disabled = 0 AND t.disabled = 0"
		" ORDER BY t.id <> s.tenant_id, t.name LIMIT 50",
	[ST_INSERT] = "INSERT INTO sessions (token_hash, user_id, tenant_id, csrf_token,"
		      " must_set_password, created_at, last_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
	/* cross-tenant: by token */
	[ST_TOUCH] = "UPDATE sessions SET last_seen_at = ? WHERE token_hash = ?",
	/* cross-tenant: by token */
	[ST_DELETE] = "DELETE FROM sessions WHERE token_hash = ?",
	/* cross-tenant: a changed password ends the sessions of a person everywhere */
	[ST_DELETE_USER] = "DELETE FROM sessions WHERE user_id = ?",
	/* cross-tenant: expiry sweep; one statement an index */
	[ST_DELETE_IDLE] = "DELETE FROM sessions WHERE last_seen_at < ? LIMIT 1000",
	/* cross-tenant: as above */
	[ST_DELETE_OLD] = "DELETE FROM sessions WHERE created_at < ? LIMIT 1000",
	[ST_THROTTLE_LOAD] = "SELECT failures, locked_until FROM sign_in_throttle"
			     " WHERE subject_hash = ?",
	[ST_THROTTLE_FAIL] = "INSERT INTO sign_in_throttle"
			     " (subject_hash, failures, locked_until, updated_at)"
			     " VALUES (?, 1, 0, ?) ON DUPLICATE KEY UPDATE"
			     " failures = IF(updated_at < ?, 1, failures + 1),"
			     " updated_at = VALUES(updated_at)",
	[ST_THROTTLE_LOCK] = "UPDATE sign_in_throttle SET locked_until = ? WHERE subject_hash = ?",
	[ST_THROTTLE_CLEAR] = "DELETE FROM sign_in_throttle WHERE subject_hash = ?",
	[ST_THROTTLE_SWEEP] = "DELETE FROM sign_in_throttle WHERE updated_at < ? LIMIT 1000",
};

static void session_head(const struct db_rows *rows, struct session_row *out)
{
	size_t len;
	const void *csrf = db_get_bytes(rows, 2, &len);

	out->user.u = db_get_id(rows, 0);
	out->tenant.u = db_get_id(rows, 1);
	if (len == HASH_SIZE)
		memcpy(out->csrf_token, csrf, HASH_SIZE);
	out->must_set_password = db_get_int(rows, 3) != 0;
	out->created_at_s = db_get_int(rows, 4);
	out->last_seen_at_s = db_get_int(rows, 5);
	TEXT_COPY(out->user_name, db_get_text(rows, 6));
	TEXT_COPY(out->user_email, db_get_text(rows, 7));
	TEXT_COPY(out->language, db_get_text(rows, 11));
}

static void session_add_tenant(const struct db_rows *rows, struct session_row *out)
{
	struct session_tenant *t;

	if (out->n_tenants == SESSION_TENANTS_MAX)
		return;
	t = &out->tenants[out->n_tenants++];
	t->id.u = db_get_id(rows, 8);
	TEXT_COPY(t->name, db_get_text(rows, 9));
	TEXT_COPY(t->role, db_get_text(rows, 10));
}

enum rc session_load(struct db *db, const unsigned char hash[HASH_SIZE], struct session_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LOAD], DB_ARGS(db_bytes(hash, HASH_SIZE)), &rows);

	memset(out, 0, offsetof(struct session_row, tenants));
	memcpy(out->token_hash, hash, HASH_SIZE);
	while (rc == RC_OK && db_next(rows)) {
		if (out->n_tenants == 0)
			session_head(rows, out);
		session_add_tenant(rows, out);
	}
	db_rows_free(rows);
	if (rc == RC_OK && out->n_tenants == 0)
		return RC_NOT_FOUND;
	return rc;
}

enum rc session_insert(struct db *db, const struct session_row *row)
{
	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_bytes(row->token_hash, HASH_SIZE), db_id(&row->user.u),
			db_id(&row->tenant.u), db_bytes(row->csrf_token, HASH_SIZE),
			db_int(row->must_set_password), db_int(row->created_at_s),
			db_int(row->last_seen_at_s)),
		NULL);
}

enum rc session_touch(struct db *db, const unsigned char hash[HASH_SIZE], int64_t now_s)
{
	return db_exec(db, sql[ST_TOUCH], DB_ARGS(db_int(now_s), db_bytes(hash, HASH_SIZE)), NULL);
}

enum rc session_delete(struct db *db, const unsigned char hash[HASH_SIZE])
{
	return db_exec(db, sql[ST_DELETE], DB_ARGS(db_bytes(hash, HASH_SIZE)), NULL);
}

enum rc session_delete_user(struct db *db, const struct user_id *user)
{
	return db_exec(db, sql[ST_DELETE_USER], DB_ARGS(db_id(&user->u)), NULL);
}

enum rc session_delete_old(struct db *db, int64_t seen_before_s, int64_t created_before_s)
{
	enum rc rc = db_exec(db, sql[ST_DELETE_IDLE], DB_ARGS(db_int(seen_before_s)), NULL);

	if (rc == RC_OK)
		rc = db_exec(db, sql[ST_DELETE_OLD], DB_ARGS(db_int(created_before_s)), NULL);
	return rc;
}

enum rc throttle_load(
	struct db *db, const unsigned char subject[HASH_SIZE], struct throttle_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, sql[ST_THROTTLE_LOAD], DB_ARGS(db_bytes(subject, HASH_SIZE)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && db_next(rows)) {
		out->failures = db_get_int(rows, 0);
		out->locked_until_s = db_get_int(rows, 1);
	}
	db_rows_free(rows);
	return rc;
}

enum rc throttle_fail(struct db *db, const unsigned char subject[HASH_SIZE], int64_t now_s,
	int64_t forget_before_s)
{
	return db_exec(db, sql[ST_THROTTLE_FAIL],
		DB_ARGS(db_bytes(subject, HASH_SIZE), db_int(now_s), db_int(forget_before_s)),
		NULL);
}

enum rc throttle_lock(struct db *db, const unsigned char subject[HASH_SIZE], int64_t until_s)
{
	return db_exec(db, sql[ST_THROTTLE_LOCK],
		DB_ARGS(db_int(until_s), db_bytes(subject, HASH_SIZE)), NULL);
}

enum rc throttle_clear(struct db *db, const unsigned char subject[HASH_SIZE])
{
	return db_exec(db, sql[ST_THROTTLE_CLEAR], DB_ARGS(db_bytes(subject, HASH_SIZE)), NULL);
}

enum rc throttle_sweep(struct db *db, int64_t untouched_since_s)
{
	return db_exec(db, sql[ST_THROTTLE_SWEEP], DB_ARGS(db_int(untouched_since_s)), NULL);
}
