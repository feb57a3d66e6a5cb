/* SPDX-License-Identifier: Apache-2.0 */
#include "store/schema_store.h"

enum { ST_PREPARE, ST_VERSION, ST_RECORD };

static const char *const sql[] = {
	[ST_PREPARE] = "CREATE TABLE IF NOT EXISTS schema_migrations ("
		       " version BIGINT NOT NULL, file VARCHAR(255) NOT NULL,"
		       " applied_at BIGINT NOT NULL, PRIMARY KEY (version)"
		       ") ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
	[ST_VERSION] = "SELECT COALESCE(MAX(version), 0) FROM schema_migrations",
	[ST_RECORD] = "INSERT INTO schema_migrations (version, file, applied_at) VALUES (?, ?, ?)",
};

enum rc schema_prepare(struct db *db)
{
	return db_exec(db, sql[ST_PREPARE], DB_NO_ARGS, NULL);
}

enum rc schema_version(struct db *db, int64_t *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_VERSION], DB_NO_ARGS, &rows);

	*out = rc == RC_OK && db_next(rows) ? db_get_int(rows, 0) : 0;
	db_rows_free(rows);
	return rc;
}

enum rc schema_record(struct db *db, int64_t version, const char *file, int64_t now_s)
{
	return db_exec(
		db, sql[ST_RECORD], DB_ARGS(db_int(version), db_text(file), db_int(now_s)), NULL);
}
