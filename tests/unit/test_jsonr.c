/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jsonr.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "platform/codec.h"

static struct jsonr *doc_of(const char *text)
{
	struct jsonr *doc;

	if (jsonr_parse(text, strlen(text), &doc) != RC_OK) {
		printf("# refused: %s\n", text);
		check_failed_here = 1;
		exit(1);
	}
	return doc;
}

static void check_is(const char *text, size_t len, enum rc want)
{
	struct jsonr *doc;
	/* An exact copy on the heap: a read past the end is then a sanitizer's report. */
	char *copy = malloc(len + 1);

	memcpy(copy + 1, text, len);
	if (jsonr_check(copy + 1, len) != want) {
		printf("# %s: %.*s\n", rc_name(jsonr_check(copy + 1, len)), (int)len, text);
		check_failed_here = 1;
	}
	CHECK_INT(jsonr_parse(copy + 1, len, &doc), want);
	CHECK((doc != NULL) == (want == RC_OK));
	jsonr_free(doc);
	free(copy);
}

#define ALL_ARE(rc, ...)                                                                           \
	do {                                                                                       \
		static const char *const texts[] = {__VA_ARGS__};                                  \
		for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)                        \
			check_is(texts[i], strlen(texts[i]), rc);                                  \
	} while (0)

static void jsonr_takes_what_rfc8259_allows(void)
{
	ALL_ARE(RC_OK, "{}", "[]", "\"\"", "0", "-0", "-1.5e+10", "1E5", "1e-5", "0.0", "true",
		"false", "null", " \t\r\n[ ] \n", " 12 ", "true ", "[[],{},\"\",0,true,null]",
		"{\"\":1}", "{\"a\":{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}}",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\u00e9\\uD83D\\uDE00\\ud83d\\ude00\"",
		"\"\xc3\xa9\xf0\x9f\x98\x80\x7f\"", "\"\\u0000\"", "\"\\uffff\"", "1e400",
		"[-1e400]", "99999999999999999999999999", "[\n{\"a\" : 1 , \"b\":[ 1 , 2 ] }\n]");
}

static void jsonr_grammar_violations_are_refused(void)
{
	ALL_ARE(RC_INVALID, "", " ", "[", "]", "{", "}", "[}", "{]", "[[]", "[]]", "{}{}", "[] []",
		"1 2", "{\"a\":1} x", "[1,]", "[,1]", "[,]", "[1,,2]", "{\"a\":1,}", "{,}",
		"{\"a\"}", "{\"a\":}", "{:1}", "{a:1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\" 1}",
		"{\"a\":1 \"b\":2}", "[1 2]", "[:]", "{\"a\",1}", "[\"a\":1]", "tru", "truex",
		"TRUE", "True", "nul", "nulll", "undefined", "\\", ",", ":", "[1", "{\"a\":1",
		"{\"a\":", "{\"a\"", "{\"a", "{\"", "\"", "\"a", "\"\\", "\"\\\"", "-", "+1", "\v1",
		"\f1", "\xc2\xa0[]", "1,", "1:");
	check_is("[]\0", 3, RC_INVALID);
	check_is("\0", 1, RC_INVALID);
	check_is("[1\0]", 4, RC_INVALID);
	check_is("1\0", 2, RC_INVALID);
}

static void jsonr_g8_odd_numbers_are_refused(void)
{
	ALL_ARE(RC_INVALID, "01", "-01", "00", "1.", ".1", "-.1", "1.e1", "1e", "1e+", "1e-",
		"1e1.5", "--1", "-+1", "0x10", "1_000", "1a", "0b1", "1e5e5", "1.2.3", "- 1",
		"\xd9\xa1", "[-]", "[1e]");
}

