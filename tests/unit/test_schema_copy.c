/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/schema_copy.h"

#include <stdlib.h>

#include "check.h"
#include "domain/tool/findings.h"
#include "platform/jsonr.h"
#include "platform/tree.h"

/* --- findings: only which ones, in their order --- */

static char told[4096];

void findings_warn(
	struct findings *f, const struct tree_node *node, enum finding finding, const char *detail)
{
	static const char *const names[FINDING__MAX] = {[FINDING_REF_DANGLING] = "dangling",
		[FINDING_REF_REMOTE] = "remote",
		[FINDING_REF_CYCLE] = "cycle",
		[FINDING_SCHEMA_INVALID] = "invalid",
		[FINDING_SCHEMA_KEYWORD] = "keyword",
		[FINDING_SCHEMA_TYPE] = "type",
		[FINDING_SCHEMA_LARGE] = "large"};
	size_t len = strlen(told);

	(void)f;
	(void)node;
	snprintf(told + len, sizeof(told) - len, "%s%s %s", len ? "; " : "", names[finding],
		detail ? detail : "-");
}

/* --- a document, and one schema of it after the other --- */

struct bench {
	struct tree *tree;
	struct schema_copy sc;
	struct buf out;
};

static void open_text(struct bench *b, enum schema_dialect dialect, const char *text)
{
	struct tree_error error;

	if (tree_parse(text, strlen(text), NULL, &b->tree, &error)) {
		printf("# %s in %.200s\n", error.reason, text);
		exit(1);
	}
	schema_copy_init(&b->sc, b->tree, dialect, NULL);
	buf_init(&b->out, 8 << 20);
	told[0] = 0;
}

static void close_text(struct bench *b)
{
	CHECK_INT(schema_copy_done(&b->sc), RC_OK);
	schema_copy_release(&b->sc);
	tree_free(b->tree);
	buf_release(&b->out);
}

static const struct tree_node *at(const struct bench *b, const char *pointer)
{
	const struct tree_node *n;

	if (tree_pointer(b->tree, pointer, strlen(pointer), &n)) {
		printf("# no %s\n", pointer);
		exit(1);
	}
	return n;
}

static const char *copy_at(struct bench *b, const char *pointer)
{
	buf_clear(&b->out);
	schema_copy_write(&b->sc, at(b, pointer), &b->out);
	return buf_text(&b->out);
}

static const char *defs(struct bench *b)
{
	buf_clear(&b->out);
	schema_copy_defs(&b->sc, &b->out);
	return buf_text(&b->out);
}

/* The document is the schema. */
static void copied(
	enum schema_dialect dialect, const char *schema, const char *want, const char *findings)
{
	struct bench b;

	open_text(&b, dialect, schema);
	if (strcmp(copy_at(&b, "#"), want) != 0 || strcmp(told, findings) != 0) {
		printf("# %s\n# is %s\n# not %s\n# %s, not %s\n", schema, buf_text(&b.out), want,
			told, findings);
		check_failed_here = 1;
	}
	CHECK(jsonr_check(buf_text(&b.out), b.out.len) == RC_OK);
	close_text(&b);
}

#define V2 SCHEMA_SWAGGER_2_0
#define V30 SCHEMA_OPENAPI_3_0
#define V31 SCHEMA_OPENAPI_3_1

static void schema_keywords_are_kept_in_one_order(void)
{
	copied(V30,
		"{uniqueItems: true, type: array, title: T, pattern: 'a', not: {type: 'null'},"
		" multipleOf: 5, minProperties: 1, minLength: 2, minItems: 3, minimum: -1.50,"
		" maxProperties: 4, maxLength: 5, maxItems: 6.0, maximum: 12345678901234567890,"
		" items: {type: string}, format: x, example: [1], enum: [1, a], description: D,"
		" default: {a: 1}, const: 2, anyOf: [{}], allOf: [{}], oneOf: [{}], prefixItems: "
		"[{}],"
		" additionalProperties: false, x-a: 1, unknown: 2, xml: {}, externalDocs: {},"
		" writeOnly: true, deprecated: true}",
		"{\"additionalProperties\":false,\"allOf\":[{}],\"anyOf\":[{}],\"const\":2,"
		"\"default\":{\"a\":1},\"description\":\"D\",\"enum\":[1,\"a\"],\"examples\":[[1]],"
		"\"format\":\"x\",\"items\":{\"type\":\"string\"},\"maxItems\":6,\"maxLength\":5,"
		"\"maxProperties\":4,\"maximum\":12345678901234567890,\"minItems\":3,\"minLength\":"
		"2,"
		"\"minProperties\":1,\"minimum\":-1.50,\"multipleOf\":5,\"not\":{\"type\":\"null\"}"
		","
		"\"oneOf\":[{}],\"pattern\":\"a\",\"prefixItems\":[{}],\"title\":\"T\","
		"\"type\":\"array\",\"uniqueItems\":true}",
		"");
}

