/* SPDX-License-Identifier: Apache-2.0
 *
 * Security events (R102). The object is a provider id, a name of ours or an identifier; never a value that
 * came with the request, never a secret. Each event is also a line of the log.
 */
#ifndef GRANTRY_DOMAIN_AUDIT_H
#define GRANTRY_DOMAIN_AUDIT_H

#include "domain/core.h"

/** audit_event(core, actor, action, object, result): "credential.add", "org/plugin/name", "ok". A failure
 * to write is logged; the return value is for callers that must not go on without the record. */
enum rc audit_event(const struct core *core, const struct actor *actor, const char *action,
	const char *object, const char *result);

/** audit_id(prefix, id, out): "credential:0c1d…" for object. */
#define AUDIT_ID_SIZE 64
void audit_id(const char *prefix, const struct uuid *id, char out[AUDIT_ID_SIZE]);

#endif
