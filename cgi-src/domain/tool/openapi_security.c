/* SPDX-License-Identifier: Apache-2.0
 *
 * Authorization methods of a description, in the words of OpenAPI 3 without its variants, and which of them an
 * operation takes.
 */
#include <string.h>
#include <strings.h>

#include "domain/tool/openapi_int.h"
#include "platform/jsonw.h"
#include "platform/url.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SCHEMES_MAX 100
#define SCOPES_MAX 2000 /* of all methods together: each is two members of the head */
#define ALTERNATIVES_MAX 20
#define SCOPE_CHARS 200

static const struct tree_node *defined(const struct importer *im)
{
	if (im->dialect == SCHEMA_SWAGGER_2_0)
		return tree_get(im->root, "securityDefinitions");
	return tree_get(tree_get(im->root, "components"), "securitySchemes");
}

/* --- OAuth 2.0 --- */

static const struct grant {
	const char *name;
	const char *openapi, *swagger; /* what the dialects call it */
} grants[] = {
	{"authorization_code", "authorizationCode", "accessCode"},
	{"client_credentials", "clientCredentials", "application"},
	{"implicit", "implicit", "implicit"},
	{"password", "password", "password"},
};

static void write_url(
	struct importer *im, struct buf *out, const char *key, const struct tree_node *node)
{
	const char *url = node_text(node);
	struct buf whole;

	buf_init(&whole, URL_MAX);
	if (url_is_http(url))
		buf_puts(&whole, url);
	else if (*url && (strstr(url, "://") || url_resolve(im, url, &whole) != RC_OK)) {
		findings_warn(&im->findings, node, FINDING_SECURITY_INVALID, url);
		buf_clear(&whole);
	}
	jsonw_text(out, key, buf_text(&whole));
	buf_release(&whole);
}

static void write_scopes(
	struct importer *im, struct buf *out, const struct tree_node *scopes, size_t *left)
{
	jsonw_open(out, "scopes", '[');
	for (const struct tree_node *n = tree_first(scopes); n && *left; n = tree_next(n)) {
		size_t len = 0;
		const char *name = tree_key(n, &len);

		if (!name || len == 0 || len > WIRE_NAME_MAX || strncmp(name, "x-", 2) == 0)
			continue;
		jsonw_open(out, NULL, '{');
		jsonw_bytes(out, "name", name, len);
		text_member(im, out, "description", n, SCOPE_CHARS);
		jsonw_close(out, '}');
		(*left)--;
	}
	jsonw_close(out, ']');
}

static void write_flow(struct importer *im, struct buf *out, const struct tree_node *flow,
	const struct grant *grant, size_t *left)
{
	jsonw_open(out, NULL, '{');
	jsonw_text(out, "grant", grant->name);
	write_url(im, out, "authorization_url", tree_get(flow, "authorizationUrl"));
	write_url(im, out, "token_url", tree_get(flow, "tokenUrl"));
	write_url(im, out, "refresh_url", tree_get(flow, "refreshUrl"));
	write_scopes(im, out, tree_get(flow, "scopes"), left);
	jsonw_close(out, '}');
}

static void write_flows(
	struct importer *im, struct buf *out, const struct tree_node *scheme, size_t *left)
{
	const struct tree_node *flows = tree_get(scheme, "flows");

	jsonw_open(out, "flows", '[');
	for (size_t i = 0; i < COUNT(grants); i++) {
		const struct tree_node *flow = tree_get(flows, grants[i].openapi);

		if (im->dialect == SCHEMA_SWAGGER_2_0)
			flow = node_is(tree_get(scheme, "flow"), grants[i].swagger) ? scheme : NULL;
		if (tree_kind(flow) == TREE_OBJECT)
			write_flow(im, out, flow, &grants[i], left);
	}
	jsonw_close(out, ']');
}

/* --- the methods --- */

static const char *type_of(const struct importer *im, const struct tree_node *scheme)
{
	const struct tree_node *type = tree_get(scheme, "type");
	const char *http = node_text(tree_get(scheme, "scheme"));

	if (node_is(type, "apiKey"))
		return "api_key";
	if (node_is(type, "oauth2"))
		return "oauth2";
	if (im->dialect == SCHEMA_SWAGGER_2_0)
		return node_is(type, "basic") ? "basic" : "other";
	if (node_is(type, "openIdConnect"))
		return "openid_connect";
	if (node_is(type, "http") && strcasecmp(http, "basic") == 0)
		return "basic";
	if (node_is(type, "http") && strcasecmp(http, "bearer") == 0)
		return "bearer";
	return "other";
}

static bool is_key_whole(const struct tree_node *scheme)
{
	const struct tree_node *in = tree_get(scheme, "in");

	return (node_is(in, "header") || node_is(in, "query") || node_is(in, "cookie")) &&
	       *node_text(tree_get(scheme, "name")) &&
	       strlen(node_text(tree_get(scheme, "name"))) <= WIRE_NAME_MAX;
}

