/* SPDX-License-Identifier: Apache-2.0 */
#include "store/flow_store.h"

#include <stdio.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_INSERT,
	ST_COUNT,
	ST_DELETE_OLD,
	ST_DELETE_ENDED,
	ST_CONSUME,
	ST_FIND_STATE,
	ST_LOAD,
	ST_FINISH,
};

#define FLOW_COLUMNS                                                                               \
	"id, tenant_id, user_id, session_hash, state_hash, kind, plugin_id, provider, context,"    \
	" client_source, client_id, client_revision, issuer, redirect_uri, scopes,"                \
	" verifier_sealed, credential_id, status, created_at, expires_at, connect_request_id"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO oauth_flows (" FLOW_COLUMNS ")"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_COUNT] = "SELECT COUNT(IF(status = 'open' AND expires_at > ?, 1, NULL)), COUNT(*)"
		     " FROM oauth_flows WHERE tenant_id = ? AND user_id = ?",
	/* cross-tenant: expiry sweep */
	[ST_DELETE_OLD] = "DELETE FROM oauth_flows WHERE expires_at < ? LIMIT 1000",
	[ST_DELETE_ENDED] = "DELETE FROM oauth_flows WHERE tenant_id = ? AND user_id = ?"
			    " AND status IN ('done', 'failed') ORDER BY created_at LIMIT ?",
	/* By two clocks: a node that runs slow must not stretch a flow (A10). */
	[ST_CONSUME] = "UPDATE oauth_flows SET status = 'consumed', expires_at = ?"
		       " WHERE tenant_id = ? AND state_hash = ? AND status = 'open'"
		       " AND expires_at > ? AND expires_at > UNIX_TIMESTAMP()"
		       " AND session_hash = ? AND user_id = ? AND kind = ?"
		       " AND plugin_id = ? AND provider = ? AND context = ?",
	/* cross-tenant: tells why a claim failed; the caller compares the owner */
	[ST_FIND_STATE] = "SELECT " FLOW_COLUMNS ", outcome_sealed, result_id FROM oauth_flows"
			  " WHERE state_hash = ?",
	[ST_LOAD] = "SELECT " FLOW_COLUMNS ", outcome_sealed, result_id FROM oauth_flows"
		    " WHERE tenant_id = ? AND user_id = ? AND id = ?",
	[ST_FINISH] =
		"UPDATE oauth_flows f JOIN users u ON u.id = f.user_id"
		" JOIN tenants t ON t.id = f.tenant_id"
		" SET f.status = ?, f.outcome_sealed = ?, f.result_id = ?, f.verifier_sealed = ''"
		" WHERE f.tenant_id = ? AND f.id = ? AND f.status = 'consumed'"
		" AND u.disabled = 0 AND t.disabled = 0",
};

void flow_row_release(struct flow_row *row)
{
	buf_release(&row->outcome_sealed);
	memset(row, 0, sizeof(*row));
}

enum rc flow_insert(struct db *db, const struct flow_row *row)
{
	bool again = !uuid_is_zero(&row->credential.u);

	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&row->id.u), db_id(&row->tenant.u), db_id(&row->user.u),
			db_bytes(row->session_hash, HASH_SIZE),
			db_bytes(row->state_hash, HASH_SIZE), db_text(row->kind),
			db_text(row->plugin_id), db_text(row->provider), db_text(row->context),
			db_text(row->client_source), db_id(&row->client_id),
			db_int((int64_t)row->client_revision), db_text(row->issuer),
			db_text(row->redirect_uri), db_text(row->scopes),
			db_bytes(row->verifier_sealed, row->verifier_sealed_len),
			db_id(again ? &row->credential.u : NULL), db_text(row->status),
			db_int(row->created_at_s), db_int(row->expires_at_s),
			db_id(uuid_is_zero(&row->request.u) ? NULL : &row->request.u)),
		NULL);
}

enum rc flow_count(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	int64_t now_s, struct flow_counts *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_COUNT],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(&user->u)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && db_next(rows)) {
		out->open = db_get_int(rows, 0);
		out->all = db_get_int(rows, 1);
	}
	db_rows_free(rows);
	return rc;
}

