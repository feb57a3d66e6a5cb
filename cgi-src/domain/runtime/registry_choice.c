/* SPDX-License-Identifier: Apache-2.0
 *
 * Fields whose value is something that a runtime registered. What is chosen is read as JSON, held against the
 * registry, and written anew: no text of a form is kept as it came.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/runtime/registry.h"
#include "platform/jsonr.h"

bool registry_is_choice(const struct field *field)
{
	return field->kind == FIELD_MODEL_SELECTOR || field->kind == FIELD_APP_SELECTOR ||
	       field->kind == FIELD_TOOLS;
}

bool registry_is_list(const struct field *field)
{
	return field->kind == FIELD_TOOLS || (registry_is_choice(field) && field->multiple);
}

enum registry_kind registry_kind_of(const struct field *field)
{
	if (field->kind == FIELD_MODEL_SELECTOR)
		return REGISTRY_MODEL;
	return field->kind == FIELD_APP_SELECTOR ? REGISTRY_APP : REGISTRY_TOOL;
}

bool registry_is_needed(const struct schema *schema)
{
	for (size_t i = 0; i < schema->n; i++)
		if (registry_is_choice(&schema->fields[i]))
			return true;
	return false;
}

/* ---- values ---- */

/* What a value is made of, as a runtime finds it. */
static const struct shape {
	size_t n;
	const char *names[3], *pointers[3];
} shapes[REGISTRY_KIND__MAX] = {
	[REGISTRY_MODEL] = {3, {"provider", "model", "model_type"},
		{"/provider", "/model", "/model_type"}},
	[REGISTRY_APP] = {1, {"app_id"}, {"/app_id"}},
	[REGISTRY_TOOL] = {2, {"provider", "tool"}, {"/provider", "/tool"}},
};

static void parts_of(const struct registry_entry *entry, const char *out[3])
{
	bool app = entry->kind == REGISTRY_APP;

	out[0] = app ? entry->id : entry->provider;
	out[1] = app ? "" : entry->id;
	out[2] = entry->kind == REGISTRY_MODEL ? entry->type : "";
}

static bool same(const struct registry_entry *a, const struct registry_entry *b)
{
	const char *pa[3], *pb[3];

	parts_of(a, pa);
	parts_of(b, pb);
	return a->kind == b->kind && strcmp(pa[0], pb[0]) == 0 && strcmp(pa[1], pb[1]) == 0 &&
	       strcmp(pa[2], pb[2]) == 0;
}

static enum rc append_value(struct secret *out, const struct registry_entry *entry)
{
	const struct shape *shape = &shapes[entry->kind];
	const char *parts[3];
	enum rc rc = RC_OK;

	parts_of(entry, parts);
	for (size_t i = 0; i < shape->n && rc == RC_OK; i++) {
		rc = secret_append_text(out, i ? "," : "{");
		if (rc == RC_OK)
			rc = jsonr_append_string(out, shape->names[i], strlen(shape->names[i]));
		if (rc == RC_OK)
			rc = secret_append_text(out, ":");
		if (rc == RC_OK)
			rc = jsonr_append_string(out, parts[i], strlen(parts[i]));
	}
	return rc == RC_OK ? secret_append_text(out, "}") : rc;
}

static bool read_value(enum registry_kind kind, jsonv *v, struct registry_entry *out)
{
	const struct shape *shape = &shapes[kind];
	const char *parts[3] = {"", "", ""};

	if (jsonr_kind(v) != JSONR_OBJECT || jsonr_length(v) != shape->n)
		return false;
	for (size_t i = 0; i < shape->n; i++) {
		jsonv *at;
		size_t len;

		if (!jsonr_pointer(v, shape->pointers[i], &at) || !jsonr_text(at, &parts[i], &len))
			return false;
	}
	*out = (struct registry_entry){.kind = kind,
		.provider = kind == REGISTRY_APP ? "" : parts[0],
		.id = kind == REGISTRY_APP ? parts[0] : parts[1],
		.type = parts[2],
		.label = kind == REGISTRY_APP ? parts[0] : parts[1]};
	return true;
}

/* A value that was read: the entries that it names, with no more than is in it. */
struct chosen {
	struct registry_entry *items;
	size_t n;
	struct jsonr *doc;
};

static void chosen_release(struct chosen *c)
{
	free(c->items);
	jsonr_free(c->doc);
	*c = (struct chosen){0};
}

static bool chosen_has(const struct chosen *c, const struct registry_entry *entry)
{
	for (size_t i = 0; i < c->n; i++)
		if (same(&c->items[i], entry))
			return true;
	return false;
}

/* One that is there twice counts once. */
static enum rc chosen_read(const struct field *field, const char *p, size_t len, struct chosen *out)
{
	enum registry_kind kind = registry_kind_of(field);
	bool list = registry_is_list(field);
	size_t n;
	jsonv *root;
	enum rc rc = jsonr_parse(p, len, &out->doc);

	if (rc != RC_OK)
		return rc == RC_NOMEM ? rc : RC_INVALID;
	root = jsonr_root(out->doc);
	if (list && jsonr_kind(root) != JSONR_ARRAY)
		return RC_INVALID;
	n = list ? jsonr_length(root) : 1;
	if (n > REGISTRY_ENTRIES_MAX)
		return RC_INVALID;
	out->items = calloc(n + 1, sizeof(*out->items));
	if (!out->items)
		return RC_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct registry_entry entry;

