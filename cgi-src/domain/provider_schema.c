/* SPDX-License-Identifier: Apache-2.0
 *
 * Schemas of forms, in both vocabularies: that of tools, data sources, triggers and extensions, where a
 * field has a "name" (or is the value of one), and that of models, where it has a "variable" and
 * conditions.
 */
#include <string.h>

#include "domain/provider_read.h"

#define WHEN_VALUES_MAX 32

/* The types that are texts of a certain form stand behind those that are kinds. */
enum { TYPE_NUMBER = FIELD_RADIO + 1, TYPE_JSON };

static const char *const field_words[] = {
	[FIELD_SECRET] = "secret-input",
	[FIELD_TEXT] = "text-input",
	[FIELD_SELECT] = "select",
	[FIELD_BOOLEAN] = "boolean",
	[FIELD_MODEL_SELECTOR] = "model-selector",
	[FIELD_APP_SELECTOR] = "app-selector",
	[FIELD_TOOLS] = "array[tools]",
	[FIELD_RADIO] = "radio",
	[TYPE_NUMBER] = "number",
	[TYPE_JSON] = "json",
};

static void read_option(struct parse *ps, const struct yamlr_node *node, struct field_option *out)
{
	static const char *const known[] = {"value", "label", "icon", NULL};

	out->value = "";
	if (yamlr_get(node, "value"))
		read_text(ps, yamlr_get(node, "value"), &out->value);
	else
		parse_fail(ps, node, "an option has no \"value\"");
	read_key(ps, node, "label", read_words, &out->label);
	note_unknown(ps, node, known);
}

static void read_options(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct field *field = at;

	if (node->kind != YAMLR_SEQUENCE) {
		parse_fail(ps, node, "must be a list");
		return;
	}
	field->options = parse_list(ps, node, sizeof(*field->options));
	if (!field->options)
		return;
	for (const struct yamlr_node *child = node->first; child; child = child->next)
		read_option(ps, child, &field->options[field->n_options++]);
}

static bool has_options(const struct field *field)
{
	return field->kind == FIELD_SELECT || field->kind == FIELD_RADIO;
}

static void read_default(struct parse *ps, const struct yamlr_node *map, struct field *field)
{
	const struct yamlr_node *node = yamlr_get(map, "default");
	bool on;

	if (yamlr_is_null(node))
		return;
	if (node->kind != YAMLR_SCALAR) { /* of a selector: which model, which app */
		parse_forgive(ps, node, "must be a text");
		return;
	}
	read_text(ps, node, &field->default_value);
	if (has_options(field) && field->default_value &&
		!field_has_option(field, field->default_value))
		parse_fail(ps, node, "is none of the options");
	if (field->kind != FIELD_BOOLEAN)
		return;
	if (yamlr_bool(node, &on) != RC_OK)
		parse_fail(ps, node, "must be true or false");
	else
		field->default_value = on ? "true" : "false";
}

/* --- conditions --- */

static bool has_value(const struct condition *when, const char *value)
{
	for (size_t i = 0; i < when->values.n; i++)
		if (strcmp(when->values.items[i], value) == 0)
			return true;
	return false;
}

static void add_value(struct condition *when, const char *value)
{
	if (!has_value(when, value) && when->values.n < WHEN_VALUES_MAX)
		when->values.items[when->values.n++] = value;
}

/* One of "show_on": {variable: mode, value: chat}. Two of one variable: either value will do. */
static void read_condition(struct parse *ps, const struct yamlr_node *node, struct conditions *out)
{
	const char *name = yamlr_text(yamlr_get(node, "variable")), *value = NULL;
	struct condition *when = NULL;

	if (!name || yamlr_is_null(yamlr_get(node, "value"))) {
		parse_fail(ps, node, "a condition needs \"variable\" and \"value\"");
		return;
	}
	read_text(ps, yamlr_get(node, "value"), &value);
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->items[i].field, name) == 0)
			when = &out->items[i];
	if (!when) {
		when = &out->items[out->n++];
		read_text(ps, yamlr_get(node, "variable"), &when->field);
		when->values.items = parse_alloc(ps, WHEN_VALUES_MAX * sizeof(*when->values.items));
	}
	if (!ps->rc)
		add_value(when, value);
}

