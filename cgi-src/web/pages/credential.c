/* SPDX-License-Identifier: Apache-2.0
 *
 * Rename, delete, Set as default, disable, enable.
 */
#include <stdio.h>
#include <string.h>

#include "domain/credential.h"
#include "web/errors.h"
#include "web/pages/app_uses.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

/* ---- rename ---- */

static void set_rename_problem(struct ctx *c, const struct provider *p,
	const struct credential_view *v, const struct credential_change *change, enum rc rc)
{
	struct view_node *conflict, *item;
	char id[UUID_TEXT_SIZE];

	if (rc == RC_INVALID) {
		view_text(c->root, "Form.NameError", say_words(c, change->reason));
		return;
	}
	if (change->name_taken) {
		view_text(c->root, "Form.NameError", say(c, "form.name_taken_choose", NULL));
		return;
	}
	uuid_text(&v->id.u, id);
	conflict = view_child(c->root, "Conflict");
	item = view_append(view_child(conflict, "Changes"));
	view_text(conflict, "Who", v->changed_by[0] ? v->changed_by : say(c, "who.somebody", NULL));
	page_date(c, conflict, "When", v->updated_at_s);
	page_url(conflict, "ReloadUrl", "/%s/%s/credentials/%s/rename", page_section(p), p->id, id);
	view_text(item, "Label", say(c, "label.authorization_name", NULL));
	view_text(item, "Theirs", v->name);
	view_text(item, "Yours", change->name);
}

static enum rc show_rename(struct ctx *c, const struct provider *p, const struct credential_view *v,
	const struct credential_change *change, enum rc changed)
{
	int status = !change ? 200 : changed == RC_INVALID ? 422 : error_status(changed);
	enum rc rc = page_credential_form(c, p, v, "rename");

	if (rc != RC_OK)
		return rc;
	view_text(c->root, "Form.Name", change ? change->name : v->name);
	if (change)
		set_rename_problem(c, p, v, change, changed);
	return page_send(c, "rename", status);
}

enum rc page_rename(struct ctx *c)
{
	struct credential_view view;
	const struct provider *p;
	enum rc rc = page_credential(c, &p, &view);

	if (rc == RC_OK)
		rc = show_rename(c, p, &view, NULL, RC_OK);
	credential_view_release(&view);
	return rc;
}

static enum rc apply_rename(struct ctx *c, const struct provider *p, struct credential_view *view,
	struct credential_change *change)
{
	struct credential_id id = view->id;
	enum rc changed = credential_edit(c->core, &c->actor, p, &id, change), rc;

	if (changed == RC_OK)
		return page_redirect(c, "/%s/%s?done=renamed", page_section(p), p->id);
	if (changed != RC_INVALID && changed != RC_CONFLICT)
		return changed;
	credential_view_release(view);
	rc = credential_show(c->core, &c->actor, p, &id, view);
	return rc == RC_OK ? show_rename(c, p, view, change, changed) : rc;
}

/* Form: version, name. */
enum rc page_rename_post(struct ctx *c)
{
	struct credential_change change = {.name = req_form(&c->req, "name")};
	struct credential_view view;
	const struct provider *p;
	enum rc rc = page_credential(c, &p, &view);

	if (rc == RC_OK)
		rc = change.name ? page_version(c, "version", &change.expected_version)
				 : RC_INVALID;
	if (rc == RC_OK)
		rc = apply_rename(c, p, &view, &change);
	credential_view_release(&view);
	return rc;
}

/* ---- delete ---- */

/* Who becomes the Default when this one goes. */
static enum rc set_next_default(
	struct ctx *c, const struct provider *p, const struct credential_view *v)
{
	struct credential_views all;
	enum rc rc;

	if (!v->is_default)
		return RC_OK;
	rc = credential_list(c->core, &c->actor, p, &all);
	if (rc == RC_OK && all.n > 1)
		view_text(c->root, "Credential.NextDefault", all.items[1].name);
	credential_views_release(&all);
	return rc;
}

enum rc page_delete(struct ctx *c)
{
	struct credential_view view;
	const struct provider *p;
	enum rc rc = page_credential(c, &p, &view);

	if (rc == RC_OK)
		rc = page_credential_form(c, p, &view, "delete");
	if (rc == RC_OK) {
		if (view.account[0])
			view_text(c->root, "Credential.Account", view.account);
		view_text(c->root, "Credential.Kind", view.is_oauth ? "oauth2" : "api-key");
		view_flag(c->root, "Credential.Default", view.is_default);
		view_flag(c->root, "Credential.Revokes",
			view.is_oauth && !view.unreadable && provider_can_connect(p) &&
				p->oauth.revocation != REVOCATION_NONE);
		rc = set_next_default(c, p, &view);
	}
	if (rc == RC_OK)
		rc = app_uses_of_credential(c, &view.id);
	if (rc == RC_OK)
		rc = page_send(c, "delete", 200);
	credential_view_release(&view);
	return rc;
}

/* Form: version. */
enum rc page_delete_post(struct ctx *c)
{
	struct credential_id id;
	const struct provider *p;
	uint64_t version;
	enum rc rc = page_provider(c, &p);

	if (rc == RC_OK)
		rc = page_credential_id(c, &id);
	if (rc == RC_OK)
		rc = page_version(c, "version", &version);
	if (rc == RC_OK)
		rc = credential_remove(c->core, &c->actor, p, &id, version);
	if (rc == RC_OK)
		rc = page_redirect(c, "/%s/%s?done=deleted", page_section(p), p->id);
	return rc;
}

enum rc page_default_post(struct ctx *c)
{
	struct credential_id id;
	const struct provider *p;
	enum rc rc = page_provider(c, &p);

	if (rc == RC_OK)
		rc = page_credential_id(c, &id);
	if (rc == RC_OK)
		rc = credential_make_default(c->core, &c->actor, p, &id);
	if (rc == RC_OK)
		rc = page_redirect(c, "/%s/%s?done=default", page_section(p), p->id);
	return rc;
}

/* ---- disable, enable ---- */

enum rc page_disable(struct ctx *c)
{
	struct credential_view view;
	const struct provider *p;
	enum rc rc = page_credential(c, &p, &view);

	if (rc == RC_OK)
		rc = page_credential_form(c, p, &view, "disable");
	if (rc == RC_OK) {
		if (view.account[0])
			view_text(c->root, "Credential.Account", view.account);
		view_text(c->root, "Credential.Kind", view.is_oauth ? "oauth2" : "api-key");
		view_flag(c->root, "Credential.Default", view.is_default);
		rc = page_send(c, "disable", 200);
	}
	credential_view_release(&view);
	return rc;
}

static enum rc switch_post(struct ctx *c, bool on)
{
	struct credential_id id;
	const struct provider *p;
	uint64_t version;
	enum rc rc = page_provider(c, &p);

	if (rc == RC_OK)
		rc = page_credential_id(c, &id);
	if (rc == RC_OK)
		rc = page_version(c, "version", &version);
	if (rc == RC_OK)
		rc = credential_switch(c->core, &c->actor, p, &id, on, version);
	if (rc == RC_OK)
		rc = page_redirect(
			c, "/%s/%s?done=%s", page_section(p), p->id, on ? "enabled" : "disabled");
	return rc;
}

/* Form: version. */
enum rc page_disable_post(struct ctx *c)
{
	return switch_post(c, false);
}

/* Form: version. */
enum rc page_enable_post(struct ctx *c)
{
	return switch_post(c, true);
}
