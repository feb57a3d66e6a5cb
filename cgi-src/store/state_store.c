/* SPDX-License-Identifier: Apache-2.0 */
#include "store/state_store.h"

#include <string.h>

enum {
	ST_SWITCH,
	ST_MOVE,
	ST_TEST_CLAIM,
	ST_CLIENT_SAVED,
	ST_SYSTEM_CLIENT_SAVED,
};

/* Assignments are made from left to right: state_since before state. What was refused and can be renewed is not handed
 * out again because it was switched off and on. */
static const char *const sql[] = {
	[ST_SWITCH] = "UPDATE provider_credentials SET state_since = ?, state = ?,"
		      " state_reason = '', failures = 0,"
		      " rejected_rev = IF(refreshable, rejected_rev, 0), refresh_due_at = ?,"
		      " version = version + 1, changed_by = ?, updated_at = ?"
		      " WHERE tenant_id = ? AND id = ? AND version = ? AND state = ?",
	[ST_MOVE] = "UPDATE provider_credentials SET state_since = ?, state = ?,"
		    " state_reason = ?, failures = 0, refresh_due_at = ?,"
		    " rejected_rev = IF(? = 'active', 0, rejected_rev)"
		    " WHERE tenant_id = ? AND id = ? AND secret_rev = ? AND state = ?",
	[ST_TEST_CLAIM] = "UPDATE provider_credentials SET tested_at = ?"
			  " WHERE tenant_id = ? AND id = ? AND tested_at <= ?",
	[ST_CLIENT_SAVED] = "UPDATE provider_credentials SET refresh_due_at = ?"
			    " WHERE tenant_id = ? AND client_id = ? AND state = 'client_error'",
	/* cross-tenant: the operator's client serves all tenants */
	[ST_SYSTEM_CLIENT_SAVED] = "UPDATE provider_credentials SET refresh_due_at = ?"
				   " WHERE client_id = ? AND client_source = 'system'"
				   " AND state = 'client_error'",
};

static struct db_value time_or_null(int64_t at_s)
{
	return at_s ? db_int(at_s) : db_null();
}

static enum rc exec_one(
	struct db *db, const char *text, const struct db_value *args, size_t n, enum rc none)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? none : rc;
}

enum rc state_switch(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, bool on, const struct user_id *by, int64_t due_at_s,
	int64_t now_s)
{
	return exec_one(db, sql[ST_SWITCH],
		DB_ARGS(db_int(now_s), db_text(on ? "active" : "disabled"),
			time_or_null(on ? due_at_s : 0), db_id(&by->u), db_int(now_s),
			db_id(&tenant->u), db_id(&row->id.u), db_int((int64_t)row->version),
			db_text(row->state)),
		RC_NOT_FOUND);
}

enum rc state_move(struct db *db, const struct tenant_id *tenant, const struct credential_row *row,
	const char *to, const char *reason, int64_t due_at_s, int64_t now_s)
{
	return exec_one(db, sql[ST_MOVE],
		DB_ARGS(db_int(now_s), db_text(to), db_text(reason), time_or_null(due_at_s),
			db_text(to), db_id(&tenant->u), db_id(&row->id.u),
			db_int((int64_t)row->secret_rev), db_text(row->state)),
		RC_NOT_FOUND);
}

enum rc state_test_claim(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, int64_t now_s, int64_t pause_s)
{
	return exec_one(db, sql[ST_TEST_CLAIM],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(&id->u), db_int(now_s - pause_s)),
		RC_LIMIT);
}

enum rc state_client_saved(struct db *db, const struct tenant_id *tenant,
	const struct uuid *client_id, int64_t now_s, uint64_t *affected)
{
	if (!tenant)
		return db_exec(db, sql[ST_SYSTEM_CLIENT_SAVED],
			DB_ARGS(db_int(now_s), db_id(client_id)), affected);
	return db_exec(db, sql[ST_CLIENT_SAVED],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(client_id)), affected);
}
