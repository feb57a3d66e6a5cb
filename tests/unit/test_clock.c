/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/clock.h"

#include <stdlib.h>
#include <time.h>

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

int main(void)
{
	setenv("GRANTRY_CLOCK_SHIFT_S", "86400", 1);
	RUN(clock_shift_moves_both_wall_clocks);
	RUN(clock_shift_is_read_once);
	RUN(clock_mono_is_not_shifted_and_does_not_go_back);
	RUN(clock_iso_knows_edges);
	RUN(clock_iso_ignores_the_time_zone);
	return CHECK_DONE;
}
