/* SPDX-License-Identifier: Apache-2.0
 *
 * Table tool_api_drafts: imports that nobody has saved yet. A draft is there, for everybody but the sweep, when its
 * head is.
 */
#ifndef GRANTRY_STORE_API_DRAFT_STORE_H
#define GRANTRY_STORE_API_DRAFT_STORE_H

#include "platform/buf.h"
#include "platform/db.h"
#include "store/ids.h"

/* Texts are borrowed: from rows after a load, from the caller before a write. */
struct api_draft_row {
	struct api_draft_id id;
	struct user_id user;
	struct api_tool_id tool; /* zero: a new one */
	const char *source_url, *head, *report;
	size_t head_len, report_len;
	int64_t created_at_s, n_operations, n_enabled;
	struct db_rows *rows;
};

void api_draft_row_release(struct api_draft_row *row);

/** api_draft_row_insert(db, tenant, row, document, len, sha256, max): without head and report. RC_LIMIT: the
 * workspace has max of them, or the database takes no document of this size; RC_INVALID: the document is no UTF-8. */
enum rc api_draft_row_insert(struct db *db, const struct tenant_id *tenant,
	const struct api_draft_row *row, const char *document, size_t len,
	const unsigned char sha256[32], int64_t max) RC_MUST_CHECK;
/** api_draft_row_finish(db, tenant, row): head and report; now it is there. RC_NOT_FOUND: swept meanwhile. */
enum rc api_draft_row_finish(struct db *db, const struct tenant_id *tenant,
	const struct api_draft_row *row) RC_MUST_CHECK;

/** api_draft_row_load(db, tenant, user, id, out): RC_NOT_FOUND. Release out in any case. */
enum rc api_draft_row_load(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, const struct api_draft_id *id,
	struct api_draft_row *out) RC_MUST_CHECK;
/** api_draft_row_document(db, tenant, user, id, out): appends. RC_NOT_FOUND. */
enum rc api_draft_row_document(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, const struct api_draft_id *id, struct buf *out) RC_MUST_CHECK;

/** api_draft_row_delete(db, tenant, user, id): not its operations. RC_NOT_FOUND. */
enum rc api_draft_row_delete(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, const struct api_draft_id *id) RC_MUST_CHECK;

/** api_draft_row_beyond(db, tenant, user, kept, out, n): the person's drafts but the newest ones; 16 at most. */
#define API_DRAFT_BEYOND_MAX 16
enum rc api_draft_row_beyond(struct db *db, const struct tenant_id *tenant,
	const struct user_id *user, int64_t kept, struct api_draft_id out[API_DRAFT_BEYOND_MAX],
	size_t *n) RC_MUST_CHECK;

/* ---- the sweep, of all tenants ---- */

struct api_draft_old {
	struct tenant_id tenant;
	struct api_draft_id id;
};

/** api_draft_row_old(db, before_s, limit, out, n): *out is freed with free(). */
enum rc api_draft_row_old(struct db *db, int64_t before_s, int64_t limit,
	struct api_draft_old **out, size_t *n) RC_MUST_CHECK;
/** api_draft_row_sweep(db, old, before_s): RC_NOT_FOUND: it has become a tool meanwhile. */
enum rc api_draft_row_sweep(
	struct db *db, const struct api_draft_old *old, int64_t before_s) RC_MUST_CHECK;

#endif
