/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of value_check.h only: a rule that was broken, and its sentence.
 */
#ifndef GRANTRY_DOMAIN_TOOL_VALUE_PARTS_H
#define GRANTRY_DOMAIN_TOOL_VALUE_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/tool/value_check.h"

enum value_rule {
	VALUE_NOTHING, /* false: nothing fits */
	VALUE_TYPE,
	VALUE_ENUM,
	VALUE_LIMIT, /* of a number, a length, a list */
	VALUE_UNIQUE,
	VALUE_REQUIRED,
	VALUE_UNKNOWN, /* additionalProperties */
	VALUE_MEMBERS, /* too few or too many */
	VALUE_FORMS,   /* none of anyOf, oneOf, each for its type */
	VALUE_NOT
};

/* The sentence is made at the end, of the miss that is told: most are those of branches not taken. */
struct value_miss {
	enum value_rule rule;
	jsonv *schema;    /* of VALUE_FORMS: the list of schemas */
	jsonv *value;     /* the one at pointer */
	const char *name; /* of VALUE_REQUIRED; lies in the schema */
	size_t depth;
	char pointer[sizeof(((struct value_fault *)0)->pointer)];
};

/** value_words(defs, miss, fault): all of fault. Nothing of the value is in it but names of members. */
void value_words(jsonv *defs, const struct value_miss *miss, struct value_fault *fault);

/** value_target(defs, schema): what "$ref" names; NULL: nothing of the plan, or there is none. */
jsonv *value_target(jsonv *defs, jsonv *schema);

/* In this order, so that the least of several is their conjunction. */
enum value_verdict { VALUE_NO, VALUE_UNSURE, VALUE_YES };

static inline enum value_verdict value_least(enum value_verdict a, enum value_verdict b)
{
	return a < b ? a : b;
}

/** value_spend(steps, n): false: there was not that much left, so that nothing is sure any more. */
bool value_spend(size_t *steps, size_t n);

/** value_kind(v): its "type"; a whole number is a "number" here. */
const char *value_kind(jsonv *v);
/** value_is_whole(v, sure): a number without a fraction. sure is false when it is too big to tell. */
bool value_is_whole(jsonv *v, bool *sure);
/** value_is_big(v): an integer that no variable holds exactly, given as text, which keeps it. */
bool value_is_big(jsonv *v);
/** value_number_fits(schema, v), value_count_fits(schema, least, most, n): the keywords of limits. */
bool value_number_fits(jsonv *schema, jsonv *v);
bool value_count_fits(jsonv *schema, const char *least, const char *most, size_t n);

/** value_equal(steps, a, b): as JSON Schema has it: 1 is 1.0, members have no order. */
enum value_verdict value_equal(size_t *steps, jsonv *a, jsonv *b);

#endif
