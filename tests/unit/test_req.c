/* SPDX-License-Identifier: Apache-2.0 */
#include "web/req.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/check.h"
#include "unit/fake_exchange.h"

#define FORM "application/x-www-form-urlencoded"

static struct fcgi_exchange x;
static struct req rq;

static void begin(const char *method, const char *uri)
{
	memset(&x, 0, sizeof(x));
	fake_set(&x, "REQUEST_METHOD", method);
	if (uri)
		fake_set(&x, "REQUEST_URI", uri);
}

static void parse(void)
{
	CHECK_INT(req_parse(&x, &rq), RC_OK);
}

/* The status that a request is refused with, 0 when it is not. */
static int status_of(void)
{
	int status;

	parse();
	status = rq.bad_status;
	req_release(&rq);
	return status;
}

static int path_status(const char *uri)
{
	begin("GET", uri);
	return status_of();
}

static int query_status(const char *query)
{
	begin("GET", "/");
	fake_set(&x, "QUERY_STRING", query);
	return status_of();
}

static void begin_post(const char *type, const char *body, size_t len)
{
	static char digits[24];

	begin("POST", "/x");
	if (type)
		fake_set(&x, "CONTENT_TYPE", type);
	(void)snprintf(digits, sizeof(digits), "%zu", len);
	fake_set(&x, "CONTENT_LENGTH", digits);
	x.body = body;
	x.body_len = len;
}

static int form_status(const char *body)
{
	begin_post(FORM, body, strlen(body));
	return status_of();
}

static int length_status(const char *digits)
{
	begin("POST", "/x");
	fake_set(&x, "CONTENT_TYPE", FORM);
	fake_set(&x, "CONTENT_LENGTH", digits);
	x.body = "a=1";
	x.body_len = 3;
	return status_of();
}

static enum req_body kind_of(const char *type)
{
	enum req_body kind;

	begin_post(type, "", 0);
	parse();
	kind = rq.body_kind;
	CHECK_INT(rq.bad_status, 0);
	req_release(&rq);
	return kind;
}

static bool method_is(const char *text, enum req_method method)
{
	bool is;

	begin(text, "/");
	parse();
	is = rq.method == method;
	req_release(&rq);
	return is;
}

/* ---- path ---- */

static void path_is_cut_into_segments(void)
{
	begin("GET", "/data-sources/acme/notion%20x?q=1");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(rq.path, "/data-sources/acme/notion x");
	CHECK_INT(rq.n_segments, 3);
	CHECK_STR(rq.segments[0], "data-sources");
	CHECK_STR(rq.segments[2], "notion x");
	req_release(&rq);
}

static void path_root_has_no_segments(void)
{
	begin("GET", "/");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(rq.path, "/");
	CHECK_INT(rq.n_segments, 0);
	req_release(&rq);
}

static void path_trailing_slash_is_another_path_d15(void)
{
	begin("GET", "/api/x/");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(rq.n_segments, 3);
	CHECK_STR(rq.segments[2], "");
	req_release(&rq);
}

static void path_falls_back_to_script_name_and_path_info(void)
{
	begin("GET", NULL);
	fake_set(&x, "SCRIPT_NAME", "/settings");
	fake_set(&x, "PATH_INFO", "/a%2fb");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(rq.path, "/settings/a%2fb");
	CHECK_INT(rq.n_segments, 2);
	req_release(&rq);
}

static void path_info_is_not_decoded_twice_d14(void)
{
	begin("GET", NULL);
	fake_set(&x, "PATH_INFO", "/a/%2e%2e/b");
	parse();
	CHECK_STR(rq.segments[1], "%2e%2e");
	req_release(&rq);
	begin("GET", NULL);
	fake_set(&x, "PATH_INFO", "/a/../b");
	CHECK_INT(status_of(), 400);
	begin("GET", NULL);
	CHECK_INT(status_of(), 400);
}

static void path_is_decoded_once_d14(void)
{
	begin("GET", "/a/%252e%252e/b");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(rq.segments[1], "%2e%2e");
	req_release(&rq);
}

