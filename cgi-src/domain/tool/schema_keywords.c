/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "domain/tool/findings.h"
#include "domain/tool/schema_render.h"
#include "platform/jsonr.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/tree.h"

#define TEXT_CHARS 1000 /* of a title or description */
#define VALUE_NODES 500
#define VALUE_BYTES ((size_t)4 << 10)
#define ENUM_BYTES ((size_t)32 << 10)
#define COUNT_DIGITS 15

/* --- types --- */

static const struct {
	const char *name;
	unsigned type;
} types[] = {{"array", TYPE_ARRAY}, {"boolean", TYPE_BOOLEAN}, {"integer", TYPE_INTEGER},
	{"null", TYPE_NULL}, {"number", TYPE_NUMBER}, {"object", TYPE_OBJECT},
	{"string", TYPE_STRING}};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

static void read_type(struct render *r, struct render_schema *s, const struct tree_node *n)
{
	const char *name = tree_kind(n) == TREE_STRING ? tree_text(n, NULL) : "";

	if (strcmp(name, "file") == 0) {
		s->file = true;
		s->types |= TYPE_STRING;
		return;
	}
	for (size_t i = 0; i < N_TYPES; i++) {
		if (strcmp(types[i].name, name) == 0) {
			s->types |= types[i].type;
			return;
		}
	}
	findings_warn(r->sc->findings, n, FINDING_SCHEMA_TYPE, name);
	s->types = 0;
	s->simplified = true;
}

static void read_types(struct render *r, struct render_schema *s)
{
	const struct tree_node *type = s->at[K_TYPE];

	if (tree_kind(type) != TREE_ARRAY) {
		read_type(r, s, type);
		return;
	}
	for (const struct tree_node *n = tree_first(type); n; n = tree_next(n)) {
		read_type(r, s, n);
		if (s->types == 0)
			return; /* one that does not exist may be anything */
	}
	if (s->types == 0)
		render_drop(r, s, K_TYPE);
}

static void render_type(struct render *r, struct render_schema *s, enum keyword k)
{
	unsigned all = s->types | (s->nullable ? TYPE_NULL : 0);
	const char *comma = "";

	(void)k;
	if (!s->types)
		return;
	render_key(r, "type");
	buf_puts(&r->out, all & (all - 1) ? "[" : "");
	for (size_t i = 0; i < N_TYPES; i++) {
		if (!(all & types[i].type))
			continue;
		buf_printf(&r->out, "%s\"%s\"", comma, types[i].name);
		comma = ",";
	}
	buf_puts(&r->out, all & (all - 1) ? "]" : "");
}

/* --- values --- */

/* Small enough to be copied? Counts its keys, too. */
static bool is_small(const struct tree_node *n, unsigned depth, size_t *nodes, size_t *keys)
{
	if (++*nodes > VALUE_NODES || (depth == 0 && tree_length(n) > 0))
		return false;
	for (const struct tree_node *child = tree_first(n); child; child = tree_next(child)) {
		*keys += tree_kind(n) == TREE_OBJECT;
		if (!is_small(child, depth - 1, nodes, keys))
			return false;
	}
	return true;
}

/* YAML without quotes, and generators without care: 5 where the type is text, "5" where it is a number. */
static void put_value(const struct render_schema *s, const struct tree_node *n, struct buf *out)
{
	size_t len;
	const char *p = tree_text(n, &len);
	bool numeric = (s->types & (TYPE_INTEGER | TYPE_NUMBER)) && !(s->types & TYPE_STRING);

	if (s->types == TYPE_STRING && tree_kind(n) == TREE_NUMBER)
		log_json_string(out, p, len);
	else if (s->types == TYPE_STRING && tree_kind(n) == TREE_BOOL)
		buf_puts(out, tree_bool(n) ? "\"true\"" : "\"false\"");
	else if (numeric && tree_kind(n) == TREE_STRING && jsonr_check(p, len) == RC_OK &&
		 strchr("-0123456789", *p))
		buf_add(out, p, len);
	else if (tree_write(n, out))
		return; /* out says so */
}

/* A member of one value, or of a list of one; false: too large, so that nothing is appended. */
static bool render_value(struct render *r, const struct render_schema *s, const struct tree_node *n,
	const char *key, bool listed)
{
	size_t nodes = 0, keys = 0;
	struct buf text;
	bool fits;

	buf_init(&text, VALUE_BYTES);
	fits = is_small(n, RENDER_VALUE_DEPTH, &nodes, &keys);
	if (fits)
		put_value(s, n, &text);
	fits = fits && buf_done(&text) == RC_OK;
	if (fits) {
		render_key(r, key);
		buf_puts(&r->out, listed ? "[" : "");
		buf_add(&r->out, text.data, text.len);
		buf_puts(&r->out, listed ? "]" : "");
		r->keys += keys;
	}
	buf_release(&text);
	return fits;
}

