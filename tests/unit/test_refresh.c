/* SPDX-License-Identifier: Apache-2.0
 *
 * When a token is renewed, when it is tried again, and what a provider's file makes of its errors.
 */
#include "domain/oauth/refresh.h"

#include <stdlib.h>

#include "check.h"
#include "platform/codec.h"

#define NOW_S INT64_C(1700000000)
#define HOUR_S INT64_C(3600)
#define DAY_S INT64_C(86400)
#define ROUNDS 300 /* of what has jitter */

static struct oauth_recipe recipe;

static void plain_recipe(void)
{
	recipe = (struct oauth_recipe){.refresh_supported = true};
}

struct range {
	int64_t least, most;
};

static void widen(struct range *r, int64_t value)
{
	r->least = value < r->least ? value : r->least;
	r->most = value > r->most ? value : r->most;
}

/* How long after now a token of that life is renewed: the earliest and the latest of many. */
static struct range waits_at(int64_t now_s, int64_t life_s)
{
	struct range r = {INT64_MAX, INT64_MIN};

	for (int i = 0; i < ROUNDS; i++)
		widen(&r, refresh_due_at(&recipe, now_s, true, now_s + life_s) - now_s);
	return r;
}

static struct range waits(int64_t life_s)
{
	return waits_at(NOW_S, life_s);
}

static struct range waits_idle(void)
{
	struct range r = {INT64_MAX, INT64_MIN};

	for (int i = 0; i < ROUNDS; i++)
		widen(&r, refresh_due_at(&recipe, NOW_S, false, 0) - NOW_S);
	return r;
}

static void lies_in(struct range r, int64_t least, int64_t most)
{
	CHECK(r.least <= r.most);
	if (r.least < least || r.most > most) {
		CHECK_INT(r.least, least);
		CHECK_INT(r.most, most);
	}
}

/* ---- due ---- */

static void a_token_is_renewed_its_margin_before_the_end(void)
{
	plain_recipe();
	lies_in(waits(10 * HOUR_S), 10 * HOUR_S - REFRESH_MARGIN_S * 5 / 4,
		10 * HOUR_S - REFRESH_MARGIN_S);
	recipe.refresh_margin_s = 60;
	lies_in(waits(HOUR_S), HOUR_S - 75, HOUR_S - 60);
}

static void no_margin_takes_more_than_a_fifth_of_a_short_life(void)
{
	plain_recipe();
	lies_in(waits(HOUR_S), HOUR_S - 900, HOUR_S - 720);
	lies_in(waits(600), 600 - 150, 600 - 120);
	recipe.refresh_margin_s = 10 * DAY_S;
	lies_in(waits(HOUR_S), HOUR_S - 900, HOUR_S - 720);
}

/* B14, C30 */
static void no_life_is_so_short_that_it_is_renewed_all_the_time(void)
{
	static const int64_t lives[] = {0, 1, 30, -1, -HOUR_S, -100 * 365 * DAY_S};

	plain_recipe();
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++)
		lies_in(waits(lives[i]), REFRESH_INTERVAL_MIN_S, REFRESH_INTERVAL_MIN_S);
	lies_in(waits(60), 45, 48);
}

static void renewals_do_not_meet_again(void)
{
	struct range r;

	plain_recipe();
	r = waits(HOUR_S);
	CHECK(r.most - r.least > 60);
	recipe.refresh_idle_limit_s = 30 * DAY_S;
	r = waits_idle();
	CHECK(r.most - r.least > HOUR_S);
}

static void a_refresh_token_that_dies_unused_is_used_in_time(void)
{
	plain_recipe();
	recipe.refresh_idle_limit_s = 10 * DAY_S;
	lies_in(waits_idle(), 15 * DAY_S / 2, 8 * DAY_S);      /* a token that never ends */
	lies_in(waits(HOUR_S), HOUR_S - 900, HOUR_S - 720);    /* ends before */
	lies_in(waits(80 * DAY_S), 15 * DAY_S / 2, 8 * DAY_S); /* ends long after */
	recipe.refresh_idle_limit_s = 1;
	lies_in(waits_idle(), REFRESH_INTERVAL_MIN_S, REFRESH_INTERVAL_MIN_S);
}

