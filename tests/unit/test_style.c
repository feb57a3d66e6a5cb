/* SPDX-License-Identifier: Apache-2.0
 *
 * The tables of OpenAPI 3.1.1 §4.8.12.5 and the examples of RFC 6570 §3.2, and what we decided where both are silent.
 */
#include "domain/tool/style.h"

#include <string.h>

#include "check.h"
#include "platform/codec.h"

#define COLORS "[\"blue\",\"black\",\"brown\"]"
#define RGB "{\"R\":100,\"G\":200,\"B\":150}"

static jsonv *parse(const char *json, struct jsonr **doc)
{
	CHECK_INT(jsonr_parse(json, strlen(json), doc), RC_OK);
	return jsonr_root(*doc);
}

static enum rc take_pair(void *arg, const struct secret *name, const struct secret *value)
{
	struct secret *out = arg;

	CHECK_INT(secret_append_text(out, out->len > 0 ? "&" : ""), RC_OK);
	CHECK_INT(secret_append_secret(out, name), RC_OK);
	CHECK_INT(secret_append_text(out, "="), RC_OK);
	return secret_append_secret(out, value);
}

/* As pairs or as one text, whichever the style is. */
static enum rc render(const struct style *style, const char *json, struct secret *out)
{
	struct jsonr *doc = NULL;
	jsonv *v = parse(json, &doc);
	enum rc rc;

	secret_release(out);
	if (style->kind >= STYLE_FORM)
		rc = style_pairs(style, "color", v, take_pair, out);
	else
		rc = style_join(style, "color", v, out);
	jsonr_free(doc);
	return rc;
}

struct row {
	enum style_kind kind;
	bool explode;
	const char *json, *text;
};

static void rows_hold(const struct row *rows, size_t n, enum style_escape escape)
{
	for (size_t i = 0; i < n; i++) {
		struct style style = {rows[i].kind, rows[i].explode, escape};
		struct secret out = SECRET_EMPTY;

		CHECK_INT(render(&style, rows[i].json, &out), RC_OK);
		if (strcmp(secret_text(&out), rows[i].text) != 0)
			printf("# row %zu: %s\n", i, rows[i].json);
		CHECK_STR(secret_text(&out), rows[i].text);
		secret_release(&out);
	}
}

#define ROWS_HOLD(rows, escape) rows_hold(rows, sizeof(rows) / sizeof(*(rows)), escape)

static void style_table_of_openapi(void)
{
	static const struct row rows[] = {
		{STYLE_MATRIX, false, "\"\"", ";color"},
		{STYLE_MATRIX, false, "\"blue\"", ";color=blue"},
		{STYLE_MATRIX, false, COLORS, ";color=blue,black,brown"},
		{STYLE_MATRIX, false, RGB, ";color=R,100,G,200,B,150"},
		{STYLE_MATRIX, true, "\"\"", ";color"},
		{STYLE_MATRIX, true, "\"blue\"", ";color=blue"},
		{STYLE_MATRIX, true, COLORS, ";color=blue;color=black;color=brown"},
		{STYLE_MATRIX, true, RGB, ";R=100;G=200;B=150"},
		{STYLE_LABEL, false, "\"\"", "."},
		{STYLE_LABEL, false, "\"blue\"", ".blue"},
		{STYLE_LABEL, false, COLORS, ".blue,black,brown"},
		{STYLE_LABEL, false, RGB, ".R,100,G,200,B,150"},
		{STYLE_LABEL, true, "\"blue\"", ".blue"},
		{STYLE_LABEL, true, COLORS, ".blue.black.brown"},
		{STYLE_LABEL, true, RGB, ".R=100.G=200.B=150"},
		{STYLE_SIMPLE, false, "\"\"", ""},
		{STYLE_SIMPLE, false, "\"blue\"", "blue"},
		{STYLE_SIMPLE, false, COLORS, "blue,black,brown"},
		{STYLE_SIMPLE, false, RGB, "R,100,G,200,B,150"},
		{STYLE_SIMPLE, true, "\"blue\"", "blue"},
		{STYLE_SIMPLE, true, COLORS, "blue,black,brown"},
		{STYLE_SIMPLE, true, RGB, "R=100,G=200,B=150"},
		{STYLE_FORM, false, "\"\"", "color="},
		{STYLE_FORM, false, "\"blue\"", "color=blue"},
		{STYLE_FORM, false, COLORS, "color=blue,black,brown"},
		{STYLE_FORM, false, RGB, "color=R,100,G,200,B,150"},
		{STYLE_FORM, true, "\"blue\"", "color=blue"},
		{STYLE_FORM, true, COLORS, "color=blue&color=black&color=brown"},
		{STYLE_FORM, true, RGB, "R=100&G=200&B=150"},
		{STYLE_SPACE, false, COLORS, "color=blue%20black%20brown"},
		{STYLE_SPACE, false, RGB, "color=R%20100%20G%20200%20B%20150"},
		{STYLE_PIPE, false, COLORS, "color=blue%7Cblack%7Cbrown"},
		{STYLE_PIPE, false, RGB, "color=R%7C100%7CG%7C200%7CB%7C150"},
		{STYLE_DEEP_OBJECT, true, RGB,
			"color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"},
	};

	ROWS_HOLD(rows, STYLE_ENCODED);
}

