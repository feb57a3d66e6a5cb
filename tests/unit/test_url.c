/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/url.h"

#include <string.h>

#include "check.h"

static void refused(const char *text)
{
	struct url u;

	if (url_parse(text, URL_HTTP_TOO, &u) != RC_INVALID) {
		printf("# accepted: %s\n", text);
		check_failed_here = 1;
	}
	CHECK_STR(u.host, "");
	CHECK_STR(u.rest, "");
}

#define REFUSED(...)                                                                               \
	do {                                                                                       \
		static const char *const bad[] = {__VA_ARGS__};                                    \
		for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)                            \
			refused(bad[i]);                                                           \
	} while (0)

static void url_parse_takes_the_parts(void)
{
	static const struct {
		const char *text, *origin, *host, *rest;
		int https, port;
	} cases[] = {
		{"https://example.com", "https://example.com", "example.com", "", 1, 443},
		{"https://Example.COM/A/b?x=1&y=%20", "https://example.com", "example.com",
			"/A/b?x=1&y=%20", 1, 443},
		{"https://example.com:443/", "https://example.com", "example.com", "/", 1, 443},
		{"https://example.com:8443?q", "https://example.com:8443", "example.com", "?q", 1,
			8443},
		{"http://127.0.0.1:9000/cb", "http://127.0.0.1:9000", "127.0.0.1", "/cb", 0, 9000},
		{"http://localhost:443", "http://localhost:443", "localhost", "", 0, 443},
		{"https://h:80/", "https://h:80", "h", "/", 1, 80},
		{"https://h:1/", "https://h:1", "h", "/", 1, 1},
		{"https://h:65535/", "https://h:65535", "h", "/", 1, 65535},
		{"https://[::1]:8443/x", "https://[::1]:8443", "[::1]", "/x", 1, 8443},
		{"https://[2001:DB8:0:0::1]/", "https://[2001:db8::1]", "[2001:db8::1]", "/", 1,
			443},
		{"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example",
			"xn--bcher-kva.example", "/", 1, 443},
		{"https://3com.com/~a/b;c=d,(e)!*'$+@:", "https://3com.com", "3com.com",
			"/~a/b;c=d,(e)!*'$+@:", 1, 443},
		{"https://h/a..b/.c/d./...", "https://h", "h", "/a..b/.c/d./...", 1, 443},
		{"https://h/p?a=../..&b=/./?", "https://h", "h", "/p?a=../..&b=/./?", 1, 443},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char origin[URL_ORIGIN_SIZE];
		struct url u;

		CHECK_INT(url_parse(cases[i].text, URL_HTTP_TOO, &u), RC_OK);
		CHECK_STR(u.host, cases[i].host);
		CHECK_STR(u.rest, cases[i].rest);
		CHECK_INT(u.https, cases[i].https);
		CHECK_INT(u.port, cases[i].port);
		url_origin(&u, origin);
		CHECK_STR(origin, cases[i].origin);
	}
}

static void url_http_only_where_allowed(void)
{
	struct url u;

	CHECK_INT(url_parse("http://example.com/", URL_HTTPS_ONLY, &u), RC_INVALID);
	CHECK_INT(url_parse("https://example.com/", URL_HTTPS_ONLY, &u), RC_OK);
	CHECK_INT(url_parse("http://example.com/", URL_HTTP_TOO, &u), RC_OK);
	CHECK_INT(url_parse(NULL, URL_HTTP_TOO, &u), RC_INVALID);
}

static void url_r67_scripts_and_relative_are_refused(void)
{
	REFUSED("", "javascript:alert(1)", "data:text/html,x", "//example.com/", "/path",
		"example.com", "vbscript:x", "https:example.com", "https", "https:/", "https://",
		" https://h/", "\thttps://h/", "HTTPS://h/", "hTTps://h/", "https ://h/",
		"view-source:https://h/");
}

