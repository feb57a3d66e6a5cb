/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/value_check.h"

#include <stdlib.h>

#include "check.h"
#include "platform/buf.h"

/* A plan as far as this is concerned: {"schema":…,"defs":{…},"value":…}. */
static struct jsonr *plan_of(const char *text)
{
	struct jsonr *doc = NULL;

	if (jsonr_parse(text, strlen(text), &doc)) {
		printf("# not JSON: %.300s\n", text);
		exit(1);
	}
	return doc;
}

static jsonv *part(const struct jsonr *plan, const char *name)
{
	jsonv *v;

	jsonr_get(jsonr_root(plan), name, &v);
	return v;
}

/* reason NULL: it fits. */
static void verdict_at(const char *at, const char *text, const char *reason)
{
	struct jsonr *plan = plan_of(text);
	struct value_fault fault;
	enum rc rc = value_check(
		part(plan, "schema"), part(plan, "defs"), part(plan, "value"), at, &fault);

	if (rc != (reason ? RC_INVALID : RC_OK) ||
		strcmp(fault.reason, reason ? reason : "") != 0) {
		printf("# %.300s\n# %s \"%s\", not \"%s\"\n", text, rc_name(rc), fault.reason,
			reason ? reason : "");
		check_failed_here = 1;
	}
	if (strncmp(fault.reason, fault.pointer, strlen(fault.pointer)) != 0)
		check_failed_here = 1;
	jsonr_free(plan);
}

struct verdict_case {
	const char *schema, *value, *reason;
};

static void verdicts(const char *defs, const struct verdict_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf text;

		buf_init(&text, 4096);
		buf_printf(&text, "{\"schema\":%s,\"defs\":%s,\"value\":%s}", cases[i].schema, defs,
			cases[i].value);
		verdict_at("/v", buf_text(&text), cases[i].reason);
		buf_release(&text);
	}
}

#define VERDICTS(defs, cases) verdicts(defs, cases, sizeof(cases) / sizeof((cases)[0]))

static void value_types_are_held(void)
{
	static const struct verdict_case cases[] = {
		{"{\"type\":\"integer\"}", "5", NULL},
		{"{\"type\":\"integer\"}", "-0", NULL},
		{"{\"type\":\"integer\"}", "5.0", NULL},
		{"{\"type\":\"integer\"}", "1e2", NULL},
		{"{\"type\":\"integer\"}", "-5.5", "/v must be a whole number"},
		{"{\"type\":\"integer\"}", "\"5\"", "/v must be a whole number"},
		{"{\"type\":\"integer\"}", "true", "/v must be a whole number"},
		{"{\"type\":\"integer\"}", "null", "/v must be a whole number"},
		{"{\"type\":\"integer\"}", "[5]", "/v must be a whole number"},
		{"{\"type\":\"number\"}", "5", NULL},
		{"{\"type\":\"number\"}", "5.5", NULL},
		{"{\"type\":\"number\"}", "\"5.5\"", "/v must be a number"},
		{"{\"type\":\"string\"}", "\"5\"", NULL},
		{"{\"type\":\"string\"}", "\"\"", NULL},
		{"{\"type\":\"string\"}", "\"a\\u0000b\"", NULL},
		{"{\"type\":\"string\"}", "5", "/v must be text"},
		{"{\"type\":\"string\"}", "{}", "/v must be text"},
		{"{\"type\":\"boolean\"}", "false", NULL},
		{"{\"type\":\"boolean\"}", "0", "/v must be true or false"},
		{"{\"type\":\"boolean\"}", "\"false\"", "/v must be true or false"},
		{"{\"type\":\"null\"}", "null", NULL},
		{"{\"type\":\"null\"}", "0", "/v must be null"},
		{"{\"type\":\"array\"}", "[]", NULL},
		{"{\"type\":\"array\"}", "{}", "/v must be a list"},
		{"{\"type\":\"object\"}", "{}", NULL},
		{"{\"type\":\"object\"}", "[]", "/v must be an object"},
		{"{\"type\":[\"string\",\"null\"]}", "null", NULL},
		{"{\"type\":[\"string\",\"null\"]}", "1", "/v must be text or null"},
	};

	VERDICTS("{}", cases);
}

