/* SPDX-License-Identifier: Apache-2.0
 *
 * A result is buffered by the library, measured, and copied into one allocation that can be wiped.
 */
#include <string.h>

#include "platform/db_int.h"
#include "platform/db_rows.h"
#include "platform/log.h"

#define COLUMNS_MAX 64
#define FIXED_SIZE 64 /* the longest text of a date, time or floating point number is shorter */

enum shape { SHAPE_INT, SHAPE_BYTES, SHAPE_FIXED };

struct columns {
	unsigned n;
	enum shape shape[COLUMNS_MAX];
	MYSQL_BIND bind[COLUMNS_MAX];
	unsigned long len[COLUMNS_MAX];
	my_bool null[COLUMNS_MAX], error[COLUMNS_MAX];
	long long number[COLUMNS_MAX];
	char fixed[COLUMNS_MAX][FIXED_SIZE];
};

static enum shape shape_of(const MYSQL_FIELD *field)
{
	switch (field->type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_YEAR:
		return SHAPE_INT;
	case MYSQL_TYPE_NEWDECIMAL: /* SUM of integers is a decimal */
		return field->decimals == 0 ? SHAPE_INT : SHAPE_BYTES;
	case MYSQL_TYPE_FLOAT:
	case MYSQL_TYPE_DOUBLE:
	case MYSQL_TYPE_DATE:
	case MYSQL_TYPE_TIME:
	case MYSQL_TYPE_DATETIME:
	case MYSQL_TYPE_TIMESTAMP:
		return SHAPE_FIXED;
	default:
		return SHAPE_BYTES;
	}
}

static void bind_column(struct columns *c, unsigned i, const MYSQL_FIELD *field)
{
	MYSQL_BIND *bind = &c->bind[i];

	c->shape[i] = shape_of(field);
	bind->length = &c->len[i];
	bind->is_null = &c->null[i];
	bind->error = &c->error[i];
	if (c->shape[i] == SHAPE_INT) {
		bind->buffer_type = MYSQL_TYPE_LONGLONG;
		bind->buffer = &c->number[i];
		bind->buffer_length = sizeof c->number[i];
		bind->is_unsigned = (field->flags & UNSIGNED_FLAG) != 0;
	} else if (c->shape[i] == SHAPE_FIXED) {
		bind->buffer_type = MYSQL_TYPE_STRING;
		bind->buffer = c->fixed[i];
		bind->buffer_length = FIXED_SIZE;
	} else { /* no room on purpose: the fetch then tells the length, and is "truncated" */
		bind->buffer_type = MYSQL_TYPE_BLOB;
	}
}

static enum rc bind_columns(
	struct db *db, struct db_call *call, MYSQL_STMT *stmt, struct columns *c)
{
	MYSQL_RES *meta;
	const MYSQL_FIELD *fields;

	c->n = mysql_stmt_field_count(stmt);
	if (c->n > COLUMNS_MAX) {
		log_error("db_column", "reason", "too many columns", "statement", call->sql);
		return RC_INTERNAL;
	}
	memset(c->bind, 0, c->n * sizeof *c->bind);
	meta = mysql_stmt_result_metadata(stmt);
	if (!meta)
		return db_stmt_failed(db, call, stmt);
	fields = mysql_fetch_fields(meta);
	for (unsigned i = 0; i < c->n; i++)
		bind_column(c, i, &fields[i]);
	mysql_free_result(meta);
	return mysql_stmt_bind_result(stmt, c->bind) ? db_stmt_failed(db, call, stmt) : RC_OK;
}

/* Is a number larger than int64_t, or did a conversion not fit? (A 64-bit value read into a smaller
 * type comes without any flag, so all are read as LONGLONG with their own sign.) */
static bool out_of_range(const struct columns *c, unsigned i)
{
	if (c->null[i] || c->shape[i] == SHAPE_BYTES)
		return false;
	if (c->shape[i] == SHAPE_FIXED)
		return c->error[i] || c->len[i] > FIXED_SIZE;
	return c->error[i] || (c->bind[i].is_unsigned && c->number[i] < 0);
}

/* Connector/C believes rows to be still on the wire when a statement is run again whose last result was
 * stored, was empty or freed, and was not fetched to its very end: it then waits for them until the
 * read timeout (measured with 3.3.20). So every result is fetched to "no more data". */
