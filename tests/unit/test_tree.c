/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "platform/buf.h"

#define MIB ((size_t)1 << 20)
#define N(array) (sizeof(array) / sizeof(*(array)))

/* --- what a text becomes --- */

/* A copy of exactly its size: a read past the end is then a sanitizer's report. */
static enum rc parse(const char *p, size_t len, const struct tree_limits *limits, struct tree **out,
	struct tree_error *error)
{
	char *copy = malloc(len ? len : 1);
	enum rc rc;

	memcpy(copy, p, len);
	rc = tree_parse(copy, len, limits, out, error);
	free(copy);
	CHECK((*out != NULL) == (rc == RC_OK));
	CHECK((error->reason[0] != 0) == (rc != RC_OK));
	return rc;
}

static struct tree *tree_of(const char *text)
{
	struct tree_error error;
	struct tree *tree;

	if (parse(text, strlen(text), NULL, &tree, &error) != RC_OK) {
		printf("# refused: %s: %u:%u %s\n", text, error.line, error.column, error.reason);
		exit(1);
	}
	return tree;
}

static const char *written(const struct tree_node *n)
{
	static struct buf text;

	buf_release(&text);
	buf_init(&text, MIB);
	CHECK_INT(tree_write(n, &text), RC_OK);
	return buf_text(&text);
}

static const char *path_of(const struct tree_node *n)
{
	static struct buf text;

	buf_release(&text);
	buf_init(&text, MIB);
	CHECK_INT(tree_path(n, &text), RC_OK);
	return buf_text(&text);
}

static bool has_note(const struct tree *tree, const char *code)
{
	size_t n, left_out;
	const struct tree_note *notes = tree_notes(tree, &n, &left_out);

	for (size_t i = 0; i < n; i++)
		if (strcmp(notes[i].code, code) == 0)
			return true;
	return false;
}

static size_t notes_of(const struct tree *tree)
{
	size_t n, left_out;

	tree_notes(tree, &n, &left_out);
	return n + left_out;
}

struct reads {
	const char *text, *as, *note; /* note NULL: none at all */
};

static void all_read(const struct reads *reads, size_t n, bool yaml)
{
	for (size_t i = 0; i < n; i++) {
		struct tree *tree = tree_of(reads[i].text);

		CHECK_STR(written(tree_root(tree)), reads[i].as);
		CHECK_INT(tree_is_yaml(tree), yaml);
		if (reads[i].note && !has_note(tree, reads[i].note)) {
			printf("# %s: without the note\n", reads[i].text);
			check_failed_here = 1;
		}
		CHECK_INT(notes_of(tree) > 0, reads[i].note != NULL);
		tree_free(tree);
	}
}

struct refused {
	const char *text, *code;
	unsigned line, column;
};

static void is_refused(
	const char *text, size_t len, const char *code, unsigned line, unsigned column)
{
	struct tree_error error;
	struct tree *tree;

	if (parse(text, len, NULL, &tree, &error) == RC_OK) {
		printf("# taken: %.*s\n", (int)len, text);
		check_failed_here = 1;
	} else if (strcmp(error.code, code) != 0 || error.line != line || error.column != column) {
		printf("# %.*s: %s %u:%u %s, not %s %u:%u\n", (int)len, text, error.code,
			error.line, error.column, error.reason, code, line, column);
		check_failed_here = 1;
	}
	tree_free(tree);
}

static void all_refused(const struct refused *refused, size_t n)
{
	for (size_t i = 0; i < n; i++)
		is_refused(refused[i].text, strlen(refused[i].text), refused[i].code,
			refused[i].line, refused[i].column);
}

/* --- JSON --- */

static void json_is_read_as_it_is_written(void)
{
	static const struct reads reads[] = {
		{"{}", "{}", NULL},
		{" [ ] \r\n", "[]", NULL},
		{"{\"a\":[1,{\"b\":null}],\"c\":true,\"d\":false}",
			"{\"a\":[1,{\"b\":null}],\"c\":true,\"d\":false}", NULL},
		{"[-0,0.10,1E+5,1e400,18446744073709551617,123456789012345678901234567890.5]",
			"[-0,0.10,1E+5,1e400,18446744073709551617,123456789012345678901234567890."
			"5]",
			NULL},
		{"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u001f\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u001f\"]",
			NULL},
		{"[\"\\u00e9\\ud83d\\ude00\\u20AC\",\"\xc3\xa9\"]",
			"[\"\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac\",\"\xc3\xa9\"]", NULL},
		{"{\"\":{\"\":1}}", "{\"\":{\"\":1}}", NULL},
		{"\xef\xbb\xbf{\"a\":1}", "{\"a\":1}", NULL},
	};

	all_read(reads, N(reads), false);
}