static void style_where_the_table_says_nothing(void)
{
	static const struct row rows[] = {
		{STYLE_SPACE, true, COLORS, "color=blue&color=black&color=brown"},
		{STYLE_PIPE, true, COLORS, "color=blue&color=black&color=brown"},
		{STYLE_PIPE, false, "\"blue\"", "color=blue"},
		{STYLE_TAB, false, COLORS, "color=blue%09black%09brown"},
		{STYLE_DEEP_OBJECT, false, "{\"a\":1}", "color%5Ba%5D=1"},
		{STYLE_DEEP_OBJECT, true, "\"blue\"", "color=blue"},
		{STYLE_DEEP_OBJECT, true, "[1,[2]]", "color%5B0%5D=1&color%5B1%5D%5B0%5D=2"},
		{STYLE_DEEP_OBJECT, true, "{\"a\":{\"b\":[true,\"x y\"]}}",
			"color%5Ba%5D%5Bb%5D%5B0%5D=true&color%5Ba%5D%5Bb%5D%5B1%5D=x%20y"},
		/* null is left out; what is empty then is not there */
		{STYLE_FORM, true, "null", ""},
		{STYLE_FORM, true, "[]", ""},
		{STYLE_FORM, false, "{}", ""},
		{STYLE_FORM, false, "[null]", ""},
		{STYLE_FORM, false, "[null,1,null,2]", "color=1,2"},
		{STYLE_FORM, true, "{\"a\":null,\"b\":2}", "b=2"},
		{STYLE_DEEP_OBJECT, true, "{\"a\":{}}", ""},
		{STYLE_SIMPLE, false, "[null,1,null,2]", "1,2"},
		{STYLE_MATRIX, true, "{\"a\":null,\"b\":\"\"}", ";b="},
		/* deeper values are JSON */
		{STYLE_FORM, true, "[{\"a\":[1]}]", "color=%7B%22a%22%3A%5B1%5D%7D"},
		{STYLE_SIMPLE, true, "{\"a\":[1,2]}", "a=%5B1%2C2%5D"},
		/* numbers and words as they were written */
		{STYLE_FORM, true, "[1.10,1e2,true,false,18446744073709551614]",
			"color=1.10&color=1e2&color=true&color=false&color=18446744073709551614"},
	};

	ROWS_HOLD(rows, STYLE_ENCODED);
}

