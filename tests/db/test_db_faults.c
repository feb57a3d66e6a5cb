/* SPDX-License-Identifier: Apache-2.0
 *
 * The database wall when the connection breaks: killed by the server, cut by a proxy before or after any
 * command, dead, frozen, or in the hands of a rogue (security I9, I11-I13, J1-J3).
 */
#include <inttypes.h>

#include "db_proxy.h"
#include "db_test.h"

static struct proxy proxy;

/* --- lost connections ----------------------------------------------------------------------- */

static void kill_connection(int64_t id)
{
	char sql[64];

	snprintf(sql, sizeof sql, "KILL CONNECTION %" PRId64 ";", id);
	CHECK_RC(db_script(other, sql), RC_OK);
	nap(50);
}

static void killed_connection_is_replaced(void)
{
	uint64_t n = 0;

	reset_tables();
	kill_connection(number(db, "SELECT CONNECTION_ID()"));
	CHECK_INT(number(db, "SELECT 42"), 42);
	kill_connection(number(db, "SELECT CONNECTION_ID()"));
	CHECK_RC(db_exec(db, "UPDATE item SET big = big + 1", DB_NO_ARGS, &n), RC_OK);
	CHECK_INT(n, 2);
	kill_connection(number(db, "SELECT CONNECTION_ID()"));
	CHECK_RC(db_transact(db, add_both, &(struct work){0}), RC_OK);
	CHECK_INT(number(db, "SELECT SUM(big) FROM item"), 4);
	kill_connection(number(db, "SELECT CONNECTION_ID()"));
	CHECK_RC(db_ping(db), RC_OK);
	CHECK_INT(number(db, "SELECT @@innodb_lock_wait_timeout"), 3);
	CHECK_INT(number(db, "SELECT @@time_zone = '+00:00'"), 1);
}

static enum rc killed_halfway(struct db *d, void *arg)
{
	struct work *w = arg;

	w->runs++;
	CHECK_RC(db_exec(d, "UPDATE item SET big = 50 WHERE id = 1", DB_NO_ARGS, NULL), RC_OK);
	kill_connection(number(d, "SELECT CONNECTION_ID()"));
	CHECK_RC(db_exec(d, "UPDATE item SET big = 60 WHERE id = 2", DB_NO_ARGS, NULL),
		RC_UNAVAILABLE);
	CHECK_RC(db_exec(d, "UPDATE item SET big = 70 WHERE id = 2", DB_NO_ARGS, NULL),
		RC_UNAVAILABLE);
	CHECK_INT(number(d, "SELECT 1"), -1);
	return w->rc;
}

static void killed_transaction_is_rolled_back(void)
{
	struct work told = {.rc = RC_UNAVAILABLE}, overlooked = {.rc = RC_OK};

	reset_tables();
	CHECK_RC(db_transact(db, killed_halfway, &told), RC_UNAVAILABLE);
	CHECK_INT(told.runs, 1);
	CHECK_RC(db_transact(db, killed_halfway, &overlooked), RC_UNAVAILABLE);
	CHECK_INT(overlooked.runs, 1);
	CHECK_INT(number(db, "SELECT SUM(big) FROM item"), 0);
	CHECK_INT(number(db, "SELECT @@in_transaction"), 0);
}

/* --- through the proxy ---------------------------------------------------------------------- */

static struct db *open_through_proxy(void)
{
	struct db *d;

	if (!proxy.pid)
		CHECK(proxy_start(&proxy));
	proxy_plan(&proxy, PROXY_NONE, COM_ANY, 0, 0, 0);
	d = open_db(proxy.path);
	CHECK_RC(db_ping(d), RC_OK);
	return d;
}

