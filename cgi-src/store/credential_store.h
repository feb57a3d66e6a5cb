/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables provider_credentials and provider_credential_defaults. Whoever adds, deletes or chooses a Default
 * first calls default_lock in the same transaction: it takes the row of that provider, so two changes of
 * one set never pass each other.
 */
#ifndef GRANTRY_STORE_CREDENTIAL_STORE_H
#define GRANTRY_STORE_CREDENTIAL_STORE_H

#include <stdbool.h>

#include "platform/buf.h"
#include "platform/db.h"
#include "platform/vault.h"
#include "store/ids.h"

/* The name that the seals of rows are bound to: that of the table when the first were made. */
#define CREDENTIAL_PLACE "datasource_providers"
#define CREDENTIAL_NAME_SIZE 1021 /* 255 characters */
#define AUTH_TYPE_SIZE 33

struct credential_row {
	struct credential_id id;
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
	char name[CREDENTIAL_NAME_SIZE], auth_type[AUTH_TYPE_SIZE];
	struct buf credentials, profile; /* sealed; owned */
	uint64_t secret_rev, version;
	struct user_id added_by, changed_by;
	char added_by_name[NAME_SIZE], changed_by_name[NAME_SIZE]; /* "" when the person is gone */
	char client_source[9];                                     /* oauth2 only */
	struct uuid client_id;
	uint64_t client_revision;
	bool expires;
	int64_t expires_at_s;
	bool refreshable, is_default;
	char state[25], state_reason[65]; /* as the renewal left it, see sql/0002_refresh.sql */
	int64_t state_since_s, failures;
	int64_t refresh_due_at_s; /* 0: nothing to renew */
	int64_t refreshed_at_s;   /* when what it has was obtained; 0 unknown */
	bool rejected;            /* the provider refused what it has */
	bool client_gone;         /* the OAuth client that it came from is not there any more */
	int64_t created_at_s, updated_at_s;
};

struct credential_rows {
	struct credential_row *items;
	size_t n;
};

void credential_row_release(struct credential_row *row);
void credential_rows_release(struct credential_rows *rows);

/** credential_rows_load(db, tenant, ref, out): of one provider, Default first, then oldest first. */
enum rc credential_rows_load(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, struct credential_rows *out) RC_MUST_CHECK;
/** credential_row_load(db, tenant, ref, id, out): RC_NOT_FOUND also when it is of another provider. */
enum rc credential_row_load(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, const struct credential_id *id,
	struct credential_row *out) RC_MUST_CHECK;

/* How many there are that are alike; those of one provider stand together. */
struct credential_count {
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
	char state[25];
	bool failing, over, refreshable, client_gone; /* over: past expires_at */
	int64_t n;
};

/** credential_counts(db, tenant, now_s, out, n): *out is freed with free(). */
enum rc credential_counts(struct db *db, const struct tenant_id *tenant, int64_t now_s,
	struct credential_count **out, size_t *n) RC_MUST_CHECK;

/** credential_names(db, tenant, ref, visit, arg): every name in use for one provider. */
enum rc credential_names(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, void (*visit)(const char *name, void *arg),
	void *arg) RC_MUST_CHECK;

/** credential_insert(db, tenant, row, now_s): RC_CONFLICT: the name is taken. */
enum rc credential_insert(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, int64_t now_s) RC_MUST_CHECK;

/** credential_update(db, tenant, row, expected_version, expected_secret_rev, now_s): name, sealed
 * columns, revisions, client, expiry. Compare-and-swap on both numbers: RC_NOT_FOUND when they are not
 * (any more) so, or the row is gone; RC_CONFLICT: the name is taken. */
enum rc credential_update(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, uint64_t expected_version, uint64_t expected_secret_rev,
	int64_t now_s) RC_MUST_CHECK;

/** credential_delete(db, tenant, id, version, secret_rev): RC_NOT_FOUND as above. */
enum rc credential_delete(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, uint64_t version, uint64_t secret_rev) RC_MUST_CHECK;

/** default_lock(db, tenant, ref, newcomer): locks the provider's Default row, making it with newcomer as
 * Default when there is none. To be called after newcomer's insert; NULL: only lock, RC_NOT_FOUND when
 * there is none. */
enum rc default_lock(struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref,
	const struct credential_id *newcomer) RC_MUST_CHECK;
enum rc default_set(struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref,
	const struct credential_id *id) RC_MUST_CHECK;
/** default_leave(db, tenant, ref, id): if id is the Default, the oldest other becomes it; without another
 * the row goes. */
enum rc default_leave(struct db *db, const struct tenant_id *tenant, const struct provider_ref *ref,
	const struct credential_id *id) RC_MUST_CHECK;

#endif