static void value_limits_of_numbers(void)
{
	static const struct verdict_case cases[] = {
		{"{\"type\":\"integer\",\"minimum\":0}", "0", NULL},
		{"{\"type\":\"integer\",\"minimum\":0}", "-1",
			"/v must be a whole number, at least 0"},
		{"{\"minimum\":1.5,\"maximum\":2}", "2", NULL},
		{"{\"minimum\":1.5,\"maximum\":2}", "2.1",
			"/v must be a number, at least 1.5, at most 2"},
		{"{\"minimum\":1.5,\"maximum\":2}", "\"3\"", NULL},
		{"{\"exclusiveMinimum\":0}", "0", "/v must be a number, more than 0"},
		{"{\"exclusiveMinimum\":0}", "0.001", NULL},
		{"{\"exclusiveMaximum\":0.1}", "0.1", "/v must be a number, less than 0.1"},
		{"{\"multipleOf\":5}", "10", NULL},
		{"{\"multipleOf\":5}", "10.0", NULL},
		{"{\"multipleOf\":5}", "-12", "/v must be a number, a multiple of 5"},
		{"{\"multipleOf\":0.1}", "0.3", NULL},
		{"{\"multipleOf\":0.01}", "19.99", NULL},
		{"{\"multipleOf\":0.1}", "0.35", "/v must be a number, a multiple of 0.1"},
		{"{\"multipleOf\":0}", "1", NULL},
		{"{\"maximum\":9007199254740992}", "9007199254740993",
			"/v must be a number, at most 9007199254740992"},
	};

	VERDICTS("{}", cases);
}

/* What no variable holds exactly is never refused for what it may not be. */
static void value_big_numbers_are_not_judged_by_their_rounding(void)
{
	static const struct verdict_case cases[] = {
		{"{\"minimum\":100000000000000000000}", "100000000000000000000000", NULL},
		{"{\"maximum\":99999999999999999999999}", "5e20", NULL},
		{"{\"type\":\"integer\"}", "123456789012345678901234567890", NULL},
		{"{\"type\":\"integer\"}", "1e300", NULL},
		{"{\"uniqueItems\":true}", "[99999999999999999999998,99999999999999999999999]",
			NULL},
		{"{\"type\":\"integer\"}", "\"18446744073709551616\"", NULL},
		{"{\"type\":\"number\"}", "\"-18446744073709551616\"", NULL},
		{"{\"type\":\"integer\",\"enum\":[1]}", "\"18446744073709551616\"", NULL},
		{"{\"type\":\"integer\"}", "\"018446744073709551616\"",
			"/v must be a whole number"},
		{"{\"type\":\"integer\"}", "\"18446744073709551616x\"",
			"/v must be a whole number"},
		{"{\"type\":\"boolean\"}", "\"18446744073709551616\"", "/v must be true or false"},
	};

	VERDICTS("{}", cases);
}

