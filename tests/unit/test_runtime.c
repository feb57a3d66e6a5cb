/* SPDX-License-Identifier: Apache-2.0
 *
 * What is decided for runtimes without asking anybody: state, clock, revision, reference.
 */
#include "check.h"
#include "domain/runtime/reference.h"
#include "domain/runtime/revision.h"
#include "domain/runtime/state.h"
#include "platform/text.h"

#define NOW_S INT64_C(2000000000)
#define UUID "0b0e2c5e-7a53-4b4e-9d4a-111111111111"

/* An authorization that is whole: an hour old, an hour left. */
static struct runtime_credential whole(void)
{
	struct runtime_credential c = {
		.row = {.expires = true,
			.expires_at_s = NOW_S + 3600,
			.refreshable = true,
			.refreshed_at_s = NOW_S - 3600,
			.state_since_s = 5,
			.secret_rev = 7},
		.has_due = true,
		.due_at_s = NOW_S + 2700,
	};

	TEXT_COPY(c.row.auth_type, "oauth2");
	TEXT_COPY(c.row.state, "active");
	return c;
}

static const char *word(const struct runtime_credential *c)
{
	return runtime_state(c, NOW_S).word;
}

static void an_active_one_is_active(void)
{
	struct runtime_credential c = whole();

	CHECK_STR(word(&c), "active");
	CHECK_STR(runtime_state(&c, NOW_S).next_step, "none");
	CHECK(runtime_can_renew(&c) && !runtime_is_over(&c, NOW_S));
}

static void the_clock_overtakes_the_row(void)
{
	struct runtime_credential c = whole();

	c.row.expires_at_s = NOW_S;
	CHECK(runtime_is_over(&c, NOW_S) && !runtime_is_over(&c, NOW_S - 1));
	CHECK_STR(word(&c), "delayed");
	c.has_due = false;
	CHECK_STR(word(&c), "needs_reauth");
	CHECK_STR(runtime_state(&c, NOW_S).reason, "expired");
	CHECK_INT(runtime_state(&c, NOW_S).since_s, NOW_S);
	c.row.refreshable = false;
	CHECK_STR(word(&c), "needs_reauth");
	c.row.expires = false;
	CHECK_STR(word(&c), "active");
}

static void failures_delay_and_leave_the_rest(void)
{
	struct runtime_credential c = whole();

	c.row.failures = 1;
	CHECK_STR(word(&c), "delayed");
	CHECK_INT(runtime_state(&c, NOW_S).since_s, 5);
	TEXT_COPY(c.row.state, "revoked");
	CHECK_STR(word(&c), "revoked");
	CHECK(!runtime_can_renew(&c));
}

static void who_has_to_act_depends_on_the_kind(void)
{
	struct runtime_credential c = whole();

	TEXT_COPY(c.row.state, "needs_reauth");
	CHECK_STR(runtime_state(&c, NOW_S).next_step, "authorize");
	TEXT_COPY(c.row.auth_type, "api-key");
	CHECK_STR(runtime_state(&c, NOW_S).next_step, "enter_key");
}

static void refused_is_over_for_that_revision_alone(void)
{
	struct runtime_credential c = whole();

	c.rejected_rev = 6;
	CHECK(!runtime_is_over(&c, NOW_S));
	c.rejected_rev = 7;
	CHECK(runtime_is_over(&c, NOW_S));
}

static void times_of_another_clock_are_dubious(void)
{
	struct runtime_credential c = whole();

	CHECK(!runtime_is_dubious(&c, NOW_S));
	c.row.refreshed_at_s = NOW_S + CLOCK_DRIFT_MAX_S;
	CHECK(!runtime_is_dubious(&c, NOW_S));
	c.row.refreshed_at_s++;
	CHECK(runtime_is_dubious(&c, NOW_S));
	c = whole();
	c.row.expires_at_s = INT64_MAX;
	CHECK(runtime_is_dubious(&c, NOW_S));
	c.row.expires = false; /* a token may live for ever when its provider says so */
	CHECK(!runtime_is_dubious(&c, NOW_S));
}

static void no_more_than_half_a_life_is_wanted(void)
{
	struct runtime_credential c = whole();

	CHECK_INT(runtime_ttl_wanted(&c, 60), 60);
	CHECK_INT(runtime_ttl_wanted(&c, 3600), 3600);
	c.row.expires_at_s = NOW_S - 3500;
	CHECK_INT(runtime_ttl_wanted(&c, 60), 50);
	c.row.refreshed_at_s = 0; /* unknown */
	CHECK_INT(runtime_ttl_wanted(&c, 3600), 3600);
	c.row.refreshed_at_s = NOW_S + 9; /* after its own end */
	CHECK_INT(runtime_ttl_wanted(&c, 3600), 3600);
}

