/* SPDX-License-Identifier: Apache-2.0
 *
 * What the webhooks of a workspace are told: that a credential stopped working, and that it works again. A
 * message is a row that is written in the very transaction that changes the state, so that none is lost and
 * none tells of what did not happen; grantry-refreshd delivers it (domain/webhook.h).
 */
#ifndef GRANTRY_DOMAIN_INCIDENT_H
#define GRANTRY_DOMAIN_INCIDENT_H

#include "store/credential_store.h"

/** incident_raise(db, tenant, row, to, reason): inside the transaction that changes row->state to `to`: one
 * message to every webhook of the workspace, the same event for all. Nothing when the state stays what it is:
 * one incident is told once, whatever its reason turns into. Of row it reads id, plugin_id, provider, name and
 * state. reason: the code that goes into state_reason; "" when it is active. */
enum rc incident_raise(struct db *db, const struct tenant_id *tenant,
	const struct credential_row *row, const char *to, const char *reason) RC_MUST_CHECK;

/** incident_test(db, tenant, webhook): a message of the type "webhook.test" to that one alone. RC_INVALID: there
 * is no such webhook. */
enum rc incident_test(struct db *db, const struct tenant_id *tenant,
	const struct webhook_id *webhook) RC_MUST_CHECK;

#endif
