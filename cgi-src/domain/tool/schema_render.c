/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "domain/tool/findings.h"
#include "domain/tool/schema_render.h"
#include "platform/log.h"
#include "platform/tree.h"

#define ENTRY_MAX ((size_t)96 << 10)  /* of one schema without those that it names */
#define SPILL_BYTES ((size_t)8 << 10) /* from here on what is inside is named, not written */
#define SPILL_DEPTH 11                /* the same */

/* Below come 2 for the next schema, 2 for a null beside it, 1 for the list of a value, and that. */
_Static_assert(SPILL_DEPTH + 2 + 2 + 1 + RENDER_VALUE_DEPTH <= SCHEMA_DEPTH_MAX, "deep enough");

#define WHOLE_STEPS 64    /* schemas of one allOf that are looked through for a property */
#define ENTRY_STEPS 20000 /* the same, for all that one entry requires */

/* --- pieces --- */

void render_key(struct render *r, const char *key)
{
	char last = r->out.len ? r->out.data[r->out.len - 1] : 0;

	buf_puts(&r->out, last == '{' || last == '[' ? "\"" : ",\"");
	buf_puts(&r->out, key);
	buf_puts(&r->out, "\":");
	r->keys++;
}

static void next(struct render *r)
{
	if (r->out.len && r->out.data[r->out.len - 1] != '[')
		buf_putc(&r->out, ',');
}

void render_drop(struct render *r, struct render_schema *s, enum keyword k)
{
	findings_warn(r->sc->findings, s->at[k], FINDING_SCHEMA_KEYWORD, render_keywords[k].name);
	s->simplified = true;
}

/* --- references --- */

static bool add_ref(struct render *r, struct schema_entry *target)
{
	struct schema_entry *entry = r->entry, **refs;
	size_t cap = entry->refs_cap ? entry->refs_cap * 2 : 8;

	if (target->referrer == entry)
		return true;
	if (entry->n_refs == entry->refs_cap) {
		refs = realloc(entry->refs, cap * sizeof(struct schema_entry *));
		if (!refs) {
			r->sc->rc = RC_NOMEM;
			return false;
		}
		entry->refs = refs;
		entry->refs_cap = cap;
	}
	entry->refs[entry->n_refs++] = target;
	target->referrer = entry;
	return true;
}

/* The member "$ref" that names the schema at target. */
static void render_ref(struct render *r, const struct tree_node *target)
{
	struct schema_entry *entry = schema_entry_of(r->sc, target);
	const char *name = entry ? schema_entry_name(r->sc, entry) : NULL;

	if (!name || !add_ref(r, entry))
		return;
	render_key(r, "$ref");
	buf_printf(&r->out, "\"#/defs/%s\"", name);
}

/* --- schemas in schemas --- */

static bool has_schemas(const struct tree_node *n)
{
	static const char *const holders[] = {"properties", "items", "allOf", "anyOf", "oneOf",
		"not", "additionalProperties", "prefixItems"};

	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		if (tree_length(tree_get(n, holders[i])) > 0)
			return true;
	return false;
}

/* Too deep or too much here, or (an alias of YAML) likely to be elsewhere too: it gets a name. */
static bool is_spilled(const struct render *r, const struct tree_node *n, unsigned depth)
{
	return (depth > SPILL_DEPTH || r->out.len > SPILL_BYTES || tree_content(n) != n) &&
	       has_schemas(n);
}

void render_schema(
	struct render *r, const struct tree_node *n, const struct tree_node *whole, unsigned depth)
{
	if (tree_kind(n) == TREE_BOOL) {
		buf_puts(&r->out, tree_bool(n) ? "{}" : "false");
	} else if (tree_kind(n) != TREE_OBJECT) {
		findings_warn(r->sc->findings, n, FINDING_SCHEMA_INVALID, NULL);
		buf_puts(&r->out, "true");
	} else if (r->out.rc) {
		return; /* it is over already */
	} else if (is_spilled(r, n, depth)) {
		buf_putc(&r->out, '{');
		render_ref(r, n);
		buf_putc(&r->out, '}');
	} else {
		render_object(r, n, whole ? whole : n, depth);
	}
}

void render_list(struct render *r, struct render_schema *s, enum keyword k, const char *key)
{
	if (tree_kind(s->at[k]) != TREE_ARRAY || tree_length(s->at[k]) == 0) {
		render_drop(r, s, k);
		return;
	}
	render_key(r, key);
	buf_putc(&r->out, '[');
	for (const struct tree_node *n = tree_first(s->at[k]); n && !r->out.rc; n = tree_next(n)) {
		next(r);
		render_schema(r, n, k == K_ALL_OF ? s->whole : NULL, s->depth + 2);
	}
	buf_putc(&r->out, ']');
}

void render_inside(struct render *r, struct render_schema *s, enum keyword k, const char *key)
{
	render_key(r, key);
	render_schema(r, s->at[k], NULL, s->depth + 1);
}

/* --- one schema --- */

/* In an order of their own, not the document's: two descriptions of one thing give one text. */
static void render_members(struct render *r, struct render_schema *s)
{
	for (unsigned k = 0; k < K__MAX; k++)
		if (s->at[k] && render_keywords[k].render)
			render_keywords[k].render(r, s, (enum keyword)k);
	if (s->simplified) {
		render_key(r, "$comment");
		buf_puts(&r->out, "\"simplified\"");
	}
}