static void schema_words_of_older_dialects_are_translated(void)
{
	copied(V30, "{type: string, nullable: true}", "{\"type\":[\"null\",\"string\"]}", "");
	copied(V2, "{type: string, x-nullable: true}", "{\"type\":[\"null\",\"string\"]}", "");
	copied(V30, "{type: string, nullable: true, enum: [a]}",
		"{\"enum\":[\"a\",null],\"type\":[\"null\",\"string\"]}", "");
	copied(V30, "{type: string, nullable: true, enum: [a, null]}",
		"{\"enum\":[\"a\",null],\"type\":[\"null\",\"string\"]}", "");
	copied(V30, "{type: string, nullable: false}", "{\"type\":\"string\"}", "");
	copied(V30, "{nullable: true, oneOf: [{type: string}]}",
		"{\"anyOf\":[{\"oneOf\":[{\"type\":\"string\"}]},{\"type\":\"null\"}]}", "");
	copied(V30, "{type: integer, minimum: 0, exclusiveMinimum: true}",
		"{\"exclusiveMinimum\":0,\"type\":\"integer\"}", "");
	copied(V30, "{maximum: 9, exclusiveMaximum: false}", "{\"maximum\":9}", "");
	copied(V30, "{exclusiveMaximum: true}", "{}", "");
	copied(V31, "{minimum: 1, exclusiveMinimum: 2}", "{\"exclusiveMinimum\":2,\"minimum\":1}",
		"");
	copied(V2, "{type: file}", "{\"format\":\"binary\",\"type\":\"string\"}", "");
	copied(V2, "{type: string, required: true, name: a, in: query}", "{\"type\":\"string\"}",
		"");
	copied(V2, "{type: object, discriminator: kind}", "{\"type\":\"object\"}", "");
	copied(V30, "{type: object, discriminator: {propertyName: kind, mapping: {a: '#/b'}}}",
		"{\"discriminator\":{\"propertyName\":\"kind\"},\"type\":\"object\"}", "");
	copied(V2, "{items: [{type: string}, {}], additionalItems: {type: integer}}",
		"{\"items\":{\"type\":\"integer\"},\"prefixItems\":[{\"type\":\"string\"},{}]}",
		"");
	copied(V31, "{type: [string, 'null'], const: a, examples: [b, c]}",
		"{\"const\":\"a\",\"examples\":[\"b\"],\"type\":[\"null\",\"string\"]}", "");
	copied(V31, "{type: [integer]}", "{\"type\":\"integer\"}", "");
	copied(V31, "{type: string, contentMediaType: image/png}",
		"{\"format\":\"binary\",\"type\":\"string\"}", "");
	copied(V31, "{type: string, contentMediaType: image/png, contentEncoding: base64}",
		"{\"type\":\"string\"}", "");
	copied(V31, "{type: string, contentMediaType: application/json}", "{\"type\":\"string\"}",
		"");
	copied(V31, "{properties: {a: true, b: false}}", "{\"properties\":{\"a\":{},\"b\":false}}",
		"");
}

static void schema_what_is_for_answers_is_left_out(void)
{
	copied(V30,
		"{properties: {id: {type: string, readOnly: true}, n: {type: string, writeOnly: "
		"true}},"
		" required: [id, n]}",
		"{\"properties\":{\"n\":{\"type\":\"string\"}},\"required\":[\"n\"]}", "");
	copied(V30, "{properties: {id: {readOnly: true}}, required: [id]}", "{\"properties\":{}}",
		"");
	copied(V30, "{allOf: [{properties: {id: {readOnly: true}}}, {required: [id, n]}]}",
		"{\"allOf\":[{\"properties\":{}},{\"required\":[\"n\"]}]}", "");
	copied(V30, "{type: string, readOnly: true}", "{\"type\":\"string\"}", "");
}