static void value_texts_and_enums(void)
{
	static const struct verdict_case cases[] = {
		{"{\"minLength\":2,\"maxLength\":3}", "\"äöü\"", NULL},
		{"{\"minLength\":2,\"maxLength\":3}", "\"a\"",
			"/v must be text of 2 to 3 characters"},
		{"{\"minLength\":2}", "\"\"", "/v must be text of at least 2 characters"},
		{"{\"maxLength\":2}", "\"abc\"", "/v must be text of at most 2 characters"},
		{"{\"maxLength\":2}", "12345", NULL},
		{"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", NULL},
		{"{\"format\":\"email\"}", "\"no\"", NULL},
		{"{\"enum\":[\"a\",1,null,true]}", "1.0", NULL},
		{"{\"enum\":[\"a\",1,null,true]}", "null", NULL},
		{"{\"enum\":[\"a\",1,null,true]}", "\"b\"",
			"/v must be one of \"a\", 1, null, true"},
		{"{\"enum\":[\"a\",1,null,true]}", "false",
			"/v must be one of \"a\", 1, null, true"},
		{"{\"enum\":[0]}", "false", "/v must be 0"},
		{"{\"enum\":[{\"a\":[1,2],\"b\":3}]}", "{\"b\":3.0,\"a\":[1,2]}", NULL},
		{"{\"enum\":[{\"a\":[1,2]}]}", "{\"a\":[2,1]}", "/v must be …"},
		{"{\"enum\":[1,2,3,4,5,6,7,8,9]}", "0",
			"/v must be one of 1, 2, 3, 4, 5, 6, 7, 8, …"},
		{"{\"const\":\"x\"}", "\"x\"", NULL},
		{"{\"const\":\"x\"}", "\"y\"", "/v must be \"x\""},
		{"{\"const\":null}", "0", "/v must be null"},
		{"{\"type\":\"string\",\"enum\":[\"a\"]}", "1", "/v must be \"a\""},
	};

	VERDICTS("{}", cases);
}

static void value_lists_and_objects(void)
{
	static const struct verdict_case cases[] = {
		{"{\"items\":{\"type\":\"integer\"}}", "[1,2]", NULL},
		{"{\"items\":{\"type\":\"integer\"}}", "[1,\"2\"]", "/v/1 must be a whole number"},
		{"{\"items\":false}", "[1]", "/v/0 is not allowed"},
		{"{\"items\":false}", "[]", NULL},
		{"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"null\"}}",
			"[\"a\",null]", NULL},
		{"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"null\"}}",
			"[\"a\",1]", "/v/1 must be null"},
		{"{\"prefixItems\":[{\"type\":\"string\"}]}", "[1]", "/v/0 must be text"},
		{"{\"prefixItems\":[{\"type\":\"string\"}]}", "[\"a\",1]", NULL},
		{"{\"minItems\":1}", "[]", "/v must be a list of at least 1 items"},
		{"{\"maxItems\":1}", "[1,2]", "/v must be a list of at most 1 items"},
		{"{\"uniqueItems\":true}", "[1,\"1\",[1],{\"a\":1},true]", NULL},
		{"{\"uniqueItems\":true}", "[1,2,1.0]", "/v must not hold the same item twice"},
		{"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]",
			"/v must not hold the same item twice"},
		{"{\"required\":[\"a\",\"b\"]}", "{\"a\":null,\"b\":1}", NULL},
		{"{\"required\":[\"a\",\"b\"]}", "{\"a\":1}", "/v lacks \"b\""},
		{"{\"required\":[\"a\"]}", "[]", NULL},
		{"{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"b\":1}", NULL},
		{"{\"properties\":{\"a\":{\"type\":\"integer\"}}}", "{\"a\":\"1\"}",
			"/v/a must be a whole number"},
		{"{\"properties\":{\"a/b~\":{\"type\":\"null\"}}}", "{\"a/b~\":1}",
			"/v/a~1b~0 must be null"},
		{"{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1}", NULL},
		{"{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"b\":1}",
			"/v/b is not known here"},
		{"{\"additionalProperties\":true}", "{\"b\":1}", NULL},
		{"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"b\":1}",
			"/v/b must be text"},
		{"{\"properties\":{\"a\":false}}", "{\"a\":1}", "/v/a is not allowed"},
		{"{\"minProperties\":1}", "{}", "/v must be an object of at least 1 members"},
		{"{\"maxProperties\":0}", "{\"a\":1}", "/v must be an object of at most 0 members"},
	};

	VERDICTS("{}", cases);
	verdict_at("",
		"{\"schema\":{\"properties\":{\"pets\":{\"items\":{\"properties\":{\"age\":{"
		"\"type\":"
		"\"integer\",\"minimum\":0}}}}}},\"value\":{\"pets\":[{\"age\":-1}]}}",
		"/pets/0/age must be a whole number, at least 0");
}

