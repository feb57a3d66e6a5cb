/* SPDX-License-Identifier: Apache-2.0
 *
 * Table tenants: what an operator changes of a workspace.
 */
#ifndef GRANTRY_STORE_TENANT_STORE_H
#define GRANTRY_STORE_TENANT_STORE_H

#include "platform/db.h"
#include "store/ids.h"

/** tenant_set_disabled(db, id, disabled): of a disabled one no session is found any more. */
enum rc tenant_set_disabled(struct db *db, const struct tenant_id *id, bool disabled) RC_MUST_CHECK;

#endif
