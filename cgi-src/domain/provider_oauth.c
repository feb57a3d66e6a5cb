/* SPDX-License-Identifier: Apache-2.0
 *
 * The oauth part of the grantry section, and what its members must not do to each other (security R8, R11,
 * A37): no parameter is sent twice, none of ours is overridden, no secret goes where a file says so.
 */
#include <string.h>
#include <strings.h>

#include "domain/oauth/token.h"
#include "domain/provider_read.h"

#define DEFAULT_EXPIRES_IN_S 3600

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* --- parameters --- */

static const char *const authorize_reserved[] = {"code_challenge", "code_challenge_method",
	"client_id", "redirect_uri", "response_type", "scope", "state", "resource", "nonce",
	"client_secret", "request", "request_uri"};

static bool is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static bool is_authorize_reserved(const char *name)
{
	return is_listed(name, authorize_reserved, COUNT(authorize_reserved)) ||
	       strncmp(name, "code_challenge", 14) == 0;
}

static void read_authorize_params(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pairs *out = at;

	read_pairs(ps, node, read_template, out);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (is_authorize_reserved(out->items[i].name))
			parse_fail(
				ps, node, "the parameter \"%s\" is reserved", out->items[i].name);
}

static void read_pkce(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);
	bool on;

	if (text && strcmp(text, "required") == 0)
		*(enum pkce_use *)at = PKCE_REQUIRED;
	else if (yamlr_bool(node, &on) == RC_OK)
		*(enum pkce_use *)at = on ? PKCE_ON : PKCE_OFF;
	else
		parse_fail(ps, node, "must be true, false or required");
}

/* Under which the scopes are sent. */
static void read_scope_param(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && strcmp(*(const char **)at, "scope") != 0 &&
		(is_authorize_reserved(*(const char **)at) ||
			(*(const char **)at)[strspn(
				*(const char **)at, "abcdefghijklmnopqrstuvwxyz_-")] != '\0'))
		parse_fail(ps, node, "is no name of a parameter for scopes");
}

/* --- after the tokens --- */

void read_in(struct parse *ps, const char *spaces, bool before_tokens, parse_reader *read,
	const struct yamlr_node *node, void *at)
{
	const char *outside = ps->spaces;

	ps->spaces = spaces;
	ps->before_tokens = before_tokens;
	read(ps, node, at);
	ps->spaces = outside;
	ps->before_tokens = false;
}

static void read_token_url(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,token", true, read_url, node, at);
}

static void read_oauth_identity(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,credential,token", false, read_identity_recipe, node, at);
}

static void read_oauth_check(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,credential,token", false, read_checks, node, at);
}

static void read_steps(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct oauth_recipe *out = at;

	out->setup_steps = parse_items(ps, node, YAMLR_SEQUENCE, sizeof(*out->setup_steps),
		read_words, &out->n_setup_steps);
}

static void read_setup(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("url", read_help_url, struct oauth_recipe, setup_url),
		SECTION("steps", read_steps),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

/* --- revocation --- */

static void read_style(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[REVOCATION_NONE] = "none",
		[REVOCATION_RFC7009] = "rfc7009",
		[REVOCATION_REQUEST] = "request"};

	*(enum revocation_style *)at =
		(enum revocation_style)parse_word(ps, node, words, COUNT(words));
}

static void read_revoked_token(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"refresh_token", "access_token", "both"};
	static const enum revoked_token tokens[] = {
		REVOKE_REFRESH_TOKEN, REVOKE_ACCESS_TOKEN, REVOKE_BOTH};

	*(enum revoked_token *)at = tokens[parse_word(ps, node, words, COUNT(words))];
}

