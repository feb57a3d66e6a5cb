/* SPDX-License-Identifier: Apache-2.0
 *
 * Webhooks: addresses that a workspace wants to be told at (domain/incident.h says what), and the delivery of the
 * messages, signed as the Standard Webhooks specification says. A URL is made by a tenant: it is dialled through
 * the guard of httpc.h alone, and no redirect is followed. At least once and in no sure order: the identifier of a
 * message is the same in every attempt.
 */
#ifndef GRANTRY_DOMAIN_WEBHOOK_H
#define GRANTRY_DOMAIN_WEBHOOK_H

#include "domain/core.h"
#include "domain/keyring.h"
#include "store/credential_store.h"
#include "store/webhook_store.h"

#define WEBHOOK_SECRET_PREFIX "whsec_"
#define WEBHOOK_KEY_SIZE 32
#define WEBHOOK_ATTEMPTS_MAX 10  /* within about three days */
#define WEBHOOK_CLAIM_S 120      /* longer than any transfer and the writing of its end */
#define WEBHOOK_WAIT_MAX_S 86400 /* between two attempts, whatever Retry-After says */
#define WEBHOOK_KEEP_S ((int64_t)30 * 86400) /* finished deliveries */

/* ---- for people ---- */

/** webhook_add(core, actor, url, reason, out): https on port 443, or an origin of the operator's allow-list. out:
 * "whsec_…", which nobody is shown again. RC_INVALID: *reason is the key of a message: what is wrong with url; RC_CONFLICT:
 * there is one for it; RC_LIMIT: there are WEBHOOKS_MAX. */
enum rc webhook_add(const struct core *core, const struct actor *actor, const char *url,
	const char **reason, struct secret *out) RC_MUST_CHECK;

/** webhook_remove(core, actor, id): with all its messages, sent or not. RC_NOT_FOUND. */
enum rc webhook_remove(const struct core *core, const struct actor *actor,
	const struct webhook_id *id) RC_MUST_CHECK;

/** webhook_test(core, actor, id): queues a message of the type "webhook.test". RC_NOT_FOUND. */
enum rc webhook_test(const struct core *core, const struct actor *actor,
	const struct webhook_id *id) RC_MUST_CHECK;

/** webhook_send_again(core, actor, id): a dead letter is queued anew. RC_NOT_FOUND: it is none (any more). */
enum rc webhook_send_again(const struct core *core, const struct actor *actor,
	const struct delivery_id *id) RC_MUST_CHECK;

struct webhook_view {
	struct webhook_id id;
	char url[URL_MAX + 1];
	char added_by[NAME_SIZE]; /* "": somebody who is gone */
	bool by_operator;
	int64_t added_at_s;
};

/* One message to one webhook. */
struct delivery_view {
	struct delivery_id id;
	struct webhook_id webhook;
	bool delivered, dead; /* neither: waits for its next attempt */
	bool is_test;
	char credential[CREDENTIAL_NAME_SIZE], state[25],
		reason[65]; /* what it tells; "" when it is a test */
	int64_t attempts, status, due_at_s, created_at_s, finished_at_s;
	char error[DELIVERY_ERROR_SIZE]; /* a word of webhook_end; "" none */
};

struct webhook_list {
	struct webhook_view *items;
	size_t n;
	struct delivery_view *recent, *dead; /* of all of them, the newest first */
	size_t n_recent, n_dead;
};

void webhook_list_release(struct webhook_list *list);
/** webhook_list_load(core, tenant, out): release it in any case. */
enum rc webhook_list_load(const struct core *core, const struct tenant_id *tenant,
	struct webhook_list *out) RC_MUST_CHECK;
/** webhook_find(list, id): NULL: none. */
const struct webhook_view *webhook_find(
	const struct webhook_list *list, const struct webhook_id *id);

/* ---- for grantry-refreshd: in two halves around the call ---- */

struct webhook_attempt {
	struct webhook_due due; /* attempts: with this one */
};

/** webhook_begin(core, due, out, rq_out): claims it by one conditional statement and builds the request. RC_OK:
 * send *rq_out and call webhook_end. Any other code: nothing to send: somebody else has it, it is gone
 * (RC_NOT_FOUND), or its secret does not open (RC_CRYPTO), which counts as an attempt. */
enum rc webhook_begin(const struct core *core, const struct webhook_due *due,
	struct webhook_attempt *out, struct httpc_request *rq_out) RC_MUST_CHECK;

/** webhook_end(core, a, rc, rs): rc and rs as the transfer ended. 2xx: delivered; 410: dead at once; all else is
 * tried again, later each time, and dead after the last attempt. RC_UNAVAILABLE as the code of the transfer, which
 * is that of one that we ended ourselves: due again when its claim ends. Returns RC_CONFLICT: removed meanwhile, or
 * taken by another. */
enum rc webhook_end(const struct core *core, const struct webhook_attempt *a, enum rc rc,
	const struct httpc_response *rs) RC_MUST_CHECK;

/** webhook_retry_at(attempts, retry_after_s, now_s): after so many failed attempts; with jitter. retry_after_s: -1
 * none. Pure but for the jitter. */
int64_t webhook_retry_at(int64_t attempts, int64_t retry_after_s, int64_t now_s);

/** webhook_sign(key, id, at_s, body, len, out): replaces out by the value of the header webhook-signature. */
enum rc webhook_sign(const struct secret *key, const char *id, int64_t at_s, const char *body,
	size_t len, struct secret *out) RC_MUST_CHECK;

/** webhook_place(id): where the sealed secret of one lies. */
struct seal_place webhook_place(const struct webhook_id *id);

#endif
