/* SPDX-License-Identifier: Apache-2.0
 *
 * What is true of a credential now, from its row and the clock, by the rule of domain/credential_state.h; pure.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_STATE_H
#define GRANTRY_DOMAIN_RUNTIME_STATE_H

#include "store/runtime_store.h"

struct runtime_state {
	/* active | delayed | needs_reauth | client_error | revoked | unreadable | disabled; all borrowed */
	const char *word, *reason; /* reason: a code, "" none */
	int64_t since_s;
	/* who has to do what: none | wait | authorize | enter_key | fix_client | enable */
	const char *next_step;
};

struct runtime_state runtime_state(const struct runtime_credential *c, int64_t now_s);

bool runtime_is_oauth(const struct runtime_credential *c);

/** runtime_can_renew(c): something will renew it, or has been told to. */
bool runtime_can_renew(const struct runtime_credential *c);

/** runtime_is_over(c, now_s): its token is past its end, or a runtime saw it refused. */
bool runtime_is_over(const struct runtime_credential *c, int64_t now_s);

/** runtime_is_dubious(c, now_s): its times come from another clock than today's: obtained in the future, or
 * good for longer than any token is. Better renewed than believed; never thrown away. */
#define CLOCK_DRIFT_MAX_S 300
bool runtime_is_dubious(const struct runtime_credential *c, int64_t now_s);

/** runtime_ttl_wanted(c, min_ttl_s): how long it must live at least to be handed out without waiting: what is
 * asked for, but never more than half of what its provider gives, or each request would renew it. */
int64_t runtime_ttl_wanted(const struct runtime_credential *c, int64_t min_ttl_s);

/** runtime_is_resting(c, now_s): just renewed, and so short-lived that it would be renewed without end (C30). */
bool runtime_is_resting(const struct runtime_credential *c, int64_t now_s);

#endif
