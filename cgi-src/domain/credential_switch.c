/* SPDX-License-Identifier: Apache-2.0
 *
 * Disable and enable: out of use, with everything kept.
 */
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/incident.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "store/state_store.h"

struct switching {
	const struct actor *actor;
	const struct credential_row *row;
	bool on;
};

static enum rc switch_in_transaction(struct db *db, void *arg)
{
	const struct switching *s = arg;
	int64_t now_s = clock_now_s();
	/* what was out of use for long is renewed before anybody needs it */
	int64_t due_at_s = s->row->refreshable ? now_s : 0;
	enum rc rc = state_switch(
		db, &s->actor->tenant, s->row, s->on, &s->actor->user, due_at_s, now_s);

	if (rc == RC_OK)
		rc = incident_raise(db, &s->actor->tenant, s->row,
			credential_state_word(s->on ? CREDENTIAL_ACTIVE : CREDENTIAL_DISABLED), "");
	return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
}

enum rc credential_switch(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id, bool on,
	uint64_t expected_version)
{
	const char *action = on ? "credential.enable" : "credential.disable";
	char object[AUDIT_ID_SIZE];
	struct credential_row row;
	struct switching switching = {actor, &row, on};
	enum rc rc = credential_load_for_change(core, actor, provider, id, &row);

	if (rc == RC_OK && !policy_allows(actor->role, ACTION_CREDENTIAL_SWITCH))
		rc = RC_DENIED;
	if (rc == RC_OK &&
		(row.version != expected_version ||
			(strcmp(row.state, credential_state_word(CREDENTIAL_DISABLED)) == 0) != on))
		rc = RC_CONFLICT; /* somebody else changed it, or did the same */
	audit_id("credential", &id->u, object);
	if (rc == RC_OK)
		rc = audit_transact(core, actor, action, object, switch_in_transaction, &switching);
	if (rc == RC_OK && on && row.refreshable)
		upkeep_wake(core->cfg);
	credential_row_release(&row);
	audit_failure(core, actor, action, object, rc);
	return rc;
}
