/* SPDX-License-Identifier: Apache-2.0
 *
 * Does the public address lead here? The installation calls itself through whatever stands in front of it, and
 * compares what arrived with what is configured, for redirect URIs are made from that. Who asks proves by a MAC, made
 * with the key-encryption key, that it is this installation; strangers get no answer and learn nothing.
 */
#ifndef GRANTRY_DOMAIN_SELFTEST_H
#define GRANTRY_DOMAIN_SELFTEST_H

#include "domain/core.h"
#include "platform/buf.h"

#define SELFTEST_PATH "/connect/self-test"
#define SELFTEST_LIFETIME_S 60
#define SELFTEST_NONCE_SIZE 160 /* seconds, 16 random octets, a MAC */

enum selftest_step {
	SELFTEST_REACH,  /* something answers, over TLS where that is configured */
	SELFTEST_OURS,   /* it is this installation */
	SELFTEST_SCHEME, /* what arrived is what was sent … */
	SELFTEST_HOST,
	SELFTEST_PORT,
	SELFTEST_PATHS,
	SELFTEST_API, /* the API answers too */
	SELFTEST__MAX
};

enum selftest_state { SELFTEST_UNKNOWN, SELFTEST_GOOD, SELFTEST_BAD };

struct selftest {
	struct {
		enum selftest_state state;
		char seen
			[300]; /* with SELFTEST_BAD: what is there instead, harmless; "" nothing to show */
		const char *
			fix; /* with SELFTEST_BAD: the key of a message: the cause, and what to change */
	} steps[SELFTEST__MAX];
	bool good; /* all of them */
};

/** selftest_label(step): the key of a message. */
const char *selftest_label(enum selftest_step step);

/** selftest_run(core, out): two calls to core->cfg->public_origin, and to nobody else. RC_INTERNAL, RC_NOMEM. */
enum rc selftest_run(const struct core *core, struct selftest *out) RC_MUST_CHECK;

/* What a program saw of a request. */
struct selftest_seen {
	bool https;
	const char *host, *path;
};

/** selftest_answer(core, nonce, seen, out): appends what was seen, bound to nonce. RC_NOT_FOUND: the nonce is not
 * from here or too old. */
enum rc selftest_answer(const struct core *core, const char *nonce,
	const struct selftest_seen *seen, struct buf *out) RC_MUST_CHECK;

/** selftest_nonce(core, now_s, out): what asks. selftest_judge(core, nonce, answer, len, out): the steps from OURS to
 * PATHS; pure but for the key. For tests. */
enum rc selftest_nonce(
	const struct core *core, int64_t now_s, char out[SELFTEST_NONCE_SIZE]) RC_MUST_CHECK;
void selftest_judge(const struct core *core, const char *nonce, const char *answer, size_t len,
	struct selftest *out);

#endif
