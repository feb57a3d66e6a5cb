/* SPDX-License-Identifier: Apache-2.0
 *
 * The reader of api_key.mint: an access token made from the fields of a key. Its token request and answer
 * are read by the readers of the oauth section.
 */
#include <stdio.h>
#include <string.h>

#include "domain/provider_read.h"

#define LIFETIME_MIN_S 60
#define LIFETIME_MAX_S 86400

static void read_grant(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {[MINT_CLIENT_CREDENTIALS] = "client_credentials",
		[MINT_JWT_BEARER] = "jwt_bearer",
		[MINT_PLAIN] = "plain"};

	*(enum mint_grant *)at = (enum mint_grant)parse_word(ps, node, words, 3);
}

static void read_alg(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {
		[JWT_RS256] = "RS256", [JWT_ES256] = "ES256", [JWT_HS256] = "HS256"};

	*(enum jwt_alg *)at = (enum jwt_alg)parse_word(ps, node, words, 3);
}

static void read_claims(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const ours[] = {"iat", "exp", "jti"};

	read_pairs(ps, node, read_template, at);
	for (size_t i = 0; i < 3; i++)
		if (yamlr_get(node, ours[i]))
			parse_fail(ps, node, "the claim \"%s\" is set by Grantry", ours[i]);
}

static void read_lifetime(struct parse *ps, const struct yamlr_node *node, void *at)
{
	int64_t *out = at;

	read_seconds(ps, node, at);
	if (!ps->rc && (*out < LIFETIME_MIN_S || *out > LIFETIME_MAX_S))
		parse_fail(ps, node, "must be a number of seconds from %d to %d", LIFETIME_MIN_S,
			LIFETIME_MAX_S);
}

static void read_as(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const char *const words[] = {"assertion", "bearer"};

	*(bool *)at = parse_word(ps, node, words, 2) == 1;
}

static void read_jwt(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("alg", read_alg, struct jwt_recipe, alg),
		MEMBER_REQUIRED("key", read_template, struct jwt_recipe, key),
		MEMBER("kid", read_template, struct jwt_recipe, kid),
		MEMBER("claims", read_claims, struct jwt_recipe, claims),
		MEMBER("lifetime_s", read_lifetime, struct jwt_recipe, lifetime_s),
		MEMBER("as", read_as, struct jwt_recipe, as_bearer),
	};
	struct jwt_recipe *out = at;

	out->lifetime_s = 3600;
	PARSE_MEMBERS(ps, node, members, out);
}

static void read_mint_oauth(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct mint_recipe *out = at;

	/* the key of this node says which of the sections it is */
	if (strcmp(node->key, "token_url") == 0)
		read_url(ps, node, &out->oauth.token_url);
	else if (strcmp(node->key, "token_request") == 0)
		read_token_request(ps, node, &out->oauth);
	else if (strcmp(node->key, "token_response") == 0)
		read_token_response(ps, node, &out->oauth);
	else
		read_errors(ps, node, &out->oauth.errors);
}

static void read_mint_credential(struct parse *ps, const struct yamlr_node *node, void *at)
{
	struct mint_recipe *out = at;

	ps->spaces = "token,credential";
	read_pairs(ps, node, read_template, &out->oauth.credential);
	ps->spaces = "credential";
}

/* What is minted is sealed beside the fields it was minted from, by name: none may take the place of another, unless
 * it is that very field. */
static void check_names(
	struct parse *ps, const struct yamlr_node *node, const char *name, const char *value)
{
	char same[FIELDSET_NAME_MAX + 32], optional[FIELDSET_NAME_MAX + 32];

	(void)snprintf(same, sizeof(same), "{{credential.%s}}", name);
	(void)snprintf(optional, sizeof(optional), "{{credential.%s|}}", name);
	if ((schema_find(ps->credential, name) || schema_find(ps->model, name)) &&
		(!value || (strcmp(value, same) != 0 && strcmp(value, optional) != 0)))
		parse_fail(ps, node, "\"%.80s\" is the name of a field of the form already", name);
}