static void url_h1_numeric_hosts_are_refused(void)
{
	struct url u;

	REFUSED("https://127.1/", "https://2130706433/", "https://0x7f000001/",
		"https://0177.0.0.1/", "https://017700000001/", "https://0x7f.0.0.1/",
		"https://00000177.1/", "https://0/", "https://1.2.3/", "https://1.2.3.4.5/",
		"https://256.1.1.1/", "https://1.1.1.256/", "https://01.2.3.4/",
		"https://1.2.3.04/", "https://a.1/", "https://a.0x1f/", "https://h.0x/",
		"https://h.0X7F/", "https://1.2.3.4./", "https://99999999999/");
	/* a literal in its one form is the address policy's business */
	CHECK_INT(url_parse("https://127.0.0.1/", URL_HTTPS_ONLY, &u), RC_OK);
	CHECK_INT(url_parse("https://0x7f.com/", URL_HTTPS_ONLY, &u), RC_OK);
}

static void url_h2_bad_ipv6_literals_are_refused(void)
{
	struct url u;

	REFUSED("https://[fe80::1%25lo]/", "https://[fe80::1%lo]/", "https://[::1/", "https://::1/",
		"https://[]/", "https://[1.2.3.4]/", "https://[:::]/", "https://[::1]x/",
		"https://[::1]]/", "https://[[::1]]/", "https://[v1.a]/", "https://[::1]:/",
		"https://a[::1]/", "https://[::g]/",
		"https://[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]/");
	CHECK_INT(url_parse("https://[::FFFF:127.0.0.1]/", URL_HTTPS_ONLY, &u), RC_OK);
	CHECK_STR(u.host, "[::ffff:127.0.0.1]");
}

static void url_h5_unicode_hosts_are_refused(void)
{
	REFUSED("https://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/",
		"https://127\xe3\x80\x82"
		"0\xe3\x80\x82"
		"0\xe3\x80\x82"
		"1/",
		"https://\xef\xbd\x8cocalhost/",
		"https://b\xc3\xbc"
		"cher.example/",
		"https://h/\xc3\xa9", "https://h/?\xff");
}

static void url_h6_userinfo_and_tricks_are_refused(void)
{
	REFUSED("http://good@127.0.0.1", "http://127.0.0.1\\@good", "http://good#@127.0.0.1",
		"https://user:pass@h/", "https://:@h/", "https://@h/", "https://h%2f@evil/",
		"https://good%00.evil/", "https://h%2eevil/", "https://h/%00", "https://h/?a=%00",
		"https://h/a\tb", "https://h/a\rb", "https://h/a\nb", "https://h/a b",
		"https://h\t/", "https://h\n/", "https://h /", "https://h/ ", "https://h\\evil/",
		"https://h/\\evil", "https://h/#", "https://h#x", "https://h/?a#b",
		"https://h/\x7f", "https://h/\x01", "https://h/<b>", "https://h/\"", "https://h/`",
		"https://h/{id}", "https://h/a|b", "https://h/a^b", "https://h/[", "https://h/%",
		"https://h/%2", "https://h/%zz", "https://h/%2g", "https://h/?%");
}

static void url_h7_missing_slashes_are_refused(void)
{
	REFUSED("http:/127.0.0.1", "http:///127.0.0.1", "127.0.0.1", "http:127.0.0.1",
		"http:\\\\h/", "https:////h/", "https:///h");
}

static void url_h8_other_schemes_are_refused(void)
{
	REFUSED("file:///etc/passwd", "gopher://h/", "dict://h/", "ftp://h/", "ldap://h/",
		"smb://h/", "tftp://h/", "telnet://h/", "imap://h/", "rtsp://h/", "ws://h/",
		"wss://h/", "jar:https://h/", "httpss://h/", "https+x://h/", "unix:///s");
}

static void url_h9_ports_out_of_range_are_refused(void)
{
	REFUSED("https://h:0/", "https://h:65536/", "https://h:99999/", "https://h:443:80/",
		"https://h:/", "https://h:", "https://h:-1/", "https://h:+80/", "https://h: 80/",
		"https://h:0443/", "https://h:80a/", "https://h:a/", "https://h:0x50/",
		"https://h:4294967739/", "https://h:00000443/", "https://:443/");
}