static void jsonr_b20_duplicate_key_is_refused(void)
{
	ALL_ARE(RC_INVALID, "{\"access_token\":\"a\",\"access_token\":\"b\"}", "{\"\":1,\"\":2}",
		"{\"a\":1,\"b\":2,\"c\":{\"x\":1},\"a\":3}", "[{\"a\":[1],\"a\":[1]}]",
		"{\"b\":{\"a\":{},\"a\":0}}", "{\"a\":{\"k\":1},\"a\":{\"k\":1}}");
}

static void jsonr_b20_duplicate_key_behind_an_escape_is_refused(void)
{
	ALL_ARE(RC_INVALID, "{\"a\":1,\"\\u0061\":2}", "{\"\xc3\xa9\":1,\"\\u00E9\":2}",
		"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", "{\"/\":1,\"\\/\":2}",
		"{\"\\n\":1,\"\\u000a\":2}", "{\"\xe2\x82\xac\":1,\"\\u20ac\":2}");
}

static void jsonr_same_key_in_other_objects_is_allowed(void)
{
	ALL_ARE(RC_OK, "[{\"a\":1},{\"a\":1}]", "{\"a\":{\"a\":{\"a\":1}}}",
		"{\"a\":1,\"A\":1,\"a \":1}", "{\"a\":{\"b\":1},\"b\":{\"a\":1}}",
		"{\"ab\":1,\"a\":1,\"abc\":1}");
}

static void jsonr_key_with_nul_is_refused(void)
{
	ALL_ARE(RC_INVALID, "{\"a\\u0000b\":1}", "{\"a\\u0000\":1,\"a\":2}", "{\"\\u0000\":1}");
}

/* n opening brackets, optionally something inside, n closing ones */
static char *nested(size_t n, const char *inside)
{
	size_t len = strlen(inside);
	char *text = malloc(2 * n + len + 1);

	memset(text, '[', n);
	memcpy(text + n, inside, len);
	memset(text + n + len, ']', n);
	text[2 * n + len] = 0;
	return text;
}

static void jsonr_b21_depth_32_passes_and_33_does_not(void)
{
	static const char *const inside[] = {"", "1", "\"x\"", "null", "1,2", "true,\"\""};

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		char *fits = nested(JSONR_DEPTH_MAX, inside[i]);
		char *deep = nested(JSONR_DEPTH_MAX + 1, inside[i]);

		check_is(fits, strlen(fits), RC_OK);
		check_is(deep, strlen(deep), RC_LIMIT);
		free(fits);
		free(deep);
	}
}

static void jsonr_b21_a_million_brackets_end_at_once(void)
{
	char *text = nested(1000000, "");
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	check_is(text, strlen(text), RC_LIMIT);
	check_is(text, 1000000, RC_LIMIT);
	memset(text, '{', 1000000);
	check_is(text, 1000000, RC_INVALID);
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK(b.tv_sec - a.tv_sec <= 1);
	free(text);
}

/* {"k0":0,...} with n keys of a common prefix */
static char *many_keys(size_t n, size_t twice)
{
	char *text = malloc(n * 40 + 8), *p = text;

	*p++ = '{';
	for (size_t i = 0; i < n; i++)
		p += snprintf(p, 40, "%s\"prefix_of_the_key_%06zu\":0", i ? "," : "",
			i == n - 1 ? twice : i);
	*p++ = '}';
	*p = 0;
	return text;
}

static void jsonr_b22_number_of_keys_is_limited(void)
{
	char *fits = many_keys(JSONR_KEYS_MAX, JSONR_KEYS_MAX - 1);
	char *over = many_keys(JSONR_KEYS_MAX + 1, JSONR_KEYS_MAX);
	char *twice = many_keys(JSONR_KEYS_MAX, 0);

	check_is(fits, strlen(fits), RC_OK);
	check_is(over, strlen(over), RC_LIMIT);
	check_is(twice, strlen(twice), RC_INVALID);
	free(fits);
	free(over);
	free(twice);
}

