/* SPDX-License-Identifier: Apache-2.0 */
#include "web/resp.h"

#include "unit/check.h"
#include "unit/fake_exchange.h"

static struct fcgi_exchange x;
static struct resp rs;

static void begin(void)
{
	memset(&x, 0, sizeof(x));
	resp_init(&rs);
}

static const char *written(void)
{
	resp_write(&rs, &x);
	resp_release(&rs);
	return x.out;
}

static bool has(const char *text)
{
	return strstr(x.out, text) != NULL;
}

/* The line that begins so must be there exactly once. */
static bool has_once(const char *text)
{
	const char *at = strstr(x.out, text);

	return at && !strstr(at + 1, text);
}

static bool header_fails(const char *name, const char *value)
{
	enum rc rc;

	begin();
	resp_header(&rs, name, value);
	rc = rs.rc;
	(void)written();
	return rc == RC_INVALID && strncmp(x.out, "Status: 500 ", 12) == 0 && !has("evil") &&
	       !has("X-Name");
}

static bool redirect_fails(const char *path)
{
	enum rc rc;

	begin();
	resp_redirect(&rs, path);
	rc = rs.rc;
	(void)written();
	return rc == RC_INVALID && strncmp(x.out, "Status: 500 ", 12) == 0 && !has("Location");
}

static bool redirect_works(const char *path)
{
	begin();
	resp_redirect(&rs, path);
	(void)written();
	return strncmp(x.out, "Status: 303 See Other\r\n", 23) == 0 &&
	       has_once("\r\nLocation: /") && has(path);
}

static bool cookie_fails(const char *name, const char *value, bool secure)
{
	begin();
	resp_cookie(&rs, name, value, secure, -1);
	(void)written();
	return strncmp(x.out, "Status: 500 ", 12) == 0 && !has("Set-Cookie");
}

static void page_is_written_with_its_length(void)
{
	begin();
	buf_puts(&rs.body, "<p>Caf\xc3\xa9</p>");
	(void)written();
	CHECK(strncmp(x.out, "Status: 200 OK\r\n", 16) == 0);
	CHECK(has_once("\r\nContent-Type: text/html; charset=utf-8\r\n"));
	CHECK(has_once("\r\nContent-Length: 12\r\n"));
	CHECK_STR(strstr(x.out, "\r\n\r\n"), "\r\n\r\n<p>Caf\xc3\xa9</p>");
}

static void security_headers_are_on_every_response_r60_r62_r63(void)
{
	static const int statuses[] = {200, 204, 303, 400, 403, 404, 405, 413, 500, 503, 299};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		begin();
		rs.status = statuses[i];
		rs.https = true;
		(void)written();
		CHECK(has_once(
			"\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; "
			"style-src 'self'; img-src 'self'; connect-src 'self'; "
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
			"object-src 'none'; require-trusted-types-for 'script'; "
			"trusted-types 'none'; report-uri /csp-report\r\n"));
		CHECK(has_once("\r\nX-Content-Type-Options: nosniff\r\n"));
		CHECK(has_once("\r\nX-Frame-Options: DENY\r\n"));
		CHECK(has_once("\r\nReferrer-Policy: same-origin\r\n"));
		CHECK(has_once("\r\nPermissions-Policy: "));
		CHECK(has_once("\r\nCross-Origin-Resource-Policy: same-origin\r\n"));
		CHECK(has_once("\r\nCross-Origin-Opener-Policy: same-origin\r\n"));
		CHECK(has_once("\r\nCache-Control: no-store\r\n"));
		CHECK(has_once("\r\nStrict-Transport-Security: max-age=63072000; "
			       "includeSubDomains\r\n"));
		CHECK(!has("Access-Control-"));
	}
}

static void hsts_only_over_https(void)
{
	begin();
	(void)written();
	CHECK(!has("Strict-Transport-Security"));
}

static void callback_sends_no_referrer_r21(void)
{
	begin();
	rs.no_referrer = true;
	(void)written();
	CHECK(has_once("\r\nReferrer-Policy: no-referrer\r\n"));
	CHECK(!has("same-origin\r\nPermissions"));
}

static void head_has_the_length_and_no_body(void)
{
	begin();
	rs.no_body = true;
	buf_puts(&rs.body, "four");
	(void)written();
	CHECK(has("\r\nContent-Length: 4\r\n"));
	CHECK_STR(strstr(x.out, "\r\n\r\n"), "\r\n\r\n");
}

