/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/tool/value_parts.h"
#include "platform/buf.h"
#include "platform/log.h"
#include "platform/text.h"

#define NAMED_MAX 8      /* values of an enum, forms of a choice */
#define VALUE_CHARS 60   /* of a value of an enum */
#define REFERENCES_MAX 8 /* one behind the other */

/* Long enough for all that is cut to the size of a reason, and bounded. */
#define SENTENCE_MAX ((size_t)64 << 10)

static void say_value(jsonv *v, struct buf *out)
{
	char text[4 * VALUE_CHARS + 1];
	int64_t i;
	double d;
	const char *p;
	size_t len;
	bool yes;

	if (jsonr_text(v, &p, &len)) {
		text_copy(text, sizeof(text), p);
		log_json_string(out, text, strlen(text));
	} else if (jsonr_bool(v, &yes)) {
		buf_puts(out, yes ? "true" : "false");
	} else if (jsonr_kind(v) == JSONR_INT && jsonr_int(v, &i)) {
		buf_printf(out, "%" PRId64, i);
	} else if (jsonr_number(v, &d)) {
		buf_printf(out, "%.15g", d);
	} else {
		buf_puts(out, jsonr_kind(v) == JSONR_NULL ? "null" : "…");
	}
}

static void say_values(jsonv *list, struct buf *out)
{
	size_t n = jsonr_length(list);

	buf_puts(out, n == 1 ? "" : "one of ");
	for (size_t i = 0; i < n && i < NAMED_MAX; i++) {
		buf_puts(out, i ? ", " : "");
		say_value(jsonr_at(list, i), out);
	}
	buf_puts(out, n > NAMED_MAX ? ", …" : "");
}

/* --- counts and limits --- */

static void say_limit(jsonv *schema, const char *keyword, const char *words, struct buf *out)
{
	jsonv *limit;

	if (!jsonr_get(schema, keyword, &limit))
		return;
	buf_puts(out, words);
	say_value(limit, out);
}

static void say_limits(jsonv *schema, struct buf *out)
{
	say_limit(schema, "minimum", ", at least ", out);
	say_limit(schema, "exclusiveMinimum", ", more than ", out);
	say_limit(schema, "maximum", ", at most ", out);
	say_limit(schema, "exclusiveMaximum", ", less than ", out);
	say_limit(schema, "multipleOf", ", a multiple of ", out);
}

/* " of 1 to 20 characters" */
static void say_count(jsonv *schema, const char *least_name, const char *most_name,
	const char *what, struct buf *out)
{
	jsonv *least, *most;
	bool has_least = jsonr_get(schema, least_name, &least);
	bool has_most = jsonr_get(schema, most_name, &most);

	if (!has_least && !has_most)
		return;
	buf_puts(out, has_least && has_most ? " of "
		      : has_least           ? " of at least "
					    : " of at most ");
	if (has_least)
		say_value(least, out);
	buf_puts(out, has_least && has_most ? " to " : "");
	if (has_most)
		say_value(most, out);
	buf_puts(out, what);
}

/* --- types --- */

static void say_type(const char *type, jsonv *schema, struct buf *out)
{
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) {
		buf_puts(out, *type == 'i' ? "a whole number" : "a number");
		say_limits(schema, out);
	} else if (strcmp(type, "string") == 0) {
		buf_puts(out, "text");
		say_count(schema, "minLength", "maxLength", " characters", out);
	} else if (strcmp(type, "array") == 0) {
		buf_puts(out, "a list");
		say_count(schema, "minItems", "maxItems", " items", out);
	} else if (strcmp(type, "object") == 0) {
		buf_puts(out, "an object");
		say_count(schema, "minProperties", "maxProperties", " members", out);
	} else {
		buf_puts(out, strcmp(type, "boolean") == 0 ? "true or false" : "null");
	}
}

/* What fits the schema, as the end of "must be". */
static void say_schema(jsonv *schema, jsonv *value, struct buf *out)
{
	jsonv *types, *values;
	const char *type;
	size_t len;

	if (jsonr_get(schema, "const", &values)) {
		say_value(values, out);
	} else if (jsonr_get(schema, "enum", &values)) {
		say_values(values, out);
	} else if (!jsonr_get(schema, "type", &types)) { /* a limit without a type */
		say_type(value_kind(value), schema, out);
	} else if (jsonr_text(types, &type, &len)) {
		say_type(type, schema, out);
	} else {
		for (size_t i = 0; i < jsonr_length(types); i++) {
			buf_puts(out, i ? " or " : "");
			if (jsonr_text(jsonr_at(types, i), &type, &len))
				say_type(type, schema, out);
		}
	}
}

static void say_forms(jsonv *defs, const struct value_miss *miss, struct buf *out)
{
	size_t n = jsonr_length(miss->schema);

	for (size_t i = 0; i < n && i < NAMED_MAX; i++) {
		jsonv *schema = jsonr_at(miss->schema, i), *target = schema;

		for (size_t k = 0; target && k < REFERENCES_MAX; k++) {
			schema = target;
			target = value_target(defs, schema);
		}
		buf_puts(out, i ? ", or " : "");
		say_schema(schema, miss->value, out);
	}
	buf_puts(out, n > NAMED_MAX ? ", …" : "");
}

/* --- the sentence, behind the pointer --- */

static void say_rule(jsonv *defs, const struct value_miss *miss, struct buf *out)
{
	switch (miss->rule) {
	case VALUE_NOTHING:
		buf_puts(out, " is not allowed");
		break;
	case VALUE_UNKNOWN:
		buf_puts(out, " is not known here");
		break;
	case VALUE_REQUIRED:
		buf_puts(out, " lacks ");
		log_json_string(out, miss->name, strlen(miss->name));
		break;
	case VALUE_UNIQUE:
		buf_puts(out, " must not hold the same item twice");
		break;
	case VALUE_NOT:
		buf_puts(out, " is what the description rules out");
		break;
	case VALUE_FORMS:
		buf_puts(out, " must be ");
		say_forms(defs, miss, out);
		break;
	default:
		buf_puts(out, " must be ");
		say_schema(miss->schema, miss->value, out);
		break;
	}
}

void value_words(jsonv *defs, const struct value_miss *miss, struct value_fault *fault)
{
	struct buf out;

	buf_init(&out, SENTENCE_MAX);
	buf_puts(&out, miss->pointer);
	say_rule(defs, miss, &out);
	TEXT_COPY(fault->pointer, miss->pointer);
	TEXT_COPY(fault->reason, buf_done(&out) == RC_OK ? buf_text(&out) : miss->pointer);
	buf_release(&out);
}
