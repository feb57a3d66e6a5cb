/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/value_check.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "domain/tool/value_parts.h"
#include "platform/text.h"

#define STEPS_MAX 200000 /* of work for one value: about a schema or a comparison each */
#define LEVELS_MAX 200   /* schemas inside each other */

/* The way to a value, on the stack. */
struct place {
	const struct place *up;
	const char *key; /* NULL: the item at index */
	size_t index;
	size_t depth;
};

/* References being followed, on the stack: those at one value must not come back to themselves. */
struct trail {
	const struct trail *up;
	jsonv *schema, *value;
};

struct check {
	jsonv *defs;
	const char *at;
	const struct place *place;
	const struct trail *trail;
	size_t steps, level;
};

static enum value_verdict judge(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss);

/* --- misses --- */

/* As much as fits, no character cut in two. */
static void pointer_add(char *to, size_t size, const char *key)
{
	size_t at = strlen(to), left = strlen(key);
	uint32_t c;

	if (at + 1 < size)
		to[at++] = '/';
	while (left > 0) {
		size_t n = text_decode(key, left, &c);
		const char *form = c == '~' ? "~0" : c == '/' ? "~1" : key;
		size_t form_len = form == key ? n : 2;

		if (n == 0 || at + form_len >= size)
			break;
		memcpy(to + at, form, form_len);
		at += form_len;
		key += n;
		left -= n;
	}
	to[at] = 0;
}

static void pointer_write(const struct place *place, char *to, size_t size)
{
	char index[24];

	if (!place)
		return;
	pointer_write(place->up, to, size);
	snprintf(index, sizeof(index), "%zu", place->index);
	pointer_add(to, size, place->key ? place->key : index);
}

static enum value_verdict refuse(
	struct check *c, enum value_rule rule, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	miss->rule = rule;
	miss->schema = schema;
	miss->value = value;
	miss->name = NULL;
	miss->depth = c->place ? c->place->depth : 0;
	TEXT_COPY(miss->pointer, c->at);
	pointer_write(c->place, miss->pointer, sizeof(miss->pointer));
	return VALUE_NO;
}

static enum value_verdict judge_at(struct check *c, const char *key, size_t index, jsonv *schema,
	jsonv *value, struct value_miss *miss)
{
	struct place here = {c->place, key, index, c->place ? c->place->depth + 1 : 1};
	enum value_verdict verdict;

	c->place = &here;
	verdict = judge(c, schema, value, miss);
	c->place = here.up;
	return verdict;
}

/* --- type, enum, const --- */

static enum value_verdict is_type(jsonv *v, jsonv *name)
{
	bool sure;
	const char *type;
	size_t len;

	if (!jsonr_text(name, &type, &len))
		return VALUE_UNSURE;
	if (strcmp(type, value_kind(v)) == 0)
		return VALUE_YES;
	if (strcmp(type, "integer") == 0 && value_is_whole(v, &sure))
		return sure ? VALUE_YES : VALUE_UNSURE;
	if ((strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) && value_is_big(v))
		return VALUE_UNSURE;
	return VALUE_NO;
}

static enum value_verdict judge_type(jsonv *type, jsonv *v)
{
	enum value_verdict best = VALUE_NO;

	if (jsonr_kind(type) != JSONR_ARRAY)
		return is_type(v, type);
	for (size_t i = 0; i < jsonr_length(type); i++) {
		enum value_verdict verdict = is_type(v, jsonr_at(type, i));

		best = verdict > best ? verdict : best;
	}
	return best;
}

static enum value_verdict is_one_of(struct check *c, jsonv *list, jsonv *v)
{
	enum value_verdict best = VALUE_NO;

	for (size_t i = 0; i < jsonr_length(list) && best != VALUE_YES; i++) {
		enum value_verdict verdict = value_equal(&c->steps, v, jsonr_at(list, i));

		best = verdict > best ? verdict : best;
	}
	/* A big number as text is equal to no number here, and may be. */
	return best == VALUE_NO && value_is_big(v) ? VALUE_UNSURE : best;
}