static void json_oddities_are_read_with_a_note(void)
{
	static const struct reads reads[] = {
		{"{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}", "duplicate_key"},
		{"{\"a\":1,\"\\u0061\":2}", "{\"a\":2}", "duplicate_key"},
		{"{\"a\":1,\"a\":2,\"a\":3,\"a\":{\"a\":4}}", "{\"a\":{\"a\":4}}", "duplicate_key"},
		{"{\"a\":0,\"b\":1,\"c\":2,\"d\":3,\"e\":4,\"f\":5,\"g\":6,\"h\":7,\"i\":8,\"a\":9,"
		 "\"j\":10}",
			"{\"b\":1,\"c\":2,\"d\":3,\"e\":4,\"f\":5,\"g\":6,\"h\":7,\"i\":8,\"a\":9,"
			"\"j\":10}",
			"duplicate_key"},
		{"[\"\\ud83d\"]", "[\"\xef\xbf\xbd\"]", "half_pair"},
		{"[\"\\ude00x\"]", "[\"\xef\xbf\xbdx\"]", "half_pair"},
		{"[\"\\ud83d\\ud83d\\ude00\"]", "[\"\xef\xbf\xbd\xf0\x9f\x98\x80\"]", "half_pair"},
		{"[\"\\ud83d\\n\"]", "[\"\xef\xbf\xbd\\n\"]", "half_pair"},
		{"{\"\\udead\":1}", "{\"\xef\xbf\xbd\":1}", "half_pair"},
		{"{\"a\\u0000b\":\"\\u0000\"}",
			"{\"a\xef\xbf\xbd"
			"b\":\"\xef\xbf\xbd\"}",
			"nul"},
		{"[\"caf\xe9\"]", "[\"caf\xc3\xa9\"]", "read_as_latin1"},
		{"[\"\x93\x80 9\x94\"]", "[\"\xe2\x80\x9c\xe2\x82\xac 9\xe2\x80\x9d\"]",
			"read_as_latin1"},
	};

	all_read(reads, N(reads), false);
}

static void almost_json_is_read_as_yaml(void)
{
	static const struct reads reads[] = {
		{"{\"a\":1,}", "{\"a\":1}", "read_as_yaml"},
		{"[1,\n2,\n]", "[1,2]", "read_as_yaml"},
		{"{\"a\":\"b\tc\"}", "{\"a\":\"b\\tc\"}", "read_as_yaml"},
		{"{a: 1, 'b': yes}", "{\"a\":1,\"b\":\"yes\"}", "read_as_yaml"},
		{"{\"a\":1, # why\n\"b\":012}", "{\"a\":1,\"b\":\"012\"}", "read_as_yaml"},
	};

	all_read(reads, N(reads), true);
}

static void wrong_json_is_refused_where_it_is_wrong(void)
{
	static const struct refused refused[] = {
		{"{\"a\":1", "not_json", 1, 7},
		{"[1,2", "not_json", 1, 5},
		{"{\"a\":[1,2}", "not_json", 1, 10},
		{"{\"a\":1}}", "not_json", 1, 8},
		{"{} {}", "not_json", 1, 4},
		{"{\n  \"a\": 1\n  \"b\": 2\n}", "not_json", 3, 3},
		{"[\"\xc3\xa9\xc3\xa9\" \"\"]", "not_json", 1, 7},
		{"{\"a\":\"b", "not_json", 1, 8},
		{"{\"a\" \"b\": 1}", "not_json", 1, 6},
		{"[\"\\q\"]", "not_json", 1, 4},
		{"[\"\\u12g4\"]", "not_json", 1, 4},
		{"[1]]", "not_json", 1, 4},
		{"{]", "not_json", 1, 2},
		{"[\"a\":1, \"b\":]x", "not_json", 1, 5},
	};

	all_refused(refused, N(refused));
}

/* --- YAML --- */