static void jsonr_b22_size_is_limited(void)
{
	char *text = malloc(JSONR_SIZE_MAX + 1);

	memset(text, ' ', JSONR_SIZE_MAX + 1);
	text[0] = '1';
	CHECK_INT(jsonr_check(text, JSONR_SIZE_MAX), RC_OK);
	CHECK_INT(jsonr_check(text, JSONR_SIZE_MAX + 1), RC_LIMIT);
	free(text);
}

static void jsonr_b24_other_encodings_are_refused(void)
{
	ALL_ARE(RC_INVALID, "\xef\xbb\xbf{}", "\"\xe9\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"\x80\"", "\"\xff\"", "{\"\xe9\":1}",
		"\"\xf0\x9f\x98\"");
	check_is("\xff\xfe{\0}\0", 6, RC_INVALID);
	check_is("\0{\0}", 4, RC_INVALID);
	check_is("{\0}\0", 4, RC_INVALID);
}

static void jsonr_b24_lone_surrogates_are_refused(void)
{
	ALL_ARE(RC_INVALID, "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"",
		"\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800\\u0041\"",
		"\"\\ud83d\\ude0\"", "{\"\\ud800\":1}", "\"\\uD83D\\\"");
}

static void jsonr_b25_lax_spellings_are_refused(void)
{
	ALL_ARE(RC_INVALID, "{'a':1}", "['a']", "'a'", "// x\n{}", "/* x */{}", "{}//x", "#x\n{}",
		"NaN", "-NaN", "Infinity", "-Infinity", "[NaN]", "nan", "inf", "{\"a\":NaN}",
		"\"a\nb\"", "\"a\tb\"", "\"\x1f\"", "\"\x01\"", "{\"a\n\":1}", "\"\\x41\"",
		"\"\\v\"", "\"\\0\"", "\"\\'\"", "\"\\a\"", "\"\\U00e9\"", "\"\\u00g0\"",
		"\"\\u 0e9\"", "\"\\u+0e9\"", "\"\\u00e\"", "\"\\u\"");
	check_is("\"a\0b\"", 5, RC_INVALID);
}

static void jsonr_kinds_are_told(void)
{
	static const struct {
		const char *text;
		enum jsonr_kind kind;
	} cases[] = {{"null", JSONR_NULL}, {"true", JSONR_BOOL}, {"12", JSONR_INT},
		{"12.0", JSONR_DOUBLE}, {"1e3", JSONR_DOUBLE}, {"\"x\"", JSONR_STRING},
		{"[]", JSONR_ARRAY}, {"{}", JSONR_OBJECT}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct jsonr *doc = doc_of(cases[i].text);

		CHECK_INT(jsonr_kind(jsonr_root(doc)), cases[i].kind);
		jsonr_free(doc);
	}
	CHECK_INT(jsonr_kind(NULL), JSONR_NULL);
	jsonr_free(NULL);
}

static jsonv *at(const struct jsonr *doc, const char *pointer)
{
	jsonv *v;

	if (!jsonr_pointer(jsonr_root(doc), pointer, &v)) {
		printf("# nothing at %s\n", pointer);
		check_failed_here = 1;
	}
	return v;
}

static void jsonr_pointer_matches_rfc6901_section_5(void)
{
	struct jsonr *doc =
		doc_of("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
		       "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}");
	static const char *const in_order[] = {
		"/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n"};
	const char *p;
	int64_t n;
	size_t len;

	CHECK(at(doc, "") == jsonr_root(doc));
	CHECK_INT(jsonr_length(at(doc, "/foo")), 2);
	CHECK(jsonr_text(at(doc, "/foo/0"), &p, &len));
	CHECK_STR(p, "bar");
	for (size_t i = 0; i < sizeof(in_order) / sizeof(*in_order); i++) {
		CHECK(jsonr_int(at(doc, in_order[i]), &n));
		CHECK_INT(n, i);
	}
	jsonr_free(doc);
}

