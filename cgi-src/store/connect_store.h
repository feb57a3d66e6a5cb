/* SPDX-License-Identifier: Apache-2.0
 *
 * Table connect_requests: somebody was sent here to connect a provider, and what came of it.
 */
#ifndef GRANTRY_STORE_CONNECT_STORE_H
#define GRANTRY_STORE_CONNECT_STORE_H

#include "platform/codec.h"
#include "platform/db.h"
#include "store/ids.h"
#include "store/runtime_store.h"

#define CONNECT_RETURN_SIZE 1025
#define CONNECT_STATUS_SIZE 17
#define CONNECT_ERROR_SIZE 65

struct connect_row {
	struct connect_id id;
	struct tenant_id tenant;
	struct user_id user;
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
	char return_to[CONNECT_RETURN_SIZE];
	char status[CONNECT_STATUS_SIZE]; /* "open", "connected", "declined", "failed" */
	char error[CONNECT_ERROR_SIZE];
	struct credential_id credential; /* zero: none */
	int64_t created_at_s, expires_at_s;
};

enum rc connect_insert(struct db *db, const struct connect_row *row) RC_MUST_CHECK;
/** connect_find(db, tenant, user, id, out): RC_NOT_FOUND also when it is another person's. */
enum rc connect_find(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const struct connect_id *id, struct connect_row *out) RC_MUST_CHECK;
/** connect_find_by_key(db, key_hash, id, key, out): of the key's workspace. RC_DENIED: no such key;
 * RC_NOT_FOUND: no such request, *key is filled in. */
enum rc connect_find_by_key(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct connect_id *id, struct runtime_key_row *key,
	struct connect_row *out) RC_MUST_CHECK;
/** connect_finish(db, row, now_s): status, error and credential of one that is not over. Once connected it stays
 * so: RC_CONFLICT. */
enum rc connect_finish(struct db *db, const struct connect_row *row, int64_t now_s) RC_MUST_CHECK;
/** connect_delete_oldest(db, tenant, user, keep): all but the newest of that person. */
enum rc connect_delete_oldest(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, int64_t keep) RC_MUST_CHECK;
/** connect_delete_old(db, before_s): over before then; at most 1000 a call. */
enum rc connect_delete_old(struct db *db, int64_t before_s) RC_MUST_CHECK;

#endif