static void style_delimiters_in_values_are_told_from_delimiters(void)
{
	static const struct row encoded[] = {
		{STYLE_FORM, false, "[\"a,b\",\"c&d\"]", "color=a%2Cb,c%26d"},
		{STYLE_FORM, true, "{\"a=b\":\"c=d\"}", "a%3Db=c%3Dd"},
		{STYLE_PIPE, false, "[\"a|b\",\"c d\"]", "color=a%7Cb%7Cc%20d"},
		{STYLE_SIMPLE, false, "[\"a/b\",\"?#\"]", "a%2Fb,%3F%23"},
		{STYLE_LABEL, true, "[\"a;b\"]", ".a%3Bb"},
		{STYLE_MATRIX, false, "\"a;b=c\"", ";color=a%3Bb%3Dc"},
		{STYLE_DEEP_OBJECT, true, "{\"a]=1&b\":\"%\"}", "color%5Ba%5D%3D1%26b%5D=%25"},
		{STYLE_FORM, true, "\"\xc3\xa9\\r\\n\"", "color=%C3%A9%0D%0A"},
	};
	static const struct row reserved[] = {
		{STYLE_FORM, true, "\"a:/?@!$'()*,;=b\"", "color=a:/?@!$'()*,;=b"},
		{STYLE_FORM, true, "\"a#[]&+ |b\"", "color=a%23%5B%5D%26%2B%20%7Cb"},
		{STYLE_FORM, true, "\"%41%zz%\"", "color=%41%25zz%25"},
		{STYLE_FORM, true, "\"%00%0\"", "color=%2500%250"},
		{STYLE_FORM, true, "{\"a/b\":\"c/d\"}", "a%2Fb=c/d"},
	};
	static const struct row form[] = {
		{STYLE_FORM, true, "\"a b+c\"", "color=a+b%2Bc"},
		{STYLE_SPACE, false, COLORS, "color=blue+black+brown"},
		{STYLE_FORM, false, "[\"a,b\",\"c\"]", "color=a%2Cb,c"},
	};
	static const struct row raw[] = {
		{STYLE_SIMPLE, false, "[\"a b\",\"\xc3\xa9\"]", "a b,\xc3\xa9"},
		{STYLE_SIMPLE, true, "{\"a\":\"b;c\"}", "a=b;c"},
		{STYLE_DEEP_OBJECT, true, "{\"a\":\"b c\"}", "color[a]=b c"},
		{STYLE_PIPE, false, "[1,2]", "color=1|2"},
	};

	ROWS_HOLD(encoded, STYLE_ENCODED);
	ROWS_HOLD(reserved, STYLE_RESERVED);
	ROWS_HOLD(form, STYLE_AS_FORM);
	ROWS_HOLD(raw, STYLE_RAW);
}

static void style_u0000_is_refused_everywhere(void)
{
	static const char *const bad[] = {
		"\"a\\u0000b\"", "[\"x\",\"\\u0000\"]", "{\"a\":\"\\u0000\"}"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		for (int kind = 0; kind < STYLE__MAX * 2; kind++) {
			struct style style = {(enum style_kind)(kind / 2), kind % 2, STYLE_ENCODED};
			struct secret out = SECRET_EMPTY;

			CHECK_INT(render(&style, bad[i], &out), RC_INVALID);
			secret_release(&out);
		}
	}
}

static void style_inexact_numbers_are_refused(void)
{
	static const char *const bad[] = {"18446744073709551616", "[1,99999999999999999999]",
		"{\"a\":-9223372036854775809}", "[[99999999999999999999]]"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct style form = {STYLE_FORM, true, STYLE_ENCODED};
		struct style simple = {STYLE_SIMPLE, false, STYLE_RAW};
		struct secret out = SECRET_EMPTY;

		CHECK_INT(render(&form, bad[i], &out), RC_LIMIT);
		CHECK_INT(render(&simple, bad[i], &out), RC_LIMIT);
		secret_release(&out);
	}
}

static enum rc refuse_second(void *arg, const struct secret *name, const struct secret *value)
{
	int *n = arg;

	(void)name, (void)value;
	return ++*n == 2 ? RC_NOMEM : RC_OK;
}

static void style_ends_at_the_first_error(void)
{
	struct style style = {STYLE_FORM, true, STYLE_ENCODED};
	struct jsonr *doc;
	jsonv *v = parse(COLORS, &doc);
	int n = 0;

	CHECK_INT(style_pairs(&style, "color", v, refuse_second, &n), RC_NOMEM);
	CHECK_INT(n, 2);
	jsonr_free(doc);
}

static void style_names(void)
{
	static const char *const bad[] = {"", "Simple", "form ", "deepobject", "csv", "multi"};
	enum style_kind kind;

	CHECK(style_find("tabDelimited", &kind) && kind == STYLE_TAB);
	CHECK(style_find("deepObject", &kind) && kind == STYLE_DEEP_OBJECT);
	CHECK(style_find("simple", &kind) && kind == STYLE_SIMPLE);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!style_find(bad[i], &kind));
}

int main(void)
{
	if (codec_init())
		return 1;
	RUN(style_table_of_openapi);
	RUN(style_where_the_table_says_nothing);
	RUN(style_delimiters_in_values_are_told_from_delimiters);
	RUN(style_u0000_is_refused_everywhere);
	RUN(style_inexact_numbers_are_refused);
	RUN(style_ends_at_the_first_error);
	RUN(style_names);
	return CHECK_DONE;
}
