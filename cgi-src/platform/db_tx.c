/* SPDX-License-Identifier: Apache-2.0
 *
 * Transactions, and scripts of statements for migrations.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "platform/db_int.h"
#include "platform/log.h"

static enum rc begin(struct db *db)
{
	static const char sql[] = "START TRANSACTION";

	for (int attempt = 0;; attempt++) {
		enum rc rc = db_ready(db);
		unsigned err;

		if (rc)
			return rc;
		err = db_command(db, sql);
		if (!err) {
			db->in_transaction = true;
			db->tx_rc = RC_OK;
			return RC_OK;
		}
		if (!db_is_lost(err) || attempt)
			return db_failed(db, err, sql);
		db_disconnect(db); /* nothing was begun: beginning again is always right */
	}
}

/* Ends the open transaction; rc is what the work came to. */
static enum rc finish(struct db *db, enum rc rc)
{
	unsigned err;

	if (!rc)
		rc = db->tx_rc; /* the work overlooked that it had been lost */
	if (!rc) {
		err = db_command(db, "COMMIT");
		if (err)
			rc = db_failed(db, err, "COMMIT");
	}
	if (rc && db->mysql) {
		err = db_command(db, "ROLLBACK");
		if (err && !db_is_lost(err))
			db_failed(db, err, "ROLLBACK");
		if (err)
			db_disconnect(db); /* the server rolls back what its client left */
	}
	db->in_transaction = false;
	db->tx_rc = RC_OK;
	return rc;
}

void db_pause_before(int run)
{
	unsigned base_ms = 2U << run;
	unsigned char dice = 0;
	long ms;

	if (getrandom(&dice, 1, 0) != 1)
		dice = 128;
	ms = (long)(base_ms + base_ms * dice / 256);
	nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

enum rc db_transact(struct db *db, enum rc (*work)(struct db *db, void *arg), void *arg)
{
	if (db->in_transaction) {
		log_error("db_transact", "reason", "nested");
		return RC_INTERNAL;
	}
	for (int run = 0; run <= DB_RUNS_AGAIN; run++) {
		enum rc rc;

		if (run)
			db_pause_before(run);
		rc = begin(db);
		if (!rc)
			rc = finish(db, work(db, arg));
		if (rc != RC_RETRY)
			return rc;
	}
	log_error("db_transact", "reason", "lost every race");
	return RC_UNAVAILABLE;
}

/* --- scripts -------------------------------------------------------------------------------- */

static enum rc run_statement(struct db *db, const char *sql)
{
	unsigned err = db_command(db, sql);
	MYSQL_RES *result;

	if (err)
		return db_failed(db, err, sql);
	result = mysql_store_result(db->mysql);
	if (!result && mysql_errno(db->mysql))
		return db_failed(db, db_note_error(db), sql);
	mysql_free_result(result);
	return RC_OK;
}

static bool is_comment(const char *line, size_t len)
{
	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	return len >= 2 && line[0] == '-' && line[1] == '-';
}

static size_t trimmed(const char *p, size_t len)
{
	while (len && strchr(" \t\r\n", p[len - 1]))
		len--;
	return len;
}

/* Gathers lines in a room as large as the text. Lines that begin with "--" are left out, because one
 * ending in ";" would cut a statement in two. */
static enum rc run_script(struct db *db, const char *text, char *room)
{
	size_t used = 0;
	enum rc rc = RC_OK;

	while (!rc && *text) {
		size_t len = strcspn(text, "\n") + (strchr(text, '\n') ? 1 : 0);

		if (!is_comment(text, len)) {
			memcpy(room + used, text, len);
			used += len;
		}
		text += len;
		len = trimmed(room, used);
		if (len == 0 || (room[len - 1] != ';' && *text))
			continue;
		room[room[len - 1] == ';' ? len - 1 : len] = 0;
		if (trimmed(room, strlen(room)))
			rc = run_statement(db, room);
		used = 0;
	}
	return rc;
}

enum rc db_script(struct db *db, const char *text)
{
	struct db *own = NULL;
	char *room = malloc(strlen(text) + 1);
	enum rc rc = room ? RC_OK : RC_NOMEM;

	if (!rc && db->in_transaction)
		rc = RC_INTERNAL; /* most of DDL commits by itself */
	/* A connection of its own: rebuilding a large table may take longer than a page may wait, and
	 * what a script sets for its session ends with it. */
	if (!rc)
		rc = db_new(&db->config, &own);
	if (!rc) {
		own->patient = true;
		rc = db_ready(own);
	}
	if (!rc)
		rc = run_script(own, text, room);
	db_free(own);
	free(room);
	return rc;
}
