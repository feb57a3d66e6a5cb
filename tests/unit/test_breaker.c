/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/breaker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"
#include "platform/shared.h"

#define TRY_MS 1000
#define SECOND_MS INT64_C(1000)

static struct breaker *breaker;
static int64_t wait_s;

static void fresh(void)
{
	breaker_free(breaker);
	if (breaker_new(&breaker) != RC_OK)
		abort();
}

static enum rc ask(const char *who, int64_t now_ms)
{
	return breaker_ask(breaker, who, strlen(who), now_ms, TRY_MS, &wait_s);
}

static void fail(const char *who, int n, int64_t now_ms)
{
	while (n-- > 0)
		breaker_tell(breaker, who, strlen(who), now_ms, true, 0);
}

static void succeed(const char *who, int64_t now_ms)
{
	breaker_tell(breaker, who, strlen(who), now_ms, false, 0);
}

static void it_rests_after_so_many_in_a_row(void)
{
	fresh();
	CHECK_INT(ask("a", 1), RC_OK);
	fail("a", BREAKER_FAILURES - 1, 1);
	CHECK_INT(ask("a", 1), RC_OK);
	fail("a", 1, 1);
	CHECK_INT(ask("a", 1), RC_LIMIT);
	CHECK_INT(wait_s, 30);
	CHECK_INT(ask("a", BREAKER_REST_MS), RC_LIMIT);
	CHECK_INT(wait_s, 1);
	CHECK_INT(ask("b", 1), RC_OK); /* others have nothing to do with it */
}

static void a_success_between_them_begins_anew(void)
{
	fresh();
	fail("a", BREAKER_FAILURES - 1, 1);
	succeed("a", 1);
	fail("a", BREAKER_FAILURES - 1, 1);
	CHECK_INT(ask("a", 1), RC_OK);
}

static void one_may_try_after_the_rest(void)
{
	int64_t now_ms = 1 + BREAKER_REST_MS;

	fresh();
	fail("a", BREAKER_FAILURES, 1);
	CHECK_INT(ask("a", now_ms), RC_OK);
	CHECK_INT(ask("a", now_ms), RC_LIMIT); /* one, no more */
	CHECK_INT(wait_s, 1);
	succeed("a", now_ms);
	CHECK_INT(ask("a", now_ms), RC_OK);
	CHECK_INT(ask("a", now_ms), RC_OK);
}

static void who_tries_and_is_lost_blocks_nobody(void)
{
	int64_t now_ms = 1 + BREAKER_REST_MS;

	fresh();
	fail("a", BREAKER_FAILURES, 1);
	CHECK_INT(ask("a", now_ms), RC_OK);
	CHECK_INT(ask("a", now_ms + TRY_MS - 1), RC_LIMIT);
	CHECK_INT(ask("a", now_ms + TRY_MS), RC_OK);
}

static void rests_grow_and_end(void)
{
	static const int rests_s[] = {30, 60, 120, 240, 300, 300};
	int64_t now_ms = 1;

	fresh();
	fail("a", BREAKER_FAILURES - 1, now_ms);
	for (size_t i = 0; i < sizeof(rests_s) / sizeof(rests_s[0]); i++) {
		CHECK_INT(ask("a", now_ms), RC_OK);
		fail("a", 1, now_ms);
		CHECK_INT(ask("a", now_ms), RC_LIMIT);
		CHECK_INT(wait_s, rests_s[i]);
		now_ms += rests_s[i] * SECOND_MS;
	}
}

static void late_news_do_not_make_it_longer(void)
{
	fresh();
	fail("a", BREAKER_FAILURES + 20, 1);
	CHECK_INT(ask("a", 1), RC_LIMIT);
	CHECK_INT(wait_s, 30);
}

static void who_asks_to_be_left_alone_is(void)
{
	fresh();
	fail("a", BREAKER_FAILURES - 1, 1);
	breaker_tell(breaker, "a", 1, 1, true, 100 * SECOND_MS);
	CHECK_INT(ask("a", 1), RC_LIMIT);
	CHECK_INT(wait_s, 100);
	fail("b", BREAKER_FAILURES - 1, 1);
	breaker_tell(breaker, "b", 1, 1, true, INT64_C(1) << 40); /* but not for ever */
	CHECK_INT(ask("b", 1), RC_LIMIT);
	CHECK_INT(wait_s, 300);
	breaker_tell(breaker, "c", 1, 1, true, 100 * SECOND_MS);
	CHECK_INT(ask("c", 1), RC_OK); /* once is no reason */
}

static void a_full_table_forgets_those_that_do_not_rest(void)
{
	char name[16];

	fresh();
	fail("a", BREAKER_FAILURES, 1);
	for (int i = 0; i < 20000; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		fail(name, 1, 2);
	}
	CHECK_INT(ask("a", 3), RC_LIMIT);
}

static void processes_share_it(void)
{
	pid_t pid;

	fresh();
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		fail("a", BREAKER_FAILURES, 1);
		shared_lock(breaker); /* and dies with it */
		(void)raise(SIGKILL);
	}
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	CHECK_INT(ask("a", 1), RC_LIMIT);
	succeed("a", 1);
	CHECK_INT(ask("a", 1), RC_OK);
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 1;
	RUN(it_rests_after_so_many_in_a_row);
	RUN(a_success_between_them_begins_anew);
	RUN(one_may_try_after_the_rest);
	RUN(who_tries_and_is_lost_blocks_nobody);
	RUN(rests_grow_and_end);
	RUN(late_news_do_not_make_it_longer);
	RUN(who_asks_to_be_left_alone_is);
	RUN(a_full_table_forgets_those_that_do_not_rest);
	RUN(processes_share_it);
	breaker_free(breaker);
	return CHECK_DONE;
}
