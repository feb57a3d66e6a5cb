/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/yamlr.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define EVENTS_MAX 50000
#define CHUNK_SIZE ((size_t)16 * 1024)
#define BOM "\xef\xbb\xbf"

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

static unsigned line_of(const yaml_event_t *event)
{
	return (unsigned)event->start_mark.line + 1;
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
static enum rc copy_text(struct builder *b, const yaml_event_t *event, const char **out)
{
	size_t len = event->data.scalar.length;
	char *text;

	*out = NULL;
	if (memchr(event->data.scalar.value, 0, len))
		return refuse(b, RC_INVALID, line_of(event), "a text may not hold NUL");
	text = take_bytes(b->doc, len + 1);
	if (!text)
		return no_memory(b);
	memcpy(text, event->data.scalar.value, len);
	text[len] = 0;
	*out = text;
	return RC_OK;
}

/* Makes a node and hangs it below the open container. */
static enum rc add_node(
	struct builder *b, const yaml_event_t *event, enum yamlr_kind kind, struct yamlr_node **out)
{
	struct yamlr_node *node = take_bytes(b->doc, sizeof(*node));
	struct frame *f = top(b);

	*out = node;
	if (!node)
		return no_memory(b);
	*node = (struct yamlr_node){.kind = kind, .line = line_of(event)};
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

static enum rc add_scalar(struct builder *b, const yaml_event_t *event)
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
		f->key_line = line_of(event);
		return RC_OK;
	}
	rc = add_node(b, event, YAMLR_SCALAR, &node);
	if (rc)
		return rc;
	node->text = text;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return RC_OK;
}

static enum rc open_container(struct builder *b, const yaml_event_t *event, enum yamlr_kind kind)
{
	struct yamlr_node *node;
	enum rc rc;

	if (awaits_key(top(b)))
		return refuse(b, RC_INVALID, line_of(event), "a key must be a scalar");
	if (b->depth == YAMLR_DEPTH_MAX)
		return refuse(b, RC_LIMIT, line_of(event), "nested too deep");
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

static enum rc take_event(struct builder *b, const yaml_event_t *event)
{
	if (++b->events > EVENTS_MAX)
		return refuse(b, RC_LIMIT, line_of(event), "too many items");
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++)
			return refuse(b, RC_INVALID, line_of(event), "more than one document");
		return RC_OK;
	case YAML_ALIAS_EVENT:
		/* Shared nodes make a small file a huge tree ("billion laughs"), or a circle. libyaml
		 * does not even tell whether the anchor exists. */
		return refuse(b, RC_INVALID, line_of(event), "aliases are not allowed");
	case YAML_SCALAR_EVENT:
		return add_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_container(b, event, YAMLR_SEQUENCE);
	case YAML_MAPPING_START_EVENT:
		return open_container(b, event, YAMLR_MAPPING);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_container(b);
	default:
		return RC_OK;
	}
}

/* Of errors in the bytes themselves libyaml gives the offset only. */
static unsigned line_at(const char *p, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < offset; i++)
		line += p[i] == '\n';
	return line;
}

static enum rc parser_failed(
	struct builder *b, const yaml_parser_t *parser, const char *p, size_t len)
{
	const char *problem = parser->problem ? parser->problem : "not YAML";

	if (parser->error == YAML_MEMORY_ERROR)
		return no_memory(b);
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset < len ? parser->problem_offset : len;

		return refuse(b, RC_INVALID, line_at(p, offset), problem);
	}
	b->error->line = (unsigned)parser->problem_mark.line + 1;
	b->error->column = (unsigned)parser->problem_mark.column + 1;
	snprintf(b->error->reason, sizeof(b->error->reason), "%s%s%s",
		parser->context ? parser->context : "", parser->context ? ": " : "", problem);
	return RC_INVALID;
}

static enum rc run(struct builder *b, yaml_parser_t *parser, const char *p, size_t len)
{
	for (;;) {
		yaml_event_type_t type;
		yaml_event_t event;
		enum rc rc;

		if (!yaml_parser_parse(parser, &event))
			return parser_failed(b, parser, p, len);
		rc = take_event(b, &event);
		type = event.type;
		yaml_event_delete(&event);
		if (rc || type == YAML_STREAM_END_EVENT)
			return rc;
	}
}

static enum rc build(struct builder *b, const char *p, size_t len)
{
	yaml_parser_t parser;
	enum rc rc;

	if (len > YAMLR_SIZE_MAX)
		return refuse(b, RC_LIMIT, 0, "larger than 1 MiB");
	if (!yaml_parser_initialize(&parser))
		return no_memory(b);
	/* Told the encoding, libyaml does not guess UTF-16 from the first bytes; but then it takes the
	 * mark for a character of the text, at least in some places. */
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	if (len >= strlen(BOM) && memcmp(p, BOM, strlen(BOM)) == 0) {
		p += strlen(BOM);
		len -= strlen(BOM);
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)p, len);
	rc = run(b, &parser, p, len);
	yaml_parser_delete(&parser);
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
