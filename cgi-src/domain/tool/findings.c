/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/findings.h"

#include <stdbool.h>
#include <string.h>

#include "platform/jsonw.h"
#include "platform/text.h"
#include "platform/tree.h"

#define DETAIL_MAX 200 /* characters */
#define LINE_MAX ((size_t)16 << 10)

static const struct {
	const char *code, *words;
} findings[FINDING__MAX] = {
	[FINDING_NOT_AN_OBJECT] = {"not_an_object",
		"The document is no description of an API: it has no members."},
	[FINDING_OTHER_FORMAT] = {"other_format",
		"This is {}, which cannot be read; OpenAPI 3 and Swagger 2.0 can."},
	[FINDING_FORMAT_UNKNOWN] = {"format_unknown",
		"The document says neither \"openapi\" nor \"swagger\", so it is no description of "
		"an API that can be read."},
	[FINDING_VERSION_UNKNOWN] = {"version_unknown",
		"The version \"{}\" cannot be read; OpenAPI 3.0, 3.1 and 3.2 and Swagger 2.0 can."},
	[FINDING_NO_OPERATION] = {"no_operation", "There is no operation in the document."},
	[FINDING_ALL_LEFT_OUT] = {"all_left_out",
		"No operation of the document can be used: their paths cannot stand in an address, "
		"or they are too large."},
	[FINDING_WEBHOOKS_ONLY] = {"webhooks_only", "There is no operation in the document, only "
						    "webhooks, which are calls that the API "
						    "makes."},
	[FINDING_HEAD_LARGE] = {"head_large",
		"The servers and authorization methods of the document take too much room."},
	[FINDING_VERSION_NEWER] = {"version_newer",
		"The version {} is newer than what is known here; the document is read as 3.2."},
	[FINDING_PATHS_INVALID] = {"paths_invalid",
		"The path \"{}\" holds no operations and is left out."},
	[FINDING_TEXT_CUT] = {"text_cut", "A very long text is cut."},
	[FINDING_REF_DANGLING] = {"ref_dangling", "The reference \"{}\" leads nowhere."},
	[FINDING_REF_REMOTE] = {"ref_remote",
		"The reference \"{}\" leads out of the document; it is not followed."},
	[FINDING_REF_CYCLE] = {"ref_cycle", "The reference \"{}\" leads in a circle."},
	[FINDING_REF_KIND] = {"ref_kind", "The reference \"{}\" leads to something else."},
	[FINDING_OPERATION_INVALID] = {"operation_invalid",
		"The operation \"{}\" is no object and is left out."},
	[FINDING_OPERATION_ID_INVALID] = {"operation_id_invalid",
		"The operationId is no text; a name is made of the path."},
	[FINDING_OPERATION_ID_REPEATED] = {"operation_id_repeated",
		"The operationId \"{}\" is there more than once; a number tells them apart."},
	[FINDING_OPERATION_LARGE] = {"operation_large",
		"The operation is too large to be checked in full: values inside of its arguments "
		"are accepted as they are."},
	[FINDING_OPERATION_LEFT_OUT] = {"operation_left_out",
		"The operation is too large and is left out."},
	[FINDING_OPERATIONS_MANY] = {"operations_many",
		"The document is too large as a whole; its last operations are left out."},
	[FINDING_METHOD_UNKNOWN] = {"method_unknown",
		"\"{}\" is no method of HTTP that this version knows; it is left out."},
	[FINDING_PATH_INVALID] = {"path_invalid",
		"The path \"{}\" cannot stand in an address and is left out."},
	[FINDING_PATH_VARIABLE_UNDECLARED] = {"path_variable_undeclared",
		"The path has a place \"{}\" that no parameter describes; a text is asked for."},
	[FINDING_PATH_PARAMETER_UNUSED] = {"path_parameter_unused",
		"The path has no place for the parameter \"{}\", which is left out."},
	[FINDING_PARAMETER_INVALID] = {"parameter_invalid",
		"A parameter without a name or a place that exists is left out: \"{}\"."},
	[FINDING_PARAMETER_REPEATED] = {"parameter_repeated",
		"The parameter \"{}\" is there twice; the first one counts."},
	[FINDING_PARAMETER_STYLE] = {"parameter_style",
		"The style \"{}\" does not exist in this place; the usual one is taken."},
	[FINDING_PARAMETERS_MANY] = {"parameters_many",
		"The operation has more than 500 parameters; the others are left out."},
	[FINDING_HEADER_IGNORED] = {"header_ignored",
		"The header \"{}\" is no argument: the content or the authorization method decides "
		"it."},
	[FINDING_HEADER_CREDENTIAL] = {"header_credential",
		"The header \"{}\" looks like a credential: as an authorization method it would be "
		"kept secret."},
	[FINDING_HEADER_REFUSED] = {"header_refused",
		"The header \"{}\" belongs to the connection; the parameter is left out."},
	[FINDING_BODY_INVALID] = {"body_invalid",
		"The body of the request has no content and is left out."},
	[FINDING_BODY_REPEATED] = {"body_repeated",
		"The request has more than one body; the first one counts."},
	[FINDING_BODY_MEMBERS_MANY] = {"body_members_many",
		"The body has more than 500 members; it is one argument."},
	[FINDING_SERVER_REFUSED] = {"server_refused",
		"The server \"{}\" is no http or https address and is left out."},
	[FINDING_SERVER_RELATIVE] = {"server_relative",
		"The server \"{}\" is relative to an address that is not known here."},
	[FINDING_SERVER_VARIABLE] = {"server_variable",
		"The server has a place \"{}\" that is not described; its value is asked for."},
	[FINDING_SECURITY_INVALID] = {"security_invalid",
		"The authorization method \"{}\" is not described in full."},
	[FINDING_SECURITY_UNKNOWN] = {"security_unknown",
		"The authorization method \"{}\" is not described anywhere; it is ignored."},
	[FINDING_SECURITY_IN_QUERY] = {"security_in_query",
		"The key \"{}\" is sent in the address, which servers may write into their logs."},
	[FINDING_SCHEMA_INVALID] = {"schema_invalid",
		"This is no schema; any value is accepted here."},
	[FINDING_SCHEMA_KEYWORD] = {"schema_keyword",
		"\"{}\" has a value that it cannot have; it is left out."},
	[FINDING_SCHEMA_TYPE] = {"schema_type",
		"The type \"{}\" does not exist; any value is accepted here."},
	[FINDING_SCHEMA_DEEP] = {"schema_deep",
		"The schema is too deep; any value is accepted here."},
	[FINDING_SCHEMA_LARGE] = {"schema_large",
		"The schema is too large; any value is accepted here."},
};

