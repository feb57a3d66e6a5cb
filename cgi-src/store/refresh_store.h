/* SPDX-License-Identifier: Apache-2.0
 *
 * Table provider_credentials as the renewal of tokens sees it: which are due, whose turn it is, how it ended.
 * A lease is owned by a process (lease_owner) and numbered (lease_fence); each step is one statement that
 * only takes effect when both are still what the caller believes.
 */
#ifndef GRANTRY_STORE_REFRESH_STORE_H
#define GRANTRY_STORE_REFRESH_STORE_H

#include "store/credential_store.h"

/* What the schedule needs to know of a credential. */
struct refresh_due {
	struct tenant_id tenant;
	struct credential_id id;
	int64_t due_at_s;
	struct uuid client_id;
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
};

/** refresh_due_list(db, now_s, after, limit, out, n): those that are due and that nobody has leased, the longest
 * due first; of all tenants. after: the last one of the page before; NULL: from the beginning. *out is freed
 * with free(). */
enum rc refresh_due_list(struct db *db, int64_t now_s, const struct refresh_due *after,
	int64_t limit, struct refresh_due **out, size_t *n) RC_MUST_CHECK;

struct refresh_lease {
	struct uuid owner;
	uint64_t fence, rev; /* rev: the secret_rev that will be sent */
	bool sent_before;    /* this revision was sent once already, and no answer came */
};

/** refresh_claim(db, tenant, id, owner, now_s, out): free and due → held by owner; inside a transaction or not.
 * RC_NOT_FOUND: it is held, gone, or not due (any more). */
enum rc refresh_claim(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct uuid *owner, int64_t now_s, struct refresh_lease *out) RC_MUST_CHECK;

#define REFRESH_STATE_SIZE sizeof(((struct credential_row *)0)->state)

/** refresh_claim_all(db, owner, now_s, due, n, out, claimed): each of them likewise, with fewer statements; inside a
 * transaction. claimed[i]: out[i] is a lease. */
enum rc refresh_claim_all(struct db *db, const struct uuid *owner, int64_t now_s,
	const struct refresh_due *const *due, size_t n, struct refresh_lease *out,
	bool *claimed) RC_MUST_CHECK;

/** refresh_commit(db, tenant, row, lease, due_at_s, now_s, was): the new sealed columns, secret_rev + 1, state
 * active, lease free. Also when the lease was given up meanwhile, as long as nobody else has one and the revision
 * is the one that was sent: what a provider gave in return for it is better than what it replaces. RC_CONFLICT:
 * overtaken; RC_TIMEOUT: somebody else's call is under way: try again when it has ended. Nothing was changed then.
 * due_at_s 0: never again. was: the state that it had if the lease had been given up, else "". In a transaction. */
enum rc refresh_commit(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, const struct refresh_lease *lease, int64_t due_at_s,
	int64_t now_s, char was[REFRESH_STATE_SIZE]) RC_MUST_CHECK;

/** refresh_state(db, tenant, id, out): inside a transaction: as it is, until that ends. RC_NOT_FOUND. */
enum rc refresh_state(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	char out[REFRESH_STATE_SIZE]) RC_MUST_CHECK;

struct refresh_failure {
	const char *state, *reason; /* as they will stand in the row */
	bool unanswered;            /* it was sent, and nobody knows what the provider made of it */
	bool counts;                /* one more in the row of failures; else the row begins anew */
	int64_t due_at_s;           /* 0: not again until something changes */
};

/** refresh_fail(db, tenant, id, lease, failure, now_s): state and schedule, lease free. RC_CONFLICT: overtaken. */
enum rc refresh_fail(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, const struct refresh_failure *failure,
	int64_t now_s) RC_MUST_CHECK;

/** refresh_abandon(db, tenant, id, lease): the lease of one who died, or whose claim nobody remembers. It may have
 * been sent. RC_CONFLICT: it lives. */
enum rc refresh_abandon(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, const struct refresh_lease *lease) RC_MUST_CHECK;
/** refresh_abandon_owner(db, owner): all that a dead process held. */
enum rc refresh_abandon_owner(struct db *db, const struct uuid *owner) RC_MUST_CHECK;

/** refresh_held_list(db, visit, arg): every lease there is. */
enum rc refresh_held_list(struct db *db,
	void (*visit)(const struct tenant_id *tenant, const struct credential_id *id,
		const struct refresh_lease *lease, void *arg),
	void *arg) RC_MUST_CHECK;

/** refresh_postpone(db, client_id, reason, from_s, spread_s, now_s): what is due of this client waits until from_s and
 * up to spread_s more, without a call; one that is not active keeps its reason. At most REFRESH_POSTPONE_MAX at once;
 * of all tenants. */
#define REFRESH_POSTPONE_MAX 2000
enum rc refresh_postpone(struct db *db, const struct uuid *client_id, const char *reason,
	int64_t from_s, int64_t spread_s, int64_t now_s) RC_MUST_CHECK;

/** refresh_recall(db, latest_s, spread_s, now_s): what is due only after latest_s was scheduled by a wrong clock: due
 * within spread_s from now. At most REFRESH_POSTPONE_MAX at once. */
enum rc refresh_recall(
	struct db *db, int64_t latest_s, int64_t spread_s, int64_t now_s) RC_MUST_CHECK;

/** refresh_reset(db, tenant, id, due_at_s, now_s): a person authorized it: active, no failures, nobody's lease
 * (whoever has one is overtaken), due then; 0: never. */
enum rc refresh_reset(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	int64_t due_at_s, int64_t now_s) RC_MUST_CHECK;

/** refresh_pin(db, tenant, id, rev, works): inside a transaction: no renewal of revision rev is under way, and none
 * begins before the transaction ends. works: nor is anything known against that revision: it is active, was not
 * refused, and not sent without an answer. RC_CONFLICT: it is not so. */
enum rc refresh_pin(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	uint64_t rev, bool works) RC_MUST_CHECK;

/** refresh_hurry(db, tenant, id, rev, now_s): due at once and before all others (due_at_s 0), for one that somebody
 * waits for, who saw revision rev: what was renewed since then is not due again, nor what failed and waits for its
 * next try. */
#define REFRESH_INTERVAL_MIN_S 30 /* however short a provider makes its tokens (B14, C30) */
enum rc refresh_hurry(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	uint64_t rev, int64_t now_s) RC_MUST_CHECK;

#endif
