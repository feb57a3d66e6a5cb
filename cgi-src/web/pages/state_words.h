/* SPDX-License-Identifier: Apache-2.0
 *
 * The state of a credential in words: what it is, why, since when, what to do.
 */
#ifndef GRANTRY_WEB_PAGES_STATE_WORDS_H
#define GRANTRY_WEB_PAGES_STATE_WORDS_H

#include "domain/credential.h"
#include "web/ctx.h"

struct state_words {
	const char *kind, *text; /* of the pill; text is a key of messages */
	const char *tally;       /* key: on a card, "{n} need re-authorization" */
	bool stops;              /* whoever asks for it gets an error until a person acts */
};

const struct state_words *state_words(enum credential_state state);

/** state_reason(code, is_oauth): the key of a sentence; NULL: not a code of ours. */
const char *state_reason(const char *code, bool is_oauth);
/** state_is_answer(code): the code is a provider's own, as it was read from an answer. */
bool state_is_answer(const char *code);

/** state_set(c, p, item, v): State.*, Since, By, Code, Reason, Next of one row. */
void state_set(struct ctx *c, const struct provider *p, struct view_node *item,
	const struct credential_view *v);

#endif