static void read_revocation_members(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("style", read_style, struct oauth_recipe, revocation),
		MEMBER("url", read_url, struct oauth_recipe, revocation_request.url),
		MEMBER("request", read_request, struct oauth_recipe, revocation_request),
		MEMBER("token", read_revoked_token, struct oauth_recipe, revoked_token),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

void read_revocation(struct parse *ps, const struct yamlr_node *node, void *at)
{
	bool url = !yamlr_is_null(yamlr_get(node, "url"));
	bool request = !yamlr_is_null(yamlr_get(node, "request"));
	struct oauth_recipe *out = at;

	read_in(ps, "client,credential,token", false, read_revocation_members, node, at);
	if (!ps->rc && (out->revocation == REVOCATION_RFC7009) != url)
		parse_fail(ps, node, "style rfc7009, and only that, has \"url\"");
	if (!ps->rc && (out->revocation == REVOCATION_REQUEST) != request)
		parse_fail(ps, node, "style request, and only that, has \"request\"");
	if (!ps->rc && out->revoked_token != REVOKE_DEFAULT && !url)
		parse_fail(ps, node, "\"token\" is for style rfc7009; a request names its own");
	if (out->revocation == REVOCATION_RFC7009)
		out->revocation_request.method = "POST";
}

/* --- the whole --- */

static void default_pointer(struct parse *ps, struct pointers *out, const char *pointer)
{
	if (out->n)
		return;
	out->items = parse_alloc(ps, sizeof(*out->items));
	if (out->items)
		out->items[out->n++] = pointer;
}

void oauth_recipe_defaults(struct parse *ps, struct oauth_recipe *out)
{
	default_pointer(ps, &out->access_token, "/access_token");
	default_pointer(ps, &out->refresh_token, "/refresh_token");
	default_pointer(ps, &out->expires_in, "/expires_in");
	default_pointer(ps, &out->scope, "/scope");
	default_pointer(ps, &out->token_type, "/token_type");
	default_pointer(ps, &out->error, "/error");
	default_pointer(ps, &out->error_description, "/error_description");
	if (out->credential.n)
		return;
	out->credential.items = parse_alloc(ps, sizeof(*out->credential.items));
	if (out->credential.items)
		out->credential.items[out->credential.n++] =
			(struct pair){"access_token", "{{token.access_token}}"};
}

/* A parameter of the authorization request that Grantry sends. */
static void refuse_sent(struct parse *ps, const struct yamlr_node *node,
	const struct oauth_recipe *oauth, const char *name)
{
	if (!name)
		return;
	if (template_query_has(ps, oauth->authorization_url, name))
		parse_fail(ps, yamlr_get(node, "authorization_url"),
			"the query has \"%s\" already, which Grantry sends", name);
	for (size_t i = 0; !ps->rc && i < oauth->authorize_params.n; i++)
		if (strcmp(oauth->authorize_params.items[i].name, name) == 0)
			parse_fail(ps, yamlr_get(node, "authorize_params"),
				"the parameter \"%s\" is reserved", name);
}

static void check_authorize(
	struct parse *ps, const struct yamlr_node *node, const struct oauth_recipe *oauth)
{
	const struct pairs *own = &oauth->authorize_params;

	for (size_t i = 0; i < COUNT(authorize_reserved); i++)
		refuse_sent(ps, node, oauth, authorize_reserved[i]);
	refuse_sent(ps, node, oauth, oauth->scope_param);
	refuse_sent(ps, node, oauth, oauth->user_scope_param);
	refuse_sent(ps, node, oauth, oauth->optional_scope_param);
	for (size_t i = 0; !ps->rc && i < own->n; i++)
		if (template_query_has(ps, oauth->authorization_url, own->items[i].name))
			parse_fail(ps, yamlr_get(node, "authorization_url"),
				"the query has \"%s\" already, which Grantry sends",
				own->items[i].name);
}

static void check_scopes(
	struct parse *ps, const struct yamlr_node *node, const struct provider *provider)
{
	const struct oauth_recipe *oauth = &provider->oauth;

	if (oauth->scope_override && !schema_find(&provider->client_schema, oauth->scope_override))
		parse_fail(ps, yamlr_get(node, "scope_override"),
			"client_schema has no field \"%.100s\"", oauth->scope_override);
	if (oauth->user_scopes.n && !oauth->user_scope_param)
		parse_fail(ps, node, "user_scopes need \"user_scope_param\"");
	if (oauth->user_scope_param && (strcmp(oauth->user_scope_param, oauth->scope_param) == 0))
		parse_fail(ps, yamlr_get(node, "user_scope_param"), "is scope_param already");
}

static void check_client(
	struct parse *ps, const struct yamlr_node *node, const struct provider *provider)
{
	const struct oauth_recipe *oauth = &provider->oauth;

	if (!provider->has_oauth)
		parse_fail(ps, node, "there is no oauth_schema.client_schema for it");
	else if (!schema_find(&provider->client_schema, "client_id"))
		parse_fail(ps, node, "client_schema has no field \"client_id\"");
	else if (oauth->client_auth != CLIENT_AUTH_NONE &&
		 !schema_find(&provider->client_schema, "client_secret"))
		parse_fail(ps, node, "client_schema has no field \"client_secret\"");
	if (oauth->iss_required && !oauth->issuer)
		parse_fail(ps, node, "iss_required needs \"issuer\"");
}

static void check_hosts(struct parse *ps, const struct yamlr_node *node, struct oauth_recipe *oauth)
{
	const char *url;

	for (size_t i = 0; (url = oauth_url_at(oauth, i)); i++) {
		kept_check_url(ps, node, oauth, url);
		oauth->host_from_client |= template_host_chosen(ps, url);
	}
}

/* A test of an authorization knows what "over" looks like. */
static void pass_signs(struct oauth_recipe *oauth)
{
	for (size_t i = 0; i < oauth->checks.n; i++) {
		oauth->checks.items[i].expired = oauth->token_expired;
		oauth->checks.items[i].n_expired = oauth->n_token_expired;
	}
}

/* Read before all else. */
static void read_base(struct parse *ps, const struct yamlr_node *node, void *at)
{
	(void)ps, (void)node, (void)at;
}

static const struct member members[] = {
	{"base", read_base, 0, false},
	MEMBER("issuer", read_url, struct oauth_recipe, issuer),
	MEMBER("iss_required", read_bool, struct oauth_recipe, iss_required),
	MEMBER_REQUIRED("authorization_url", read_url, struct oauth_recipe, authorization_url),
	MEMBER_REQUIRED("token_url", read_token_url, struct oauth_recipe, token_url),
	MEMBER("pkce", read_pkce, struct oauth_recipe, pkce),
	MEMBER("scope_separator", read_separator, struct oauth_recipe, scope_separator),
	MEMBER("scopes", read_scopes, struct oauth_recipe, scopes),
	MEMBER("user_scopes", read_scopes, struct oauth_recipe, user_scopes),
	MEMBER("scope_param", read_scope_param, struct oauth_recipe, scope_param),
	MEMBER("user_scope_param", read_scope_param, struct oauth_recipe, user_scope_param),
	MEMBER("optional_scope_param", read_scope_param, struct oauth_recipe, optional_scope_param),
	MEMBER("scope_override", read_text, struct oauth_recipe, scope_override),
	MEMBER("authorize_params", read_authorize_params, struct oauth_recipe, authorize_params),
	MEMBER("redirect", read_redirect, struct oauth_recipe, redirect),
	SECTION("token_request", read_token_request),
	SECTION("exchange", read_exchange),
	SECTION("token_response", read_token_response),
	SECTION("introspection", read_introspection),
	SECTION("lookups", read_lookups),
	MEMBER("credential", read_credential, struct oauth_recipe, credential),
	MEMBER("errors", read_errors, struct oauth_recipe, errors),
	SECTION("refresh", read_refresh),
	SECTION("token_expired", read_token_expired),
	SECTION("revocation", read_revocation),
	MEMBER("check", read_oauth_check, struct oauth_recipe, checks),
	MEMBER("identity", read_oauth_identity, struct oauth_recipe, identity),
	MEMBER("diagnosis", read_diagnosis, struct oauth_recipe, diagnosis),
	SECTION("setup", read_setup),
};

void oauth_recipe_init(struct oauth_recipe *out)
{
	out->pkce = PKCE_ON;
	out->refresh_supported = true;
	out->scope_separator = " ";
	out->scope_param = "scope";
	out->redirect.code = "code";
	out->token_format = BODY_FORM;
	out->expires_ms_per_unit = 1000;
	out->default_token_type = "Bearer";
	out->default_expires_in_s = DEFAULT_EXPIRES_IN_S;
}

static void read_section(struct parse *ps, const struct yamlr_node *node, struct provider *provider)
{
	struct oauth_recipe *out = &provider->oauth;

	ps->spaces = "client";
	ps->in_oauth = true;
	ps->oauth = node;
	ps->credential_map = yamlr_get(node, "credential");
	PARSE_MEMBERS(ps, node, members, out);
	kept_check(ps);
	ps->in_oauth = false;
	check_client(ps, node, provider);
	if (!ps->rc)
		check_authorize(ps, node, out);
	if (!ps->rc)
		check_scopes(ps, node, provider);
	if (!ps->rc)
		token_steps_check(ps, node, out);
	if (!ps->rc)
		check_hosts(ps, node, out);
	check_of_identity(ps, &out->identity, &out->checks);
	pass_signs(out);
}

void recipe_read_oauth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct provider *provider = at;

	oauth_recipe_init(&provider->oauth);
	provider->oauth.derives = &provider->derives;
	node = shared_merge(ps, node);
	if (!node)
		return;
	read_section(ps, node, provider);
	if (ps->rc)
		return;
	oauth_recipe_defaults(ps, &provider->oauth);
	provider->missing = NULL;
}
