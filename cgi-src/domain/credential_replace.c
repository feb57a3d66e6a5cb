/* SPDX-License-Identifier: Apache-2.0
 *
 * One credential takes the place of another: the account that answered instead of the one that was asked for. The
 * old one keeps id, name, Default and whoever uses it; what it had is revoked.
 */
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/incident.h"
#include "domain/oauth/refresh.h"
#include "domain/oauth/revocation.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/text.h"

struct replacing {
	const struct actor *actor;
	const struct provider *provider;
	const struct credential_row *old, *fresh;
	struct credential_row next; /* the old one as it will be; owned */
	struct revocation_row revocation;
	bool revokes;
};

static bool is_usable(const struct credential_row *row)
{
	return strcmp(row->auth_type, "oauth2") == 0 &&
	       strcmp(row->state, credential_state_word(CREDENTIAL_DISABLED)) != 0;
}

/* Both as the person saw them, and the new one not much older than that. */
static enum rc check(const struct credential_row *old, const struct credential_row *fresh,
	const struct credential_replacement *r)
{
	if (!is_usable(old) || !is_usable(fresh))
		return RC_CONFLICT;
	if (old->version != r->old_version || fresh->version != r->fresh_version)
		return RC_CONFLICT;
	return clock_now_s() - fresh->created_at_s > CREDENTIAL_REPLACE_S ? RC_EXPIRED : RC_OK;
}

/* Everything that came with the new consent, under the old name. */
static enum rc make_next(const struct core *core, struct replacing *r)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	struct credential_row *next = &r->next;
	enum rc rc = credential_unseal(core, &r->actor->tenant, r->fresh, &secrets, &profile);

	next->id = r->old->id;
	TEXT_COPY(next->name, r->old->name);
	next->secret_rev = r->old->secret_rev + 1;
	next->version = r->old->version + 1;
	next->changed_by = r->actor->user;
	TEXT_COPY(next->client_source, r->fresh->client_source);
	next->client_id = r->fresh->client_id;
	next->client_revision = r->fresh->client_revision;
	next->expires = r->fresh->expires;
	next->expires_at_s = r->fresh->expires_at_s;
	next->refreshable = r->fresh->refreshable;
	if (rc == RC_OK)
		rc = credential_seal(core, &r->actor->tenant, next, &secrets, &profile);
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

/* Under the id of the one that goes: the other may end one day too. */
static enum rc make_revocation(const struct core *core, struct replacing *r)
{
	enum rc rc =
		revocation_of(core, r->actor, r->provider, r->old, &r->fresh->id, &r->revocation);

	r->revokes = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* A renewal that is under way rotates the very token that moves here, or is revoked: what it brings would belong
 * to nobody. And what works is not given up for what does not. */
static enum rc pin_both(struct db *db, const struct replacing *r)
{
	const struct tenant_id *tenant = &r->actor->tenant;
	enum rc rc = refresh_pin(db, tenant, &r->fresh->id, r->fresh->secret_rev, true);

	return rc == RC_OK ? refresh_pin(db, tenant, &r->old->id, r->old->secret_rev, false) : rc;
}

static enum rc swap(struct db *db, const struct replacing *r)
{
	const struct tenant_id *tenant = &r->actor->tenant;
	struct provider_ref ref = provider_ref_of(r->provider);
	enum rc rc = default_lock(db, tenant, &ref, NULL);

	if (rc == RC_OK)
		rc = pin_both(db, r);
	if (rc == RC_OK)
		rc = default_leave(db, tenant, &ref, &r->fresh->id);
	if (rc == RC_OK)
		rc = credential_delete(
			db, tenant, &r->fresh->id, r->fresh->version, r->fresh->secret_rev);
	if (rc == RC_OK)
		rc = credential_update(
			db, tenant, &r->next, r->old->version, r->old->secret_rev, clock_now_s());
	return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
}

static enum rc replace_in_transaction(struct db *db, void *arg)
{
	const struct replacing *r = arg;
	const struct tenant_id *tenant = &r->actor->tenant;
	int64_t now_s = clock_now_s(), due_at_s = 0;
	enum rc rc = swap(db, r);

	if (r->next.refreshable)
		due_at_s = refresh_due_at(
			&r->provider->oauth, now_s, r->next.expires, r->next.expires_at_s);
	if (rc == RC_OK)
		rc = refresh_reset(db, tenant, &r->next.id, due_at_s, now_s);
	if (rc == RC_OK)
		rc = incident_raise(
			db, tenant, r->old, credential_state_word(CREDENTIAL_ACTIVE), "");
	if (rc == RC_OK && r->revokes)
		rc = revocation_insert(db, tenant, &r->revocation, now_s);
	return rc;
}

static enum rc replace(const struct core *core, struct replacing *r, const char *object)
{
	enum rc rc = make_next(core, r);

	if (rc == RC_OK)
		rc = make_revocation(core, r);
	if (rc == RC_OK)
		rc = audit_transact(
			core, r->actor, "credential.replace", object, replace_in_transaction, r);
	if (rc == RC_OK && r->revokes)
		upkeep_wake(core->cfg);
	credential_row_release(&r->next);
	revocation_row_release(&r->revocation);
	return rc;
}

enum rc credential_replace(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_replacement *replacement)
{
	struct credential_row old, fresh = {0};
	struct replacing r = {.actor = actor, .provider = provider, .old = &old, .fresh = &fresh};
	char object[AUDIT_ID_SIZE];
	enum rc rc = credential_load_for_change(core, actor, provider, &replacement->old, &old);

	if (rc == RC_OK)
		rc = credential_load_for_change(core, actor, provider, &replacement->fresh, &fresh);
	if (rc == RC_OK)
		rc = check(&old, &fresh, replacement);
	audit_id("credential", &replacement->old.u, object);
	if (rc == RC_OK)
		rc = replace(core, &r, object);
	credential_row_release(&old);
	credential_row_release(&fresh);
	audit_failure(core, actor, "credential.replace", object, rc);
	return rc;
}
