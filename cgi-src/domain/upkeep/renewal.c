/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/renewal.h"

#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/provider.h"
#include "domain/upkeep/journal.h"
#include "domain/upkeep/lease_watch.h"
#include "domain/upkeep/queue.h"
#include "platform/clock.h"
#include "platform/crashpoint.h"
#include "platform/log.h"

#define PAGE 512 /* what is read of the schedule at once */
#define PAGES_A_TURN 4
#define SCAN_EVERY_MS 1000 /* … although most of them may have no room */
/* Claimed, or settled, in one transaction. Between two batches the transfers get their turn, or a slow database
 * would let answers lie unread until their time is over. */
#define BATCH 24
/* Who was stopped for longer after a claim may have been overtaken, and does not send (C17). Its lease is left to
 * the watch. */
#define SEND_WITHIN_SHARE 3 /* of the time after which a lease is taken over */

/* One call under way. What it will come to has its place from the beginning. */
struct work {
	struct work *next;
	struct renewal *renewal;
	int64_t send_by_ms;
	struct queue_item *item;
	struct refresh_attempt attempt;
	struct journal_item *outcome;
};

struct renewal {
	const struct core *core;
	struct httpc_multi *http;
	struct journal *journal;
	struct queue *queue;
	struct lease_watch *watch;
	struct work *works;
	size_t n_works;
	bool more_now;           /* the last turn left something that could go at once */
	struct refresh_due seen; /* where the next page begins … */
	bool more;               /* … when there is one */
	int64_t scanned_ms;
};

/* ---- one call ---- */

static void work_free(struct work *work)
{
	refresh_attempt_release(&work->attempt);
	journal_item_free(work->outcome);
	free(work);
}

static void work_unlink(struct renewal *r, const struct work *work)
{
	struct work **at = &r->works;

	while (*at != work)
		at = &(*at)->next;
	*at = work->next;
	r->n_works--;
}

static enum queue_outcome outcome_of(const struct refresh_settlement *s)
{
	switch (s->failure) {
	case TOKEN_RATE_LIMITED:
		return QUEUE_LIMITED;
	case TOKEN_NO_ANSWER:
	case TOKEN_TIMEOUT:
	case TOKEN_MALFORMED:
	case TOKEN_FORBIDDEN:
		return QUEUE_FAILED;
	default:
		return QUEUE_ANSWERED;
	}
}

static void give_back(struct renewal *r, struct queue_item *item, enum queue_outcome outcome,
	int64_t retry_after_s)
{
	queue_give_back(r->queue, item, outcome, retry_after_s < 0 ? -1 : retry_after_s * 1000,
		clock_mono_ms());
}

static void on_done(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct work *work = arg;
	struct renewal *r = work->renewal;
	struct refresh_settlement *s = &work->outcome->settlement;

	work_unlink(r, work);
	refresh_end(r->core, &work->attempt, rc, rs, s);
	CRASHPOINT("refresh.answered");
	give_back(r, work->item, outcome_of(s), s->retry_after_s);
	journal_add(r->journal, work->outcome);
	work->outcome = NULL;
	work_free(work);
}

static struct work *work_new(struct renewal *r, struct queue_item *item, int64_t send_by_ms)
{
	struct work *work = calloc(1, sizeof(*work));

	if (!work)
		return NULL;
	work->renewal = r;
	work->item = item;
	work->send_by_ms = send_by_ms;
	work->outcome = journal_item_new();
	if (work->outcome)
		return work;
	free(work);
	return NULL;
}

/* Nothing was sent, for reasons of ours: the provider is not blamed, and the lease is left to the watch. */
static void forgo(struct renewal *r, struct work *work, enum rc rc)
{
	log_warn("refresh.forgone", "rc", rc_name(rc));
	work_unlink(r, work);
	give_back(r, work->item, QUEUE_UNKNOWN, -1);
	work_free(work);
}

static void call_provider(struct renewal *r, struct work *work, struct httpc_request *rq)
{
	struct httpc_response none = {.retry_after_s = -1};
	enum rc rc = RC_TIMEOUT;

	work->next = r->works;
	r->works = work;
	r->n_works++;
	CRASHPOINT("refresh.prepared");
	if (clock_mono_ms() < work->send_by_ms)
		rc = httpc_multi_start(r->http, rq, on_done, work);
	if (rc == RC_EGRESS || rc == RC_INVALID) /* an outcome like others */
		on_done(rc, &none, work);
	else if (rc != RC_OK)
		forgo(r, work, rc);
}