static void check_sealed(
	struct parse *ps, const struct yamlr_node *node, const struct mint_recipe *out)
{
	static const char *const kept[] = {"access_token", "refresh_token", "token_type", "scope"};
	const struct pairs *map = &out->oauth.credential, *members = &out->oauth.token_members;

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		check_names(ps, node, kept[i], NULL);
	for (size_t i = 0; i < members->n; i++)
		check_names(ps, node, members->items[i].name, NULL);
	for (size_t i = 0; i < map->n; i++)
		check_names(ps, node, map->items[i].name, map->items[i].value);
	if (out->client_id)
		check_names(ps, node, "client_id", out->client_id);
	if (out->client_secret)
		check_names(ps, node, "client_secret", out->client_secret);
}

/* One token, one request: what an authorization knows beyond that has no place here. */
static void check_answer(
	struct parse *ps, const struct yamlr_node *node, const struct oauth_recipe *out)
{
	if (out->n_parts || out->expires_from == EXPIRES_FROM_INTROSPECTION)
		parse_fail(ps, node, "a minted token has neither \"parts\" nor introspection");
	for (size_t i = 0; i < out->token_params.n; i++)
		if (strcmp(out->token_params.items[i].name, "assertion") == 0)
			parse_fail(ps, node, "the parameter \"assertion\" is reserved");
}

static enum client_auth auth_of(const struct mint_recipe *mint)
{
	if (!mint->client_id)
		return CLIENT_AUTH_ABSENT;
	return mint->client_secret ? mint->oauth.client_auth : CLIENT_AUTH_NONE;
}

static void check_mint(
	struct parse *ps, const struct yamlr_node *node, const struct mint_recipe *out)
{
	bool basic = out->oauth.client_auth == CLIENT_AUTH_BASIC;

	if (ps->rc)
		return;
	if (out->grant == MINT_CLIENT_CREDENTIALS && !out->client_id && !out->jwt.key)
		parse_fail(ps, node, "client_credentials needs \"client_id\"");
	if (out->grant == MINT_JWT_BEARER && !out->jwt.key)
		parse_fail(ps, node, "jwt_bearer needs \"jwt\"");
	if (out->client_secret && !out->client_id)
		parse_fail(ps, node, "\"client_secret\" needs \"client_id\"");
	if (out->client_secret && out->oauth.client_auth == CLIENT_AUTH_NONE)
		parse_fail(ps, node, "client_auth none sends no \"client_secret\"");
	if (basic && !out->client_secret)
		parse_fail(ps, node, "client_auth basic needs \"client_secret\"");
	if (out->jwt.key && out->grant == MINT_CLIENT_CREDENTIALS && !out->jwt.as_bearer)
		parse_fail(ps, node, "client_credentials sends a JWT only \"as: bearer\"");
	if (out->jwt.key && out->grant == MINT_PLAIN && !out->jwt.as_bearer)
		parse_fail(ps, node, "plain sends a JWT only \"as: bearer\"");
	if (out->jwt.as_bearer && basic)
		parse_fail(ps, node, "client_auth basic and a JWT as bearer exclude each other");
}

void read_mint(struct parse *ps, const struct yamlr_node *node, void *at)
{
	static const struct member members[] = {
		MEMBER_REQUIRED("grant", read_grant, struct mint_recipe, grant),
		{"token_url", read_mint_oauth, 0, true},
		MEMBER("client_id", read_template, struct mint_recipe, client_id),
		MEMBER("client_secret", read_template, struct mint_recipe, client_secret),
		SECTION("token_request", read_mint_oauth),
		MEMBER("jwt", read_jwt, struct mint_recipe, jwt),
		SECTION("token_response", read_mint_oauth),
		SECTION("credential", read_mint_credential),
		SECTION("errors", read_mint_oauth),
	};
	struct mint_recipe *out = parse_alloc(ps, sizeof(*out));

	if (!out)
		return;
	oauth_recipe_init(&out->oauth);
	PARSE_MEMBERS(ps, node, members, out);
	check_mint(ps, node, out);
	if (!ps->rc)
		check_answer(ps, node, &out->oauth);
	oauth_recipe_defaults(ps, &out->oauth);
	if (!ps->rc)
		check_sealed(ps, node, out);
	kept_check(ps);
	out->oauth.client_auth = auth_of(out);
	out->oauth.derives = ps->derives;
	*(const struct mint_recipe **)at = out;
}