static void yaml_scalars_have_the_types_of_the_core_schema(void)
{
	static const struct reads reads[] = {
		{"[~, null, Null, NULL, '', \"null\", nil]",
			"[null,null,null,null,\"\",\"null\",\"nil\"]", "read_as_yaml"},
		{"- true\n- True\n- TRUE\n- false\n- 'true'\n- tRUE\n",
			"[true,true,true,false,\"true\",\"tRUE\"]", NULL},
		{"- yes\n- no\n- on\n- off\n- y\n- N\n- NO\n",
			"[\"yes\",\"no\",\"on\",\"off\",\"y\",\"N\",\"NO\"]", NULL},
		{"- 0\n- -0\n- +7\n- 18446744073709551617\n- 1.50\n- .5\n- -.5\n- 5.\n- 5.e3\n- "
		 "1e3\n- "
		 "+1.5E-3\n",
			"[0,-0,7,18446744073709551617,1.50,0.5,-0.5,5,5e3,1e3,1.5E-3]", NULL},
		{"- 012\n- -01\n- 00\n- 0o7\n- 0x1f\n- 0b1\n- 1_000\n- .inf\n- -.Inf\n- .nan\n- "
		 "1e\n- e3\n- "
		 ".\n- +\n- '-'\n- 1.2.3\n- 1,5\n- 12:30:45\n- 2001-12-14\n- "
		 "2001-12-14T21:59:43.10-05:00\n",
			"[\"012\",\"-01\",\"00\",\"0o7\",\"0x1f\",\"0b1\",\"1_000\",\".inf\",\"-."
			"Inf\","
			"\".nan\",\"1e\",\"e3\",\".\",\"+\",\"-\",\"1.2.3\",\"1,5\",\"12:30:45\","
			"\"2001-12-14\",\"2001-12-14T21:59:43.10-05:00\"]",
			NULL},
		{"200: a\n1.50: b\ntrue: c\n~: d\n? e\n: f\n",
			"{\"200\":\"a\",\"1.50\":\"b\",\"true\":\"c\",\"~\":\"d\",\"e\":\"f\"}",
			NULL},
		{"a: !!str 5\nb: ! 5\nc: !!int 5\nd: !!python/object:os.system rm\ne: !Sub x\nf: "
		 "!!set {g}",
			"{\"a\":\"5\",\"b\":\"5\",\"c\":5,\"d\":\"rm\",\"e\":\"x\",\"f\":{\"g\":"
			"null}}",
			NULL},
		{"a: |\n  one\n  5\nb: >-\n  two\n  words\nc: |\n  5\n",
			"{\"a\":\"one\\n5\\n\",\"b\":\"two words\",\"c\":\"5\\n\"}", NULL},
		{"a:\nb: \n", "{\"a\":null,\"b\":null}", NULL},
		{"# nothing\n", "null", NULL},
		{"---\na: 1\n...\n", "{\"a\":1}", NULL},
		{"\xef\xbb\xbf%YAML 1.2\n---\n5", "5", NULL},
		{"a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}", NULL},
		{"a: caf\xe9", "{\"a\":\"caf\xc3\xa9\"}", "read_as_latin1"},
		{"a: \"x\\0y\"", "{\"a\":\"x\xef\xbf\xbdy\"}", NULL},
		{"a: 1\na: 2\n", "{\"a\":2}", "duplicate_key"},
		{"1: a\n\"1\": b\n", "{\"1\":\"b\"}", "duplicate_key"},
	};

	all_read(reads, N(reads), true);
}

static void aliases_stand_for_what_they_name(void)
{
	static const struct reads reads[] = {
		{"a: &x 1\nb: *x\n", "{\"a\":1,\"b\":1}", NULL},
		{"a: &x {b: [1, 2]}\nc: *x\nd: [*x]\n",
			"{\"a\":{\"b\":[1,2]},\"c\":{\"b\":[1,2]},\"d\":[{\"b\":[1,2]}]}", NULL},
		{"a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}", NULL},
		{"a: &x [&x 5, *x]\nb: *x\n", "{\"a\":[5,5],\"b\":5}", NULL},
		{"a: &x name\n*x : 1\n", "{\"a\":\"name\",\"name\":1}", NULL},
		{"&k a: 1\nb: *k\n", "{\"a\":1,\"b\":\"a\"}", NULL},
		{"a: &x\nb: *x\n", "{\"a\":null,\"b\":null}", NULL},
		{"a: &x 1\nb: &y [*x]\nc: *y\n", "{\"a\":1,\"b\":[1],\"c\":[1]}", NULL},
	};

	all_read(reads, N(reads), true);
}

