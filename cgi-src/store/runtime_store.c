/* SPDX-License-Identifier: Apache-2.0 */
#include "store/runtime_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

enum {
	ST_INSERT,
	ST_LIST,
	ST_DELETE,
	ST_TOUCH,
	ST_KEY,
	ST_FIND_DEFAULT,
	ST_FIND_ID,
	ST_FIND_NAME,
	ST_FIND_SOME,
	ST_IN_DEFAULT,
	ST_IN_ID,
	ST_IN_NAME,
	ST_FIND_ALL,
	ST_CREDENTIALS,
	ST_CREDENTIALS_OF,
	ST_REJECT,
	ST_REJECT_FOR_GOOD,
	ST_REJECT_SILENTLY,
};

#define TOUCH_EVERY_S 60

#define KEY_COLUMNS "SELECT k.id, k.tenant_id, k.providers, k.verbs, k.expires_at, k.last_used_at"
#define CREDENTIAL_COLUMNS RUNTIME_CREDENTIAL_COLUMNS

/* What is looked for at once: number, key, id, plugin, provider. */
#define WANTED                                                                                     \
	"(CAST(? AS SIGNED), CAST(? AS BINARY(32)), CAST(? AS BINARY(16)),"                        \
	" CAST(? AS CHAR(255)) COLLATE utf8mb4_nopad_bin,"                                         \
	" CAST(? AS CHAR(255)) COLLATE utf8mb4_nopad_bin)"
#define WANTED_4 WANTED "," WANTED "," WANTED "," WANTED
#define WANTED_ARGS 5
#define FIND_MANY(wanted)                                                                          \
	"WITH w (n, key_hash, id, plugin_id, provider) AS (VALUES " wanted ") " KEY_COLUMNS        \
	", " CREDENTIAL_COLUMNS ", c.encrypted_credentials, c.encrypted_profile, w.n FROM w"       \
	" STRAIGHT_JOIN runtime_keys k FORCE INDEX (runtime_key_hash) ON k.key_hash = w.key_hash"  \
	" STRAIGHT_JOIN tenants t FORCE INDEX (PRIMARY) ON t.id = k.tenant_id AND t.disabled = 0"  \
	" LEFT JOIN provider_credential_defaults d FORCE INDEX (PRIMARY)"                          \
	" ON d.tenant_id = k.tenant_id AND d.plugin_id = w.plugin_id AND d.provider = w.provider"  \
	" LEFT JOIN provider_credentials c FORCE INDEX (PRIMARY) ON c.tenant_id = k.tenant_id"     \
	" AND c.id = IFNULL(w.id, d.credential_id)"

/* With the indices named, for MariaDB took longer to choose among them than to read the rows. */
#define FIND_ROWS                                                                                  \
	KEY_COLUMNS                                                                                \
	", " CREDENTIAL_COLUMNS ", c.encrypted_credentials, c.encrypted_profile"                   \
	" FROM runtime_keys k FORCE INDEX (runtime_key_hash)"                                      \
	" JOIN tenants t FORCE INDEX (PRIMARY) ON t.id = k.tenant_id AND t.disabled = 0"
#define IN_ROWS                                                                                    \
	"SELECT " CREDENTIAL_COLUMNS ", c.encrypted_credentials, c.encrypted_profile"              \
	" FROM provider_credentials c"
#define FIND_AT 6 /* first column of CREDENTIAL_COLUMNS in FIND_ROWS */
#define SEALED 17 /* first sealed column behind these */
#define SEALED_AT (FIND_AT + SEALED)
#define NUMBER_AT (SEALED_AT + 2) /* in FIND_MANY: which one it is */
#define LIST_DEFAULT_AT 17        /* is it the Default? */

/* As runtime_state() tells it; parameters: now_s, and once more the state. tests/cgi/runtime-list.test.mjs
 * compares the two. */
