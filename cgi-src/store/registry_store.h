/* SPDX-License-Identifier: Apache-2.0
 *
 * Table runtime_registry: what the runtimes of a workspace have, as one JSON document.
 */
#ifndef GRANTRY_STORE_REGISTRY_STORE_H
#define GRANTRY_STORE_REGISTRY_STORE_H

#include "platform/db.h"
#include "platform/secret.h"
#include "store/ids.h"

/** registry_row_load(db, tenant, out): RC_NOT_FOUND: nothing was ever registered. */
enum rc registry_row_load(
	struct db *db, const struct tenant_id *tenant, struct secret *out) RC_MUST_CHECK;
/** registry_row_replace(db, tenant, document, now_s): the one there was, if any, is gone. */
enum rc registry_row_replace(struct db *db, const struct tenant_id *tenant,
	const struct secret *document, int64_t now_s) RC_MUST_CHECK;

#endif
