/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers: addresses that begin with http or https, with {variables}. What is relative is so to the address
 * of the document. Whether an address may be called is not decided here (attack row G11).
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "domain/tool/openapi_int.h"
#include "platform/jsonw.h"
#include "platform/url.h"

#define SERVERS_MAX 100
#define VARIABLES_MAX 20
#define CHOICES_MAX 200
#define VALUE_CHARS 256

bool url_is_http(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0;
}

/* RFC 3986 §3.1 and a colon; "host:8080" looks like it too, which nobody can tell apart. */
static bool has_scheme(const char *url)
{
	const char *p = url;

	if (!isalpha((unsigned char)*p))
		return false;
	while (isalnum((unsigned char)*p) || (*p && strchr("+-.", *p)))
		p++;
	return *p == ':';
}

/* RFC 3986 §5.2.4 for what is below a root; path begins with '/'. */
static void add_without_dots(struct buf *out, const char *path)
{
	size_t root = out->len;

	while (*path == '/') {
		size_t len = 1 + strcspn(path + 1, "/");

		if (len == 3 && memcmp(path, "/..", 3) == 0) {
			while (out->len > root && out->data[--out->len] != '/')
				;
			if (out->data)
				out->data[out->len] = '\0';
		} else if (len != 2 || path[1] != '.')
			buf_add(out, path, len);
		path += len;
	}
}

/* Like RFC 3986 §5.2, for references that are addresses of servers: a query is none. */
enum rc url_resolve(struct importer *im, const char *url, struct buf *out)
{
	const char *base = im->document_url;
	size_t authority, dir;
	struct buf path;

	if (!base || !url_is_http(base))
		return RC_NOT_FOUND;
	authority = (size_t)(strstr(base, "://") + 3 - base);
	if (strncmp(url, "//", 2) == 0) {
		buf_add(out, base, authority - 2);
		buf_puts(out, url);
		return buf_done(out);
	}
	authority += strcspn(base + authority, "/?#");
	dir = authority + strcspn(base + authority, "?#");
	while (dir > authority && base[dir - 1] != '/')
		dir--;
	buf_init(&path, URL_MAX * 2);
	if (*url != '/') {
		buf_add(&path, base + authority, dir - authority);
		if (dir == authority)
			buf_putc(&path, '/');
	}
	buf_puts(&path, url);
	buf_add(out, base, authority);
	add_without_dots(out, buf_text(&path));
	buf_release(&path);
	return buf_done(out);
}

/* --- one server --- */

static bool is_clean(const char *url)
{
	size_t len = strlen(url);
	const char *authority = strstr(url, "://");

	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f ||
			strchr("\"\\<>^`|?#", *p))
			return false;
	if (!authority || len > URL_MAX)
		return false;
	authority += 3;
	return *authority && *authority != '/' && !memchr(authority, '@', strcspn(authority, "/"));
}

/* A variable at the very beginning may be the scheme, {scheme}://…, or stand for a whole address, which is
 * put in its place: as a variable it could lead to any host. */
static bool put_beginning(struct buf *out, const char *url, const struct tree_node *variables)
{
	const char *end = *url == '{' ? strchr(url, '}') : NULL;
	const struct tree_node *value;

	if (!end) {
		buf_puts(out, url);
		return url_is_http(url);
	}
	value = tree_get(tree_find(variables, url + 1, (size_t)(end - url - 1)), "default");
	if (strncmp(end, "}://", 4) == 0 && (strcasecmp(node_text(value), "https") == 0 ||
						    strcasecmp(node_text(value), "http") == 0)) {
		buf_puts(out, node_text(value));
		buf_puts(out, end + 1);
		return true;
	}
	buf_puts(out, node_text(value));
	buf_puts(out, end + 1);
	return url_is_http(node_text(value));
}

static void write_choices(struct buf *out, const struct tree_node *list)
{
	size_t left = CHOICES_MAX;

	if (tree_kind(list) != TREE_ARRAY)
		return;
	jsonw_open(out, "enum", '[');
	for (const struct tree_node *n = tree_first(list); n && left; n = tree_next(n), left--)
		if (tree_text(n, NULL) && strlen(node_text(n)) <= VALUE_CHARS)
			jsonw_text(out, NULL, node_text(n));
	jsonw_close(out, ']');
}

static void write_variable(struct importer *im, struct buf *out, const char *name, size_t len,
	const struct tree_node *v)
{
	const struct tree_node *value = tree_get(v, "default");

	if (!value)
		value = tree_first(tree_get(v, "enum"));
	jsonw_open(out, NULL, '{');
	jsonw_bytes(out, "name", name, len);
	jsonw_text(out, "default", strlen(node_text(value)) <= VALUE_CHARS ? node_text(value) : "");
	write_choices(out, tree_get(v, "enum"));
	text_member(im, out, "description", tree_get(v, "description"), SUMMARY_CHARS);
	jsonw_close(out, '}');
}

static bool is_again(const char *url, const char *open)
{
	size_t len = (size_t)(strchr(open, '}') - open) + 1;
	const char *first = memmem(url, strlen(url), open, len);

	return first < open;
}

