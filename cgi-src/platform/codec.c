/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/codec.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium writes this many bytes");
_Static_assert(HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(HASH_SIZE == crypto_auth_hmacsha256_BYTES, "HMAC-SHA-256");

#define PASSWORD_OPS 3U
#define PASSWORD_MEMORY ((size_t)64 << 20)

enum rc codec_init(void)
{
	/* 1 means "was initialised before", which is as good as 0. */
	return sodium_init() < 0 ? RC_INTERNAL : RC_OK;
}

void codec_random(void *p, size_t len)
{
	if (len > 0)
		randombytes_buf(p, len);
}

void codec_hash(const void *p, size_t len, unsigned char out[HASH_SIZE])
{
	crypto_generichash(out, HASH_SIZE, p, len, NULL, 0);
}

void codec_sha256(const void *p, size_t len, unsigned char out[HASH_SIZE])
{
	crypto_hash_sha256(out, p, len);
}

/* The one-shot function of libsodium takes keys of 32 bytes alone. */
void codec_hmac_sha256(
	const struct secret *key, const void *p, size_t len, unsigned char out[HASH_SIZE])
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret_text(key), key->len);
	crypto_auth_hmacsha256_update(&state, p, len);
	crypto_auth_hmacsha256_final(&state, out);
	secret_wipe(&state, sizeof(state));
}

void codec_hex(const void *p, size_t len, char *out)
{
	sodium_bin2hex(out, len * 2 + 1, p, len);
}

enum rc codec_unhex(const char *text, void *out, size_t len)
{
	size_t got;

	if (strnlen(text, len * 2 + 1) != len * 2)
		return RC_INVALID;
	/* No end pointer: only then does libsodium refuse what it cannot read to the end. */
	if (sodium_hex2bin(out, len, text, len * 2, NULL, &got, NULL) != 0 || got != len) {
		secret_wipe(out, len);
		return RC_INVALID;
	}
	return RC_OK;
}

void codec_base64url(const void *p, size_t len, char *out)
{
	/* libsodium aborts the process when the given size is too small by one. */
	sodium_bin2base64(
		out, BASE64URL_SIZE(len), p, len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* libsodium's range comparisons take a char as a signed int and let bytes above 0x7f pass as if they were
 * digits: "\xd7\xa9..." decodes, and a token would have two spellings. Found by fuzzing 1.0.18. Looks at
 * every byte, whatever it finds, since the text may be a secret. */
static bool is_ascii(const char *text, size_t len)
{
	unsigned seen = 0;

	for (size_t i = 0; i < len; i++)
		seen |= (unsigned char)text[i];
	return seen < 0x80;
}

enum rc codec_unbase64url(const char *text, size_t text_len, void *out, size_t len)
{
	size_t got;

	if (text_len != BASE64URL_SIZE(len) - 1 || !is_ascii(text, text_len))
		return RC_INVALID;
	if (sodium_base642bin(out, len, text, text_len, NULL, &got, NULL,
		    sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
		got != len) {
		secret_wipe(out, len);
		return RC_INVALID;
	}
	return RC_OK;
}

enum rc codec_base64_secret(const struct secret *in, struct secret *out)
{
	size_t size = sodium_base64_ENCODED_LEN(in->len, sodium_base64_VARIANT_ORIGINAL);
	struct secret text = SECRET_EMPTY;
	enum rc rc;

	rc = secret_reserve(&text, size - 1);
	if (rc)
		return rc;
	sodium_bin2base64(
		(char *)text.bytes, size, in->bytes, in->len, sodium_base64_VARIANT_ORIGINAL);
	text.len = size - 1;
	secret_take(out, &text);
	return RC_OK;
}

enum rc codec_unbase64(const char *text, size_t len, struct secret *out)
{
	bool padded = len > 0 && text[len - 1] == '=';
	bool url = memchr(text, '-', len) || memchr(text, '_', len);
	size_t room = len / 4 * 3 + 3, got = 0;
	enum rc rc;

	if (!is_ascii(text, len))
		return RC_INVALID;
	secret_release(out);
	rc = secret_reserve(out, room);
	if (rc)
		return rc;
	if (sodium_base642bin(out->bytes, room, text, len, NULL, &got, NULL,
		    url      ? padded ? sodium_base64_VARIANT_URLSAFE
				      : sodium_base64_VARIANT_URLSAFE_NO_PADDING
		    : padded ? sodium_base64_VARIANT_ORIGINAL
			     : sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0) {
		secret_release(out);
		return RC_INVALID;
	}
	out->len = got;
	out->bytes[got] = 0;
	return RC_OK;
}

bool codec_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || sodium_memcmp(a, b, len) == 0;
}

enum rc codec_password_hash(const struct secret *password, char out[PASSWORD_HASH_SIZE])
{
	/* The general crypto_pwhash_str takes the library's default algorithm, which may change under us. */
	if (crypto_pwhash_str_alg(out, secret_text(password), password->len, PASSWORD_OPS,
		    PASSWORD_MEMORY, crypto_pwhash_ALG_ARGON2ID13) != 0) {
		out[0] = 0;
		return RC_NOMEM;
	}
	return RC_OK;
}

/* libsodium takes encodings as arrays of this size; a text of ours may be shorter. */
static bool encoding_copy(const char *encoded, char out[PASSWORD_HASH_SIZE])
{
	size_t len = strnlen(encoded, PASSWORD_HASH_SIZE);

	memset(out, 0, PASSWORD_HASH_SIZE);
	if (len == PASSWORD_HASH_SIZE)
		return false;
	memcpy(out, encoded, len);
	return true;
}

bool codec_password_verify(const char *encoded, const struct secret *password)
{
	char text[PASSWORD_HASH_SIZE];

	if (!encoding_copy(encoded, text))
		return false;
	return crypto_pwhash_str_verify(text, secret_text(password), password->len) == 0;
}

bool codec_password_stale(const char *encoded)
{
	char text[PASSWORD_HASH_SIZE];

	/* Looks at t and m only, and answers -1 for what it cannot read: stale as well. */
	if (!encoding_copy(encoded, text))
		return true;
	return crypto_pwhash_str_needs_rehash(text, PASSWORD_OPS, PASSWORD_MEMORY) != 0;
}
