/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/people/account.h"
#include "platform/clock.h"
#include "web/say.h"

#define PATH_SIZE 1024

/* ---- the frame ---- */

const char *page_role(struct ctx *c, enum role role)
{
	static const char *const keys[ROLE__MAX] = {
		[ROLE_NONE] = MESSAGE("role.none"),
		[ROLE_MEMBER] = MESSAGE("role.member"),
		[ROLE_EDITOR] = MESSAGE("role.editor"),
		[ROLE_ADMIN] = MESSAGE("role.admin"),
		[ROLE_OWNER] = MESSAGE("role.owner"),
	};

	return say(c, keys[(unsigned)role < ROLE__MAX ? role : ROLE_NONE], NULL);
}

static void set_workspaces(struct ctx *c, struct view_node *workspace)
{
	const struct session *s = c->session;
	struct view_node *items;

	view_text(workspace, "Name", s->current.name);
	view_text(workspace, "RoleText", page_role(c, s->current.role));
	if (s->n_workspaces < 2)
		return;
	view_url(workspace, "SwitchUrl", "/workspace");
	items = view_child(workspace, "Items");
	for (size_t i = 0; i < s->n_workspaces; i++) {
		const struct workspace *w = &s->workspaces[i];
		struct view_node *item = view_append(items);
		char id[UUID_TEXT_SIZE];

		uuid_text(&w->id.u, id);
		view_text(item, "Name", w->name);
		view_text(item, "RoleText", page_role(c, w->role));
		view_text(item, "Value", id);
		view_flag(item, "Current", uuid_equal(&w->id.u, &s->current.id.u));
	}
}

