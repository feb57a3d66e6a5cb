/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/flow_scopes.h"

#include <string.h>

#include "domain/oauth/token.h"
#include "platform/text.h"
#include "platform/url.h"

_Static_assert(FLOW_SCOPES_SIZE >= TOKEN_SCOPE_SIZE, "as kept with the credential");

static bool is_chosen(const struct scope *scope, const struct texts *chosen)
{
	if (!scope->optional || !chosen)
		return true;
	for (size_t i = 0; i < chosen->n; i++)
		if (strcmp(chosen->items[i], scope->name) == 0)
			return true;
	return false;
}

static bool add(const char *name, char out[FLOW_SCOPES_SIZE])
{
	return token_scope_normalise(name, strlen(name), " ", out);
}

static bool add_list(
	const struct scope_list *list, const struct texts *chosen, char out[FLOW_SCOPES_SIZE])
{
	for (size_t i = 0; i < list->n; i++)
		if (is_chosen(&list->items[i], chosen) && !add(list->items[i].name, out))
			return false;
	return true;
}

enum rc flow_scopes(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct texts *chosen, char out[FLOW_SCOPES_SIZE])
{
	const char *own =
		recipe->scope_override ? fieldset_text(client, recipe->scope_override) : "";

	out[0] = '\0';
	if (own[0])
		return token_scope_normalise(own, strlen(own), recipe->scope_separator, out)
			       ? RC_OK
			       : RC_INVALID;
	return add_list(&recipe->scopes, chosen, out) ? RC_OK : RC_INVALID;
}

/* ---- parameters ---- */

static enum rc add_param(const struct oauth_recipe *recipe, const char *name, char *scopes,
	struct secret *url, bool *first)
{
	for (char *p = scopes; *p; p++)
		if (*p == ' ' && recipe->scope_separator)
			*p = recipe->scope_separator[0];
	return scopes[0] ? url_add_param(url, first, name, scopes, strlen(scopes)) : RC_OK;
}

static bool is_optional(const struct oauth_recipe *recipe, const char *name, size_t len)
{
	for (size_t i = 0; i < recipe->scopes.n; i++) {
		const struct scope *scope = &recipe->scopes.items[i];

		if (scope->optional && strlen(scope->name) == len &&
			memcmp(scope->name, name, len) == 0)
			return true;
	}
	return false;
}

/* The words of scopes that are, or are not, optional in the file. */
static void split(const struct oauth_recipe *recipe, const char *scopes, bool optional,
	char out[FLOW_SCOPES_SIZE])
{
	size_t n = 0;

	while (*scopes) {
		size_t len = strcspn(scopes, " ");

		if (is_optional(recipe, scopes, len) == optional) {
			if (n)
				out[n++] = ' ';
			memcpy(out + n, scopes, len);
			n += len;
		}
		scopes += len + (scopes[len] == ' ');
	}
	out[n] = '\0';
}

enum rc flow_add_scopes(const struct oauth_recipe *recipe, const char *scopes,
	const struct texts *chosen, struct secret *url, bool *first)
{
	const char *apart = recipe->optional_scope_param;
	char list[FLOW_SCOPES_SIZE];
	enum rc rc;

	if (apart)
		split(recipe, scopes, false, list);
	else
		TEXT_COPY(list, scopes);
	rc = add_param(
		recipe, recipe->scope_param ? recipe->scope_param : "scope", list, url, first);
	if (rc == RC_OK && apart) {
		split(recipe, scopes, true, list);
		rc = add_param(recipe, apart, list, url, first);
	}
	list[0] = '\0';
	if (rc == RC_OK && recipe->user_scope_param)
		rc = add_list(&recipe->user_scopes, chosen, list)
			     ? add_param(recipe, recipe->user_scope_param, list, url, first)
			     : RC_INVALID;
	return rc;
}
