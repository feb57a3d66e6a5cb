/* SPDX-License-Identifier: Apache-2.0 */
#include "store/refresh_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_DUE,
	ST_NEXT_DUE,
	ST_CLAIM,
	ST_CLAIMED,
	ST_COMMIT,
	ST_FAIL,
	ST_RELEASE,
	ST_RELEASE_OWNER,
	ST_HURRY,
	ST_RESET,
	ST_HELD,
};

/* What every step after the claim requires. */
#define LEASE_HOLDS                                                                                \
	" WHERE tenant_id = ? AND id = ? AND lease_owner = ? AND lease_fence = ? AND secret_rev "  \
	"= ?"

static const char *const sql[] = {
	/* cross-tenant: the schedule serves all tenants; a row names its own */
	[ST_DUE] = "SELECT tenant_id, id, plugin_id, provider FROM datasource_providers"
		   " WHERE refresh_due_at <= ? AND lease_owner IS NULL"
		   " ORDER BY refresh_due_at LIMIT ?",
	/* cross-tenant: as above */
	[ST_NEXT_DUE] = "SELECT refresh_due_at FROM datasource_providers"
			" WHERE refresh_due_at IS NOT NULL AND lease_owner IS NULL"
			" ORDER BY refresh_due_at LIMIT 1",
	[ST_CLAIM] =
		"UPDATE datasource_providers SET lease_owner = ?, lease_fence = lease_fence + 1,"
		" lease_rev = secret_rev WHERE tenant_id = ? AND id = ? AND lease_owner IS NULL"
		" AND refresh_due_at IS NOT NULL",
	[ST_CLAIMED] = "SELECT lease_fence, lease_rev FROM datasource_providers"
		       " WHERE tenant_id = ? AND id = ? AND lease_owner = ?",
	[ST_COMMIT] = "UPDATE datasource_providers SET encrypted_credentials = ?,"
		      " encrypted_profile = ?, secret_rev = secret_rev + 1, expires_at = ?,"
		      " refreshable = ?, state_since = IF(state = 'active', state_since, ?),"
		      " state = 'active', state_reason = '', failures = 0, refresh_due_at = ?,"
		      " refreshed_at = ?, lease_owner = NULL" LEASE_HOLDS,
	[ST_FAIL] = "UPDATE datasource_providers SET state_since = IF(state = ?, state_since, ?),"
		    " state = ?, state_reason = ?, failures = failures + 1, refresh_due_at = ?,"
		    " lease_owner = NULL" LEASE_HOLDS,
	[ST_RELEASE] = "UPDATE datasource_providers SET lease_owner = NULL" LEASE_HOLDS,
	/* cross-tenant: what a dead process held, whoever's it is */
	[ST_RELEASE_OWNER] = "UPDATE datasource_providers SET lease_owner = NULL"
			     " WHERE lease_owner = ?",
	[ST_HURRY] = "UPDATE datasource_providers SET refresh_due_at = ?"
		     " WHERE tenant_id = ? AND id = ? AND secret_rev = ?"
		     " AND refresh_due_at > ?",
	[ST_RESET] = "UPDATE datasource_providers SET state = 'active', state_reason = '',"
		     " state_since = ?, failures = 0, refresh_due_at = ?, lease_owner = NULL"
		     " WHERE tenant_id = ? AND id = ?",
	/* cross-tenant: leases of processes that may be dead */
	[ST_HELD] = "SELECT tenant_id, id, lease_owner, lease_fence, lease_rev"
		    " FROM datasource_providers WHERE lease_owner IS NOT NULL AND lease_owner <> ?",
};

#define LEASE_ARGS(tenant, id, lease)                                                              \
	db_id(&(tenant)->u), db_id(&(id)->u), db_id(&(lease)->owner),                              \
		db_int((int64_t)(lease)->fence), db_int((int64_t)(lease)->rev)

static struct db_value time_or_null(int64_t at_s)
{
	return at_s ? db_int(at_s) : db_null();
}

static enum rc exec_held(struct db *db, const char *text, const struct db_value *args, size_t n)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? RC_CONFLICT : rc;
}

