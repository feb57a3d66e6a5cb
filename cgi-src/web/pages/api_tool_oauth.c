/* SPDX-License-Identifier: Apache-2.0
 *
 * The OAuth 2.0 of an API tool: its endpoints, its scopes, how its token is sent. The OAuth client and the authorizations
 * lie on the pages of the definition that is made of this (domain/tool/oauth_definition.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define LIST_SIZE 8192
#define OWN "oauth2."

/* ---- shown ---- */

static void show_choice(struct tool_fields *f, const char *key, const char *label,
	const char *chosen, const char *const (*options)[2], size_t n)
{
	struct view_node *field = tool_field(f, "select", key, say(f->c, label, NULL), "");

	chosen = tool_given(f->c, key, chosen);
	view_flag(field, "Required", true);
	for (size_t i = 0; i < n; i++)
		tool_option(field, options[i][0], say(f->c, options[i][1], NULL),
			strcmp(options[i][0], chosen) == 0);
}

static struct view_node *show_text(struct tool_fields *f, const char *kind, const char *key,
	const char *label, const char *stored)
{
	return tool_field(f, kind, key, say(f->c, label, NULL), tool_given(f->c, key, stored));
}

static void show_endpoints(struct tool_fields *f, const struct tool_oauth2 *o)
{
	static const char *const grants[][2] = {
		{"authorization_code", MESSAGE("api_tools.grant_code")},
		{"client_credentials", MESSAGE("api_tools.grant_client")}};
	struct view_node *field;

	show_choice(f, "grant", MESSAGE("api_tools.grant"), tool_grant_word(o->grant), grants, 2);
	field = show_text(f, "text-input", "authorization_url",
		MESSAGE("api_tools.authorization_url"), o->authorization_url);
	view_text(field, "Placeholder", "https://");
	view_text(field, "Help", say(f->c, "api_tools.authorization_url_help", NULL));
	field = show_text(
		f, "text-input", "token_url", MESSAGE("api_tools.token_url"), o->token_url);
	view_text(field, "Placeholder", "https://");
	view_flag(field, "Required", true);
	field = show_text(
		f, "text-input", "refresh_url", MESSAGE("api_tools.refresh_url"), o->refresh_url);
	view_text(field, "Placeholder", "https://");
	view_text(field, "Help", say(f->c, "api_tools.refresh_url_help", NULL));
}

static void show_client(struct tool_fields *f, const struct tool_oauth2 *o)
{
	static const char *const ways[][2] = {{"basic", MESSAGE("api_tools.client_basic")},
		{"post", MESSAGE("api_tools.client_post")},
		{"none", MESSAGE("api_tools.client_none")}};
	struct view_node *field;

	show_choice(f, "client_auth", MESSAGE("api_tools.client_auth"),
		tool_client_auth_word(o->client_auth), ways, 3);
	field = tool_field(f, "boolean", "pkce", say(f->c, "api_tools.pkce", NULL), "");
	view_flag(field, "Checked", tool_ticked(f->c, "pkce", o->pkce));
	view_text(field, "Help", say(f->c, "api_tools.pkce_help", NULL));
}

/* One a line: "a", or "a=b". */
static void show_lists(struct tool_fields *f, const struct tool_oauth2 *o)
{
	struct view_node *field;
	struct buf text;

	buf_init(&text, (size_t)64 << 10);
	for (size_t i = 0; i < o->n_scopes; i++)
		buf_printf(&text, "%s%s", i ? "\n" : "", o->scopes[i]);
	field = show_text(f, "long-text", "scopes", MESSAGE("api_tools.scopes"), buf_text(&text));
	view_text(field, "Help", say(f->c, "api_tools.scopes_help", NULL));
	buf_clear(&text);
	for (size_t i = 0; i < o->n_params; i++)
		buf_printf(&text, "%s%s=%s", i ? "\n" : "", o->params[i].name, o->params[i].value);
	field = show_text(f, "long-text", "params", MESSAGE("api_tools.params"), buf_text(&text));
	view_text(field, "Help", say(f->c, "api_tools.params_help", NULL));
	buf_release(&text);
}

