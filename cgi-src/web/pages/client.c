/* SPDX-License-Identifier: Apache-2.0
 *
 * OAuth Client Settings: Default or Custom.
 */
#include <stdio.h>
#include <string.h>

#include "domain/credential.h"
#include "domain/oauth/client.h"
#include "web/errors.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define SCOPES_LINE_SIZE 8192

/* One showing of the form. */
struct client_form {
	const struct provider *p;
	struct client_settings settings;
	const struct client_change *change; /* NULL: fresh */
	const struct fieldset *typed;
	enum rc rc; /* of the change */
};

static enum rc provider_with_oauth(struct ctx *c, const struct provider **out)
{
	enum rc rc = page_provider(c, out);

	return rc == RC_OK && !provider_can_connect(*out) ? RC_NOT_FOUND : rc;
}

static bool custom_is_chosen(const struct client_form *f)
{
	if (f->change)
		return f->change->custom;
	return f->settings.custom_enabled || !f->settings.has_system;
}

static enum rc set_redirect_uri(struct ctx *c, const struct provider *p)
{
	char context[CLIENT_CONTEXT_SIZE];
	struct buf uri;
	enum rc rc;

	client_context(p, CLIENT_SOURCE_TENANT, &c->actor.tenant, context);
	buf_init(&uri, 2048);
	rc = client_redirect_uri(c->core, p, context, &uri);
	view_text(c->root, "Client.RedirectUri", buf_text(&uri));
	buf_release(&uri);
	return rc;
}

/* As they are listed, and in one line as the provider separates them, to be copied. */
static void set_scopes(
	struct ctx *c, const char *name, const struct scope_list *scopes, const char *separator)
{
	struct view_node *node;
	struct buf line;

	if (!scopes->n)
		return;
	node = view_child(c->root, name);
	buf_init(&line, SCOPES_LINE_SIZE);
	for (size_t i = 0; i < scopes->n; i++) {
		const struct scope *scope = &scopes->items[i];
		const char *why = i18n_text(&scope->why, c->language);
		struct view_node *item = view_append(view_child(node, "Items"));

		buf_printf(&line, "%s%s", i ? separator : "", scope->name);
		view_text(item, "Words", i18n_text(&scope->label, c->language));
		view_text(item, "Code", scope->name);
		if (why[0])
			view_text(item, "Why", why);
	}
	if (buf_done(&line) == RC_OK) /* cut off it would be wrong */
		view_text(node, "Line", buf_text(&line));
	buf_release(&line);
}

/* How the app is made at the provider: all that its file knows of it. */
static void set_guide(struct ctx *c, const struct provider *p)
{
	struct view_node *steps = view_child(c->root, "Client.Steps");
	const struct oauth_recipe *o = &p->oauth;

	for (size_t i = 0; i < o->n_setup_steps; i++)
		view_text(view_append(steps), "Text", i18n_text(&o->setup_steps[i], c->language));
	view_text(c->root, "Client.ConsoleUrl", o->setup_url);
	view_flag(c->root, "Client.Pkce", o->pkce == PKCE_REQUIRED);
	view_flag(c->root, "Client.OwnUri", o->host_from_client);
	set_scopes(c, "Client.Scopes", &o->scopes, o->scope_separator);
	set_scopes(c, "Client.UserScopes", &o->user_scopes, o->scope_separator);
}

static enum rc set_frame(struct ctx *c, const struct client_form *f)
{
	const struct provider *p = f->p;
	struct page_request request = page_request(c, p);

	page_set_provider(c, p);
	page_url(c->root, "Form.Url", "/%s/%s/client%s", page_section(p), p->id, request.query);
	page_url(c->root, "Form.CancelUrl", "/%s/%s%s", page_section(p), p->id, request.query);
	view_int(c->root, "Form.Version", (int64_t)f->settings.revision);
	view_text(c->root, "Client.Choice", custom_is_chosen(f) ? "custom" : "default");
	view_flag(c->root, "Client.DefaultReady", f->settings.has_system);
	view_flag(c->root, "Client.CanAuthorize", policy_allows(c->actor.role, ACTION_CONNECT));
	if (f->settings.has_custom)
		page_url(c->root, "Client.RemoveUrl", "/%s/%s/client/remove", page_section(p),
			p->id);
	set_guide(c, p);
	return set_redirect_uri(c, p);
}