/* The authorizations of an API tool lie among those of tools, and belong to it. */
static bool is_at(const struct ctx *c, const char *url)
{
	static const char *const own = "/tools/" PROVIDER_TOOLS_ORG "/";
	const char *path = c->req.path;
	size_t len = strlen(url);

	if (strncmp(path, own, strlen(own)) == 0)
		path += strlen("/tools");
	return strncmp(path, url, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static void set_navigation(struct ctx *c)
{
	static const struct {
		const char *group, *label, *url;
		enum action action;
	} links[] = {
		{MESSAGE("nav.authorization"), MESSAGE("nav.data_sources"), "/data-sources",
			ACTION_VIEW},
		{MESSAGE("nav.authorization"), MESSAGE("nav.tools"), "/tools", ACTION_VIEW},
		{MESSAGE("nav.authorization"), MESSAGE("nav.api_tools"), "/api-tools", ACTION_VIEW},
		{MESSAGE("nav.workspace"), MESSAGE("nav.members"), "/members", ACTION_VIEW},
		{MESSAGE("nav.workspace"), MESSAGE("nav.runtime_keys"), "/runtime-keys",
			ACTION_RUNTIME_MANAGE},
		{MESSAGE("nav.workspace"), MESSAGE("nav.webhooks"), "/webhooks",
			ACTION_RUNTIME_MANAGE},
		{MESSAGE("nav.workspace"), MESSAGE("nav.system"), "/system", ACTION_SYSTEM},
	};
	struct view_node *items = view_child(c->root, "Nav.Items");

	view_url(c->root, "Nav.HomeUrl", "/data-sources");
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct view_node *item;

		if (!policy_allows(c->session->current.role, links[i].action))
			continue;
		item = view_append(items);
		view_text(item, "Group", say(c, links[i].group, NULL));
		view_text(item, "Label", say(c, links[i].label, NULL));
		view_url(item, "Url", links[i].url);
		view_flag(item, "Current", is_at(c, links[i].url));
	}
}

/* A choice only where there is one. It leads back to the page that it was made on. */
static void set_languages(struct ctx *c)
{
	struct view_node *node = view_child(c->root, "Language"), *items;
	const struct messages *all = c->app->messages;

	if (messages_count(all) < 2)
		return;
	view_url(node, "Url", "/language");
	/* an error page has nothing to come back to, and tells no address from another */
	if (c->req.method != REQ_POST && c->resp.status < 400)
		view_text(node, "Next", c->req.path);
	items = view_child(node, "Items");
	for (size_t i = 0; i < messages_count(all); i++) {
		const struct language *language = messages_at(all, i);
		struct view_node *item = view_append(items);

		view_text(item, "Value", language->name);
		view_text(item, "Label", language->label);
		view_text(item, "Tag", language->tag);
		view_flag(item, "Current", language == c->speaks);
	}
}

enum rc page_begin(struct ctx *c)
{
	enum rc rc;

	view_data_free(c->data);
	c->root = NULL;
	rc = view_data_new(&c->data);
	if (rc != RC_OK)
		return rc;
	view_base(c->data, c->app->cfg->public_prefix);
	c->root = view_root(c->data);
	view_text(c->root, "Layout.Base", c->app->cfg->public_prefix);
	view_text(c->root, "Csrf.Token", c->csrf);
	if (!c->session)
		return RC_OK;
	view_text(c->root, "Me.Email", c->session->user_email);
	view_text(c->root, "Me.Name", c->session->user_name);
	view_url(c->root, "SignOut.Url", "/sign-out");
	set_workspaces(c, view_child(c->root, "Workspace"));
	set_navigation(c);
	set_languages(c);
	return RC_OK;
}

enum rc page_send(struct ctx *c, const char *template, int status)
{
	enum rc rc = view_render(c->app->view, c->speaks, c->data, template, &c->resp.body);

	c->resp.status = status;
	/* whatever it is, a page that cannot be made is no fault of the request */
	return rc == RC_OK || rc == RC_NOMEM ? rc : RC_INTERNAL;
}

void page_notice(struct ctx *c)
{
	static const struct {
		const char *word, *text;
	} notices[] = {
		{"added", MESSAGE("done.added")},
		{"added-unchecked", MESSAGE("done.added_unchecked")},
		{"settings-added", MESSAGE("done.settings_added")},
		{"settings-added-unchecked", MESSAGE("done.settings_added_unchecked")},
		{"settings-saved", MESSAGE("done.saved")},
		{"settings-saved-unchecked", MESSAGE("done.saved")},
		{"model-added", MESSAGE("done.model_added")},
		{"model-added-unchecked", MESSAGE("done.model_added_unchecked")},
		{"model-saved", MESSAGE("done.saved")},
		{"model-saved-unchecked", MESSAGE("done.saved_unchecked")},
		{"saved-unchecked", MESSAGE("done.saved_unchecked")},
		{"saved", MESSAGE("done.saved")},
		{"renamed", MESSAGE("done.renamed")},
		{"default", MESSAGE("done.default")},
		{"deleted", MESSAGE("done.deleted")},
		{"disabled", MESSAGE("done.disabled")},
		{"enabled", MESSAGE("done.enabled")},
		{"replaced", MESSAGE("done.replaced")},
		{"client", MESSAGE("done.client")},
		{"client-removed", MESSAGE("done.client_removed")},
		{"password", MESSAGE("done.password")},
		{"workspace", MESSAGE("done.workspace")},
		{"key-revoked", MESSAGE("done.key_revoked")},
		{"webhook-removed", MESSAGE("done.webhook_removed")},
		{"api-tool-added", MESSAGE("done.api_tool_added")},
		{"api-tool-imported", MESSAGE("done.api_tool_imported")},
		{"api-tool-deleted", MESSAGE("done.api_tool_deleted")},
		{"operations", MESSAGE("done.operations")},
		{"method-removed", MESSAGE("done.method_removed")},
		{"test-queued", MESSAGE("done.test_queued")},
		{"sent-again", MESSAGE("done.sent_again")},
	};
	const char *done = req_query(&c->req, "done");

	for (size_t i = 0; done && i < sizeof(notices) / sizeof(notices[0]); i++) {
		if (strcmp(done, notices[i].word) != 0)
			continue;
		view_text(c->root, "Notice.Kind", "ok");
		view_text(c->root, "Notice.Text", say(c, notices[i].text, NULL));
	}
}

enum rc page_redirect(struct ctx *c, const char *fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(path))
		return RC_INTERNAL;
	resp_redirect(&c->resp, path);
	return RC_OK;
}