static void schema_values_take_the_type_that_is_meant(void)
{
	copied(V30, "{type: string, enum: [1, 2.50, true, no], default: 5}",
		"{\"default\":\"5\",\"enum\":[\"1\",\"2.50\",\"true\",\"no\"],\"type\":\"string\"}",
		"");
	copied(V30, "{type: integer, enum: ['1', x], default: '-2'}",
		"{\"default\":-2,\"enum\":[1,\"x\"],\"type\":\"integer\"}", "");
	copied(V30, "{type: integer, default: null}", "{\"type\":\"integer\"}", "");
	copied(V30, "{type: integer, nullable: true, default: null}",
		"{\"default\":null,\"type\":[\"integer\",\"null\"]}", "");
	copied(V30, "{default: 12345678901234567890123}", "{\"default\":12345678901234567890123}",
		"");
	copied(V30, "{default: [[[[1]]]]}", "{}", "");
	copied(V30, "{default: [[[1]]]}", "{\"default\":[[[1]]]}", "");
	copied(V31, "{const: [[[[1]]]]}", "{\"$comment\":\"simplified\"}", "");
}

static void schema_keywords_with_impossible_values_are_dropped(void)
{
	static const char *const faults[] = {"required: true", "enum: a", "enum: []", "enum: {}",
		"type: []", "type: [[string]]", "properties: []", "allOf: {}", "allOf: []",
		"anyOf: a", "oneOf: []", "minimum: '1'", "maximum: true", "multipleOf: 0",
		"multipleOf: -1", "multipleOf: 0.0e5", "minLength: -1", "minLength: 1.5",
		"maxItems: a", "maxItems: 12345678901234567890", "pattern: 5", "format: [a]",
		"uniqueItems: 1", "exclusiveMinimum: a", "prefixItems: {}"};
	struct bench b;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char text[128], want[128];

		snprintf(text, sizeof(text), "{title: t, %s}", faults[i]);
		open_text(&b, V30, text);
		snprintf(want, sizeof(want), "%s %.*s",
			strncmp(faults[i], "type: [[", 8) == 0 ? "type" : "keyword",
			strncmp(faults[i], "type: [[", 8) == 0 ? 0 : (int)strcspn(faults[i], ":"),
			faults[i]);
		CHECK_STR(copy_at(&b, "#"), "{\"title\":\"t\",\"$comment\":\"simplified\"}");
		CHECK_STR(told, want);
		close_text(&b);
	}
	copied(V30, "{type: any}", "{\"$comment\":\"simplified\"}", "type any");
	copied(V30, "{type: [string, int]}", "{\"$comment\":\"simplified\"}", "type int");
	copied(V30, "{properties: {a: 5, b: [1], c: text}}",
		"{\"properties\":{\"a\":true,\"b\":true,\"c\":true}}",
		"invalid -; invalid -; invalid -");
	copied(V30, "[]", "true", "invalid -");
	copied(V30, "text", "true", "invalid -");
	copied(V30, "{required: [a, 5, null]}", "{\"required\":[\"a\"]}", "");
	copied(V30, "{description: 5, title: [], default: {}, example: {}}",
		"{\"default\":{},\"examples\":[{}]}", "");
}

/* What is dropped could only forbid; where that is not so, what forbids the rest is dropped too. */
static void schema_what_is_not_copied_is_marked(void)
{
	static const char *const unknown[] = {"if: {}", "contains: {}", "propertyNames: {}",
		"dependentRequired: {a: [b]}", "dependentSchemas: {}", "dependencies: {}",
		"unevaluatedProperties: false", "unevaluatedItems: false", "$dynamicRef: '#a'",
		"$recursiveRef: '#'"};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "{%s}", unknown[i]);
		copied(V31, text, "{\"$comment\":\"simplified\"}", "");
	}
	copied(V31, "{patternProperties: {'^x': {}}, additionalProperties: false}",
		"{\"$comment\":\"simplified\"}", "");
}

