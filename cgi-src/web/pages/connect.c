/* SPDX-License-Identifier: Apache-2.0
 *
 * Allow Access, the way to the provider, the way back, the result.
 */
#include <stdio.h>
#include <string.h>

#include "domain/oauth/flow.h"
#include "platform/url.h"
#include "web/errors.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"

/* ---- review ---- */

/* The authorization to do again, when the URL or the form names one. *view is to be released. */
static enum rc load_again(struct ctx *c, const struct provider *p, const char *text,
	struct credential_view *view, bool *again)
{
	struct credential_id id;
	enum rc rc;

	memset(view, 0, sizeof(*view));
	*again = text && text[0];
	if (!*again)
		return RC_OK;
	if (uuid_parse(text, &id.u) != RC_OK)
		return RC_NOT_FOUND;
	rc = credential_show(c->core, &c->actor, p, &id, view);
	if (rc == RC_OK && !view->is_oauth)
		return RC_NOT_FOUND;
	return rc == RC_OK && !view->may_change ? RC_DENIED : rc;
}

static enum rc show_setup_needed(struct ctx *c, const struct provider *p)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	page_url(c->root, "Setup.BackUrl", "/data-sources/%s", p->id);
	if (policy_allows(c->actor.role, ACTION_CLIENT_MANAGE))
		page_url(c->root, "Setup.Url", "/data-sources/%s/client", p->id);
	else
		rc = page_set_helpers(c);
	return rc == RC_OK ? page_send(c, "setup_needed", 409) : rc;
}

static void set_scopes(struct ctx *c, const struct provider *p)
{
	struct view_node *list = view_child(c->root, "Scopes");

	for (size_t i = 0; i < p->oauth.n_scopes; i++)
		page_scope(c, list, p, p->oauth.scopes[i].name, strlen(p->oauth.scopes[i].name));
}

static enum rc show_review(struct ctx *c, const struct provider *p,
	const struct credential_view *again, enum client_source source)
{
	char id[UUID_TEXT_SIZE];
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	view_text(c->root, "Client.Choice", source == CLIENT_SOURCE_TENANT ? "custom" : "default");
	page_url(c->root, "Access.CancelUrl", "/data-sources/%s", p->id);
	if (again) {
		uuid_text(&again->id.u, id);
		page_url(
			c->root, "Access.Url", "/connect/data-sources/%s?credential=%s", p->id, id);
		view_text(c->root, "Access.Again", again->name);
		if (again->account[0])
			view_text(c->root, "Access.Account", again->account);
	} else {
		page_url(c->root, "Access.Url", "/connect/data-sources/%s", p->id);
	}
	set_scopes(c, p);
	return page_send(c, "allow_access", 200);
}

static enum rc provider_with_oauth(struct ctx *c, const struct provider **out)
{
	enum rc rc = page_provider(c, out);

	return rc == RC_OK && !(*out)->has_oauth ? RC_NOT_FOUND : rc;
}

/* Query: credential. */
enum rc page_allow_access(struct ctx *c)
{
	struct credential_view view = {0};
	struct oauth_client client = {0};
	const struct provider *p;
	bool again = false;
	enum rc rc = provider_with_oauth(c, &p);

	if (rc == RC_OK)
		rc = load_again(c, p, req_query(&c->req, "credential"), &view, &again);
	if (rc == RC_OK) {
		rc = client_effective(c->core, &c->actor.tenant, p, &client);
		if (rc == RC_OK)
			rc = show_review(c, p, again ? &view : NULL, client.source);
		else if (rc == RC_NOT_FOUND)
			rc = show_setup_needed(c, p);
	}
	oauth_client_release(&client);
	credential_view_release(&view);
	return rc;
}

/* ---- to the provider ---- */

/* A page that leads on, not a redirect: browsers hold a redirect that answers a form against form-action,
 * and a provider's own redirects would have to be listed there too (security R61). */
static enum rc show_leaving(struct ctx *c, const struct provider *p, const struct secret *url)
{
	struct url parsed;
	enum rc rc = url_parse(secret_text(url), URL_HTTP_TOO, &parsed);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	view_text(c->root, "Leaving.Url", secret_text(url));
	view_text(c->root, "Leaving.Host", parsed.host);
	return page_send(c, "leaving", 200);
}

/* Query: credential. */
enum rc page_allow_access_post(struct ctx *c)
{
	struct credential_view view = {0};
	struct secret url = SECRET_EMPTY;
	const struct provider *p;
	bool again = false;
	enum rc rc = provider_with_oauth(c, &p);

	if (rc == RC_OK)
		rc = load_again(c, p, req_query(&c->req, "credential"), &view, &again);
	if (rc == RC_OK) {
		rc = flow_start(c->core, &c->actor, p, again ? &view.id : NULL, &url);
		if (rc == RC_OK)
			rc = show_leaving(c, p, &url);
		else if (rc == RC_NOT_FOUND)
			rc = show_setup_needed(c, p);
		else if (rc == RC_INVALID)
			rc = RC_CONFLICT; /* the client's fields make no request: see its settings */
	}
	secret_release(&url);
	credential_view_release(&view);
	return rc;
}