#define LIST_ROWS                                                                                  \
	"SELECT " CREDENTIAL_COLUMNS ", d.credential_id IS NOT NULL"                               \
	" FROM provider_credentials c FORCE INDEX (provider_credential_name)"                      \
	" LEFT JOIN provider_credential_defaults d ON d.tenant_id = c.tenant_id"                   \
	" AND d.plugin_id = c.plugin_id AND d.provider = c.provider AND d.credential_id = c.id"
#define LIST_LIMITS                                                                                \
	" AND (? = '' OR ? = CASE WHEN c.state <> 'active' THEN c.state"                           \
	" WHEN c.expires_at <= ? AND (c.refreshable = 0 OR c.refresh_due_at IS NULL)"              \
	" THEN 'needs_reauth' WHEN c.failures > 0 OR c.expires_at <= ? THEN 'delayed'"             \
	" ELSE 'active' END)"                                                                      \
	" AND (? = '' OR INSTR(CONCAT(' ', ?, ' '),"                                               \
	" CONCAT(' ', c.plugin_id, '/', c.provider, ' ')) > 0)"

static const char *const sql[] = {
	[ST_INSERT] = "INSERT INTO runtime_keys (tenant_id, id, name, key_hash, providers, verbs,"
		      " expires_at, created_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_LIST] = "SELECT k.id, k.name, k.providers, k.verbs, k.expires_at, k.last_used_at,"
		    " k.created_at, k.created_by, u.name FROM runtime_keys k"
		    " LEFT JOIN users u ON u.id = k.created_by WHERE k.tenant_id = ?"
		    " ORDER BY k.name",
	[ST_DELETE] = "DELETE FROM runtime_keys WHERE tenant_id = ? AND id = ?",
	[ST_TOUCH] = "UPDATE runtime_keys SET last_used_at = ? WHERE tenant_id = ? AND id = ?"
		     " AND (last_used_at IS NULL OR last_used_at <= ?)",
	/* cross-tenant: a key is found by its hash alone */
	[ST_KEY] = KEY_COLUMNS " FROM runtime_keys k JOIN tenants t ON t.id = k.tenant_id"
			       " AND t.disabled = 0 WHERE k.key_hash = ?",
	/* cross-tenant: as above; what is joined belongs to the key's tenant */
	[ST_FIND_DEFAULT] = FIND_ROWS
	" LEFT JOIN provider_credential_defaults d FORCE INDEX (PRIMARY) ON d.tenant_id = "
	"k.tenant_id"
	" AND d.plugin_id = ? AND d.provider = ?"
	" LEFT JOIN provider_credentials c FORCE INDEX (PRIMARY) ON c.tenant_id = k.tenant_id"
	" AND c.id = d.credential_id WHERE k.key_hash = ?",
	/* cross-tenant: as above */
	[ST_FIND_ID] = FIND_ROWS
	" LEFT JOIN provider_credentials c FORCE INDEX (PRIMARY) ON c.tenant_id = k.tenant_id"
	" AND c.id = ? WHERE k.key_hash = ?",
	/* cross-tenant: as above */
	[ST_FIND_NAME] = FIND_ROWS
	" LEFT JOIN provider_credentials c FORCE INDEX (provider_credential_name)"
	" ON c.tenant_id = k.tenant_id AND c.plugin_id = ? AND c.provider = ? AND c.name = ?"
	" WHERE k.key_hash = ?",
	[ST_IN_DEFAULT] =
		IN_ROWS " JOIN provider_credential_defaults d ON d.tenant_id = c.tenant_id"
			" AND d.credential_id = c.id"
			" WHERE d.tenant_id = ? AND d.plugin_id = ? AND d.provider = ?",
	[ST_IN_ID] = IN_ROWS " WHERE c.tenant_id = ? AND c.id = ?",
	[ST_IN_NAME] = IN_ROWS
	" WHERE c.tenant_id = ? AND c.plugin_id = ? AND c.provider = ? AND c.name = ?",
	/* cross-tenant: as above */
	[ST_FIND_SOME] = FIND_MANY(WANTED_4),
	/* cross-tenant: as above */
	[ST_FIND_ALL] = FIND_MANY(WANTED_4 "," WANTED_4 "," WANTED_4 "," WANTED_4),
	[ST_CREDENTIALS] = LIST_ROWS " WHERE c.tenant_id = ?" LIST_LIMITS
				     " AND (c.plugin_id > ? OR (c.plugin_id = ?"
				     " AND (c.provider > ? OR (c.provider = ? AND c.name > ?))))"
				     " ORDER BY c.plugin_id, c.provider, c.name LIMIT ?",
	[ST_CREDENTIALS_OF] = LIST_ROWS " WHERE c.tenant_id = ?" LIST_LIMITS
					" AND c.plugin_id = ? AND c.provider = ? AND c.name > ?"
					" ORDER BY c.plugin_id, c.provider, c.name LIMIT ?",
	/* Due before all others; but a back-off that runs is not cut short. */
	[ST_REJECT] = "UPDATE provider_credentials SET rejected_rev = secret_rev, refresh_due_at ="
		      " IF(failures > 0 AND refresh_due_at > ?, refresh_due_at, 0) WHERE tenant_id "
		      "= ? AND id = ? AND secret_rev = ?"
		      " AND state = 'active' AND refreshable = 1 AND rejected_rev <> secret_rev"
		      " AND forced_rev <> secret_rev",
	/* Not under a lease: what that renewal brings may be good, and dropping it would lose a rotated
	 * refresh token. */
	[ST_REJECT_FOR_GOOD] =
		"UPDATE provider_credentials SET state = 'needs_reauth', state_reason = 'rejected',"
		" state_since = ?, refresh_due_at = NULL, rejected_rev = secret_rev"
		" WHERE tenant_id = ? AND id = ? AND secret_rev = ? AND state = 'active'"
		" AND lease_owner IS NULL AND (refreshable = 0 OR forced_rev = secret_rev)",
	[ST_REJECT_SILENTLY] = "UPDATE provider_credentials SET rejected_rev = secret_rev"
			       " WHERE tenant_id = ? AND id = ? AND secret_rev = ?"
			       " AND rejected_rev <> secret_rev",
};

