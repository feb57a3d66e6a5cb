/* SPDX-License-Identifier: Apache-2.0 */
#include <search.h>
#include <string.h>

#include "platform/tree_int.h"
#include "platform/yamlev.h"

struct reading {
	struct tree_builder *b;
	void *anchors; /* of tsearch, which is balanced: no name makes it slow */
	unsigned documents;
};

struct anchor {
	const char *name;
	struct tree_anchored *anchored; /* the last one of this name */
};

static enum rc refuse(struct reading *r, const struct yamlev_event *event, const char *reason)
{
	return tree_refuse(r->b->error, RC_INVALID, "not_yaml", event->line, event->column, reason);
}

/* --- scalars --- */

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

static size_t digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* A number of the core schema that means the same to all readers: 012 is ten to some of them. Where its parts
 * end; NULL: it is none. */
static const char *number_end(const char *p, size_t *whole, size_t *fraction)
{
	*whole = digits(p);
	if (*whole > 1 && *p == '0')
		return NULL;
	p += *whole;
	*fraction = 0;
	if (*p == '.') {
		*fraction = digits(++p);
		p += *fraction;
	}
	if (*whole + *fraction == 0)
		return NULL;
	if (*p != 'e' && *p != 'E')
		return p;
	p++;
	p += *p == '+' || *p == '-';
	return digits(p) ? p + digits(p) : NULL;
}

/* As JSON writes it: no plus, a digit on both sides of the point. to holds strlen(text) + 3 bytes. Gives the
 * length; 0: not a number. */
static size_t number(const char *text, char *to)
{
	const char *p = text + (*text == '-' || *text == '+'), *rest, *end;
	size_t whole, fraction, len = 0;

	end = number_end(p, &whole, &fraction);
	if (!end || *end)
		return 0;
	if (*text == '-')
		to[len++] = '-';
	if (whole == 0)
		to[len++] = '0';
	memcpy(to + len, p, whole);
	len += whole;
	rest = p + whole;
	if (*rest == '.' && fraction == 0)
		rest++;
	memcpy(to + len, rest, (size_t)(end - rest));
	return len + (size_t)(end - rest);
}

/* The text stands in the tree, with U+FFFD for NUL (which is "\0": the raw byte does not come so far). */
static enum rc copy_text(
	struct reading *r, const struct yamlev_event *event, const char **out, unsigned *len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t n = 0, nuls = 0;
	char *text;

	for (size_t i = 0; i < event->len; i++)
		nuls += event->text[i] == 0;
	text = tree_new_text(r->b->tree, event->len + 2 * nuls);
	*out = text;
	if (!text)
		return tree_no_memory(r->b->error);
	for (size_t i = 0; i < event->len; i++) {
		if (event->text[i]) {
			text[n++] = event->text[i];
			continue;
		}
		memcpy(text + n, replacement, sizeof(replacement) - 1);
		n += sizeof(replacement) - 1;
	}
	*len = (unsigned)n;
	return RC_OK;
}

static enum tree_kind kind_of(const struct yamlev_event *event, bool *truth)
{
	/* Not yes, no, on, off: those are YAML 1.1, and "no" is also a country. */
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	bool as_text = event->tag && (strcmp(event->tag, "!") == 0 ||
					     strcmp(event->tag, "tag:yaml.org,2002:str") == 0);

	*truth = false;
	if (!event->plain || as_text)
		return TREE_STRING;
	if (is_one_of(event->text, nulls))
		return TREE_NULL;
	*truth = is_one_of(event->text, trues);
	if (*truth || is_one_of(event->text, falses))
		return TREE_BOOL;
	return TREE_NUMBER; /* perhaps */
}

static enum rc set_number(
	struct reading *r, const struct yamlev_event *event, struct tree_node *node)
{
	char *text = tree_new_text(r->b->tree, event->len + 2);
	size_t len;

	if (!text)
		return tree_no_memory(r->b->error);
	len = number(event->text, text);
	text[len] = 0;
	node->is.text = text;
	node->n = (unsigned)len;
	return RC_OK;
}

static bool begins_like_a_number(const struct yamlev_event *event)
{
	return event->len > 0 && strchr("+-.0123456789", *event->text);
}

static enum rc set_scalar(
	struct reading *r, const struct yamlev_event *event, struct tree_node *node)
{
	bool truth;
	enum rc rc = RC_OK;

	node->kind = (unsigned char)kind_of(event, &truth);
	if (node->kind == TREE_BOOL)
		node->is.truth = truth;
	if (node->kind == TREE_NUMBER && begins_like_a_number(event))
		rc = set_number(r, event, node);
	if (node->kind == TREE_NUMBER && node->n == 0)
		node->kind = TREE_STRING;
	if (!rc && node->kind == TREE_STRING)
		rc = copy_text(r, event, &node->is.text, &node->n);
	return rc;
}

/* --- anchors --- */

static int anchor_compare(const void *a_, const void *b_)
{
	const struct anchor *a = a_, *b = b_;

	return strcmp(a->name, b->name);
}

static struct anchor *find_anchor(struct reading *r, const char *name)
{
	struct anchor wanted = {.name = name};
	void *found = tfind(&wanted, &r->anchors, anchor_compare);

	return found ? *(struct anchor **)found : NULL;
}

static struct anchor *new_anchor(struct reading *r, const char *name)
{
	struct anchor *anchor = tree_new_bytes(r->b->tree, sizeof(*anchor));
	char *copy = tree_new_text(r->b->tree, strlen(name));

	if (!anchor || !copy)
		return NULL;
	memcpy(copy, name, strlen(name));
	*anchor = (struct anchor){.name = copy};
	return tsearch(anchor, &r->anchors, anchor_compare) ? anchor : NULL;
}

