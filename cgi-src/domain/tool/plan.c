/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/plan.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/tool/request.h"

/* --- members of the JSON: each of its kind, or the plan is none --- */

struct reader {
	bool bad;
	enum rc rc; /* RC_OK or RC_NOMEM */
};

static jsonv *get(jsonv *object, const char *key)
{
	jsonv *v;

	return jsonr_get(object, key, &v) ? v : NULL;
}

static const char *text(struct reader *r, jsonv *object, const char *key, const char *fallback)
{
	jsonv *v = get(object, key);
	const char *p;
	size_t len;

	if (!v)
		return fallback;
	if (jsonr_text(v, &p, &len))
		return p;
	r->bad = true;
	return "";
}

static const char *needed_text(struct reader *r, jsonv *object, const char *key)
{
	const char *p = text(r, object, key, NULL);

	r->bad = r->bad || !p;
	return p ? p : "";
}

static bool flag(struct reader *r, jsonv *object, const char *key, bool fallback)
{
	jsonv *v = get(object, key);
	bool on = fallback;

	r->bad = r->bad || (v && !jsonr_bool(v, &on));
	return on;
}

static jsonv *list(struct reader *r, jsonv *object, const char *key)
{
	jsonv *v = get(object, key);

	r->bad = r->bad || (v && jsonr_kind(v) != JSONR_ARRAY);
	return v;
}

/* Room for as many structs as the array has elements. */
static void *room_for(struct reader *r, jsonv *array, size_t size)
{
	void *p = NULL;

	if (jsonr_length(array) > 0 && !r->rc) {
		p = calloc(jsonr_length(array), size);
		r->rc = p ? RC_OK : RC_NOMEM;
	}
	return p;
}

/* --- rules --- */

static bool is_method(const char *p)
{
	size_t len = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-");

	return len > 0 && len <= PLAN_METHOD_MAX && !p[len];
}

static bool is_argument(const char *p)
{
	size_t len = strspn(p, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-");

	return len > 0 && len <= PLAN_ARGUMENT_MAX && !p[len];
}

static bool is_token(const char *p)
{
	static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *p && !p[strspn(p, tchar)];
}

/* It goes into a header: nothing but what media types are made of. */
static bool is_media_type(const char *p)
{
	for (const char *c = p; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			return false;
	return strlen(p) < 256;
}

static bool fits_place(const struct plan_parameter *p)
{
	switch (p->in) {
	case PLAN_PATH:
	case PLAN_HEADER:
		if (p->in == PLAN_HEADER && (!is_token(p->name) || tool_header_is_ours(p->name)))
			return false;
		return p->content || p->style.kind == STYLE_SIMPLE ||
		       (p->in == PLAN_PATH &&
			       (p->style.kind == STYLE_LABEL || p->style.kind == STYLE_MATRIX));
	case PLAN_COOKIE:
		if (!is_token(p->name))
			return false;
		break;
	case PLAN_QUERY:
		break;
	}
	return p->content || p->style.kind >= STYLE_FORM;
}

/* --- parameters --- */

static bool place_of(const char *name, enum plan_in *out)
{
	static const char *const names[] = {
		[PLAN_PATH] = "path",
		[PLAN_QUERY] = "query",
		[PLAN_HEADER] = "header",
		[PLAN_COOKIE] = "cookie",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum plan_in)i;
			return true;
		}
	}
	return false;
}

static void read_style(struct reader *r, jsonv *from, enum style_kind fallback, struct style *out)
{
	const char *name = text(r, from, "style", NULL);

	out->kind = fallback;
	r->bad = r->bad || (name && !style_find(name, &out->kind));
	out->explode = flag(r, from, "explode", out->kind == STYLE_FORM);
}

