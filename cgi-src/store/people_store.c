/* SPDX-License-Identifier: Apache-2.0 */
#include "store/people_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ST_TENANT_INSERT,
	ST_TENANT_FIND,
	ST_TENANT_LIST,
	ST_USER_INSERT,
	ST_USER_FIND,
	ST_USER_PASSWORD,
	ST_USER_LANGUAGE,
	ST_USER_DISABLED,
	ST_MEMBER_INSERT,
	ST_MEMBER_ROLE,
	ST_MEMBER_SET_ROLE,
	ST_MEMBER_DELETE,
	ST_MEMBER_LIST,
	ST_MEMBER_FIRST,
	ST_CODE_REPLACE,
	ST_CODE_CONSUME,
};

static const char *const sql[] = {
	[ST_TENANT_INSERT] =
		"INSERT INTO tenants (id, name, disabled, created_at) VALUES (?, ?, ?, ?)",
	[ST_TENANT_FIND] = "SELECT id, name, disabled FROM tenants WHERE name = ?",
	[ST_TENANT_LIST] = "SELECT id, name, disabled FROM tenants ORDER BY name",
	[ST_USER_INSERT] = "INSERT INTO users (id, email, name, disabled, created_at)"
			   " VALUES (?, ?, ?, ?, ?)",
	[ST_USER_FIND] =
		"SELECT id, email, name, password_hash, disabled FROM users WHERE email = ?",
	[ST_USER_PASSWORD] = "UPDATE users SET password_hash = ? WHERE id = ?",
	[ST_USER_LANGUAGE] = "UPDATE users SET language = ? WHERE id = ?",
	[ST_USER_DISABLED] = "UPDATE users SET disabled = ? WHERE id = ?",
	[ST_MEMBER_INSERT] = "INSERT INTO tenant_members (tenant_id, user_id, role, created_at)"
			     " VALUES (?, ?, ?, ?)",
	[ST_MEMBER_ROLE] = "SELECT role FROM tenant_members WHERE tenant_id = ? AND user_id = ?",
	[ST_MEMBER_SET_ROLE] =
		"UPDATE tenant_members SET role = ? WHERE tenant_id = ? AND user_id = ?",
	[ST_MEMBER_DELETE] = "DELETE FROM tenant_members WHERE tenant_id = ? AND user_id = ?",
	[ST_MEMBER_LIST] = "SELECT u.id, u.email, u.name, m.role, m.created_at"
			   " FROM tenant_members m JOIN users u ON u.id = m.user_id"
			   " WHERE m.tenant_id = ? ORDER BY u.name, u.email",
	/* cross-tenant: sign-in looks for the workspaces of a person before one is chosen */
	[ST_MEMBER_FIRST] = "SELECT m.tenant_id FROM tenant_members m"
			    " JOIN tenants t ON t.id = m.tenant_id"
			    " WHERE m.user_id = ? AND t.disabled = 0"
			    " ORDER BY m.created_at, t.name LIMIT 1",
	[ST_CODE_REPLACE] = "REPLACE INTO sign_in_codes (user_id, code_hash, expires_at)"
			    " VALUES (?, ?, ?)",
	[ST_CODE_CONSUME] = "DELETE FROM sign_in_codes"
			    " WHERE user_id = ? AND code_hash = ? AND expires_at > ?",
};

static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* One row that must be there. */
static enum rc exec_one(struct db *db, const char *text, const struct db_value *args, size_t n)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	if (rc == RC_OK && affected == 0)
		return RC_NOT_FOUND;
	return rc;
}

static void tenant_from_row(const struct db_rows *rows, struct tenant_row *out)
{
	out->id.u = db_get_id(rows, 0);
	copy_text(out->name, sizeof(out->name), db_get_text(rows, 1));
	out->disabled = db_get_int(rows, 2) != 0;
}

enum rc tenant_insert(struct db *db, const struct tenant_row *row, int64_t now_s)
{
	return db_exec(db, sql[ST_TENANT_INSERT],
		DB_ARGS(db_id(&row->id.u), db_text(row->name), db_int(row->disabled),
			db_int(now_s)),
		NULL);
}

enum rc tenant_find(struct db *db, const char *name, struct tenant_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_TENANT_FIND], DB_ARGS(db_text(name)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		tenant_from_row(rows, out);
	db_rows_free(rows);
	return rc;
}

enum rc tenant_list(struct db *db, struct tenant_row **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_TENANT_LIST], DB_NO_ARGS, &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows))
		tenant_from_row(rows, &(*out)[(*n)++]);
	db_rows_free(rows);
	return rc;
}