static void jsonr_pointer_finds_null_and_nested(void)
{
	struct jsonr *doc = doc_of("{\"a\":null,\"b\":[[{\"c\":true}]],\"~1\":1}");
	jsonv *v;
	bool yes;

	CHECK(jsonr_pointer(jsonr_root(doc), "/a", &v));
	CHECK(v == NULL);
	CHECK(jsonr_bool(at(doc, "/b/0/0/c"), &yes));
	CHECK(yes);
	CHECK_INT(jsonr_kind(at(doc, "/~01")), JSONR_INT);
	jsonr_free(doc);
}

static void jsonr_pointer_g4_wrong_pointers_find_nothing(void)
{
	static const char *const bad[] = {"a", "foo", "/fo", "/fooo", "//", "/foo/", "/foo/2",
		"/foo/-", "/foo/-1", "/foo/00", "/foo/01", "/foo/+0", "/foo/0 ", "/foo/1e0",
		"/foo/1000000000", "/foo/18446744073709551616", "/foo/0/x", "/n/0", "/x/y", "/x~2",
		"/x~", "/t~0", "#/foo", "/foo/0/", "/n/"};
	struct jsonr *doc =
		doc_of("{\"foo\":[\"bar\",\"baz\"],\"n\":null,\"x\":1,\"x~2\":2,\"x~\":3,\"t\":4}");

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		jsonv *v = jsonr_root(doc);

		CHECK(!jsonr_pointer(jsonr_root(doc), bad[i], &v));
		CHECK(v == NULL);
	}
	jsonr_free(doc);
}

static void jsonr_b10_text_of_strings_only(void)
{
	static const char *const bad[] = {"null", "1", "true", "1.5", "[]", "{}", "[\"x\"]",
		"\"\\u0000\"", "\"token\\u0000\"", "\"\\u0000token\""};
	struct jsonr *doc = doc_of("\"caf\\u00e9\\n\"");
	const char *p;
	size_t len;

	CHECK(jsonr_text(jsonr_root(doc), &p, &len));
	CHECK_INT(len, 6);
	CHECK_STR(p, "caf\xc3\xa9\n");
	jsonr_free(doc);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		doc = doc_of(bad[i]);
		CHECK(!jsonr_text(jsonr_root(doc), &p, &len));
		CHECK(p == NULL && len == 0);
		jsonr_free(doc);
	}
}

static void jsonr_int_is_exact_or_nothing(void)
{
	static const struct {
		const char *text;
		int fits;
		int64_t value;
	} cases[] = {{"0", 1, 0}, {"-0", 1, 0}, {"42", 1, 42},
		{"9223372036854775807", 1, INT64_MAX}, {"-9223372036854775807", 1, -INT64_MAX},
		{"9223372036854775808", 0, 0}, {"18446744073709551615", 0, 0},
		{"18446744073709551616", 0, 0}, {"-9223372036854775808", 0, 0},
		{"-9223372036854775809", 0, 0}, {"1.9", 1, 1}, {"-1.1", 1, -2}, {"-0.5", 1, -1},
		{"-2.0", 1, -2}, {"1e3", 1, 1000}, {"1e18", 1, 1000000000000000000}, {"1e19", 0, 0},
		{"-1e19", 0, 0}, {"1e400", 0, 0}, {"-1e400", 0, 0}, {"1e-400", 1, 0},
		{"\"12\"", 0, 0}, {"true", 0, 0}, {"null", 0, 0}, {"[1]", 0, 0}, {"{}", 0, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct jsonr *doc = doc_of(cases[i].text);
		int64_t value = 99;

		CHECK_INT(jsonr_int(jsonr_root(doc), &value), cases[i].fits);
		CHECK_INT(value, cases[i].value);
		jsonr_free(doc);
	}
}

static void jsonr_number_of_numbers_only(void)
{
	static const char *const others[] = {"null", "true", "\"1\"", "[1]", "{\"a\":1}"};
	struct jsonr *doc = doc_of("[0,-3,2.5,1e400,18446744073709551615]");
	double d;

	CHECK(jsonr_number(at(doc, "/0"), &d) && d == 0);
	CHECK(jsonr_number(at(doc, "/1"), &d) && d == -3);
	CHECK(jsonr_number(at(doc, "/2"), &d) && d == 2.5);
	CHECK(jsonr_number(at(doc, "/3"), &d) && d > 1e308);
	CHECK(jsonr_number(at(doc, "/4"), &d) && d == 18446744073709551616.0);
	jsonr_free(doc);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		doc = doc_of(others[i]);
		CHECK(!jsonr_number(jsonr_root(doc), &d) && d == 0);
		jsonr_free(doc);
	}
}

