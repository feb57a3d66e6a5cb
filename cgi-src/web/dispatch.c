/* SPDX-License-Identifier: Apache-2.0 */
#include "web/dispatch.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/runtime/lookup.h"
#include "domain/tool/invoke.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/text.h"
#include "web/errors.h"
#include "web/pages/page.h"
#include "web/say.h"

/* "__Host-" binds a cookie to this host, all of its paths, and to https; without https browsers refuse it. */
static const char *cookie_name(const struct ctx *c, bool form)
{
	if (c->app->cfg->origin_is_https && c->app->cfg->public_prefix[0])
		return form ? "__Secure-grantry-form" : "__Secure-grantry";
	if (c->app->cfg->origin_is_https)
		return form ? "__Host-grantry-form" : "__Host-grantry";
	return form ? "grantry-form" : "grantry";
}

void dispatch_sign_in(struct ctx *c, const struct secret *token)
{
	resp_cookie(&c->resp, cookie_name(c, false), secret_text(token),
		c->app->cfg->origin_is_https, -1);
}

void dispatch_sign_out(struct ctx *c)
{
	resp_cookie(&c->resp, cookie_name(c, false), "", c->app->cfg->origin_is_https, 0);
	resp_header(&c->resp, "Clear-Site-Data", "\"cache\", \"storage\"");
}

/* ---- who ---- */

static void speak(struct ctx *c, const struct language *language)
{
	if (!language)
		return;
	c->speaks = language;
	c->language = language->name;
}

static enum rc load_session(struct ctx *c)
{
	const char *token = req_cookie(&c->req, cookie_name(c, false));
	struct session *session;
	enum rc rc;

	c->actor.request_id = c->request_id;
	c->actor.peer = c->req.remote_addr ? c->req.remote_addr : "";
	if (!token)
		return RC_OK;
	session = malloc(sizeof(*session));
	if (!session)
		return RC_NOMEM;
	rc = session_find(c->core, token, session);
	if (rc != RC_OK) {
		free(session);
		return rc == RC_NOT_FOUND ? RC_OK : rc;
	}
	c->session = session;
	c->actor.tenant = session->current.id;
	c->actor.user = session->user;
	c->actor.role = session->current.role;
	memcpy(c->actor.session_hash, session->hash, HASH_SIZE);
	TEXT_COPY(c->csrf, session->csrf);
	if (session->language[0]) /* one whose file is gone is none */
		speak(c, messages_named(c->app->messages, session->language));
	return RC_OK;
}

/* The token of forms that need no session: derived from a random cookie that only this browser has. */
static void form_token(const char *cookie, char out[SESSION_TOKEN_SIZE])
{
	unsigned char hash[HASH_SIZE];
	char text[128];
	int n = snprintf(text, sizeof(text), "form token:%s", cookie);

	codec_hash(text, n < 0 ? 0 : strnlen(text, sizeof(text)), hash);
	codec_base64url(hash, sizeof(hash), out);
}

static void ensure_form_token(struct ctx *c)
{
	const char *cookie = req_cookie(&c->req, cookie_name(c, true));
	unsigned char random[HASH_SIZE];
	char fresh[SESSION_TOKEN_SIZE];

	if (c->session)
		return;
	if (!cookie || codec_unbase64url(cookie, strlen(cookie), random, sizeof(random)) != RC_OK) {
		codec_random(random, sizeof(random));
		codec_base64url(random, sizeof(random), fresh);
		resp_cookie(
			&c->resp, cookie_name(c, true), fresh, c->app->cfg->origin_is_https, -1);
		cookie = fresh;
	}
	form_token(cookie, c->csrf);
}

static bool csrf_is_right(const struct ctx *c)
{
	const struct param *given = params_find(&c->req.form, "csrf");

	return given && params_count(&c->req.form, "csrf") == 1 &&
	       given->value_len == strlen(c->csrf) &&
	       codec_equal(given->value, c->csrf, given->value_len);
}

/* ---- preconditions, in the order that route.h states; 0: none is hurt ---- */

static bool host_is_ours(const struct ctx *c)
{
	const char *origin = c->app->cfg->public_origin, *ours = strstr(origin, "://");

	return c->req.host && ours && strcmp(c->req.host, ours + 3) == 0;
}

static int check_body(const struct ctx *c, enum req_body wanted)
{
	bool large = wanted == REQ_BODY_LARGE;

	if (c->req.body_kind != (large ? REQ_BODY_JSON : wanted))
		return 415;
	return c->req.large_len && !large ? 413 : 0;
}

