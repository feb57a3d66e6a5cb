/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/tool/value_parts.h"

#define STEPS_MAX 500 /* schemas that are looked into for their types */

/* Which kinds of value may fit; more rather than fewer. */
enum {
	MAY_NULL = 1,
	MAY_BOOL = 2,
	MAY_WHOLE = 4,
	MAY_FRACTION = 8,
	MAY_TEXT = 16,
	MAY_LIST = 32,
	MAY_OBJECT = 64,
	MAY_ALL = 127
};

struct look {
	jsonv *defs;
	size_t steps;
};

static unsigned may_type(jsonv *name)
{
	static const struct {
		const char *name;
		unsigned may;
	} types[] = {{"null", MAY_NULL}, {"boolean", MAY_BOOL}, {"integer", MAY_WHOLE},
		{"number", MAY_WHOLE | MAY_FRACTION}, {"string", MAY_TEXT}, {"array", MAY_LIST},
		{"object", MAY_OBJECT}};
	const char *type;
	size_t len;

	if (!jsonr_text(name, &type, &len))
		return MAY_ALL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, type) == 0)
			return types[i].may;
	return MAY_ALL;
}

static unsigned may_value(jsonv *v)
{
	bool sure;

	switch (jsonr_kind(v)) {
	case JSONR_NULL:
		return MAY_NULL;
	case JSONR_BOOL:
		return MAY_BOOL;
	case JSONR_INT:
	case JSONR_DOUBLE:
		return value_is_whole(v, &sure) ? MAY_WHOLE : MAY_FRACTION;
	case JSONR_STRING:
		return MAY_TEXT;
	case JSONR_ARRAY:
		return MAY_LIST;
	case JSONR_OBJECT:
		return MAY_OBJECT;
	}
	return MAY_ALL;
}

static unsigned may_schema(struct look *look, jsonv *schema);

/* Any of a list, by what each may be. */
static unsigned may_any(struct look *look, jsonv *list, bool schemas)
{
	unsigned may = 0;

	for (size_t i = 0; i < jsonr_length(list); i++)
		may |= schemas ? may_schema(look, jsonr_at(list, i)) : may_value(jsonr_at(list, i));
	return may ? may : MAY_ALL;
}

static unsigned may_composed(struct look *look, jsonv *schema)
{
	unsigned may = MAY_ALL;
	jsonv *part = value_target(look->defs, schema);

	if (part)
		may &= may_schema(look, part);
	jsonr_get(schema, "allOf", &part);
	for (size_t i = 0; i < jsonr_length(part); i++)
		may &= may_schema(look, jsonr_at(part, i));
	if (jsonr_get(schema, "anyOf", &part))
		may &= may_any(look, part, true);
	if (jsonr_get(schema, "oneOf", &part))
		may &= may_any(look, part, true);
	return may;
}

/* A circle of references comes to its end with the steps. */
static unsigned may_schema(struct look *look, jsonv *schema)
{
	unsigned may = MAY_ALL;
	jsonv *part;

	if (look->steps == 0 || jsonr_kind(schema) != JSONR_OBJECT)
		return MAY_ALL;
	look->steps--;
	if (jsonr_get(schema, "const", &part))
		may &= may_value(part);
	if (jsonr_get(schema, "enum", &part))
		may &= may_any(look, part, false);
	if (jsonr_get(schema, "type", &part)) {
		unsigned types = jsonr_length(part) ? 0 : may_type(part);

		for (size_t i = 0; i < jsonr_length(part); i++)
			types |= may_type(jsonr_at(part, i));
		may &= types;
	}
	return may & may_composed(look, schema);
}

/* A number that its variable does not hold exactly stays text, which holds it. */
static bool is_kept(jsonv *v)
{
	int64_t i;

	return jsonr_kind(v) != JSONR_INT && jsonr_kind(v) != JSONR_DOUBLE ? true
									   : jsonr_int(v, &i);
}

/* 5.0 is a whole number, as many languages write it; but where it stands in a URL few read it as one. */
static enum rc as_whole(struct jsonr **owner, jsonv **v)
{
	struct jsonr *whole;
	char text[24];
	bool sure;
	int64_t i;
	enum rc rc;

	if (!value_is_whole(*v, &sure) || !sure || !jsonr_int(*v, &i))
		return RC_OK;
	(void)snprintf(text, sizeof(text), "%" PRId64, i);
	rc = jsonr_parse(text, strlen(text), &whole);
	if (rc != RC_OK)
		return rc;
	jsonr_free(*owner);
	*owner = whole;
	*v = jsonr_root(whole);
	return RC_OK;
}

static enum rc from_text(unsigned may, struct jsonr **owner, jsonv **v)
{
	const char *p;
	size_t len;
	enum rc rc;

	if ((may & MAY_TEXT) || !jsonr_text(*v, &p, &len))
		return RC_OK;
	rc = jsonr_parse(p, len, owner);
	if (rc)
		return rc == RC_NOMEM ? rc : RC_OK;
	if ((may & may_value(jsonr_root(*owner))) && is_kept(jsonr_root(*owner))) {
		*v = jsonr_root(*owner);
		return RC_OK;
	}
	jsonr_free(*owner);
	*owner = NULL;
	return RC_OK;
}

enum rc value_convert(jsonv *schema, jsonv *defs, jsonv *value, struct jsonr **owner, jsonv **out)
{
	struct look look = {defs, STEPS_MAX};
	unsigned may = may_schema(&look, schema);
	enum rc rc;

	*owner = NULL;
	*out = value;
	rc = from_text(may, owner, out);
	if (!rc && jsonr_kind(*out) == JSONR_DOUBLE && !(may & MAY_FRACTION))
		rc = as_whole(owner, out);
	return rc;
}
