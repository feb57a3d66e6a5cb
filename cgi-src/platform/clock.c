/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 0000-01-01 and 9999-12-31T23:59:59: outside them ISO 8601 has no four-digit year. */
#define ISO_MIN_S INT64_C(-62167219200)
#define ISO_MAX_S INT64_C(253402300799)

/* A hundred years: any more is a typing error, and sums with it could overflow. */
#define SHIFT_MAX_S INT64_C(3155760000)

static int64_t shift_parse(const char *text)
{
	long long shift;
	char *end;

	if (!text || !*text)
		return 0;
	errno = 0;
	shift = strtoll(text, &end, 10);
	if (errno || *end || shift > SHIFT_MAX_S || shift < -SHIFT_MAX_S)
		return 0;
	return shift;
}

/* What is added to this machine's clock. */
static struct {
	bool known;
	int64_t shift_s, skew_s, agreed_s;
} clocks;

static int64_t shift_s(void)
{
	if (!clocks.known) {
		clocks.shift_s = shift_parse(getenv("GRANTRY_CLOCK_SHIFT_S"));
		clocks.skew_s = shift_parse(getenv("GRANTRY_CLOCK_SKEW_S"));
		clocks.known = true;
	}
	return clocks.shift_s + clocks.skew_s + clocks.agreed_s;
}

int64_t clock_agree(int64_t now_s)
{
	int64_t apart_s;

	clocks.agreed_s = 0;
	apart_s = now_s - clock_now_s();
	if (clocks.shift_s || (apart_s >= -CLOCK_APART_S && apart_s <= CLOCK_APART_S))
		return 0;
	clocks.agreed_s = apart_s;
	return apart_s;
}

int64_t clock_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ((int64_t)ts.tv_sec + shift_s()) * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_now_s(void)
{
	/* Not time(): on Linux it reads a coarser clock and may lag clock_now_us by a tick, so that a row
	 * stamped first would seem to lie in the future. */
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec + shift_s();
}

int64_t clock_mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void put_digits(char *to, int n, int value)
{
	for (; n > 0; n--, value /= 10)
		to[n - 1] = (char)('0' + value % 10);
}

void clock_iso(int64_t at_s, char out[CLOCK_ISO_SIZE])
{
	struct tm tm;
	time_t at;

	at = at_s < ISO_MIN_S ? ISO_MIN_S : at_s > ISO_MAX_S ? ISO_MAX_S : at_s;
	gmtime_r(&at, &tm);
	memcpy(out, "0000-00-00T00:00:00Z", sizeof("0000-00-00T00:00:00Z"));
	put_digits(out, 4, tm.tm_year + 1900);
	put_digits(out + 5, 2, tm.tm_mon + 1);
	put_digits(out + 8, 2, tm.tm_mday);
	put_digits(out + 11, 2, tm.tm_hour);
	put_digits(out + 14, 2, tm.tm_min);
	put_digits(out + 17, 2, tm.tm_sec);
}
