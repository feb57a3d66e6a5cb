/* SPDX-License-Identifier: Apache-2.0
 *
 * One operation of an API tool: what it is, what it takes, and for those who manage API tools a test call: a preview of
 * the request, with its secrets covered, or the call itself. Nothing that is stored changes by it.
 */
#include <stdio.h>
#include <string.h>

#include "domain/tool/invoke.h"
#include "domain/tool/plan.h"
#include "platform/codec.h"
#include "platform/text.h"
#include "web/api/json.h"
#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define ARGUMENT "arg."
#define KEY_SIZE (sizeof(ARGUMENT) + PLAN_ARGUMENT_MAX)
#define REFS_MAX 8
#define PREVIEW_MAX ((size_t)64 << 10)
#define SHOWN_MAX                                                                                  \
	((size_t)256 << 10) /* of an answer: its text may grow sixfold when it is escaped */

struct operation {
	struct api_tool tool;
	struct api_operation_plan row;
	struct plan plan;
};

static void operation_release(struct operation *o)
{
	plan_release(&o->plan);
	api_operation_release(&o->row);
	api_tool_release(&o->tool);
}

/* What is not offered is for those alone who can offer it. */
static enum rc operation_of(struct ctx *c, struct operation *o)
{
	enum rc rc;

	memset(o, 0, sizeof(*o));
	rc = api_tool_of(c, &o->tool);
	if (rc == RC_OK)
		rc = api_operation_load(c->core, &c->actor.tenant, &o->tool.id.u,
			route_arg(&c->match, "operation"), &o->row);
	if (rc == RC_OK && !o->row.operation->enabled && !api_tool_manages(c))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = plan_parse(o->row.plan, o->row.plan_len, &o->plan);
	return rc == RC_INVALID || rc == RC_LIMIT ? RC_INTERNAL : rc;
}

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

	(void)snprintf(key, sizeof(key), ARGUMENT "%s", a->as);
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

static enum rc begin(
	struct ctx *c, struct operation *o, const struct tool_problem *problem, const char *reason)
{
	const struct api_operation *row = o->row.operation;
	struct view_node *node;
	struct tool_fields fields;
	struct show show = {.fields = &fields, .defs = o->plan.defs};
	char rest[IMPORT_OPERATION_NAME_MAX + 16];
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	fields = tool_fields(c, NULL);
	if (problem && problem->field[0]) {
		fields.bad = problem->field;
		fields.reason = reason;
	}
	api_tool_head(c, &o->tool);
	node = view_child(c->root, "Operation");
	view_text(node, "Name", row->name);
	view_text(node, "Method", row->method);
	view_text(node, "Path", row->path);
	view_text(node, "Summary", row->summary[0] ? row->summary : NULL);
	view_text(node, "Description", row->description[0] ? row->description : NULL);
	view_flag(node, "Deprecated", row->deprecated);
	view_flag(node, "Off", !row->enabled);
	each_argument(&o->plan, show_argument, &show);
	view_flag(c->root, "Manages", api_tool_manages(c));
	(void)snprintf(rest, sizeof(rest), "/operations/%s", row->name);
	api_tool_url(c->root, "Form.Url", &o->tool.id, rest);
	view_text(c->root, "Form.Credential",
		tool_given(c, "credential", "")[0] ? tool_given(c, "credential", "") : NULL);
	view_flag(c->root, "Oauth", o->tool.settings.has_oauth2);
	return RC_OK;
}

enum rc page_api_operation(struct ctx *c)
{
	struct operation o;
	enum rc rc = operation_of(c, &o);

	if (rc == RC_OK)
		rc = begin(c, &o, NULL, NULL);
	if (rc == RC_OK)
		rc = page_send(c, "api_tool_operation", 200);
	operation_release(&o);
	return rc;
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

	(void)snprintf(key, sizeof(key), ARGUMENT "%s", a->as);
	param = params_find(&typed->c->req.form, key);
	if (!param || param->value_len == 0)
		return;
	json_member(&typed->json, typed->some ? "," : "", a->as);
	json_raw(&typed->json, ":");
	add_value(typed, a, param);
	typed->some = true;
}

static enum rc read_arguments(struct ctx *c, const struct plan *plan, struct jsonr **out)
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

/* ---- what came of it ---- */

