/* SPDX-License-Identifier: Apache-2.0
 *
 * Envelope encryption (security §5.2). A key-encryption key lies in a 0400 file and wraps data keys; a
 * data key seals records with XChaCha20-Poly1305. The place of a record is its associated data, so
 * that a record moved to another table, tenant, row, column, key version or revision does not open.
 * Record:  01 | alg 01 | key version u32 BE | nonce 24 | ciphertext | tag 16.
 * Plain:   u32 BE length | value | zeros up to a multiple of 64 (hides the length of short secrets).
 * This module knows keys, not tenants' rules: domain/keyring finds the right key.
 */
#ifndef GRANTRY_PLATFORM_VAULT_H
#define GRANTRY_PLATFORM_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "platform/buf.h"
#include "platform/rc.h"
#include "platform/secret.h"
#include "platform/uuid.h"

#define VAULT_KEY_SIZE 32
#define VAULT_KEK_ID_MAX 32
#define VAULT_RECORD_MAX ((size_t)1 << 21)
#define VAULT_PLAIN_MAX (((size_t)1 << 20) - 128)

struct vault_key {
	uint32_t version;    /* from 1 */
	struct secret bytes; /* VAULT_KEY_SIZE */
};

struct vault_place {
	const char *table, *column; /* literals */
	struct uuid tenant, row;
	uint64_t revision;
};

/** vault_seal(key, place, plain, out): replaces out's bytes by a record. Fresh random nonce.
 * Errors: RC_LIMIT plain is larger than VAULT_PLAIN_MAX, or the record than out's maximum. */
enum rc vault_seal(const struct vault_key *key, const struct vault_place *place,
	const struct secret *plain, struct buf *out) RC_MUST_CHECK;

/** vault_record_version(record, len): key version in the header; 0 when it is no record. */
uint32_t vault_record_version(const void *record, size_t len);

/** vault_open(key, place, record, len, out): RC_CRYPTO for every record that does not open, alike;
 * out is empty then. RC_NOMEM says nothing about the record. */
enum rc vault_open(const struct vault_key *key, const struct vault_place *place, const void *record,
	size_t len, struct secret *out) RC_MUST_CHECK;

/* --- key-encryption keys: a folder with "current" (holds an id) and "<id>.key" (32 raw bytes) --- */

struct vault_keks; /* all keys of the folder; locked memory */

/** vault_keks_load(dir, out): every *.key; refuses wrong size, symlinks, files that others may read
 *  or own, a folder that others may write to, a key of zeros, and a "current" that names no key; the
 *  reason is logged. An id is 1..32 letters, digits, '-' or '_'. Errors: RC_UNAVAILABLE. */
enum rc vault_keks_load(const char *dir, struct vault_keks **out) RC_MUST_CHECK;
void vault_keks_free(struct vault_keks *keks);
/** vault_kek_create(dir): first key and "current", modes 0400, synced; RC_CONFLICT when one is there,
 *  RC_UNAVAILABLE when the folder is missing, unsafe or not writable (logged). */
enum rc vault_kek_create(const char *dir) RC_MUST_CHECK;
const char *vault_kek_current(const struct vault_keks *keks);
/** vault_kek_check_value(keks, id, out): 16 bytes that identify a key without revealing it.
 * Errors: RC_UNAVAILABLE no such key here. */
enum rc vault_kek_check_value(
	const struct vault_keks *keks, const char *id, unsigned char out[16]) RC_MUST_CHECK;
/** vault_kek_mac(keks, text, out): keyed with the current key; for what only this installation can have said. Never
 * over the text of a check value. */
enum rc vault_kek_mac(
	const struct vault_keks *keks, const char *text, unsigned char out[32]) RC_MUST_CHECK;

/** vault_wrap(keks, tenant, key, out): under the current key, bound to tenant, version and kek id. */
enum rc vault_wrap(const struct vault_keks *keks, const struct uuid *tenant,
	const struct vault_key *key, struct buf *out) RC_MUST_CHECK;
/** vault_unwrap(keks, kek_id, tenant, version, wrapped, len, out): RC_UNAVAILABLE: no such kek here;
 *  RC_CRYPTO: does not open. */
enum rc vault_unwrap(const struct vault_keks *keks, const char *kek_id, const struct uuid *tenant,
	uint32_t version, const void *wrapped, size_t len, struct vault_key *out) RC_MUST_CHECK;
void vault_key_release(struct vault_key *key);

#endif