static void schema_references_are_names(void)
{
	struct bench b;

	open_text(&b, V30,
		"definitions:\n"
		"  Pet: {type: object, properties: {owner: {$ref: '#/definitions/a~1b%20c'}}}\n"
		"  'a/b c': {type: object, properties: {pets: {items: {$ref: "
		"'#/definitions/Pet'}}}}\n"
		"  Chain: {$ref: '#/definitions/Link'}\n"
		"  Link: {$ref: '#/definitions/Pet'}\n"
		"other: {schema: {Pet: {type: string}}}\n"
		"uses:\n"
		"- {$ref: '#/definitions/Pet'}\n"
		"- {$ref: '#/definitions/Chain'}\n"
		"- {$ref: '#/other/schema/Pet'}\n"
		"- {$ref: '#/definitions/Pet/properties/owner'}\n"
		"- {$ref: '#/uses/0', description: mine, type: string, minLength: 3}\n"
		"- {$ref: '#/uses/0', nullable: true}\n"
		"- {properties: {$ref: {type: string}}}\n");
	CHECK_STR(copy_at(&b, "#/uses/0"), "{\"$ref\":\"#/defs/Pet\"}");
	CHECK_STR(defs(&b),
		"{\"Pet\":{\"properties\":{\"owner\":{\"$ref\":\"#/defs/"
		"a_b_c\"}},\"type\":\"object\"},"
		"\"a_b_c\":{\"properties\":{\"pets\":{\"items\":{\"$ref\":\"#/defs/Pet\"}}},"
		"\"type\":\"object\"}}");
	schema_copy_begin(&b.sc, SCHEMA_BYTES_MAX);
	CHECK_STR(copy_at(&b, "#/uses/1"), "{\"$ref\":\"#/defs/Pet\"}");
	CHECK_STR(copy_at(&b, "#/uses/2"), "{\"$ref\":\"#/defs/Pet_2\"}");
	CHECK_STR(copy_at(&b, "#/uses/3"), "{\"$ref\":\"#/defs/a_b_c\"}");
	CHECK_STR(copy_at(&b, "#/uses/4"), "{\"$ref\":\"#/defs/Pet\",\"description\":\"mine\"}");
	CHECK_STR(copy_at(&b, "#/uses/5"),
		"{\"anyOf\":[{\"$ref\":\"#/defs/Pet\"},{\"type\":\"null\"}]}");
	CHECK_STR(copy_at(&b, "#/uses/6"), "{\"properties\":{\"$ref\":{\"type\":\"string\"}}}");
	CHECK(strstr(defs(&b), "\"Pet_2\":{\"type\":\"string\"}") != NULL);
	schema_copy_begin(&b.sc, SCHEMA_BYTES_MAX);
	CHECK_STR(defs(&b), "{}");
	CHECK_STR(told, "");
	close_text(&b);
}

static void schema_siblings_of_references_hold_in_3_1(void)
{
	struct bench b;

	open_text(&b, V31,
		"$defs: {A: {$ref: '#/$defs/B', minLength: 3}, B: {type: string}}\n"
		"use: {$ref: '#/$defs/A', maxLength: 9}\n");
	CHECK_STR(copy_at(&b, "#/use"), "{\"$ref\":\"#/defs/A\",\"maxLength\":9}");
	CHECK_STR(defs(&b),
		"{\"A\":{\"$ref\":\"#/defs/B\",\"minLength\":3},\"B\":{\"type\":\"string\"}}");
	close_text(&b);
}