static void show_sending(struct tool_fields *f, const struct tool_oauth2 *o)
{
	static const char *const separators[][2] = {{"space", MESSAGE("api_tools.separator_space")},
		{"comma", MESSAGE("api_tools.separator_comma")}};
	static const char *const places[][2] = {{"header", MESSAGE("api_tools.in_header")},
		{"query", MESSAGE("api_tools.in_query")}};

	show_choice(f, "scope_separator", MESSAGE("api_tools.separator"),
		strcmp(o->scope_separator, ",") == 0 ? "comma" : "space", separators, 2);
	show_choice(
		f, "send_in", MESSAGE("api_tools.send_in"), tool_place_word(o->send_in), places, 2);
	view_flag(show_text(f, "text-input", "send_name", MESSAGE("api_tools.send_name"),
			  o->send_name),
		"Required", true);
	(void)show_text(
		f, "text-input", "send_prefix", MESSAGE("api_tools.prefix"), o->send_prefix);
}

/* The one that is set up, or what the description says. */
static struct tool_oauth2 begin_with(struct ctx *c, const struct api_tool *t)
{
	const char *number = req_query(&c->req, "scheme");
	jsonv *schemes = doc_list(jsonr_root(t->head), "/security_schemes");
	jsonv *scheme = NULL;
	struct tool_oauth2 o;

	if (t->settings.has_oauth2)
		return t->settings.oauth2;
	if (number && strlen(number) < 5)
		scheme = jsonr_at(schemes, strtoul(number, NULL, 10));
	(void)tool_scheme_oauth2(scheme, &o);
	if (!scheme)
		o.pkce = true;
	return o;
}

static enum rc show(struct ctx *c, const struct api_tool *t, const struct tool_oauth2 *o,
	const struct tool_problem *problem, int status)
{
	struct tool_fields fields;
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	fields = tool_fields(c, problem);
	api_tool_head(c, t);
	show_endpoints(&fields, o);
	show_lists(&fields, o);
	show_client(&fields, o);
	show_sending(&fields, o);
	tool_form_fault(c, &fields, status, MESSAGE("api_tools.not_saved"));
	api_tool_url(c->root, "Form.Url", &t->id, "/authorization/oauth2");
	api_tool_url(c->root, "Form.CancelUrl", &t->id, "/authorization");
	view_int(c->root, "Form.Version", (int64_t)t->version);
	view_text(c->root, "Form.Scheme", o->scheme[0] ? o->scheme : NULL);
	view_flag(c->root, "Form.Stored", t->settings.has_oauth2);
	return page_send(c, "api_tool_oauth", status ? status : 200);
}

/* Query: scheme, a number. */
enum rc page_api_tool_oauth(struct ctx *c)
{
	struct tool_oauth2 o;
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK) {
		o = begin_with(c, &t);
		rc = show(c, &t, &o, NULL, 0);
	}
	api_tool_release(&t);
	return rc;
}

/* ---- read ---- */

struct form {
	struct tool_settings settings;
	char scopes[LIST_SIZE], params[LIST_SIZE]; /* cut in place */
};

/* The next piece of *at between any of the separators; NULL: no more. */
static char *next_piece(char **at, const char *separators)
{
	char *piece = *at + strspn(*at, separators);
	size_t len = strcspn(piece, separators);

	if (!*piece)
		return NULL;
	*at = piece + len + (piece[len] != '\0');
	piece[len] = '\0';
	return piece;
}

