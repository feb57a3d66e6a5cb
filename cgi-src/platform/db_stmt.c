/* SPDX-License-Identifier: Apache-2.0
 *
 * Prepared statements: the cache, binding, execution, and when to run one again.
 */
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "platform/clock.h"
#include "platform/db_int.h"
#include "platform/log.h"

#define ARGS_MAX 80
#define STMTS_FIRST 64
#define STMTS_MAX 512 /* then the cache starts afresh: the server's own limit is 16382 for all */
#define PACKET_HEAD 4096
#define REPEAT_WITHIN_MS 1000

/* --- cache ---------------------------------------------------------------------------------- */

static uint64_t hash_text(const char *sql)
{
	uint64_t h = 14695981039346656037U; /* FNV-1a */

	for (; *sql; sql++)
		h = (h ^ (unsigned char)*sql) * 1099511628211U;
	return h;
}

void db_stmts_drop(struct db_stmts *stmts)
{
	for (size_t i = 0; i < stmts->cap; i++) {
		/* Says 1 after a lost connection and must be called all the same. */
		if (stmts->slots[i].handle)
			(void)mysql_stmt_close(stmts->slots[i].handle);
	}
	if (stmts->cap)
		memset(stmts->slots, 0, stmts->cap * sizeof *stmts->slots);
	stmts->n = 0;
}

static struct db_stmt *find(struct db_stmt *slots, size_t cap, const char *sql)
{
	size_t i = (size_t)(((uint64_t)(uintptr_t)sql * 0x9E3779B97F4A7C15U) >> 32) & (cap - 1);

	while (slots[i].sql && slots[i].sql != sql)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static enum rc grow(struct db_stmts *stmts)
{
	size_t cap = stmts->cap ? stmts->cap * 2 : STMTS_FIRST;
	struct db_stmt *slots = calloc(cap, sizeof *slots);

	if (!slots)
		return RC_NOMEM;
	for (size_t i = 0; i < stmts->cap; i++) {
		if (stmts->slots[i].sql)
			*find(slots, cap, stmts->slots[i].sql) = stmts->slots[i];
	}
	free(stmts->slots);
	stmts->slots = slots;
	stmts->cap = cap;
	return RC_OK;
}

/* The slot of this text, new or known; its handle may still have to be prepared. */
static enum rc slot_of(struct db_stmts *stmts, const char *sql, struct db_stmt **out)
{
	uint64_t hash = hash_text(sql);
	struct db_stmt *slot;

	if (stmts->n >= STMTS_MAX)
		db_stmts_drop(stmts);
	if (stmts->n * 2 >= stmts->cap && grow(stmts))
		return RC_NOMEM;
	slot = find(stmts->slots, stmts->cap, sql);
	if (!slot->sql)
		stmts->n++;
	if (slot->handle && slot->text_hash != hash) {
		/* Not a literal after all. Slower, but never the wrong statement. */
		(void)mysql_stmt_close(slot->handle);
		slot->handle = NULL;
	}
	slot->sql = sql;
	slot->text_hash = hash;
	*out = slot;
	return RC_OK;
}

static void forget(struct db_stmts *stmts, const char *sql)
{
	struct db_stmt *slot = find(stmts->slots, stmts->cap, sql);

	if (slot->handle)
		(void)mysql_stmt_close(slot->handle);
	slot->handle = NULL;
}

enum rc db_stmt_failed(struct db *db, struct db_call *call, MYSQL_STMT *stmt)
{
	snprintf(db->message, sizeof db->message, "%s", mysql_stmt_error(stmt));
	call->err = mysql_stmt_errno(stmt);
	if (!call->err)
		call->err = mysql_errno(db->mysql);
	if (!call->err)
		call->err = CR_UNKNOWN_ERROR;
	return RC_INTERNAL; /* the caller translates call->err */
}

static enum rc prepare(struct db *db, struct db_call *call, MYSQL_STMT **out)
{
	struct db_stmt *slot;
	MYSQL_STMT *stmt;
	enum rc rc = slot_of(&db->stmts, call->sql, &slot);

	if (rc || slot->handle) {
		*out = rc ? NULL : slot->handle;
		return rc;
	}
	stmt = mysql_stmt_init(db->mysql);
	if (!stmt)
		return RC_NOMEM;
	if (mysql_stmt_prepare(stmt, call->sql, strlen(call->sql))) {
		rc = db_stmt_failed(db, call, stmt);
		(void)mysql_stmt_close(stmt);
		return rc;
	}
	slot->handle = stmt;
	*out = stmt;
	return RC_OK;
}

/* --- parameters ----------------------------------------------------------------------------- */

static void bind_arg(MYSQL_BIND *bind, const struct db_value *v, unsigned long *len)
{
	static const enum enum_field_types types[] = {
		[DB_NULL] = MYSQL_TYPE_NULL,
		[DB_INT] = MYSQL_TYPE_LONGLONG,
		[DB_TEXT] = MYSQL_TYPE_STRING,
		[DB_BYTES] = MYSQL_TYPE_BLOB,
	};

	*len = v->len;
	bind->buffer_type = types[v->type];
	bind->buffer = (void *)(uintptr_t)(v->type == DB_INT ? (const void *)&v->i : v->p);
	bind->buffer_length = v->len;
	bind->length = len; /* left NULL, the value would be stored empty, without an error */
}

static enum rc bind_args(struct db *db, struct db_call *call, MYSQL_STMT *stmt, MYSQL_BIND *binds,
	unsigned long *lens)
{
	unsigned rows = 0;

	memset(binds, 0, call->n_args * sizeof *binds);
	for (size_t i = 0; i < call->n_args; i++)
		bind_arg(&binds[i], &call->args[i], &lens[i]);
	if (mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &rows) ||
		mysql_stmt_bind_param(stmt, binds))
		return db_stmt_failed(db, call, stmt);
	return RC_OK;
}

