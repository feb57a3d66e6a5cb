/* SPDX-License-Identifier: Apache-2.0
 *
 * Writing JSON into a buffer. Commas come by themselves: one is put wherever the buffer does not end in an
 * opening bracket or a colon. What is no secret only; the buffer's errors stay in it.
 */
#ifndef GRANTRY_PLATFORM_JSONW_H
#define GRANTRY_PLATFORM_JSONW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/buf.h"

/** jsonw_next(out): before a value that the caller appends himself, in an array or after a key. */
void jsonw_next(struct buf *out);
/** jsonw_key(out, key): a comma where one is needed, then "key": (key is our own word). */
void jsonw_key(struct buf *out, const char *key);

/** jsonw_bytes(out, key, p, len), …: a member; key NULL: an element. Invalid UTF-8 becomes U+FFFD. */
void jsonw_bytes(struct buf *out, const char *key, const char *p, size_t len);
void jsonw_text(struct buf *out, const char *key, const char *text);
void jsonw_bool(struct buf *out, const char *key, bool value);
void jsonw_int(struct buf *out, const char *key, int64_t value);

/** jsonw_open(out, key, bracket): '{' or '['. jsonw_close(out, bracket): '}' or ']'. */
void jsonw_open(struct buf *out, const char *key, char bracket);
void jsonw_close(struct buf *out, char bracket);

#endif
