/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/upkeep.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "domain/definition.h"
#include "domain/upkeep/clearing.h"
#include "domain/upkeep/errands.h"
#include "domain/upkeep/renewal.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/log.h"

#define LOOK_EVERY_MS 1000
#define CLEAR_EVERY_MS 30000
#define WATCH_EVERY_SHARE 4 /* of the time after which a lease is taken over */
#define TRANSFERS_MAX (RENEWAL_ACTIVE_MAX + ERRANDS_KINDS * ERRANDS_ACTIVE_MAX)

#define RETIRED_MAX 8

struct upkeep {
	struct core *core;
	/* read at SIGHUP: that in use is core->catalogue, which is the last of these or the caller's; the others are
	 * needed by calls under way */
	struct catalogue *catalogues[RETIRED_MAX];
	size_t n_catalogues;
	bool reload;
	struct httpc_multi *http;
	struct renewal *renewal;
	struct errands *errands;
	int wake_fd;
	int64_t looked_ms, watched_ms, cleared_ms;
	bool buried, stopping;
};

/* Has every_ms passed since *last_ms? Then it begins anew. */
static bool is_time(int64_t *last_ms, int64_t every_ms)
{
	int64_t now_ms = clock_mono_ms();

	if (*last_ms && *last_ms + every_ms > now_ms)
		return false;
	*last_ms = now_ms;
	return true;
}

static enum rc renew(struct upkeep *u, bool look)
{
	enum rc rc = u->buried ? RC_OK : renewal_bury(u->renewal);

	u->buried = rc == RC_OK;
	if (rc == RC_OK &&
		is_time(&u->watched_ms, u->core->cfg->refresh_takeover_ms / WATCH_EVERY_SHARE))
		rc = renewal_take_over(u->renewal);
	return rc == RC_OK ? renewal_turn(u->renewal, look) : rc;
}

/* What hinders one kind of work, a full disk for instance, is no reason to leave the others. */
static enum rc turn(struct upkeep *u, bool woken)
{
	enum rc rc, others = RC_OK;
	bool look;

	if (u->stopping)
		return renewal_settle(u->renewal);
	look = woken || is_time(&u->looked_ms, LOOK_EVERY_MS);
	rc = renew(u, look);
	if (look)
		others = errands_turn(u->errands);
	if (others == RC_OK && is_time(&u->cleared_ms, CLEAR_EVERY_MS))
		others = clearing_turn(u->core);
	return rc == RC_OK ? others : rc;
}

/* ---- provider files ---- */

/* Those that nothing under way needs any more. */
static void free_retired(struct upkeep *u)
{
	size_t kept = 0;

	for (size_t i = 0; i < u->n_catalogues; i++) {
		if (u->catalogues[i] == u->core->catalogue ||
			renewal_needs(u->renewal, u->catalogues[i]))
			u->catalogues[kept++] = u->catalogues[i];
		else
			catalogue_free(u->catalogues[i]);
	}
	u->n_catalogues = kept;
}

/* With too many of them in use it waits: a call is over soon. */
static void reload(struct upkeep *u)
{
	struct catalogue *fresh;

	free_retired(u);
	if (!u->reload || u->n_catalogues == RETIRED_MAX)
		return;
	u->reload = false;
	if (core_catalogue_again(u->core->cfg, u->core->catalogue, &fresh) != RC_OK)
		return;
	u->catalogues[u->n_catalogues++] = fresh;
	u->core->catalogue = fresh;
}

static void read_signals(struct upkeep *u, struct httpc_wake *wake)
{
	struct signalfd_siginfo info;

	while (read(wake->fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			u->reload = true;
		else
			u->stopping = true;
	}
	if (u->stopping)
		wake->fd = -1;
}

enum rc upkeep_run(struct upkeep *u, int signal_fd)
{
	struct httpc_wake wakes[] = {{signal_fd, false}, {u->wake_fd, false}};
	enum rc rc = RC_OK, turned;

	while (rc == RC_OK && !(u->stopping && httpc_multi_active(u->http) == 0)) {
		turned = turn(u, wakes[1].readable);
		definitions_clear(u->core->definitions);
		if (turned != RC_OK && turned != RC_UNAVAILABLE)
			log_error("upkeep", "rc", rc_name(turned));
		rc = httpc_multi_wait(u->http, wakes, 2,
			turned == RC_OK && renewal_has_more(u->renewal) ? 0 : LOOK_EVERY_MS);
		if (wakes[1].readable)
			wake_drain(u->wake_fd);
		if (wakes[0].readable)
			read_signals(u, &wakes[0]);
		reload(u);
	}
	turned = renewal_settle(
		u->renewal); /* also when libcurl gave up: what was answered is kept */
	return rc == RC_OK ? turned : rc;
}

enum rc upkeep_open(struct core *core, const struct httpc_config *http, struct upkeep **out)
{
	struct upkeep *u = calloc(1, sizeof(*u));
	enum rc rc;

	*out = NULL;
	if (!u)
		return RC_NOMEM;
	u->core = core;
	u->wake_fd = -1;
	rc = httpc_multi_new(http, TRANSFERS_MAX, &u->http);
	if (rc == RC_OK)
		rc = renewal_open(core, u->http, &u->renewal);
	if (rc == RC_OK) {
		u->errands = errands_new(core, u->http);
		rc = u->errands ? RC_OK : RC_NOMEM;
	}
	if (rc != RC_OK) {
		upkeep_close(u);
		return rc;
	}
	u->wake_fd = wake_open(core->cfg);
	*out = u;
	return RC_OK;
}

void upkeep_close(struct upkeep *u)
{
	if (!u)
		return;
	httpc_multi_free(u->http);
	errands_free(u->errands);
	renewal_close(u->renewal);
	for (size_t i = 0; i < u->n_catalogues; i++)
		catalogue_free(u->catalogues[i]);
	if (u->wake_fd >= 0)
		(void)close(u->wake_fd);
	free(u);
}
