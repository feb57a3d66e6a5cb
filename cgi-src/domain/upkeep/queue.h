/* SPDX-License-Identifier: Apache-2.0
 *
 * What waits for its renewal in this process, and who may go next. Each provider, each workspace and each OAuth
 * client is a lane with its own limits, so that one with many or slow renewals holds up no other (C5). The lane of a
 * client has a breaker: after failures in a row its renewals are held back, then one probes. No clock and no
 * database in here: the caller says what time it is (monotonic).
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_QUEUE_H
#define GRANTRY_DOMAIN_UPKEEP_QUEUE_H

#include "domain/provider.h"
#include "store/refresh_store.h"

#define QUEUE_WAITING_MAX 2048
#define QUEUE_PROVIDER_WAITING_MAX 768
#define QUEUE_TENANT_WAITING_MAX 384
#define QUEUE_PROVIDER_ACTIVE_MAX 96 /* unless the provider file says otherwise */
#define QUEUE_TENANT_ACTIVE_MAX 64

#define BREAKER_FAILURES 5 /* in a row */
#define BREAKER_FIRST_MS 30000
#define BREAKER_MAX_MS 300000
#define BREAKER_ASKED_MAX_MS 3600000 /* when the provider itself says how long */
#define BREAKER_FORGET_MS 3600000    /* closed for so long, without work: the client may be gone */

struct queue;
struct lane;

struct queue_item {
	struct queue_item *next;
	struct refresh_due due;
	struct lane *provider, *tenant, *client;
};

/** queue_new(): NULL: no memory. queue_free: NULL-safe; items that were taken must have been given back. */
struct queue *queue_new(void);
void queue_free(struct queue *queue);

enum queue_answer {
	QUEUE_TAKEN_IN,
	QUEUE_THERE,     /* it waits already */
	QUEUE_FULL,      /* its lane, or the whole */
	QUEUE_HELD_BACK, /* the breaker of its client is open: see queue_held_back */
	QUEUE_OUT_OF_MEMORY
};

/** queue_offer(queue, due, provider, now_ms): provider NULL: unknown here. */
enum queue_answer queue_offer(struct queue *queue, const struct refresh_due *due,
	const struct provider *provider, int64_t now_ms);
/** queue_take(queue, now_ms): the first whose lanes have room; it counts as under way until queue_give_back.
 * NULL: none. */
struct queue_item *queue_take(struct queue *queue, int64_t now_ms);
size_t queue_waiting(const struct queue *queue);

enum queue_outcome {
	QUEUE_ANSWERED, /* the endpoint works, whatever it said */
	QUEUE_FAILED,   /* it does not */
	QUEUE_LIMITED,  /* it asks us to come later */
	QUEUE_UNKNOWN,  /* it was not called */
};

/** queue_give_back(queue, item, outcome, retry_after_ms, now_ms): frees item. retry_after_ms: -1 unknown. */
void queue_give_back(struct queue *queue, struct queue_item *item, enum queue_outcome outcome,
	int64_t retry_after_ms, int64_t now_ms);

/** queue_held_back(queue, now_ms, visit, arg): each client whose breaker is open and that had work since the last
 * call: its waiting items are dropped; what is due of it should be put off for wait_ms. */
void queue_held_back(struct queue *queue, int64_t now_ms,
	void (*visit)(const struct uuid *client_id, int64_t wait_ms, void *arg), void *arg);

#endif