/* item is claimed. Without memory its lease is left to the watch. */
static void start(struct renewal *r, struct queue_item *item, const struct refresh_lease *lease,
	int64_t send_by_ms)
{
	struct work *work = work_new(r, item, send_by_ms);
	struct httpc_request rq = {0};
	enum rc rc = work ? refresh_begin(r->core, &item->due, lease, &work->attempt, &rq,
				    &work->outcome->settlement)
			  : RC_NOMEM;

	if (rc == RC_OK) {
		call_provider(r, work, &rq);
		httpc_request_release(&rq);
		return;
	}
	give_back(r, item, QUEUE_UNKNOWN, -1);
	if (!work)
		return;
	if (rc != RC_CONFLICT) {
		journal_add(r->journal, work->outcome);
		work->outcome = NULL;
	}
	work_free(work);
}

/* ---- claiming ---- */

struct claims {
	const struct renewal *renewal;
	struct queue_item *items[BATCH];
	struct refresh_lease leases[BATCH];
	bool claimed[BATCH];
	size_t n;
};

static enum rc claim_all(struct db *db, void *arg)
{
	struct claims *c = arg;
	const struct refresh_due *due[BATCH];

	for (size_t i = 0; i < c->n; i++)
		due[i] = &c->items[i]->due;
	return refresh_claim_all(db, journal_owner(c->renewal->journal), clock_now_s(), due, c->n,
		c->leases, c->claimed);
}

static void take_items(struct renewal *r, struct claims *c)
{
	size_t room = RENEWAL_ACTIVE_MAX - r->n_works;
	int64_t now_ms = clock_mono_ms();

	memset(c, 0, sizeof(*c));
	c->renewal = r;
	while (c->n < BATCH && c->n < room) {
		struct queue_item *item = queue_take(r->queue, now_ms);

		if (!item)
			return;
		c->items[c->n++] = item;
	}
}

static enum rc start_some(struct renewal *r)
{
	int64_t send_by_ms =
		clock_mono_ms() + r->core->cfg->refresh_takeover_ms / SEND_WITHIN_SHARE;
	struct claims c;
	enum rc rc;

	take_items(r, &c);
	r->more_now = c.n == BATCH;
	if (c.n == 0)
		return RC_OK;
	rc = db_transact(r->core->db, claim_all, &c);
	CRASHPOINT("refresh.claimed");
	for (size_t i = 0; i < c.n; i++) {
		if (rc == RC_OK && c.claimed[i] && clock_mono_ms() < send_by_ms)
			start(r, c.items[i], &c.leases[i], send_by_ms);
		else
			give_back(r, c.items[i], QUEUE_UNKNOWN, -1);
	}
	return rc;
}

/* ---- looking ---- */

/* For what a file says of all its renewals; the definition of an API tool says nothing of the kind, and is not asked for
 * each that is due. */
static const struct provider *provider_of(const struct renewal *r, const struct refresh_due *due)
{
	struct provider_ref ref = {due->plugin_id, due->provider};

	return catalogue_find_ref(r->core->catalogue, &ref);
}

static void put_off(const struct uuid *client_id, int64_t wait_ms, void *arg)
{
	struct renewal *r = arg;
	int64_t now_s = clock_now_s(), wait_s = wait_ms / 1000 + 1;
	enum rc rc = refresh_postpone(
		r->core->db, client_id, "provider_down", now_s + wait_s, wait_s / 2, now_s);

	log_warn("breaker.open", "rc", rc_name(rc));
}

/* One page, after what was seen before. */
static enum rc look_at_page(struct renewal *r, bool from_beginning)
{
	struct refresh_due *due;
	size_t n;
	enum rc rc = refresh_due_list(
		r->core->db, clock_now_s(), from_beginning ? NULL : &r->seen, PAGE, &due, &n);

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		(void)queue_offer(r->queue, &due[i], provider_of(r, &due[i]), clock_mono_ms());
	/* a first page that is read in between, for those that somebody waits for, moves nothing */
	if (!from_beginning || !r->more) {
		r->more = n == PAGE;
		if (n)
			r->seen = due[n - 1];
	}
	free(due);
	return RC_OK;
}

/* How many may wait, and the next page is read all the same. When it is about to run dry; and now and then while lanes
 * are full, because others come behind those that have no room: two slow providers must not hide a third (C5). */
