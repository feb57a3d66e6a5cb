/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/bind.h"

#include <string.h>

#include "bound.h"
#include "check.h"
#include "platform/codec.h"

/* Plans in pieces: METHOD, path, then what stands between the braces. */
#define PLAN(method, path, more) "{\"method\":\"" method "\",\"path\":\"" path "\"" more "}"
#define PARAMETER(name, in, more)                                                                  \
	"{\"name\":\"" name "\",\"as\":\"" name "\",\"in\":\"" in "\"" more "}"
#define TEXT ",\"schema\":{\"type\":\"string\"}"
#define INTEGER ",\"schema\":{\"type\":\"integer\"}"
#define LIST ",\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
#define ANY ",\"schema\":true"

struct row {
	const char *plan, *arguments, *text;
};

static void rows_hold(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum rc rc = bound(rows[i].plan, rows[i].arguments);

		if (rc != RC_OK || strcmp(bound_text, rows[i].text) != 0)
			printf("# row %zu: %s %s\n", i, rows[i].arguments, bound_fault.text);
		CHECK_INT(rc, RC_OK);
		CHECK_STR(bound_text, rows[i].text);
	}
}

/* text: the sentence, or its beginning. */
static void rows_refused(const char *code, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum rc rc = bound(rows[i].plan, rows[i].arguments);

		if (rc != RC_INVALID ||
			strncmp(bound_fault.text, rows[i].text, strlen(rows[i].text)) != 0)
			printf("# row %zu: %s gives %s\n", i, rows[i].arguments,
				rc ? bound_fault.text : bound_text);
		CHECK_INT(rc, RC_INVALID);
		CHECK_STR(bound_fault.code, code);
		CHECK(strncmp(bound_fault.text, rows[i].text, strlen(rows[i].text)) == 0);
	}
}

#define ROWS_HOLD(rows) rows_hold(rows, sizeof(rows) / sizeof(*(rows)))
#define ROWS_REFUSED(code, rows) rows_refused(code, rows, sizeof(rows) / sizeof(*(rows)))

#define PET PLAN("GET", "/pets/{id}", ",\"parameters\":[" PARAMETER("id", "path", TEXT) "]")
#define SEARCH                                                                                     \
	PLAN("GET", "/pets",                                                                       \
		",\"query\":[[\"v\",\"2 b\"]],\"parameters\":[" PARAMETER(                         \
			"q", "query", ",\"required\":true" TEXT) "," PARAMETER("limit", "query",   \
			INTEGER) "," PARAMETER("tags", "query",                                    \
			",\"explode\":false" LIST) "," PARAMETER("empty", "query",                 \
			",\"allow_empty\":true" ANY) "," PARAMETER("X-Trace", "header",            \
			TEXT) "," PARAMETER("list", "header", LIST) "," PARAMETER("sid", "cookie", \
			TEXT) "," PARAMETER("filter", "query",                                     \
			",\"content\":\"application/json\"" ANY) "]")
#define AT "https://api.example.test/v1"
#define ANYTHING "\nAccept: */*"

static void bind_puts_parameters_where_they_belong(void)
{
	static const struct row rows[] = {
		{PET, "{\"id\":\"7\"}", "GET " AT "/pets/7" ANYTHING},
		{PET, "{\"id\":\"a b/c?d#e%2f\xc3\xa9\"}",
			"GET " AT "/pets/a%20b%2Fc%3Fd%23e%252f%C3%A9" ANYTHING},
		{PET, "{\"id\":\"...\"}", "GET " AT "/pets/..." ANYTHING},
		{SEARCH, "{\"q\":\"x&y=z\"}", "GET " AT "/pets?v=2%20b&q=x%26y%3Dz" ANYTHING},
		{SEARCH, "{\"q\":\"\",\"limit\":\"5\"}",
			"GET " AT "/pets?v=2%20b&q=&limit=5" ANYTHING},
		{SEARCH, "{\"q\":\"a\",\"tags\":[\"x\",\"y,z\"]}",
			"GET " AT "/pets?v=2%20b&q=a&tags=x,y%2Cz" ANYTHING},
		{SEARCH, "{\"q\":\"a\",\"tags\":\"[\\\"x\\\"]\"}",
			"GET " AT "/pets?v=2%20b&q=a&tags=x" ANYTHING},
		{SEARCH, "{\"q\":\"a\",\"X-Trace\":\"t 1\",\"list\":[\"a\",\"b\"],\"sid\":\"p;q\"}",
			"GET " AT "/pets?v=2%20b&q=a\nX-Trace: t 1\nlist: a,b" ANYTHING
			"\nCookie: sid=p%3Bq"},
		{SEARCH, "{\"q\":\"a\",\"filter\":{\"a\":[1.0,\"\xc3\xa9\"]}}",
			"GET " AT "/pets?v=2%20b&q=a&filter=%7B%22a%22%3A%5B1.0%2C%22%C3%A9%22%5D%"
			"7D" ANYTHING},
		/* absent and null send nothing, no empty header either */
		{SEARCH,
			"{\"q\":\"a\",\"limit\":null,\"X-Trace\":null,\"sid\":null,\"tags\":null,"
			"\"filter\":null}",
			"GET " AT "/pets?v=2%20b&q=a" ANYTHING},
		{SEARCH, "{\"q\":\"a\",\"tags\":[],\"list\":[]}",
			"GET " AT "/pets?v=2%20b&q=a" ANYTHING},
		{SEARCH, "{\"q\":\"a\",\"empty\":[]}",
			"GET " AT "/pets?v=2%20b&q=a&empty=" ANYTHING},
	};

	ROWS_HOLD(rows);
}