/* False: more than there may be. */
static bool read_lists(struct ctx *c, struct form *form)
{
	struct tool_oauth2 *o = &form->settings.oauth2;
	const char *scopes = tool_given(c, "scopes", ""), *params = tool_given(c, "params", "");
	char *at = form->scopes, *piece;

	if (strlen(scopes) >= LIST_SIZE || strlen(params) >= LIST_SIZE)
		return false;
	(void)snprintf(form->scopes, LIST_SIZE, "%s", scopes);
	(void)snprintf(form->params, LIST_SIZE, "%s", params);
	while ((piece = next_piece(&at, " \t\r\n"))) {
		if (o->n_scopes == TOOL_SCOPES_MAX)
			return false;
		o->scopes[o->n_scopes++] = piece;
	}
	at = form->params;
	while ((piece = next_piece(&at, "\r\n"))) {
		char *equals = strchr(piece, '=');

		if (o->n_params == TOOL_PARAMS_MAX || !equals)
			return false;
		*equals = '\0';
		o->params[o->n_params++] = (struct tool_pair){piece, equals + 1};
	}
	return true;
}

/* Words that are not offered leave what a zero is: the first choice. */
static void read_texts(struct ctx *c, struct tool_oauth2 *o)
{
	(void)tool_grant_of(tool_given(c, "grant", ""), &o->grant);
	(void)tool_client_auth_of(tool_given(c, "client_auth", ""), &o->client_auth);
	(void)tool_place_of(tool_given(c, "send_in", ""), &o->send_in);
	o->authorization_url = tool_given(c, "authorization_url", "");
	if (o->grant == TOOL_GRANT_CLIENT)
		o->authorization_url = "";
	o->token_url = tool_given(c, "token_url", "");
	o->refresh_url = tool_given(c, "refresh_url", "");
	o->scheme = tool_given(c, "scheme", "");
	o->scope_separator = strcmp(tool_given(c, "scope_separator", ""), "comma") == 0 ? "," : " ";
	o->pkce = o->grant == TOOL_GRANT_CODE && tool_ticked(c, "pkce", false);
	o->send_name = tool_given(c, "send_name", "");
	o->send_prefix = tool_given(c, "send_prefix", "");
}

static enum rc save(struct ctx *c, const struct api_tool *t, struct form *form)
{
	struct api_tool_wish wish = api_tool_wish_of(t, &form->settings, NULL);
	struct tool_problem problem = {"oauth2.scopes", MESSAGE("api_tools.too_many_lines")};
	int status = 422;
	enum rc rc = RC_OK;

	form->settings = t->settings;
	form->settings.has_oauth2 = true;
	form->settings.oauth2 = (struct tool_oauth2){.scheme = ""};
	read_texts(c, &form->settings.oauth2);
	if (read_lists(c, form)) {
		rc = page_version(c, "version", &wish.expected_version);
		if (rc == RC_OK)
			rc = api_tool_update(c->core, &c->actor, &t->id, &wish);
		rc = tool_form_answer(rc, &wish, &problem, &status);
	}
	if (rc == RC_OK && !status)
		return api_tool_redirect(c, &t->id, "/authorization?done=saved");
	if (rc != RC_OK)
		return rc;
	if (strncmp(problem.field, OWN, sizeof(OWN) - 1) == 0)
		memmove(problem.field, problem.field + sizeof(OWN) - 1,
			strlen(problem.field + sizeof(OWN) - 1) + 1);
	return show(c, t, &form->settings.oauth2, &problem, status);
}

/* Form: version, scheme, and the fields. */
enum rc page_api_tool_oauth_post(struct ctx *c)
{
	struct form *form = calloc(1, sizeof(*form));
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = form ? save(c, &t, form) : RC_NOMEM;
	api_tool_release(&t);
	free(form);
	return rc;
}

/* Form: version. */
enum rc page_api_tool_oauth_remove_post(struct ctx *c)
{
	struct tool_settings settings;
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK) {
		settings = t.settings;
		settings.has_oauth2 = false;
		rc = api_tool_settings_save(c, &t, &settings);
	}
	api_tool_release(&t);
	return rc;
}
