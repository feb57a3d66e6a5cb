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

/* --- scopes --- */

static bool is_scope(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < 0x21 || *text > 0x7e || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void read_scope_name(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && !is_scope(*(const char **)at))
		parse_fail(ps, node, "is no scope (RFC 6749 section 3.3)");
}

static void read_scope(struct parse *ps, const struct yamlr_node *node, struct scope *out)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("name", read_scope_name, struct scope, name),
		MEMBER("label", read_words, struct scope, label),
		MEMBER("why", read_words, struct scope, why),
	};

	if (node->kind == YAMLR_SCALAR)
		read_scope_name(ps, node, &out->name);
	else
		PARSE_MEMBERS(ps, node, members, out);
}

static void read_scopes(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct oauth_recipe *out = at;

	if (node->kind != YAMLR_SEQUENCE) {
		parse_fail(ps, node, "must be a list");
		return;
	}
	out->scopes = parse_list(ps, node, sizeof(*out->scopes));
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next) {
		struct scope *scope = &out->scopes[out->n_scopes];

		read_scope(ps, child, scope);
		for (size_t i = 0; !ps->rc && i < out->n_scopes; i++)
			if (strcmp(out->scopes[i].name, scope->name) == 0)
				parse_fail(
					ps, child, "scope \"%.100s\" is there twice", scope->name);
		out->n_scopes++;
	}
}

static void read_separator(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {" ", ","};

	*(const char **)at = words[parse_word(ps, node, words, COUNT(words))];
}

/* --- parameters --- */

static const char *const authorize_reserved[] = {"code_challenge", "code_challenge_method",
	"client_id", "redirect_uri", "response_type", "scope", "state", "resource", "nonce",
	"client_secret", "request", "request_uri"};
static const char *const token_reserved[] = {"grant_type", "code", "redirect_uri", "client_id",
	"client_secret", "code_verifier", "refresh_token", "client_assertion",
	"client_assertion_type"};

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

static void read_params(
	struct parse *ps, const struct yamlr_node *node, struct pairs *out, bool authorize)
{
	read_pairs(ps, node, read_template, out);
	for (size_t i = 0; !ps->rc && i < out->n; i++) {
		const char *name = out->items[i].name;

		if (authorize ? is_authorize_reserved(name)
			      : is_listed(name, token_reserved, COUNT(token_reserved)))
			parse_fail(ps, node, "the parameter \"%s\" is reserved", name);
	}
}

static void read_authorize_params(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_params(ps, node, at, true);
}

static void read_token_params(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_params(ps, node, at, false);
}

static void refuse_in_query(
	struct parse *ps, const struct yamlr_node *node, const char *url, const char *name)
{
	if (template_query_has(ps, url, name))
		parse_fail(ps, node, "the query has \"%s\" already, which Grantry sends", name);
}

/* --- token requests and answers --- */

static void read_client_auth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[CLIENT_AUTH_POST] = "post",
		[CLIENT_AUTH_BASIC] = "basic",
		[CLIENT_AUTH_NONE] = "none"};

	*(enum client_auth *)at = (enum client_auth)parse_word(ps, node, words, COUNT(words));
}

static void read_token_format(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"form", "json"};

	*(enum body_format *)at = parse_word(ps, node, words, COUNT(words)) ? BODY_JSON : BODY_FORM;
}

static void read_token_headers(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pairs *out = at;

	read_headers(ps, node, at);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (strcasecmp(out->items[i].name, "Authorization") == 0)
			parse_fail(ps, node, "Authorization is what client_auth is for");
}

void read_token_request(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("client_auth", read_client_auth, struct oauth_recipe, client_auth),
		MEMBER("format", read_token_format, struct oauth_recipe, token_format),
		MEMBER("headers", read_token_headers, struct oauth_recipe, token_headers),
		MEMBER("params", read_token_params, struct oauth_recipe, token_params),
		MEMBER("accept_form_response", read_bool, struct oauth_recipe,
			accept_form_response),
		MEMBER("accept_201", read_bool, struct oauth_recipe, accept_201),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

static void read_default_expires(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);

	if (text && strcmp(text, "never") == 0)
		*(int64_t *)at = EXPIRES_NEVER;
	else
		read_seconds(ps, node, at);
}

static void read_token_members(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_pointer, at);
}

void read_token_response(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("access_token", read_pointers, struct oauth_recipe, access_token),
		MEMBER("refresh_token", read_pointers, struct oauth_recipe, refresh_token),
		MEMBER("expires_in", read_pointers, struct oauth_recipe, expires_in),
		MEMBER("expires_at", read_pointers, struct oauth_recipe, expires_at),
		MEMBER("scope", read_pointers, struct oauth_recipe, scope),
		MEMBER("token_type", read_pointers, struct oauth_recipe, token_type),
		MEMBER("error", read_pointers, struct oauth_recipe, error),
		MEMBER("error_description", read_pointers, struct oauth_recipe, error_description),
		MEMBER("members", read_token_members, struct oauth_recipe, token_members),
		MEMBER("default_token_type", read_text, struct oauth_recipe, default_token_type),
		MEMBER("default_expires_in_s", read_default_expires, struct oauth_recipe,
			default_expires_in_s),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

static void read_error_class(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char *text = yamlr_text(node);

	if (!text || !token_error_class(text))
		parse_fail(ps, node,
			"must be reauthorize, revoked, client, rate_limited or transient");
	else
		read_text(ps, node, at);
}

void read_errors(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_error_class, at);
}

