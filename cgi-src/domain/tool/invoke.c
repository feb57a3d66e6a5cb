/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/invoke.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/invoke_int.h"
#include "platform/text.h"

#define NO_TOKEN_YET "token" /* in a preview, where it is hidden */

enum rc invoke_end(struct invocation *call, enum invoke_outcome outcome)
{
	invoke_leave(call);
	call->step = STEP_OVER;
	call->result.outcome = outcome;
	return RC_OK;
}

static enum rc end_refused(struct invocation *call, enum refusal_code code)
{
	(void)refuse(&call->result.why, code);
	return invoke_end(call, INVOKE_REFUSED);
}

/* What bind and authorize answer: a fault is an end, the rest an error. */
static enum rc end_at_fault(struct invocation *call, enum rc rc)
{
	if (rc != RC_INVALID && rc != RC_DENIED && rc != RC_LIMIT)
		return rc;
	if (!call->result.fault.code)
		bind_fault_set(&call->result.fault, "bad_operation", "",
			"This operation cannot be called: what is stored of it makes no request. "
			"Its description has to be imported again.");
	return invoke_end(call, INVOKE_FAULT);
}

/* ---- which credentials ---- */

static enum rc choose(struct invocation *call)
{
	struct authorize_item all[AUTHORIZE_ITEMS_MAX];
	bool chosen[AUTHORIZE_ITEMS_MAX] = {false};
	jsonv *security = call->plan.security;
	size_t n;
	enum rc rc = authorize_items(&call->loaded.tool.settings, &call->loaded.secrets,
		&call->token.value, all, &n, &call->result.fault);

	if (!call->plan.has_security &&
		!jsonr_pointer(jsonr_root(call->loaded.tool.head), "/security", &security))
		security = NULL;
	if (rc == RC_OK)
		rc = authorize_choose(security, all, n, chosen, &call->result.fault);
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		if (!chosen[i])
			continue;
		call->needs_token = all[i].value == &call->token.value;
		call->items[call->n_items++] = all[i];
	}
	return rc;
}

/* A user and a password travel as one word. */
static enum rc hide_basic(struct invocation *call, const struct authorize_item *item)
{
	struct secret both = SECRET_EMPTY;
	enum rc rc = secret_append_secret(&both, item->user);

	if (rc == RC_OK)
		rc = secret_append_text(&both, ":");
	if (rc == RC_OK)
		rc = secret_append_secret(&both, item->value);
	if (rc == RC_OK)
		rc = redact_add(&call->redactor, &both);
	secret_release(&both);
	return rc;
}

enum rc invoke_authorize(struct invocation *call)
{
	enum rc rc =
		tool_authorize(&call->request, call->items, call->n_items, &call->result.fault);

	for (size_t i = 0; rc == RC_OK && i < call->n_items; i++) {
		rc = redact_add(&call->redactor, call->items[i].value);
		if (rc == RC_OK && call->items[i].kind == AUTHORIZE_BASIC)
			rc = hide_basic(call, &call->items[i]);
	}
	return end_at_fault(call, rc);
}

/* ---- the request ---- */

static enum rc make_request(struct invocation *call, jsonv *arguments)
{
	const struct api_tool *tool = &call->loaded.tool;

	return bind_request(&call->plan, &tool->settings, jsonr_root(tool->head), arguments,
		&call->request, &call->result.fault);
}

static enum rc prepare(struct invocation *call, jsonv *arguments)
{
	const struct api_operation_plan *o = &call->loaded.operation;
	enum rc rc;

	if (call->loaded.tool.unreadable)
		return end_refused(call, REFUSAL_UNDECRYPTABLE);
	if (!o->operation->enabled && !call->test)
		return invoke_end(call, INVOKE_NO_OPERATION);
	rc = plan_parse(o->plan, o->plan_len, &call->plan);
	if (rc == RC_OK)
		rc = make_request(call, arguments);
	if (rc == RC_OK)
		rc = choose(call);
	if (rc != RC_OK)
		return end_at_fault(call, rc);
	if (call->n_items > 0 && !tool_secrets_may_go(&call->loaded.secrets, call->request.origin))
		return invoke_end(call, INVOKE_UNCONFIRMED);
	return RC_OK;
}

