/* SPDX-License-Identifier: Apache-2.0
 *
 * Arguments become a request. Everything a runtime or a model says is checked against the plan first; what is
 * refused is said in a sentence that names the argument and what it must be, for a model can mend it then.
 *
 * - A path value fills its place in one segment and no more: it is percent-encoded, and what servers would
 *   resolve anyhow ("", ".", "..", "a/../b") is refused.
 * - The request goes to the server of the operation, or else of the settings (settings.h): no argument has a part in
 *   scheme, host or port.
 * - An optional argument that is absent, or null where its schema does not allow null, sends nothing.
 */
#ifndef GRANTRY_DOMAIN_TOOL_BIND_H
#define GRANTRY_DOMAIN_TOOL_BIND_H

#include "domain/tool/plan.h"
#include "domain/tool/request.h"
#include "domain/tool/settings.h"
#include "platform/jsonr.h"
#include "platform/rc.h"

/* Why a request cannot be made. */
struct bind_fault {
	const char *
		code; /* "unknown_argument", "missing_argument", "bad_argument", "no_server", "too_large"; a literal */
	char argument[PLAN_ARGUMENT_MAX + 1]; /* "" if it is not one's own */
	char text[1024];                      /* an English sentence, of harmless characters */
};

/** bind_fault_set(fault, code, argument, format, …): the sentence is made harmless and cut where it must be. */
void bind_fault_set(struct bind_fault *fault, const char *code, const char *argument,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/** bind_request(plan, settings, head, arguments, out, fault): head is the document's (record H), for the variables of
 *  its servers; NULL: none. arguments is an object; NULL: none are given. out is released with tool_request_release,
 *  also after an error. Errors: RC_INVALID: fault says why; RC_NOMEM. */
enum rc bind_request(const struct plan *plan, const struct tool_settings *settings, jsonv *head,
	jsonv *arguments, struct tool_request *out, struct bind_fault *fault) RC_MUST_CHECK;

#endif
