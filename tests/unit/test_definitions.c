/* SPDX-License-Identifier: Apache-2.0
 *
 * The definitions that we ship: each says where its facts come from, speaks both languages, explains what an
 * authorization needs, and checks an API key or says why not.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "domain/diagnosis.h"
#include "platform/log.h"
#include "unit/shipped.h"

/* --- what every definition says --- */

static void look_at_sources(const struct provider *p)
{
	CHECK(p->sources.n > 0);
	CHECK(p->verified.said);
	CHECK(p->icon_letter != NULL);
}

static void every_definition_says_where_it_comes_from(void)
{
	CHECK(shipped && catalogue_count(shipped) > 0);
	every_definition(look_at_sources);
}

static bool has_language(const struct i18n *text, const char *language)
{
	for (size_t i = 0; i < text->n; i++)
		if (strcmp(text->items[i].language, language) == 0)
			return text->items[i].text[0] != '\0';
	return false;
}

static void look_at_text(const struct i18n *text, const char *where)
{
	bool both = has_language(text, "en_US") && has_language(text, "zh_Hans");

	if (text->n && !both)
		printf("# %s: \"%s\"\n", where, i18n_text(text, "en_US"));
	CHECK(text->n == 0 || both);
}

static void look_at_schema(const struct schema *schema)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *field = &schema->fields[i];

		CHECK(field->label.n > 0);
		look_at_text(&field->label, field->name);
		look_at_text(&field->help, field->name);
		look_at_text(&field->rule.message, field->name);
		for (size_t k = 0; k < field->n_options; k++)
			look_at_text(&field->options[k].label, field->name);
	}
}

static void look_at_words(const struct provider *p)
{
	CHECK(p->label.n > 0 && p->description.n > 0);
	look_at_text(&p->label, "label");
	look_at_text(&p->description, "description");
	look_at_text(&p->note, "note");
	look_at_text(&p->api_key_unchecked, "unchecked");
	look_at_schema(&p->api_key_schema);
	look_at_schema(&p->model_schema);
	look_at_schema(&p->client_schema);
	for (size_t i = 0; i < p->oauth.n_setup_steps; i++)
		look_at_text(&p->oauth.setup_steps[i], "setup");
}

static void every_definition_speaks_both_languages(void)
{
	every_definition(look_at_words);
}

static void look_at_scopes(const struct scope_list *scopes)
{
	for (size_t i = 0; i < scopes->n; i++) {
		CHECK(scopes->items[i].label.n > 0 && scopes->items[i].why.n > 0);
		look_at_text(&scopes->items[i].label, scopes->items[i].name);
		look_at_text(&scopes->items[i].why, scopes->items[i].name);
	}
}

/* What somebody needs who makes the OAuth app, and who is asked to allow access. */
static void look_at_oauth(const struct provider *p)
{
	const struct oauth_recipe *o = &p->oauth;

	if (!p->has_oauth)
		return;
	CHECK(!p->missing);
	CHECK(o->setup_url != NULL && o->n_setup_steps >= 3);
	CHECK(o->diagnosis.n > 0);
	look_at_scopes(&o->scopes);
	look_at_scopes(&o->user_scopes);
	look_at_schema(&p->oauth_credentials_schema);
	for (size_t i = 0; i < o->diagnosis.n; i++) {
		CHECK(o->diagnosis.items[i].next.n > 0);
		look_at_text(&o->diagnosis.items[i].cause, "cause");
		look_at_text(&o->diagnosis.items[i].next, "next");
	}
}

static void every_authorization_is_explained(void)
{
	every_definition(look_at_oauth);
}

