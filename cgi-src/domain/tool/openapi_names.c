/* SPDX-License-Identifier: Apache-2.0
 *
 * Names of operations and of arguments. What is legal and alone keeps its name. Everything else is
 * derived from the document alone, in its order, so that it is the same at every import.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/openapi_int.h"

#define HASH_DIGITS 8
#define NUMBER_DIGITS 6

/* --- a set of names --- */

struct name_slot {
	const char *name; /* borrowed; NULL: free */
	unsigned times;   /* how often it was asked for */
};

struct names {
	struct name_slot *slots;
	size_t mask; /* their number, a power of two, less one */
};

static uint32_t hash(const char *p, size_t len)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619u;
	return h;
}

/* Room for at most half the slots, so that a free one is always near. */
static bool names_init(struct names *names, size_t n)
{
	size_t slots = 64;

	while (slots < n * 2)
		slots *= 2;
	names->mask = slots - 1;
	names->slots = calloc(slots, sizeof(*names->slots));
	return names->slots != NULL;
}

static struct name_slot *names_slot(struct names *names, const char *name)
{
	size_t at = hash(name, strlen(name)) & names->mask;

	while (names->slots[at].name && strcmp(names->slots[at].name, name) != 0)
		at = (at + 1) & names->mask;
	return &names->slots[at];
}

static bool names_have(struct names *names, const char *name)
{
	return names_slot(names, name)->name != NULL;
}

static void names_add(struct names *names, const char *name)
{
	struct name_slot *slot = names_slot(names, name);

	slot->name = name;
	slot->times++;
}

/* Makes name another one when it is taken: a, a_2, a_3. Then it is. */
static void names_take(struct names *names, char name[NAME_SIZE])
{
	struct name_slot *slot = names_slot(names, name);
	char other[NAME_SIZE + NUMBER_DIGITS + 1];

	if (!slot->name) {
		names_add(names, name);
		return;
	}
	do {
		slot->times++;
		snprintf(other, sizeof(other), "%.*s_%u", NAME_MAX_LEN - NUMBER_DIGITS - 1, name,
			slot->times);
	} while (names_have(names, other));
	snprintf(name, NAME_SIZE, "%.*s", NAME_MAX_LEN, other);
	names_add(names, name);
}

/* --- one name --- */

static bool is_legal(char c, bool dot)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || (dot && c == '.');
}

static bool is_name(const char *p, size_t len, bool dot)
{
	for (size_t i = 0; i < len; i++)
		if (!is_legal(p[i], dot))
			return false;
	return len > 0 && len <= NAME_MAX_LEN;
}

/* Whatever is illegal becomes one '_' between what is legal. Returns its length, which is the whole when
 * it is less than size - 1. */
static size_t clean(const char *p, size_t len, bool dot, char *to, size_t size)
{
	size_t n = 0;
	bool gap = false;

	for (size_t i = 0; i < len && n < size - 1; i++) {
		if (!is_legal(p[i], dot)) {
			gap = n > 0;
			continue;
		}
		if (gap && n + 1 < size - 1)
			to[n++] = '_';
		gap = false;
		to[n++] = p[i];
	}
	to[n] = '\0';
	return n;
}

static void add_hash(char name[NAME_SIZE], const char *of, size_t len)
{
	char cut[NAME_SIZE - HASH_DIGITS - 1];

	snprintf(cut, sizeof(cut), "%.*s", (int)sizeof(cut) - 1, name);
	snprintf(name, NAME_SIZE, "%s_%08x", cut, (unsigned)hash(of, len));
}

/* --- operations --- */

static void name_by_id(struct operation *op, const char *id, size_t len)
{
	if (is_name(id, len, false)) {
		snprintf(op->name, sizeof(op->name), "%s", id);
		return;
	}
	if (clean(id, len, false, op->name, sizeof(op->name)) == 0)
		snprintf(op->name, sizeof(op->name), "operation");
	add_hash(op->name, id, len);
}

