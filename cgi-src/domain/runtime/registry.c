/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/registry.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/jsonr.h"
#include "platform/text.h"
#include "store/registry_store.h"

#define MEMBERS_MAX 4

/* The three lists; optional members come last. A label that is not given is the id. */
static const struct list {
	const char *name;
	size_t n_required, n;
	struct {
		const char *name;
		size_t at;
	} members[MEMBERS_MAX];
} lists[REGISTRY_KIND__MAX] = {
	[REGISTRY_MODEL] = {"models", 3, 4,
		{{"provider", offsetof(struct registry_entry, provider)},
			{"model", offsetof(struct registry_entry, id)},
			{"type", offsetof(struct registry_entry, type)},
			{"label", offsetof(struct registry_entry, label)}}},
	[REGISTRY_APP] = {"apps", 3, 3,
		{{"id", offsetof(struct registry_entry, id)},
			{"name", offsetof(struct registry_entry, label)},
			{"mode", offsetof(struct registry_entry, type)}}},
	[REGISTRY_TOOL] = {"tools", 2, 3,
		{{"provider", offsetof(struct registry_entry, provider)},
			{"tool", offsetof(struct registry_entry, id)},
			{"label", offsetof(struct registry_entry, label)}}},
};

void registry_release(struct registry *r)
{
	free(r->items);
	jsonr_free(r->doc);
	*r = (struct registry){0};
}

size_t registry_count(const struct registry *r, enum registry_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->items[i].kind == kind;
	return n;
}

/* ---- reading ---- */

static const char **member(struct registry_entry *entry, size_t at)
{
	return (const char **)((char *)entry + at);
}

static enum rc read_entry(const struct list *list, jsonv *v, struct registry_entry *out)
{
	char pointer[16];
	size_t found = 0;

	if (jsonr_kind(v) != JSONR_OBJECT)
		return RC_INVALID;
	for (size_t i = 0; i < list->n; i++) {
		const char *p = "";
		size_t len = 0;
		jsonv *at;

		(void)snprintf(pointer, sizeof(pointer), "/%s", list->members[i].name);
		*member(out, list->members[i].at) = "";
		if (!jsonr_pointer(v, pointer, &at)) {
			if (i < list->n_required)
				return RC_INVALID;
			continue;
		}
		if (!jsonr_text(at, &p, &len) || !text_is_line(p, len, REGISTRY_TEXT_CHARS))
			return RC_INVALID;
		*member(out, list->members[i].at) = p;
		found++;
	}
	if (!out->label[0])
		out->label = out->id;
	return found == jsonr_length(v) ? RC_OK : RC_INVALID; /* no members but these */
}

static int compare(const void *va, const void *vb)
{
	const struct registry_entry *const *a = va, *const *b = vb;
	int order = (int)(*a)->kind - (int)(*b)->kind;

	if (!order)
		order = strcmp((*a)->provider, (*b)->provider);
	if (!order)
		order = strcmp((*a)->id, (*b)->id);
	/* an app is known by its id alone */
	return order || (*a)->kind == REGISTRY_APP ? order : strcmp((*a)->type, (*b)->type);
}

static enum rc check_once(const struct registry *r)
{
	const struct registry_entry **sorted = calloc(r->n + 1, sizeof(*sorted));
	enum rc rc = RC_OK;

	if (!sorted)
		return RC_NOMEM;
	for (size_t i = 0; i < r->n; i++)
		sorted[i] = &r->items[i];
	qsort(sorted, r->n, sizeof(*sorted), compare);
	for (size_t i = 1; i < r->n && rc == RC_OK; i++)
		if (compare(&sorted[i - 1], &sorted[i]) == 0)
			rc = RC_INVALID;
	free(sorted);
	return rc;
}

/* No members but the three lists, each of which may be left out. */
static enum rc find_lists(jsonv *root, jsonv *out[REGISTRY_KIND__MAX], size_t *entries)
{
	static const char *const pointers[] = {"/models", "/apps", "/tools"};
	size_t found = 0;

