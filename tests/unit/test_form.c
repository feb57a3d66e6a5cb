/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person filled in, held against a schema and what is stored.
 */
#include "check.h"
#include "domain/form.h"
#include "domain/form_rules.h"
#include "domain/runtime/registry.h"

static struct field_option regions[] = {{.value = "eu"}, {.value = "us\"east"}};
static struct field fields[] = {
	{.name = "base_url", .kind = FIELD_TEXT, .required = true},
	{.name = "api_key", .kind = FIELD_SECRET, .required = true},
	{.name = "region",
		.kind = FIELD_SELECT,
		.default_value = "eu",
		.options = regions,
		.n_options = 2},
	{.name = "strict", .kind = FIELD_BOOLEAN, .default_value = "true"},
	{.name = "note", .kind = FIELD_TEXT},
	{.name = "account", .kind = FIELD_SECRET},
};
static const struct schema schema = {fields, sizeof(fields) / sizeof(fields[0])};

static struct fieldset given, stored, merged;
static struct form_error error;
static struct form_world world;

static void start(void)
{
	fieldset_release(&given);
	fieldset_release(&stored);
	CHECK_INT(fieldset_put_text(&given, "base_url", "https://drive.example"), RC_OK);
	CHECK_INT(fieldset_put_text(&given, "api_key", "key-1"), RC_OK);
}

static void give(const char *name, const char *value)
{
	CHECK_INT(fieldset_put_text(&given, name, value), RC_OK);
}

static void store(const char *name, const char *value)
{
	CHECK_INT(fieldset_put_text(&stored, name, value), RC_OK);
}

static enum rc merge(void)
{
	fieldset_release(&merged);
	return form_merge(&schema, &given, &stored, &world, &merged, &error);
}

/* The form is refused because of this field. */
static void refused(const char *field, const char *reason)
{
	CHECK_INT(merge(), RC_INVALID);
	CHECK((error.field == NULL) == (field == NULL));
	if (error.field && field)
		CHECK_STR(error.field, field);
	CHECK(error.reason && strstr(error.reason, reason));
}

static void refused_value(const char *field, const char *value, const char *reason)
{
	start();
	give(field, value);
	refused(field, reason);
}

static void what_is_given_is_kept_and_nothing_else(void)
{
	start();
	CHECK_INT(merge(), RC_OK);
	CHECK_INT(merged.n, 3); /* a box is always on or off */
	CHECK_STR(fieldset_text(&merged, "base_url"), "https://drive.example");
	CHECK_STR(fieldset_text(&merged, "api_key"), "key-1");
	CHECK_STR(fieldset_text(&merged, "strict"), "false");
	CHECK(!error.field && !error.reason);
	CHECK_INT(form_merge(&schema, &given, NULL, NULL, &merged, &error), RC_OK);
}

static void white_space_around_a_value_goes(void)
{
	start();
	give("base_url", " \t\r\nhttps://drive.example\v\f \n");
	give("api_key", "\xc2\xa0key\xe2\x80\x8b"); /* only ASCII white space */
	give("note", " \n ");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "base_url"), "https://drive.example");
	CHECK_STR(fieldset_text(&merged, "api_key"), "\xc2\xa0key\xe2\x80\x8b");
	CHECK(!fieldset_get(&merged, "note"));
}

static void an_empty_secret_keeps_the_stored_one(void)
{
	start();
	store("api_key", "key-0");
	store("account", "acc-0");
	store("note", "note-0");
	give("api_key", " ");
	give("note", "");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "api_key"), "key-0");
	CHECK_STR(fieldset_text(&merged, "account"), "acc-0");
	CHECK(!fieldset_get(&merged, "note")); /* was emptied */
	give("api_key", "key-2");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "api_key"), "key-2");
}