static void schema_references_that_lead_nowhere_are_anything(void)
{
	static const char *const remote[] = {"http://169.254.169.254/x#/a", "https://h/a.json",
		"other.yaml#/a", "file:///etc/passwd", "data:,{}", "//h/x", "a"};
	static const char *const dangling[] = {"#/nobody", "#anchor", "#/a/~2", "#/a/%zz",
		"#/use/ref", "#/list/01", "#/list/-", "#/list/99999999999"};
	char text[256], want[256];
	struct bench b;

	for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++) {
		snprintf(text, sizeof(text), "{$ref: '%s', description: d}", remote[i]);
		snprintf(want, sizeof(want), "remote %s", remote[i]);
		copied(V30, text, "true", want);
	}
	for (size_t i = 0; i < sizeof(dangling) / sizeof(dangling[0]); i++) {
		snprintf(text, sizeof(text), "{list: [1], use: {$ref: '%s'}}", dangling[i]);
		snprintf(want, sizeof(want), "dangling %s", dangling[i]);
		open_text(&b, V31, text);
		CHECK_STR(copy_at(&b, "#/use"), "true");
		CHECK_STR(told, want);
		CHECK(!schema_copy_resolve(&b.sc, at(&b, "#/use")));
		close_text(&b);
	}
	copied(V30, "{$ref: '#'}", "true", "cycle #");
	open_text(&b, V31, "{a: {$ref: '#/b'}, b: {$ref: '#/c'}, c: {$ref: '#/b'}}");
	CHECK_STR(copy_at(&b, "#/a"), "true");
	CHECK_STR(told, "cycle #/b");
	CHECK(!schema_copy_resolve(&b.sc, at(&b, "#/c")));
	close_text(&b);
	copied(V31, "{$ref: 5, type: string}", "{\"type\":\"string\"}", "");
	copied(V31, "{$ref: {a: b}, $id: 'x', $anchor: y}", "{}", "");
}

/* --- room --- */

static size_t depth_of(const char *text)
{
	size_t depth = 0, most = 0;

	for (; *text; text++) {
		depth += *text == '{' || *text == '[';
		most = depth > most ? depth : most;
		depth -= *text == '}' || *text == ']';
	}
	return most;
}

static void schema_depth_becomes_names(void)
{
	struct bench b;
	struct buf text;

	buf_init(&text, 1 << 20);
	for (int i = 0; i < 60; i++)
		buf_puts(&text, "{\"allOf\":[");
	buf_puts(&text, "{\"nullable\":true,\"oneOf\":[{\"default\":[[[1]]],\"enum\":[[[2]]]}]}");
	for (int i = 0; i < 60; i++)
		buf_puts(&text, "]}");
	open_text(&b, V30, buf_text(&text));
	CHECK(depth_of(copy_at(&b, "#")) <= SCHEMA_DEPTH_MAX);
	CHECK(strstr(buf_text(&b.out), "{\"$ref\":\"#/defs/schema\"}") != NULL);
	CHECK(depth_of(defs(&b)) <= SCHEMA_DEPTH_MAX + 1);
	CHECK(strstr(buf_text(&b.out), "[[2]]") != NULL);
	CHECK_STR(told, "");
	close_text(&b);
	buf_release(&text);
}

static void many_definitions(struct buf *text, int n, const char *about)
{
	buf_puts(text, "{\"d\":{");
	for (int i = 0; i < n; i++)
		buf_printf(text,
			"\"s%d\":{\"description\":\"%s\",\"properties\":{\"a\":{\"$ref\":\"#/d/"
			"s%d\"},"
			"\"b\":{\"$ref\":\"#/d/s%d\"}}},",
			i, about, (2 * i + 1) % n, (2 * i + 2) % n);
	buf_puts(text, "\"end\":{}}}");
}

/* The nearest are kept, all that is named is there, and the whole has room. */
static void schema_room_ends_far_from_the_root(void)
{
	char about[900];
	struct jsonr *doc;
	struct bench b;
	struct buf text;
	jsonv *v;

	memset(about, 'x', sizeof(about) - 1);
	about[sizeof(about) - 1] = 0;
	buf_init(&text, 8 << 20);
	many_definitions(&text, 1000, about);
	open_text(&b, V30, buf_text(&text));
	CHECK(copy_at(&b, "#/d/s0")[0] == '{');
	defs(&b);
	CHECK(b.out.len > SCHEMA_BYTES_MAX / 2 && b.out.len <= SCHEMA_BYTES_MAX);
	CHECK_INT(jsonr_parse(buf_text(&b.out), b.out.len, &doc), RC_OK);
	CHECK(jsonr_get(jsonr_root(doc), "s1", &v) && jsonr_kind(v) == JSONR_OBJECT);
	CHECK(jsonr_get(jsonr_root(doc), "s30", &v) && jsonr_kind(v) == JSONR_OBJECT);
	CHECK(!jsonr_get(jsonr_root(doc), "s999", &v));
	CHECK_INT(strncmp(told, "large s", 7), 0);
	CHECK(!strchr(told, ';'));
	jsonr_free(doc);

	/* The next operation has all the room again, and what is rendered is not told again. */
	schema_copy_begin(&b.sc, SCHEMA_BYTES_MAX);
	told[0] = 0;
	CHECK(strstr(copy_at(&b, "#/d/s999"), "#/defs/") != NULL);
	CHECK_STR(told, "");
	close_text(&b);
	buf_release(&text);
}