static void merge_keys_merge_as_common_readers_do(void)
{
	static const struct reads reads[] = {
		{"a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n",
			"{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1}}", NULL},
		{"a: &x {p: 1, q: 2}\nb:\n  q: 3\n  <<: *x\n",
			"{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1}}", NULL},
		{"a: &x {p: 1}\nb: &y {p: 2, r: 3}\nc: {<<: [*x, *y], s: 4}\n",
			"{\"a\":{\"p\":1},\"b\":{\"p\":2,\"r\":3},\"c\":{\"s\":4,\"p\":1,\"r\":3}}",
			NULL},
		{"a: {<<: {p: 1}}\n", "{\"a\":{\"p\":1}}", NULL},
		{"a: &x {p: 1}\nb: &y {<<: *x}\nc: {<<: *y}\n",
			"{\"a\":{\"p\":1},\"b\":{\"p\":1},\"c\":{\"p\":1}}", NULL},
		{"a: &x {p: 1}\nb: {<<: *x, <<: {p: 2, q: 2}}\n",
			"{\"a\":{\"p\":1},\"b\":{\"p\":1,\"q\":2}}", NULL},
		{"a: {\"<<\": {p: 1}}\n", "{\"a\":{\"<<\":{\"p\":1}}}", NULL},
		{"a: {<<: 5}\n", "{\"a\":{\"<<\":5}}", NULL},
		{"a: {<<: [{p: 1}, 5]}\n", "{\"a\":{\"<<\":[{\"p\":1},5]}}", NULL},
		{"a: {<<: {}}\nb: {<<: []}", "{\"a\":{},\"b\":{}}", NULL},
		{"a: &x {a1: 1, a2: 2, a3: 3, a4: 4, a5: 5, a6: 6, a7: 7, a8: 8, a9: 9}\n"
		 "b: {<<: *x, a5: own, z: 0}",
			"{\"a\":{\"a1\":1,\"a2\":2,\"a3\":3,\"a4\":4,\"a5\":5,\"a6\":6,\"a7\":7,"
			"\"a8\":8,\"a9\":9},\"b\":{\"a5\":\"own\",\"z\":0,\"a1\":1,\"a2\":2,\"a3\":"
			"3,"
			"\"a4\":4,\"a6\":6,\"a7\":7,\"a8\":8,\"a9\":9}}",
			NULL},
	};

	all_read(reads, N(reads), true);
}

static void merged_members_are_found(void)
{
	struct tree *tree = tree_of("a: &x {p: 1, q: {r: [7]}}\nb:\n  s: 0\n  <<: *x\n");
	const struct tree_node *n;
	unsigned line, column;

	CHECK_INT(tree_pointer(tree, "#/b/q/r/0", 9, &n), RC_OK);
	CHECK_STR(tree_text(n, NULL), "7");
	n = tree_get(tree_get(tree_root(tree), "b"), "q");
	CHECK_STR(path_of(n), "/b/q");
	tree_where(tree, n, &line, &column);
	CHECK_INT(line, 4);
	CHECK_INT(column, 3);
	CHECK_STR(path_of(tree_first(n)), "/a/q/r");
	tree_free(tree);
}

static void wrong_yaml_is_refused_where_it_is_wrong(void)
{
	static const struct refused refused[] = {
		{"a: 1\n b: 2\n", "not_yaml", 2, 3},
		{"a: [1, 2\nb: 3", "not_yaml", 2, 2},
		{"a: \"b", "not_yaml", 1, 6},
		{"a: *x\n", "not_yaml", 1, 4},
		{"a: &x [1, *x]\n", "not_yaml", 1, 11},
		{"a: &x\n  b: {c: *x}\n", "not_yaml", 2, 10},
		{"&x [*x]", "not_yaml", 1, 5},
		{"a: 1\n---\nb: 2\n", "not_yaml", 2, 1},
		{"? {a: 1}\n: 2\n", "not_yaml", 1, 3},
		{"? [a]\n: 2\n", "not_yaml", 1, 3},
		{"a: &x {b: 1}\n*x : 2\n", "not_yaml", 2, 1},
		{"a: b: c\n", "not_yaml", 1, 5},
		{"a:\n\t- b\n", "not_yaml", 2, 1},
		{"a: \"\\q\"\n", "not_yaml", 1, 5},
		{"@a", "not_yaml", 1, 1},
		{"a: \x01", "not_yaml", 1, 0},
	};

	all_refused(refused, N(refused));
}

/* --- bytes --- */

static void what_is_no_text_is_named(void)
{
	static const struct {
		const char *p;
		size_t len;
		const char *code;
		unsigned line;
	} files[] = {
		{"", 0, "empty", 0},
		{" \r\n\t", 4, "empty", 0},
		{"\xef\xbb\xbf", 3, "empty", 0},
		{"<!DOCTYPE html><p>", 18, "markup", 0},
		{"\n <HTML>", 8, "markup", 0},
		{"<?xml version='1.0'?>", 21, "markup", 0},
		{"<definitions/>", 14, "markup", 0},
		{"PK\3\4\24\0\0\0", 8, "not_text", 0},
		{"\x1f\x8b\x08\0\0", 5, "not_text", 0},
		{"%PDF-1.7\n", 9, "not_text", 0},
		{"\xff\xfe{\0}\0", 6, "not_text", 0},
		{"\xfe\xff\0{\0}", 6, "not_text", 0},
		{"{\0}\0", 4, "not_text", 0},
		{"{\"a\":\0 1}", 9, "not_text", 0},
		{"a: 1\nb: \x81\n", 10, "not_utf8", 2},
		{"[\"\xc3\xa9\x07\xff\"]", 8, "not_utf8", 1},
		{"a: \x9d", 4, "not_utf8", 1},
	};

	for (size_t i = 0; i < N(files); i++)
		is_refused(files[i].p, files[i].len, files[i].code, files[i].line, 0);
}

