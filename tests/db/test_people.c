/* SPDX-License-Identifier: Apache-2.0
 *
 * Sessions and sign-in above the real tables: limits to the second, and how waiting grows (R53, R54, R81).
 */
#include "domain/people/sign_in.h"
#include "store/session_store.h"

#include "store_test.h"

static struct cfg cfg = {.session_idle_s = 3600, .session_absolute_s = 86400};
static struct core core = {.cfg = &cfg};

/* A session that began and was last seen so many seconds ago. RC of finding it. */
static enum rc find_aged(long begun_s, long seen_s)
{
	struct session_new new = {.user = ada, .tenant = acme};
	struct secret token = SECRET_EMPTY;
	int64_t now_s = clock_now_s();
	struct session s;
	enum rc rc;

	CHECK_RC(session_start(&core, &new, &token), RC_OK);
	CHECK_RC(db_exec(db, "UPDATE sessions SET created_at = ?, last_seen_at = ?",
			 DB_ARGS(db_int(now_s - begun_s), db_int(now_s - seen_s)), NULL),
		RC_OK);
	rc = session_find(&core, secret_text(&token), &s);
	CHECK_RC(db_exec(db, "DELETE FROM sessions", DB_NO_ARGS, NULL), RC_OK);
	secret_release(&token);
	return rc;
}

/* Ten seconds of room: the clock goes on while the test runs. */
static void sessions_end_at_both_limits(void)
{
	CHECK_RC(find_aged(0, 0), RC_OK);
	CHECK_RC(find_aged(3590, 3590), RC_OK);
	CHECK_RC(find_aged(3600, 3600), RC_NOT_FOUND);
	CHECK_RC(find_aged(86390, 0), RC_OK);
	CHECK_RC(find_aged(86400, 0), RC_NOT_FOUND);
}

static void being_seen_is_written_once_a_minute(void)
{
	struct session_new new = {.user = ada, .tenant = acme};
	struct secret token = SECRET_EMPTY;
	struct session s;

	CHECK_RC(session_start(&core, &new, &token), RC_OK);
	CHECK_RC(db_script(db, "UPDATE sessions SET last_seen_at = last_seen_at - 50;"), RC_OK);
	CHECK_RC(session_find(&core, secret_text(&token), &s), RC_OK);
	CHECK(number(db, "SELECT UNIX_TIMESTAMP() - last_seen_at FROM sessions") >= 50);
	CHECK_RC(db_script(db, "UPDATE sessions SET last_seen_at = last_seen_at - 20;"), RC_OK);
	CHECK_RC(session_find(&core, secret_text(&token), &s), RC_OK);
	CHECK(number(db, "SELECT UNIX_TIMESTAMP() - last_seen_at FROM sessions") < 50);
	CHECK_RC(session_find(&core, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &s),
		RC_NOT_FOUND);
	CHECK_RC(session_find(&core, "", &s), RC_NOT_FOUND);
	CHECK_RC(session_find(&core, "not base64url!", &s), RC_NOT_FOUND);
	CHECK_RC(db_script(db, "DELETE FROM sessions;"), RC_OK);
	secret_release(&token);
}

static void a_workspace_of_others_cannot_be_entered(void)
{
	struct session_new new = {.user = ada, .tenant = acme};
	struct secret token = SECRET_EMPTY, next = SECRET_EMPTY;
	struct session s;

	CHECK_RC(session_start(&core, &new, &token), RC_OK);
	CHECK_RC(session_find(&core, secret_text(&token), &s), RC_OK);
	CHECK_RC(session_switch(&core, &s, &globex, &next), RC_NOT_FOUND);
	CHECK_INT(next.len, 0);
	CHECK_RC(session_find(&core, secret_text(&token), &s), RC_OK);
	CHECK(uuid_equal(&s.current.id.u, &acme.u));
	CHECK_RC(db_script(db, "DELETE FROM sessions;"), RC_OK);
	secret_release(&token);
	secret_release(&next);
}

/* ---- waiting ---- */

static enum rc attempt(struct sign_in *s)
{
	struct secret password = SECRET_EMPTY;
	enum rc rc;

	CHECK_RC(secret_append_text(&password, "wrong"), RC_OK);
	*s = (struct sign_in){.email = "ada@acme.test",
		.password = &password,
		.peer = "192.0.2.1",
		.request_id = ""};
	rc = sign_in(&core, s);
	secret_release(&password);
	secret_release(&s->token);
	return rc;
}

/* How long the account waits after one more failure. Both counters stand at the same number; the peer has so
 * many free ones that it never waits here. */
static int64_t wait_after(int failures)
{
	struct sign_in s;

	CHECK_RC(db_exec(db, "UPDATE sign_in_throttle SET failures = ?, locked_until = 0",
			 DB_ARGS(db_int(failures)), NULL),
		RC_OK);
	CHECK_RC(attempt(&s), RC_DENIED);
	return number(db, "SELECT MAX(GREATEST(0, CAST(locked_until AS SIGNED) - UNIX_TIMESTAMP()))"
			  " FROM sign_in_throttle");
}

static void waiting_doubles_up_to_an_hour(void)
{
	static const struct {
		int failures;
		int64_t wait_s;
	} steps[] = {{8, 0}, {9, 30}, {10, 60}, {11, 120}, {15, 1920}, {16, 3600}, {40, 3600}};
	struct sign_in s;

	CHECK_RC(attempt(&s), RC_DENIED);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t waits_s = wait_after(steps[i].failures);

		CHECK(waits_s <= steps[i].wait_s && waits_s >= steps[i].wait_s - 10);
	}
	/* still waiting: told to wait, not tried, not counted for the account */
	CHECK_RC(attempt(&s), RC_LIMIT);
	CHECK(s.retry_after_s > 3500 && s.retry_after_s <= 3600);
	CHECK_INT(number(db, "SELECT MIN(failures) FROM sign_in_throttle"), 41);
	/* a day without one: forgotten */
	CHECK_RC(db_script(db, "UPDATE sign_in_throttle SET locked_until = 0, updated_at = "
			       "updated_at - 86500;"),
		RC_OK);
	CHECK_RC(attempt(&s), RC_DENIED);
	CHECK_INT(number(db, "SELECT MAX(failures) FROM sign_in_throttle"), 1);
}

int main(void)
{
	int status = store_test_begin("test_people");

	if (status)
		return status;
	CHECK_RC(codec_init(), RC_OK);
	core.db = db;
	RUN(sessions_end_at_both_limits);
	RUN(being_seen_is_written_once_a_minute);
	RUN(a_workspace_of_others_cannot_be_entered);
	RUN(waiting_doubles_up_to_an_hour);
	store_test_end();
	return CHECK_DONE;
}
