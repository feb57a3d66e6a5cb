/* SPDX-License-Identifier: Apache-2.0
 *
 * Renews what is due, many at once, and nothing twice: looks, queues, claims, calls, settles. Several processes may
 * do so, on one host or many; leases keep them apart. Inside of upkeep.c, which gives it its turns.
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_RENEWAL_H
#define GRANTRY_DOMAIN_UPKEEP_RENEWAL_H

#include "domain/core.h"
#include "platform/httpc_multi.h"

#define RENEWAL_ACTIVE_MAX 288 /* calls under way */

struct renewal;

/** renewal_open(core, http, out): takes core->cfg->refresh_dir for this process. RC_CONFLICT: another process has
 * the folder. */
enum rc renewal_open(
	const struct core *core, struct httpc_multi *http, struct renewal **out) RC_MUST_CHECK;
/** renewal_close(r): http must have been freed before, which ends what is under way. */
void renewal_close(struct renewal *r);

/** renewal_bury(r): once, before the first turn: settles what a predecessor that died had journalled, then gives
 * its leases back. RC_UNAVAILABLE: not yet. */
enum rc renewal_bury(struct renewal *r) RC_MUST_CHECK;

/** renewal_turn(r, look): settles what was answered; starts what is due. look: ask the database now (woken, or a
 * second has passed). Errors: RC_UNAVAILABLE: try again; others end the process. */
enum rc renewal_turn(struct renewal *r, bool look) RC_MUST_CHECK;
/** renewal_settle(r): settles all that was answered, and no more; for the end of the process. */
enum rc renewal_settle(struct renewal *r) RC_MUST_CHECK;

/** renewal_take_over(r): every ten seconds or so: leases that nobody moves any more. */
enum rc renewal_take_over(struct renewal *r) RC_MUST_CHECK;

/** renewal_has_more(r): the last turn left something that could go at once. */
bool renewal_has_more(const struct renewal *r);

/** renewal_needs(r, catalogue): does a call under way point into it? */
bool renewal_needs(const struct renewal *r, const struct catalogue *catalogue);

#endif
