/* SPDX-License-Identifier: Apache-2.0
 *
 * Table schema_migrations: which files of sql/ have been applied.
 */
#ifndef GRANTRY_STORE_SCHEMA_STORE_H
#define GRANTRY_STORE_SCHEMA_STORE_H

#include "platform/db.h"

#define SCHEMA_VERSION 10 /* what this build needs: the number of the newest file in sql/ */

/** schema_prepare(db): makes the table when it is not there. */
enum rc schema_prepare(struct db *db) RC_MUST_CHECK;
/** schema_version(db, out): highest applied; 0: none. */
enum rc schema_version(struct db *db, int64_t *out) RC_MUST_CHECK;
enum rc schema_record(
	struct db *db, int64_t version, const char *file, int64_t now_s) RC_MUST_CHECK;

#endif