void page_url(struct view_node *node, const char *name, const char *fmt, ...)
{
	char path[PATH_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	view_url(node, name, path);
}

void page_date(struct ctx *c, struct view_node *node, const char *name, int64_t at_s)
{
	static const char *const months[] = {MESSAGE("date.month.1"), MESSAGE("date.month.2"),
		MESSAGE("date.month.3"), MESSAGE("date.month.4"), MESSAGE("date.month.5"),
		MESSAGE("date.month.6"), MESSAGE("date.month.7"), MESSAGE("date.month.8"),
		MESSAGE("date.month.9"), MESSAGE("date.month.10"), MESSAGE("date.month.11"),
		MESSAGE("date.month.12")};
	struct view_node *date = view_child(node, name);
	char iso[CLOCK_ISO_SIZE], year[5], day[3];
	int month;

	clock_iso(at_s, iso); /* "2026-01-31T…", always so */
	month = (iso[5] - '0') * 10 + iso[6] - '0';
	(void)snprintf(year, sizeof(year), "%.4s", iso);
	(void)snprintf(day, sizeof(day), "%.*s", iso[8] == '0' ? 1 : 2, iso + 8 + (iso[8] == '0'));
	view_text(date, "Iso", iso);
	view_text(date, "Text",
		say(c, "date.day", "day", day, "month", say(c, months[(month + 11) % 12], NULL),
			"year", year, NULL));
}

/* ---- of the URL ---- */

const char *page_section(const struct provider *p)
{
	return p->kind == PROVIDER_DATASOURCE ? "data-sources" : "tools";
}

enum rc page_provider_of(struct ctx *c, const struct tenant_id *tenant, const struct provider **out)
{
	const char *section = route_arg(&c->match, "section");
	char id[512];
	int n = snprintf(id, sizeof(id), "%s/%s/%s", route_arg(&c->match, "org"),
		route_arg(&c->match, "plugin"), route_arg(&c->match, "provider"));
	enum rc rc = RC_NOT_FOUND;

	*out = NULL;
	if (n > 0 && (size_t)n < sizeof(id))
		rc = definition_find_id(c->core, tenant, id, out);
	if (rc == RC_OK && section && strcmp(section, page_section(*out)) != 0)
		rc = RC_NOT_FOUND;
	if (rc != RC_OK)
		*out = NULL;
	return rc;
}

enum rc page_provider(struct ctx *c, const struct provider **out)
{
	return page_provider_of(c, &c->actor.tenant, out);
}

enum rc page_credential_id(struct ctx *c, struct credential_id *out)
{
	return uuid_parse(route_arg(&c->match, "credential"), &out->u) == RC_OK ? RC_OK
										: RC_NOT_FOUND;
}

enum rc page_credential(struct ctx *c, const struct provider **p, struct credential_view *out)
{
	struct credential_id id;
	enum rc rc = page_provider(c, p);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = page_credential_id(c, &id);
	if (rc == RC_OK)
		rc = credential_show(c->core, &c->actor, *p, &id, out);
	return rc == RC_OK && !out->may_change ? page_not_yours(c, &id) : rc;
}

enum rc page_credential_form(
	struct ctx *c, const struct provider *p, const struct credential_view *v, const char *verb)
{
	char id[UUID_TEXT_SIZE];
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	uuid_text(&v->id.u, id);
	page_set_provider(c, p);
	view_text(c->root, "Credential.Name", v->name);
	page_url(c->root, "Form.Url", "/%s/%s/credentials/%s/%s", page_section(p), p->id, id, verb);
	page_url(c->root, "Form.CancelUrl", "/%s/%s", page_section(p), p->id);
	view_int(c->root, "Form.Version", (int64_t)v->version);
	return RC_OK;
}

void page_retry_after(struct ctx *c, int64_t retry_after_s)
{
	char text[24];

	if (retry_after_s < 1 || retry_after_s > 3600)
		retry_after_s = retry_after_s > 3600 ? 3600 : 60;
	(void)snprintf(text, sizeof(text), "%lld", (long long)retry_after_s);
	resp_header(&c->resp, "Retry-After", text);
}

enum rc page_not_yours(struct ctx *c, const struct credential_id *id)
{
	char object[AUDIT_ID_SIZE];

	audit_id("credential", &id->u, object);
	(void)audit_event(c->core, &c->actor, "request.owner", object, "denied");
	return RC_DENIED;
}

enum rc page_version(struct ctx *c, const char *name, uint64_t *out)
{
	const char *text = req_form(&c->req, name);
	char *end;

	*out = 0;
	if (!text || text[0] < '0' || text[0] > '9' || strlen(text) > 18)
		return RC_INVALID;
	*out = strtoull(text, &end, 10);
	return *end == '\0' ? RC_OK : RC_INVALID;
}

/* ---- provider ---- */

const char *page_vendor(const struct ctx *c, const struct provider *p)
{
	return i18n_text(p->vendor.n ? &p->vendor : &p->label, c->language);
}

void page_tile(struct view_node *node, const struct provider *p)
{
	struct view_node *icon = view_child(node, "Icon");

	view_text(icon, "Letter", p->icon_letter);
	view_text(icon, "Tone", p->icon_tone ? p->icon_tone : "ink");
}

void page_set_provider(struct ctx *c, const struct provider *p)
{
	struct view_node *node = view_child(c->root, "Provider");

	view_text(node, "Label", i18n_text(&p->label, c->language));
	view_text(node, "Description", i18n_text(&p->description, c->language));
	if (p->note.n)
		view_text(node, "Note", i18n_text(&p->note, c->language));
	view_text(node, "Vendor", page_vendor(c, p));
	if (provider_is_own(p)) {
		view_text(node, "ListLabel", i18n_text(&p->label, c->language));
		page_url(node, "ListUrl", "/%s", p->plugin_id); /* the tool's own page */
	} else {
		view_text(node, "ListLabel",
			p->kind == PROVIDER_DATASOURCE ? say(c, "nav.data_sources", NULL)
						       : say(c, "nav.tools", NULL));
		page_url(node, "ListUrl", "/%s", page_section(p));
	}
	page_tile(node, p);
}

static const struct scope *find_scope(const struct scope_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i].name, name) == 0)
			return &list->items[i];
	return NULL;
}