		if (!read_value(kind, list ? jsonr_at(root, i) : root, &entry))
			return RC_INVALID;
		if (!chosen_has(out, &entry))
			out->items[out->n++] = entry;
	}
	return RC_OK;
}

/* What cannot be read holds nothing. */
static enum rc chosen_read_any(const struct field *field, const char *text, struct chosen *out)
{
	enum rc rc;

	*out = (struct chosen){0};
	if (!text || !text[0])
		return RC_OK;
	rc = chosen_read(field, text, strlen(text), out);
	if (rc != RC_OK)
		chosen_release(out);
	return rc == RC_NOMEM ? rc : RC_OK;
}

/* ---- scope ---- */

#define SCOPE_SEPARATORS "&|, "

/* "chat" is the mode of "agent-chat" too. */
static bool is_of(const char *type, const char *word, size_t len)
{
	size_t n = strlen(type);

	return n >= len && memcmp(type + n - len, word, len) == 0 &&
	       (n == len || type[n - len - 1] == '-');
}

static bool is_word(const char *word, size_t len, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == len && memcmp(*words, word, len) == 0)
			return true;
	return false;
}

/* Words that are neither type nor mode ask for abilities ("vision"), which no runtime registers. */
static bool fits(const struct registry_entry *entry, const char *scope)
{
	static const char *const types[] = {"llm", "text-embedding", "rerank", "tts", "speech2text",
		"moderation", "chat", "workflow", "completion", NULL};
	bool asked = false;

	if (entry->kind == REGISTRY_TOOL || !scope)
		return true;
	while (*scope) {
		size_t len = strcspn(scope, SCOPE_SEPARATORS);

		if (is_word(scope, len, types)) {
			if (entry->kind == REGISTRY_MODEL
					? strlen(entry->type) == len &&
						  memcmp(entry->type, scope, len) == 0
					: is_of(entry->type, scope, len))
				return true;
			asked = true;
		}
		scope += len;
		scope += strspn(scope, SCOPE_SEPARATORS);
	}
	return !asked;
}

static bool is_offered(
	const struct registry *r, const struct field *field, const struct registry_entry *entry)
{
	for (size_t i = 0; r && i < r->n; i++)
		if (same(&r->items[i], entry) && fits(&r->items[i], field->scope))
			return true;
	return false;
}

/* ---- for pages ---- */

static enum rc show(const struct registry_entry *entry, bool chosen, bool gone,
	void (*visit)(const struct registry_choice *choice, void *arg), void *arg)
{
	struct secret value = SECRET_EMPTY;
	struct registry_choice choice = {.label = entry->label,
		.detail = entry->provider[0] ? entry->provider : entry->type,
		.chosen = chosen,
		.gone = gone};
	enum rc rc = append_value(&value, entry);

	choice.value = secret_text(&value);
	if (rc == RC_OK)
		visit(&choice, arg);
	secret_release(&value);
	return rc;
}

enum rc registry_choices(const struct registry *r, const struct field *field, const char *current,
	void (*visit)(const struct registry_choice *choice, void *arg), void *arg)
{
	struct chosen chosen;
	enum rc rc = chosen_read_any(field, current, &chosen);

	for (size_t i = 0; r && i < r->n && rc == RC_OK; i++) {
		const struct registry_entry *entry = &r->items[i];

		if (entry->kind == registry_kind_of(field) && fits(entry, field->scope))
			rc = show(entry, chosen_has(&chosen, entry), false, visit, arg);
	}
	for (size_t i = 0; i < chosen.n && rc == RC_OK; i++)
		if (!is_offered(r, field, &chosen.items[i]))
			rc = show(&chosen.items[i], true, true, visit, arg);
	chosen_release(&chosen);
	return rc;
}

/* ---- for forms ---- */

static enum rc write_all(const struct field *field, const struct chosen *chosen, struct secret *out)
{
	bool list = registry_is_list(field);
	enum rc rc = secret_set(out, "[", list ? 1 : 0);

	for (size_t i = 0; i < chosen->n && rc == RC_OK; i++) {
		if (i)
			rc = secret_append_text(out, ",");
		if (rc == RC_OK)
			rc = append_value(out, &chosen->items[i]);
	}
	return rc == RC_OK && list ? secret_append_text(out, "]") : rc;
}

enum rc registry_take(const struct registry *r, const struct field *field,
	const struct secret *given, const struct secret *stored, struct secret *out)
{
	struct chosen chosen = {0}, kept;
	enum rc rc = chosen_read_any(field, stored ? secret_text(stored) : NULL, &kept);

	if (rc == RC_OK)
		rc = chosen_read(field, secret_text(given), given->len, &chosen);
	for (size_t i = 0; i < chosen.n && rc == RC_OK; i++)
		if (!is_offered(r, field, &chosen.items[i]) && !chosen_has(&kept, &chosen.items[i]))
			rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = write_all(field, &chosen, out);
	chosen_release(&chosen);
	chosen_release(&kept);
	return rc;
}