/* What may stand beside a reference in 2.0 and 3.0 all the same, for it forbids nothing. */
static void keep_words_only(struct render_schema *s)
{
	for (unsigned k = 0; k < K__MAX; k++)
		if (k != K_REF && !render_keywords[k].is_word)
			s->at[k] = NULL;
	s->types = 0;
	s->simplified = false;
}

/* False: it leads nowhere. */
static bool render_reference(struct render *r, struct render_schema *s)
{
	const struct tree_node *target;

	if (!s->at[K_REF])
		return true;
	target = schema_target(r->sc, s->node);
	if (!target)
		return false;
	render_ref(r, target);
	return true;
}

static void render_braces(struct render *r, struct render_schema *s)
{
	size_t start = r->out.len;

	buf_putc(&r->out, '{');
	if (render_reference(r, s)) {
		render_members(r, s);
		buf_putc(&r->out, '}');
	} else if (!r->out.rc) {
		r->out.len = start;
		buf_puts(&r->out, "true");
	}
}

/* nullable is meant to widen the type beside it; people write it beside references and choices too. */
void render_object(
	struct render *r, const struct tree_node *n, const struct tree_node *whole, unsigned depth)
{
	struct render_schema s = {.node = n, .whole = whole, .depth = depth};
	bool choice;

	render_read(r, &s);
	if (s.at[K_REF] && r->sc->dialect != SCHEMA_OPENAPI_3_1)
		keep_words_only(&s);
	choice = s.nullable && !s.types &&
		 (s.at[K_REF] || s.at[K_ALL_OF] || s.at[K_ANY_OF] || s.at[K_ONE_OF]);
	if (choice) {
		s.depth += 2;
		buf_putc(&r->out, '{');
		render_key(r, "anyOf");
		buf_putc(&r->out, '[');
		render_braces(r, &s);
		buf_puts(&r->out, ",{\"type\":\"null\"}]}");
		r->keys++;
	} else {
		render_braces(r, &s);
	}
}

/* --- what is read only --- */

static bool finds_read_only(struct schema_copy *sc, const struct tree_node *schema,
	const char *name, size_t len, size_t *steps)
{
	const struct tree_node *found;

	if (*steps == 0)
		return false;
	--*steps;
	if (schema_is_ref(schema))
		schema = schema_copy_resolve(sc, schema);
	found = tree_find(tree_get(schema, "properties"), name, len);
	if (found && schema_is_read_only(sc, found))
		return true;
	found = tree_get(schema, "allOf");
	if (tree_kind(found) != TREE_ARRAY)
		return false;
	for (const struct tree_node *n = tree_first(found); n; n = tree_next(n))
		if (finds_read_only(sc, n, name, len, steps))
			return true;
	return false;
}

void render_properties(struct render *r, struct render_schema *s, enum keyword k)
{
	if (tree_kind(s->at[k]) != TREE_OBJECT) {
		render_drop(r, s, k);
		return;
	}
	render_key(r, "properties");
	buf_putc(&r->out, '{');
	for (const struct tree_node *n = tree_first(s->at[k]); n && !r->out.rc; n = tree_next(n)) {
		size_t len;
		const char *name = tree_key(n, &len);

		if (schema_is_read_only(r->sc, n))
			continue;
		if (r->out.len && r->out.data[r->out.len - 1] != '{')
			buf_putc(&r->out, ',');
		log_json_string(&r->out, name, len);
		buf_putc(&r->out, ':');
		r->keys++;
		render_schema(r, n, NULL, s->depth + 2);
	}
	buf_putc(&r->out, '}');
}

static bool is_for_answers(
	struct render *r, const struct render_schema *s, const char *name, size_t len)
{
	size_t most = r->steps < WHOLE_STEPS ? r->steps : WHOLE_STEPS, left = most;
	bool found = finds_read_only(r->sc, s->whole, name, len, &left);

	r->steps -= most - left;
	return found;
}

/* "required": true is how older drafts said it, of the property itself. */
void render_required(struct render *r, struct render_schema *s, enum keyword k)
{
	bool any = false;

	if (tree_kind(s->at[k]) != TREE_ARRAY) {
		if (tree_kind(s->at[k]) != TREE_BOOL || r->sc->dialect != SCHEMA_SWAGGER_2_0)
			render_drop(r, s, k);
		return;
	}
	for (const struct tree_node *n = tree_first(s->at[k]); n && !r->out.rc; n = tree_next(n)) {
		size_t len;
		const char *name = tree_text(n, &len);

		if (tree_kind(n) != TREE_STRING || is_for_answers(r, s, name, len))
			continue;
		if (!any) {
			render_key(r, "required");
			buf_putc(&r->out, '[');
		}
		any = true;
		next(r);
		log_json_string(&r->out, name, len);
	}
	if (any)
		buf_putc(&r->out, ']');
}

/* --- an entry --- */

void schema_render(struct schema_copy *sc, struct schema_entry *entry)
{
	struct render r = {.sc = sc, .entry = entry, .steps = ENTRY_STEPS};

	buf_init(&r.out, ENTRY_MAX);
	render_schema(&r, entry->node, NULL, 1);
	if (buf_done(&r.out) == RC_LIMIT) {
		findings_warn(sc->findings, entry->node, FINDING_SCHEMA_LARGE, entry->name);
		entry->n_refs = 0;
		r.keys = 0;
		buf_clear(&r.out);
		buf_puts(&r.out, "true");
	}
	entry->keys = r.keys;
	entry->len = r.out.len;
	entry->text = buf_take(&r.out);
	if (!entry->text)
		sc->rc = RC_NOMEM;
	buf_release(&r.out);
}