struct view_node *page_scope(struct ctx *c, struct view_node *list, const struct provider *p,
	const char *name, size_t name_len)
{
	struct view_node *item = view_append(list);
	const struct scope *s;
	char code[512];

	(void)snprintf(code, sizeof(code), "%.*s", (int)name_len, name);
	s = find_scope(&p->oauth.scopes, code);
	if (!s)
		s = find_scope(&p->oauth.user_scopes, code);
	if (!s || !i18n_text(&s->label, c->language)[0]) {
		view_text(item, "Words", code);
		return item;
	}
	view_text(item, "Words", i18n_text(&s->label, c->language));
	view_text(item, "Code", code);
	if (i18n_text(&s->why, c->language)[0])
		view_text(item, "Why", i18n_text(&s->why, c->language));
	return item;
}

const struct diagnosis_rule *page_diagnose(const struct ctx *c, const struct provider *p,
	bool is_oauth, const struct diagnosis_event *event)
{
	static const struct diagnosis none = {0};

	return diagnosis_find(is_oauth ? &p->oauth.diagnosis : &none,
		catalogue_diagnosis(c->app->catalogue), event);
}

const struct diagnosis_rule *page_diagnose_probe(const struct ctx *c, const struct provider *p,
	bool is_oauth, const struct probe_result *probe)
{
	struct diagnosis_event event = {
		AT_CHECK, "", probe->own_words ? "" : probe->words, probe->status};
	bool said_no = probe->verdict == PROBE_REFUSED || probe->verdict == PROBE_PERMISSION ||
		       probe->verdict == PROBE_RATE_LIMITED;

	return said_no ? page_diagnose(c, p, is_oauth, &event) : NULL;
}

enum rc page_set_helpers(struct ctx *c)
{
	struct view_node *people = view_child(c->root, "Help.People");
	struct person *list;
	size_t n;
	enum rc rc = account_people(c->core, &c->actor, &list, &n);

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		struct view_node *item;

		if (!policy_allows(list[i].role, ACTION_CLIENT_MANAGE))
			continue;
		item = view_append(people);
		view_text(item, "Name", list[i].name);
		view_text(item, "Email", list[i].email);
	}
	free(list);
	return rc;
}
