/* SPDX-License-Identifier: Apache-2.0
 *
 * Whose account was connected; the inside of flow_callback.c.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_FLOW_IDENTITY_H
#define GRANTRY_DOMAIN_OAUTH_FLOW_IDENTITY_H

#include "domain/oauth/flow.h"

/** flow_identity(core, provider, client, answer): into answer->identity, where a request of its own or what is kept
 * of the grant tells; what is kept goes before what was answered. What fails leaves it empty. */
void flow_identity(const struct core *core, const struct provider *provider,
	const struct oauth_client *client, struct token_answer *answer);

#endif
