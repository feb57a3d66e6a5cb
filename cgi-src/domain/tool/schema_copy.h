/* SPDX-License-Identifier: Apache-2.0
 *
 * The schemas of a description, copied into plans: JSON Schema 2020-12 in a small subset, whatever the
 * dialect they were written in.
 *
 * - Keywords: type, enum, const, format, properties, required, additionalProperties, minProperties,
 *   maxProperties, items, prefixItems, minItems, maxItems, uniqueItems, minLength, maxLength, pattern,
 *   minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, allOf, oneOf, anyOf, not,
 *   discriminator (propertyName), title, description, default, examples (one), $ref ("#/defs/NAME").
 *   nullable becomes a type, a boolean exclusiveMinimum a number, a file a string of format binary.
 * - What is meant for answers alone (readOnly) is left out; what no reader of plans knows is left out, and
 *   "$comment":"simplified" tells that the copy accepts more than the original.
 * - {} is a schema that accepts everything; true stands where there was one that could not be copied (a
 *   reference that leads nowhere or abroad, no room). value_check takes neither for a reason to refuse.
 * - References stay references, by a name that is unique in the document and the same whenever that is
 *   read. So a cycle is a name, and each schema is rendered once for the whole document.
 *
 * Nothing here fetches anything.
 */
#ifndef GRANTRY_DOMAIN_TOOL_SCHEMA_COPY_H
#define GRANTRY_DOMAIN_TOOL_SCHEMA_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/buf.h"
#include "platform/rc.h"

struct findings;
struct schema_entry;
struct tree;
struct tree_node;

enum schema_dialect {
	SCHEMA_SWAGGER_2_0,
	SCHEMA_OPENAPI_3_0,
	SCHEMA_OPENAPI_3_1 /* and later */
};

#define SCHEMA_BYTES_MAX ((size_t)160 << 10) /* of all that is written for one operation */
#define SCHEMA_KEYS_MAX ((size_t)7500)       /* a plan is read by jsonr, which takes 10000 */
#define SCHEMA_DEPTH_MAX 20                  /* of brackets in one schema */

/* One a document. */
struct schema_copy {
	const struct tree *tree;
	enum schema_dialect dialect;
	struct findings *findings;
	void *by_node, *by_name;        /* of tsearch */
	struct schema_entry *waiting;   /* named by this operation, not written yet; oldest first */
	struct schema_entry **waits_at; /* where the next one is hung in */
	unsigned operation;             /* serial number */
	size_t bytes, keys;             /* written for it so far */
	size_t bytes_max;               /* what may be */
	bool told;                      /* that there was no room */
	enum rc rc;                     /* RC_OK or RC_NOMEM */
};

/** schema_copy_init(sc, tree, dialect, findings): tree and findings are borrowed until the release. */
void schema_copy_init(struct schema_copy *sc, const struct tree *tree, enum schema_dialect dialect,
	struct findings *findings);
void schema_copy_release(struct schema_copy *sc);

/** schema_copy_begin(sc, bytes_max): the next operation: nothing is named yet, and there is room for so many bytes,
 *  SCHEMA_BYTES_MAX at most. */
void schema_copy_begin(struct schema_copy *sc, size_t bytes_max);

/** schema_copy_write(sc, node, out): appends the schema at node, one JSON value. NULL: "{}". Never fails:
 *  what cannot be copied is true, with a finding. */
void schema_copy_write(struct schema_copy *sc, const struct tree_node *node, struct buf *out);

/** schema_copy_defs(sc, out): appends {"NAME":SCHEMA,…}: all that was named since schema_copy_begin, and what
 *  that names; "{}" when nothing was. What lies farthest becomes true when there is no more room. Call it
 *  once, at the operation's end. */
void schema_copy_defs(struct schema_copy *sc, struct buf *out);

/** schema_copy_done(sc): RC_OK, or RC_NOMEM if anything above had no memory. */
enum rc schema_copy_done(const struct schema_copy *sc) RC_MUST_CHECK;

/** schema_copy_resolve(sc, node): follows "$ref" as long as there is one; for all parts of a description, not
 *  only schemas. NULL, with a finding: it leads nowhere, into another document or in a circle. */
const struct tree_node *schema_copy_resolve(struct schema_copy *sc, const struct tree_node *node);

/** schema_copy_is_file(sc, node): bytes rather than text: type file, format binary, or (3.1) a string with a
 *  contentMediaType and no contentEncoding; or an array of such. */
bool schema_copy_is_file(struct schema_copy *sc, const struct tree_node *node);

#define SCHEMA_MEMBER_PARTS 4
#define SCHEMA_MEMBERS_MAX 1000

/* A property of an object; with allOf several schemas may speak of it, and all of them hold. */
struct schema_member {
	const char *name;
	size_t name_len;
	const struct tree_node *parts[SCHEMA_MEMBER_PARTS]; /* in document order; none: anything */
	size_t n_parts;
	bool required;
};

struct schema_members {
	struct schema_member *list; /* in document order */
	size_t n;
	bool additional; /* the description says that others are welcome */
};

/** schema_copy_members(sc, node, out): the properties of an object, references followed and allOf merged,
 *  without those that are read only. RC_NOT_FOUND: it is no plain object with properties (oneOf, anyOf, not,
 *  another type, a map), so that it is one value. out is yours to release either way.
 *  Errors: RC_NOT_FOUND, RC_LIMIT (more than SCHEMA_MEMBERS_MAX), RC_NOMEM. */
enum rc schema_copy_members(struct schema_copy *sc, const struct tree_node *node,
	struct schema_members *out) RC_MUST_CHECK;
void schema_members_release(struct schema_members *members);

/** schema_copy_write_member(sc, member, out): as schema_copy_write. */
void schema_copy_write_member(
	struct schema_copy *sc, const struct schema_member *member, struct buf *out);

#endif
