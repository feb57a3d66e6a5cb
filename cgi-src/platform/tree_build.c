/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "platform/tree_int.h"

/* A child of the container that is being closed; of two with one key the one of lower rank stays. */
struct tree_entry {
	struct tree_node *node;
	size_t rank;
};

void tree_builder_release(struct tree_builder *b)
{
	free(b->entries);
	b->entries = NULL;
}

/* --- adding --- */

static struct tree_frame *top(struct tree_builder *b)
{
	return b->depth ? &b->stack[b->depth - 1] : NULL;
}

bool tree_awaits_key(const struct tree_builder *b)
{
	const struct tree_frame *f = b->depth ? &b->stack[b->depth - 1] : NULL;

	return f && f->node->kind == TREE_OBJECT && !f->key.text;
}

void tree_build_key(struct tree_builder *b, const struct tree_key *key)
{
	top(b)->key = *key;
}

static enum rc too_many(struct tree_builder *b, unsigned line, unsigned column)
{
	return tree_refuse(b->error, RC_LIMIT, "too_many", line, column, "too many values");
}

static enum rc too_expanded(struct tree_builder *b, unsigned line, unsigned column)
{
	return tree_refuse(
		b->error, RC_LIMIT, "too_expanded", line, column, "its aliases stand for too much");
}

static enum rc new_node(
	struct tree_builder *b, unsigned line, unsigned column, struct tree_node **out)
{
	*out = NULL;
	if (b->nodes == b->limits->nodes_max)
		return too_many(b, line, column);
	*out = tree_new_bytes(b->tree, sizeof(**out));
	if (!*out)
		return tree_no_memory(b->error);
	b->nodes++;
	**out = (struct tree_node){.line = line, .column = column};
	return RC_OK;
}

static void append(struct tree_frame *f, struct tree_node *node)
{
	node->parent = f->node;
	if (f->last)
		f->last->next = node;
	else
		f->node->is.first = node;
	f->last = node;
	f->node->n++;
}

static void name_and_append(struct tree_frame *f, struct tree_node *node)
{
	if (f->key.text) {
		node->at.key = f->key.text;
		node->key_len = f->key.len;
		node->line = f->key.line;
		node->column = f->key.column;
		node->left_out = f->key.merges;
		f->merges |= f->key.merges;
		f->key.text = NULL;
	} else {
		node->at.index = f->node->n;
	}
	append(f, node);
}

/* height, expanded: of all that the node stands for. */
static enum rc add(struct tree_builder *b, size_t height, size_t expanded, unsigned line,
	unsigned column, struct tree_node **out)
{
	struct tree_frame *f = top(b);
	enum rc rc;

	*out = NULL;
	if (b->depth + height > b->limits->depth_max)
		return tree_refuse(b->error, RC_LIMIT, "too_deep", line, column, "nested too deep");
	if (expanded > b->limits->expanded_max - b->expanded)
		return too_expanded(b, line, column);
	rc = new_node(b, line, column, out);
	if (rc)
		return rc;
	b->expanded += expanded;
	if (!f) {
		b->tree->root = *out;
		return RC_OK;
	}
	name_and_append(f, *out);
	if (f->height < height + 1)
		f->height = height + 1;
	return RC_OK;
}

enum rc tree_build_leaf(struct tree_builder *b, enum tree_kind kind, unsigned line, unsigned column,
	struct tree_node **out)
{
	enum rc rc = add(b, 0, 1, line, column, out);

	if (!rc)
		(*out)->kind = (unsigned char)kind;
	return rc;
}

enum rc tree_build_open(struct tree_builder *b, enum tree_kind kind, unsigned line, unsigned column,
	struct tree_node **out)
{
	size_t before = b->expanded;
	enum rc rc = add(b, 1, 1, line, column, out);

	if (rc)
		return rc;
	(*out)->kind = (unsigned char)kind;
	b->stack[b->depth++] =
		(struct tree_frame){.node = *out, .height = 1, .expanded_before = before};
	return RC_OK;
}

static void name(struct tree_node *alias, const struct tree_node *target)
{
	alias->is.target = tree_content(target);
	alias->kind = target->kind;
	alias->alias = true;
}

enum rc tree_build_alias(
	struct tree_builder *b, const struct tree_anchored *to, unsigned line, unsigned column)
{
	struct tree_node *node;
	enum rc rc = add(b, to->height, to->expanded, line, column, &node);

	if (!rc)
		name(node, to->node);
	return rc;
}

/* --- closing --- */

static enum rc entry_add(struct tree_builder *b, struct tree_node *node, size_t rank)
{
	if (b->n_entries == b->entries_cap) {
		size_t cap = b->entries_cap ? b->entries_cap * 2 : 64;
		struct tree_entry *entries = realloc(b->entries, cap * sizeof(*entries));

		if (!entries)
			return tree_no_memory(b->error);
		b->entries = entries;
		b->entries_cap = cap;
	}
	b->entries[b->n_entries++] = (struct tree_entry){node, rank};
	return RC_OK;
}

static int entry_compare(const void *a_, const void *b_)
{
	const struct tree_entry *a = a_, *b = b_;
	int order = tree_key_compare(
		a->node->at.key, a->node->key_len, b->node->at.key, b->node->key_len);

	return order ? order : (a->rank > b->rank) - (a->rank < b->rank);
}

/* "<<" with anything else than mappings is a key like others. */
static void check_merge(struct tree_node *m)
{
	bool good = m->kind == TREE_OBJECT || m->kind == TREE_ARRAY;

	if (m->kind == TREE_ARRAY)
		for (const struct tree_node *n = tree_first(m); n && good; n = n->next)
			good = n->kind == TREE_OBJECT;
	m->left_out = good;
}

