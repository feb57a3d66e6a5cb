/* SPDX-License-Identifier: Apache-2.0
 *
 * Connect: an editor of pipelines or agents sends a person here to connect a provider, wants the person back at an
 * address of its own, and asks over the runtime API what came of it. The address that the person goes back to
 * carries the id of the request and nothing else of ours; the id tells nothing to who has no key of the workspace.
 */
#ifndef GRANTRY_DOMAIN_CONNECT_H
#define GRANTRY_DOMAIN_CONNECT_H

#include "domain/core.h"
#include "domain/provider.h"
#include "domain/runtime/access.h"
#include "platform/url.h"
#include "store/connect_store.h"

#define CONNECT_LIFETIME_S 3600
#define CONNECT_KEPT_MAX 100 /* of one person: the oldest go first */
#define CONNECT_ID_PARAM "connect_id"

/** connect_return_allowed(core, url): an absolute URL without fragment, whose origin the operator allows
 * (connect_return) and whose query does not name CONNECT_ID_PARAM. */
bool connect_return_allowed(const struct core *core, const char *url);

/** connect_open(core, actor, provider, return_to, id_out): RC_INVALID: the address is not allowed. */
enum rc connect_open(const struct core *core, const struct actor *actor,
	const struct provider *provider, const char *return_to,
	struct connect_id *id_out) RC_MUST_CHECK;

/** connect_load(core, actor, id, out): of this person in this workspace. RC_NOT_FOUND. */
enum rc connect_load(const struct core *core, const struct actor *actor,
	const struct connect_id *id, struct connect_row *out) RC_MUST_CHECK;

/** connect_is_for(row, provider): that one, and its time is not over. */
bool connect_is_for(const struct connect_row *row, const struct provider *provider);

/** connect_end_in(db, actor, id, status, error, credential): inside a transaction. status: "connected", "declined",
 * "failed"; error: a code, with "failed"; credential: NULL without one. One that is connected or over stays as it is. */
enum rc connect_end_in(struct db *db, const struct actor *actor, const struct connect_id *id,
	const char *status, const char *error,
	const struct credential_id *credential) RC_MUST_CHECK;
/** connect_end(core, actor, id, status, error, credential): likewise, by itself. */
enum rc connect_end(const struct core *core, const struct actor *actor, const struct connect_id *id,
	const char *status, const char *error,
	const struct credential_id *credential) RC_MUST_CHECK;

/** connect_return_url(row, out): where the person goes back to. RC_NOMEM, RC_LIMIT. */
enum rc connect_return_url(const struct connect_row *row, struct buf *out) RC_MUST_CHECK;
/** connect_return_origin(row, out): for people. */
void connect_return_origin(const struct connect_row *row, char out[URL_ORIGIN_SIZE]);

/** connect_status(core, caller, id, out, why): for a runtime. out->status is "expired" when nothing came of it in its
 * time. RC_DENIED: *why says it, also when there is none for this key. */
enum rc connect_status(const struct core *core, const struct runtime_caller *caller,
	const struct connect_id *id, struct connect_row *out, struct refusal *why) RC_MUST_CHECK;

/** connect_workspace(core, caller, out, why): the workspace of a runtime's key, for links that lead into it. */
enum rc connect_workspace(const struct core *core, const struct runtime_caller *caller,
	struct tenant_id *out, struct refusal *why) RC_MUST_CHECK;

/** connect_sweep(core): what was over a day ago goes, some at a time. */
enum rc connect_sweep(const struct core *core) RC_MUST_CHECK;

#endif
