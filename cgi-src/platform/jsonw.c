/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jsonw.h"

#include <inttypes.h>
#include <string.h>

#include "platform/log.h"

void jsonw_next(struct buf *out)
{
	if (out->len && !strchr("{[:\n", out->data[out->len - 1]))
		buf_putc(out, ',');
}

void jsonw_key(struct buf *out, const char *key)
{
	jsonw_next(out);
	if (!key)
		return;
	buf_putc(out, '"');
	buf_puts(out, key);
	buf_puts(out, "\":");
}

void jsonw_bytes(struct buf *out, const char *key, const char *p, size_t len)
{
	jsonw_key(out, key);
	log_json_string(out, p, len);
}

void jsonw_text(struct buf *out, const char *key, const char *text)
{
	jsonw_bytes(out, key, text, strlen(text));
}

void jsonw_bool(struct buf *out, const char *key, bool value)
{
	jsonw_key(out, key);
	buf_puts(out, value ? "true" : "false");
}

void jsonw_int(struct buf *out, const char *key, int64_t value)
{
	jsonw_key(out, key);
	buf_printf(out, "%" PRId64, value);
}

void jsonw_open(struct buf *out, const char *key, char bracket)
{
	jsonw_key(out, key);
	buf_putc(out, bracket);
}

void jsonw_close(struct buf *out, char bracket)
{
	buf_putc(out, bracket);
}
