/* SPDX-License-Identifier: Apache-2.0
 *
 * Does a value fit a schema of a plan (schema_copy.h)? JSON Schema 2020-12 in that subset, with a third
 * answer beside yes and no: not sure. It comes from what is not judged (pattern, for the system's regular
 * expressions take exponential time; format; which of several forms of a oneOf that fit is meant; what the copy had
 * to leave out) and from what would cost too much, and it is carried through allOf, oneOf, anyOf and not. Only a sure no is refused: the provider,
 * who knows its rules, judges the rest.
 */
#ifndef GRANTRY_DOMAIN_TOOL_VALUE_CHECK_H
#define GRANTRY_DOMAIN_TOOL_VALUE_CHECK_H

#include "platform/jsonr.h"
#include "platform/rc.h"

struct value_fault {
	char pointer[256]; /* "/pets/0/age"; its beginning when it is longer */
	char reason[512];  /* "/pets/0/age must be a whole number, at least 0" */
};

/** value_check(schema, defs, value, at, fault): defs is the plan's "defs", NULL if it has none; at is the
 *  pointer of the value itself ("/pets"), with which fault->pointer begins. A number that is too big to be
 *  exact counts as a number when it is given as text. Errors: RC_INVALID: it does not fit; fault says why. */
enum rc value_check(jsonv *schema, jsonv *defs, jsonv *value, const char *at,
	struct value_fault *fault) RC_MUST_CHECK;

/** value_convert(schema, defs, value, owner, out): what a form or a model wrote as text, as the schema wants
 *  it: "5" is 5 where a number is wanted and text is not, "true" is true (and nothing else is), the text of
 *  an object or array is that, "null" is null; and 5.0 is 5 where no fraction is wanted. Whatever else stays
 *  as it is, for value_check to refuse: also a number that would not be exact. *out is value or the root of *owner, which is yours to free and NULL
 *  when nothing was converted. Errors: RC_NOMEM. */
enum rc value_convert(
	jsonv *schema, jsonv *defs, jsonv *value, struct jsonr **owner, jsonv **out) RC_MUST_CHECK;

#endif