static void bind_styles_in_paths(void)
{
	static const struct row rows[] = {
		{PLAN("GET", "/a{m}/{l}/{s}/",
			 ",\"parameters\":[" PARAMETER("m", "path",
				 ",\"style\":\"matrix\",\"explode\":true" LIST) "," PARAMETER("l",
				 "path",
				 ",\"style\":\"label\"" LIST) "," PARAMETER("s", "path", LIST) "]"),
			"{\"m\":[\"1\",\"2\"],\"l\":[\"3\",\"4\"],\"s\":[\"5\",\"6\"]}",
			"GET " AT "/a;m=1;m=2/.3,4/5,6/" ANYTHING},
		{PLAN("GET", "/{a}{b}.json",
			 ",\"parameters\":[" PARAMETER("a", "path", TEXT) "," PARAMETER(
				 "b", "path", TEXT) "]"),
			"{\"a\":\"x\",\"b\":\"y\"}", "GET " AT "/xy.json" ANYTHING},
		{PLAN("GET", "/{a}/{a}", ",\"parameters\":[" PARAMETER("a", "path", TEXT) "]"),
			"{\"a\":\"x\"}", "GET " AT "/x/x" ANYTHING},
		{PLAN("GET", "/{id}",
			 ",\"parameters\":[{\"name\":\"id\",\"as\":\"path_id\",\"in\":\"path\"" TEXT
			 "},{\"name\":\"id\",\"as\":\"query_id\",\"in\":\"query\"" TEXT "}]"),
			"{\"path_id\":\"p\",\"query_id\":\"q\"}", "GET " AT "/p?id=q" ANYTHING},
	};

	ROWS_HOLD(rows);
}

static void bind_g12_path_values_stay_one_segment(void)
{
	static const char *const values[] = {"", ".", "..", "../admin", "a/../b", "a/..", "..\\\\a",
		"./x", "a\\\\..\\\\b", "/..", "a/./b"};
	char arguments[64];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		(void)snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", values[i]);
		CHECK_INT(bound(PET, arguments), RC_INVALID);
		CHECK_STR(bound_fault.code, "bad_argument");
		CHECK_STR(bound_fault.argument, "id");
		CHECK(strstr(bound_fault.text, "is a part of the path and must not be") != NULL);
	}
	CHECK_INT(bound(PET, "{\"id\":\"a\\r\\nHost: b\"}"), RC_OK);
	CHECK_STR(bound_text, "GET " AT "/pets/a%0D%0AHost%3A%20b" ANYTHING);
	CHECK_INT(bound(PET, "{\"id\":\"a\\u0000\"}"), RC_INVALID);
}

static void bind_g12_two_values_do_not_make_a_step_together(void)
{
	static const char plan[] = PLAN("GET", "/x/{a}{b}/y",
		",\"parameters\":[" PARAMETER("a", "path", TEXT) "," PARAMETER(
			"b", "path", TEXT) "]");
	static const char label[] = PLAN("GET", "/x/{a}",
		",\"parameters\":[" PARAMETER("a", "path", ",\"style\":\"label\"" LIST) "]");

	CHECK_INT(bound(plan, "{\"a\":\".\",\"b\":\".\"}"), RC_INVALID);
	CHECK_INT(bound(label, "{\"a\":[\"\"]}"), RC_INVALID);
	CHECK_INT(bound(label, "{\"a\":[\".\"]}"), RC_INVALID);
	CHECK_INT(bound(label, "{\"a\":[]}"), RC_INVALID);
	CHECK_INT(bound(label, "{\"a\":[\"b\"]}"), RC_OK);
}

