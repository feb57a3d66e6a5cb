/* SPDX-License-Identifier: Apache-2.0
 *
 * The grantry section: what Dify leaves to plugin code, as data. docs/providers.md is the vocabulary for
 * people; the tables here are the same for the machine.
 */
#include <string.h>
#include <strings.h>

#include "domain/provider_read.h"

#define HEADERS_MAX 12 /* of a recipe: some of HTTPC_HEADERS_MAX are ours */

static bool is_one_of(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, list[i]) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof(*(list)))

/* --- requests --- */

static bool is_header_name(const char *name)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789!#$%&'*+-.^_`|~";

	return *name != '\0' && name[strspn(name, token)] == '\0';
}

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

void read_header_texts(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pairs *out = at;

	read_pairs(ps, node, read_text, out);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (!is_header_name(out->items[i].name))
			parse_fail(ps, node, "\"%.80s\" is no header name", out->items[i].name);
}

static void read_body(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_template, at);
}

static void read_format(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {
		[BODY_NONE] = "none", [BODY_FORM] = "form", [BODY_JSON] = "json"};

	*(enum body_format *)at = (enum body_format)parse_word(ps, node, words, 3);
}

static void read_method(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	*(const char **)at = words[parse_word(ps, node, words, 5)];
}

void read_request(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("method", read_method, struct http_recipe, method),
		MEMBER_REQUIRED("url", read_url, struct http_recipe, url),
		MEMBER("headers", read_headers, struct http_recipe, headers),
		MEMBER("format", read_format, struct http_recipe, format),
		MEMBER("body", read_body, struct http_recipe, body),
	};
	struct http_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (ps->rc)
		return;
	if (out->format != BODY_NONE && strcmp(out->method, "GET") == 0)
		parse_fail(ps, node, "a GET request has no body");
	if (out->body.n && out->format == BODY_NONE)
		parse_fail(ps, node, "a body needs \"format\": form or json");
}

/* --- checks and identities --- */

static void read_statuses(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct check_recipe *out = at;
	int64_t status;

	out->success_status = parse_list(ps, node, sizeof(int));
	if (node->kind != YAMLR_SEQUENCE)
		parse_fail(ps, node, "must be a list of HTTP statuses");
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		if (yamlr_int(child, &status) != RC_OK || status < 200 || status > 499)
			parse_fail(ps, child, "must be a list of HTTP statuses");
		else
			out->success_status[out->n_success_status++] = (int)status;
	}
}

void read_require(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pairs *out = at;

	read_pairs(ps, node, read_text, out);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (out->items[i].name[0] != '/')
			parse_fail(ps, node, "the names must be JSON pointers such as /ok");
}

void read_check(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("request", read_request, struct check_recipe, request),
		SECTION("success_status", read_statuses),
		MEMBER("require", read_require, struct check_recipe, require),
		MEMBER("message", read_pointers, struct check_recipe, message),
	};
	struct check_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (out->n_success_status)
		return;
	out->success_status = parse_alloc(ps, sizeof(int));
	if (out->success_status)
		out->success_status[out->n_success_status++] = 200;
}

static void read_identity_from(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"request", "token_response"};

	*(bool *)at = parse_word(ps, node, words, 2) == 1;
}

void read_identity_recipe(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("from", read_identity_from, struct identity_recipe, from_token_response),
		MEMBER("request", read_request, struct identity_recipe, request),
		MEMBER("subject", read_pointers, struct identity_recipe, subject),
		MEMBER("name", read_pointers, struct identity_recipe, name),
		MEMBER("account", read_pointers, struct identity_recipe, account),
		MEMBER("avatar", read_pointers, struct identity_recipe, avatar),
	};
	struct identity_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, out);
	if (!ps->rc && out->from_token_response && (!ps->in_oauth || out->request.method))
		parse_fail(ps, node,
			"\"from: token_response\" and this place or a request exclude "
			"each other");
	if (!ps->rc && ps->in_oauth && !out->from_token_response && !out->request.method)
		parse_fail(ps, node, "needs \"request\" or \"from: token_response\"");
}

static void read_api_key(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("check", read_check, struct provider, api_key_check),
		MEMBER("identity", read_identity_recipe, struct provider, api_key_identity),
	};
	struct provider *out = at;

	if (ps->plugin && !out->has_api_key)
		return; /* this version of the plugin has no such form */
	if (!out->has_api_key)
		parse_fail(ps, node, "there is no credentials_schema for it");
	ps->spaces = "credential";
	PARSE_MEMBERS(ps, node, members, out);
}

/* --- the section itself --- */

static void read_letter(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);
	size_t chars = 0;

	for (const char *p = text ? text : ""; *p != '\0'; p++)
		chars += ((unsigned char)*p & 0xc0) != 0x80;
	if (chars < 1 || chars > 2)
		parse_fail(ps, node, "must be one or two letters");
	else
		read_text(ps, node, at);
}

/* The style sheet has light and dark shades of these. */
static void read_tone(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {
		"ink", "blue", "teal", "green", "amber", "orange", "red", "violet"};

	*(const char **)at = words[parse_word(ps, node, words, 8)];
}

static void read_icon(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("letter", read_letter, struct provider, icon_letter),
		MEMBER("tone", read_tone, struct provider, icon_tone),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

/* Read already, with the identity. */
static void read_nothing(struct parse *ps, const struct yamlr_node *node, void *at)
{
	(void)ps, (void)node, (void)at;
}

static void read_oauth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const struct provider *out = at;

	if (!ps->plugin || out->has_oauth) /* else this version of the plugin has none */
		recipe_read_oauth(ps, node, at);
}

void recipe_read(struct parse *ps, const struct yamlr_node *grantry, struct provider *provider)
{
	static const struct member members[] = {
		SECTION("org", read_nothing),
		SECTION("plugin", read_nothing),
		SECTION("kind", read_nothing),
		MEMBER("vendor", read_text, struct provider, vendor),
		SECTION("icon", read_icon),
		SECTION("api_key", read_api_key),
		SECTION("oauth", read_oauth),
	};

	ps->client = &provider->client_schema;
	ps->credential = &provider->api_key_schema;
	ps->model = &provider->model_schema;
	PARSE_MEMBERS(ps, grantry, members, provider);
}
