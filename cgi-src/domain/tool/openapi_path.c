/* SPDX-License-Identifier: Apache-2.0
 *
 * The key of a path item becomes the path and the fixed query of a request: what is no {variable} is
 * percent-encoded where it must be, a query in the key is taken apart, a fragment (which only tells
 * operations apart) is dropped.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "domain/tool/openapi_int.h"
#include "platform/jsonw.h"

struct span {
	const char *p;
	size_t len;
};

/* Up to the first of the bytes of stops that is not inside braces; what is left begins with it. */
static struct span take(struct span *from, const char *stops)
{
	struct span out = {from->p, 0};
	bool inside = false;

	for (; out.len < from->len; out.len++) {
		char c = from->p[out.len];

		if (!inside && c && strchr(stops, c))
			break;
		inside = c == '{' || (inside && c != '}');
	}
	from->p += out.len;
	from->len -= out.len;
	return out;
}

static bool is_hex(const char *p, size_t left)
{
	return left >= 3 && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]);
}

/* RFC 3986 §3.3: what may stand in a path; an escape stays as it is. */
static void add_literal(struct buf *out, const char *p, size_t left)
{
	unsigned char c = (unsigned char)*p;

	if (isalnum(c) || (c && strchr("-._~!$&'()*+,;=:@/", c)) || (c == '%' && is_hex(p, left)))
		buf_putc(out, (char)c);
	else
		buf_printf(out, "%%%02X", c);
}

/* --- variables --- */

static struct argument *find_of_any_case(struct reading *rd, struct span v)
{
	for (size_t i = 0; i < rd->n; i++)
		if (rd->arguments[i].in == IN_PATH && rd->arguments[i].name_len == v.len &&
			strncasecmp(rd->arguments[i].name, v.p, v.len) == 0)
			return &rd->arguments[i];
	return NULL;
}

/* {+all}, {all*} and {all+} are how some frameworks write "the rest of the path". */
static struct span strip(struct span v)
{
	if (v.len > 1 && *v.p == '+')
		v = (struct span){v.p + 1, v.len - 1};
	while (v.len > 1 && strchr("*+", v.p[v.len - 1]))
		v.len--;
	return v;
}

/* Nobody described it. NULL: there are too many. */
static struct argument *invent(
	struct importer *im, struct reading *rd, enum place in, struct span name)
{
	struct argument a = {
		.in = in, .name = name.p, .name_len = name.len, .required = in == IN_PATH};
	char text[WIRE_NAME_MAX + 1];

	memcpy(text, name.p, name.len);
	text[name.len] = '\0';
	findings_warn(&im->findings, rd->op->place, FINDING_PATH_VARIABLE_UNDECLARED, text);
	return argument_add(im, rd, &a);
}

static bool add_variable(struct importer *im, struct reading *rd, struct span v)
{
	struct argument *a = argument_find(rd, IN_PATH, v.p, v.len);

	if (!a) {
		v = strip(v);
		a = argument_find(rd, IN_PATH, v.p, v.len);
	}
	if (!a)
		a = find_of_any_case(rd, v);
	if (!a)
		a = invent(im, rd, IN_PATH, v);
	if (!a)
		return false;
	a->used = true;
	buf_putc(&rd->path, '{');
	buf_add(&rd->path, a->name, a->name_len);
	buf_putc(&rd->path, '}');
	return true;
}

/* A variable of the path that stands in the query is a parameter of the query. */
static bool add_query_variable(
	struct importer *im, struct reading *rd, struct span name, struct span v)
{
	struct argument *a = argument_find(rd, IN_PATH, v.p, v.len);

	if (a && !a->used) {
		a->in = IN_QUERY;
		a->name = name.p;
		a->name_len = name.len;
		return true;
	}
	return argument_find(rd, IN_QUERY, v.p, v.len) ||
	       argument_find(rd, IN_QUERY, name.p, name.len) ||
	       invent(im, rd, IN_QUERY, name) != NULL;
}

/* {?a,b} of RFC 6570. */
static bool add_query_variables(struct importer *im, struct reading *rd, struct span list)
{
	while (list.len > 0) {
		struct span v = strip(take(&list, ","));

		if (v.len > 0 && !add_query_variable(im, rd, v, v))
			return false;
		if (list.len > 0)
			list = (struct span){list.p + 1, list.len - 1};
	}
	return true;
}

/* v: what stands between braces. */
static bool add_braces(struct importer *im, struct reading *rd, struct span v)
{
	if (v.len > WIRE_NAME_MAX)
		return false;
	if (*v.p == '?' || *v.p == '&')
		return add_query_variables(im, rd, (struct span){v.p + 1, v.len - 1});
	return add_variable(im, rd, v);
}

