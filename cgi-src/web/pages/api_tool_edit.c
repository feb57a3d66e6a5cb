/* SPDX-License-Identifier: Apache-2.0
 *
 * An API tool is edited: its name, its texts, its server.
 */
#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

static enum rc show(
	struct ctx *c, const struct api_tool *t, const struct tool_problem *problem, int status)
{
	struct tool_fields fields;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	fields = tool_fields(c, problem);
	api_tool_head(c, t);
	tool_form_show(&fields, t, jsonr_root(t->head));
	tool_form_fault(c, &fields, status, MESSAGE("api_tools.not_saved"));
	api_tool_url(c->root, "Form.Url", &t->id, "/edit");
	api_tool_url(c->root, "Form.CancelUrl", &t->id, "");
	view_int(c->root, "Form.Version", (int64_t)t->version);
	view_flag(c->root, "Secrets", t->settings.n_auth > 0 || t->settings.has_oauth2);
	return page_send(c, "api_tool_edit", status ? status : 200);
}

enum rc page_api_tool_edit(struct ctx *c)
{
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = show(c, &t, NULL, 0);
	api_tool_release(&t);
	return rc;
}

static enum rc save(struct ctx *c, const struct api_tool *t)
{
	struct tool_problem problem;
	struct tool_form form;
	int status;
	enum rc rc;

	tool_form_read(c, &t->settings, &form);
	rc = page_version(c, "version", &form.wish.expected_version);
	if (rc == RC_OK)
		rc = api_tool_update(c->core, &c->actor, &t->id, &form.wish);
	rc = tool_form_answer(rc, &form.wish, &problem, &status);
	if (rc == RC_OK && status)
		return show(c, t, &problem, status);
	return rc == RC_OK ? api_tool_redirect(c, &t->id, "?done=saved") : rc;
}

/* Form: version and the fields of the tool. */
enum rc page_api_tool_edit_post(struct ctx *c)
{
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = save(c, &t);
	api_tool_release(&t);
	return rc;
}
