/* SPDX-License-Identifier: Apache-2.0
 *
 * Calls that can wait and be made twice: revocations, messages to webhooks. A kind says what is due, begins one
 * (claims it and builds the request) and ends it; here they are run, a few of each kind at once.
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_ERRANDS_H
#define GRANTRY_DOMAIN_UPKEEP_ERRANDS_H

#include "domain/core.h"
#include "platform/httpc_multi.h"

#define ERRANDS_ACTIVE_MAX 32 /* of a kind */
#define ERRANDS_TENANT_MAX                                                                         \
	8 /* of these, of one workspace: whose receiver hangs holds up its own messages alone */
#define ERRANDS_KINDS 2

struct errands;

/** errands_new(core, http): NULL: no memory. errands_free: http must have been freed before. */
struct errands *errands_new(const struct core *core, struct httpc_multi *http);
void errands_free(struct errands *errands);

/** errands_turn(errands): starts what is due. */
enum rc errands_turn(struct errands *errands) RC_MUST_CHECK;

#endif
