/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/people/policy.h"

#include "unit/check.h"

/* The whole table again, written out: a change of one side alone is noticed (security R84). */
static const struct {
	enum action action;
	bool none, member, editor, admin, owner;
} expected[] = {
	{ACTION_NONE, false, false, false, false, false},
	{ACTION_ACCOUNT, false, true, true, true, true},
	{ACTION_VIEW, false, true, true, true, true},
	{ACTION_CONNECT, false, true, true, true, true},
	{ACTION_CREDENTIAL_OWN, false, true, true, true, true},
	{ACTION_CREDENTIAL_MANAGE, false, false, true, true, true},
	{ACTION_CLIENT_MANAGE, false, false, false, true, true},
	{ACTION_CREDENTIAL_SWITCH, false, false, false, true, true},
	{ACTION_RUNTIME_MANAGE, false, false, false, true, true},
	{ACTION_API_TOOL_MANAGE, false, false, false, true, true},
	{ACTION_SYSTEM, false, false, false, false, true},
};

_Static_assert(sizeof(expected) / sizeof(expected[0]) == ACTION__MAX, "a row an action");

static void table_is_as_written(void)
{
	for (int i = 0; i < ACTION__MAX; i++) {
		CHECK_INT(expected[i].action, i);
		CHECK_INT(policy_allows(ROLE_NONE, (enum action)i), expected[i].none);
		CHECK_INT(policy_allows(ROLE_MEMBER, (enum action)i), expected[i].member);
		CHECK_INT(policy_allows(ROLE_EDITOR, (enum action)i), expected[i].editor);
		CHECK_INT(policy_allows(ROLE_ADMIN, (enum action)i), expected[i].admin);
		CHECK_INT(policy_allows(ROLE_OWNER, (enum action)i), expected[i].owner);
	}
}

static void each_role_may_what_the_one_below_may(void)
{
	for (int role = ROLE_NONE + 1; role < ROLE__MAX; role++) {
		for (int i = 0; i < ACTION__MAX; i++) {
			if (policy_allows((enum role)(role - 1), (enum action)i))
				CHECK(policy_allows((enum role)role, (enum action)i));
		}
	}
}

static void nobody_may_what_a_route_forgot_to_name(void)
{
	for (int role = 0; role < ROLE__MAX; role++)
		CHECK(!policy_allows((enum role)role, ACTION_NONE));
}

static void no_role_may_nothing(void)
{
	for (int i = 0; i < ACTION__MAX; i++)
		CHECK(!policy_allows(ROLE_NONE, (enum action)i));
}

static void values_outside_the_enums_are_denied(void)
{
	static const int outside[] = {-1, -2147483647, 31, 32, 33, 64, 1000};

	CHECK(!policy_allows(ROLE__MAX, ACTION_VIEW));
	CHECK(!policy_allows(ROLE_OWNER, ACTION__MAX));
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		CHECK(!policy_allows((enum role)outside[i], ACTION_VIEW));
		CHECK(!policy_allows(ROLE_OWNER, (enum action)outside[i]));
		CHECK_STR(role_word((enum role)outside[i]), "none");
	}
}

static void role_words_are_read_back(void)
{
	enum role role;

	for (int i = ROLE_MEMBER; i < ROLE__MAX; i++) {
		CHECK_INT(role_parse(role_word((enum role)i), &role), RC_OK);
		CHECK_INT(role, i);
	}
	CHECK_STR(role_word(ROLE_EDITOR), "editor");
}

static void role_words_are_exact(void)
{
	static const char *const bad[] = {"", "none", "Owner", "OWNER", "owner ", " owner", "owne",
		"ownerx", "root", "superuser", "Admin"};
	enum role role = ROLE_OWNER;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_INT(role_parse(bad[i], &role), RC_INVALID);
		CHECK_INT(role, ROLE_NONE);
	}
	CHECK_INT(role_parse(NULL, &role), RC_INVALID);
}

int main(void)
{
	RUN(table_is_as_written);
	RUN(each_role_may_what_the_one_below_may);
	RUN(nobody_may_what_a_route_forgot_to_name);
	RUN(no_role_may_nothing);
	RUN(values_outside_the_enums_are_denied);
	RUN(role_words_are_read_back);
	RUN(role_words_are_exact);
	return CHECK_DONE;
}
