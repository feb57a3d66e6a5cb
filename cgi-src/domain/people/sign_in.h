/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign-in: by password, or by an unused one-time code, under throttling (security R80-R82, D33).
 * Wrong attempts are counted for the account and for the peer's address; after some free ones each makes
 * the account wait longer. A one-time code is too long to be guessed and passes while the account waits.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_SIGN_IN_H
#define GRANTRY_DOMAIN_PEOPLE_SIGN_IN_H

#include "domain/people/session.h"

struct sign_in {
	const char *email;             /* as typed */
	const struct secret *password; /* or a one-time code */
	const char *peer, *request_id;
	const struct session *replaces; /* a session that this browser had; it ends. NULL: none */
	/* out */
	struct secret token;    /* owned: of the new session */
	bool must_set_password; /* a one-time code was used */
	int64_t retry_after_s;  /* with RC_LIMIT */
};

/** sign_in(core, s): RC_DENIED for unknown person, wrong or missing password, disabled, no workspace alike,
 * after the same work; RC_LIMIT too many failures for this account or peer. */
enum rc sign_in(const struct core *core, struct sign_in *s) RC_MUST_CHECK;

/** sign_in_sweep(core): failures that are long past are forgotten, some at a time. */
enum rc sign_in_sweep(const struct core *core) RC_MUST_CHECK;

/** sign_in_code_hash(code, out): of a one-time code as typed: case, spaces and hyphens do not count. */
void sign_in_code_hash(const struct secret *code, unsigned char out[HASH_SIZE]);

#endif
