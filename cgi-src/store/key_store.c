/* SPDX-License-Identifier: Apache-2.0 */
#include "store/key_store.h"
#include "platform/text.h"

#include <stdio.h>
#include <string.h>

enum { ST_LOAD_NEWEST, ST_LOAD, ST_INSERT, ST_KEK_LOAD, ST_KEK_INSERT };

static const char *const sql[] = {
	[ST_LOAD_NEWEST] = "SELECT key_version, kek_id, wrapped_key FROM tenant_keys"
			   " WHERE tenant_id = ? ORDER BY key_version DESC LIMIT 1",
	[ST_LOAD] = "SELECT key_version, kek_id, wrapped_key FROM tenant_keys"
		    " WHERE tenant_id = ? AND key_version = ?",
	[ST_INSERT] = "INSERT INTO tenant_keys"
		      " (tenant_id, key_version, kek_id, wrapped_key, created_at)"
		      " VALUES (?, ?, ?, ?, ?)",
	[ST_KEK_LOAD] = "SELECT check_value FROM keks WHERE id = ?",
	[ST_KEK_INSERT] = "INSERT INTO keks (id, check_value, created_at) VALUES (?, ?, ?)",
};

static enum rc key_from_row(struct db_rows *rows, struct wrapped_key *out)
{
	const void *p;
	size_t len;

	if (!db_next(rows))
		return RC_NOT_FOUND;
	p = db_get_bytes(rows, 2, &len);
	if (len > sizeof(out->bytes))
		return RC_CRYPTO;
	memset(out, 0, sizeof(*out));
	out->version = (uint32_t)db_get_int(rows, 0);
	TEXT_COPY(out->kek_id, db_get_text(rows, 1));
	memcpy(out->bytes, p, len);
	out->len = len;
	return RC_OK;
}

enum rc key_load(
	struct db *db, const struct tenant_id *tenant, uint32_t version, struct wrapped_key *out)
{
	struct db_rows *rows = NULL;
	enum rc rc;

	if (version == 0)
		rc = db_query(db, sql[ST_LOAD_NEWEST], DB_ARGS(db_id(&tenant->u)), &rows);
	else
		rc = db_query(db, sql[ST_LOAD], DB_ARGS(db_id(&tenant->u), db_int(version)), &rows);
	if (rc == RC_OK)
		rc = key_from_row(rows, out);
	db_rows_free(rows);
	return rc;
}

enum rc key_insert(
	struct db *db, const struct tenant_id *tenant, const struct wrapped_key *key, int64_t now_s)
{
	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&tenant->u), db_int(key->version), db_text(key->kek_id),
			db_bytes(key->bytes, key->len), db_int(now_s)),
		NULL);
}

enum rc key_check_value_load(struct db *db, const char *kek_id, unsigned char out[16])
{
	struct db_rows *rows = NULL;
	enum rc rc;

	rc = db_query(db, sql[ST_KEK_LOAD], DB_ARGS(db_text(kek_id)), &rows);
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		size_t len;
		const void *p = db_get_bytes(rows, 0, &len);

		if (len == 16)
			memcpy(out, p, 16);
		else
			rc = RC_CRYPTO;
	}
	db_rows_free(rows);
	return rc;
}

enum rc key_check_value_insert(
	struct db *db, const char *kek_id, const unsigned char value[16], int64_t now_s)
{
	return db_exec(db, sql[ST_KEK_INSERT],
		DB_ARGS(db_text(kek_id), db_bytes(value, 16), db_int(now_s)), NULL);
}
