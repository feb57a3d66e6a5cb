/* SPDX-License-Identifier: Apache-2.0
 *
 * May the settings that a person entered be kept? What they would do in a request is looked at here once more than
 * needed: bind and httpc.h refuse it again, but only then would somebody notice.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "domain/message.h"
#include "domain/tool/settings.h"
#include "platform/text.h"

struct check {
	const struct tool_settings *s;
	const struct netpol *policy;
	struct tool_problem *problem;
};

/* The first problem counts. Always false, so that it can be returned. */
static bool refuse(const struct check *c, const char *group, const char *part, const char *reason)
{
	(void)snprintf(c->problem->field, sizeof(c->problem->field), "%s%s%s", group,
		part[0] ? "." : "", part);
	c->problem->reason = reason;
	return false;
}

static bool is_line(const char *text)
{
	return text_is_line(text, strlen(text), TOOL_TEXT_MAX);
}

static bool is_line_or_empty(const char *text)
{
	return !text[0] || is_line(text);
}

/* ---- addresses ---- */

/* NULL: httpc would try it. */
static const char *address_reason(const char *text, const struct netpol *policy)
{
	struct url url;

	if (url_parse(text, URL_HTTP_TOO, &url) != RC_OK)
		return MESSAGE("api_tool.problem.address");
	if (netpol_allows_origin(policy, url.https, url.host, url.port))
		return NULL;
	if (!url.https)
		return MESSAGE("api_tool.problem.https");
	if (url.port != 443)
		return MESSAGE("api_tool.problem.port");
	return netpol_is_private_literal(url.host) ? MESSAGE("api_tool.problem.private") : NULL;
}

static bool check_address(const struct check *c, const char *part, const char *url)
{
	const char *reason = address_reason(url, c->policy);

	return !reason || refuse(c, "oauth2", part, reason);
}

static bool check_variables(const struct check *c)
{
	const struct tool_settings *s = c->s;

	for (size_t i = 0; i < s->n_variables; i++) {
		const struct tool_pair *v = &s->variables[i];
		bool good = is_line(v->name) && is_line_or_empty(v->value);

		for (size_t k = 0; k < i && good; k++)
			good = strcmp(s->variables[k].name, v->name) != 0;
		if (!good)
			return refuse(c, "variables", v->name, MESSAGE("api_tool.problem.text"));
	}
	return true;
}

static bool check_server(const struct check *c, jsonv *servers)
{
	const char *reason;
	char url[URL_MAX + 1];

	if (!c->s->server[0])
		return true;
	if (tool_server_resolve(
		    c->s->server, tool_server_declared(servers, c->s->server), c->s, url) != RC_OK)
		return refuse(c, "server", "", MESSAGE("api_tool.problem.server"));
	reason = address_reason(url, c->policy);
	return !reason || refuse(c, "server", "", reason);
}

/* ---- names and values ---- */

static bool is_token(const char *name)
{
	static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return name[0] && strspn(name, tchar) == strlen(name) && strlen(name) <= TOOL_TEXT_MAX;
}

/* Who sets these decides where a message ends, where it goes, or what others have said in it. */
static bool is_reserved_header(const char *name)
{
	static const char *const names[] = {"Connection", "Content-Encoding", "Content-Length",
		"Content-Type", "Cookie", "Expect", "Host", "Keep-Alive", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade", "Via"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return strncasecmp(name, "Proxy-", 6) == 0;
}

static const char *name_reason(enum tool_place in, const char *name)
{
	if (in == TOOL_IN_QUERY)
		return is_line(name) ? NULL : MESSAGE("api_tool.problem.text");
	if (!is_token(name))
		return MESSAGE("api_tool.problem.header");
	return in == TOOL_IN_HEADER && is_reserved_header(name)
		       ? MESSAGE("api_tool.problem.header_reserved")
		       : NULL;
}

/* "Token ": what stands before a key; one space may end it. */
static bool is_prefix(const char *prefix)
{
	size_t len = strlen(prefix);

	return len == 0 ||
	       (text_is_vschar(prefix, len) && len <= TOOL_TEXT_MAX && prefix[0] != ' ');
}

/* ---- authorization methods ---- */

static bool check_auth(const struct check *c, const struct tool_auth *a)
{
	enum tool_place in = a->type == TOOL_AUTH_API_KEY ? a->in : TOOL_IN_HEADER;
	char part[48];
	const char *reason = NULL;

	(void)snprintf(part, sizeof(part), "%.*s.scheme", TOOL_AUTH_ID_MAX, a->id);
	if (!is_line_or_empty(a->scheme))
		return refuse(c, "auth", part, MESSAGE("api_tool.problem.text"));
	if (a->type != TOOL_AUTH_API_KEY && a->type != TOOL_AUTH_HEADER)
		return true;
	(void)snprintf(part, sizeof(part), "%.*s.name", TOOL_AUTH_ID_MAX, a->id);
	reason = name_reason(in, a->name);
	if (reason)
		return refuse(c, "auth", part, reason);
	(void)snprintf(part, sizeof(part), "%.*s.prefix", TOOL_AUTH_ID_MAX, a->id);
	return is_prefix(a->prefix) || refuse(c, "auth", part, MESSAGE("api_tool.problem.prefix"));
}

static bool check_auths(const struct check *c)
{
	for (size_t i = 0; i < c->s->n_auth; i++)
		if (!check_auth(c, &c->s->auth[i]))
			return false;
	return true;
}

static bool check_oauth2(const struct check *c)
{
	const struct tool_oauth2 *o = &c->s->oauth2;
	const char *reason;

	if (!c->s->has_oauth2)
		return true;
	if (!is_line_or_empty(o->scheme))
		return refuse(c, "oauth2", "scheme", MESSAGE("api_tool.problem.text"));
	if (o->grant == TOOL_GRANT_CODE &&
		!check_address(c, "authorization_url", o->authorization_url))
		return false;
	if (!check_address(c, "token_url", o->token_url) ||
		(o->refresh_url[0] && !check_address(c, "refresh_url", o->refresh_url)))
		return false;
	reason = o->send_in == TOOL_IN_COOKIE ? MESSAGE("api_tool.problem.text")
					      : name_reason(o->send_in, o->send_name);
	if (reason)
		return refuse(c, "oauth2", "send_name", reason);
	/* scopes and parameters are for oauth_definition.h */
	return is_prefix(o->send_prefix) ||
	       refuse(c, "oauth2", "send_prefix", MESSAGE("api_tool.problem.prefix"));
}

enum rc tool_settings_check(const struct tool_settings *s, jsonv *servers,
	const struct netpol *policy, struct tool_problem *problem)
{
	const struct check c = {s, policy, problem};

	return check_variables(&c) && check_server(&c, servers) && check_auths(&c) &&
			       check_oauth2(&c)
		       ? RC_OK
		       : RC_INVALID;
}