static void nothing_is_scheduled_for_what_needs_no_renewal(void)
{
	plain_recipe();
	CHECK_INT(refresh_due_at(&recipe, NOW_S, false, 0), 0);
	recipe.refresh_supported = false;
	recipe.refresh_idle_limit_s = DAY_S;
	CHECK_INT(refresh_due_at(&recipe, NOW_S, false, 0), 0);
	CHECK_INT(refresh_due_at(&recipe, NOW_S, true, NOW_S + HOUR_S), 0);
}

/* The clock was wrong when it was written, or the row was: never later than the longest life. */
static void no_schedule_reaches_further_than_the_longest_life(void)
{
	plain_recipe();
	lies_in(waits(TOKEN_LIFETIME_MAX_S), 1, TOKEN_LIFETIME_MAX_S);
	lies_in(waits(1000 * 365 * DAY_S), 1, TOKEN_LIFETIME_MAX_S);
	recipe.refresh_margin_s = INT64_C(10) * 366 * DAY_S; /* the most that a file may say */
	lies_in(waits(1000 * 365 * DAY_S), 1, TOKEN_LIFETIME_MAX_S);
	recipe.refresh_idle_limit_s = INT64_C(10) * 366 * DAY_S;
	lies_in(waits_idle(), 1, TOKEN_LIFETIME_MAX_S);
}

static void the_year_2038_is_a_year_like_others(void)
{
	plain_recipe();
	lies_in(waits_at(INT64_C(2147483647), HOUR_S), HOUR_S - 900, HOUR_S - 720);
	lies_in(waits_at(INT64_C(2147483000), HOUR_S), HOUR_S - 900, HOUR_S - 720);
	lies_in(waits_at(INT64_C(4294967295), HOUR_S), HOUR_S - 900, HOUR_S - 720);
}

/* ---- again ---- */

static struct range retries(int64_t failures, int64_t retry_after_s)
{
	struct range r = {INT64_MAX, INT64_MIN};

	for (int i = 0; i < ROUNDS; i++)
		widen(&r, refresh_retry_at(failures, retry_after_s, NOW_S) - NOW_S);
	return r;
}

static void each_failure_doubles_the_wait_up_to_the_longest(void)
{
	int64_t want_s = REFRESH_RETRY_FIRST_S;

	for (int64_t failures = 0; failures < 12; failures++) {
		lies_in(retries(failures, -1), want_s, want_s + want_s / 4);
		want_s *= 2;
		if (want_s > REFRESH_RETRY_MAX_S)
			want_s = REFRESH_RETRY_MAX_S;
	}
	lies_in(retries(INT64_MAX, -1), REFRESH_RETRY_MAX_S, REFRESH_RETRY_MAX_S * 5 / 4);
	lies_in(retries(-5, -1), REFRESH_RETRY_FIRST_S, REFRESH_RETRY_FIRST_S * 5 / 4);
}

static void retries_do_not_meet_again(void)
{
	struct range r = retries(4, -1);

	CHECK(r.most - r.least > 60);
}

/* C28 */
static void what_the_provider_asks_for_is_kept_within_bounds(void)
{
	lies_in(retries(0, 0), REFRESH_RETRY_FIRST_S, REFRESH_RETRY_FIRST_S * 5 / 4);
	lies_in(retries(0, 120), 120, 150);
	lies_in(retries(4, 120), 480, 600); /* it fails too often for so short a wait */
	lies_in(retries(0, 86400), REFRESH_RETRY_MAX_S, REFRESH_RETRY_MAX_S * 5 / 4);
	lies_in(retries(0, INT32_MAX), REFRESH_RETRY_MAX_S, REFRESH_RETRY_MAX_S * 5 / 4);
	lies_in(retries(0, INT64_MAX), REFRESH_RETRY_MAX_S, REFRESH_RETRY_MAX_S * 5 / 4);
}