static const char *outcome_next(enum invoke_outcome outcome)
{
	static const char *const next[INVOKE__MAX] = {
		[INVOKE_REFUSED] = MESSAGE("api_tools.call_refused_next"),
		[INVOKE_UNCONFIRMED] = MESSAGE("api_tools.call_unconfirmed_next"),
		[INVOKE_BUSY] = MESSAGE("api_tools.call_busy_next"),
		[INVOKE_RESTING] = MESSAGE("api_tools.call_resting_next"),
		[INVOKE_FORBIDDEN] = MESSAGE("api_tools.call_forbidden_next"),
		[INVOKE_TIMEOUT] = MESSAGE("api_tools.call_timeout_next"),
		[INVOKE_UNREACHABLE] = MESSAGE("api_tools.call_unreachable_next"),
		[INVOKE_TOO_LARGE] = MESSAGE("api_tools.call_large_next"),
	};

	return (unsigned)outcome < INVOKE__MAX ? next[outcome] : NULL;
}

static const char *outcome_text(enum invoke_outcome outcome)
{
	static const char *const texts[INVOKE__MAX] = {
		[INVOKE_REFUSED] = MESSAGE("api_tools.call_refused"),
		[INVOKE_UNCONFIRMED] = MESSAGE("api_tools.call_unconfirmed"),
		[INVOKE_BUSY] = MESSAGE("api_tools.call_busy"),
		[INVOKE_RESTING] = MESSAGE("api_tools.call_resting"),
		[INVOKE_FORBIDDEN] = MESSAGE("api_tools.call_forbidden"),
		[INVOKE_TIMEOUT] = MESSAGE("api_tools.call_timeout"),
		[INVOKE_UNREACHABLE] = MESSAGE("api_tools.call_unreachable"),
		[INVOKE_TOO_LARGE] = MESSAGE("api_tools.call_large"),
	};

	return (unsigned)outcome < INVOKE__MAX ? texts[outcome] : NULL;
}

/* A fault of the arguments stands at its field, in the words of the domain, which are English. */
static enum rc show_failure(struct ctx *c, struct operation *o, const struct invoke_result *result)
{
	struct tool_problem problem = {.field = ""};
	const char *text = outcome_text(result->outcome), *next = outcome_next(result->outcome);
	bool is_fault = result->outcome == INVOKE_FAULT;
	enum rc rc;

	if (result->outcome == INVOKE_NO_TOOL || result->outcome == INVOKE_NO_OPERATION)
		return RC_NOT_FOUND;
	if (is_fault && result->fault.argument[0])
		(void)snprintf(problem.field, sizeof(problem.field), ARGUMENT "%.50s",
			result->fault.argument);
	rc = begin(c, o, &problem, result->fault.text);
	if (rc != RC_OK)
		return rc;
	page_form_error(c,
		is_fault ? say(c, "api_tools.call_fault", NULL)
			 : say(c, "api_tools.call_failed", NULL),
		is_fault ? problem.field[0] ? NULL : result->fault.text
		: text   ? say(c, text, NULL)
			 : NULL,
		next ? say(c, next, NULL) : NULL);
	return page_send(c, "api_tool_operation", 422);
}

/* Text of an API is shown as text, and not all of it when it is long. */
static void set_body(struct ctx *c, struct view_node *node, const struct invoke_result *result)
{
	size_t len = result->body.len, chars;
	struct buf text;

	view_int(node, "Size", (int64_t)len);
	if (result->kind == INVOKE_BINARY || result->kind == INVOKE_NO_BODY)
		return;
	buf_init(&text, SHOWN_MAX + 1);
	buf_add(&text, secret_text(&result->body), len < SHOWN_MAX ? len : SHOWN_MAX);
	while (text.len > 0 && text_utf8_chars(text.data, text.len, &chars) != RC_OK)
		text.data[--text.len] = '\0'; /* a character that was cut */
	view_text(node, "Body", buf_text(&text)[0] ? buf_text(&text) : NULL);
	view_flag(node, "Cut", result->truncated || len > SHOWN_MAX);
	buf_release(&text);
	(void)c;
}

