/* SPDX-License-Identifier: Apache-2.0
 *
 * The hand-out of a credential to a runtime (security R47, R48, C rows): a token that works now, or the word
 * what to wait for or who has to act. No provider is called here: who needs a renewal makes it due, wakes the
 * renewer, and asks again until it is there.
 *
 * A token that is valid is handed out whatever its state, unless an admin switched the credential off. One that
 * is short or of a wrong clock is renewed first if that can be had in time; one that is over is never handed out.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_HANDOUT_H
#define GRANTRY_DOMAIN_RUNTIME_HANDOUT_H

#include "domain/core.h"
#include "domain/fieldset.h"
#include "domain/runtime/access.h"
#include "domain/runtime/revision.h"
#include "domain/runtime/state.h"

#define HANDOUT_MIN_TTL_S 60 /* what is asked for when the runtime says nothing */
/* How long a runtime is kept waiting at most: 12 s, together with the pause until the last look. */
#define HANDOUT_WAIT_MS (12000 - 600)

struct handout_request {
	struct runtime_caller caller;
	struct provider_ref ref;        /* borrowed; plugin_id NULL: by id alone */
	const struct credential_id *id; /* NULL: the Default, or by name */
	const char *name;               /* NULL: the Default */
	int64_t min_ttl_s;
	const char *known; /* If-None-Match: what the runtime has already; NULL: nothing */
	bool reveals;      /* the secret will leave: not so with HEAD */
	bool may_wait;     /* RC_TIMEOUT is of use to the caller */
};

struct handout {
	const struct provider *provider;
	struct runtime_credential found; /* owned */
	struct runtime_state state;      /* borrows from found */
	struct revision revision;
	bool unchanged;         /* the runtime has this one: there are no fields */
	char granted[4097];     /* scopes; "" none or unknown */
	struct fieldset fields; /* owned: never a refresh token or a client secret */
	struct refusal why;     /* with RC_DENIED */
};

void handout_release(struct handout *h);

/** handout_find(core, request, out):
 *	RC_OK		here it is, and if it leaves, it was written to the audit log
 *	RC_DENIED	out->why
 *	RC_TIMEOUT	it is being renewed: ask again in a moment; only with may_wait
 *	RC_UNAVAILABLE	database or audit log away */
enum rc handout_find(const struct core *core, const struct handout_request *request,
	struct handout *out) RC_MUST_CHECK;

#endif
