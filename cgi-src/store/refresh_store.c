/* SPDX-License-Identifier: Apache-2.0 */
#include "store/refresh_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_DUE,
	ST_CLAIM,
	ST_CLAIMED,
	ST_CLAIMED_BY,
	ST_COMMIT,
	ST_COMMIT_LATE,
	ST_LATE,
	ST_STATE,
	ST_FAIL,
	ST_ABANDON,
	ST_ABANDON_OWNER,
	ST_HELD,
	ST_POSTPONE,
	ST_RECALL,
	ST_HURRY,
	ST_RESET,
	ST_PIN,
};

/* What every step after the claim requires. */
#define LEASE_HOLDS                                                                                \
	" WHERE tenant_id = ? AND id = ? AND lease_owner = ? AND lease_fence = ? AND secret_rev "  \
	"= ?"

/* From left to right: what compares with secret_rev stands before it grows. Here and below: what was disabled during
 * the renewal stays so, and keeps what the renewal brought. */
#define COMMIT                                                                                     \
	"UPDATE provider_credentials SET encrypted_credentials = ?, encrypted_profile = ?,"        \
	" forced_rev = IF(rejected_rev = secret_rev, secret_rev + 1, forced_rev),"                 \
	" secret_rev = secret_rev + 1, expires_at = ?, refreshable = ?,"                           \
	" state_since = IF(state IN ('active', 'disabled'), state_since, ?),"                      \
	" state = IF(state = 'disabled', state, 'active'), state_reason = '',"                     \
	" failures = 0, unanswered_rev = 0,"                                                       \
	" refresh_due_at = IF(state = 'disabled', NULL, ?), refreshed_at = ?, lease_owner = NULL"

