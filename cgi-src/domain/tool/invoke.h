/* SPDX-License-Identifier: Apache-2.0
 *
 * A call of an operation of an API tool: its arguments are bound, the credentials that the operation asks for go in,
 * the API is called, and what it says comes back with every credential covered (redact.h).
 *
 * - A token of OAuth 2.0 that is over is renewed before. When the API says that it is over (401, or a challenge with
 *   invalid_token) it is renewed once and the call repeated once, whatever its method: it was refused, not done.
 * - Redirects are answers, with their Location. Followed are those of GET and HEAD to the same origin, three at most.
 *   Nothing goes to another origin, so no credential does.
 * - So many calls at once for a workspace, for an origin and for a program; and an origin that fails again and again
 *   for a tool is left alone for a while. Both hold for all workers of a program together.
 * - A body is cut at INVOKE_BODY_MAX; one that does not end in time (a stream of events) is cut there.
 *
 * A call is an object that its owner moves on: while it waits for a renewal or for the API, the worker is free.
 */
#ifndef GRANTRY_DOMAIN_TOOL_INVOKE_H
#define GRANTRY_DOMAIN_TOOL_INVOKE_H

#include "domain/core.h"
#include "domain/runtime/refusal.h"
#include "domain/tool/bind.h"
#include "platform/jsonr.h"

#define INVOKE_BODY_MAX ((size_t)1 << 20)
#define INVOKE_HEADERS_MAX 64
#define INVOKE_TEST_CALLS 4 /* of a workspace at once, by people */

struct invoke_wish {
	const struct api_tool_id *tool;
	const char *operation;
	jsonv *arguments;       /* an object; NULL: none. Not needed any more after invoke_begin */
	const char *credential; /* the name of an authorization; NULL: the Default */
	/* By a person, who tries it: also what is not offered to runtimes; nothing comes of it but the answer, so that
	 * a token that is refused is told and not renewed. */
	bool test;
	const char *who; /* for the audit log: "key:7a2b…"; "": the actor */
};

enum invoke_outcome {
	INVOKE_ANSWERED,     /* whatever the status */
	INVOKE_NO_TOOL,      /* no such tool here */
	INVOKE_NO_OPERATION, /* no such operation, or not offered */
	INVOKE_FAULT,        /* fault: the arguments, or the settings, make no request */
	INVOKE_REFUSED,      /* why: there is no token for it, or a secret cannot be read */
	INVOKE_UNCONFIRMED, /* the secrets were entered for other origins than that of the request */
	INVOKE_BUSY,        /* too many calls at once */
	INVOKE_RESTING,     /* the API failed again and again: wait_s */
	INVOKE_FORBIDDEN,   /* the address policy forbids to go there */
	INVOKE_TIMEOUT,     /* no answer in time */
	INVOKE_UNREACHABLE, /* no connection, TLS, or not an HTTP answer */
	INVOKE_TOO_LARGE,   /* the head of the answer */
	INVOKE_STOPPED,     /* this program ends */
	INVOKE__MAX
};

enum invoke_body { INVOKE_NO_BODY, INVOKE_JSON, INVOKE_TEXT, INVOKE_BINARY };

struct invoke_result {
	enum invoke_outcome outcome;
	struct bind_fault fault;
	struct refusal why;
	int64_t wait_s; /* BUSY, RESTING */
	/* of an answer; all owned by the call */
	int status, attempts; /* attempts: requests that were sent */
	int64_t elapsed_ms;   /* of all of them */
	/* "name: value\n" each: names in lower case, one of a kind, harmless text; without those that are of the
	 * connection, and without cookies */
	struct secret headers;
	char content_type[128];
	enum invoke_body kind;
	struct secret body;
	bool truncated;
};

struct invocation;

/** invoke_begin(core, actor, wish, out): binds and chooses; what is wrong with it is in the result already. What wish
 * and actor borrow is copied; core is not. RC_UNAVAILABLE, RC_NOMEM. */
enum rc invoke_begin(const struct core *core, const struct actor *actor,
	const struct invoke_wish *wish, struct invocation **out) RC_MUST_CHECK;

enum invoke_state {
	INVOKE_DONE,  /* the result stands */
	INVOKE_WAITS, /* for a renewal: ask again in a moment */
	INVOKE_CALLS, /* for the API: wake will be called */
};

/** invoke_go_on(call, may_wait, state): as far as it goes. With may_wait and core->calls nothing here blocks;
 * without, the API is waited for here, and a renewal is not (REFUSAL_RENEWING). RC_UNAVAILABLE. */
enum rc invoke_go_on(
	struct invocation *call, bool may_wait, enum invoke_state *state) RC_MUST_CHECK;
/** invoke_woken_by(call, wake, arg): from inside httpc_multi_wait. */
void invoke_woken_by(struct invocation *call, void (*wake)(void *arg), void *arg);

/** invoke_result(call): borrowed; stands once the state is INVOKE_DONE. */
const struct invoke_result *invoke_result(const struct invocation *call);

/** invoke_record(call): the event of a call, if any request was sent: into core->audit_batch, or at once where there is
 * none. Once, when it is done. RC_LIMIT, RC_UNAVAILABLE. */
enum rc invoke_record(struct invocation *call) RC_MUST_CHECK;

/** invoke_free(call): a request that is under way goes on without an owner: it is recorded, and its answer dropped.
 * NULL-safe. */
void invoke_free(struct invocation *call);

/** invoke_preview(core, actor, wish, out, result): appends the request that would be made, every credential hidden;
 * nothing is called, nobody is asked for a token. result->outcome INVOKE_ANSWERED: out is good. RC_UNAVAILABLE,
 * RC_NOMEM. */
enum rc invoke_preview(const struct core *core, const struct actor *actor,
	const struct invoke_wish *wish, struct buf *out,
	struct invoke_result *result) RC_MUST_CHECK;

#endif
