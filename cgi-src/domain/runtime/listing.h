/* SPDX-License-Identifier: Apache-2.0
 *
 * What a key may see: credentials and their states, without secrets.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_LISTING_H
#define GRANTRY_DOMAIN_RUNTIME_LISTING_H

#include "domain/runtime/access.h"
#include "domain/runtime/state.h"

#define LISTING_LIMIT_MAX 200

struct listing_request {
	struct runtime_caller caller;
	const char *provider; /* "org/plugin/provider"; NULL: all */
	const char *kind;     /* of provider: "tool", …; NULL: any */
	const char *state;    /* a word of runtime_state(); NULL: any */
	const char *after;    /* the reference after which to go on; NULL: from the beginning */
	int64_t limit;        /* 1 … LISTING_LIMIT_MAX */
};

/** listing_each(core, request, visit, arg, more, why): in the order of provider and name. *more: there are
 * others after the last one visited. RC_INVALID: provider, kind, state or after is not of its form. RC_DENIED: *why. */
enum rc listing_each(const struct core *core, const struct listing_request *request,
	void (*visit)(const struct runtime_credential *c, void *arg), void *arg, bool *more,
	struct refusal *why) RC_MUST_CHECK;

#endif
