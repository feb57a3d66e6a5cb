/* SPDX-License-Identifier: Apache-2.0
 *
 * What provider files say of the token endpoint: how it is asked, and where things stand in its answers. No parameter
 * is sent twice and none of ours is overridden (security R8, A37).
 */
#include <string.h>
#include <strings.h>

#include "domain/oauth/token.h"
#include "domain/provider_read.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* --- parameters --- */

static const char *const reserved[] = {"grant_type", "code", "redirect_uri", "client_id",
	"client_secret", "code_verifier", "refresh_token", "client_assertion",
	"client_assertion_type"};

/* Those that may have another name with some provider. */
static const char *const renamable[] = {"code", "redirect_uri", "client_id", "client_secret",
	"code_verifier", "refresh_token", "scope"};

static bool is_listed(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void read_params(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct pairs *out = at;

	read_pairs(ps, node, read_template, out);
	for (size_t i = 0; !ps->rc && i < out->n; i++)
		if (is_listed(out->items[i].name, reserved, COUNT(reserved)))
			parse_fail(
				ps, node, "the parameter \"%s\" is reserved", out->items[i].name);
}

/* A token that is minted from a key has no redirect before it. */
static void read_early_params(struct parse *ps, const struct yamlr_node *node, void *at)
{
	if (!ps->in_oauth)
		read_params(ps, node, at);
	else
		read_in(ps, "client,token", true, read_params, node, at);
}

static void read_late_params(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,token", false, read_params, node, at);
}

static bool is_name(const char *text)
{
	return *text != '\0' &&
	       text[strspn(text,
		       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")] ==
		       '\0';
}

/* "none" leaves a parameter out: what stands for the grant itself cannot be. */
static void read_name(struct parse *ps, const struct yamlr_node *node, void *at)
{
	const char **out = at;

	read_text(ps, node, out);
	if (ps->rc)
		return;
	if (!is_listed(node->key, renamable, COUNT(renamable)))
		parse_fail(ps, node, "is no parameter of a token request");
	else if (!is_name(*out))
		parse_fail(ps, node, "is no name of a parameter");
	else if (strcmp(*out, "none") == 0)
		*out = "";
	if (!ps->rc && **out == '\0' &&
		(strcmp(node->key, "code") == 0 || strcmp(node->key, "refresh_token") == 0))
		parse_fail(ps, node, "cannot be left out");
}

static void read_names(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_name, at);
}

static void read_grant_type(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_text(ps, node, at);
	if (!ps->rc && strcmp(*(const char **)at, "none") == 0)
		*(const char **)at = "";
}

static void read_step_method(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"POST", "GET"};

	*(const char **)at = words[parse_word(ps, node, words, COUNT(words))];
}

static void read_early_url(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,token", true, read_url, node, at);
}

static void read_late_url(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "client,token", false, read_url, node, at);
}

/* --- requests --- */

static void read_client_auth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[CLIENT_AUTH_POST] = "post",
		[CLIENT_AUTH_BASIC] = "basic",
		[CLIENT_AUTH_NONE] = "none"};

	*(enum client_auth *)at = (enum client_auth)parse_word(ps, node, words, COUNT(words));
}

static void read_token_format(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"form", "json", "query"};
	static const enum body_format formats[] = {BODY_FORM, BODY_JSON, BODY_QUERY};

	*(enum body_format *)at = formats[parse_word(ps, node, words, COUNT(words))];
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
		MEMBER("params", read_early_params, struct oauth_recipe, token_params),
		MEMBER("accept_form_response", read_bool, struct oauth_recipe,
			accept_form_response),
		MEMBER("accept_201", read_bool, struct oauth_recipe, accept_201),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

static void read_then(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("url", read_early_url, struct oauth_recipe, then.url),
		MEMBER("method", read_step_method, struct oauth_recipe, then.method),
		MEMBER_REQUIRED(
			"grant_type", read_grant_type, struct oauth_recipe, then.grant_type),
		MEMBER("names", read_names, struct oauth_recipe, then.names),
		MEMBER("params", read_early_params, struct oauth_recipe, then.params),
		MEMBER("token_param", read_text, struct oauth_recipe, then_token_param),
	};
	struct oauth_recipe *out = at;

	out->then_token_param = "access_token";
	PARSE_MEMBERS(ps, node, members, at);
	if (!ps->rc && !is_name(out->then_token_param))
		parse_fail(ps, node, "\"token_param\" is no name of a parameter");
}

