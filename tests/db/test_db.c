/* SPDX-License-Identifier: Apache-2.0
 *
 * The database wall against a real MariaDB (GRANTRY_TEST_DB_SOCKET, database grantry_test, root):
 * values, errors, sessions, transactions (security I1-I13).
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include "db_test.h"

/* --- values --------------------------------------------------------------------------------- */

static void texts_and_bytes_come_back_unchanged(void)
{
	static const char *const texts[] = {"", "a", "a ", " a", "\xf0\x9f\x8d\xa3\xf0\x9f\x8d\xba",
		"\xc3\x9f", "\xe2\x80\x8f", "'\";--\\", "%_", NULL};
	struct db_rows *rows = NULL;

	reset_tables();
	for (int i = 0; texts[i]; i++) {
		CHECK_RC(db_exec(db, "UPDATE item SET short_text = ?, data = ? WHERE id = 1",
				 DB_ARGS(db_text(texts[i]), db_bytes(texts[i], strlen(texts[i]))),
				 NULL),
			RC_OK);
		CHECK_RC(db_query(db,
				 "SELECT short_text, data, LENGTH(data) FROM item WHERE short_text "
				 "= ?",
				 DB_ARGS(db_text(texts[i])), &rows),
			RC_OK);
		CHECK_INT(db_row_count(rows), 1);
		CHECK(db_next(rows));
		CHECK_STR(db_get_text(rows, 0), texts[i]);
		CHECK_STR(db_get_text(rows, 1), texts[i]);
		CHECK_INT(db_get_int(rows, 2), strlen(texts[i]));
		CHECK(!db_next(rows));
		CHECK(!db_next(rows));
		db_rows_free(rows);
	}
}

static int64_t items_where(const char *what)
{
	char text[160];
	struct db_rows *rows = NULL;
	int64_t n;

	(void)snprintf(text, sizeof text, "SELECT COUNT(*) FROM item WHERE %s", what);
	CHECK_RC(db_query(db, text, DB_NO_ARGS, &rows), RC_OK);
	CHECK(db_next(rows));
	n = db_get_int(rows, 0);
	db_rows_free(rows);
	return n;
}

#define INSERT_ITEM "INSERT INTO item (id, short_text, data) VALUES (?, ?, ?)"

/* Rows first … first + n - 1; every third without a text, the data of any length. */
static size_t item_rows(int first, size_t n, struct db_value *args)
{
	static const char data[DB_ROWS_MAX + 1] = "0\0002";

	for (size_t i = 0; i < n; i++) {
		*args++ = db_int(first + (int)i);
		*args++ = i % 3 == 0 ? db_null() : db_text("text");
		*args++ = db_bytes(data, i);
	}
	return n * 3;
}

static void many_rows_in_one_statement(void)
{
	struct db_value args[(DB_ROWS_MAX + 1) * 3];
	static const size_t sizes[] = {1, 2, 3, 16, DB_ROWS_MAX};

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		size_t n = sizes[i];

		reset_tables();
		CHECK_RC(db_exec_rows(db, INSERT_ITEM, args, item_rows(100, n, args), n), RC_OK);
		CHECK_INT(items_where("id >= 100"), (int64_t)n);
		CHECK_INT(items_where("id >= 100 AND short_text IS NULL"), (int64_t)(n + 2) / 3);
		CHECK_INT(items_where("id >= 100 AND LENGTH(data) = id - 100"), (int64_t)n);
	}
	CHECK_INT(items_where("id = 104 AND data = X'30003200'"), 1);
	CHECK_RC(db_exec(db, INSERT_ITEM, /* the same statement, alone again */
			 DB_ARGS(db_int(90), db_text("x"), db_bytes("y", 1)), NULL),
		RC_OK);
	CHECK_INT(items_where("id = 90 AND data = 'y'"), 1);
}

