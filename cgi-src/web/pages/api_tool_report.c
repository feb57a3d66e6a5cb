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

/* Its code says which sentence it is; one that we do not know comes with its own, in English. */
static const char *finding_words(struct ctx *c, jsonv *record)
{
	static const struct {
		const char *code, *key;
	} findings[] = {
		{"not_an_object", MESSAGE("finding.not_an_object")},
		{"other_format", MESSAGE("finding.other_format")},
		{"format_unknown", MESSAGE("finding.format_unknown")},
		{"version_unknown", MESSAGE("finding.version_unknown")},
		{"no_operation", MESSAGE("finding.no_operation")},
		{"all_left_out", MESSAGE("finding.all_left_out")},
		{"webhooks_only", MESSAGE("finding.webhooks_only")},
		{"head_large", MESSAGE("finding.head_large")},
		{"version_newer", MESSAGE("finding.version_newer")},
		{"paths_invalid", MESSAGE("finding.paths_invalid")},
		{"text_cut", MESSAGE("finding.text_cut")},
		{"ref_dangling", MESSAGE("finding.ref_dangling")},
		{"ref_remote", MESSAGE("finding.ref_remote")},
		{"ref_cycle", MESSAGE("finding.ref_cycle")},
		{"ref_kind", MESSAGE("finding.ref_kind")},
		{"operation_invalid", MESSAGE("finding.operation_invalid")},
		{"operation_id_invalid", MESSAGE("finding.operation_id_invalid")},
		{"operation_id_repeated", MESSAGE("finding.operation_id_repeated")},
		{"operation_large", MESSAGE("finding.operation_large")},
		{"operation_left_out", MESSAGE("finding.operation_left_out")},
		{"operations_many", MESSAGE("finding.operations_many")},
		{"method_unknown", MESSAGE("finding.method_unknown")},
		{"path_invalid", MESSAGE("finding.path_invalid")},
		{"path_variable_undeclared", MESSAGE("finding.path_variable_undeclared")},
		{"path_parameter_unused", MESSAGE("finding.path_parameter_unused")},
		{"parameter_invalid", MESSAGE("finding.parameter_invalid")},
		{"parameter_repeated", MESSAGE("finding.parameter_repeated")},
		{"parameter_style", MESSAGE("finding.parameter_style")},
		{"parameters_many", MESSAGE("finding.parameters_many")},
		{"header_ignored", MESSAGE("finding.header_ignored")},
		{"header_credential", MESSAGE("finding.header_credential")},
		{"header_refused", MESSAGE("finding.header_refused")},
		{"body_invalid", MESSAGE("finding.body_invalid")},
		{"body_repeated", MESSAGE("finding.body_repeated")},
		{"body_members_many", MESSAGE("finding.body_members_many")},
		{"server_refused", MESSAGE("finding.server_refused")},
		{"server_relative", MESSAGE("finding.server_relative")},
		{"server_variable", MESSAGE("finding.server_variable")},
		{"security_invalid", MESSAGE("finding.security_invalid")},
		{"security_unknown", MESSAGE("finding.security_unknown")},
		{"security_in_query", MESSAGE("finding.security_in_query")},
		{"schema_invalid", MESSAGE("finding.schema_invalid")},
		{"schema_keyword", MESSAGE("finding.schema_keyword")},
		{"schema_type", MESSAGE("finding.schema_type")},
		{"schema_deep", MESSAGE("finding.schema_deep")},
		{"schema_large", MESSAGE("finding.schema_large")},
		{"too_much", MESSAGE("finding.too_much")},
	};
	const char *code = doc_text(record, "/code");

	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++)
		if (strcmp(code, findings[i].code) == 0)
			return say(c, findings[i].key, "detail", doc_text(record, "/detail"), NULL);
	return doc_text(record, "/message");
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

		view_text(error, "Message", finding_words(c, record));
		set_place(error, record);
		if (p)
			set_line(error, doc_int(record, "/line"), p, len);
		return;
	}
	if (n > 0)
		view_text(node, "Title", say_count(c, "api_tools.n_warnings", (int64_t)n, NULL));
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++) {
		struct view_node *item = view_append(view_child(node, "Warnings"));

		view_text(item, "Message", finding_words(c, jsonr_at(report, i)));
		set_place(item, jsonr_at(report, i));
	}
	if (n > SHOWN_MAX)
		view_int(node, "More", (int64_t)n - SHOWN_MAX);
}
