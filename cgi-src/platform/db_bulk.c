/* SPDX-License-Identifier: Apache-2.0
 *
 * The parameters of many rows for one execution: the library wants each column as an array.
 */
#include <stdlib.h>
#include <string.h>

#include "platform/db_int.h"

#define COLUMNS_MAX 64

/* One parameter in all rows. */
struct column {
	union {
		long long ints[DB_ROWS_MAX];
		const void *pointers[DB_ROWS_MAX];
	} values;
	unsigned long lens[DB_ROWS_MAX];
	char indicators[DB_ROWS_MAX];
};

struct table {
	MYSQL_BIND binds[COLUMNS_MAX];
	struct column columns[];
};

static bool put(struct column *c, size_t row, enum db_type type, const struct db_value *v)
{
	c->indicators[row] = v->type == DB_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
	c->lens[row] = v->len;
	if (type == DB_INT)
		c->values.ints[row] = v->i;
	else
		c->values.pointers[row] = v->p ? v->p : "";
	return v->type == DB_NULL || v->type == type;
}

static enum db_type type_of(const struct db_call *call, size_t n_columns, size_t column)
{
	for (size_t i = column; i < call->n_args; i += n_columns)
		if (call->args[i].type != DB_NULL)
			return call->args[i].type;
	return DB_BYTES;
}

static bool bind_column(const struct db_call *call, struct table *t, size_t n, size_t column)
{
	enum db_type type = type_of(call, n, column);
	struct column *c = &t->columns[column];
	MYSQL_BIND *bind = &t->binds[column];

	bind->buffer_type = type == DB_INT    ? MYSQL_TYPE_LONGLONG
			    : type == DB_TEXT ? MYSQL_TYPE_STRING
					      : MYSQL_TYPE_BLOB;
	bind->buffer = &c->values;
	bind->length = c->lens;
	bind->u.indicator = c->indicators;
	for (size_t row = 0; row < call->n_rows; row++)
		if (!put(c, row, type, &call->args[row * n + column]))
			return false;
	return true;
}

enum rc db_bind_rows(struct db *db, struct db_call *call, MYSQL_STMT *stmt, void **out)
{
	size_t n = call->n_args / call->n_rows;
	unsigned rows = (unsigned)call->n_rows;
	struct table *t = n <= COLUMNS_MAX ? calloc(1, sizeof *t + n * sizeof t->columns[0]) : NULL;

	*out = t;
	if (!t)
		return RC_NOMEM;
	for (size_t i = 0; i < n; i++)
		if (!bind_column(call, t, n, i))
			return RC_INTERNAL;
	if (mysql_stmt_attr_set(stmt, STMT_ATTR_ARRAY_SIZE, &rows) ||
		mysql_stmt_bind_param(stmt, t->binds))
		return db_stmt_failed(db, call, stmt);
	return RC_OK;
}