static void set_conflict(struct ctx *c, const struct client_form *f)
{
	struct view_node *conflict = view_child(c->root, "Conflict");
	struct view_node *change = view_append(view_child(conflict, "Changes"));
	const char *who = f->settings.changed_by;

	view_text(conflict, "Who", who[0] ? who : say(c, "who.somebody", NULL));
	page_date(c, conflict, "When", f->settings.updated_at_s);
	page_url(conflict, "ReloadUrl", "/%s/%s/client", page_section(f->p), f->p->id);
	view_text(change, "Label", say(c, "client.oauth_client", NULL));
	if (f->settings.has_custom && f->settings.custom_enabled == f->change->custom) {
		view_text(change, "Theirs",
			f->change->custom ? say(c, "client.other_values", NULL)
					  : say(c, "label.default", NULL));
		return;
	}
	view_text(change, "Theirs",
		f->settings.has_custom
			? (f->settings.custom_enabled ? say(c, "label.custom", NULL)
						      : say(c, "label.default", NULL))
			: say(c, "client.removed", NULL));
	view_text(change, "Yours",
		f->change->custom ? say(c, "label.custom", NULL) : say(c, "label.default", NULL));
}

static void set_problem(struct ctx *c, const struct client_form *f)
{
	if (f->change && f->rc == RC_CONFLICT)
		set_conflict(c, f);
	else if (f->change && f->rc != RC_CRYPTO)
		page_form_error(c, say(c, "form.not_right", NULL),
			f->change->bad_field ? NULL : say_words(c, f->change->reason), NULL);
	else if (f->settings.custom_unreadable)
		page_form_error(c, say(c, "client.unreadable", NULL),
			say(c, "reason.unreadable", NULL), say(c, "client.unreadable_next", NULL));
}

static int form_status(const struct client_form *f)
{
	if (!f->change)
		return 200;
	if (f->rc == RC_CRYPTO)
		return 409;
	return f->rc == RC_INVALID ? 422 : error_status(f->rc);
}

static enum rc show_form(struct ctx *c, const struct client_form *f)
{
	bool readable = f->settings.has_custom && !f->settings.custom_unreadable;
	struct page_fields fields = {
		.schema = &f->p->client_schema,
		.typed = f->typed,
		.stored = readable ? &f->settings.stored : NULL,
		.kept = f->settings.kept,
		.n_kept = f->settings.n_kept,
		.bad_field = f->change ? f->change->bad_field : NULL,
		.reason = f->change ? f->change->reason : NULL,
		.words = f->change ? f->change->words : NULL,
	};
	enum rc rc = page_begin(c);

	if (rc == RC_OK)
		rc = set_frame(c, f);
	if (rc != RC_OK)
		return rc;
	rc = page_set_fields(c, &fields);
	if (rc != RC_OK)
		return rc;
	set_problem(c, f);
	return page_send(c, "oauth_client", form_status(f));
}

enum rc page_client(struct ctx *c)
{
	struct client_form f = {0};
	enum rc rc = provider_with_oauth(c, &f.p);

	if (rc == RC_OK)
		rc = client_settings_load(c->core, &c->actor.tenant, f.p, &f.settings);
	if (rc == RC_OK)
		rc = show_form(c, &f);
	client_settings_release(&f.settings);
	return rc;
}

static enum rc show_again(struct ctx *c, struct client_form *f)
{
	enum rc rc = client_settings_load(c->core, &c->actor.tenant, f->p, &f->settings);

	if (rc == RC_OK)
		rc = show_form(c, f);
	client_settings_release(&f->settings);
	return rc;
}