/* A name may be given again: what comes later means the later one. NULL: no memory. */
static struct tree_anchored *give_name(
	struct reading *r, const struct yamlev_event *event, struct tree_node *node)
{
	struct anchor *anchor = find_anchor(r, event->anchor);
	struct tree_anchored *anchored = tree_new_bytes(r->b->tree, sizeof(*anchored));

	if (!anchor)
		anchor = new_anchor(r, event->anchor);
	if (!anchor || !anchored)
		return NULL;
	*anchored = (struct tree_anchored){.node = node, .expanded = 1};
	anchor->anchored = anchored;
	return anchored;
}

/* --- events --- */

static struct tree_frame *top(struct reading *r)
{
	return &r->b->stack[r->b->depth - 1];
}

static void set_key(
	struct reading *r, const struct yamlev_event *event, const char *text, unsigned len)
{
	struct tree_key key = {
		.text = text, .len = len, .line = event->line, .column = event->column};

	key.merges = event->kind == YAMLEV_SCALAR && event->plain && strcmp(text, "<<") == 0;
	tree_build_key(r->b, &key);
}

/* As a value it hangs somewhere; as a key it is text, whatever it would be as a value. */
static enum rc take_key(struct reading *r, const struct yamlev_event *event)
{
	struct tree_node *node;
	const char *text;
	unsigned len;
	enum rc rc = copy_text(r, event, &text, &len);

	if (rc)
		return rc;
	set_key(r, event, text, len);
	if (!event->anchor)
		return RC_OK;
	node = tree_new_bytes(r->b->tree, sizeof(*node));
	if (!node)
		return tree_no_memory(r->b->error);
	*node = (struct tree_node){.kind = TREE_STRING, .is.text = text, .n = len};
	return give_name(r, event, node) ? RC_OK : tree_no_memory(r->b->error);
}

static enum rc take_scalar(struct reading *r, const struct yamlev_event *event)
{
	struct tree_node *node;
	enum rc rc;

	if (tree_awaits_key(r->b))
		return take_key(r, event);
	rc = tree_build_leaf(r->b, TREE_NULL, event->line, event->column, &node);
	if (!rc)
		rc = set_scalar(r, event, node);
	if (!rc && event->anchor && !give_name(r, event, node))
		rc = tree_no_memory(r->b->error);
	return rc;
}

static enum rc take_container(
	struct reading *r, const struct yamlev_event *event, enum tree_kind kind)
{
	struct tree_node *node;
	enum rc rc;

	if (tree_awaits_key(r->b))
		return refuse(r, event, "a key must be a scalar");
	rc = tree_build_open(r->b, kind, event->line, event->column, &node);
	if (rc || !event->anchor)
		return rc;
	top(r)->anchored = give_name(r, event, node);
	if (!top(r)->anchored)
		return tree_no_memory(r->b->error);
	top(r)->anchored->open = true;
	return RC_OK;
}

static enum rc take_alias(struct reading *r, const struct yamlev_event *event)
{
	const struct anchor *anchor = find_anchor(r, event->anchor);
	const char *text;
	size_t len;

	if (!anchor)
		return refuse(r, event, "an alias names nothing that stands before it");
	if (anchor->anchored->open)
		return refuse(r, event, "an alias stands inside of what it names");
	if (!tree_awaits_key(r->b))
		return tree_build_alias(r->b, anchor->anchored, event->line, event->column);
	text = tree_text(anchor->anchored->node, &len);
	if (!text)
		return refuse(r, event, "a key must be a scalar");
	set_key(r, event, text, (unsigned)len);
	return RC_OK;
}

static enum rc take(struct reading *r, const struct yamlev_event *event)
{
	switch (event->kind) {
	case YAMLEV_DOCUMENT:
		if (r->documents++)
			return refuse(r, event, "there is more than one document in it");
		return RC_OK;
	case YAMLEV_ALIAS:
		return take_alias(r, event);
	case YAMLEV_SCALAR:
		return take_scalar(r, event);
	case YAMLEV_SEQUENCE:
		return take_container(r, event, TREE_ARRAY);
	case YAMLEV_MAPPING:
		return take_container(r, event, TREE_OBJECT);
	case YAMLEV_CLOSE:
		return tree_build_close(r->b);
	case YAMLEV_END:
		break;
	}
	return RC_OK;
}

static enum rc failed(struct reading *r, enum rc rc, const struct yamlev_error *error)
{
	if (rc == RC_NOMEM)
		return tree_no_memory(r->b->error);
	return tree_refuse(r->b->error, rc, "not_yaml", error->line, error->column, error->reason);
}

static enum rc read_all(struct reading *r, struct yamlev *events)
{
	struct yamlev_event event;
	struct yamlev_error error;

	do {
		enum rc rc = yamlev_next(events, &event, &error);

		if (rc)
			return failed(r, rc, &error);
		rc = take(r, &event);
		if (rc)
			return rc;
	} while (event.kind != YAMLEV_END);
	return RC_OK;
}

static void forget(void *anchor)
{
	(void)anchor; /* the tree's memory */
}

enum rc tree_read_yaml(struct tree_builder *b, const char *p, size_t len)
{
	struct reading r = {.b = b};
	struct yamlev *events = yamlev_new(p, len);
	struct tree_node *empty;
	enum rc rc;

	if (!events)
		return tree_no_memory(b->error);
	b->tree->yaml = true;
	rc = read_all(&r, events);
	if (!rc && !b->tree->root)
		rc = tree_build_leaf(b, TREE_NULL, 1, 1, &empty);
	tdestroy(r.anchors, forget);
	yamlev_free(events);
	return rc;
}