static void what_lives_for_seconds_rests_between_renewals(void)
{
	struct runtime_credential c = whole();

	CHECK(!runtime_is_resting(&c, NOW_S));
	c.row.refreshed_at_s = NOW_S - 2;
	c.row.expires_at_s = NOW_S - 1;
	CHECK(runtime_is_resting(&c, NOW_S));
	CHECK(!runtime_is_resting(&c, NOW_S + 28));
	c.rejected_rev = 7;
	CHECK(!runtime_is_resting(&c, NOW_S));
}

static void a_revision_is_read_as_it_is_written(void)
{
	struct revision r, again;
	char text[REVISION_TEXT_SIZE];

	CHECK_INT(uuid_parse(UUID, &r.id.u), RC_OK);
	r.number = UINT64_C(9223372036854775807);
	revision_text(&r, text);
	CHECK_STR(text, "W/\"" UUID "-9223372036854775807\"");
	CHECK_INT(revision_parse(text, strlen(text), &again), RC_OK);
	CHECK(again.number == r.number && uuid_equal(&again.id.u, &r.id.u));
}

static void what_is_no_revision_is_refused(void)
{
	static const char *const bad[] = {"", "W/", "\"\"", "*", UUID, UUID "-", UUID "-0",
		UUID "-01", UUID "-x", UUID "--1", UUID "-12345678901234567890", "W/" UUID "-1",
		"\"" UUID "-1", UUID "-1\"", "W/\"" UUID "-1\" ", "w/\"" UUID "-1\"", UUID "_1"};
	struct revision r;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(revision_parse(bad[i], strlen(bad[i]), &r), RC_INVALID);
}

static void a_revision_is_found_in_a_list(void)
{
	struct revision r;

	CHECK_INT(revision_parse(UUID "-7", strlen(UUID "-7"), &r), RC_OK);
	CHECK(revision_listed("*", &r));
	CHECK(revision_listed("W/\"" UUID "-7\"", &r));
	CHECK(revision_listed("\"a\",\t\"" UUID "-7\" , \"b\"", &r));
	CHECK(revision_listed(",,W/\"" UUID "-7\",", &r));
	CHECK(!revision_listed(NULL, &r));
	CHECK(!revision_listed("", &r));
	CHECK(!revision_listed(",", &r));
	CHECK(!revision_listed("W/\"" UUID "-8\"", &r));
	CHECK(!revision_listed("**", &r));
	CHECK(!revision_listed("W/\"" UUID "-7\" x", &r));
}

static void a_reference_is_cut_at_the_first_colon(void)
{
	struct reference r;

	CHECK_INT(reference_parse("org/plugin/provider", &r), RC_OK);
	CHECK_STR(r.plugin_id, "org/plugin");
	CHECK_STR(r.provider, "provider");
	CHECK_STR(r.name, "");
	CHECK_INT(reference_parse("org/plugin/provider:a:b/c", &r), RC_OK);
	CHECK_STR(r.provider, "provider");
	CHECK_STR(r.name, "a:b/c");
}

static void what_is_no_reference_is_refused(void)
{
	static const char *const bad[] = {"", "/", "//", "///", "a", "a/b", "a/b/", "/b/c", "a//c",
		"a/b/c/d", "a/b/c:", "a/b:c/d", "a:b/c/d", ":", "a/b/:c", "a/b/c/d:e"};
	struct reference r;
	char text[2000];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_INT(reference_parse(bad[i], &r), RC_INVALID);
	memset(text, 'n', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	memcpy(text, "a/b/c:", 6);
	CHECK_INT(reference_parse(text, &r), RC_INVALID);
	text[6 + CREDENTIAL_NAME_SIZE - 1] = 0;
	CHECK_INT(reference_parse(text, &r), RC_OK);
}

int main(void)
{
	RUN(an_active_one_is_active);
	RUN(the_clock_overtakes_the_row);
	RUN(failures_delay_and_leave_the_rest);
	RUN(who_has_to_act_depends_on_the_kind);
	RUN(refused_is_over_for_that_revision_alone);
	RUN(times_of_another_clock_are_dubious);
	RUN(no_more_than_half_a_life_is_wanted);
	RUN(what_lives_for_seconds_rests_between_renewals);
	RUN(a_revision_is_read_as_it_is_written);
	RUN(what_is_no_revision_is_refused);
	RUN(a_revision_is_found_in_a_list);
	RUN(a_reference_is_cut_at_the_first_colon);
	RUN(what_is_no_reference_is_refused);
	return CHECK_DONE;
}
