/* SPDX-License-Identifier: Apache-2.0
 *
 * Table runtime_keys, and the hand-out of a credential to the holder of one: key, scope and credential in one
 * round trip.
 */
#ifndef GRANTRY_STORE_RUNTIME_STORE_H
#define GRANTRY_STORE_RUNTIME_STORE_H

#include "platform/codec.h"
#include "store/credential_store.h"

#define RUNTIME_KEY_PROVIDERS_SIZE 4097

struct runtime_key_row {
	struct uuid id;
	struct tenant_id tenant;
	char name[CREDENTIAL_NAME_SIZE];
	unsigned char hash[HASH_SIZE];
	char providers[RUNTIME_KEY_PROVIDERS_SIZE]; /* ids separated by spaces; "" for all */
	bool expires;
	int64_t expires_at_s, last_used_at_s, created_at_s; /* last_used_at_s 0: never */
	struct user_id created_by;                          /* zero: the operator */
};

/** runtime_key_insert(db, row): RC_CONFLICT: the name is taken. */
enum rc runtime_key_insert(struct db *db, const struct runtime_key_row *row) RC_MUST_CHECK;
/** runtime_key_list(db, tenant, out, n): by name; *out is freed with free(). */
enum rc runtime_key_list(struct db *db, const struct tenant_id *tenant,
	struct runtime_key_row **out, size_t *n) RC_MUST_CHECK;
/** runtime_key_delete(db, tenant, id): RC_NOT_FOUND. */
enum rc runtime_key_delete(
	struct db *db, const struct tenant_id *tenant, const struct uuid *id) RC_MUST_CHECK;
/** runtime_key_touch(db, tenant, id, now_s): last use, at most once a minute. */
enum rc runtime_key_touch(struct db *db, const struct tenant_id *tenant, const struct uuid *id,
	int64_t now_s) RC_MUST_CHECK;

/* Which credential a runtime asks for; the tenant is the key's. */
struct runtime_query {
	struct provider_ref ref;
	const struct credential_id *id; /* NULL: the Default … */
	const char *name;               /* … unless a name is given; NULL: none */
};

/** runtime_find(db, key_hash, query, key, row): RC_DENIED: no such key; RC_NOT_FOUND: no such credential in
 * the key's workspace (*key is filled then). */
enum rc runtime_find(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, struct runtime_key_row *key,
	struct credential_row *row) RC_MUST_CHECK;

#endif
