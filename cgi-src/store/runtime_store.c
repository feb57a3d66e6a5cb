/* SPDX-License-Identifier: Apache-2.0 */
#include "store/runtime_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_INSERT,
	ST_LIST,
	ST_DELETE,
	ST_TOUCH,
	ST_FIND_DEFAULT,
	ST_FIND_ID,
	ST_FIND_NAME,
};

#define TOUCH_EVERY_S 60

#define FIND_ROWS                                                                                  \
	"SELECT k.id, k.tenant_id, k.providers, k.expires_at, k.last_used_at, c.id, c.name,"       \
	" c.auth_type, c.encrypted_credentials, c.encrypted_profile, c.secret_rev, c.expires_at,"  \
	" c.refreshable, c.state, c.state_reason FROM runtime_keys k"                              \
	" JOIN tenants t ON t.id = k.tenant_id AND t.disabled = 0"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO runtime_keys (tenant_id, id, name, key_hash, providers,"
		      " expires_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_LIST] = "SELECT id, name, providers, expires_at, last_used_at, created_at"
		    " FROM runtime_keys WHERE tenant_id = ? ORDER BY name",
	[ST_DELETE] = "DELETE FROM runtime_keys WHERE tenant_id = ? AND id = ?",
	[ST_TOUCH] = "UPDATE runtime_keys SET last_used_at = ? WHERE tenant_id = ? AND id = ?"
		     " AND (last_used_at IS NULL OR last_used_at <= ?)",
	/* cross-tenant: a key is found by its hash alone; what is joined belongs to its tenant */
	[ST_FIND_DEFAULT] = FIND_ROWS " LEFT JOIN datasource_provider_defaults d"
				      " ON d.tenant_id = k.tenant_id AND d.plugin_id = ?"
				      " AND d.provider = ? LEFT JOIN datasource_providers c"
				      " ON c.tenant_id = k.tenant_id AND c.id = d.credential_id"
				      " WHERE k.key_hash = ?",
	/* cross-tenant: as above */
	[ST_FIND_ID] = FIND_ROWS " LEFT JOIN datasource_providers c ON c.tenant_id = k.tenant_id"
				 " AND c.plugin_id = ? AND c.provider = ? AND c.id = ?"
				 " WHERE k.key_hash = ?",
	/* cross-tenant: as above */
	[ST_FIND_NAME] = FIND_ROWS " LEFT JOIN datasource_providers c ON c.tenant_id = k.tenant_id"
				   " AND c.plugin_id = ? AND c.provider = ? AND c.name = ?"
				   " WHERE k.key_hash = ?",
};

#define COPY_TEXT(to, col) TEXT_COPY(to, db_get_text(rows, col))

enum rc runtime_key_insert(struct db *db, const struct runtime_key_row *row)
{
	bool by_person = !uuid_is_zero(&row->created_by.u);

	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&row->tenant.u), db_id(&row->id), db_text(row->name),
			db_bytes(row->hash, HASH_SIZE), db_text(row->providers),
			row->expires ? db_int(row->expires_at_s) : db_null(),
			db_id(by_person ? &row->created_by.u : NULL), db_int(row->created_at_s)),
		NULL);
}

enum rc runtime_key_list(
	struct db *db, const struct tenant_id *tenant, struct runtime_key_row **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LIST], DB_ARGS(db_id(&tenant->u)), &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows)) {
		struct runtime_key_row *k = &(*out)[(*n)++];

		k->id = db_get_id(rows, 0);
		k->tenant = *tenant;
		COPY_TEXT(k->name, 1);
		COPY_TEXT(k->providers, 2);
		k->expires = !db_is_null(rows, 3);
		k->expires_at_s = db_get_int(rows, 3);
		k->last_used_at_s = db_get_int(rows, 4);
		k->created_at_s = db_get_int(rows, 5);
	}
	db_rows_free(rows);
	return rc;
}

enum rc runtime_key_delete(struct db *db, const struct tenant_id *tenant, const struct uuid *id)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_DELETE], DB_ARGS(db_id(&tenant->u), db_id(id)), &affected);

	return rc == RC_OK && affected == 0 ? RC_NOT_FOUND : rc;
}

enum rc runtime_key_touch(
	struct db *db, const struct tenant_id *tenant, const struct uuid *id, int64_t now_s)
{
	return db_exec(db, sql[ST_TOUCH],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(id), db_int(now_s - TOUCH_EVERY_S)),
		NULL);
}

static enum rc find_query(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, struct db_rows **out)
{
	struct db_value plugin = db_text(query->ref.plugin_id),
			provider = db_text(query->ref.provider);
	struct db_value hash = db_bytes(key_hash, HASH_SIZE);

	if (query->id)
		return db_query(db, sql[ST_FIND_ID],
			DB_ARGS(plugin, provider, db_id(&query->id->u), hash), out);
	if (query->name)
		return db_query(db, sql[ST_FIND_NAME],
			DB_ARGS(plugin, provider, db_text(query->name), hash), out);
	return db_query(db, sql[ST_FIND_DEFAULT], DB_ARGS(plugin, provider, hash), out);
}

static void key_from_row(const struct db_rows *rows, struct runtime_key_row *key)
{
	key->id = db_get_id(rows, 0);
	key->tenant.u = db_get_id(rows, 1);
	COPY_TEXT(key->providers, 2);
	key->expires = !db_is_null(rows, 3);
	key->expires_at_s = db_get_int(rows, 3);
	key->last_used_at_s = db_get_int(rows, 4);
}

static enum rc take_sealed(const struct db_rows *rows, unsigned col, struct buf *out)
{
	size_t len;
	const void *p = db_get_bytes(rows, col, &len);

	buf_init(out, VAULT_RECORD_MAX);
	buf_add(out, p, len);
	return buf_done(out);
}

static enum rc credential_from_find(const struct db_rows *rows, struct credential_row *row)
{
	enum rc rc;

	if (db_is_null(rows, 5))
		return RC_NOT_FOUND;
	row->id.u = db_get_id(rows, 5);
	COPY_TEXT(row->name, 6);
	COPY_TEXT(row->auth_type, 7);
	row->secret_rev = (uint64_t)db_get_int(rows, 10);
	row->expires = !db_is_null(rows, 11);
	row->expires_at_s = db_get_int(rows, 11);
	row->refreshable = db_get_int(rows, 12) != 0;
	COPY_TEXT(row->state, 13);
	COPY_TEXT(row->state_reason, 14);
	rc = take_sealed(rows, 8, &row->credentials);
	return rc == RC_OK ? take_sealed(rows, 9, &row->profile) : rc;
}

enum rc runtime_find(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, struct runtime_key_row *key, struct credential_row *row)
{
	struct db_rows *rows = NULL;
	enum rc rc = find_query(db, key_hash, query, &rows);

	memset(key, 0, sizeof(*key));
	memset(row, 0, sizeof(*row));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_DENIED;
	if (rc == RC_OK) {
		key_from_row(rows, key);
		rc = credential_from_find(rows, row);
	}
	db_rows_free(rows);
	return rc;
}
