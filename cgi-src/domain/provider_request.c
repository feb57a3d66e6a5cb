/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests of provider files: what a call to a provider is made of.
 */
#include <string.h>
#include <strings.h>

#include "domain/provider_read.h"

#define HEADERS_MAX 12 /* of a recipe: some of HTTPC_HEADERS_MAX are ours */

static bool is_header_name(const char *name)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789!#$%&'*+-.^_`|~";

	return *name != '\0' && name[strspn(name, token)] == '\0';
}

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, list[i]) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof(*(list)))

void read_headers(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const ours[] = {"host", "content-length", "content-type",
		"transfer-encoding", "connection", "cookie", "expect", "te", "upgrade"};
	struct pairs *out = at;

	read_pairs(ps, node, read_template, out);
	if (out->n > HEADERS_MAX)
		parse_fail(ps, node, "has more than %d headers", HEADERS_MAX);
	for (size_t i = 0; !ps->rc && i < out->n; i++) {
		const char *name = out->items[i].name;

		if (!is_header_name(name))
			parse_fail(ps, node, "\"%.80s\" is no header name", name);
		else if (IS_ONE_OF(name, ours))
			parse_fail(ps, node, "the header \"%s\" is set by Grantry", name);
	}
}

static void read_query(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_template, at);
}

static void read_basic(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct http_recipe *out = at;

	if (node->kind != YAMLR_SEQUENCE || node->n != 2) {
		parse_fail(ps, node, "must be a list of two: user and password");
		return;
	}
	out->basic_user = out->basic_password = "";
	if (!yamlr_is_null(node->first) || node->first->quoted)
		read_template(ps, node->first, &out->basic_user);
	if (!yamlr_is_null(node->first->next))
		read_template(ps, node->first->next, &out->basic_password);
}

static void read_format(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"none", "form", "json", "text"};
	static const enum body_format formats[] = {BODY_NONE, BODY_FORM, BODY_JSON, BODY_TEXT};

	*(enum body_format *)at = formats[parse_word(ps, node, words, 4)];
}

static void read_method(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	*(const char **)at = words[parse_word(ps, node, words, 5)];
}

/* "type/subtype", perhaps with parameters. */
static void read_content_type(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = NULL, *slash;

	read_text(ps, node, &text);
	slash = text ? strchr(text, '/') : NULL;
	if (text && (!slash || slash == text || slash[1] == '\0' || strlen(text) > 100))
		parse_fail(ps, node, "must be a media type such as text/xml");
	*(const char **)at = text;
}

/* --- bodies --- */

static size_t digits(const char *text)
{
	return strspn(text, "0123456789");
}

/* RFC 8259 section 6: 012 and +1 are texts. */
static bool is_json_number(const char *text)
{
	size_t n;

	text += *text == '-';
	n = digits(text);
	if (n == 0 || (n > 1 && *text == '0'))
		return false;
	text += n;
	if (*text == '.') {
		n = digits(++text);
		if (n == 0)
			return false;
		text += n;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '+' || *text == '-';
		n = digits(text);
		if (n == 0)
			return false;
		text += n;
	}
	return *text == '\0';
}

static void read_json_scalar(struct parse *ps, const struct yamlr_node *node, struct body_node *out)
{
	bool flag;

	out->kind = BODY_LITERAL;
	if (yamlr_is_null(node)) {
		out->text = "null";
	} else if (yamlr_bool(node, &flag) == RC_OK) {
		out->text = flag ? "true" : "false";
	} else if (!node->quoted && is_json_number(node->text)) {
		read_text(ps, node, &out->text);
	} else {
		out->kind = BODY_STRING;
		out->text = "";
		if (*node->text != '\0')
			read_template_lines(ps, node, &out->text);
	}
}

/* The reader of YAML bounds the depth. */
static void read_json(struct parse *ps, const struct yamlr_node *node, struct body_node *out)
{
	if (node->key)
		out->name = parse_copy(ps, node->key, strlen(node->key));
	if (node->kind == YAMLR_SCALAR) {
		read_json_scalar(ps, node, out);
		return;
	}
	out->kind = node->kind == YAMLR_MAPPING ? BODY_OBJECT : BODY_ARRAY;
	out->items = parse_list(ps, node, sizeof(*out->items));
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next)
		read_json(ps, child, &out->items[out->n++]);
}

static void read_body(struct parse *ps, const struct yamlr_node *node, struct http_recipe *out)
{
	struct body_node *root;

	switch (out->format) {
	case BODY_FORM:
		read_pairs(ps, node, read_template, &out->body);
		break;
	case BODY_JSON:
		root = parse_alloc(ps, sizeof(*root));
		if (root)
			read_json(ps, node, root);
		out->json = root;
		break;
	case BODY_TEXT:
		read_template_lines(ps, node, &out->text);
		break;
	case BODY_QUERY:
	case BODY_NONE:
		parse_fail(ps, node, "a body needs \"format\": form, json or text");
		break;
	}
}

/* --- the whole --- */

static void check_twice(
	struct parse *ps, const struct yamlr_node *node, const struct http_recipe *out)
{
	for (size_t i = 0; i < out->headers.n; i++)
		if (out->basic_user && strcasecmp(out->headers.items[i].name, "Authorization") == 0)
			parse_fail(ps, node,
				"\"basic\" and a header Authorization exclude each other");
	for (size_t i = 0; i < out->query.n; i++)
		if (template_query_has(ps, out->url, out->query.items[i].name))
			parse_fail(ps, yamlr_get(node, "query"),
				"the URL has \"%.80s\" in its query already",
				out->query.items[i].name);
}

static void check_format(
	struct parse *ps, const struct yamlr_node *node, const struct http_recipe *out)
{
	if (out->format != BODY_NONE && strcmp(out->method, "GET") == 0)
		parse_fail(ps, node, "a GET request has no body");
	if ((out->format == BODY_TEXT) != (out->content_type != NULL))
		parse_fail(ps, node, "\"format: text\", and only that, has \"content_type\"");
	if (out->format == BODY_TEXT && yamlr_is_null(yamlr_get(node, "body")))
		parse_fail(ps, node, "\"format: text\" needs \"body\"");
}

void read_request(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("method", read_method, struct http_recipe, method),
		MEMBER_REQUIRED("url", read_url, struct http_recipe, url),
		MEMBER("headers", read_headers, struct http_recipe, headers),
		MEMBER("query", read_query, struct http_recipe, query),
		SECTION("basic", read_basic),
		MEMBER("format", read_format, struct http_recipe, format),
		MEMBER("content_type", read_content_type, struct http_recipe, content_type),
		SECTION("body", read_nothing),
	};
	const struct yamlr_node *body = yamlr_get(node, "body");
	struct http_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (ps->rc)
		return;
	if (!yamlr_is_null(body))
		read_body(ps, body, out);
	check_twice(ps, node, out);
	check_format(ps, node, out);
}
