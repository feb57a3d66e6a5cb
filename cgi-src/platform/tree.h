/* SPDX-License-Identifier: Apache-2.0
 *
 * A document that strangers wrote, JSON or YAML, as one tree that nobody changes and in which everything
 * has a place. For large documents: time and memory are linear in the bytes, whatever they are. (Small
 * JSON is jsonr.h's, provider files are yamlr.h's: those refuse what is tolerated here.)
 *
 * JSON is RFC 8259. Tolerated, with a note: duplicate keys (the last one counts), half a surrogate pair and
 * \u0000 (both become U+FFFD: no text here holds NUL), and a text that begins with { or [ and is YAML
 * though not JSON (trailing comma, raw tab).
 * YAML is one document of the core schema: null, true, false and what JSON would call a number (a leading +,
 * ".5" and "5." are put right) are typed, everything else is a string: yes, no, on, off, 012, 0o7, 0x1f,
 * .inf, 1_000, dates. Keys are strings. Tags are ignored, but "!!str 5" and "! 5" are strings. "<<"
 * merges mappings: own keys win, then those of the first. An alias is a node of its own, with the key, place,
 * parent and next sibling of where it stands, and the content of what it names; what lies in the content has
 * one parent, the named one. Refused: unknown aliases, aliases inside of what they name, keys that are
 * not scalars, a second document.
 * Bytes that are not UTF-8 are read as Windows-1252 (Latin-1), with a note, when they are that without control
 * characters.
 */
#ifndef GRANTRY_PLATFORM_TREE_H
#define GRANTRY_PLATFORM_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"

struct buf;
struct tree; /* owns all nodes */
struct tree_node;

enum tree_kind { TREE_NULL, TREE_BOOL, TREE_NUMBER, TREE_STRING, TREE_ARRAY, TREE_OBJECT };

/* Each is the most that is accepted. */
struct tree_limits {
	size_t bytes_max;
	size_t nodes_max;
	size_t depth_max;    /* at most TREE_DEPTH_MAX; a scalar at the root is 0 deep, [] is 1 */
	size_t expanded_max; /* nodes, when every alias is counted with all that it stands for */
};
#define TREE_DEPTH_MAX 128

#define TREE_REASON_SIZE 256
struct tree_error {
	unsigned line, column; /* from 1; 0 when none applies. Columns count characters */
	const char *code;      /* a fixed word, such as "not_json", for whoever translates */
	char reason[TREE_REASON_SIZE];
};

/** tree_parse(p, len, limits, out, error): limits NULL: 16 MiB, 4 M nodes, 128 deep, 4 M expanded, which is
 *  at most 400 MB. error is filled when the result is not RC_OK; nothing in the tree points into p.
 *  Errors: RC_INVALID, RC_LIMIT, RC_NOMEM. */
enum rc tree_parse(const char *p, size_t len, const struct tree_limits *limits, struct tree **out,
	struct tree_error *error) RC_MUST_CHECK;
void tree_free(struct tree *tree);

/** tree_root(tree): never NULL; an empty YAML document is a null. */
const struct tree_node *tree_root(const struct tree *tree);
bool tree_is_yaml(const struct tree *tree);

/* What was tolerated. */
struct tree_note {
	const struct tree_node *node; /* NULL: the document as a whole */
	const char *code;             /* "duplicate_key" … */
	const char *text;             /* an English sentence */
};
/** tree_notes(tree, n, left_out): the first of them in the order of their finding; left_out: how many more. */
const struct tree_note *tree_notes(const struct tree *tree, size_t *n, size_t *left_out);

/* Reading. All take NULL for a node and a node of any kind; what does not apply is NULL, false or 0. */

/** tree_kind(n): TREE_NULL also for NULL. Of an alias: the kind of what it names. */
enum tree_kind tree_kind(const struct tree_node *n);
/** tree_text(n, len): a string's UTF-8, or a number as JSON writes it, with a NUL behind it. len may be NULL. */
const char *tree_text(const struct tree_node *n, size_t *len);
/** tree_bool(n): true for the boolean true only. */
bool tree_bool(const struct tree_node *n);
/** tree_length(n): how many members or elements. */
size_t tree_length(const struct tree_node *n);
/** tree_first(n), tree_next(n): the members or elements in their order. */
const struct tree_node *tree_first(const struct tree_node *n);
const struct tree_node *tree_next(const struct tree_node *n);
/** tree_key(n, len): of a member of an object; len may be NULL. */
const char *tree_key(const struct tree_node *n, size_t *len);
/** tree_parent(n): NULL for the root. */
const struct tree_node *tree_parent(const struct tree_node *n);
/** tree_at(array, i): at once, whatever the length. */
const struct tree_node *tree_at(const struct tree_node *array, size_t i);
/** tree_get(object, key), tree_find(object, key, len): O(log n). */
const struct tree_node *tree_get(const struct tree_node *object, const char *key);
const struct tree_node *tree_find(const struct tree_node *object, const char *key, size_t len);
/** tree_content(n): n, or what n names when it is an alias: two nodes with one content are one value. */
const struct tree_node *tree_content(const struct tree_node *n);

/** tree_where(tree, n, line, column): from 1; of a member: where its key stands. */
void tree_where(
	const struct tree *tree, const struct tree_node *n, unsigned *line, unsigned *column);

/** tree_pointer(tree, ref, len, out): the node that a URI fragment names, RFC 6901 §6: "#/a/b~1c%20d"; "" and
 *  "#" name the root. Errors: RC_NOT_FOUND; RC_INVALID no such fragment ("other.json#/a", "#a", "~2",
 *  "%zz"); RC_NOMEM. out is NULL then. */
enum rc tree_pointer(const struct tree *tree, const char *ref, size_t len,
	const struct tree_node **out) RC_MUST_CHECK;

/** tree_path(n, out): appends n's JSON pointer, without "#" or percent-encoding. */
enum rc tree_path(const struct tree_node *n, struct buf *out) RC_MUST_CHECK;

/** tree_write(n, out): appends n as JSON text in one line; numbers to the digit, aliases written out. The
 *  budget is out's own maximum. Errors: RC_LIMIT, RC_NOMEM. */
enum rc tree_write(const struct tree_node *n, struct buf *out) RC_MUST_CHECK;

#endif