static int check_route(struct ctx *c)
{
	if (c->req.bad_status)
		return c->req.bad_status;
	c->outside = !req_enter(&c->req, c->app->cfg->public_prefix);
	route_match(&c->app->routes, &c->req, &c->match);
	if (c->match.route && c->match.route->gate == GATE_PROBE)
		return 0;
	if (c->outside) {
		c->match.route = NULL;
		return 404;
	}
	c->other_host = !host_is_ours(c);
	if (c->other_host)
		return 400;
	if (!c->match.route)
		return c->match.status;
	if (!route_fetch_allowed(&c->req, c->match.route->gate, c->app->cfg->public_origin))
		return 403;
	return req_writes(&c->req) ? check_body(c, c->match.route->body) : 0;
}

/* A row for what members do; strangers, who can do it without end, only get a line in the log. */
static void note_denied(struct ctx *c, const char *action)
{
	const char *path = c->match.route->path;

	if (c->session)
		(void)audit_event(c->core, &c->actor, action, path, "denied");
	else
		log_warn(action, "route", path, "result", "denied");
}

/* A large body is read for those alone who may send it. */
static int read_upload(struct fcgi_exchange *x, struct ctx *c)
{
	enum rc rc;

	if (c->match.route->body != REQ_BODY_UPLOAD)
		return 0;
	if (c->match.route->gate == GATE_SESSION &&
		!policy_allows(c->actor.role, c->match.route->action)) {
		note_denied(c, "request.role");
		return 403;
	}
	rc = req_read_upload(x, &c->req);
	return rc == RC_OK ? c->req.bad_status : error_status(rc);
}

static int check_person(struct fcgi_exchange *x, struct ctx *c)
{
	const struct route *route = c->match.route;
	bool post = req_writes(&c->req);
	int status;

	/* no cookie opens these, so no foreign page can make a browser use one */
	if (route->gate == GATE_REPORT || route->gate == GATE_PROBE || route->gate == GATE_KEY)
		return 0;
	if (route->gate == GATE_SESSION && !c->session)
		return 401;
	status = read_upload(x, c);
	if (status)
		return status;
	if (post && !csrf_is_right(c)) {
		note_denied(c, "request.csrf");
		return 403;
	}
	if (route->gate == GATE_SESSION && !policy_allows(c->actor.role, route->action)) {
		note_denied(c, "request.role");
		return 403;
	}
	return 0;
}

/* A one-time code opens nothing but the page that sets a password. */
static bool must_set_password_first(const struct ctx *c)
{
	return c->session && c->session->must_set_password &&
	       c->match.route->gate == GATE_SESSION && c->match.route->action != ACTION_ACCOUNT;
}

/* Where to go on after the sign-in; which authorization is to be renewed must not get lost on the way, nor what a link
 * to Connect says. */
static enum rc next_of(const struct ctx *c, struct secret *out)
{
	const char *credential = req_query(&c->req, "credential");
	struct uuid id;
	enum rc rc;

	if (strncmp(c->req.path, "/connect/", 9) == 0)
		return req_target(&c->req, out);
	rc = secret_append_text(out, c->req.path);
	if (rc != RC_OK || !credential || uuid_parse(credential, &id) != RC_OK)
		return rc;
	rc = secret_append_text(out, "?credential=");
	return rc == RC_OK ? secret_append_text(out, credential) : rc;
}

static void answer_unauthorized(struct ctx *c)
{
	struct secret next = SECRET_EMPTY;
	bool shown = c->app->pages && !req_writes(&c->req) && next_of(c, &next) == RC_OK &&
		     page_sign_in_first(c, secret_text(&next)) == RC_OK;

	secret_release(&next);
	if (!shown)
		error_answer(c, 401);
}

static void run_handler(struct ctx *c)
{
	enum rc rc;

	c->waits = c->reads = c->holds = false;
	rc = c->match.route->handler(c);
	definitions_clear(c->app->core.definitions); /* one that is called again asks again */
	if (!c->reads)
		c->ticket = -1;
	if (rc == RC_OK && (c->waits || c->reads))
		return;
	if (rc == RC_OK)
		rc = c->resp.rc;
	if (rc == RC_OK)
		rc = buf_done(&c->resp.body);
	if (rc != RC_OK)
		error_answer(c, error_status(rc));
}

/* Error pages too show whose they are; documents do not. Probes and reports must answer without the
 * database, and a request of nobody we trust asks it nothing. */