static size_t enough(struct renewal *r)
{
	int64_t now_ms = clock_mono_ms();

	if (r->scanned_ms + SCAN_EVERY_MS > now_ms)
		return PAGE / 2;
	r->scanned_ms = now_ms;
	return QUEUE_WAITING_MAX;
}

static enum rc look_at_schedule(struct renewal *r, bool look)
{
	size_t waiting_max = enough(r);
	enum rc rc = RC_OK;

	if (look)
		rc = look_at_page(r, true);
	for (size_t i = 0;
		i < PAGES_A_TURN && r->more && rc == RC_OK && queue_waiting(r->queue) < waiting_max;
		i++)
		rc = look_at_page(r, false);
	if (rc == RC_OK)
		queue_held_back(r->queue, clock_mono_ms(), put_off, r);
	return rc;
}

/* ---- settling ---- */

/* When is one tried again that another's call keeps out, and one that the database refuses? And what it refused for so
 * long it will never take. */
#define CONTENDED_PAUSE_MS 2000
#define REFUSED_PAUSE_MS 10000
#define REFUSED_MAX_MS 3600000
/* Where so many are refused it is not their fault: no provider is called whose answer could not be kept either. */
#define REFUSED_MAX 8

struct settling {
	struct renewal *renewal;
	struct journal_item *items[BATCH];
	enum rc results[BATCH];
	size_t n;
};

static enum rc settle_each(struct db *db, void *arg)
{
	struct settling *s = arg;

	audit_batch_drop(s->renewal->core); /* of a run that failed */
	for (size_t i = 0; i < s->n; i++) {
		s->results[i] = refresh_settle(s->renewal->core, db, &s->items[i]->settlement);
		if (s->results[i] != RC_OK && s->results[i] != RC_CONFLICT &&
			s->results[i] != RC_TIMEOUT)
			return s->results[i];
	}
	return audit_batch_write(s->renewal->core);
}

static void drop_settled(struct settling *s)
{
	CRASHPOINT("refresh.committed");
	for (size_t i = 0; i < s->n; i++) {
		if (s->results[i] == RC_TIMEOUT) {
			/* another's call is under way: once it has ended */
			s->items[i]->not_before_ms = clock_mono_ms() + CONTENDED_PAUSE_MS;
			continue;
		}
		if (s->results[i] == RC_CONFLICT) {
			log_info("refresh.overtaken");
			if (refresh_discard(s->renewal->core, &s->items[i]->settlement) != RC_OK) {
				/* what it brought is to be revoked, and nobody else knows it */
				s->items[i]->not_before_ms = clock_mono_ms() + CONTENDED_PAUSE_MS;
				continue;
			}
		}
		journal_drop(s->renewal->journal, s->items[i]);
	}
	CRASHPOINT("refresh.dropped");
}

/* One that the database refuses must not hold up the others, nor what comes after them; nor is it tried for ever. */
static void put_by(struct renewal *r, struct journal_item *item, enum rc why)
{
	int64_t now_ms = clock_mono_ms();
	char id[UUID_TEXT_SIZE];

	uuid_text(&item->settlement.row.id.u, id);
	item->not_before_ms = now_ms + REFUSED_PAUSE_MS;
	if (item->refused_ms == 0) {
		item->refused_ms = now_ms;
		log_error("refresh.refused", "credential", id, "rc", rc_name(why));
	} else if (item->refused_ms + REFUSED_MAX_MS <= now_ms &&
		   journal_set_aside(r->journal, item) == RC_OK) {
		log_error("refresh.set_aside", "credential", id, "rc", rc_name(why));
	}
}

static enum rc settle_alone(struct renewal *r, struct journal_item *item)
{
	struct settling s = {.renewal = r, .items = {item}, .n = 1};
	enum rc rc = db_transact(r->core->db, settle_each, &s);

	if (rc == RC_OK)
		drop_settled(&s);
	else if (rc != RC_UNAVAILABLE)
		put_by(r, item, rc);
	return rc == RC_UNAVAILABLE ? rc : RC_OK;
}

static void take_ready(struct renewal *r, struct settling *s)
{
	int64_t now_ms = clock_mono_ms();

	for (struct journal_item *i = journal_first(r->journal); i; i = i->next) {
		if (i->not_before_ms > now_ms)
			continue;
		if (s->n == BATCH) {
			r->more_now = true;
			return;
		}
		s->items[s->n++] = i;
	}
}

static enum rc settle_batch(struct renewal *r)
{
	struct settling s = {.renewal = r};
	enum rc rc;