static void value_forms_name_the_nearest(void)
{
	static const struct verdict_case cases[] = {
		{"{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}", "\"a\"", NULL},
		{"{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}", "[]",
			"/v must be a whole number, or text"},
		{"{\"anyOf\":[{\"$ref\":\"#/defs/Pet\"},{\"type\":\"null\"}]}", "7",
			"/v must be an object, or null"},
		{"{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#/defs/Pet\"}]}", "{\"age\":\"x\"}",
			"/v/age must be a whole number"},
		{"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\",\"maxLength\":1}]}",
			"\"xx\"", "/v must be text of at most 1 characters"},
		{"{\"oneOf\":[{\"minimum\":1},{\"maximum\":5}]}", "0", NULL},
		{"{\"oneOf\":[{\"minimum\":1},{\"maximum\":5}]}", "3", NULL},
		{"{\"oneOf\":[{\"type\":\"integer\"},{\"type\":\"number\"}]}", "3", NULL},
		{"{\"oneOf\":[{\"$ref\":\"#/defs/Pet\"},{\"required\":[\"age\"]}]}", "{\"age\":1}",
			NULL},
		{"{\"oneOf\":[{\"minimum\":4},{\"maximum\":1}]}", "3",
			"/v must be a number, at least 4"},
		{"{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"a\":1}",
			"/v lacks \"b\""},
		{"{\"allOf\":[{\"required\":[\"a\"]},{\"required\":[\"b\"]}]}", "{\"a\":1,\"b\":1}",
			NULL},
		{"{\"not\":{\"type\":\"string\"}}", "1", NULL},
		{"{\"not\":{\"type\":\"string\"}}", "\"\"", "/v is what the description rules out"},
		{"{\"not\":{\"not\":{\"type\":\"string\"}}}", "1",
			"/v is what the description rules out"},
		{"{\"$ref\":\"#/defs/Pet\",\"required\":[\"age\"]}", "{}", "/v lacks \"age\""},
		{"false", "1", "/v is not allowed"},
		{"{}", "1", NULL},
		{"true", "1", NULL},
	};

	VERDICTS("{\"Pet\":{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\"}}}}",
		cases);
}

/* What is not judged neither refuses a value nor, through oneOf and not, lets it be refused. */
static void value_what_is_not_sure_is_not_refused(void)
{
	static const struct verdict_case cases[] = {
		{"{\"not\":{\"pattern\":\"x\"}}", "\"a\"", NULL},
		{"{\"not\":{\"type\":\"string\",\"pattern\":\"x\"}}", "1", NULL},
		{"{\"not\":true}", "1", NULL},
		{"{\"not\":{}}", "1", "/v is what the description rules out"},
		{"{\"not\":{\"$ref\":\"#/defs/Nobody\"}}", "1", NULL},
		{"{\"not\":{\"type\":\"object\",\"$comment\":\"simplified\"}}", "{}", NULL},
		{"{\"oneOf\":[{\"pattern\":\"^a\"},{\"pattern\":\"^b\"}]}", "\"a\"", NULL},
		{"{\"oneOf\":[{\"type\":\"string\",\"format\":\"date\"},{\"type\":\"string\","
		 "\"format\":\"date-time\"}]}",
			"\"2020-01-01\"", NULL},
		{"{\"oneOf\":[{\"type\":\"string\",\"format\":\"date\"},{\"type\":\"string\","
		 "\"format\":\"date-time\"}]}",
			"1", "/v must be text, or text"},
		{"{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"string\"},{\"pattern\":\"x\"}]}",
			"\"a\"", NULL},
		{"{\"not\":{\"oneOf\":[{\"type\":\"string\"},{\"minLength\":0}]}}", "\"a\"", NULL},
		{"{\"anyOf\":[{\"$ref\":\"#/defs/Nobody\"},{\"type\":\"string\"}]}", "1", NULL},
		{"{\"$ref\":\"#/defs/Loop\"}", "1", NULL},
		{"{\"not\":{\"$ref\":\"#/defs/Loop\"}}", "1", NULL},
		{"{\"$ref\":\"#/defs/A\",\"type\":\"integer\"}", "\"x\"",
			"/v must be a whole number"},
		{"{\"type\":5,\"enum\":7,\"properties\":[],\"required\":{},\"items\":9,\"anyOf\":{}"
		 "}",
			"{}", NULL},
		{"{\"minimum\":\"a\",\"minLength\":\"a\",\"multipleOf\":null}", "1", NULL},
		{"{\"anyOf\":[],\"oneOf\":[],\"allOf\":[]}", "1", NULL},
	};

	VERDICTS("{\"Loop\":{\"$ref\":\"#/defs/Loop\"},\"A\":{\"$ref\":\"#/defs/"
		 "B\"},\"B\":{\"$ref\":\"#/defs/A\"}}",
		cases);
}