static void set_status(struct ctx *c, struct view_node *node, const struct invoke_result *result)
{
	static const struct {
		int below;
		const char *kind, *next;
	} ranges[] = {{300, "ok", NULL}, {400, "warn", MESSAGE("api_tools.answer_3xx")},
		{401, "bad", MESSAGE("api_tools.answer_400")},
		{402, "bad", MESSAGE("api_tools.answer_401")},
		{403, "bad", MESSAGE("api_tools.answer_4xx")},
		{404, "bad", MESSAGE("api_tools.answer_403")},
		{405, "bad", MESSAGE("api_tools.answer_404")},
		{429, "bad", MESSAGE("api_tools.answer_4xx")},
		{430, "bad", MESSAGE("api_tools.answer_429")},
		{500, "bad", MESSAGE("api_tools.answer_4xx")},
		{1000, "bad", MESSAGE("api_tools.answer_5xx")}};
	char status[24];

	(void)snprintf(status, sizeof(status), "%d", result->status);
	view_text(node, "State.Text", status);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (result->status >= ranges[i].below)
			continue;
		view_text(node, "State.Kind", ranges[i].kind);
		view_text(node, "Next", ranges[i].next ? say(c, ranges[i].next, NULL) : NULL);
		break;
	}
	view_text(node, "Time", say_count(c, "api_tools.milliseconds", result->elapsed_ms, NULL));
	if (result->attempts > 1)
		view_int(node, "Attempts", result->attempts);
}

static enum rc show_answer(struct ctx *c, struct operation *o, const struct invoke_result *result)
{
	struct view_node *node;
	enum rc rc = begin(c, o, NULL, NULL);

	if (rc != RC_OK)
		return rc;
	node = view_child(c->root, "Answer");
	set_status(c, node, result);
	if (result->headers.len)
		view_text(node, "Headers", secret_text(&result->headers));
	set_body(c, node, result);
	return page_send(c, "api_tool_operation", 200);
}

/* ---- preview, call ---- */

static struct invoke_wish wish_of(struct ctx *c, const struct operation *o, struct jsonr *arguments)
{
	const char *credential = tool_given(c, "credential", "");

	return (struct invoke_wish){
		.tool = &o->tool.id,
		.operation = o->row.operation->name,
		.arguments = jsonr_root(arguments),
		.credential = credential[0] ? credential : NULL,
		.test = true,
		.who = "",
	};
}

static enum rc preview(struct ctx *c, struct operation *o, const struct invoke_wish *wish)
{
	struct invoke_result result = {0};
	struct buf text;
	enum rc rc;

	buf_init(&text, PREVIEW_MAX);
	rc = invoke_preview(c->core, &c->actor, wish, &text, &result);
	if (rc == RC_OK && result.outcome != INVOKE_ANSWERED) {
		rc = show_failure(c, o, &result);
	} else if (rc == RC_OK) {
		rc = begin(c, o, NULL, NULL);
		view_text(c->root, "Preview", buf_text(&text));
		if (rc == RC_OK)
			rc = page_send(c, "api_tool_operation", 200);
	}
	buf_release(&text);
	return rc;
}

static enum rc call(struct ctx *c, struct operation *o, const struct invoke_wish *wish)
{
	struct invocation *invocation = NULL;
	enum invoke_state state = INVOKE_WAITS;
	enum rc rc = invoke_begin(c->core, &c->actor, wish, &invocation);

	if (rc == RC_OK)
		rc = invoke_go_on(invocation, false, &state);
	if (rc == RC_OK && state == INVOKE_DONE)
		rc = invoke_record(invocation);
	else if (rc == RC_OK)
		rc = RC_INTERNAL;
	if (rc == RC_OK && invoke_result(invocation)->outcome == INVOKE_ANSWERED)
		rc = show_answer(c, o, invoke_result(invocation));
	else if (rc == RC_OK)
		rc = show_failure(c, o, invoke_result(invocation));
	invoke_free(invocation);
	return rc;
}

/* Form: arg.NAME, credential, and the button: preview or send. */
enum rc page_api_operation_post(struct ctx *c)
{
	struct jsonr *arguments = NULL;
	struct invoke_wish wish;
	struct operation o;
	enum rc rc = operation_of(c, &o);

	if (rc == RC_OK)
		rc = read_arguments(c, &o.plan, &arguments);
	if (rc == RC_OK) {
		wish = wish_of(c, &o, arguments);
		rc = req_form(&c->req, "send") ? call(c, &o, &wish) : preview(c, &o, &wish);
	}
	jsonr_free(arguments);
	operation_release(&o);
	return rc;
}