static void render_default(struct render *r, struct render_schema *s, enum keyword k)
{
	/* "default": null means none, where null does not fit. */
	if (tree_kind(s->at[k]) == TREE_NULL && !s->nullable && !(s->types & TYPE_NULL))
		return;
	render_value(r, s, s->at[k], "default", false);
}

static void render_const(struct render *r, struct render_schema *s, enum keyword k)
{
	if (!render_value(r, s, s->at[k], "const", false))
		s->simplified = true;
}

/* In 3.0 nullable comes without a null among the values as often as with it. */
static void put_enum(const struct render_schema *s, struct buf *out, size_t *keys)
{
	bool null = !s->nullable;
	size_t nodes;

	for (const struct tree_node *n = tree_first(s->at[K_ENUM]); n && !out->rc;
		n = tree_next(n)) {
		nodes = 0;
		null = null || tree_kind(n) == TREE_NULL;
		buf_puts(out, out->len ? "," : "");
		if (!is_small(n, RENDER_VALUE_DEPTH - 1, &nodes, keys))
			out->rc = RC_LIMIT;
		else
			put_value(s, n, out);
	}
	buf_puts(out, null ? "" : ",null");
}

static void render_enum(struct render *r, struct render_schema *s, enum keyword k)
{
	size_t keys = 0;
	struct buf text;

	if (tree_kind(s->at[k]) != TREE_ARRAY || tree_length(s->at[k]) == 0) {
		render_drop(r, s, k);
		return;
	}
	buf_init(&text, ENUM_BYTES);
	put_enum(s, &text, &keys);
	if (buf_done(&text) == RC_OK) {
		render_key(r, "enum");
		buf_putc(&r->out, '[');
		buf_add(&r->out, text.data, text.len);
		buf_putc(&r->out, ']');
		r->keys += keys;
	} else {
		findings_warn(r->sc->findings, s->at[k], FINDING_SCHEMA_LARGE, NULL);
		s->simplified = true;
	}
	buf_release(&text);
}

static void render_example(struct render *r, struct render_schema *s, enum keyword k)
{
	const struct tree_node *n = s->at[k];

	if (k == K_EXAMPLES)
		n = tree_kind(n) == TREE_ARRAY ? tree_first(n) : NULL;
	else if (s->at[K_EXAMPLES] && tree_kind(s->at[K_EXAMPLES]) == TREE_ARRAY)
		n = NULL; /* one is enough */
	if (n)
		render_value(r, s, n, "examples", true);
}

/* --- words --- */

/* Swagger's parameters are schemas too, and what is said of them is said of the parameter. */
static bool is_of_parameter(const struct render *r, const struct render_schema *s)
{
	const char *in = tree_text(tree_get(s->node, "in"), NULL);

	return r->sc->dialect == SCHEMA_SWAGGER_2_0 && in && strcmp(in, "formData") != 0;
}

static void render_words(struct render *r, struct render_schema *s, enum keyword k)
{
	struct buf text;
	size_t len;
	const char *p = tree_text(s->at[k], &len);

	if (tree_kind(s->at[k]) != TREE_STRING || len == 0 || is_of_parameter(r, s))
		return;
	buf_init(&text, 4 * TEXT_CHARS);
	text_harmless(p, len, TEXT_CHARS, &text);
	if (text.len > 0) {
		render_key(r, render_keywords[k].name);
		log_json_string(&r->out, text.data, text.len);
	}
	buf_release(&text);
}

static void render_text(struct render *r, struct render_schema *s, enum keyword k)
{
	size_t len;
	const char *p = tree_text(s->at[k], &len);

	if (tree_kind(s->at[k]) != TREE_STRING) {
		render_drop(r, s, k);
		return;
	}
	render_key(r, render_keywords[k].name);
	log_json_string(&r->out, p, len);
}

/* Bytes, where nothing says that they are written as text. */
static void render_format(struct render *r, struct render_schema *s, enum keyword k)
{
	(void)k;
	if (schema_says_file(s->node)) {
		render_key(r, "format");
		buf_puts(&r->out, "\"binary\"");
	} else if (s->at[K_FORMAT]) {
		render_text(r, s, K_FORMAT);
	}
}

/* --- numbers --- */

