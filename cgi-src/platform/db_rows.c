/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/db_rows.h"

#include <stdlib.h>
#include <string.h>

#include "platform/log.h"

struct db_value db_null(void)
{
	return (struct db_value){.type = DB_NULL};
}

struct db_value db_int(int64_t i)
{
	return (struct db_value){.type = DB_INT, .i = i};
}

struct db_value db_text(const char *text)
{
	if (!text)
		return db_null();
	return (struct db_value){.type = DB_TEXT, .p = text, .len = strlen(text)};
}

struct db_value db_bytes(const void *p, size_t len)
{
	return (struct db_value){.type = DB_BYTES, .p = p ? p : "", .len = p ? len : 0};
}

struct db_value db_id(const struct uuid *id)
{
	if (!id)
		return db_null();
	return db_bytes(id->b, sizeof id->b);
}

enum rc db_rows_new(
	size_t n_rows, size_t n_cols, size_t text_size, struct db_rows **out, char **text)
{
	size_t cells = n_rows * n_cols; /* both are bounded by what is already in memory */
	size_t size = sizeof(struct db_rows) + cells * sizeof(struct db_value) + text_size;
	struct db_rows *rows = calloc(1, size);

	if (!rows)
		return RC_NOMEM;
	rows->size = size;
	rows->n_rows = n_rows;
	rows->n_cols = n_cols;
	*text = (char *)&rows->cells[cells];
	*out = rows;
	return RC_OK;
}

void db_rows_free(struct db_rows *rows)
{
	if (!rows)
		return;
	secret_wipe(rows, rows->size);
	free(rows);
}

bool db_next(struct db_rows *rows)
{
	if (!rows || rows->at > rows->n_rows)
		return false;
	rows->at++;
	return rows->at <= rows->n_rows;
}

size_t db_row_count(const struct db_rows *rows)
{
	return rows ? rows->n_rows : 0;
}

static bool has_cell(const struct db_rows *rows, unsigned col)
{
	return rows && rows->at && rows->at <= rows->n_rows && col < rows->n_cols;
}

/* A cell of the wanted type, or NULL for SQL NULL. Asking beside the table or for another type is a
 * mistake in a store file: it reads as NULL and is logged, so that no stray memory ever is. */
static const struct db_value *cell(const struct db_rows *rows, unsigned col, bool as_int)
{
	const struct db_value *v;

	if (!has_cell(rows, col)) {
		log_error("db_column", "reason", "no such cell");
		return NULL;
	}
	v = &rows->cells[(rows->at - 1) * rows->n_cols + col];
	if (v->type == DB_NULL)
		return NULL;
	if ((v->type == DB_INT) != as_int) {
		log_error("db_column", "reason", "cell of another type");
		return NULL;
	}
	return v;
}

bool db_is_null(const struct db_rows *rows, unsigned col)
{
	if (!has_cell(rows, col))
		return true;
	return rows->cells[(rows->at - 1) * rows->n_cols + col].type == DB_NULL;
}

int64_t db_get_int(const struct db_rows *rows, unsigned col)
{
	const struct db_value *v = cell(rows, col, true);

	return v ? v->i : 0;
}

const char *db_get_text(const struct db_rows *rows, unsigned col)
{
	const struct db_value *v = cell(rows, col, false);

	return v ? v->p : "";
}

const void *db_get_bytes(const struct db_rows *rows, unsigned col, size_t *len)
{
	const struct db_value *v = cell(rows, col, false);

	*len = v ? v->len : 0;
	return v ? v->p : "";
}

struct uuid db_get_id(const struct db_rows *rows, unsigned col)
{
	const struct db_value *v = cell(rows, col, false);
	struct uuid id = {{0}};

	if (v && v->len == sizeof id.b)
		memcpy(id.b, v->p, sizeof id.b);
	return id;
}
