/* SPDX-License-Identifier: Apache-2.0
 *
 * Text forms of bytes (hex, base64url, base64), hashes, random bytes, constant-time compare.
 * Home of libsodium together with secret.c and vault.c.
 */
#ifndef GRANTRY_PLATFORM_CODEC_H
#define GRANTRY_PLATFORM_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"
#include "platform/secret.h"

#define HASH_SIZE 32

/** codec_init(): once per process, before anything else here. RC_INTERNAL: stop the process. */
enum rc codec_init(void) RC_MUST_CHECK;

/** codec_random(p, len): fills p from the system's generator; cannot fail. */
void codec_random(void *p, size_t len);

/** codec_hash(p, len, out): BLAKE2b-256, unkeyed; for tokens of at least 256 random bits. */
void codec_hash(const void *p, size_t len, unsigned char out[HASH_SIZE]);

/** codec_sha256(p, len, out): for PKCE (RFC 7636 §4.2). */
void codec_sha256(const void *p, size_t len, unsigned char out[HASH_SIZE]);

/** codec_hmac_sha256(key, p, len, out): RFC 2104 with SHA-256; a key of any length. */
void codec_hmac_sha256(
	const struct secret *key, const void *p, size_t len, unsigned char out[HASH_SIZE]);

/** codec_hex(p, len, out): 2·len lower-case digits and a NUL. */
void codec_hex(const void *p, size_t len, char *out);
/** codec_unhex(text, out, len): exactly 2·len digits of either case. Errors: RC_INVALID. */
enum rc codec_unhex(const char *text, void *out, size_t len) RC_MUST_CHECK;

#define BASE64URL_SIZE(n) (((n)*4 + 2) / 3 + 1)
/** codec_base64url(p, len, out): no padding (RFC 4648 §5), NUL-terminated. */
void codec_base64url(const void *p, size_t len, char *out);
/** codec_unbase64url(text, text_len, out, len): exactly len bytes, no padding, no white space, no
 *  non-zero trailing bits. Errors: RC_INVALID. */
enum rc codec_unbase64url(const char *text, size_t text_len, void *out, size_t len) RC_MUST_CHECK;

/** codec_base64_secret(in, out): replaces out by standard base64 with padding, for HTTP Basic. */
enum rc codec_base64_secret(const struct secret *in, struct secret *out) RC_MUST_CHECK;

/** codec_unbase64(text, len, out): replaces out by the bytes of base64 in either alphabet, with its padding or
 *  without; no white space, no non-zero trailing bits. Errors: RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc codec_unbase64(const char *text, size_t len, struct secret *out) RC_MUST_CHECK;

/** codec_equal(a, b, len): constant time. */
bool codec_equal(const void *a, const void *b, size_t len);

/** codec_password_hash(password, out): Argon2id, t=3, m=64 MiB, p=1 (security R80), encoded with its
 *  parameters. out holds PASSWORD_HASH_SIZE bytes. */
#define PASSWORD_HASH_SIZE 128
enum rc codec_password_hash(
	const struct secret *password, char out[PASSWORD_HASH_SIZE]) RC_MUST_CHECK;
/** codec_password_verify(encoded, password): false also for a malformed encoding. */
bool codec_password_verify(const char *encoded, const struct secret *password);
/** codec_password_stale(encoded): true when made with other parameters than today's. */
bool codec_password_stale(const char *encoded);

#endif
