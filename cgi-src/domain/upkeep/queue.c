/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/queue.h"

#include <stdlib.h>
#include <string.h>

#include "platform/codec.h"

#define BUCKETS 512 /* a power of two */

/* A lane lives as long as something waits or is under way in it, or its breaker remembers something. */
struct lane {
	struct lane *next;
	struct uuid key;
	size_t waiting, active, waiting_max, active_max;
	/* breaker */
	unsigned failures;     /* in a row */
	int64_t open_until_ms; /* 0: closed */
	int64_t open_for_ms;   /* the last time; doubles */
	int64_t noted_ms;      /* the last outcome */
	bool probing;          /* was open: until one succeeds, one at a time */
	bool asked;            /* it is open because the provider asked for it */
	bool held_back;        /* somebody was sent away since queue_held_back */
};

struct queue {
	struct queue_item *first, **last;
	size_t n;
	struct lane *lanes[BUCKETS];
};

struct queue *queue_new(void)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (queue)
		queue->last = &queue->first;
	return queue;
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	while (queue->first) {
		struct queue_item *item = queue->first;

		queue->first = item->next;
		free(item);
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		while (queue->lanes[i]) {
			struct lane *lane = queue->lanes[i];

			queue->lanes[i] = lane->next;
			free(lane);
		}
	}
	free(queue);
}

size_t queue_waiting(const struct queue *queue)
{
	return queue->n;
}

/* ---- lanes ---- */

/* Ids of workspaces and clients are random; that of a provider is a hash. */
static struct lane **bucket(struct queue *queue, const struct uuid *key)
{
	return &queue->lanes[(key->b[14] << 8 | key->b[15]) & (BUCKETS - 1)];
}

static struct lane *lane_get(
	struct queue *queue, const struct uuid *key, size_t waiting_max, size_t active_max)
{
	struct lane **at = bucket(queue, key), *lane;

	for (lane = *at; lane; lane = lane->next)
		if (uuid_equal(&lane->key, key))
			return lane;
	lane = calloc(1, sizeof(*lane));
	if (!lane)
		return NULL;
	*lane = (struct lane){
		.next = *at, .key = *key, .waiting_max = waiting_max, .active_max = active_max};
	*at = lane;
	return lane;
}

static void lane_leave(struct queue *queue, struct lane *lane)
{
	struct lane **at = bucket(queue, &lane->key);

	if (lane->waiting || lane->active || lane->failures || lane->open_until_ms || lane->probing)
		return;
	while (*at != lane)
		at = &(*at)->next;
	*at = lane->next;
	free(lane);
}

/* The key says what kind of lane it is: a workspace and a client never share one. */
static struct uuid key_of(char kind, const void *p, size_t len)
{
	unsigned char hash[HASH_SIZE], text[1 + PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];
	struct uuid key;

	text[0] = (unsigned char)kind;
	memcpy(text + 1, p, len);
	codec_hash(text, 1 + len, hash);
	memcpy(key.b, hash, sizeof(key.b));
	return key;
}

static bool set_lanes(struct queue *queue, struct queue_item *item, const struct provider *provider)
{
	const struct refresh_due *due = &item->due;
	char id[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];
	size_t n = strlen(due->plugin_id), m = strlen(due->provider);
	static const struct uuid nobody;
	int64_t at_once = provider ? provider->oauth.refresh_at_once : 0;
	struct uuid key;

	memcpy(id, due->plugin_id, n);
	id[n] = '/';
	memcpy(id + n + 1, due->provider, m);
	key = key_of('p', id, n + 1 + m);
	item->provider = lane_get(queue, &key, QUEUE_PROVIDER_WAITING_MAX,
		at_once ? (size_t)at_once : QUEUE_PROVIDER_ACTIVE_MAX);
	key = key_of('t', due->tenant.u.b, sizeof(due->tenant.u.b));
	item->tenant = lane_get(queue, &key, QUEUE_TENANT_WAITING_MAX, QUEUE_TENANT_ACTIVE_MAX);
	/* what is minted from a key has no client, and shares nothing with others */
	item->client =
		lane_get(queue, uuid_equal(&due->client_id, &nobody) ? &due->id.u : &due->client_id,
			QUEUE_WAITING_MAX, QUEUE_WAITING_MAX);
	return item->provider && item->tenant && item->client;
}

