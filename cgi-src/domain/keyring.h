/* SPDX-License-Identifier: Apache-2.0
 *
 * Finds the data key of a tenant and seals with it. The tenant is always the one of the session or of the
 * runtime key, never one read from a row: a statement that forgot its tenant then yields a record that
 * does not open, not a leak. Kept thin, so that a process that alone holds the keys can stand behind it.
 */
#ifndef GRANTRY_DOMAIN_KEYRING_H
#define GRANTRY_DOMAIN_KEYRING_H

#include "platform/buf.h"
#include "platform/db.h"
#include "platform/secret.h"
#include "store/ids.h"

struct keyring;

/* The place of a record; the keyring adds the tenant. */
struct seal_place {
	const char *table, *column;
	const struct uuid *row;
	uint64_t revision;
};

/** keyring_open(key_dir, out): reads the key-encryption keys. RC_UNAVAILABLE. */
enum rc keyring_open(const char *key_dir, struct keyring **out) RC_MUST_CHECK;
void keyring_free(struct keyring *keyring);

/** keyring_check(keyring, db): do the key-encryption keys fit this database? The current one has the check value
 * that the database knows, and the installation's own data key opens. RC_CRYPTO: no. RC_NOT_FOUND: the
 * database does not know the current one, or holds no data key yet. */
enum rc keyring_check(struct keyring *keyring, struct db *db) RC_MUST_CHECK;
/** keyring_mac(keyring, text, out): 32 bytes that only who has the current key-encryption key can make. */
enum rc keyring_mac(
	const struct keyring *keyring, const char *text, unsigned char out[32]) RC_MUST_CHECK;
/** keyring_establish(keyring, db): for migrate: makes the installation's data key where there is none, and
 * records the check value of the current key-encryption key; both or nothing, and nothing when the keys do
 * not fit what is there. RC_CRYPTO. */
enum rc keyring_establish(struct keyring *keyring, struct db *db) RC_MUST_CHECK;

/** keyring_create(keyring, db, tenant): the first data key of a tenant. RC_CONFLICT: it has one. */
enum rc keyring_create(
	struct keyring *keyring, struct db *db, const struct tenant_id *tenant) RC_MUST_CHECK;

/** keyring_seal(keyring, db, tenant, place, plain, out): out is initialised here; release it.
 * Errors: RC_UNAVAILABLE no key. */
enum rc keyring_seal(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	const struct seal_place *place, const struct secret *plain, struct buf *out) RC_MUST_CHECK;

/** keyring_hold(keyring, db, tenant): from now on keyring_seal works for tenant also without the database, until
 * keyring_let_go, which is to be called once for every success. For what must be sealed when it comes. */
enum rc keyring_hold(
	struct keyring *keyring, struct db *db, const struct tenant_id *tenant) RC_MUST_CHECK;
void keyring_let_go(struct keyring *keyring, const struct tenant_id *tenant);

/** keyring_unseal(keyring, db, tenant, place, record, len, out): RC_CRYPTO: does not open here, also for want of
 * its key; RC_UNAVAILABLE: no database. */
enum rc keyring_unseal(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	const struct seal_place *place, const void *record, size_t len,
	struct secret *out) RC_MUST_CHECK;

#endif