/* ---- back from the provider ---- */

/* A parameter that we read, and that came twice (A22). */
static bool is_repeated(const struct ctx *c)
{
	static const char *const names[] = {
		"code", "state", "iss", "error", "error_description", "error_uri"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (params_count(&c->req.query, names[i]) > 1)
			return true;
	return false;
}

static enum rc callback_provider(struct ctx *c, const struct provider **out)
{
	const char *kind = route_arg(&c->match, "kind");
	enum rc rc = page_provider(c, out);

	if (rc == RC_OK && strcmp(provider_kind_word((*out)->kind), kind) != 0)
		rc = RC_NOT_FOUND;
	return rc == RC_OK && !(*out)->has_oauth ? RC_NOT_FOUND : rc;
}

static bool has_context(const struct ctx *c)
{
	for (size_t i = 0; i < c->match.n; i++)
		if (strcmp(c->match.names[i], "context") == 0)
			return true;
	return false;
}

/* Rejected before the flow is looked for; NULL: not so. */
static const char *why_refused(struct ctx *c, const struct provider **p)
{
	if (!c->session)
		return "no_session";
	if (is_repeated(c))
		return "repeated";
	return callback_provider(c, p) == RC_OK ? NULL : "context_mismatch";
}

/* Query: code, state, iss, error, error_description. All rejections look alike. */
enum rc page_callback(struct ctx *c)
{
	struct flow_response response = {
		.code = req_query(&c->req, "code"),
		.state = req_query(&c->req, "state"),
		.iss = req_query(&c->req, "iss"),
		.error = req_query(&c->req, "error"),
		.error_description = req_query(&c->req, "error_description"),
	};
	const char *context = has_context(c) ? route_arg(&c->match, "context") : "";
	const struct provider *p = NULL;
	const char *why = why_refused(c, &p);
	struct flow_id id;
	char text[UUID_TEXT_SIZE];
	enum rc rc;

	c->resp.no_referrer = true; /* the URL holds a code (R21) */
	if (why) {
		flow_refused(c->core, &c->actor, response.state, why);
		return RC_INVALID;
	}
	if (!policy_allows(c->actor.role, ACTION_CONNECT))
		return RC_DENIED;
	rc = flow_callback(c->core, &c->actor, p, context, &response, &id);
	if (rc != RC_OK)
		return rc;
	uuid_text(&id.u, text);
	return page_redirect(c, "/connect/flows/%s", text);
}

/* ---- the result ---- */

struct verdict_text {
	int status;
	const char *kind, *problem, *cause, *next;
	bool may_be_client, may_be_redirect_uri;
};

static const struct verdict_text verdicts[FLOW_VERDICT__MAX] = {
	[FLOW_PENDING] = {200, "pending", NULL, NULL, NULL, false, false},
	[FLOW_CONNECTED] = {200, "connected", NULL, NULL, NULL, false, false},
	[FLOW_DECLINED] = {200, "cancelled", "You declined.", NULL, NULL, false, false},
	[FLOW_PROVIDER_ERROR] = {200, "failed", "The provider did not allow the access.",
		"The OAuth app may lack a permission, be unverified, or know another redirect URI.",
		"Compare the redirect URI and the scopes in the provider's console with the "
		"settings "
		"here, then try again.",
		true, true},
	[FLOW_CODE_REFUSED] = {400, "failed", "The provider refused the authorization code.",
		"It was used already, is too old, or was issued to another client or redirect URI.",
		"Start again. If it fails again, compare the redirect URI in the provider's "
		"console.",
		false, true},
	[FLOW_CLIENT_REFUSED] = {502, "failed", "The provider refused the OAuth client.",
		"Client ID or client secret are wrong, expired or belong to another app.",
		"Enter them again in the OAuth client settings.", true, false},
	[FLOW_BAD_ANSWER] = {502, "failed", "The provider's answer could not be used.",
		"The provider has a fault at the moment, or its settings differ from what is known "
		"here.",
		"Nothing was saved. Try again in a while.", false, false},
	[FLOW_NO_ANSWER] = {504, "failed", "The provider did not answer in time.", NULL,
		"Nothing was saved. Try again in a while.", false, false},
	[FLOW_CLIENT_CHANGED] = {409, "failed",
		"The OAuth client settings were changed while you were away.",
		"The code that the provider issued belongs to the client that was set before.",
		"Nothing was saved. Start again; the new client is used then.", false, false},
	[FLOW_CREDENTIAL_GONE] = {409, "failed",
		"The authorization that was to be renewed has been deleted meanwhile.", NULL,
		"Nothing was saved. Use Add OAuth to connect it anew.", false, false},
	[FLOW_NOT_ALLOWED] = {403, "failed", "You may not renew this authorization any more.",
		"Your role in this workspace was changed while you were away.",
		"Nothing was changed. Ask an owner or admin of the workspace.", false, false},
	[FLOW_FAULT] = {500, "failed",
		"The authorization could not be finished because of a fault on our side.", NULL,
		"Nothing was saved. Start again; if it stays like this, tell your operator.", false,
		false},
	[FLOW_MALFORMED] = {400, "failed", "The answer that came back was not a valid one.",
		"It had neither a code nor an error, or it did not come from the provider that was "
		"asked.",
		"Nothing was saved. Start again; if it stays like this, tell your operator.", false,
		false},
};

static bool holds_scope(const char *list, const char *word, size_t len)
{
	while (*list) {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, word, len) == 0)
			return true;
		list += n;
		list += *list == ' ';
	}
	return false;
}

