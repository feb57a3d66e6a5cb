/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "platform/buf.h"
#include "platform/tree_int.h"

static void write_text(const char *p, size_t len, struct buf *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	size_t plain = 0; /* from here on nothing is written yet */

	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		const char *found = p[i] == '"' || p[i] == '\\' || (unsigned char)p[i] < 0x20
					    ? strchr(from, p[i])
					    : NULL;

		if (!found && (unsigned char)p[i] >= 0x20)
			continue;
		buf_add(out, p + plain, i - plain);
		plain = i + 1;
		if (found)
			buf_printf(out, "\\%c", to[found - from]);
		else
			buf_printf(out, "\\u%04x", (unsigned)p[i]);
	}
	buf_add(out, p + plain, len - plain);
	buf_putc(out, '"');
}

static void write_node(const struct tree_node *n, struct buf *out);

static void write_children(const struct tree_node *container, struct buf *out)
{
	for (const struct tree_node *n = tree_first(container); n && !out->rc; n = n->next) {
		size_t len;
		const char *key = tree_key(n, &len);

		if (n != tree_first(container))
			buf_putc(out, ',');
		if (key) {
			write_text(key, len, out);
			buf_putc(out, ':');
		}
		write_node(n, out);
	}
}

/* Calls itself: a tree is at most TREE_DEPTH_MAX deep, through aliases too. */
static void write_node(const struct tree_node *n, struct buf *out)
{
	size_t len;
	const char *text = tree_text(n, &len);

	switch (tree_kind(n)) {
	case TREE_NULL:
		buf_puts(out, "null");
		break;
	case TREE_BOOL:
		buf_puts(out, tree_bool(n) ? "true" : "false");
		break;
	case TREE_NUMBER:
		buf_add(out, text, len);
		break;
	case TREE_STRING:
		write_text(text, len, out);
		break;
	case TREE_ARRAY:
		buf_putc(out, '[');
		write_children(n, out);
		buf_putc(out, ']');
		break;
	case TREE_OBJECT:
		buf_putc(out, '{');
		write_children(n, out);
		buf_putc(out, '}');
		break;
	}
}

enum rc tree_write(const struct tree_node *n, struct buf *out)
{
	write_node(n, out);
	return buf_done(out);
}
