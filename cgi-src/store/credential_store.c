/* SPDX-License-Identifier: Apache-2.0 */
#include "store/credential_store.h"

#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_LIST,
	ST_LOAD,
	ST_COUNTS,
	ST_NAMES,
	ST_INSERT,
	ST_UPDATE,
	ST_DELETE,
	ST_DEFAULT_LOCK,
	ST_DEFAULT_JOIN,
	ST_DEFAULT_SET,
	ST_DEFAULT_IS,
	ST_OLDEST_OTHER,
	ST_DEFAULT_DROP,
};

/* The client that obtained it, which may have been removed since: by kind of provider it is in one of two tables, for a
 * workspace and for the installation. Ids are random, so that none is in both. */
#define JOIN_CLIENT                                                                                \
	" LEFT JOIN datasource_oauth_tenant_params dt ON c.client_source = 'tenant'"               \
	" AND dt.tenant_id = c.tenant_id AND dt.id = c.client_id"                                  \
	" LEFT JOIN tool_oauth_tenant_clients tt ON c.client_source = 'tenant'"                    \
	" AND tt.tenant_id = c.tenant_id AND tt.id = c.client_id"                                  \
	" LEFT JOIN datasource_oauth_params ds ON c.client_source = 'system'"                      \
	" AND ds.id = c.client_id"                                                                 \
	" LEFT JOIN tool_oauth_system_clients ts ON c.client_source = 'system'"                    \
	" AND ts.id = c.client_id"
#define CLIENT_GONE " c.client_id IS NOT NULL AND COALESCE(dt.id, tt.id, ds.id, ts.id) IS NULL,"

#define SELECT_ROWS                                                                                \
	"SELECT c.id, c.plugin_id, c.provider, c.name, c.auth_type, c.encrypted_credentials,"      \
	" c.encrypted_profile, c.secret_rev, c.version, c.user_id, c.changed_by, a.name, b.name,"  \
	" c.client_source, c.client_id, c.client_revision, c.expires_at, c.refreshable,"           \
	" d.credential_id IS NOT NULL, c.created_at, c.updated_at, c.state, c.state_reason,"       \
	" c.state_since, c.failures, c.refresh_due_at, c.refreshed_at," CLIENT_GONE                \
	" c.rejected_rev = c.secret_rev"                                                           \
	" FROM provider_credentials c" JOIN_CLIENT                                                 \
	" LEFT JOIN provider_credential_defaults d ON d.tenant_id = c.tenant_id"                   \
	" AND d.plugin_id = c.plugin_id AND d.provider = c.provider AND d.credential_id = c.id"    \
	" LEFT JOIN users a ON a.id = c.user_id LEFT JOIN users b ON b.id = c.changed_by"

static const char *const sql[] = {
	[ST_LIST] = SELECT_ROWS " WHERE c.tenant_id = ? AND c.plugin_id = ? AND c.provider = ?"
				" ORDER BY c.created_at, c.id",
	[ST_LOAD] = SELECT_ROWS " WHERE c.tenant_id = ? AND c.plugin_id = ? AND c.provider = ?"
				" AND c.id = ?",
	[ST_COUNTS] = "SELECT c.plugin_id, c.provider, c.state, c.failures > 0,"
		      " c.expires_at IS NOT NULL AND c.expires_at <= ?, c.refreshable," CLIENT_GONE
		      " COUNT(*)"
		      " FROM provider_credentials c" JOIN_CLIENT
		      " WHERE c.tenant_id = ? GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2",
	[ST_NAMES] = "SELECT name FROM provider_credentials"
		     " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
	[ST_INSERT] = "INSERT INTO provider_credentials (tenant_id, id, plugin_id, provider, name,"
		      " auth_type, encrypted_credentials, encrypted_profile, secret_rev, version,"
		      " user_id, changed_by, client_source, client_id, client_revision, expires_at,"
		      " refreshable, created_at, updated_at)"
		      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_UPDATE] = "UPDATE provider_credentials SET name = ?, encrypted_credentials = ?,"
		      " encrypted_profile = ?, secret_rev = ?, version = ?, changed_by = ?,"
		      " client_source = ?, client_id = ?, client_revision = ?, expires_at = ?,"
		      " refreshable = ?, updated_at = ?"
		      " WHERE tenant_id = ? AND id = ? AND version = ? AND secret_rev = ?",
	[ST_DELETE] = "DELETE FROM provider_credentials"
		      " WHERE tenant_id = ? AND id = ? AND version = ? AND secret_rev = ?",
	[ST_DEFAULT_LOCK] = "UPDATE provider_credential_defaults SET revision = revision + 1"
			    " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
	[ST_DEFAULT_JOIN] = "INSERT INTO provider_credential_defaults"
			    " (tenant_id, plugin_id, provider, credential_id, revision)"
			    " VALUES (?, ?, ?, ?, 1)"
			    " ON DUPLICATE KEY UPDATE revision = revision + 1",
	[ST_DEFAULT_SET] = "UPDATE provider_credential_defaults SET credential_id = ?"
			   " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
	[ST_DEFAULT_IS] = "SELECT 1 FROM provider_credential_defaults"
			  " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?"
			  " AND credential_id = ?",
	[ST_OLDEST_OTHER] = "SELECT id FROM provider_credentials"
			    " WHERE tenant_id = ? AND plugin_id = ? AND provider = ? AND id <> ?"
			    " ORDER BY created_at, id LIMIT 1",
	[ST_DEFAULT_DROP] = "DELETE FROM provider_credential_defaults"
			    " WHERE tenant_id = ? AND plugin_id = ? AND provider = ?",
};

