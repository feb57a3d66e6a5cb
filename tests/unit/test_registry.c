/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "domain/runtime/registry.h"

#define WHOLE                                                                                      \
	"{\"models\":[{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"type\":\"llm\",\"label\":"    \
	"\"Parrot\"},{\"provider\":\"a/b/c\",\"model\":\"vec\",\"type\":\"text-embedding\"}],"     \
	"\"apps\":[{\"id\":\"1\",\"name\":\"Desk\",\"mode\":\"agent-chat\"},{\"id\":\"2\","        \
	"\"name\":\"Flow\",\"mode\":\"workflow\"}],"                                               \
	"\"tools\":[{\"provider\":\"a/b/t\",\"tool\":\"find\"},{\"provider\":\"a/b/t\",\"tool\":"  \
	"\"say \\\"hi\\\"\"}]}"
#define PARROT "{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"model_type\":\"llm\"}"
#define VEC "{\"provider\":\"a/b/c\",\"model\":\"vec\",\"model_type\":\"text-embedding\"}"
#define FIND "{\"provider\":\"a/b/t\",\"tool\":\"find\"}"
#define SAY "{\"provider\":\"a/b/t\",\"tool\":\"say \\\"hi\\\"\"}"

static struct registry registry;

static const struct field model = {.name = "m", .kind = FIELD_MODEL_SELECTOR, .scope = "llm"};
static const struct field any_model = {.name = "m", .kind = FIELD_MODEL_SELECTOR};
static const struct field models = {
	.name = "m", .kind = FIELD_MODEL_SELECTOR, .multiple = true, .scope = "all"};
static const struct field app = {.name = "a", .kind = FIELD_APP_SELECTOR, .scope = "chat"};
static const struct field tools = {.name = "t", .kind = FIELD_TOOLS};

static enum rc parse(const char *text)
{
	struct registry r;
	enum rc rc = registry_parse(text, strlen(text), &r);

	registry_release(&r);
	return rc;
}

static void a_whole_registry_reads_and_is_written_as_it_was(void)
{
	struct secret out = SECRET_EMPTY;

	CHECK_INT(registry_parse(WHOLE, strlen(WHOLE), &registry), RC_OK);
	CHECK_INT(registry.n, 6);
	CHECK_INT(registry_count(&registry, REGISTRY_MODEL), 2);
	CHECK_INT(registry_count(&registry, REGISTRY_APP), 2);
	CHECK_INT(registry_count(&registry, REGISTRY_TOOL), 2);
	CHECK_STR(registry.items[1].label, "vec");
	CHECK_INT(registry_render(&registry, &out), RC_OK);
	CHECK(strstr(secret_text(&out), "\"model\":\"vec\",\"type\":\"text-embedding\",\"label\":"
					"\"vec\"") != NULL);
	CHECK_INT(parse(secret_text(&out)), RC_OK);
	secret_release(&out);
}

static void lists_may_be_left_out(void)
{
	CHECK_INT(parse("{}"), RC_OK);
	CHECK_INT(parse("{\"tools\":[]}"), RC_OK);
}

static void what_is_no_registry_is_refused(void)
{
	static const char *const bad[] = {"", "null", "[]", "\"models\"", "{\"models\":{}}",
		"{\"models\":null}", "{\"model\":[]}", "{\"models\":[],\"agents\":[]}",
		"{\"models\":[1]}", "{\"models\":[{}]}", "{\"models\":[],\"models\":[]}",
		"{\"apps\":[{\"id\":\"1\",\"name\":\"x\"}]}",
		"{\"apps\":[{\"id\":\"1\",\"name\":\"x\",\"mode\":\"chat\",\"icon\":\"y\"}]}",
		"{\"apps\":[{\"id\":1,\"name\":\"x\",\"mode\":\"chat\"}]}",
		"{\"apps\":[{\"id\":\"\",\"name\":\"x\",\"mode\":\"chat\"}]}",
		"{\"apps\":[{\"id\":\"1\",\"name\":\" x\",\"mode\":\"chat\"}]}",
		"{\"apps\":[{\"id\":\"1\",\"name\":\"a\\nb\",\"mode\":\"chat\"}]}",
		"{\"apps\":[{\"id\":\"1\\u0000\",\"name\":\"x\",\"mode\":\"chat\"}]}",
		"{\"tools\":[{\"provider\":\"a\",\"tool\":null}]}",
		"{\"tools\":[{\"provider\":\"a\",\"tool\":\"b\",\"label\":\"\"}]}",
		"{\"tools\":[{\"provider\":\"a\",\"tool\":\"b\"},{\"provider\":\"a\",\"tool\":"
		"\"b\",\"label\":\"B\"}]}",
		"{\"apps\":[{\"id\":\"1\",\"name\":\"x\",\"mode\":\"chat\"},{\"id\":\"1\",\"name\":"
		"\"y\",\"mode\":\"workflow\"}]}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum rc rc = parse(bad[i]);

		if (rc != RC_INVALID)
			printf("# %s\n", bad[i]);
		CHECK_INT(rc, RC_INVALID);
	}
}

