/* SPDX-License-Identifier: Apache-2.0
 *
 * The revision of a credential as a runtime sees it, in the field ETag: W/"UUID-NUMBER". Weak, because two answers
 * with one of them tell the same secret and may differ in the seconds that are left (RFC 9110 §8.8.1).
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_REVISION_H
#define GRANTRY_DOMAIN_RUNTIME_REVISION_H

#include <stdbool.h>
#include <stddef.h>

#include "store/ids.h"

struct revision {
	struct credential_id id;
	uint64_t number;
};

#define REVISION_TEXT_SIZE 64
void revision_text(const struct revision *r, char out[REVISION_TEXT_SIZE]);

/** revision_parse(p, len, out): that form, or without W/ and quotes. RC_INVALID. */
enum rc revision_parse(const char *p, size_t len, struct revision *out) RC_MUST_CHECK;

/** revision_listed(field, r): is it in a field If-None-Match (RFC 9110 §13.1.2)? "*" is any. What is no ETag of
 * ours is passed over; NULL: false. */
bool revision_listed(const char *field, const struct revision *r);

#endif
