/* SPDX-License-Identifier: Apache-2.0
 *
 * The work of grantry-refreshd: renew what is due, many at once, and nothing twice. Several may run, on one
 * host or many; leases keep them apart. Who waits for a token makes it due and wakes one (renewal_wake).
 */
#ifndef GRANTRY_DOMAIN_RENEWAL_H
#define GRANTRY_DOMAIN_RENEWAL_H

#include "domain/core.h"
#include "platform/httpc_multi.h"

#define RENEWAL_ACTIVE_MAX 256   /* calls under way */
#define RENEWAL_PROVIDER_MAX 128 /* … to one provider (C5) */
#define RENEWAL_TENANT_MAX 64    /* … for one workspace */

struct renewal;

/** renewal_open(core, http, out): takes core->cfg->refresh_dir for this process; gives back the leases of a
 * predecessor that died, after its journal. RC_CONFLICT: another process has the folder. */
enum rc renewal_open(const struct core *core, const struct httpc_config *http,
	struct renewal **out) RC_MUST_CHECK;
void renewal_close(struct renewal *r);

/** renewal_run(r, stop_fd): until stop_fd is readable; then lets calls under way end. */
enum rc renewal_run(struct renewal *r, int stop_fd) RC_MUST_CHECK;

/** renewal_wake(cfg): from any process: something is due now. Best effort: the schedule is looked at once a
 * second anyhow. */
void renewal_wake(const struct cfg *cfg);

#endif
