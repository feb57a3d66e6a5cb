/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/parameters.h"

#include <string.h>

#define FILE_SCHEMA                                                                                \
	"\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"filename\":"      \
	"{\"type\":\"string\"},\"content_type\":{\"type\":\"string\"},\"base64\":"                 \
	"{\"type\":\"string\"}},\"required\":[\"base64\"],\"additionalProperties\":false}]}"

/* A writer; the first error stays in rc. */
struct writer {
	struct secret *out;
	enum rc rc;
	size_t n; /* members of properties so far */
};

static void raw(struct writer *w, const char *text)
{
	if (w->rc == RC_OK)
		w->rc = secret_append_text(w->out, text);
}

static void quoted(struct writer *w, const char *text)
{
	if (w->rc == RC_OK)
		w->rc = jsonr_append_string(w->out, text, strlen(text));
}

/* Plans keep their definitions under "defs". Within a JSON text these characters, with quotes that no backslash
 * stands before, are a member "$ref" and nothing else. */
static void with_references(struct writer *w, const char *text)
{
	static const char old[] = "\"$ref\":\"#/defs/", new[] = "\"$ref\":\"#/$defs/";
	const char *found;

	while (w->rc == RC_OK && (found = strstr(text, old))) {
		w->rc = secret_append(w->out, text, (size_t)(found - text));
		raw(w, new);
		text = found + sizeof(old) - 1;
	}
	raw(w, text);
}

static void value(struct writer *w, jsonv *v)
{
	struct secret text = SECRET_EMPTY;

	if (w->rc == RC_OK)
		w->rc = jsonr_append(&text, v);
	with_references(w, secret_text(&text));
	secret_release(&text);
}

/* A schema with a description, unless it has its own. */
static void schema(struct writer *w, jsonv *v, const char *description)
{
	struct secret text = SECRET_EMPTY;
	jsonv *own;

	if (!description[0] || jsonr_get(v, "description", &own)) {
		value(w, v);
		return;
	}
	raw(w, "{\"description\":");
	quoted(w, description);
	if (jsonr_kind(v) != JSONR_OBJECT || jsonr_length(v) == 0) {
		raw(w, "}"); /* true: anything */
		return;
	}
	raw(w, ",");
	if (w->rc == RC_OK)
		w->rc = jsonr_append(&text, v);
	with_references(w, text.len ? secret_text(&text) + 1 : "");
	secret_release(&text);
}

static void file(struct writer *w, const char *description)
{
	raw(w, "{");
	if (description[0]) {
		raw(w, "\"description\":");
		quoted(w, description);
		raw(w, ",");
	}
	raw(w, FILE_SCHEMA);
}

static void property(
	struct writer *w, const char *name, jsonv *v, const char *description, bool is_file)
{
	raw(w, w->n++ ? "," : "");
	quoted(w, name);
	raw(w, ":");
	if (is_file)
		file(w, description ? description : "");
	else
		schema(w, v, description ? description : "");
}

static void properties(struct writer *w, const struct plan *plan)
{
	const struct plan_body *body = &plan->body;

	for (size_t i = 0; i < plan->n_parameters; i++) {
		const struct plan_parameter *p = &plan->parameters[i];

		property(w, p->as, p->schema, p->description, false);
	}
	for (size_t i = 0; body->mode == PLAN_MEMBERS && i < body->n_members; i++) {
		const struct plan_member *m = &body->members[i];

		property(w, m->as, m->schema, m->description, m->file);
	}
	if (body->mode == PLAN_WHOLE)
		property(w, body->as, body->schema, body->description, body->media == PLAN_BINARY);
}

static void required_one(struct writer *w, const char *name)
{
	raw(w, w->n++ ? "," : "");
	quoted(w, name);
}

/* What a body must have is asked for only if the body itself is: without it nothing is sent. */
static void required(struct writer *w, const struct plan *plan)
{
	const struct plan_body *body = &plan->body;

	w->n = 0;
	for (size_t i = 0; i < plan->n_parameters; i++)
		if (plan->parameters[i].required)
			required_one(w, plan->parameters[i].as);
	for (size_t i = 0; body->mode == PLAN_MEMBERS && body->required && i < body->n_members; i++)
		if (body->members[i].required)
			required_one(w, body->members[i].as);
	if (body->mode == PLAN_WHOLE && body->required)
		required_one(w, body->as);
}

enum rc parameters_write(const struct plan *plan, struct secret *out)
{
	bool open = plan->body.mode == PLAN_MEMBERS && plan->body.additional;
	struct writer w = {out, RC_OK, 0};

	raw(&w, "{\"type\":\"object\",\"properties\":{");
	properties(&w, plan);
	raw(&w, "},\"required\":[");
	required(&w, plan);
	raw(&w, open ? "],\"additionalProperties\":true" : "],\"additionalProperties\":false");
	if (jsonr_length(plan->defs) > 0) {
		raw(&w, ",\"$defs\":");
		value(&w, plan->defs);
	}
	raw(&w, "}");
	return w.rc;
}
