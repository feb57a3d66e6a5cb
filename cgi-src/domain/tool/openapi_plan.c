/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes the plan of an operation: what bind needs to make the request, and nothing that stands elsewhere.
 */
#include <string.h>

#include "domain/tool/openapi_int.h"
#include "platform/jsonw.h"
#include "platform/text.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define OTHER_TYPES_MAX 20
#define RESPONSES_MAX 50
#define SERVERS_BYTES_MAX ((size_t)32 << 10)

static bool is_swagger(const struct importer *im)
{
	return im->dialect == SCHEMA_SWAGGER_2_0;
}

/* --- how a value becomes text --- */

struct style {
	const char *name;
	bool explode;
};

/* Swagger's collectionFormat; of what is no array it says nothing. Outside of a query and a form there are
 * only commas. */
static struct style style_of_swagger(
	struct importer *im, const struct tree_node *node, const char *usual)
{
	static const struct {
		const char *format;
		struct style style;
	} formats[] = {
		{"ssv", {"spaceDelimited", false}},
		{"tsv", {"tabDelimited", false}},
		{"pipes", {"pipeDelimited", false}},
		{"multi", {"form", true}},
	};
	const char *format = node_text(tree_get(node, "collectionFormat"));
	bool form = strcmp(usual, "form") == 0;

	if (!node_is(tree_get(node, "type"), "array"))
		return (struct style){usual, form};
	for (size_t i = 0; form && i < COUNT(formats); i++)
		if (strcmp(format, formats[i].format) == 0)
			return formats[i].style;
	if (*format && strcmp(format, "csv") != 0)
		findings_warn(&im->findings, node, FINDING_PARAMETER_STYLE, format);
	return (struct style){usual, false};
}

/* What OpenAPI lets stand where; the first of each place is the usual one. */
static struct style style_of_openapi(struct importer *im, enum place in,
	const struct tree_node *node, const struct tree_node *told)
{
	static const struct {
		enum place in;
		const char *style;
	} styles[] = {
		{IN_PATH, "simple"},
		{IN_PATH, "label"},
		{IN_PATH, "matrix"},
		{IN_QUERY, "form"},
		{IN_QUERY, "spaceDelimited"},
		{IN_QUERY, "pipeDelimited"},
		{IN_QUERY, "deepObject"},
		{IN_HEADER, "simple"},
		{IN_COOKIE, "form"},
	};
	const struct tree_node *style = tree_get(node, "style");
	const struct tree_node *explode = tree_get(node, "explode");
	struct style out = {NULL, false};

	for (size_t i = 0; i < COUNT(styles); i++)
		if (styles[i].in == in && (!out.name || node_is(style, styles[i].style)))
			out.name = styles[i].style;
	if (*node_text(style) && !node_is(style, out.name) && !node_is(style, "cookie"))
		findings_warn(&im->findings, told, FINDING_PARAMETER_STYLE, node_text(style));
	out.explode = strcmp(out.name, "deepObject") == 0 ||
		      (tree_kind(explode) == TREE_BOOL ? tree_bool(explode)
						       : strcmp(out.name, "form") == 0);
	return out;
}

/* --- parameters --- */

static void write_schema(struct importer *im, const struct reading *rd, struct buf *out,
	const struct tree_node *schema)
{
	jsonw_key(out, "schema");
	if (rd->lean)
		buf_puts(out, "{}");
	else
		schema_copy_write(&im->schemas, schema, out);
}

static void write_description(struct importer *im, const struct reading *rd, struct buf *out,
	const struct tree_node *listed, const struct tree_node *node)
{
	const struct tree_node *own = tree_get(listed, "description");

	if (!rd->lean)
		text_member(im, out, "description", own ? own : tree_get(node, "description"),
			ARGUMENT_CHARS);
}

static void write_style(struct importer *im, struct buf *out, const struct argument *a)
{
	struct style style = is_swagger(im) ? style_of_swagger(im, a->node,
						      a->in == IN_QUERY ? "form" : "simple")
					    : style_of_openapi(im, a->in, a->node, a->listed);

	jsonw_text(out, "style", style.name);
	jsonw_bool(out, "explode", style.explode);
	if (tree_bool(tree_get(a->node, "allowReserved")))
		jsonw_bool(out, "allow_reserved", true);
	if (tree_bool(tree_get(a->node, "allowEmptyValue")))
		jsonw_bool(out, "allow_empty", true);
}

/* "content" is a map of one media type. */
static void write_content_or_style(
	struct importer *im, const struct reading *rd, struct buf *out, const struct argument *a)
{
	const struct tree_node *content = tree_first(tree_get(a->node, "content"));
	const struct tree_node *schema = tree_get(a->node, "schema");

	if (!is_swagger(im) && !schema && *node_key(content)) {
		jsonw_text(out, "content", node_key(content));
		write_schema(im, rd, out,
			tree_get(schema_copy_resolve(&im->schemas, content), "schema"));
		return;
	}
	write_style(im, out, a);
	write_schema(im, rd, out, is_swagger(im) ? a->node : schema);
}