static void run_out(MYSQL_STMT *stmt)
{
	int got;

	do {
		got = mysql_stmt_fetch(stmt);
	} while (got == 0 || got == MYSQL_DATA_TRUNCATED);
}

/* First pass over the buffered rows: how many bytes of text, and is all in range? */
static enum rc measure(
	struct db *db, struct db_call *call, MYSQL_STMT *stmt, struct columns *c, size_t *text_size)
{
	int got;

	*text_size = 0;
	while ((got = mysql_stmt_fetch(stmt)) == 0 || got == MYSQL_DATA_TRUNCATED) {
		for (unsigned i = 0; i < c->n; i++) {
			if (out_of_range(c, i)) {
				log_error("db_column", "reason", "out of range", "statement",
					call->sql);
				return RC_INTERNAL;
			}
			if (c->shape[i] != SHAPE_INT && !c->null[i])
				*text_size += c->len[i] + 1;
		}
	}
	return got == MYSQL_NO_DATA ? RC_OK : db_stmt_failed(db, call, stmt);
}

static bool copy_cell(
	MYSQL_STMT *stmt, struct columns *c, unsigned i, struct db_value *cell, char *text)
{
	MYSQL_BIND into = {
		.buffer_type = MYSQL_TYPE_BLOB, .buffer = text, .buffer_length = c->len[i]};
	unsigned long len = 0;
	my_bool null = 0, error = 0;

	if (c->shape[i] == SHAPE_INT) {
		*cell = db_int(c->number[i]);
		return true;
	}
	*cell = db_bytes(text, c->len[i]);
	if (c->shape[i] == SHAPE_FIXED) {
		memcpy(text, c->fixed[i], c->len[i]);
		return true;
	}
	into.length = &len;
	into.is_null = &null;
	into.error = &error;
	return c->len[i] == 0 || (!mysql_stmt_fetch_column(stmt, &into, i, 0) && len == c->len[i]);
}

/* Second pass: into one allocation of exactly that size. */
static enum rc copy_rows(
	struct db *db, struct db_call *call, MYSQL_STMT *stmt, struct columns *c, size_t text_size)
{
	char *text;
	struct db_value *cell;
	enum rc rc =
		db_rows_new((size_t)mysql_stmt_num_rows(stmt), c->n, text_size, &call->rows, &text);

	if (rc || !call->rows->n_rows)
		return rc;
	cell = call->rows->cells;
	mysql_stmt_data_seek(stmt, 0);
	for (size_t row = 0; row < call->rows->n_rows; row++) {
		int got = mysql_stmt_fetch(stmt);

		if (got && got != MYSQL_DATA_TRUNCATED)
			return db_stmt_failed(db, call, stmt);
		for (unsigned i = 0; i < c->n; i++, cell++) {
			if (c->null[i])
				continue;
			if (!copy_cell(stmt, c, i, cell, text))
				return db_stmt_failed(db, call, stmt);
			text += c->shape[i] == SHAPE_INT ? 0 : c->len[i] + 1;
		}
	}
	return RC_OK;
}

/* The library's own copy of the rows is freed, not wiped: rows hold sealed records, never a secret
 * in clear. */
enum rc db_take_result(struct db *db, struct db_call *call, MYSQL_STMT *stmt)
{
	struct columns columns;
	size_t text_size = 0;
	bool stored;
	enum rc rc;

	call->step = DB_STEP_RESULT;
	if (mysql_stmt_field_count(stmt) == 0) {
		char *text;

		return call->wants_rows ? db_rows_new(0, 0, 0, &call->rows, &text) : RC_OK;
	}
	/* Read to the end, or the next statement is "out of sync". */
	rc = bind_columns(db, call, stmt, &columns);
	stored = !rc && !mysql_stmt_store_result(stmt);
	if (!rc && !stored)
		rc = db_stmt_failed(db, call, stmt);
	if (!rc && call->wants_rows)
		rc = measure(db, call, stmt, &columns, &text_size);
	if (!rc && call->wants_rows)
		rc = copy_rows(db, call, stmt, &columns, text_size);
	if (stored)
		run_out(stmt);
	mysql_stmt_free_result(stmt);
	if (rc) {
		db_rows_free(call->rows);
		call->rows = NULL;
	}
	return rc;
}