void findings_init(struct findings *f, const struct tree *tree)
{
	f->tree = tree;
	f->operation = NULL;
	f->n = f->n_of_operation = 0;
	buf_init(&f->lines, FINDINGS_MAX * LINE_MAX);
}

void findings_release(struct findings *f)
{
	buf_release(&f->lines);
}

void findings_operation(struct findings *f, const char *name)
{
	f->operation = name;
	f->n_of_operation = 0;
}

/* --- records --- */

static void write_place(struct findings *f, const struct tree_node *node)
{
	struct buf pointer;
	unsigned line = 1, column = 1;

	if (node)
		tree_where(f->tree, node, &line, &column);
	jsonw_int(&f->lines, "line", line);
	jsonw_int(&f->lines, "column", column);
	buf_init(&pointer, LINE_MAX / 8);
	if (!node || tree_path(node, &pointer))
		buf_clear(&pointer);
	jsonw_bytes(&f->lines, "pointer", buf_text(&pointer), pointer.len);
	buf_release(&pointer);
}

static void write_words(struct buf *out, const char *words, const struct buf *detail)
{
	const char *gap = strstr(words, "{}");
	struct buf message;

	buf_init(&message, LINE_MAX / 8);
	buf_add(&message, words, gap ? (size_t)(gap - words) : strlen(words));
	if (gap) {
		buf_add(&message, buf_text(detail), detail->len);
		buf_puts(&message, gap + 2);
	}
	jsonw_bytes(out, "message", buf_text(&message), message.len);
	buf_release(&message);
}

/* The rest of a record after its place. */
static void write_finding(struct findings *f, const char *code, const char *words, const char *text)
{
	struct buf detail;

	buf_init(&detail, LINE_MAX / 8);
	text_harmless(text ? text : "", text ? strlen(text) : 0, DETAIL_MAX, &detail);
	jsonw_text(&f->lines, "code", code);
	jsonw_bytes(&f->lines, "detail", buf_text(&detail), detail.len);
	write_words(&f->lines, words, &detail);
	buf_release(&detail);
	buf_puts(&f->lines, "}\n");
}

/* --- what is told --- */

static uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; text && *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

/* False: it is counted only. */
static bool keep(
	struct findings *f, const struct tree_node *node, const char *code, const char *detail)
{
	const struct finding_place at = {node, code, hash(detail)};

	f->n_of_operation++;
	if (f->n >= FINDINGS_MAX) {
		f->n++;
		return false;
	}
	for (size_t i = 0; i < f->n; i++)
		if (f->kept[i].node == node && f->kept[i].code == code &&
			f->kept[i].detail == at.detail)
			return false;
	f->kept[f->n++] = at;
	return true;
}

static void warn(struct findings *f, const struct tree_node *node, const char *code,
	const char *words, const char *detail)
{
	if (!keep(f, node, code, detail))
		return;
	buf_puts(&f->lines, "W{");
	write_place(f, node);
	if (f->operation)
		jsonw_text(&f->lines, "operation", f->operation);
	else {
		jsonw_key(&f->lines, "operation");
		buf_puts(&f->lines, "null");
	}
	write_finding(f, code, words, detail);
}

void findings_warn(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail)
{
	warn(f, node, findings[finding].code, findings[finding].words, detail);
}

void findings_note(
	struct findings *f, const struct tree_node *node, const char *code, const char *text)
{
	warn(f, node, code, text, NULL);
}

void findings_refuse(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail)
{
	buf_puts(&f->lines, "E{");
	write_place(f, node);
	write_finding(f, findings[finding].code, findings[finding].words, detail);
}

void findings_unreadable(struct findings *f, const struct tree_error *error)
{
	buf_puts(&f->lines, "E{");
	jsonw_int(&f->lines, "line", error->line);
	jsonw_int(&f->lines, "column", error->column);
	jsonw_text(&f->lines, "pointer", "");
	write_finding(f, error->code, error->reason, NULL);
}
