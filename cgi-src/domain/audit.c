/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "platform/clock.h"
#include "platform/log.h"
#include "platform/text.h"
#include "store/audit_store.h"

static struct audit_row row_of(
	const struct actor *actor, const char *action, const char *object, const char *result)
{
	return (struct audit_row){
		.tenant = actor->tenant,
		.actor = actor->user,
		.action = action,
		.object = object,
		.result = result,
		.request_id = actor->request_id ? actor->request_id : "",
		.peer = actor->peer ? actor->peer : "",
	};
}

/* An insert that fails means to the caller: the record cannot be kept now, whatever was wrong with it. */
static enum rc insert(struct db *db, struct audit_row *row)
{
	enum rc rc;

	row->at_us = clock_now_us();
	rc = audit_insert(db, row, 1);
	return rc == RC_OK || rc == RC_RETRY ? rc : RC_UNAVAILABLE;
}

static void log_line(const struct audit_row *row)
{
	log_info("audit", "action", row->action, "object", row->object, "result", row->result);
}

enum rc audit_event(const struct core *core, const struct actor *actor, const char *action,
	const char *object, const char *result)
{
	struct audit_row row = row_of(actor, action, object, result);

	log_line(&row);
	return insert(core->db, &row);
}

/* ---- several at once ---- */

/* A row that outlives its request. */
struct kept_row {
	struct audit_row row;
	char action[64], object[AUDIT_OBJECT_SIZE], result[32], request_id[64], peer[64];
};

struct audit_batch {
	size_t n;
	struct kept_row kept[AUDIT_BATCH_MAX];
};

struct audit_batch *audit_batch_new(void)
{
	return calloc(1, sizeof(struct audit_batch));
}

void audit_batch_free(struct audit_batch *batch)
{
	free(batch);
}

enum rc audit_later(const struct core *core, const struct actor *actor, const char *action,
	const char *object, const char *result)
{
	struct audit_row row = row_of(actor, action, object, result);
	struct audit_batch *batch = core->audit_batch;
	struct kept_row *k;

	if (batch->n == AUDIT_BATCH_MAX)
		return RC_LIMIT;
	log_line(&row);
	k = &batch->kept[batch->n++];
	TEXT_COPY(k->action, row.action);
	TEXT_COPY(k->object, row.object);
	TEXT_COPY(k->result, row.result);
	TEXT_COPY(k->request_id, row.request_id);
	TEXT_COPY(k->peer, row.peer);
	row.at_us = clock_now_us();
	row.action = k->action;
	row.object = k->object;
	row.result = k->result;
	row.request_id = k->request_id;
	row.peer = k->peer;
	k->row = row;
	return RC_OK;
}

enum rc audit_batch_write(const struct core *core)
{
	struct audit_batch *batch = core->audit_batch;
	struct audit_row rows[AUDIT_BATCH_MAX];
	size_t n = batch->n;
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		rows[i] = batch->kept[i].row;
	batch->n = 0;
	rc = audit_insert(core->db, rows, n);
	return rc == RC_OK || rc == RC_RETRY ? rc : RC_UNAVAILABLE;
}

void audit_batch_drop(const struct core *core)
{
	core->audit_batch->n = 0;
}

/* ---- with a change ---- */

void audit_failure(const struct core *core, const struct actor *actor, const char *action,
	const char *object, enum rc rc)
{
	if (rc != RC_OK)
		(void)audit_event(core, actor, action, object, rc_name(rc));
}

struct recorded_change {
	enum rc (*work)(struct db *db, void *arg);
	void *arg;
	struct audit_row row;
};

static enum rc change_and_record(struct db *db, void *arg)
{
	struct recorded_change *c = arg;
	enum rc rc = c->work(db, c->arg);

	return rc == RC_OK ? insert(db, &c->row) : rc;
}

enum rc audit_transact(const struct core *core, const struct actor *actor, const char *action,
	const char *object, enum rc (*work)(struct db *db, void *arg), void *arg)
{
	struct recorded_change c = {work, arg, row_of(actor, action, object, "ok")};
	enum rc rc = db_transact(core->db, change_and_record, &c);

	if (rc == RC_OK)
		log_line(&c.row);
	return rc;
}

struct actor audit_operator(const struct tenant_id *tenant)
{
	return (struct actor){.tenant = tenant ? *tenant : TENANT_SYSTEM, .peer = "operator"};
}

void audit_id(const char *prefix, const struct uuid *id, char out[AUDIT_ID_SIZE])
{
	char text[UUID_TEXT_SIZE];

	uuid_text(id, text);
	(void)snprintf(out, AUDIT_ID_SIZE, "%.20s:%s", prefix, text);
}