enum rc user_insert(struct db *db, const struct user_row *row, int64_t now_s)
{
	return db_exec(db, sql[ST_USER_INSERT],
		DB_ARGS(db_id(&row->id.u), db_text(row->email), db_text(row->name),
			db_int(row->disabled), db_int(now_s)),
		NULL);
}

enum rc user_find(struct db *db, const char *email, struct user_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_USER_FIND], DB_ARGS(db_text(email)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		out->id.u = db_get_id(rows, 0);
		copy_text(out->email, sizeof(out->email), db_get_text(rows, 1));
		copy_text(out->name, sizeof(out->name), db_get_text(rows, 2));
		copy_text(out->password_hash, sizeof(out->password_hash), db_get_text(rows, 3));
		out->disabled = db_get_int(rows, 4) != 0;
	}
	db_rows_free(rows);
	return rc;
}

enum rc user_set_password(struct db *db, const struct user_id *id, const char *hash)
{
	return exec_one(db, sql[ST_USER_PASSWORD], DB_ARGS(db_text(hash), db_id(&id->u)));
}

enum rc user_set_language(struct db *db, const struct user_id *id, const char *language)
{
	return db_exec(db, sql[ST_USER_LANGUAGE], DB_ARGS(db_text(language), db_id(&id->u)), NULL);
}

enum rc user_set_disabled(struct db *db, const struct user_id *id, bool disabled)
{
	return db_exec(db, sql[ST_USER_DISABLED], DB_ARGS(db_int(disabled), db_id(&id->u)), NULL);
}

enum rc member_insert(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const char *role, int64_t now_s)
{
	return db_exec(db, sql[ST_MEMBER_INSERT],
		DB_ARGS(db_id(&tenant->u), db_id(&user->u), db_text(role), db_int(now_s)), NULL);
}

enum rc member_role(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	char out[ROLE_WORD_SIZE])
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(
		db, sql[ST_MEMBER_ROLE], DB_ARGS(db_id(&tenant->u), db_id(&user->u)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		copy_text(out, ROLE_WORD_SIZE, db_get_text(rows, 0));
	db_rows_free(rows);
	return rc;
}

/* Looked for first: an update to the role that is there already changes no row. */
enum rc member_set_role(
	struct db *db, const struct tenant_id *tenant, const struct user_id *user, const char *role)
{
	char now[ROLE_WORD_SIZE];
	enum rc rc = member_role(db, tenant, user, now);

	if (rc != RC_OK)
		return rc;
	return db_exec(db, sql[ST_MEMBER_SET_ROLE],
		DB_ARGS(db_text(role), db_id(&tenant->u), db_id(&user->u)), NULL);
}

enum rc member_delete(struct db *db, const struct tenant_id *tenant, const struct user_id *user)
{
	return exec_one(db, sql[ST_MEMBER_DELETE], DB_ARGS(db_id(&tenant->u), db_id(&user->u)));
}

enum rc member_list(
	struct db *db, const struct tenant_id *tenant, struct member_row **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_MEMBER_LIST], DB_ARGS(db_id(&tenant->u)), &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows)) {
		struct member_row *m = &(*out)[(*n)++];

		m->user.u = db_get_id(rows, 0);
		copy_text(m->email, sizeof(m->email), db_get_text(rows, 1));
		copy_text(m->name, sizeof(m->name), db_get_text(rows, 2));
		copy_text(m->role, sizeof(m->role), db_get_text(rows, 3));
		m->since_s = db_get_int(rows, 4);
	}
	db_rows_free(rows);
	return rc;
}

enum rc member_first_tenant(struct db *db, const struct user_id *user, struct tenant_id *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_MEMBER_FIRST], DB_ARGS(db_id(&user->u)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		out->u = db_get_id(rows, 0);
	db_rows_free(rows);
	return rc;
}

enum rc code_replace(struct db *db, const struct user_id *user, const unsigned char hash[HASH_SIZE],
	int64_t expires_at_s)
{
	return db_exec(db, sql[ST_CODE_REPLACE],
		DB_ARGS(db_id(&user->u), db_bytes(hash, HASH_SIZE), db_int(expires_at_s)), NULL);
}

enum rc code_consume(struct db *db, const struct user_id *user, const unsigned char hash[HASH_SIZE],
	int64_t now_s)
{
	return exec_one(db, sql[ST_CODE_CONSUME],
		DB_ARGS(db_id(&user->u), db_bytes(hash, HASH_SIZE), db_int(now_s)));
}
