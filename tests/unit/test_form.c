/* SPDX-License-Identifier: Apache-2.0
 *
 * What a person filled in, held against a schema and what is stored.
 */
#include "check.h"
#include "domain/form.h"

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
	return form_merge(&schema, &given, &stored, &merged, &error);
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
	CHECK_INT(form_merge(&schema, &given, NULL, &merged, &error), RC_OK);
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
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "api_key"), "key-0");
	CHECK_STR(fieldset_text(&merged, "account"), "acc-0");
	CHECK(!fieldset_get(&merged, "note")); /* was emptied */
	give("api_key", "key-2");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "api_key"), "key-2");
}

static void required_fields(void)
{
	refused_value("base_url", "", "fill in");
	refused_value("base_url", " \n", "fill in");
	refused_value("api_key", "", "fill in");
	start();
	fieldset_remove(&given, "api_key");
	refused("api_key", "fill in");
	store("base_url", "https://stored.example");
	give("api_key", "key-1");
	give("base_url", "");
	refused("base_url", "fill in"); /* only a secret is kept */
}

static void a_select_takes_its_options(void)
{
	start();
	give("region", "us\"east");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "region"), "us\"east");
	refused_value("region", "EU", "options");
	refused_value("region", "eu,us", "options");
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
	store("strict", "true"); /* a box that is not ticked is not sent */
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "strict"), "false");
}

static void d31_characters(void)
{
	refused_value("api_key", "a\nb", "control character");
	refused_value("api_key", "a\tb", "control character");
	refused_value("base_url",
		"a\x7f"
		"b",
		"control character");
	refused_value("base_url", "a\xff", "not valid text");
	refused_value("base_url", "\xed\xa0\x80", "not valid text");
	start();
	CHECK_INT(fieldset_put(&given, "api_key", "a\0b", 3), RC_OK);
	refused("api_key", "not valid text");
	/* a service account is a whole document */
	start();
	give("api_key", "{\n\t\"key\": 1\r\n}");
	CHECK_INT(merge(), RC_OK);
	CHECK_STR(fieldset_text(&merged, "api_key"), "{\n\t\"key\": 1\r\n}");
	refused_value("api_key", "{\x1b}", "control character");
	refused_value("note", "{\n}", "control character");
}

static void lengths(void)
{
	static char text[FORM_VALUE_MAX + 2];

	memset(text, 'x', FORM_VALUE_MAX);
	start();
	give("note", text);
	CHECK_INT(merge(), RC_OK);
	text[FORM_VALUE_MAX] = 'x';
	refused_value("note", text, "too long");
}

static void r73_names_that_the_schema_does_not_know(void)
{
	start();
	give("tenant_id", "x");
	refused(NULL, "does not have");
	start();
	give("API_KEY", "x");
	refused(NULL, "does not have");
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

int main(void)
{
	RUN(what_is_given_is_kept_and_nothing_else);
	RUN(white_space_around_a_value_goes);
	RUN(an_empty_secret_keeps_the_stored_one);
	RUN(required_fields);
	RUN(a_select_takes_its_options);
	RUN(a_box_is_on_or_off);
	RUN(d31_characters);
	RUN(lengths);
	RUN(r73_names_that_the_schema_does_not_know);
	RUN(defaults_fill_what_is_empty);
	fieldset_release(&given);
	fieldset_release(&stored);
	fieldset_release(&merged);
	return CHECK_DONE;
}