static const char *const sql[] = {
	/* cross-tenant: the schedule serves all tenants; a row names its own */
	[ST_DUE] = "SELECT tenant_id, id, refresh_due_at, client_id, plugin_id, provider"
		   " FROM provider_credentials WHERE refresh_due_at BETWEEN ? AND ?"
		   " AND (refresh_due_at > ? OR tenant_id > ? OR (tenant_id = ? AND id > ?))"
		   " AND lease_owner IS NULL ORDER BY refresh_due_at, tenant_id, id LIMIT ?",
	[ST_CLAIM] =
		"UPDATE provider_credentials SET lease_owner = ?, lease_fence = lease_fence + 1,"
		" lease_rev = secret_rev WHERE tenant_id = ? AND id = ? AND lease_owner IS NULL"
		" AND refresh_due_at <= ?",
	[ST_CLAIMED] = "SELECT lease_fence, lease_rev, unanswered_rev = secret_rev"
		       " FROM provider_credentials"
		       " WHERE tenant_id = ? AND id = ? AND lease_owner = ?",
	/* cross-tenant: the leases of one process */
	[ST_CLAIMED_BY] =
		"SELECT lease_fence, lease_rev, unanswered_rev = secret_rev, tenant_id, id"
		" FROM provider_credentials WHERE lease_owner = ?",
	[ST_COMMIT] = COMMIT LEASE_HOLDS,
	[ST_COMMIT_LATE] = COMMIT " WHERE tenant_id = ? AND id = ? AND lease_owner IS NULL"
				  " AND secret_rev = ?",
	[ST_LATE] = "SELECT state, lease_owner IS NULL FROM provider_credentials"
		    " WHERE tenant_id = ? AND id = ? AND secret_rev = ? FOR UPDATE",
	[ST_STATE] = "SELECT state FROM provider_credentials WHERE tenant_id = ? AND id = ?"
		     " FOR UPDATE",
	[ST_FAIL] = "UPDATE provider_credentials SET"
		    " state_since = IF(state IN (?, 'disabled'), state_since, ?),"
		    " state = IF(state = 'disabled', state, ?),"
		    " state_reason = IF(state = 'disabled', state_reason, ?),"
		    " failures = IF(?, failures + 1, 0),"
		    " unanswered_rev = IF(?, secret_rev, unanswered_rev),"
		    " refresh_due_at = IF(state = 'disabled', NULL, ?),"
		    " lease_owner = NULL" LEASE_HOLDS,
	[ST_ABANDON] = "UPDATE provider_credentials SET lease_owner = NULL,"
		       " unanswered_rev = lease_rev" LEASE_HOLDS,
	/* cross-tenant: what a dead process held, whoever's it is */
	[ST_ABANDON_OWNER] = "UPDATE provider_credentials SET lease_owner = NULL,"
			     " unanswered_rev = lease_rev WHERE lease_owner = ?",
	/* cross-tenant: leases of processes that may be dead */
	[ST_HELD] = "SELECT tenant_id, id, lease_owner, lease_fence, lease_rev"
		    " FROM provider_credentials WHERE lease_owner IS NOT NULL",
	/* cross-tenant: a client of the installation serves all tenants */
	[ST_POSTPONE] = "UPDATE provider_credentials SET refresh_due_at = ? + FLOOR(RAND() * ?),"
			" state_reason = IF(state = 'active', ?, state_reason),"
			" failures = GREATEST(failures, 1)"
			" WHERE client_id = ? AND refresh_due_at <= ? AND lease_owner IS NULL"
			" ORDER BY refresh_due_at LIMIT ?",
	/* cross-tenant: a clock was wrong for everybody */
	[ST_RECALL] = "UPDATE provider_credentials SET refresh_due_at = ? + FLOOR(RAND() * ?)"
		      " WHERE refresh_due_at > ? ORDER BY refresh_due_at DESC LIMIT ?",
	/* 0 comes before all that is due by itself. What was put off after a failure stays so (C4). A token that
	 * lives shorter than the interval is not renewed more often than that. */
	[ST_HURRY] = "UPDATE provider_credentials SET refresh_due_at = 0"
		     " WHERE tenant_id = ? AND id = ? AND secret_rev = ? AND refresh_due_at > 0"
		     " AND (failures = 0 OR refresh_due_at <= ?)"
		     " AND COALESCE(expires_at BETWEEN refreshed_at AND refreshed_at + ?"
		     " AND refreshed_at BETWEEN ? AND ?, 0) = 0",
	[ST_RESET] = "UPDATE provider_credentials SET state = 'active', state_reason = '',"
		     " state_since = ?, failures = 0, unanswered_rev = 0, rejected_rev = 0,"
		     " forced_rev = 0, refreshed_at = ?, refresh_due_at = ?, lease_owner = NULL"
		     " WHERE tenant_id = ? AND id = ?",
	/* The fence grows only so that the row is changed, and with that ours until the transaction ends. */
	[ST_PIN] = "UPDATE provider_credentials SET lease_fence = lease_fence + 1"
		   " WHERE tenant_id = ? AND id = ? AND secret_rev = ? AND lease_owner IS NULL"
		   " AND (? = 0 OR (state = 'active' AND unanswered_rev <> secret_rev"
		   " AND rejected_rev <> secret_rev))",
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

enum rc refresh_due_list(struct db *db, int64_t now_s, const struct refresh_due *after,
	int64_t limit, struct refresh_due **out, size_t *n)
{
	static const struct refresh_due beginning = {.due_at_s = INT64_MIN};
	struct db_rows *rows = NULL;
	enum rc rc;

	if (!after)
		after = &beginning;
	rc = db_query(db, sql[ST_DUE],
		DB_ARGS(db_int(after->due_at_s), db_int(now_s), db_int(after->due_at_s),
			db_id(&after->tenant.u), db_id(&after->tenant.u), db_id(&after->id.u),
			db_int(limit)),
		&rows);
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
		due->due_at_s = db_get_int(rows, 2);
		due->client_id = db_get_id(rows, 3);
		TEXT_COPY(due->plugin_id, db_get_text(rows, 4));
		TEXT_COPY(due->provider, db_get_text(rows, 5));
	}
	db_rows_free(rows);
	return rc;
}

