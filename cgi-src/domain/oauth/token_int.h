/* SPDX-License-Identifier: Apache-2.0
 *
 * What token_parse.c and token_life.c share; the inside of token.h.
 */
#ifndef GRANTRY_DOMAIN_OAUTH_TOKEN_INT_H
#define GRANTRY_DOMAIN_OAUTH_TOKEN_INT_H

#include "domain/oauth/token.h"

/** token_find(pointers, root, out): the first pointer at which anything but null stands. */
bool token_find(const struct pointers *pointers, jsonv *root, jsonv **out);
/** token_put(out, name, p, len): false: it cannot be a token, or there is no room. */
bool token_put(struct token_answer *out, const char *name, const char *p, size_t len);
/** token_join_scope(v, separator, out): a text, or a list of texts; see token_scope_normalise. */
bool token_join_scope(jsonv *v, const char *separator, char out[TOKEN_SCOPE_SIZE]);

/** token_read_life(recipe, root, now_s, out): until when access and refresh token last, as the answer, the token or the
 * file tells. */
void token_read_life(
	const struct oauth_recipe *recipe, jsonv *root, int64_t now_s, struct token_answer *out);
/** token_read_parts(recipe, root, now_s, out): further tokens; out->expires_at_s becomes the end of whichever ends first.
 * false: one of them is unusable. */
bool token_read_parts(
	const struct oauth_recipe *recipe, jsonv *root, int64_t now_s, struct token_answer *out);

#endif
