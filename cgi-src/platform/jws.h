/* SPDX-License-Identifier: Apache-2.0
 *
 * Signed JSON Web Tokens in compact form (RFC 7515): made, never read. Home of OpenSSL, which is used for nothing
 * else: libsodium has neither RSA nor P-256.
 */
#ifndef GRANTRY_PLATFORM_JWS_H
#define GRANTRY_PLATFORM_JWS_H

#include <stddef.h>

#include "platform/rc.h"
#include "platform/secret.h"

enum jws_alg {
	JWS_RS256, /* key: PEM of an RSA key of at least 2048 bits */
	JWS_ES256, /* key: PEM of a key on P-256 */
	JWS_HS256, /* key: any bytes, not none */
};

/** jws_alg_name(alg): as it stands in a header. */
const char *jws_alg_name(enum jws_alg alg);

/** jws_sign(alg, key, header, payload, out): replaces out by header.payload.signature; both are JSON texts as they
 * are to be signed. Errors: RC_INVALID the key is none of that kind (encrypted ones are not either); RC_LIMIT,
 * RC_NOMEM. */
enum rc jws_sign(enum jws_alg alg, const struct secret *key, const struct secret *header,
	const struct secret *payload, struct secret *out) RC_MUST_CHECK;

#endif