static void read_show_on(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct conditions *out = at;

	if (node->kind != YAMLR_SEQUENCE) {
		parse_fail(ps, node, "must be a list");
		return;
	}
	out->items = parse_list(ps, node, sizeof(*out->items));
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next)
		read_condition(ps, child, out);
}

/* In the wild a field is written once for each value of the condition that shows it: one field of ours
 * that counts for all of them. */
static bool join_conditions(struct field *to, const struct field *from)
{
	struct condition *when = to->rule.when.items, *more = from->rule.when.items;

	if (to->kind != from->kind || to->rule.format != from->rule.format ||
		to->rule.when.n != 1 || from->rule.when.n != 1 ||
		strcmp(when->field, more->field) != 0)
		return false;
	for (size_t i = 0; i < more->values.n; i++)
		add_value(when, more->values.items[i]);
	return true;
}

/* --- fields --- */

static bool is_field_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len < FIELDSET_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
		       len;
}

static void read_type(struct parse *ps, const struct yamlr_node *node, struct field *out)
{
	size_t type = parse_word(ps, node, field_words, sizeof(field_words) / sizeof(*field_words));

	out->kind = type < TYPE_NUMBER ? (enum field_kind)type : FIELD_TEXT;
	if (type < TYPE_NUMBER)
		return;
	out->rule.format = type == TYPE_NUMBER ? FORMAT_NUMBER : FORMAT_JSON;
	out->rule.min = INT64_MIN;
	out->rule.max = INT64_MAX;
}

static void read_field(
	struct parse *ps, const struct yamlr_node *node, const char *name, struct field *out)
{
	static const char *const known[] = {"name", "variable", "type", "required", "default",
		"label", "help", "placeholder", "url", "options", "show_on", "multiple", "scope",
		"max_length", NULL};
	const struct yamlr_node *type = yamlr_get(node, "type");

	if (!name || !is_field_name(name))
		parse_fail(ps, node, "a field needs a name of letters, digits, _ and -");
	out->name = name && !ps->rc ? parse_copy(ps, name, strlen(name)) : "";
	if (!type)
		parse_fail(ps, node, "field \"%.100s\" has no type", name ? name : "");
	else
		read_type(ps, type, out);
	read_key(ps, node, "required", read_bool, &out->required);
	read_key(ps, node, "label", read_words, &out->label);
	read_key(ps, node, "help", read_words, &out->help);
	read_key(ps, node, "placeholder", read_words, &out->placeholder);
	read_key(ps, node, "url", read_help_url, &out->url);
	read_key(ps, node, "options", read_options, out);
	read_key(ps, node, "show_on", read_show_on, &out->rule.when);
	read_key(ps, node, "multiple", read_bool, &out->multiple);
	read_key(ps, node, "scope", read_text, &out->scope);
	if (has_options(out) && out->n_options == 0)
		parse_fail(ps, node, "%s \"%.100s\" has no options", field_words[out->kind],
			name ? name : "");
	if (!has_options(out) && out->n_options) {
		parse_note(ps, yamlr_get(node, "options"), "only a select has options");
		out->n_options = 0;
	}
	read_default(ps, node, out);
	note_unknown(ps, node, known);
}

static const char *name_of(const struct yamlr_node *node, bool by_key)
{
	const char *name = yamlr_text(yamlr_get(node, "name"));

	if (by_key)
		return node->key;
	return name ? name : yamlr_text(yamlr_get(node, "variable"));
}

static void add_field(
	struct parse *ps, const struct yamlr_node *node, const char *name, struct schema *out)
{
	const struct field *same = name ? schema_find(out, name) : NULL;
	struct field *field = &out->fields[out->n];

	*field = (struct field){0};
	if (out->n == PROVIDER_ITEMS_MAX)
		parse_fail(ps, node, "has more than %d fields", PROVIDER_ITEMS_MAX);
	else
		read_field(ps, node, name, field);
	if (!same)
		out->n++;
	else if (!ps->rc && !join_conditions(&out->fields[same - out->fields], field))
		parse_fail(ps, node, "field \"%.100s\" is there twice", name);
}

