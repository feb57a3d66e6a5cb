/* SPDX-License-Identifier: Apache-2.0
 *
 * What other programs know of an operation: the ApiToolBundle, and the line of our own lists.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "domain/tool/openapi_int.h"
#include "platform/jsonw.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define CHOICES_MAX 100
#define VALUE_BYTES_MAX ((size_t)2 << 10)
#define TAGS_MAX 20
#define TAG_CHARS 100
#define POINTER_MAX ((size_t)8 << 10)

static const struct tree_node *described(const struct operation *op, const char *key)
{
	const struct tree_node *own = tree_get(op->node, key);

	return own ? own : item_get(op, key);
}

/* --- types --- */

/* The schema of an argument, followed to where its type is. */
static const struct tree_node *schema_of(struct importer *im, const struct argument *a)
{
	const struct tree_node *schema = a->node;

	if (a->member)
		schema = a->member->n_parts ? a->member->parts[0] : NULL;
	else if (a->in == IN_BODY)
		schema = im->reading.body.schema;
	else if (im->dialect != SCHEMA_SWAGGER_2_0)
		schema = tree_get(a->node, "schema");
	return schema_copy_resolve(&im->schemas, schema);
}

static const char *type_of(const struct tree_node *schema)
{
	static const char *const types[] = {
		"string", "integer", "number", "boolean", "array", "object", "file"};
	const struct tree_node *type = tree_get(schema, "type");

	if (tree_kind(type) == TREE_ARRAY)
		for (type = tree_first(type); node_is(type, "null"); type = tree_next(type))
			;
	for (size_t i = 0; i < COUNT(types); i++)
		if (node_is(type, types[i]))
			return types[i];
	if (tree_get(schema, "properties") || tree_get(schema, "allOf"))
		return "object";
	return tree_get(schema, "items") ? "array" : "string";
}

/* Bytes are a file, wherever they may go. */
static const char *type_of_argument(struct importer *im, const struct reading *rd,
	const struct argument *a, const struct tree_node *schema)
{
	bool whole = a->in == IN_BODY && !a->member;

	if (whole && (rd->body.media == MEDIA_TEXT || rd->body.media == MEDIA_OTHER_TEXT))
		return "string";
	if (whole && rd->body.media >= MEDIA_BYTES)
		return "file";
	return a->in == IN_BODY && schema_copy_is_file(&im->schemas, schema) ? "file"
									     : type_of(schema);
}

/* As it stands in the document, if it is short. */
static void write_value(struct buf *out, const char *key, const struct tree_node *value)
{
	struct buf text;

	buf_init(&text, VALUE_BYTES_MAX);
	if (value && tree_length(value) <= CHOICES_MAX && tree_write(value, &text) == RC_OK) {
		jsonw_key(out, key);
		buf_add(out, text.data, text.len);
	}
	buf_release(&text);
}

static void write_parameter(
	struct importer *im, const struct reading *rd, struct buf *out, const struct argument *a)
{
	static const char *const places[] = {"path", "query", "header", "cookie", "body"};
	const struct tree_node *schema = schema_of(im, a);
	const struct tree_node *words = tree_get(a->node, "description");
	bool whole = a->in == IN_BODY && !a->member;

	if (!words)
		words = tree_get(whole ? rd->body.described : schema, "description");
	jsonw_open(out, NULL, '{');
	jsonw_text(out, "name", a->as);
	jsonw_text(out, "in", places[a->in]);
	jsonw_text(out, "type", type_of_argument(im, rd, a, schema));
	jsonw_bool(out, "required", a->required);
	text_member(im, out, "description", words, rd->lean ? TAG_CHARS : ARGUMENT_CHARS);
	if (!rd->lean) {
		write_value(out, "default", tree_get(schema, "default"));
		if (tree_kind(tree_get(schema, "enum")) == TREE_ARRAY)
			write_value(out, "enum", tree_get(schema, "enum"));
	}
	jsonw_close(out, '}');
}

/* As the document has it, but for the slash that some forget. */
static void write_path(struct buf *out, const struct operation *op)
{
	const char *key = node_key(op->member);
	char path[PATH_KEY_MAX + 2];

	snprintf(path, sizeof(path), "%s%s", *key == '/' ? "" : "/", key);
	jsonw_text(out, "path", path);
}

void bundle_write(struct importer *im, struct reading *rd, struct buf *out)
{
	char method[METHOD_SIZE] = "";

	for (size_t i = 0; rd->op->method[i]; i++)
		method[i] = (char)tolower((unsigned char)rd->op->method[i]);
	jsonw_open(out, NULL, '{');
	jsonw_text(out, "operation_id", rd->op->name);
	jsonw_text(out, "operation", method);
	write_path(out, rd->op);
	text_member(im, out, "summary", described(rd->op, "summary"), SUMMARY_CHARS);
	text_member(im, out, "description", described(rd->op, "description"), DESCRIPTION_CHARS);
	jsonw_open(out, "parameters", '[');
	for (size_t i = 0; i < rd->n; i++)
		write_parameter(im, rd, out, &rd->arguments[i]);
	jsonw_close(out, ']');
	responses_write(im, rd, out);
	jsonw_text(out, "author", "");
	jsonw_text(out, "server_url", "");
	jsonw_close(out, '}');
}

/* --- our own --- */

static void write_tags(struct importer *im, struct buf *out, const struct tree_node *tags)
{
	size_t left = TAGS_MAX;

	jsonw_open(out, "tags", '[');
	if (tree_kind(tags) == TREE_ARRAY)
		for (const struct tree_node *n = tree_first(tags); n && left;
			n = tree_next(n), left--)
			text_member(im, out, NULL, n, TAG_CHARS);
	jsonw_close(out, ']');
}

void operation_write(struct importer *im, const struct reading *rd, struct buf *out)
{
	const struct operation *op = rd->op;
	const struct tree_node *id = tree_get(op->node, "operationId");
	unsigned line, column;
	struct buf pointer;

	jsonw_open(out, NULL, '{');
	jsonw_text(out, "name", op->name);
	if (*node_text(id))
		text_member(im, out, "original_id", id, SUMMARY_CHARS);
	else {
		jsonw_key(out, "original_id");
		buf_puts(out, "null");
	}
	jsonw_text(out, "method", op->method);
	write_path(out, op);
	text_member(im, out, "summary", described(op, "summary"), SUMMARY_CHARS);
	text_member(im, out, "description", described(op, "description"), DESCRIPTION_CHARS);
	jsonw_bool(out, "deprecated", tree_bool(tree_get(op->node, "deprecated")));
	write_tags(im, out, tree_get(op->node, "tags"));
	buf_init(&pointer, POINTER_MAX);
	if (tree_path(op->place, &pointer))
		buf_clear(&pointer);
	jsonw_bytes(out, "pointer", buf_text(&pointer), pointer.len);
	buf_release(&pointer);
	tree_where(im->tree, op->place, &line, &column);
	jsonw_int(out, "line", line);
	jsonw_int(out, "n_parameters", (int64_t)rd->n);
	jsonw_int(out, "warnings", (int64_t)im->findings.n_of_operation);
	jsonw_close(out, '}');
}