static void schema_keys_have_their_own_room(void)
{
	struct bench b;
	struct buf text;

	buf_init(&text, 8 << 20);
	many_definitions(&text, 8000, "");
	open_text(&b, V30, buf_text(&text));
	copy_at(&b, "#/d/s0");
	defs(&b);
	CHECK(b.out.len <= SCHEMA_BYTES_MAX);
	CHECK_INT(jsonr_check(buf_text(&b.out), b.out.len), RC_OK);
	close_text(&b);
	buf_release(&text);
}

static void schema_one_that_is_too_large_is_anything(void)
{
	struct bench b;
	struct buf text;

	buf_init(&text, 8 << 20);
	buf_puts(&text, "{\"a\":{\"properties\":{");
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "\"p%d\":{\"type\":\"string\"},", i);
	buf_puts(&text, "\"end\":{}}},\"e\":{\"type\":\"string\",\"enum\":[0");
	for (int i = 1; i < 10000; i++)
		buf_printf(&text, ",%d", i);
	buf_puts(&text, "]},\"n\":{\"properties\":{");
	for (int i = 0; i < 400; i++)
		buf_printf(&text,
			"\"p%d\":{\"description\":\"%060d\",\"properties\":{\"q\":{\"type\":"
			"\"null\"}}},",
			i, i);
	buf_puts(&text, "\"end\":{}}}}");
	open_text(&b, V30, buf_text(&text));
	CHECK_STR(copy_at(&b, "#/a"), "true");
	CHECK_STR(told, "large -");
	CHECK_STR(copy_at(&b, "#/e"), "{\"type\":\"string\",\"$comment\":\"simplified\"}");
	CHECK_STR(told, "large -; large -");
	/* What is large because of what is in it keeps its shape. */
	CHECK(strstr(copy_at(&b, "#/n"), "\"p399\":{\"$ref\":\"#/defs/p399\"}") != NULL);
	CHECK(strstr(defs(&b), "\"p399\":{\"description\"") != NULL);
	close_text(&b);
	buf_release(&text);
}

static void schema_values_that_are_too_large_are_left_out(void)
{
	struct bench b;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "{\"few\":{\"default\":[0");
	for (int i = 1; i < 400; i++)
		buf_printf(&text, ",%d", i % 10);
	buf_puts(&text, "]},\"many\":{\"default\":[0");
	for (int i = 1; i < 600; i++)
		buf_printf(&text, ",%d", i % 10);
	buf_puts(&text, "]},\"long\":{\"const\":\"");
	for (int i = 1; i < 6000; i++)
		buf_putc(&text, 'x');
	buf_puts(&text, "\"}}");
	open_text(&b, V31, buf_text(&text));
	CHECK_INT(strlen(copy_at(&b, "#/few")), 400 * 2 + 13);
	CHECK_STR(copy_at(&b, "#/many"), "{}");
	CHECK_STR(copy_at(&b, "#/long"), "{\"$comment\":\"simplified\"}");
	close_text(&b);
	buf_release(&text);
}

/* A description of a megabyte is cut, not dropped. */
static void schema_words_are_cut(void)
{
	struct bench b;
	struct buf text;

	buf_init(&text, 2 << 20);
	buf_puts(&text, "{\"description\":\"");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "some\\tword ");
	buf_puts(&text, "\"}");
	open_text(&b, V30, buf_text(&text));
	CHECK(strlen(copy_at(&b, "#")) < 1100);
	CHECK_INT(strncmp(buf_text(&b.out), "{\"description\":\"some word some", 30), 0);
	CHECK(strstr(buf_text(&b.out), "…\"}") != NULL);
	close_text(&b);
	buf_release(&text);
}

