/* SPDX-License-Identifier: Apache-2.0 */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/findings.h"
#include "domain/tool/schema_copy_int.h"
#include "platform/tree.h"

#define HOPS_MAX 100      /* references behind each other; who goes farther goes in a circle */
#define NAME_CHARS_MAX 48 /* of what a name is made of; a number may follow */
#define NAME_PRICE 10     /* of "":true, */

/* A name that is taken, and the number with which the search for another like it goes on. */
struct schema_name {
	char *text;
	unsigned next;
};

void schema_copy_init(struct schema_copy *sc, const struct tree *tree, enum schema_dialect dialect,
	struct findings *findings)
{
	*sc = (struct schema_copy){.tree = tree, .dialect = dialect, .findings = findings};
	schema_copy_begin(sc, SCHEMA_BYTES_MAX);
}

static void entry_free(void *p)
{
	struct schema_entry *entry = p;

	free(entry->text);
	free(entry->refs);
	free(entry);
}

static void name_free(void *p)
{
	struct schema_name *name = p;

	free(name->text);
	free(name);
}

void schema_copy_release(struct schema_copy *sc)
{
	tdestroy(sc->by_node, entry_free);
	tdestroy(sc->by_name, name_free);
	*sc = (struct schema_copy){.tree = NULL};
}

void schema_copy_begin(struct schema_copy *sc, size_t bytes_max)
{
	sc->waiting = NULL;
	sc->waits_at = &sc->waiting;
	sc->operation++;
	sc->bytes = sc->keys = 0;
	sc->bytes_max = bytes_max < SCHEMA_BYTES_MAX ? bytes_max : SCHEMA_BYTES_MAX;
	sc->told = false;
}

enum rc schema_copy_done(const struct schema_copy *sc)
{
	return sc->rc;
}

/* --- references --- */

bool schema_is_ref(const struct tree_node *node)
{
	return tree_kind(tree_get(node, "$ref")) == TREE_STRING;
}

/* One step; NULL, and told: there is no way. */
static const struct tree_node *follow(struct schema_copy *sc, const struct tree_node *node)
{
	const struct tree_node *ref = tree_get(node, "$ref"), *target = NULL;
	size_t len;
	const char *text = tree_text(ref, &len);

	if (*text != '#' && len > 0) {
		findings_warn(sc->findings, ref, FINDING_REF_REMOTE, text);
		return NULL;
	}
	switch (tree_pointer(sc->tree, text, len, &target)) {
	case RC_OK:
		break;
	case RC_NOMEM:
		sc->rc = RC_NOMEM;
		break;
	default:
		findings_warn(sc->findings, ref, FINDING_REF_DANGLING, text);
		break;
	}
	return target;
}

static const struct tree_node *follow_while(struct schema_copy *sc, const struct tree_node *node,
	bool (*more)(const struct schema_copy *sc, const struct tree_node *node))
{
	const struct tree_node *first = node;

	for (size_t hops = 0; node && more(sc, node); hops++) {
		if (hops == HOPS_MAX) {
			findings_warn(sc->findings, tree_get(first, "$ref"), FINDING_REF_CYCLE,
				tree_text(tree_get(first, "$ref"), NULL));
			return NULL;
		}
		node = follow(sc, node);
	}
	return node;
}

static bool is_ref(const struct schema_copy *sc, const struct tree_node *node)
{
	(void)sc;
	return schema_is_ref(node);
}

/* In 3.1 what stands beside a "$ref" holds too. */
static bool is_nothing_but_ref(const struct schema_copy *sc, const struct tree_node *node)
{
	return schema_is_ref(node) && (sc->dialect != SCHEMA_OPENAPI_3_1 || tree_length(node) == 1);
}

const struct tree_node *schema_copy_resolve(struct schema_copy *sc, const struct tree_node *node)
{
	return follow_while(sc, node, is_ref);
}

const struct tree_node *schema_target(struct schema_copy *sc, const struct tree_node *node)
{
	/* A circle is found from wherever it is entered. */
	return schema_copy_resolve(sc, node)
		       ? follow_while(sc, follow(sc, node), is_nothing_but_ref)
		       : NULL;
}

bool schema_is_read_only(struct schema_copy *sc, const struct tree_node *node)
{
	if (tree_bool(tree_get(node, "readOnly")))
		return true;
	return schema_is_ref(node) &&
	       tree_bool(tree_get(schema_copy_resolve(sc, node), "readOnly"));
}

/* --- entries and their names --- */

static int entry_compare(const void *a, const void *b)
{
	const struct tree_node *x = ((const struct schema_entry *)a)->node;
	const struct tree_node *y = ((const struct schema_entry *)b)->node;

	return x < y ? -1 : x > y;
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(((const struct schema_name *)a)->text, ((const struct schema_name *)b)->text);
}

struct schema_entry *schema_entry_of(struct schema_copy *sc, const struct tree_node *node)
{
	struct schema_entry key = {.node = tree_content(node)}, *entry;
	struct schema_entry **found = tfind(&key, &sc->by_node, entry_compare);