#define COPY_TEXT(to, col) TEXT_COPY(to, db_get_text(rows, col))

enum rc runtime_key_insert(struct db *db, const struct runtime_key_row *row)
{
	bool by_person = !uuid_is_zero(&row->created_by.u);

	return db_exec(db, sql[ST_INSERT],
		DB_ARGS(db_id(&row->tenant.u), db_id(&row->id), db_text(row->name),
			db_bytes(row->hash, HASH_SIZE), db_text(row->providers),
			db_text(row->verbs), row->expires ? db_int(row->expires_at_s) : db_null(),
			db_id(by_person ? &row->created_by.u : NULL), db_int(row->created_at_s)),
		NULL);
}

enum rc runtime_key_list(
	struct db *db, const struct tenant_id *tenant, struct runtime_key_row **out, size_t *n)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_LIST], DB_ARGS(db_id(&tenant->u)), &rows);

	*out = NULL;
	*n = 0;
	if (rc == RC_OK && db_row_count(rows)) {
		*out = calloc(db_row_count(rows), sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	while (rc == RC_OK && db_next(rows)) {
		struct runtime_key_row *k = &(*out)[(*n)++];

		k->id = db_get_id(rows, 0);
		k->tenant = *tenant;
		COPY_TEXT(k->name, 1);
		COPY_TEXT(k->providers, 2);
		COPY_TEXT(k->verbs, 3);
		k->expires = !db_is_null(rows, 4);
		k->expires_at_s = db_get_int(rows, 4);
		k->last_used_at_s = db_get_int(rows, 5);
		k->created_at_s = db_get_int(rows, 6);
		k->created_by.u = db_get_id(rows, 7);
		COPY_TEXT(k->created_by_name, 8);
	}
	db_rows_free(rows);
	return rc;
}

enum rc runtime_key_delete(struct db *db, const struct tenant_id *tenant, const struct uuid *id)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, sql[ST_DELETE], DB_ARGS(db_id(&tenant->u), db_id(id)), &affected);

	return rc == RC_OK && affected == 0 ? RC_NOT_FOUND : rc;
}

