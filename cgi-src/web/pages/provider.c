/* SPDX-License-Identifier: Apache-2.0
 *
 * One provider and the authorizations that the workspace has for it.
 */
#include <stdio.h>
#include <string.h>

#include "domain/credential.h"
#include "domain/oauth/client.h"
#include "domain/oauth/revocation.h"
#include "platform/clock.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/pages/state_words.h"
#include "web/say.h"

#define URL_SIZE 1024

static bool may(const struct ctx *c, enum action action)
{
	return policy_allows(c->actor.role, action);
}

/* ---- one authorization ---- */

/* key: "Renews itself in {span}" */
static void set_span(
	struct ctx *c, struct view_node *item, const char *key, int64_t left_s, int64_t end_s)
{
	struct view_node *node = view_child(item, "Validity");
	char iso[CLOCK_ISO_SIZE];
	const char *span;

	if (left_s < 3600)
		span = say_count(c, "span.minutes", left_s / 60 + 1, NULL);
	else if (left_s < 2 * 86400)
		span = say_count(c, "span.hours", left_s / 3600, NULL);
	else
		span = say_count(c, "span.days", left_s / 86400, NULL);
	clock_iso(end_s, iso);
	view_text(node, "Text", say(c, key, "span", span, NULL));
	view_text(node, "Iso", iso);
}

/* What is in use now, and for how long; of what is out of use nothing is to be said. */
static void set_validity(struct ctx *c, struct view_node *item, const struct credential_view *v)
{
	int64_t now_s = clock_now_s(), left_s = v->expires_at_s - now_s;

	if (!v->expires || v->rejected || left_s <= 0)
		return;
	if (v->state == CREDENTIAL_RENEWAL_DELAYED || v->state == CREDENTIAL_CLIENT_ERROR)
		set_span(c, item, MESSAGE("validity.still"), left_s, v->expires_at_s);
	else if (v->state == CREDENTIAL_ACTIVE && v->refresh_due_at_s > now_s)
		set_span(c, item, MESSAGE("validity.renews"), v->refresh_due_at_s - now_s,
			v->expires_at_s);
	else if (v->state == CREDENTIAL_ACTIVE)
		set_span(c, item,
			v->refreshable ? MESSAGE("validity.renews") : MESSAGE("validity.valid"),
			left_s, v->expires_at_s);
}

/* However well it renews itself until then. */
static void set_until(struct ctx *c, struct view_node *item, const struct credential_view *v)
{
	if (v->renewable_until_s > clock_now_s() && v->state == CREDENTIAL_ACTIVE)
		page_date(c, item, "Until", v->renewable_until_s);
}

/* A new consent is the way to mend it. */
static bool is_to_authorize(const struct credential_view *v)
{
	return v->state == CREDENTIAL_REVOKED || v->state == CREDENTIAL_NEEDS_REAUTH ||
	       v->state == CREDENTIAL_UNREADABLE ||
	       (v->state == CREDENTIAL_CLIENT_ERROR && strcmp(v->reason, "client_gone") == 0);
}