static void many_rows_or_none(void)
{
	struct db_value args[(DB_ROWS_MAX + 1) * 3];
	size_t n = item_rows(100, 10, args);

	reset_tables();
	args[7 * 3] = db_int(102); /* twice */
	CHECK_RC(db_exec_rows(db, INSERT_ITEM, args, n, 10), RC_CONFLICT);
	CHECK_INT(items_where("id >= 100"), 0);
	args[7 * 3] = db_text("of another type");
	CHECK_RC(db_exec_rows(db, INSERT_ITEM, args, n, 10), RC_INTERNAL);
	CHECK_RC(db_exec_rows(db, INSERT_ITEM, args, n - 1, 10), RC_INTERNAL);
	CHECK_RC(db_exec_rows(db, INSERT_ITEM, args, item_rows(100, DB_ROWS_MAX + 1, args),
			 DB_ROWS_MAX + 1),
		RC_INTERNAL);
	CHECK_RC(db_exec_rows(db, INSERT_ITEM, args, 0, 0), RC_OK);
	CHECK_INT(items_where("id >= 100"), 0);
}

static void nulls_are_not_empty(void)
{
	struct db_rows *rows = NULL;
	size_t len = 7;

	CHECK_RC(db_query(db, "SELECT ?, ?, ?, ?, NULL, ''",
			 DB_ARGS(db_null(), db_text(NULL), db_id(NULL), db_bytes(NULL, 0)), &rows),
		RC_OK);
	CHECK(db_next(rows));
	CHECK(db_is_null(rows, 0) && db_is_null(rows, 1) && db_is_null(rows, 2) &&
		db_is_null(rows, 4));
	CHECK(!db_is_null(rows, 3) && !db_is_null(rows, 5));
	CHECK_STR(db_get_text(rows, 1), "");
	CHECK_INT(db_get_int(rows, 0), 0);
	CHECK(db_get_bytes(rows, 4, &len) != NULL);
	CHECK_INT(len, 0);
	struct uuid id = db_get_id(rows, 2);

	CHECK(!memcmp(id.b, (unsigned char[16]){0}, 16));
	CHECK(db_is_null(rows, 99));
	CHECK_STR(db_get_text(rows, 99), "");
	db_rows_free(rows);
	db_rows_free(NULL);
}

