/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/ratelimit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"

#define SECOND_US INT64_C(1000000)
#define PER_S 10
#define BURST (PER_S * RATELIMIT_BURST_S)

static struct ratelimit *limiter(long per_s)
{
	struct ratelimit *r;

	if (ratelimit_new(per_s, &r) != RC_OK)
		abort();
	return r;
}

static enum rc take(struct ratelimit *r, const char *who, int64_t now_us)
{
	int64_t wait_s;

	return ratelimit_take(r, who, strlen(who), now_us, &wait_s);
}

/* How many of n requests at one moment pass. */
static int passed(struct ratelimit *r, const char *who, int n, int64_t now_us)
{
	int count = 0;

	while (n-- > 0)
		count += take(r, who, now_us) == RC_OK;
	return count;
}

static void zero_limits_nothing(void)
{
	struct ratelimit *r = limiter(0);

	CHECK(r == NULL);
	CHECK_INT(passed(r, "a", 1000, SECOND_US), 1000);
	ratelimit_free(r);
}

static void what_is_no_rate_is_refused(void)
{
	struct ratelimit *r;

	CHECK_INT(ratelimit_new(-1, &r), RC_INVALID);
	CHECK_INT(ratelimit_new(RATELIMIT_PER_S_MAX + 1, &r), RC_INVALID);
	CHECK(r == NULL);
}

static void a_burst_passes_and_no_more(void)
{
	struct ratelimit *r = limiter(PER_S);

	CHECK_INT(passed(r, "a", 2 * BURST, 5 * SECOND_US), BURST);
	ratelimit_free(r);
}

static void the_rate_holds_after_the_burst(void)
{
	struct ratelimit *r = limiter(PER_S);
	int64_t now_us = 5 * SECOND_US;
	int count = 0;

	(void)passed(r, "a", BURST, now_us);
	for (int i = 0; i < 1000; i++) /* ten times the rate, for ten seconds */
		count += take(r, "a", now_us += SECOND_US / 100) == RC_OK;
	CHECK_INT(count, 10 * PER_S);
	ratelimit_free(r);
}

static void refused_ones_cost_nothing(void)
{
	struct ratelimit *r = limiter(PER_S);

	(void)passed(r, "a", BURST, SECOND_US);
	CHECK_INT(passed(r, "a", 100000, SECOND_US), 0);
	CHECK_INT(passed(r, "a", 100, 2 * SECOND_US), PER_S);
	ratelimit_free(r);
}

static void long_rest_is_no_more_than_a_burst(void)
{
	struct ratelimit *r = limiter(PER_S);

	CHECK_INT(take(r, "a", SECOND_US), RC_OK);
	CHECK_INT(passed(r, "a", 10 * BURST, 1000000 * SECOND_US), BURST);
	ratelimit_free(r);
}

static void the_wait_is_told_and_true(void)
{
	struct ratelimit *r = limiter(1);
	int64_t wait_s, now_us = 7 * SECOND_US;

	(void)passed(r, "a", RATELIMIT_BURST_S, now_us);
	CHECK_INT(ratelimit_take(r, "a", 1, now_us, &wait_s), RC_LIMIT);
	CHECK_INT(wait_s, 1);
	CHECK_INT(ratelimit_take(r, "a", 1, now_us + wait_s * SECOND_US, &wait_s), RC_OK);
	CHECK_INT(wait_s, 0);
	ratelimit_free(r);
}

static void one_does_not_pay_for_another(void)
{
	struct ratelimit *r = limiter(PER_S);

	(void)passed(r, "a", 2 * BURST, SECOND_US);
	CHECK_INT(passed(r, "b", 2 * BURST, SECOND_US), BURST);
	ratelimit_free(r);
}

/* As strangers would who make up a new key for each request: one request each exhausts nobody's slot. */
static void a_flood_of_strangers_fills_no_table(void)
{
	struct ratelimit *r = limiter(PER_S);
	char who[32];

	for (int i = 0; i < 300000; i++) {
		(void)snprintf(who, sizeof(who), "stranger %d", i);
		(void)take(r, who, SECOND_US);
	}
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(who, sizeof(who), "customer %d", i);
		CHECK_INT(take(r, who, SECOND_US), RC_OK);
	}
	ratelimit_free(r);
}

/* A process that is late finds what the others have used up. */
static void the_burst_of_many_processes_is_one(void)
{
	enum { PROCESSES = 8, TRIES = 2000 };
	struct ratelimit *r = limiter(PER_S);
	int pipes[2], total = 0, count;

	CHECK(pipe(pipes) == 0);
	for (int i = 0; i < PROCESSES; i++) {
		if (fork() != 0)
			continue;
		count = passed(r, "a", TRIES, 3 * SECOND_US);
		_exit(write(pipes[1], &count, sizeof(count)) == sizeof(count) ? 0 : 1);
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status = 1;

		CHECK(wait(&status) > 0 && status == 0);
		CHECK(read(pipes[0], &count, sizeof(count)) == sizeof(count));
		total += count;
	}
	CHECK_INT(total, BURST);
	close(pipes[0]);
	close(pipes[1]);
	ratelimit_free(r);
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 1;
	RUN(zero_limits_nothing);
	RUN(what_is_no_rate_is_refused);
	RUN(a_burst_passes_and_no_more);
	RUN(the_rate_holds_after_the_burst);
	RUN(refused_ones_cost_nothing);
	RUN(long_rest_is_no_more_than_a_burst);
	RUN(the_wait_is_told_and_true);
	RUN(one_does_not_pay_for_another);
	RUN(a_flood_of_strangers_fills_no_table);
	RUN(the_burst_of_many_processes_is_one);
	return CHECK_DONE;
}
