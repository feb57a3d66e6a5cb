/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of schema_copy.h only.
 */
#ifndef GRANTRY_DOMAIN_TOOL_SCHEMA_COPY_INT_H
#define GRANTRY_DOMAIN_TOOL_SCHEMA_COPY_INT_H

#include "domain/tool/schema_copy.h"

/* A schema that was written or named, with its text: the same in all operations. */
struct schema_entry {
	const struct tree_node *node;
	const char *name;           /* NULL: nothing refers to it; lies in by_name */
	char *text;                 /* NULL: not rendered yet */
	size_t len, keys;           /* of text; keys counts those of objects */
	struct schema_entry **refs; /* whom text names, each once */
	size_t n_refs, refs_cap;
	const struct schema_entry *referrer; /* the last one whose refs it was put into */
	struct schema_entry *next;           /* of those that wait */
	unsigned operation;                  /* the last one that named it */
};

/** schema_entry_of(sc, node): the one of node's content; NULL: no memory. */
struct schema_entry *schema_entry_of(struct schema_copy *sc, const struct tree_node *node);

/** schema_entry_name(sc, entry): gives it a name if it has none; NULL: no memory. */
const char *schema_entry_name(struct schema_copy *sc, struct schema_entry *entry);

/** schema_render(sc, entry): makes its text. Without memory sc->rc says so and text may be NULL. */
void schema_render(struct schema_copy *sc, struct schema_entry *entry);

/** schema_target(sc, node): what a schema's "$ref" means: the first in the chain that says more than that.
 *  NULL as schema_copy_resolve. */
const struct tree_node *schema_target(struct schema_copy *sc, const struct tree_node *node);

/** schema_is_ref(node): has it a "$ref" that is a text? */
bool schema_is_ref(const struct tree_node *node);

/** schema_says_file(node): bytes, by this schema itself. */
bool schema_says_file(const struct tree_node *node);

/** schema_is_read_only(sc, node): says it or what it refers to that it is for answers only? */
bool schema_is_read_only(struct schema_copy *sc, const struct tree_node *node);

#endif
