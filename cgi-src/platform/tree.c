/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/tree.h"

#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/buf.h"
#include "platform/tree_int.h"

#define MIB ((size_t)1 << 20)
#define BOM "\xef\xbb\xbf"

/* --- memory: nodes and texts apart, for texts need no alignment --- */

#define CHUNK_SIZE ((size_t)64 * 1024)

struct tree_chunk {
	struct tree_chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

static void *take_bytes(struct tree_chunk **chunks, size_t len)
{
	struct tree_chunk *c = *chunks;
	void *p;

	if (!c || c->size - c->used < len) {
		size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;

		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		*c = (struct tree_chunk){.next = *chunks, .size = size};
		*chunks = c;
	}
	p = c->bytes + c->used;
	c->used += len;
	return p;
}

static void free_chunks(struct tree_chunk *c)
{
	while (c) {
		struct tree_chunk *next = c->next;

		free(c);
		c = next;
	}
}

void *tree_new_bytes(struct tree *tree, size_t len)
{
	size_t align = alignof(max_align_t);

	return take_bytes(&tree->nodes, (len + align - 1) / align * align);
}

char *tree_new_text(struct tree *tree, size_t len)
{
	char *text = take_bytes(&tree->texts, len + 1);

	if (text)
		text[len] = 0;
	return text;
}

void tree_free(struct tree *tree)
{
	if (!tree)
		return;
	free_chunks(tree->nodes);
	free_chunks(tree->texts);
	free(tree);
}

/* --- parsing --- */

enum rc tree_refuse(struct tree_error *error, enum rc rc, const char *code, unsigned line,
	unsigned column, const char *reason)
{
	error->line = line;
	error->column = column;
	error->code = code;
	snprintf(error->reason, sizeof(error->reason), "%s", reason);
	return rc;
}

enum rc tree_no_memory(struct tree_error *error)
{
	return tree_refuse(error, RC_NOMEM, "out_of_memory", 0, 0, "out of memory");
}

void tree_add_note(struct tree *tree, const struct tree_node *n, const char *code, const char *text)
{
	if (tree->n_notes == TREE_NOTES_MAX)
		tree->notes_left_out++;
	else
		tree->notes[tree->n_notes++] = (struct tree_note){n, code, text};
}

typedef enum rc reader(struct tree_builder *b, const char *p, size_t len);

static enum rc read_with(reader *read, const char *p, size_t len, const struct tree_limits *limits,
	struct tree **out, struct tree_error *error)
{
	struct tree_builder b = {.limits = limits, .error = error};
	enum rc rc;