/* --- places --- */

static void check_place(const struct tree *tree, const char *ref, unsigned line, unsigned column)
{
	const struct tree_node *n;
	unsigned got_line, got_column;

	CHECK_INT(tree_pointer(tree, ref, strlen(ref), &n), RC_OK);
	tree_where(tree, n, &got_line, &got_column);
	if (got_line != line || got_column != column) {
		printf("# %s: %u:%u, not %u:%u\n", ref, got_line, got_column, line, column);
		check_failed_here = 1;
	}
	CHECK_STR(path_of(n), ref[0] ? ref + 1 : ref);
}

static void every_value_has_its_place(void)
{
	struct tree *json = tree_of("{\n  \"\xc3\xa9\": \"\xf0\x9f\x98\x80\", \"b\": [1, {\n\"c\": "
				    "[]}],\r\n\"d\" : {} }");
	struct tree *yaml = tree_of("# c\na:\n  - 1\n  - b: x\n    c: [\xc3\xa9, 2]\n");

	check_place(json, "", 1, 1);
	check_place(json, "#/b", 2, 13);
	check_place(json, "#/b/0", 2, 19);
	check_place(json, "#/b/1", 2, 22);
	check_place(json, "#/b/1/c", 3, 1);
	check_place(json, "#/d", 4, 1);
	check_place(yaml, "", 2, 1);
	check_place(yaml, "#/a", 2, 1);
	check_place(yaml, "#/a/0", 3, 5);
	check_place(yaml, "#/a/1/b", 4, 5);
	check_place(yaml, "#/a/1/c/1", 5, 12);
	tree_free(json);
	tree_free(yaml);
}

static void an_alias_has_the_place_where_it_stands(void)
{
	struct tree *tree = tree_of("a: &x\n  b: 1\nc:\n- *x\n- 2\n");
	const struct tree_node *a = tree_get(tree_root(tree), "a");
	const struct tree_node *c = tree_get(tree_root(tree), "c"), *alias = tree_first(c);

	check_place(tree, "#/c/0", 4, 3);
	CHECK(tree_parent(alias) == c && tree_next(alias) == tree_at(c, 1));
	CHECK(tree_content(alias) == a && tree_content(a) == a && alias != a);
	CHECK(tree_get(alias, "b") == tree_get(a, "b"));
	CHECK(tree_parent(tree_get(alias, "b")) == a);
	CHECK_STR(path_of(tree_get(alias, "b")), "/a/b");
	CHECK_INT(tree_length(alias), 1);
	tree_free(tree);
}

static void pointers_follow_rfc6901(void)
{
	static const struct {
		const char *ref;
		enum rc rc;
		const char *text;
	} refs[] = {
		{"#/paths/~1a~1%7Bid%7D/get", RC_OK, "1"},
		{"#/paths/~1a~1{id}/get", RC_OK, "1"},
		{"#/m~0n", RC_OK, "2"},
		{"#/m~01", RC_OK, "3"},
		{"#/e%20%25", RC_OK, "4"},
		{"#/\xc3\xa9", RC_OK, "5"},
		{"#/%C3%a9", RC_OK, "5"},
		{"#/", RC_OK, "6"},
		{"#/list/1", RC_OK, "8"},
		{"#/list/9", RC_OK, "19"},
		{"#%2Flist%2F0", RC_OK, "7"},
		{"#/list/01", RC_NOT_FOUND, NULL},
		{"#/list/-1", RC_NOT_FOUND, NULL},
		{"#/list/+1", RC_NOT_FOUND, NULL},
		{"#/list/-", RC_NOT_FOUND, NULL},
		{"#/list/", RC_NOT_FOUND, NULL},
		{"#/list/1000000000", RC_NOT_FOUND, NULL},
		{"#/list/18446744073709551617", RC_NOT_FOUND, NULL},
		{"#/list/10", RC_NOT_FOUND, NULL},
		{"#/list/0/x", RC_NOT_FOUND, NULL},
		{"#/list/1e0", RC_NOT_FOUND, NULL},
		{"#/none/at/all", RC_NOT_FOUND, NULL},
		{"#/m~0n/", RC_NOT_FOUND, NULL},
		{"#/m%00", RC_NOT_FOUND, NULL},
		{"#/%ff", RC_NOT_FOUND, NULL},
		{"#/m~2", RC_INVALID, NULL},
		{"#/none/~", RC_INVALID, NULL},
		{"#/m%", RC_INVALID, NULL},
		{"#/m%4", RC_INVALID, NULL},
		{"#/m%zz", RC_INVALID, NULL},
		{"#list", RC_INVALID, NULL},
		{"#%", RC_INVALID, NULL},
		{"/list", RC_INVALID, NULL},
		{"other.yaml#/list", RC_INVALID, NULL},
		{"https://x.test/#/list", RC_INVALID, NULL},
	};
	struct tree *tree = tree_of("{\"paths\":{\"/a/{id}\":{\"get\":1}},\"m~n\":2,\"m~1\":3,\"e "
				    "%\":4,\"\xc3\xa9\":5,\"\":6,"
				    "\"list\":[7,8,0,0,0,0,0,0,0,19],\"x\":0,\"y\":0,\"z\":0}");

	for (size_t i = 0; i < N(refs); i++) {
		const struct tree_node *n;
		enum rc rc = tree_pointer(tree, refs[i].ref, strlen(refs[i].ref), &n);

		if (rc != refs[i].rc) {
			printf("# %s: %s\n", refs[i].ref, rc_name(rc));
			check_failed_here = 1;
		}
		CHECK((n != NULL) == (rc == RC_OK));
		if (rc == RC_OK)
			CHECK_STR(tree_text(n, NULL), refs[i].text);
	}
	tree_free(tree);
}