static bool add_path(struct importer *im, struct reading *rd, struct span path)
{
	if (path.len == 0 || *path.p != '/')
		buf_putc(&rd->path, '/');
	for (size_t i = 0; i < path.len; i++) {
		const char *at = path.p + i;
		const char *end = *at == '{' ? memchr(at, '}', path.len - i) : NULL;

		if (iscntrl((unsigned char)*at))
			return false;
		if (end && end > at + 1) {
			if (!add_braces(im, rd, (struct span){at + 1, (size_t)(end - at - 1)}))
				return false;
			i += (size_t)(end - at);
		} else
			add_literal(&rd->path, at, path.len - i);
	}
	return true;
}

/* A segment that is "." or "..", also in disguise, would lead elsewhere. */
static bool has_dots(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/"), dots = 0;
		const char *p = path;

		while (p < path + len) {
			if (*p == '.')
				p++;
			else if (strncasecmp(p, "%2e", 3) == 0)
				p += 3;
			else
				break;
			dots++;
		}
		if (p == path + len && (dots == 1 || dots == 2))
			return true;
		path += len + (path[len] == '/');
	}
	return false;
}

/* --- the query of the key --- */

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* An escaped control character stays as it is. */
static void add_decoded(struct buf *out, struct span s)
{
	struct buf text;

	buf_init(&text, s.len + 1);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '%' && is_hex(s.p + i, s.len - i) && hex(s.p[i + 1]) > 1) {
			buf_putc(&text, (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2])));
			i += 2;
		} else
			buf_putc(&text, s.p[i] == '+' ? ' ' : s.p[i]);
	}
	jsonw_bytes(out, NULL, buf_text(&text), text.len);
	buf_release(&text);
}

static bool is_query_parameter(const struct argument *a)
{
	return a->in == IN_QUERY && a->used;
}

/* One "name=value"; as its value is fixed, a parameter of that name is none. */
static bool add_pair(struct importer *im, struct reading *rd, struct span pair)
{
	struct span name = take(&pair, "=");
	struct argument *same;

	if (pair.len > 0)
		pair = (struct span){pair.p + 1, pair.len - 1};
	if (name.len == 0 || name.len > WIRE_NAME_MAX)
		return true;
	if (pair.len > 2 && *pair.p == '{' && pair.p[pair.len - 1] == '}')
		return pair.len <= WIRE_NAME_MAX &&
		       add_query_variable(im, rd, name, (struct span){pair.p + 1, pair.len - 2});
	same = argument_find(rd, IN_QUERY, name.p, name.len);
	if (same) {
		findings_warn(&im->findings, same->listed, FINDING_PARAMETER_REPEATED,
			tree_text(tree_get(same->node, "name"), NULL));
		same->used = true;
		arguments_drop(rd, is_query_parameter);
	}
	jsonw_open(&rd->query, NULL, '[');
	add_decoded(&rd->query, name);
	add_decoded(&rd->query, pair);
	jsonw_close(&rd->query, ']');
	return true;
}

static bool add_query(struct importer *im, struct reading *rd, struct span query)
{
	while (query.len > 0) {
		struct span pair;

		query = (struct span){query.p + 1, query.len - 1}; /* past '?' or '&' */
		pair = take(&query, "&");
		if (!add_pair(im, rd, pair))
			return false;
	}
	return true;
}

/* --- all of it --- */

static bool has_no_place(const struct argument *a)
{
	return a->in == IN_PATH && !a->used;
}

static void tell_unused(struct importer *im, const struct reading *rd)
{
	for (size_t i = 0; i < rd->n; i++)
		if (has_no_place(&rd->arguments[i]))
			findings_warn(&im->findings, rd->arguments[i].listed,
				FINDING_PATH_PARAMETER_UNUSED,
				node_text(tree_get(rd->arguments[i].node, "name")));
}

bool path_build(struct importer *im, struct reading *rd)
{
	struct span rest, path, query;

	rest.p = tree_key(rd->op->member, &rest.len);
	path = take(&rest, "?#");
	query = rest.len > 0 && *rest.p == '?' ? take(&rest, "#") : (struct span){rest.p, 0};
	if (!add_path(im, rd, path) || !add_query(im, rd, query) || buf_done(&rd->path) ||
		buf_done(&rd->query) || has_dots(buf_text(&rd->path))) {
		findings_warn(&im->findings, rd->op->member, FINDING_PATH_INVALID,
			tree_key(rd->op->member, NULL));
		return false;
	}
	tell_unused(im, rd);
	arguments_drop(rd, has_no_place);
	return true;
}
