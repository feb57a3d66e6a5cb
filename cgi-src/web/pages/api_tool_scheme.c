/* SPDX-License-Identifier: Apache-2.0
 *
 * From the security schemes of a description to authorization methods. Belongs to api_tool_parts.h.
 */
#include <string.h>

#include "web/pages/api_tool_parts.h"
#include "web/say.h"

static bool is_type(jsonv *scheme, const char *type)
{
	return strcmp(doc_text(scheme, "/type"), type) == 0;
}

jsonv *tool_scheme_find(jsonv *head, const char *name)
{
	jsonv *schemes = doc_list(head, "/security_schemes");

	for (size_t i = 0; i < jsonr_length(schemes); i++)
		if (strcmp(doc_text(jsonr_at(schemes, i), "/name"), name) == 0)
			return jsonr_at(schemes, i);
	return NULL;
}

bool tool_scheme_auth(jsonv *scheme, struct tool_auth *out)
{
	*out = (struct tool_auth){
		.id = "", .scheme = doc_text(scheme, "/name"), .name = "", .prefix = ""};
	if (is_type(scheme, "basic")) {
		out->type = TOOL_AUTH_BASIC;
		return true;
	}
	if (is_type(scheme, "bearer")) {
		out->type = TOOL_AUTH_BEARER;
		return true;
	}
	out->type = TOOL_AUTH_API_KEY;
	out->name = doc_text(scheme, "/parameter");
	return is_type(scheme, "api_key") && out->name[0] &&
	       tool_place_of(doc_text(scheme, "/in"), &out->in);
}

/* An implicit grant and a password grant need a browser, or a person's password: neither is for us. */
static jsonv *usable_flow(jsonv *scheme, enum tool_grant *grant)
{
	jsonv *flows = doc_list(scheme, "/flows");

	for (size_t i = 0; i < jsonr_length(flows); i++)
		if (tool_grant_of(doc_text(jsonr_at(flows, i), "/grant"), grant))
			return jsonr_at(flows, i);
	return NULL;
}

bool tool_scheme_oauth2(jsonv *scheme, struct tool_oauth2 *out)
{
	enum tool_grant grant = TOOL_GRANT_CODE;
	jsonv *flow = is_type(scheme, "oauth2") ? usable_flow(scheme, &grant) : NULL;
	jsonv *scopes = doc_list(flow, "/scopes");

	*out = (struct tool_oauth2){
		.scheme = doc_text(scheme, "/name"),
		.grant = grant,
		.authorization_url = doc_text(flow, "/authorization_url"),
		.token_url = doc_text(flow, "/token_url"),
		.refresh_url = doc_text(flow, "/refresh_url"),
		.scope_separator = " ",
		.client_auth = TOOL_CLIENT_BASIC,
		.pkce = grant == TOOL_GRANT_CODE,
		.send_in = TOOL_IN_HEADER,
		.send_name = "Authorization",
		.send_prefix = "Bearer ",
	};
	for (size_t i = 0; i < jsonr_length(scopes) && out->n_scopes < TOOL_SCOPES_MAX; i++)
		out->scopes[out->n_scopes++] = doc_text(jsonr_at(scopes, i), "/name");
	return flow != NULL;
}

bool tool_scheme_possible(jsonv *scheme)
{
	struct tool_oauth2 oauth2;
	struct tool_auth auth;

	return tool_scheme_auth(scheme, &auth) || tool_scheme_oauth2(scheme, &oauth2);
}

const char *tool_auth_words(struct ctx *c, const struct tool_auth *auth)
{
	static const char *const places[] = {
		[TOOL_IN_HEADER] = MESSAGE("api_tools.key_in_header"),
		[TOOL_IN_QUERY] = MESSAGE("api_tools.key_in_query"),
		[TOOL_IN_COOKIE] = MESSAGE("api_tools.key_in_cookie"),
	};

	switch (auth->type) {
	case TOOL_AUTH_BASIC:
		return say(c, "api_tools.basic", NULL);
	case TOOL_AUTH_BEARER:
		return say(c, "api_tools.bearer", NULL);
	case TOOL_AUTH_HEADER:
		return say(c, "api_tools.header", "name", auth->name, NULL);
	default:
		return say(c, places[auth->in], "name", auth->name, NULL);
	}
}

const char *tool_scheme_words(struct ctx *c, jsonv *scheme)
{
	struct tool_oauth2 oauth2;
	struct tool_auth auth;

	if (tool_scheme_auth(scheme, &auth))
		return tool_auth_words(c, &auth);
	if (tool_scheme_oauth2(scheme, &oauth2))
		return oauth2.grant == TOOL_GRANT_CODE ? say(c, "api_tools.oauth2_code", NULL)
						       : say(c, "api_tools.oauth2_client", NULL);
	if (is_type(scheme, "oauth2"))
		return say(c, "api_tools.oauth2_other", NULL);
	if (is_type(scheme, "openid_connect"))
		return say(c, "api_tools.openid_connect", NULL);
	return say(c, "api_tools.scheme_other", NULL);
}