	take_ready(r, &s);
	if (s.n == 0)
		return RC_OK;
	rc = db_transact(r->core->db, settle_each, &s);
	if (rc == RC_OK)
		drop_settled(&s);
	if (rc == RC_OK || rc == RC_UNAVAILABLE)
		return rc;
	rc = RC_OK;
	for (size_t i = 0; i < s.n && rc == RC_OK; i++)
		rc = settle_alone(r, s.items[i]);
	return rc;
}

static enum rc settle_some(struct renewal *r)
{
	enum rc rc;

	if (!journal_first(r->journal))
		return RC_OK;
	CRASHPOINT("refresh.settling");
	if (journal_sync(r->journal) == RC_OK)
		CRASHPOINT("refresh.journalled");
	/* without the disk the commit alone has to do: waiting would not make it safer */
	rc = settle_batch(r);
	journal_trim(r->journal);
	return rc;
}

enum rc renewal_settle(struct renewal *r)
{
	enum rc rc;

	do {
		r->more_now = false;
		rc = settle_some(r);
	} while (rc == RC_OK && r->more_now);
	return rc;
}

static size_t count_refused(const struct renewal *r)
{
	size_t n = 0;

	for (const struct journal_item *i = journal_first(r->journal); i; i = i->next)
		n += i->refused_ms != 0;
	return n;
}

/* ---- turns ---- */

enum rc renewal_turn(struct renewal *r, bool look)
{
	enum rc rc;

	r->more_now = false;
	rc = settle_some(r);
	if (rc == RC_OK && count_refused(r) >= REFUSED_MAX)
		return RC_UNAVAILABLE;
	if (rc == RC_OK)
		rc = look_at_schedule(r, look);
	/* before a provider is called: could its answer be kept (C32, C33)? */
	if (rc == RC_OK && queue_waiting(r->queue) && !journal_ready(r->journal))
		return RC_UNAVAILABLE;
	return rc == RC_OK ? start_some(r) : rc;
}

/* A lease is ours when a call is under way for it, or when its settlement waits. */
static bool is_ours(const struct refresh_lease *lease, const struct credential_id *id, void *arg)
{
	const struct renewal *r = arg;

	if (!uuid_equal(&lease->owner, journal_owner(r->journal)))
		return false;
	for (const struct work *w = r->works; w; w = w->next)
		if (uuid_equal(&w->attempt.row.id.u, &id->u))
			return true;
	for (const struct journal_item *i = journal_first(r->journal); i; i = i->next)
		if (uuid_equal(&i->settlement.row.id.u, &id->u))
			return true;
	return false;
}

enum rc renewal_take_over(struct renewal *r)
{
	return lease_watch_turn(r->watch, r->core->db, is_ours, r);
}

enum rc renewal_bury(struct renewal *r)
{
	struct uuid dead;
	/* all of it: a lease that is given back while its answer still waits would be claimed, and its token sent again */
	enum rc rc = renewal_settle(r);

	CRASHPOINT("upkeep.burial");
	if (rc == RC_OK && journal_dead_owner(r->journal, &dead))
		rc = refresh_abandon_owner(r->core->db, &dead);
	CRASHPOINT("upkeep.buried");
	return rc == RC_OK ? journal_begin(r->journal) : rc;
}

/* ---- life ---- */

enum rc renewal_open(const struct core *core, struct httpc_multi *http, struct renewal **out)
{
	struct renewal *r = calloc(1, sizeof(*r));
	enum rc rc;

	*out = NULL;
	if (!r)
		return RC_NOMEM;
	r->core = core;
	r->http = http;
	r->queue = queue_new();
	r->watch = lease_watch_new(core->cfg->refresh_takeover_ms);
	rc = r->queue && r->watch ? journal_open(core->cfg->refresh_dir, &r->journal) : RC_NOMEM;
	if (rc == RC_OK)
		*out = r;
	else
		renewal_close(r);
	return rc;
}

void renewal_close(struct renewal *r)
{
	if (!r)
		return;
	queue_free(r->queue);
	lease_watch_free(r->watch);
	journal_close(r->journal);
	free(r);
}

bool renewal_has_more(const struct renewal *r)
{
	return r->more_now;
}

bool renewal_needs(const struct renewal *r, const struct catalogue *catalogue)
{
	for (const struct work *work = r->works; work; work = work->next) {
		const struct provider *p = work->attempt.provider;

		if (p && catalogue_find(catalogue, p->id) == p)
			return true;
	}
	return false;
}
