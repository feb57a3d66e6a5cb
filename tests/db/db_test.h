/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of the database wall share: two connections, two tables, one transaction.
 */
#ifndef GRANTRY_TESTS_DB_TEST_H
#define GRANTRY_TESTS_DB_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/db.h"
#include "platform/log.h"
#include "unit/check.h"

#define CHECK_RC(got, want)                                                                        \
	do {                                                                                       \
		enum rc check_rc = (got);                                                          \
		if (check_rc != (want)) {                                                          \
			printf("# %s:%d: %s is %s, not %s\n", __FILE__, __LINE__, #got,            \
				rc_name(check_rc), rc_name(want));                                 \
			check_failed_here = 1;                                                     \
		}                                                                                  \
	} while (0)

static struct db *db, *other;
static const char *server;
static char dir[64];

static inline void nap(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static inline struct db *open_db(const char *socket)
{
	struct db_config config = {.socket = socket, .name = "grantry_test", .user = "root"};
	struct db *made = NULL;

	CHECK_RC(db_new(&config, &made), RC_OK);
	return made;
}

/* The one number of a SELECT; -1 when it fails. */
static inline int64_t number(struct db *d, const char *sql)
{
	struct db_rows *rows = NULL;
	int64_t n = -1;

	if (!db_query(d, sql, DB_NO_ARGS, &rows) && db_next(rows))
		n = db_get_int(rows, 0);
	db_rows_free(rows);
	return n;
}

static inline void reset_tables(void)
{
	CHECK_RC(
		db_script(other,
			"DROP TABLE IF EXISTS child;\n"
			"DROP TABLE IF EXISTS item;\n"
			"-- a comment that ends in ;\n"
			"CREATE TABLE item (\n"
			"  id BIGINT PRIMARY KEY,\n"
			"  short_text VARCHAR(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,\n"
			"  data LONGBLOB, key16 BINARY(16) UNIQUE,\n"
			"  big BIGINT UNSIGNED, at DATETIME(6), price DECIMAL(9,2), ratio DOUBLE\n"
			") ENGINE=InnoDB;\n"
			"CREATE TABLE child (id INT PRIMARY KEY, item BIGINT NOT NULL,\n"
			"  FOREIGN KEY (item) REFERENCES item (id)) ENGINE=InnoDB;\n"
			"INSERT INTO item (id, big) VALUES (1, 0), (2, 0)"),
		RC_OK);
}

/* Quicker than reset_tables: no DDL. */
static inline void reset_numbers(void)
{
	CHECK_RC(db_exec(other, "UPDATE item SET big = 0", DB_NO_ARGS, NULL), RC_OK);
}

struct work {
	int runs;
	int fail_runs; /* so many first runs return rc */
	enum rc rc;
};

static inline enum rc add_both(struct db *d, void *arg)
{
	struct work *w = arg;
	enum rc rc;

	w->runs++;
	rc = db_exec(d, "UPDATE item SET big = big + 1 WHERE id = 1", DB_NO_ARGS, NULL);
	if (!rc)
		rc = db_exec(d, "UPDATE item SET big = big + 1 WHERE id = 2", DB_NO_ARGS, NULL);
	if (!rc && w->runs <= w->fail_runs)
		rc = w->rc;
	return rc;
}

/* 0, or the exit status of a test that cannot run. */
static inline int db_test_begin(const char *name)
{
	server = getenv("GRANTRY_TEST_DB_SOCKET");
	if (!server) {
		puts("# GRANTRY_TEST_DB_SOCKET is not set");
		return 77;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!getenv("TEST_VERBOSE") && !freopen("/dev/null", "w", stderr))
		return 99;
	log_open(name, LOG_DEBUG);
	snprintf(dir, sizeof dir, "/tmp/grantry-db.XXXXXX");
	if (!mkdtemp(dir))
		return 99;
	db = open_db(server);
	other = open_db(server);
	return 0;
}

static inline void db_test_end(void)
{
	CHECK_RC(db_script(other, "DROP TABLE IF EXISTS child, item;"), RC_OK);
	db_free(db);
	db_free(other);
	rmdir(dir);
}

#endif
