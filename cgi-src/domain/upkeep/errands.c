/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/errands.h"

#include <stdlib.h>
#include <string.h>

#include "domain/oauth/revocation.h"
#include "domain/webhook.h"
#include "platform/clock.h"
#include "platform/log.h"

/* Those of one kind that are under way, by their workspaces. */
struct lane {
	struct tenant_id tenants[ERRANDS_ACTIVE_MAX];
	size_t n;
};

/* One call under way: a job of its kind, and who reads the answer. */
struct errand {
	struct errands *errands;
	struct lane *lane;
	struct tenant_id tenant;
	void *job;
	/** end(core, job, rc, rs): also releases and frees job. */
	void (*end)(
		const struct core *core, void *job, enum rc rc, const struct httpc_response *rs);
};

_Static_assert(ERRANDS_ACTIVE_MAX / ERRANDS_TENANT_MAX <= DUE_WITHOUT_MAX,
	"no more workspaces than that can be full");

struct errands {
	const struct core *core;
	struct httpc_multi *http;
	struct lane revocations, messages;
};

/* ---- lanes ---- */

static size_t lane_count(const struct lane *lane, const struct tenant_id *tenant)
{
	size_t n = 0;

	for (size_t i = 0; i < lane->n; i++)
		n += uuid_equal(&lane->tenants[i].u, &tenant->u);
	return n;
}

static void lane_leave(struct lane *lane, const struct tenant_id *tenant)
{
	size_t i = 0;

	while (!uuid_equal(&lane->tenants[i].u, &tenant->u))
		i++;
	lane->tenants[i] = lane->tenants[--lane->n];
}

/* Whose work is not looked for now: theirs has no room. */
static void lane_full(const struct lane *lane, struct tenant_id out[DUE_WITHOUT_MAX])
{
	size_t n = 0;

	memset(out, 0, DUE_WITHOUT_MAX * sizeof(*out));
	for (size_t i = 0; i < lane->n; i++) {
		bool there = false;

		for (size_t j = 0; j < n; j++)
			there = there || uuid_equal(&out[j].u, &lane->tenants[i].u);
		if (!there && n < DUE_WITHOUT_MAX &&
			lane_count(lane, &lane->tenants[i]) >= ERRANDS_TENANT_MAX)
			out[n++] = lane->tenants[i];
	}
}

static bool lane_has_room(const struct lane *lane, const struct tenant_id *tenant)
{
	return lane->n < ERRANDS_ACTIVE_MAX && lane_count(lane, tenant) < ERRANDS_TENANT_MAX;
}

static void on_done(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct errand *errand = arg;

	lane_leave(errand->lane, &errand->tenant);
	errand->end(errand->errands->core, errand->job, rc, rs);
	free(errand);
}

/* Takes job and what is in rq. An address that may not be called is an outcome like others. */
static void go(struct errands *e, struct lane *lane, const struct tenant_id *tenant,
	struct httpc_request *rq, void *job,
	void (*end)(
		const struct core *core, void *job, enum rc rc, const struct httpc_response *rs))
{
	struct errand *errand = calloc(1, sizeof(*errand));
	struct httpc_response none = {.retry_after_s = -1};
	enum rc rc = RC_NOMEM;

	if (errand) {
		*errand = (struct errand){e, lane, *tenant, job, end};
		lane->tenants[lane->n++] = *tenant;
		rc = httpc_multi_start(e->http, rq, on_done, errand);
	}
	if (rc != RC_OK && errand)
		on_done(rc, &none, errand);
	else if (rc != RC_OK)
		end(e->core, job, rc, &none);
	httpc_request_release(rq);
}

/* ---- revocations ---- */

static void end_revocation(
	const struct core *core, void *job, enum rc rc, const struct httpc_response *rs)
{
	revocation_end(core, job, rc, rs);
	revocation_row_release(job);
	free(job);
}

