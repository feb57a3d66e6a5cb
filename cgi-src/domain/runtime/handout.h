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

#define HANDOUT_UNREAD (-1)

struct handout_request {
	struct runtime_caller caller;
	struct provider_ref ref;        /* borrowed; plugin_id NULL: by id alone */
	const struct credential_id *id; /* NULL: the Default, or by name */
	const char *name;               /* NULL: the Default */
	int64_t min_ttl_s;
	const char *known; /* If-None-Match: what the runtime has already; NULL: nothing */
	bool reveals;      /* the secret will leave: not so with HEAD */
	bool may_wait;     /* RC_TIMEOUT is of use to the caller */
	int ticket;        /* HANDOUT_UNREAD, or what an earlier call put into handout.ticket */
};

struct handout {
	const struct provider *provider;
	struct runtime_credential found; /* owned */
	struct runtime_state state;      /* borrows from found */
	struct revision revision;
	bool unchanged;         /* the runtime has this one: there are no fields */
	bool leaves;            /* once the audit batch is written, not before (R106) */
	char granted[4097];     /* scopes; "" none or unknown */
	struct fieldset fields; /* owned: never a refresh token or a client secret */
	struct refusal why;     /* with RC_DENIED */
	int ticket;             /* with RC_RETRY; HANDOUT_UNREAD: it was an error */
};

void handout_release(struct handout *h);

/** handout_find(core, request, out):
 *	RC_OK		here it is; when out->leaves, its event is in core->audit_batch
 *	RC_DENIED	out->why
 *	RC_TIMEOUT	it is being renewed: ask again in a moment; only with may_wait
 *	RC_RETRY	it is read together with what others ask for: once core->lookups was loaded, again with
 *			out->ticket
 *	RC_UNAVAILABLE	database away
 *	RC_LIMIT	the audit batch is full */
enum rc handout_find(const struct core *core, const struct handout_request *request,
	struct handout *out) RC_MUST_CHECK;

/** handout_within(core, tenant, request, out): the same for a call that Grantry itself makes for a workspace: nothing
 * leaves, so there is no key to open it and no event, and who may have it made is for the caller. Of request->caller only
 * again counts. RC_NOT_FOUND: there is no such credential. Never RC_RETRY. */
enum rc handout_within(const struct core *core, const struct tenant_id *tenant,
	const struct handout_request *request, struct handout *out) RC_MUST_CHECK;

#endif
