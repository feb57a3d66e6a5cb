/* SPDX-License-Identifier: Apache-2.0
 *
 * Table tool_api_operations: the operations of API tools and of drafts; owner is the id of either.
 */
#ifndef GRANTRY_STORE_API_OPERATION_STORE_H
#define GRANTRY_STORE_API_OPERATION_STORE_H

#include "platform/db.h"
#include "store/ids.h"

#define API_OPERATION_LIST_MAX 8192 /* bytes of a list of names */

/* Texts are borrowed. */
struct api_operation_row {
	const char *name, *method, *path, *summary, *description, *pointer;
	bool deprecated, enabled;
	int64_t position, n_parameters, n_warnings;
	const unsigned char *plan_sha256; /* only when written */
	const char *plan, *bundle;        /* JSON; NULL in lists */
	size_t plan_len, bundle_len;
};

/** api_operation_insert(db, tenant, owner, rows, n): in statements of a few megabytes each. RC_CONFLICT: a name is
 * there twice; RC_LIMIT: one is larger than the database takes. */
enum rc api_operation_insert(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const struct api_operation_row *rows, size_t n) RC_MUST_CHECK;

/** api_operation_count(db, tenant, owner, filter, out): filter: a text that method, path, name or summary contain,
 * whatever its case; "" all. */
enum rc api_operation_count(struct db *db, const struct tenant_id *tenant, const struct uuid *owner,
	const char *filter, int64_t *out) RC_MUST_CHECK;
/** api_operation_page(db, tenant, owner, filter, offset, limit, out): rows for api_operation_row_get. */
enum rc api_operation_page(struct db *db, const struct tenant_id *tenant, const struct uuid *owner,
	const char *filter, int64_t offset, int64_t limit, struct db_rows **out) RC_MUST_CHECK;
/** api_operation_enabled_after(db, tenant, owner, position, limit, out): those that are enabled, behind position, with
 * plan and bundle. */
enum rc api_operation_enabled_after(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, int64_t position, int64_t limit,
	struct db_rows **out) RC_MUST_CHECK;
/** api_operation_row_load(db, tenant, owner, name, out): one row, with plan and bundle. RC_NOT_FOUND. */
enum rc api_operation_row_load(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const char *name, struct db_rows **out) RC_MUST_CHECK;
/** api_operation_row_get(rows): the current one. */
struct api_operation_row api_operation_row_get(const struct db_rows *rows);

/** api_operation_enable(db, tenant, owner, names, enabled): names separated by commas; NULL: all. */
enum rc api_operation_enable(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const char *names, bool enabled) RC_MUST_CHECK;
/** api_operation_inherit(db, tenant, owner, from): what from has, owner has enabled as from has it; of the others
 * all, if from has all of its own enabled, else none. */
enum rc api_operation_inherit(struct db *db, const struct tenant_id *tenant,
	const struct uuid *owner, const struct uuid *from) RC_MUST_CHECK;

/** api_operation_move(db, tenant, from, to): to has none of its own any more, and those of from. */
enum rc api_operation_move(struct db *db, const struct tenant_id *tenant, const struct uuid *from,
	const struct uuid *to) RC_MUST_CHECK;
enum rc api_operation_delete(
	struct db *db, const struct tenant_id *tenant, const struct uuid *owner) RC_MUST_CHECK;

/* One of the operations of two owners, by its name. */
struct api_operation_pair {
	const char *name, *method, *path; /* of the new one, or of the old one when it is gone */
	bool in_old, in_new, same;        /* same: the plans are */
	bool enabled;                     /* the old one, or the new one when there is none */
};

/** api_operation_compare(db, tenant, old, new, visit, arg): all of new in their order, then what only old has. */
enum rc api_operation_compare(struct db *db, const struct tenant_id *tenant, const struct uuid *old,
	const struct uuid *new, void (*visit)(const struct api_operation_pair *pair, void *arg),
	void *arg) RC_MUST_CHECK;

#endif
