/* SPDX-License-Identifier: Apache-2.0
 *
 * A draft: what was found in a description, and the form that makes an API tool of it; or, for a tool that is there
 * already, what would change.
 */
#include <stdio.h>
#include <string.h>

#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define CHANGES_SHOWN 200

static enum rc draft_of(struct ctx *c, struct api_draft *out)
{
	struct api_draft_id id;

	memset(out, 0, sizeof(*out));
	if (uuid_parse(route_arg(&c->match, "draft"), &id.u) != RC_OK)
		return RC_NOT_FOUND;
	return api_draft_load(c->core, &c->actor, &id, out);
}

static void draft_url(
	struct view_node *node, const char *name, const struct api_draft *d, const char *rest)
{
	char text[UUID_TEXT_SIZE];

	uuid_text(&d->id.u, text);
	page_url(node, name, "/api-tools/drafts/%s%s", text, rest);
}

static void set_found(struct ctx *c, const struct api_draft *d)
{
	jsonv *head = jsonr_root(d->head);
	struct view_node *node = view_child(c->root, "Draft");

	view_text(node, "Title", doc_text(head, "/title")[0] ? doc_text(head, "/title") : NULL);
	view_text(node, "Format",
		strcmp(doc_text(head, "/format"), "swagger") == 0 ? "Swagger" : "OpenAPI");
	view_text(node, "Version", doc_text(head, "/version"));
	if (doc_text(head, "/api_version")[0])
		view_text(node, "ApiVersion", doc_text(head, "/api_version"));
	if (d->source_url[0])
		view_text(node, "Source", d->source_url);
	view_int(node, "Count", d->n_operations);
	view_int(node, "Enabled", d->n_enabled);
	draft_url(c->root, "Form.Url", d, "");
	draft_url(c->root, "Form.DiscardUrl", d, "/discard");
	tool_report(c, jsonr_root(d->report), false, NULL, 0);
}

/* ---- a new tool ---- */

/* Is it what the description asks of every request? Without such a rule any of its methods may be. */
static bool is_asked_for(jsonv *head, const char *scheme)
{
	jsonv *alternatives = doc_list(head, "/security");
	jsonv *first = jsonr_at(alternatives, 0);

	if (jsonr_length(alternatives) == 0)
		return true;
	for (size_t i = 0; i < jsonr_length(first); i++)
		if (strcmp(doc_text(jsonr_at(first, i), "/scheme"), scheme) == 0)
			return true;
	return false;
}

static void set_scheme(struct ctx *c, jsonv *head, jsonv *scheme, size_t i)
{
	const char *name = doc_text(scheme, "/name");
	struct view_node *item = view_append(view_child(c->root, "Schemes"));
	bool checked = is_asked_for(head, name);
	char id[32], key[32];

	(void)snprintf(id, sizeof(id), "scheme%zu", i);
	(void)snprintf(key, sizeof(key), "scheme%zu", i);
	view_text(item, "Id", id);
	view_text(item, "Key", key);
	view_text(item, "Name", name);
	view_text(item, "Text", tool_scheme_words(c, scheme));
	if (doc_text(scheme, "/description")[0])
		view_text(item, "Help", doc_text(scheme, "/description"));
	view_flag(item, "Possible", tool_scheme_possible(scheme));
	view_flag(item, "Checked", tool_ticked(c, key, checked));
}

static enum rc show_new(struct ctx *c, const struct api_draft *d, const struct tool_rows *rows,
	const struct tool_problem *problem, int status)
{
	jsonv *head = jsonr_root(d->head), *schemes = doc_list(head, "/security_schemes");
	struct tool_fields fields;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	fields = tool_fields(c, problem);
	set_found(c, d);
	tool_form_show(&fields, NULL, head);
	for (size_t i = 0; i < jsonr_length(schemes); i++)
		set_scheme(c, head, jsonr_at(schemes, i), i);
	tool_form_fault(c, &fields, status, MESSAGE("api_tools.not_saved"));
	rc = tool_rows_show(c, &d->id.u, rows, NULL);
	return rc == RC_OK ? page_send(c, "api_tool_draft", status ? status : 200) : rc;
}

