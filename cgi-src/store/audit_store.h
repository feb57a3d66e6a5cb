/* SPDX-License-Identifier: Apache-2.0
 *
 * Table audit_events: append only.
 */
#ifndef GRANTRY_STORE_AUDIT_STORE_H
#define GRANTRY_STORE_AUDIT_STORE_H

#include "platform/db.h"
#include "store/ids.h"

struct audit_row {
	struct tenant_id tenant;                                  /* zero: none known yet */
	struct user_id actor;                                     /* zero: nobody known */
	const char *action, *object, *result, *request_id, *peer; /* short ASCII, no secrets */
	int64_t at_us;
};

/** audit_insert(db, rows, n): all of them or none; DB_ROWS_MAX at most. */
enum rc audit_insert(struct db *db, const struct audit_row *rows, size_t n) RC_MUST_CHECK;

#endif