	*entries = 0;
	if (jsonr_kind(root) != JSONR_OBJECT)
		return RC_INVALID;
	for (size_t k = 0; k < REGISTRY_KIND__MAX; k++) {
		out[k] = NULL;
		if (!jsonr_pointer(root, pointers[k], &out[k]))
			continue;
		if (jsonr_kind(out[k]) != JSONR_ARRAY)
			return RC_INVALID;
		*entries += jsonr_length(out[k]);
		found++;
	}
	if (found != jsonr_length(root))
		return RC_INVALID;
	return *entries > REGISTRY_ENTRIES_MAX ? RC_LIMIT : RC_OK;
}

static enum rc read_lists(struct registry *r)
{
	jsonv *found[REGISTRY_KIND__MAX];
	size_t entries;
	enum rc rc = find_lists(jsonr_root(r->doc), found, &entries);

	if (rc != RC_OK)
		return rc;
	r->items = calloc(entries + 1, sizeof(*r->items));
	if (!r->items)
		return RC_NOMEM;
	for (size_t k = 0; k < REGISTRY_KIND__MAX; k++) {
		for (size_t i = 0; i < jsonr_length(found[k]) && rc == RC_OK; i++) {
			struct registry_entry *entry = &r->items[r->n++];

			*entry = (struct registry_entry){(enum registry_kind)k, "", "", "", ""};
			rc = read_entry(&lists[k], jsonr_at(found[k], i), entry);
		}
	}
	return rc == RC_OK ? check_once(r) : rc;
}

enum rc registry_parse(const char *p, size_t len, struct registry *out)
{
	enum rc rc;

	*out = (struct registry){0};
	rc = jsonr_parse(p, len, &out->doc);
	if (rc == RC_OK)
		rc = read_lists(out);
	if (rc != RC_OK)
		registry_release(out);
	return rc;
}

/* ---- writing ---- */

static enum rc append_member(struct secret *out, bool first, const char *name, const char *text)
{
	enum rc rc = secret_append_text(out, first ? "{" : ",");

	if (rc == RC_OK)
		rc = jsonr_append_string(out, name, strlen(name));
	if (rc == RC_OK)
		rc = secret_append_text(out, ":");
	return rc == RC_OK ? jsonr_append_string(out, text, strlen(text)) : rc;
}

static enum rc append_entry(struct secret *out, const struct registry_entry *entry)
{
	const struct list *list = &lists[entry->kind];
	struct registry_entry copy = *entry;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < list->n && rc == RC_OK; i++)
		rc = append_member(
			out, i == 0, list->members[i].name, *member(&copy, list->members[i].at));
	return rc == RC_OK ? secret_append_text(out, "}") : rc;
}

static enum rc append_list(struct secret *out, const struct registry *r, enum registry_kind kind)
{
	bool first = true;
	enum rc rc = secret_append_text(out, kind ? ",\"" : "{\"");

	if (rc == RC_OK)
		rc = secret_append_text(out, lists[kind].name);
	if (rc == RC_OK)
		rc = secret_append_text(out, "\":[");
	for (size_t i = 0; i < r->n && rc == RC_OK; i++) {
		if (r->items[i].kind != kind)
			continue;
		if (!first)
			rc = secret_append_text(out, ",");
		first = false;
		if (rc == RC_OK)
			rc = append_entry(out, &r->items[i]);
	}
	return rc == RC_OK ? secret_append_text(out, "]") : rc;
}

enum rc registry_render(const struct registry *r, struct secret *out)
{
	enum rc rc = RC_OK;

	for (int k = 0; k < REGISTRY_KIND__MAX && rc == RC_OK; k++)
		rc = append_list(out, r, (enum registry_kind)k);
	return rc == RC_OK ? secret_append_text(out, "}") : rc;
}

enum rc registry_load(const struct core *core, const struct tenant_id *tenant, struct registry *out)
{
	struct secret document = SECRET_EMPTY;
	enum rc rc = registry_row_load(core->db, tenant, &document);

	*out = (struct registry){0};
	if (rc == RC_OK)
		rc = registry_parse(secret_text(&document), document.len, out);
	secret_release(&document);
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}
