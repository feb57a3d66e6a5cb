/* SPDX-License-Identifier: Apache-2.0
 *
 * Security events (R102). The object is a provider id, a name of ours or an identifier; never a value that
 * came with the request, never a secret. Each event is also a line of the log.
 */
#ifndef GRANTRY_DOMAIN_AUDIT_H
#define GRANTRY_DOMAIN_AUDIT_H

#include "domain/core.h"

/** audit_event(core, actor, action, object, result): "request.role", "org/plugin/name", "denied". RC_UNAVAILABLE:
 * it could not be written, for any reason but RC_RETRY (inside a transaction); for callers that must not go on
 * without the record. */
enum rc audit_event(const struct core *core, const struct actor *actor, const char *action,
	const char *object, const char *result);

/* Events of several requests, written in one statement: one commit for all. */
#define AUDIT_BATCH_MAX 48
#define AUDIT_OBJECT_SIZE 192
struct audit_batch;
struct audit_batch *audit_batch_new(void); /* NULL: no memory */
void audit_batch_free(struct audit_batch *batch);

/** audit_later(core, actor, action, object, result): as audit_event, into core->audit_batch; what the event is about
 * must not happen before it was written. Texts are copied, cut where they are longer than any of ours. RC_LIMIT:
 * write first. */
enum rc audit_later(const struct core *core, const struct actor *actor, const char *action,
	const char *object, const char *result) RC_MUST_CHECK;
/** audit_batch_write(core): empties it in any case. RC_UNAVAILABLE: none of them was written; RC_RETRY: inside a
 * transaction. */
enum rc audit_batch_write(const struct core *core) RC_MUST_CHECK;
void audit_batch_drop(const struct core *core);

/** audit_failure(core, actor, action, object, rc): what a change came to, unless it is RC_OK: that event stands
 * already (audit_transact). Best effort: nothing was changed that would have to be taken back. */
void audit_failure(const struct core *core, const struct actor *actor, const char *action,
	const char *object, enum rc rc);

/** audit_transact(core, actor, action, object, work, arg): db_transact(core->db, work, arg) with the event "ok" in
 * the same transaction: no change without its record, no record without its change (security R102, R106).
 * Errors: those of work and of db_transact; RC_UNAVAILABLE also when the event cannot be written. */
enum rc audit_transact(const struct core *core, const struct actor *actor, const char *action,
	const char *object, enum rc (*work)(struct db *db, void *arg), void *arg) RC_MUST_CHECK;

/** audit_operator(tenant): whoever runs the command line; tenant NULL: of no one workspace. */
struct actor audit_operator(const struct tenant_id *tenant);

/** audit_id(prefix, id, out): "credential:0c1d…" for object. */
#define AUDIT_ID_SIZE 64
void audit_id(const char *prefix, const struct uuid *id, char out[AUDIT_ID_SIZE]);

#endif
