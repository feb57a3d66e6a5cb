/* SPDX-License-Identifier: Apache-2.0
 *
 * Forms made from a provider's schema: what part_form.cs reads.
 */
#include <stdio.h>
#include <string.h>

#include "domain/form.h"
#include "domain/runtime/registry.h"
#include "platform/jsonr.h"
#include "web/pages/page.h"
#include "web/say.h"

#define FIELD_PREFIX "field."
#define FIELD_PREFIX_LEN (sizeof(FIELD_PREFIX) - 1)

#define SHOWN_PREFIX "shown." /* a box or a list of boxes sends nothing when none is ticked */
#define SHOWN_PREFIX_LEN (sizeof(SHOWN_PREFIX) - 1)

static const char *kind_word(const struct field *field)
{
	switch (field->kind) {
	case FIELD_SECRET:
		return field->rule.format == FORMAT_JSON ? "json-secret" : "secret-input";
	case FIELD_SELECT:
		return "select";
	case FIELD_RADIO:
		return "radio";
	case FIELD_BOOLEAN:
		return "boolean";
	case FIELD_MODEL_SELECTOR:
	case FIELD_APP_SELECTOR:
	case FIELD_TOOLS:
		return registry_is_list(field) ? "choices" : "choice";
	default:
		break;
	}
	if (field->rule.format == FORMAT_JSON)
		return "json";
	return field->rule.format == FORMAT_NUMBER ? "number" : "text-input";
}

static bool is_kept(const struct page_fields *f, const char *name)
{
	if (fieldset_get(f->secrets, name))
		return true;
	for (size_t i = 0; i < f->n_kept; i++)
		if (strcmp(f->kept[i], name) == 0)
			return true;
	return false;
}

/* What stands in the field; never for a secret. */
static const char *value_of(const struct page_fields *f, const struct field *field)
{
	const struct secret *value = f->typed ? fieldset_get(f->typed, field->name) : NULL;

	if (!value)
		value = fieldset_get(f->stored, field->name);
	if (value)
		return secret_text(value);
	if (f->typed || f->stored)
		return "";
	return field->default_value ? field->default_value : "";
}

/* Options without words are shown as they are. */
static const char *option_label(struct ctx *c, const struct field_option *o)
{
	const char *label = i18n_text(&o->label, c->language);

	return label[0] ? label : o->value;
}

static void set_options(
	struct ctx *c, struct view_node *item, const struct field *field, const char *value)
{
	struct view_node *options = view_child(item, "Options");

	for (size_t i = 0; i < field->n_options; i++) {
		const struct field_option *o = &field->options[i];
		struct view_node *option = view_append(options);

		view_text(option, "Value", o->value);
		view_text(option, "Label", option_label(c, o));
		view_flag(option, "Selected", strcmp(o->value, value) == 0);
	}
	if (!field->required || value[0] == '\0')
		view_flag(item, "MayBeEmpty", true);
}

static void add_choice(const struct registry_choice *choice, void *arg)
{
	struct view_node *option = view_append(arg);

	view_text(option, "Value", choice->value);
	view_text(option, "Label", choice->label);
	if (choice->detail[0])
		view_text(option, "Detail", choice->detail);
	view_flag(option, "Selected", choice->chosen);
	view_flag(option, "Gone", choice->gone);
}

static enum rc set_choices(const struct page_fields *f, struct view_node *item,
	const struct field *field, const char *value)
{
	static const char *const words[REGISTRY_KIND__MAX] = {"models", "apps", "tools"};
	enum registry_kind kind = registry_kind_of(field);

	view_text(item, "Of", words[kind]);
	view_flag(item, "Nothing", !f->registry || registry_count(f->registry, kind) == 0);
	return registry_choices(f->registry, field, value, add_choice, view_child(item, "Options"));
}

static void set_range(struct view_node *item, const struct field_rule *rule)
{
	if (rule->format != FORMAT_NUMBER)
		return;
	if (rule->min != INT64_MIN)
		view_int(item, "Min", rule->min);
	if (rule->max != INT64_MAX)
		view_int(item, "Max", rule->max);
}

/* ---- conditions ---- */

static const char *value_label(struct ctx *c, const struct field *other, const char *value)
{
	for (size_t i = 0; i < other->n_options; i++)
		if (strcmp(other->options[i].value, value) == 0)
			return option_label(c, &other->options[i]);
	return value;
}