static enum rc claim(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct uuid *owner, int64_t now_s)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_CLAIM],
		DB_ARGS(db_id(owner), db_id(&tenant->u), db_id(&id->u), db_int(now_s)), &affected);

	return rc == RC_OK && affected == 0 ? RC_NOT_FOUND : rc; /* somebody else was faster */
}

static struct refresh_lease lease_of(const struct uuid *owner, const struct db_rows *rows)
{
	return (struct refresh_lease){*owner, (uint64_t)db_get_int(rows, 0),
		(uint64_t)db_get_int(rows, 1), db_get_int(rows, 2) != 0};
}

enum rc refresh_claim(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct uuid *owner, int64_t now_s, struct refresh_lease *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = claim(db, tenant, id, owner, now_s);

	if (rc == RC_OK)
		rc = db_query(db, sql[ST_CLAIMED],
			DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_id(owner)), &rows);
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND; /* deleted since */
	if (rc == RC_OK)
		*out = lease_of(owner, rows);
	db_rows_free(rows);
	return rc;
}

static bool is_row_of(const struct db_rows *rows, const struct refresh_due *due)
{
	struct uuid tenant = db_get_id(rows, 3), id = db_get_id(rows, 4);

	return uuid_equal(&id, &due->id.u) && uuid_equal(&tenant, &due->tenant.u);
}

enum rc refresh_claim_all(struct db *db, const struct uuid *owner, int64_t now_s,
	const struct refresh_due *const *due, size_t n, struct refresh_lease *out, bool *claimed)
{
	struct db_rows *rows = NULL;
	enum rc rc = RC_OK;

	memset(out, 0, n * sizeof(*out));
	memset(claimed, 0, n * sizeof(*claimed)); /* of those that an error leaves out too */
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		rc = claim(db, &due[i]->tenant, &due[i]->id, owner, now_s);
		claimed[i] = rc == RC_OK;
		if (rc == RC_NOT_FOUND)
			rc = RC_OK;
	}
	if (rc == RC_OK) /* with them come those that it claimed before */
		rc = db_query(db, sql[ST_CLAIMED_BY], DB_ARGS(db_id(owner)), &rows);
	while (rc == RC_OK && db_next(rows))
		for (size_t i = 0; i < n; i++)
			if (claimed[i] && is_row_of(rows, due[i]))
				out[i] = lease_of(owner, rows);
	for (size_t i = 0; i < n; i++) /* a fence is never 0 after a claim; that row is gone */
		claimed[i] = claimed[i] && out[i].fence != 0;
	db_rows_free(rows);
	return rc;
}

#define COMMIT_ARGS(row, due_at_s, now_s)                                                          \
	db_bytes((row)->credentials.data, (row)->credentials.len),                                 \
		db_bytes((row)->profile.data, (row)->profile.len),                                 \
		(row)->expires ? db_int((row)->expires_at_s) : db_null(),                          \
		db_int((row)->refreshable), db_int(now_s), time_or_null(due_at_s), db_int(now_s)

/* The revision that was renewed is still there, and nobody has its lease: was says how it is. */
static enum rc look_late(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, const struct refresh_lease *lease,
	char was[REFRESH_STATE_SIZE])
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LATE],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_int((int64_t)lease->rev)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_CONFLICT;
	else if (rc == RC_OK && !db_get_int(rows, 1))
		rc = RC_TIMEOUT;
	if (rc == RC_OK)
		text_copy(was, REFRESH_STATE_SIZE, db_get_text(rows, 0));
	db_rows_free(rows);
	return rc;
}

