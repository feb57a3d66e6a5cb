/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/yamlr.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

static struct yamlr *doc_of(const char *text)
{
	struct yamlr_error error;
	struct yamlr *doc;

	if (yamlr_parse(text, strlen(text), &doc, &error) != RC_OK) {
		printf("# line %u: %s\n", error.line, error.reason);
		exit(1);
	}
	CHECK_INT(error.line, 0);
	return doc;
}

static void refused_bytes(const char *p, size_t len, enum rc want, unsigned line)
{
	struct yamlr_error error;
	struct yamlr *doc;

	CHECK_INT(yamlr_parse(p, len, &doc, &error), want);
	CHECK(doc == NULL);
	CHECK_INT(error.line, line);
	CHECK(error.reason[0] != 0);
	if (check_failed_here)
		printf("# %.60s: line %u: %s\n", p, error.line, error.reason);
}

static void refused(const char *text, enum rc want, unsigned line)
{
	refused_bytes(text, strlen(text), want, line);
}

static void yamlr_builds_a_tree_in_order(void)
{
	struct yamlr *doc =
		doc_of("name: Acme\nscopes:\n  - read\n  - 'write'\noauth: {token: \"t\", n: 5}\n");
	const struct yamlr_node *root = yamlr_root(doc), *scopes = yamlr_get(root, "scopes");

	CHECK_INT(root->kind, YAMLR_MAPPING);
	CHECK_INT(root->n, 3);
	CHECK(root->key == NULL && root->text == NULL);
	CHECK_STR(root->first->key, "name");
	CHECK_STR(yamlr_text(root->first), "Acme");
	CHECK(root->first->next == scopes);
	CHECK_INT(scopes->kind, YAMLR_SEQUENCE);
	CHECK_INT(scopes->n, 2);
	CHECK_STR(scopes->first->text, "read");
	CHECK(scopes->first->key == NULL);
	CHECK(!scopes->first->quoted && scopes->first->next->quoted);
	CHECK_STR(yamlr_text(yamlr_get(yamlr_get(root, "oauth"), "token")), "t");
	yamlr_free(doc);
	yamlr_free(NULL);
}

static void yamlr_lines_count_from_one(void)
{
	struct yamlr *doc = doc_of("# x\na: 1\n\nb:\n  c:\n    - y\n    - z\nd: |\n  text\n");
	const struct yamlr_node *root = yamlr_root(doc), *b = yamlr_get(root, "b");

	CHECK_INT(root->line, 2);
	CHECK_INT(yamlr_get(root, "a")->line, 2);
	CHECK_INT(b->line, 4);
	CHECK_INT(yamlr_get(b, "c")->line, 5);
	CHECK_INT(yamlr_get(b, "c")->first->next->line, 7);
	CHECK_INT(yamlr_get(root, "d")->line, 8);
	CHECK(yamlr_get(root, "d")->quoted);
	yamlr_free(doc);
}

static void yamlr_empty_documents_have_no_root_or_null(void)
{
	static const char *const none[] = {
		"", "\n", "# only a comment\n", "\xef\xbb\xbf", "%YAML 1.1\n---\n...\n"};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		struct yamlr *doc = doc_of(none[i]);

		CHECK(yamlr_is_null(yamlr_root(doc)));
		yamlr_free(doc);
	}
}

static void yamlr_byte_order_mark_is_skipped(void)
{
	struct yamlr *doc = doc_of("\xef\xbb\xbf"
				   "a: 1\n");

	CHECK_STR(yamlr_text(yamlr_get(yamlr_root(doc), "a")), "1");
	yamlr_free(doc);
}

static void yamlr_null_is_plain_only(void)
{
	static const int is_null[] = {1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0};
	const struct yamlr_node *node;
	size_t i = 0;
	struct yamlr *doc = doc_of("- null\n- ~\n- Null\n- NULL\n- \"null\"\n- '~'\n- ''\n- nul\n- "
				   "|\n  null\n- []\n- {}\n-\n");

	for (node = yamlr_root(doc)->first; i < 11; node = node->next, i++)
		CHECK_INT(yamlr_is_null(node), is_null[i]);
	CHECK(yamlr_is_null(node)); /* nothing after the dash */
	CHECK(yamlr_is_null(NULL));
	CHECK(yamlr_text(NULL) == NULL);
	CHECK(yamlr_text(yamlr_root(doc)) == NULL);
	CHECK(yamlr_text(yamlr_root(doc)->first) == NULL);
	yamlr_free(doc);
}