static void what_was_not_sent_is_kept(void)
{
	static const char *const rows[][2] = {{"base_url", "https://stored.example"},
		{"region", "us\"east"}, {"strict", "true"}, {"note", "kept"}, {"api_key", "key-0"}};

	start();
	fieldset_release(&given);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		store(rows[i][0], rows[i][1]);
	CHECK_INT(merge(), RC_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_STR(fieldset_text(&merged, rows[i][0]), rows[i][1]);
	give("note", "");
	CHECK_INT(merge(), RC_OK);
	CHECK(!fieldset_get(&merged, "note"));
}

#define PARROT "{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"model_type\":\"llm\"}"
#define FIND "{\"provider\":\"a/b/t\",\"tool\":\"find\"}"

static struct field choosing[] = {
	{.name = "model", .kind = FIELD_MODEL_SELECTOR, .required = true, .scope = "llm"},
	{.name = "app", .kind = FIELD_APP_SELECTOR},
	{.name = "tools", .kind = FIELD_TOOLS, .required = true},
};
static const struct schema choices = {choosing, 3};

static enum rc choose(const char *name, const char *value, const struct form_world *in)
{
	fieldset_release(&given);
	fieldset_release(&merged);
	give("model", PARROT);
	give("tools", "[" FIND "]");
	give(name, value);
	return form_merge(&choices, &given, &stored, in, &merged, &error);
}

static void choices_are_held_against_the_registry(void)
{
	static const char document[] =
		"{\"models\":[{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"type\":\"llm\"},"
		"{\"provider\":\"a/b/c\",\"model\":\"vec\",\"type\":\"text-embedding\"}],"
		"\"apps\":[{\"id\":\"1\",\"name\":\"Desk\",\"mode\":\"chat\"}],"
		"\"tools\":[{\"provider\":\"a/b/t\",\"tool\":\"find\"}]}";
	static const char *const bad[][3] = {{"model", "", "form.choose_one"},
		{"model", "parrot", "form.choose"},
		{"model",
			"{\"provider\":\"a/b/"
			"c\",\"model\":\"vec\",\"model_type\":\"text-embedding\"}",
			"form.not_registered"},
		{"app", "{\"app_id\":\"2\"}", "form.not_registered"},
		{"app", PARROT, "form.choose"}, {"app", "{\"app_id\":\"1\"", "form.choose"},
		{"tools", "", "form.choose_one"}, {"tools", "[]", "form.choose_one"},
		{"tools", FIND, "form.choose"},
		{"tools", "[{\"provider\":\"a/b/t\",\"tool\":\"lose\"}]", "form.not_registered"}};
	struct registry registry;
	struct form_world in = {.registry = &registry};

	CHECK_INT(registry_parse(document, strlen(document), &registry), RC_OK);
	fieldset_release(&stored);
	CHECK_INT(choose("app", " {\"app_id\" : \"1\"}", &in), RC_OK);
	CHECK_STR(fieldset_text(&merged, "model"), PARROT);
	CHECK_STR(fieldset_text(&merged, "app"), "{\"app_id\":\"1\"}");
	CHECK_STR(fieldset_text(&merged, "tools"), "[" FIND "]");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(choose(bad[i][0], bad[i][1], &in), RC_INVALID);
		CHECK_STR(error.field, bad[i][0]);
		CHECK_STR(error.reason, bad[i][2]);
	}
	CHECK_INT(choose("app", "", NULL), RC_INVALID); /* nothing is registered */
	CHECK_STR(error.field, "model");
	store("model", PARROT);
	store("tools", "[" FIND "]");
	CHECK_INT(choose("app", "", NULL), RC_OK); /* but what is stored may stay */
	registry_release(&registry);
}

static void required_fields(void)
{
	refused_value("base_url", "", "form.required");
	refused_value("base_url", " \n", "form.required");
	refused_value("api_key", "", "form.required");
	start();
	fieldset_remove(&given, "api_key");
	refused("api_key", "form.required");
	store("base_url", "https://stored.example");
	give("api_key", "key-1");
	give("base_url", "");
	refused("base_url", "form.required"); /* only a secret is kept */
}