static void path_refuses_dot_segments_d14(void)
{
	static const char *const bad[] = {"/..", "/.", "/a/..", "/a/.", "/a/../b", "/a/./b",
		"/%2e%2e/a", "/a/%2E%2e", "/a/.%2e/b", "/a/%2e", "/../../etc/passwd", "/a/../"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
	CHECK_INT(path_status("/a/...;/b"), 0);
	CHECK_INT(path_status("/a/..;/b"), 0);
	CHECK_INT(path_status("/a/.well-known"), 0);
}

static void path_refuses_separators_in_disguise_d14(void)
{
	static const char *const bad[] = {"/a%2Fb", "/a%2fb", "/a%5Cb", "/a%5cb", "/a\\b",
		"/\\evil", "/%2F", "/..%2f", "/..%5c"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
}

static void path_refuses_control_characters_d14(void)
{
	static const char *const bad[] = {"/a%00", "/a%00.css", "/%0a", "/%0d%0aSet-Cookie:x",
		"/%09", "/%1f", "/%7f", "/a\nb", "/a\tb", "/a b", "/a#b", "/\x7f"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
}

static void path_refuses_bad_escapes(void)
{
	static const char *const bad[] = {
		"/%", "/%4", "/%zz", "/%u0041", "/a%4?b=1", "/a%?", "/%%41"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
}

static void path_refuses_invalid_utf8_d14(void)
{
	static const char *const bad[] = {"/%c0%ae%c0%ae", "/%c0%af", "/%ff", "/a%80", "/%ed%a0%80",
		"/%e2%82", "/%f4%90%80%80", "/\xc0\xae"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
	CHECK_INT(path_status("/%e2%82%ac"), 0);
}

static void path_refuses_empty_segments_d11(void)
{
	static const char *const bad[] = {"//", "//evil.example", "/a//b", "/a//", "///", "//?x=1"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
}

static void path_refuses_other_forms_d12(void)
{
	static const char *const bad[] = {"http://evil.example/", "https://grantry.example/", "*",
		"", "?x=1", "a/b", "evil.example:443", " /a"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(path_status(bad[i]), 400);
}

static void path_refused_is_not_kept(void)
{
	begin("GET", "/secret/%00");
	parse();
	CHECK_INT(rq.bad_status, 400);
	CHECK_STR(rq.path, "");
	CHECK_INT(rq.n_segments, 0);
	req_release(&rq);
}

static void path_has_a_maximum(void)
{
	char uri[REQ_PATH_MAX + 3];

	memset(uri, 'a', sizeof(uri));
	uri[0] = '/';
	uri[REQ_PATH_MAX] = 0;
	CHECK_INT(path_status(uri), 0);
	uri[REQ_PATH_MAX] = 'a';
	uri[REQ_PATH_MAX + 1] = 0;
	CHECK_INT(path_status(uri), 414);
}

static void path_has_a_maximum_of_segments(void)
{
	CHECK_INT(path_status("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"), 0);
	CHECK_INT(path_status("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"), 414);
}

/* ---- methods ---- */

static void methods_are_exact_words_d23(void)
{
	CHECK(method_is("GET", REQ_GET));
	CHECK(method_is("HEAD", REQ_HEAD));
	CHECK(method_is("POST", REQ_POST));
	CHECK(method_is("post", REQ_OTHER));
	CHECK(method_is("Get", REQ_OTHER));
	CHECK(method_is("GET ", REQ_OTHER));
	CHECK(method_is("GETX", REQ_OTHER));
	CHECK(method_is("PUT", REQ_PUT));
	CHECK(method_is("put", REQ_OTHER));
	CHECK(method_is("TRACE", REQ_OTHER));
	CHECK(method_is("QUERY", REQ_OTHER));
}

static void method_override_has_no_effect_d23(void)
{
	begin("GET", "/x?_method=POST");
	fake_set(&x, "QUERY_STRING", "_method=POST");
	fake_set(&x, "HTTP_X_HTTP_METHOD_OVERRIDE", "POST");
	parse();
	CHECK_INT(rq.method, REQ_GET);
	req_release(&rq);
}

static void request_without_a_method_is_none(void)
{
	memset(&x, 0, sizeof(x));
	CHECK_INT(req_parse(&x, &rq), RC_INVALID);
	begin("", "/");
	CHECK_INT(req_parse(&x, &rq), RC_INVALID);
}

/* ---- header fields ---- */

static void fields_are_read(void)
{
	begin("GET", "/");
	fake_set(&x, "HTTP_HOST", "grantry.example");
	fake_set(&x, "HTTP_ORIGIN", "https://grantry.example");
	fake_set(&x, "HTTP_SEC_FETCH_SITE", "same-origin");
	fake_set(&x, "HTTPS", "on");
	parse();
	CHECK_STR(rq.host, "grantry.example");
	CHECK_STR(rq.origin, "https://grantry.example");
	CHECK_STR(rq.sec_fetch_site, "same-origin");
	CHECK(rq.sec_fetch_dest == NULL);
	CHECK(rq.https);
	req_release(&rq);
}

static void https_is_only_what_the_server_says_r76(void)
{
	begin("GET", "/");
	fake_set(&x, "HTTP_X_FORWARDED_PROTO", "https");
	fake_set(&x, "HTTP_HTTPS", "on");
	fake_set(&x, "HTTPS", "off");
	parse();
	CHECK(!rq.https);
	req_release(&rq);
}

static void field_that_arrives_twice_is_refused_d13(void)
{
	static const char *const names[] = {"HTTP_X_FORWARDED_FOR", "HTTP_SEC_FETCH_SITE",
		"HTTP_X_CSRF_TOKEN", "HTTP_COOKIE", "HTTP_ORIGIN", "HTTP_HOST", "CONTENT_LENGTH",
		"CONTENT_TYPE", "REQUEST_URI", "QUERY_STRING", "REQUEST_METHOD"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		begin("GET", "/");
		fake_set(&x, names[i], "1");
		fake_set(&x, "HTTP_ACCEPT", "*/*");
		fake_set(&x, names[i], "1");
		CHECK_INT(status_of(), 400);
	}
}

static void variable_of_the_operator_may_arrive_twice(void)
{
	begin("GET", "/");
	fake_set(&x, "SCRIPT_FILENAME", "/a");
	fake_set(&x, "SCRIPT_FILENAME", "/a");
	CHECK_INT(status_of(), 0);
}

static void content_length_spelled_twice_is_refused_d13_d16(void)
{
	begin_post(FORM, "a=1", 3);
	fake_set(&x, "HTTP_CONTENT_LENGTH", "30");
	CHECK_INT(status_of(), 400);
	begin("POST", "/");
	fake_set(&x, "HTTP_CONTENT_LENGTH", "3");
	CHECK_INT(status_of(), 400);
	begin_post(FORM, "a=1", 3);
	fake_set(&x, "HTTP_CONTENT_TYPE", "application/json");
	CHECK_INT(status_of(), 400);
}

static void content_length_pair_of_nginx_passes(void)
{
	begin_post(FORM, "a=1", 3);
	fake_set(&x, "HTTP_CONTENT_LENGTH", "3");
	fake_set(&x, "HTTP_CONTENT_TYPE", FORM);
	CHECK_INT(status_of(), 0);
}

static void too_many_fields_are_refused(void)
{
	static char names[600][24];

	begin("GET", "/");
	for (int i = 0; i < 600; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "HTTP_X_%d", i);
		fake_set(&x, names[i], "1");
	}
	CHECK_INT(status_of(), 400);
	begin("GET", "/");
	for (int i = 0; i < 400; i++)
		fake_set(&x, names[i], "1");
	CHECK_INT(status_of(), 0);
}

/* ---- query ---- */

static void query_is_decoded_once(void)
{
	begin("GET", "/cb?x");
	fake_set(&x, "QUERY_STRING", "code=a%2Bb+c%2526&state=s%3D1&flag&empty=&=v&&e=a=b");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(req_query(&rq, "code"), "a+b c%26");
	CHECK_STR(req_query(&rq, "state"), "s=1");
	CHECK_STR(req_query(&rq, "flag"), "");
	CHECK_STR(req_query(&rq, "empty"), "");
	CHECK_STR(req_query(&rq, ""), "v");
	CHECK_STR(req_query(&rq, "e"), "a=b");
	CHECK_INT(rq.query.n, 6);
	CHECK(req_query(&rq, "nope") == NULL);
	req_release(&rq);
}

static void query_repeated_names_are_counted_a22(void)
{
	begin("GET", "/cb");
	fake_set(&x, "QUERY_STRING", "state=a&code=1&state=b&%73tate=c");
	parse();
	CHECK_STR(req_query(&rq, "state"), "a");
	CHECK_INT(params_count(&rq.query, "state"), 3);
	CHECK_INT(params_count(&rq.query, "code"), 1);
	CHECK_INT(params_count(&rq.query, "iss"), 0);
	req_release(&rq);
}

static void query_takes_4000_unknown_parameters_a24(void)
{
	char query[REQ_QUERY_MAX + 1];
	size_t n = 0;

	memset(query, 0, sizeof(query));
	while (n < 4000) {
		memcpy(query + 2 * n, "a&", 2);
		n++;
	}
	memcpy(query + 2 * n, "code=7", 6);
	begin("GET", "/cb");
	fake_set(&x, "QUERY_STRING", query);
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(req_query(&rq, "code"), "7");
	CHECK_INT(rq.query.n, 4001);
	req_release(&rq);
}

static void query_code_of_7_kb_passes_byte_exact_a25(void)
{
	char query[7200] = "code=";

	memset(query + 5, '~', 7000);
	query[7005] = 0;
	begin("GET", "/cb");
	fake_set(&x, "QUERY_STRING", query);
	parse();
	CHECK_INT(params_find(&rq.query, "code")->value_len, 7000);
	CHECK_STR(req_query(&rq, "code"), query + 5);
	req_release(&rq);
}

static void query_control_characters_reach_the_caller_a25(void)
{
	begin("GET", "/cb");
	fake_set(&x, "QUERY_STRING", "code=a%0d%0ab&e=%ff");
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_STR(req_query(&rq, "code"), "a\r\nb");
	CHECK_STR(req_query(&rq, "e"), "\xff");
	req_release(&rq);
}

static void query_refuses_nul_and_bad_escapes_a25_d20(void)
{
	static const char *const bad[] = {"code=a%00b", "%00=a", "a=%", "a=%4", "a=%zz", "a=%u0041",
		"%", "a&%g1", "a=%4&b=1", "a=1%", "a b=1", "a=\n", "a=\x7f", "a=1\r\nX: y"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(query_status(bad[i]), 400);
}

static void query_has_a_maximum(void)
{
	static char query[REQ_QUERY_MAX + 2];

	memset(query, 'a', REQ_QUERY_MAX);
	CHECK_INT(query_status(query), 0);
	query[REQ_QUERY_MAX] = 'a';
	CHECK_INT(query_status(query), 414);
}

static void params_more_than_the_maximum_are_refused(void)
{
	struct secret text = SECRET_EMPTY;
	struct params ps;

	CHECK_INT(secret_append_text(&text, "a=1&b=2&&c=3&"), RC_OK);
	CHECK_INT(req_parse_params(&text, 2, &ps), RC_LIMIT);
	CHECK_INT(ps.n, 0);
	CHECK(ps.items == NULL);
	CHECK_INT(secret_set(&text, "a=1&b=2&&c=3&", 13), RC_OK);
	CHECK_INT(req_parse_params(&text, 3, &ps), RC_OK);
	CHECK_INT(ps.n, 3);
	free(ps.items);
	secret_release(&text);
}

/* ---- body ---- */

static void form_is_read(void)
{
	begin_post(FORM "; charset=UTF-8", "name=Caf%C3%A9+1&csrf=t", 23);
	x.read_at_most = 5;
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(rq.body_kind, REQ_BODY_FORM);
	CHECK_STR(req_form(&rq, "name"), "Caf\xc3\xa9 1");
	CHECK_STR(req_form(&rq, "csrf"), "t");
	CHECK(req_query(&rq, "name") == NULL);
	req_release(&rq);
}

static void form_without_type_and_body_is_empty(void)
{
	begin_post(NULL, "", 0);
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(rq.body_kind, REQ_BODY_FORM);
	CHECK_INT(rq.form.n, 0);
	req_release(&rq);
	begin("POST", "/x");
	CHECK_INT(status_of(), 0);
}

static void form_takes_binary_neither_raw_nor_encoded_d20(void)
{
	static const char *const bad[] = {"a=%00", "%00=1", "a=%ff", "%ff=1", "a=%c0%af", "a=\xff",
		"a=%ed%a0%80", "a=%", "a=%zz", "a=%u0041", "%"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(form_status(bad[i]), 400);
	begin_post(FORM, "a=1\0b", 5);
	CHECK_INT(status_of(), 400);
}

static void form_has_a_maximum_of_fields_d20(void)
{
	static char body[REQ_BODY_MAX];
	size_t n = 0;

	for (; n < REQ_FORM_MAX; n++)
		memcpy(body + 2 * n, "a&", 2);
	begin_post(FORM, body, 2 * n);
	CHECK_INT(status_of(), 0);
	for (; n < sizeof(body) / 2; n++)
		memcpy(body + 2 * n, "a&", 2);
	begin_post(FORM, body, sizeof(body));
	CHECK_INT(status_of(), 413);
}

static void form_names_are_only_text_d20(void)
{
	begin_post(FORM, "Config.VarEscapeMode=none&a[]=1&Query.x=2", 41);
	parse();
	CHECK_STR(req_form(&rq, "Config.VarEscapeMode"), "none");
	CHECK_STR(req_form(&rq, "a[]"), "1");
	req_release(&rq);
}

static void json_body_is_kept_as_it_came(void)
{
	begin_post("application/json; charset=\"utf-8\"", "{\"a\":\"%41\"}", 11);
	parse();
	CHECK_INT(rq.body_kind, REQ_BODY_JSON);
	CHECK_INT(rq.body.len, 11);
	CHECK_STR(secret_text(&rq.body), "{\"a\":\"%41\"}");
	CHECK_INT(rq.form.n, 0);
	req_release(&rq);
}

static void body_kinds_are_told_apart_d22(void)
{
	CHECK_INT(kind_of("APPLICATION/JSON"), REQ_BODY_JSON);
	CHECK_INT(kind_of(FORM " ; charset=utf-8 "), REQ_BODY_FORM);
	CHECK_INT(kind_of("application/csp-report"), REQ_BODY_CSP_REPORT);
	CHECK_INT(kind_of("application/reports+json"), REQ_BODY_CSP_REPORT);
}

static void body_kinds_of_others_are_refused_by_kind_d22(void)
{
	static const char *const other[] = {"text/plain", "application/json; charset=utf-16",
		"application/jsonx", "application/json,text/plain", "multipart/form-data",
		"multipart/mixed; boundary=x", FORM ";charset=latin1", FORM "; charset=utf-8; a=b",
		FORM "; boundary=x", "application/json; charset=\"utf-8", "application/json;",
		"text/plain; application/json", " application/json",
		"application/x-www-form-urlencode"};

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		CHECK_INT(kind_of(other[i]), REQ_BODY_OTHER);
}

static void body_without_type_is_other_d22(void)
{
	begin_post(NULL, "a=1", 3);
	parse();
	CHECK_INT(rq.body_kind, REQ_BODY_OTHER);
	CHECK_INT(rq.form.n, 0);
	req_release(&rq);
}

static void body_of_unknown_type_is_not_read_d19(void)
{
	begin_post("multipart/mixed; boundary=x", "--x\r\n", 5);
	parse();
	CHECK_INT(x.body_at, 0);
	CHECK_INT(rq.body.len, 0);
	req_release(&rq);
}

static void body_of_get_is_ignored_a23(void)
{
	begin_post(FORM, "code=1", 6);
	x.values[0] = "GET";
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(rq.body_kind, REQ_BODY_NONE);
	CHECK(req_form(&rq, "code") == NULL);
	CHECK_INT(x.body_at, 0);
	req_release(&rq);
}

static void content_length_is_digits_only_d16_d17(void)
{
	static const char *const bad[] = {
		"+3", "-3", "3 ", " 3", "0x3", "3,3", "3.0", "abc", "3\n", "-"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(length_status(bad[i]), 400);
	CHECK_INT(length_status("3"), 0);
	CHECK_INT(length_status("0003"), 0);
	CHECK_INT(length_status(""), 0);
}

static void content_length_too_large_is_not_read_d17_d18(void)
{
	static const char *const big[] = {"65537", "2147483647", "4294967299",
		"9223372036854775808", "18446744073709551619",
		"99999999999999999999999999999999999"};

	for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		CHECK_INT(length_status(big[i]), 413);
		CHECK_INT(x.body_at, 0);
	}
}

static void body_of_exactly_the_maximum_passes(void)
{
	static char body[REQ_BODY_MAX];

	memset(body, 'a', sizeof(body));
	begin_post(FORM, body, sizeof(body));
	CHECK_INT(status_of(), 0);
}

static void body_shorter_than_claimed_is_refused_d17(void)
{
	CHECK_INT(length_status("4"), 400);
	CHECK_INT(length_status("65536"), 400);
}

static void body_longer_than_claimed_is_not_read_d16(void)
{
	begin_post(FORM, "a=1&b=2", 7);
	x.values[x.n - 1] = "3";
	parse();
	CHECK_INT(rq.bad_status, 0);
	CHECK_INT(rq.form.n, 1);
	CHECK_INT(x.body_at, 3);
	req_release(&rq);
}

static void transfer_encoding_without_length_is_refused_d16(void)
{
	begin("POST", "/x");
	fake_set(&x, "HTTP_TRANSFER_ENCODING", "chunked");
	fake_set(&x, "CONTENT_TYPE", FORM);
	CHECK_INT(status_of(), 400);
	begin_post(FORM, "a=1", 3);
	fake_set(&x, "HTTP_TRANSFER_ENCODING", "chunked");
	CHECK_INT(status_of(), 0);
}

/* ---- cookies ---- */

static const char *cookie(const char *header, const char *name)
{
	static char value[64];
	const char *found;

	begin("GET", "/");
	fake_set(&x, "HTTP_COOKIE", header);
	parse();
	CHECK_INT(rq.bad_status, 0);
	found = req_cookie(&rq, name);
	(void)snprintf(value, sizeof(value), "%s", found ? found : "(none)");
	req_release(&rq);
	return value;
}

static void cookies_are_found(void)
{
	CHECK_STR(cookie("__Host-sid=abc", "__Host-sid"), "abc");
	CHECK_STR(cookie("a=1; __Host-sid=abc;b=2", "__Host-sid"), "abc");
	CHECK_STR(cookie(" a=1 ;;\t b=x=y ", "b"), "x=y");
	CHECK_STR(cookie("a=", "a"), "");
	CHECK_STR(cookie("a=%41+", "a"), "%41+");
}

static void cookies_that_are_not_there(void)
{
	CHECK_STR(cookie("", "a"), "(none)");
	CHECK_STR(cookie(";;;", "a"), "(none)");
	CHECK_STR(cookie("a", "a"), "(none)");
	CHECK_STR(cookie("A=1", "a"), "(none)");
	CHECK_STR(cookie("b=a=1", "a"), "(none)");
	CHECK_STR(cookie("a b=1", "b"), "(none)");
	CHECK_STR(cookie("a =1", "a"), "(none)");
}

static void cookie_that_is_there_twice_counts_as_none_r50_d6(void)
{
	CHECK_STR(cookie("__Host-sid=good; __Host-sid=evil", "__Host-sid"), "(none)");
	CHECK_STR(cookie("__Host-sid=same; x=1; __Host-sid=same", "__Host-sid"), "(none)");
	CHECK_STR(cookie("__Host-sid=good; __Host-sid=e\"vil", "__Host-sid"), "(none)");
	CHECK_STR(cookie("__Host-sid=good; __Host-sid=", "__Host-sid"), "(none)");
}

static void cookie_without_a_name_cannot_pose_as_ours_d6(void)
{
	CHECK_STR(cookie("=__Host-sid=evil", "__Host-sid"), "(none)");
	CHECK_STR(cookie("__Host-sid=good; =__Host-sid=evil", "__Host-sid"), "(none)");
	CHECK_STR(cookie("=__Host-sid=evil; __Host-sid=good", "__Host-sid"), "(none)");
	CHECK_STR(cookie("=other; __Host-sid=good", "__Host-sid"), "good");
}

static void cookie_with_a_malformed_value_is_empty_d7(void)
{
	CHECK_STR(cookie("a=\"x\"", "a"), "");
	CHECK_STR(cookie("a=x y", "a"), "");
	CHECK_STR(cookie("a=caf\xc3\xa9", "a"), "");
	CHECK_STR(cookie("a=x,y", "a"), "");
	CHECK_STR(cookie("a=x\\y", "a"), "");
	CHECK_STR(cookie("a=x\x01y", "a"), "");
}

static void cookies_too_many_or_too_long_are_none_d6(void)
{
	static char header[REQ_COOKIE_TEXT_MAX + 2];
	size_t at = 0;

	at += (size_t)snprintf(header, sizeof(header), "sid=good");
	for (int i = 0; i < 200; i++)
		at += (size_t)snprintf(header + at, sizeof(header) - at, "; c%d=1", i);
	CHECK_STR(cookie(header, "sid"), "(none)");
	memset(header, 'a', sizeof(header) - 1);
	memcpy(header, "sid=good;", 9);
	CHECK_STR(cookie(header, "sid"), "(none)");
	header[REQ_COOKIE_TEXT_MAX] = 0;
	CHECK_STR(cookie(header, "sid"), "good");
}

static void released_request_may_be_released_again(void)
{
	begin("GET", "/a");
	parse();
	req_release(&rq);
	req_release(&rq);
	CHECK_INT(rq.n_segments, 0);
}

int main(void)
{
	RUN(path_is_cut_into_segments);
	RUN(path_root_has_no_segments);
	RUN(path_trailing_slash_is_another_path_d15);
	RUN(path_falls_back_to_script_name_and_path_info);
	RUN(path_info_is_not_decoded_twice_d14);
	RUN(path_is_decoded_once_d14);
	RUN(path_refuses_dot_segments_d14);
	RUN(path_refuses_separators_in_disguise_d14);
	RUN(path_refuses_control_characters_d14);
	RUN(path_refuses_bad_escapes);
	RUN(path_refuses_invalid_utf8_d14);
	RUN(path_refuses_empty_segments_d11);
	RUN(path_refuses_other_forms_d12);
	RUN(path_refused_is_not_kept);
	RUN(path_has_a_maximum);
	RUN(path_has_a_maximum_of_segments);
	RUN(methods_are_exact_words_d23);
	RUN(method_override_has_no_effect_d23);
	RUN(request_without_a_method_is_none);
	RUN(fields_are_read);
	RUN(https_is_only_what_the_server_says_r76);
	RUN(field_that_arrives_twice_is_refused_d13);
	RUN(variable_of_the_operator_may_arrive_twice);
	RUN(content_length_spelled_twice_is_refused_d13_d16);
	RUN(content_length_pair_of_nginx_passes);
	RUN(too_many_fields_are_refused);
	RUN(query_is_decoded_once);
	RUN(query_repeated_names_are_counted_a22);
	RUN(query_takes_4000_unknown_parameters_a24);
	RUN(query_code_of_7_kb_passes_byte_exact_a25);
	RUN(query_control_characters_reach_the_caller_a25);
	RUN(query_refuses_nul_and_bad_escapes_a25_d20);
	RUN(query_has_a_maximum);
	RUN(params_more_than_the_maximum_are_refused);
	RUN(form_is_read);
	RUN(form_without_type_and_body_is_empty);
	RUN(form_takes_binary_neither_raw_nor_encoded_d20);
	RUN(form_has_a_maximum_of_fields_d20);
	RUN(form_names_are_only_text_d20);
	RUN(json_body_is_kept_as_it_came);
	RUN(body_kinds_are_told_apart_d22);
	RUN(body_kinds_of_others_are_refused_by_kind_d22);
	RUN(body_without_type_is_other_d22);
	RUN(body_of_unknown_type_is_not_read_d19);
	RUN(body_of_get_is_ignored_a23);
	RUN(content_length_is_digits_only_d16_d17);
	RUN(content_length_too_large_is_not_read_d17_d18);
	RUN(body_of_exactly_the_maximum_passes);
	RUN(body_shorter_than_claimed_is_refused_d17);
	RUN(body_longer_than_claimed_is_not_read_d16);
	RUN(transfer_encoding_without_length_is_refused_d16);
	RUN(cookies_are_found);
	RUN(cookies_that_are_not_there);
	RUN(cookie_that_is_there_twice_counts_as_none_r50_d6);
	RUN(cookie_without_a_name_cannot_pose_as_ours_d6);
	RUN(cookie_with_a_malformed_value_is_empty_d7);
	RUN(cookies_too_many_or_too_long_are_none_d6);
	RUN(released_request_may_be_released_again);
	return CHECK_DONE;
}
