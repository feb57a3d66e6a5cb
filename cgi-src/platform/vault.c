/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing of records and wrapping of data keys. What is never done here: trying several keys (the
 * header of a record alone names its key; XChaCha20-Poly1305 does not commit to one), and telling
 * one failure to open from another.
 */
#include "platform/vault.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "platform/log.h"
#include "platform/vault_int.h"

enum {
	RECORD_FORM = 1,
	RECORD_ALG = 1, /* XChaCha20-Poly1305-IETF; 2 is reserved (AES-256-GCM) */
	RECORD_HEAD = 6,
	WRAP_HEAD = 2,
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	LENGTH_SIZE = 4,
	PAD_STEP = 64,
	NAME_MAX_LEN = 64, /* table and column names in the associated data */
};

_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == VAULT_KEY_SIZE, "key size");

/* --- associated data ----------------------------------------------------------------------- */

/* Every field carries its length, so that no two places give the same bytes ("ab","c" / "a","bc"). */
struct aad {
	unsigned char b[320];
	size_t len;
};

static void put_u32(unsigned char *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (unsigned char)(v & 0xff);
}

static uint32_t get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void aad_bytes(struct aad *aad, const void *p, size_t len)
{
	put_u32(aad->b + aad->len, (uint32_t)len);
	memcpy(aad->b + aad->len + 4, p, len);
	aad->len += 4 + len;
}

static void aad_text(struct aad *aad, const char *text)
{
	aad_bytes(aad, text, strlen(text));
}

static void aad_u32(struct aad *aad, uint32_t v)
{
	unsigned char b[4];

	put_u32(b, v);
	aad_bytes(aad, b, sizeof b);
}

static void aad_u64(struct aad *aad, uint64_t v)
{
	unsigned char b[8];

	put_u32(b, (uint32_t)(v >> 32));
	put_u32(b + 4, (uint32_t)(v & 0xffffffff));
	aad_bytes(aad, b, sizeof b);
}

static void aad_of_place(struct aad *aad, const struct vault_place *place, uint32_t version)
{
	const unsigned char alg = RECORD_ALG;

	aad->len = 0;
	aad_text(aad, "grantry");
	aad_text(aad, place->table);
	aad_bytes(aad, place->tenant.b, sizeof place->tenant.b);
	aad_bytes(aad, place->row.b, sizeof place->row.b);
	aad_text(aad, place->column);
	aad_u32(aad, version);
	aad_bytes(aad, &alg, 1);
	aad_u64(aad, place->revision);
}

/* "dek1" stands where a record has its table: no table has that name, so neither opens as the other. */
static void aad_of_wrap(
	struct aad *aad, const struct uuid *tenant, uint32_t version, const char *kek_id)
{
	const unsigned char alg = RECORD_ALG;

	aad->len = 0;
	aad_text(aad, "grantry");
	aad_text(aad, "dek1");
	aad_bytes(aad, tenant->b, sizeof tenant->b);
	aad_u32(aad, version);
	aad_text(aad, kek_id);
	aad_bytes(aad, &alg, 1);
}

/* --- records ------------------------------------------------------------------------------- */

static bool key_usable(const struct vault_key *key)
{
	return key->version > 0 && key->bytes.len == VAULT_KEY_SIZE;
}

static bool place_usable(const struct vault_place *place)
{
	return place->table && place->column && strlen(place->table) <= NAME_MAX_LEN &&
	       strlen(place->column) <= NAME_MAX_LEN;
}

static size_t padded(size_t value_len)
{
	return (LENGTH_SIZE + value_len + PAD_STEP - 1) / PAD_STEP * PAD_STEP;
}

static enum rc pad(const struct secret *plain, struct secret *out)
{
	size_t total = padded(plain->len);
	enum rc rc;

	if (plain->len > VAULT_PLAIN_MAX)
		return RC_LIMIT;
	rc = secret_reserve(out, total);
	if (rc != RC_OK)
		return rc;
	put_u32(out->bytes, (uint32_t)plain->len);
	if (plain->len > 0)
		memcpy(out->bytes + LENGTH_SIZE, plain->bytes, plain->len);
	memset(out->bytes + LENGTH_SIZE + plain->len, 0, total - LENGTH_SIZE - plain->len);
	out->bytes[total] = 0;
	out->len = total;
	return RC_OK;
}

/* The value must be padded in the one way that pad() knows; anything else was not made here. */
static enum rc unpad(struct secret *s)
{
	size_t len = get_u32(s->bytes);

	if (len > s->len - LENGTH_SIZE || padded(len) != s->len)
		return RC_CRYPTO;
	for (size_t i = LENGTH_SIZE + len; i < s->len; i++)
		if (s->bytes[i] != 0)
			return RC_CRYPTO;
	memmove(s->bytes, s->bytes + LENGTH_SIZE, len);
	sodium_memzero(s->bytes + len, s->len - len);
	s->len = len;
	return RC_OK;
}

/* Appends nonce, ciphertext and tag; the plain text is overwritten in place. */
static void seal_in_place(
	struct buf *out, const unsigned char *key, const struct aad *aad, struct secret *plain)
{
	unsigned char nonce[NONCE_SIZE], tag[TAG_SIZE];

