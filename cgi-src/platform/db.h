/* SPDX-License-Identifier: Apache-2.0
 *
 * One MariaDB connection of one process, opened when first needed and again after it was lost.
 * Prepared statements only; a statement is a string literal, prepared once per connection. Session
 * settings (strict mode, UTC, snapshot isolation, timeouts: security §4.5) are applied and checked at
 * each connect; auto-reconnect, LOAD DATA LOCAL and multi-statements are off. Home of mysql.h.
 */
#ifndef GRANTRY_PLATFORM_DB_H
#define GRANTRY_PLATFORM_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"
#include "platform/secret.h"
#include "platform/uuid.h"

struct db;
struct db_rows;

struct db_config {
	const char *socket; /* unix socket, or NULL for TCP with TLS */
	const char *host;
	unsigned port;
	const char *ca_file; /* required for TCP */
	const char *name, *user;
	const char *password_file; /* 0400; NULL: no password (unix_socket authentication) */
	bool create;               /* make the database when it is not there; for migrations */
};

enum db_type { DB_NULL, DB_INT, DB_TEXT, DB_BYTES };

struct db_value {
	enum db_type type;
	int64_t i;
	const void *p;
	size_t len;
};

struct db_value db_null(void);
struct db_value db_int(int64_t i);
struct db_value db_text(const char *text); /* NULL becomes SQL NULL */
struct db_value db_bytes(const void *p, size_t len);
struct db_value db_id(const struct uuid *id); /* NULL becomes SQL NULL */

/* DB_ARGS(db_id(&a), db_int(3)): parameter array and its length for the calls below. */
#define DB_ARGS(...)                                                                               \
	(const struct db_value[]){__VA_ARGS__},                                                    \
		sizeof((struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_ARGS NULL, 0

/** db_new(config, out): does not connect. The strings of config are copied. */
enum rc db_new(const struct db_config *config, struct db **out) RC_MUST_CHECK;
void db_free(struct db *db);

/** db_ping(db): connects when needed and asks once. Errors: RC_UNAVAILABLE. */
enum rc db_ping(struct db *db) RC_MUST_CHECK;

/** db_exec(db, sql, args, n, affected): affected may be NULL; it counts changed rows.
 * Errors: RC_CONFLICT duplicate key (1062), RC_RETRY (1213, 1205, 1020) in a transaction; outside of one
 * such a statement is run again, then gives RC_UNAVAILABLE; RC_INVALID a row is
 * referenced or a reference is missing (1451, 1452), RC_UNAVAILABLE no connection (the outcome is
 * unknown if it was lost on the way), RC_LIMIT larger than max_allowed_packet, RC_INTERNAL.
 * In a transaction nothing runs any more after RC_RETRY or a lost connection: every further call
 * gives the same code, because the server would commit it by itself. */
enum rc db_exec(struct db *db, const char *sql, const struct db_value *args, size_t n,
	uint64_t *affected) RC_MUST_CHECK;

/** db_exec_rows(db, sql, args, n, n_rows): an INSERT with the parameters of n_rows rows (DB_ROWS_MAX at most), one
 * behind the other in args, n in all: one statement, all of it or nothing. A column has one type in all rows, NULL
 * aside. Errors as db_exec. */
#define DB_ROWS_MAX 64
enum rc db_exec_rows(struct db *db, const char *sql, const struct db_value *args, size_t n,
	size_t n_rows) RC_MUST_CHECK;

/** db_query(db, sql, args, n, out): the whole result is read; free with db_rows_free.
 * Outside a transaction a lost connection is opened again once. Errors as db_exec; RC_INTERNAL also
 * for a number beyond int64_t. Columns: integers (and sums of them) are DB_INT, NULL is DB_NULL, all
 * else is text or bytes; at most 64. */
enum rc db_query(struct db *db, const char *sql, const struct db_value *args, size_t n,
	struct db_rows **out) RC_MUST_CHECK;
/** db_next(rows): moves to the next (first) row; false at the end. All of these take NULL as no rows. */
bool db_next(struct db_rows *rows);
size_t db_row_count(const struct db_rows *rows);
bool db_is_null(const struct db_rows *rows, unsigned col);
int64_t db_get_int(const struct db_rows *rows, unsigned col);      /* 0 for NULL */
const char *db_get_text(const struct db_rows *rows, unsigned col); /* "" for NULL; borrowed */
const void *db_get_bytes(const struct db_rows *rows, unsigned col, size_t *len); /* borrowed */
/** db_get_id(rows, col): the zero id for NULL or any length but 16. */
struct uuid db_get_id(const struct db_rows *rows, unsigned col);
void db_rows_free(struct db_rows *rows); /* NULL-safe; wipes */

/** db_transact(db, work, arg): BEGIN, work(db, arg), COMMIT; ROLLBACK when work does not return
 * RC_OK, and its code is returned. RC_RETRY, also from COMMIT, runs the whole again, at most five
 * times with jitter, then gives RC_UNAVAILABLE. work must not touch anything it cannot do twice, and
 * no call to a provider happens inside. */
enum rc db_transact(
	struct db *db, enum rc (*work)(struct db *db, void *arg), void *arg) RC_MUST_CHECK;

/** db_script(db, text): runs a file of statements separated by ";" at line ends; for migrations only.
 * On a connection of its own without limits on time; lines that begin with "--" are left out. Stops
 * at the first error. */
enum rc db_script(struct db *db, const char *text) RC_MUST_CHECK;

#endif
