/* SPDX-License-Identifier: Apache-2.0
 *
 * Small questions about provider definitions.
 */
#include "domain/provider.h"

#include <string.h>

#include "domain/fieldset.h"

/* "en-US", "en_us" and "en_US" are one language to people. */
static char language_char(char c)
{
	if (c == '-')
		return '_';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t common_length(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] != '\0' && language_char(a[n]) == language_char(b[n]))
		n++;
	return n;
}

static bool same_tag(const char *a, const char *b)
{
	size_t n = common_length(a, b);

	return a[n] == '\0' && b[n] == '\0';
}

static bool same_language(const char *a, const char *b)
{
	size_t len = strcspn(a, "_-");

	return len > 0 && strcspn(b, "_-") == len && common_length(a, b) >= len;
}

static const char *find_text(
	const struct i18n *t, const char *language, bool (*same)(const char *a, const char *b))
{
	for (size_t i = 0; i < t->n; i++)
		if (same(t->items[i].language, language))
			return t->items[i].text;
	return NULL;
}

const char *i18n_text(const struct i18n *t, const char *language)
{
	const char *text = find_text(t, language, same_tag);

	if (!text)
		text = find_text(t, language, same_language);
	if (!text)
		text = find_text(t, "en_US", same_tag);
	if (!text && t->n)
		text = t->items[0].text;
	return text ? text : "";
}

bool provider_can_connect(const struct provider *p)
{
	return p->has_oauth && !p->missing;
}

bool provider_is_own(const struct provider *p)
{
	return strcmp(p->org, PROVIDER_TOOLS_ORG) == 0;
}

const char *oauth_url_at(const struct oauth_recipe *recipe, size_t i)
{
	const char *const urls[] = {recipe->authorization_url, recipe->token_url, recipe->then.url,
		recipe->refresh.url, recipe->introspection_url, recipe->revocation_request.url,
		recipe->identity.request.url};
	const size_t n = sizeof(urls) / sizeof(urls[0]);

	if (i < n)
		return urls[i] ? urls[i] : "";
	i -= n;
	if (i < recipe->checks.n)
		return recipe->checks.items[i].request.url;
	i -= recipe->checks.n;
	return i < recipe->n_lookups ? recipe->lookups[i].request.url : NULL;
}

const struct field *schema_find(const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return &schema->fields[i];
	return NULL;
}

bool field_has_option(const struct field *field, const char *value)
{
	for (size_t i = 0; i < field->n_options; i++)
		if (strcmp(field->options[i].value, value) == 0)
			return true;
	return false;
}

/* --- conditions and checks --- */

static bool condition_holds(const struct condition *condition, const struct fieldset *fields)
{
	const char *value = fieldset_text(fields, condition->field);

	for (size_t i = 0; i < condition->values.n; i++)
		if (strcmp(condition->values.items[i], value) == 0)
			return true;
	return false;
}

bool conditions_hold(const struct conditions *conditions, const struct fieldset *fields)
{
	for (size_t i = 0; i < conditions->n; i++)
		if (!condition_holds(&conditions->items[i], fields))
			return false;
	return true;
}

const struct check_recipe *checks_find(const struct checks *checks, const struct fieldset *fields)
{
	for (size_t i = 0; i < checks->n; i++)
		if (conditions_hold(&checks->items[i].when, fields))
			return &checks->items[i];
	return NULL;
}

const struct schema *provider_key_schema(const struct provider *p, const struct fieldset *fields)
{
	bool of_model =
		p->model_schema.n &&
		(!p->api_key_schema.n || (fields && fieldset_get(fields, MODEL_NAME_FIELD)));

	return of_model ? &p->model_schema : &p->api_key_schema;
}

static const char *const kind_words[PROVIDER_KIND__MAX] = {
	[PROVIDER_DATASOURCE] = "datasource",
	[PROVIDER_TOOL] = "tool",
	[PROVIDER_TRIGGER] = "trigger",
	[PROVIDER_MODEL] = "model",
	[PROVIDER_EXTENSION] = "extension",
};

struct provider_ref provider_ref_of(const struct provider *p)
{
	return (struct provider_ref){p->plugin_id, p->name};
}

const char *provider_kind_word(enum provider_kind kind)
{
	return kind_words[kind];
}

enum rc provider_kind_parse(const char *word, enum provider_kind *out)
{
	for (int i = 0; i < PROVIDER_KIND__MAX; i++) {
		if (strcmp(word, kind_words[i]) == 0) {
			*out = (enum provider_kind)i;
			return RC_OK;
		}
	}
	return RC_INVALID;
}
