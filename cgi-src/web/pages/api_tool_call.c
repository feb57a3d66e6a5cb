/* SPDX-License-Identifier: Apache-2.0
 *
 * One operation of an API tool: what it is, what it takes, and for those who manage API tools a test call: a preview of
 * the request, with its secrets covered, or the call itself. Nothing that is stored changes by it.
 */
#include <stdio.h>
#include <string.h>

#include "domain/tool/invoke.h"
#include "platform/text.h"
#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

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

/* ---- the page ---- */

static enum rc begin(
	struct ctx *c, struct operation *o, const struct tool_problem *problem, const char *reason)
{
	const struct api_operation *row = o->row.operation;
	struct view_node *node;
	struct tool_fields fields;
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
	tool_arguments_show(&fields, &o->plan);
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
		(void)snprintf(problem.field, sizeof(problem.field), TOOL_ARGUMENT "%.50s",
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

static void new_line(struct buf *out, int depth)
{
	static const char spaces[] = "                                        ";

	buf_putc(out, '\n');
	buf_add(out, spaces, depth < 20 ? (size_t)depth * 2 : sizeof(spaces) - 1);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* JSON with its lines set out; p is JSON. Values stay as they were written, numbers too. */
static void set_out(const char *p, size_t len, struct buf *out)
{
	bool in_text = false, empty = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = p[i];
		bool closes = !in_text && (c == '}' || c == ']');
		bool opens = !in_text && (c == '{' || c == '[');

		if (!in_text && is_space(c))
			continue;
		if (closes && !empty)
			new_line(out, depth - 1);
		depth += opens - closes;
		buf_putc(out, c);
		empty = opens && (p[i + 1] == '}' || p[i + 1] == ']');
		if (opens && !empty)
			new_line(out, depth);
		else if (!in_text && c == ',')
			new_line(out, depth);
		else if (!in_text && c == ':')
			buf_putc(out, ' ');
		else if (c == '"')
			in_text = !in_text;
		else if (in_text && c == '\\' && i + 1 < len)
			buf_putc(out, p[++i]);
	}
}

static void add_body(const struct invoke_result *result, struct buf *out)
{
	const char *p = secret_text(&result->body);
	size_t len = result->body.len;

	if (result->kind == INVOKE_JSON && !result->truncated && jsonr_check(p, len) == RC_OK) {
		set_out(p, len, out);
		if (buf_done(out) == RC_OK)
			return;
		buf_clear(out); /* it grew too long */
	}
	buf_add(out, p, len < SHOWN_MAX ? len : SHOWN_MAX);
}

/* Text of an API is shown as text, and not all of it when it is long. */
static void set_body(struct view_node *node, const struct invoke_result *result)
{
	size_t len = result->body.len, chars;
	struct buf text;

	view_int(node, "Size", (int64_t)len);
	if (result->kind == INVOKE_BINARY || result->kind == INVOKE_NO_BODY)
		return;
	buf_init(&text, SHOWN_MAX + 1);
	add_body(result, &text);
	while (text.len > 0 && text_utf8_chars(text.data, text.len, &chars) != RC_OK)
		text.data[--text.len] = '\0'; /* a character that was cut */
	view_text(node, "Body", buf_text(&text)[0] ? buf_text(&text) : NULL);
	view_flag(node, "Cut", result->truncated || len > SHOWN_MAX);
	buf_release(&text);
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
	set_body(node, result);
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
		rc = tool_arguments_read(c, &o.plan, &arguments);
	if (rc == RC_OK) {
		wish = wish_of(c, &o, arguments);
		rc = req_form(&c->req, "send") ? call(c, &o, &wish) : preview(c, &o, &wish);
	}
	jsonr_free(arguments);
	operation_release(&o);
	return rc;
}
