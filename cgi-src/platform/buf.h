/* SPDX-License-Identifier: Apache-2.0
 *
 * A growing byte buffer that cannot exist without its maximum. Not for secrets.
 * Errors are sticky: after a failed append the buffer stays failed and empty, so a renderer may
 * append freely and check once, at the end.
 */
#ifndef GRANTRY_PLATFORM_BUF_H
#define GRANTRY_PLATFORM_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "platform/rc.h"

struct buf {
	char *data; /* data[len] is 0 whenever data is not NULL */
	size_t len, cap, max;
	enum rc rc; /* RC_OK, RC_NOMEM or RC_LIMIT */
};

/** buf_init(b, max): empty, no memory yet; max is the most bytes it will ever hold. */
void buf_init(struct buf *b, size_t max);
/** buf_release(b): frees; the buffer is as after buf_init with the same maximum. */
void buf_release(struct buf *b);
/** buf_clear(b): forget content and error, keep memory. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, const void *p, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/** buf_load(b, path): append a whole file. RC_NOT_FOUND: none, or unreadable; RC_LIMIT. */
enum rc buf_load(struct buf *b, const char *path) RC_MUST_CHECK;

/** buf_done(b): RC_OK, or the first error of all the appends. */
enum rc buf_done(const struct buf *b) RC_MUST_CHECK;

/** buf_text(b): borrowed, NUL-terminated, "" when empty. */
const char *buf_text(const struct buf *b);

/** buf_take(b): ownership of the text moves to the caller (free); NULL when failed. */
char *buf_take(struct buf *b);

#endif