static void leave_lanes(struct queue *queue, struct queue_item *item)
{
	if (item->provider)
		lane_leave(queue, item->provider);
	if (item->tenant)
		lane_leave(queue, item->tenant);
	if (item->client)
		lane_leave(queue, item->client);
	free(item);
}

static bool is_open(const struct lane *lane, int64_t now_ms)
{
	return lane->open_until_ms > now_ms;
}

static bool has_room(const struct lane *lane)
{
	return lane->active < (lane->probing ? 1 : lane->active_max);
}

/* ---- in ---- */

/* Where the item of that credential hangs; NULL: it does not wait. */
static struct queue_item **find(
	struct queue *queue, const struct lane *tenant, const struct uuid *id)
{
	if (!tenant->waiting)
		return NULL;
	for (struct queue_item **at = &queue->first; *at; at = &(*at)->next)
		if (uuid_equal(&(*at)->due.id.u, id))
			return at;
	return NULL;
}

static void link_item(struct queue *queue, struct queue_item *item)
{
	if (item->due.due_at_s == 0) { /* somebody waits for it */
		item->next = queue->first;
		queue->first = item;
	} else {
		*queue->last = item;
	}
	if (!item->next)
		queue->last = &item->next;
	queue->n++;
	item->provider->waiting++;
	item->tenant->waiting++;
	item->client->waiting++;
}

static struct queue_item *unlink_at(struct queue *queue, struct queue_item **at)
{
	struct queue_item *item = *at;

	*at = item->next;
	if (!*at)
		queue->last = at;
	item->next = NULL;
	queue->n--;
	item->provider->waiting--;
	item->tenant->waiting--;
	item->client->waiting--;
	return item;
}

/* It came in by itself, and now somebody waits for it. */
static void hurry(struct queue *queue, struct queue_item **at)
{
	struct queue_item *item = unlink_at(queue, at);

	item->due.due_at_s = 0;
	link_item(queue, item);
}

static enum queue_answer judge(struct queue *queue, const struct queue_item *item, int64_t now_ms)
{
	struct queue_item **there;

	if (is_open(item->client, now_ms)) {
		item->client->held_back = true;
		return QUEUE_HELD_BACK;
	}
	there = find(queue, item->tenant, &item->due.id.u);
	if (there && item->due.due_at_s == 0 && (*there)->due.due_at_s != 0)
		hurry(queue, there);
	if (there)
		return QUEUE_THERE;
	if (queue->n >= QUEUE_WAITING_MAX ||
		item->provider->waiting >= item->provider->waiting_max ||
		item->tenant->waiting >= item->tenant->waiting_max)
		return QUEUE_FULL;
	return QUEUE_TAKEN_IN;
}

enum queue_answer queue_offer(struct queue *queue, const struct refresh_due *due,
	const struct provider *provider, int64_t now_ms)
{
	struct queue_item *item = calloc(1, sizeof(*item));
	enum queue_answer answer = QUEUE_OUT_OF_MEMORY;

	if (!item)
		return answer;
	item->due = *due;
	if (set_lanes(queue, item, provider))
		answer = judge(queue, item, now_ms);
	if (answer != QUEUE_TAKEN_IN) {
		leave_lanes(queue, item);
		return answer;
	}
	link_item(queue, item);
	return answer;
}

/* ---- out ---- */

struct queue_item *queue_take(struct queue *queue, int64_t now_ms)
{
	for (struct queue_item **at = &queue->first; *at; at = &(*at)->next) {
		struct queue_item *item = *at;

		if (!has_room(item->provider) || !has_room(item->tenant) ||
			!has_room(item->client) || is_open(item->client, now_ms))
			continue;
		item = unlink_at(queue, at);
		item->provider->active++;
		item->tenant->active++;
		item->client->active++;
		return item;
	}
	return NULL;
}

