/* SPDX-License-Identifier: Apache-2.0
 *
 * Forms made from a provider's schema: what part_form.cs reads.
 */
#include <stdio.h>
#include <string.h>

#include "domain/form.h"
#include "web/pages/page.h"
#include "web/say.h"

#define FIELD_PREFIX "field."
#define FIELD_PREFIX_LEN (sizeof(FIELD_PREFIX) - 1)

static const char *kind_word(enum field_kind kind)
{
	switch (kind) {
	case FIELD_SECRET:
		return "secret-input";
	case FIELD_SELECT:
	case FIELD_RADIO:
		return "select";
	case FIELD_BOOLEAN:
		return "boolean";
	default:
		return "text-input";
	}
}

static bool is_kept(const struct page_fields *f, const char *name)
{
	if (f->all_stored)
		return true;
	for (size_t i = 0; i < f->n_kept; i++)
		if (strcmp(f->kept[i], name) == 0)
			return true;
	return false;
}

/* What stands in the field; never for a secret. */
static const char *value_of(const struct page_fields *f, const struct field *field)
{
	const struct secret *value = f->typed ? fieldset_get(f->typed, field->name)
					      : fieldset_get(f->stored, field->name);

	if (value)
		return secret_text(value);
	if (f->typed || f->stored)
		return "";
	return field->default_value ? field->default_value : "";
}

static void set_options(
	struct ctx *c, struct view_node *item, const struct field *field, const char *value)
{
	struct view_node *options = view_child(item, "Options");

	for (size_t i = 0; i < field->n_options; i++) {
		const struct field_option *o = &field->options[i];
		struct view_node *option = view_append(options);

		view_text(option, "Value", o->value);
		view_text(option, "Label", i18n_text(&o->label, c->language));
		view_flag(option, "Selected", strcmp(o->value, value) == 0);
	}
}

static void set_text_if(struct view_node *node, const char *name, const char *text)
{
	if (text && text[0])
		view_text(node, name, text);
}

static void set_field(struct ctx *c, const struct page_fields *f, const struct field *field,
	struct view_node *item)
{
	const char *value = field->kind == FIELD_SECRET ? "" : value_of(f, field);
	char key[FIELD_PREFIX_LEN + FIELDSET_NAME_MAX];

	(void)snprintf(key, sizeof(key), FIELD_PREFIX "%s", field->name);
	view_text(item, "Key", key);
	view_text(item, "Kind", kind_word(field->kind));
	view_text(item, "Label", i18n_text(&field->label, c->language));
	view_flag(item, "Required", field->required);
	set_text_if(item, "Placeholder", i18n_text(&field->placeholder, c->language));
	set_text_if(item, "Help", i18n_text(&field->help, c->language));
	set_text_if(item, "HelpUrl", field->url);
	if (field->kind == FIELD_SECRET)
		view_flag(item, "Stored", is_kept(f, field->name));
	else if (field->n_options)
		set_options(c, item, field, value);
	else if (field->kind == FIELD_BOOLEAN)
		view_flag(item, "Checked", strcmp(value, "true") == 0);
	else
		set_text_if(item, "Value", value);
	if (f->bad_field && strcmp(f->bad_field, field->name) == 0)
		view_text(item, "Error",
			f->words ? i18n_text(f->words, c->language) : say_words(c, f->reason));
}

void page_set_fields(struct ctx *c, const struct page_fields *f)
{
	struct view_node *fields = view_child(c->root, "Fields");

	for (size_t i = 0; i < f->schema->n; i++) {
		struct view_node *item = view_append(fields);
		char id[24];

		(void)snprintf(id, sizeof(id), "f%zu", i);
		view_text(item, "Id", id);
		set_field(c, f, &f->schema->fields[i], item);
	}
}

enum rc page_read_fields(struct ctx *c, const struct schema *schema, struct fieldset *out)
{
	const struct params *form = &c->req.form;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < form->n && rc == RC_OK; i++) {
		const struct param *p = &form->items[i];
		const char *name = p->name + FIELD_PREFIX_LEN;

		if (strncmp(p->name, FIELD_PREFIX, FIELD_PREFIX_LEN) != 0)
			continue;
		if (!schema_find(schema, name) || fieldset_get(out, name))
			return RC_INVALID; /* unknown, or given twice */
		rc = fieldset_put(out, name, p->value, p->value_len);
	}
	return rc;
}

void page_form_error(struct ctx *c, const char *title, const char *text, const char *next)
{
	struct view_node *error = view_child(c->root, "FormError");

	view_text(error, "Title", title);
	view_text(error, "Text", text);
	view_text(error, "Next", next);
}

static void set_said(
	struct view_node *node, const struct provider *p, const struct probe_result *probe)
{
	char code[32];

	if (probe->own_words)
		return;
	(void)snprintf(code, sizeof(code), "HTTP %d", probe->status);
	view_text(node, "Said.Code", code);
	view_text(node, "SaidBy", page_vendor(p));
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

	page_form_error(c, say(c, texts[probe->verdict].title, NULL), ours,
		say(c, texts[probe->verdict].next, NULL));
	set_said(view_child(c->root, "FormError"), p, probe);
}