static void the_root_has_two_names(void)
{
	struct tree *tree = tree_of("{}");
	const struct tree_node *n;

	CHECK_INT(tree_pointer(tree, "", 0, &n), RC_OK);
	CHECK(n == tree_root(tree));
	CHECK_INT(tree_pointer(tree, "#", 1, &n), RC_OK);
	CHECK(n == tree_root(tree));
	tree_free(tree);
}

/* --- reading --- */

static void a_question_that_does_not_apply_has_an_empty_answer(void)
{
	static const char *const texts[] = {"~", "true", "12", "text", "[1]", "{a: 1}"};
	size_t len = 1;

	CHECK_INT(tree_kind(NULL), TREE_NULL);
	CHECK(!tree_text(NULL, &len) && len == 0 && !tree_bool(NULL) && tree_length(NULL) == 0);
	CHECK(!tree_first(NULL) && !tree_next(NULL) && !tree_key(NULL, NULL) && !tree_parent(NULL));
	CHECK(!tree_at(NULL, 0) && !tree_get(NULL, "a") && !tree_content(NULL));
	for (size_t i = 0; i < N(texts); i++) {
		struct tree *tree = tree_of(texts[i]);
		const struct tree_node *n = tree_root(tree);

		CHECK_INT(tree_kind(n), (enum tree_kind)i);
		CHECK((tree_text(n, &len) != NULL) == (i == TREE_NUMBER || i == TREE_STRING));
		CHECK_INT(tree_bool(n), i == TREE_BOOL);
		CHECK_INT(tree_length(n), i >= TREE_ARRAY);
		CHECK((tree_first(n) != NULL) == (i >= TREE_ARRAY));
		CHECK((tree_at(n, 0) != NULL) == (i == TREE_ARRAY));
		CHECK((tree_get(n, "a") != NULL) == (i == TREE_OBJECT));
		CHECK((tree_key(tree_first(n), &len) != NULL) == (i == TREE_OBJECT));
		CHECK(!tree_parent(n) && !tree_next(n) && !tree_key(n, NULL));
		CHECK(!tree_at(n, 1) && !tree_get(n, "") && !tree_get(n, "aa"));
		tree_free(tree);
	}
}

static void many_members_and_elements_are_found(void)
{
	struct buf text;
	struct tree *tree;
	char key[32];

	buf_init(&text, MIB);
	buf_puts(&text, "{\"list\":[0");
	for (int i = 1; i < 1000; i++)
		buf_printf(&text, ",%d", i);
	buf_puts(&text, "]");
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, ",\"key%d\":%d", i, i);
	buf_puts(&text, "}");
	tree = tree_of(buf_text(&text));
	for (int i = 0; i < 1000; i++) {
		const struct tree_node *list = tree_get(tree_root(tree), "list");

		snprintf(key, sizeof(key), "key%d", i);
		CHECK_STR(tree_text(tree_get(tree_root(tree), key), NULL), key + 3);
		CHECK_STR(tree_text(tree_at(list, (size_t)i), NULL), key + 3);
	}
	CHECK(!tree_get(tree_root(tree), "key1000") && !tree_get(tree_root(tree), "key"));
	CHECK_INT(tree_length(tree_root(tree)), 1001);
	tree_free(tree);
	buf_release(&text);
}

static void writing_keeps_to_its_budget(void)
{
	struct tree *tree = tree_of("{\"a\":[1,2,3],\"b\":\"text\"}");
	struct buf text;

	buf_init(&text, 26);
	CHECK_INT(tree_write(tree_root(tree), &text), RC_OK);
	CHECK_STR(buf_text(&text), "{\"a\":[1,2,3],\"b\":\"text\"}");
	buf_release(&text);
	buf_init(&text, 10);
	CHECK_INT(tree_write(tree_root(tree), &text), RC_LIMIT);
	buf_release(&text);
	tree_free(tree);
}