static void numbers_keep_all_64_bits(void)
{
	static const int64_t values[] = {
		0, -1, 1, INT64_MAX, INT64_MIN, INT64_C(1) << 31, UINT32_MAX};
	struct db_rows *rows = NULL;

	reset_tables();
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		CHECK_RC(db_exec(db, "DELETE FROM item", DB_NO_ARGS, NULL), RC_OK);
		CHECK_RC(db_exec(db, "INSERT INTO item (id, big) VALUES (?, 5)",
				 DB_ARGS(db_int(values[i])), NULL),
			RC_OK);
		CHECK_RC(db_query(db,
				 "SELECT id, big, COUNT(*), SUM(big), 1 = 1 FROM item WHERE id = ?",
				 DB_ARGS(db_int(values[i])), &rows),
			RC_OK);
		CHECK(db_next(rows));
		CHECK_INT(db_get_int(rows, 0), values[i]);
		CHECK_INT(db_get_int(rows, 1), 5);
		CHECK_INT(db_get_int(rows, 2), 1);
		CHECK_INT(db_get_int(rows, 3), 5);
		CHECK_INT(db_get_int(rows, 4), 1);
		db_rows_free(rows);
	}
	CHECK_RC(
		db_exec(db, "UPDATE item SET big = 18446744073709551615", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(db_query(db, "SELECT big FROM item", DB_NO_ARGS, &rows), RC_INTERNAL);
	CHECK(rows == NULL);
	CHECK_INT(number(db, "SELECT 42"), 42);
}

static void large_blobs_come_back_unchanged(void)
{
	size_t len = 1 << 20, got = 0;
	unsigned char *data = malloc(len);
	struct db_rows *rows = NULL;

	reset_tables();
	for (size_t i = 0; i < len; i++)
		data[i] = (unsigned char)(i * 7 + (i >> 8));
	CHECK_RC(
		db_exec(db, "UPDATE item SET data = ?", DB_ARGS(db_bytes(data, len)), NULL), RC_OK);
	CHECK_RC(db_query(db, "SELECT id, data FROM item ORDER BY id", DB_NO_ARGS, &rows), RC_OK);
	CHECK_INT(db_row_count(rows), 2);
	for (int i = 1; db_next(rows); i++) {
		const void *p = db_get_bytes(rows, 1, &got);

		CHECK_INT(db_get_int(rows, 0), i);
		CHECK(got == len && !memcmp(p, data, len));
	}
	db_rows_free(rows);
	free(data);
}

static void larger_than_a_packet_is_refused(void)
{
	size_t len = 17 << 20;
	char *data = calloc(1, len);

	CHECK_RC(db_exec(db, "UPDATE item SET data = ?", DB_ARGS(db_bytes(data, len)), NULL),
		RC_LIMIT);
	CHECK_INT(number(db, "SELECT 42"), 42);
	free(data);
}

static void ids_are_sixteen_bytes(void)
{
	struct uuid id = {{1, 0, 2, 0xff, '\'', '\\', 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}}, got;
	struct db_rows *rows = NULL;

	reset_tables();
	CHECK_RC(db_exec(db, "UPDATE item SET key16 = ? WHERE id = 1", DB_ARGS(db_id(&id)), NULL),
		RC_OK);
	CHECK_RC(db_query(db, "SELECT key16, 'short' FROM item WHERE key16 = ?",
			 DB_ARGS(db_id(&id)), &rows),
		RC_OK);
	CHECK(db_next(rows));
	got = db_get_id(rows, 0);
	CHECK(!memcmp(&got, &id, sizeof id));
	got = db_get_id(rows, 1);
	CHECK(!memcmp(&got, &(struct uuid){{0}}, sizeof got));
	db_rows_free(rows);
}

static void other_types_come_as_text(void)
{
	struct db_rows *rows = NULL;

	reset_tables();
	CHECK_RC(db_exec(db,
			 "UPDATE item SET at = '2038-01-19 03:14:08.123456', price = 12.50, ratio "
			 "= 0.5"
			 " WHERE id = 1",
			 DB_NO_ARGS, NULL),
		RC_OK);
	CHECK_RC(db_query(db,
			 "SELECT at, price, ratio, DATE(at), NOW() = UTC_TIMESTAMP() FROM item "
			 "WHERE id = 1",
			 DB_NO_ARGS, &rows),
		RC_OK);
	CHECK(db_next(rows));
	CHECK_STR(db_get_text(rows, 0), "2038-01-19 03:14:08.123456");
	CHECK_STR(db_get_text(rows, 1), "12.50");
	CHECK_STR(db_get_text(rows, 2), "0.5");
	CHECK_STR(db_get_text(rows, 3), "2038-01-19");
	CHECK_INT(db_get_int(rows, 4), 1);
	CHECK_INT(db_get_int(rows, 0), 0); /* another type: reads as nothing, and is logged */
	CHECK_STR(db_get_text(rows, 4), "");
	db_rows_free(rows);
}

static void many_rows_keep_their_order(void)
{
	struct db_rows *rows = NULL;
	char want[32];
	int n = 0;

	CHECK_RC(db_query(db,
			 "SELECT seq, CONCAT('row', seq), IF(seq % 3, NULL, REPEAT('x', seq % 50))"
			 " FROM seq_1_to_5000",
			 DB_NO_ARGS, &rows),
		RC_OK);
	CHECK_INT(db_row_count(rows), 5000);
	while (db_next(rows)) {
		n++;
		snprintf(want, sizeof want, "row%d", n);
		CHECK(db_get_int(rows, 0) == n && !strcmp(db_get_text(rows, 1), want));
		CHECK(db_is_null(rows, 2) == (n % 3 != 0));
		CHECK(strlen(db_get_text(rows, 2)) == (n % 3 ? 0 : (size_t)n % 50));
	}
	CHECK_INT(n, 5000);
	db_rows_free(rows);
	CHECK_RC(db_query(db, "SELECT 1 FROM item WHERE 1 = 0", DB_NO_ARGS, &rows), RC_OK);
	CHECK_INT(db_row_count(rows), 0);
	CHECK(!db_next(rows));
	db_rows_free(rows);
}

/* Each of these once made the library wait for rows that were not on their way. */
static void results_of_any_size_may_follow_each_other(void)
{
	struct db_rows *rows = NULL;

	reset_tables();
	for (int i = 0; i < 12; i++) {
		CHECK_RC(db_query(db, "SELECT id FROM item WHERE id <= ?", DB_ARGS(db_int(i % 3)),
				 &rows),
			RC_OK);
		CHECK_INT(db_row_count(rows), i % 3);
		db_rows_free(rows);
		CHECK_RC(db_exec(db, "SELECT big FROM item WHERE id <= ?", DB_ARGS(db_int(i % 3)),
				 NULL),
			RC_OK);
		CHECK_RC(db_query(db, "UPDATE item SET big = ?", DB_ARGS(db_int(i)), &rows), RC_OK);
		CHECK_INT(db_row_count(rows), 0);
		db_rows_free(rows);
	}
	CHECK_INT(db_row_count(NULL), 0);
	CHECK(!db_next(NULL) && db_is_null(NULL, 0));
}

static void injection_is_only_data(void)
{
	static const char *const texts[] = {"' OR '1'='1", "'; DROP TABLE item; -- ",
		"\\' OR 1=1 -- ", "%bf%27 OR 1=1", "\xbf\x27", "/*!50000 OR 1=1*/", "0x41 OR 1",
		"\" OR SLEEP(9) #", "?", "\0hidden", NULL};
	struct db_rows *rows = NULL;
	int64_t began = clock_mono_ms();

	reset_tables();
	for (int i = 0; texts[i]; i++) {
		CHECK_RC(db_query(db,
				 "SELECT id FROM item WHERE short_text = CONVERT(? USING utf8mb4)",
				 DB_ARGS(db_bytes(texts[i], strlen(texts[i]))), &rows),
			RC_OK);
		CHECK_INT(db_row_count(rows), 0);
		db_rows_free(rows);
		CHECK_RC(db_exec(db, "UPDATE item SET data = ? WHERE id = 1",
				 DB_ARGS(db_text(texts[i])), NULL),
			RC_OK);
	}
	CHECK_INT(number(db, "SELECT COUNT(*) FROM item"), 2);
	CHECK(clock_mono_ms() - began < 3000);
	CHECK_RC(db_exec(db, "SELECT 1; DROP TABLE item", DB_NO_ARGS, NULL), RC_INTERNAL);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM item"), 2);
	/* A number is a number: text never equals 0 by conversion when the parameter is text. */
	CHECK_RC(db_query(db, "SELECT id FROM item WHERE short_text = ?", DB_ARGS(db_text("0")),
			 &rows),
		RC_OK);
	CHECK_INT(db_row_count(rows), 0);
	db_rows_free(rows);
}

/* --- errors --------------------------------------------------------------------------------- */

static void errors_have_their_codes(void)
{
	uint64_t n = 9;

	reset_tables();
	CHECK_RC(db_exec(db, "INSERT INTO item (id) VALUES (?)", DB_ARGS(db_int(1)), &n),
		RC_CONFLICT);
	CHECK_INT(n, 0);
	CHECK_RC(db_exec(db, "INSERT INTO child VALUES (1, ?)", DB_ARGS(db_int(77)), NULL),
		RC_INVALID);
	CHECK_RC(db_exec(db, "INSERT INTO child VALUES (1, ?)", DB_ARGS(db_int(1)), NULL), RC_OK);
	CHECK_RC(
		db_exec(db, "DELETE FROM item WHERE id = ?", DB_ARGS(db_int(1)), NULL), RC_INVALID);
	CHECK_RC(db_exec(db, "UPDATE item SET short_text = ?", DB_ARGS(db_text("nine char")), NULL),
		RC_INTERNAL);
	CHECK_RC(db_exec(db, "UPDATE item SET short_text = ?", DB_ARGS(db_text("bad \xff")), NULL),
		RC_INTERNAL);
	CHECK_RC(db_exec(db, "UPDATE item SET big = ?", DB_ARGS(db_int(-1)), NULL), RC_INTERNAL);
	CHECK_RC(db_exec(db, "UPDATE item SET at = ?", DB_ARGS(db_text("0000-00-00")), NULL),
		RC_INTERNAL);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM item WHERE short_text IS NOT NULL"), 0);
	CHECK_RC(db_exec(db, "SELECT no such thing", DB_NO_ARGS, NULL), RC_INTERNAL);
	CHECK_RC(db_exec(db, "UPDATE item SET big = ?", DB_NO_ARGS, NULL), RC_INTERNAL);
	CHECK_RC(db_exec(db, "UPDATE item SET big = 1", DB_ARGS(db_int(1)), NULL), RC_INTERNAL);
	CHECK_INT(number(db, "SELECT SUM(big) FROM item"), 0);
}

static void affected_counts_changed_rows(void)
{
	uint64_t n = 9;

	reset_tables();
	CHECK_RC(db_exec(db, "UPDATE item SET big = ?", DB_ARGS(db_int(7)), &n), RC_OK);
	CHECK_INT(n, 2);
	CHECK_RC(db_exec(db, "UPDATE item SET big = ?", DB_ARGS(db_int(7)), &n), RC_OK);
	CHECK_INT(n, 0);
	CHECK_RC(
		db_exec(db, "UPDATE item SET big = ? WHERE id = 5", DB_ARGS(db_int(7)), &n), RC_OK);
	CHECK_INT(n, 0);
	CHECK_RC(db_exec(db, "SELECT id FROM item", DB_NO_ARGS, &n),
		RC_OK); /* rows are read and dropped */
	CHECK_INT(number(db, "SELECT 42"), 42);
}

static void session_is_as_promised(void)
{
	CHECK_INT(number(db, "SELECT @@innodb_lock_wait_timeout"), 3);
	CHECK_INT(number(db, "SELECT @@autocommit"), 1);
	CHECK_INT(number(db, "SELECT @@time_zone = '+00:00'"), 1);
	CHECK_INT(number(db, "SELECT @@sql_mode LIKE '%STRICT_ALL_TABLES%'"), 1);
	CHECK_INT(number(db, "SELECT @@max_statement_time = 4"), 1);
	CHECK_INT(number(db, "SELECT @@character_set_client = 'utf8mb4'"), 1);
	CHECK_INT(number(db,
			  "SELECT COUNT(*) FROM information_schema.SYSTEM_VARIABLES WHERE"
			  " VARIABLE_NAME = 'INNODB_SNAPSHOT_ISOLATION' AND SESSION_VALUE <> 'ON'"),
		0);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM information_schema.SYSTEM_VARIABLES WHERE"
			     " VARIABLE_NAME = 'WSREP_SYNC_WAIT' AND SESSION_VALUE <> '1'"),
		0);
	CHECK_RC(db_ping(db), RC_OK);
}