/* 18 anchors, each twice in the next: 2 to the 18th nodes if they were written out. */
static void schema_aliases_are_names(void)
{
	struct bench b;
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "a0: &a0 {type: string}\n");
	for (int i = 1; i <= 18; i++)
		buf_printf(
			&text, "a%d: &a%d {properties: {x: *a%d, y: *a%d}}\n", i, i, i - 1, i - 1);
	open_text(&b, V30, buf_text(&text));
	CHECK_STR(copy_at(&b, "#/a18"), "{\"properties\":{\"x\":{\"$ref\":\"#/defs/"
					"a17\"},\"y\":{\"$ref\":\"#/defs/a17\"}}}");
	CHECK(strlen(defs(&b)) < 2000);
	close_text(&b);
	buf_release(&text);
}

/* 1200 operations that each reach all there is room for: minutes, were it rendered anew for each. */
static void schema_what_is_rendered_serves_all_operations(void)
{
	struct bench b;
	struct buf text;
	size_t bytes = 0;

	buf_init(&text, 16 << 20);
	many_definitions(&text, 4000, "some words about it");
	open_text(&b, V30, buf_text(&text));
	for (int i = 0; i < 1200; i++) {
		char pointer[32];

		schema_copy_begin(&b.sc, SCHEMA_BYTES_MAX);
		snprintf(pointer, sizeof(pointer), "#/d/s%d", i);
		copy_at(&b, pointer);
		defs(&b);
		bytes += b.out.len;
	}
	CHECK(bytes > 1200 * SCHEMA_BYTES_MAX / 2);
	close_text(&b);
	buf_release(&text);
}

/* --- members --- */

static void members_are(const char *document, enum rc rc, const char *want)
{
	struct schema_members members;
	struct bench b;
	struct buf names;

	open_text(&b, V30, document);
	buf_init(&names, 4096);
	if (schema_copy_members(&b.sc, at(&b, "#/top"), &members) != rc) {
		printf("# %.300s\n", document);
		check_failed_here = 1;
	}
	for (size_t i = 0; rc == RC_OK && i < members.n; i++) {
		const struct schema_member *m = &members.list[i];

		buf_printf(&names, "%s%.*s%s=", i ? " " : "", (int)m->name_len, m->name,
			m->required ? "!" : "");
		schema_copy_write_member(&b.sc, m, &names);
	}
	if (rc == RC_OK && members.additional)
		buf_puts(&names, " …");
	CHECK_STR(rc == RC_OK ? buf_text(&names) : "", want);
	schema_members_release(&members);
	buf_release(&names);
	close_text(&b);
}

static void schema_members_of_objects(void)
{
	members_are("{top: {type: object, properties: {a: {type: string}, b: {}}, required: [b]}}",
		RC_OK, "a={\"type\":\"string\"} b!={}");
	members_are("{top: {properties: {a: {}}, additionalProperties: true}}", RC_OK, "a={} …");
	members_are("{top: {properties: {a: {}}, additionalProperties: {type: string}}}", RC_OK,
		"a={} …");
	members_are("{top: {properties: {a: {}}, additionalProperties: false}}", RC_OK, "a={}");
	members_are("{top: {properties: {a: {readOnly: true}, b: {}}, required: [a, b, c]}}", RC_OK,
		"b!={} c!={}");
	members_are("{top: {$ref: '#/x'}, x: {properties: {a: {$ref: '#/x'}}}}", RC_OK,
		"a={\"$ref\":\"#/defs/x\"}");
	members_are("{top: {nullable: true, type: object, properties: {a: {}}, required: a}}",
		RC_OK, "a={}");
}

static void schema_members_of_all_parts(void)
{
	members_are(
		"{top: {allOf: [{$ref: '#/x'}, {properties: {b: {maxLength: 3}}, required: [a]}],"
		" properties: {c: {}}}, x: {properties: {a: {}, b: {type: string}}}}",
		RC_OK, "c={} a!={} b={\"allOf\":[{\"type\":\"string\"},{\"maxLength\":3}]}");
	members_are("{top: {allOf: [{$ref: '#/x'}, {$ref: '#/x'}, {$ref: '#/top'}]},"
		    " x: {properties: {a: {type: string}}}}",
		RC_OK, "a={\"type\":\"string\"}");
	members_are("{top: {allOf: [{properties: {id: {readOnly: true}, n: {}}},"
		    " {properties: {id: {type: string}}, required: [id]}]}}",
		RC_OK, "n={}");
}

