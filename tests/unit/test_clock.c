/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define SHIFT_S 86400

static void clock_shift_moves_both_wall_clocks(void)
{
	struct timespec ts;
	int64_t want, got_s, got_us;

	clock_gettime(CLOCK_REALTIME, &ts);
	want = (int64_t)ts.tv_sec + SHIFT_S;
	got_s = clock_now_s();
	got_us = clock_now_us();
	CHECK(got_s >= want && got_s <= want + 5);
	CHECK(got_us / 1000000 >= want && got_us / 1000000 <= want + 5);
	CHECK(got_us / 1000000 >= got_s);
}

static void clock_shift_is_read_once(void)
{
	int64_t before = clock_now_s(), after;

	setenv("GRANTRY_CLOCK_SHIFT_S", "0", 1);
	after = clock_now_s();
	CHECK(after - before <= 5);
	CHECK(after >= before);
}

static void clock_mono_is_not_shifted_and_does_not_go_back(void)
{
	struct timespec ts;
	int64_t a = clock_mono_ms(), b = clock_mono_ms();

	clock_gettime(CLOCK_MONOTONIC, &ts);
	CHECK(b >= a);
	CHECK(b <= (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

static void clock_iso_knows_edges(void)
{
	static const struct {
		int64_t at_s;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{1795183320, "2026-11-20T14:02:00Z"},
		{INT64_C(2147483648), "2038-01-19T03:14:08Z"},
		{INT64_C(4107542400), "2100-03-01T00:00:00Z"},
		{INT64_C(253402300799), "9999-12-31T23:59:59Z"},
		{INT64_C(253402300800), "9999-12-31T23:59:59Z"},
		{INT64_MAX, "9999-12-31T23:59:59Z"},
		{INT64_C(-62167219200), "0000-01-01T00:00:00Z"},
		{INT64_MIN, "0000-01-01T00:00:00Z"},
	};
	char text[CLOCK_ISO_SIZE];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		clock_iso(cases[i].at_s, text);
		CHECK_STR(text, cases[i].text);
	}
}

static void clock_iso_ignores_the_time_zone(void)
{
	char text[CLOCK_ISO_SIZE];

	setenv("TZ", "Pacific/Kiritimati", 1);
	tzset();
	clock_iso(0, text);
	CHECK_STR(text, "1970-01-01T00:00:00Z");
}

/* In a process of its own: what the environment says is read once. */
static bool agrees_in_child(void)
{
	struct timespec ts;
	int64_t apart_s;

	unsetenv("GRANTRY_CLOCK_SHIFT_S");
	setenv("GRANTRY_CLOCK_SKEW_S", "-3600", 1);
	clock_gettime(CLOCK_REALTIME, &ts);
	if (clock_now_s() > ts.tv_sec - 3590)
		return false;
	apart_s = clock_agree(ts.tv_sec);
	if (apart_s < 3590 || apart_s > 3610 || clock_now_s() < ts.tv_sec - 10 ||
		clock_now_us() / 1000000 < ts.tv_sec - 10)
		return false;
	/* as near as that it is the same clock, and its own again */
	return clock_agree(ts.tv_sec - 3600) == 0 && clock_now_s() < ts.tv_sec - 3500;
}

static void clock_follows_what_it_agrees_with(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(agrees_in_child() ? 0 : 1);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}

static void clock_that_is_shifted_agrees_with_nobody(void)
{
	int64_t before = clock_now_s();

	CHECK_INT(clock_agree(before - 7200), 0);
	CHECK(clock_now_s() >= before);
}

int main(void)
{
	RUN(clock_follows_what_it_agrees_with); /* first: nothing has been read yet */
	setenv("GRANTRY_CLOCK_SHIFT_S", "86400", 1);
	RUN(clock_shift_moves_both_wall_clocks);
	RUN(clock_shift_is_read_once);
	RUN(clock_mono_is_not_shifted_and_does_not_go_back);
	RUN(clock_that_is_shifted_agrees_with_nobody);
	RUN(clock_iso_knows_edges);
	RUN(clock_iso_ignores_the_time_zone);
	return CHECK_DONE;
}