static void slow_statement_is_ended_by_the_server(void)
{
	int64_t began = clock_mono_ms(), id = number(db, "SELECT CONNECTION_ID()");
	struct db_rows *rows = NULL;

	CHECK_RC(db_query(db, "SELECT COUNT(*) FROM seq_1_to_1000000000 WHERE seq % 7 = 8",
			 DB_NO_ARGS, &rows),
		RC_UNAVAILABLE);
	CHECK(clock_mono_ms() - began < 6000);
	CHECK_INT(number(db, "SELECT CONNECTION_ID()"), id);
}

static void files_are_not_sent(void)
{
	CHECK_RC(db_script(db, "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE item;\n"),
		RC_INTERNAL);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM item"), 2);
}

static void scripts_stop_at_the_first_error(void)
{
	CHECK_RC(db_script(db, "DROP TABLE IF EXISTS made;\nCREATE TABLE made (id INT);\n"
			       "INSERT INTO made\n  VALUES (1);\n\n  -- no;\nINSERT INTO made "
			       "VALUES (2);\n"
			       "SELECT * FROM made;\nINSERT INTO nowhere VALUES (3);\nINSERT INTO "
			       "made VALUES (4);"),
		RC_INTERNAL);
	CHECK_INT(number(db, "SELECT SUM(id) FROM made"), 3);
	CHECK_RC(db_script(db, ""), RC_OK);
	CHECK_RC(db_script(db, "-- only this\n\n;\n"), RC_OK);
	CHECK_RC(db_script(db, "DROP TABLE made;"), RC_OK);
}

