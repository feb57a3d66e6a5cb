/* SPDX-License-Identifier: Apache-2.0
 *
 * Table oauth_flows: one authorization in progress, or its outcome.
 */
#ifndef GRANTRY_STORE_FLOW_STORE_H
#define GRANTRY_STORE_FLOW_STORE_H

#include <stdbool.h>

#include "platform/buf.h"
#include "platform/codec.h"
#include "platform/db.h"
#include "platform/vault.h"
#include "store/ids.h"

#define FLOW_REDIRECT_URI_SIZE 1025
#define FLOW_ISSUER_SIZE 513
#define FLOW_SCOPES_SIZE 4097
#define FLOW_CONTEXT_SIZE 65

struct flow_row {
	struct flow_id id;
	struct tenant_id tenant;
	struct user_id user;
	unsigned char session_hash[HASH_SIZE], state_hash[HASH_SIZE];
	char kind[17], plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
	char context[FLOW_CONTEXT_SIZE];
	char client_source[9];
	struct uuid client_id;
	uint64_t client_revision;
	char issuer[FLOW_ISSUER_SIZE], redirect_uri[FLOW_REDIRECT_URI_SIZE],
		scopes[FLOW_SCOPES_SIZE];
	unsigned char verifier_sealed[255];
	size_t verifier_sealed_len;
	struct credential_id credential; /* zero: a new one */
	struct connect_id request;       /* zero: nobody waits for it elsewhere */
	char status[17];
	struct buf outcome_sealed; /* owned; empty: none */
	struct credential_id result;
	int64_t created_at_s, expires_at_s;
};

void flow_row_release(struct flow_row *row);

enum rc flow_insert(struct db *db, const struct flow_row *row) RC_MUST_CHECK;

struct flow_counts {
	int64_t open, all; /* open: not expired */
};

/** flow_count(db, tenant, user, now_s, out): of one person. */
enum rc flow_count(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	int64_t now_s, struct flow_counts *out) RC_MUST_CHECK;
/** flow_delete_ended(db, tenant, user, n): the n oldest of that person. */
enum rc flow_delete_ended(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	int64_t n) RC_MUST_CHECK;
/** flow_delete_old(db, before_s): expired before then; at most 1000 a call. */
enum rc flow_delete_old(struct db *db, int64_t before_s) RC_MUST_CHECK;

/* Everything that must hold at once for a state to be redeemed (security R4, R14, R15). */
struct flow_claim {
	unsigned char state_hash[HASH_SIZE], session_hash[HASH_SIZE];
	struct tenant_id tenant;
	struct user_id user;
	const char *kind, *plugin_id, *provider, *context;
	int64_t now_s, until_s; /* until_s: when whoever consumes it must have ended it */
};

/** flow_consume(db, claim): open → consumed by one conditional statement; expires_at is then the end of that
 * claim. RC_NOT_FOUND: not so. */
enum rc flow_consume(struct db *db, const struct flow_claim *claim) RC_MUST_CHECK;
/** flow_find_state(db, state_hash, out): whatever its owner; only to say in the audit log why a claim
 * failed, and to read the row just consumed. RC_NOT_FOUND. */
enum rc flow_find_state(struct db *db, const unsigned char state_hash[HASH_SIZE],
	struct flow_row *out) RC_MUST_CHECK;
/** flow_load(db, tenant, user, id, out): RC_NOT_FOUND also when it is another person's. */
enum rc flow_load(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const struct flow_id *id, struct flow_row *out) RC_MUST_CHECK;
/** flow_finish(db, row): status, outcome_sealed and result of a consumed flow; the verifier is
 * forgotten. RC_CONFLICT: it was not consumed, or its person or workspace is gone or disabled. */
enum rc flow_finish(struct db *db, const struct flow_row *row) RC_MUST_CHECK;

#endif
