/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/settings.h"

#include <stdio.h>
#include <string.h>

#include "platform/text.h"

/* ---- words ---- */

static const char *const auth_types[TOOL_AUTH__MAX] = {
	[TOOL_AUTH_API_KEY] = "api_key",
	[TOOL_AUTH_BASIC] = "basic",
	[TOOL_AUTH_BEARER] = "bearer",
	[TOOL_AUTH_HEADER] = "header",
};

static const char *const places[TOOL_IN__MAX] = {
	[TOOL_IN_HEADER] = "header",
	[TOOL_IN_QUERY] = "query",
	[TOOL_IN_COOKIE] = "cookie",
};

static const char *const grants[TOOL_GRANT__MAX] = {
	[TOOL_GRANT_CODE] = "authorization_code",
	[TOOL_GRANT_CLIENT] = "client_credentials",
};

static const char *const client_auths[TOOL_CLIENT__MAX] = {
	[TOOL_CLIENT_BASIC] = "basic",
	[TOOL_CLIENT_POST] = "post",
	[TOOL_CLIENT_NONE] = "none",
};

/* The index of word; -1: none of them. */
static int index_of(const char *word, const char *const *words, int n)
{
	for (int i = 0; word && i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

const char *tool_auth_type_word(enum tool_auth_type type)
{
	return auth_types[type];
}

const char *tool_place_word(enum tool_place in)
{
	return places[in];
}

const char *tool_grant_word(enum tool_grant grant)
{
	return grants[grant];
}

const char *tool_client_auth_word(enum tool_client_auth auth)
{
	return client_auths[auth];
}

bool tool_auth_type_of(const char *word, enum tool_auth_type *out)
{
	int i = index_of(word, auth_types, TOOL_AUTH__MAX);

	*out = i < 0 ? TOOL_AUTH_API_KEY : (enum tool_auth_type)i;
	return i >= 0;
}

bool tool_place_of(const char *word, enum tool_place *out)
{
	int i = index_of(word, places, TOOL_IN__MAX);

	*out = i < 0 ? TOOL_IN_HEADER : (enum tool_place)i;
	return i >= 0;
}

bool tool_grant_of(const char *word, enum tool_grant *out)
{
	int i = index_of(word, grants, TOOL_GRANT__MAX);

	*out = i < 0 ? TOOL_GRANT_CODE : (enum tool_grant)i;
	return i >= 0;
}

bool tool_client_auth_of(const char *word, enum tool_client_auth *out)
{
	int i = index_of(word, client_auths, TOOL_CLIENT__MAX);

	*out = i < 0 ? TOOL_CLIENT_BASIC : (enum tool_client_auth)i;
	return i >= 0;
}

/* ---- secrets ---- */

const char *const *tool_secret_parts(enum tool_auth_type type, size_t *n)
{
	static const char *const one[] = {"value"}, *const two[] = {"username", "password"};

	*n = type == TOOL_AUTH_BASIC ? 2 : 1;
	return type == TOOL_AUTH_BASIC ? two : one;
}

void tool_secret_name(
	const struct tool_auth *auth, const char *part, char out[TOOL_SECRET_NAME_SIZE])
{
	(void)snprintf(out, TOOL_SECRET_NAME_SIZE, "%.*s.%.10s", TOOL_AUTH_ID_MAX, auth->id, part);
}

const struct secret *tool_secret(
	const struct fieldset *secrets, const struct tool_auth *auth, const char *part)
{
	char name[TOOL_SECRET_NAME_SIZE];

	tool_secret_name(auth, part, name);
	return fieldset_get(secrets, name);
}

bool tool_secrets_may_go(const struct fieldset *secrets, const char *origin)
{
	const struct secret *list = fieldset_get(secrets, TOOL_SECRETS_ORIGINS);

	return list && text_has_word(secret_text(list), origin, strlen(origin));
}