static void a_select_takes_its_options(void)
{
	start();
	give("region", "us\"east");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "region"), "us\"east");
	refused_value("region", "EU", "form.choose");
	refused_value("region", "eu,us", "form.choose");
	start();
	give("region", "");
	CHECK_INT(merge(), RC_OK);
	CHECK(!fieldset_get(&merged, "region"));
}

static void a_box_is_on_or_off(void)
{
	static const char *const rows[][2] = {{"true", "true"}, {"on", "true"}, {"", "false"},
		{"false", "false"}, {"TRUE", "false"}, {"1", "false"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start();
		give("strict", rows[i][0]);
		CHECK_INT(merge(), RC_OK);
		CHECK_STR(fieldset_text(&merged, "strict"), rows[i][1]);
	}
	start();
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "strict"), "false");
	store("strict", "true"); /* the box was not shown */
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "strict"), "true");
	give("strict", ""); /* it was, and not ticked */
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "strict"), "false");
}

static void d31_characters(void)
{
	refused_value("api_key", "a\nb", "form.control_character");
	refused_value("api_key", "a\tb", "form.control_character");
	refused_value("base_url",
		"a\x7f"
		"b",
		"form.control_character");
	refused_value("base_url", "a\xff", "form.not_text");
	refused_value("base_url", "\xed\xa0\x80", "form.not_text");
	start();
	CHECK_INT(fieldset_put(&given, "api_key", "a\0b", 3), RC_OK);
	refused("api_key", "form.not_text");
	/* a service account is a whole document */
	start();
	give("api_key", "{\n\t\"key\": 1\r\n}");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "api_key"), "{\n\t\"key\": 1\r\n}");
	refused_value("api_key", "{\x1b}", "form.control_character");
	refused_value("note", "{\n}", "form.control_character");
}

static void lengths(void)
{
	static char text[FORM_VALUE_MAX + 2];

	memset(text, 'x', FORM_VALUE_MAX);
	start();
	give("note", text);
	CHECK_INT(merge(), RC_OK);
	text[FORM_VALUE_MAX] = 'x';
	refused_value("note", text, "form.too_long");
}

static void r73_names_that_the_schema_does_not_know(void)
{
	start();
	give("tenant_id", "x");
	refused(NULL, "form.unknown_field");
	start();
	give("API_KEY", "x");
	refused(NULL, "form.unknown_field");
}

static void defaults_fill_what_is_empty(void)
{
	fieldset_release(&merged);
	CHECK_INT(fieldset_put_text(&merged, "region", ""), RC_OK);
	CHECK_INT(fieldset_put_text(&merged, "strict", "false"), RC_OK);
	CHECK_INT(form_defaults(&schema, &merged), RC_OK);
	CHECK_STR(fieldset_text(&merged, "region"), "eu");
	CHECK_STR(fieldset_text(&merged, "strict"), "false");
	CHECK_INT(merged.n, 2);
}

/* --- rules of the provider file --- */

static const char *hosts[] = {"api.example.com", "*.eu.example.com"};
static const char *modes[] = {"own", "shared"};
static struct condition own = {"mode", {modes, 1}}, either = {"mode", {modes, 2}};
static struct condition deep = {"server", {hosts, 1}}, lost = {"gone", {modes, 1}};
static struct i18n_item message_items[] = {{"en_US", "It begins with sk-."}};
static struct field_option mode_options[] = {
	{.value = "own"}, {.value = "shared"}, {.value = "none"}};
static struct field ruled[] = {
	{.name = "mode",
		.kind = FIELD_SELECT,
		.required = true,
		.options = mode_options,
		.n_options = 3},
	{.name = "server",
		.kind = FIELD_TEXT,
		.required = true,
		.rule = {.format = FORMAT_URL, .hosts = {hosts, 2}, .when = {&own, 1}}},
	{.name = "host", .kind = FIELD_TEXT, .rule = {.hosts = {hosts, 2}, .operator_hosts = true}},
	{.name = "base", .kind = FIELD_TEXT, .rule = {.format = FORMAT_URL}},
	{.name = "key",
		.kind = FIELD_SECRET,
		.rule = {.pattern = "sk-[a-z]+|x", .message = {message_items, 1}}},
	{.name = "account",
		.kind = FIELD_SECRET,
		.rule = {.format = FORMAT_JSON, .when = {&either, 1}}},
	{.name = "size",
		.kind = FIELD_TEXT,
		.rule = {.format = FORMAT_NUMBER, .min = -5, .max = 10}},
	{.name = "below", .kind = FIELD_TEXT, .required = true, .rule = {.when = {&deep, 1}}},
	{.name = "never", .kind = FIELD_TEXT, .required = true, .rule = {.when = {&lost, 1}}},
};
static const struct schema rules = {ruled, sizeof(ruled) / sizeof(ruled[0])};

