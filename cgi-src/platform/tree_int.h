/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of tree: what a node is, and how trees are built by those who read text.
 */
#ifndef GRANTRY_PLATFORM_TREE_INT_H
#define GRANTRY_PLATFORM_TREE_INT_H

#include <stdint.h>

#include "platform/tree.h"

/* Above so many children a container has an index. */
#define TREE_UNINDEXED_MAX 8
#define TREE_NOTES_MAX 100

/* Arrays: the elements in their order. Objects: the members, sorted by key. */
struct tree_index {
	struct tree_node *first; /* in the document */
	struct tree_node *nodes[];
};

struct tree_node {
	struct tree_node *parent, *next;
	union {
		const char *key;
		size_t index;
	} at; /* in the parent */
	union {
		const char *text; /* string, number */
		struct tree_node *first;
		struct tree_index *index;       /* when indexed */
		const struct tree_node *target; /* when alias; never itself one */
		bool truth;
	} is;
	unsigned key_len, n; /* n: length of the text, or number of children */
	unsigned line, column;
	unsigned char kind;
	bool alias, indexed;
	bool left_out; /* of its container: a "<<" from the start, a twin when it is closed */
};

struct tree_chunk;

struct tree {
	struct tree_node *root;
	struct tree_chunk *nodes, *texts;
	bool yaml;
	struct tree_note notes[TREE_NOTES_MAX];
	size_t n_notes, notes_left_out;
};

/* --- tree.c --- */

/** tree_new_bytes(tree, len): aligned, not set. NULL: no memory. */
void *tree_new_bytes(struct tree *tree, size_t len);
/** tree_new_text(tree, len): room for len bytes and the NUL, which is set. NULL: no memory. */
char *tree_new_text(struct tree *tree, size_t len);
void tree_add_note(
	struct tree *tree, const struct tree_node *n, const char *code, const char *text);
/** tree_first_child(n): of a container that is no alias; it may be open. */
struct tree_node *tree_first_child(const struct tree_node *n);
/** tree_key_compare(a, a_len, b, b_len): the order of an index: shorter ones first. */
int tree_key_compare(const char *a, size_t a_len, const char *b, size_t b_len);

/* --- tree_bytes.c: what are these bytes? --- */

/** tree_bytes_check(p, len, error, latin1): is it text that may be JSON or YAML? latin1: it is not UTF-8
 *  but Windows-1252.
 *  Errors: RC_INVALID. */
enum rc tree_bytes_check(
	const char *p, size_t len, struct tree_error *error, bool *latin1) RC_MUST_CHECK;
/** tree_bytes_latin1(p, len, out): as UTF-8, at most three times as long. */
enum rc tree_bytes_latin1(const char *p, size_t len, struct buf *out) RC_MUST_CHECK;

/* --- tree_build.c --- */

struct tree_key {
	const char *text; /* in the tree; NULL: none */
	unsigned len, line, column;
	bool merges; /* it is YAML's "<<" */
};

/* What an anchor names. */
struct tree_anchored {
	struct tree_node *node;
	size_t expanded; /* nodes in all */
	size_t height;   /* 0 for a scalar */
	bool open;
};

struct tree_frame {
	struct tree_node *node, *last; /* the open container and its last child */
	struct tree_key key;           /* of the value to come */
	struct tree_anchored *anchored;
	size_t expanded_before, height;
	bool merges; /* there is a "<<" among its members */
};

struct tree_entry; /* of a container that is being closed */

struct tree_builder {
	struct tree *tree;
	const struct tree_limits *limits;
	struct tree_error *error;
	struct tree_frame stack[TREE_DEPTH_MAX];
	size_t depth, nodes, expanded;
	struct tree_entry *entries; /* room, used again and again */
	size_t n_entries, entries_cap;
};

void tree_builder_release(struct tree_builder *b);

/** tree_refuse(error, rc, code, line, column, reason): fills error, gives rc. */
enum rc tree_refuse(struct tree_error *error, enum rc rc, const char *code, unsigned line,
	unsigned column, const char *reason) RC_MUST_CHECK;
/** tree_no_memory(error): RC_NOMEM. */
enum rc tree_no_memory(struct tree_error *error) RC_MUST_CHECK;

/** tree_awaits_key(b): the next thing is a key. */
bool tree_awaits_key(const struct tree_builder *b);
/** tree_build_key(b, key): of the value that comes next. */
void tree_build_key(struct tree_builder *b, const struct tree_key *key);
/** tree_build_leaf, _open(b, kind, line, column, out): a value hangs below the open container; an open one is to
 *  be closed. Errors: RC_LIMIT, RC_NOMEM; error is filled. */
enum rc tree_build_leaf(struct tree_builder *b, enum tree_kind kind, unsigned line, unsigned column,
	struct tree_node **out) RC_MUST_CHECK;
enum rc tree_build_open(struct tree_builder *b, enum tree_kind kind, unsigned line, unsigned column,
	struct tree_node **out) RC_MUST_CHECK;
/** tree_build_alias(b, to, line, column): to is not open. */
enum rc tree_build_alias(struct tree_builder *b, const struct tree_anchored *to, unsigned line,
	unsigned column) RC_MUST_CHECK;
/** tree_build_close(b): twins are thinned out, "<<" are merged, the index is made. */
enum rc tree_build_close(struct tree_builder *b) RC_MUST_CHECK;

/* --- tree_json.c, tree_yaml.c: a whole text --- */

enum rc tree_read_json(struct tree_builder *b, const char *p, size_t len) RC_MUST_CHECK;
enum rc tree_read_yaml(struct tree_builder *b, const char *p, size_t len) RC_MUST_CHECK;

#endif
