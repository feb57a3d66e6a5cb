/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of schema_copy.h only: one schema, keyword by keyword.
 */
#ifndef GRANTRY_DOMAIN_TOOL_SCHEMA_RENDER_H
#define GRANTRY_DOMAIN_TOOL_SCHEMA_RENDER_H

#include "domain/tool/schema_copy_int.h"

#define RENDER_VALUE_DEPTH 3 /* of brackets in a default, an example, an element of an enum */

/* In the order of their names, by which they are looked for. */
enum keyword {
	K_DYNAMIC_REF,
	K_RECURSIVE_REF,
	K_REF,
	K_ADDITIONAL_ITEMS,
	K_ADDITIONAL_PROPERTIES,
	K_ALL_OF,
	K_ANY_OF,
	K_CONST,
	K_CONTAINS,
	K_CONTENT_ENCODING,
	K_CONTENT_MEDIA_TYPE,
	K_DEFAULT,
	K_DEPENDENCIES,
	K_DEPENDENT_REQUIRED,
	K_DEPENDENT_SCHEMAS,
	K_DESCRIPTION,
	K_DISCRIMINATOR,
	K_ENUM,
	K_EXAMPLE,
	K_EXAMPLES,
	K_EXCLUSIVE_MAXIMUM,
	K_EXCLUSIVE_MINIMUM,
	K_FORMAT,
	K_IF,
	K_ITEMS,
	K_MAX_ITEMS,
	K_MAX_LENGTH,
	K_MAX_PROPERTIES,
	K_MAXIMUM,
	K_MIN_ITEMS,
	K_MIN_LENGTH,
	K_MIN_PROPERTIES,
	K_MINIMUM,
	K_MULTIPLE_OF,
	K_NOT,
	K_NULLABLE,
	K_ONE_OF,
	K_PATTERN,
	K_PATTERN_PROPERTIES,
	K_PREFIX_ITEMS,
	K_PROPERTIES,
	K_PROPERTY_NAMES,
	K_REQUIRED,
	K_TITLE,
	K_TYPE,
	K_UNEVALUATED_ITEMS,
	K_UNEVALUATED_PROPERTIES,
	K_UNIQUE_ITEMS,
	K_X_NULLABLE,
	K__MAX
};

enum {
	TYPE_NULL = 1,
	TYPE_BOOLEAN = 2,
	TYPE_INTEGER = 4,
	TYPE_NUMBER = 8,
	TYPE_STRING = 16,
	TYPE_ARRAY = 32,
	TYPE_OBJECT = 64
};

/* One schema of the document, read. */
struct render_schema {
	const struct tree_node *node;
	const struct tree_node *whole; /* the schema of whose allOf it is a part, or itself */
	const struct tree_node *at[K__MAX];
	unsigned depth; /* of its brace */
	unsigned types; /* TYPE_…, without that of nullable; 0: it does not say */
	bool nullable, file, simplified;
};

/* An entry that is being rendered. */
struct render {
	struct schema_copy *sc;
	struct schema_entry *entry;
	struct buf out;
	size_t keys, steps;
};

struct render_keyword {
	const char *name;
	/* Appends it as "keyword":value, or nothing. NULL: read with others, or of no use. */
	void (*render)(struct render *r, struct render_schema *s, enum keyword k);
	bool is_word; /* forbids nothing */
};
extern const struct render_keyword render_keywords[K__MAX];

/** render_read(r, s): finds the keywords of s->node. */
void render_read(struct render *r, struct render_schema *s);

/** render_schema(r, n, whole, depth): any node where a schema should stand; whole NULL: n itself. */
void render_schema(
	struct render *r, const struct tree_node *n, const struct tree_node *whole, unsigned depth);
void render_object(
	struct render *r, const struct tree_node *n, const struct tree_node *whole, unsigned depth);

/** render_key(r, key): a comma if one is needed, then "key": (our own word). */
void render_key(struct render *r, const char *key);
/** render_drop(r, s, k): the keyword has a value that it cannot have. */
void render_drop(struct render *r, struct render_schema *s, enum keyword k);

/** render_list(r, s, k, key), render_inside(…): a list of schemas, a schema, as the member key. */
void render_list(struct render *r, struct render_schema *s, enum keyword k, const char *key);
void render_inside(struct render *r, struct render_schema *s, enum keyword k, const char *key);
void render_properties(struct render *r, struct render_schema *s, enum keyword k);
void render_required(struct render *r, struct render_schema *s, enum keyword k);

#endif