static void render_number(struct render *r, struct render_schema *s, enum keyword k)
{
	size_t len;
	const char *p = tree_text(s->at[k], &len);

	if (tree_kind(s->at[k]) != TREE_NUMBER ||
		(k == K_MULTIPLE_OF && (*p == '-' || strspn(p, "0.") == strcspn(p, "eE")))) {
		render_drop(r, s, k);
		return;
	}
	render_key(r, render_keywords[k].name);
	buf_add(&r->out, p, len);
}

/* 5 or 5.0 */
static void render_count(struct render *r, struct render_schema *s, enum keyword k)
{
	size_t len, digits, rest;
	const char *p = tree_text(s->at[k], &len);

	if (tree_kind(s->at[k]) == TREE_NUMBER) {
		digits = strspn(p, "0123456789");
		rest = digits < len && p[digits] == '.' ? 1 + strspn(p + digits + 1, "0") : 0;
		if (digits > 0 && digits <= COUNT_DIGITS && digits + rest == len) {
			render_key(r, render_keywords[k].name);
			buf_add(&r->out, p, digits);
			return;
		}
	}
	render_drop(r, s, k);
}

/* Before 3.1 it is true or false and speaks of the limit beside it. */
static void render_exclusive(struct render *r, struct render_schema *s, enum keyword k)
{
	const struct tree_node *limit = s->at[k == K_EXCLUSIVE_MINIMUM ? K_MINIMUM : K_MAXIMUM];

	if (tree_kind(s->at[k]) != TREE_BOOL) {
		render_number(r, s, k);
	} else if (tree_bool(s->at[k]) && tree_kind(limit) == TREE_NUMBER) {
		render_key(r, render_keywords[k].name);
		buf_puts(&r->out, tree_text(limit, NULL));
	}
}

static void render_limit(struct render *r, struct render_schema *s, enum keyword k)
{
	if (!tree_bool(s->at[k == K_MINIMUM ? K_EXCLUSIVE_MINIMUM : K_EXCLUSIVE_MAXIMUM]) ||
		tree_kind(s->at[k]) != TREE_NUMBER)
		render_number(r, s, k);
}

static void render_unique(struct render *r, struct render_schema *s, enum keyword k)
{
	if (tree_kind(s->at[k]) != TREE_BOOL) {
		render_drop(r, s, k);
	} else if (tree_bool(s->at[k])) {
		render_key(r, "uniqueItems");
		buf_puts(&r->out, "true");
	}
}

/* --- schemas inside --- */

static void render_schemas(struct render *r, struct render_schema *s, enum keyword k)
{
	render_list(r, s, k, render_keywords[k].name);
}

static void render_not(struct render *r, struct render_schema *s, enum keyword k)
{
	render_inside(r, s, k, "not");
}

/* A list of schemas is how drafts before 2020-12 said prefixItems; then additionalItems are the items. */
static void render_items(struct render *r, struct render_schema *s, enum keyword k)
{
	if (tree_kind(s->at[k]) != TREE_ARRAY) {
		render_inside(r, s, k, "items");
		return;
	}
	if (s->at[K_ADDITIONAL_ITEMS])
		render_inside(r, s, K_ADDITIONAL_ITEMS, "items");
	if (!s->at[K_PREFIX_ITEMS] && tree_length(s->at[k]) > 0)
		render_list(r, s, k, "prefixItems");
}

static void render_additional(struct render *r, struct render_schema *s, enum keyword k)
{
	if (s->at[K_PATTERN_PROPERTIES])
		return; /* what those allow is not known any more */
	if (tree_kind(s->at[k]) == TREE_BOOL) {
		render_key(r, "additionalProperties");
		buf_puts(&r->out, tree_bool(s->at[k]) ? "true" : "false");
	} else {
		render_inside(r, s, k, "additionalProperties");
	}
}

static void render_discriminator(struct render *r, struct render_schema *s, enum keyword k)
{
	const struct tree_node *name = tree_get(s->at[k], "propertyName");
	size_t len;
	const char *p = tree_text(name, &len);

	if (tree_kind(name) != TREE_STRING)
		return; /* in 2.0 it is the name itself, of a property that all children have */
	render_key(r, "discriminator");
	buf_puts(&r->out, "{\"propertyName\":");
	log_json_string(&r->out, p, len);
	buf_putc(&r->out, '}');
	r->keys++;
}

static void render_nothing(struct render *r, struct render_schema *s, enum keyword k)
{
	(void)r;
	(void)k;
	s->simplified = true;
}

/* --- all of them --- */

