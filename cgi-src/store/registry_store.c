/* SPDX-License-Identifier: Apache-2.0 */
#include "store/registry_store.h"

enum { ST_LOAD, ST_REPLACE };

static const char *const sql[] = {
	[ST_LOAD] = "SELECT document FROM runtime_registry WHERE tenant_id = ?",
	[ST_REPLACE] = "INSERT INTO runtime_registry (tenant_id, document, updated_at)"
		       " VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE"
		       " document = VALUES(document), updated_at = VALUES(updated_at)",
};

enum rc registry_row_load(struct db *db, const struct tenant_id *tenant, struct secret *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LOAD], DB_ARGS(db_id(&tenant->u)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		size_t len;
		const void *p = db_get_bytes(rows, 0, &len);

		rc = secret_set(out, p, len);
	}
	db_rows_free(rows);
	return rc;
}

enum rc registry_row_replace(
	struct db *db, const struct tenant_id *tenant, const struct secret *document, int64_t now_s)
{
	return db_exec(db, sql[ST_REPLACE],
		DB_ARGS(db_id(&tenant->u), db_bytes(document->bytes, document->len), db_int(now_s)),
		NULL);
}
