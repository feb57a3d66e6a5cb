/* SPDX-License-Identifier: Apache-2.0
 *
 * A description comes in: pasted, uploaded, or from a URL; for a new API tool or in the place of a tool's own. It is read
 * by a child process (domain/tool/import.h) and kept as a draft, which the next page shows (api_tool_draft.c).
 */
#include <stdio.h>
#include <string.h>

#include "platform/text.h"
#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define SHOWN_AGAIN_MAX                                                                            \
	((size_t)512 << 10) /* escaped it may be six times that, on a page of 4 MiB */

/* What was sent. */
struct source {
	const char *p; /* the document; NULL: none yet */
	size_t len;
	const char *text, *url; /* as typed, "" when not */
	const struct param *file;
	struct buf fetched;
	char final_url[URL_MAX + 1];
	const char *fault; /* key of a message: it cannot be read at all */
	const char *fault_at;
};

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static void source_fault(struct source *s, const char *at, const char *key)
{
	s->fault = key;
	s->fault_at = at;
}

/* Form: text, file, url. One of them, not several. */
static void source_read(struct ctx *c, struct source *s)
{
	bool text, url;

	memset(s, 0, sizeof(*s));
	buf_init(&s->fetched, IMPORT_DOCUMENT_MAX);
	s->text = tool_given(c, "text", "");
	s->url = tool_given(c, "url", "");
	s->file = req_file(&c->req, "file");
	if (s->file && !s->file->value_len)
		s->file = NULL;
	text = !is_blank(s->text);
	url = !is_blank(s->url);
	if (text + url + (s->file != NULL) > 1)
		source_fault(s, "url", MESSAGE("api_tools.one_source"));
	else if (s->file) {
		s->p = s->file->value;
		s->len = s->file->value_len;
	} else if (text) {
		s->p = s->text;
		s->len = params_find(&c->req.form, "text")->value_len;
	} else if (!url) {
		source_fault(s, "text", MESSAGE("api_tools.no_source"));
	}
	if (s->len > IMPORT_DOCUMENT_MAX)
		source_fault(s, "file", MESSAGE("api_tools.too_large"));
}

static enum rc source_fetch(struct ctx *c, struct source *s)
{
	static const char *const faults[] = {
		[IMPORT_FETCH_URL] = MESSAGE("api_tools.fetch_url"),
		[IMPORT_FETCH_UNREACHABLE] = MESSAGE("api_tools.fetch_unreachable"),
		[IMPORT_FETCH_TOO_LARGE] = MESSAGE("api_tools.too_large"),
		[IMPORT_FETCH_TOO_MANY] = MESSAGE("api_tools.fetch_too_many"),
	};
	enum import_fetch_problem problem = IMPORT_FETCH_OK;
	enum rc rc;

	if (s->p || s->fault)
		return RC_OK;
	rc = import_fetch(c->core, &c->actor, s->url, &s->fetched, s->final_url, &problem);
	if (rc == RC_INVALID) {
		source_fault(s, "url", faults[problem]);
		return RC_OK;
	}
	s->p = buf_text(&s->fetched);
	s->len = s->fetched.len;
	return rc;
}

/* ---- the form ---- */

/* What was typed, or uploaded, is there again; what is too long for that has to be chosen again. */
static void show_source(struct ctx *c, const struct source *s)
{
	const char *p = s->file ? s->file->value : s->text;
	size_t len = s->file ? s->file->value_len : strlen(s->text);
	size_t chars;

	if (len && len <= SHOWN_AGAIN_MAX && text_utf8_chars(p, len, &chars) == RC_OK)
		view_text(c->root, "Form.Text", p);
	else if (len)
		view_flag(c->root, "Form.ChooseAgain", true);
	if (s->url[0])
		view_text(c->root, "Form.Address", s->url);
	if (!s->fault)
		return;
	view_text(c->root, "Form.Error", say(c, s->fault, NULL));
	view_text(c->root, "Form.ErrorAt", s->fault_at);
}

/* t: the tool whose description it is to replace; NULL: a new one. */
static enum rc show_form(struct ctx *c, const struct api_tool *t, const struct source *s,
	struct import_result *result)
{
	struct jsonr *report = NULL;
	enum rc rc = page_begin(c);

	if (rc == RC_OK && result)
		rc = jsonr_parse(buf_text(&result->report), result->report.len, &report);
	if (rc != RC_OK)
		return rc == RC_NOMEM ? rc : RC_INTERNAL;
	view_url(c->root, "Form.CheckUrl", "/api-tools/check");
	if (t) {
		api_tool_head(c, t);
		api_tool_url(c->root, "Form.Url", &t->id, "/import");
		api_tool_url(c->root, "Form.CancelUrl", &t->id, "");
		if (!s && t->source_url[0])
			view_text(c->root, "Form.Address", t->source_url);
	} else {
		view_url(c->root, "Form.Url", "/api-tools/new");
		view_url(c->root, "Form.CancelUrl", "/api-tools");
	}
	if (s) {
		show_source(c, s);
		page_form_error(c, say(c, "api_tools.not_imported", NULL),
			s->fault ? say(c, s->fault, NULL) : NULL, NULL);
	}
	if (report)
		tool_report(c, jsonr_root(report), true, s ? s->p : NULL, s ? s->len : 0);
	jsonr_free(report);
	return page_send(c, "api_tool_new", s ? 422 : 200);
}

