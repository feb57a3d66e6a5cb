/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/form.h"

#include <string.h>

#include "domain/form_rules.h"
#include "domain/message.h"
#include "domain/runtime/registry.h"
#include "platform/text.h"

static enum rc refuse(struct form_error *error, const struct field *field, const char *reason)
{
	error->field = field ? field->name : NULL;
	error->reason = reason;
	return RC_INVALID;
}

/* A whole JSON document may be a secret (service accounts), or a PEM file: these have line ends. */
static bool has_control(const char *p, size_t len, bool lines_allowed)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (lines_allowed && (c == '\n' || c == '\r' || c == '\t'))
			continue;
		if (c < 0x20 || c == 0x7f)
			return true;
	}
	return false;
}

static enum rc check_value(
	const struct field *field, const char *p, size_t len, struct form_error *error)
{
	size_t chars;

	if (len > FORM_VALUE_MAX)
		return refuse(error, field, MESSAGE("form.too_long"));
	if (text_utf8_chars(p, len, &chars) != RC_OK)
		return refuse(error, field, MESSAGE("form.not_text"));
	if (has_control(p, len,
		    field->rule.format == FORMAT_JSON ||
			    (field->kind == FIELD_SECRET &&
				    (p[0] == '{' || strncmp(p, "-----BEGIN ", 11) == 0))))
		return refuse(error, field, MESSAGE("form.control_character"));
	return RC_OK;
}

static enum rc merge_boolean(
	const struct field *field, const struct secret *given, struct fieldset *out)
{
	bool on =
		given && given->len &&
		(strcmp(secret_text(given), "true") == 0 || strcmp(secret_text(given), "on") == 0);

	return fieldset_put_text(out, field->name, on ? "true" : "false");
}

static bool is_kept(
	const struct field *field, const struct secret *given, const struct secret *stored)
{
	const char *p = given ? secret_text(given) : "";
	size_t len = given ? given->len : 0;

	text_trim(&p, &len);
	return len == 0 && (!given || field->kind == FIELD_SECRET) && stored && stored->len;
}

const struct field *form_kept_secret(
	const struct schema *schema, const struct fieldset *given, const struct fieldset *stored)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *field = &schema->fields[i];

		if (field->kind == FIELD_SECRET && form_counts(schema, field, given, stored) &&
			is_kept(field, fieldset_get(given, field->name),
				fieldset_get(stored, field->name)))
			return field;
	}
	return NULL;
}

static const char *empty_reason(const struct field *field)
{
	if (registry_is_choice(field) || field->kind == FIELD_SELECT || field->kind == FIELD_RADIO)
		return MESSAGE("form.choose_one");
	return MESSAGE("form.required");
}

static enum rc merge_choice(const struct field *field, const struct secret *given,
	const struct secret *stored, const struct form_world *world, struct fieldset *out,
	struct form_error *error)
{
	struct secret value = SECRET_EMPTY;
	enum rc rc = registry_take(world->registry, field, given, stored, &value);

	if (rc == RC_INVALID)
		rc = refuse(error, field, MESSAGE("form.choose"));
	else if (rc == RC_NOT_FOUND)
		rc = refuse(error, field, MESSAGE("form.not_registered"));
	else if (rc == RC_OK && field->required && registry_is_list(field) && value.len == 2)
		rc = refuse(error, field, empty_reason(field)); /* "[]" */
	else if (rc == RC_OK)
		rc = fieldset_put(out, field->name, value.bytes, value.len);
	secret_release(&value);
	return rc;
}

static enum rc merge_field(const struct field *field, const struct secret *given,
	const struct secret *stored, const struct form_world *world, struct fieldset *out,
	struct form_error *error)
{
	const char *p = given ? secret_text(given) : "";
	size_t len = given ? given->len : 0;
	enum rc rc;

	if (is_kept(field, given, stored))
		return fieldset_put(out, field->name, stored->bytes, stored->len);
	if (field->kind == FIELD_BOOLEAN)
		return merge_boolean(field, given, out);
	text_trim(&p, &len);
	if (len == 0)
		return field->required ? refuse(error, field, empty_reason(field)) : RC_OK;
	rc = check_value(field, p, len, error);
	if (rc == RC_OK && registry_is_choice(field))
		return merge_choice(field, given, stored, world, out, error);
	if (rc == RC_OK)
		rc = fieldset_put(out, field->name, p, len);
	if (rc == RC_OK && (field->kind == FIELD_SELECT || field->kind == FIELD_RADIO) &&
		!field_has_option(field, fieldset_text(out, field->name)))
		rc = refuse(error, field, MESSAGE("form.choose"));
	if (rc == RC_OK)
		rc = form_rule_check(field, fieldset_get(out, field->name), world->policy, error);
	return rc;
}

enum rc form_merge(const struct schema *schema, const struct fieldset *given,
	const struct fieldset *stored, const struct form_world *world, struct fieldset *out,
	struct form_error *error)
{
	static const struct form_world empty;
	enum rc rc = RC_OK;

	*error = (struct form_error){0};
	for (size_t i = 0; i < given->n; i++)
		if (!schema_find(schema, given->items[i].name))
			return refuse(error, NULL, MESSAGE("form.unknown_field"));
	for (size_t i = 0; i < schema->n && rc == RC_OK; i++) {
		const struct field *field = &schema->fields[i];

		if (form_counts(schema, field, given, stored))
			rc = merge_field(field, fieldset_get(given, field->name),
				fieldset_get(stored, field->name), world ? world : &empty, out,
				error);
	}
	return rc;
}

enum rc form_defaults(const struct schema *schema, struct fieldset *fields)
{
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *field = &schema->fields[i];
		const struct secret *value = fieldset_get(fields, field->name);
		enum rc rc;

		if (!field->default_value || (value && value->len))
			continue;
		rc = fieldset_put_text(fields, field->name, field->default_value);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}
