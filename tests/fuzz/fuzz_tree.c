/* SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the bytes: a tree in which every node has a place and is found by its own pointer, which written and
 * read again is the same, and which keeps its limits through aliases too; or a refusal with a reason.
 */
#include <string.h>

#include "must.h"
#include "platform/buf.h"
#include "platform/text.h"
#include "platform/tree.h"

static const struct tree_limits limits = {1 << 20, 20000, 32, 20000};

struct walk {
	const struct tree *tree;
	size_t lines_max, nodes;
};

static void text_holds(const char *text, size_t len)
{
	size_t chars;

	MUST(text[len] == 0 && text_utf8_chars(text, len, &chars) == RC_OK);
}

/* The fragment of the pointer: everything that is not a plain letter as %xx. */
static void fragment_of(const struct tree_node *n, struct buf *out)
{
	struct buf path;

	buf_init(&path, 1 << 22);
	MUST(tree_path(n, &path) == RC_OK);
	buf_putc(out, '#');
	for (size_t i = 0; i < path.len; i++)
		if (path.data[i] == '%' || (unsigned char)path.data[i] >= 0x80)
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)path.data[i]);
		else
			buf_putc(out, path.data[i]);
	MUST(buf_done(out) == RC_OK);
	buf_release(&path);
}

static void pointer_holds(const struct walk *walk, const struct tree_node *n)
{
	const struct tree_node *found;
	struct buf fragment;

	buf_init(&fragment, 1 << 22);
	fragment_of(n, &fragment);
	MUST(tree_pointer(walk->tree, buf_text(&fragment), fragment.len, &found) == RC_OK);
	MUST(found == n);
	buf_release(&fragment);
}

static void node_holds(struct walk *walk, const struct tree_node *n, int depth, bool shared);

static void children_hold(struct walk *walk, const struct tree_node *n, int depth, bool shared)
{
	size_t count = 0, len;

	for (const struct tree_node *m = tree_first(n); m; m = tree_next(m), count++) {
		const char *key = tree_key(m, &len);

		MUST(tree_parent(m) == tree_content(n));
		MUST((key != NULL) == (tree_kind(n) == TREE_OBJECT));
		if (key)
			text_holds(key, len);
		MUST(key ? tree_find(n, key, len) == m : tree_at(n, count) == m);
		node_holds(walk, m, depth, shared);
	}
	MUST(count == tree_length(n));
	MUST(tree_at(n, count) == NULL);
}

static void node_holds(struct walk *walk, const struct tree_node *n, int depth, bool shared)
{
	unsigned line, column;
	size_t len;
	const char *text = tree_text(n, &len);

	MUST(depth <= (int)limits.depth_max + 1);
	MUST(++walk->nodes <= limits.expanded_max);
	tree_where(walk->tree, n, &line, &column);
	MUST(line >= 1 && line <= walk->lines_max && column >= 1);
	MUST((text != NULL) == (tree_kind(n) == TREE_STRING || tree_kind(n) == TREE_NUMBER));
	if (text)
		text_holds(text, len);
	if (!shared)
		pointer_holds(walk, n);
	children_hold(walk, n, depth + 1, shared || tree_content(n) != n);
}

static void same(const struct tree_node *a, const struct tree_node *b)
{
	const struct tree_node *m = tree_first(a), *o = tree_first(b);
	size_t a_len, b_len;
	const char *a_text = tree_text(a, &a_len), *b_text = tree_text(b, &b_len);

	MUST(tree_kind(a) == tree_kind(b) && tree_bool(a) == tree_bool(b));
	MUST(a_len == b_len && tree_length(a) == tree_length(b));
	MUST(a_len == 0 || memcmp(a_text, b_text, a_len) == 0);
	for (; m; m = tree_next(m), o = tree_next(o)) {
		const char *a_key = tree_key(m, &a_len), *b_key = tree_key(o, &b_len);

		MUST(a_len == b_len && (a_len == 0 || memcmp(a_key, b_key, a_len) == 0));
		same(m, o);
	}
}

static void written_again_is_the_same(const struct tree *tree)
{
	struct tree_error error;
	struct tree *again;
	struct buf text;
	enum rc rc;

	buf_init(&text, 1 << 22);
	rc = tree_write(tree_root(tree), &text);
	MUST(rc == RC_OK || rc == RC_LIMIT);
	if (rc == RC_OK && text.len <= limits.bytes_max) {
		/* A text at the root alone is read as YAML, where its quotes may mean more. */
		bool whole = tree_first(tree_root(tree)) != NULL;

		rc = tree_parse(text.data, text.len, &limits, &again, &error);
		MUST(rc == RC_OK || !whole);
		if (whole) {
			MUST(!tree_is_yaml(again));
			same(tree_root(tree), tree_root(again));
		}
		tree_free(again);
	}
	buf_release(&text);
}

/* Any text is a pointer, or leads nowhere. */
static void any_pointer_holds(const struct tree *tree, const char *p, size_t size)
{
	const struct tree_node *n;
	enum rc rc = tree_pointer(tree, p, size, &n);

	MUST(rc == RC_OK || rc == RC_NOT_FOUND || rc == RC_INVALID);
	MUST((n != NULL) == (rc == RC_OK));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tree_error error;
	struct tree *tree;
	enum rc rc = tree_parse((const char *)data, size, &limits, &tree, &error);

	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_LIMIT);
	MUST((tree != NULL) == (rc == RC_OK));
	MUST((error.reason[0] != 0) == (rc != RC_OK) && (error.code != NULL) == (rc != RC_OK));
	MUST(error.line <= size + 1);
	if (tree) {
		struct walk walk = {tree, size + 1, 0};

		node_holds(&walk, tree_root(tree), 0, false);
		written_again_is_the_same(tree);
		any_pointer_holds(tree, (const char *)data, size);
	}
	tree_free(tree);
	return 0;
}
