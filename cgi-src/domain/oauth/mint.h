/* SPDX-License-Identifier: Apache-2.0
 *
 * Access tokens made from the fields of an API key, without a person: client credentials (RFC 6749 section 4.4), a
 * signed assertion (RFC 7523), or whatever a token endpoint of its own wants. What is sealed then are the fields of
 * the key, the token and what a runtime is handed; a renewal makes the next one from the fields.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_MINT_H
#define GRANTRY_DOMAIN_OAUTH_MINT_H

#include "domain/core.h"
#include "domain/oauth/token.h"
#include "store/credential_store.h"

/** mint_is(provider, row): is what the row holds made this way? A key that was kept before its definition said so is
 * not, until somebody enters it again. provider may be NULL. */
bool mint_is(const struct provider *provider, const struct credential_row *row);

/** mint_request(provider, fields, now_s, out): the request for a token. Errors: RC_INVALID: the fields lack a value,
 * or hold one that cannot be sent or signed with; RC_LIMIT, RC_NOMEM. */
enum rc mint_request(const struct provider *provider, const struct fieldset *fields, int64_t now_s,
	struct httpc_request *out) RC_MUST_CHECK;

/** mint_call(core, provider, fields, out): asks for one. RC_OK also when the provider refuses: look at out->failure.
 * Errors as mint_request. */
enum rc mint_call(const struct core *core, const struct provider *provider,
	const struct fieldset *fields, struct token_answer *out) RC_MUST_CHECK;

/** mint_probe(answer, out): the same as the outcome of a check. */
void mint_probe(const struct token_answer *answer, struct probe_result *out);

/** mint_secrets(provider, fields, answer, out): adds what is to be sealed. fields may hold what was sealed before. */
enum rc mint_secrets(const struct provider *provider, const struct fieldset *fields,
	const struct token_answer *answer, struct fieldset *out) RC_MUST_CHECK;

/** mint_into_row(answer, row): its life. */
void mint_into_row(const struct token_answer *answer, struct credential_row *row);

#endif