/* Those that RFC 6749 and OpenID Connect name, and what every API answers. */
static void common_answers_are_explained(void)
{
	static const struct diagnosis_event events[] = {
		{AT_AUTHORIZE, "access_denied", "", 0},
		{AT_AUTHORIZE, "invalid_scope", "", 0},
		{AT_AUTHORIZE, "unauthorized_client", "", 0},
		{AT_AUTHORIZE, "interaction_required", "", 0},
		{AT_AUTHORIZE, "redirect_uri_mismatch", "", 0},
		{AT_EXCHANGE, "invalid_client", "", 401},
		{AT_EXCHANGE, "invalid_grant", "", 400},
		{AT_REFRESH, "invalid_grant", "", 400},
		{AT_REFRESH, "invalid_client", "", 401},
		{AT_CHECK, "", "", 401},
		{AT_CHECK, "", "", 403},
		{AT_REFRESH, "", "", 429},
		{AT_EXCHANGE, "temporarily_unavailable", "", 400},
	};
	const struct diagnosis *rules = catalogue_diagnosis(shipped), none = {0};

	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
		CHECK(diagnosis_find(&none, rules, &events[i]) != NULL);
		CHECK(i == 0 || diagnosis_find(&none, rules, &events[i]) !=
					diagnosis_find(&none, rules, &events[i - 1]));
	}
	for (size_t i = 0; i < rules->n; i++) {
		CHECK(rules->items[i].next.n > 0);
		look_at_text(&rules->items[i].cause, "cause");
		look_at_text(&rules->items[i].next, "next");
	}
}

/* The answer that a rule was written for finds that rule, and no earlier one. */
static void reach(const struct diagnosis *rules, const struct diagnosis *after, size_t i)
{
	const struct diagnosis_rule *rule = &rules->items[i], *found;
	struct diagnosis_event event = {rule->at == AT_ANY ? AT_REFRESH : rule->at,
		rule->error ? rule->error : "", rule->contains ? rule->contains : "", rule->status};

	found = diagnosis_find(rules, after, &event);
	if (found == rule)
		return;
	printf("# never found: at %d, error %s, contains %s, status %d\n", (int)rule->at,
		rule->error ? rule->error : "-", rule->contains ? rule->contains : "-",
		rule->status);
	CHECK(found == rule);
}

static void reach_own(const struct provider *p)
{
	for (size_t i = 0; i < p->oauth.diagnosis.n; i++)
		reach(&p->oauth.diagnosis, catalogue_diagnosis(shipped), i);
}

static void every_rule_is_reached(void)
{
	const struct diagnosis none = {0};

	CHECK(catalogue_diagnosis(shipped)->n > 0);
	for (size_t i = 0; i < catalogue_diagnosis(shipped)->n; i++)
		reach(catalogue_diagnosis(shipped), &none, i);
	every_definition(reach_own);
}

/* Runtimes read what the plugin's own document declares. */
static void look_at_handed_out(const struct provider *p)
{
	for (size_t i = 0; p->has_oauth && i < p->oauth_credentials_schema.n; i++) {
		const char *name = p->oauth_credentials_schema.fields[i].name;
		bool found = false;

		for (size_t k = 0; k < p->oauth.credential.n; k++)
			found |= strcmp(p->oauth.credential.items[k].name, name) == 0;
		if (!found)
			printf("# nothing makes %s\n", name);
		CHECK(found);
	}
}

static void every_declared_field_is_made(void)
{
	every_definition(look_at_handed_out);
}

static void look_at_check(const struct provider *p)
{
	bool asks = p->api_key_checks.n > 0 || p->mint;

	CHECK(!p->has_api_key || asks || p->api_key_unchecked.n > 0);
	CHECK(!asks || p->api_key_unchecked.n == 0);
}

static void every_key_is_checked_or_it_says_why_not(void)
{
	every_definition(look_at_check);
}
int main(void)
{
	log_open("test_definitions", LOG_ERROR);
	RUN(open_shipped);
	RUN(every_definition_says_where_it_comes_from);
	RUN(every_definition_speaks_both_languages);
	RUN(every_authorization_is_explained);
	RUN(common_answers_are_explained);
	RUN(every_rule_is_reached);
	RUN(every_declared_field_is_made);
	RUN(every_key_is_checked_or_it_says_why_not);
	catalogue_free(shipped);
	return CHECK_DONE;
}
