/* SPDX-License-Identifier: Apache-2.0 */
#include "store/webhook_store.h"

#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_INSERT,
	ST_LIST,
	ST_IDS,
	ST_DELETE,
	ST_DELIVERY_INSERT,
	ST_DELIVERY_LIST,
	ST_DELIVERY_LIST_STATE,
	ST_DELIVERY_REQUEUE,
	ST_DUE,
	ST_NEXT_DUE,
	ST_CLAIM,
	ST_MESSAGE,
	ST_FINISH,
	ST_CLEAR,
};

#define DELIVERY_COLUMNS                                                                           \
	"id, webhook_id, event_id, state, last_error, body, attempts, last_status, due_at,"        \
	" created_at, finished_at"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO webhooks (tenant_id, id, url, encrypted_secret, created_by,"
		      " created_at) SELECT ?, ?, ?, ?, ?, ? FROM DUAL WHERE"
		      " (SELECT COUNT(*) FROM webhooks WHERE tenant_id = ?) < ?",
	[ST_LIST] = "SELECT w.id, w.url, w.created_by, u.name, w.created_at FROM webhooks w"
		    " LEFT JOIN users u ON u.id = w.created_by WHERE w.tenant_id = ?"
		    " ORDER BY w.created_at, w.id",
	[ST_IDS] = "SELECT w.id FROM webhooks w JOIN tenants t ON t.id = w.tenant_id"
		   " AND t.disabled = 0 WHERE w.tenant_id = ? LIMIT ?",
	[ST_DELETE] = "DELETE FROM webhooks WHERE tenant_id = ? AND id = ?",
	[ST_DELIVERY_INSERT] =
		"INSERT INTO webhook_deliveries (tenant_id, id, webhook_id, event_id, body, state,"
		" due_at, created_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)",
	[ST_DELIVERY_LIST] =
		"SELECT " DELIVERY_COLUMNS " FROM webhook_deliveries WHERE tenant_id = ?"
		" ORDER BY created_at DESC, id LIMIT ?",
	[ST_DELIVERY_LIST_STATE] = "SELECT " DELIVERY_COLUMNS
				   " FROM webhook_deliveries WHERE tenant_id = ? AND state = ?"
				   " ORDER BY created_at DESC, id LIMIT ?",
	[ST_DELIVERY_REQUEUE] = "UPDATE webhook_deliveries SET state = 'queued', attempts = 0, "
				"due_at = ?, finished_at = NULL WHERE tenant_id = ? AND id = ?"
				" AND state = 'dead'",
	/* cross-tenant: the schedule serves all tenants; a row names its own */
	[ST_DUE] = "SELECT tenant_id, id, attempts FROM webhook_deliveries"
		   " FORCE INDEX (delivery_due) WHERE due_at <= ?"
		   " AND tenant_id NOT IN (?, ?, ?, ?) ORDER BY due_at LIMIT ?",
	/* cross-tenant: as above */
	[ST_NEXT_DUE] = "SELECT due_at FROM webhook_deliveries WHERE due_at IS NOT NULL"
			" ORDER BY due_at LIMIT 1",
	[ST_CLAIM] = "UPDATE webhook_deliveries SET attempts = attempts + 1, due_at = ?"
		     " WHERE tenant_id = ? AND id = ? AND attempts = ? AND due_at <= ?",
	[ST_MESSAGE] = "SELECT d.webhook_id, d.event_id, d.body, w.url, w.encrypted_secret"
		       " FROM webhook_deliveries d JOIN webhooks w ON w.tenant_id = d.tenant_id"
		       " AND w.id = d.webhook_id WHERE d.tenant_id = ? AND d.id = ?",
	[ST_FINISH] = "UPDATE webhook_deliveries SET state = ?, due_at = ?, last_status = ?,"
		      " last_error = ?, finished_at = ? WHERE tenant_id = ? AND id = ?"
		      " AND attempts = ? AND state = 'queued'",
	/* cross-tenant: what is finished is forgotten by its age, whoever's it is */
	[ST_CLEAR] = "DELETE FROM webhook_deliveries WHERE finished_at < ?"
		     " ORDER BY finished_at LIMIT ?",
};

#define COPY_TEXT(to, col) TEXT_COPY(to, db_get_text(rows, col))

