/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/errands.h"

#include <stdlib.h>

#include "domain/oauth/revocation.h"
#include "domain/webhook.h"
#include "platform/clock.h"
#include "platform/log.h"

/* One call under way: a job of its kind, and who reads the answer. */
struct errand {
	struct errands *errands;
	size_t *active; /* of its kind */
	void *job;
	/** end(core, job, rc, rs): also releases and frees job. */
	void (*end)(
		const struct core *core, void *job, enum rc rc, const struct httpc_response *rs);
};

struct errands {
	const struct core *core;
	struct httpc_multi *http;
	size_t revocations, messages; /* under way */
};

static void on_done(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct errand *errand = arg;

	(*errand->active)--;
	errand->end(errand->errands->core, errand->job, rc, rs);
	free(errand);
}

/* Takes job and what is in rq. An address that may not be called is an outcome like others. */
static void go(struct errands *e, size_t *active, struct httpc_request *rq, void *job,
	void (*end)(
		const struct core *core, void *job, enum rc rc, const struct httpc_response *rs))
{
	struct errand *errand = calloc(1, sizeof(*errand));
	struct httpc_response none = {.retry_after_s = -1};
	enum rc rc = RC_NOMEM;

	if (errand) {
		*errand = (struct errand){e, active, job, end};
		(*active)++;
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
		go(e, &e->revocations, &rq, job, end_revocation);
		return RC_OK;
	}
	revocation_row_release(job);
	free(job);
	return rc == RC_UNAVAILABLE ? rc : RC_OK;
}

static enum rc start_revocations(struct errands *e)
{
	int64_t room = ERRANDS_ACTIVE_MAX - (int64_t)e->revocations;
	struct revocation_row *rows = NULL;
	size_t n = 0;
	enum rc rc = RC_OK;

	if (room > 0)
		rc = revocation_due_list(e->core->db, clock_now_s(), room, &rows, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = begin_revocation(e, &rows[i]);
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
		go(e, &e->messages, &rq, job, end_message);
		return RC_OK;
	}
	free(job);
	return rc == RC_UNAVAILABLE || rc == RC_NOMEM ? rc : RC_OK;
}

static enum rc start_messages(struct errands *e)
{
	int64_t room = ERRANDS_ACTIVE_MAX - (int64_t)e->messages;
	struct webhook_due *due = NULL;
	size_t n = 0;
	enum rc rc = RC_OK;

	if (room > 0)
		rc = webhook_due_list(e->core->db, clock_now_s(), room, &due, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++)
		rc = begin_message(e, &due[i]);
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

enum rc errands_turn(struct errands *errands)
{
	enum rc rc = start_revocations(errands);

	return rc == RC_OK ? start_messages(errands) : rc;
}