/* ---- breaker ---- */

static void breaker_open(struct lane *lane, int64_t for_ms, int64_t now_ms)
{
	lane->open_for_ms = for_ms;
	lane->open_until_ms = now_ms + for_ms;
	lane->probing = true;
	lane->held_back = lane->held_back || lane->waiting > 0;
}

static void breaker_close(struct lane *lane)
{
	lane->failures = 0;
	lane->open_until_ms = lane->open_for_ms = 0;
	lane->probing = lane->asked = false;
}

/* Many that were under way together are told the same: only the first doubles the time. */
static void breaker_asked(struct lane *lane, int64_t for_ms, int64_t retry_after_ms, int64_t now_ms)
{
	if (retry_after_ms > BREAKER_ASKED_MAX_MS)
		retry_after_ms = BREAKER_ASKED_MAX_MS;
	if (!is_open(lane, now_ms) || !lane->asked)
		breaker_open(lane, for_ms, now_ms);
	lane->asked = true;
	if (now_ms + retry_after_ms > lane->open_until_ms)
		lane->open_until_ms = now_ms + retry_after_ms;
}

/* Those that were under way when it opened say nothing new, but that the endpoint works after all; and not even
 * that counts where the provider itself asked for a pause. */
static void breaker_note(
	struct lane *lane, enum queue_outcome outcome, int64_t retry_after_ms, int64_t now_ms)
{
	int64_t for_ms = lane->open_for_ms ? lane->open_for_ms * 2 : BREAKER_FIRST_MS;
	bool open = is_open(lane, now_ms);

	lane->noted_ms = now_ms;
	if (for_ms > BREAKER_MAX_MS)
		for_ms = BREAKER_MAX_MS;
	if (outcome == QUEUE_LIMITED) {
		breaker_asked(lane, for_ms, retry_after_ms, now_ms);
	} else if (outcome == QUEUE_ANSWERED && !(open && lane->asked)) {
		breaker_close(lane);
	} else if (outcome == QUEUE_FAILED) {
		lane->failures++;
		if (!open && (lane->probing || lane->failures >= BREAKER_FAILURES)) {
			breaker_open(lane, for_ms, now_ms);
			lane->asked = false;
		}
	}
}

void queue_give_back(struct queue *queue, struct queue_item *item, enum queue_outcome outcome,
	int64_t retry_after_ms, int64_t now_ms)
{
	item->provider->active--;
	item->tenant->active--;
	item->client->active--;
	breaker_note(item->client, outcome, retry_after_ms, now_ms);
	leave_lanes(queue, item);
}

static void drop_waiting(struct queue *queue, const struct lane *client)
{
	struct queue_item **at = &queue->first;

	while (*at) {
		if ((*at)->client == client)
			leave_lanes(queue, unlink_at(queue, at));
		else
			at = &(*at)->next;
	}
}

/* A breaker that nobody will ask any more would stay for ever. */
static void forget_old(struct lane **at, int64_t now_ms)
{
	while (*at) {
		struct lane *lane = *at;
		int64_t since_ms =
			lane->open_until_ms > lane->noted_ms ? lane->open_until_ms : lane->noted_ms;

		if (lane->waiting || lane->active || since_ms + BREAKER_FORGET_MS > now_ms) {
			at = &lane->next;
			continue;
		}
		*at = lane->next;
		free(lane);
	}
}

void queue_held_back(struct queue *queue, int64_t now_ms,
	void (*visit)(const struct uuid *client_id, int64_t wait_ms, void *arg), void *arg)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		forget_old(&queue->lanes[i], now_ms);
		for (struct lane *lane = queue->lanes[i]; lane; lane = lane->next) {
			if (!lane->held_back)
				continue;
			lane->held_back = false;
			if (!is_open(lane, now_ms))
				continue;
			visit(&lane->key, lane->open_until_ms - now_ms, arg);
			drop_waiting(queue, lane);
		}
	}
}
