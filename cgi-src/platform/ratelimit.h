/* SPDX-License-Identifier: Apache-2.0
 *
 * So many requests a second for each subject, shared by all processes forked after ratelimit_new: GCRA, one
 * atomic word a slot (the theoretical arrival time of the next request), in memory that is mapped once.
 *
 * A subject is hashed, with a secret that is drawn anew at each start, to one of RATELIMIT_SLOTS slots; nothing
 * is ever entered, so nothing can fill up: whoever comes with ever new subjects wears out one slot in 2^18 for
 * each that they drive over its limit, and cannot choose whose. Two busy subjects of one slot share its rate.
 */
#ifndef GRANTRY_PLATFORM_RATELIMIT_H
#define GRANTRY_PLATFORM_RATELIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"

#define RATELIMIT_SLOTS ((size_t)1 << 18) /* 2 MiB, of which the machine gives what is touched */
#define RATELIMIT_BURST_S 10              /* what was not used for so long may be used at once */
#define RATELIMIT_PER_S_MAX 100000

struct ratelimit;

/** ratelimit_new(per_s, out): before the fork. per_s 0: *out is NULL, which limits nothing. RC_INVALID: negative
 * or more than RATELIMIT_PER_S_MAX. After codec_init. */
enum rc ratelimit_new(long per_s, struct ratelimit **out) RC_MUST_CHECK;
/** ratelimit_free(r): NULL-safe. Other processes keep what they have mapped. */
void ratelimit_free(struct ratelimit *r);

/** ratelimit_take(r, subject, len, now_us, wait_s): now_us of clock_mono_us. RC_LIMIT: too many; *wait_s, at
 * least 1, says when there is room for one again. What is refused costs nothing. */
enum rc ratelimit_take(struct ratelimit *r, const void *subject, size_t len, int64_t now_us,
	int64_t *wait_s) RC_MUST_CHECK;

#endif