/* Items of list that are not in without ("" for none to leave out). */
static void set_scope_list(struct ctx *c, const struct provider *p, const char *name,
	const char *list, const char *without)
{
	struct view_node *node = view_child(view_child(c->root, "Result"), name);

	while (*list) {
		size_t n = strcspn(list, " ");

		if (n && !holds_scope(without, list, n))
			page_scope(c, node, p, list, n);
		list += n;
		list += *list == ' ';
	}
}

static enum rc set_connected(struct ctx *c, const struct provider *p, const struct flow_result *r)
{
	struct view_node *result = view_child(c->root, "Result");
	struct credential_view view;
	enum rc rc = credential_show(c->core, &c->actor, p, &r->credential, &view);

	view_text(result, "Name", rc == RC_OK ? view.name : r->name);
	view_flag(result, "Default", rc == RC_OK && view.is_default);
	credential_view_release(&view);
	view_flag(result, "Again", r->again && !r->other_account);
	if (r->account[0])
		view_text(result, "Account", r->account);
	set_scope_list(c, p, "Granted", r->granted, "");
	set_scope_list(c, p, "Missing", r->requested, r->granted);
	if (r->other_account) {
		view_text(c->root, "Notice.Kind", "warn");
		view_text(c->root, "Notice.Title", "Another account answered.");
		view_text(c->root, "Notice.Text",
			"It was added as a new authorization. The one you wanted to renew is as it "
			"was.");
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc; /* deleted since: the result is still true */
}

static enum rc set_failed(struct ctx *c, const struct provider *p, const struct flow_result *r,
	const struct verdict_text *v)
{
	struct view_node *result = view_child(c->root, "Result");
	char context[CLIENT_CONTEXT_SIZE];
	struct buf uri;
	enum rc rc = RC_OK;

	view_text(result, "Problem", v->problem);
	view_text(result, "Cause", v->cause);
	view_text(result, "Next", v->next);
	if (r->error[0])
		view_text(result, "Said.Code", r->error);
	if (r->words[0])
		view_text(result, "Said.Text", r->words);
	if (v->may_be_client && policy_allows(c->actor.role, ACTION_CLIENT_MANAGE))
		page_url(result, "SettingsUrl", "/data-sources/%s/client", p->id);
	if (v->may_be_redirect_uri) {
		buf_init(&uri, 2048);
		client_context(p, CLIENT_SOURCE_TENANT, &c->actor.tenant, context);
		rc = client_redirect_uri(c->core, p, context, &uri);
		view_text(result, "RedirectUri", buf_text(&uri));
		buf_release(&uri);
	}
	return rc;
}

static enum rc show_result(
	struct ctx *c, const struct provider *p, const struct flow_result *r, const char *id)
{
	const struct verdict_text *v = &verdicts[r->verdict];
	struct view_node *result;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	result = view_child(c->root, "Result");
	page_set_provider(c, p);
	view_text(result, "Kind", v->kind);
	page_url(result, "DoneUrl", "/data-sources/%s", p->id);
	page_url(result, "TryUrl", "/connect/data-sources/%s", p->id);
	page_url(result, "ReloadUrl", "/connect/flows/%s", id);
	if (r->verdict == FLOW_CONNECTED)
		rc = set_connected(c, p, r);
	else
		rc = set_failed(c, p, r, v);
	return rc == RC_OK ? page_send(c, "flow_result", v->status) : rc;
}

enum rc page_flow(struct ctx *c)
{
	const char *text = route_arg(&c->match, "flow");
	const struct provider *p;
	struct flow_result result;
	struct flow_id id;
	char provider_id[512];
	enum rc rc = uuid_parse(text, &id.u) == RC_OK ? RC_OK : RC_NOT_FOUND;

	if (rc == RC_OK)
		rc = flow_show(c->core, &c->actor, &id, &result);
	if (rc != RC_OK)
		return rc;
	(void)snprintf(
		provider_id, sizeof(provider_id), "%s/%s", result.plugin_id, result.provider);
	p = catalogue_find(c->app->catalogue, PROVIDER_DATASOURCE, provider_id);
	return p ? show_result(c, p, &result, text) : RC_NOT_FOUND;
}