static void notes_are_kept_to_a_number_and_counted(void)
{
	struct tree *tree;
	struct buf text;
	size_t n, left_out;
	const struct tree_note *notes;

	buf_init(&text, MIB);
	buf_puts(&text, "[");
	for (int i = 0; i < 150; i++)
		buf_printf(&text, "%s{\"a\":1,\n\"a\":%d}", i ? "," : "", i);
	buf_puts(&text, "]");
	tree = tree_of(buf_text(&text));
	notes = tree_notes(tree, &n, &left_out);
	CHECK_INT(n, 100);
	CHECK_INT(left_out, 50);
	CHECK_STR(path_of(notes[7].node), "/7/a");
	CHECK_STR(tree_text(notes[7].node, NULL), "7");
	CHECK_STR(tree_text(tree_get(tree_at(tree_root(tree), 149), "a"), NULL), "149");
	tree_free(tree);
	buf_release(&text);
}

/* --- limits --- */

static void repeat(struct buf *text, const char *what, size_t n)
{
	while (n-- > 0)
		buf_puts(text, what);
}

static void check_limit(
	const struct buf *text, const struct tree_limits *limits, enum rc want, const char *code)
{
	struct tree_error error;
	struct tree *tree;
	enum rc rc = parse(buf_text(text), text->len, limits, &tree, &error);

	CHECK_INT(rc, want);
	if (rc)
		CHECK_STR(error.code, code);
	tree_free(tree);
}

static void check_depth(
	const char *open, const char *inside, const char *close, size_t n, const char *code)
{
	enum rc want = !code ? RC_OK : strcmp(code, "too_deep") == 0 ? RC_LIMIT : RC_INVALID;
	struct buf text;

	buf_init(&text, 4 * MIB);
	repeat(&text, open, n);
	buf_puts(&text, inside);
	repeat(&text, close, n);
	CHECK_INT(buf_done(&text), RC_OK);
	check_limit(&text, NULL, want, code);
	buf_release(&text);
}

static void depth_is_limited(void)
{
	check_depth("[", "", "]", 128, NULL);
	check_depth("[", "", "]", 129, "too_deep");
	check_depth("{\"a\":", "1", "}", 128, NULL);
	check_depth("{\"a\":", "1", "}", 129, "too_deep");
	check_depth("{a: ", "1", "}", 128, NULL);
	check_depth("{a: ", "1", "}", 129, "too_deep");
	check_depth("- ", "1", "", 128, NULL);
	check_depth("- ", "1", "", 129, "too_deep");
}

/* Of 2 MB: naive event loops need minutes for these. */
static void absurd_depth_costs_nothing(void)
{
	clock_t start = clock();

	check_depth("[", "", "", MIB, "too_deep");
	check_depth("{", "", "", MIB, "not_json");
	check_depth("{a: ", "", "", MIB / 2, "too_deep");
	check_depth("- ", "", "", MIB, "too_deep");
	check_depth("? ", "", "", MIB, "not_yaml");
	printf("# absurd depth: %.0f ms\n", (double)(clock() - start) * 1000 / CLOCKS_PER_SEC);
}

static void depth_counts_through_aliases(void)
{
	static const struct tree_limits limits = {MIB, 1000, 5, 1000};
	static const struct {
		const char *text;
		enum rc rc;
	} cases[] = {
		{"a: &x [[1]]\nb: [[*x]]\n", RC_OK},
		{"a: &x [[1]]\nb: [[[*x]]]\n", RC_LIMIT},
		{"a: &x [[1]]\nb: &y [*x]\nc: [*y]\n", RC_OK},
		{"a: &x [[1]]\nb: &y [*x]\nc: [[*y]]\n", RC_LIMIT},
		{"a: &x [[[1]]]\nb: [*x]\n", RC_OK},
		{"a: &x [[[1]]]\nb: [[*x]]\n", RC_LIMIT},
		{"a: &x {k: [[1]]}\nb: {<<: *x}\n", RC_OK},
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct tree_error error;
		struct tree *tree;

		CHECK_INT(parse(cases[i].text, strlen(cases[i].text), &limits, &tree, &error),
			cases[i].rc);
		tree_free(tree);
	}
}

static void bytes_and_values_are_limited(void)
{
	static const struct tree_limits bytes = {10, 100, 5, 100}, nodes = {100, 4, 5, 100};
	struct buf text;

	buf_init(&text, MIB);
	buf_puts(&text, "[12345678]");
	check_limit(&text, &bytes, RC_OK, NULL);
	buf_puts(&text, " ");
	check_limit(&text, &bytes, RC_LIMIT, "too_large");
	buf_clear(&text);
	buf_puts(&text, "[1,2,3]");
	check_limit(&text, &nodes, RC_OK, NULL);
	buf_clear(&text);
	buf_puts(&text, "[1,2,3,4]");
	check_limit(&text, &nodes, RC_LIMIT, "too_many");
	buf_clear(&text);
	buf_puts(&text, "a: &x {p: 1}\nb: {<<: *x}");
	check_limit(&text, &nodes, RC_LIMIT, "too_many");
	buf_release(&text);
}