static void bind_g13_no_control_characters_in_headers(void)
{
	static const char *const values[] = {
		"a\\r\\nX: y", "a\\nb", "a\\rb", "\\t", "\\u007f", "a\\u0000"};
	char arguments[64];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		(void)snprintf(
			arguments, sizeof arguments, "{\"q\":\"\",\"X-Trace\":\"%s\"}", values[i]);
		CHECK_INT(bound(SEARCH, arguments), RC_INVALID);
		CHECK_STR(bound_fault.argument, "X-Trace");
	}
	CHECK_INT(bound(SEARCH, "{\"q\":\"\",\"list\":[\"a\",\"b\\nc\"]}"), RC_INVALID);
}

static void bind_g13_headers_that_are_ours_are_in_no_plan(void)
{
	static const char *const names[] = {"Host", "host", "Content-Length", "Transfer-Encoding",
		"Connection", "Cookie", "Authorization", "AUTHORIZATION", "Proxy-Authorization",
		"TE", "Upgrade", "Expect", "Content-Type", "A B", "A:", "", "A\\r\\nB"};
	char json[256];
	struct plan plan;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)snprintf(json, sizeof json,
			"{\"method\":\"GET\",\"path\":\"/"
			"\",\"parameters\":[{\"name\":\"%s\",\"as\":\"a\",\"in\":\"header\"}]}",
			names[i]);
		CHECK_INT(plan_parse(json, strlen(json), &plan), RC_INVALID);
		plan_release(&plan);
	}
}

static void bind_unknown_arguments_are_refused_with_the_nearest(void)
{
	static const struct row rows[] = {
		{SEARCH, "{\"q\":\"\",\"limits\":1}",
			"there is no argument \"limits\"; is \"limit\" meant?"},
		{SEARCH, "{\"q\":\"\",\"x_trace\":1}",
			"there is no argument \"x_trace\"; is \"X-Trace\" meant?"},
		{SEARCH, "{\"q\":\"\",\"completely\":1}", "there is no argument \"completely\""},
		{PLAN("GET", "/", ""), "{\"a\":1}",
			"there is no argument \"a\"; this operation takes none"},
		{SEARCH, "{\"\":1}", "there is no argument \"\""},
		{PLAN("GET", "/",
			 ",\"parameters\":[{\"name\":\"id[]\",\"as\":\"id_list\",\"in\":"
			 "\"query\"" ANY "}]"),
			"{\"id[]\":1}", "there is no argument \"id[]\"; is \"id_list\" meant?"},
	};

	ROWS_REFUSED("unknown_argument", rows);
}

static void bind_missing_arguments_are_named_all_at_once(void)
{
	static const char plan[] = PLAN("GET", "/{a}",
		",\"parameters\":[" PARAMETER("a", "path", TEXT) "," PARAMETER("b", "query",
			",\"required\":true" TEXT) "," PARAMETER("c", "query", TEXT) "]");
	static const struct row rows[] = {
		{plan, "{}", "these are required: a, b"},
		{plan, "{\"a\":null,\"b\":null}", "these are required: a, b"},
		{plan, "{\"a\":\"x\"}", "b is required"},
		{plan, "null", "these are required: a, b"},
	};

	ROWS_REFUSED("missing_argument", rows);
	CHECK_INT(bound(plan, "{\"a\":\"x\"}"), RC_INVALID);
	CHECK_STR(bound_fault.argument, "b");
}

static void bind_values_must_fit_their_schemas(void)
{
	static const struct row rows[] = {
		{SEARCH, "{\"q\":\"\",\"limit\":\"five\"}", "/limit must be"},
		{SEARCH, "{\"q\":\"\",\"limit\":1.5}", "/limit must be"},
		{SEARCH, "{\"q\":\"\",\"limit\":[1]}", "/limit must be"},
		{SEARCH, "{\"q\":{}}", "/q must be"},
		{SEARCH, "{\"q\":\"\",\"tags\":\"x\"}", "/tags must be"},
		{SEARCH, "{\"q\":\"\",\"filter\":18446744073709551616}",
			"filter holds a number of more than 64 bits"},
		{SEARCH, "[]", "the arguments must be an object"},
		{SEARCH, "\"q\"", "the arguments must be an object"},
	};

	ROWS_REFUSED("bad_argument", rows);
}

