/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/refresh.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/journal.h"
#include "platform/clock.h"
#include "platform/crashpoint.h"
#include "platform/log.h"

void refresh_attempt_release(struct refresh_attempt *a)
{
	credential_row_release(&a->row);
	oauth_client_release(&a->client);
	fieldset_release(&a->secrets);
	fieldset_release(&a->profile);
	memset(a, 0, sizeof(*a));
}

/* ---- when ---- */

/* 0..most, evenly: renewals of one hour must not meet again in the next. */
static int64_t jitter(int64_t most)
{
	uint64_t random;

	codec_random(&random, sizeof(random));
	return most > 0 ? (int64_t)(random % ((uint64_t)most + 1)) : 0;
}

int64_t refresh_due_at(
	const struct oauth_recipe *recipe, int64_t now_s, bool expires, int64_t expires_at_s)
{
	int64_t life_s = expires_at_s - now_s, margin_s, at_s;

	if (!expires || !recipe->refresh_supported)
		return 0;
	margin_s = recipe->refresh_margin_s ? recipe->refresh_margin_s : REFRESH_MARGIN_S;
	if (margin_s > life_s / REFRESH_MARGIN_SHARE)
		margin_s = life_s / REFRESH_MARGIN_SHARE;
	at_s = expires_at_s - margin_s - jitter(margin_s / 4);
	return at_s < now_s + REFRESH_INTERVAL_MIN_S ? now_s + REFRESH_INTERVAL_MIN_S : at_s;
}

int64_t refresh_retry_at(int64_t failures, int64_t retry_after_s, int64_t now_s)
{
	int64_t wait_s = REFRESH_RETRY_FIRST_S;

	while (failures-- > 0 && wait_s < REFRESH_RETRY_MAX_S)
		wait_s *= 2;
	if (retry_after_s > wait_s)
		wait_s = retry_after_s;
	if (wait_s > REFRESH_RETRY_MAX_S)
		wait_s = REFRESH_RETRY_MAX_S;
	return now_s + wait_s + jitter(wait_s / 4);
}

/* ---- begin ---- */

#define NOT_NOW_S 600 /* until something that a person must mend is looked at again */

static enum rc set_state(const struct core *core, const struct refresh_attempt *a,
	const char *state, const char *reason, int64_t due_at_s)
{
	return refresh_fail(core->db, &a->tenant, &a->row.id, &a->lease, state, reason, due_at_s,
		clock_now_s());
}

static enum rc load_claimed(
	const struct core *core, const struct refresh_due *due, struct refresh_attempt *a)
{
	struct provider_ref ref = {due->plugin_id, due->provider};
	enum rc rc = credential_row_load(core->db, &due->tenant, &ref, &due->id, &a->row);

	/* a consent that came between claim and load: its tokens are newer than any renewal */
	if (rc == RC_OK && a->row.secret_rev != a->lease.rev)
		rc = RC_CONFLICT;
	return rc;
}

static enum rc prepare(const struct core *core, const struct refresh_due *due,
	struct refresh_attempt *a, struct httpc_request *rq)
{
	const struct secret *token;
	enum rc rc = load_claimed(core, due, a);

	if (rc == RC_OK && !a->provider)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = credential_unseal(core, &a->tenant, &a->row, &a->secrets, &a->profile);
	/* only the client that obtained it, in whatever revision it is now (R43, C24) */
	if (rc == RC_OK)
		rc = client_issued(core, &a->tenant, a->provider, a->row.client_source,
			&a->row.client_id, &a->client);
	if (rc != RC_OK)
		return rc;
	token = fieldset_get(&a->secrets, "refresh_token");
	if (!token)
		return RC_EXPIRED;
	a->sent_at_s = clock_now_s();
	return token_refresh_request(&a->provider->oauth, &a->client.fields, token, rq);
}

/* Why it was not sent decides what the row says; every way out gives the lease back. */
static enum rc not_sent(const struct core *core, const struct refresh_attempt *a, enum rc why)
{
	int64_t later_s = clock_now_s() + NOT_NOW_S;

	switch (why) {
	case RC_NOT_FOUND:
		return set_state(core, a, "client_error",
			a->provider ? "client_gone" : "provider_gone", later_s);
	case RC_CRYPTO:
		return set_state(core, a, a->row.state, "unreadable", later_s);
	case RC_INVALID:
		return set_state(core, a, "client_error", "client_incomplete", later_s);
	case RC_EXPIRED:
		return set_state(core, a, "needs_reauth", "no_refresh_token", 0);
	default:
		return refresh_release(core->db, &a->tenant, &a->row.id, &a->lease);
	}
}

enum rc refresh_begin(const struct core *core, const struct refresh_due *due,
	const struct uuid *owner, struct refresh_attempt *out, struct httpc_request *rq_out)
{
	char id[512];
	enum rc rc, released;

	memset(out, 0, sizeof(*out));
	(void)snprintf(id, sizeof(id), "%s/%s", due->plugin_id, due->provider);
	out->provider = catalogue_find(core->catalogue, PROVIDER_DATASOURCE, id);
	out->tenant = due->tenant;
	rc = refresh_claim(core->db, &due->tenant, &due->id, owner, &out->lease);
	if (rc != RC_OK)
		return rc;
	CRASHPOINT("refresh.claimed");
	rc = prepare(core, due, out, rq_out);
	out->row.id = due->id;
	if (rc != RC_OK) {
		released = not_sent(core, out, rc);
		log_warn("refresh.not_sent", "provider", id, "rc", rc_name(rc), "then",
			rc_name(released));
		refresh_attempt_release(out);
	}
	CRASHPOINT("refresh.prepared");
	return rc;
}