static void value_a_cycle_ends_with_the_value(void)
{
	static const char defs[] = "{\"Tree\":{\"type\":\"object\",\"properties\":{\"kids\":{"
				   "\"type\":\"array\",\"items\":"
				   "{\"$ref\":\"#/defs/Tree\"}}}}}";
	static const struct verdict_case cases[] = {
		{"{\"$ref\":\"#/defs/Tree\"}", "{\"kids\":[{\"kids\":[{}]}]}", NULL},
		{"{\"$ref\":\"#/defs/Tree\"}", "{\"kids\":[{},{\"kids\":[{\"kids\":1}]}]}",
			"/v/kids/1/kids/0/kids must be a list"},
	};

	VERDICTS(defs, cases);
}

/* Each definition asks for the next one twice: 2 to the 60th judgements, were they all made. */
static void value_cost_is_bounded(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "{\"schema\":{\"$ref\":\"#/defs/d0\"},\"value\":5,\"defs\":{");
	for (int i = 0; i < 60; i++)
		buf_printf(&text,
			"\"d%d\":{\"allOf\":[{\"$ref\":\"#/defs/d%d\"},{\"$ref\":\"#/defs/"
			"d%d\"}]},",
			i, i + 1, i + 1);
	buf_puts(&text, "\"d60\":{\"type\":\"integer\"}}}");
	verdict_at("", buf_text(&text), NULL);

	/* The same for a comparison of two long texts, each time. */
	buf_clear(&text);
	buf_puts(&text, "{\"schema\":{\"$ref\":\"#/defs/d0\"},\"defs\":{");
	for (int i = 0; i < 60; i++)
		buf_printf(&text,
			"\"d%d\":{\"anyOf\":[{\"$ref\":\"#/defs/d%d\"},{\"$ref\":\"#/defs/"
			"d%d\"}]},",
			i, i + 1, i + 1);
	buf_printf(&text, "\"d60\":{\"const\":\"%0200000d\"}},\"value\":\"%0200000d\"}", 1, 2);
	verdict_at("", buf_text(&text), NULL);

	buf_clear(&text);
	buf_puts(&text, "{\"schema\":{\"uniqueItems\":true},\"value\":[0");
	for (int i = 1; i < 100000; i++)
		buf_printf(&text, ",%d", i);
	buf_puts(&text, "]}");
	verdict_at("", buf_text(&text), NULL);
	buf_release(&text);
}

