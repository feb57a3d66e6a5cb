/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit_store.h"

enum { ST_INSERT };

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO audit_events (id, tenant_id, at_us, actor_id, action, object,"
		      " result, request_id, peer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
};

enum { COLUMNS = 9 };

static void args_of(const struct audit_row *row, const struct uuid *id, struct db_value *args)
{
	bool known = !uuid_is_zero(&row->actor.u);

	args[0] = db_id(id);
	args[1] = db_id(&row->tenant.u);
	args[2] = db_int(row->at_us);
	args[3] = db_id(known ? &row->actor.u : NULL);
	args[4] = db_text(row->action);
	args[5] = db_text(row->object);
	args[6] = db_text(row->result);
	args[7] = db_text(row->request_id);
	args[8] = db_text(row->peer);
}

enum rc audit_insert(struct db *db, const struct audit_row *rows, size_t n)
{
	struct uuid ids[DB_ROWS_MAX];
	struct db_value args[DB_ROWS_MAX * COLUMNS];

	if (n > DB_ROWS_MAX)
		return RC_LIMIT;
	for (size_t i = 0; i < n; i++) {
		ids[i] = uuid_random();
		args_of(&rows[i], &ids[i], &args[i * COLUMNS]);
	}
	return db_exec_rows(db, sql[ST_INSERT], args, n * COLUMNS, n);
}
