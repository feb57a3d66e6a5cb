/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables tenant_keys (wrapped data keys) and keks (check values of key-encryption keys).
 */
#ifndef GRANTRY_STORE_KEY_STORE_H
#define GRANTRY_STORE_KEY_STORE_H

#include "platform/db.h"
#include "platform/vault.h"
#include "store/ids.h"

#define WRAPPED_KEY_MAX 255

struct wrapped_key {
	uint32_t version;
	char kek_id[VAULT_KEK_ID_MAX + 1];
	unsigned char bytes[WRAPPED_KEY_MAX];
	size_t len;
};

/** key_load(db, tenant, version, out): version 0: the newest. Errors: RC_NOT_FOUND. */
enum rc key_load(struct db *db, const struct tenant_id *tenant, uint32_t version,
	struct wrapped_key *out) RC_MUST_CHECK;
/** key_insert(db, tenant, key, now_s): RC_CONFLICT when the version is there. */
enum rc key_insert(struct db *db, const struct tenant_id *tenant, const struct wrapped_key *key,
	int64_t now_s) RC_MUST_CHECK;
/** key_check_value_load(db, kek_id, out): RC_NOT_FOUND. */
enum rc key_check_value_load(
	struct db *db, const char *kek_id, unsigned char out[16]) RC_MUST_CHECK;
enum rc key_check_value_insert(struct db *db, const char *kek_id, const unsigned char value[16],
	int64_t now_s) RC_MUST_CHECK;

#endif
