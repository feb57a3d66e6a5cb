/* SPDX-License-Identifier: Apache-2.0 */
#include "store/audit_store.h"

enum { ST_INSERT };

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO audit_events (id, tenant_id, at_us, actor_id, action, object,"
		      " result, request_id, peer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
};

enum rc audit_insert(struct db *db, const struct audit_row *row)
{
	struct uuid id = uuid_random();
	bool known = !uuid_is_zero(&row->actor.u);

	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&id), db_id(&row->tenant.u), db_int(row->at_us),
			db_id(known ? &row->actor.u : NULL), db_text(row->action),
			db_text(row->object), db_text(row->result), db_text(row->request_id),
			db_text(row->peer)),
		NULL);
}