/* What becomes of one value; mode is "none" unless it is given. */
static enum rc rule(const char *name, const char *value)
{
	enum rc rc;

	fieldset_release(&given);
	fieldset_release(&merged);
	give("mode", "none");
	give(name, value);
	rc = form_merge(&rules, &given, &stored, &world, &merged, &error);
	if (rc == RC_OK)
		CHECK(*fieldset_text(&merged, name));
	else
		CHECK(error.field && strcmp(error.field, name) == 0 && error.reason);
	return rc;
}

static void addresses_follow_the_file_and_the_operator(void)
{
	static const char *const wrong[] = {"api.example.com", "http://a.example", "https://",
		"https://a.example?x=1", "https://u:p@a.example", "https://a.example#f",
		"ftp://a.example", "javascript:alert(1)", "https://a b.example", "//a.example"};
	static const char *const strangers[] = {"https://evil.example",
		"https://api.example.com:8443", "http://api.example.com",
		"https://api.example.com.evil.example", "eu.example.com", "https://eu.example.com",
		"xeu.example.com", "api.example.com/..", "api.example.com:1",
		"api.example.com@evil.example", "127.0.0.1", "https://[::1]",
		"http://127.0.0.1:9001"};
	struct netpol allowed = {0};

	fieldset_release(&stored);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		CHECK_INT(rule("base", wrong[i]), RC_INVALID);
	CHECK_INT(rule("base", "https://a.example/v1/"), RC_OK);
	CHECK_INT(netpol_allow_origin(&allowed, "http://127.0.0.1:9000"), RC_OK);
	CHECK_INT(rule("base", "http://127.0.0.1:9000"), RC_INVALID);
	CHECK_INT(rule("host", "http://127.0.0.1:9000"), RC_INVALID);
	world.policy = &allowed;
	CHECK_INT(rule("base", "http://127.0.0.1:9000"), RC_OK);
	CHECK_INT(rule("host", "http://127.0.0.1:9000/x"), RC_OK);
	for (size_t i = 0; i < sizeof(strangers) / sizeof(*strangers); i++)
		CHECK_INT(rule("host", strangers[i]), RC_INVALID);
	CHECK_INT(rule("host", "api.example.com"), RC_OK);
	CHECK_INT(rule("host", "https://API.example.com/v2"), RC_OK);
	CHECK_INT(rule("host", "x.eu.example.com"), RC_OK);
	world.policy = NULL;
}

static void texts_follow_their_rules(void)
{
	static const char *const numbers[] = {"", "x", "1e3", "0x1", "+1", "--1", "1.", ".5", "11",
		"-6", "10.5", "nan", "1 2", "99999999999999999999999999999999999"};
	static const char *const documents[] = {"x", "{", "{}x", "{\"a\":1,\"a\":2}", "[1,]"};

	fieldset_release(&stored);
	CHECK_INT(rule("key", "sk-abc"), RC_OK);
	CHECK_INT(rule("key", "x"), RC_OK);
	CHECK_INT(rule("key", "sk-abC"), RC_INVALID);
	CHECK(error.words == &ruled[4].rule.message);
	CHECK_INT(rule("key", "xsk-abc"), RC_INVALID);
	for (size_t i = 1; i < sizeof(numbers) / sizeof(*numbers); i++)
		CHECK_INT(rule("size", numbers[i]), RC_INVALID);
	CHECK(error.words == NULL);
	CHECK_INT(rule("size", "-5"), RC_OK);
	CHECK_INT(rule("size", "9.75"), RC_OK);
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		fieldset_release(&given);
		fieldset_release(&merged);
		give("mode", "shared");
		give("account", documents[i]);
		CHECK_INT(form_merge(&rules, &given, NULL, NULL, &merged, &error), RC_INVALID);
		CHECK_STR(error.field, "account");
	}
	fieldset_release(&given);
	give("mode", "shared");
	give("account", "{\n\t\"a\": \"b\"\r\n}");
	fieldset_release(&merged);
	CHECK_INT(form_merge(&rules, &given, NULL, NULL, &merged, &error), RC_OK);
	CHECK(strchr(fieldset_text(&merged, "account"), '\n') != NULL);
}

