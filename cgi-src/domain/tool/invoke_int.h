/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of invoke only.
 */
#ifndef GRANTRY_DOMAIN_TOOL_INVOKE_INT_H
#define GRANTRY_DOMAIN_TOOL_INVOKE_INT_H

#include "domain/audit.h"
#include "domain/tool/api_tool.h"
#include "domain/tool/authorize.h"
#include "domain/tool/invoke.h"
#include "domain/tool/plan.h"
#include "domain/tool/redact.h"
#include "domain/tool/tool_token.h"
#include "store/credential_store.h"

enum invoke_step { STEP_TOKEN, STEP_SEND, STEP_SENT, STEP_ANSWERED, STEP_OVER };

struct invocation {
	const struct core *core;
	struct actor actor; /* with texts of its own */
	char request_id[64], peer[64], who[AUDIT_ID_SIZE];
	struct api_tool_id tool;
	char credential[CREDENTIAL_NAME_SIZE]; /* "": the Default */
	bool test;
	enum invoke_step step;

	struct api_call loaded;
	struct plan plan;
	struct tool_request request;
	struct authorize_item items
		[AUTHORIZE_ITEMS_MAX]; /* that go with the request; borrow from loaded and token */
	size_t n_items;
	bool needs_token; /* the last item is it */

	struct tool_token token;
	int64_t asked_ms; /* for a token, first; 0: not yet */
	bool renewed;     /* the API refused one already */

	struct redactor redactor;
	struct secret redirect; /* the URL to go on to; empty: that of the request */
	int n_redirects;
	int64_t until_ms; /* of all requests together */
	size_t place;
	bool has_place;
	enum rc call_rc;
	struct httpc_response answer; /* owned */

	void (*wake)(void *arg);
	void *wake_arg;
	bool under_way; /* a request: httpc_multi has our address */
	bool recorded;
	bool abandoned; /* whoever made it has left */
	struct invoke_result result;
};

/* invoke.c */
/** invoke_end(call, outcome): the result stands; what is under way is not waited for. Always RC_OK. */
enum rc invoke_end(struct invocation *call, enum invoke_outcome outcome);
/** invoke_authorize(call): the items go in, anew. RC_OK also when the call ended. */
enum rc invoke_authorize(struct invocation *call) RC_MUST_CHECK;

/* invoke_answer.c */
/** invoke_read_answer(call): of call->answer, which is emptied; credentials covered. RC_NOMEM. */
enum rc invoke_read_answer(struct invocation *call) RC_MUST_CHECK;
void invoke_result_release(struct invoke_result *result);

/* invoke_limits.c */
/** invoke_enter(call): a place among the calls. RC_OK also when the call ended for the want of one. */
enum rc invoke_enter(struct invocation *call) RC_MUST_CHECK;
/** invoke_leave(call): gives it back. */
void invoke_leave(struct invocation *call);
/** invoke_tell(call): how the API does, for the next ones. */
void invoke_tell(const struct invocation *call);

#endif