	*out = NULL;
	b.tree = calloc(1, sizeof(*b.tree));
	if (!b.tree)
		return tree_no_memory(error);
	rc = read(&b, p, len);
	tree_builder_release(&b);
	if (rc)
		tree_free(b.tree);
	else
		*out = b.tree;
	return rc;
}

static bool looks_like_json(const char *p, size_t len)
{
	size_t i = 0;

	while (i < len && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n'))
		i++;
	return i < len && (p[i] == '{' || p[i] == '[');
}

/* What is almost JSON is YAML oftener than not; where it is neither, the JSON error is the one that helps. */
static enum rc read_text(const char *p, size_t len, const struct tree_limits *limits,
	struct tree **out, struct tree_error *error)
{
	struct tree_error json_error;
	enum rc rc;

	if (!looks_like_json(p, len))
		return read_with(tree_read_yaml, p, len, limits, out, error);
	rc = read_with(tree_read_json, p, len, limits, out, error);
	if (rc != RC_INVALID)
		return rc;
	json_error = *error;
	*error = (struct tree_error){0};
	rc = read_with(tree_read_yaml, p, len, limits, out, error);
	if (rc == RC_INVALID)
		*error = json_error;
	if (!rc)
		tree_add_note(*out, NULL, "read_as_yaml",
			"This is not strict JSON (a trailing comma, perhaps); it was read as "
			"YAML.");
	return rc;
}

static enum rc read_latin1(const char *p, size_t len, const struct tree_limits *limits,
	struct tree **out, struct tree_error *error)
{
	struct buf text;
	enum rc rc;

	buf_init(&text, 3 * len + 1);
	rc = tree_bytes_latin1(p, len, &text);
	if (rc)
		rc = tree_no_memory(error);
	if (!rc)
		rc = read_text(buf_text(&text), text.len, limits, out, error);
	if (!rc)
		tree_add_note(*out, NULL, "read_as_latin1",
			"This is not UTF-8; it was read as Latin-1 (Windows-1252).");
	buf_release(&text);
	return rc;
}

enum rc tree_parse(const char *p, size_t len, const struct tree_limits *limits, struct tree **out,
	struct tree_error *error)
{
	static const struct tree_limits defaults = {16 * MIB, 4 * MIB, TREE_DEPTH_MAX, 4 * MIB};
	bool latin1;
	enum rc rc;

	*out = NULL;
	*error = (struct tree_error){0};
	if (!limits)
		limits = &defaults;
	assert(limits->depth_max <= TREE_DEPTH_MAX);
	if (len > limits->bytes_max)
		return tree_refuse(error, RC_LIMIT, "too_large", 0, 0, "too large");
	if (len >= strlen(BOM) && memcmp(p, BOM, strlen(BOM)) == 0) {
		p += strlen(BOM);
		len -= strlen(BOM);
	}
	rc = tree_bytes_check(p, len, error, &latin1);
	if (rc)
		return rc;
	return (latin1 ? read_latin1 : read_text)(p, len, limits, out, error);
}

/* --- reading --- */

const struct tree_node *tree_root(const struct tree *tree)
{
	return tree->root;
}

bool tree_is_yaml(const struct tree *tree)
{
	return tree->yaml;
}

const struct tree_note *tree_notes(const struct tree *tree, size_t *n, size_t *left_out)
{
	*n = tree->n_notes;
	*left_out = tree->notes_left_out;
	return tree->notes;
}

const struct tree_node *tree_content(const struct tree_node *n)
{
	return n && n->alias ? n->is.target : n;
}

enum tree_kind tree_kind(const struct tree_node *n)
{
	return n ? n->kind : TREE_NULL;
}

const char *tree_text(const struct tree_node *n, size_t *len)
{
	bool has = tree_kind(n) == TREE_STRING || tree_kind(n) == TREE_NUMBER;

	n = tree_content(n);
	if (len)
		*len = has ? n->n : 0;
	return has ? n->is.text : NULL;
}

bool tree_bool(const struct tree_node *n)
{
	return tree_kind(n) == TREE_BOOL && tree_content(n)->is.truth;
}

static bool is_container(const struct tree_node *n)
{
	return tree_kind(n) == TREE_ARRAY || tree_kind(n) == TREE_OBJECT;
}

size_t tree_length(const struct tree_node *n)
{
	return is_container(n) ? tree_content(n)->n : 0;
}

struct tree_node *tree_first_child(const struct tree_node *n)
{
	return n->indexed ? n->is.index->first : n->is.first;
}

const struct tree_node *tree_first(const struct tree_node *n)
{
	return is_container(n) ? tree_first_child(tree_content(n)) : NULL;
}

const struct tree_node *tree_next(const struct tree_node *n)
{
	return n ? n->next : NULL;
}

const struct tree_node *tree_parent(const struct tree_node *n)
{
	return n ? n->parent : NULL;
}

const char *tree_key(const struct tree_node *n, size_t *len)
{
	bool has = n && n->parent && n->parent->kind == TREE_OBJECT;

	if (len)
		*len = has ? n->key_len : 0;
	return has ? n->at.key : NULL;
}

void tree_where(
	const struct tree *tree, const struct tree_node *n, unsigned *line, unsigned *column)
{
	(void)tree;
	*line = n ? n->line : 0;
	*column = n ? n->column : 0;
}

const struct tree_node *tree_at(const struct tree_node *array, size_t i)
{
	const struct tree_node *n;

	if (tree_kind(array) != TREE_ARRAY || i >= tree_length(array))
		return NULL;
	array = tree_content(array);
	if (array->indexed)
		return array->is.index->nodes[i];
	for (n = array->is.first; i > 0; i--)
		n = n->next;
	return n;
}

int tree_key_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}

static const struct tree_node *search(const struct tree_node *object, const char *key, size_t len)
{
	size_t from = 0, to = object->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		struct tree_node *n = object->is.index->nodes[middle];
		int order = tree_key_compare(key, len, n->at.key, n->key_len);

		if (order == 0)
			return n;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return NULL;
}

const struct tree_node *tree_find(const struct tree_node *object, const char *key, size_t len)
{
	if (tree_kind(object) != TREE_OBJECT)
		return NULL;
	object = tree_content(object);
	if (object->indexed)
		return search(object, key, len);
	for (const struct tree_node *n = object->is.first; n; n = n->next)
		if (tree_key_compare(n->at.key, n->key_len, key, len) == 0)
			return n;
	return NULL;
}

const struct tree_node *tree_get(const struct tree_node *object, const char *key)
{
	return tree_find(object, key, strlen(key));
}
