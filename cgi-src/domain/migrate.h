/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a database what this build needs: the files of sql/ in the order of their numbers, one database user
 * a program with the grants of sql/grants.sql, the check value of the key-encryption key, the key of the
 * installation. Running it again changes nothing. Forward only: a newer database is refused.
 */
#ifndef GRANTRY_DOMAIN_MIGRATE_H
#define GRANTRY_DOMAIN_MIGRATE_H

#include "domain/core.h"

/** migrate_run(core, applied_out): core->db is connected as a database user that may do all of this.
 * Errors, logged: RC_CONFLICT the database is newer than this build; RC_CRYPTO the key-encryption key is
 * not the one that this database was made with; RC_NOT_FOUND a file is missing. */
enum rc migrate_run(const struct core *core, int64_t *applied_out) RC_MUST_CHECK;

#endif