static void statements_may_come_from_anywhere(void)
{
	char sql[64];

	/* The cache is keyed by address: one address with many texts must not give an old one. */
	for (int i = 0; i < 50; i++) {
		snprintf(sql, sizeof sql, "SELECT %d", i);
		CHECK_INT(number(db, sql), i);
	}
	char(*many)[32] = calloc(1500, sizeof *many);

	for (int i = 0; i < 3000; i++) {
		snprintf(many[i % 1500], sizeof *many, "SELECT %d", i % 1500);
		CHECK_INT(number(db, many[i % 1500]), i % 1500);
	}
	CHECK(number(db, "SELECT VARIABLE_VALUE + 0 FROM information_schema.GLOBAL_STATUS"
			 " WHERE VARIABLE_NAME = 'PREPARED_STMT_COUNT'") < 1100);
	free(many);
}

static void changed_tables_are_noticed(void)
{
	static const char sql[] = "SELECT * FROM wide";
	struct db_rows *rows = NULL;

	CHECK_RC(db_script(other,
			 "CREATE OR REPLACE TABLE wide (a INT);\nINSERT INTO wide VALUES (1);"),
		RC_OK);
	CHECK_RC(db_query(db, sql, DB_NO_ARGS, &rows), RC_OK);
	db_rows_free(rows);
	CHECK_RC(
		db_script(other, "ALTER TABLE wide ADD b VARCHAR(20) DEFAULT 'new' FIRST;"), RC_OK);
	CHECK_RC(db_query(db, sql, DB_NO_ARGS, &rows), RC_OK);
	CHECK(db_next(rows));
	CHECK_STR(db_get_text(rows, 0), "new");
	CHECK_INT(db_get_int(rows, 1), 1);
	db_rows_free(rows);
	CHECK_RC(db_script(other, "DROP TABLE wide;"), RC_OK);
}

