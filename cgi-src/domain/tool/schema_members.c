/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/findings.h"
#include "domain/tool/schema_copy_int.h"
#include "platform/tree.h"

#define PARTS_MAX 64 /* schemas of one allOf, all together */
#define LEVELS_MAX 16

struct gather {
	struct schema_copy *sc;
	struct schema_members *out;
	size_t cap;
	bool *hidden; /* beside each member: some part says that it is read only */
	const struct tree_node *seen[PARTS_MAX], *required[PARTS_MAX];
	size_t n_seen, n_required;
	bool closed; /* additionalProperties: false */
	enum rc rc;
};

static bool is_string(const struct tree_node *n, const char *text)
{
	return tree_kind(n) == TREE_STRING && strcmp(tree_text(n, NULL), text) == 0;
}

/* --- files --- */

/* Text that is text whatever its type is called. */
static bool is_text_type(const char *type)
{
	return strncasecmp(type, "text/", 5) == 0 || strcasestr(type, "json") ||
	       strcasestr(type, "xml") || strcasestr(type, "yaml");
}

bool schema_says_file(const struct tree_node *node)
{
	const struct tree_node *type = tree_get(node, "type"), *media;

	if (is_string(type, "file") || is_string(tree_get(node, "format"), "binary"))
		return true;
	media = tree_get(node, "contentMediaType");
	return is_string(type, "string") && tree_kind(media) == TREE_STRING &&
	       !tree_get(node, "contentEncoding") && !is_text_type(tree_text(media, NULL));
}

bool schema_copy_is_file(struct schema_copy *sc, const struct tree_node *node)
{
	node = schema_copy_resolve(sc, node);
	if (is_string(tree_get(node, "type"), "array"))
		node = schema_copy_resolve(sc, tree_get(node, "items"));
	return schema_says_file(node);
}

/* --- members --- */

static bool grow(struct gather *g)
{
	size_t cap = g->cap ? g->cap * 2 : 16;
	void *p;

	g->rc = g->out->n == SCHEMA_MEMBERS_MAX ? RC_LIMIT : RC_OK;
	if (g->rc || g->out->n < g->cap)
		return !g->rc;
	g->rc = RC_NOMEM;
	p = realloc(g->out->list, cap * sizeof(*g->out->list));
	if (!p)
		return false;
	g->out->list = p;
	p = realloc(g->hidden, cap * sizeof(*g->hidden));
	if (!p)
		return false;
	g->hidden = p;
	g->cap = cap;
	g->rc = RC_OK;
	return true;
}

/* The one of that name, made if there is none. SIZE_MAX: there is no room for it. */
static size_t member_of(struct gather *g, const char *name, size_t len)
{
	struct schema_members *out = g->out;

	for (size_t i = 0; i < out->n; i++)
		if (out->list[i].name_len == len && memcmp(out->list[i].name, name, len) == 0)
			return i;
	if (!grow(g))
		return SIZE_MAX;
	out->list[out->n] = (struct schema_member){.name = name, .name_len = len};
	g->hidden[out->n] = false;
	return out->n++;
}

static void gather_property(struct gather *g, const struct tree_node *n)
{
	size_t len;
	const char *name = tree_key(n, &len);
	size_t i = member_of(g, name, len);
	struct schema_member *member;

	if (i == SIZE_MAX)
		return;
	member = &g->out->list[i];
	g->hidden[i] = g->hidden[i] || schema_is_read_only(g->sc, n);
	for (size_t k = 0; k < member->n_parts; k++)
		if (tree_content(member->parts[k]) == tree_content(n))
			return;
	if (member->n_parts < SCHEMA_MEMBER_PARTS)
		member->parts[member->n_parts++] = n;
}

/* Says it with words that a list of members has no place for? */
static bool is_plain(const struct tree_node *n)
{
	static const char *const others[] = {"oneOf", "anyOf", "not", "enum", "const",
		"patternProperties", "if", "dependentSchemas"};
	const struct tree_node *type = tree_get(n, "type");

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (tree_get(n, others[i]))
			return false;
	if (!type || is_string(type, "object"))
		return true;
	for (const struct tree_node *t = tree_first(type); t; t = tree_next(t))
		if (is_string(t, "object"))
			return true;
	return false;
}

static bool gather(struct gather *g, const struct tree_node *n, unsigned level);

static bool gather_itself(struct gather *g, const struct tree_node *n, unsigned level)
{
	const struct tree_node *properties = tree_get(n, "properties"), *all = tree_get(n, "allOf");
	const struct tree_node *others = tree_get(n, "additionalProperties");

	if (!is_plain(n))
		return false;
	g->closed = g->closed || (tree_kind(others) == TREE_BOOL && !tree_bool(others));
	g->out->additional =
		g->out->additional || tree_bool(others) || tree_kind(others) == TREE_OBJECT;
	if (tree_kind(tree_get(n, "required")) == TREE_ARRAY)
		g->required[g->n_required++] = tree_get(n, "required");
	if (tree_kind(properties) == TREE_OBJECT)
		for (const struct tree_node *p = tree_first(properties); p && !g->rc;
			p = tree_next(p))
			gather_property(g, p);
	if (tree_kind(all) == TREE_ARRAY)
		for (const struct tree_node *p = tree_first(all); p && !g->rc; p = tree_next(p))
			if (!gather(g, p, level + 1))
				return false;
	return true;
}

/* False: no plain object. A schema that is met again has been gathered. */
static bool gather(struct gather *g, const struct tree_node *n, unsigned level)
{
	if (tree_kind(n) != TREE_OBJECT || level > LEVELS_MAX)
		return false;
	for (size_t i = 0; i < g->n_seen; i++)
		if (g->seen[i] == tree_content(n))
			return true;
	if (g->n_seen == PARTS_MAX)
		return false;
	g->seen[g->n_seen++] = tree_content(n);
	if (schema_is_ref(n)) {
		if (!gather(g, schema_target(g->sc, n), level + 1))
			return false;
		if (g->sc->dialect != SCHEMA_OPENAPI_3_1)
			return true;
	}
	return gather_itself(g, n, level);
}

/* A name may be required that nothing describes: it is a member, of any value. */
static void require(struct gather *g)
{
	for (size_t i = 0; i < g->n_required; i++) {
		const struct tree_node *n = tree_first(g->required[i]);

		for (; n && !g->rc; n = tree_next(n)) {
			size_t len, k;
			const char *name = tree_text(n, &len);

			k = tree_kind(n) == TREE_STRING ? member_of(g, name, len) : SIZE_MAX;
			if (k != SIZE_MAX)
				g->out->list[k].required = true;
		}
	}
}

static void leave_out_hidden(struct gather *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->out->n; i++)
		if (!g->hidden[i])
			g->out->list[n++] = g->out->list[i];
	g->out->n = n;
}

enum rc schema_copy_members(
	struct schema_copy *sc, const struct tree_node *node, struct schema_members *out)
{
	struct gather g = {.sc = sc, .out = out};
	bool plain;

	*out = (struct schema_members){.list = NULL};
	plain = gather(&g, node, 0) && out->n > 0;
	if (plain)
		require(&g);
	if (!g.rc && plain)
		leave_out_hidden(&g);
	out->additional = out->additional && !g.closed;
	free(g.hidden);
	if (g.rc)
		return g.rc;
	return plain && out->n > 0 ? RC_OK : RC_NOT_FOUND;
}

void schema_members_release(struct schema_members *members)
{
	free(members->list);
	*members = (struct schema_members){.list = NULL};
}
