/* SPDX-License-Identifier: Apache-2.0
 *
 * The steps of a call: token, request, answer; and once more, when the token was over or the way has moved.
 */
#include <stdio.h>
#include <string.h>

#include "domain/runtime/handout.h"
#include "domain/tool/invoke_int.h"
#include "platform/clock.h"
#include "platform/httpc_multi.h"
#include "platform/log.h"

#define REDIRECTS_MAX 3
#define LEAST_MS 100 /* that a request is worth sending for */

/* ---- the token ---- */

static enum rc take_token(struct invocation *call, enum rc rc, const struct secret *refused)
{
	if (rc == RC_DENIED) {
		call->result.why = call->token.why;
		return invoke_end(call, INVOKE_REFUSED);
	}
	if (rc != RC_OK)
		return rc;
	call->asked_ms = 0;
	if (call->renewed && secret_equal(&call->token.value, refused)) {
		call->needs_token = false; /* no better one is to be had: it stays refused */
		call->step = STEP_ANSWERED;
		return RC_OK;
	}
	call->step = STEP_SEND;
	return invoke_authorize(call);
}

/* RC_TIMEOUT: it is being renewed. */
static enum rc get_token(struct invocation *call, bool may_wait)
{
	struct secret refused = SECRET_EMPTY;
	int64_t now_ms = clock_mono_ms();
	struct tool_token_wish wish = {
		.tool = &call->tool,
		.name = call->credential[0] ? call->credential : NULL,
		.again = call->asked_ms != 0,
	};
	enum rc rc;

	if (!call->asked_ms)
		call->asked_ms = now_ms;
	wish.may_wait = may_wait && now_ms - call->asked_ms < HANDOUT_WAIT_MS;
	secret_take(&refused, &call->token.value);
	tool_token_release(&call->token);
	rc = tool_token_find(call->core, &call->actor.tenant, &wish, &call->token);
	if (rc == RC_TIMEOUT)
		secret_take(&call->token.value, &refused); /* to be told from the next one */
	else
		rc = take_token(call, rc, &refused);
	secret_release(&refused);
	return rc;
}

/* ---- the request ---- */

static enum rc build(struct invocation *call, struct httpc_request *rq)
{
	enum rc rc = tool_request_http(&call->request, rq);
	int64_t left_ms = call->until_ms - clock_mono_ms();

	if (rc == RC_OK && call->redirect.len > 0)
		rc = secret_set(&rq->url, call->redirect.bytes, call->redirect.len);
	rq->answer_max_bytes = INVOKE_BODY_MAX;
	rq->total_timeout_ms = left_ms < LEAST_MS ? LEAST_MS : (long)left_ms;
	rq->wants_headers = rq->may_cut = 1;
	return rc;
}

static void take_answer(struct invocation *call, enum rc rc)
{
	call->call_rc = rc;
	call->result.elapsed_ms += call->answer.elapsed_ms;
	call->step = STEP_ANSWERED;
}

static void end_abandoned(struct invocation *call);

static void on_done(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct invocation *call = arg;

	call->under_way = false;
	httpc_response_release(&call->answer);
	call->answer = *rs;
	*rs = (struct httpc_response){.retry_after_s = -1};
	take_answer(call, rc);
	if (call->abandoned)
		end_abandoned(call);
	else if (call->wake)
		call->wake(call->wake_arg);
}

static enum rc start(struct invocation *call, struct httpc_request *rq, bool may_wait)
{
	const struct core *core = call->core;
	enum rc rc;

	httpc_response_release(&call->answer);
	if (may_wait && core->calls) {
		rc = httpc_multi_start(core->calls, rq, on_done, call);
		call->under_way = rc == RC_OK;
		if (rc == RC_LIMIT) { /* as many as one worker may have */
			call->result.wait_s = 1;
			return invoke_end(call, INVOKE_BUSY);
		}
	} else if (core->http) {
		rc = httpc_perform(core->http, rq, &call->answer);
		take_answer(call, rc);
		call->result.attempts++;
		return RC_OK;
	} else {
		return invoke_end(call, INVOKE_STOPPED);
	}
	if (rc != RC_OK) {
		take_answer(call, rc);
		return RC_OK;
	}
	call->result.attempts++;
	call->step = STEP_SENT;
	return RC_OK;
}