enum rc page_api_tool_new(struct ctx *c)
{
	return show_form(c, NULL, NULL, NULL);
}

enum rc page_api_tool_import(struct ctx *c)
{
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = show_form(c, &t, NULL, NULL);
	api_tool_release(&t);
	return rc;
}

/* ---- read, and kept ---- */

static enum rc keep_draft(struct ctx *c, const struct api_tool *t, struct source *s,
	const struct import_result *result)
{
	struct api_draft_id draft;
	char id[UUID_TEXT_SIZE];
	enum rc rc = api_draft_create(
		c->core, &c->actor, t ? &t->id : NULL, s->p, s->len, s->final_url, result, &draft);

	if (rc == RC_LIMIT) {
		source_fault(s, "file", MESSAGE("api_tools.too_many_drafts"));
		return show_form(c, t, s, NULL);
	}
	if (rc != RC_OK)
		return rc;
	uuid_text(&draft.u, id);
	return page_redirect(c, "/api-tools/drafts/%s", id);
}

static enum rc take_in(struct ctx *c, const struct api_tool *t)
{
	struct import_result *result = NULL;
	struct import_place place;
	struct source s;
	enum rc rc;

	source_read(c, &s);
	if (import_enter(c->core, &c->actor.tenant, false, &place) != RC_OK)
		source_fault(&s, s.p ? "text" : "url", MESSAGE("api_tools.too_many_imports"));
	rc = source_fetch(c, &s);
	if (rc == RC_OK && !s.fault)
		rc = import_run(c->core, s.p, s.len, s.final_url[0] ? s.final_url : NULL, &result);
	if (rc == RC_OK && (s.fault || result->refused))
		rc = show_form(c, t, &s, result);
	else if (rc == RC_OK)
		rc = keep_draft(c, t, &s, result);
	import_leave(c->core, &place);
	import_result_free(result);
	buf_release(&s.fetched);
	return rc;
}

/* Form: text, file, url. */
enum rc page_api_tool_new_post(struct ctx *c)
{
	return take_in(c, NULL);
}

/* Form: text, file, url. */
enum rc page_api_tool_import_post(struct ctx *c)
{
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = take_in(c, &t);
	api_tool_release(&t);
	return rc;
}

/* ---- as one types ---- */

static void set_found(struct ctx *c, const struct import_result *result, jsonv *head)
{
	struct view_node *node = view_child(c->root, "Found");

	view_text(node, "Title", doc_text(head, "/title")[0] ? doc_text(head, "/title") : NULL);
	view_text(node, "Format",
		strcmp(doc_text(head, "/format"), "swagger") == 0 ? "Swagger" : "OpenAPI");
	view_text(node, "Version", doc_text(head, "/version"));
	view_text(node, "Count",
		say_count(c, "api_tools.n_operations", (int64_t)result->n_operations, NULL));
}

static enum rc show_check(struct ctx *c, const struct import_result *result, const char *p)
{
	struct jsonr *report = NULL, *head = NULL;
	enum rc rc = page_begin(c);

	if (rc == RC_OK)
		rc = jsonr_parse(buf_text(&result->report), result->report.len, &report);
	if (rc == RC_OK && !result->refused)
		rc = jsonr_parse(buf_text(&result->head), result->head.len, &head);
	if (rc == RC_OK) {
		tool_report(c, jsonr_root(report), result->refused, p, strlen(p));
		if (head)
			set_found(c, result, jsonr_root(head));
		rc = page_send(c, "api_tool_check", 200);
	}
	jsonr_free(report);
	jsonr_free(head);
	return rc;
}

/* Form: text. The answer is a piece of a page; nothing is kept. 202: others are being read, ask again. */
enum rc page_api_tool_check_post(struct ctx *c)
{
	const char *text = tool_given(c, "text", "");
	struct import_result *result = NULL;
	struct import_place place;
	enum rc rc = import_enter(c->core, &c->actor.tenant, true, &place);

	if (rc == RC_LIMIT) {
		c->resp.status = 202;
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = is_blank(text) ? RC_INVALID
				    : import_run(c->core, text, strlen(text), NULL, &result);
	if (rc == RC_OK)
		rc = show_check(c, result, text);
	import_leave(c->core, &place);
	import_result_free(result);
	return rc;
}