static void url_hosts_out_of_ldh_are_refused(void)
{
	REFUSED("https://-h/", "https://h-/", "https://a.-b/", "https://a-.b/", "https://a..b/",
		"https://.a/", "https://a./", "https://./", "https://a_b/", "https://a,b/",
		"https://a;b/", "https://a!b/", "https://a*b/", "https://*.example.com/",
		"https://a%62/", "https://?x", "https:///x", "https://a(b)/", "https://a=b/",
		"https://a&b/", "https://$h/");
}

static void url_g12_dot_segments_are_refused(void)
{
	REFUSED("https://h/..", "https://h/.", "https://h/../a", "https://h/./a", "https://h/a/..",
		"https://h/a/.", "https://h/a/../b", "https://h/%2e%2e/", "https://h/%2E/",
		"https://h/.%2e", "https://h/a/%2e.?x", "https://h/..%2fadmin", "https://h/a%2f..",
		"https://h/a%5c..%5cb", "https://h/..?x", "https://h/a%2F%2e%2E%2Fb");
}

static void url_length_limits(void)
{
	char text[URL_MAX + 2] = "https://h/", called[URL_CALL_MAX + 2] = "https://h/";
	char host[400];
	struct url u;

	memset(text + 10, 'a', URL_MAX - 10);
	text[URL_MAX] = 0;
	CHECK_INT(url_parse(text, URL_HTTPS_ONLY, &u), RC_OK);
	text[URL_MAX] = 'a';
	text[URL_MAX + 1] = 0;
	CHECK_INT(url_parse(text, URL_HTTPS_ONLY, &u), RC_INVALID);
	CHECK_INT(url_parse_call(text, &u), RC_OK);
	memset(called + 10, 'a', URL_CALL_MAX - 10);
	CHECK_INT(url_parse_call(called, &u), RC_OK);
	called[URL_CALL_MAX] = 'a';
	CHECK_INT(url_parse_call(called, &u), RC_INVALID);

	/* labels of 63 and 64; hosts of 253 and 255 */
	snprintf(host, sizeof(host), "https://%063d.com/", 0);
	CHECK_INT(url_parse(host, URL_HTTPS_ONLY, &u), RC_OK);
	snprintf(host, sizeof(host), "https://%064d.com/", 0);
	CHECK_INT(url_parse(host, URL_HTTPS_ONLY, &u), RC_INVALID);
	snprintf(host, sizeof(host), "https://%063d.%063d.%063d.a%060d/", 0, 0, 0, 0);
	CHECK_INT(url_parse(host, URL_HTTPS_ONLY, &u), RC_OK);
	CHECK_INT(strlen(u.host), URL_HOST_MAX);
	snprintf(host, sizeof(host), "https://%063d.%063d.%063d.a%061d/", 0, 0, 0, 0);
	CHECK_INT(url_parse(host, URL_HTTPS_ONLY, &u), RC_INVALID);
}

static void url_origin_fits_its_size(void)
{
	char text[400], origin[URL_ORIGIN_SIZE];
	struct url u;

	snprintf(text, sizeof(text), "https://%063d.%063d.%063d.a%060d:65535/", 0, 0, 0, 0);
	CHECK_INT(url_parse(text, URL_HTTPS_ONLY, &u), RC_OK);
	url_origin(&u, origin);
	text[strlen(text) - 1] = 0;
	CHECK_STR(origin, text);
}

static void url_query_is_seen(void)
{
	struct url u;

	CHECK_INT(url_parse("https://h/p?", URL_HTTPS_ONLY, &u), RC_OK);
	CHECK(url_has_query(&u));
	CHECK_INT(url_parse("https://h/p", URL_HTTPS_ONLY, &u), RC_OK);
	CHECK(!url_has_query(&u));
}