static void one_name_of_two_types_is_two_models(void)
{
	CHECK_INT(parse("{\"models\":[{\"provider\":\"a\",\"model\":\"b\",\"type\":\"llm\"},"
			"{\"provider\":\"a\",\"model\":\"b\",\"type\":\"tts\"}]}"),
		RC_OK);
}

static void more_than_it_may_hold(void)
{
	static char text[(REGISTRY_ENTRIES_MAX + 1) * 40 + 20];

	for (int extra = 0; extra < 2; extra++) {
		size_t n = (size_t)snprintf(text, sizeof(text), "{\"tools\":[");

		for (int i = 0; i < REGISTRY_ENTRIES_MAX + extra; i++)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
				"%s{\"provider\":\"p\",\"tool\":\"%d\"}", i ? "," : "", i);
		snprintf(text + n, sizeof(text) - n, "]}");
		CHECK_INT(parse(text), extra ? RC_LIMIT : RC_OK);
	}
}

/* ---- choices ---- */

struct seen {
	size_t n, chosen, gone;
	char labels[200];
};

static void see(const struct registry_choice *choice, void *arg)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->labels);

	seen->n++;
	seen->chosen += choice->chosen;
	seen->gone += choice->gone;
	snprintf(seen->labels + len, sizeof(seen->labels) - len, "%s;", choice->label);
}

static struct seen choices(const struct field *field, const char *current)
{
	struct seen seen = {0};

	CHECK_INT(registry_choices(&registry, field, current, see, &seen), RC_OK);
	return seen;
}

