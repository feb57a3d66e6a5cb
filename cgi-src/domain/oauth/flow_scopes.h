/* SPDX-License-Identifier: Apache-2.0
 *
 * Which scopes an authorization request asks for, and in which parameters; the inside of flow_start.c.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_FLOW_SCOPES_H
#define GRANTRY_DOMAIN_OAUTH_FLOW_SCOPES_H

#include "domain/oauth/flow.h"
#include "store/flow_store.h"

/** flow_scopes(recipe, client, chosen, out): what is asked for, separated by single spaces: those of the file without the
 * optional ones that were not chosen, or what the client's own field says instead. RC_INVALID: too many, or that field
 * holds no scopes. */
enum rc flow_scopes(const struct oauth_recipe *recipe, const struct fieldset *client,
	const struct texts *chosen, char out[FLOW_SCOPES_SIZE]) RC_MUST_CHECK;

/** flow_add_scopes(recipe, scopes, chosen, url, first): the parameters; scopes as flow_scopes made it. */
enum rc flow_add_scopes(const struct oauth_recipe *recipe, const char *scopes,
	const struct texts *chosen, struct secret *url, bool *first) RC_MUST_CHECK;

#endif
