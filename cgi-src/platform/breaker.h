/* SPDX-License-Identifier: Apache-2.0
 *
 * What fails again and again is left alone for a while, in all processes forked after breaker_new: after
 * BREAKER_FAILURES in a row a subject rests for 30 s; then one may try, and while that one fails the rest doubles, up
 * to 5 minutes. One success ends it.
 *
 * A subject is hashed with a secret drawn at each start into a table that is full at some time; then what changed
 * longest ago is forgotten, those that do not rest first.
 */
#ifndef GRANTRY_PLATFORM_BREAKER_H
#define GRANTRY_PLATFORM_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"

#define BREAKER_FAILURES 5
#define BREAKER_REST_MS 30000
#define BREAKER_REST_MAX_MS 300000

struct breaker;

/** breaker_new(out): before the fork. RC_NOMEM, RC_INTERNAL. After codec_init. */
enum rc breaker_new(struct breaker **out) RC_MUST_CHECK;
void breaker_free(struct breaker *b); /* NULL-safe */

/** breaker_ask(b, subject, len, now_ms, try_ms, wait_s): now_ms of clock_mono_ms. RC_OK: go on, and tell; who does not
 * within try_ms is taken for lost. RC_LIMIT: it rests; *wait_s, at least 1, says how long, or somebody is trying
 * right now. */
enum rc breaker_ask(struct breaker *b, const void *subject, size_t len, int64_t now_ms,
	int64_t try_ms, int64_t *wait_s) RC_MUST_CHECK;
/** breaker_tell(b, subject, len, now_ms, failed, rest_ms): how it ended. rest_ms: how long it asks to be left alone;
 * 0: it does not. It counts with the last of the failures. */
void breaker_tell(struct breaker *b, const void *subject, size_t len, int64_t now_ms, bool failed,
	int64_t rest_ms);

#endif