static void url_query_has_decodes_names(void)
{
	const char *text = "https://h/state?a=1&client%5Fid=x&b+c=state&d&=e&%73cope";

	CHECK(url_query_has(text, "a"));
	CHECK(url_query_has(text, "client_id"));
	CHECK(url_query_has(text, "b c"));
	CHECK(url_query_has(text, "d"));
	CHECK(url_query_has(text, "scope"));
	CHECK(url_query_has(text, ""));
}

static void url_query_has_sees_names_only(void)
{
	const char *text = "https://h/state?a=1&client%5Fid=x&b+c=state&d";

	CHECK(!url_query_has(text, "state"));
	CHECK(!url_query_has(text, "client"));
	CHECK(!url_query_has(text, "client_id2"));
	CHECK(!url_query_has(text, "A"));
	CHECK(!url_query_has(text, "1"));
	CHECK(!url_query_has(text, ""));
	CHECK(!url_query_has("https://h/a=1&b=2", "b"));
	CHECK(!url_query_has("https://h/?%6", "n"));
}

static void url_append_encoded_keeps_unreserved_only(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(url_append_encoded(&s, "AZaz09-._~", 10), RC_OK);
	CHECK_INT(url_append_encoded(&s, " /?#&=+%:@\0\xff\"", 13), RC_OK);
	CHECK_STR(secret_text(&s), "AZaz09-._~%20%2F%3F%23%26%3D%2B%25%3A%40%00%FF%22");
	CHECK_INT(url_append_encoded(&s, NULL, 0), RC_OK);
	secret_release(&s);
}

static void url_r25_form_encodes_any_secret(void)
{
	struct secret s = SECRET_EMPTY;
	bool first = true;

	CHECK_INT(url_add_param(&s, &first, "grant type", "a b", 3), RC_OK);
	CHECK_INT(url_add_param(&s, &first, "s", "&=+%\xc3\xa9\xf0\x9f\x94\x91", 10), RC_OK);
	CHECK_INT(url_add_param(&s, &first, "", "", 0), RC_OK);
	CHECK_STR(secret_text(&s), "grant+type=a+b&s=%26%3D%2B%25%C3%A9%F0%9F%94%91&=");
	CHECK(!first);
	secret_release(&s);
}

static void url_append_over_the_maximum_is_refused(void)
{
	struct secret big = SECRET_EMPTY, s = SECRET_EMPTY;

	CHECK_INT(secret_reserve(&big, SECRET_MAX), RC_OK);
	memset(big.bytes, 0xff, SECRET_MAX);
	big.len = SECRET_MAX / 3 + 1;
	CHECK_INT(secret_set(&s, "keep", 4), RC_OK);
	CHECK_INT(url_append_form(&s, big.bytes, big.len), RC_LIMIT);
	CHECK_INT(url_append_encoded(&s, big.bytes, (size_t)-1), RC_LIMIT);
	CHECK_STR(secret_text(&s), "keep");
	secret_release(&big);
	secret_release(&s);
}

int main(void)
{
	RUN(url_parse_takes_the_parts);
	RUN(url_http_only_where_allowed);
	RUN(url_r67_scripts_and_relative_are_refused);
	RUN(url_h1_numeric_hosts_are_refused);
	RUN(url_h2_bad_ipv6_literals_are_refused);
	RUN(url_h5_unicode_hosts_are_refused);
	RUN(url_h6_userinfo_and_tricks_are_refused);
	RUN(url_h7_missing_slashes_are_refused);
	RUN(url_h8_other_schemes_are_refused);
	RUN(url_h9_ports_out_of_range_are_refused);
	RUN(url_hosts_out_of_ldh_are_refused);
	RUN(url_g12_dot_segments_are_refused);
	RUN(url_length_limits);
	RUN(url_origin_fits_its_size);
	RUN(url_query_is_seen);
	RUN(url_query_has_decodes_names);
	RUN(url_query_has_sees_names_only);
	RUN(url_append_encoded_keeps_unreserved_only);
	RUN(url_r25_form_encodes_any_secret);
	RUN(url_append_over_the_maximum_is_refused);
	return CHECK_DONE;
}