static void no_content_has_neither_type_nor_length(void)
{
	begin();
	rs.status = 204;
	(void)written();
	CHECK(!has("Content-Length") && !has("Content-Type:"));
}

static void header_of_the_caller_is_written(void)
{
	begin();
	resp_header(&rs, "Retry-After", "30");
	resp_header(&rs, "Allow", "GET, HEAD");
	(void)written();
	CHECK(has_once("\r\nRetry-After: 30\r\n"));
	CHECK(has_once("\r\nAllow: GET, HEAD\r\n"));
}

static void header_value_cannot_split_the_response_r77_d30(void)
{
	CHECK(header_fails("X-Name", "a\r\nX-evil: 1"));
	CHECK(header_fails("X-Name", "a\nevil"));
	CHECK(header_fails("X-Name", "a\revil"));
	CHECK(header_fails("X-Name", "evil\x01"));
	CHECK(header_fails("X-Name", "evil\x7f"));
	CHECK(header_fails("X-Name", "evil\t"));
	CHECK(header_fails("X-Name", NULL));
}

static void header_name_is_a_token(void)
{
	CHECK(header_fails("", "evil"));
	CHECK(header_fails("evil:", "1"));
	CHECK(header_fails("evil name", "1"));
	CHECK(header_fails("evil\r\nX", "1"));
	CHECK(header_fails("evil\xc3\xa9", "1"));
}