static void yamlr_get_is_null_safe(void)
{
	struct yamlr *doc = doc_of("a: [x]\n");
	const struct yamlr_node *root = yamlr_root(doc);

	CHECK(yamlr_get(NULL, "a") == NULL);
	CHECK(yamlr_get(root, "b") == NULL);
	CHECK(yamlr_get(root, "") == NULL);
	CHECK(yamlr_get(yamlr_get(root, "a"), "x") == NULL);
	CHECK(yamlr_get(yamlr_get(root, "a")->first, "x") == NULL);
	yamlr_free(doc);
}

static void yamlr_bool_g7_core_schema(void)
{
	static const struct {
		const char *text;
		enum rc rc;
		int value;
	} cases[] = {{"true", RC_OK, 1}, {"True", RC_OK, 1}, {"TRUE", RC_OK, 1},
		{"false", RC_OK, 0}, {"FALSE", RC_OK, 0}, {"yes", RC_INVALID, 0},
		{"on", RC_INVALID, 0}, {"no", RC_INVALID, 0}, {"y", RC_INVALID, 0},
		{"tRUE", RC_INVALID, 0}, {"1", RC_INVALID, 0}, {"\"true\"", RC_INVALID, 0},
		{"[true]", RC_INVALID, 0}, {"{}", RC_INVALID, 0}, {"~", RC_NOT_FOUND, 0}};
	bool value;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct yamlr *doc = doc_of(cases[i].text);

		CHECK_INT(yamlr_bool(yamlr_root(doc), &value), cases[i].rc);
		CHECK_INT(value, cases[i].value);
		yamlr_free(doc);
	}
	CHECK_INT(yamlr_bool(NULL, &value), RC_NOT_FOUND);
}

static void yamlr_int_g7_core_schema(void)
{
	static const struct {
		const char *text;
		enum rc rc;
		int64_t value;
	} cases[] = {{"0", RC_OK, 0}, {"42", RC_OK, 42}, {"-42", RC_OK, -42}, {"+7", RC_OK, 7},
		{"012", RC_OK, 12}, {"9223372036854775807", RC_OK, INT64_MAX},
		{"-9223372036854775808", RC_OK, INT64_MIN}, {"9223372036854775808", RC_INVALID, 0},
		{"-9223372036854775809", RC_INVALID, 0}, {"99999999999999999999999", RC_INVALID, 0},
		{"1_000", RC_INVALID, 0}, {"0o7", RC_INVALID, 0}, {"0x10", RC_INVALID, 0},
		{"1e3", RC_INVALID, 0}, {"1.0", RC_INVALID, 0}, {".inf", RC_INVALID, 0},
		{"'1'", RC_INVALID, 0}, {"+", RC_INVALID, 0}, {"--1", RC_INVALID, 0},
		{"1 2", RC_INVALID, 0}, {"true", RC_INVALID, 0}, {"[1]", RC_INVALID, 0},
		{"null", RC_NOT_FOUND, 0}};
	int64_t value;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct yamlr *doc = doc_of(cases[i].text);

		CHECK_INT(yamlr_int(yamlr_root(doc), &value), cases[i].rc);
		CHECK_INT(value, cases[i].value);
		yamlr_free(doc);
	}
	CHECK_INT(yamlr_int(NULL, &value), RC_NOT_FOUND);
}

static void yamlr_g1_aliases_are_refused(void)
{
	refused("a: &x [1]\nb: *x\n", RC_INVALID, 2);
	refused("a: *nowhere\n", RC_INVALID, 1);
	refused("a: &x\n  - *x\n", RC_INVALID, 2);
	refused("&a a: 1\n*a : 2\n", RC_INVALID, 2);
	refused("base: &b {x: 1}\nc:\n  <<: *b\n", RC_INVALID, 3);
}