static void schema_what_is_no_plain_object_goes_whole(void)
{
	static const char *const whole[] = {"{top: {type: string}}", "{top: {type: object}}",
		"{top: {type: array, items: {}}}", "{top: {}}", "{top: 5}",
		"{top: {$ref: '#/nobody'}}", "{top: {$ref: 'x.json'}}", "{top: {$ref: '#/top'}}",
		"{top: {properties: {a: {}}, oneOf: [{}]}}",
		"{top: {properties: {a: {}}, anyOf: [{}]}}",
		"{top: {properties: {a: {}}, not: {}}}",
		"{top: {properties: {a: {}}, type: array}}",
		"{top: {properties: {a: {}}, enum: [{}]}}",
		"{top: {properties: {a: {readOnly: true}}}}",
		"{top: {allOf: [{properties: {a: {}}}, {oneOf: [{}]}]}}",
		"{top: {allOf: [{properties: {a: {}}}, {$ref: '#/nobody'}]}}",
		"{top: {allOf: [{properties: {a: {}}}, 5]}}",
		"{top: {properties: {a: {}}, patternProperties: {}}}",
		"{top: {additionalProperties: {type: string}}}", "{top: {properties: []}}"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		members_are(whole[i], RC_NOT_FOUND, "");
}

static void schema_members_are_limited(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "{top: {properties: {");
	for (int i = 0; i <= SCHEMA_MEMBERS_MAX; i++)
		buf_printf(&text, "p%d: {}, ", i);
	buf_puts(&text, "}}}");
	members_are(buf_text(&text), RC_LIMIT, "");
	buf_release(&text);
}

static void schema_files_are_told(void)
{
	static const struct {
		const char *schema;
		bool file;
	} cases[] = {{"{type: file}", true}, {"{type: string, format: binary}", true},
		{"{type: array, items: {$ref: '#/f'}}", true}, {"{$ref: '#/f'}", true},
		{"{type: string, contentMediaType: application/octet-stream}", true},
		{"{type: string}", false}, {"{type: string, format: byte}", false}, {"{}", false},
		{"{type: string, contentMediaType: text/csv}", false},
		{"{type: object, properties: {a: {type: file}}}", false}, {"5", false},
		{"{type: array}", false}, {"{$ref: '#/nobody'}", false}};
	struct bench b;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "{f: {type: string, format: binary}, s: %s}",
			cases[i].schema);
		open_text(&b, V31, text);
		CHECK_INT(schema_copy_is_file(&b.sc, at(&b, "#/s")), cases[i].file);
		close_text(&b);
	}
	open_text(&b, V31, "{}");
	schema_copy_write(&b.sc, NULL, &b.out);
	CHECK_STR(buf_text(&b.out), "{}");
	CHECK(!schema_copy_is_file(&b.sc, NULL) && !schema_copy_resolve(&b.sc, NULL));
	close_text(&b);
}

int main(void)
{
	RUN(schema_keywords_are_kept_in_one_order);
	RUN(schema_words_of_older_dialects_are_translated);
	RUN(schema_what_is_for_answers_is_left_out);
	RUN(schema_values_take_the_type_that_is_meant);
	RUN(schema_keywords_with_impossible_values_are_dropped);
	RUN(schema_what_is_not_copied_is_marked);
	RUN(schema_references_are_names);
	RUN(schema_siblings_of_references_hold_in_3_1);
	RUN(schema_references_that_lead_nowhere_are_anything);
	RUN(schema_depth_becomes_names);
	RUN(schema_room_ends_far_from_the_root);
	RUN(schema_keys_have_their_own_room);
	RUN(schema_one_that_is_too_large_is_anything);
	RUN(schema_values_that_are_too_large_are_left_out);
	RUN(schema_words_are_cut);
	RUN(schema_aliases_are_names);
	RUN(schema_what_is_rendered_serves_all_operations);
	RUN(schema_members_of_objects);
	RUN(schema_members_of_all_parts);
	RUN(schema_what_is_no_plain_object_goes_whole);
	RUN(schema_members_are_limited);
	RUN(schema_files_are_told);
	return CHECK_DONE;
}
