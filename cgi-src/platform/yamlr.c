/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/yamlr.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/yamlev.h"

#define EVENTS_MAX 50000
#define CHUNK_SIZE ((size_t)16 * 1024)

/* --- the arena: a tree is built once and freed whole --- */

struct chunk {
	struct chunk *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
};

struct yamlr {
	struct yamlr_node *root;
	struct chunk *chunks;
};

static void *take_bytes(struct yamlr *doc, size_t len)
{
	size_t align = alignof(max_align_t);
	struct chunk *c = doc->chunks;
	void *p;

	len = (len + align - 1) / align * align;
	if (!c || c->size - c->used < len) {
		size_t size = len > CHUNK_SIZE ? len : CHUNK_SIZE;

		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		*c = (struct chunk){.next = doc->chunks, .size = size};
		doc->chunks = c;
	}
	p = c->bytes + c->used;
	c->used += len;
	return p;
}

void yamlr_free(struct yamlr *doc)
{
	if (!doc)
		return;
	while (doc->chunks) {
		struct chunk *c = doc->chunks;

		doc->chunks = c->next;
		free(c);
	}
	free(doc);
}

/* --- building --- */

struct frame {
	struct yamlr_node *node, *last; /* the open container and its last child */
	const char *key;                /* of the value to come; NULL: a key comes next */
	unsigned key_line;
};

struct builder {
	struct yamlr *doc;
	struct yamlr_error *error;
	struct frame stack[YAMLR_DEPTH_MAX];
	size_t depth;
	unsigned documents, events;
};

static enum rc refuse(struct builder *b, enum rc rc, unsigned line, const char *reason)
{
	b->error->line = line;
	snprintf(b->error->reason, sizeof(b->error->reason), "%s", reason);
	return rc;
}

static enum rc no_memory(struct builder *b)
{
	return refuse(b, RC_NOMEM, 0, "out of memory");
}

static struct frame *top(struct builder *b)
{
	return b->depth ? &b->stack[b->depth - 1] : NULL;
}

static bool awaits_key(const struct frame *f)
{
	return f && f->node->kind == YAMLR_MAPPING && !f->key;
}

/* A scalar with a NUL (written "\0": the raw byte does not pass libyaml) would end early for whoever
 * reads it as text. */
static enum rc copy_text(struct builder *b, const struct yamlev_event *event, const char **out)
{
	char *text;

	*out = NULL;
	if (memchr(event->text, 0, event->len))
		return refuse(b, RC_INVALID, event->line, "a text may not hold NUL");
	text = take_bytes(b->doc, event->len + 1);
	if (!text)
		return no_memory(b);
	memcpy(text, event->text, event->len + 1);
	*out = text;
	return RC_OK;
}

/* Makes a node and hangs it below the open container. */
static enum rc add_node(struct builder *b, const struct yamlev_event *event, enum yamlr_kind kind,
	struct yamlr_node **out)
{
	struct yamlr_node *node = take_bytes(b->doc, sizeof(*node));
	struct frame *f = top(b);

	*out = node;
	if (!node)
		return no_memory(b);
	*node = (struct yamlr_node){.kind = kind, .line = event->line};
	if (!f) {
		b->doc->root = node;
		return RC_OK;
	}
	if (f->key) {
		node->key = f->key;
		node->line = f->key_line;
		f->key = NULL;
	}
	if (f->last)
		f->last->next = node;
	else
		f->node->first = node;
	f->last = node;
	f->node->n++;
	return RC_OK;
}

static enum rc add_scalar(struct builder *b, const struct yamlev_event *event)
{
	struct frame *f = top(b);
	struct yamlr_node *node;
	const char *text;
	enum rc rc;

	rc = copy_text(b, event, &text);
	if (rc)
		return rc;
	if (awaits_key(f)) {
		f->key = text;
		f->key_line = event->line;
		return RC_OK;
	}
	rc = add_node(b, event, YAMLR_SCALAR, &node);
	if (rc)
		return rc;
	node->text = text;
	node->quoted = !event->plain;
	return RC_OK;
}

static enum rc open_container(
	struct builder *b, const struct yamlev_event *event, enum yamlr_kind kind)
{
	struct yamlr_node *node;
	enum rc rc;

	if (awaits_key(top(b)))
		return refuse(b, RC_INVALID, event->line, "a key must be a scalar");
	if (b->depth == YAMLR_DEPTH_MAX)
		return refuse(b, RC_LIMIT, event->line, "nested too deep");
	rc = add_node(b, event, kind, &node);
	if (rc)
		return rc;
	b->stack[b->depth++] = (struct frame){.node = node};
	return RC_OK;
}