/* Appends an alias of each member of from, which "<<" names. */
static enum rc merge_object(struct tree_builder *b, struct tree_frame *f,
	const struct tree_node *at, const struct tree_node *from)
{
	enum rc rc = RC_OK;

	for (const struct tree_node *m = tree_first(from); m && !rc; m = m->next) {
		struct tree_node *node;

		rc = new_node(b, at->line, at->column, &node);
		if (rc)
			break;
		name(node, m);
		node->at.key = m->at.key;
		node->key_len = m->key_len;
		append(f, node);
		/* Behind all own members, which are counted from 0, and behind what was merged before. */
		rc = entry_add(b, node, b->limits->nodes_max + 1 + b->n_entries);
	}
	return rc;
}

static enum rc merge(struct tree_builder *b, struct tree_frame *f, const struct tree_node *at)
{
	enum rc rc = RC_OK;

	if (at->kind == TREE_OBJECT)
		return merge_object(b, f, at, at);
	for (const struct tree_node *n = tree_first(at); n && !rc; n = n->next)
		rc = merge_object(b, f, at, n);
	return rc;
}

/* Own members: of two with one key the later stays, so it has the lower rank. */
static enum rc gather(struct tree_builder *b, struct tree_frame *f)
{
	size_t n = f->node->n;
	struct tree_node *last = f->last;
	enum rc rc = RC_OK;

	b->n_entries = 0;
	for (struct tree_node *m = f->node->is.first; m && !rc; m = m->next) {
		if (m->left_out)
			check_merge(m);
		if (!m->left_out)
			rc = entry_add(b, m, n--);
	}
	for (struct tree_node *m = f->node->is.first; f->merges && !rc; m = m->next) {
		if (m->left_out)
			rc = merge(b, f, m);
		if (m == last)
			break;
	}
	return rc;
}

/* Sorting instead of a hash table: no seed to guess, no worst case to provoke. Leaves the entries that stay. */
static void thin_out(struct tree_builder *b)
{
	size_t kept = 0;

	if (b->n_entries > 1)
		qsort(b->entries, b->n_entries, sizeof(*b->entries), entry_compare);
	for (size_t i = 0; i < b->n_entries; i++) {
		struct tree_entry *e = &b->entries[i],
				  *before = kept ? &b->entries[kept - 1] : NULL;

		if (!before || tree_key_compare(e->node->at.key, e->node->key_len,
				       before->node->at.key, before->node->key_len) != 0) {
			b->entries[kept++] = *e;
			continue;
		}
		e->node->left_out = true;
		if (e->rank <= b->limits->nodes_max)
			tree_add_note(b->tree, before->node, "duplicate_key",
				"This key stands here more than once; the last one counts.");
	}
	b->n_entries = kept;
}

static void link_what_stays(struct tree_node *container)
{
	struct tree_node **link = &container->is.first;

	container->n = 0;
	for (struct tree_node *m = container->is.first; m; m = m->next) {
		if (m->left_out)
			continue;
		*link = m;
		link = &m->next;
		container->n++;
	}
	*link = NULL;
}

static struct tree_index *new_index(struct tree_builder *b, struct tree_node *container)
{
	struct tree_index *index =
		tree_new_bytes(b->tree, sizeof(*index) + container->n * sizeof(index->nodes[0]));

	if (!index)
		return NULL;
	index->first = container->is.first;
	container->is.index = index;
	container->indexed = true;
	return index;
}

static bool has_twins(const struct tree_node *object)
{
	for (const struct tree_node *m = object->is.first; m; m = m->next)
		for (const struct tree_node *o = m->next; o; o = o->next)
			if (tree_key_compare(m->at.key, m->key_len, o->at.key, o->key_len) == 0)
				return true;
	return false;
}

static enum rc close_object(struct tree_builder *b, struct tree_frame *f)
{
	struct tree_node *object = f->node;
	struct tree_index *index;
	enum rc rc;

	if (!f->merges && object->n <= TREE_UNINDEXED_MAX && !has_twins(object))
		return RC_OK;
	rc = gather(b, f);
	if (rc)
		return rc;
	thin_out(b);
	link_what_stays(object);
	if (object->n <= TREE_UNINDEXED_MAX)
		return RC_OK;
	index = new_index(b, object);
	if (!index)
		return tree_no_memory(b->error);
	for (size_t i = 0; i < b->n_entries; i++)
		index->nodes[i] = b->entries[i].node;
	return RC_OK;
}

static enum rc close_array(struct tree_builder *b, struct tree_node *array)
{
	struct tree_index *index;
	size_t i = 0;

	if (array->n <= TREE_UNINDEXED_MAX)
		return RC_OK;
	index = new_index(b, array);
	if (!index)
		return tree_no_memory(b->error);
	for (struct tree_node *n = index->first; n; n = n->next)
		index->nodes[i++] = n;
	return RC_OK;
}

enum rc tree_build_close(struct tree_builder *b)
{
	struct tree_frame *f = top(b), *above = b->depth > 1 ? f - 1 : NULL;

	if (f->anchored) {
		f->anchored->expanded = b->expanded - f->expanded_before;
		f->anchored->height = f->height;
		f->anchored->open = false;
	}
	if (above && above->height < f->height + 1)
		above->height = f->height + 1;
	b->depth--;
	return f->node->kind == TREE_OBJECT ? close_object(b, f) : close_array(b, f->node);
}