static void yamlr_anchors_and_tags_are_ignored(void)
{
	struct yamlr *doc = doc_of("a: &x 1\nb: !!python/object:os.system x\nc: !!str null\n");
	const struct yamlr_node *root = yamlr_root(doc);

	CHECK_STR(yamlr_text(yamlr_get(root, "a")), "1");
	CHECK_STR(yamlr_text(yamlr_get(root, "b")), "x");
	CHECK(yamlr_is_null(yamlr_get(root, "c")));
	yamlr_free(doc);
}

static void yamlr_g7_duplicate_keys_are_refused(void)
{
	refused("a: 1\nb: 2\na: 3\n", RC_INVALID, 3);
	refused("x:\n  k: 1\n  'k': 2\n", RC_INVALID, 3);
	refused("{a: 1, \"\\x61\": 2}", RC_INVALID, 1);
	refused("- ? a\n- {b: 1,\n   b: 2}\n", RC_INVALID, 3);
	refused("? \n: 1\n? \n: 2\n", RC_INVALID, 3);
}

static void yamlr_same_key_in_other_mappings_is_allowed(void)
{
	struct yamlr *doc = doc_of("a: {a: {a: 1}}\nb: {a: 1}\nA: 2\n");

	CHECK_INT(yamlr_root(doc)->n, 3);
	yamlr_free(doc);
}

static void yamlr_keys_that_are_no_scalars_are_refused(void)
{
	refused("? [a]\n: 1\n", RC_INVALID, 1);
	refused("x: 1\n? {a: b}\n: 1\n", RC_INVALID, 2);
	refused("{[]: 1}", RC_INVALID, 1);
	refused("? - a\n  - b\n: 1\n", RC_INVALID, 1);
}

static void yamlr_g7_a_second_document_is_refused(void)
{
	refused("a: 1\n---\nb: 2\n", RC_INVALID, 2);
	refused("--- a\n--- b\n", RC_INVALID, 2);
	refused("a\n...\n---\n", RC_INVALID, 3);
}

static char *repeat(const char *what, size_t n, const char *tail)
{
	size_t len = strlen(what);
	char *text = malloc(n * len + strlen(tail) + 1);

	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, what, len);
	memcpy(text + n * len, tail, strlen(tail) + 1);
	return text;
}

static void yamlr_depth_32_passes_and_33_does_not(void)
{
	char text[200];
	struct yamlr *doc;

	memset(text, '[', 33);
	memset(text + 33, ']', 33);
	text[66] = 0;
	refused(text, RC_LIMIT, 1);
	text[65] = 0;
	doc = doc_of(text + 1);
	yamlr_free(doc);
}

static void yamlr_g2_deep_nesting_ends_at_once(void)
{
	static const char *const what[] = {"[", "{", "? ", "- ", "[a, ", "{a: ", "- - ", "[{x: "};
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (size_t i = 0; i < sizeof(what) / sizeof(*what); i++) {
		char *text = repeat(what[i], YAMLR_SIZE_MAX / strlen(what[i]), "");
		struct yamlr_error error;
		struct yamlr *doc;
		enum rc rc = yamlr_parse(text, strlen(text), &doc, &error);

		CHECK(rc == RC_LIMIT || rc == RC_INVALID);
		free(text);
	}
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK(b.tv_sec - a.tv_sec <= 3);
}

static void yamlr_number_of_events_is_limited(void)
{
	char *fits = repeat("- a\n", 49000, ""), *over = repeat("- a\n", 50001, "");
	struct yamlr *doc = doc_of(fits);

	CHECK_INT(yamlr_root(doc)->n, 49000);
	yamlr_free(doc);
	refused(over, RC_LIMIT, 49999);
	free(fits);
	free(over);
}

static void yamlr_many_keys_are_not_quadratic(void)
{
	char *text = malloc(24000 * 20), *p = text;
	struct yamlr *doc;

	for (int i = 0; i < 24000; i++)
		p += snprintf(p, 20, "key_%d: 1\n", i);
	doc = doc_of(text);
	CHECK_INT(yamlr_root(doc)->n, 24000);
	yamlr_free(doc);
	snprintf(p, 20, "key_%d: 1\n", 0);
	refused(text, RC_INVALID, 24001);
	free(text);
}