static void bind_false_is_false(void)
{
	static const char plan[] = PLAN("GET", "/",
		",\"parameters\":[" PARAMETER(
			"b", "query", ",\"schema\":{\"type\":\"boolean\"}") "]");

	CHECK_INT(bound(plan, "{\"b\":\"false\"}"), RC_OK);
	CHECK_STR(bound_text, "GET " AT "/?b=false" ANYTHING);
	CHECK_INT(bound(plan, "{\"b\":false}"), RC_OK);
	CHECK_STR(bound_text, "GET " AT "/?b=false" ANYTHING);
	CHECK_INT(bound(plan, "{\"b\":\"yes\"}"), RC_INVALID);
	CHECK_INT(bound(plan, "{\"b\":1}"), RC_INVALID);
}

static void bind_long_urls_are_refused(void)
{
	static char arguments[16 * 1024];
	size_t at;

	at = (size_t)snprintf(arguments, sizeof arguments, "{\"q\":\"");
	memset(arguments + at, 'a', 9000);
	(void)snprintf(arguments + at + 9000, 3, "\"}");
	CHECK_INT(bound(SEARCH, arguments), RC_INVALID);
	CHECK_STR(bound_fault.code, "too_large");
	memcpy(arguments, "{\"id\":\"", 7);
	memset(arguments + 7, 'a', 9000);
	(void)snprintf(arguments + 9007, 3, "\"}");
	CHECK_INT(bound(PET, arguments), RC_INVALID);
	CHECK_STR(bound_fault.code, "too_large");
}

static void bind_server_is_the_operations_or_the_tools(void)
{
	static const char own[] = PLAN("GET", "/x",
		",\"servers\":[{\"url\":\"https://{r}.own.test/"
		"\",\"variables\":[{\"name\":\"r\",\"default\":\"eu\"}]},"
		"{\"url\":\"https://second.test\"}]");
	static const char plain[] = PLAN("GET", "/x", "");
	static const char *const bad[] = {"", "javascript:alert(1)", "/relative",
		"https://{r}.test", "https://a@b.test", "https://h.test/?a=b", "ftp://h.test",
		"https://h.test/../x", "https://h.test#f"};
	struct tool_request request;

	CHECK_INT(bound(own, "{}"), RC_OK);
	CHECK_STR(bound_text, "GET https://eu.own.test/x" ANYTHING);
	CHECK_INT(bound_make(plain, "http://127.0.0.1:8080/base/", "{}", &request), RC_OK);
	CHECK_STR(request.origin, "http://127.0.0.1:8080");
	CHECK_STR(secret_text(&request.target), "http://127.0.0.1:8080/base/x");
	tool_request_release(&request);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(bound_make(plain, bad[i], "{}", &request), RC_INVALID);
		CHECK_STR(bound_fault.code, "no_server");
		tool_request_release(&request);
	}
}

static void bind_paths_that_make_no_url_are_refused(void)
{
	static const char *const paths[] = {"/{unknown}", "/{open", "/a?b=c", "/a#b", "/a b",
		"/../x", "/a/%2e%2e/b", "/\xc3\xa9", "/a\\\\b", "/%zz"};
	char json[128];

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		(void)snprintf(json, sizeof json, "{\"method\":\"GET\",\"path\":\"%s\"}", paths[i]);
		CHECK_INT(bound(json, "{}"), RC_INVALID);
		CHECK_STR(bound_fault.code, "bad_operation");
	}
	CHECK_INT(bound("{\"method\":\"GET\",\"path\":\"/@evil.test/x\"}", "{}"), RC_OK);
	CHECK_STR(bound_text, "GET " AT "/@evil.test/x" ANYTHING);
}

static void bind_asks_for_what_a_success_has(void)
{
	static const struct row rows[] = {
		{PLAN("GET", "/",
			 ",\"responses\":[{\"status\":\"404\",\"content_type\":\"text/html\"},"
			 "{\"status\":\"200\",\"content_type\":\"application/vnd.x+json\"}]"),
			"{}", "GET " AT "/\nAccept: application/vnd.x+json, */*;q=0.8"},
		{PLAN("GET", "/",
			 ",\"responses\":[{\"status\":\"2XX\",\"content_type\":\"a\\r\\nb\"}]"),
			"{}", "GET " AT "/" ANYTHING},
		{PLAN("GET", "/", ",\"parameters\":[" PARAMETER("accept", "header", TEXT) "]"),
			"{\"accept\":\"text/csv\"}", "GET " AT "/\naccept: text/csv"},
	};

	ROWS_HOLD(rows);
}