static void write_variables(struct importer *im, struct buf *out, const struct tree_node *server,
	const char *url, const struct tree_node *variables)
{
	size_t left = VARIABLES_MAX;

	jsonw_open(out, "variables", '[');
	for (const char *p = strchr(url, '{'); p && strchr(p, '}') && left;
		p = strchr(p + 1, '{')) {
		size_t len = (size_t)(strchr(p, '}') - p) - 1;
		const struct tree_node *v = tree_find(variables, p + 1, len);
		char name[VALUE_CHARS];

		if (is_again(url, p) || len >= sizeof(name))
			continue;
		memcpy(name, p + 1, len);
		name[len] = '\0';
		if (tree_kind(v) != TREE_OBJECT)
			findings_warn(&im->findings, server, FINDING_SERVER_VARIABLE, name);
		write_variable(im, out, name, len, v);
		left--;
	}
	jsonw_close(out, ']');
}

static void write_server(struct importer *im, struct buf *out, const struct tree_node *server,
	const char *url, const struct tree_node *variables)
{
	struct buf whole;

	buf_init(&whole, URL_MAX * 2);
	if (!put_beginning(&whole, url, variables) || buf_done(&whole) ||
		!is_clean(buf_text(&whole)))
		findings_warn(&im->findings, server, FINDING_SERVER_REFUSED, url);
	else {
		jsonw_open(out, NULL, '{');
		jsonw_text(out, "url", buf_text(&whole));
		text_member(im, out, "description", tree_get(server, "description"), SUMMARY_CHARS);
		write_variables(im, out, server, buf_text(&whole), variables);
		jsonw_close(out, '}');
	}
	buf_release(&whole);
}

/* --- OpenAPI 3 --- */

static void write_listed(struct importer *im, struct buf *out, const struct tree_node *server)
{
	const char *url = node_text(tree_get(server, "url"));
	struct buf whole;

	if (has_scheme(url) || *url == '{') {
		write_server(im, out, server, url, tree_get(server, "variables"));
		return;
	}
	buf_init(&whole, URL_MAX * 2);
	if (url_resolve(im, url, &whole) == RC_OK)
		write_server(im, out, server, buf_text(&whole), tree_get(server, "variables"));
	else if (strcmp(url, "/") != 0 && *url)
		findings_warn(&im->findings, server, FINDING_SERVER_RELATIVE, url);
	buf_release(&whole);
}

/* Without any server there is the one that the document came from. */
static void write_default(struct importer *im, struct buf *out)
{
	struct buf url;

	buf_init(&url, URL_MAX * 2);
	if (url_resolve(im, "/", &url) == RC_OK) {
		while (url.len && url.data[url.len - 1] == '/')
			url.data[--url.len] = '\0';
		write_server(im, out, NULL, buf_text(&url), NULL);
	}
	buf_release(&url);
}

void servers_write(
	struct importer *im, struct buf *out, const char *key, const struct tree_node *list)
{
	size_t left = SERVERS_MAX;

	jsonw_open(out, key, '[');
	if (tree_kind(list) == TREE_ARRAY)
		for (const struct tree_node *n = tree_first(list); n && left;
			n = tree_next(n), left--)
			write_listed(im, out, n);
	if (!tree_length(list))
		write_default(im, out);
	jsonw_close(out, ']');
}

/* --- Swagger 2 --- */

static void write_of_scheme(struct importer *im, struct buf *out, const char *scheme)
{
	const struct tree_node *host = tree_get(im->root, "host");
	const char *path = node_text(tree_get(im->root, "basePath"));
	struct buf url;

	buf_init(&url, URL_MAX * 2);
	if (*node_text(host)) {
		const char *name = node_text(host);

		buf_printf(&url, "%s://%s", scheme,
			url_is_http(name) ? strstr(name, "://") + 3 : name);
		while (url.len && url.data[url.len - 1] == '/')
			url.data[--url.len] = '\0';
		if (*path && *path != '/')
			buf_putc(&url, '/');
		if (strcmp(path, "/") != 0)
			buf_puts(&url, path);
	} else if (url_resolve(im, *path ? path : "/", &url) != RC_OK)
		buf_clear(&url);
	if (url.len && !host && url.data[url.len - 1] == '/')
		url.data[--url.len] = '\0';
	if (url.len)
		write_server(im, out, host, buf_text(&url), NULL);
	buf_release(&url);
}

void servers_write_swagger(struct importer *im, struct buf *out, const char *key)
{
	const struct tree_node *schemes = tree_get(im->root, "schemes");
	bool http = false, https = false;

	for (const struct tree_node *n = tree_first(schemes); n; n = tree_next(n)) {
		https = https || strcasecmp(node_text(n), "https") == 0;
		http = http || strcasecmp(node_text(n), "http") == 0;
	}
	if (!http && !https)
		https = !(
			http = im->document_url && strncasecmp(im->document_url, "http:", 5) == 0);
	jsonw_open(out, key, '[');
	if (https || !*node_text(tree_get(im->root, "host")))
		write_of_scheme(im, out, "https");
	if (http && *node_text(tree_get(im->root, "host")))
		write_of_scheme(im, out, "http");
	jsonw_close(out, ']');
}
