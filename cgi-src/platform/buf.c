/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAP_MIN ((size_t)256)

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_release(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->rc = RC_OK;
	if (b->data)
		b->data[0] = 0;
}

/* A failed buffer is empty, so that half an answer can never be sent by mistake. */
static void fail(struct buf *b, enum rc rc)
{
	buf_clear(b);
	b->rc = rc;
}

static size_t cap_for(const struct buf *b, size_t need)
{
	size_t cap = b->cap > CAP_MIN ? b->cap : CAP_MIN;

	/* Doubling keeps the copying linear; past half the address space only the exact size is left. */
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	return cap - 1 > b->max ? b->max + 1 : cap;
}

/* Room for len more bytes and the NUL. */
static bool grow(struct buf *b, size_t len)
{
	size_t need, cap;
	char *data;

	if (b->rc)
		return false;
	/* Subtracting instead of adding: len comes from outside and b->len + len could wrap. */
	if (len > b->max - b->len || b->len + len == SIZE_MAX) {
		fail(b, RC_LIMIT);
		return false;
	}
	need = b->len + len + 1;
	if (need <= b->cap)
		return true;
	cap = cap_for(b, need);
	data = realloc(b->data, cap);
	if (!data) {
		fail(b, RC_NOMEM);
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t len)
{
	/* There is room as a rule, and pages are made of a thousand small pieces. */
	if ((b->rc || len >= b->cap - b->len) && !grow(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, p, len);
	b->len += len;
	b->data[b->len] = 0;
}

void buf_puts(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_putc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	if (b->rc)
		return;
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0)
		fail(b, RC_INTERNAL);
	else if (grow(b, (size_t)len)) {
		vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

enum rc buf_done(const struct buf *b)
{
	return b->rc;
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
	char *text;

	/* An empty buffer may own no memory yet; the caller still gets a text to free. */
	if (!grow(b, 0))
		return NULL;
	b->data[b->len] = 0;
	text = b->data;
	b->data = NULL;
	buf_release(b);
	return text;
}

enum rc buf_load(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "re");
	char chunk[4096];
	bool failed;
	size_t n;

	if (!f)
		return RC_NOT_FOUND;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(b, chunk, n);
	failed = ferror(f) != 0; /* a folder opens, and fails to be read */
	(void)fclose(f);
	return failed ? RC_NOT_FOUND : buf_done(b);
}