	if (found)
		return *found;
	entry = malloc(sizeof(*entry));
	if (entry)
		*entry = key;
	if (entry && tsearch(entry, &sc->by_node, entry_compare))
		return entry;
	free(entry);
	sc->rc = RC_NOMEM;
	return NULL;
}

/* Takes the text as a name. NULL: it is taken, by *other, or there was no memory. */
static struct schema_name *take_name(
	struct schema_copy *sc, const char *text, struct schema_name **other)
{
	struct schema_name *name = calloc(1, sizeof(*name)), **found = NULL;

	*other = NULL;
	if (name) {
		name->text = strdup(text);
		name->next = 2;
	}
	if (name && name->text)
		found = tsearch(name, &sc->by_name, name_compare);
	if (found && *found == name)
		return name;
	if (found)
		*other = *found;
	else
		sc->rc = RC_NOMEM;
	if (name)
		name_free(name);
	return NULL;
}

/* What the description calls it, as far as that can be a name. */
static void base_name(const struct tree_node *node, char out[NAME_CHARS_MAX + 1])
{
	static const char fit[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
	size_t len = 0, n = 0;
	const char *key = tree_key(node, &len);

	for (size_t i = 0; i < len && n < NAME_CHARS_MAX; i++)
		out[n++] = strchr(fit, key[i]) ? key[i] : '_';
	out[n] = 0;
	if (n == 0)
		snprintf(out, NAME_CHARS_MAX + 1, "schema");
}

const char *schema_entry_name(struct schema_copy *sc, struct schema_entry *entry)
{
	char base[NAME_CHARS_MAX + 1], text[NAME_CHARS_MAX + 16];
	struct schema_name *name, *first, *other;

	if (entry->name)
		return entry->name;
	base_name(entry->node, base);
	name = take_name(sc, base, &first);
	while (!name && first) {
		snprintf(text, sizeof(text), "%s_%u", base, first->next++);
		name = take_name(sc, text, &other);
		if (!other)
			break;
	}
	entry->name = name ? name->text : NULL;
	return entry->name;
}

/* --- writing, within the room of an operation --- */

static void no_room(struct schema_copy *sc, const struct schema_entry *entry)
{
	if (!sc->told)
		findings_warn(sc->findings, entry->node, FINDING_SCHEMA_LARGE, entry->name);
	sc->told = true;
}

/* Who is named has its place from then on: at the least "NAME":true. */
static bool has_room(struct schema_copy *sc, const struct schema_entry *entry)
{
	size_t bytes = sc->bytes + entry->len, keys = sc->keys + entry->keys;

	for (size_t i = 0; i < entry->n_refs; i++) {
		if (entry->refs[i]->operation == sc->operation)
			continue;
		bytes += strlen(entry->refs[i]->name) + NAME_PRICE;
		keys++;
	}
	if (bytes > sc->bytes_max || keys > SCHEMA_KEYS_MAX)
		return false;
	sc->bytes = bytes;
	sc->keys = keys;
	return true;
}

static void queue(struct schema_copy *sc, struct schema_entry *entry)
{
	if (entry->operation == sc->operation)
		return;
	entry->operation = sc->operation;
	entry->next = NULL;
	*sc->waits_at = entry;
	sc->waits_at = &entry->next;
}

static void write_entry(struct schema_copy *sc, struct schema_entry *entry, struct buf *out)
{
	if (!entry->text)
		schema_render(sc, entry);
	if (!entry->text || !has_room(sc, entry)) {
		no_room(sc, entry);
		buf_puts(out, "true");
		return;
	}
	buf_add(out, entry->text, entry->len);
	for (size_t i = 0; i < entry->n_refs; i++)
		queue(sc, entry->refs[i]);
}

void schema_copy_write(struct schema_copy *sc, const struct tree_node *node, struct buf *out)
{
	struct schema_entry *entry = node ? schema_entry_of(sc, node) : NULL;

	if (entry)
		write_entry(sc, entry, out);
	else
		buf_puts(out, "{}");
}

void schema_copy_defs(struct schema_copy *sc, struct buf *out)
{
	buf_putc(out, '{');
	for (struct schema_entry *entry = sc->waiting; entry; entry = entry->next) {
		/* A name needs no escapes. */
		buf_printf(out, "%s\"%s\":", entry == sc->waiting ? "" : ",", entry->name);
		write_entry(sc, entry, out);
	}
	buf_putc(out, '}');
	sc->waiting = NULL;
	sc->waits_at = &sc->waiting;
}

void schema_copy_write_member(
	struct schema_copy *sc, const struct schema_member *member, struct buf *out)
{
	if (member->n_parts < 2) {
		schema_copy_write(sc, member->n_parts ? member->parts[0] : NULL, out);
		return;
	}
	buf_puts(out, "{\"allOf\":[");
	for (size_t i = 0; i < member->n_parts; i++) {
		buf_puts(out, i ? "," : "");
		schema_copy_write(sc, member->parts[i], out);
	}
	buf_puts(out, "]}");
	sc->bytes += sizeof("{\"allOf\":[,,,]}");
	sc->keys++;
}
