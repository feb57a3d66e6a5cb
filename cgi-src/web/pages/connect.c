/* SPDX-License-Identifier: Apache-2.0
 *
 * Allow Access, the way to the provider, the way back. What came of it: flow_result.c.
 */
#include <stdlib.h>
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
	if (rc == RC_OK && !view->may_change)
		return page_not_yours(c, &id);
	return rc == RC_OK && view->state == CREDENTIAL_DISABLED ? RC_CONFLICT : rc;
}

/* unusable: there is a client, but its fields make no address that anybody may be sent to. */
static enum rc show_setup_needed(struct ctx *c, const struct provider *p, bool unusable)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	view_flag(c->root, "Setup.Unusable", unusable);
	page_url(c->root, "Setup.BackUrl", "/%s/%s", page_section(p), p->id);
	if (policy_allows(c->actor.role, ACTION_CLIENT_MANAGE))
		page_url(c->root, "Setup.Url", "/%s/%s/client", page_section(p), p->id);
	else
		rc = page_set_helpers(c);
	return rc == RC_OK ? page_send(c, "setup_needed", 409) : rc;
}

static void set_scope_list(struct ctx *c, const struct provider *p, const struct scope_list *scopes)
{
	struct view_node *list = view_child(c->root, "Scopes");

	for (size_t i = 0; i < scopes->n; i++) {
		const char *name = scopes->items[i].name;
		struct view_node *item = page_scope(c, list, p, name, strlen(name));

		if (!scopes->items[i].optional)
			continue;
		view_text(item, "Optional", name);
	}
}

static enum rc show_review(struct ctx *c, const struct provider *p,
	const struct credential_view *again, enum client_source source)
{
	struct page_request request = page_request(c, p);
	char id[UUID_TEXT_SIZE];
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	view_text(c->root, "Client.Choice", source == CLIENT_SOURCE_TENANT ? "custom" : "default");
	page_url(c->root, "Access.CancelUrl", "/%s/%s%s", page_section(p), p->id, request.query);
	if (again) {
		uuid_text(&again->id.u, id);
		page_url(c->root, "Access.Url", "/connect/%s/%s?credential=%s%s", page_section(p),
			p->id, id, request.and_query);
		view_text(c->root, "Access.Again", again->name);
		if (again->account[0])
			view_text(c->root, "Access.Account", again->account);
	} else {
		page_url(c->root, "Access.Url", "/connect/%s/%s%s", page_section(p), p->id,
			request.query);
	}
	set_scope_list(c, p, &p->oauth.scopes);
	set_scope_list(c, p, &p->oauth.user_scopes);
	return page_send(c, "allow_access", 200);
}

static enum rc provider_with_oauth(struct ctx *c, const struct provider **out)
{
	enum rc rc = page_provider(c, out);

	return rc == RC_OK && !provider_can_connect(*out) ? RC_NOT_FOUND : rc;
}

/* Query: credential, request. */
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
			rc = show_setup_needed(c, p, false);
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

/* Of the scopes that may be left out, those that are ticked. */
static void read_ticked(struct ctx *c, const char *items[REQ_FORM_MAX], struct texts *out)
{
	*out = (struct texts){items, 0};
	for (size_t i = 0; i < c->req.form.n && out->n < REQ_FORM_MAX; i++)
		if (strcmp(c->req.form.items[i].name, "scope") == 0)
			items[out->n++] = c->req.form.items[i].value;
}

/* Query: credential, request. Form: scope, each that is ticked. */
enum rc page_allow_access_post(struct ctx *c)
{
	struct credential_view view = {0};
	const char *items[REQ_FORM_MAX];
	struct texts ticked;
	struct secret url = SECRET_EMPTY;
	const struct provider *p;
	bool again = false;
	enum rc rc = provider_with_oauth(c, &p);

	if (rc == RC_OK)
		rc = load_again(c, p, req_query(&c->req, "credential"), &view, &again);
	if (rc == RC_OK) {
		struct page_request request = page_request(c, p);
		struct flow_wish wish = {
			.again = again ? &view.id : NULL,
			.request = request.row.return_to[0] ? &request.row.id : NULL,
			.optional_scopes = &ticked,
		};

		read_ticked(c, items, &ticked);
		rc = flow_start(c->core, &c->actor, p, &wish, &url);
		if (rc == RC_OK)
			rc = show_leaving(c, p, &url);
		else if (rc == RC_NOT_FOUND)
			rc = show_setup_needed(c, p, false);
		else if (rc == RC_INVALID)
			rc = show_setup_needed(c, p, true);
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

/* Likewise one that the provider's file names. */
static bool is_own_repeated(const struct ctx *c, const struct redirect_recipe *redirect)
{
	const struct params *query = &c->req.query;

	if (redirect->signature_param && params_count(query, redirect->signature_param) > 1)
		return true;
	for (size_t i = 0; i < redirect->n_values; i++)
		if (params_count(query, redirect->values[i].param) > 1)
			return true;
	return params_count(query, redirect->code) > 1;
}

static enum rc callback_provider(struct ctx *c, const struct provider **out)
{
	const char *kind = route_arg(&c->match, "kind");
	enum rc rc = page_provider(c, out);

	if (rc == RC_OK && strcmp(provider_kind_word((*out)->kind), kind) != 0)
		rc = RC_NOT_FOUND;
	return rc == RC_OK && !provider_can_connect(*out) ? RC_NOT_FOUND : rc;
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
	if (callback_provider(c, p) != RC_OK)
		return "context_mismatch";
	return is_own_repeated(c, &(*p)->oauth.redirect) ? "repeated" : NULL;
}

/* All parameters, for what the provider's file names of them. *out is freed with free(). */
static enum rc all_params(const struct params *query, struct flow_param **out)
{
	*out = calloc(query->n + 1, sizeof(**out));
	if (!*out)
		return RC_NOMEM;
	for (size_t i = 0; i < query->n; i++)
		(*out)[i] = (struct flow_param){query->items[i].name, query->items[i].value};
	return RC_OK;
}

static enum rc see_through(
	struct ctx *c, const struct provider *p, struct flow_response *response, struct flow_id *id)
{
	const char *context = has_context(c) ? route_arg(&c->match, "context") : "";
	struct flow_param *params;
	enum rc rc = all_params(&c->req.query, &params);

	response->code = req_query(&c->req, p->oauth.redirect.code);
	response->params = params;
	response->n_params = c->req.query.n;
	if (rc == RC_OK)
		rc = flow_callback(c->core, &c->actor, p, context, response, id);
	free(params);
	return rc;
}

/* Query: code, state, iss, error, error_description, and what the provider's file names. All rejections look alike. */
enum rc page_callback(struct ctx *c)
{
	struct flow_response response = {
		.state = req_query(&c->req, "state"),
		.iss = req_query(&c->req, "iss"),
		.error = req_query(&c->req, "error"),
		.error_description = req_query(&c->req, "error_description"),
	};
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
	if (!policy_allows(c->actor.role, ACTION_CONNECT)) {
		flow_refused(c->core, &c->actor, response.state, "role_lost");
		return RC_DENIED;
	}
	rc = see_through(c, p, &response, &id);
	if (rc != RC_OK)
		return rc;
	uuid_text(&id.u, text);
	return page_redirect(c, "/connect/flows/%s", text);
}