#define REF_ARGS(tenant, ref)                                                                      \
	db_id(&(tenant)->u), db_text((ref)->plugin_id), db_text((ref)->provider)

void credential_row_release(struct credential_row *row)
{
	buf_release(&row->credentials);
	buf_release(&row->profile);
	memset(row, 0, sizeof(*row));
}

void credential_rows_release(struct credential_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		credential_row_release(&rows->items[i]);
	free(rows->items);
	rows->items = NULL;
	rows->n = 0;
}

#define COPY_TEXT(member, col) TEXT_COPY(out->member, db_get_text(rows, col))

/* What is larger than any record of ours is left out: this row then does not open, the others do. */
static enum rc copy_sealed(const struct db_rows *rows, unsigned col, struct buf *out)
{
	size_t len;
	const void *p = db_get_bytes(rows, col, &len);

	buf_init(out, VAULT_RECORD_MAX);
	if (len <= VAULT_RECORD_MAX)
		buf_add(out, p, len);
	return buf_done(out);
}

static enum rc credential_from_row(const struct db_rows *rows, struct credential_row *out)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	out->id.u = db_get_id(rows, 0);
	COPY_TEXT(plugin_id, 1);
	COPY_TEXT(provider, 2);
	COPY_TEXT(name, 3);
	COPY_TEXT(auth_type, 4);
	out->secret_rev = (uint64_t)db_get_int(rows, 7);
	out->version = (uint64_t)db_get_int(rows, 8);
	out->added_by.u = db_get_id(rows, 9);
	out->changed_by.u = db_get_id(rows, 10);
	COPY_TEXT(added_by_name, 11);
	COPY_TEXT(changed_by_name, 12);
	COPY_TEXT(client_source, 13);
	out->client_id = db_get_id(rows, 14);
	out->client_revision = (uint64_t)db_get_int(rows, 15);
	out->expires = !db_is_null(rows, 16);
	out->expires_at_s = db_get_int(rows, 16);
	out->refreshable = db_get_int(rows, 17) != 0;
	out->is_default = db_get_int(rows, 18) != 0;
	out->created_at_s = db_get_int(rows, 19);
	out->updated_at_s = db_get_int(rows, 20);
	COPY_TEXT(state, 21);
	COPY_TEXT(state_reason, 22);
	out->state_since_s = db_get_int(rows, 23);
	out->failures = db_get_int(rows, 24);
	out->refresh_due_at_s = db_get_int(rows, 25);
	out->refreshed_at_s = db_get_int(rows, 26);
	out->client_gone = db_get_int(rows, 27) != 0;
	out->rejected = db_get_int(rows, 28) != 0;
	rc = copy_sealed(rows, 5, &out->credentials);
	if (rc == RC_OK)
		rc = copy_sealed(rows, 6, &out->profile);
	return rc;
}

/* Not by ORDER BY: over columns of two tables it makes the server write the sealed columns into a temporary
 * table first, which takes as long as all the rest of the statement (measured). */
static void default_first(struct credential_rows *rows)
{
	for (size_t i = 1; i < rows->n; i++) {
		struct credential_row found;

		if (!rows->items[i].is_default)
			continue;
		found = rows->items[i];
		memmove(&rows->items[1], &rows->items[0], i * sizeof(found));
		rows->items[0] = found;
		return;
	}
}

enum rc credential_rows_load(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct credential_rows *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LIST], DB_ARGS(REF_ARGS(tenant, ref)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && db_row_count(rows)) {
		out->items = calloc(db_row_count(rows), sizeof(*out->items));
		if (!out->items)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows))
		rc = credential_from_row(rows, &out->items[out->n++]);
	default_first(out);
	db_rows_free(rows);
	return rc;
}