static void header_cannot_weaken_the_fixed_ones_r60_r66(void)
{
	static const char *const names[] = {"Content-Security-Policy", "cache-control", "Location",
		"Set-Cookie", "Status", "Content-Length", "Transfer-Encoding", "X-FRAME-OPTIONS",
		"Access-Control-Allow-Origin", "access-control-allow-credentials",
		"Referrer-Policy", "Cross-Origin-Opener-Policy", "Strict-Transport-Security",
		"Content-Type"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK(header_fails(names[i], "evil"));
}

static void cookie_has_all_attributes_r49(void)
{
	begin();
	resp_cookie(&rs, "__Host-sid", "abc", true, -1);
	resp_cookie(&rs, "old", "", false, 0);
	resp_cookie(&rs, "pre", "1", true, 600);
	(void)written();
	CHECK(has("\r\nSet-Cookie: __Host-sid=abc; Path=/; HttpOnly; SameSite=Lax; Secure\r\n"));
	CHECK(has("\r\nSet-Cookie: old=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0\r\n"));
	CHECK(has(
		"\r\nSet-Cookie: pre=1; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=600\r\n"));
	CHECK(!has("Domain"));
}

static void cookie_cannot_be_forged_or_insecure_r49_r56(void)
{
	static char longer[4097];

	memset(longer, 'a', sizeof(longer) - 1);
	CHECK(cookie_fails("__Host-sid", "abc", false));
	CHECK(cookie_fails("__Secure-sid", "abc", false));
	CHECK(cookie_fails("sid", "a; Domain=evil", true));
	CHECK(cookie_fails("sid", "a\r\nX: y", true));
	CHECK(cookie_fails("sid", "a b", true));
	CHECK(cookie_fails("sid", "\"a\"", true));
	CHECK(cookie_fails("sid", "caf\xc3\xa9", true));
	CHECK(cookie_fails("s=id", "a", true));
	CHECK(cookie_fails("", "a", true));
	CHECK(cookie_fails("sid", longer, true));
	CHECK(cookie_fails("sid", NULL, true));
}

static void redirect_goes_to_paths_of_our_own(void)
{
	CHECK(redirect_works("/"));
	CHECK(redirect_works("/data-sources/acme/notion/notion_datasource"));
	CHECK(redirect_works("/a/?q=a%2Fb%5c..//x&r=https://evil.example#top"));
	CHECK(redirect_works("/caf%C3%A9/a:b@c"));
}

static void redirect_refuses_everything_else_r24_d11(void)
{
	static const char *const bad[] = {"//evil.example", "///evil", "/\\evil", "\\\\evil",
		"/\tevil", "/%09/evil", "/%5cevil", "/%2fevil", "/%2Fevil", "https:evil",
		"https://evil", "http:/evil", "javascript:alert(1)", "data:text/html,x", "evil", "",
		"?a", "#a", "@evil", ".evil", "/a//evil", "/./evil", "/../evil", "/a/..", "/a/.",
		"/%2e%2e/evil", "/.%2e/evil", "/a\r\nSet-Cookie: a=b", "/a%0d%0aX:y", "/a%00",
		"/a%", "/a%4", "/a%zz", "/a?b=%", "/ evil", " /evil", "/caf\xc3\xa9", "/a\"b",
		"/<script>", "/a|b", "/[::1]", "/a`b", "/{a}", "/a^b", "/%7f", "/?a b",
		"/\xe2\x80\xae"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(redirect_fails(bad[i]));
	CHECK(redirect_fails(NULL));
}

static void redirect_has_a_maximum(void)
{
	static char path[2100];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	CHECK(redirect_fails(path));
	path[2048] = 0;
	CHECK(redirect_works(path));
}

static void failed_response_shows_nothing_of_the_page(void)
{
	begin();
	buf_puts(&rs.body, "half a page");
	resp_cookie(&rs, "sid", "abc", true, -1);
	resp_header(&rs, "X-Name", "a\n");
	rs.status = 200;
	rs.https = true;
	(void)written();
	CHECK(strncmp(x.out, "Status: 500 Internal Server Error\r\n", 35) == 0);
	CHECK(!has("half a page") && !has("Set-Cookie"));
	CHECK(has_once("\r\nContent-Length: 45\r\n"));
	CHECK(has_once("\r\nContent-Type: text/plain; charset=utf-8\r\n"));
	CHECK(has("Content-Security-Policy") && has("Strict-Transport-Security"));
}

static void too_many_headers_fail_the_response(void)
{
	static char value[1024];

	memset(value, 'a', sizeof(value) - 1);
	begin();
	for (int i = 0; i < 40; i++)
		resp_header(&rs, "X-Name", value);
	(void)written();
	CHECK(strncmp(x.out, "Status: 500 ", 12) == 0);
	CHECK(!has("X-Name"));
}

static void body_over_the_maximum_fails_the_response(void)
{
	static char block[65536];

	begin();
	memset(block, 'a', sizeof(block));
	for (size_t i = 0; i <= RESP_BODY_MAX / sizeof(block); i++)
		buf_add(&rs.body, block, sizeof(block));
	(void)written();
	CHECK(strncmp(x.out, "Status: 500 ", 12) == 0);
}

static void reset_forgets_the_page_but_not_the_request(void)
{
	begin();
	rs.https = true;
	rs.no_referrer = true;
	rs.status = 303;
	resp_redirect(&rs, "/a");
	resp_redirect(&rs, "//evil");
	buf_puts(&rs.body, "old");
	resp_reset(&rs);
	rs.status = 404;
	buf_puts(&rs.body, "new");
	(void)written();
	CHECK(strncmp(x.out, "Status: 404 Not Found\r\n", 23) == 0);
	CHECK(!has("Location") && !has("old"));
	CHECK(has("Strict-Transport-Security") && has("no-referrer"));
}

static void client_that_is_gone_is_no_error(void)
{
	begin();
	x.client_is_gone = true;
	buf_puts(&rs.body, "page");
	(void)written();
	CHECK_INT(x.out_len, 0);
}

int main(void)
{
	RUN(page_is_written_with_its_length);
	RUN(security_headers_are_on_every_response_r60_r62_r63);
	RUN(hsts_only_over_https);
	RUN(callback_sends_no_referrer_r21);
	RUN(head_has_the_length_and_no_body);
	RUN(no_content_has_neither_type_nor_length);
	RUN(header_of_the_caller_is_written);
	RUN(header_value_cannot_split_the_response_r77_d30);
	RUN(header_name_is_a_token);
	RUN(header_cannot_weaken_the_fixed_ones_r60_r66);
	RUN(cookie_has_all_attributes_r49);
	RUN(cookie_cannot_be_forged_or_insecure_r49_r56);
	RUN(redirect_goes_to_paths_of_our_own);
	RUN(redirect_refuses_everything_else_r24_d11);
	RUN(redirect_has_a_maximum);
	RUN(failed_response_shows_nothing_of_the_page);
	RUN(too_many_headers_fail_the_response);
	RUN(body_over_the_maximum_fails_the_response);
	RUN(reset_forgets_the_page_but_not_the_request);
	RUN(client_that_is_gone_is_no_error);
	return CHECK_DONE;
}
