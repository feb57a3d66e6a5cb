/* SPDX-License-Identifier: Apache-2.0
 *
 * How a credential is, told from what its row says: one rule for pages, cards and whoever else asks. Pure.
 */
#ifndef GRANTRY_DOMAIN_CREDENTIAL_STATE_H
#define GRANTRY_DOMAIN_CREDENTIAL_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* From good to bad: of several the highest is told first. */
enum credential_state {
	CREDENTIAL_ACTIVE,
	CREDENTIAL_DISABLED,        /* an admin switched it off */
	CREDENTIAL_RENEWAL_DELAYED, /* tried again by itself; what it has may still be valid */
	CREDENTIAL_REVOKED,         /* the provider says that the access was taken back */
	CREDENTIAL_NEEDS_REAUTH,    /* a person must authorize again, or enter the key again */
	CREDENTIAL_UNREADABLE,      /* cannot be decrypted with the keys of this installation */
	CREDENTIAL_CLIENT_ERROR,    /* the OAuth client is wrong or gone */
	CREDENTIAL_STATE__MAX
};

/* Of one row, or of many rows that are alike. */
struct credential_facts {
	const char *state;  /* as stored */
	const char *reason; /* as stored; NULL where nobody asks */
	bool failing;       /* attempts failed since it last worked */
	bool over;          /* what it has is not valid any more */
	bool refreshable;
	bool client_gone; /* the client that it came from was removed */
};

enum credential_state credential_state_of(const struct credential_facts *facts);

/** credential_reason_of(facts): a code: as stored, or "expired", "overdue", "client_gone" where the row does not
 * know it yet; "" none. Borrowed. */
const char *credential_reason_of(const struct credential_facts *facts);

/** credential_state_word(state): "active", "renewal_delayed", … for programs. */
const char *credential_state_word(enum credential_state state);

#endif