enum rc credential_row_load(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct credential_id *id, struct credential_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc =
		db_query(db, sql[ST_LOAD], DB_ARGS(REF_ARGS(tenant, ref), db_id(&id->u)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = credential_from_row(rows, out);
	db_rows_free(rows);
	return rc;
}

enum rc credential_counts(struct db *db, const struct tenant_id *tenant, int64_t now_s,
	struct credential_count **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_COUNTS], DB_ARGS(db_int(now_s), db_id(&tenant->u)), &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows)) {
		struct credential_count *c = &(*out)[(*n)++];

		text_copy(c->plugin_id, sizeof(c->plugin_id), db_get_text(rows, 0));
		text_copy(c->provider, sizeof(c->provider), db_get_text(rows, 1));
		text_copy(c->state, sizeof(c->state), db_get_text(rows, 2));
		c->failing = db_get_int(rows, 3) != 0;
		c->over = db_get_int(rows, 4) != 0;
		c->refreshable = db_get_int(rows, 5) != 0;
		c->client_gone = db_get_int(rows, 6) != 0;
		c->n = db_get_int(rows, 7);
	}
	db_rows_free(rows);
	return rc;
}

enum rc credential_names(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, void (*visit)(const char *name, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_NAMES], DB_ARGS(REF_ARGS(tenant, ref)), &rows);

	while (rc == RC_OK && db_next(rows))
		visit(db_get_text(rows, 0), arg);
	db_rows_free(rows);
	return rc;
}

static struct db_value sealed(const struct buf *b)
{
	return db_bytes(b->data, b->len);
}

static struct db_value int_if(bool present, int64_t i)
{
	return present ? db_int(i) : db_null();
}

enum rc credential_insert(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, int64_t now_s)
{
	bool client = row->client_source[0] != '\0';

	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&tenant->u), db_id(&row->id.u), db_text(row->plugin_id),
			db_text(row->provider), db_text(row->name), db_text(row->auth_type),
			sealed(&row->credentials), sealed(&row->profile),
			db_int((int64_t)row->secret_rev), db_int((int64_t)row->version),
			db_id(&row->added_by.u), db_id(&row->changed_by.u),
			db_text(client ? row->client_source : NULL),
			db_id(client ? &row->client_id : NULL),
			int_if(client, (int64_t)row->client_revision),
			int_if(row->expires, row->expires_at_s), db_int(row->refreshable),
			db_int(now_s), db_int(now_s)),
		NULL);
}

enum rc credential_update(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, uint64_t expected_version, uint64_t expected_secret_rev,
	int64_t now_s)
{
	bool client = row->client_source[0] != '\0';
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_UPDATE],
		DB_ARGS(db_text(row->name), sealed(&row->credentials), sealed(&row->profile),
			db_int((int64_t)row->secret_rev), db_int((int64_t)row->version),
			db_id(&row->changed_by.u), db_text(client ? row->client_source : NULL),
			db_id(client ? &row->client_id : NULL),
			int_if(client, (int64_t)row->client_revision),
			int_if(row->expires, row->expires_at_s), db_int(row->refreshable),
			db_int(now_s), db_id(&tenant->u), db_id(&row->id.u),
			db_int((int64_t)expected_version), db_int((int64_t)expected_secret_rev)),
		&affected);

	return rc == RC_OK && affected == 0 ? RC_NOT_FOUND : rc;
}

enum rc credential_delete(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t version, uint64_t secret_rev)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_DELETE],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_int((int64_t)version),
			db_int((int64_t)secret_rev)),
		&affected);

	return rc == RC_OK && affected == 0 ? RC_NOT_FOUND : rc;
}

enum rc default_lock(struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref,
	const struct credential_id *newcomer)
{
	uint64_t affected = 0;
	enum rc rc;

	if (newcomer)
		return db_exec(db, sql[ST_DEFAULT_JOIN],
			DB_ARGS(REF_ARGS(tenant, ref), db_id(&newcomer->u)), NULL);
	rc = db_exec(db, sql[ST_DEFAULT_LOCK], DB_ARGS(REF_ARGS(tenant, ref)), &affected);
	return rc == RC_OK && affected == 0 ? RC_NOT_FOUND : rc;
}

enum rc default_set(struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref,
	const struct credential_id *id)
{
	return db_exec(
		db, sql[ST_DEFAULT_SET], DB_ARGS(db_id(&id->u), REF_ARGS(tenant, ref)), NULL);
}

static enum rc select_one(struct db *db, const char *text, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct credential_id *id, struct credential_id *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, text, DB_ARGS(REF_ARGS(tenant, ref), db_id(&id->u)), &rows);

	if (rc == RC_OK && !db_next(rows))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK && out)
		out->u = db_get_id(rows, 0);
	db_rows_free(rows);
	return rc;
}

enum rc default_leave(struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref,
	const struct credential_id *id)
{
	struct credential_id heir;
	enum rc rc = select_one(db, sql[ST_DEFAULT_IS], tenant, ref, id, NULL);

	if (rc == RC_NOT_FOUND)
		return RC_OK;
	if (rc != RC_OK)
		return rc;
	rc = select_one(db, sql[ST_OLDEST_OTHER], tenant, ref, id, &heir);
	if (rc == RC_OK)
		return default_set(db, tenant, ref, &heir);
	if (rc == RC_NOT_FOUND)
		return db_exec(db, sql[ST_DEFAULT_DROP], DB_ARGS(REF_ARGS(tenant, ref)), NULL);
	return rc;
}