/* For the script: [["field.mode",["chat"]],…]; for people: the fields and values by their labels. */
static enum rc set_condition(struct ctx *c, const struct schema *schema,
	const struct condition *when, struct secret *json, struct view_node *list)
{
	const struct field *other = schema_find(schema, when->field);
	struct view_node *item = view_append(list);
	char key[FIELD_PREFIX_LEN + FIELDSET_NAME_MAX];
	int n = snprintf(key, sizeof(key), FIELD_PREFIX "%s", when->field);
	enum rc rc = secret_append_text(json, json->len > 1 ? ",[" : "[");

	view_text(item, "Label", other ? i18n_text(&other->label, c->language) : when->field);
	view_flag(item, "Box", other && other->kind == FIELD_BOOLEAN);
	if (rc == RC_OK)
		rc = jsonr_append_string(json, key, (size_t)n);
	for (size_t i = 0; i < when->values.n && rc == RC_OK; i++) {
		const char *value = when->values.items[i];

		rc = secret_append_text(json, i ? "," : ",[");
		if (rc == RC_OK)
			rc = jsonr_append_string(json, value, strlen(value));
		view_text(view_append(view_child(item, "Values")), "Text",
			other ? value_label(c, other, value) : value);
		view_flag(item, "On", strcmp(value, "true") == 0);
	}
	return rc == RC_OK ? secret_append_text(json, "]]") : rc;
}

static enum rc set_conditions(struct ctx *c, const struct schema *schema,
	const struct conditions *when, struct view_node *item)
{
	struct secret json = SECRET_EMPTY;
	struct view_node *list = view_child(item, "When");
	enum rc rc = secret_set(&json, "[", 1);

	for (size_t i = 0; i < when->n && rc == RC_OK; i++)
		rc = set_condition(c, schema, &when->items[i], &json, list);
	if (rc == RC_OK)
		rc = secret_append_text(&json, "]");
	if (rc == RC_OK)
		view_text(item, "WhenJson", secret_text(&json));
	secret_release(&json);
	return rc;
}

/* ---- one field ---- */

static void set_text_if(struct view_node *node, const char *name, const char *text)
{
	if (text && text[0])
		view_text(node, name, text);
}

static enum rc set_value(struct ctx *c, const struct page_fields *f, const struct field *field,
	struct view_node *item)
{
	const char *value = field->kind == FIELD_SECRET ? "" : value_of(f, field);

	if (registry_is_choice(field))
		return set_choices(f, item, field, value);
	if (field->kind == FIELD_SECRET)
		view_flag(item, "Stored", is_kept(f, field->name));
	else if (field->n_options)
		set_options(c, item, field, value);
	else if (field->kind == FIELD_BOOLEAN)
		view_flag(item, "Checked", strcmp(value, "true") == 0);
	else
		set_text_if(item, "Value", value);
	return RC_OK;
}

static enum rc set_field(struct ctx *c, const struct page_fields *f, const struct field *field,
	struct view_node *item)
{
	char key[FIELD_PREFIX_LEN + FIELDSET_NAME_MAX];
	enum rc rc;

	(void)snprintf(key, sizeof(key), FIELD_PREFIX "%s", field->name);
	view_text(item, "Key", key);
	(void)snprintf(key, sizeof(key), SHOWN_PREFIX "%s", field->name);
	view_text(item, "ShownKey", key);
	view_text(item, "Kind", kind_word(field));
	view_text(item, "Label", i18n_text(&field->label, c->language));
	view_flag(item, "Required", field->required);
	view_flag(item, "Must",
		field->required && !field->rule.when.n &&
			!(field->kind == FIELD_SECRET && is_kept(f, field->name)));
	set_text_if(item, "Placeholder", i18n_text(&field->placeholder, c->language));
	set_text_if(item, "Help", i18n_text(&field->help, c->language));
	set_text_if(item, "HelpUrl", field->url);
	set_range(item, &field->rule);
	rc = set_value(c, f, field, item);
	if (f->bad_field && strcmp(f->bad_field, field->name) == 0)
		view_text(item, "Error",
			f->words ? i18n_text(f->words, c->language) : say_words(c, f->reason));
	return rc == RC_OK && field->rule.when.n
		       ? set_conditions(c, f->schema, &field->rule.when, item)
		       : rc;
}

enum rc page_set_fields(struct ctx *c, const struct page_fields *f)
{
	struct view_node *fields = view_child(c->root, "Fields");
	enum rc rc = RC_OK;

	for (size_t i = 0; i < f->schema->n && rc == RC_OK; i++) {
		struct view_node *item = view_append(fields);
		char id[24];

		(void)snprintf(id, sizeof(id), "f%zu", i);
		view_text(item, "Id", id);
		rc = set_field(c, f, &f->schema->fields[i], item);
	}
	return rc;
}

