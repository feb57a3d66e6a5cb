/* SPDX-License-Identifier: Apache-2.0 */
#include "web/resp.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "platform/log.h"

#define HEADERS_MAX ((size_t)32 * 1024)
#define COOKIE_MAX 4096 /* security R56 */
#define REDIRECT_MAX 2048

#define TEXT_HTML "text/html; charset=utf-8"

/* One policy for all pages: no inline script or style, nothing from elsewhere, never framed. */
static const char policy_header[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
	"img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
	"frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; "
	"trusted-types 'none'; report-uri %s/csp-report\r\n";
static const char fixed_headers[] =
	"X-Content-Type-Options: nosniff\r\n"
	"X-Frame-Options: DENY\r\n"
	"Permissions-Policy: accelerometer=(), camera=(), display-capture=(), geolocation=(), "
	"gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cache-Control: no-store\r\n";

/* Two years, as browsers' preload lists ask for; R62 asks for one. */
static const char hsts_header[] =
	"Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n";

/* What resp_write sets, and the cross-origin permissions, which we never give (R66). */
static const char *const reserved[] = {"Status", "Content-Type", "Content-Length", "Set-Cookie",
	"Location", "Transfer-Encoding", "Connection", "Content-Security-Policy",
	"X-Content-Type-Options", "X-Frame-Options", "Permissions-Policy", "Referrer-Policy",
	"Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy", "Cache-Control",
	"Strict-Transport-Security"};

static const char token_chars[] = "!#$%&'*+-.^_`|~0123456789"
				  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static const char url_chars[] = "-._~!$&'()*+,;=:@/?#%0123456789"
				"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

void resp_init(struct resp *rs)
{
	memset(rs, 0, sizeof(*rs));
	rs->status = 200;
	rs->content_type = TEXT_HTML;
	buf_init(&rs->headers, HEADERS_MAX);
	buf_init(&rs->body, RESP_BODY_MAX);
}

void resp_release(struct resp *rs)
{
	buf_release(&rs->headers);
	buf_release(&rs->body);
	secret_release(&rs->secret_body);
}

void resp_reset(struct resp *rs)
{
	rs->status = 200;
	rs->content_type = TEXT_HTML;
	buf_clear(&rs->headers);
	buf_clear(&rs->body);
	secret_release(&rs->secret_body);
	rs->rc = RC_OK;
}

static void fail(struct resp *rs, const char *what)
{
	if (rs->rc)
		return;
	rs->rc = RC_INVALID;
	log_error("resp.refused", "what", what);
}

static bool is_token(const char *name)
{
	return *name && name[strspn(name, token_chars)] == 0;
}

/* A NUL cannot be here: the value is a C string, and whoever cut it checked its length. */
static bool is_field_value(const char *value)
{
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static bool is_reserved(const char *name)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strcasecmp(name, reserved[i]) == 0)
			return true;
	}
	return strncasecmp(name, "Access-Control-", 15) == 0;
}

void resp_header(struct resp *rs, const char *name, const char *value)
{
	if (!is_token(name) || is_reserved(name)) {
		fail(rs, "header name");
		return;
	}
	if (!value || !is_field_value(value)) {
		fail(rs, name);
		return;
	}
	buf_printf(&rs->headers, "%s: %s\r\n", name, value);
}

/* cookie-octet of RFC 6265 §4.1.1. */
static bool is_cookie_value(const char *value)
{
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c <= 0x20 || c >= 0x7f || strchr("\",;\\", c))
			return false;
	}
	return true;
}

void resp_cookie(struct resp *rs, const char *name, const char *value, bool secure, long max_age_s)
{
	/* A browser drops a __Host- cookie that is not Secure: better to notice here. */
	bool prefixed = strncmp(name, "__Host-", 7) == 0 || strncmp(name, "__Secure-", 9) == 0;

	if (!is_token(name) || !value || !is_cookie_value(value) || (prefixed && !secure) ||
		strlen(name) + strlen(value) > COOKIE_MAX - 128) {
		fail(rs, "cookie");
		return;
	}
	buf_printf(&rs->headers, "Set-Cookie: %s=%s; Path=%s/; HttpOnly; SameSite=Lax%s", name,
		value, rs->base ? rs->base : "", secure ? "; Secure" : "");
	if (max_age_s >= 0)
		buf_printf(&rs->headers, "; Max-Age=%ld", max_age_s);
	buf_puts(&rs->headers, "\r\n");
}

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

/* Every '%' is an escape; in the path (not the query) of something that is no separator, no dot and
 * no control character, for these mean different things to different parsers. */