static enum rc end_unsendable(struct invocation *call)
{
	bind_fault_set(&call->result.fault, "too_large", "",
		"The request is larger than a request may be: its URL, or its headers.");
	return invoke_end(call, INVOKE_FAULT);
}

static enum rc send_request(struct invocation *call, bool may_wait)
{
	struct httpc_request rq = {.method = NULL};
	enum rc rc = invoke_enter(call);

	if (rc != RC_OK || call->step == STEP_OVER)
		return rc;
	if (!call->until_ms)
		call->until_ms = clock_mono_ms() + call->core->cfg->tool_timeout_ms;
	rc = build(call, &rq);
	if (rc == RC_OK)
		rc = start(call, &rq, may_wait);
	else if (rc == RC_LIMIT || rc == RC_INVALID)
		rc = end_unsendable(call);
	httpc_request_release(&rq);
	return rc;
}

/* ---- the answer ---- */

/* RFC 6750 §3.1; many say only 401. */
static bool says_token_is_over(const struct httpc_response *rs)
{
	return rs->status == 401 ||
	       (rs->status >= 400 && strstr(rs->www_authenticate, "invalid_token"));
}

static bool goes_on_elsewhere(const struct invocation *call)
{
	int status = call->answer.status;
	const char *m = call->request.method;

	return (status == 301 || status == 302 || status == 303 || status == 307 ||
		       status == 308) &&
	       (strcmp(m, "GET") == 0 || strcmp(m, "HEAD") == 0) &&
	       call->n_redirects < REDIRECTS_MAX;
}

/* Where an answer sends us, if that is the same origin: a path of it, or a whole URL. */
static enum rc same_origin(const struct invocation *call, struct secret *out)
{
	size_t len;
	const char *to = httpc_response_header(&call->answer, "Location", &len);
	char origin[URL_ORIGIN_SIZE];
	struct url url;
	enum rc rc = RC_OK;

	if (!to || len == 0)
		return RC_NOT_FOUND;
	for (size_t i = 0; i < len; i++)
		if (to[i] == '#')
			len = i;
	if (len > 0 && to[0] == '/' && (len == 1 || to[1] != '/'))
		rc = secret_append_text(out, call->request.origin);
	if (rc == RC_OK)
		rc = secret_append(out, to, len);
	if (rc != RC_OK || url_parse_call(secret_text(out), &url) != RC_OK)
		return rc == RC_OK ? RC_NOT_FOUND : rc;
	url_origin(&url, origin);
	return strcmp(origin, call->request.origin) == 0 ? RC_OK : RC_NOT_FOUND;
}

/* True: the call goes on with another request. */
static bool follow(struct invocation *call)
{
	struct secret next = SECRET_EMPTY;

	if (!goes_on_elsewhere(call) || same_origin(call, &next) != RC_OK) {
		secret_release(&next);
		return false;
	}
	secret_take(&call->redirect, &next);
	call->n_redirects++;
	call->step = STEP_SEND;
	return true;
}

/* Likewise: once, with a token that is renewed for it. A second one that is refused is told too: then a person has
 * to act, and the API's own words are the answer. */
static enum rc renew(struct invocation *call, bool *goes_on)
{
	bool helps = false;
	enum rc rc;

	*goes_on = false;
	if (!call->needs_token || call->test || !says_token_is_over(&call->answer))
		return RC_OK;
	rc = tool_token_rejected(call->core, &call->actor, &call->token, &helps);
	*goes_on = rc == RC_OK && helps && !call->renewed;
	call->renewed = true;
	if (*goes_on) {
		secret_release(&call->redirect);
		call->n_redirects = 0;
		call->step = STEP_TOKEN;
	}
	return rc;
}