static void value_long_chains_and_pointers_are_cut(void)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_puts(&text, "{\"schema\":{\"$ref\":\"#/defs/d0\"},\"value\":5,\"defs\":{");
	for (int i = 0; i < 4000; i++)
		buf_printf(&text, "\"d%d\":{\"$ref\":\"#/defs/d%d\"},", i, i + 1);
	buf_puts(&text, "\"d4000\":{\"type\":\"string\"}}}");
	verdict_at("", buf_text(&text), NULL);

	buf_clear(&text);
	buf_puts(&text, "{\"schema\":{\"additionalProperties\":{\"type\":\"null\"}},\"value\":{\"");
	for (int i = 0; i < 300; i++)
		buf_puts(&text, "ä");
	buf_puts(&text, "\":1}}");
	struct jsonr *plan = plan_of(buf_text(&text));
	struct value_fault fault;

	CHECK_INT(value_check(part(plan, "schema"), NULL, part(plan, "value"), "", &fault),
		RC_INVALID);
	CHECK_INT(strlen(fault.pointer), 255); /* a slash and 127 letters of two bytes */
	CHECK(strstr(fault.reason, " must be null") != NULL);
	jsonr_free(plan);
	buf_release(&text);
}

/* --- conversion --- */

static void converted(const char *schema, const char *value, const char *want)
{
	static const char defs[] =
		"{\"N\":{\"type\":\"integer\"},\"Loop\":{\"$ref\":\"#/defs/Loop\"}}";
	struct buf text;
	struct jsonr *plan, *owner = NULL, *wanted = NULL;
	jsonv *out;
	struct value_fault fault;
	char rule[256];

	buf_init(&text, 4096);
	buf_printf(&text, "{\"schema\":%s,\"defs\":%s,\"value\":%s}", schema, defs, value);
	plan = plan_of(buf_text(&text));
	CHECK_INT(value_convert(part(plan, "schema"), part(plan, "defs"), part(plan, "value"),
			  &owner, &out),
		RC_OK);
	CHECK(!want == (out == part(plan, "value")) && !want == !owner);
	snprintf(rule, sizeof(rule), "{\"const\":%s}", want ? want : value);
	wanted = plan_of(rule);
	if (value_check(jsonr_root(wanted), NULL, out, "", &fault)) {
		printf("# %s with %s: %s\n", schema, value, fault.reason);
		check_failed_here = 1;
	}
	jsonr_free(owner);
	jsonr_free(wanted);
	jsonr_free(plan);
	buf_release(&text);
}

static void value_convert_makes_what_is_wanted(void)
{
	converted("{\"type\":\"integer\"}", "\"5\"", "5");
	converted("{\"type\":\"integer\"}", "\" -5 \"", "-5");
	converted("{\"type\":\"integer\"}", "\"5.0\"", "5");
	converted("{\"type\":\"number\"}", "\"5.5\"", "5.5");
	converted("{\"type\":\"number\"}", "\"1e3\"", "1000");
	converted("{\"type\":\"boolean\"}", "\"true\"", "true");
	converted("{\"type\":\"boolean\"}", "\"false\"", "false");
	converted("{\"type\":\"array\"}", "\"[1,\\\"a\\\"]\"", "[1,\"a\"]");
	converted("{\"type\":\"object\"}", "\"{\\\"a\\\":{}}\"", "{\"a\":{}}");
	converted("{\"type\":[\"integer\",\"null\"]}", "\"null\"", "null");
	converted("{\"$ref\":\"#/defs/N\"}", "\"7\"", "7");
	converted("{\"allOf\":[{\"$ref\":\"#/defs/N\"},{\"minimum\":0}]}", "\"7\"", "7");
	converted("{\"anyOf\":[{\"type\":\"boolean\"},{\"type\":\"null\"}]}", "\"true\"", "true");
	converted("{\"oneOf\":[{\"type\":\"integer\"},{\"enum\":[true]}]}", "\"true\"", "true");
	converted("{\"enum\":[1,2]}", "\"2\"", "2");
	converted("{\"const\":false}", "\"false\"", "false");
}

static void written(const char *schema, const char *value, const char *want)
{
	struct secret text = SECRET_EMPTY;
	struct jsonr *s = plan_of(schema), *v = plan_of(value), *owner;
	jsonv *out;

	CHECK_INT(value_convert(jsonr_root(s), NULL, jsonr_root(v), &owner, &out), RC_OK);
	CHECK_INT(jsonr_append(&text, out), RC_OK);
	CHECK_STR(secret_text(&text), want);
	secret_release(&text);
	jsonr_free(owner);
	jsonr_free(v);
	jsonr_free(s);
}