static void read_parameter(struct reader *r, jsonv *from, struct plan_parameter *out)
{
	bool reserved = flag(r, from, "allow_reserved", false);

	out->name = needed_text(r, from, "name");
	out->as = needed_text(r, from, "as");
	out->description = text(r, from, "description", "");
	out->content = text(r, from, "content", NULL);
	out->required = flag(r, from, "required", false);
	out->deprecated = flag(r, from, "deprecated", false);
	out->allow_empty = flag(r, from, "allow_empty", false);
	out->schema = get(from, "schema");
	if (!place_of(needed_text(r, from, "in"), &out->in))
		r->bad = true;
	read_style(r, from,
		out->in == PLAN_PATH || out->in == PLAN_HEADER ? STYLE_SIMPLE : STYLE_FORM,
		&out->style);
	out->style.escape = STYLE_ENCODED;
	if (out->in == PLAN_HEADER)
		out->style.escape = STYLE_RAW;
	else if (out->in == PLAN_QUERY && reserved)
		out->style.escape = STYLE_RESERVED;
	r->bad = r->bad || !is_argument(out->as) || !*out->name || !fits_place(out);
}

static void read_parameters(struct reader *r, jsonv *root, struct plan *out)
{
	jsonv *array = list(r, root, "parameters");

	out->parameters = room_for(r, array, sizeof *out->parameters);
	for (size_t i = 0; out->parameters && i < jsonr_length(array); i++)
		read_parameter(r, jsonr_at(array, i), &out->parameters[out->n_parameters++]);
}

/* [["a","b"],…] */
static void read_query(struct reader *r, jsonv *root, struct plan *out)
{
	jsonv *array = list(r, root, "query");
	size_t len;

	out->query = room_for(r, array, sizeof *out->query);
	for (size_t i = 0; out->query && i < jsonr_length(array); i++) {
		jsonv *pair = jsonr_at(array, i);
		struct plan_literal *to = &out->query[out->n_query++];

		if (jsonr_length(pair) != 2 || !jsonr_text(jsonr_at(pair, 0), &to->name, &len) ||
			!jsonr_text(jsonr_at(pair, 1), &to->value, &len))
			r->bad = true;
	}
}

/* --- body --- */

/* The type without its parameters, and blanks at its end. */
static bool type_is(const char *p, size_t len, const char *name)
{
	return strlen(name) == len && strncasecmp(p, name, len) == 0;
}

static bool type_ends(const char *p, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && strncasecmp(p + len - n, suffix, n) == 0;
}

enum plan_media plan_media_of(const char *content_type)
{
	static const char *const texts[] = {"application/xml", "application/yaml",
		"application/x-yaml", "application/graphql", "application/javascript",
		"application/x-ndjson", "application/jsonl", "application/sql", "application/jwt",
		"application/toml"};
	const char *p = content_type ? content_type : "";
	size_t len = strcspn(p, "; \t");

	if (!len || type_is(p, len, "*/*") || type_is(p, len, "application/*") ||
		type_is(p, len, "application/json") || type_is(p, len, "text/json") ||
		type_is(p, len, "application/x-json") || type_ends(p, len, "+json"))
		return PLAN_JSON;
	if (type_is(p, len, "application/x-www-form-urlencoded"))
		return PLAN_FORM;
	if (type_is(p, len, "multipart/form-data"))
		return PLAN_MULTIPART;
	if (strncasecmp(p, "text/", 5) == 0 || type_ends(p, len, "+xml") ||
		type_ends(p, len, "+yaml"))
		return PLAN_TEXT;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (type_is(p, len, texts[i]))
			return PLAN_TEXT;
	return PLAN_BINARY;
}

static void read_member(struct reader *r, jsonv *from, struct plan_member *out)
{
	jsonv *style;

	out->name = needed_text(r, from, "name");
	out->as = needed_text(r, from, "as");
	out->description = text(r, from, "description", "");
	out->content_type = text(r, from, "content_type", NULL);
	out->required = flag(r, from, "required", false);
	out->file = flag(r, from, "file", false);
	out->styled = jsonr_get(from, "style", &style);
	read_style(r, from, STYLE_FORM, &out->style);
	out->style.escape = STYLE_AS_FORM;
	out->schema = get(from, "schema");
	r->bad = r->bad || !is_argument(out->as) || out->style.kind < STYLE_FORM ||
		 (out->content_type && !is_media_type(out->content_type));
}

