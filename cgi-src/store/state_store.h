/* SPDX-License-Identifier: Apache-2.0
 *
 * Table provider_credentials: states that people make, and what their tests and changes say of a credential. Every
 * statement takes effect only while the row is what the caller saw.
 */
#ifndef GRANTRY_STORE_STATE_STORE_H
#define GRANTRY_STORE_STATE_STORE_H

#include <stdbool.h>

#include "store/credential_store.h"

/** state_switch(db, tenant, row, on, by, due_at_s, now_s): disabled and never due; or active, without
 * failures, due then (0: never). A lease stays: what a renewal under way brings is kept. A new version, as by any person's change. row as loaded; RC_NOT_FOUND: not so any
 * more. */
enum rc state_switch(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, bool on, const struct user_id *by, int64_t due_at_s,
	int64_t now_s) RC_MUST_CHECK;

/** state_move(db, tenant, row, to, reason, due_at_s, now_s): from row->state, for what row->secret_rev holds. No new
 * version. RC_NOT_FOUND: not so any more. */
enum rc state_move(struct db *db, const struct tenant_id *tenant, const struct credential_row *row,
	const char *to, const char *reason, int64_t due_at_s, int64_t now_s) RC_MUST_CHECK;

/** state_test_claim(db, tenant, id, now_s, pause_s): RC_LIMIT: it was tested less than pause_s ago. */
enum rc state_test_claim(struct db *db, const struct tenant_id *tenant,
	const struct credential_id *id, int64_t now_s, int64_t pause_s) RC_MUST_CHECK;

/** state_client_saved(db, tenant, client_id, now_s): what failed because of that client is due now. tenant NULL: the
 * operator's client, of all tenants. *affected: how many. */
enum rc state_client_saved(struct db *db, const struct tenant_id *tenant,
	const struct uuid *client_id, int64_t now_s, uint64_t *affected) RC_MUST_CHECK;

#endif
