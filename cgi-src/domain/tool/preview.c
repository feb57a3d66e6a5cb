/* SPDX-License-Identifier: Apache-2.0
 *
 * A request as text for people. What it holds came from outside: characters that steer a terminal or turn the
 * direction of text do not pass.
 */
#include <string.h>

#include "domain/tool/request.h"
#include "platform/text.h"

static bool is_harmless(uint32_t c)
{
	if (c == '\n' || c == '\t')
		return true;
	return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && c != 0x61c && c != 0xfeff &&
	       !(c >= 0x200e && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069);
}

static void add_harmless(struct buf *out, const char *p, size_t len)
{
	while (len > 0) {
		uint32_t c = 0;
		size_t n = text_decode(p, len, &c);

		if (n > 0 && is_harmless(c))
			buf_add(out, p, n);
		else if (c != '\r')
			buf_puts(out, "\xef\xbf\xbd");
		n = n > 0 ? n : 1;
		p += n;
		len -= n;
	}
}

static void add_secret(struct buf *out, const struct secret *text)
{
	add_harmless(out, secret_text(text), text->len);
}

static void add_value(struct buf *out, const struct tool_part *part)
{
	if (!part->hidden) {
		add_secret(out, &part->value);
		return;
	}
	add_harmless(
		out, secret_text(&part->value), part->shown < part->value.len ? part->shown : 0);
	buf_puts(out, TOOL_HIDDEN);
}

static void add_pairs(struct buf *out, const struct tool_parts *parts, const char *first,
	const char *between, const char *equals)
{
	for (size_t i = 0; i < parts->n; i++) {
		buf_puts(out, i == 0 ? first : between);
		add_secret(out, &parts->items[i].name);
		buf_puts(out, equals);
		add_value(out, &parts->items[i]);
	}
}

/* Text up to the limit, and a word for each file. */
static void add_body(const struct tool_request *request, struct buf *out)
{
	size_t at = 0, room = TOOL_PREVIEW_BODY;

	for (size_t i = 0; i <= request->n_files && room > 0; i++) {
		const struct tool_span *file = i < request->n_files ? &request->files[i] : NULL;
		size_t end = file ? file->at : request->body.len;
		size_t n = end - at < room ? end - at : room;

		add_harmless(out, secret_text(&request->body) + at, n);
		room -= n;
		at += n;
		if (at == end && file) {
			buf_printf(out, "(%zu bytes)", file->len);
			at += file->len;
		}
	}
	if (at < request->body.len)
		buf_printf(out, "\n… (%zu bytes in all)", request->body.len);
	buf_puts(out, "\n");
}

void tool_request_preview(const struct tool_request *request, struct buf *out)
{
	buf_printf(out, "%s ", request->method);
	add_secret(out, &request->target);
	add_pairs(out, &request->query, "?", "&", "=");
	add_pairs(out, &request->headers, "\n", "\n", ": ");
	add_pairs(out, &request->cookies, "\nCookie: ", "; ", "=");
	buf_puts(out, "\n");
	if (!request->has_body)
		return;
	buf_puts(out, "\n");
	add_body(request, out);
}