/* What the boxes of the schemes make of the settings. The secrets come on a page of their own. */
static void take_schemes(struct ctx *c, jsonv *head, struct tool_settings *s,
	char ids[TOOL_AUTH_MAX][TOOL_AUTH_ID_MAX + 1])
{
	jsonv *schemes = doc_list(head, "/security_schemes");

	for (size_t i = 0; i < jsonr_length(schemes); i++) {
		jsonv *scheme = jsonr_at(schemes, i);
		char key[32];

		(void)snprintf(key, sizeof(key), "scheme%zu", i);
		if (!req_form(&c->req, key))
			continue;
		if (!s->has_oauth2 && tool_scheme_oauth2(scheme, &s->oauth2)) {
			s->has_oauth2 = true;
		} else if (s->n_auth < TOOL_AUTH_MAX &&
			   tool_scheme_auth(scheme, &s->auth[s->n_auth])) {
			(void)snprintf(ids[s->n_auth], TOOL_AUTH_ID_MAX + 1, "a%zu", s->n_auth + 1);
			s->auth[s->n_auth].id = ids[s->n_auth];
			s->n_auth++;
		}
	}
}

static enum rc save_new(struct ctx *c, const struct api_draft *d, const struct tool_rows *rows)
{
	char ids[TOOL_AUTH_MAX][TOOL_AUTH_ID_MAX + 1];
	struct tool_problem problem;
	struct tool_form form;
	struct api_tool_id id;
	int status;
	enum rc rc;

	tool_form_read(c, NULL, &form);
	take_schemes(c, jsonr_root(d->head), &form.settings, ids);
	rc = api_tool_create(c->core, &c->actor, &d->id, &form.wish, &id);
	rc = tool_form_answer(rc, &form.wish, &problem, &status);
	if (rc == RC_OK && status)
		return show_new(c, d, rows, &problem, status);
	if (rc == RC_LIMIT) {
		problem = (struct tool_problem){"-", MESSAGE("api_tools.too_many")};
		return show_new(c, d, rows, &problem, 409);
	}
	if (rc != RC_OK)
		return rc;
	return api_tool_redirect(c, &id,
		form.settings.n_auth || form.settings.has_oauth2
			? "/authorization?done=api-tool-added"
			: "?done=api-tool-added");
}

/* ---- the next description of a tool ---- */

struct changes {
	struct ctx *c;
	size_t n;
};

static void see_change(enum api_change change, const char *name, const char *method,
	const char *path, bool enabled, void *arg)
{
	static const struct {
		const char *kind, *text;
	} words[] = {
		[API_ADDED] = {"ok", MESSAGE("api_tools.change_added")},
		[API_CHANGED] = {"warn", MESSAGE("api_tools.change_changed")},
		[API_REMOVED] = {"bad", MESSAGE("api_tools.change_removed")},
	};
	struct changes *changes = arg;
	struct view_node *item;

	if (changes->n++ >= CHANGES_SHOWN)
		return;
	item = view_append(view_child(changes->c->root, "Changes"));
	view_text(item, "State.Kind", words[change].kind);
	view_text(item, "State.Text", say(changes->c, words[change].text, NULL));
	view_text(item, "Name", name);
	view_text(item, "Method", method);
	view_text(item, "Path", path);
	view_flag(item, "Off", !enabled && change != API_ADDED);
}

