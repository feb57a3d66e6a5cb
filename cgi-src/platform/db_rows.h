/* SPDX-License-Identifier: Apache-2.0
 *
 * The shape of a result, between db_stmt.c that fills it and db_rows.c that reads it.
 * One allocation: head, cells row by row, then the bytes of all texts, each followed by a 0.
 */
#ifndef GRANTRY_PLATFORM_DB_ROWS_H
#define GRANTRY_PLATFORM_DB_ROWS_H

#include "platform/db.h"

struct db_rows {
	size_t size; /* of the whole allocation: what is wiped */
	size_t n_rows, n_cols;
	size_t at; /* 0 before the first db_next, then the row's number from 1 */
	struct db_value cells[];
};

/** db_rows_new(n_rows, n_cols, text_size, out, text): zeroed; text is where the bytes go. */
enum rc db_rows_new(size_t n_rows, size_t n_cols, size_t text_size, struct db_rows **out,
	char **text) RC_MUST_CHECK;

#endif
