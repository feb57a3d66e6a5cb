/* SPDX-License-Identifier: Apache-2.0
 *
 * The arguments of an operation as fields of a form, and back. Belongs to api_tool_parts.h.
 */
#include <stdio.h>
#include <string.h>

#include "platform/codec.h"
#include "web/api/json.h"
#include "web/pages/api_tool_parts.h"
#include "web/say.h"

#define KEY_SIZE (sizeof(TOOL_ARGUMENT) + PLAN_ARGUMENT_MAX)
#define REFS_MAX 8

/* ---- what it takes ---- */

/* One argument, wherever its value goes. */
struct argument {
	const char *as, *description, *where; /* where: the key of a message */
	bool required, file, text;            /* text: the whole body, of a kind that is one */
	jsonv *schema;
};

/** each_argument(plan, visit, arg): in the order of the form. */
static void each_argument(const struct plan *plan,
	void (*visit)(const struct argument *argument, void *arg), void *arg)
{
	static const char *const places[] = {[PLAN_PATH] = MESSAGE("api_tools.at_path"),
		[PLAN_QUERY] = MESSAGE("api_tools.at_query"),
		[PLAN_HEADER] = MESSAGE("api_tools.at_header"),
		[PLAN_COOKIE] = MESSAGE("api_tools.at_cookie")};
	const struct plan_body *body = &plan->body;

	for (size_t i = 0; i < plan->n_parameters; i++) {
		const struct plan_parameter *p = &plan->parameters[i];

		visit(&(struct argument){.as = p->as,
			      .description = p->description,
			      .where = places[p->in],
			      .required = p->required,
			      .schema = p->schema},
			arg);
	}
	for (size_t i = 0; body->mode == PLAN_MEMBERS && i < body->n_members; i++) {
		const struct plan_member *m = &body->members[i];

		visit(&(struct argument){.as = m->as,
			      .description = m->description,
			      .where = MESSAGE("api_tools.at_body"),
			      .required = m->required,
			      .file = m->file,
			      .schema = m->schema},
			arg);
	}
	if (body->mode == PLAN_WHOLE)
		visit(&(struct argument){.as = body->as,
			      .description = body->description,
			      .where = MESSAGE("api_tools.at_body"),
			      .required = body->required,
			      .file = body->media == PLAN_BINARY,
			      .text = body->media == PLAN_TEXT,
			      .schema = body->schema},
			arg);
}

static jsonv *follow(jsonv *schema, jsonv *defs)
{
	for (int i = 0; i < REFS_MAX && doc_text(schema, "/$ref")[0]; i++) {
		const char *ref = doc_text(schema, "/$ref");

		if (strncmp(ref, "#/defs", 6) != 0 || !jsonr_pointer(defs, ref + 6, &schema))
			return NULL;
	}
	return schema;
}

/* Of a list of types the one that is not null. */
static const char *type_of(jsonv *schema)
{
	jsonv *types = doc_list(schema, "/type");
	const char *type = doc_text(schema, "/type");

	for (size_t i = 0; !type[0] && i < jsonr_length(types); i++)
		if (strcmp(doc_text(jsonr_at(types, i), ""), "null") != 0)
			type = doc_text(jsonr_at(types, i), "");
	return type;
}

static bool is_text_list(jsonv *list)
{
	for (size_t i = 0; i < jsonr_length(list); i++)
		if (jsonr_kind(jsonr_at(list, i)) != JSONR_STRING)
			return false;
	return jsonr_length(list) > 0;
}

/* How its value is typed in. */
static const char *kind_of(const struct argument *a, jsonv *schema)
{
	const char *type = type_of(schema);

	if (a->file)
		return "file";
	if (a->text)
		return "long-text";
	if (strcmp(type, "boolean") == 0 || is_text_list(doc_list(schema, "/enum")))
		return "select";
	if (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)
		return "number";
	return strcmp(type, "string") == 0 ? "text-input" : "json";
}

/* ---- the form ---- */

struct show {
	struct tool_fields *fields;
	jsonv *defs;
};

static void set_options(struct view_node *field, jsonv *schema, const char *chosen)
{
	jsonv *values = doc_list(schema, "/enum");

	for (size_t i = 0; i < jsonr_length(values); i++) {
		const char *value = doc_text(jsonr_at(values, i), "");

		tool_option(field, value, value, strcmp(value, chosen) == 0);
	}
	if (jsonr_length(values) > 0)
		return;
	tool_option(field, "true", "true", strcmp(chosen, "true") == 0);
	tool_option(field, "false", "false", strcmp(chosen, "false") == 0);
}