/* --- transactions --------------------------------------------------------------------------- */

static void transaction_is_whole_or_nothing(void)
{
	struct work fine = {0}, wrong = {.fail_runs = 99, .rc = RC_DENIED};

	reset_tables();
	CHECK_RC(db_transact(db, add_both, &fine), RC_OK);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 2);
	CHECK_RC(db_transact(db, add_both, &wrong), RC_DENIED);
	CHECK_INT(wrong.runs, 1);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 2);
	CHECK_INT(number(db, "SELECT @@in_transaction"), 0);
}

static void lost_races_are_run_again(void)
{
	struct work thrice = {.fail_runs = 3, .rc = RC_RETRY},
		    always = {.fail_runs = 99, .rc = RC_RETRY};

	reset_tables();
	CHECK_RC(db_transact(db, add_both, &thrice), RC_OK);
	CHECK_INT(thrice.runs, 4);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 2);
	CHECK_RC(db_transact(db, add_both, &always), RC_UNAVAILABLE);
	CHECK_INT(always.runs, 6);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 2);
}

static enum rc nest(struct db *d, void *arg)
{
	struct work inner = {0};

	(void)arg;
	CHECK_RC(db_script(d, "SELECT 1;"), RC_INTERNAL);
	return db_transact(d, add_both, &inner);
}

static void nested_transactions_are_refused(void)
{
	reset_tables();
	CHECK_RC(db_transact(db, nest, NULL), RC_INTERNAL);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 0);
	CHECK_INT(number(db, "SELECT @@in_transaction"), 0);
}

/* Reads, is overtaken, writes: 1020 under snapshot isolation. Then goes on as if nothing had happened. */
static enum rc overtaken(struct db *d, void *arg)
{
	struct work *w = arg;