static enum rc read_change(struct ctx *c, const struct provider *p, struct fieldset *typed,
	struct client_change *change)
{
	const char *choice = req_form(&c->req, "client");
	enum rc rc;

	if (!choice || (strcmp(choice, "custom") != 0 && strcmp(choice, "default") != 0))
		return RC_INVALID;
	change->custom = strcmp(choice, "custom") == 0;
	rc = page_version(c, "version", &change->expected_revision);
	return rc == RC_OK ? page_read_fields(c, &p->client_schema, typed) : rc;
}

static bool wants_to_authorize(struct ctx *c)
{
	const char *then = req_form(&c->req, "then");

	return then && strcmp(then, "authorize") == 0;
}

static enum rc go_on(struct ctx *c, const struct provider *p)
{
	struct page_request request = page_request(c, p);

	if (wants_to_authorize(c))
		return page_redirect(c, "/connect/%s/%s%s", page_section(p), p->id, request.query);
	return page_redirect(c, "/%s/%s?done=client%s", page_section(p), p->id, request.and_query);
}

/* Query: request. Form: client, version, field.…, then (the button: save or authorize). */
enum rc page_client_post(struct ctx *c)
{
	struct fieldset typed = FIELDSET_EMPTY;
	struct client_change change = {.fields = &typed};
	struct client_form f = {.change = &change, .typed = &typed};
	enum rc rc = provider_with_oauth(c, &f.p);

	if (rc == RC_OK)
		rc = read_change(c, f.p, &typed, &change);
	if (rc == RC_OK) {
		f.rc = client_save(c->core, &c->actor, f.p, &change);
		if (f.rc == RC_INVALID || f.rc == RC_CONFLICT || f.rc == RC_CRYPTO)
			rc = show_again(c, &f);
		else
			rc = f.rc;
	}
	if (rc == RC_OK && f.rc == RC_OK)
		rc = go_on(c, f.p);
	fieldset_release(&typed);
	return rc;
}

/* Who loses the client that could renew them. */
static enum rc set_uses(struct ctx *c, const struct provider *p)
{
	struct view_node *uses = view_child(c->root, "Uses");
	struct credential_views views;
	enum rc rc = credential_list(c->core, &c->actor, p, &views);

	for (size_t i = 0; rc == RC_OK && i < views.n; i++)
		if (views.items[i].is_oauth && views.items[i].custom_client)
			view_text(view_append(uses), "Text", views.items[i].name);
	credential_views_release(&views);
	return rc;
}

enum rc page_client_remove(struct ctx *c)
{
	struct client_settings settings;
	const struct provider *p;
	enum rc rc = provider_with_oauth(c, &p);

	memset(&settings, 0, sizeof(settings));
	if (rc == RC_OK)
		rc = client_settings_load(c->core, &c->actor.tenant, p, &settings);
	if (rc == RC_OK && !settings.has_custom)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		page_set_provider(c, p);
		view_flag(c->root, "Client.DefaultReady", settings.has_system);
		page_url(c->root, "Form.Url", "/%s/%s/client/remove", page_section(p), p->id);
		page_url(c->root, "Form.CancelUrl", "/%s/%s/client", page_section(p), p->id);
		view_int(c->root, "Form.Version", (int64_t)settings.revision);
		rc = set_uses(c, p);
	}
	if (rc == RC_OK)
		rc = page_send(c, "client_remove", 200);
	client_settings_release(&settings);
	return rc;
}

/* Form: version. */
enum rc page_client_remove_post(struct ctx *c)
{
	const struct provider *p;
	uint64_t revision;
	enum rc rc = provider_with_oauth(c, &p);

	if (rc == RC_OK)
		rc = page_version(c, "version", &revision);
	if (rc == RC_OK)
		rc = client_remove(c->core, &c->actor, p, revision);
	if (rc == RC_OK)
		rc = page_redirect(c, "/%s/%s?done=client-removed", page_section(p), p->id);
	return rc;
}