/* Changed nothing: the row is not there, or not as it has to be. */
static enum rc exec_one(
	struct db *db, const char *text, const struct db_value *args, size_t n, enum rc none)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? none : rc;
}

/* Room for all rows of a result; *out NULL when there is none. */
static enum rc make_room(const struct db_rows *rows, size_t size, void **out)
{
	*out = NULL;
	if (db_row_count(rows) == 0)
		return RC_OK;
	*out = calloc(db_row_count(rows), size);
	return *out ? RC_OK : RC_NOMEM;
}

static enum rc take_bytes(const struct db_rows *rows, unsigned col, size_t max, struct buf *out)
{
	size_t len;
	const void *p = db_get_bytes(rows, col, &len);

	buf_init(out, max);
	buf_add(out, p, len);
	return buf_done(out);
}

/* ---- webhooks ---- */

void webhook_row_release(struct webhook_row *row)
{
	buf_release(&row->secret);
	memset(row, 0, sizeof(*row));
}

enum rc webhook_insert(struct db *db, const struct webhook_row *row)
{
	bool by_person = !uuid_is_zero(&row->created_by.u);

	return exec_one(db, sql[ST_INSERT],
		DB_ARGS(db_id(&row->tenant.u), db_id(&row->id.u), db_text(row->url),
			db_bytes(row->secret.data, row->secret.len),
			db_id(by_person ? &row->created_by.u : NULL), db_int(row->created_at_s),
			db_id(&row->tenant.u), db_int(WEBHOOKS_MAX)),
		RC_LIMIT);
}

enum rc webhook_rows_load(
	struct db *db, const struct tenant_id *tenant, struct webhook_row **out, size_t *n)
{
	struct db_rows *rows = NULL;
	void *room = NULL;
	enum rc rc = db_query(db, sql[ST_LIST], DB_ARGS(db_id(&tenant->u)), &rows);

	*n = 0;
	if (rc == RC_OK)
		rc = make_room(rows, sizeof(**out), &room);
	*out = room;
	while (rc == RC_OK && db_next(rows)) {
		struct webhook_row *w = &(*out)[(*n)++];

		w->id.u = db_get_id(rows, 0);
		w->tenant = *tenant;
		COPY_TEXT(w->url, 1);
		w->created_by.u = db_get_id(rows, 2);
		COPY_TEXT(w->created_by_name, 3);
		w->created_at_s = db_get_int(rows, 4);
	}
	db_rows_free(rows);
	return rc;
}

enum rc webhook_ids(struct db *db, const struct tenant_id *tenant,
	struct webhook_id out[WEBHOOKS_MAX], size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, sql[ST_IDS], DB_ARGS(db_id(&tenant->u), db_int(WEBHOOKS_MAX)), &rows);

	*n = 0;
	while (rc == RC_OK && *n < WEBHOOKS_MAX && db_next(rows))
		out[(*n)++].u = db_get_id(rows, 0);
	db_rows_free(rows);
	return rc;
}

enum rc webhook_delete(struct db *db, const struct tenant_id *tenant, const struct webhook_id *id)
{
	return exec_one(
		db, sql[ST_DELETE], DB_ARGS(db_id(&tenant->u), db_id(&id->u)), RC_NOT_FOUND);
}

/* ---- deliveries ---- */

enum rc delivery_insert(struct db *db, const struct tenant_id *tenant,
	const struct webhook_id *webhook, const struct uuid *event, const char *body, size_t len,
	int64_t now_s)
{
	struct uuid id = uuid_random();

	if (len > DELIVERY_BODY_MAX)
		return RC_LIMIT;
	return db_exec(db, sql[ST_DELIVERY_INSERT],
		DB_ARGS(db_id(&tenant->u), db_id(&id), db_id(&webhook->u), db_id(event),
			db_bytes(body, len), db_int(now_s), db_int(now_s)),
		NULL);
}

static void delivery_from_row(const struct db_rows *rows, struct delivery_row *d)
{
	d->id.u = db_get_id(rows, 0);
	d->webhook.u = db_get_id(rows, 1);
	d->event = db_get_id(rows, 2);
	COPY_TEXT(d->state, 3);
	COPY_TEXT(d->last_error, 4);
	COPY_TEXT(d->body, 5);
	d->attempts = db_get_int(rows, 6);
	d->last_status = db_get_int(rows, 7);
	d->due_at_s = db_get_int(rows, 8);
	d->created_at_s = db_get_int(rows, 9);
	d->finished_at_s = db_get_int(rows, 10);
}

