/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may go next: lanes, their limits, and the breaker. The file itself is included, to count lanes.
 */
#include "domain/upkeep/queue.c"

#include <stdio.h>

#include "check.h"

#define S ((int64_t)1000)

static struct queue *queue;
static int64_t now_ms;
static struct provider narrow; /* bears two calls at once */

/* Tenant, client and provider by number: 0 is nobody in particular. */
static struct refresh_due due_of(
	unsigned id, unsigned tenant, unsigned client, const char *provider)
{
	struct refresh_due due = {.due_at_s = 1700000000};

	memcpy(due.id.u.b, &id, sizeof(id));
	memcpy(due.tenant.u.b, &tenant, sizeof(tenant));
	memcpy(due.client_id.b + 12, &client, sizeof(client));
	(void)snprintf(due.plugin_id, sizeof(due.plugin_id), "acme/%s", provider);
	(void)snprintf(due.provider, sizeof(due.provider), "%s", provider);
	return due;
}

static enum queue_answer offer(unsigned id, unsigned tenant, unsigned client, const char *provider)
{
	struct refresh_due due = due_of(id, tenant, client, provider);

	return queue_offer(queue, &due, NULL, now_ms);
}

static enum queue_answer offer_narrow(unsigned id, unsigned tenant, unsigned client)
{
	struct refresh_due due = due_of(id, tenant, client, "narrow");

	return queue_offer(queue, &due, &narrow, now_ms);
}

static enum queue_answer offer_hurried(unsigned id, const char *provider)
{
	struct refresh_due due = due_of(id, 1, 1, provider);

	due.due_at_s = 0;
	return queue_offer(queue, &due, NULL, now_ms);
}

static unsigned number_of(const struct queue_item *item)
{
	unsigned id = 0;

	if (item)
		memcpy(&id, item->due.id.u.b, sizeof(id));
	return id;
}

static struct queue_item *take(void)
{
	return queue_take(queue, now_ms);
}

static void give(struct queue_item *item, enum queue_outcome outcome)
{
	queue_give_back(queue, item, outcome, -1, now_ms);
}

/* The next one's number, given back at once; 0: none may go. */
static unsigned pass(enum queue_outcome outcome)
{
	struct queue_item *item = take();
	unsigned id = number_of(item);

	if (item)
		give(item, outcome);
	return id;
}

static size_t lanes(void)
{
	size_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct lane *lane = queue->lanes[i]; lane; lane = lane->next)
			n++;
	return n;
}

static void begin(void)
{
	queue_free(queue);
	queue = queue_new();
	now_ms = 50 * S;
	narrow.oauth.refresh_at_once = 2;
}

/* ---- order ---- */