static enum value_verdict judge_enum(struct check *c, jsonv *schema, jsonv *v)
{
	enum value_verdict verdict = VALUE_YES;
	jsonv *part;

	if (jsonr_get(schema, "const", &part))
		verdict = value_equal(&c->steps, v, part);
	if (jsonr_get(schema, "enum", &part) && jsonr_kind(part) == JSONR_ARRAY)
		verdict = value_least(verdict, is_one_of(c, part, v));
	return verdict;
}

static enum value_verdict judge_text(struct check *c, jsonv *schema, jsonv *v)
{
	const char *p;
	size_t len, chars;
	jsonv *unread;

	if (!jsonr_text(v, &p, &len) || !value_spend(&c->steps, len / 64) ||
		text_utf8_chars(p, len, &chars))
		return VALUE_UNSURE;
	if (!value_count_fits(schema, "minLength", "maxLength", chars))
		return VALUE_NO;
	return jsonr_get(schema, "pattern", &unread) ? VALUE_UNSURE : VALUE_YES;
}

/* --- lists --- */

static bool is_unique(struct check *c, jsonv *list)
{
	for (size_t i = 1; i < jsonr_length(list) && c->steps > 0; i++)
		for (size_t j = 0; j < i && c->steps > 0; j++)
			if (value_equal(&c->steps, jsonr_at(list, i), jsonr_at(list, j)) ==
				VALUE_YES)
				return false;
	return true;
}

static enum value_verdict judge_list(
	struct check *c, jsonv *schema, jsonv *list, struct value_miss *miss)
{
	enum value_verdict verdict = VALUE_YES;
	jsonv *first, *rest, *on;
	bool has_rest = jsonr_get(schema, "items", &rest), unique;
	size_t n = jsonr_get(schema, "prefixItems", &first) ? jsonr_length(first) : 0;

	if (!value_count_fits(schema, "minItems", "maxItems", jsonr_length(list)))
		return refuse(c, VALUE_LIMIT, schema, list, miss);
	for (size_t i = 0; i < jsonr_length(list) && verdict != VALUE_NO; i++) {
		if (i >= n && !has_rest)
			break;
		verdict =
			value_least(verdict, judge_at(c, NULL, i, i < n ? jsonr_at(first, i) : rest,
						     jsonr_at(list, i), miss));
	}
	if (verdict != VALUE_NO && jsonr_get(schema, "uniqueItems", &on) &&
		jsonr_bool(on, &unique) && unique && !is_unique(c, list))
		return refuse(c, VALUE_UNIQUE, schema, list, miss);
	return verdict;
}

/* --- objects --- */

struct object {
	struct check *c;
	jsonv *properties, *others;
	bool has_others;
	enum value_verdict verdict;
	struct value_miss *miss;
};

static void judge_member(const char *key, jsonv *v, void *arg)
{
	struct object *o = arg;
	enum value_verdict verdict;
	bool welcome;
	jsonv *schema;

	if (o->verdict == VALUE_NO)
		return;
	if (jsonr_get(o->properties, key, &schema)) {
		verdict = judge_at(o->c, key, 0, schema, v, o->miss);
	} else if (!o->has_others || (jsonr_bool(o->others, &welcome) && welcome)) {
		return;
	} else {
		verdict = judge_at(o->c, key, 0, o->others, v, o->miss);
		if (verdict == VALUE_NO && o->miss->rule == VALUE_NOTHING)
			o->miss->rule = VALUE_UNKNOWN;
	}
	o->verdict = value_least(o->verdict, verdict);
}

static enum value_verdict judge_object(
	struct check *c, jsonv *schema, jsonv *object, struct value_miss *miss)
{
	struct object o = {.c = c, .verdict = VALUE_YES, .miss = miss};
	jsonv *required, *found;
	const char *name;
	size_t len;