enum rc runtime_key_touch(
	struct db *db, const struct tenant_id *tenant, const struct uuid *id, int64_t now_s)
{
	return db_exec(db, sql[ST_TOUCH],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(id), db_int(now_s - TOUCH_EVERY_S)),
		NULL);
}

void runtime_key_read(const struct db_rows *rows, unsigned at, struct runtime_key_row *key)
{
	key->id = db_get_id(rows, at);
	key->tenant.u = db_get_id(rows, at + 1);
	COPY_TEXT(key->providers, at + 2);
	COPY_TEXT(key->verbs, at + 3);
	key->expires = !db_is_null(rows, at + 4);
	key->expires_at_s = db_get_int(rows, at + 4);
	key->last_used_at_s = db_get_int(rows, at + 5);
}

enum rc runtime_key_find(
	struct db *db, const unsigned char key_hash[HASH_SIZE], struct runtime_key_row *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = db_query(db, sql[ST_KEY], DB_ARGS(db_bytes(key_hash, HASH_SIZE)), &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK && !db_next(rows))
		rc = RC_DENIED;
	if (rc == RC_OK)
		runtime_key_read(rows, 0, out);
	db_rows_free(rows);
	return rc;
}

/* ---- a credential ---- */

void runtime_credential_release(struct runtime_credential *c)
{
	credential_row_release(&c->row);
	memset(c, 0, sizeof(*c));
}

static enum rc find_query(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, struct db_rows **out)
{
	struct db_value plugin = db_text(query->ref.plugin_id),
			provider = db_text(query->ref.provider);
	struct db_value hash = db_bytes(key_hash, HASH_SIZE);

	if (query->id)
		return db_query(db, sql[ST_FIND_ID], DB_ARGS(db_id(&query->id->u), hash), out);
	if (query->name)
		return db_query(db, sql[ST_FIND_NAME],
			DB_ARGS(plugin, provider, db_text(query->name), hash), out);
	return db_query(db, sql[ST_FIND_DEFAULT], DB_ARGS(plugin, provider, hash), out);
}

/* at: the first of CREDENTIAL_COLUMNS. */
void runtime_credential_read(
	const struct db_rows *rows, unsigned at, struct runtime_credential *out)
{
	struct credential_row *row = &out->row;

	row->id.u = db_get_id(rows, at);
	COPY_TEXT(row->plugin_id, at + 1);
	COPY_TEXT(row->provider, at + 2);
	COPY_TEXT(row->name, at + 3);
	COPY_TEXT(row->auth_type, at + 4);
	row->secret_rev = (uint64_t)db_get_int(rows, at + 5);
	row->expires = !db_is_null(rows, at + 6);
	row->expires_at_s = db_get_int(rows, at + 6);
	row->refreshable = db_get_int(rows, at + 7) != 0;
	COPY_TEXT(row->state, at + 8);
	COPY_TEXT(row->state_reason, at + 9);
	row->state_since_s = db_get_int(rows, at + 10);
	row->failures = db_get_int(rows, at + 11);
	out->has_due = !db_is_null(rows, at + 12);
	out->due_at_s = db_get_int(rows, at + 12);
	row->refresh_due_at_s = out->due_at_s;
	row->refreshed_at_s = db_get_int(rows, at + 13);
	out->rejected_rev = (uint64_t)db_get_int(rows, at + 14);
	out->forced_rev = (uint64_t)db_get_int(rows, at + 15);
	out->leased = db_get_int(rows, at + 16) != 0;
}

static enum rc take_sealed(const struct db_rows *rows, unsigned col, struct buf *out)
{
	size_t len;
	const void *p = db_get_bytes(rows, col, &len);