static void the_longest_due_goes_first_and_is_gone_then(void)
{
	begin();
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	for (unsigned id = 1; id <= 3; id++)
		CHECK_INT(offer(id, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(queue_waiting(queue), 3);
	for (unsigned id = 1; id <= 3; id++)
		CHECK_INT(pass(QUEUE_ANSWERED), id);
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	CHECK_INT(queue_waiting(queue), 0);
	CHECK_INT(lanes(), 0);
	CHECK_INT(offer(4, 1, 1, "drive"), QUEUE_TAKEN_IN); /* behind the last one that went */
	CHECK_INT(pass(QUEUE_ANSWERED), 4);
}

static void what_somebody_waits_for_goes_before_all_others(void)
{
	begin();
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(offer_hurried(2, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(offer(3, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_ANSWERED), 2);
	CHECK_INT(pass(QUEUE_ANSWERED), 1);
	CHECK_INT(pass(QUEUE_ANSWERED), 3);
	CHECK_INT(offer_hurried(4, "drive"), QUEUE_TAKEN_IN); /* alone, it is the last one, too */
	CHECK_INT(offer(5, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_ANSWERED), 4);
	CHECK_INT(pass(QUEUE_ANSWERED), 5);
}

static void what_waits_already_is_not_taken_in_again_but_can_be_hurried(void)
{
	begin();
	for (unsigned id = 1; id <= 3; id++)
		CHECK_INT(offer(id, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(offer(2, 1, 1, "drive"), QUEUE_THERE);
	CHECK_INT(offer_hurried(3, "drive"), QUEUE_THERE);
	CHECK_INT(offer_hurried(3, "drive"), QUEUE_THERE);
	CHECK_INT(queue_waiting(queue), 3);
	CHECK_INT(pass(QUEUE_ANSWERED), 3);
	CHECK_INT(offer(4, 1, 1, "drive"), QUEUE_TAKEN_IN); /* the end of the line is still known */
	CHECK_INT(pass(QUEUE_ANSWERED), 1);
	CHECK_INT(pass(QUEUE_ANSWERED), 2);
	CHECK_INT(pass(QUEUE_ANSWERED), 4);
	CHECK_INT(lanes(), 0);
}

/* ---- limits ---- */

static void a_narrow_provider_holds_up_no_other(void)
{
	struct queue_item *first, *second;

	begin();
	for (unsigned id = 1; id <= 5; id++)
		CHECK_INT(offer_narrow(id, 1, 1), QUEUE_TAKEN_IN);
	CHECK_INT(offer(6, 1, 2, "drive"), QUEUE_TAKEN_IN);
	first = take();
	second = take();
	CHECK_INT(number_of(first), 1);
	CHECK_INT(number_of(second), 2);
	CHECK_INT(pass(QUEUE_ANSWERED), 6);
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	give(second, QUEUE_ANSWERED);
	CHECK_INT(number_of(second = take()), 3);
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	give(first, QUEUE_UNKNOWN); /* its place is free whatever came of it */
	give(second, QUEUE_FAILED);
	CHECK_INT(pass(QUEUE_ANSWERED), 4);
	CHECK_INT(pass(QUEUE_ANSWERED), 5);
	CHECK_INT(lanes(), 0);
}

static void a_provider_without_a_limit_of_its_own_has_the_default(void)
{
	struct queue_item *items[QUEUE_PROVIDER_ACTIVE_MAX];

	begin();
	for (unsigned id = 1; id <= QUEUE_PROVIDER_ACTIVE_MAX + 1; id++)
		CHECK_INT(offer(id, id, id, "drive"), QUEUE_TAKEN_IN);
	for (unsigned i = 0; i < QUEUE_PROVIDER_ACTIVE_MAX; i++)
		CHECK_INT(number_of(items[i] = take()), i + 1);
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	for (unsigned i = 0; i < QUEUE_PROVIDER_ACTIVE_MAX; i++)
		give(items[i], QUEUE_ANSWERED);
	CHECK_INT(pass(QUEUE_ANSWERED), QUEUE_PROVIDER_ACTIVE_MAX + 1);
}

static void a_greedy_tenant_holds_up_no_other(void)
{
	struct queue_item *items[QUEUE_TENANT_ACTIVE_MAX];
	unsigned id = 1;

	begin();
	while (offer(id, 1, id, id % 2 ? "drive" : "mail") == QUEUE_TAKEN_IN)
		id++;
	CHECK_INT(id - 1, QUEUE_TENANT_WAITING_MAX);
	CHECK_INT(offer(id, 1, id, "drive"), QUEUE_FULL);
	CHECK_INT(offer(id, 2, id, "drive"), QUEUE_TAKEN_IN);
	for (size_t i = 0; i < QUEUE_TENANT_ACTIVE_MAX; i++)
		CHECK_INT(number_of(items[i] = take()), i + 1);
	CHECK_INT(pass(QUEUE_ANSWERED), id); /* the other's, behind hundreds */
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	for (size_t i = 0; i < QUEUE_TENANT_ACTIVE_MAX; i++)
		give(items[i], QUEUE_ANSWERED);
	for (unsigned i = QUEUE_TENANT_ACTIVE_MAX; i < QUEUE_TENANT_WAITING_MAX; i++)
		CHECK_INT(pass(QUEUE_ANSWERED), i + 1);
	CHECK_INT(lanes(), 0);
}

static void one_provider_never_fills_the_whole(void)
{
	unsigned id = 1;

	begin();
	while (offer(id, id, 1, "drive") == QUEUE_TAKEN_IN)
		id++;
	CHECK_INT(id - 1, QUEUE_PROVIDER_WAITING_MAX);
	CHECK_INT(offer(id, id, 2, "drive"), QUEUE_FULL); /* a new client of it, too */
	CHECK_INT(offer(id, id, 2, "mail"), QUEUE_TAKEN_IN);
}

static void a_full_queue_takes_nothing_in_until_one_went(void)
{
	size_t before;
	char name[16];
	unsigned id;

	begin();
	for (id = 1; id <= QUEUE_WAITING_MAX; id++) {
		(void)snprintf(name, sizeof(name), "p%u", id % 7);
		CHECK_INT(offer(id, id % 11, id % 13, name), QUEUE_TAKEN_IN);
	}
	before = lanes();
	CHECK_INT(offer(id, 99, 99, "new"), QUEUE_FULL);
	CHECK_INT(offer(1, 1, 1, "p1"), QUEUE_THERE);
	CHECK_INT(lanes(), before); /* who was sent away left no lane behind */
	CHECK(pass(QUEUE_ANSWERED) != 0);
	CHECK_INT(offer(id, 99, 99, "new"), QUEUE_TAKEN_IN);
	while (pass(QUEUE_ANSWERED))
		;
	CHECK_INT(queue_waiting(queue), 0);
	CHECK_INT(lanes(), 0);
}

/* Equal bytes in another part are another lane. */
static void lanes_of_different_kinds_never_meet(void)
{
	begin();
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(lanes(), 3);
	CHECK_INT(offer(2, 1, 2, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(lanes(), 4);
	CHECK_INT(offer(3, 2, 2, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(lanes(), 5);
	CHECK_INT(offer(4, 2, 2, "mail"), QUEUE_TAKEN_IN);
	CHECK_INT(lanes(), 6);
}

/* ---- breaker ---- */

struct report {
	int calls;
	unsigned client;
	int64_t wait_ms;
};

static void note(const struct uuid *client_id, int64_t wait_ms, void *arg)
{
	struct report *report = arg;

	report->calls++;
	memcpy(&report->client, client_id->b + 12, sizeof(report->client));
	report->wait_ms = wait_ms;
}

static struct report held_back(void)
{
	struct report report = {0};

	queue_held_back(queue, now_ms, note, &report);
	return report;
}

static void let_fail(unsigned client, int times)
{
	for (int i = 0; i < times; i++) {
		CHECK_INT(offer(1000 + (unsigned)i, 1, client, "drive"), QUEUE_TAKEN_IN);
		CHECK_INT(pass(QUEUE_FAILED), 1000 + i);
	}
}

static void five_failures_in_a_row_open_it_and_less_do_not(void)
{
	begin();
	let_fail(1, BREAKER_FAILURES - 1);
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_ANSWERED), 1);
	let_fail(1, BREAKER_FAILURES - 1);
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_UNKNOWN), 1); /* says nothing either way */
	CHECK_INT(held_back().calls, 0);
	let_fail(1, 1);
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(offer_hurried(2, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(offer(3, 1, 2, "drive"), QUEUE_TAKEN_IN); /* another client of that provider */
	CHECK_INT(pass(QUEUE_ANSWERED), 3);
}

/* What is minted from keys has no client: each stands for itself. */
static void without_a_client_a_breaker_is_of_one_alone(void)
{
	begin();
	let_fail(0, BREAKER_FAILURES);
	for (int i = 0; i < BREAKER_FAILURES; i++) {
		CHECK_INT(offer(7, 1, 0, "drive"), QUEUE_TAKEN_IN);
		CHECK_INT(pass(QUEUE_FAILED), 7);
	}
	CHECK_INT(offer(7, 1, 0, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(offer(8, 1, 0, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_ANSWERED), 8);
}

static void what_waits_behind_an_open_breaker_is_dropped_and_reported_once(void)
{
	struct queue_item *last;
	struct report report;

	begin();
	let_fail(7, BREAKER_FAILURES - 1);
	for (unsigned id = 1; id <= 9; id++)
		CHECK_INT(offer(id, id, id % 3 ? 7 : 8, id % 2 ? "drive" : "mail"), QUEUE_TAKEN_IN);
	last = take();
	CHECK_INT(number_of(last), 1);
	now_ms += S;
	give(last, QUEUE_FAILED);
	CHECK_INT(pass(QUEUE_ANSWERED), 3); /* only the other client's may go */
	now_ms += S;
	report = held_back();
	CHECK_INT(report.calls, 1);
	CHECK_INT(report.client, 7);
	CHECK_INT(report.wait_ms, BREAKER_FIRST_MS - S);
	CHECK_INT(queue_waiting(queue), 2);
	CHECK_INT(held_back().calls, 0);
	CHECK_INT(offer(1, 1, 7, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(offer(2, 1, 7, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(held_back().calls, 1);
	CHECK_INT(held_back().calls, 0);
	CHECK_INT(pass(QUEUE_ANSWERED), 6);
	CHECK_INT(pass(QUEUE_ANSWERED), 9);
	CHECK_INT(offer(10, 1, 8, "mail"), QUEUE_TAKEN_IN); /* the line is whole */
	CHECK_INT(pass(QUEUE_ANSWERED), 10);
	CHECK_INT(lanes(), 1); /* the breaker's memory alone */
}

static void each_probe_that_fails_doubles_the_time_up_to_the_longest(void)
{
	static const int64_t want_ms[] = {30 * S, 60 * S, 120 * S, 240 * S, 300 * S, 300 * S};

	begin();
	let_fail(1, BREAKER_FAILURES);
	for (size_t i = 0; i < sizeof(want_ms) / sizeof(want_ms[0]); i++) {
		now_ms += want_ms[i] - 1;
		CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_HELD_BACK);
		CHECK_INT(held_back().wait_ms, 1);
		now_ms++;
		CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
		CHECK_INT(pass(QUEUE_FAILED), 1);
	}
	/* one success, and all begins anew */
	now_ms += BREAKER_MAX_MS;
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_ANSWERED), 1);
	CHECK_INT(lanes(), 0);
	let_fail(1, BREAKER_FAILURES);
	now_ms += BREAKER_FIRST_MS;
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
}

static void half_open_one_probes_at_a_time(void)
{
	struct queue_item *probe, *second;

	begin();
	let_fail(1, BREAKER_FAILURES);
	now_ms += BREAKER_FIRST_MS;
	for (unsigned id = 1; id <= 4; id++)
		CHECK_INT(offer(id, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(number_of(probe = take()), 1);
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	give(probe, QUEUE_UNKNOWN); /* somebody else had it: the next one probes */
	CHECK_INT(number_of(probe = take()), 2);
	CHECK_INT(pass(QUEUE_ANSWERED), 0);
	give(probe, QUEUE_ANSWERED);
	CHECK_INT(number_of(probe = take()), 3);
	CHECK_INT(number_of(second = take()), 4);
	give(probe, QUEUE_ANSWERED);
	give(second, QUEUE_ANSWERED);
	CHECK_INT(lanes(), 0);
}

/* A hundred calls that fail together are one outage. */
static void those_that_were_under_way_when_it_opened_do_not_prolong_it(void)
{
	struct queue_item *items[20];

	begin();
	for (unsigned id = 1; id <= 20; id++)
		CHECK_INT(offer(id, 1, 1, "drive"), QUEUE_TAKEN_IN);
	for (size_t i = 0; i < 20; i++)
		items[i] = take();
	for (size_t i = 0; i < 20; i++)
		give(items[i], QUEUE_FAILED);
	now_ms += BREAKER_FIRST_MS - 1;
	CHECK_INT(offer(21, 1, 1, "drive"), QUEUE_HELD_BACK);
	now_ms++;
	CHECK_INT(offer(21, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(pass(QUEUE_ANSWERED), 21);
	CHECK_INT(lanes(), 0);
}

static void one_that_was_under_way_and_succeeds_closes_it(void)
{
	struct queue_item *slow;

	begin();
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	slow = take();
	let_fail(1, BREAKER_FAILURES);
	CHECK_INT(offer(2, 1, 1, "drive"), QUEUE_HELD_BACK);
	give(slow, QUEUE_ANSWERED);
	CHECK_INT(offer(2, 1, 1, "drive"), QUEUE_TAKEN_IN);
	CHECK_INT(held_back().calls, 0); /* closed since */
	CHECK_INT(pass(QUEUE_ANSWERED), 2);
}

static int64_t pause_after(int64_t retry_after_ms)
{
	begin();
	CHECK_INT(offer(1, 1, 1, "drive"), QUEUE_TAKEN_IN);
	queue_give_back(queue, take(), QUEUE_LIMITED, retry_after_ms, now_ms);
	CHECK_INT(offer(2, 1, 1, "drive"), QUEUE_HELD_BACK);
	return held_back().wait_ms;
}

static void what_the_provider_asks_for_is_kept_within_bounds(void)
{
	CHECK_INT(pause_after(-1), BREAKER_FIRST_MS);
	CHECK_INT(pause_after(0), BREAKER_FIRST_MS);
	CHECK_INT(pause_after(90 * S), 90 * S);
	CHECK_INT(pause_after(BREAKER_ASKED_MAX_MS), BREAKER_ASKED_MAX_MS);
	CHECK_INT(pause_after(86400 * S), BREAKER_ASKED_MAX_MS);
	CHECK_INT(pause_after(INT32_MAX * S), BREAKER_ASKED_MAX_MS);
}

static void many_that_are_limited_together_ask_for_one_pause(void)
{
	struct queue_item *items[10];

	begin();
	for (unsigned id = 1; id <= 10; id++)
		CHECK_INT(offer(id, 1, 1, "drive"), QUEUE_TAKEN_IN);
	for (size_t i = 0; i < 10; i++)
		items[i] = take();
	for (size_t i = 0; i < 7; i++)
		queue_give_back(queue, items[i], QUEUE_LIMITED, 2 * S, now_ms);
	give(items[7], QUEUE_FAILED);
	give(items[8], QUEUE_ANSWERED); /* was let in before: the pause stands */
	CHECK_INT(offer(11, 1, 1, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(held_back().wait_ms, BREAKER_FIRST_MS);
	queue_give_back(queue, items[9], QUEUE_LIMITED, 40 * S, now_ms);
	CHECK_INT(offer(11, 1, 1, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(held_back().wait_ms, 40 * S); /* the longest that was asked for */
	now_ms += 40 * S;
	CHECK_INT(offer(11, 1, 1, "drive"), QUEUE_TAKEN_IN);
	queue_give_back(queue, take(), QUEUE_LIMITED, -1, now_ms); /* it meant it */
	CHECK_INT(offer(11, 1, 1, "drive"), QUEUE_HELD_BACK);
	CHECK_INT(held_back().wait_ms, 2 * BREAKER_FIRST_MS);
}

/* ---- all of it ---- */

#define WALKERS 64

static unsigned dice(unsigned below)
{
	static uint64_t state = 88172645463325252U;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state % below);
}

static void invariants_hold(size_t active)
{
	size_t waiting = 0, under_way = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		for (const struct lane *lane = queue->lanes[i]; lane; lane = lane->next) {
			waiting += lane->waiting;
			under_way += lane->active;
			CHECK(lane->active <= lane->active_max);
			CHECK(lane->waiting <= lane->waiting_max);
		}
	}
	CHECK_INT(waiting, 3 * queue_waiting(queue));
	CHECK_INT(under_way, 3 * active);
}

static void whatever_comes_no_lane_is_left_and_none_is_lost(void)
{
	struct queue_item *items[WALKERS];
	size_t n = 0;

	begin();
	for (int step = 0; step < 20000; step++) {
		unsigned id = 1 + dice(300);

		now_ms += dice(2000);
		if (dice(3))
			(void)(dice(4) ? offer_narrow(id, id % 5, 1 + id % 3)
				       : offer(id, id % 5, 1 + id % 3, id % 2 ? "drive" : "mail"));
		if (dice(2) && n < WALKERS && (items[n] = take()))
			n++;
		if (dice(2) && n) {
			queue_give_back(queue, items[--n], (enum queue_outcome)dice(4),
				(int64_t)dice(90) * S - S, now_ms);
		}
		if (!dice(20))
			(void)held_back();
		if (step % 500 == 0)
			invariants_hold(n);
	}
	while (n)
		give(items[--n], QUEUE_ANSWERED);
	for (unsigned client = 1; client < 4; client++) { /* whatever their breakers remember */
		now_ms += BREAKER_ASKED_MAX_MS;
		while (pass(QUEUE_ANSWERED))
			;
		CHECK_INT(offer(900 + client, 1, client, "drive"), QUEUE_TAKEN_IN);
		CHECK_INT(pass(QUEUE_ANSWERED), 900 + client);
	}
	CHECK_INT(lanes(), 0);
	CHECK_INT(queue_waiting(queue), 0);
}

/* A client that was removed is never asked again, and its breaker would be remembered for ever. */
static void a_breaker_without_work_is_forgotten(void)
{
	begin();
	let_fail(7, 1);
	let_fail(8, BREAKER_FAILURES);
	CHECK_INT(lanes(), 2);
	now_ms += BREAKER_FORGET_MS - S;
	queue_held_back(queue, now_ms, note, NULL);
	CHECK_INT(lanes(), 2);
	now_ms += S;
	queue_held_back(queue, now_ms, note, NULL);
	CHECK_INT(lanes(), 1); /* that one was open for a while */
	CHECK_INT(offer(1, 1, 8, "drive"), QUEUE_TAKEN_IN);
	now_ms += 2 * BREAKER_FORGET_MS;
	queue_held_back(queue, now_ms, note, NULL);
	CHECK_INT(queue_waiting(queue), 1);
	give(queue_take(queue, now_ms), QUEUE_ANSWERED);
	CHECK_INT(lanes(), 0);
}

static void an_empty_handed_end(void)
{
	begin();
	let_fail(1, BREAKER_FAILURES);
	for (unsigned id = 1; id <= 40; id++)
		CHECK_INT(offer(id, id, 2, "drive"), QUEUE_TAKEN_IN);
	queue_free(queue); /* with items, lanes and an open breaker: the sanitizer looks */
	queue_free(NULL);
	queue = NULL;
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 99;
	RUN(the_longest_due_goes_first_and_is_gone_then);
	RUN(what_somebody_waits_for_goes_before_all_others);
	RUN(what_waits_already_is_not_taken_in_again_but_can_be_hurried);
	RUN(a_narrow_provider_holds_up_no_other);
	RUN(a_provider_without_a_limit_of_its_own_has_the_default);
	RUN(a_greedy_tenant_holds_up_no_other);
	RUN(one_provider_never_fills_the_whole);
	RUN(a_full_queue_takes_nothing_in_until_one_went);
	RUN(lanes_of_different_kinds_never_meet);
	RUN(five_failures_in_a_row_open_it_and_less_do_not);
	RUN(without_a_client_a_breaker_is_of_one_alone);
	RUN(what_waits_behind_an_open_breaker_is_dropped_and_reported_once);
	RUN(each_probe_that_fails_doubles_the_time_up_to_the_longest);
	RUN(half_open_one_probes_at_a_time);
	RUN(those_that_were_under_way_when_it_opened_do_not_prolong_it);
	RUN(one_that_was_under_way_and_succeeds_closes_it);
	RUN(what_the_provider_asks_for_is_kept_within_bounds);
	RUN(many_that_are_limited_together_ask_for_one_pause);
	RUN(whatever_comes_no_lane_is_left_and_none_is_lost);
	RUN(a_breaker_without_work_is_forgotten);
	RUN(an_empty_handed_end);
	return CHECK_DONE;
}