static bool escapes_ok(const char *p, size_t path_len)
{
	for (size_t i = 0; p[i]; i++) {
		int high, low, c;

		if (p[i] != '%')
			continue;
		high = hex_digit(p[i + 1]);
		low = high < 0 ? -1 : hex_digit(p[i + 2]);
		if (low < 0)
			return false;
		c = high * 16 + low;
		if (i < path_len && (c < 0x20 || c == 0x7f || c == '/' || c == '\\' || c == '.'))
			return false;
	}
	return true;
}

static bool segments_ok(const char *path, size_t path_len)
{
	const char *end = path + path_len, *p = path;

	while (p < end) {
		size_t len = strcspn(++p, "/?#");

		if ((len == 0 && p < end) || (len == 1 && p[0] == '.') ||
			(len == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += len;
	}
	return true;
}

static bool is_own_path(const char *path)
{
	size_t path_len = strcspn(path, "?#");

	return path[0] == '/' && strlen(path) <= REDIRECT_MAX &&
	       path[strspn(path, url_chars)] == 0 && escapes_ok(path, path_len) &&
	       segments_ok(path, path_len);
}

void resp_redirect(struct resp *rs, const char *path)
{
	if (!path || !is_own_path(path)) {
		fail(rs, "redirect");
		return;
	}
	rs->status = 303;
	buf_printf(&rs->headers, "Location: %s%s\r\n", rs->base ? rs->base : "", path);
}

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {{200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"},
		{303, "See Other"}, {304, "Not Modified"}, {400, "Bad Request"},
		{401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {409, "Conflict"}, {410, "Gone"},
		{413, "Content Too Large"}, {414, "URI Too Long"}, {415, "Unsupported Media Type"},
		{421, "Misdirected Request"}, {422, "Unprocessable Content"},
		{429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
		{504, "Gateway Timeout"}};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return "Status";
}

static size_t body_len(const struct resp *rs)
{
	return rs->secret_body.len ? rs->secret_body.len : rs->body.len;
}

/* A 304 speaks of a body that the other side has; lengths and types would be those of that one. */
static bool has_body(const struct resp *rs)
{
	return rs->status != 204 && rs->status != 304;
}

static void head_render(const struct resp *rs, struct buf *out)
{
	/* First the status: a Location with 200 would be a redirect inside the server (RFC 3875
	 * §6.2.2). */
	buf_printf(out, "Status: %d %s\r\n", rs->status, reason(rs->status));
	buf_printf(out, policy_header, rs->base ? rs->base : "");
	buf_puts(out, fixed_headers);
	buf_printf(out, "Referrer-Policy: %s\r\n", rs->no_referrer ? "no-referrer" : "same-origin");
	if (rs->https)
		buf_puts(out, hsts_header);
	buf_add(out, rs->headers.data, rs->headers.len);
	if (has_body(rs)) {
		buf_printf(out, "Content-Type: %s\r\n", rs->content_type);
		buf_printf(out, "Content-Length: %zu\r\n", body_len(rs));
	}
	buf_puts(out, "\r\n");
}

static enum rc state(const struct resp *rs)
{
	enum rc rc = rs->rc;

	if (!rc)
		rc = buf_done(&rs->headers);
	return rc ? rc : buf_done(&rs->body);
}

/* The last resort, also when memory is short: it needs next to none. */
static void become_500(struct resp *rs)
{
	resp_reset(rs);
	buf_release(&rs->body);
	rs->status = 500;
	rs->content_type = "text/plain; charset=utf-8";
	buf_puts(&rs->body, "Something went wrong here. Please try again.\n");
}

static bool write_body(const struct resp *rs, struct fcgi_exchange *x)
{
	if (rs->secret_body.len)
		return fcgi_write(x, rs->secret_body.bytes, rs->secret_body.len);
	return fcgi_write(x, rs->body.data, rs->body.len);
}

void resp_write(struct resp *rs, struct fcgi_exchange *x)
{
	struct buf head;
	enum rc rc = state(rs);
	bool there;

	if (rc) {
		log_error("resp.failed", "rc", rc_name(rc));
		become_500(rs);
	}
	buf_init(&head, HEADERS_MAX + 4096);
	head_render(rs, &head);
	rc = buf_done(&head);
	if (rc) {
		log_error("resp.failed", "rc", rc_name(rc));
	} else {
		there = fcgi_write(x, head.data, head.len);
		if (there && !rs->no_body && has_body(rs))
			(void)write_body(rs, x);
	}
	buf_release(&head);
}