static void set_links(struct ctx *c, const struct provider *p, struct view_node *item,
	const struct credential_view *v, const struct page_request *request)
{
	char id[UUID_TEXT_SIZE], url[URL_SIZE];

	if (!v->may_change)
		return;
	uuid_text(&v->id.u, id);
	(void)snprintf(url, sizeof(url), "/%s/%s/credentials/%s", page_section(p), p->id, id);
	if (v->state != CREDENTIAL_DISABLED && credential_can_test(p, v->is_oauth))
		page_url(item, "TestUrl", "%s/test", url);
	if (v->is_oauth && !v->unreadable && provider_can_connect(p))
		page_url(item, "ScopesUrl", "%s/scopes", url);
	if (v->state != CREDENTIAL_DISABLED && v->is_oauth && provider_can_connect(p)) {
		page_url(item, "AuthorizeUrl", "/connect/%s/%s?credential=%s%s", page_section(p),
			p->id, id, request->and_query);
		view_flag(item, "AuthorizeFirst", is_to_authorize(v));
	}
	if (!v->is_oauth && may(c, ACTION_CREDENTIAL_MANAGE))
		page_url(item, "EditUrl", "%s/edit", url);
	if (!v->is_default && may(c, ACTION_CREDENTIAL_MANAGE))
		page_url(item, "DefaultUrl", "%s/default", url);
	if (may(c, ACTION_CREDENTIAL_SWITCH)) {
		bool off = v->state == CREDENTIAL_DISABLED;

		page_url(item, off ? "EnableUrl" : "DisableUrl", "%s/%s", url,
			off ? "enable" : "disable");
		view_int(item, "Version", (int64_t)v->version);
	}
	page_url(item, "RenameUrl", "%s/rename", url);
	page_url(item, "DeleteUrl", "%s/delete", url);
}

static void set_credential(struct ctx *c, const struct provider *p, struct view_node *list,
	const struct credential_view *v, const struct page_request *request)
{
	struct view_node *item = view_append(list);

	view_text(item, "Name", v->name);
	view_flag(item, "Default", v->is_default);
	if (v->account[0])
		view_text(item, "Account", v->account);
	view_text(item, "Kind", v->is_oauth ? "oauth2" : "api-key");
	if (v->model[0]) {
		view_text(item, "Model", v->model);
		view_text(item, "ModelType", v->model_type);
	}
	if (v->added_by[0])
		view_text(item, "AddedBy", v->added_by);
	page_date(c, item, "Added", v->created_at_s);
	state_set(c, p, item, v);
	set_until(c, item, v);
	set_validity(c, item, v);
	set_links(c, p, item, v, request);
}

/* What it has is handed out as long as it is valid, whatever the state. */
static bool still_works(const struct credential_view *v)
{
	return v->expires && v->expires_at_s > clock_now_s() && !v->rejected && !v->unreadable;
}

/* The banners above the list say what has stopped; the rows say why and what to do. */
static void set_banner(struct ctx *c, const struct provider *p, const struct credential_view *v)
{
	static const char *const what[CREDENTIAL_STATE__MAX] = {
		[CREDENTIAL_REVOKED] = MESSAGE("banner.revoked"),
		[CREDENTIAL_NEEDS_REAUTH] = MESSAGE("banner.needs_reauth"),
		[CREDENTIAL_UNREADABLE] = MESSAGE("banner.unreadable"),
		[CREDENTIAL_CLIENT_ERROR] = MESSAGE("banner.client_error"),
	};
	bool is_key = v->state == CREDENTIAL_NEEDS_REAUTH && !v->is_oauth;
	struct view_node *banner;

	if (!what[v->state])
		return;
	banner = view_append(view_child(c->root, "Banners"));
	view_text(banner, "Kind", "warn");
	view_text(banner, "Title",
		say(c, is_key ? MESSAGE("banner.key_refused") : what[v->state], "name", v->name,
			NULL));
	if (state_is_answer(v->reason)) {
		view_text(banner, "By", page_vendor(c, p));
		view_text(banner, "Code", v->reason);
		if (v->since_s > 0)
			page_date(c, banner, "When", v->since_s);
	}
	view_text(banner, "Text",
		say(c, still_works(v) ? MESSAGE("banner.fails_soon") : MESSAGE("banner.fails"),
			NULL));
}

/* ---- what was disconnected lately ---- */

struct ended_list {
	struct ctx *c;
	const struct provider *p;
};