enum rc refresh_commit(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, const struct refresh_lease *lease, int64_t due_at_s,
	int64_t now_s, char was[REFRESH_STATE_SIZE])
{
	enum rc rc = exec_held(db, sql[ST_COMMIT],
		DB_ARGS(COMMIT_ARGS(row, due_at_s, now_s), LEASE_ARGS(tenant, &row->id, lease)));

	was[0] = '\0';
	if (rc != RC_CONFLICT)
		return rc;
	rc = look_late(db, tenant, &row->id, lease, was);
	return rc == RC_OK ? exec_held(db, sql[ST_COMMIT_LATE],
				     DB_ARGS(COMMIT_ARGS(row, due_at_s, now_s), db_id(&tenant->u),
					     db_id(&row->id.u), db_int((int64_t)lease->rev)))
			   : rc;
}

enum rc refresh_state(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	char out[REFRESH_STATE_SIZE])
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_STATE], DB_ARGS(db_id(&tenant->u), db_id(&id->u)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		text_copy(out, REFRESH_STATE_SIZE, db_get_text(rows, 0));
	db_rows_free(rows);
	return rc;
}

enum rc refresh_fail(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, const struct refresh_failure *failure, int64_t now_s)
{
	return exec_held(db, sql[ST_FAIL],
		DB_ARGS(db_text(failure->state), db_int(now_s), db_text(failure->state),
			db_text(failure->reason), db_int(failure->counts),
			db_int(failure->unanswered), time_or_null(failure->due_at_s),
			LEASE_ARGS(tenant, id, lease)));
}

enum rc refresh_abandon(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, const struct refresh_lease *lease)
{
	return exec_held(db, sql[ST_ABANDON], DB_ARGS(LEASE_ARGS(tenant, id, lease)));
}

enum rc refresh_abandon_owner(struct db *db, const struct uuid *owner)
{
	return db_exec(db, sql[ST_ABANDON_OWNER], DB_ARGS(db_id(owner)), NULL);
}

enum rc refresh_postpone(struct db *db, const struct uuid *client_id, const char *reason,
	int64_t from_s, int64_t spread_s, int64_t now_s)
{
	return db_exec(db, sql[ST_POSTPONE],
		DB_ARGS(db_int(from_s), db_int(spread_s), db_text(reason), db_id(client_id),
			db_int(now_s), db_int(REFRESH_POSTPONE_MAX)),
		NULL);
}

enum rc refresh_recall(struct db *db, int64_t latest_s, int64_t spread_s, int64_t now_s)
{
	return db_exec(db, sql[ST_RECALL],
		DB_ARGS(db_int(now_s), db_int(spread_s), db_int(latest_s),
			db_int(REFRESH_POSTPONE_MAX)),
		NULL);
}

enum rc refresh_hurry(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	uint64_t rev, int64_t now_s)
{
	return db_exec(db, sql[ST_HURRY],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_int((int64_t)rev), db_int(now_s),
			db_int(REFRESH_INTERVAL_MIN_S), db_int(now_s - REFRESH_INTERVAL_MIN_S),
			db_int(now_s)),
		NULL);
}

enum rc refresh_reset(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	int64_t due_at_s, int64_t now_s)
{
	return db_exec(db, sql[ST_RESET],
		DB_ARGS(db_int(now_s), db_int(now_s), time_or_null(due_at_s), db_id(&tenant->u),
			db_id(&id->u)),
		NULL);
}

enum rc refresh_pin(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	uint64_t rev, bool works)
{
	return exec_held(db, sql[ST_PIN],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_int((int64_t)rev), db_int(works)));
}

enum rc refresh_held_list(struct db *db,
	void (*visit)(const struct tenant_id *tenant, const struct credential_id *id,
		const struct refresh_lease *lease, void *arg),
	void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_HELD], DB_NO_ARGS, &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct tenant_id tenant = {db_get_id(rows, 0)};
		struct credential_id id = {db_get_id(rows, 1)};
		struct refresh_lease lease = {db_get_id(rows, 2), (uint64_t)db_get_int(rows, 3),
			(uint64_t)db_get_int(rows, 4), false};

		visit(&tenant, &id, &lease, arg);
	}
	db_rows_free(rows);
	return rc;
}
