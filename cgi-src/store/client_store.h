/* SPDX-License-Identifier: Apache-2.0
 *
 * OAuth clients: tool_oauth_system_clients, tool_oauth_tenant_clients, datasource_oauth_params,
 * datasource_oauth_tenant_params. One pair of tables a kind; the statements are alike.
 * The sealed column's associated data holds the row's id and revision.
 */
#ifndef GRANTRY_STORE_CLIENT_STORE_H
#define GRANTRY_STORE_CLIENT_STORE_H

#include <stdbool.h>

#include "platform/buf.h"
#include "platform/db.h"
#include "platform/vault.h"
#include "store/ids.h"

enum client_table {
	CLIENT_TABLE_DATASOURCE_TENANT,
	CLIENT_TABLE_DATASOURCE_SYSTEM,
	CLIENT_TABLE_TOOL_TENANT,
	CLIENT_TABLE_TOOL_SYSTEM,
	CLIENT_TABLE__MAX
};

struct client_row {
	struct uuid id;
	bool enabled;              /* always true for a system client */
	uint64_t revision;         /* from 1 */
	struct buf sealed;         /* owned */
	struct user_id changed_by; /* zero for a system client */
	char changed_by_name[NAME_SIZE];
	int64_t updated_at_s;
};

void client_row_release(struct client_row *row);

/** client_table_name(table), client_table_column(table): for the associated data. */
const char *client_table_name(enum client_table table);
const char *client_table_column(enum client_table table);

/** client_load(db, table, tenant, ref, out): tenant is not used for a system table. RC_NOT_FOUND. */
enum rc client_load(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct client_row *out) RC_MUST_CHECK;

/** client_load_both(db, table, tenant, ref, out, has_system): the tenant's, and whether the installation has one;
 * one statement. table: the tenant's. RC_NOT_FOUND: the tenant has none; *has_system is told all the same. */
enum rc client_load_both(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct client_row *out, bool *has_system) RC_MUST_CHECK;

/** client_insert(db, table, tenant, ref, row, now_s): RC_CONFLICT when there is one. */
enum rc client_insert(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct client_row *row, int64_t now_s) RC_MUST_CHECK;

/** client_update(db, table, tenant, row, now_s): compare-and-swap: row->revision is the new one, the
 * stored one must be one less. RC_CONFLICT: it is not, or the row is gone. */
enum rc client_update(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct client_row *row, int64_t now_s) RC_MUST_CHECK;

/** client_delete(db, table, tenant, id, revision): RC_CONFLICT as above. */
enum rc client_delete(struct db *db, enum client_table table, const struct tenant_id *tenant,
	const struct uuid *id, uint64_t revision) RC_MUST_CHECK;

/** client_list_both(db, table, tenant, visit, arg): every provider that the tenant has a client for (custom), and
 * every one that the installation has one for; one statement. table: the tenant's. */
enum rc client_list_both(struct db *db, enum client_table table, const struct tenant_id *tenant,
	void (*visit)(const struct provider_ref *ref, bool enabled, bool custom, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