void read_exchange(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("method", read_step_method, struct oauth_recipe, exchange.method),
		MEMBER("grant_type", read_grant_type, struct oauth_recipe, exchange.grant_type),
		MEMBER("names", read_names, struct oauth_recipe, exchange.names),
		MEMBER("params", read_early_params, struct oauth_recipe, exchange.params),
		SECTION("then", read_then),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

static void read_at_once(struct parse *ps, const struct yamlr_node *node, void *at)
{
	int64_t *out = at;

	read_seconds(ps, node, at);
	if (*out < 1 || *out > 1000)
		parse_fail(ps, node, "must be a number from 1 to 1000");
}

static void read_refresh_with(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[REFRESH_WITH_REFRESH_TOKEN] = "refresh_token",
		[REFRESH_WITH_ACCESS_TOKEN] = "access_token"};

	*(enum refresh_with *)at = (enum refresh_with)parse_word(ps, node, words, COUNT(words));
}

static void read_rotation(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[ROTATION_OPTIONAL] = "optional",
		[ROTATION_ALWAYS] = "always",
		[ROTATION_NEVER] = "never"};

	*(enum rotation *)at = (enum rotation)parse_word(ps, node, words, COUNT(words));
}

void read_refresh(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("supported", read_bool, struct oauth_recipe, refresh_supported),
		MEMBER("url", read_late_url, struct oauth_recipe, refresh.url),
		MEMBER("method", read_step_method, struct oauth_recipe, refresh.method),
		MEMBER("grant_type", read_grant_type, struct oauth_recipe, refresh.grant_type),
		MEMBER("names", read_names, struct oauth_recipe, refresh.names),
		MEMBER("params", read_late_params, struct oauth_recipe, refresh.params),
		MEMBER("token", read_refresh_with, struct oauth_recipe, refresh_with),
		MEMBER("scope", read_bool, struct oauth_recipe, refresh_scope),
		MEMBER("redirect_uri", read_bool, struct oauth_recipe, refresh_redirect_uri),
		MEMBER("rotation", read_rotation, struct oauth_recipe, rotation),
		MEMBER("margin_s", read_seconds, struct oauth_recipe, refresh_margin_s),
		MEMBER("window_s", read_seconds, struct oauth_recipe, refresh_window_s),
		MEMBER("idle_limit_s", read_seconds, struct oauth_recipe, refresh_idle_limit_s),
		MEMBER("absolute_limit_s", read_seconds, struct oauth_recipe,
			refresh_absolute_limit_s),
		MEMBER("at_once", read_at_once, struct oauth_recipe, refresh_at_once),
	};
	const struct oauth_recipe *out = at;

	PARSE_MEMBERS(ps, node, members, at);
	if (!ps->rc && out->refresh_window_s && out->refresh_margin_s > out->refresh_window_s)
		parse_fail(ps, node, "\"margin_s\" is greater than \"window_s\"");
}

/* --- answers --- */

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

static void read_unit(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"s", "ms", "min"};
	static const int ms[] = {1000, 1, 60000};

	*(int *)at = ms[parse_word(ps, node, words, COUNT(words))];
}

static void read_expires_from(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[EXPIRES_FROM_RESPONSE] = "response",
		[EXPIRES_FROM_JWT] = "jwt",
		[EXPIRES_FROM_INTROSPECTION] = "introspection"};

	*(enum expires_from *)at = (enum expires_from)parse_word(ps, node, words, COUNT(words));
}

void read_token_response(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER("access_token", read_pointers, struct oauth_recipe, access_token),
		MEMBER("refresh_token", read_pointers, struct oauth_recipe, refresh_token),
		MEMBER("expires_in", read_pointers, struct oauth_recipe, expires_in),
		MEMBER("expires_in_unit", read_unit, struct oauth_recipe, expires_ms_per_unit),
		MEMBER("expires_at", read_pointers, struct oauth_recipe, expires_at),
		MEMBER("expires_from", read_expires_from, struct oauth_recipe, expires_from),
		MEMBER("issued_at", read_pointers, struct oauth_recipe, issued_at),
		MEMBER("refresh_expires_in", read_pointers, struct oauth_recipe,
			refresh_expires_in),
		MEMBER("refresh_expires_at", read_pointers, struct oauth_recipe,
			refresh_expires_at),
		MEMBER("scope", read_pointers, struct oauth_recipe, scope),
		MEMBER("token_type", read_pointers, struct oauth_recipe, token_type),
		MEMBER("error", read_pointers, struct oauth_recipe, error),
		MEMBER("error_description", read_pointers, struct oauth_recipe, error_description),
		MEMBER("require", read_require, struct oauth_recipe, token_require),
		MEMBER("members", read_token_members, struct oauth_recipe, token_members),
		SECTION("parts", read_parts),
		MEMBER("default_token_type", read_text, struct oauth_recipe, default_token_type),
		MEMBER("default_expires_in_s", read_default_expires, struct oauth_recipe,
			default_expires_in_s),
	};

	PARSE_MEMBERS(ps, node, members, at);
}

