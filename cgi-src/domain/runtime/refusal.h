/* SPDX-License-Identifier: Apache-2.0
 *
 * Why a runtime does not get what it asks for. The floor above knows the word, the HTTP status and the sentence
 * for each; every one of them is in docs/openapi.json.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_REFUSAL_H
#define GRANTRY_DOMAIN_RUNTIME_REFUSAL_H

#include <stdint.h>

#include "platform/rc.h"

enum refusal_code {
	REFUSAL_NONE,
	REFUSAL_KEY,           /* no such key, or it is over */
	REFUSAL_VERB,          /* the key may not do this */
	REFUSAL_RATE,          /* too often */
	REFUSAL_ABSENT,        /* no such credential for this key */
	REFUSAL_DISABLED,      /* an admin switched it off */
	REFUSAL_NEEDS_REAUTH,  /* a person has to authorize it again, or enter the key again */
	REFUSAL_REVOKED,       /* the provider says that the access was taken back */
	REFUSAL_CLIENT_ERROR,  /* the OAuth client has to be mended */
	REFUSAL_RENEWING,      /* being renewed: ask again in a moment */
	REFUSAL_DELAYED,       /* the provider fails: tried again later */
	REFUSAL_UNDECRYPTABLE, /* it cannot be decrypted here */
	REFUSAL_NO_REQUEST,    /* no such request to connect */
	REFUSAL__MAX
};

struct refusal {
	enum refusal_code code;
	char reason[65];  /* a code of the credential's state; "" none */
	const char *kind; /* the name of the failure in plugins, see domain/fault.h; NULL: none */
	int64_t retry_after_s; /* 0: not worth it */
};

#define RETRY_AFTER_MAX_S 3600

/** refuse(why, code): fills why; always RC_DENIED, so that it can be returned. */
static inline enum rc refuse(struct refusal *why, enum refusal_code code)
{
	*why = (struct refusal){.code = code};
	return RC_DENIED;
}

/** refuse_for(why, code, wait_s): with a time to ask again. */
static inline enum rc refuse_for(struct refusal *why, enum refusal_code code, int64_t wait_s)
{
	*why = (struct refusal){.code = code};
	why->retry_after_s = wait_s < 1                   ? 1
			     : wait_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S
							  : wait_s;
	return RC_DENIED;
}

#endif
