/* SPDX-License-Identifier: Apache-2.0
 *
 * The renewal of one credential (RFC 6749 §6; security §5.5, attack rows C), in two halves around the call to
 * the provider, so that one process can have many calls under way:
 *	refresh_begin   of one that was claimed: loads it and builds the request
 *	refresh_end     reads the answer: a settlement says what is to become of the credential
 *	refresh_settle  writes it down, in a transaction, if nobody was faster
 * The claim is the write-ahead intent: it names the revision that is sent. Nothing is locked in between.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_REFRESH_H
#define GRANTRY_DOMAIN_OAUTH_REFRESH_H

#include "domain/credential_seal.h"
#include "domain/oauth/token.h"
#include "store/refresh_store.h"

#define REFRESH_MARGIN_S 900   /* renewed this long before the end, or … */
#define REFRESH_MARGIN_SHARE 5 /* … in the last fifth of a short life */
#define REFRESH_IDLE_SHARE 5   /* and in the last fifth of what a refresh token bears unused */
#define REFRESH_RETRY_LOST_S                                                                       \
	5 /* after an answer that got lost: some providers keep the old token so long */
#define REFRESH_RETRY_FIRST_S 30
#define REFRESH_RETRY_MAX_S 3600

struct refresh_attempt {
	const struct provider *provider; /* held; NULL: it is gone */
	struct tenant_id tenant;
	struct credential_row row; /* owned; as it was claimed */
	struct refresh_lease lease;
	struct oauth_client client;       /* owned */
	struct fieldset secrets, profile; /* owned; the old ones, tokens as they came */
	const struct token_part *part; /* which of several tokens is renewed; NULL: the main one */
	struct keyring *key_held_in;   /* NULL: not held */
	struct definitions *held_in;   /* where provider is, if it is an API tool's */
	int64_t sent_at_s;
	bool minted; /* from the fields of a key: secrets holds these too, and there is no client */
};

void refresh_attempt_release(struct refresh_attempt *a);

/* What is to become of a credential. It holds all that refresh_settle needs, and outlives the process in the
 * journal when it was renewed. */
struct refresh_settlement {
	struct tenant_id tenant;
	struct refresh_lease lease;
	int64_t due_at_s;
	bool renewed;
	/* id, plugin_id, provider, name, client and state as they were; renewed: the new sealed columns, expires_at_s,
	 * expires, refreshable. Owned. */
	struct credential_row row;
	/* not renewed: why */
	char state[sizeof(((struct credential_row *)0)->state)],
		reason[sizeof(((struct credential_row *)0)->state_reason)];
	bool unanswered, counts;
	/* how the provider did, for the breaker; not kept in the journal */
	enum token_failure failure;
	int64_t retry_after_s;
};

void refresh_settlement_release(struct refresh_settlement *s);

/** refresh_begin(core, due, lease, a, rq, s): RC_OK: send *rq and call refresh_end. Any other code: there is
 * nothing to send; *s says what the row shall tell, and the log why. RC_CONFLICT: somebody else changed it since
 * the claim, or it cannot be loaded; nothing is to be settled: a lease that is still there is left to the watch. */
enum rc refresh_begin(const struct core *core, const struct refresh_due *due,
	const struct refresh_lease *lease, struct refresh_attempt *a, struct httpc_request *rq,
	struct refresh_settlement *s) RC_MUST_CHECK;

/** refresh_end(core, a, rc, rs, s): rc and rs as the transfer ended; *s is always filled. */
void refresh_end(const struct core *core, struct refresh_attempt *a, enum rc rc,
	const struct httpc_response *rs, struct refresh_settlement *s);

/** refresh_settle(core, db, s): inside a transaction: the row, and a message where the state changes; its event is in
 * core->audit_batch, which is to be written in the same transaction. RC_TIMEOUT: not now, another's call is under way;
 * RC_CONFLICT: overtaken (deleted, authorized anew, or settled before); nothing was changed. */
enum rc refresh_settle(
	const struct core *core, struct db *db, const struct refresh_settlement *s) RC_MUST_CHECK;

/** refresh_discard(core, s): after RC_CONFLICT: what was renewed for a credential that is deleted is queued to be
 * revoked (C22). A newer consent of the same grant is left alone: to revoke might end that too. RC_UNAVAILABLE: not
 * yet. */
enum rc refresh_discard(const struct core *core, const struct refresh_settlement *s) RC_MUST_CHECK;

/** refresh_due_at(recipe, now_s, expires, expires_at_s): when to renew; with jitter; 0: never. */
int64_t refresh_due_at(
	const struct oauth_recipe *recipe, int64_t now_s, bool expires, int64_t expires_at_s);

/** refresh_too_early(recipe, now_s, expires, expires_at_s): how long the provider would still refuse to renew; 0: it
 * would not. */
int64_t refresh_too_early(
	const struct oauth_recipe *recipe, int64_t now_s, bool expires, int64_t expires_at_s);

/** refresh_retry_at(failures, retry_after_s, now_s): after a transient failure; with jitter. */
int64_t refresh_retry_at(int64_t failures, int64_t retry_after_s, int64_t now_s);

#endif