	w->runs++;
	CHECK(number(d, "SELECT big FROM item WHERE id = 1") >= 0);
	if (w->runs > 1)
		return add_both(d, &(struct work){0});
	CHECK_RC(db_exec(other, "UPDATE item SET big = big + 10 WHERE id = 1", DB_NO_ARGS, NULL),
		RC_OK);
	CHECK_RC(db_exec(d, "UPDATE item SET big = big + 1 WHERE id = 1", DB_NO_ARGS, NULL),
		RC_RETRY);
	/* Run by the server, this would be committed by itself. */
	CHECK_RC(db_exec(d, "UPDATE item SET big = 1000 WHERE id = 2", DB_NO_ARGS, NULL), RC_RETRY);
	return RC_OK;
}

static void overlooked_loss_is_still_a_loss(void)
{
	struct work w = {0};

	reset_tables();
	CHECK_RC(db_transact(db, overtaken, &w), RC_OK);
	CHECK_INT(w.runs, 2);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 12);
}

struct meeting {
	int mine, theirs; /* pipe ends */
	int first, second;
	int runs;
};

static void meet(struct meeting *m)
{
	char c = 'x';

	if (m->runs == 1)
		CHECK(write(m->mine, &c, 1) == 1 && read(m->theirs, &c, 1) == 1);
}

static enum rc crosswise(struct db *d, void *arg)
{
	struct meeting *m = arg;
	enum rc rc;

	m->runs++;
	rc = db_exec(
		d, "UPDATE item SET big = big + 1 WHERE id = ?", DB_ARGS(db_int(m->first)), NULL);
	meet(m);
	if (!rc)
		rc = db_exec(d, "UPDATE item SET big = big + 1 WHERE id = ?",
			DB_ARGS(db_int(m->second)), NULL);
	return rc;
}

static void deadlock_is_run_again(void)
{
	int there[2], back[2], status = 0;
	struct meeting m = {.first = 1, .second = 2};
	pid_t pid;

	reset_tables();
	CHECK(!pipe(there) && !pipe(back));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct db *own = open_db(server);
		struct meeting n = {.mine = back[1], .theirs = there[0], .first = 2, .second = 1};

		_exit(db_transact(own, crosswise, &n) ? 100 : n.runs);
	}
	m.mine = there[1];
	m.theirs = back[0];
	CHECK_RC(db_transact(db, crosswise, &m), RC_OK);
	waitpid(pid, &status, 0);
	CHECK_INT(m.runs + WEXITSTATUS(status), 3);
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 4);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
}

/* Has written so much that the server rolls back the other one. */
static enum rc heavier(struct db *d, void *arg)
{
	struct meeting *m = arg;
	char c = 'x';
	enum rc rc;

	m->runs++;
	rc = db_exec(d, "INSERT INTO item (id, big) SELECT seq, 0 FROM seq_100_to_900", DB_NO_ARGS,
		NULL);
	if (!rc)
		rc = db_exec(d, "UPDATE item SET big = big + 1 WHERE id = 2", DB_NO_ARGS, NULL);
	CHECK(write(m->mine, &c, 1) == 1);
	nap(300); /* the other one now waits for 2 and holds 1 */
	return rc ? rc : db_exec(d, "UPDATE item SET big = big + 1 WHERE id = 1", DB_NO_ARGS, NULL);
}

static void single_statement_that_lost_a_race_is_run_again(void)
{
	int there[2], status = 0;
	uint64_t n = 0;
	char c;
	pid_t pid;

	reset_tables();
	CHECK(!pipe(there));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct db *own = open_db(server);
		struct meeting m = {.mine = there[1]};

		_exit(db_transact(own, heavier, &m) ? 100 : m.runs);
	}
	CHECK(read(there[0], &c, 1) == 1);
	CHECK_RC(db_exec(db, "UPDATE item SET big = big + 1 WHERE id IN (1, 2)", DB_NO_ARGS, &n),
		RC_OK);
	CHECK_INT(n, 2);
	waitpid(pid, &status, 0);
	CHECK_INT(WEXITSTATUS(status), 1); /* so it was we who lost */
	CHECK_INT(number(other, "SELECT SUM(big) FROM item"), 4);
	close(there[0]);
	close(there[1]);
}