/* Nine levels of nine: 306 bytes that stand for 3.5 GB. */
static void laughs(struct buf *text, int levels)
{
	buf_puts(text, "a: &a [x,x,x,x,x,x,x,x,x]\n");
	for (char c = 'b'; c < 'a' + levels; c++) {
		buf_printf(text, "%c: &%c [", c, c);
		for (int i = 0; i < 9; i++)
			buf_printf(text, "%s*%c", i ? "," : "", c - 1);
		buf_puts(text, "]\n");
	}
}

static void what_aliases_stand_for_is_limited(void)
{
	static const struct tree_limits limits = {MIB, 1000, 9, 10};
	struct buf text;

	buf_init(&text, MIB);
	laughs(&text, 6); /* 9^6 = 531441 */
	check_limit(&text, NULL, RC_OK, NULL);
	buf_clear(&text);
	laughs(&text, 9);
	check_limit(&text, NULL, RC_LIMIT, "too_expanded");
	buf_clear(&text);
	buf_puts(&text, "a: &x [1, 2]\nb: *x\nc: 3\nd: 4\n"); /* 1 + 3 + 3 + 1 + 1 */
	check_limit(&text, &limits, RC_OK, NULL);
	buf_puts(&text, "e: *x\n");
	check_limit(&text, &limits, RC_LIMIT, "too_expanded");
	buf_release(&text);
}

/* A small document that merges a large mapping again and again. */
static void merging_is_limited(void)
{
	static const struct tree_limits limits = {MIB, 100000, 9, 1000000};
	struct buf text;

	buf_init(&text, MIB);
	buf_puts(&text, "a: &x {k0: 0");
	for (int i = 1; i < 1000; i++)
		buf_printf(&text, ", k%d: 0", i);
	buf_puts(&text, "}\nb:\n");
	repeat(&text, "- {<<: *x}\n", 90);
	check_limit(&text, &limits, RC_OK, NULL);
	repeat(&text, "- {<<: *x}\n", 90);
	check_limit(&text, &limits, RC_LIMIT, "too_many");
	buf_release(&text);
}

/* Keys, anchors and pointers by the ten thousand: what is quadratic shows here. */
static void many_of_everything_takes_its_linear_time(void)
{
	clock_t start = clock();
	struct buf text;

	buf_init(&text, 16 * MIB);
	buf_puts(&text, "{");
	for (int i = 0; i < 200000; i++)
		buf_printf(&text, "\"k%d\":%d,", i % 100000, i);
	buf_puts(&text, "\"\":0}");
	check_limit(&text, NULL, RC_OK, NULL);
	buf_clear(&text);
	for (int i = 0; i < 50000; i++)
		buf_printf(&text, "- &a%d {b: 1}\n- *a%d\n", i, i / 2);
	check_limit(&text, NULL, RC_OK, NULL);
	buf_release(&text);
	printf("# many: %.0f ms\n", (double)(clock() - start) * 1000 / CLOCKS_PER_SEC);
}

int main(void)
{
	RUN(json_is_read_as_it_is_written);
	RUN(json_oddities_are_read_with_a_note);
	RUN(almost_json_is_read_as_yaml);
	RUN(wrong_json_is_refused_where_it_is_wrong);
	RUN(yaml_scalars_have_the_types_of_the_core_schema);
	RUN(aliases_stand_for_what_they_name);
	RUN(merge_keys_merge_as_common_readers_do);
	RUN(merged_members_are_found);
	RUN(wrong_yaml_is_refused_where_it_is_wrong);
	RUN(what_is_no_text_is_named);
	RUN(every_value_has_its_place);
	RUN(an_alias_has_the_place_where_it_stands);
	RUN(pointers_follow_rfc6901);
	RUN(the_root_has_two_names);
	RUN(a_question_that_does_not_apply_has_an_empty_answer);
	RUN(many_members_and_elements_are_found);
	RUN(writing_keeps_to_its_budget);
	RUN(notes_are_kept_to_a_number_and_counted);
	RUN(depth_is_limited);
	RUN(absurd_depth_costs_nothing);
	RUN(depth_counts_through_aliases);
	RUN(bytes_and_values_are_limited);
	RUN(what_aliases_stand_for_is_limited);
	RUN(merging_is_limited);
	RUN(many_of_everything_takes_its_linear_time);
	return CHECK_DONE;
}
