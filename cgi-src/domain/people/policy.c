/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/people/policy.h"

#include <stddef.h>
#include <string.h>

/* One bit an action. What is not named here is denied. */
#define MAY(action) (1u << (action))
#define MAY_MEMBER                                                                                 \
	(MAY(ACTION_ACCOUNT) | MAY(ACTION_VIEW) | MAY(ACTION_CONNECT) | MAY(ACTION_CREDENTIAL_OWN))
#define MAY_EDITOR (MAY_MEMBER | MAY(ACTION_CREDENTIAL_MANAGE))
#define MAY_ADMIN                                                                                  \
	(MAY_EDITOR | MAY(ACTION_CLIENT_MANAGE) | MAY(ACTION_CREDENTIAL_SWITCH) |                  \
		MAY(ACTION_RUNTIME_MANAGE) | MAY(ACTION_API_TOOL_MANAGE))

#define MAY_OWNER (MAY_ADMIN | MAY(ACTION_SYSTEM))

static const struct {
	const char *word;
	unsigned may;
} roles[ROLE__MAX] = {
	[ROLE_NONE] = {"none", 0},
	[ROLE_MEMBER] = {"member", MAY_MEMBER},
	[ROLE_EDITOR] = {"editor", MAY_EDITOR},
	[ROLE_ADMIN] = {"admin", MAY_ADMIN},
	[ROLE_OWNER] = {"owner", MAY_OWNER},
};

_Static_assert(ACTION__MAX <= sizeof(unsigned) * 8, "one bit an action");

bool policy_allows(enum role role, enum action action)
{
	/* The casts catch a negative value too. */
	if ((unsigned)role >= ROLE__MAX || (unsigned)action >= ACTION__MAX)
		return false;
	return (roles[role].may & MAY(action)) != 0;
}

const char *role_word(enum role role)
{
	return roles[(unsigned)role < ROLE__MAX ? role : ROLE_NONE].word;
}

enum rc role_parse(const char *word, enum role *out)
{
	*out = ROLE_NONE;
	if (!word)
		return RC_INVALID;
	/* "none" is the absence of a role, not one that a row may hold. */
	for (int i = ROLE_NONE + 1; i < ROLE__MAX; i++) {
		if (strcmp(word, roles[i].word) == 0) {
			*out = (enum role)i;
			return RC_OK;
		}
	}
	return RC_INVALID;
}