static enum rc hold_lock(struct db *d, void *arg)
{
	int64_t began = clock_mono_ms();
	enum rc rc = db_exec(d, "UPDATE item SET big = 5 WHERE id = 1", DB_NO_ARGS, NULL);

	(void)arg;
	CHECK_RC(db_exec(other, "UPDATE item SET big = 6 WHERE id = 1", DB_NO_ARGS, NULL),
		RC_UNAVAILABLE);
	CHECK(clock_mono_ms() - began < 4500);
	return rc;
}

static void waiting_for_a_lock_ends(void)
{
	reset_tables();
	CHECK_RC(db_transact(db, hold_lock, NULL), RC_OK);
	CHECK_INT(number(other, "SELECT big FROM item WHERE id = 1"), 5);
}

static void password_file_is_used(void)
{
	struct db_config config = {.socket = server, .name = "grantry_test", .user = "carol"};
	char file[96];
	struct db *d = NULL;
	FILE *f;

	CHECK_RC(db_script(other,
			 "CREATE OR REPLACE USER carol@localhost IDENTIFIED BY 'pa ss\\'word';\n"
			 "GRANT SELECT ON grantry_test.* TO carol@localhost;"),
		RC_OK);
	snprintf(file, sizeof file, "%s/carol", dir);
	config.password_file = file;
	CHECK_RC(db_new(&config, &d), RC_OK);
	CHECK_RC(db_ping(d), RC_UNAVAILABLE); /* no file yet */
	f = fopen(file, "w");
	fputs("pa ss'word\n", f);
	fclose(f);
	chmod(file, 0400);
	nap(300);
	CHECK_RC(db_ping(d), RC_OK);
	CHECK_INT(number(d, "SELECT CURRENT_USER() = 'carol@localhost'"), 1);
	CHECK_RC(db_exec(d, "DELETE FROM item", DB_NO_ARGS, NULL), RC_INTERNAL);
	db_free(d);
	unlink(file);
	CHECK_RC(db_script(other, "DROP USER carol@localhost;"), RC_OK);
}

static void open_password_plugins_are_refused(void)
{
	struct db_config config = {.host = "127.0.0.1", .port = 1, .name = "x", .user = "x"};
	struct db *d = NULL;

	CHECK_RC(db_new(&config, &d), RC_OK);
	CHECK_RC(db_ping(d), RC_UNAVAILABLE); /* TCP without a CA file is not even tried */
	db_free(d);
}

int main(void)
{
	int status = db_test_begin("test_db");

	if (status)
		return status;
	RUN(texts_and_bytes_come_back_unchanged);
	RUN(many_rows_in_one_statement);
	RUN(many_rows_or_none);
	RUN(nulls_are_not_empty);
	RUN(numbers_keep_all_64_bits);
	RUN(large_blobs_come_back_unchanged);
	RUN(larger_than_a_packet_is_refused);
	RUN(ids_are_sixteen_bytes);
	RUN(other_types_come_as_text);
	RUN(many_rows_keep_their_order);
	RUN(results_of_any_size_may_follow_each_other);
	RUN(injection_is_only_data);
	RUN(errors_have_their_codes);
	RUN(affected_counts_changed_rows);
	RUN(session_is_as_promised);
	RUN(slow_statement_is_ended_by_the_server);
	RUN(files_are_not_sent);
	RUN(scripts_stop_at_the_first_error);
	RUN(statements_may_come_from_anywhere);
	RUN(changed_tables_are_noticed);
	RUN(transaction_is_whole_or_nothing);
	RUN(lost_races_are_run_again);
	RUN(nested_transactions_are_refused);
	RUN(overlooked_loss_is_still_a_loss);
	RUN(deadlock_is_run_again);
	RUN(single_statement_that_lost_a_race_is_run_again);
	RUN(waiting_for_a_lock_ends);
	RUN(password_file_is_used);
	RUN(open_password_plugins_are_refused);
	db_test_end();
	return CHECK_DONE;
}