static void lost_select_is_asked_again(void)
{
	struct db *d = open_through_proxy();

	for (int fault = PROXY_CUT_BEFORE; fault <= PROXY_CUT_AFTER; fault++) {
		CHECK_INT(number(d, "SELECT 42"), 42);
		proxy_plan(&proxy, fault, COM_STMT_EXECUTE, 0, 1, 0);
		CHECK_INT(number(d, "SELECT 42"), 42);
		proxy_plan(&proxy, fault, COM_STMT_PREPARE, 0, 1, 0);
		CHECK_INT(number(d, fault == PROXY_CUT_BEFORE ? "SELECT 43" : "SELECT 43 "), 43);
		proxy_plan(&proxy, fault, COM_STMT_EXECUTE, 0, 2, 0);
		CHECK_INT(number(d, "SELECT 42"), -1);
		CHECK_INT(number(d, "SELECT 42"), 42);
	}
	db_free(d);
}

static void lost_select_with_a_list_before_it_too(void)
{
	static const char sql[] = "WITH w (n) AS (VALUES (42)) SELECT n FROM w";
	struct db *d = open_through_proxy();

	for (int fault = PROXY_CUT_BEFORE; fault <= PROXY_CUT_AFTER; fault++) {
		CHECK_INT(number(d, sql), 42);
		proxy_plan(&proxy, fault, COM_STMT_EXECUTE, 0, 1, 0);
		CHECK_INT(number(d, sql), 42);
	}
	db_free(d);
}

/* Outside of a transaction nobody is told to try again: callers take that word for another thing. */
static void select_that_lost_a_race_is_run_again(void)
{
	static const int errors[] = {1213, 1205, 1020};
	struct db *d = open_through_proxy();

	for (int i = 0; i < 3; i++) {
		struct db_rows *rows = NULL;

		CHECK_INT(number(d, "SELECT 42"), 42);
		proxy_plan(&proxy, PROXY_ERROR, COM_STMT_EXECUTE, 0, 1, errors[i]);
		CHECK_INT(number(d, "SELECT 42"), 42);
		proxy_plan(&proxy, PROXY_ERROR, COM_STMT_EXECUTE, 0, 99, errors[i]);
		CHECK_RC(db_query(d, "SELECT 44", DB_NO_ARGS, &rows), RC_UNAVAILABLE);
		CHECK(rows == NULL);
		proxy_plan(&proxy, PROXY_NONE, COM_ANY, 0, 0, 0);
	}
	db_free(d);
}

static void lost_write_is_never_done_twice(void)
{
	struct db *d = open_through_proxy();
	static const char sql[] = "UPDATE item SET big = big + 1 WHERE id = 1";

	reset_tables();
	proxy_plan(&proxy, PROXY_CUT_AFTER, COM_STMT_EXECUTE, 0, 1, 0);
	CHECK_RC(db_exec(d, sql, DB_NO_ARGS, NULL), RC_UNAVAILABLE);
	CHECK_INT(number(other, "SELECT big FROM item WHERE id = 1"), 1);
	proxy_plan(&proxy, PROXY_CUT_BEFORE, COM_STMT_EXECUTE, 0, 1, 0);
	CHECK_RC(db_exec(d, sql, DB_NO_ARGS, NULL), RC_UNAVAILABLE);
	CHECK_INT(number(other, "SELECT big FROM item WHERE id = 1"), 1);
	proxy_plan(&proxy, PROXY_CUT_BEFORE, COM_STMT_PREPARE, 0, 1, 0);
	CHECK_RC(db_exec(d, sql, DB_NO_ARGS, NULL), RC_OK); /* could not have been done yet */
	CHECK_INT(number(other, "SELECT big FROM item WHERE id = 1"), 2);
	proxy_plan(&proxy, PROXY_CUT_AFTER, COM_STMT_EXECUTE, 0, 1, 0);
	struct db_rows *rows = NULL;

	CHECK_RC(db_query(d, "INSERT INTO item (id) VALUES (9) RETURNING id", DB_NO_ARGS, &rows),
		RC_UNAVAILABLE);
	CHECK_INT(number(other, "SELECT COUNT(*) FROM item WHERE id = 9"), 1);
	db_free(d);
}

