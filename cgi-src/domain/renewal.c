/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/renewal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "domain/journal.h"
#include "domain/oauth/refresh.h"
#include "platform/clock.h"
#include "platform/crashpoint.h"
#include "platform/log.h"

#define LOOK_EVERY_MS 1000
#define REPLAY_EVERY_MS 10000
#define TAKEOVER_AFTER_MS                                                                          \
	45000 /* > 15 s of a call + > 10 s of database failover + margin (security §5.5) */

/* One call under way. */
struct work {
	struct work *next;
	struct renewal *renewal;
	struct refresh_attempt attempt;
};

/* Somebody else's lease, as we have watched it. */
struct watched {
	struct watched *next;
	struct tenant_id tenant;
	struct credential_id id;
	struct refresh_lease lease;
	int64_t since_ms; /* of our own clock that never jumps; no clocks are compared */
	bool still_there;
};

struct renewal {
	const struct core *core;
	struct httpc_multi *http;
	struct journal *journal;
	struct work *works;
	struct watched *watched;
	int wake_fd;
	int64_t looked_ms, replayed_ms;
	bool stopping;
};

/* ---- waking ---- */

static bool wake_address(const struct cfg *cfg, struct sockaddr_un *out)
{
	int n;

	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	n = snprintf(out->sun_path, sizeof(out->sun_path), "%s/wake", cfg->refresh_dir);
	return n > 0 && (size_t)n < sizeof(out->sun_path);
}

static int wake_open(const struct cfg *cfg)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || !wake_address(cfg, &address))
		return fd;
	(void)unlink(address.sun_path); /* the folder is ours alone */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || chmod(address.sun_path, 0660))
		log_warn("renewal.wake", "error", strerror(errno));
	return fd;
}

void renewal_wake(const struct cfg *cfg)
{
	static int fd = -1;
	struct sockaddr_un address;

	if (fd < 0)
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && wake_address(cfg, &address))
		(void)!sendto(
			fd, "", 1, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof(address));
}

static void wake_drain(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
		;
}

/* ---- one credential ---- */

static void work_free(struct work *work)
{
	refresh_attempt_release(&work->attempt);
	free(work);
}

static void work_unlink(struct renewal *r, const struct work *work)
{
	struct work **at = &r->works;

	while (*at && *at != work)
		at = &(*at)->next;
	if (*at)
		*at = work->next;
}

static void on_done(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct work *work = arg;
	struct renewal *r = work->renewal;

	work_unlink(r, work);
	rc = refresh_end(r->core, r->journal, &work->attempt, rc, rs);
	if (rc != RC_OK)
		log_warn("renewal.end", "rc", rc_name(rc));
	work_free(work);
}

static bool has_room(const struct renewal *r, const struct refresh_due *due)
{
	size_t provider = 0, tenant = 0;

	for (const struct work *w = r->works; w; w = w->next) {
		provider += strcmp(w->attempt.row.provider, due->provider) == 0 &&
			    strcmp(w->attempt.row.plugin_id, due->plugin_id) == 0;
		tenant += uuid_equal(&w->attempt.tenant.u, &due->tenant.u);
	}
	return provider < RENEWAL_PROVIDER_MAX && tenant < RENEWAL_TENANT_MAX;
}

static enum rc start_one(struct renewal *r, const struct refresh_due *due)
{
	struct httpc_request rq = {0};
	struct work *work = calloc(1, sizeof(*work));
	enum rc rc;

	if (!work)
		return RC_NOMEM;
	work->renewal = r;
	rc = refresh_begin(r->core, due, journal_owner(r->journal), &work->attempt, &rq);
	if (rc != RC_OK) {
		free(work);
		return rc == RC_UNAVAILABLE ? rc : RC_OK;
	}
	work->next = r->works;
	r->works = work;
	rc = httpc_multi_start(r->http, &rq, on_done, work);
	if (rc != RC_OK) { /* forbidden or malformed address: an outcome like others */
		struct httpc_response none = {.retry_after_s = -1};

		on_done(rc, &none, work);
	}
	httpc_request_release(&rq);
	return RC_OK;
}

/* Takes up what is due while there is room. */
static enum rc look(struct renewal *r)
{
	size_t room = RENEWAL_ACTIVE_MAX - httpc_multi_active(r->http), n;
	struct refresh_due *due;
	enum rc rc;

	if (room == 0)
		return RC_OK;
	rc = refresh_due_list(r->core->db, clock_now_s(), (int64_t)room, &due, &n);
	/* before a provider is called: could its answer be kept (C32, C33)? */
	if (rc == RC_OK && n > 0 && !journal_ready(r->journal))
		n = 0;
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		if (has_room(r, &due[i]))
			rc = start_one(r, &due[i]);
	free(due);
	return rc;
}

/* ---- what others, or we before, left behind ---- */

