/* SPDX-License-Identifier: Apache-2.0 */
#include "web/errors.h"

#include <stdio.h>

#include "platform/log.h"
#include "web/api/api.h"
#include "web/pages/page.h"
#include "web/say.h"

static const struct error_text {
	int status;
	const char *code, *title, *what, *next; /* the last three: keys of messages */
	const char *api;                        /* to a program that asks */
} texts[] = {
	{400, "bad_request", MESSAGE("error.400"), MESSAGE("error.400_what"),
		MESSAGE("error.400_next"), "The address, a parameter or the body is malformed."},
	{401, "unauthorized", MESSAGE("error.401"), MESSAGE("error.401_what"),
		MESSAGE("error.401_next"), "A runtime key is needed."},
	{403, "forbidden", MESSAGE("error.403"), MESSAGE("error.403_what"),
		MESSAGE("error.403_next"), "Requests from other sites are refused."},
	{404, "not_found", MESSAGE("error.404"), MESSAGE("error.404_what"),
		MESSAGE("error.404_next"), "There is nothing at this address."},
	{405, "method_not_allowed", MESSAGE("error.405"), MESSAGE("error.405_what"),
		MESSAGE("error.405_next"), "This address does not take this method."},
	{409, "conflict", MESSAGE("error.409"), MESSAGE("error.409_what"),
		MESSAGE("error.409_next"), "It was changed meanwhile. Look again."},
	{413, "too_large", MESSAGE("error.413"), MESSAGE("error.413_what"),
		MESSAGE("error.413_next"), "The body is too large."},
	{414, "uri_too_long", MESSAGE("error.414"), MESSAGE("error.414_what"),
		MESSAGE("error.414_next"), "The address is too long."},
	{415, "unsupported_media_type", MESSAGE("error.415"), MESSAGE("error.415_what"),
		MESSAGE("error.415_next"), "This address takes another kind of body."},
	{422, "invalid", MESSAGE("error.422"), MESSAGE("error.422_what"), MESSAGE("error.422_next"),
		"A value breaks a rule."},
	{429, "too_many_requests", MESSAGE("error.429"), MESSAGE("error.429_what"),
		MESSAGE("error.429_next"), "Too many requests. Ask again later."},
	{500, "internal", MESSAGE("error.500"), MESSAGE("error.500_what"),
		MESSAGE("error.500_next"),
		"The request could not be finished because of a fault on our side."},
	{502, "bad_gateway", MESSAGE("error.502"), MESSAGE("error.502_what"),
		MESSAGE("error.later"), "The provider did not answer properly."},
	{503, "unavailable", MESSAGE("error.503"), MESSAGE("error.503_what"),
		MESSAGE("error.503_next"),
		"The database or a key cannot be reached at the moment. Ask again in a few "
		"seconds."},
	{504, "timeout", MESSAGE("error.504"), MESSAGE("error.504_what"), MESSAGE("error.later"),
		"The provider did not answer in time."},
};

/* One text for every rejected callback, whatever the reason (security §3.0). */
static const struct error_text callback_text = {400, "bad_request", MESSAGE("error.callback"),
	MESSAGE("error.callback_what"), MESSAGE("error.callback_next"), ""};

/* Its action names the address, which is configured, never what the request said. */
static const struct error_text host_text = {400, "bad_request", MESSAGE("error.host"),
	MESSAGE("error.host_what"), MESSAGE("error.host_next"),
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
static void set_action(struct ctx *c, struct view_node *error, const struct error_text *t)
{
	const char *url = NULL, *label = NULL;

	if (t == &host_text) {
		url = label = c->app->cfg->public_origin;
	} else if (t->status == 401 || (t == &callback_text && !c->session)) {
		url = "/sign-in";
		label = say(c, "sign_in.title", NULL);
	} else if (c->session) {
		url = "/data-sources";
		label = say(c, "nav.data_sources", NULL);
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
	view_text(error, "Title", say(c, t->title, NULL));
	view_text(error, "What", say(c, t->what, NULL));
	view_text(error, "Next", say(c, t->next, NULL));
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
	buf_printf(&c->resp.body, "%s. %s %s\n", say(c, t->title, NULL), say(c, t->what, NULL),
		say(c, t->next, NULL));
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
