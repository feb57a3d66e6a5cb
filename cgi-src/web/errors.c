/* SPDX-License-Identifier: Apache-2.0 */
#include "web/errors.h"

#include <stdio.h>

#include "platform/log.h"
#include "web/api/api.h"
#include "web/pages/page.h"

static const struct error_text {
	int status;
	const char *code, *title, *what, *next;
	const char *api; /* to a program that asks */
} texts[] = {
	{400, "bad_request", "This request was not understood",
		"The address or the form was incomplete, damaged or out of date.",
		"Go back, reload the page and try again.",
		"The address, a parameter or the body is malformed."},
	{401, "unauthorized", "Please sign in", "You are not signed in, or your session is over.",
		"Sign in and try again.", "A runtime key is needed."},
	{403, "forbidden", "You may not do this",
		"Your role in this workspace does not allow it, or the form came from another page "
		"or "
		"an older session.",
		"Reload the page and try again. If it stays like this, ask an owner or admin of "
		"the "
		"workspace.",
		"Requests from other sites are refused."},
	{404, "not_found", "This page does not exist",
		"There is nothing at this address, or it belongs to another workspace.",
		"Check the address, or start from the list of data sources.",
		"There is nothing at this address."},
	{405, "method_not_allowed", "This does not work that way",
		"The address exists, but it cannot be used with this kind of request.",
		"Start from the page that has the button.",
		"This address does not take this method."},
	{409, "conflict", "Somebody else was faster",
		"It was changed meanwhile, so your change was not made.",
		"Reload the page to see it as it is now, then decide again.",
		"It was changed meanwhile. Look again."},
	{413, "too_large", "This is too large", "The form holds more than can be taken.",
		"Send less.", "The body is too large."},
	{414, "uri_too_long", "This address is too long",
		"The address holds more than can be taken.",
		"Start from the page that has the link.", "The address is too long."},
	{415, "unsupported_media_type", "This kind of content cannot be taken",
		"A form was expected, and something else came.", "Use the form on the page.",
		"This address takes another kind of body."},
	{422, "invalid", "Something in the form is not right", "A value breaks a rule.",
		"Go back and correct it.", "A value breaks a rule."},
	{429, "too_many_requests", "Too many at once",
		"There were more attempts than are allowed in this time.",
		"Wait a little, then try again.", "Too many requests. Ask again later."},
	{500, "internal", "Something went wrong here",
		"The request could not be finished because of a fault on our side.",
		"Try again. If it stays like this, tell your operator the request number below.",
		"The request could not be finished because of a fault on our side."},
	{502, "bad_gateway", "The provider did not answer properly",
		"Its answer could not be used, or it could not be reached.", "Try again later.",
		"The provider did not answer properly."},
	{503, "unavailable", "Not available right now",
		"The database or a key cannot be reached at the moment.",
		"Try again in a few seconds. If you were changing something, look first whether it "
		"was done.",
		"The database or a key cannot be reached at the moment. Ask again in a few "
		"seconds."},
	{504, "timeout", "The provider did not answer in time", "It took longer than we wait.",
		"Try again later.", "The provider did not answer in time."},
};

/* One text for every rejected callback, whatever the reason (security §3.0). */
static const struct error_text callback_text = {400, "bad_request",
	"This authorization cannot be completed",
	"It was already used, is older than ten minutes, or was started in another browser or "
	"session.",
	"Sign in if you are signed out, then start again with Add OAuth.", ""};

/* Its action names the address, which is configured, never what the request said. */
static const struct error_text host_text = {400, "bad_request",
	"This is not the address of Grantry",
	"The request came under another name than the one that this Grantry is set up for.",
	"Use the address below. If it should be another one, your operator can change it.",
	"The request came under another name than the one that this Grantry is set up for."};

int error_status(enum rc rc)
{
	static const int statuses[RC__MAX] = {
		[RC_OK] = 200,
		[RC_NOT_FOUND] = 404,
		[RC_DENIED] = 403,
		[RC_INVALID] = 400,
		[RC_CONFLICT] = 409,
		[RC_EXPIRED] = 404,
		[RC_LIMIT] = 429,
		[RC_UPSTREAM] = 502,
		[RC_TIMEOUT] = 504,
		[RC_EGRESS] = 502,
		[RC_UNAVAILABLE] = 503,
		[RC_RETRY] = 503,
		[RC_CRYPTO] = 503,
		[RC_NOMEM] = 503,
		[RC_INTERNAL] = 500,
	};

	return (unsigned)rc < RC__MAX && statuses[rc] ? statuses[rc] : 500;
}

static const struct error_text *text_for(const struct ctx *c, int status)
{
	const struct route *route = c->match.route;

	if (status == 400 && c->other_host)
		return &host_text;
	if (status == 400 && route && route->gate == GATE_CALLBACK)
		return &callback_text;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].status == status)
			return &texts[i];
	return text_for(c, 500);
}

/* Where to go from here. */
static void set_action(const struct ctx *c, struct view_node *error, const struct error_text *t)
{
	const char *url = NULL, *label = NULL;

	if (t == &host_text) {
		url = label = c->app->cfg->public_origin;
	} else if (t->status == 401 || (t == &callback_text && !c->session)) {
		url = "/sign-in";
		label = "Sign in";
	} else if (c->session) {
		url = "/data-sources";
		label = "Data Sources";
	}
	if (!url)
		return;
	view_text(error, "ActionUrl", url);
	view_text(error, "ActionLabel", label);
}

static enum rc answer_page(struct ctx *c, const struct error_text *t)
{
	struct view_node *error;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	error = view_child(c->root, "Error");
	view_int(error, "Status", t->status);
	view_text(error, "Title", t->title);
	view_text(error, "What", t->what);
	view_text(error, "Next", t->next);
	set_action(c, error, t);
	if (t->status >= 500) /* a 4xx must not differ between a foreign and an unknown id */
		view_text(error, "RequestId", c->request_id);
	return view_render(c->app->view, c->speaks, c->data, "error", &c->resp.body);
}

/* When not even the error page can be made. */
static void answer_plain(struct ctx *c, const struct error_text *t)
{
	buf_clear(&c->resp.body);
	c->resp.content_type = "text/plain; charset=utf-8";
	buf_printf(&c->resp.body, "%s. %s %s\n", t->title, t->what, t->next);
}

void error_answer(struct ctx *c, int status)
{
	const struct error_text *t = text_for(c, status);

	resp_reset(&c->resp);
	c->resp.status = t->status;
	if (t->status == 405 && c->match.allow[0])
		resp_header(&c->resp, "Allow", c->match.allow);
	if (t->status == 503)
		resp_header(&c->resp, "Retry-After", "5");
	if (t->status == 429)
		resp_header(&c->resp, "Retry-After", "60");
	if (!c->app->pages)
		api_error(c, t->status, t->code, t->api, "");
	else if (answer_page(c, t) != RC_OK)
		answer_plain(c, t);
}
