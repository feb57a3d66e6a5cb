/* SPDX-License-Identifier: Apache-2.0
 *
 * Access that is not wanted any more is taken back at the provider (RFC 7009): queued in the transaction that
 * deletes the credential here, done by grantry-refreshd, and shown for a while.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_REVOCATION_H
#define GRANTRY_DOMAIN_OAUTH_REVOCATION_H

#include "domain/core.h"
#include "domain/fieldset.h"
#include "store/credential_store.h"
#include "store/revocation_store.h"

#define REVOCATION_SHOWN_S (7 * 86400)
#define REVOCATION_SHOWN_MAX 20

/* What is to be revoked, before it is sealed. */
struct revocation_order {
	const struct provider *provider;
	struct credential_id id; /* under which it is queued: of a credential that ends now */
	const char *name;        /* what it was called */
	const char *client_source;
	const struct uuid *client_id;
	const struct fieldset *tokens; /* NULL: they do not open; queued as failed */
};

/** revocation_make(core, actor, order, out): a row to insert. RC_NOT_FOUND: nothing to do: the provider has no
 * such endpoint, or there is no token. */
enum rc revocation_make(const struct core *core, const struct actor *actor,
	const struct revocation_order *order, struct revocation_row *out) RC_MUST_CHECK;

/** revocation_of(core, actor, provider, row, as, out): the same for what a credential row holds, queued under the id
 * as. */
enum rc revocation_of(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_row *row,
	const struct credential_id *as, struct revocation_row *out) RC_MUST_CHECK;

/** revocation_unseal(core, row, out): its tokens. RC_CRYPTO. */
enum rc revocation_unseal(const struct core *core, const struct revocation_row *row,
	struct fieldset *out) RC_MUST_CHECK;

/** revocation_begin(core, row, rq): row as listed due: claims it and builds the request. RC_OK: send it and call
 * revocation_end; any other code: there is nothing to send, and the row says why where it is ours. */
enum rc revocation_begin(const struct core *core, struct revocation_row *row,
	struct httpc_request *rq) RC_MUST_CHECK;
/** revocation_end(core, row, rc, rs): as the transfer ended: done, again later, or failed. */
void revocation_end(const struct core *core, const struct revocation_row *row, enum rc rc,
	const struct httpc_response *rs);

/* What a page tells of one. */
enum disconnect_state { DISCONNECT_QUEUED, DISCONNECT_DONE, DISCONNECT_FAILED };
struct disconnected {
	const char *name, *reason; /* reason: a code, as revocations.reason; "" none */
	enum disconnect_state state;
	int64_t at_s;
};

/** revocation_recent(core, actor, provider, visit, arg): what was disconnected lately, the newest first. */
enum rc revocation_recent(const struct core *core, const struct actor *actor,
	const struct provider *provider, void (*visit)(const struct disconnected *d, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
