/* SPDX-License-Identifier: Apache-2.0
 *
 * Table datasource_providers as the renewal of tokens sees it: which are due, whose turn it is, how it ended.
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
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
};

/** refresh_due_list(db, now_s, limit, out, n): those that are due and that nobody has leased, the longest
 * due first; of all tenants. *out is freed with free(). */
enum rc refresh_due_list(struct db *db, int64_t now_s, int64_t limit, struct refresh_due **out,
	size_t *n) RC_MUST_CHECK;
/** refresh_next_due(db, out): when the next one is due; RC_NOT_FOUND: none ever. */
enum rc refresh_next_due(struct db *db, int64_t *out) RC_MUST_CHECK;

struct refresh_lease {
	struct uuid owner;
	uint64_t fence, rev; /* rev: the secret_rev that will be sent */
};

/** refresh_claim(db, tenant, id, owner, out): free → held by owner. RC_NOT_FOUND: it is held, or gone, or
 * not to be renewed. */
enum rc refresh_claim(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct uuid *owner, struct refresh_lease *out) RC_MUST_CHECK;

/** refresh_commit(db, tenant, row, lease, due_at_s, now_s): the new sealed columns, secret_rev + 1, state
 * active, lease free. RC_CONFLICT: overtaken; nothing was changed. due_at_s 0: never again. */
enum rc refresh_commit(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, const struct refresh_lease *lease, int64_t due_at_s,
	int64_t now_s) RC_MUST_CHECK;

/** refresh_fail(db, tenant, id, lease, state, reason, due_at_s, now_s): state and schedule, lease free.
 * RC_CONFLICT: overtaken. due_at_s 0: not again until something changes. */
enum rc refresh_fail(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, const char *state, const char *reason, int64_t due_at_s,
	int64_t now_s) RC_MUST_CHECK;

/** refresh_release(db, tenant, id, lease): as if it had not been taken. */
enum rc refresh_release(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, const struct refresh_lease *lease) RC_MUST_CHECK;
/** refresh_release_owner(db, owner): all that a dead process held. */
enum rc refresh_release_owner(struct db *db, const struct uuid *owner) RC_MUST_CHECK;

/** refresh_reset(db, tenant, id, due_at_s, now_s): a person authorized it: active, no failures, nobody's lease
 * (whoever has one is overtaken), due then; 0: never. */
enum rc refresh_reset(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	int64_t due_at_s, int64_t now_s) RC_MUST_CHECK;

/** refresh_held_list(db, owner, visit, arg): leases of others than owner; for takeover. */
enum rc refresh_held_list(struct db *db, const struct uuid *owner,
	void (*visit)(const struct tenant_id *tenant, const struct credential_id *id,
		const struct refresh_lease *lease, void *arg),
	void *arg) RC_MUST_CHECK;

/** refresh_hurry(db, tenant, id, rev, now_s): due now, for one that somebody waits for, who saw revision rev:
 * what was renewed since then is not due again. */
enum rc refresh_hurry(struct db *db, const struct tenant_id *tenant, const struct credential_id *id,
	uint64_t rev, int64_t now_s) RC_MUST_CHECK;

#endif
