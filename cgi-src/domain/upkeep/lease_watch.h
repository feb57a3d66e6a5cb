/* SPDX-License-Identifier: Apache-2.0
 *
 * Leases that nobody moves any more. A lease is given up when this process itself has watched it unchanged for
 * longer than any call and any failover of the database takes; no clocks are compared (security §5.5).
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_LEASE_WATCH_H
#define GRANTRY_DOMAIN_UPKEEP_LEASE_WATCH_H

#include <stdbool.h>

#include "store/refresh_store.h"

struct lease_watch;

/** lease_watch_new(takeover_ms): how long a lease may stand still. NULL: no memory. */
struct lease_watch *lease_watch_new(int64_t takeover_ms);
void lease_watch_free(struct lease_watch *watch);

/** lease_watch_turn(watch, db, is_ours, arg): looks at all leases; is_ours(lease, id, arg): we know that this one is
 * alive, because it is our own and we are at work on it. */
enum rc lease_watch_turn(struct lease_watch *watch, struct db *db,
	bool (*is_ours)(
		const struct refresh_lease *lease, const struct credential_id *id, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