static void yamlr_size_is_limited(void)
{
	char *text = repeat("#", YAMLR_SIZE_MAX + 1, "");
	struct yamlr_error error;
	struct yamlr *doc;

	refused_bytes(text, YAMLR_SIZE_MAX + 1, RC_LIMIT, 0);
	CHECK_INT(yamlr_parse(text, YAMLR_SIZE_MAX, &doc, &error), RC_OK);
	yamlr_free(doc);
	free(text);
}

static void yamlr_g6_other_encodings_are_refused(void)
{
	refused("a: 1\nb: \xe9\n", RC_INVALID, 2);
	refused("\n\n\xc0\x80", RC_INVALID, 3);
	refused("a: \xed\xa0\x80", RC_INVALID, 1);
	refused("a: \xf4\x90\x80\x80", RC_INVALID, 1);
	refused("a: \xe2\x82", RC_INVALID, 1);
	refused_bytes("\xff\xfe"
		      "a\0",
		4, RC_INVALID, 1);
	refused_bytes("\xfe\xff\0a", 4, RC_INVALID, 1);
	refused_bytes("a: 1\nb: \0\n", 10, RC_INVALID, 2);
	refused("a: \x01", RC_INVALID, 1);
	refused("a: \x1b[0m", RC_INVALID, 1);
	refused("a: \x7f", RC_INVALID, 1);
}

static void yamlr_nul_and_surrogate_escapes_are_refused(void)
{
	refused("a: 1\nb: \"x\\0y\"\n", RC_INVALID, 2);
	refused("\"\\x00\": 1\n", RC_INVALID, 1);
	refused("a: \"\\u0000\"", RC_INVALID, 1);
	refused("a: \"\\ud800\"", RC_INVALID, 1);
	refused("a: \"\\U00110000\"", RC_INVALID, 1);
}

static void yamlr_g15_not_yaml_is_refused_with_its_line(void)
{
	refused("a: 1\n b: 2\n", RC_INVALID, 2);
	refused("a: [1, 2\nb: 3\n", RC_INVALID, 2);
	refused("a: 'x\n", RC_INVALID, 2);
	refused("a: 1\n\tb: 2\n", RC_INVALID, 2);
	refused("a: b: c\n", RC_INVALID, 1);
	refused("@x", RC_INVALID, 1);
	refused("a: %x", RC_INVALID, 1);
	refused("]", RC_INVALID, 1);
	refused("!x!y z", RC_INVALID, 1);
	refused("%YAML 2.0\n---\na: 1\n", RC_INVALID, 1);
	refused("PK\x03\x04", RC_INVALID, 1);
}

int main(void)
{
	RUN(yamlr_builds_a_tree_in_order);
	RUN(yamlr_lines_count_from_one);
	RUN(yamlr_empty_documents_have_no_root_or_null);
	RUN(yamlr_byte_order_mark_is_skipped);
	RUN(yamlr_null_is_plain_only);
	RUN(yamlr_get_is_null_safe);
	RUN(yamlr_bool_g7_core_schema);
	RUN(yamlr_int_g7_core_schema);
	RUN(yamlr_g1_aliases_are_refused);
	RUN(yamlr_anchors_and_tags_are_ignored);
	RUN(yamlr_g7_duplicate_keys_are_refused);
	RUN(yamlr_same_key_in_other_mappings_is_allowed);
	RUN(yamlr_keys_that_are_no_scalars_are_refused);
	RUN(yamlr_g7_a_second_document_is_refused);
	RUN(yamlr_depth_32_passes_and_33_does_not);
	RUN(yamlr_g2_deep_nesting_ends_at_once);
	RUN(yamlr_number_of_events_is_limited);
	RUN(yamlr_many_keys_are_not_quadratic);
	RUN(yamlr_size_is_limited);
	RUN(yamlr_g6_other_encodings_are_refused);
	RUN(yamlr_nul_and_surrogate_escapes_are_refused);
	RUN(yamlr_g15_not_yaml_is_refused_with_its_line);
	return CHECK_DONE;
}