static enum rc begin_revocation(struct errands *e, struct revocation_row *row)
{
	struct revocation_row *job = malloc(sizeof(*job));
	struct httpc_request rq = {0};
	enum rc rc;

	if (!job)
		return RC_NOMEM;
	*job = *row;
	*row = (struct revocation_row){0};
	rc = revocation_begin(e->core, job, &rq);
	if (rc == RC_OK) {
		go(e, &e->revocations, &job->tenant, &rq, job, end_revocation);
		return RC_OK;
	}
	revocation_row_release(job);
	free(job);
	return rc == RC_UNAVAILABLE ? rc : RC_OK;
}

/* more: somebody's work was in the way of others', who are to be looked for without it. */
static enum rc start_revocations(struct errands *e, bool *more)
{
	int64_t room = ERRANDS_ACTIVE_MAX - (int64_t)e->revocations.n;
	struct tenant_id without[DUE_WITHOUT_MAX];
	struct revocation_row *rows = NULL;
	size_t n = 0;
	enum rc rc = RC_OK;

	*more = false;
	lane_full(&e->revocations, without);
	if (room > 0)
		rc = revocation_due_list(e->core->db, clock_now_s(), without, room, &rows, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (lane_has_room(&e->revocations, &rows[i].tenant))
			rc = begin_revocation(e, &rows[i]);
		else
			*more = true;
	}
	for (size_t i = 0; i < n; i++)
		revocation_row_release(&rows[i]);
	free(rows);
	return rc;
}

/* ---- messages to webhooks ---- */

static void end_message(
	const struct core *core, void *job, enum rc rc, const struct httpc_response *rs)
{
	rc = webhook_end(core, job, rc, rs);
	if (rc != RC_OK) /* it comes back when its claim ends */
		log_warn("webhook.end", "rc", rc_name(rc));
	free(job);
}

static enum rc begin_message(struct errands *e, const struct webhook_due *due)
{
	struct webhook_attempt *job = malloc(sizeof(*job));
	struct httpc_request rq = {0};
	enum rc rc = job ? webhook_begin(e->core, due, job, &rq) : RC_NOMEM;

	if (rc == RC_OK) {
		go(e, &e->messages, &due->tenant, &rq, job, end_message);
		return RC_OK;
	}
	free(job);
	return rc == RC_UNAVAILABLE || rc == RC_NOMEM ? rc : RC_OK;
}

static enum rc start_messages(struct errands *e, bool *more)
{
	int64_t room = ERRANDS_ACTIVE_MAX - (int64_t)e->messages.n;
	struct tenant_id without[DUE_WITHOUT_MAX];
	struct webhook_due *due = NULL;
	size_t n = 0;
	enum rc rc = RC_OK;

	*more = false;
	lane_full(&e->messages, without);
	if (room > 0)
		rc = webhook_due_list(e->core->db, clock_now_s(), without, room, &due, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		if (lane_has_room(&e->messages, &due[i].tenant))
			rc = begin_message(e, &due[i]);
		else
			*more = true;
	}
	free(due);
	return rc;
}

/* ---- turns ---- */

struct errands *errands_new(const struct core *core, struct httpc_multi *http)
{
	struct errands *e = calloc(1, sizeof(*e));

	if (e)
		*e = (struct errands){.core = core, .http = http};
	return e;
}

void errands_free(struct errands *errands)
{
	free(errands);
}

static enum rc start_all(
	struct errands *e, enum rc (*start)(struct errands *e, bool *more), size_t looks)
{
	bool more = true;
	enum rc rc = RC_OK;

	for (; looks && more && rc == RC_OK; looks--)
		rc = start(e, &more);
	return rc;
}

enum rc errands_turn(struct errands *errands)
{
	/* each look but the first leaves one workspace more out */
	enum rc revocations = start_all(errands, start_revocations, DUE_WITHOUT_MAX + 1);
	enum rc messages = start_all(errands, start_messages, DUE_WITHOUT_MAX + 1);

	return revocations == RC_OK ? messages : revocations;
}