static void set_diff(struct ctx *c, const struct api_diff *diff, size_t shown)
{
	view_int(c->root, "Diff.Added", diff->n_added);
	view_int(c->root, "Diff.Changed", diff->n_changed);
	view_int(c->root, "Diff.Removed", diff->n_removed);
	view_int(c->root, "Diff.Unchanged", diff->n_unchanged);
	if (shown > CHANGES_SHOWN)
		view_int(c->root, "Diff.More", (int64_t)(shown - CHANGES_SHOWN));
	if (strcmp(diff->server, diff->new_server) == 0)
		return;
	view_text(c->root, "Diff.Server", diff->server);
	view_text(c->root, "Diff.NewServer", diff->new_server);
}

static enum rc show_diff(struct ctx *c, const struct api_draft *d, int status)
{
	struct changes changes = {.c = c};
	struct api_diff diff;
	struct api_tool t;
	enum rc rc = api_tool_load(c->core, &c->actor.tenant, &d->tool, &t);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK)
		rc = api_draft_diff(c->core, &c->actor, d, see_change, &changes, &diff);
	if (rc == RC_OK) {
		set_found(c, d);
		api_tool_head(c, &t);
		view_int(c->root, "Form.Version", (int64_t)t.version);
		set_diff(c, &diff, changes.n);
		if (status)
			page_form_error(c, say(c, "api_tools.not_applied", NULL),
				say(c, "api_tools.changed_meanwhile", NULL),
				say(c, "api_tools.changed_look", NULL));
		rc = page_send(c, "api_tool_apply", status ? status : 200);
	}
	api_tool_release(&t);
	return rc;
}

/* Form: version. */
static enum rc apply(struct ctx *c, const struct api_draft *d)
{
	uint64_t version;
	enum rc rc = page_version(c, "version", &version);

	if (rc == RC_OK)
		rc = api_tool_replace(c->core, &c->actor, &d->tool, &d->id, version);
	if (rc == RC_CONFLICT)
		return show_diff(c, d, 409);
	return rc == RC_OK ? api_tool_redirect(c, &d->tool, "?done=api-tool-imported") : rc;
}

/* ---- both ---- */

enum rc page_api_draft(struct ctx *c)
{
	struct tool_rows rows = {0};
	struct api_draft d;
	enum rc rc = draft_of(c, &d);

	if (rc == RC_OK)
		rc = d.is_new ? show_new(c, &d, &rows, NULL, 0) : show_diff(c, &d, 0);
	api_draft_release(&d);
	return rc;
}

/* The boxes are kept with every button, so that another page of operations forgets nothing. */
static enum rc take_new(struct ctx *c, const struct api_draft *d)
{
	const char *page = req_form(&c->req, "page");
	struct tool_rows rows =
		tool_rows_of(req_form(&c->req, "q"), page ? page : req_form(&c->req, "offset"));
	struct tool_ticks ticks;
	enum rc rc;

	tool_ticks_read(c, &ticks);
	rc = api_draft_choose(c->core, &c->actor, &d->id, &ticks.choice);
	if (rc != RC_OK)
		return rc;
	if (req_form(&c->req, "save"))
		return save_new(c, d, &rows);
	if (req_form(&c->req, "find"))
		rows.offset = 0;
	return show_new(c, d, &rows, NULL, 0);
}

/* Form: version; or the fields of the tool, schemeN, seen, on, all, q, offset, and the button: save, find, page. */
enum rc page_api_draft_post(struct ctx *c)
{
	struct api_draft d;
	enum rc rc = draft_of(c, &d);

	if (rc == RC_OK)
		rc = d.is_new ? take_new(c, &d) : apply(c, &d);
	api_draft_release(&d);
	return rc;
}

enum rc page_api_draft_discard_post(struct ctx *c)
{
	struct api_draft d;
	enum rc rc = draft_of(c, &d);

	if (rc == RC_OK)
		rc = api_draft_discard(c->core, &c->actor, &d.id);
	if (rc == RC_OK)
		rc = d.is_new ? page_redirect(c, "/api-tools") : api_tool_redirect(c, &d.tool, "");
	api_draft_release(&d);
	return rc;
}