/* ---- classes, from the file ---- */

#define FILE_HEAD                                                                                  \
	"identity: {author: acme, name: drive, label: {en_US: Acme}}\nprovider_type: x\n"          \
	"oauth_schema:\n  client_schema:\n"                                                        \
	"  - {name: client_id, type: text-input, required: true}\n"                                \
	"  - {name: client_secret, type: secret-input, required: true}\n"                          \
	"grantry:\n  org: acme\n  plugin: drive\n  oauth:\n"                                       \
	"    authorization_url: https://acme.example/authorize\n"                                  \
	"    token_url: https://acme.example/token\n"

#define LINES_AT 13

static struct catalogue *catalogue;
static unsigned refused_line;

/* The recipe of a file with these lines in its oauth section; NULL: refused. */
static const struct oauth_recipe *file_with(const char *lines)
{
	struct provider_error error = {0};
	char text[2048];
	enum rc rc;

	catalogue_free(catalogue);
	catalogue = NULL;
	(void)snprintf(text, sizeof(text), FILE_HEAD "%s", lines);
	rc = provider_parse("t.yaml", text, strlen(text), NULL, &catalogue, &error);
	refused_line = error.line;
	return rc == RC_OK ? &catalogue_at(catalogue, 0)->oauth : NULL;
}

static enum token_failure class_of(const struct oauth_recipe *r, int status, const char *body)
{
	struct token_answer answer = {0};
	enum token_failure failure;

	token_parse(r, status, "application/json", body, strlen(body), NOW_S, NULL, &answer);
	failure = answer.failure;
	token_answer_release(&answer);
	return failure;
}

static void the_file_says_what_an_error_means(void)
{
	const struct oauth_recipe *r =
		file_with("    token_response: {error: [/fault/code, /error]}\n"
			  "    errors: {gone: revoked, again: reauthorize, app: client,"
			  " slow: rate_limited, busy: transient, invalid_grant: transient}\n");

	CHECK(r != NULL);
	if (!r)
		return;
	CHECK_INT(class_of(r, 400, "{\"error\":\"gone\"}"), TOKEN_GRANT_REVOKED);
	CHECK_INT(class_of(r, 200, "{\"error\":\"gone\",\"access_token\":\"a\"}"),
		TOKEN_GRANT_REVOKED);
	CHECK_INT(class_of(r, 400, "{\"error\":\"again\"}"), TOKEN_GRANT_REFUSED);
	CHECK_INT(class_of(r, 400, "{\"error\":\"app\"}"), TOKEN_CLIENT_REFUSED);
	CHECK_INT(class_of(r, 400, "{\"error\":\"slow\"}"), TOKEN_RATE_LIMITED);
	CHECK_INT(class_of(r, 400, "{\"error\":\"busy\"}"), TOKEN_NO_ANSWER);
	CHECK_INT(class_of(r, 400, "{\"fault\":{\"code\":\"gone\"}}"), TOKEN_GRANT_REVOKED);
	/* its file knows better than the RFC */
	CHECK_INT(class_of(r, 400, "{\"error\":\"invalid_grant\"}"), TOKEN_NO_ANSWER);
	/* and what it does not name is as everywhere */
	CHECK_INT(class_of(r, 401, "{\"error\":\"invalid_client\"}"), TOKEN_CLIENT_REFUSED);
	CHECK_INT(class_of(r, 400, "{\"error\":\"GONE\"}"), TOKEN_REFUSED);
	CHECK_INT(class_of(r, 400, "{\"error\":\"gon\"}"), TOKEN_REFUSED);
	CHECK_INT(class_of(r, 400, "{\"error\":{\"code\":\"gone\"}}"), TOKEN_REFUSED);
}