static void see_ended(const struct disconnected *d, void *arg)
{
	static const char *const words[] = {[DISCONNECT_QUEUED] = "queued",
		[DISCONNECT_DONE] = "done",
		[DISCONNECT_FAILED] = "failed"};
	const struct ended_list *list = arg;
	struct view_node *item = view_append(view_child(list->c->root, "Ended"));
	const char *reason = d->reason[0] ? state_reason(d->reason, true) : NULL;

	if (d->name[0])
		view_text(item, "Name", d->name);
	page_date(list->c, item, "When", d->at_s);
	view_text(item, "State", words[d->state]);
	if (d->state == DISCONNECT_DONE)
		return;
	if (reason)
		view_text(item, "Reason", say(list->c, reason, NULL));
	else if (d->reason[0])
		view_text(item, "Code", d->reason);
}

/* ---- the page ---- */

static void set_key_actions(
	struct ctx *c, const struct provider *p, const struct page_request *request)
{
	view_flag(c->root, "ApiKey.Settings", p->kind == PROVIDER_EXTENSION);
	if (!p->has_api_key || !may(c, ACTION_CREDENTIAL_MANAGE))
		return;
	if (p->api_key_schema.n)
		page_url(c->root, "ApiKey.AddUrl", "/%s/%s/api-key%s", page_section(p), p->id,
			request->query);
	if (p->model_schema.n)
		page_url(c->root, "Model.AddUrl", "/%s/%s/api-key?of=model%s", page_section(p),
			p->id, request->and_query);
}

static void set_actions(struct ctx *c, const struct provider *p, const struct client_settings *s,
	const struct page_request *request)
{
	bool custom = s->has_custom && s->custom_enabled;
	bool has_client = custom || s->has_system;
	bool manage = may(c, ACTION_CLIENT_MANAGE);

	set_key_actions(c, p, request);
	view_flag(c->root, "ApiKey.Checked", p->api_key_checks.n || p->mint);
	if (!provider_can_connect(p))
		return;
	if (has_client && may(c, ACTION_CONNECT))
		page_url(c->root, "Oauth.AddUrl", "/connect/%s/%s%s", page_section(p), p->id,
			request->query);
	if (manage)
		page_url(c->root, has_client ? "Oauth.SettingsUrl" : "Oauth.SetupUrl",
			"/%s/%s/client%s", page_section(p), p->id, request->query);
	view_flag(c->root, "Oauth.Custom", custom);
}

static enum rc set_help(struct ctx *c, const struct provider *p, const struct client_settings *s)
{
	bool has_client = s->has_system || (s->has_custom && s->custom_enabled);
	const char *kind = NULL;

	if (provider_can_connect(p) && !has_client && !may(c, ACTION_CLIENT_MANAGE))
		kind = "setup";
	else if (p->has_api_key && !may(c, ACTION_CREDENTIAL_MANAGE))
		kind = "keys";
	if (!kind)
		return RC_OK;
	view_text(c->root, "Help.Kind", kind);
	return page_set_helpers(c);
}

enum rc page_provider_home(struct ctx *c)
{
	struct credential_views views = {0};
	struct client_settings settings = {0};
	struct page_request request = {0};
	const struct provider *p;
	enum rc rc = page_provider(c, &p);
	struct ended_list ended = {c, p};

	if (rc == RC_OK)
		request = page_request(c, p);
	if (rc == RC_OK)
		rc = credential_list(c->core, &c->actor, p, &views);
	if (rc == RC_OK && provider_can_connect(p))
		rc = client_settings_load(c->core, &c->actor.tenant, p, &settings);
	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		page_notice(c);
		page_set_provider(c, p);
		page_set_request(c, &request);
		set_actions(c, p, &settings, &request);
		for (size_t i = 0; i < views.n; i++) {
			set_banner(c, p, &views.items[i]);
			set_credential(c, p, view_child(c->root, "Credentials"), &views.items[i],
				&request);
		}
		rc = revocation_recent(c->core, &c->actor, p, see_ended, &ended);
	}
	if (rc == RC_OK) {
		rc = set_help(c, p, &settings);
	}
	if (rc == RC_OK)
		rc = page_send(c, "provider", 200);
	credential_views_release(&views);
	client_settings_release(&settings);
	return rc;
}