static enum rc end_answered(struct invocation *call)
{
	enum rc rc;

	switch (call->call_rc) {
	case RC_OK:
		rc = invoke_read_answer(call);
		return rc == RC_OK ? invoke_end(call, INVOKE_ANSWERED) : rc;
	case RC_EGRESS:
	case RC_INVALID:
		return invoke_end(call, INVOKE_FORBIDDEN);
	case RC_TIMEOUT:
		return invoke_end(call, INVOKE_TIMEOUT);
	case RC_LIMIT:
		return invoke_end(call, INVOKE_TOO_LARGE);
	case RC_UPSTREAM:
		return invoke_end(call, INVOKE_UNREACHABLE);
	case RC_UNAVAILABLE:
		return invoke_end(call, INVOKE_STOPPED);
	default:
		return call->call_rc;
	}
}

static enum rc judge(struct invocation *call)
{
	bool goes_on = false;
	enum rc rc = RC_OK;

	if (call->call_rc == RC_OK && follow(call))
		return RC_OK;
	if (call->call_rc == RC_OK)
		rc = renew(call, &goes_on);
	if (rc != RC_OK || goes_on)
		return rc;
	invoke_tell(call);
	return end_answered(call);
}

enum rc invoke_go_on(struct invocation *call, bool may_wait, enum invoke_state *state)
{
	enum rc rc = RC_OK;

	while (rc == RC_OK && call->step != STEP_OVER) {
		if (call->step == STEP_SENT && may_wait) {
			*state = INVOKE_CALLS;
			return RC_OK;
		}
		if (call->step == STEP_TOKEN)
			rc = get_token(call, may_wait);
		else if (call->step == STEP_SEND)
			rc = send_request(call, may_wait);
		else if (call->step == STEP_ANSWERED)
			rc = judge(call);
		else
			rc = invoke_end(call, INVOKE_STOPPED);
	}
	*state = rc == RC_TIMEOUT ? INVOKE_WAITS : INVOKE_DONE;
	return rc == RC_TIMEOUT ? RC_OK : rc;
}

/* ---- the record ---- */

static const char *word_of(const struct invoke_result *r, char status[8])
{
	static const char *const words[INVOKE__MAX] = {
		[INVOKE_REFUSED] = "refused",
		[INVOKE_BUSY] = "busy",
		[INVOKE_FORBIDDEN] = "egress",
		[INVOKE_TIMEOUT] = "timeout",
		[INVOKE_UNREACHABLE] = "upstream",
		[INVOKE_TOO_LARGE] = "limit",
		[INVOKE_STOPPED] = "stopped",
	};

	if (r->outcome != INVOKE_ANSWERED)
		return words[r->outcome] ? words[r->outcome] : "failed";
	(void)snprintf(status, 8, "%dxx", r->status / 100 % 10);
	return status;
}

enum rc invoke_record(struct invocation *call)
{
	char object[AUDIT_OBJECT_SIZE], id[UUID_TEXT_SIZE], status[8];
	const char *action = call->test ? "api_tool.test" : "api_tool.invoke";
	const char *result = word_of(&call->result, status);

	if (call->result.attempts == 0 || call->recorded)
		return RC_OK;
	call->recorded = true;
	uuid_text(&call->tool.u, id);
	(void)snprintf(object, sizeof(object), "api-tool:%s/%s%s%s", id,
		call->loaded.operation.operation->name, call->who[0] ? " " : "", call->who);
	if (!call->core->audit_batch || call->abandoned)
		return audit_event(call->core, &call->actor, action, object, result);
	return audit_later(call->core, &call->actor, action, object, result);
}

/* Whoever made it has left: what was done is written down all the same. */
static void end_abandoned(struct invocation *call)
{
	invoke_tell(call);
	if (end_answered(call) != RC_OK)
		(void)invoke_end(call, INVOKE_STOPPED);
	if (invoke_record(call) != RC_OK)
		log_warn("invoke", "reason", "a call without an owner could not be recorded");
	call->abandoned = false;
	invoke_free(call);
}