static void name_by_path(struct operation *op)
{
	char method[METHOD_SIZE], words[512];
	size_t len, whole;
	const char *path = tree_key(op->member, &len);
	int n;

	if (clean(op->method, strlen(op->method), false, method, sizeof(method)) == 0)
		snprintf(method, sizeof(method), "call");
	for (char *p = method; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	whole = clean(path, len, false, words, sizeof(words));
	n = snprintf(op->name, sizeof(op->name), "%s%s%s", method, whole ? "_" : "", words);
	if (n > NAME_MAX_LEN)
		add_hash(op->name, path, len);
}

/* Where the number is needed too, it must not make a name that another operation has by itself: those are
 * named first. */
static void name_kept(struct operation *op, struct names *names)
{
	size_t len;
	const char *id = tree_text(tree_get(op->node, "operationId"), &len);

	if (!id || !is_name(id, len, false) || names_have(names, id))
		return;
	name_by_id(op, id, len);
	names_add(names, op->name);
}

static void name_derived(struct importer *im, struct operation *op, struct names *names)
{
	const struct tree_node *node = tree_get(op->node, "operationId");
	size_t len = 0;
	const char *id = tree_text(node, &len);

	if (*op->name)
		return;
	if (node && !id)
		findings_warn(&im->findings, node, FINDING_OPERATION_ID_INVALID, NULL);
	if (id && len > 0)
		name_by_id(op, id, len);
	else
		name_by_path(op);
	op->repeated = id && len > 0 && names_have(names, op->name);
	names_take(names, op->name);
}

void operations_name(struct importer *im)
{
	struct names names;

	if (!names_init(&names, im->n_operations)) {
		im->rc = RC_NOMEM;
		return;
	}
	for (size_t i = 0; i < im->n_operations; i++)
		name_kept(&im->operations[i], &names);
	for (size_t i = 0; i < im->n_operations; i++)
		name_derived(im, &im->operations[i], &names);
	free(names.slots);
}

/* --- arguments --- */

static const char *const place_words[] = {"path", "query", "header", "cookie", "body", "body"};

static void name_argument(struct argument *a)
{
	size_t n;

	if (is_name(a->name, a->name_len, true)) {
		memcpy(a->as, a->name, a->name_len);
		a->as[a->name_len] = '\0';
		return;
	}
	n = clean(a->name, a->name_len, true, a->as, sizeof(a->as));
	if (n == 0)
		snprintf(a->as, sizeof(a->as), "%s", place_words[a->in]);
	else if (n == NAME_MAX_LEN)
		add_hash(a->as, a->name, a->name_len);
}

static void add_place(struct argument *a)
{
	char with[NAME_SIZE + 8];

	snprintf(with, sizeof(with), "%s_%s", place_words[a->in], a->as);
	snprintf(a->as, sizeof(a->as), "%.*s", NAME_MAX_LEN, with);
}

enum rc arguments_name(struct reading *rd)
{
	struct names wished, names;
	struct name_slot *slot;

	if (!names_init(&wished, rd->n))
		return RC_NOMEM;
	if (!names_init(&names, rd->n)) {
		free(wished.slots);
		return RC_NOMEM;
	}
	for (size_t i = 0; i < rd->n; i++) {
		name_argument(&rd->arguments[i]);
		names_add(&wished, rd->arguments[i].as);
	}
	for (size_t i = 0; i < rd->n; i++) {
		slot = names_slot(&wished, rd->arguments[i].as);
		rd->arguments[i].alone = slot->times == 1;
		if (rd->arguments[i].alone)
			names_add(&names, rd->arguments[i].as);
	}
	for (size_t i = 0; i < rd->n; i++) {
		struct argument *a = &rd->arguments[i];

		if (a->alone)
			continue;
		add_place(a);
		names_take(&names, a->as);
	}
	free(names.slots);
	free(wished.slots);
	return RC_OK;
}
