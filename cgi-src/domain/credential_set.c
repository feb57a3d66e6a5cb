/* SPDX-License-Identifier: Apache-2.0
 *
 * Which credentials there are: the Default, and the end of one.
 */
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/oauth/revocation.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"

/* ---- Default ---- */

struct default_change {
	const struct tenant_id *tenant;
	struct provider_ref ref;
	const struct credential_id *id;
};

static enum rc set_default(struct db *db, void *arg)
{
	const struct default_change *c = arg;
	enum rc rc = default_lock(db, c->tenant, &c->ref, NULL);

	if (rc == RC_OK)
		rc = default_set(db, c->tenant, &c->ref, c->id);
	return rc == RC_INVALID ? RC_NOT_FOUND : rc; /* the reference failed: it is gone */
}

enum rc credential_make_default(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id)
{
	struct default_change change = {&actor->tenant, provider_ref_of(provider), id};
	char object[AUDIT_ID_SIZE];
	struct credential_row row;
	enum rc rc = credential_load_for_change(core, actor, provider, id, &row);

	credential_row_release(&row);
	audit_id("credential", &id->u, object);
	if (rc == RC_OK)
		rc = audit_transact(
			core, actor, "credential.default", object, set_default, &change);
	audit_failure(core, actor, "credential.default", object, rc);
	return rc;
}

/* ---- the end ---- */

struct ending {
	const struct tenant_id *tenant;
	struct provider_ref ref;
	const struct credential_row *row;
	const struct revocation_row *revocation; /* NULL: the provider is not told */
};

static enum rc delete_from_set(struct db *db, void *arg)
{
	const struct ending *e = arg;
	enum rc rc = default_lock(db, e->tenant, &e->ref, NULL);

	if (rc == RC_OK)
		rc = default_leave(db, e->tenant, &e->ref, &e->row->id);
	if (rc == RC_OK)
		rc = credential_delete(
			db, e->tenant, &e->row->id, e->row->version, e->row->secret_rev);
	if (rc == RC_NOT_FOUND)
		rc = RC_CONFLICT;
	if (rc == RC_OK && e->revocation)
		rc = revocation_insert(db, e->tenant, e->revocation, clock_now_s());
	return rc;
}

/* The tokens that are queued are those of the row that goes: RC_CONFLICT when a renewal came between. */
static enum rc end_row(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_row *row)
{
	struct ending ending = {&actor->tenant, provider_ref_of(provider), row, NULL};
	struct revocation_row revocation;
	char object[AUDIT_ID_SIZE];
	enum rc rc = revocation_of(core, actor, provider, row, &row->id, &revocation);

	if (rc == RC_OK)
		ending.revocation = &revocation;
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	audit_id("credential", &row->id.u, object);
	if (rc == RC_OK)
		rc = audit_transact(
			core, actor, "credential.delete", object, delete_from_set, &ending);
	if (rc == RC_OK && ending.revocation)
		upkeep_wake(core->cfg);
	revocation_row_release(&revocation);
	return rc;
}

#define RENEWED_TRIES 3 /* nothing is renewed more often than a try takes */

enum rc credential_remove(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id, uint64_t expected_version)
{
	char object[AUDIT_ID_SIZE];
	enum rc rc = RC_CONFLICT;

	for (int i = 0; i < RENEWED_TRIES && rc == RC_CONFLICT; i++) {
		struct credential_row row;
		bool changed = false;

		rc = credential_load_for_change(core, actor, provider, id, &row);
		changed = rc == RC_OK && row.version != expected_version;
		if (rc == RC_OK)
			rc = changed ? RC_CONFLICT : end_row(core, actor, provider, &row);
		credential_row_release(&row);
		if (changed)
			break;
	}
	audit_id("credential", &id->u, object);
	audit_failure(core, actor, "credential.delete", object, rc);
	return rc;
}
