/* SPDX-License-Identifier: Apache-2.0
 *
 * Values and signature of a redirect; the inside of flow_callback.c.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_FLOW_REDIRECT_H
#define GRANTRY_DOMAIN_OAUTH_FLOW_REDIRECT_H

#include "domain/oauth/flow.h"

/** flow_brought(recipe, response, out): the values that the file names. RC_INVALID: one that must be there is missing, or
 * one is not as the file allows. */
enum rc flow_brought(const struct redirect_recipe *recipe, const struct flow_response *response,
	struct fieldset *out) RC_MUST_CHECK;

/** flow_check_signature(recipe, client, response): RC_INVALID: it is missing or wrong where there must be one. */
enum rc flow_check_signature(const struct redirect_recipe *recipe, const struct fieldset *client,
	const struct flow_response *response) RC_MUST_CHECK;

#endif
