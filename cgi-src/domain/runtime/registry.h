/* SPDX-License-Identifier: Apache-2.0
 *
 * What the runtimes of a workspace have: models, apps and tools. A runtime registers them; fields of type
 * model-selector, app-selector and array[tools] choose from them. Nothing here is secret.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_REGISTRY_H
#define GRANTRY_DOMAIN_RUNTIME_REGISTRY_H

#include "domain/core.h"
#include "domain/fieldset.h"

#define REGISTRY_ENTRIES_MAX 1000 /* in all */
#define REGISTRY_TEXT_CHARS 255

enum registry_kind { REGISTRY_MODEL, REGISTRY_APP, REGISTRY_TOOL, REGISTRY_KIND__MAX };

/* Texts are borrowed from the registry; "" where the kind has none, or none was given. */
struct registry_entry {
	enum registry_kind kind;
	const char *provider; /* of a model and a tool */
	const char *id;       /* of an app; the name of a model, of a tool */
	const char *type;     /* of a model ("llm"); the mode of an app ("chat") */
	const char *label;    /* for people; never "" */
};

struct registry {
	struct registry_entry *items;
	size_t n;
	struct jsonr *doc; /* owns the texts */
};

void registry_release(struct registry *r);

/** registry_parse(p, len, out): {"models": [{"provider", "model", "type", "label"?}], "apps": [{"id", "name",
 * "mode"}], "tools": [{"provider", "tool", "label"?}]}; each list may be left out. Every text is one line of
 * 1..REGISTRY_TEXT_CHARS characters; nothing is there twice. Errors: RC_INVALID; RC_LIMIT too many. */
enum rc registry_parse(const char *p, size_t len, struct registry *out) RC_MUST_CHECK;

/** registry_render(r, out): appends the document that registry_parse reads, always the same for the same entries. */
enum rc registry_render(const struct registry *r, struct secret *out) RC_MUST_CHECK;

/** registry_count(r, kind). */
size_t registry_count(const struct registry *r, enum registry_kind kind);

/** registry_load(core, tenant, out): empty when nothing was ever registered. */
enum rc registry_load(const struct core *core, const struct tenant_id *tenant,
	struct registry *out) RC_MUST_CHECK;

/* ---- for fields that choose: registry_choice.c ---- */

/** registry_is_choice(field): is it of one of the three types? */
bool registry_is_choice(const struct field *field);
/** registry_is_list(field): several may be chosen: its value is a JSON array of them. */
bool registry_is_list(const struct field *field);
/** registry_kind_of(field): of a field that is a choice. */
enum registry_kind registry_kind_of(const struct field *field);
/** registry_is_needed(schema): has it such a field? */
bool registry_is_needed(const struct schema *schema);

/* One that can be chosen. value is what a form sends and, apart from white space, what is kept: {"provider":…,
 * "model":…,"model_type":…}, {"app_id":…}, {"provider":…,"tool":…}. */
struct registry_choice {
	const char *value, *label, *detail; /* borrowed; detail "" or whose it is */
	bool chosen, gone;                  /* gone: it is chosen, and not registered any more */
};

/** registry_choices(r, field, current, visit, arg): what fits the field's scope, and what current holds besides.
 * current: a value of this field, or NULL; what cannot be read holds nothing. */
enum rc registry_choices(const struct registry *r, const struct field *field, const char *current,
	void (*visit)(const struct registry_choice *choice, void *arg), void *arg) RC_MUST_CHECK;

/** registry_take(r, field, given, stored, out): given as it is to be kept, if each one chosen is registered and fits,
 * or is in stored already (NULL: nothing). r may be NULL: nothing is registered. Errors: RC_INVALID: it is no such
 * value; RC_NOT_FOUND: one of them is not there. */
enum rc registry_take(const struct registry *r, const struct field *field,
	const struct secret *given, const struct secret *stored, struct secret *out) RC_MUST_CHECK;

#endif