static void without_a_word_in_the_file_code_and_status_decide(void)
{
	static const struct {
		int status;
		const char *code;
		enum token_failure want;
	} rows[] = {
		{400, "invalid_grant", TOKEN_GRANT_REFUSED},
		{401, "invalid_client", TOKEN_CLIENT_REFUSED},
		{400, "unauthorized_client", TOKEN_CLIENT_REFUSED},
		{400, "temporarily_unavailable", TOKEN_NO_ANSWER},
		{200, "server_error", TOKEN_NO_ANSWER},
		{400, "invalid_request", TOKEN_REFUSED},
		{429, "too_many", TOKEN_RATE_LIMITED},
		/* an outage is one though it is told in JSON */
		{500, "oops", TOKEN_NO_ANSWER},
		{503, "unavailable", TOKEN_NO_ANSWER},
		{599, "invalid_request", TOKEN_NO_ANSWER},
		/* a registered code is what it says, whatever the status (B8) */
		{500, "invalid_grant", TOKEN_GRANT_REFUSED},
		{429, "invalid_client", TOKEN_CLIENT_REFUSED},
	};
	const struct oauth_recipe *r = file_with("");
	char body[100];

	CHECK(r != NULL);
	for (size_t i = 0; r && i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(body, sizeof(body), "{\"error\":\"%s\"}", rows[i].code);
		CHECK_INT(class_of(r, rows[i].status, body), rows[i].want);
	}
	if (r) /* as some write it */
		CHECK_INT(class_of(r, 503, "{\"error\":{\"code\":503,\"status\":\"UNAVAILABLE\"}}"),
			TOKEN_NO_ANSWER);
}

static void a_file_with_a_class_that_nobody_knows_is_refused(void)
{
	static const char *const bad[] = {"    errors: {gone: lost}\n", "    errors: {gone: ''}\n",
		"    errors: {gone: Revoked}\n", "    errors: {gone: [revoked]}\n",
		"    errors: {gone: {revoked: true}}\n", "    errors: [gone]\n",
		"    errors: {gone: revoked, gone: client}\n"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(file_with(bad[i]) == NULL && refused_line == LINES_AT);
}

static void how_many_calls_at_once_a_provider_bears(void)
{
	static const char *const bad[] = {"0", "-1", "1001", "1.5", "many", "[1]", "''"};
	const struct oauth_recipe *r = file_with("    refresh: {supported: true, at_once: 3}\n");
	char lines[100];

	CHECK(r && r->refresh_at_once == 3);
	r = file_with("    refresh: {supported: true, at_once: 1000}\n");
	CHECK(r && r->refresh_at_once == 1000);
	r = file_with("    refresh: {supported: true}\n");
	CHECK(r && r->refresh_at_once == 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(lines, sizeof(lines),
			"    refresh: {supported: true, at_once: %s}\n", bad[i]);
		CHECK(file_with(lines) == NULL && refused_line == LINES_AT);
	}
}

int main(void)
{
	if (codec_init() != RC_OK)
		return 99;
	RUN(a_token_is_renewed_its_margin_before_the_end);
	RUN(no_margin_takes_more_than_a_fifth_of_a_short_life);
	RUN(no_life_is_so_short_that_it_is_renewed_all_the_time);
	RUN(renewals_do_not_meet_again);
	RUN(a_refresh_token_that_dies_unused_is_used_in_time);
	RUN(nothing_is_scheduled_for_what_needs_no_renewal);
	RUN(no_schedule_reaches_further_than_the_longest_life);
	RUN(the_year_2038_is_a_year_like_others);
	RUN(each_failure_doubles_the_wait_up_to_the_longest);
	RUN(retries_do_not_meet_again);
	RUN(what_the_provider_asks_for_is_kept_within_bounds);
	RUN(the_file_says_what_an_error_means);
	RUN(without_a_word_in_the_file_code_and_status_decide);
	RUN(a_file_with_a_class_that_nobody_knows_is_refused);
	RUN(how_many_calls_at_once_a_provider_bears);
	catalogue_free(catalogue);
	return CHECK_DONE;
}
