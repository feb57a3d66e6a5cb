/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/lease_watch.h"

#include <stdlib.h>

#include "platform/clock.h"
#include "platform/crashpoint.h"
#include "platform/log.h"

struct watched {
	struct watched *next;
	struct tenant_id tenant;
	struct credential_id id;
	struct refresh_lease lease;
	int64_t since_ms;
	bool still_there;
};

struct lease_watch {
	struct watched *first;
	int64_t takeover_ms;
	bool (*is_ours)(const struct refresh_lease *lease, const struct credential_id *id,
		void *arg); /* of this turn */
	void *arg;
};

struct lease_watch *lease_watch_new(int64_t takeover_ms)
{
	struct lease_watch *watch = calloc(1, sizeof(*watch));

	if (watch)
		watch->takeover_ms = takeover_ms;
	return watch;
}

void lease_watch_free(struct lease_watch *watch)
{
	while (watch && watch->first) {
		struct watched *w = watch->first;

		watch->first = w->next;
		free(w);
	}
	free(watch);
}

static void see(const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, void *arg)
{
	struct lease_watch *watch = arg;
	struct watched *w;

	if (watch->is_ours(lease, id, watch->arg))
		return;
	for (w = watch->first; w; w = w->next)
		if (uuid_equal(&w->id.u, &id->u) && w->lease.fence == lease->fence)
			break;
	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return;
		*w = (struct watched){watch->first, *tenant, *id, *lease, clock_mono_ms(), false};
		watch->first = w;
	}
	w->still_there = true;
}

static enum rc take_over(struct db *db, const struct watched *w)
{
	enum rc rc;

	CRASHPOINT("upkeep.takeover");
	rc = refresh_abandon(db, &w->tenant, &w->id, &w->lease);
	log_warn("lease.taken_over", "rc", rc_name(rc));
	return rc == RC_CONFLICT ? RC_OK : rc;
}

enum rc lease_watch_turn(struct lease_watch *watch, struct db *db,
	bool (*is_ours)(
		const struct refresh_lease *lease, const struct credential_id *id, void *arg),
	void *arg)
{
	struct watched **at = &watch->first;
	enum rc rc;

	for (struct watched *w = watch->first; w; w = w->next)
		w->still_there = false;
	watch->is_ours = is_ours;
	watch->arg = arg;
	rc = refresh_held_list(db, see, watch);
	while (*at && rc == RC_OK) {
		struct watched *w = *at;
		bool over = w->since_ms + watch->takeover_ms <= clock_mono_ms();

		if (w->still_there && !over) {
			at = &w->next;
			continue;
		}
		if (w->still_there)
			rc = take_over(db, w);
		*at = w->next;
		free(w);
	}
	return rc;
}