void read_introspection(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("url", read_early_url, struct oauth_recipe, introspection_url),
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

static void read_credential_map(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_pairs(ps, node, read_template, at);
}

void read_credential(struct parse *ps, const struct yamlr_node *node, void *at)
{
	read_in(ps, "token,client", false, read_credential_map, node, at);
}

/* --- nothing is sent twice --- */

static const char *sent_name(const struct pairs *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i].name, name) == 0)
			return names->items[i].value;
	return name;
}

static void refuse_param(struct parse *ps, const struct yamlr_node *node, const char *name,
	const struct pairs *a, const struct pairs *b)
{
	for (size_t i = 0; !ps->rc && i < a->n; i++)
		if (strcmp(a->items[i].name, name) == 0)
			parse_fail(ps, node, "\"%s\" is sent by Grantry already", name);
	for (size_t i = 0; !ps->rc && i < b->n; i++)
		if (strcmp(b->items[i].name, name) == 0)
			parse_fail(ps, node, "\"%s\" is sent by Grantry already", name);
}

static void check_names(struct parse *ps, const struct yamlr_node *node,
	const struct oauth_recipe *oauth, const struct token_step *step, const char *url)
{
	for (size_t i = 0; !ps->rc && i < COUNT(renamable); i++) {
		const char *name = sent_name(&step->names, renamable[i]);

		if (*name == '\0')
			continue;
		for (size_t j = 0; !ps->rc && j < i; j++)
			if (strcmp(name, sent_name(&step->names, renamable[j])) == 0)
				parse_fail(ps, node, "\"%s\" is the name of two parameters", name);
		if (strcmp(name, "scope") == 0 &&
			!(step == &oauth->refresh && oauth->refresh_scope))
			continue; /* is not sent, but may be a parameter of the file's own */
		refuse_param(ps, node, name, &oauth->token_params, &step->params);
		if (!ps->rc && template_query_has(ps, url, name))
			parse_fail(ps, node, "the query has \"%s\" already, which Grantry sends",
				name);
	}
	for (size_t i = 0; !ps->rc && i < step->params.n; i++)
		for (size_t j = 0; !ps->rc && j < oauth->token_params.n; j++)
			if (strcmp(step->params.items[i].name, oauth->token_params.items[j].name) ==
				0)
				parse_fail(ps, node,
					"the parameter \"%s\" is in token_request.params too",
					step->params.items[i].name);
	if (!ps->rc && template_query_has(ps, url, "grant_type"))
		parse_fail(ps, node, "the query has \"grant_type\" already, which Grantry sends");
}

static void check_method(struct parse *ps, const struct yamlr_node *node,
	const struct oauth_recipe *oauth, const struct token_step *step)
{
	if (!ps->rc && step->method && strcmp(step->method, "GET") == 0 &&
		oauth->token_format == BODY_JSON)
		parse_fail(ps, node, "a GET request has no JSON body");
}

void token_steps_check(
	struct parse *ps, const struct yamlr_node *node, const struct oauth_recipe *oauth)
{
	const struct yamlr_node *exchange = yamlr_get(node, "exchange");
	const struct yamlr_node *refresh = yamlr_get(node, "refresh");

	if (!exchange)
		exchange = yamlr_get(node, "token_url");
	if (!refresh)
		refresh = exchange;
	check_names(ps, exchange, oauth, &oauth->exchange, oauth->token_url);
	check_names(ps, refresh, oauth, &oauth->refresh,
		oauth->refresh.url ? oauth->refresh.url : oauth->token_url);
	check_method(ps, exchange, oauth, &oauth->exchange);
	check_method(ps, refresh, oauth, &oauth->refresh);
	if (!ps->rc && oauth->then.url) {
		check_names(ps, exchange, oauth, &oauth->then, oauth->then.url);
		check_method(ps, exchange, oauth, &oauth->then);
	}
	if (!ps->rc && oauth->expires_from == EXPIRES_FROM_INTROSPECTION &&
		!oauth->introspection_url)
		parse_fail(ps, node, "expires_from: introspection needs \"introspection\"");
}