static enum rc merge_rules(void)
{
	fieldset_release(&merged);
	return form_merge(&rules, &given, &stored, NULL, &merged, &error);
}

static void what_does_not_count_is_neither_required_nor_kept(void)
{
	fieldset_release(&given);
	fieldset_release(&stored);
	store("account", "{}");
	give("mode", "none");
	give("server", "not an address, and nobody looks");
	CHECK_INT(merge_rules(), RC_OK);
	CHECK_INT(merged.n, 1);
	CHECK(form_kept_secret(&rules, &given, &stored) == NULL);
	give("mode", "own");
	CHECK_INT(merge_rules(), RC_INVALID);
	CHECK_STR(error.field, "server");
	give("server", "");
	CHECK_INT(merge_rules(), RC_INVALID);
	give("server", "https://api.example.com");
	CHECK_INT(merge_rules(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "account"), "{}");
	CHECK(form_kept_secret(&rules, &given, &stored) == &ruled[5]);
	/* a condition on a field that does not count does not hold */
	give("server", "https://x.eu.example.com");
	give("mode", "own");
	CHECK_INT(merge_rules(), RC_OK);
	CHECK(!form_counts(&rules, &ruled[7], &given, NULL));
	give("server", "api.example.com");
	CHECK(form_counts(&rules, &ruled[7], &given, NULL));
	give("mode", "shared");
	CHECK(!form_counts(&rules, &ruled[7], &given, NULL));
	CHECK(!form_counts(&rules, &ruled[8], &given, NULL));
}

/* Such a file is refused by the loader; one of somebody else may slip through. */
static void a_circle_of_conditions_counts_for_nothing(void)
{
	struct condition to_b = {"b", {modes, 1}}, to_a = {"a", {modes, 1}};
	struct field circle[] = {{.name = "a", .kind = FIELD_TEXT, .rule = {.when = {&to_b, 1}}},
		{.name = "b", .kind = FIELD_TEXT, .rule = {.when = {&to_a, 1}}}};
	struct schema both = {circle, 2};

	fieldset_release(&given);
	give("a", "own");
	give("b", "own");
	CHECK(!form_counts(&both, &circle[0], &given, NULL));
	CHECK(!form_counts(&both, &circle[1], &given, NULL));
}

int main(void)
{
	RUN(what_is_given_is_kept_and_nothing_else);
	RUN(white_space_around_a_value_goes);
	RUN(an_empty_secret_keeps_the_stored_one);
	RUN(what_was_not_sent_is_kept);
	RUN(choices_are_held_against_the_registry);
	RUN(required_fields);
	RUN(a_select_takes_its_options);
	RUN(a_box_is_on_or_off);
	RUN(d31_characters);
	RUN(lengths);
	RUN(r73_names_that_the_schema_does_not_know);
	RUN(defaults_fill_what_is_empty);
	RUN(addresses_follow_the_file_and_the_operator);
	RUN(texts_follow_their_rules);
	RUN(what_does_not_count_is_neither_required_nor_kept);
	RUN(a_circle_of_conditions_counts_for_nothing);
	fieldset_release(&given);
	fieldset_release(&stored);
	fieldset_release(&merged);
	return CHECK_DONE;
}
