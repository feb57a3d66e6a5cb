/* SPDX-License-Identifier: Apache-2.0
 *
 * The hand-out of a credential to a runtime (security R47, R48, C rows): a token that works now, or the word
 * what to wait for. No provider is called here: who needs a renewal makes it due, wakes the renewer, and asks
 * again until it is there.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_HANDOUT_H
#define GRANTRY_DOMAIN_RUNTIME_HANDOUT_H

#include "domain/core.h"
#include "domain/fieldset.h"
#include "store/runtime_store.h"

#define HANDOUT_MIN_TTL_S 60  /* what is asked for when the runtime says nothing */
#define HANDOUT_WAIT_MS 12000 /* how long a runtime is kept waiting at most */

struct handout_request {
	const char *key;                 /* as sent; borrowed */
	const struct provider *provider; /* NULL: there is no such provider */
	const struct credential_id *id;  /* NULL: the Default, or by name */
	const char *name;                /* NULL: the Default */
	int64_t min_ttl_s;
	const char *request_id, *peer;
};

struct handout {
	struct credential_id id;
	char name[CREDENTIAL_NAME_SIZE];
	bool is_oauth, expires;
	int64_t expires_at_s;
	uint64_t revision;
	char granted[4097]; /* scopes; "" none or unknown */
	struct fieldset
		fields; /* owned: what the runtime gets; never a refresh token or a client secret */
	char reason[65]; /* with RC_EXPIRED: why it cannot be used */
};

void handout_release(struct handout *h);

/** handout_find(core, request, out):
 *	RC_OK		here it is, and it was written to the audit log
 *	RC_DENIED	no such key, expired, or of a wrong form
 *	RC_NOT_FOUND	no such credential for this key
 *	RC_TIMEOUT	it is being renewed: ask again in a moment
 *	RC_EXPIRED	a person has to authorize it again, or mend the client: out->reason
 *	RC_CRYPTO	it cannot be decrypted here */
enum rc handout_find(const struct core *core, const struct handout_request *request,
	struct handout *out) RC_MUST_CHECK;

#endif
