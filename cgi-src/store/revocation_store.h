/* SPDX-License-Identifier: Apache-2.0
 *
 * Table revocations: access that the provider is to take back. Whoever works on one moves its due time on and
 * counts the attempt in one statement, so several processes share the work, and what a dead one had taken
 * comes back by itself.
 */
#ifndef GRANTRY_STORE_REVOCATION_STORE_H
#define GRANTRY_STORE_REVOCATION_STORE_H

#include <stdbool.h>

#include "platform/buf.h"
#include "platform/db.h"
#include "platform/vault.h"
#include "store/ids.h"

#define REVOCATION_TABLE "revocations"
#define REVOCATION_NAME_SIZE 1021 /* 255 characters */

#define REVOCATION_QUEUED "queued"
#define REVOCATION_DONE "done"
#define REVOCATION_FAILED "failed"

struct revocation_row {
	struct tenant_id tenant;
	struct credential_id id; /* of the credential that is gone */
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
	char name[REVOCATION_NAME_SIZE];
	struct buf tokens; /* sealed; owned; empty when there are none (any more) */
	char client_source[9];
	struct uuid client_id;
	char state[17], reason[65];
	int64_t attempts;
	struct user_id requested_by;
	int64_t created_at_s, finished_at_s; /* finished_at_s 0: not yet */
};

void revocation_row_release(struct revocation_row *row);

/** revocation_insert(db, tenant, row, now_s): state REVOCATION_QUEUED: due now; any other: finished now, and no
 * tokens are kept. RC_CONFLICT: that id is there. */
enum rc revocation_insert(struct db *db, const struct tenant_id *tenant,
	const struct revocation_row *row, int64_t now_s) RC_MUST_CHECK;

/** revocation_list_recent(db, tenant, ref, since_s, limit, visit, arg): of one provider, the newest first, without
 * tokens. The row is the visitor's for the call only. */
enum rc revocation_list_recent(struct db *db, const struct tenant_id *tenant,
	const struct provider_ref *ref, int64_t since_s, int64_t limit,
	void (*visit)(const struct revocation_row *row, void *arg), void *arg) RC_MUST_CHECK;

/** revocation_due_list(db, now_s, without, limit, out, n): of all tenants but those (zero: none), the longest due
 * first, with their tokens. Each row is released, *out then freed with free(); also after an error. */
enum rc revocation_due_list(struct db *db, int64_t now_s,
	const struct tenant_id without[DUE_WITHOUT_MAX], int64_t limit, struct revocation_row **out,
	size_t *n) RC_MUST_CHECK;

/** revocation_claim(db, row, now_s, until_s): it is the caller's until then: row as listed; its attempts grow by
 * one here too. RC_NOT_FOUND: somebody else was faster. */
enum rc revocation_claim(
	struct db *db, struct revocation_row *row, int64_t now_s, int64_t until_s) RC_MUST_CHECK;

/** revocation_finish(db, row, state, reason, now_s): the end; the tokens go. revocation_retry(db, row, reason,
 * due_at_s): once more then. row as it was claimed; RC_CONFLICT: overtaken, nothing was changed. */
enum rc revocation_finish(struct db *db, const struct revocation_row *row, const char *state,
	const char *reason, int64_t now_s) RC_MUST_CHECK;
enum rc revocation_retry(struct db *db, const struct revocation_row *row, const char *reason,
	int64_t due_at_s) RC_MUST_CHECK;

/** revocation_clear(db, before_s, limit): forgets those that were finished before that. */
enum rc revocation_clear(struct db *db, int64_t before_s, int64_t limit) RC_MUST_CHECK;

#endif