static void value_convert_writes_whole_numbers_without_a_fraction(void)
{
	written("{\"type\":\"integer\"}", "5.0", "5");
	written("{\"type\":\"integer\"}", "\"-5.0\"", "-5");
	written("{\"type\":\"integer\"}", "1e3", "1000");
	written("{\"type\":[\"integer\",\"string\"]}", "5.0", "5");
	written("{\"type\":[\"integer\",\"string\"]}", "\"5.0\"", "\"5.0\"");
	written("{\"type\":\"number\"}", "5.0", "5.0");
	written("{\"type\":\"integer\"}", "5.5", "5.5");
	written("{\"type\":\"integer\"}", "1e300", "1e300");
	written("{}", "5.0", "5.0");
}

static void value_convert_leaves_the_rest(void)
{
	static const char *const not_whole[] = {"\"\"", "\"yes\"", "\"5.5\"", "\"+5\"", "\"05\"",
		"\"0x5\"", "\"5 6\"", "\"five\"", "\"true\"", "\"null\"", "\"[5]\"", "\"NaN\"",
		"\"\\\"5\\\"\"", "\"9223372036854775808\"", "\"123456789012345678901234567890\""};
	static const char *const not_boolean[] = {"\"yes\"", "\"True\"", "\"FALSE\"", "\"1\"",
		"\"0\"", "\"on\"", "\"\"", "\"truefalse\""};

	for (size_t i = 0; i < sizeof(not_whole) / sizeof(not_whole[0]); i++)
		converted("{\"type\":\"integer\"}", not_whole[i], NULL);
	for (size_t i = 0; i < sizeof(not_boolean) / sizeof(not_boolean[0]); i++)
		converted("{\"type\":\"boolean\"}", not_boolean[i], NULL);
	converted("{\"type\":\"string\"}", "\"5\"", NULL);
	converted("{\"type\":\"string\"}", "\"true\"", NULL);
	converted("{\"type\":[\"integer\",\"string\"]}", "\"5\"", NULL);
	converted("{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}]}", "\"5\"", NULL);
	converted("{\"enum\":[\"1\",2]}", "\"1\"", NULL);
	converted("{}", "\"5\"", NULL);
	converted("true", "\"{}\"", NULL);
	converted("{\"$ref\":\"#/defs/Loop\"}", "\"5\"", NULL);
	converted("{\"$ref\":\"#/defs/Nobody\"}", "\"5\"", NULL);
	converted("{\"type\":\"object\"}", "\"[]\"", NULL);
	converted("{\"type\":\"object\"}", "\"{\"", NULL);
	converted("{\"type\":\"object\"}", "\"{\\\"a\\\":1,\\\"a\\\":2}\"", NULL);
	converted("{\"type\":\"array\"}", "\"1,2\"", NULL);
	converted("{\"type\":\"integer\"}", "5", NULL);
	converted("{\"type\":\"integer\"}", "true", NULL);
	converted("{\"type\":\"boolean\"}", "\"tr\\u0000ue\"", NULL);
}

int main(void)
{
	RUN(value_types_are_held);
	RUN(value_limits_of_numbers);
	RUN(value_big_numbers_are_not_judged_by_their_rounding);
	RUN(value_texts_and_enums);
	RUN(value_lists_and_objects);
	RUN(value_forms_name_the_nearest);
	RUN(value_what_is_not_sure_is_not_refused);
	RUN(value_a_cycle_ends_with_the_value);
	RUN(value_cost_is_bounded);
	RUN(value_long_chains_and_pointers_are_cut);
	RUN(value_convert_makes_what_is_wanted);
	RUN(value_convert_writes_whole_numbers_without_a_fraction);
	RUN(value_convert_leaves_the_rest);
	return CHECK_DONE;
}