static void jsonr_bool_of_booleans_only(void)
{
	static const char *const bad[] = {"0", "1", "\"true\"", "null", "[]", "[true]"};
	struct jsonr *doc = doc_of("[true,false]");
	bool yes;

	CHECK(jsonr_bool(at(doc, "/0"), &yes) && yes);
	CHECK(jsonr_bool(at(doc, "/1"), &yes) && !yes);
	jsonr_free(doc);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		doc = doc_of(bad[i]);
		CHECK(!jsonr_bool(jsonr_root(doc), &yes));
		jsonr_free(doc);
	}
}

static void expiry_is(const char *text, int ok, int64_t want)
{
	struct jsonr *doc = doc_of(text);
	int64_t got = 7;

	if (jsonr_expiry(jsonr_root(doc), &got) != (ok != 0)) {
		printf("# %s\n", text);
		check_failed_here = 1;
	}
	CHECK_INT(got, want);
	jsonr_free(doc);
}

static void jsonr_expiry_b12_digits_in_a_string(void)
{
	static const char *const bad[] = {"\"abc\"", "\"\"", "\"12abc\"", "\" 3600\"", "\"3600 \"",
		"\"3599.9\"", "\"-5\"", "\"+5\"", "\"1e3\"", "\"0x10\"", "\"3600\\u0000\"",
		"\"Infinity\""};

	expiry_is("3600", 1, 3600);
	expiry_is("\"3600\"", 1, 3600);
	expiry_is("\"0\"", 1, 0);
	expiry_is("\"007\"", 1, 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expiry_is(bad[i], 0, 0);
}

static void jsonr_expiry_b13_fractions_round_down(void)
{
	expiry_is("3599.9", 1, 3599);
	expiry_is("1e3", 1, 1000);
	expiry_is("0.9", 1, 0);
	expiry_is("-0.1", 1, -1);
}

static void jsonr_expiry_b14_zero_and_negative_are_numbers(void)
{
	expiry_is("0", 1, 0);
	expiry_is("-5", 1, -5);
	expiry_is("-99999999999999999999", 1, INT64_MIN);
	expiry_is("-1e400", 1, INT64_MIN);
}

static void jsonr_expiry_b15_huge_saturates_and_others_are_none(void)
{
	static const char *const bad[] = {
		"true", "false", "null", "{}", "[]", "[3600]", "{\"a\":1}"};

	expiry_is("99999999999999999999", 1, INT64_MAX);
	expiry_is("18446744073709551615", 1, INT64_MAX);
	expiry_is("9223372036854775807", 1, INT64_MAX);
	expiry_is("1e400", 1, INT64_MAX);
	expiry_is("9.3e18", 1, INT64_MAX);
	expiry_is("\"9223372036854775807\"", 1, INT64_MAX);
	expiry_is("\"9223372036854775808\"", 1, INT64_MAX);
	expiry_is("\"99999999999999999999999999999999\"", 1, INT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		expiry_is(bad[i], 0, 0);
}

static void jsonr_arrays_by_index(void)
{
	struct jsonr *doc = doc_of("{\"a\":[1,null,3],\"o\":{\"x\":1,\"y\":2}}");
	int64_t n;

	CHECK_INT(jsonr_length(at(doc, "/a")), 3);
	CHECK_INT(jsonr_length(at(doc, "/o")), 2);
	CHECK_INT(jsonr_length(at(doc, "/a/0")), 0);
	CHECK_INT(jsonr_length(NULL), 0);
	CHECK(jsonr_int(jsonr_at(at(doc, "/a"), 2), &n) && n == 3);
	CHECK(jsonr_at(at(doc, "/a"), 1) == NULL);
	CHECK(jsonr_at(at(doc, "/a"), 3) == NULL);
	CHECK(jsonr_at(at(doc, "/a"), (size_t)-1) == NULL);
	CHECK(jsonr_at(at(doc, "/o"), 0) == NULL);
	CHECK(jsonr_at(at(doc, "/a/0"), 0) == NULL);
	CHECK(jsonr_at(NULL, 0) == NULL);
	jsonr_free(doc);
}

static void collect(const char *key, jsonv *v, void *arg)
{
	struct secret *out = arg;

	CHECK_INT(secret_append_text(out, key), RC_OK);
	CHECK_INT(secret_append_text(out, v ? "," : "=null,"), RC_OK);
}

static void jsonr_each_goes_in_document_order(void)
{
	struct jsonr *doc = doc_of("{\"z\":1,\"a\":null,\"m\":{\"inner\":1},\"\":0}");
	struct secret out = SECRET_EMPTY;

	jsonr_each(jsonr_root(doc), collect, &out);
	CHECK_STR(secret_text(&out), "z,a=null,m,,");
	secret_release(&out);
	jsonr_each(at(doc, "/z"), collect, &out);
	jsonr_each(NULL, collect, &out);
	CHECK_INT(out.len, 0);
	jsonr_free(doc);
}

static void jsonr_append_string_round_trips(void)
{
	struct secret s = SECRET_EMPTY;
	char all[128 + 10];
	struct jsonr *doc;
	const char *p;
	size_t len;

	for (int i = 1; i < 128; i++)
		all[i - 1] = (char)i;
	memcpy(all + 127, "\xe2\x80\xa8\xe2\x80\xa9\xc3\xa9", 8);
	CHECK_INT(jsonr_append_string(&s, all, 127 + 8), RC_OK);
	CHECK_INT(jsonr_parse(secret_text(&s), s.len, &doc), RC_OK);
	CHECK(jsonr_text(jsonr_root(doc), &p, &len));
	CHECK_INT(len, 127 + 8);
	CHECK(memcmp(p, all, len) == 0);
	CHECK(strstr(secret_text(&s), "\xe2\x80\xa8") == NULL);
	CHECK(strstr(secret_text(&s), "\\u2028\\u2029\xc3\xa9\"") != NULL);
	jsonr_free(doc);
	secret_release(&s);
}

static void jsonr_append_string_refuses_other_encodings(void)
{
	static const char *const bad[] = {"\xe9", "a\xc0\x80", "\xed\xa0\x80", "\xff"};
	struct secret s = SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK_INT(jsonr_append_string(&s, bad[i], strlen(bad[i])), RC_INVALID);
	secret_release(&s);
	CHECK_INT(jsonr_append_string(&s, "a\0\"", 3), RC_OK);
	CHECK_STR(secret_text(&s), "\"a\\u0000\\\"\"");
	secret_release(&s);
}

static void jsonr_get_of_objects_only(void)
{
	struct jsonr *doc = NULL;
	jsonv *v;

	CHECK_INT(jsonr_parse("{\"a/b\":1,\"n\":null,\"l\":[1]}", 26, &doc), RC_OK);
	CHECK(jsonr_get(jsonr_root(doc), "a/b", &v) && jsonr_kind(v) == JSONR_INT);
	CHECK(jsonr_get(jsonr_root(doc), "n", &v) && !v);
	CHECK(!jsonr_get(jsonr_root(doc), "a~1b", &v) && !v);
	CHECK(jsonr_get(jsonr_root(doc), "l", &v));
	CHECK(!jsonr_get(v, "0", &v));
	CHECK(!jsonr_get(NULL, "a", &v));
	jsonr_free(doc);
}

static void jsonr_append_is_exact(void)
{
	static const char *const same[] = {"null", "true", "[]", "{}", "0", "-1",
		"9223372036854775807", "9223372036854775808", "18446744073709551614",
		"-9223372036854775807", "1.10", "1e400", "0.1e-7", "123456789.123456789123456789",
		"\"\"", "\"\\u0000/\\\"\"", "{\"b\":[1,{\"a\":null}],\"a\":\"Ã©\"}"};
	static const char *const vague[] = {
		"18446744073709551616", "-9223372036854775809", "[{\"a\":99999999999999999999}]"};
	struct secret s = SECRET_EMPTY;
	struct jsonr *doc;

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		CHECK_INT(jsonr_parse(same[i], strlen(same[i]), &doc), RC_OK);
		CHECK(jsonr_is_exact(jsonr_root(doc)));
		CHECK_INT(jsonr_append(&s, jsonr_root(doc)), RC_OK);
		CHECK_STR(secret_text(&s), same[i]);
		secret_release(&s);
		jsonr_free(doc);
	}
	for (size_t i = 0; i < sizeof(vague) / sizeof(*vague); i++) {
		CHECK_INT(jsonr_parse(vague[i], strlen(vague[i]), &doc), RC_OK);
		CHECK(!jsonr_is_exact(jsonr_root(doc)));
		CHECK_INT(jsonr_append(&s, jsonr_root(doc)), RC_LIMIT);
		secret_release(&s);
		jsonr_free(doc);
	}
}

int main(void)
{
	if (codec_init())
		return 1;
	RUN(jsonr_takes_what_rfc8259_allows);
	RUN(jsonr_grammar_violations_are_refused);
	RUN(jsonr_g8_odd_numbers_are_refused);
	RUN(jsonr_b20_duplicate_key_is_refused);
	RUN(jsonr_b20_duplicate_key_behind_an_escape_is_refused);
	RUN(jsonr_same_key_in_other_objects_is_allowed);
	RUN(jsonr_key_with_nul_is_refused);
	RUN(jsonr_b21_depth_32_passes_and_33_does_not);
	RUN(jsonr_b21_a_million_brackets_end_at_once);
	RUN(jsonr_b22_number_of_keys_is_limited);
	RUN(jsonr_b22_size_is_limited);
	RUN(jsonr_b24_other_encodings_are_refused);
	RUN(jsonr_b24_lone_surrogates_are_refused);
	RUN(jsonr_b25_lax_spellings_are_refused);
	RUN(jsonr_kinds_are_told);
	RUN(jsonr_pointer_matches_rfc6901_section_5);
	RUN(jsonr_pointer_finds_null_and_nested);
	RUN(jsonr_pointer_g4_wrong_pointers_find_nothing);
	RUN(jsonr_b10_text_of_strings_only);
	RUN(jsonr_int_is_exact_or_nothing);
	RUN(jsonr_number_of_numbers_only);
	RUN(jsonr_bool_of_booleans_only);
	RUN(jsonr_expiry_b12_digits_in_a_string);
	RUN(jsonr_expiry_b13_fractions_round_down);
	RUN(jsonr_expiry_b14_zero_and_negative_are_numbers);
	RUN(jsonr_expiry_b15_huge_saturates_and_others_are_none);
	RUN(jsonr_arrays_by_index);
	RUN(jsonr_each_goes_in_document_order);
	RUN(jsonr_append_string_round_trips);
	RUN(jsonr_append_string_refuses_other_encodings);
	RUN(jsonr_get_of_objects_only);
	RUN(jsonr_append_is_exact);
	return CHECK_DONE;
}