enum rc refresh_due_list(
	struct db *db, int64_t now_s, int64_t limit, struct refresh_due **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_DUE], DB_ARGS(db_int(now_s), db_int(limit)), &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows)) {
		struct refresh_due *due = &(*out)[(*n)++];

		due->tenant.u = db_get_id(rows, 0);
		due->id.u = db_get_id(rows, 1);
		TEXT_COPY(due->plugin_id, db_get_text(rows, 2));
		TEXT_COPY(due->provider, db_get_text(rows, 3));
	}
	db_rows_free(rows);
	return rc;
}

enum rc refresh_next_due(struct db *db, int64_t *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_NEXT_DUE], DB_NO_ARGS, &rows);

	*out = 0;
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		*out = db_get_int(rows, 0);
	db_rows_free(rows);
	return rc;
}

enum rc refresh_claim(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct uuid *owner, struct refresh_lease *out)
{
	struct db_rows *rows = NULL;
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_CLAIM],
		DB_ARGS(db_id(owner), db_id(&tenant->u), db_id(&id->u)), &affected);

	if (rc == RC_RETRY || (rc == RC_OK && affected == 0))
		return RC_NOT_FOUND; /* somebody else was faster */
	if (rc == RC_OK)
		rc = db_query(db, sql[ST_CLAIMED],
			DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_id(owner)), &rows);
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND; /* deleted since */
	if (rc == RC_OK)
		*out = (struct refresh_lease){
			*owner, (uint64_t)db_get_int(rows, 0), (uint64_t)db_get_int(rows, 1)};
	db_rows_free(rows);
	return rc;
}

enum rc refresh_commit(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, const struct refresh_lease *lease, int64_t due_at_s,
	int64_t now_s)
{
	return exec_held(db, sql[ST_COMMIT],
		DB_ARGS(db_bytes(row->credentials.data, row->credentials.len),
			db_bytes(row->profile.data, row->profile.len),
			row->expires ? db_int(row->expires_at_s) : db_null(),
			db_int(row->refreshable), db_int(now_s), time_or_null(due_at_s),
			db_int(now_s), LEASE_ARGS(tenant, &row->id, lease)));
}

enum rc refresh_fail(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, const char *state, const char *reason, int64_t due_at_s,
	int64_t now_s)
{
	return exec_held(db, sql[ST_FAIL],
		DB_ARGS(db_text(state), db_int(now_s), db_text(state), db_text(reason),
			time_or_null(due_at_s), LEASE_ARGS(tenant, id, lease)));
}

enum rc refresh_release(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, const struct refresh_lease *lease)
{
	return exec_held(db, sql[ST_RELEASE], DB_ARGS(LEASE_ARGS(tenant, id, lease)));
}

enum rc refresh_release_owner(struct db *db, const struct uuid *owner)
{
	return db_exec(db, sql[ST_RELEASE_OWNER], DB_ARGS(db_id(owner)), NULL);
}

enum rc refresh_hurry(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	uint64_t rev, int64_t now_s)
{
	return db_exec(db, sql[ST_HURRY],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(&id->u), db_int((int64_t)rev),
			db_int(now_s)),
		NULL);
}

enum rc refresh_reset(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	int64_t due_at_s, int64_t now_s)
{
	return db_exec(db, sql[ST_RESET],
		DB_ARGS(db_int(now_s), time_or_null(due_at_s), db_id(&tenant->u), db_id(&id->u)),
		NULL);
}

enum rc refresh_held_list(struct db *db, const struct uuid *owner,
	void (*visit)(const struct tenant_id *tenant, const struct credential_id *id,
		const struct refresh_lease *lease, void *arg),
	void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_HELD], DB_ARGS(db_id(owner)), &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct tenant_id tenant = {db_get_id(rows, 0)};
		struct credential_id id = {db_get_id(rows, 1)};
		struct refresh_lease lease = {db_get_id(rows, 2), (uint64_t)db_get_int(rows, 3),
			(uint64_t)db_get_int(rows, 4)};

		visit(&tenant, &id, &lease, arg);
	}
	db_rows_free(rows);
	return rc;
}
