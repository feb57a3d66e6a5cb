/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/url.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define LABEL_MAX 63

/* Not <ctype.h>: its answers depend on the locale, and a char may be negative. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int hex_digit(char c)
{
	c = to_lower(c);
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool is_unreserved(char c)
{
	return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* The byte that %XX at p stands for, or -1. Reads no further than the NUL. */
static int percent_byte(const char *p)
{
	int high = p[0] == '%' ? hex_digit(p[1]) : -1;
	int low = high < 0 ? -1 : hex_digit(p[2]);

	return low < 0 ? -1 : high << 4 | low;
}

/* --- host --- */

static bool label_ok(const char *p, size_t len)
{
	if (len < 1 || len > LABEL_MAX || p[0] == '-' || p[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(p[i]) && !is_letter(p[i]) && p[i] != '-')
			return false;
	return true;
}

static bool labels_ok(const char *host)
{
	for (;;) {
		size_t len = strcspn(host, ".");

		if (!label_ok(host, len))
			return false;
		if (!host[len])
			return true;
		host += len + 1;
	}
}

/* Browsers and libcurl read a host whose last label is a number as an IPv4 address in any of inet_aton's
 * forms: 127.1, 2130706433, 0x7f.1, 0177.0.0.1 (attack row H1). */
static bool ends_in_number(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot ? dot + 1 : host;

	if (last[0] == '0' && last[1] == 'x')
		return strspn(last + 2, "0123456789abcdef") == strlen(last + 2);
	return strspn(last, "0123456789") == strlen(last);
}

/* So only the one form survives that nobody reads otherwise. */
static bool ipv4_ok(const char *host)
{
	char again[INET_ADDRSTRLEN];
	struct in_addr address;

	if (inet_pton(AF_INET, host, &address) != 1)
		return false;
	return inet_ntop(AF_INET, &address, again, sizeof(again)) && strcmp(host, again) == 0;
}

/* Names are compared as text (allow-lists, origins), so an IPv6 literal is kept in its one canonical
 * spelling. Zone identifiers fall to inet_pton. */
static bool ipv6_take(const char *p, size_t len, struct url *out)
{
	char literal[INET6_ADDRSTRLEN], again[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (len >= sizeof(literal))
		return false;
	memcpy(literal, p, len);
	literal[len] = 0;
	if (inet_pton(AF_INET6, literal, &address) != 1 ||
		!inet_ntop(AF_INET6, &address, again, sizeof(again)))
		return false;
	snprintf(out->host, sizeof(out->host), "[%s]", again);
	return true;
}

static bool name_take(const char *p, size_t len, struct url *out)
{
	if (len < 1 || len > URL_HOST_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		out->host[i] = to_lower(p[i]);
	out->host[len] = 0;
	if (!labels_ok(out->host))
		return false;
	return !ends_in_number(out->host) || ipv4_ok(out->host);
}

/* Returns where the host ends, or NULL. */
static const char *host_take(const char *p, struct url *out)
{
	size_t len;

	if (*p == '[') {
		len = strcspn(p + 1, "]");
		if (!p[1 + len] || !ipv6_take(p + 1, len, out))
			return NULL;
		return p + len + 2;
	}
	/* Stops at '@', too; the character after the host then fits nowhere, so userinfo is refused. */
	len = strcspn(p, ":/?#@\\");
	return name_take(p, len, out) ? p + len : NULL;
}

/* Returns where the port ends, or NULL: 1..65535, no sign, no leading zero, not empty. */
static const char *port_take(const char *p, struct url *out)
{
	unsigned long port = 0;
	size_t len;

	out->port = out->https ? 443 : 80;
	if (*p != ':')
		return p;
	p++;
	len = strspn(p, "0123456789");
	if (len < 1 || len > 5 || *p == '0')
		return NULL;
	for (size_t i = 0; i < len; i++)
		port = port * 10 + (unsigned long)(p[i] - '0');
	if (port > 65535)
		return NULL;
	out->port = (uint16_t)port;
	return p + len;
}

/* --- path and query --- */

/* RFC 3986 §3.3, §3.4; '#' is not among them, so a fragment is refused. */
static bool rest_chars_ok(const char *p)
{
	for (; *p; p++) {
		if (*p == '%') {
			/* %00 cuts the text short for whoever decodes it in C. */
			if (percent_byte(p) <= 0)
				return false;
		} else if (!is_unreserved(*p) && !strchr("!$&'()*+,;=:@/?", *p)) {
			return false;
		}
	}
	return true;
}

/* The next character of a path for the search below: %2e counts as '.' because browsers resolve it, and
 * %2f and %5c as '/' because some servers decode before they resolve. */
static char path_char(const char *p, size_t *len)
{
	int byte = percent_byte(p);
	char c = byte < 0 ? *p : (char)byte;

	*len = byte < 0 ? 1 : 3;
	if (byte < 0 && c == '?')
		return 0;
	return c == '\\' ? '/' : c;
}

static bool has_dot_segment(const char *p)
{
	size_t dots = 0, others = 0;

	for (;;) {
		size_t len;
		char c = path_char(p, &len);

		if (c == '/' || c == 0) {
			if (others == 0 && (dots == 1 || dots == 2))
				return true;
			dots = others = 0;
		} else if (c == '.') {
			dots++;
		} else {
			others++;
		}
		if (c == 0)
			return false;
		p += len;
	}
}

static enum rc parse(const char *text, enum url_schemes schemes, size_t max, struct url *out)
{
	const char *p;

	*out = (struct url){.rest = ""};
	if (!text || strnlen(text, max + 1) > max)
		return RC_INVALID;
	if (strncmp(text, "https://", 8) == 0) {
		out->https = true;
		p = text + 8;
	} else if (schemes == URL_HTTP_TOO && strncmp(text, "http://", 7) == 0) {
		p = text + 7;
	} else {
		return RC_INVALID;
	}
	p = host_take(p, out);
	if (p)
		p = port_take(p, out);
	if (!p || (*p && *p != '/' && *p != '?') || !rest_chars_ok(p) || has_dot_segment(p)) {
		*out = (struct url){.rest = ""};
		return RC_INVALID;
	}
	out->rest = p;
	return RC_OK;
}

enum rc url_parse(const char *text, enum url_schemes schemes, struct url *out)
{
	return parse(text, schemes, URL_MAX, out);
}

enum rc url_parse_call(const char *text, struct url *out)
{
	return parse(text, URL_HTTP_TOO, URL_CALL_MAX, out);
}

void url_origin(const struct url *u, char out[URL_ORIGIN_SIZE])
{
	const char *scheme = u->https ? "https" : "http";

	if (u->port == (u->https ? 443 : 80))
		snprintf(out, URL_ORIGIN_SIZE, "%s://%s", scheme, u->host);
	else
		snprintf(out, URL_ORIGIN_SIZE, "%s://%s:%u", scheme, u->host, (unsigned)u->port);
}

bool url_same_origin(const char *a, const char *b)
{
	struct url x, y;

	return url_parse(a, URL_HTTP_TOO, &x) == RC_OK && url_parse(b, URL_HTTP_TOO, &y) == RC_OK &&
	       x.https == y.https && x.port == y.port && strcmp(x.host, y.host) == 0;
}

bool url_has_query(const struct url *u)
{
	return strchr(u->rest, '?') != NULL;
}

/* Does the form-encoded name that starts at p stand for this name? */
static bool name_is(const char *p, const char *name)
{
	while (*p && *p != '=' && *p != '&' && *p != '#') {
		int byte = percent_byte(p);
		char c = byte >= 0 ? (char)byte : *p == '+' ? ' ' : *p;

		if (!*name || c != *name)
			return false;
		name++;
		p += byte < 0 ? 1 : 3;
	}
	return !*name;
}

bool url_query_has(const char *text, const char *name)
{
	const char *p = strchr(text, '?');

	while (p) {
		p++;
		if (name_is(p, name))
			return true;
		p = strchr(p, '&');
	}
	return false;
}

/* --- encoding --- */

static size_t encoded_len(const unsigned char *p, size_t len, bool form)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += is_unreserved((char)p[i]) || (form && p[i] == ' ') ? 1 : 3;
	return n;
}

/* Room is made once and the bytes are written in place: a stack buffer would be one more copy of a
 * secret to wipe. p must not lie inside out. */
static enum rc append(struct secret *out, const unsigned char *p, size_t len, bool form)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char *to;
	enum rc rc;

	if (len > SECRET_MAX)
		return RC_LIMIT;
	rc = secret_reserve(out, out->len + encoded_len(p, len, form));
	if (rc)
		return rc;
	to = out->bytes + out->len;
	for (size_t i = 0; i < len; i++) {
		if (is_unreserved((char)p[i])) {
			*to++ = p[i];
		} else if (form && p[i] == ' ') {
			*to++ = '+';
		} else {
			*to++ = '%';
			*to++ = (unsigned char)digits[p[i] >> 4];
			*to++ = (unsigned char)digits[p[i] & 15];
		}
	}
	*to = 0;
	out->len = (size_t)(to - out->bytes);
	return RC_OK;
}

enum rc url_append_encoded(struct secret *out, const void *p, size_t len)
{
	return append(out, p, len, false);
}

enum rc url_append_form(struct secret *out, const void *p, size_t len)
{
	return append(out, p, len, true);
}

enum rc url_add_param(
	struct secret *out, bool *first, const char *name, const void *value, size_t value_len)
{
	enum rc rc = RC_OK;

	if (!*first)
		rc = secret_append(out, "&", 1);
	if (!rc)
		rc = url_append_form(out, name, strlen(name));
	if (!rc)
		rc = secret_append(out, "=", 1);
	if (!rc)
		rc = url_append_form(out, value, value_len);
	if (!rc)
		*first = false;
	return rc;
}