static void write_parameter(
	struct importer *im, const struct reading *rd, struct buf *out, const struct argument *a)
{
	static const char *const places[] = {"path", "query", "header", "cookie"};

	jsonw_open(out, NULL, '{');
	jsonw_bytes(out, "name", a->name, a->name_len);
	jsonw_text(out, "as", a->as);
	jsonw_text(out, "in", places[a->in]);
	jsonw_bool(out, "required", a->required);
	if (tree_bool(tree_get(a->node, "deprecated")))
		jsonw_bool(out, "deprecated", true);
	write_description(im, rd, out, a->listed, a->node);
	if (a->node)
		write_content_or_style(im, rd, out, a);
	else {
		jsonw_text(out, "style", a->in == IN_QUERY ? "form" : "simple");
		jsonw_bool(out, "explode", a->in == IN_QUERY);
		jsonw_key(out, "schema");
		buf_puts(out, "{\"type\":\"string\"}");
	}
	jsonw_close(out, '}');
}

static void write_parameters(struct importer *im, const struct reading *rd, struct buf *out)
{
	jsonw_open(out, "parameters", '[');
	for (size_t i = 0; i < rd->n; i++)
		if (rd->arguments[i].in != IN_BODY)
			write_parameter(im, rd, out, &rd->arguments[i]);
	jsonw_close(out, ']');
}

/* --- the body --- */

static bool is_bytes(const char *type)
{
	enum media media = media_of(type);

	return media == MEDIA_BYTES || media == MEDIA_OTHER_BYTES;
}

static bool is_file(
	struct importer *im, const struct schema_member *m, const struct tree_node *encoding)
{
	const char *type = node_text(tree_get(encoding, "contentType"));

	if (*type && is_bytes(type))
		return true;
	for (size_t i = 0; i < m->n_parts; i++)
		if (schema_copy_is_file(&im->schemas, m->parts[i]))
			return true;
	return false;
}

/* Of a part of a form: its own type, how a list is written, whether it is a file. */
static void write_part(struct importer *im, const struct reading *rd, struct buf *out,
	const struct schema_member *m)
{
	const struct tree_node *encoding = tree_find(rd->body.encoding, m->name, m->name_len);
	const char *type = node_text(tree_get(encoding, "contentType"));
	struct style style = {NULL, false};

	if (rd->body.media != MEDIA_FORM && rd->body.media != MEDIA_MULTIPART)
		return;
	if (strlen(type) < MEDIA_TYPE_SIZE && text_is_vschar(type, strlen(type)))
		jsonw_text(out, "content_type", type);
	if (is_swagger(im) && node_is(tree_get(m->parts[0], "type"), "array"))
		style = style_of_swagger(im, m->parts[0], "form");
	else if (tree_get(encoding, "style") || tree_get(encoding, "explode"))
		style = style_of_openapi(im, IN_QUERY, encoding, encoding);
	if (style.name) {
		jsonw_text(out, "style", style.name);
		jsonw_bool(out, "explode", style.explode);
	}
	if (tree_bool(tree_get(encoding, "allowReserved")))
		jsonw_bool(out, "allow_reserved", true);
	if (rd->body.media == MEDIA_MULTIPART && is_file(im, m, encoding))
		jsonw_bool(out, "file", true);
}

static void write_member(
	struct importer *im, const struct reading *rd, struct buf *out, const struct argument *a)
{
	const struct schema_member *m = a->member;

	jsonw_open(out, NULL, '{');
	jsonw_bytes(out, "name", a->name, a->name_len);
	jsonw_text(out, "as", a->as);
	jsonw_bool(out, "required", a->required);
	if (m->n_parts)
		write_description(
			im, rd, out, m->parts[0], schema_copy_resolve(&im->schemas, m->parts[0]));
	write_part(im, rd, out, m);
	jsonw_key(out, "schema");
	if (rd->lean)
		buf_puts(out, "{}");
	else
		schema_copy_write_member(&im->schemas, m, out);
	jsonw_close(out, '}');
}

static void write_members(struct importer *im, const struct reading *rd, struct buf *out)
{
	jsonw_text(out, "mode", "members");
	jsonw_open(out, "members", '[');
	for (size_t i = 0; i < rd->n; i++)
		if (rd->arguments[i].member)
			write_member(im, rd, out, &rd->arguments[i]);
	jsonw_close(out, ']');
	jsonw_bool(out, "additional", rd->body.members.additional);
}

static void write_whole(struct importer *im, const struct reading *rd, struct buf *out)
{
	const struct request_body *body = &rd->body;

	jsonw_text(out, "mode", "whole");
	for (size_t i = 0; i < rd->n; i++)
		if (rd->arguments[i].in == IN_BODY)
			jsonw_text(out, "as", rd->arguments[i].as);
	if (body->media <= MEDIA_MULTIPART) {
		write_schema(im, rd, out, body->schema);
		return;
	}
	jsonw_key(out, "schema");
	if (body->media == MEDIA_BYTES || body->media == MEDIA_OTHER_BYTES) {
		buf_puts(out, "{\"type\":\"string\",\"format\":\"binary\"}");
		jsonw_bool(out, "file", true);
	} else
		buf_puts(out, "{\"type\":\"string\"}");
}