static enum rc load(struct invocation *call, const struct invoke_wish *wish)
{
	enum rc rc = api_call_load(
		call->core, &call->actor.tenant, wish->tool, wish->operation, &call->loaded);

	if (rc == RC_NOT_FOUND)
		return invoke_end(
			call, call->loaded.tool.name[0] ? INVOKE_NO_OPERATION : INVOKE_NO_TOOL);
	if (rc == RC_CRYPTO)
		return end_refused(call, REFUSAL_UNDECRYPTABLE);
	return rc == RC_OK ? prepare(call, wish->arguments) : rc;
}

static struct invocation *invocation_new(
	const struct core *core, const struct actor *actor, const struct invoke_wish *wish)
{
	struct invocation *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->core = core;
	call->actor = *actor;
	TEXT_COPY(call->request_id, actor->request_id ? actor->request_id : "");
	TEXT_COPY(call->peer, actor->peer ? actor->peer : "");
	TEXT_COPY(call->who, wish->who ? wish->who : "");
	TEXT_COPY(call->credential, wish->credential ? wish->credential : "");
	call->actor.request_id = call->request_id;
	call->actor.peer = call->peer;
	call->tool = *wish->tool;
	call->test = wish->test;
	call->answer.retry_after_s = -1;
	return call;
}

enum rc invoke_begin(const struct core *core, const struct actor *actor,
	const struct invoke_wish *wish, struct invocation **out)
{
	struct invocation *call = invocation_new(core, actor, wish);
	enum rc rc = call ? load(call, wish) : RC_NOMEM;

	*out = NULL;
	if (rc == RC_OK && call->step != STEP_OVER)
		call->step = call->needs_token ? STEP_TOKEN : STEP_SEND;
	if (rc == RC_OK && call->step == STEP_SEND)
		rc = invoke_authorize(call);
	if (rc == RC_OK)
		*out = call;
	else
		invoke_free(call);
	return rc;
}

const struct invoke_result *invoke_result(const struct invocation *call)
{
	return &call->result;
}

void invoke_woken_by(struct invocation *call, void (*wake)(void *arg), void *arg)
{
	call->wake = wake;
	call->wake_arg = arg;
}

static void destroy(struct invocation *call)
{
	invoke_leave(call);
	tool_request_release(&call->request);
	plan_release(&call->plan);
	api_call_release(&call->loaded);
	tool_token_release(&call->token);
	redact_release(&call->redactor);
	secret_release(&call->redirect);
	httpc_response_release(&call->answer);
	invoke_result_release(&call->result);
	free(call);
}

void invoke_free(struct invocation *call)
{
	if (!call)
		return;
	call->wake = NULL;
	if (call->under_way)
		call->abandoned = true;
	else
		destroy(call);
}

enum rc invoke_preview(const struct core *core, const struct actor *actor,
	const struct invoke_wish *wish, struct buf *out, struct invoke_result *result)
{
	struct invocation *call;
	enum rc rc = invoke_begin(core, actor, wish, &call);

	memset(result, 0, sizeof(*result));
	if (rc != RC_OK)
		return rc;
	if (call->step == STEP_TOKEN) {
		rc = secret_append_text(&call->token.value, NO_TOKEN_YET);
		if (rc == RC_OK)
			rc = invoke_authorize(call);
	}
	if (rc == RC_OK && call->step != STEP_OVER)
		tool_request_preview(&call->request, out);
	/* what it says of a call is not known: nothing of it is owned */
	result->outcome = call->result.outcome;
	result->fault = call->result.fault;
	result->why = call->result.why;
	invoke_free(call);
	return rc;
}
