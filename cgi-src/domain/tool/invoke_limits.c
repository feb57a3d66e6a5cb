/* SPDX-License-Identifier: Apache-2.0
 *
 * How many calls at once, and when an API is left alone. A program without them has no limits.
 */
#include <string.h>

#include "domain/tool/invoke_int.h"
#include "platform/breaker.h"
#include "platform/clock.h"
#include "platform/slots.h"

#define RENEWAL_MS 15000 /* a call may wait for one in its midst */

static int64_t longest_ms(const struct invocation *call)
{
	return call->core->cfg->tool_timeout_ms + RENEWAL_MS;
}

/* The tool and where it goes: another tool may have another key there. */
struct subject {
	struct api_tool_id tool;
	char origin[URL_ORIGIN_SIZE];
};

static struct subject subject_of(const struct invocation *call)
{
	struct subject s;

	memset(&s, 0, sizeof(s));
	s.tool = call->tool;
	memcpy(s.origin, call->request.origin, sizeof(s.origin));
	return s;
}

static enum rc take_place(struct invocation *call)
{
	const struct core *core = call->core;
	unsigned most = (unsigned)core->cfg->tool_tenant_calls;
	struct slots_subject subjects[] = {
		{&call->actor.tenant, sizeof(call->actor.tenant),
			call->test && most > INVOKE_TEST_CALLS ? INVOKE_TEST_CALLS : most},
		{call->request.origin, strlen(call->request.origin),
			(unsigned)core->cfg->tool_host_calls},
		{"", 0, core->most_calls},
	};
	enum rc rc = slots_take(
		core->slots, subjects, 3, clock_mono_ms(), longest_ms(call), &call->place);

	call->has_place = rc == RC_OK;
	if (rc != RC_LIMIT)
		return rc;
	call->result.wait_s = 1;
	return invoke_end(call, INVOKE_BUSY);
}

/* A person who tries it finds out whether it works again. */
static bool is_resting(struct invocation *call)
{
	struct subject s = subject_of(call);

	return call->core->breaker && !call->test &&
	       breaker_ask(call->core->breaker, &s, sizeof(s), clock_mono_ms(), longest_ms(call),
		       &call->result.wait_s) != RC_OK;
}

enum rc invoke_enter(struct invocation *call)
{
	enum rc rc = RC_OK;

	if (call->has_place || call->result.attempts > 0)
		return RC_OK;
	if (call->core->slots)
		rc = take_place(call);
	if (rc == RC_OK && call->step != STEP_OVER && is_resting(call))
		rc = invoke_end(call, INVOKE_RESTING);
	return rc;
}

void invoke_leave(struct invocation *call)
{
	if (call->has_place)
		slots_give(call->core->slots, call->place);
	call->has_place = false;
}

/* What our own rules forbid tells nothing about the API, nor that we end. */
void invoke_tell(const struct invocation *call)
{
	struct subject s = subject_of(call);
	int status = call->answer.status;
	int64_t rest_s = call->answer.retry_after_s;
	bool failed = call->call_rc != RC_OK || status >= 500 || (status == 429 && rest_s >= 0);

	if (!call->core->breaker || call->test || call->call_rc == RC_EGRESS ||
		call->call_rc == RC_INVALID || call->call_rc == RC_NOMEM ||
		call->call_rc == RC_UNAVAILABLE)
		return;
	breaker_tell(call->core->breaker, &s, sizeof(s), clock_mono_ms(), failed,
		rest_s > 0 ? rest_s * 1000 : 0);
}
