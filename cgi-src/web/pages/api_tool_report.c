/* SPDX-License-Identifier: Apache-2.0
 *
 * What an import has to say, in the language of the visitor where we know the words. Belongs to api_tool_parts.h.
 */
#include <string.h>

#include "platform/buf.h"
#include "platform/text.h"
#include "web/pages/api_tool_parts.h"
#include "web/say.h"

#define SHOWN_MAX 100 /* warnings on a page */
#define LINE_MAX_CHARS 200

static int64_t doc_int(jsonv *v, const char *pointer)
{
	int64_t n;

	return jsonr_pointer(v, pointer, &v) && jsonr_int(v, &n) ? n : 0;
}

static void set_place(struct view_node *node, jsonv *record)
{
	if (doc_int(record, "/line") > 0) {
		view_int(node, "Line", doc_int(record, "/line"));
		view_int(node, "Column", doc_int(record, "/column"));
	}
	if (doc_text(record, "/pointer")[0])
		view_text(node, "Pointer", doc_text(record, "/pointer"));
	if (doc_text(record, "/operation")[0])
		view_text(node, "Operation", doc_text(record, "/operation"));
}

/* The line itself, of the document. */
static void set_line(struct view_node *node, int64_t line, const char *p, size_t len)
{
	const char *end = p + len, *line_end;
	struct buf text;

	for (int64_t i = 1; p && i < line; i++) {
		p = memchr(p, '\n', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	if (!p || line < 1)
		return;
	line_end = memchr(p, '\n', (size_t)(end - p));
	buf_init(&text, LINE_MAX_CHARS * 4 + 8);
	text_harmless(p, (size_t)((line_end ? line_end : end) - p), LINE_MAX_CHARS, &text);
	if (buf_text(&text)[0])
		view_text(node, "Text", buf_text(&text));
	buf_release(&text);
}

/* A record E has no operation member, and is alone. */
void tool_report(struct ctx *c, jsonv *report, bool refused, const char *p, size_t len)
{
	struct view_node *node = view_child(c->root, "Report");
	size_t n = jsonr_length(report);

	if (refused) {
		jsonv *record = jsonr_at(report, 0);
		struct view_node *error = view_child(node, "Error");

		view_text(error, "Message", doc_text(record, "/message"));
		set_place(error, record);
		if (p)
			set_line(error, doc_int(record, "/line"), p, len);
		return;
	}
	if (n > 0)
		view_text(node, "Title", say_count(c, "api_tools.n_warnings", (int64_t)n, NULL));
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
		struct view_node *item = view_append(view_child(node, "Warnings"));

		view_text(item, "Message", doc_text(jsonr_at(report, i), "/message"));
		set_place(item, jsonr_at(report, i));
	}
	if (n > SHOWN_MAX)
		view_int(node, "More", (int64_t)n - SHOWN_MAX);
}