/* ---- what was sent ---- */

/* Of a list each ticked box sends one value: together they are the JSON array of them. */
static enum rc add_to_list(struct fieldset *out, const char *name, const struct param *p)
{
	const struct secret *before = fieldset_get(out, name);
	struct secret list = SECRET_EMPTY;
	enum rc rc = before ? secret_set(&list, before->bytes, before->len - 1)
			    : secret_set(&list, "[", 1);

	if (rc == RC_OK && before)
		rc = secret_append_text(&list, ",");
	if (rc == RC_OK)
		rc = secret_append(&list, p->value, p->value_len);
	if (rc == RC_OK)
		rc = secret_append_text(&list, "]");
	if (rc == RC_OK)
		rc = fieldset_put(out, name, list.bytes, list.len);
	secret_release(&list);
	return rc;
}

static enum rc read_field(const struct schema *schema, const struct param *p, struct fieldset *out)
{
	const char *name = p->name + FIELD_PREFIX_LEN;
	const struct field *field = schema_find(schema, name);

	if (!field)
		return RC_INVALID;
	if (registry_is_list(field))
		return add_to_list(out, name, p);
	return fieldset_get(out, name) ? RC_INVALID /* given twice */
				       : fieldset_put(out, name, p->value, p->value_len);
}

/* What was shown and sent nothing is empty; what was not shown stays as it is. */
static enum rc read_shown(const struct schema *schema, const struct param *p, struct fieldset *out)
{
	const char *name = p->name + SHOWN_PREFIX_LEN;

	if (!schema_find(schema, name))
		return RC_INVALID;
	return fieldset_get(out, name) ? RC_OK : fieldset_put(out, name, "", 0);
}

enum rc page_read_fields(struct ctx *c, const struct schema *schema, struct fieldset *out)
{
	const struct params *form = &c->req.form;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < form->n && rc == RC_OK; i++)
		if (strncmp(form->items[i].name, FIELD_PREFIX, FIELD_PREFIX_LEN) == 0)
			rc = read_field(schema, &form->items[i], out);
	for (size_t i = 0; i < form->n && rc == RC_OK; i++)
		if (strncmp(form->items[i].name, SHOWN_PREFIX, SHOWN_PREFIX_LEN) == 0)
			rc = read_shown(schema, &form->items[i], out);
	return rc;
}

void page_form_error(struct ctx *c, const char *title, const char *text, const char *next)
{
	struct view_node *error = view_child(c->root, "FormError");

	view_text(error, "Title", title);
	view_text(error, "Text", text);
	view_text(error, "Next", next);
}

static void set_said(struct ctx *c, struct view_node *node, const struct provider *p,
	const struct probe_result *probe)
{
	char code[32];

	if (probe->own_words)
		return;
	(void)snprintf(code, sizeof(code), "HTTP %d", probe->status);
	view_text(node, "Said.Code", code);
	view_text(node, "SaidBy", page_vendor(c, p));
	if (probe->words[0])
		view_text(node, "Said.Text", probe->words);
}

void page_form_said(struct ctx *c, const struct provider *p, const struct probe_result *probe)
{
	static const struct {
		const char *title, *next;
	} texts[] = {
		[PROBE_OK] = {NULL, NULL},
		[PROBE_REFUSED] = {MESSAGE("key.refused"), MESSAGE("key.refused_next")},
		[PROBE_PERMISSION] = {MESSAGE("key.permission"), MESSAGE("key.permission_next")},
		[PROBE_NO_ANSWER] = {MESSAGE("key.unchecked"), MESSAGE("key.later")},
		[PROBE_TIMEOUT] = {MESSAGE("key.unchecked"), MESSAGE("key.later")},
		[PROBE_FORBIDDEN] = {MESSAGE("key.forbidden"), MESSAGE("key.forbidden_next")},
		[PROBE_RATE_LIMITED] = {MESSAGE("reason.rate_limited"), MESSAGE("key.pause_next")},
	};
	/* words of ours are nobody's answer */
	const char *ours = probe->own_words ? say_words(c, probe->words) : NULL;
	const struct diagnosis_rule *rule = page_diagnose_probe(c, p, false, probe);

	page_form_error(c, say(c, texts[probe->verdict].title, NULL), ours,
		say(c, texts[probe->verdict].next, NULL));
	if (rule)
		view_text(c->root, "FormError.Cause", i18n_text(&rule->cause, c->language));
	set_said(c, view_child(c->root, "FormError"), p, probe);
}