/* J2: the connection is cut at every command of a transaction in turn. */
static void cut_anywhere_leaves_no_half_transaction(void)
{
	for (int fault = PROXY_CUT_BEFORE; fault <= PROXY_CUT_AFTER; fault++) {
		for (int at = 0; at < 20; at++) {
			struct db *d = open_through_proxy();
			struct work w = {0};
			enum rc rc;
			int64_t one, two;

			reset_numbers();
			proxy_plan(&proxy, fault, COM_ANY, at, 1, 0);
			rc = db_transact(d, add_both, &w);
			db_free(d);
			nap(10);
			one = number(other, "SELECT big FROM item WHERE id = 1");
			two = number(other, "SELECT big FROM item WHERE id = 2");
			CHECK_INT(one, two);
			CHECK(rc == RC_OK || rc == RC_UNAVAILABLE);
			CHECK(rc == RC_OK ? one == 1 : one <= 1);
			if (rc && one) /* only a COMMIT that was done and not heard of */
				CHECK(fault == PROXY_CUT_AFTER);
		}
	}
}

static void lost_commit_race_is_run_again(void)
{
	struct db *d = open_through_proxy();
	struct work w = {0};

	reset_tables();
	CHECK_RC(db_transact(d, add_both, &w), RC_OK);
	w.runs = 0;
	proxy_plan(
		&proxy, PROXY_ERROR, COM_QUERY, 1, 1, 1213); /* the query after START TRANSACTION */
	CHECK_RC(db_transact(d, add_both, &w), RC_OK);
	CHECK_INT(w.runs, 2);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 4);
	db_free(d);
}

static void forgotten_statements_are_prepared_again(void)
{
	static const int errors[] = {1243, 1615};
	struct db *d = open_through_proxy();

	CHECK_INT(number(d, "SELECT 42"), 42);
	for (int i = 0; i < 2; i++) {
		proxy_plan(&proxy, PROXY_ERROR, COM_STMT_EXECUTE, 0, 1, errors[i]);
		CHECK_INT(number(d, "SELECT 42"), 42);
		CHECK_INT(proxy.plan->seen, 3); /* execute, prepare, execute */
		proxy_plan(&proxy, PROXY_ERROR, COM_STMT_EXECUTE, 0, 2, errors[i]);
		CHECK_INT(number(d, "SELECT 42"), -1);
		CHECK_INT(number(d, "SELECT 42"), 42);
	}
	db_free(d);
}

