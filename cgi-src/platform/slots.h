/* SPDX-License-Identifier: Apache-2.0
 *
 * So many at once for each subject, counted over all processes forked after slots_new. A process that dies gives
 * its places back, because nobody else can: they are taken from it when somebody needs them, and in any case after
 * the time for which they were asked.
 *
 * A subject is known by a hash with a secret drawn at each start. Two that share one share their limit, which
 * happens once in 2^64.
 */
#ifndef GRANTRY_PLATFORM_SLOTS_H
#define GRANTRY_PLATFORM_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"

#define SLOTS_SUBJECTS 3 /* of one place */
#define SLOTS_MAX 1024   /* places in all */

struct slots;

struct slots_subject {
	const void *p;
	size_t len;
	unsigned most; /* places at once; 0: no limit */
};

/** slots_new(out): before the fork. RC_NOMEM, RC_INTERNAL. After codec_init. */
enum rc slots_new(struct slots **out) RC_MUST_CHECK;
void slots_free(struct slots *s); /* NULL-safe */

/** slots_take(s, subjects, n, now_ms, most_ms, place): one place that counts for all n subjects, until slots_give or for
 * most_ms of clock_mono_ms. RC_LIMIT: *place is the number of the first subject that has as many as it may; n: there
 * is no place at all. */
enum rc slots_take(struct slots *s, const struct slots_subject *subjects, size_t n, int64_t now_ms,
	int64_t most_ms, size_t *place) RC_MUST_CHECK;
/** slots_give(s, place): of this process; one that was taken away meanwhile is left alone. */
void slots_give(struct slots *s, size_t place);

#endif