static enum rc execute(struct db *db, struct db_call *call, MYSQL_STMT *stmt)
{
	MYSQL_BIND binds[ARGS_MAX];
	unsigned long lens[ARGS_MAX];
	void *rows = NULL;
	enum rc rc = RC_OK;

	if (call->n_rows > 1)
		rc = db_bind_rows(db, call, stmt, &rows);
	else if (call->n_args)
		rc = bind_args(db, call, stmt, binds, lens);
	if (rc == RC_OK) {
		call->step = DB_STEP_EXECUTE;
		if (mysql_stmt_execute(stmt))
			rc = db_stmt_failed(db, call, stmt);
		else
			call->affected = mysql_stmt_affected_rows(stmt);
	}
	free(rows);
	return rc;
}

static enum rc check_args(const struct db *db, const struct db_call *call, MYSQL_STMT *stmt)
{
	size_t total = PACKET_HEAD;

	if (call->n_args > ARGS_MAX * call->n_rows || call->n_rows > DB_ROWS_MAX ||
		mysql_stmt_param_count(stmt) * call->n_rows != call->n_args) {
		log_error(
			"db_args", "reason", "wrong number of parameters", "statement", call->sql);
		return RC_INTERNAL;
	}
	for (size_t i = 0; i < call->n_args; i++)
		total += call->args[i].len;
	/* Sent anyway, the server would hang up in the middle of it. */
	if (total <= db->packet_max)
		return RC_OK;
	log_error("db_args", "reason", "larger than max_allowed_packet", "statement", call->sql);
	return RC_LIMIT;
}

/* --- calls ---------------------------------------------------------------------------------- */

static enum rc call_once(struct db *db, struct db_call *call)
{
	MYSQL_STMT *stmt = NULL;
	enum rc rc;

	call->step = DB_STEP_PREPARE;
	call->err = 0;
	rc = prepare(db, call, &stmt);
	if (!rc)
		rc = check_args(db, call, stmt);
	if (!rc)
		rc = execute(db, call, stmt);
	if (!rc)
		rc = db_take_result(db, call, stmt);
	return rc;
}

/* Is it certain, or for a SELECT without harm, that a lost statement may be run again? 2006 says that
 * it could not be sent; after 2013 it may well have been done. A server that hung is not asked twice. */
static bool may_repeat(const struct db *db, const struct db_call *call, int64_t began_ms)
{
	if (db->in_transaction || !db_is_lost(call->err))
		return false;
	if (clock_mono_ms() - began_ms > REPEAT_WITHIN_MS)
		return false;
	if (call->step == DB_STEP_PREPARE || call->err == CR_SERVER_GONE_ERROR)
		return true;
	return call->wants_rows &&
	       (strncasecmp(call->sql, "SELECT", 6) == 0 || strncasecmp(call->sql, "WITH", 4) == 0);
}

static enum rc run(struct db *db, struct db_call *call)
{
	bool prepared_again = false, connected_again = false;

	for (;;) {
		enum rc rc = db_ready(db);
		int64_t began_ms = clock_mono_ms();

		if (!rc)
			rc = call_once(db, call);
		if (!rc || !call->err)
			return rc;
		if (!prepared_again &&
			(call->err == ER_UNKNOWN_STMT_HANDLER || call->err == ER_NEED_REPREPARE)) {
			forget(&db->stmts, call->sql);
			prepared_again = true;
		} else if (!connected_again && may_repeat(db, call, began_ms)) {
			db_disconnect(db);
			connected_again = true;
		} else {
			return db_failed(db, call->err, call->sql);
		}
		call->err = 0;
	}
}

static enum rc exec(struct db *db, struct db_call *call)
{
	int64_t began_ms = clock_mono_ms();
	enum rc rc = run(db, call);

	/* A statement that is a transaction of its own and lost a race was rolled back for certain. One that
	 * waited for a lock to the end has waited long enough. */
	for (int again = 1; rc == RC_RETRY && !db->in_transaction; again++) {
		if (again > DB_RUNS_AGAIN || clock_mono_ms() - began_ms > REPEAT_WITHIN_MS) {
			log_error("db_exec", "reason", "lost every race");
			return RC_UNAVAILABLE;
		}
		db_pause_before(again);
		rc = run(db, call);
	}
	return rc;
}

enum rc db_exec(
	struct db *db, const char *sql, const struct db_value *args, size_t n, uint64_t *affected)
{
	struct db_call call = {.sql = sql, .args = args, .n_args = n, .n_rows = 1};
	enum rc rc = exec(db, &call);

	if (affected)
		*affected = rc ? 0 : call.affected;
	return rc;
}

enum rc db_exec_rows(
	struct db *db, const char *sql, const struct db_value *args, size_t n, size_t n_rows)
{
	struct db_call call = {.sql = sql, .args = args, .n_args = n, .n_rows = n_rows};

	return n_rows ? exec(db, &call) : RC_OK;
}

enum rc db_query(
	struct db *db, const char *sql, const struct db_value *args, size_t n, struct db_rows **out)
{
	struct db_call call = {
		.sql = sql, .args = args, .n_args = n, .n_rows = 1, .wants_rows = true};
	enum rc rc = exec(db, &call);

	*out = call.rows;
	return rc;
}