static void read_members(struct reader *r, jsonv *from, struct plan_body *out)
{
	jsonv *array = list(r, from, "members");

	out->mode = PLAN_MEMBERS;
	out->additional = flag(r, from, "additional", false);
	out->members = room_for(r, array, sizeof *out->members);
	for (size_t i = 0; out->members && i < jsonr_length(array); i++)
		read_member(r, jsonr_at(array, i), &out->members[out->n_members++]);
	/* A text or a file has no members. */
	r->bad = r->bad || out->media == PLAN_TEXT || out->media == PLAN_BINARY;
}

static void read_body(struct reader *r, jsonv *from, struct plan_body *out)
{
	const char *mode;

	if (!from)
		return;
	mode = needed_text(r, from, "mode");
	out->required = flag(r, from, "required", false);
	out->content_type = text(r, from, "content_type", "");
	out->description = text(r, from, "description", "");
	out->media = plan_media_of(out->content_type);
	r->bad = r->bad || !is_media_type(out->content_type);
	if (strcmp(mode, "members") == 0) {
		read_members(r, from, out);
	} else if (strcmp(mode, "whole") == 0) {
		out->mode = PLAN_WHOLE;
		out->as = text(r, from, "as", "body");
		out->schema = get(from, "schema");
		r->bad = r->bad || !is_argument(out->as);
	} else {
		r->bad = true;
	}
}

/* --- the whole --- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Two arguments of one name: it would not be known whose the value is. */
static void check_names(struct reader *r, const struct plan *plan)
{
	size_t n = 0, most = plan->n_parameters + plan->body.n_members + 1;
	const char **names = calloc(most, sizeof *names);

	if (!names) {
		r->rc = RC_NOMEM;
		return;
	}
	for (size_t i = 0; i < plan->n_parameters; i++)
		names[n++] = plan->parameters[i].as;
	for (size_t i = 0; i < plan->body.n_members; i++)
		names[n++] = plan->body.members[i].as;
	if (plan->body.mode == PLAN_WHOLE)
		names[n++] = plan->body.as;
	qsort(names, n, sizeof *names, by_text);
	for (size_t i = 1; i < n; i++)
		r->bad = r->bad || strcmp(names[i - 1], names[i]) == 0;
	free(names);
}

static void read_plan(struct reader *r, jsonv *root, struct plan *out)
{
	out->method = needed_text(r, root, "method");
	out->path = needed_text(r, root, "path");
	out->servers = list(r, root, "servers");
	out->security = list(r, root, "security");
	out->has_security = out->security != NULL;
	out->responses = list(r, root, "responses");
	out->defs = get(root, "defs");
	read_parameters(r, root, out);
	read_query(r, root, out);
	/* What a HEAD carries is read by nobody. */
	if (strcmp(out->method, "HEAD") != 0)
		read_body(r, get(root, "body"), &out->body);
	r->bad = r->bad || !is_method(out->method) || out->path[0] != '/' ||
		 (out->defs && jsonr_kind(out->defs) != JSONR_OBJECT);
	if (!r->bad && !r->rc)
		check_names(r, out);
}

enum rc plan_parse(const char *p, size_t len, struct plan *out)
{
	struct reader r = {.bad = false};
	enum rc rc;

	*out = (struct plan){.method = ""};
	if (len > PLAN_SIZE_MAX)
		return RC_LIMIT;
	rc = jsonr_parse(p, len, &out->document);
	if (rc)
		return rc;
	if (jsonr_kind(jsonr_root(out->document)) != JSONR_OBJECT)
		return RC_INVALID;
	read_plan(&r, jsonr_root(out->document), out);
	if (r.rc)
		return r.rc;
	return r.bad ? RC_INVALID : RC_OK;
}

void plan_release(struct plan *plan)
{
	free(plan->query);
	free(plan->parameters);
	free(plan->body.members);
	jsonr_free(plan->document);
	*plan = (struct plan){.method = ""};
}