const struct render_keyword render_keywords[K__MAX] = {
	[K_DYNAMIC_REF] = {"$dynamicRef", render_nothing, false},
	[K_RECURSIVE_REF] = {"$recursiveRef", render_nothing, false},
	[K_REF] = {"$ref", NULL, false},
	[K_ADDITIONAL_ITEMS] = {"additionalItems", NULL, false},
	[K_ADDITIONAL_PROPERTIES] = {"additionalProperties", render_additional, false},
	[K_ALL_OF] = {"allOf", render_schemas, false},
	[K_ANY_OF] = {"anyOf", render_schemas, false},
	[K_CONST] = {"const", render_const, false},
	[K_CONTAINS] = {"contains", render_nothing, false},
	[K_CONTENT_ENCODING] = {"contentEncoding", NULL, false},
	[K_CONTENT_MEDIA_TYPE] = {"contentMediaType", NULL, false},
	[K_DEFAULT] = {"default", render_default, true},
	[K_DEPENDENCIES] = {"dependencies", render_nothing, false},
	[K_DEPENDENT_REQUIRED] = {"dependentRequired", render_nothing, false},
	[K_DEPENDENT_SCHEMAS] = {"dependentSchemas", render_nothing, false},
	[K_DESCRIPTION] = {"description", render_words, true},
	[K_DISCRIMINATOR] = {"discriminator", render_discriminator, false},
	[K_ENUM] = {"enum", render_enum, false},
	[K_EXAMPLE] = {"example", render_example, true},
	[K_EXAMPLES] = {"examples", render_example, true},
	[K_EXCLUSIVE_MAXIMUM] = {"exclusiveMaximum", render_exclusive, false},
	[K_EXCLUSIVE_MINIMUM] = {"exclusiveMinimum", render_exclusive, false},
	[K_FORMAT] = {"format", render_format, false},
	[K_IF] = {"if", render_nothing, false},
	[K_ITEMS] = {"items", render_items, false},
	[K_MAX_ITEMS] = {"maxItems", render_count, false},
	[K_MAX_LENGTH] = {"maxLength", render_count, false},
	[K_MAX_PROPERTIES] = {"maxProperties", render_count, false},
	[K_MAXIMUM] = {"maximum", render_limit, false},
	[K_MIN_ITEMS] = {"minItems", render_count, false},
	[K_MIN_LENGTH] = {"minLength", render_count, false},
	[K_MIN_PROPERTIES] = {"minProperties", render_count, false},
	[K_MINIMUM] = {"minimum", render_limit, false},
	[K_MULTIPLE_OF] = {"multipleOf", render_number, false},
	[K_NOT] = {"not", render_not, false},
	[K_NULLABLE] = {"nullable", NULL, true},
	[K_ONE_OF] = {"oneOf", render_schemas, false},
	[K_PATTERN] = {"pattern", render_text, false},
	[K_PATTERN_PROPERTIES] = {"patternProperties", render_nothing, false},
	[K_PREFIX_ITEMS] = {"prefixItems", render_schemas, false},
	[K_PROPERTIES] = {"properties", render_properties, false},
	[K_PROPERTY_NAMES] = {"propertyNames", render_nothing, false},
	[K_REQUIRED] = {"required", render_required, false},
	[K_TITLE] = {"title", render_words, true},
	[K_TYPE] = {"type", render_type, false},
	[K_UNEVALUATED_ITEMS] = {"unevaluatedItems", render_nothing, false},
	[K_UNEVALUATED_PROPERTIES] = {"unevaluatedProperties", render_nothing, false},
	[K_UNIQUE_ITEMS] = {"uniqueItems", render_unique, false},
	[K_X_NULLABLE] = {"x-nullable", NULL, true},
};

static int keyword_compare(const void *name, const void *keyword)
{
	return strcmp(name, ((const struct render_keyword *)keyword)->name);
}

void render_read(struct render *r, struct render_schema *s)
{
	for (const struct tree_node *n = tree_first(s->node); n; n = tree_next(n)) {
		const struct render_keyword *found = bsearch(tree_key(n, NULL), render_keywords,
			K__MAX, sizeof(render_keywords[0]), keyword_compare);

		if (found)
			s->at[found - render_keywords] = n;
	}
	if (tree_kind(s->at[K_REF]) != TREE_STRING)
		s->at[K_REF] = NULL;
	s->nullable = tree_bool(s->at[K_NULLABLE]) || tree_bool(s->at[K_X_NULLABLE]);
	if (s->at[K_TYPE])
		read_types(r, s);
	if (schema_says_file(s->node) && !s->at[K_FORMAT])
		s->at[K_FORMAT] = s->node; /* so that render_format has its turn */
}