static bool wants_session(const struct ctx *c, int status)
{
	if (status)
		return c->app->pages && (status == 404 || status == 405);
	return c->app->pages && c->match.route->gate != GATE_REPORT;
}

static void answer(struct fcgi_exchange *x, struct ctx *c)
{
	int status = check_route(c);
	enum rc rc = RC_OK;

	if (wants_session(c, status))
		rc = load_session(c);
	if (rc != RC_OK) {
		error_answer(c, error_status(rc));
		return;
	}
	if (status == 0 && c->app->pages)
		ensure_form_token(c);
	if (status == 0)
		status = check_person(x, c);
	if (status == 401)
		answer_unauthorized(c);
	else if (status)
		error_answer(c, status);
	else if (must_set_password_first(c))
		resp_redirect(&c->resp, "/password");
	else
		run_handler(c);
}

/* ---- one request ---- */

static void log_access(const struct ctx *c)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "other"};
	char status[12], elapsed[24];

	(void)snprintf(status, sizeof(status), "%d", c->resp.status);
	(void)snprintf(
		elapsed, sizeof(elapsed), "%lld", (long long)(clock_mono_ms() - c->begun_ms));
	/* the pattern, not the path: no identifier, no query */
	log_info("request", "method", methods[c->req.method], "route",
		c->match.route ? c->match.route->path : "-", "status", status, "ms", elapsed);
}

static struct ctx *ctx_new(struct app *app)
{
	unsigned char random[(REQUEST_ID_SIZE - 1) / 2];
	struct ctx *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->app = app;
	c->core = &app->core;
	c->language = MESSAGES_BASE;
	c->begun_ms = clock_mono_ms();
	c->ticket = -1;
	codec_random(random, sizeof(random));
	codec_hex(random, sizeof(random), c->request_id);
	resp_init(&c->resp);
	log_request(c->request_id);
	return c;
}

static void ctx_free(struct ctx *c)
{
	if (c->session)
		secret_wipe(c->session, offsetof(struct session, workspaces));
	free(c->session);
	invoke_free(c->invocation);
	view_data_free(c->data);
	say_release(c);
	resp_release(&c->resp);
	req_release(&c->req);
	log_request(NULL);
	secret_wipe(c, sizeof(*c));
	free(c);
}

static void finish(struct fcgi_exchange *x, struct ctx *c)
{
	resp_write(&c->resp, x);
	log_access(c);
	ctx_free(c);
}

/* After the handler: kept for later, or answered. */
static void go_on(struct fcgi_exchange *x, struct ctx *c)
{
	if (c->waits && !fcgi_park(x, c)) { /* though it was told that it must not wait */
		c->waits = false;
		error_answer(c, 503);
	}
	if (c->reads || c->holds)
		fcgi_hold(x, c);
	if (c->waits || c->reads || c->holds)
		log_request(NULL);
	else
		finish(x, c);
}

void dispatch(struct fcgi_exchange *x, struct app *app)
{
	struct ctx *c = ctx_new(app);
	enum rc rc = c ? req_parse(x, &c->req) : RC_NOMEM;

	if (!c)
		return;         /* the web server says 500 */
	if (rc == RC_INVALID) { /* no request at all: an aborted begin */
		ctx_free(c);
		return;
	}
	if (app->messages)
		speak(c, messages_choose(app->messages, c->req.accept_language));
	c->exchange = x;
	c->resp.no_body = c->req.method == REQ_HEAD;
	c->resp.https = app->cfg->origin_is_https;
	c->resp.base = app->cfg->public_prefix;
	c->may_wait = fcgi_may_park(x); /* not so when too many wait here already */
	if (rc == RC_OK)
		answer(x, c);
	else
		error_answer(c, error_status(rc));
	go_on(x, c);
}

void dispatch_settle(struct app *app)
{
	app->settled = audit_batch_write(&app->core);
	lookup_load(app->core.lookups, app->core.db);
}

/* What it needed was read, or written; or it waited, and tries again. */
static void resume(struct fcgi_exchange *x, struct ctx *c)
{
	if (c->holds) {
		if (c->app->settled != RC_OK) /* not written down, not handed out (R106) */
			error_answer(c, error_status(c->app->settled));
		finish(x, c);
		return;
	}
	c->may_wait = fcgi_may_park(x);
	if (!c->reads)
		c->again = true;
	run_handler(c);
	go_on(x, c);
}

void dispatch_resume(struct fcgi_exchange *x, struct ctx *c)
{
	if (fcgi_is_gone(x)) {
		ctx_free(c);
		return;
	}
	log_request(c->request_id);
	resume(x, c);
}
