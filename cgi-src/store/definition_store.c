/* SPDX-License-Identifier: Apache-2.0 */
#include "store/definition_store.h"

enum { ST_LOAD, ST_LIST, ST_DROP_CLIENT, ST_CREDENTIALS, ST_DROP_DEFAULT, ST_DROP_CREDENTIALS };

static const char *const sql[] = {
	[ST_LOAD] = "SELECT auth_definition FROM tool_api_providers"
		    " WHERE tenant_id = ? AND id = ? AND auth_definition <> ''",
	[ST_LIST] = "SELECT id, name FROM tool_api_providers"
		    " WHERE tenant_id = ? ORDER BY name",
	[ST_DROP_CLIENT] = "DELETE FROM tool_oauth_tenant_clients"
			   " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
	[ST_CREDENTIALS] = "SELECT id FROM provider_credentials"
			   " WHERE tenant_id = ? AND plugin_id = ? AND provider = ? FOR UPDATE",
	[ST_DROP_DEFAULT] = "DELETE FROM provider_credential_defaults"
			    " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
	[ST_DROP_CREDENTIALS] = "DELETE FROM provider_credentials"
				" WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
};

enum rc definition_load(struct db *db, const struct tenant_id *tenant,
	const struct api_tool_id *tool, struct buf *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LOAD], DB_ARGS(db_id(&tenant->u), db_id(&tool->u)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK) {
		buf_puts(out, db_get_text(rows, 0));
		rc = buf_done(out);
	}
	db_rows_free(rows);
	return rc;
}

enum rc definition_list(struct db *db, const struct tenant_id *tenant,
	void (*visit)(const struct api_tool_id *tool, const char *name, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LIST], DB_ARGS(db_id(&tenant->u)), &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct api_tool_id id = {db_get_id(rows, 0)};

		visit(&id, db_get_text(rows, 1), arg);
	}
	db_rows_free(rows);
	return rc;
}

#define REF_ARGS(tenant, ref)                                                                      \
	DB_ARGS(db_id(&(tenant)->u), db_text((ref)->plugin_id), db_text((ref)->provider))

enum rc definition_drop_client(
	struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref, uint64_t *n)
{
	return db_exec(db, sql[ST_DROP_CLIENT], REF_ARGS(tenant, ref), n);
}

enum rc definition_credentials(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, void (*visit)(const struct credential_id *id, void *arg),
	void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_CREDENTIALS], REF_ARGS(tenant, ref), &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct credential_id id = {db_get_id(rows, 0)};

		visit(&id, arg);
	}
	db_rows_free(rows);
	return rc;
}

enum rc definition_drop_credentials(
	struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref)
{
	enum rc rc = db_exec(db, sql[ST_DROP_DEFAULT], REF_ARGS(tenant, ref), NULL);

	return rc == RC_OK ? db_exec(db, sql[ST_DROP_CREDENTIALS], REF_ARGS(tenant, ref), NULL)
			   : rc;
}