static bool is_usable(const struct tree_node *scheme)
{
	return tree_kind(scheme) == TREE_OBJECT &&
	       (!node_is(tree_get(scheme, "type"), "apiKey") || is_key_whole(scheme));
}

static void write_scheme(
	struct importer *im, struct buf *out, const struct tree_node *listed, size_t *left)
{
	const struct tree_node *scheme = schema_copy_resolve(&im->schemas, listed);
	const struct tree_node *name = tree_get(scheme, "name");
	const char *type = type_of(im, scheme);

	if (!is_usable(scheme)) {
		findings_warn(&im->findings, listed, FINDING_SECURITY_INVALID, node_key(listed));
		return;
	}
	jsonw_open(out, NULL, '{');
	jsonw_text(out, "name", node_key(listed));
	jsonw_text(out, "type", type);
	text_member(im, out, "description", tree_get(scheme, "description"), SUMMARY_CHARS);
	if (strcmp(type, "api_key") == 0) {
		jsonw_text(out, "in", node_text(tree_get(scheme, "in")));
		jsonw_text(out, "parameter", node_text(name));
		if (node_is(tree_get(scheme, "in"), "query"))
			findings_warn(
				&im->findings, listed, FINDING_SECURITY_IN_QUERY, node_text(name));
	} else if (strcmp(type, "oauth2") == 0)
		write_flows(im, out, scheme, left);
	else if (strcmp(type, "openid_connect") == 0)
		write_url(im, out, "openid_connect_url", tree_get(scheme, "openIdConnectUrl"));
	else if (strcmp(type, "other") == 0)
		text_member(im, out, "http_scheme",
			tree_get(scheme,
				node_is(tree_get(scheme, "type"), "http") ? "scheme" : "type"),
			SCOPE_CHARS);
	jsonw_close(out, '}');
}

static bool is_scheme_name(const struct tree_node *n)
{
	size_t len = 0;
	const char *name = tree_key(n, &len);

	return name && len > 0 && len <= WIRE_NAME_MAX && strncmp(name, "x-", 2) != 0;
}

void security_schemes_write(struct importer *im, struct buf *out)
{
	size_t left = SCHEMES_MAX, scopes = SCOPES_MAX;

	jsonw_open(out, "security_schemes", '[');
	for (const struct tree_node *n = tree_first(defined(im)); n && left; n = tree_next(n)) {
		if (!is_scheme_name(n))
			continue;
		write_scheme(im, out, n, &scopes);
		left--;
	}
	jsonw_close(out, ']');
}

bool security_has_header(struct importer *im, const char *name)
{
	size_t left = SCHEMES_MAX;

	for (const struct tree_node *n = tree_first(defined(im)); n && left;
		n = tree_next(n), left--) {
		if (node_is(tree_get(n, "in"), "header") &&
			strcasecmp(node_text(tree_get(n, "name")), name) == 0)
			return true;
	}
	return false;
}

/* --- which an operation takes --- */

static void write_required(struct buf *out, const char *name, const struct tree_node *scopes)
{
	size_t left = ALTERNATIVES_MAX * 5;

	jsonw_open(out, NULL, '{');
	jsonw_text(out, "scheme", name);
	jsonw_open(out, "scopes", '[');
	for (const struct tree_node *n = tree_first(scopes); n && left; n = tree_next(n), left--)
		if (*node_text(n) && strlen(node_text(n)) <= WIRE_NAME_MAX)
			jsonw_text(out, NULL, node_text(n));
	jsonw_close(out, ']');
	jsonw_close(out, '}');
}

static bool is_defined(struct importer *im, const struct tree_node *required)
{
	const struct tree_node *listed = tree_get(defined(im), node_key(required));

	if (is_scheme_name(required) && listed &&
		is_usable(schema_copy_resolve(&im->schemas, listed)))
		return true;
	findings_warn(&im->findings, required, FINDING_SECURITY_UNKNOWN, node_key(required));
	return false;
}

/* What is not defined is ignored; an alternative that has nothing else is none. */
static void write_alternative(
	struct importer *im, struct buf *out, const struct tree_node *alternative)
{
	bool open = false;
	size_t left = ALTERNATIVES_MAX;

	if (tree_kind(alternative) != TREE_OBJECT)
		return;
	for (const struct tree_node *n = tree_first(alternative); n && left;
		n = tree_next(n), left--) {
		if (!is_defined(im, n))
			continue;
		if (!open)
			jsonw_open(out, NULL, '[');
		open = true;
		write_required(out, node_key(n), n);
	}
	if (!tree_length(alternative))
		jsonw_open(out, NULL, '[');
	if (open || !tree_length(alternative))
		jsonw_close(out, ']');
}

void security_write(struct importer *im, struct buf *out, const struct tree_node *alternatives)
{
	size_t left = ALTERNATIVES_MAX;

	jsonw_open(out, "security", '[');
	if (tree_kind(alternatives) == TREE_ARRAY)
		for (const struct tree_node *n = tree_first(alternatives); n && left;
			n = tree_next(n), left--)
			write_alternative(im, out, n);
	jsonw_close(out, ']');
}
