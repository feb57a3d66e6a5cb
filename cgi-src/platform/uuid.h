/* SPDX-License-Identifier: Apache-2.0
 *
 * Random 128-bit identifiers (RFC 9562 version 4). Identifiers are names, never secrets.
 */
#ifndef GRANTRY_PLATFORM_UUID_H
#define GRANTRY_PLATFORM_UUID_H

#include <stdbool.h>

#include "platform/rc.h"

#define UUID_TEXT_SIZE 37

struct uuid {
	unsigned char b[16];
};

struct uuid uuid_random(void);
bool uuid_equal(const struct uuid *a, const struct uuid *b);
bool uuid_is_zero(const struct uuid *id);
/** uuid_text(id, out): 8-4-4-4-12 lower-case digits. */
void uuid_text(const struct uuid *id, char out[UUID_TEXT_SIZE]);
/** uuid_parse(text, out): that form only, lower case only. Errors: RC_INVALID. */
enum rc uuid_parse(const char *text, struct uuid *out) RC_MUST_CHECK;

#endif