/* By key, and of equal keys the earlier line first, so that the later one is blamed. */
static int child_compare(const void *a_, const void *b_)
{
	const struct yamlr_node *a = *(const struct yamlr_node *const *)a_;
	const struct yamlr_node *b = *(const struct yamlr_node *const *)b_;
	int order = strcmp(a->key, b->key);

	if (order)
		return order;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* libyaml keeps duplicates; comparing every pair would be quadratic in a file that others write. */
static enum rc keys_check(struct builder *b, const struct yamlr_node *map)
{
	const struct yamlr_node **children;
	enum rc rc = RC_OK;
	size_t n = 0;

	if (map->n < 2)
		return RC_OK;
	children = calloc(map->n, sizeof(struct yamlr_node *));
	if (!children)
		return no_memory(b);
	for (const struct yamlr_node *child = map->first; child; child = child->next)
		children[n++] = child;
	qsort(children, n, sizeof(*children), child_compare);
	for (size_t i = 1; i < n && !rc; i++)
		if (strcmp(children[i - 1]->key, children[i]->key) == 0)
			rc = refuse(b, RC_INVALID, children[i]->line, "duplicate key");
	free(children);
	return rc;
}

static enum rc close_container(struct builder *b)
{
	const struct yamlr_node *node = top(b)->node;

	b->depth--;
	return node->kind == YAMLR_MAPPING ? keys_check(b, node) : RC_OK;
}

static enum rc take_event(struct builder *b, const struct yamlev_event *event)
{
	if (++b->events > EVENTS_MAX)
		return refuse(b, RC_LIMIT, event->line, "too many items");
	switch (event->kind) {
	case YAMLEV_DOCUMENT:
		if (b->documents++)
			return refuse(b, RC_INVALID, event->line, "more than one document");
		return RC_OK;
	case YAMLEV_ALIAS:
		/* Shared nodes make a small file a huge tree ("billion laughs"), or a circle. */
		return refuse(b, RC_INVALID, event->line, "aliases are not allowed");
	case YAMLEV_SCALAR:
		return add_scalar(b, event);
	case YAMLEV_SEQUENCE:
		return open_container(b, event, YAMLR_SEQUENCE);
	case YAMLEV_MAPPING:
		return open_container(b, event, YAMLR_MAPPING);
	case YAMLEV_CLOSE:
		return close_container(b);
	case YAMLEV_END:
		break;
	}
	return RC_OK;
}

static enum rc failed(struct builder *b, enum rc rc, const struct yamlev_error *error)
{
	b->error->column = error->column;
	return refuse(b, rc, error->line, error->reason);
}

static enum rc run(struct builder *b, struct yamlev *reader)
{
	for (;;) {
		struct yamlev_event event;
		struct yamlev_error error;
		enum rc rc = yamlev_next(reader, &event, &error);

		if (rc)
			return failed(b, rc, &error);
		rc = take_event(b, &event);
		if (rc || event.kind == YAMLEV_END)
			return rc;
	}
}

static enum rc build(struct builder *b, const char *p, size_t len)
{
	struct yamlev *reader;
	enum rc rc;

	if (len > YAMLR_SIZE_MAX)
		return refuse(b, RC_LIMIT, 0, "larger than 1 MiB");
	reader = yamlev_new(p, len);
	if (!reader)
		return no_memory(b);
	rc = run(b, reader);
	yamlev_free(reader);
	return rc;
}

enum rc yamlr_parse(const char *p, size_t len, struct yamlr **out, struct yamlr_error *error)
{
	struct builder b = {.error = error};
	enum rc rc;

	*out = NULL;
	*error = (struct yamlr_error){0};
	b.doc = calloc(1, sizeof(*b.doc));
	if (!b.doc)
		return no_memory(&b);
	rc = build(&b, p, len);
	if (rc) {
		yamlr_free(b.doc);
		return rc;
	}
	*out = b.doc;
	return RC_OK;
}

/* --- reading --- */

const struct yamlr_node *yamlr_root(const struct yamlr *doc)
{
	return doc->root;
}

const struct yamlr_node *yamlr_get(const struct yamlr_node *map, const char *key)
{
	if (!map || map->kind != YAMLR_MAPPING)
		return NULL;
	for (const struct yamlr_node *child = map->first; child; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

bool yamlr_is_null(const struct yamlr_node *node)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};

	if (!node)
		return true;
	return node->kind == YAMLR_SCALAR && !node->quoted && is_one_of(node->text, nulls);
}

const char *yamlr_text(const struct yamlr_node *node)
{
	return yamlr_is_null(node) ? NULL : node->text;
}

enum rc yamlr_bool(const struct yamlr_node *node, bool *out)
{
	/* Not yes, no, on, off: those are YAML 1.1, and "no" is also a country. */
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};

	*out = false;
	if (yamlr_is_null(node))
		return RC_NOT_FOUND;
	if (node->kind != YAMLR_SCALAR || node->quoted)
		return RC_INVALID;
	*out = is_one_of(node->text, yes);
	return *out || is_one_of(node->text, no) ? RC_OK : RC_INVALID;
}

enum rc yamlr_int(const struct yamlr_node *node, int64_t *out)
{
	int64_t value = 0;
	const char *p;
	bool minus;

	*out = 0;
	if (yamlr_is_null(node))
		return RC_NOT_FOUND;
	if (node->kind != YAMLR_SCALAR || node->quoted)
		return RC_INVALID;
	p = node->text;
	minus = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (!*p)
		return RC_INVALID;
	for (; *p; p++) {
		int64_t digit = *p - '0';

		/* Counted towards the sign from the start: -2^63 has no positive twin. */
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, (int64_t)10, &value) ||
			__builtin_add_overflow(value, minus ? -digit : digit, &value))
			return RC_INVALID;
	}
	*out = value;
	return RC_OK;
}
