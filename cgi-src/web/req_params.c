/* SPDX-License-Identifier: Apache-2.0
 *
 * The two lists that a request carries: parameters and cookies. Both are cut in place.
 */
#include "web/req_parts.h"

#include <stdlib.h>
#include <string.h>

#include "platform/url.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int req_escape(const char *p)
{
	int high = hex_digit(p[1]), low;

	if (high < 0)
		return -1;
	low = hex_digit(p[2]);
	return low < 0 ? -1 : high * 16 + low;
}

/* Decodes p[0..len) in place and ends it with NUL: p[len] is a separator or the text's own NUL. */
static bool value_decode(char *p, size_t len, size_t *len_out)
{
	size_t n = 0;

	p[len] = 0;
	for (size_t i = 0; i < len; i++) {
		int c = (unsigned char)p[i];

		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			c = req_escape(p + i);
			i += 2;
		}
		if (c <= 0)
			return false;
		p[n++] = (char)c;
	}
	p[n] = 0;
	*len_out = n;
	return true;
}

static enum rc param_decode(char *piece, size_t len, struct param *out)
{
	char *equals = memchr(piece, '=', len);
	size_t name_len = equals ? (size_t)(equals - piece) : len, decoded;

	*out = (struct param){.name = piece, .value = ""};
	if (equals) {
		if (!value_decode(equals + 1, len - name_len - 1, &out->value_len))
			return RC_INVALID;
		out->value = equals + 1;
	}
	return value_decode(piece, name_len, &decoded) ? RC_OK : RC_INVALID;
}

static size_t count_pieces(const struct secret *text, char separator)
{
	size_t n = 1;

	for (size_t i = 0; i < text->len; i++)
		n += text->bytes[i] == (unsigned char)separator;
	return n;
}

static enum rc params_alloc(struct params *ps, size_t n)
{
	ps->items = calloc(n, sizeof(*ps->items));
	return ps->items ? RC_OK : RC_NOMEM;
}

static void params_release(struct params *ps)
{
	free(ps->items);
	*ps = (struct params){0};
}

/* Pieces between '&'; "&&" holds none. */
static enum rc params_cut(struct secret *text, size_t max, struct params *out)
{
	char *p = (char *)text->bytes, *end = p + text->len;
	enum rc rc;

	while (p < end) {
		char *amp = memchr(p, '&', (size_t)(end - p));
		size_t len = (size_t)((amp ? amp : end) - p);

		if (len > 0 && out->n == max)
			return RC_LIMIT;
		if (len > 0) {
			rc = param_decode(p, len, &out->items[out->n]);
			if (rc)
				return rc;
			out->n++;
		}
		p += len + 1;
	}
	return RC_OK;
}

enum rc req_parse_params(struct secret *text, size_t max, struct params *out)
{
	size_t n = count_pieces(text, '&');
	enum rc rc;

	*out = (struct params){0};
	if (text->len == 0)
		return RC_OK;
	rc = params_alloc(out, n < max ? n : max + 1);
	if (!rc)
		rc = params_cut(text, max, out);
	if (rc)
		params_release(out);
	return rc;
}

const struct param *params_find(const struct params *ps, const char *name)
{
	for (size_t i = 0; i < ps->n; i++) {
		if (strcmp(ps->items[i].name, name) == 0)
			return &ps->items[i];
	}
	return NULL;
}

const char *params_get(const struct params *ps, const char *name)
{
	const struct param *param = params_find(ps, name);

	return param ? param->value : NULL;
}

size_t params_count(const struct params *ps, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < ps->n; i++)
		n += strcmp(ps->items[i].name, name) == 0;
	return n;
}

static bool is_token(const char *p, size_t len)
{
	static const char specials[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < len; i++) {
		char c = p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c && strchr(specials, c))))
			return false;
	}
	return true;
}

/* cookie-octet (RFC 6265 §4.1.1). Ours are never quoted, so a quote is as bad as a space. */
static bool is_cookie_value(const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\",;\\", c))
			return false;
	}
	return true;
}

/* p[len] may be overwritten. False: not a pair. */
static bool cookie_cut(char *p, size_t len, struct param *out)
{
	char *equals = memchr(p, '=', len);
	size_t name_len = equals ? (size_t)(equals - p) : len;

	if (!equals || !is_token(p, name_len))
		return false;
	*equals = 0;
	p[len] = 0;
	*out = (struct param){.name = p, .value = "", .value_len = 0};
	if (is_cookie_value(equals + 1, len - name_len - 1)) {
		out->value = equals + 1;
		out->value_len = len - name_len - 1;
	}
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static enum rc cookies_cut(struct secret *text, struct params *out)
{
	char *p = (char *)text->bytes, *end = p + text->len;

	while (p < end) {
		char *next = memchr(p, ';', (size_t)(end - p)), *tail;

		next = next ? next : end;
		tail = next;
		while (p < tail && is_space(*p))
			p++;
		while (p < tail && is_space(tail[-1]))
			tail--;
		if (out->n == REQ_COOKIES_MAX && p < tail)
			return RC_LIMIT;
		if (cookie_cut(p, (size_t)(tail - p), &out->items[out->n]))
			out->n++;
		p = next + 1;
	}
	return RC_OK;
}

enum rc req_parse_cookies(const char *header, struct secret *store, struct params *out)
{
	size_t len = strlen(header);
	enum rc rc;

	*out = (struct params){0};
	if (len > REQ_COOKIE_TEXT_MAX)
		return RC_LIMIT;
	rc = secret_set(store, header, len);
	if (!rc)
		rc = params_alloc(out, REQ_COOKIES_MAX + 1);
	if (!rc)
		rc = cookies_cut(store, out);
	if (rc)
		params_release(out);
	return rc;
}

const char *req_cookie(const struct req *rq, const char *name)
{
	size_t len = strlen(name);

	/* A browser that stored "=__Host-sid=evil" may send it so, or as a second "__Host-sid". */
	for (size_t i = 0; i < rq->cookies.n; i++) {
		const struct param *cookie = &rq->cookies.items[i];

		if (!*cookie->name && strncmp(cookie->value, name, len) == 0 &&
			cookie->value[len] == '=')
			return NULL;
	}
	return params_count(&rq->cookies, name) == 1 ? params_get(&rq->cookies, name) : NULL;
}

enum rc req_target(const struct req *rq, struct secret *out)
{
	bool first = true;
	enum rc rc = secret_append_text(out, rq->path);

	if (rc == RC_OK && rq->query.n)
		rc = secret_append_text(out, "?");
	for (size_t i = 0; i < rq->query.n && rc == RC_OK; i++) {
		const struct param *p = &rq->query.items[i];

		rc = url_add_param(out, &first, p->name, p->value, p->value_len);
	}
	return rc;
}
