/* SPDX-License-Identifier: Apache-2.0
 *
 * The work of grantry-refreshd: renews tokens, tells providers and webhooks what they are to know, clears what is
 * over. One thread, one loop, many transfers. Several processes may run, on one host or many.
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_UPKEEP_H
#define GRANTRY_DOMAIN_UPKEEP_UPKEEP_H

#include "domain/core.h"

struct upkeep;

/** upkeep_open(core, http, out): takes core->cfg->refresh_dir for this process. RC_CONFLICT: another process has
 * that folder. core->catalogue is replaced at SIGHUP; that which was there stays the caller's. */
enum rc upkeep_open(
	struct core *core, const struct httpc_config *http, struct upkeep **out) RC_MUST_CHECK;
/** upkeep_close(u): ends transfers that are under way. NULL-safe. */
void upkeep_close(struct upkeep *u);

/** upkeep_run(u, signal_fd): a signalfd; at SIGHUP reads the provider files anew, at any other signal lets calls under
 * way end and returns. */
enum rc upkeep_run(struct upkeep *u, int signal_fd) RC_MUST_CHECK;

#endif