/* ---- end ---- */

/* What the old grant had and the new answer does not replace stays (R38). */
static enum rc merge_tokens(
	const struct refresh_attempt *a, const struct token_answer *answer, struct fieldset *out)
{
	struct credential_grant grant = {
		.client = &a->client,
		.answer = (struct token_answer *)(uintptr_t)answer,
	};
	enum rc rc = fieldset_copy(out, &a->secrets);

	return rc == RC_OK ? credential_grant_secrets(a->provider, &grant, out) : rc;
}

static enum rc new_profile(
	const struct refresh_attempt *a, const struct token_answer *answer, struct fieldset *out)
{
	enum rc rc = fieldset_copy(out, &a->profile);

	if (rc == RC_OK && answer->has_scope)
		rc = fieldset_put_text(out, "granted", answer->scope);
	return rc;
}

static enum rc seal_result(const struct core *core, struct refresh_attempt *a,
	const struct token_answer *answer, struct journal_entry *entry)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	struct credential_row *row = &entry->row;
	enum rc rc = merge_tokens(a, answer, &secrets);

	memset(row, 0, sizeof(*row));
	row->id = a->row.id;
	row->secret_rev = a->lease.rev + 1;
	row->expires = answer->expires;
	row->expires_at_s = answer->expires_at_s;
	row->refreshable = true;
	if (rc == RC_OK)
		rc = new_profile(a, answer, &profile);
	if (rc == RC_OK)
		rc = credential_seal(core, &a->tenant, row, &secrets, &profile);
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

static enum rc keep(const struct core *core, struct journal *journal, struct refresh_attempt *a,
	const struct token_answer *answer)
{
	struct journal_entry entry = {.tenant = a->tenant, .lease = a->lease};
	enum rc rc = seal_result(core, a, answer, &entry);

	entry.due_at_s = refresh_due_at(
		&a->provider->oauth, clock_now_s(), answer->expires, answer->expires_at_s);
	CRASHPOINT("refresh.answered");
	if (rc == RC_OK)
		rc = journal_write(journal, &entry);
	if (rc == RC_OK) {
		CRASHPOINT("refresh.journalled");
		rc = refresh_commit(
			core->db, &a->tenant, &entry.row, &a->lease, entry.due_at_s, clock_now_s());
		CRASHPOINT("refresh.committed");
		if (rc == RC_OK || rc == RC_CONFLICT)
			journal_done(journal, &entry);
		CRASHPOINT("refresh.done");
	}
	credential_row_release(&entry.row);
	return rc;
}

/* The class of a failure decides state and schedule. */
static enum rc note_failure(
	const struct core *core, const struct refresh_attempt *a, const struct token_answer *answer)
{
	int64_t retry_s = refresh_retry_at(a->row.failures, answer->retry_after_s, clock_now_s());

	switch (answer->failure) {
	case TOKEN_GRANT_REFUSED:
		return set_state(core, a, "needs_reauth", answer->error, 0);
	case TOKEN_CLIENT_REFUSED:
		return set_state(core, a, "client_error",
			answer->error[0] ? answer->error : "client_refused", retry_s);
	case TOKEN_RATE_LIMITED:
		return set_state(core, a, a->row.state, "rate_limited", retry_s);
	case TOKEN_TIMEOUT:
		return set_state(core, a, a->row.state, "timeout", retry_s);
	default:
		return set_state(core, a, a->row.state,
			answer->error[0] ? answer->error : "no_usable_answer", retry_s);
	}
}

static void audit_end(const struct core *core, const struct refresh_attempt *a,
	const struct token_answer *answer, enum rc rc)
{
	struct actor scheduler = {.tenant = a->tenant, .peer = "refreshd"};
	char object[AUDIT_ID_SIZE];

	audit_id("credential", &a->row.id.u, object);
	(void)audit_event(core, &scheduler, "credential.refresh", object,
		rc != RC_OK                   ? rc_name(rc)
		: answer->failure == TOKEN_OK ? "ok"
					      : "failed");
}

enum rc refresh_end(const struct core *core, struct journal *journal, struct refresh_attempt *a,
	enum rc rc, const struct httpc_response *rs)
{
	struct placeholder_values secrets = {.client = &a->client.fields, .token = &a->secrets};
	struct token_answer answer = {.retry_after_s = -1};

	rc = token_read(&a->provider->oauth, rc, rs, a->sent_at_s, &secrets, &answer);
	if (rc == RC_OK && answer.failure == TOKEN_OK)
		rc = keep(core, journal, a, &answer);
	else if (rc == RC_OK) {
		CRASHPOINT("refresh.failed");
		rc = note_failure(core, a, &answer);
	}
	audit_end(core, a, &answer, rc);
	token_answer_release(&answer);
	return rc;
}
