/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/oauth/client.h"
#include "domain/oauth/refresh.h"
#include "domain/oauth/revocation.h"
#include "domain/oauth/token.h"
#include "platform/clock.h"
#include "platform/log.h"

#define CLAIM_S 60            /* longer than any call: then it is nobody's again */
#define GIVE_UP_S (24 * 3600) /* after so long (R44) */

static void audit_result(
	const struct core *core, const struct revocation_row *row, const char *result)
{
	struct actor scheduler = {.tenant = row->tenant, .peer = "refreshd"};
	char object[AUDIT_ID_SIZE];

	audit_id("credential", &row->id.u, object);
	(void)audit_event(core, &scheduler, "credential.revoke", object, result);
}

static void finish(const struct core *core, const struct revocation_row *row, const char *state,
	const char *reason)
{
	enum rc rc = revocation_finish(core->db, row, state, reason, clock_now_s());

	if (rc == RC_OK)
		audit_result(core, row, reason[0] ? reason : "ok");
	else
		log_warn("revocation.finish", "rc", rc_name(rc)); /* claimed again after a while */
}

/* Once more later, unless it has been tried for too long. */
static void again(const struct core *core, const struct revocation_row *row, const char *reason,
	int64_t retry_after_s)
{
	int64_t now_s = clock_now_s();
	enum rc rc;

	if (row->created_at_s + GIVE_UP_S <= now_s) {
		finish(core, row, REVOCATION_FAILED, reason);
		return;
	}
	rc = revocation_retry(
		core->db, row, reason, refresh_retry_at(row->attempts - 1, retry_after_s, now_s));
	if (rc != RC_OK)
		log_warn("revocation.retry", "rc", rc_name(rc));
}

/* Where several tokens have to be taken back, the reason of a row that is due says which is next. What fails in between
 * begins anew: a provider says yes to what it does not know any more. */
#define NEXT_TOKEN "token_"

static size_t next_token(const struct revocation_row *row)
{
	size_t len = strlen(NEXT_TOKEN);

	return strncmp(row->reason, NEXT_TOKEN, len) == 0
		       ? (size_t)strtoul(row->reason + len, NULL, 10)
		       : 0;
}

static enum rc build(
	const struct core *core, const struct revocation_row *row, struct httpc_request *rq)
{
	struct provider_ref ref = {row->plugin_id, row->provider};
	struct fieldset secrets = FIELDSET_EMPTY;
	struct oauth_client client = {0};
	const struct provider *provider;
	enum rc rc = definition_find(core, &row->tenant, &ref, &provider);

	if (rc == RC_OK)
		rc = revocation_unseal(core, row, &secrets);
	if (rc == RC_OK)
		rc = client_issued(
			core, &row->tenant, provider, row->client_source, &row->client_id, &client);
	if (rc == RC_OK)
		rc = token_revoke_request(provider, &client, &secrets, next_token(row), rq);
	oauth_client_release(&client);
	fieldset_release(&secrets);
	return rc;
}

/* Done, unless another token follows. */
static void next(const struct core *core, const struct revocation_row *row)
{
	struct provider_ref ref = {row->plugin_id, row->provider};
	const struct provider *provider;
	char reason[sizeof(row->reason)];
	enum rc rc = definition_find(core, &row->tenant, &ref, &provider);

	if (rc != RC_OK ||
		(provider->oauth.revoked_token != REVOKE_BOTH && !provider->oauth.n_parts)) {
		finish(core, row, REVOCATION_DONE, "");
		return;
	}
	(void)snprintf(reason, sizeof(reason), NEXT_TOKEN "%zu", next_token(row) + 1);
	rc = revocation_retry(core->db, row, reason, clock_now_s());
	if (rc != RC_OK)
		log_warn("revocation.next", "rc", rc_name(rc));
}

enum rc revocation_begin(
	const struct core *core, struct revocation_row *row, struct httpc_request *rq)
{
	int64_t now_s = clock_now_s();
	enum rc rc = revocation_claim(core->db, row, now_s, now_s + CLAIM_S);

	if (rc != RC_OK)
		return rc;
	rc = build(core, row, rq);
	if (rc == RC_NOT_FOUND && next_token(row))
		finish(core, row, REVOCATION_DONE, ""); /* that was the last */
	else if (rc == RC_NOT_FOUND || rc == RC_INVALID)
		finish(core, row, REVOCATION_FAILED, "client_gone");
	else if (rc != RC_OK)
		again(core, row, rc == RC_CRYPTO ? "unreadable" : rc_name(rc), -1);
	return rc;
}

void revocation_end(const struct core *core, const struct revocation_row *row, enum rc rc,
	const struct httpc_response *rs)
{
	char reason[sizeof(row->reason)];

	if (rc == RC_OK && rs->status >= 200 && rs->status <= 299) {
		next(core, row);
		return;
	}
	if (rc != RC_OK) {
		again(core, row,
			rc == RC_TIMEOUT    ? "timeout"
			: rc == RC_UPSTREAM ? "no_answer"
					    : "no_usable_answer",
			-1);
		return;
	}
	(void)snprintf(reason, sizeof(reason), "http_%d", rs->status);
	/* what a provider refuses today it refuses tomorrow */
	if (rs->status >= 400 && rs->status <= 499 && rs->status != 408 && rs->status != 429)
		finish(core, row, REVOCATION_FAILED, reason);
	else
		again(core, row, reason, rs->retry_after_s);
}