static void bind_plans_that_break_rules_are_none(void)
{
	static const char *const bad[] = {"", "[]", "null", "{}", "{\"method\":\"GET\"}",
		"{\"path\":\"/\"}", PLAN("get", "/", ""), PLAN("GET /", "/", ""),
		PLAN("GET", "", ""), PLAN("GET", "x", ""), PLAN("GET", "/", ",\"parameters\":{}"),
		PLAN("GET", "/", ",\"parameters\":[1]"), PLAN("GET", "/", ",\"parameters\":[{}]"),
		PLAN("GET", "/", ",\"parameters\":[" PARAMETER("a", "body", "") "]"),
		PLAN("GET", "/", ",\"parameters\":[" PARAMETER("a b", "query", "") "]"),
		PLAN("GET", "/",
			",\"parameters\":[" PARAMETER("a", "query", ",\"style\":\"csv\"") "]"),
		PLAN("GET", "/",
			",\"parameters\":[" PARAMETER("a", "query", ",\"style\":\"matrix\"") "]"),
		PLAN("GET", "/",
			",\"parameters\":[" PARAMETER("a", "path", ",\"style\":\"form\"") "]"),
		PLAN("GET", "/",
			",\"parameters\":[" PARAMETER("a", "header", ",\"style\":\"label\"") "]"),
		PLAN("GET", "/", ",\"parameters\":[" PARAMETER("a;b", "cookie", "") "]"),
		PLAN("GET", "/", ",\"parameters\":[" PARAMETER("a", "query", ",\"explode\":1") "]"),
		PLAN("GET", "/",
			",\"parameters\":[" PARAMETER("a", "query", "") "," PARAMETER(
				"a", "header", "") "]"),
		PLAN("GET", "/", ",\"query\":[[\"a\"]]"), PLAN("GET", "/", ",\"query\":[\"a\"]"),
		PLAN("GET", "/", ",\"servers\":{}"), PLAN("GET", "/", ",\"security\":{}"),
		PLAN("GET", "/", ",\"defs\":[]"), PLAN("POST", "/", ",\"body\":{}"),
		PLAN("POST", "/", ",\"body\":{\"mode\":\"both\"}"),
		PLAN("POST", "/", ",\"body\":{\"mode\":\"whole\",\"as\":\"a b\"}"),
		PLAN("POST", "/", ",\"body\":{\"mode\":\"whole\",\"content_type\":\"a\\r\\nb\"}"),
		PLAN("POST", "/",
			",\"body\":{\"mode\":\"members\",\"content_type\":\"text/plain\"}"),
		PLAN("POST", "/",
			",\"body\":{\"mode\":\"members\",\"members\":[{\"name\":\"a\"}]}"),
		PLAN("POST", "/",
			",\"body\":{\"mode\":\"members\",\"members\":[{\"name\":\"a\",\"as\":\"a\","
			"\"style\":\"label\"}]}")};
	struct plan plan;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		enum rc rc = plan_parse(bad[i], strlen(bad[i]), &plan);

		if (rc != RC_INVALID)
			printf("# %s\n", bad[i]);
		CHECK_INT(rc, RC_INVALID);
		plan_release(&plan);
	}
}

int main(void)
{
	if (codec_init())
		return 1;
	RUN(bind_puts_parameters_where_they_belong);
	RUN(bind_styles_in_paths);
	RUN(bind_g12_path_values_stay_one_segment);
	RUN(bind_g12_two_values_do_not_make_a_step_together);
	RUN(bind_g13_no_control_characters_in_headers);
	RUN(bind_g13_headers_that_are_ours_are_in_no_plan);
	RUN(bind_unknown_arguments_are_refused_with_the_nearest);
	RUN(bind_missing_arguments_are_named_all_at_once);
	RUN(bind_values_must_fit_their_schemas);
	RUN(bind_false_is_false);
	RUN(bind_long_urls_are_refused);
	RUN(bind_server_is_the_operations_or_the_tools);
	RUN(bind_paths_that_make_no_url_are_refused);
	RUN(bind_asks_for_what_a_success_has);
	RUN(bind_plans_that_break_rules_are_none);
	return CHECK_DONE;
}
