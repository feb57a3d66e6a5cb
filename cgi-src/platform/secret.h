/* SPDX-License-Identifier: Apache-2.0
 *
 * Secret bytes with one owner. Tokens, keys, passwords, PKCE verifiers, authorization codes and
 * whatever is built from them (headers, form bodies) live here and nowhere else: the memory is
 * zeroed when it is released or grows, and nothing in the log or the view takes this type.
 */
#ifndef GRANTRY_PLATFORM_SECRET_H
#define GRANTRY_PLATFORM_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"

#define SECRET_MAX ((size_t)16 << 20) /* nothing secret is larger, nor a body that is sent */

/* bytes[len] is always 0 when bytes is not NULL, so that C interfaces can borrow it. */
struct secret {
	unsigned char *bytes;
	size_t len, cap;
};

#define SECRET_EMPTY ((struct secret){0})

/** secret_release(s): zero and free; *s is empty afterwards and may be used again. */
void secret_release(struct secret *s);

/** secret_set(s, p, len): replace the content by a copy of p. Errors: RC_NOMEM, RC_LIMIT. */
enum rc secret_set(struct secret *s, const void *p, size_t len) RC_MUST_CHECK;

/** secret_append(s, p, len): the old memory is zeroed when it has to move. As secret_set. */
enum rc secret_append(struct secret *s, const void *p, size_t len) RC_MUST_CHECK;

/** secret_append_text(s, text): as secret_append with strlen. */
enum rc secret_append_text(struct secret *s, const char *text) RC_MUST_CHECK;

/** secret_append_secret(s, other): append the bytes of another secret. */
enum rc secret_append_secret(struct secret *s, const struct secret *other) RC_MUST_CHECK;

/** secret_reserve(s, len): make room for len bytes in all without changing the content. */
enum rc secret_reserve(struct secret *s, size_t len) RC_MUST_CHECK;

/** secret_take(dst, src): move; what dst held is released, src is empty afterwards. */
void secret_take(struct secret *dst, struct secret *src);

/** secret_random(s, len): len fresh random bytes. */
enum rc secret_random(struct secret *s, size_t len) RC_MUST_CHECK;

/** secret_load(path, max, out): whole file of at most max bytes. Errors: RC_NOT_FOUND, RC_LIMIT,
 *  RC_DENIED (unreadable, or others than the owner may read it). */
enum rc secret_load(const char *path, size_t max, struct secret *out) RC_MUST_CHECK;

/** secret_text(s): borrowed, NUL-terminated; "" when empty. Meant for library calls at a wall. */
const char *secret_text(const struct secret *s);

/** secret_equal(a, b): constant time for equal lengths. */
bool secret_equal(const struct secret *a, const struct secret *b);

/** secret_wipe(p, len): zero memory that the compiler must not optimise away. */
void secret_wipe(void *p, size_t len);

#endif