	if (!value_count_fits(schema, "minProperties", "maxProperties", jsonr_length(object)))
		return refuse(c, VALUE_MEMBERS, schema, object, miss);
	jsonr_get(schema, "required", &required);
	if (!value_spend(&c->steps, (jsonr_length(required) + jsonr_length(object)) / 4))
		return VALUE_UNSURE;
	for (size_t i = 0; i < jsonr_length(required); i++) {
		if (!jsonr_text(jsonr_at(required, i), &name, &len) ||
			jsonr_get(object, name, &found))
			continue;
		refuse(c, VALUE_REQUIRED, schema, object, miss);
		miss->name = name;
		return VALUE_NO;
	}
	jsonr_get(schema, "properties", &o.properties);
	o.has_others = jsonr_get(schema, "additionalProperties", &o.others);
	jsonr_each(object, judge_member, &o);
	return o.verdict;
}

/* --- schemas of schemas --- */

jsonv *value_target(jsonv *defs, jsonv *schema)
{
	static const char prefix[] = "#/defs/";
	jsonv *ref, *target;
	const char *name;
	size_t len;

	if (!jsonr_get(schema, "$ref", &ref) || !jsonr_text(ref, &name, &len) ||
		strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return NULL;
	return jsonr_get(defs, name + sizeof(prefix) - 1, &target) ? target : NULL;
}

static enum value_verdict judge_ref(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	struct trail here = {c->trail, value_target(c->defs, schema), value};
	enum value_verdict verdict;

	if (!here.schema)
		return VALUE_UNSURE;
	for (const struct trail *t = c->trail; t && t->value == value; t = t->up)
		if (t->schema == here.schema)
			return VALUE_UNSURE;
	c->trail = &here;
	verdict = judge(c, here.schema, value, miss);
	c->trail = here.up;
	return verdict;
}

static enum value_verdict judge_all(
	struct check *c, jsonv *list, jsonv *value, struct value_miss *miss)
{
	enum value_verdict verdict = VALUE_YES;

	for (size_t i = 0; i < jsonr_length(list) && verdict != VALUE_NO; i++)
		verdict = value_least(verdict, judge(c, jsonr_at(list, i), value, miss));
	return verdict;
}

/* Is a nearer to what was meant than b? Deeper inside, or right in type at least. */
static bool is_nearer(const struct value_miss *a, const struct value_miss *b)
{
	if (a->depth != b->depth)
		return a->depth > b->depth;
	return a->rule != VALUE_TYPE && b->rule == VALUE_TYPE;
}

struct forms {
	size_t yes, unsure, no;
};

/* Counts the forms that fit; miss is that of the nearest one. */
static void judge_forms(
	struct check *c, jsonv *list, jsonv *value, struct value_miss *miss, struct forms *forms)
{
	struct value_miss each;

	for (size_t i = 0; i < jsonr_length(list); i++) {
		enum value_verdict verdict = judge(c, jsonr_at(list, i), value, &each);

		forms->yes += verdict == VALUE_YES;
		forms->unsure += verdict == VALUE_UNSURE;
		if (verdict == VALUE_NO && (forms->no++ == 0 || is_nearer(&each, miss)))
			*miss = each;
	}
	if (forms->no == jsonr_length(list) && miss->rule == VALUE_TYPE &&
		miss->depth == (c->place ? c->place->depth : 0))
		refuse(c, VALUE_FORMS, list, value, miss);
}

static enum value_verdict judge_any(
	struct check *c, jsonv *list, jsonv *value, struct value_miss *miss)
{
	struct forms forms = {0};

	if (jsonr_length(list) == 0)
		return VALUE_UNSURE;
	judge_forms(c, list, value, miss, &forms);
	return forms.yes ? VALUE_YES : forms.unsure ? VALUE_UNSURE : VALUE_NO;
}

/* Several that fit are no refusal: descriptions say oneOf of forms that overlap, and leave to a discriminator (which may
 * stand in one of them, not here) which is meant; and of members that only answers have the copy knows nothing. */
static enum value_verdict judge_one(
	struct check *c, jsonv *list, jsonv *value, struct value_miss *miss)
{
	struct forms forms = {0};

	if (jsonr_length(list) == 0)
		return VALUE_UNSURE;
	judge_forms(c, list, value, miss, &forms);
	if (forms.yes > 1 || forms.unsure)
		return VALUE_UNSURE;
	return forms.yes ? VALUE_YES : VALUE_NO;
}

static enum value_verdict judge_not(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	switch (judge(c, schema, value, miss)) {
	case VALUE_YES:
		return refuse(c, VALUE_NOT, schema, value, miss);
	case VALUE_NO:
		return VALUE_YES;
	default:
		return VALUE_UNSURE;
	}
}

static enum value_verdict judge_composed(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	enum value_verdict verdict = VALUE_YES;
	jsonv *part;

	if (jsonr_get(schema, "$ref", &part))
		verdict = judge_ref(c, schema, value, miss);
	if (verdict != VALUE_NO && jsonr_get(schema, "allOf", &part))
		verdict = value_least(verdict, judge_all(c, part, value, miss));
	if (verdict != VALUE_NO && jsonr_get(schema, "anyOf", &part))
		verdict = value_least(verdict, judge_any(c, part, value, miss));
	if (verdict != VALUE_NO && jsonr_get(schema, "oneOf", &part))
		verdict = value_least(verdict, judge_one(c, part, value, miss));
	if (verdict != VALUE_NO && jsonr_get(schema, "not", &part))
		verdict = value_least(verdict, judge_not(c, part, value, miss));
	return verdict;
}

/* --- all of a schema --- */

static enum value_verdict judge_itself(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	enum value_verdict verdict = VALUE_YES;

	switch (jsonr_kind(value)) {
	case JSONR_INT:
	case JSONR_DOUBLE:
		return value_number_fits(schema, value)
			       ? VALUE_YES
			       : refuse(c, VALUE_LIMIT, schema, value, miss);
	case JSONR_STRING:
		verdict = judge_text(c, schema, value);
		return verdict == VALUE_NO ? refuse(c, VALUE_LIMIT, schema, value, miss) : verdict;
	case JSONR_ARRAY:
		return judge_list(c, schema, value, miss);
	case JSONR_OBJECT:
		return judge_object(c, schema, value, miss);
	default:
		return VALUE_YES;
	}
}

static enum value_verdict judge_keywords(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	enum value_verdict verdict = VALUE_YES;
	jsonv *part;

	if (jsonr_get(schema, "type", &part))
		verdict = judge_type(part, value);
	if (verdict == VALUE_NO)
		return refuse(c, VALUE_TYPE, schema, value, miss);
	verdict = value_least(verdict, judge_enum(c, schema, value));
	if (verdict == VALUE_NO)
		return refuse(c, VALUE_ENUM, schema, value, miss);
	if (jsonr_get(schema, "format", &part) || jsonr_get(schema, "$comment", &part))
		verdict = VALUE_UNSURE;
	verdict = value_least(verdict, judge_itself(c, schema, value, miss));
	return verdict == VALUE_NO ? VALUE_NO
				   : value_least(verdict, judge_composed(c, schema, value, miss));
}

static enum value_verdict judge(
	struct check *c, jsonv *schema, jsonv *value, struct value_miss *miss)
{
	enum value_verdict verdict;
	bool anything;

	if (jsonr_bool(schema, &anything) && !anything)
		return refuse(c, VALUE_NOTHING, schema, value, miss);
	if (jsonr_kind(schema) != JSONR_OBJECT || c->level == LEVELS_MAX ||
		!value_spend(&c->steps, 1))
		return VALUE_UNSURE;
	c->level++;
	verdict = judge_keywords(c, schema, value, miss);
	c->level--;
	return verdict;
}

enum rc value_check(
	jsonv *schema, jsonv *defs, jsonv *value, const char *at, struct value_fault *fault)
{
	struct check c = {.defs = defs, .at = at, .steps = STEPS_MAX};
	struct value_miss miss;

	*fault = (struct value_fault){0};
	if (judge(&c, schema, value, &miss) != VALUE_NO)
		return RC_OK;
	value_words(defs, &miss, fault);
	return RC_INVALID;
}
