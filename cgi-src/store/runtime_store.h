/* SPDX-License-Identifier: Apache-2.0
 *
 * Table runtime_keys, and what the holder of one sees of provider_credentials: the hand-out of a credential
 * (key, scope and credential in one round trip), the list, and the report that a token was refused.
 */
#ifndef GRANTRY_STORE_RUNTIME_STORE_H
#define GRANTRY_STORE_RUNTIME_STORE_H

#include "platform/codec.h"
#include "store/credential_store.h"

#define RUNTIME_KEY_PROVIDERS_SIZE 4097
#define RUNTIME_KEY_VERBS_SIZE 65

struct runtime_key_row {
	struct uuid id;
	struct tenant_id tenant;
	char name[CREDENTIAL_NAME_SIZE];
	unsigned char hash[HASH_SIZE];
	char providers[RUNTIME_KEY_PROVIDERS_SIZE]; /* ids separated by spaces; "" for all */
	char verbs[RUNTIME_KEY_VERBS_SIZE];         /* words separated by spaces */
	bool expires;
	int64_t expires_at_s, last_used_at_s, created_at_s; /* last_used_at_s 0: never */
	struct user_id created_by;                          /* zero: the operator */
	char created_by_name[NAME_SIZE]; /* in the list alone; "" gone, or none */
};

/** runtime_key_insert(db, row): RC_CONFLICT: the name is taken. */
enum rc runtime_key_insert(struct db *db, const struct runtime_key_row *row) RC_MUST_CHECK;
/** runtime_key_list(db, tenant, out, n): by name; *out is freed with free(). */
enum rc runtime_key_list(struct db *db, const struct tenant_id *tenant,
	struct runtime_key_row **out, size_t *n) RC_MUST_CHECK;
/** runtime_key_delete(db, tenant, id): RC_NOT_FOUND. */
enum rc runtime_key_delete(
	struct db *db, const struct tenant_id *tenant, const struct uuid *id) RC_MUST_CHECK;
/** runtime_key_touch(db, tenant, id, now_s): last use, at most once a minute. */
enum rc runtime_key_touch(struct db *db, const struct tenant_id *tenant, const struct uuid *id,
	int64_t now_s) RC_MUST_CHECK;
/** runtime_key_find(db, key_hash, out): id, tenant, scope and times; RC_DENIED: no such key. */
enum rc runtime_key_find(struct db *db, const unsigned char key_hash[HASH_SIZE],
	struct runtime_key_row *out) RC_MUST_CHECK;

/** runtime_key_read(rows, at, key): the columns id, tenant_id, providers, verbs, expires_at, last_used_at from the
 * at-th on. */
void runtime_key_read(const struct db_rows *rows, unsigned at, struct runtime_key_row *key);

/* A credential as the rules for runtimes need it. row: without people, client and version. */
struct runtime_credential {
	struct credential_row row; /* owned; sealed columns only from runtime_find */
	bool has_due; /* something will renew it: then due_at_s says when; 0: first of all */
	int64_t due_at_s;
	uint64_t rejected_rev; /* secret_rev that a runtime saw refused; 0: none */
	uint64_t forced_rev;   /* secret_rev that came of such a report; 0: none */
	bool leased;           /* a renewal is under way */
};

void runtime_credential_release(struct runtime_credential *c);

/* What runtime_credential_read(rows, at, out) reads from the at-th column on, of a provider_credentials c. */
#define RUNTIME_CREDENTIAL_COLUMNS                                                                 \
	"c.id, c.plugin_id, c.provider, c.name, c.auth_type, c.secret_rev, c.expires_at,"          \
	" c.refreshable, c.state, c.state_reason, c.state_since, c.failures, c.refresh_due_at,"    \
	" c.refreshed_at, c.rejected_rev, c.forced_rev, c.lease_owner IS NOT NULL"
#define RUNTIME_CREDENTIAL_N 17
void runtime_credential_read(
	const struct db_rows *rows, unsigned at, struct runtime_credential *out);

/* Which credential a runtime asks for; the tenant is the key's. */
struct runtime_query {
	struct provider_ref ref;        /* plugin_id NULL: of any provider; then id is given */
	const struct credential_id *id; /* NULL: the Default … */
	const char *name;               /* … unless a name is given; NULL: none */
};

/** runtime_find(db, key_hash, query, key, out): RC_DENIED: no such key; RC_NOT_FOUND: no such credential in
 * the key's workspace (*key is filled then). */
enum rc runtime_find(struct db *db, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, struct runtime_key_row *key,
	struct runtime_credential *out) RC_MUST_CHECK;

/** runtime_find_in(db, tenant, query, out): the same where the workspace is known already. RC_NOT_FOUND. */
enum rc runtime_find_in(struct db *db, const struct tenant_id *tenant,
	const struct runtime_query *query, struct runtime_credential *out) RC_MUST_CHECK;

/* One of several that are looked for at once. */
struct runtime_lookup {
	unsigned char key_hash[HASH_SIZE];
	struct runtime_query query; /* not by name */
	enum rc rc;                 /* as runtime_find tells it */
	struct runtime_key_row key;
	struct runtime_credential found; /* owned */
};

/** runtime_find_all(db, lookups, n): fills rc, key and found of each, by one statement a RUNTIME_LOOKUPS. */
#define RUNTIME_LOOKUPS 16
void runtime_find_all(struct db *db, struct runtime_lookup *lookups, size_t n);

/* What of a workspace is to be listed. Texts are borrowed; "" stands for no limit. */
struct runtime_list_query {
	const char *providers;         /* a key's scope: ids separated by spaces */
	struct provider_ref ref;       /* of one provider; plugin_id "" for all */
	const char *state;             /* as runtime_state() tells it at now_s */
	struct provider_ref after_ref; /* after this name of this provider … */
	const char *after_name;        /* … in the order of plugin, provider, name */
	int64_t now_s, limit;
};

/** runtime_list(db, tenant, query, visit, arg): no sealed columns. */
enum rc runtime_list(struct db *db, const struct tenant_id *tenant,
	const struct runtime_list_query *query,
	void (*visit)(const struct runtime_credential *c, void *arg), void *arg) RC_MUST_CHECK;

/** runtime_reject(db, tenant, id, rev, now_s): the token of revision rev was refused: it is not handed out any
 * more, and due now unless a back-off runs. RC_CONFLICT: it is another revision, not active, not refreshable,
 * refused before, or itself came of such a report; nothing was changed. */
enum rc runtime_reject(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t rev, int64_t now_s) RC_MUST_CHECK;
/** runtime_reject_for_good(db, tenant, id, rev, now_s): as above where no renewal can help (not refreshable, or
 * rev came of a renewal that a report forced): needs_reauth, nothing due. RC_CONFLICT: it can help, one is under
 * way, another revision, or not active; nothing was changed. */
enum rc runtime_reject_for_good(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t rev, int64_t now_s) RC_MUST_CHECK;
/** runtime_reject_silently(db, tenant, id, rev): only: not handed out any more. RC_CONFLICT: another revision, or
 * refused before. */
enum rc runtime_reject_silently(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t rev) RC_MUST_CHECK;

#endif