	randombytes_buf(nonce, sizeof nonce);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(plain->bytes, tag, NULL,
		plain->bytes, plain->len, aad->b, aad->len, NULL, nonce, key);
	buf_add(out, nonce, sizeof nonce);
	buf_add(out, plain->bytes, plain->len);
	buf_add(out, tag, sizeof tag);
}

/* sealed is nonce, ciphertext, tag; its length was checked by the caller. */
static enum rc unseal(const unsigned char *sealed, size_t len, const unsigned char *key,
	const struct aad *aad, struct secret *out)
{
	size_t plain_len = len - NONCE_SIZE - TAG_SIZE;
	const unsigned char *cipher = sealed + NONCE_SIZE;
	enum rc rc;

	rc = secret_reserve(out, plain_len);
	if (rc != RC_OK)
		return rc;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out->bytes, NULL, cipher, plain_len,
		    cipher + plain_len, aad->b, aad->len, sealed, key) != 0)
		return RC_CRYPTO;
	out->len = plain_len;
	out->bytes[plain_len] = 0;
	return RC_OK;
}

enum rc vault_seal(const struct vault_key *key, const struct vault_place *place,
	const struct secret *plain, struct buf *out)
{
	unsigned char head[RECORD_HEAD] = {RECORD_FORM, RECORD_ALG};
	struct secret work = SECRET_EMPTY;
	struct aad aad;
	enum rc rc;

	buf_clear(out);
	if (!key_usable(key) || !place_usable(place)) {
		log_error("vault_misuse", "reason", "key or place is not usable");
		return RC_INTERNAL;
	}
	rc = pad(plain, &work);
	if (rc == RC_OK) {
		put_u32(head + 2, key->version);
		aad_of_place(&aad, place, key->version);
		buf_add(out, head, sizeof head);
		seal_in_place(out, key->bytes.bytes, &aad, &work);
		rc = buf_done(out);
	}
	secret_release(&work);
	return rc;
}

static bool is_record(const unsigned char *p, size_t len)
{
	const size_t around = RECORD_HEAD + NONCE_SIZE + TAG_SIZE;

	return p && len >= around + PAD_STEP && len <= VAULT_RECORD_MAX &&
	       (len - around) % PAD_STEP == 0 && p[0] == RECORD_FORM && p[1] == RECORD_ALG;
}

uint32_t vault_record_version(const void *record, size_t len)
{
	return is_record(record, len) ? get_u32((const unsigned char *)record + 2) : 0;
}

enum rc vault_open(const struct vault_key *key, const struct vault_place *place, const void *record,
	size_t len, struct secret *out)
{
	struct aad aad;
	enum rc rc;

	secret_release(out);
	if (!key_usable(key) || !place_usable(place) ||
		vault_record_version(record, len) != key->version)
		return RC_CRYPTO;
	aad_of_place(&aad, place, key->version);
	rc = unseal((const unsigned char *)record + RECORD_HEAD, len - RECORD_HEAD,
		key->bytes.bytes, &aad, out);
	if (rc == RC_OK)
		rc = unpad(out);
	if (rc != RC_OK)
		secret_release(out);
	return rc == RC_LIMIT ? RC_CRYPTO : rc;
}

/* --- data keys under a key-encryption key -------------------------------------------------- */

enum rc vault_wrap(const struct vault_keks *keks, const struct uuid *tenant,
	const struct vault_key *key, struct buf *out)
{
	const unsigned char head[WRAP_HEAD] = {RECORD_FORM, RECORD_ALG};
	const char *kek_id = vault_kek_current(keks);
	struct secret work = SECRET_EMPTY;
	struct aad aad;
	enum rc rc;

	buf_clear(out);
	if (!key_usable(key)) {
		log_error("vault_misuse", "reason", "key is not usable");
		return RC_INTERNAL;
	}
	rc = secret_set(&work, key->bytes.bytes, key->bytes.len);
	if (rc == RC_OK) {
		aad_of_wrap(&aad, tenant, key->version, kek_id);
		buf_add(out, head, sizeof head);
		seal_in_place(out, vault_kek_bytes(keks, kek_id), &aad, &work);
		rc = buf_done(out);
	}
	secret_release(&work);
	return rc;
}

enum rc vault_unwrap(const struct vault_keks *keks, const char *kek_id, const struct uuid *tenant,
	uint32_t version, const void *wrapped, size_t len, struct vault_key *out)
{
	const unsigned char *kek = vault_kek_bytes(keks, kek_id);
	const unsigned char *p = wrapped;
	struct aad aad;
	enum rc rc;

	vault_key_release(out);
	if (!kek)
		return RC_UNAVAILABLE;
	if (!p || version == 0 || len != WRAP_HEAD + NONCE_SIZE + VAULT_KEY_SIZE + TAG_SIZE ||
		p[0] != RECORD_FORM || p[1] != RECORD_ALG)
		return RC_CRYPTO;
	aad_of_wrap(&aad, tenant, version, kek_id);
	rc = unseal(p + WRAP_HEAD, len - WRAP_HEAD, kek, &aad, &out->bytes);
	if (rc != RC_OK)
		vault_key_release(out);
	else
		out->version = version;
	return rc;
}

void vault_key_release(struct vault_key *key)
{
	secret_release(&key->bytes);
	key->version = 0;
}