/* A condition on a field that is not there would hide its own for ever. */
static void check_conditions_of(
	struct parse *ps, const struct yamlr_node *node, struct schema *schema)
{
	for (size_t i = 0; !ps->rc && i < schema->n; i++) {
		struct conditions *when = &schema->fields[i].rule.when;

		for (size_t k = 0; k < when->n; k++) {
			if (schema_find(schema, when->items[k].field))
				continue;
			parse_forgive(ps, node, "a condition names a field that is not there");
			when->n = 0;
		}
	}
}

/* Appends to what out has room for. A list of entries with "name" or "variable", or a mapping whose keys are
 * the names: both are in use. */
static void add_fields(struct parse *ps, const struct yamlr_node *node, struct schema *out)
{
	bool by_key = node->kind == YAMLR_MAPPING;

	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		if (child->kind != YAMLR_MAPPING)
			parse_fail(ps, child, "a field must be a mapping");
		else
			add_field(ps, child, name_of(child, by_key), out);
	}
	check_conditions_of(ps, node, out);
}

static bool make_room(
	struct parse *ps, const struct yamlr_node *node, size_t more, struct schema *out)
{
	size_t n = node ? node->n : 0;

	if (node && node->kind == YAMLR_SCALAR)
		parse_fail(ps, node, "must be a list of fields");
	else if (n > PROVIDER_ITEMS_MAX)
		parse_fail(ps, node, "has more than %d items", PROVIDER_ITEMS_MAX);
	if (ps->rc)
		return false;
	out->n = 0;
	out->fields = parse_alloc(ps, (n + more + 1) * sizeof(*out->fields));
	return out->fields != NULL;
}

void read_schema(struct parse *ps, const struct yamlr_node *node, void *at)
{
	if (make_room(ps, node, 0, at))
		add_fields(ps, node, at);
}

/* --- models --- */

static void say(struct parse *ps, struct i18n *out, const char *english, const char *chinese)
{
	out->items = parse_alloc(ps, 2 * sizeof(*out->items));
	if (!out->items)
		return;
	out->items[out->n++] = (struct i18n_item){"en_US", english};
	out->items[out->n++] = (struct i18n_item){"zh_Hans", chinese};
}

static void read_model_types(struct parse *ps, const struct yamlr_node *types, struct field *out)
{
	size_t n = types && types->kind == YAMLR_SEQUENCE ? types->n : 0;

	out->kind = FIELD_TEXT;
	if (!n)
		return;
	out->kind = FIELD_SELECT;
	out->options = parse_list(ps, types, sizeof(*out->options));
	for (const struct yamlr_node *node = types->first; node && !ps->rc; node = node->next)
		read_text(ps, node, &out->options[out->n_options++].value);
}

/* What the document takes for granted: which model it is. */
static void add_model_fields(struct parse *ps, const struct yamlr_node *root,
	const struct yamlr_node *model, struct schema *out)
{
	struct field *type = &out->fields[out->n++], *name = &out->fields[out->n++];

	type->name = MODEL_TYPE_FIELD;
	name->name = MODEL_NAME_FIELD;
	type->required = name->required = true;
	name->kind = FIELD_TEXT;
	say(ps, &type->label, "Model type", "模型类型");
	read_model_types(ps, yamlr_get(root, "supported_model_types"), type);
	read_key(ps, model, "placeholder", read_words, &name->placeholder);
	read_key(ps, model, "label", read_words, &name->label);
	if (!name->label.n)
		say(ps, &name->label, "Model name", "模型名称");
}

void read_model_schemas(struct parse *ps, const struct yamlr_node *root, struct provider *out)
{
	static const char *const known[] = {"model", "credential_form_schemas", NULL};
	const struct yamlr_node *of_all = yamlr_get(root, "provider_credential_schema");
	const struct yamlr_node *of_one = yamlr_get(root, "model_credential_schema");
	const struct yamlr_node *fields = yamlr_get(of_one, "credential_form_schemas");

	read_key(ps, of_all, "credential_form_schemas", read_schema, &out->api_key_schema);
	note_unknown(ps, of_all, known);
	if (yamlr_is_null(of_one))
		return;
	note_unknown(ps, of_one, known);
	if (!make_room(ps, yamlr_is_null(fields) ? NULL : fields, 2, &out->model_schema))
		return;
	add_model_fields(ps, root, yamlr_get(of_one, "model"), &out->model_schema);
	if (!ps->rc && !yamlr_is_null(fields))
		add_fields(ps, fields, &out->model_schema);
}
