/* SPDX-License-Identifier: Apache-2.0
 *
 * Leases that nobody moves any more. A lease is given up when this process itself has watched it unchanged for
 * longer than any call and any failover of the database takes; no clocks are compared (security §5.5).
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_LEASE_WATCH_H
#define GRANTRY_DOMAIN_UPKEEP_LEASE_WATCH_H

#include <stdbool.h>

#include "store/refresh_store.h"

#define LEASE_WATCH_MS 45000 /* > 15 s of a call + > 10 s of failover + margin */

struct lease_watch;

struct lease_watch *lease_watch_new(void); /* NULL: no memory */
void lease_watch_free(struct lease_watch *watch);

/** lease_watch_turn(watch, db, is_ours, arg): looks at all leases; is_ours(lease, id, arg): we know that this one is
 * alive, because it is our own and we are at work on it. */
enum rc lease_watch_turn(struct lease_watch *watch, struct db *db,
	bool (*is_ours)(
		const struct refresh_lease *lease, const struct credential_id *id, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