static void write_others(const struct request_body *body, struct buf *out)
{
	size_t left = OTHER_TYPES_MAX;

	jsonw_open(out, "others", '[');
	for (const struct tree_node *n = tree_first(body->types); n && left; n = tree_next(n)) {
		const char *type = media_type_text(n);

		if (n == body->chosen || !*type || strlen(type) >= MEDIA_TYPE_SIZE)
			continue;
		jsonw_text(out, NULL, type);
		left--;
	}
	jsonw_close(out, ']');
}

static void write_body(struct importer *im, const struct reading *rd, struct buf *out)
{
	const struct request_body *body = &rd->body;

	if (body->mode == BODY_NONE)
		return;
	jsonw_open(out, "body", '{');
	jsonw_bool(out, "required", body->required);
	jsonw_text(out, "content_type", body->content_type);
	write_others(body, out);
	write_description(im, rd, out, NULL, body->described);
	if (body->mode == BODY_MEMBERS)
		write_members(im, rd, out);
	else
		write_whole(im, rd, out);
	jsonw_close(out, '}');
}

/* --- the rest --- */

static bool is_filled(const struct tree_node *list)
{
	return tree_kind(list) == TREE_ARRAY && tree_length(list) > 0;
}

/* Those of the operation, else those of its path; if none of them can be used, the root's are. */
static void write_servers(struct importer *im, const struct reading *rd, struct buf *out)
{
	const struct tree_node *own = tree_get(rd->op->node, "servers");
	struct buf servers;

	if (!is_filled(own))
		own = item_get(rd->op, "servers");
	if (is_swagger(im) || !is_filled(own))
		return;
	buf_init(&servers, SERVERS_BYTES_MAX);
	servers_write(im, &servers, "servers", own);
	if (memchr(buf_text(&servers), '{', servers.len)) {
		jsonw_next(out);
		buf_add(out, servers.data, servers.len);
	}
	buf_release(&servers);
}

/* JSON where it is offered, which callers read best; else the first. */
static const struct tree_node *best_type(const struct tree_node *types)
{
	size_t left = OTHER_TYPES_MAX;

	for (const struct tree_node *n = tree_first(types); n && left; n = tree_next(n), left--)
		if (media_of(media_type_text(n)) <= MEDIA_JSON_LIKE)
			return n;
	return tree_first(types);
}

static const struct tree_node *type_of_response(
	struct importer *im, const struct reading *rd, const struct tree_node *response)
{
	const struct tree_node *own = tree_get(rd->op->node, "produces");

	if (!is_swagger(im))
		return best_type(tree_get(response, "content"));
	return tree_get(response, "schema") ? best_type(own ? own : tree_get(im->root, "produces"))
					    : NULL;
}

void responses_write(struct importer *im, const struct reading *rd, struct buf *out)
{
	size_t left = RESPONSES_MAX;

	jsonw_open(out, "responses", '[');
	for (const struct tree_node *n = tree_first(tree_get(rd->op->node, "responses")); n && left;
		n = tree_next(n)) {
		const struct tree_node *response = schema_copy_resolve(&im->schemas, n);
		const char *type = media_type_text(type_of_response(im, rd, response));

		if (!*node_key(n) || strncmp(node_key(n), "x-", 2) == 0 || strlen(node_key(n)) > 16)
			continue;
		jsonw_open(out, NULL, '{');
		jsonw_text(out, "status", node_key(n));
		text_member(
			im, out, "description", tree_get(response, "description"), RESPONSE_CHARS);
		jsonw_text(out, "content_type", strlen(type) < MEDIA_TYPE_SIZE ? type : "");
		jsonw_close(out, '}');
		left--;
	}
	jsonw_close(out, ']');
}

/* Schemas that all reach one another are copied into every plan. So each operation may have an equal share of what those
 * before it have left. */
static size_t schemas_share(const struct importer *im)
{
	size_t left = OPENAPI_SCHEMAS_MAX > im->n_schemas ? OPENAPI_SCHEMAS_MAX - im->n_schemas : 0;

	return left / (im->n_operations - im->n_read);
}

void plan_write(struct importer *im, struct reading *rd, struct buf *out)
{
	const struct tree_node *security = tree_get(rd->op->node, "security");

	schema_copy_begin(&im->schemas, schemas_share(im));
	jsonw_open(out, NULL, '{');
	jsonw_text(out, "method", rd->op->method);
	jsonw_bytes(out, "path", buf_text(&rd->path), rd->path.len);
	jsonw_open(out, "query", '[');
	buf_add(out, buf_text(&rd->query), rd->query.len);
	jsonw_close(out, ']');
	write_servers(im, rd, out);
	write_parameters(im, rd, out);
	write_body(im, rd, out);
	if (tree_kind(security) == TREE_ARRAY)
		security_write(im, out, security);
	responses_write(im, rd, out);
	jsonw_key(out, "defs");
	schema_copy_defs(&im->schemas, out);
	jsonw_close(out, '}');
}