static void set_fallback(struct view_node *field, jsonv *schema)
{
	const char *text = doc_text(schema, "/default");
	char number[24];
	jsonv *value;
	int64_t n;

	if (text[0]) {
		view_text(field, "Placeholder", text);
	} else if (jsonr_pointer(schema, "/default", &value) && jsonr_kind(value) == JSONR_INT &&
		   jsonr_int(value, &n)) {
		(void)snprintf(number, sizeof(number), "%lld", (long long)n);
		view_text(field, "Placeholder", number);
	}
}

static void show_argument(const struct argument *a, void *arg)
{
	struct show *show = arg;
	struct ctx *c = show->fields->c;
	jsonv *schema = follow(a->schema, show->defs);
	const char *kind = kind_of(a, schema), *given;
	struct view_node *field;
	char key[KEY_SIZE];

	(void)snprintf(key, sizeof(key), TOOL_ARGUMENT "%s", a->as);
	given = strcmp(kind, "file") == 0 ? "" : tool_given(c, key, "");
	field = tool_field(show->fields, kind, key, a->as, given);
	view_flag(field, "Required", a->required);
	view_text(field, "Note", say(c, a->where, NULL));
	if (strcmp(kind, "select") == 0) {
		view_flag(field, "MayBeEmpty", true);
		set_options(field, schema, given);
	}
	set_fallback(field, schema);
	if (a->description && a->description[0])
		view_text(field, "Help", a->description);
	else if (strcmp(kind, "json") == 0)
		view_text(field, "Help", say(c, "api_tools.json_help", NULL));
}

void tool_arguments_show(struct tool_fields *f, const struct plan *plan)
{
	struct show show = {.fields = f, .defs = plan->defs};

	each_argument(plan, show_argument, &show);
}

/* ---- what was typed, as arguments ---- */

struct typed {
	struct ctx *c;
	jsonv *defs;
	struct json json;
	bool some;
};

static void add_file(struct typed *typed, const struct param *file)
{
	struct secret bytes = SECRET_EMPTY, text = SECRET_EMPTY;
	const char *type = file->content_type ? file->content_type : "";
	enum rc rc = secret_set(&bytes, file->value, file->value_len);

	if (rc == RC_OK)
		rc = codec_base64_secret(&bytes, &text);
	if (rc != RC_OK)
		typed->json.rc = rc;
	json_member(&typed->json, "{\"filename\":", file->file_name);
	json_member(
		&typed->json, ",\"content_type\":", type[0] ? type : "application/octet-stream");
	json_member(&typed->json, ",\"base64\":", secret_text(&text));
	json_raw(&typed->json, "}");
	secret_release(&bytes);
	secret_release(&text);
}

/* Text that is JSON where anything may be is that; a form has no other way to say so. */
static void add_value(struct typed *typed, const struct argument *a, const struct param *param)
{
	const char *kind = kind_of(a, follow(a->schema, typed->defs));

	if (param->file_name)
		add_file(typed, param);
	else if (strcmp(kind, "json") == 0 && jsonr_check(param->value, param->value_len) == RC_OK)
		json_raw(&typed->json, param->value);
	else
		json_bytes(&typed->json, param->value, param->value_len);
}

static void add_argument(const struct argument *a, void *arg)
{
	struct typed *typed = arg;
	const struct param *param;
	char key[KEY_SIZE];

	(void)snprintf(key, sizeof(key), TOOL_ARGUMENT "%s", a->as);
	param = params_find(&typed->c->req.form, key);
	if (!param || param->value_len == 0)
		return;
	json_member(&typed->json, typed->some ? "," : "", a->as);
	json_raw(&typed->json, ":");
	add_value(typed, a, param);
	typed->some = true;
}

enum rc tool_arguments_read(struct ctx *c, const struct plan *plan, struct jsonr **out)
{
	struct secret text = SECRET_EMPTY;
	struct typed typed = {.c = c, .defs = plan->defs, .json = {.out = &text}};
	enum rc rc;

	*out = NULL;
	json_raw(&typed.json, "{");
	each_argument(plan, add_argument, &typed);
	json_raw(&typed.json, "}");
	rc = typed.json.rc;
	if (rc == RC_OK)
		rc = jsonr_parse(secret_text(&text), text.len, out);
	secret_release(&text);
	return rc;
}