static bool replay_entry(const struct journal_entry *entry, void *arg)
{
	struct renewal *r = arg;
	enum rc rc;

	CRASHPOINT("upkeep.replaying");
	rc = refresh_commit(r->core->db, &entry->tenant, &entry->row, &entry->lease,
		entry->due_at_s, clock_now_s());
	CRASHPOINT("upkeep.replayed");
	if (rc == RC_OK || rc == RC_CONFLICT)
		log_info("journal.replayed", "result", rc_name(rc));
	return rc == RC_OK || rc == RC_CONFLICT;
}

static void see_lease(const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, void *arg)
{
	struct renewal *r = arg;
	struct watched *w;

	for (w = r->watched; w; w = w->next)
		if (uuid_equal(&w->id.u, &id->u) && w->lease.fence == lease->fence)
			break;
	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return;
		*w = (struct watched){r->watched, *tenant, *id, *lease, clock_mono_ms(), false};
		r->watched = w;
	}
	w->still_there = true;
}

/* A lease that nobody moved for longer than any call and any failover takes is nobody's. */
static enum rc take_over(struct renewal *r)
{
	struct watched **at = &r->watched;
	enum rc rc;

	for (struct watched *w = r->watched; w; w = w->next)
		w->still_there = false;
	rc = refresh_held_list(r->core->db, journal_owner(r->journal), see_lease, r);
	while (*at && rc == RC_OK) {
		struct watched *w = *at;
		bool over = w->since_ms + TAKEOVER_AFTER_MS <= clock_mono_ms();

		if (w->still_there && !over) {
			at = &w->next;
			continue;
		}
		CRASHPOINT("upkeep.takeover");
		if (w->still_there)
			rc = refresh_release(r->core->db, &w->tenant, &w->id, &w->lease);
		rc = rc == RC_CONFLICT ? RC_OK : rc;
		*at = w->next;
		free(w);
	}
	return rc;
}

static enum rc tidy(struct renewal *r)
{
	enum rc rc = journal_replay(r->journal, replay_entry, r);

	return rc == RC_OK ? take_over(r) : rc;
}

static enum rc bury_predecessor(struct renewal *r)
{
	struct uuid dead;
	enum rc rc = journal_replay(r->journal, replay_entry, r);

	CRASHPOINT("upkeep.burial");
	if (rc == RC_OK && journal_dead_owner(r->journal, &dead))
		rc = refresh_release_owner(r->core->db, &dead);
	CRASHPOINT("upkeep.buried");
	return rc == RC_OK ? journal_begin(r->journal) : rc;
}

/* ---- the loop ---- */

enum rc renewal_open(const struct core *core, const struct httpc_config *http, struct renewal **out)
{
	struct renewal *r = calloc(1, sizeof(*r));
	enum rc rc;

	*out = NULL;
	if (!r)
		return RC_NOMEM;
	r->core = core;
	r->wake_fd = -1;
	rc = journal_open(core->cfg->refresh_dir, &r->journal);
	if (rc == RC_OK)
		rc = httpc_multi_new(http, RENEWAL_ACTIVE_MAX, &r->http);
	if (rc != RC_OK) {
		renewal_close(r);
		return rc;
	}
	r->wake_fd = wake_open(core->cfg);
	*out = r;
	return RC_OK;
}

void renewal_close(struct renewal *r)
{
	if (!r)
		return;
	httpc_multi_free(r->http);
	while (r->watched) {
		struct watched *w = r->watched;

		r->watched = w->next;
		free(w);
	}
	if (r->wake_fd >= 0)
		(void)close(r->wake_fd);
	journal_close(r->journal);
	free(r);
}

static enum rc turn(struct renewal *r, bool woken)
{
	int64_t now_ms = clock_mono_ms();
	enum rc rc = RC_OK;

	if (r->stopping)
		return RC_OK;
	if (r->replayed_ms + REPLAY_EVERY_MS <= now_ms) {
		r->replayed_ms = now_ms;
		rc = tidy(r);
	}
	if (rc == RC_OK && (woken || r->looked_ms + LOOK_EVERY_MS <= now_ms)) {
		r->looked_ms = now_ms;
		rc = look(r);
	}
	return rc == RC_UNAVAILABLE ? RC_OK : rc; /* the database is away: look again */
}

enum rc renewal_run(struct renewal *r, int stop_fd)
{
	struct httpc_wake wakes[] = {{stop_fd, false}, {r->wake_fd, false}};
	bool woken = true, buried = false;
	enum rc rc = RC_OK;

	while (rc == RC_OK && !(r->stopping && httpc_multi_active(r->http) == 0)) {
		if (!buried)
			buried = bury_predecessor(r) == RC_OK;
		if (buried)
			rc = turn(r, woken);
		if (rc == RC_OK)
			rc = httpc_multi_wait(r->http, wakes, 2, LOOK_EVERY_MS);
		woken = wakes[1].readable;
		if (woken)
			wake_drain(r->wake_fd);
		if (wakes[0].readable) {
			r->stopping = true;
			wakes[0].fd = -1;
		}
	}
	return rc;
}