	buf_init(out, VAULT_RECORD_MAX);
	buf_add(out, p, len);
	return buf_done(out);
}

/* Is there one, and of the provider that was named? */
static bool is_wanted(const struct db_rows *rows, unsigned at, const struct provider_ref *ref)
{
	if (db_is_null(rows, at))
		return false;
	return !ref->plugin_id || (strcmp(db_get_text(rows, at + 1), ref->plugin_id) == 0 &&
					  strcmp(db_get_text(rows, at + 2), ref->provider) == 0);
}

static enum rc take_credential(const struct db_rows *rows, unsigned at,
	const struct provider_ref *ref, struct runtime_credential *out)
{
	enum rc rc;

	if (!is_wanted(rows, at, ref))
		return RC_NOT_FOUND;
	runtime_credential_read(rows, at, out);
	rc = take_sealed(rows, at + SEALED, &out->row.credentials);
	return rc == RC_OK ? take_sealed(rows, at + SEALED + 1, &out->row.profile) : rc;
}

static enum rc take_found(const struct db_rows *rows, const struct provider_ref *ref,
	struct runtime_key_row *key, struct runtime_credential *out)
{
	runtime_key_read(rows, 0, key);
	return take_credential(rows, FIND_AT, ref, out);
}

enum rc runtime_find(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, struct runtime_key_row *key,
	struct runtime_credential *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = find_query(db, key_hash, query, &rows);

	memset(key, 0, sizeof(*key));
	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_next(rows) ? take_found(rows, &query->ref, key, out) : RC_DENIED;
	db_rows_free(rows);
	return rc;
}

static enum rc in_query(struct db *db, const struct tenant_id *tenant,
	const struct runtime_query *query, struct db_rows **out)
{
	struct db_value owner = db_id(&tenant->u), plugin = db_text(query->ref.plugin_id),
			provider = db_text(query->ref.provider);

	if (query->id)
		return db_query(db, sql[ST_IN_ID], DB_ARGS(owner, db_id(&query->id->u)), out);
	if (query->name)
		return db_query(db, sql[ST_IN_NAME],
			DB_ARGS(owner, plugin, provider, db_text(query->name)), out);
	return db_query(db, sql[ST_IN_DEFAULT], DB_ARGS(owner, plugin, provider), out);
}

enum rc runtime_find_in(struct db *db, const struct tenant_id *tenant,
	const struct runtime_query *query, struct runtime_credential *out)
{
	struct db_rows *rows = NULL;
	enum rc rc = in_query(db, tenant, query, &rows);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = db_next(rows) ? take_credential(rows, 0, &query->ref, out) : RC_NOT_FOUND;
	db_rows_free(rows);
	return rc;
}

/* ---- several ---- */

/* A statement has room for 4 or for 16; what is left of it looks for nothing. */
static void wanted_args(
	const struct runtime_lookup *lookups, size_t n, size_t room, struct db_value *args)
{
	static const struct runtime_lookup none;

	for (size_t i = 0; i < room; i++, args += WANTED_ARGS) {
		const struct runtime_lookup *l = i < n ? &lookups[i] : &none;

		args[0] = db_int((int64_t)i);
		args[1] = db_bytes(l->key_hash, HASH_SIZE);
		args[2] = db_id(l->query.id ? &l->query.id->u : NULL);
		args[3] = db_text(l->query.ref.plugin_id);
		args[4] = db_text(l->query.ref.provider);
	}
}

