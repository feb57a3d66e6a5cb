/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/credential_state.h"

#include "unit/check.h"

static const struct {
	const char *what;
	struct credential_facts facts;
	enum credential_state state;
	const char *reason;
} cases[] = {
	/* state, reason, failing, over, refreshable, client_gone */
	{"fresh", {"active", "", false, false, true, false}, CREDENTIAL_ACTIVE, ""},
	{"a key", {"active", "", false, false, false, false}, CREDENTIAL_ACTIVE, ""},
	{"over, to be renewed", {"active", "", false, true, true, false},
		CREDENTIAL_RENEWAL_DELAYED, "overdue"},
	{"over for good", {"active", "", false, true, false, false}, CREDENTIAL_NEEDS_REAUTH,
		"expired"},
	{"over for good, whatever failed", {"active", "timeout", true, true, false, false},
		CREDENTIAL_NEEDS_REAUTH, "expired"},
	{"failing", {"active", "timeout", true, false, true, false}, CREDENTIAL_RENEWAL_DELAYED,
		"timeout"},
	{"failing and over", {"active", "timeout", true, true, true, false},
		CREDENTIAL_RENEWAL_DELAYED, "timeout"},
	{"an old reason counts no more", {"active", "timeout", false, false, true, false},
		CREDENTIAL_ACTIVE, ""},
	{"its client is gone", {"active", "", false, false, true, true}, CREDENTIAL_CLIENT_ERROR,
		"client_gone"},
	{"its client is gone, and nobody needs it", {"active", "", false, false, false, true},
		CREDENTIAL_ACTIVE, ""},
	{"stored", {"needs_reauth", "invalid_grant", true, true, true, true},
		CREDENTIAL_NEEDS_REAUTH, "invalid_grant"},
	{"stored", {"client_error", "invalid_client", true, false, true, false},
		CREDENTIAL_CLIENT_ERROR, "invalid_client"},
	{"stored", {"revoked", "", false, false, true, false}, CREDENTIAL_REVOKED, ""},
	{"stored", {"unreadable", "unreadable", false, false, true, false}, CREDENTIAL_UNREADABLE,
		"unreadable"},
	{"disabled, whatever else", {"disabled", "", true, true, false, true}, CREDENTIAL_DISABLED,
		""},
};

static void the_table_is_as_written(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum credential_state state = credential_state_of(&cases[i].facts);

		if (state != cases[i].state)
			printf("# %s\n", cases[i].what);
		CHECK_INT(state, cases[i].state);
		CHECK_STR(credential_reason_of(&cases[i].facts), cases[i].reason);
	}
}

/* A word that only a newer program writes must not pass for anything worse, nor for disabled. */
static void a_word_that_nobody_knows_counts_as_active(void)
{
	struct credential_facts facts = {.state = "resting", .reason = "asleep"};

	CHECK_INT(credential_state_of(&facts), CREDENTIAL_ACTIVE);
}

static void every_state_has_a_word_of_its_own(void)
{
	for (int i = 0; i < CREDENTIAL_STATE__MAX; i++)
		for (int j = 0; j < i; j++)
			CHECK(strcmp(credential_state_word((enum credential_state)i),
				      credential_state_word((enum credential_state)j)) != 0);
	CHECK_STR(credential_state_word((enum credential_state)99), "active");
}

int main(void)
{
	RUN(the_table_is_as_written);
	RUN(a_word_that_nobody_knows_counts_as_active);
	RUN(every_state_has_a_word_of_its_own);
	return CHECK_DONE;
}
