/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables webhooks and webhook_deliveries: who is to be told, and what is still to be told. A delivery that is
 * queued has due_at; whoever takes it counts an attempt and moves due_at on in one conditional statement, so
 * that several processes share the work and what a dead one had taken comes back by itself.
 */
#ifndef GRANTRY_STORE_WEBHOOK_STORE_H
#define GRANTRY_STORE_WEBHOOK_STORE_H

#include "platform/buf.h"
#include "platform/db.h"
#include "platform/url.h"
#include "store/ids.h"

#define WEBHOOK_TABLE "webhooks"
#define WEBHOOKS_MAX 10         /* of one workspace */
#define WEBHOOK_SECRET_MAX 1024 /* sealed */
#define DELIVERY_BODY_MAX 4096
#define DELIVERY_ERROR_SIZE 65

#define DELIVERY_QUEUED "queued"
#define DELIVERY_DELIVERED "delivered"
#define DELIVERY_DEAD "dead"

/* ---- webhooks ---- */

struct webhook_row {
	struct webhook_id id;
	struct tenant_id tenant;
	char url[URL_MAX + 1];
	struct buf secret;         /* sealed; owned */
	struct user_id created_by; /* zero: the operator */
	char created_by_name
		[NAME_SIZE]; /* "" when the person is gone, or none; filled by the list alone */
	int64_t created_at_s;
};

void webhook_row_release(struct webhook_row *row);

/** webhook_insert(db, row): RC_LIMIT: the workspace has WEBHOOKS_MAX; RC_CONFLICT: one of the same URL. In a
 * transaction, so that two at once cannot pass the limit together. */
enum rc webhook_insert(struct db *db, const struct webhook_row *row) RC_MUST_CHECK;
/** webhook_rows_load(db, tenant, out, n): oldest first, without the secrets; *out is freed with free(). */
enum rc webhook_rows_load(struct db *db, const struct tenant_id *tenant, struct webhook_row **out,
	size_t *n) RC_MUST_CHECK;
/** webhook_ids(db, tenant, out, n): at most WEBHOOKS_MAX of them; none of a workspace that is disabled. */
enum rc webhook_ids(struct db *db, const struct tenant_id *tenant,
	struct webhook_id out[WEBHOOKS_MAX], size_t *n) RC_MUST_CHECK;
/** webhook_delete(db, tenant, id): with all its deliveries. RC_NOT_FOUND. */
enum rc webhook_delete(
	struct db *db, const struct tenant_id *tenant, const struct webhook_id *id) RC_MUST_CHECK;

/* ---- deliveries ---- */

/* What pages show of one. */
struct delivery_row {
	struct delivery_id id;
	struct webhook_id webhook;
	struct uuid event;
	char state[17], last_error[DELIVERY_ERROR_SIZE];
	char body[DELIVERY_BODY_MAX + 1];
	int64_t attempts, last_status, due_at_s, created_at_s, finished_at_s; /* 0: none */
};

/** delivery_insert(db, tenant, webhook, event, body, len, now_s): queued, due now. RC_INVALID: there is no such
 * webhook (any more); RC_LIMIT: longer than DELIVERY_BODY_MAX. */
enum rc delivery_insert(struct db *db, const struct tenant_id *tenant,
	const struct webhook_id *webhook, const struct uuid *event, const char *body, size_t len,
	int64_t now_s) RC_MUST_CHECK;
/** delivery_rows_load(db, tenant, state, limit, out, n): the newest first; state NULL: of any. *out is freed
 * with free(). */
enum rc delivery_rows_load(struct db *db, const struct tenant_id *tenant, const char *state,
	int64_t limit, struct delivery_row **out, size_t *n) RC_MUST_CHECK;
/** delivery_requeue(db, tenant, id, now_s): dead → queued, due now, with all its attempts. RC_NOT_FOUND: not
 * there, or not dead. */
enum rc delivery_requeue(struct db *db, const struct tenant_id *tenant,
	const struct delivery_id *id, int64_t now_s) RC_MUST_CHECK;

/* ---- the schedule, of all tenants ---- */

struct webhook_due {
	struct tenant_id tenant;
	struct delivery_id id;
	int64_t attempts; /* made so far */
};

/** webhook_due_list(db, now_s, without, limit, out, n): of all tenants but those (zero: none), the longest due first. *out is freed with free(). */
enum rc webhook_due_list(struct db *db, int64_t now_s,
	const struct tenant_id without[DUE_WITHOUT_MAX], int64_t limit, struct webhook_due **out,
	size_t *n) RC_MUST_CHECK;
/** webhook_next_due(db, out): when the next one is due; RC_NOT_FOUND: none ever. */
enum rc webhook_next_due(struct db *db, int64_t *out) RC_MUST_CHECK;

/** delivery_claim(db, due, now_s, until_s): one attempt more, and nobody else's before until_s. RC_NOT_FOUND:
 * somebody else was faster, or it is gone. */
enum rc delivery_claim(
	struct db *db, const struct webhook_due *due, int64_t now_s, int64_t until_s) RC_MUST_CHECK;

/* What is sent. */
struct delivery_message {
	struct webhook_id webhook;
	struct uuid event;
	struct buf body, secret; /* owned; secret is sealed */
	char url[URL_MAX + 1];
};

void delivery_message_release(struct delivery_message *m);
/** delivery_message_load(db, tenant, id, out): RC_NOT_FOUND: it is gone. Release out in any case. */
enum rc delivery_message_load(struct db *db, const struct tenant_id *tenant,
	const struct delivery_id *id, struct delivery_message *out) RC_MUST_CHECK;

/* How one attempt ended. */
struct delivery_end {
	const char *state; /* DELIVERY_… */
	int64_t due_at_s;  /* of a queued one */
	int status;        /* HTTP; 0 without an answer */
	const char *error; /* "" when it was delivered */
};

/** delivery_finish(db, due, end, now_s): due as it was claimed. RC_CONFLICT: gone, or taken since. */
enum rc delivery_finish(struct db *db, const struct webhook_due *due,
	const struct delivery_end *end, int64_t now_s) RC_MUST_CHECK;

/** webhook_clear(db, before_s, limit): forgets deliveries that were finished before that, delivered or dead. */
enum rc webhook_clear(struct db *db, int64_t before_s, int64_t limit) RC_MUST_CHECK;

#endif