/* I11: any error at any command of a transaction: tried again or 503, never half. */
static void injected_errors_leave_no_half_transaction(void)
{
	static const struct {
		int error;
		enum rc rc;
	} cases[] = {
		{1213, RC_OK},
		{1205, RC_OK},
		{1020, RC_OK},
		{1047, RC_UNAVAILABLE},
		{1290, RC_UNAVAILABLE},
		{1836, RC_UNAVAILABLE},
		{1969, RC_UNAVAILABLE},
		{1317, RC_UNAVAILABLE},
		{1053, RC_UNAVAILABLE},
		{1927, RC_UNAVAILABLE},
		{1062, RC_CONFLICT},
		{1452, RC_INVALID},
		{1064, RC_INTERNAL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct db *d = open_through_proxy();

		CHECK_RC(db_transact(d, add_both, &(struct work){0}), RC_OK); /* all is prepared */
		for (int at = 0; at < 4; at++) {
			enum rc want = cases[i].rc, rc;

			reset_numbers();
			proxy_plan(&proxy, PROXY_ERROR, COM_ANY, at, 1, cases[i].error);
			rc = db_transact(d, add_both, &(struct work){0});
			if (at == 0 && (cases[i].error == 1053 || cases[i].error == 1927))
				want = RC_OK; /* a BEGIN that was not heard is begun again */
			CHECK_RC(rc, want);
			CHECK_INT(number(other, "SELECT SUM(big) FROM item"), rc ? 0 : 2);
			CHECK_INT(number(d, "SELECT 42"), 42);
		}
		db_free(d);
	}
}

static void statement_cache_survives_reconnect(void)
{
	struct db *d = open_through_proxy();

	for (int i = 0; i < 5; i++) {
		CHECK_INT(number(d, "SELECT 1"), 1);
		CHECK_INT(number(d, "SELECT 2"), 2);
		proxy_stop(&proxy);
		CHECK(proxy_start(&proxy));
		CHECK_INT(number(d, "SELECT 2"), 2);
		CHECK_INT(number(d, "SELECT 1"), 1);
		proxy_plan(&proxy, PROXY_NONE, COM_ANY, 0, 0, 0);
		CHECK_INT(number(d, "SELECT 1"), 1);
		CHECK_INT(proxy.plan->seen, 1); /* not prepared once more */
	}
	db_free(d);
}

static void rogue_server_gets_no_file(void)
{
	struct db *d = open_through_proxy();

	proxy_plan(&proxy, PROXY_ASK_FILE, COM_QUERY, 0, 1, 0);
	/* The client refuses, we hang up, and a BEGIN that was not heard is begun again. */
	CHECK_RC(db_transact(d, add_both, &(struct work){0}), RC_OK);
	CHECK_INT(proxy.plan->file_answers, 1);
	CHECK_INT(proxy.plan->file_bytes, 0);
	db_free(d);
}

static void dead_server_is_told_at_once_and_found_again(void)
{
	struct db *d = open_through_proxy();
	int64_t began, i;

	CHECK_INT(number(d, "SELECT 42"), 42);
	proxy_stop(&proxy);
	began = clock_mono_ms();
	for (i = 0; i < 1000; i++)
		CHECK_INT(number(d, "SELECT 42"), -1);
	CHECK(clock_mono_ms() - began < 500);
	CHECK_RC(db_ping(d), RC_UNAVAILABLE);
	CHECK_RC(db_transact(d, add_both, &(struct work){0}), RC_UNAVAILABLE);
	CHECK(proxy_start(&proxy));
	began = clock_mono_ms();
	while (number(d, "SELECT 42") != 42 && clock_mono_ms() - began < 60000)
		nap(10);
	CHECK_INT(number(d, "SELECT 42"), 42);
	db_free(d);
}

static void frozen_server_does_not_hold_us(void)
{
	struct db *d = open_through_proxy();
	int64_t began, spent = 0;

	CHECK_INT(number(d, "SELECT 42"), 42);
	kill(proxy.pid, SIGSTOP);
	began = clock_mono_ms();
	CHECK_INT(number(d, "SELECT 42"), -1);
	CHECK(clock_mono_ms() - began < 6000);
	began = clock_mono_ms();
	CHECK_INT(number(d, "SELECT 42"), -1); /* a new connection: 3 s */
	CHECK(clock_mono_ms() - began < 4000);
	began = clock_mono_ms();
	for (int i = 0; i < 100; i++)
		CHECK_INT(number(d, "SELECT 42"), -1);
	spent = clock_mono_ms() - began;
	CHECK(spent < 200);
	kill(proxy.pid, SIGCONT);
	began = clock_mono_ms();
	while (number(d, "SELECT 42") != 42 && clock_mono_ms() - began < 60000)
		nap(10);
	CHECK_INT(number(d, "SELECT 42"), 42);
	db_free(d);
}

int main(void)
{
	int status = db_test_begin("test_db_faults");

	if (status)
		return status;
	snprintf(proxy.path, sizeof proxy.path, "%s/proxy", dir);
	proxy.server = server;
	reset_tables();
	RUN(killed_connection_is_replaced);
	RUN(killed_transaction_is_rolled_back);
	RUN(lost_select_is_asked_again);
	RUN(lost_select_with_a_list_before_it_too);
	RUN(select_that_lost_a_race_is_run_again);
	RUN(lost_write_is_never_done_twice);
	RUN(cut_anywhere_leaves_no_half_transaction);
	RUN(lost_commit_race_is_run_again);
	RUN(forgotten_statements_are_prepared_again);
	RUN(injected_errors_leave_no_half_transaction);
	RUN(statement_cache_survives_reconnect);
	RUN(rogue_server_gets_no_file);
	RUN(dead_server_is_told_at_once_and_found_again);
	RUN(frozen_server_does_not_hold_us);
	proxy_stop(&proxy);
	db_test_end();
	return CHECK_DONE;
}