static void the_scope_says_what_fits(void)
{
	static const struct {
		const char *scope, *models, *apps;
	} rows[] = {
		{NULL, "Parrot;vec;", "Desk;Flow;"},
		{"all", "Parrot;vec;", "Desk;Flow;"},
		{"llm", "Parrot;", ""},
		{"llm&vision", "Parrot;", ""},
		{"vision", "Parrot;vec;", "Desk;Flow;"},
		{"text-embedding", "vec;", ""},
		{"rerank", "", ""},
		{"chat", "", "Desk;"},
		{"workflow, completion", "", "Flow;"},
		{"", "Parrot;vec;", "Desk;Flow;"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct field m = {.kind = FIELD_MODEL_SELECTOR, .scope = rows[i].scope};
		struct field a = {.kind = FIELD_APP_SELECTOR, .scope = rows[i].scope};

		CHECK_STR(choices(&m, NULL).labels, rows[i].models);
		CHECK_STR(choices(&a, NULL).labels, rows[i].apps);
	}
	CHECK_STR(choices(&tools, NULL).labels, "find;say \"hi\";");
}

static void what_is_chosen_stays_though_it_is_gone(void)
{
	struct seen seen = choices(&tools, "[" SAY ",{\"provider\":\"x\",\"tool\":\"old\"}]");

	CHECK_INT(seen.n, 3);
	CHECK_INT(seen.chosen, 2);
	CHECK_INT(seen.gone, 1);
	CHECK_INT(choices(&model, VEC).gone, 1); /* registered, but does not fit */
	CHECK_INT(choices(&model, "parrot").chosen, 0);
}

/* ---- values ---- */

static const char *take(
	const struct field *field, const char *given, const char *stored, enum rc want)
{
	static char kept[400];
	struct secret in = SECRET_EMPTY, old = SECRET_EMPTY, out = SECRET_EMPTY;
	enum rc rc;

	CHECK_INT(secret_set(&in, given, strlen(given)), RC_OK);
	if (stored)
		CHECK_INT(secret_set(&old, stored, strlen(stored)), RC_OK);
	rc = registry_take(&registry, field, &in, stored ? &old : NULL, &out);
	if (rc != want)
		printf("# %s\n", given);
	CHECK_INT(rc, want);
	snprintf(kept, sizeof(kept), "%s", secret_text(&out));
	secret_release(&in);
	secret_release(&old);
	secret_release(&out);
	return kept;
}

static void a_choice_is_kept_in_one_form(void)
{
	CHECK_STR(take(&model, PARROT, NULL, RC_OK), PARROT);
	CHECK_STR(take(&model,
			  " {\"model_type\" : "
			  "\"llm\",\n\"provider\":\"a\\/b/c\",\"model\":\"parrot\"}",
			  NULL, RC_OK),
		PARROT);
	CHECK_STR(take(&app, "{\"app_id\":\"1\"}", NULL, RC_OK), "{\"app_id\":\"1\"}");
	CHECK_STR(take(&tools, "[" FIND "," SAY "," FIND "]", NULL, RC_OK), "[" FIND "," SAY "]");
	CHECK_STR(take(&models, "[" PARROT "," VEC "]", NULL, RC_OK), "[" PARROT "," VEC "]");
	CHECK_STR(take(&tools, "[]", NULL, RC_OK), "[]");
}

static void what_is_no_choice(void)
{
	static const char *const bad[] = {"", "parrot", "null", "[]", "[" PARROT "]", "{}", "\"a\"",
		"{\"provider\":\"a/b/c\",\"model\":\"parrot\"}",
		"{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"model_type\":\"llm\",\"x\":1}",
		"{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"model_type\":null}", PARROT PARROT};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		(void)take(&any_model, bad[i], NULL, RC_INVALID);
	(void)take(&tools, FIND, NULL, RC_INVALID);
	(void)take(&tools, "[" PARROT "]", NULL, RC_INVALID);
	(void)take(&models, PARROT, NULL, RC_INVALID);
	(void)take(&app, PARROT, NULL, RC_INVALID);
}

static void what_is_not_registered_or_does_not_fit(void)
{
	(void)take(&any_model, "{\"provider\":\"a/b/c\",\"model\":\"crow\",\"model_type\":\"llm\"}",
		NULL, RC_NOT_FOUND);
	(void)take(&any_model,
		"{\"provider\":\"a/b/c\",\"model\":\"parrot\",\"model_type\":\"tts\"}", NULL,
		RC_NOT_FOUND);
	(void)take(&model, VEC, NULL, RC_NOT_FOUND);
	(void)take(&app, "{\"app_id\":\"2\"}", NULL, RC_NOT_FOUND);
	(void)take(&tools, "[" FIND ",{\"provider\":\"a/b/t\",\"tool\":\"hide\"}]", NULL,
		RC_NOT_FOUND);
	(void)take(&any_model, VEC, PARROT, RC_OK);
	CHECK_STR(take(&model, VEC, VEC, RC_OK), VEC); /* it is stored so */
}

int main(void)
{
	RUN(a_whole_registry_reads_and_is_written_as_it_was);
	RUN(lists_may_be_left_out);
	RUN(what_is_no_registry_is_refused);
	RUN(one_name_of_two_types_is_two_models);
	RUN(more_than_it_may_hold);
	RUN(the_scope_says_what_fits);
	RUN(what_is_chosen_stays_though_it_is_gone);
	RUN(a_choice_is_kept_in_one_form);
	RUN(what_is_no_choice);
	RUN(what_is_not_registered_or_does_not_fit);
	registry_release(&registry);
	return CHECK_DONE;
}
