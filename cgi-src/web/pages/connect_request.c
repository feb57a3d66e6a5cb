/* SPDX-License-Identifier: Apache-2.0
 *
 * Connect: the link by which an editor sends somebody here, and the way back (domain/connect.h).
 */
#include <stdio.h>
#include <string.h>

#include "domain/connect.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"

struct page_request page_request(struct ctx *c, const struct provider *p)
{
	const char *text = req_query(&c->req, "request");
	struct page_request out = {0};
	struct connect_id id;

	if (!text || uuid_parse(text, &id.u) != RC_OK ||
		connect_load(c->core, &c->actor, &id, &out.row) != RC_OK ||
		!connect_is_for(&out.row, p)) {
		out.row.return_to[0] = '\0';
		return out;
	}
	(void)snprintf(out.query, sizeof(out.query), "?request=%s", text);
	(void)snprintf(out.and_query, sizeof(out.and_query), "&request=%s", text);
	return out;
}

void page_set_request(struct ctx *c, const struct page_request *request)
{
	char origin[URL_ORIGIN_SIZE], id[UUID_TEXT_SIZE];

	if (!request->row.return_to[0])
		return;
	connect_return_origin(&request->row, origin);
	uuid_text(&request->row.id.u, id);
	view_text(c->root, "Request.From", strstr(origin, "://") + 3);
	page_url(c->root, "Request.BackUrl", "/connect/returns/%s", id);
}

/* ---- the link ---- */

static const struct workspace *find_workspace(const struct ctx *c, const struct tenant_id *id)
{
	for (size_t i = 0; i < c->session->n_workspaces; i++)
		if (uuid_equal(&c->session->workspaces[i].id.u, &id->u))
			return &c->session->workspaces[i];
	return NULL;
}

/* The same page again, with everything that the link says. */
static enum rc set_next(struct ctx *c)
{
	struct secret next = SECRET_EMPTY;
	enum rc rc = req_target(&c->req, &next);

	if (rc == RC_OK)
		view_text(c->root, "Switch.Next", secret_text(&next));
	secret_release(&next);
	return rc;
}

/* A link may be for a workspace that is not open, or not this person's. */
static enum rc show_switch(struct ctx *c, const struct provider *p, const struct workspace *to)
{
	char id[UUID_TEXT_SIZE];
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	view_url(c->root, "Switch.HomeUrl", "/");
	if (to) {
		uuid_text(&to->id.u, id);
		view_url(c->root, "Switch.Url", "/workspace");
		view_text(c->root, "Switch.Name", to->name);
		view_text(c->root, "Switch.Value", id);
		rc = set_next(c);
	}
	return rc == RC_OK ? page_send(c, "connect_switch", to ? 200 : 403) : rc;
}

/* The workspace that the link names. *to NULL: it is not this person's, or it names none. True: it is the open one, or
 * none is named. */
static bool in_workspace(const struct ctx *c, const struct workspace **to)
{
	const char *text = req_query(&c->req, "workspace");
	struct tenant_id id = {0};

	*to = NULL;
	if (!text)
		return true;
	if (uuid_parse(text, &id.u) == RC_OK)
		*to = find_workspace(c, &id);
	return *to && uuid_equal(&id.u, &c->actor.tenant.u);
}

static enum rc show_not_allowed(struct ctx *c, const struct provider *p)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	page_set_provider(c, p);
	page_url(c->root, "Refused.Url", "/%s/%s", page_section(p), p->id);
	return page_send(c, "connect_refused", 400);
}

/* To the provider's page, or straight to Allow Access for one that is to be authorized again. */
static enum rc go_on(struct ctx *c, const struct provider *p, const struct connect_id *request)
{
	const char *credential = req_query(&c->req, "credential");
	char query[PAGE_REQUEST_SIZE] = "", id[UUID_TEXT_SIZE];
	struct credential_id again;

	if (request) {
		uuid_text(&request->u, id);
		(void)snprintf(query, sizeof(query), "%crequest=%s", credential ? '&' : '?', id);
	}
	if (!credential)
		return page_redirect(c, "/%s/%s%s", page_section(p), p->id, query);
	if (uuid_parse(credential, &again.u) != RC_OK || !provider_can_connect(p))
		return RC_NOT_FOUND;
	uuid_text(&again.u, id);
	return page_redirect(
		c, "/connect/%s/%s?credential=%s%s", page_section(p), p->id, id, query);
}

/* Query: return_to, workspace, credential. */
enum rc page_connect_link(struct ctx *c)
{
	const char *return_to = req_query(&c->req, "return_to");
	const struct provider *p;
	const struct workspace *to;
	struct connect_id id;
	bool here = in_workspace(c, &to);
	enum rc rc = page_provider_of(c, to ? &to->id : &c->actor.tenant, &p);

	if (rc != RC_OK || !here)
		return rc == RC_OK ? show_switch(c, p, to) : rc;
	if (!return_to)
		return go_on(c, p, NULL);
	rc = connect_open(c->core, &c->actor, p, return_to, &id);
	if (rc == RC_INVALID)
		return show_not_allowed(c, p);
	return rc == RC_OK ? go_on(c, p, &id) : rc;
}

/* ---- the way back ---- */

/* A page that leads on: a redirect that answers a form would meet form-action (security R61). */
enum rc page_connect_return(struct ctx *c)
{
	const char *text = route_arg(&c->match, "request");
	struct page_request request = {0};
	struct connect_id id;
	struct buf url;
	enum rc rc = uuid_parse(text, &id.u) == RC_OK
			     ? connect_load(c->core, &c->actor, &id, &request.row)
			     : RC_NOT_FOUND;

	/* the operator may have changed his mind meanwhile */
	if (rc == RC_OK && !connect_return_allowed(c->core, request.row.return_to))
		rc = RC_NOT_FOUND;
	if (rc != RC_OK)
		return rc;
	buf_init(&url, URL_MAX + UUID_TEXT_SIZE + 16);
	rc = connect_return_url(&request.row, &url);
	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		page_set_request(c, &request);
		view_text(c->root, "Request.Status", request.row.status);
		view_text(c->root, "Request.Url", buf_text(&url));
		rc = page_send(c, "connect_return", 200);
	}
	buf_release(&url);
	return rc;
}
