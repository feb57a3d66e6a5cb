/* SPDX-License-Identifier: Apache-2.0 */
#include "store/tenant_store.h"

enum { ST_DISABLED };

static const char *const sql[] = {
	[ST_DISABLED] = "UPDATE tenants SET disabled = ? WHERE id = ?",
};

enum rc tenant_set_disabled(struct db *db, const struct tenant_id *id, bool disabled)
{
	return db_exec(db, sql[ST_DISABLED], DB_ARGS(db_int(disabled), db_id(&id->u)), NULL);
}
