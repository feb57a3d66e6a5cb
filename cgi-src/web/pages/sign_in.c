/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign in, sign out, a first password, another workspace, another language.
 */
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/people/account.h"
#include "domain/people/sign_in.h"
#include "platform/log.h"
#include "web/dispatch.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define HOME "/data-sources"

enum rc page_home(struct ctx *c)
{
	return page_redirect(c, HOME);
}

static enum rc show_sign_in(
	struct ctx *c, const char *email, const char *next, const char *error, int status)
{
	struct view_node *form;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	form = view_child(c->root, "SignIn");
	view_text(form, "Url", "/sign-in");
	if (email && email[0])
		view_text(form, "Email", email);
	if (next && next[0])
		view_text(form, "Next", next);
	view_text(form, "Error", error);
	return page_send(c, "sign_in", status);
}

enum rc page_sign_in_first(struct ctx *c, const char *next)
{
	return show_sign_in(c, NULL, next, NULL, 401);
}

enum rc page_sign_in(struct ctx *c)
{
	if (c->session)
		return page_redirect(c, HOME);
	return show_sign_in(c, NULL, NULL, NULL, 200);
}

/* A path of ours that a page may be opened at; anything else leads home (security R24, D11). Of queries only
 * the one that says which authorization to renew, and those of links that lead to Connect, which trusts none. */
static bool is_next(const char *next)
{
	const char *query = next ? strchr(next, '?') : NULL;
	struct uuid id;
	struct resp trial;
	bool ok;

	if (!next || next[0] != '/' || strchr(next, '#'))
		return false;
	if (query && strncmp(next, "/connect/", 9) != 0 &&
		(strncmp(query, "?credential=", 12) != 0 || uuid_parse(query + 12, &id) != RC_OK))
		return false;
	resp_init(&trial);
	resp_redirect(&trial, next);
	ok = trial.rc == RC_OK;
	resp_release(&trial);
	return ok;
}

static void signed_in(struct ctx *c, const struct sign_in *s)
{
	const char *next = req_form(&c->req, "next");

	dispatch_sign_in(c, &s->token);
	if (s->must_set_password)
		resp_redirect(&c->resp, "/password");
	else
		resp_redirect(&c->resp, is_next(next) ? next : HOME);
}

static enum rc refused(struct ctx *c, const struct sign_in *s, enum rc rc)
{
	char seconds[24];

	if (rc == RC_DENIED)
		return show_sign_in(
			c, s->email, req_form(&c->req, "next"), say(c, "sign_in.wrong", NULL), 403);
	(void)snprintf(seconds, sizeof(seconds), "%lld", (long long)s->retry_after_s);
	resp_header(&c->resp, "Retry-After", seconds);
	return show_sign_in(
		c, s->email, req_form(&c->req, "next"), say(c, "sign_in.too_many", NULL), 429);
}

/* Form: email, password, next. */
enum rc page_sign_in_post(struct ctx *c)
{
	const struct param *given = params_find(&c->req.form, "password");
	struct secret password = SECRET_EMPTY;
	struct sign_in s = {
		.email = req_form(&c->req, "email"),
		.password = &password,
		.peer = c->actor.peer,
		.request_id = c->request_id,
		.replaces = c->session,
	};
	enum rc rc;

	if (!s.email || !given || params_count(&c->req.form, "password") != 1)
		return RC_INVALID;
	rc = secret_set(&password, given->value, given->value_len);
	if (rc == RC_OK)
		rc = sign_in(c->core, &s);
	if (rc == RC_OK)
		signed_in(c, &s);
	else if (rc == RC_DENIED || rc == RC_LIMIT)
		rc = refused(c, &s, rc);
	secret_release(&password);
	secret_release(&s.token);
	return rc;
}

enum rc page_sign_out_post(struct ctx *c)
{
	enum rc rc = session_end(c->core, c->session);

	(void)audit_event(c->core, &c->actor, "session.sign_out", "session", rc_name(rc));
	dispatch_sign_out(c);
	return rc == RC_OK ? page_redirect(c, "/sign-in") : rc;
}

static enum rc show_password(struct ctx *c, const char *error, const char *again_error, int status)
{
	struct view_node *form;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	form = view_child(c->root, "Password");
	view_text(form, "Url", "/password");
	view_text(form, "Error", error);
	view_text(form, "AgainError", again_error);
	return page_send(c, "password", status);
}

enum rc page_password(struct ctx *c)
{
	return show_password(c, NULL, NULL, 200);
}

/* All sessions of the person have ended; this browser gets a new one. */
static enum rc begin_again(struct ctx *c)
{
	struct session_new new = {.user = c->actor.user, .tenant = c->actor.tenant};
	struct secret token = SECRET_EMPTY;
	enum rc rc = session_start(c->core, &new, &token);

	if (rc == RC_OK) {
		dispatch_sign_in(c, &token);
		rc = page_redirect(c, HOME "?done=password");
	}
	secret_release(&token);
	return rc;
}

/* Form: password, password_again. */
enum rc page_password_post(struct ctx *c)
{
	const struct param *one = params_find(&c->req.form, "password");
	const struct param *two = params_find(&c->req.form, "password_again");
	struct secret password = SECRET_EMPTY;
	enum rc rc;

	if (!c->session->must_set_password)
		return RC_DENIED; /* changing a password asks for the old one; that page is not here yet */
	if (!one || !two)
		return RC_INVALID;
	if (one->value_len != two->value_len ||
		!codec_equal(one->value, two->value, one->value_len))
		return show_password(c, NULL, say(c, "password.differ", NULL), 422);
	rc = secret_set(&password, one->value, one->value_len);
	if (rc == RC_OK)
		rc = account_set_password(c->core, &c->actor, c->session->user_email, &password);
	secret_release(&password);
	if (rc == RC_INVALID)
		return show_password(c, say(c, "password.weak", NULL), NULL, 422);
	return rc == RC_OK ? begin_again(c) : rc;
}

/* Form: workspace, next. */
enum rc page_workspace_post(struct ctx *c)
{
	const char *text = req_form(&c->req, "workspace"), *next = req_form(&c->req, "next");
	struct secret token = SECRET_EMPTY;
	struct tenant_id tenant;
	enum rc rc;

	if (!text || uuid_parse(text, &tenant.u) != RC_OK)
		return RC_NOT_FOUND;
	rc = session_switch(c->core, c->session, &tenant, &token);
	(void)audit_event(c->core, &c->actor, "session.switch", "workspace", rc_name(rc));
	if (rc == RC_OK) {
		dispatch_sign_in(c, &token);
		rc = is_next(next) ? page_redirect(c, "%s", next)
				   : page_redirect(c, HOME "?done=workspace");
	}
	secret_release(&token);
	return rc;
}

/* Form: language, next. */
enum rc page_language_post(struct ctx *c)
{
	const char *name = req_form(&c->req, "language"), *next = req_form(&c->req, "next");
	enum rc rc;

	if (!name || !messages_named(c->app->messages, name))
		return RC_INVALID;
	rc = account_set_language(c->core, &c->actor, name);
	return rc == RC_OK ? page_redirect(c, "%s", is_next(next) ? next : HOME) : rc;
}

/* The report names URLs, which may hold what must not be logged: only that there was one is kept. */
enum rc page_csp_report_post(struct ctx *c)
{
	log_warn("csp.report");
	c->resp.status = 204;
	return RC_OK;
}
