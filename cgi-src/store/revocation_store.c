/* SPDX-License-Identifier: Apache-2.0 */
#include "store/revocation_store.h"

#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum { ST_INSERT, ST_RECENT, ST_DUE, ST_CLAIM, ST_FINISH, ST_RETRY, ST_CLEAR };

/* What every step after the claim requires: nobody has counted another attempt since. */
#define STILL_MINE " WHERE tenant_id = ? AND id = ? AND attempts = ? AND state = 'queued'"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO revocations (tenant_id, id, plugin_id, provider, name,"
		      " encrypted_tokens, client_source, client_id, state, reason, due_at,"
		      " requested_by, created_at, finished_at)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_RECENT] = "SELECT tenant_id, id, plugin_id, provider, name, NULL, client_source,"
		      " client_id, state, reason, attempts, requested_by, created_at, finished_at"
		      " FROM revocations WHERE tenant_id = ? AND plugin_id = ? AND provider = ?"
		      " AND created_at >= ? ORDER BY created_at DESC LIMIT ?",
	/* cross-tenant: the work is done for all tenants; a row names its own */
	[ST_DUE] = "SELECT tenant_id, id, plugin_id, provider, name, encrypted_tokens,"
		   " client_source, client_id, state, reason, attempts, requested_by, created_at,"
		   " finished_at FROM revocations FORCE INDEX (revocation_due)"
		   " WHERE due_at <= ? AND tenant_id NOT IN (?, ?, ?, ?) ORDER BY due_at LIMIT ?",
	[ST_CLAIM] = "UPDATE revocations SET due_at = ?, attempts = attempts + 1" STILL_MINE
		     " AND due_at <= ?",
	[ST_FINISH] = "UPDATE revocations SET state = ?, reason = ?, encrypted_tokens = NULL,"
		      " due_at = NULL, finished_at = ?" STILL_MINE,
	[ST_RETRY] = "UPDATE revocations SET reason = ?, due_at = ?" STILL_MINE,
	/* cross-tenant: what was settled long ago */
	[ST_CLEAR] = "DELETE FROM revocations WHERE finished_at < ? ORDER BY finished_at LIMIT ?",
};

void revocation_row_release(struct revocation_row *row)
{
	buf_release(&row->tokens);
	memset(row, 0, sizeof(*row));
}

enum rc revocation_insert(struct db *db, const struct tenant_id *tenant,
	const struct revocation_row *row, int64_t now_s)
{
	bool queued = strcmp(row->state, REVOCATION_QUEUED) == 0;

	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&tenant->u), db_id(&row->id.u), db_text(row->plugin_id),
			db_text(row->provider), db_text(row->name),
			queued ? db_bytes(row->tokens.data, row->tokens.len) : db_null(),
			db_text(row->client_source), db_id(&row->client_id), db_text(row->state),
			db_text(row->reason), queued ? db_int(now_s) : db_null(),
			db_id(&row->requested_by.u), db_int(now_s),
			queued ? db_null() : db_int(now_s)),
		NULL);
}

#define COPY_TEXT(member, col) TEXT_COPY(out->member, db_get_text(rows, col))

static enum rc from_row(const struct db_rows *rows, struct revocation_row *out)
{
	size_t len;
	const void *tokens = db_get_bytes(rows, 5, &len);

	memset(out, 0, sizeof(*out));
	out->tenant.u = db_get_id(rows, 0);
	out->id.u = db_get_id(rows, 1);
	COPY_TEXT(plugin_id, 2);
	COPY_TEXT(provider, 3);
	COPY_TEXT(name, 4);
	COPY_TEXT(client_source, 6);
	out->client_id = db_get_id(rows, 7);
	COPY_TEXT(state, 8);
	COPY_TEXT(reason, 9);
	out->attempts = db_get_int(rows, 10);
	out->requested_by.u = db_get_id(rows, 11);
	out->created_at_s = db_get_int(rows, 12);
	out->finished_at_s = db_get_int(rows, 13);
	buf_init(&out->tokens, VAULT_RECORD_MAX);
	if (len <= VAULT_RECORD_MAX) /* a larger one is none of ours: it does not open */
		buf_add(&out->tokens, tokens, len);
	return buf_done(&out->tokens);
}

enum rc revocation_list_recent(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, int64_t since_s, int64_t limit,
	void (*visit)(const struct revocation_row *row, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_RECENT],
		DB_ARGS(db_id(&tenant->u), db_text(ref->plugin_id), db_text(ref->provider),
			db_int(since_s), db_int(limit)),
		&rows);

	while (rc == RC_OK && db_next(rows)) {
		struct revocation_row row;

		rc = from_row(rows, &row);
		if (rc == RC_OK)
			visit(&row, arg);
		revocation_row_release(&row);
	}
	db_rows_free(rows);
	return rc;
}

enum rc revocation_due_list(struct db *db, int64_t now_s,
	const struct tenant_id without[DUE_WITHOUT_MAX], int64_t limit, struct revocation_row **out,
	size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_DUE],
		DB_ARGS(db_int(now_s), db_id(&without[0].u), db_id(&without[1].u),
			db_id(&without[2].u), db_id(&without[3].u), db_int(limit)),
		&rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows))
		rc = from_row(rows, &(*out)[(*n)++]);
	db_rows_free(rows);
	return rc;
}

#define MINE_ARGS(row) db_id(&(row)->tenant.u), db_id(&(row)->id.u), db_int((row)->attempts)

static enum rc exec_mine(
	struct db *db, const char *text, const struct db_value *args, size_t n, enum rc lost)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? lost : rc;
}

enum rc revocation_claim(struct db *db, struct revocation_row *row, int64_t now_s, int64_t until_s)
{
	enum rc rc = exec_mine(db, sql[ST_CLAIM],
		DB_ARGS(db_int(until_s), MINE_ARGS(row), db_int(now_s)), RC_NOT_FOUND);

	if (rc == RC_OK)
		row->attempts++;
	return rc;
}

enum rc revocation_finish(struct db *db, const struct revocation_row *row, const char *state,
	const char *reason, int64_t now_s)
{
	return exec_mine(db, sql[ST_FINISH],
		DB_ARGS(db_text(state), db_text(reason), db_int(now_s), MINE_ARGS(row)),
		RC_CONFLICT);
}

enum rc revocation_retry(
	struct db *db, const struct revocation_row *row, const char *reason, int64_t due_at_s)
{
	return exec_mine(db, sql[ST_RETRY],
		DB_ARGS(db_text(reason), db_int(due_at_s), MINE_ARGS(row)), RC_CONFLICT);
}

enum rc revocation_clear(struct db *db, int64_t before_s, int64_t limit)
{
	return db_exec(db, sql[ST_CLEAR], DB_ARGS(db_int(before_s), db_int(limit)), NULL);
}