enum rc flow_delete_ended(
	struct db *db, const struct tenant_id *tenant, const struct user_id *user, int64_t n)
{
	return db_exec(db, sql[ST_DELETE_ENDED],
		DB_ARGS(db_id(&tenant->u), db_id(&user->u), db_int(n)), NULL);
}

enum rc flow_delete_old(struct db *db, int64_t before_s)
{
	return db_exec(db, sql[ST_DELETE_OLD], DB_ARGS(db_int(before_s)), NULL);
}

enum rc flow_consume(struct db *db, const struct flow_claim *claim)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_CONSUME],
		DB_ARGS(db_int(claim->until_s), db_id(&claim->tenant.u),
			db_bytes(claim->state_hash, HASH_SIZE), db_int(claim->now_s),
			db_bytes(claim->session_hash, HASH_SIZE), db_id(&claim->user.u),
			db_text(claim->kind), db_text(claim->plugin_id), db_text(claim->provider),
			db_text(claim->context)),
		&affected);

	return rc == RC_OK && affected != 1 ? RC_NOT_FOUND : rc;
}

static void copy_bytes(const struct db_rows *rows, unsigned col, void *to, size_t size)
{
	size_t len;
	const void *p = db_get_bytes(rows, col, &len);

	if (len == size)
		memcpy(to, p, size);
}

#define COPY_TEXT(member, col) TEXT_COPY(out->member, db_get_text(rows, col))

static enum rc flow_from_row(const struct db_rows *rows, struct flow_row *out)
{
	const void *p;
	size_t len;

	out->id.u = db_get_id(rows, 0);
	out->tenant.u = db_get_id(rows, 1);
	out->user.u = db_get_id(rows, 2);
	copy_bytes(rows, 3, out->session_hash, HASH_SIZE);
	copy_bytes(rows, 4, out->state_hash, HASH_SIZE);
	COPY_TEXT(kind, 5);
	COPY_TEXT(plugin_id, 6);
	COPY_TEXT(provider, 7);
	COPY_TEXT(context, 8);
	COPY_TEXT(client_source, 9);
	out->client_id = db_get_id(rows, 10);
	out->client_revision = (uint64_t)db_get_int(rows, 11);
	COPY_TEXT(issuer, 12);
	COPY_TEXT(redirect_uri, 13);
	COPY_TEXT(scopes, 14);
	p = db_get_bytes(rows, 15, &len);
	if (len > sizeof(out->verifier_sealed))
		return RC_CRYPTO;
	memcpy(out->verifier_sealed, p, len);
	out->verifier_sealed_len = len;
	out->credential.u = db_get_id(rows, 16);
	COPY_TEXT(status, 17);
	out->created_at_s = db_get_int(rows, 18);
	out->expires_at_s = db_get_int(rows, 19);
	out->request.u = db_get_id(rows, 20);
	p = db_get_bytes(rows, 21, &len);
	buf_add(&out->outcome_sealed, p, len);
	out->result.u = db_get_id(rows, 22);
	return buf_done(&out->outcome_sealed);
}

static enum rc flow_query(struct db *db, const char *text, const struct db_value *args, size_t n,
	struct flow_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, text, args, n, &rows);

	memset(out, 0, sizeof(*out));
	buf_init(&out->outcome_sealed, VAULT_RECORD_MAX);
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = flow_from_row(rows, out);
	db_rows_free(rows);
	return rc;
}

enum rc flow_find_state(
	struct db *db, const unsigned char state_hash[HASH_SIZE], struct flow_row *out)
{
	return flow_query(db, sql[ST_FIND_STATE], DB_ARGS(db_bytes(state_hash, HASH_SIZE)), out);
}

enum rc flow_load(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const struct flow_id *id, struct flow_row *out)
{
	return flow_query(
		db, sql[ST_LOAD], DB_ARGS(db_id(&tenant->u), db_id(&user->u), db_id(&id->u)), out);
}

enum rc flow_finish(struct db *db, const struct flow_row *row)
{
	bool has_result = !uuid_is_zero(&row->result.u);
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_FINISH],
		DB_ARGS(db_text(row->status),
			db_bytes(row->outcome_sealed.data, row->outcome_sealed.len),
			db_id(has_result ? &row->result.u : NULL), db_id(&row->tenant.u),
			db_id(&row->id.u)),
		&affected);

	return rc == RC_OK && affected != 1 ? RC_CONFLICT : rc;
}