enum rc delivery_rows_load(struct db *db, const struct tenant_id *tenant, const char *state,
	int64_t limit, struct delivery_row **out, size_t *n)
{
	struct db_value owner = db_id(&tenant->u), most = db_int(limit);
	struct db_rows *rows = NULL;
	void *room = NULL;
	enum rc rc = state ? db_query(db, sql[ST_DELIVERY_LIST_STATE],
				     DB_ARGS(owner, db_text(state), most), &rows)
			   : db_query(db, sql[ST_DELIVERY_LIST], DB_ARGS(owner, most), &rows);

	*n = 0;
	if (rc == RC_OK)
		rc = make_room(rows, sizeof(**out), &room);
	*out = room;
	while (rc == RC_OK && db_next(rows))
		delivery_from_row(rows, &(*out)[(*n)++]);
	db_rows_free(rows);
	return rc;
}

enum rc delivery_requeue(
	struct db *db, const struct tenant_id *tenant, const struct delivery_id *id, int64_t now_s)
{
	return exec_one(db, sql[ST_DELIVERY_REQUEUE],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(&id->u)), RC_NOT_FOUND);
}

/* ---- the schedule ---- */

enum rc webhook_due_list(struct db *db, int64_t now_s,
	const struct tenant_id without[DUE_WITHOUT_MAX], int64_t limit, struct webhook_due **out,
	size_t *n)
{
	struct db_rows *rows = NULL;
	void *room = NULL;
	enum rc rc = db_query(db, sql[ST_DUE],
		DB_ARGS(db_int(now_s), db_id(&without[0].u), db_id(&without[1].u),
			db_id(&without[2].u), db_id(&without[3].u), db_int(limit)),
		&rows);

	*n = 0;
	if (rc == RC_OK)
		rc = make_room(rows, sizeof(**out), &room);
	*out = room;
	while (rc == RC_OK && db_next(rows)) {
		struct webhook_due *due = &(*out)[(*n)++];

		due->tenant.u = db_get_id(rows, 0);
		due->id.u = db_get_id(rows, 1);
		due->attempts = db_get_int(rows, 2);
	}
	db_rows_free(rows);
	return rc;
}

enum rc webhook_next_due(struct db *db, int64_t *out)
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

enum rc delivery_claim(struct db *db, const struct webhook_due *due, int64_t now_s, int64_t until_s)
{
	return exec_one(db, sql[ST_CLAIM],
		DB_ARGS(db_int(until_s), db_id(&due->tenant.u), db_id(&due->id.u),
			db_int(due->attempts), db_int(now_s)),
		RC_NOT_FOUND);
}

void delivery_message_release(struct delivery_message *m)
{
	buf_release(&m->body);
	buf_release(&m->secret);
	memset(m, 0, sizeof(*m));
}

enum rc delivery_message_load(struct db *db, const struct tenant_id *tenant,
	const struct delivery_id *id, struct delivery_message *out)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, sql[ST_MESSAGE], DB_ARGS(db_id(&tenant->u), db_id(&id->u)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		out->webhook.u = db_get_id(rows, 0);
		out->event = db_get_id(rows, 1);
		COPY_TEXT(out->url, 3);
		rc = take_bytes(rows, 2, DELIVERY_BODY_MAX, &out->body);
	}
	if (rc == RC_OK)
		rc = take_bytes(rows, 4, WEBHOOK_SECRET_MAX, &out->secret);
	db_rows_free(rows);
	return rc;
}

enum rc delivery_finish(
	struct db *db, const struct webhook_due *due, const struct delivery_end *end, int64_t now_s)
{
	bool over = strcmp(end->state, DELIVERY_QUEUED) != 0;

	return exec_one(db, sql[ST_FINISH],
		DB_ARGS(db_text(end->state), over ? db_null() : db_int(end->due_at_s),
			db_int(end->status), db_text(end->error), over ? db_int(now_s) : db_null(),
			db_id(&due->tenant.u), db_id(&due->id.u), db_int(due->attempts)),
		RC_CONFLICT);
}

enum rc webhook_clear(struct db *db, int64_t before_s, int64_t limit)
{
	return db_exec(db, sql[ST_CLEAR], DB_ARGS(db_int(before_s), db_int(limit)), NULL);
}
