/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/clearing.h"

#include "domain/connect.h"
#include "domain/oauth/flow.h"
#include "domain/oauth/token.h"
#include "domain/people/session.h"
#include "domain/people/sign_in.h"
#include "domain/tool/api_draft.h"
#include "domain/webhook.h"
#include "platform/clock.h"
#include "store/refresh_store.h"
#include "store/revocation_store.h"
#include "store/webhook_store.h"

#define RECALL_AFTER_S (2 * (int64_t)TOKEN_LIFETIME_MAX_S) /* no schedule of ours reaches so far */
#define RECALL_SPREAD_S 600                                /* who needs one sooner hurries it */

static enum rc clear_revocations(const struct core *core)
{
	return revocation_clear(core->db, clock_now_s() - CLEARING_KEPT_S, CLEARING_BATCH);
}

static enum rc clear_messages(const struct core *core)
{
	return webhook_clear(core->db, clock_now_s() - WEBHOOK_KEEP_S, CLEARING_BATCH);
}

static enum rc recall(const struct core *core)
{
	int64_t now_s = clock_now_s();

	return refresh_recall(core->db, now_s + RECALL_AFTER_S, RECALL_SPREAD_S, now_s);
}

enum rc clearing_turn(const struct core *core)
{
	static enum rc (*const chores[])(const struct core *core) = {flow_sweep, connect_sweep,
		session_sweep, sign_in_sweep, api_draft_sweep, clear_revocations, clear_messages,
		recall};
	enum rc rc = RC_OK;

	for (size_t i = 0; i < sizeof(chores) / sizeof(chores[0]) && rc == RC_OK; i++)
		rc = chores[i](core);
	return rc;
}
