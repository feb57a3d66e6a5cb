/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the database wall share: db.c (connection, session), db_error.c (translation),
 * db_stmt.c (prepared statements), db_bulk.c (parameters of many rows), db_result.c (copying rows out), db_tx.c (transactions, scripts),
 * db_rows.c (reading rows). For no one else.
 */
#ifndef GRANTRY_PLATFORM_DB_INT_H
#define GRANTRY_PLATFORM_DB_INT_H

#include <mysql.h>

#include "platform/db.h"

struct db_stmt {
	const char *sql;    /* key: the literal's address; NULL: free slot */
	uint64_t text_hash; /* guards against another text at an old address */
	MYSQL_STMT *handle; /* NULL: to be prepared (again) */
};

struct db_stmts { /* open addressing, capacity a power of two */
	struct db_stmt *slots;
	size_t cap, n;
};

/* How far a statement came. */
enum db_step { DB_STEP_PREPARE, DB_STEP_EXECUTE, DB_STEP_RESULT };

struct db_call {
	const char *sql;
	const struct db_value *args; /* n_args of them, those of n_rows rows */
	size_t n_args, n_rows;
	bool wants_rows;
	enum db_step step;
	unsigned err; /* of the server or the library; 0: none, or our own refusal */
	struct db_rows *rows;
	uint64_t affected;
};

struct db {
	struct db_config config; /* strings are our copies */
	MYSQL *mysql;            /* NULL: not connected */
	struct db_stmts stmts;
	size_t packet_max;    /* max_allowed_packet of the server */
	int64_t retry_at_ms;  /* no new attempt to connect before (monotonic) */
	int64_t log_again_ms; /* no new line about a refused connection before (monotonic) */
	bool down;            /* the last attempt to connect failed */
	bool patient;         /* for scripts: no limits on the time of a statement */
	bool in_transaction;
	char message[256]; /* the server's words on the last error; may hold values */
	enum rc tx_rc;     /* what ended the open transaction early, else RC_OK */
};

/** db_ready(db): a live connection, or, in a transaction, the one it began on. Errors:
 * RC_UNAVAILABLE; in a transaction that is already lost, what it was lost to. */
enum rc db_ready(struct db *db) RC_MUST_CHECK;

/** db_disconnect(db): closes and forgets all statements; the server rolls back what is open. */
void db_disconnect(struct db *db);

/** db_is_lost(err): the connection is of no use after this error. */
bool db_is_lost(unsigned err);

/** db_failed(db, err, sql): logs, translates, drops a lost connection and marks the transaction. */
enum rc db_failed(struct db *db, unsigned err, const char *sql);

/** db_bind_rows(db, call, stmt, out): db_bulk.c; binds the parameters of several rows. *out holds them until the
 * statement was executed and is freed with free(). */
enum rc db_bind_rows(
	struct db *db, struct db_call *call, MYSQL_STMT *stmt, void **out) RC_MUST_CHECK;

/** db_message(db, err): db->message when it cannot hold a row's values, else NULL. */
const char *db_message(const struct db *db, unsigned err);

/** db_command(db, sql): one statement without parameters or result; 0 or its error number. */
unsigned db_command(struct db *db, const char *sql);

/** db_stmt_failed(db, call, stmt): notes the error number in call; it is translated later, once it is
 *  clear that the statement is not run again. */
enum rc db_stmt_failed(struct db *db, struct db_call *call, MYSQL_STMT *stmt);

/** db_take_result(db, call, stmt): reads the result to its end, into call->rows if wanted. */
enum rc db_take_result(struct db *db, struct db_call *call, MYSQL_STMT *stmt) RC_MUST_CHECK;

/** db_pause_before(run): before the run-th try after a lost race: 4, 8, 16 … ms and as much again at random, so
 * that two losers do not meet once more. */
#define DB_RUNS_AGAIN 5
void db_pause_before(int run);

/** db_note_error(db): the connection's error number, never 0; keeps the words for db_message. */
unsigned db_note_error(struct db *db);

/** db_stmts_drop(stmts): closes all; after mysql_close this touches memory only. */
void db_stmts_drop(struct db_stmts *stmts);

#endif
