/* SPDX-License-Identifier: Apache-2.0
 *
 * The renewal of one credential (RFC 6749 §6; security §5.5, attack rows C), in two halves around the call to
 * the provider, so that one process can have many calls under way:
 *	refresh_begin   claims it by one conditional statement and builds the request
 *	refresh_end     reads the answer, seals and journals the result, and swaps it in if nobody was faster
 * The claim is the write-ahead intent: it names the revision that is sent. Nothing is locked in between.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_REFRESH_H
#define GRANTRY_DOMAIN_OAUTH_REFRESH_H

#include "domain/credential_seal.h"
#include "domain/oauth/token.h"
#include "store/refresh_store.h"

#define REFRESH_MARGIN_S 900      /* renewed this long before the end, or … */
#define REFRESH_MARGIN_SHARE 5    /* … in the last fifth of a short life */
#define REFRESH_INTERVAL_MIN_S 30 /* however short a provider makes its tokens (B14, C30) */
#define REFRESH_RETRY_FIRST_S 30
#define REFRESH_RETRY_MAX_S 3600

struct journal;

struct refresh_attempt {
	const struct provider *provider;
	struct tenant_id tenant;
	struct credential_row row; /* owned; as it was claimed */
	struct refresh_lease lease;
	struct oauth_client client;       /* owned */
	struct fieldset secrets, profile; /* owned; the old ones */
	int64_t sent_at_s;
};

void refresh_attempt_release(struct refresh_attempt *a);

/** refresh_begin(core, due, owner, out, rq_out): RC_OK: send *rq_out and call refresh_end. any other
 * code: nothing to send. Somebody else has it; or the lease was given back, the row says why ("client_error",
 * "unreadable", …), and the log too. */
enum rc refresh_begin(const struct core *core, const struct refresh_due *due,
	const struct uuid *owner, struct refresh_attempt *out,
	struct httpc_request *rq_out) RC_MUST_CHECK;

/** refresh_end(core, journal, a, rc, rs): rc and rs as the transfer ended. RC_CONFLICT: overtaken, the result
 * was dropped. RC_UNAVAILABLE: the result is in the journal and will be swapped in later. */
enum rc refresh_end(const struct core *core, struct journal *journal, struct refresh_attempt *a,
	enum rc rc, const struct httpc_response *rs) RC_MUST_CHECK;

/** refresh_due_at(recipe, now_s, expires, expires_at_s): when to renew; with jitter; 0: never. */
int64_t refresh_due_at(
	const struct oauth_recipe *recipe, int64_t now_s, bool expires, int64_t expires_at_s);

/** refresh_retry_at(failures, retry_after_s, now_s): after a transient failure; with jitter. */
int64_t refresh_retry_at(int64_t failures, int64_t retry_after_s, int64_t now_s);

#endif