static void find_many(struct db *db, struct runtime_lookup *lookups, size_t n)
{
	struct db_value args[RUNTIME_LOOKUPS * WANTED_ARGS];
	size_t room = n <= RUNTIME_LOOKUPS / 4 ? RUNTIME_LOOKUPS / 4 : RUNTIME_LOOKUPS;
	struct db_rows *rows = NULL;
	enum rc rc;

	wanted_args(lookups, n, room, args);
	rc = db_query(db, sql[n <= RUNTIME_LOOKUPS / 4 ? ST_FIND_SOME : ST_FIND_ALL], args,
		room * WANTED_ARGS, &rows);
	for (size_t i = 0; i < n; i++)
		lookups[i].rc = rc == RC_OK ? RC_DENIED : rc;
	while (rc == RC_OK && db_next(rows)) {
		size_t i = (size_t)db_get_int(rows, NUMBER_AT);
		struct runtime_lookup *l = &lookups[i];

		if (i < n)
			l->rc = take_found(rows, &l->query.ref, &l->key, &l->found);
	}
	db_rows_free(rows);
}

void runtime_find_all(struct db *db, struct runtime_lookup *lookups, size_t n)
{
	for (; n > 1; n -= n < RUNTIME_LOOKUPS ? n : RUNTIME_LOOKUPS) {
		find_many(db, lookups, n < RUNTIME_LOOKUPS ? n : RUNTIME_LOOKUPS);
		lookups += n < RUNTIME_LOOKUPS ? n : RUNTIME_LOOKUPS;
	}
	if (n == 1)
		lookups->rc = runtime_find(
			db, lookups->key_hash, &lookups->query, &lookups->key, &lookups->found);
}

/* ---- the list ---- */

static enum rc list_query(struct db *db, const struct tenant_id *tenant,
	const struct runtime_list_query *q, struct db_rows **out)
{
	struct db_value state = db_text(q->state), scope = db_text(q->providers);
	struct db_value plugin = db_text(q->after_ref.plugin_id),
			provider = db_text(q->after_ref.provider), name = db_text(q->after_name);

	if (q->ref.plugin_id[0])
		return db_query(db, sql[ST_CREDENTIALS_OF],
			DB_ARGS(db_id(&tenant->u), state, state, db_int(q->now_s), db_int(q->now_s),
				scope, scope, db_text(q->ref.plugin_id), db_text(q->ref.provider),
				name, db_int(q->limit)),
			out);
	return db_query(db, sql[ST_CREDENTIALS],
		DB_ARGS(db_id(&tenant->u), state, state, db_int(q->now_s), db_int(q->now_s), scope,
			scope, plugin, plugin, provider, provider, name, db_int(q->limit)),
		out);
}

enum rc runtime_list(struct db *db, const struct tenant_id *tenant,
	const struct runtime_list_query *query,
	void (*visit)(const struct runtime_credential *c, void *arg), void *arg)
{
	struct db_rows *rows = NULL;
	enum rc rc = list_query(db, tenant, query, &rows);

	while (rc == RC_OK && db_next(rows)) {
		struct runtime_credential c = {0};

		runtime_credential_read(rows, 0, &c);
		c.row.is_default = db_get_int(rows, LIST_DEFAULT_AT) != 0;
		visit(&c, arg);
	}
	db_rows_free(rows);
	return rc;
}

/* ---- the report ---- */

static enum rc exec_if_so(struct db *db, const char *text, const struct db_value *args, size_t n)
{
	uint64_t affected = 0;
	enum rc rc = db_exec(db, text, args, n, &affected);

	return rc == RC_OK && affected == 0 ? RC_CONFLICT : rc;
}

enum rc runtime_reject(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t rev, int64_t now_s)
{
	return exec_if_so(db, sql[ST_REJECT],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(&id->u), db_int((int64_t)rev)));
}

enum rc runtime_reject_for_good(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t rev, int64_t now_s)
{
	return exec_if_so(db, sql[ST_REJECT_FOR_GOOD],
		DB_ARGS(db_int(now_s), db_id(&tenant->u), db_id(&id->u), db_int((int64_t)rev)));
}

enum rc runtime_reject_silently(
	struct db *db, const struct tenant_id *tenant, const struct credential_id *id, uint64_t rev)
{
	return exec_if_so(db, sql[ST_REJECT_SILENTLY],
		DB_ARGS(db_id(&tenant->u), db_id(&id->u), db_int((int64_t)rev)));
}