static void read_at_once(struct parse *ps, const struct yamlr_node *node, void *at)
{
	int64_t *out = at;

	read_seconds(ps, node, at);
	if (*out < 1 || *out > 1000)
		parse_fail(ps, node, "must be a number from 1 to 1000");
}

static void read_credential(struct parse *ps, const struct yamlr_node *node, void *at)
{
	ps->spaces = "token,client";
	read_pairs(ps, node, read_template, at);
	ps->spaces = "client";
}

static void read_refresh(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("supported", read_bool, struct oauth_recipe, refresh_supported),
		MEMBER("params", read_token_params, struct oauth_recipe, refresh_params),
		MEMBER("margin_s", read_seconds, struct oauth_recipe, refresh_margin_s),
		MEMBER("idle_limit_s", read_seconds, struct oauth_recipe, refresh_idle_limit_s),
		MEMBER("at_once", read_at_once, struct oauth_recipe, refresh_at_once),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

/* --- after the tokens --- */

static void read_oauth_identity(struct parse *ps, const struct yamlr_node *node, void *at)
{
	ps->spaces = "client,credential,token";
	read_identity_recipe(ps, node, at);
	ps->spaces = "client";
}

static void read_oauth_check(struct parse *ps, const struct yamlr_node *node, void *at)
{
	ps->spaces = "client,credential,token";
	read_checks(ps, node, at);
	ps->spaces = "client";
}

static void read_steps(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct oauth_recipe *out = at;

	if (node->kind != YAMLR_SEQUENCE) {
		parse_fail(ps, node, "must be a list of texts");
		return;
	}
	out->setup_steps = parse_list(ps, node, sizeof(*out->setup_steps));
	for (const struct yamlr_node *child = node->first; child && !ps->rc; child = child->next)
		read_words(ps, child, &out->setup_steps[out->n_setup_steps++]);
}

static void read_setup(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("url", read_help_url, struct oauth_recipe, setup_url),
		SECTION("steps", read_steps),
	};

	PARSE_MEMBERS(ps, node, members, at);
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

static void refuse_all(struct parse *ps, const struct yamlr_node *node, const char *url,
	const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		refuse_in_query(ps, node, url, names[i]);
}

static void check_queries(
	struct parse *ps, const struct yamlr_node *node, const struct oauth_recipe *oauth)
{
	const struct yamlr_node *authorize = yamlr_get(node, "authorization_url");
	const char *url = oauth->authorization_url;

	refuse_all(ps, authorize, url, authorize_reserved, COUNT(authorize_reserved));
	for (size_t i = 0; i < oauth->authorize_params.n; i++)
		refuse_in_query(ps, authorize, url, oauth->authorize_params.items[i].name);
	refuse_all(ps, yamlr_get(node, "token_url"), oauth->token_url, token_reserved,
		COUNT(token_reserved));
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

static bool any_host_chosen(const struct parse *ps, const struct oauth_recipe *out)
{
	const char *urls[] = {out->authorization_url, out->token_url, out->revocation_request.url,
		out->identity.request.url};

	for (size_t i = 0; i < COUNT(urls); i++)
		if (template_host_chosen(ps, urls[i]))
			return true;
	for (size_t i = 0; i < out->checks.n; i++)
		if (template_host_chosen(ps, out->checks.items[i].request.url))
			return true;
	return false;
}

void oauth_recipe_init(struct oauth_recipe *out)
{
	out->pkce = true;
	out->refresh_supported = true;
	out->scope_separator = " ";
	out->token_format = BODY_FORM;
	out->default_token_type = "Bearer";
	out->default_expires_in_s = DEFAULT_EXPIRES_IN_S;
}

void recipe_read_oauth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("issuer", read_url, struct oauth_recipe, issuer),
		MEMBER("iss_required", read_bool, struct oauth_recipe, iss_required),
		MEMBER_REQUIRED(
			"authorization_url", read_url, struct oauth_recipe, authorization_url),
		MEMBER_REQUIRED("token_url", read_url, struct oauth_recipe, token_url),
		MEMBER("pkce", read_bool, struct oauth_recipe, pkce),
		MEMBER("scope_separator", read_separator, struct oauth_recipe, scope_separator),
		SECTION("scopes", read_scopes),
		MEMBER("authorize_params", read_authorize_params, struct oauth_recipe,
			authorize_params),
		SECTION("token_request", read_token_request),
		SECTION("token_response", read_token_response),
		MEMBER("credential", read_credential, struct oauth_recipe, credential),
		MEMBER("errors", read_errors, struct oauth_recipe, errors),
		SECTION("refresh", read_refresh),
		SECTION("revocation", read_revocation),
		MEMBER("check", read_oauth_check, struct oauth_recipe, checks),
		MEMBER("identity", read_oauth_identity, struct oauth_recipe, identity),
		SECTION("setup", read_setup),
	};
	struct provider *provider = at;
	struct oauth_recipe *out = &provider->oauth;

	oauth_recipe_init(out);
	out->derives = &provider->derives;
	ps->spaces = "client";
	ps->in_oauth = true;
	ps->token_members = yamlr_get(yamlr_get(node, "token_response"), "members");
	ps->credential_map = yamlr_get(node, "credential");
	PARSE_MEMBERS(ps, node, members, out);
	ps->in_oauth = false;
	check_client(ps, node, provider);
	if (ps->rc)
		return;
	check_queries(ps, node, out);
	oauth_recipe_defaults(ps, out);
	out->host_from_client = any_host_chosen(ps, out);
	provider->missing = NULL;
}
