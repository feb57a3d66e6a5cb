/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/refresh.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_state.h"
#include "domain/definition.h"
#include "domain/incident.h"
#include "domain/keyring.h"
#include "domain/oauth/mint.h"
#include "domain/oauth/revocation.h"
#include "platform/clock.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/url.h"

void refresh_attempt_release(struct refresh_attempt *a)
{
	credential_row_release(&a->row);
	oauth_client_release(&a->client);
	fieldset_release(&a->secrets);
	fieldset_release(&a->profile);
	if (a->key_held_in)
		keyring_let_go(a->key_held_in, &a->tenant);
	definition_let_go(a->held_in, a->provider);
	memset(a, 0, sizeof(*a));
}

void refresh_settlement_release(struct refresh_settlement *s)
{
	credential_row_release(&s->row);
	memset(s, 0, sizeof(*s));
}

/* ---- when ---- */

/* 0..most, evenly: renewals of one hour must not meet again in the next. */
static int64_t jitter(int64_t most)
{
	uint64_t random;

	codec_random(&random, sizeof(random));
	return most > 0 ? (int64_t)(random % ((uint64_t)most + 1)) : 0;
}

/* A longer life than we believe in was written by a wrong clock. */
static int64_t before_end(int64_t life_s, int64_t margin_s)
{
	if (life_s > TOKEN_LIFETIME_MAX_S)
		life_s = TOKEN_LIFETIME_MAX_S;
	if (margin_s > life_s / REFRESH_MARGIN_SHARE)
		margin_s = life_s / REFRESH_MARGIN_SHARE;
	return life_s - margin_s - jitter(margin_s / 4);
}

int64_t refresh_too_early(
	const struct oauth_recipe *recipe, int64_t now_s, bool expires, int64_t expires_at_s)
{
	int64_t wait_s = expires_at_s - recipe->refresh_window_s - now_s;

	return recipe->refresh_window_s && expires && wait_s > 0 ? wait_s : 0;
}

int64_t refresh_due_at(
	const struct oauth_recipe *recipe, int64_t now_s, bool expires, int64_t expires_at_s)
{
	int64_t margin_s = recipe->refresh_margin_s ? recipe->refresh_margin_s : REFRESH_MARGIN_S;
	int64_t idle_s = recipe->refresh_idle_limit_s, wait_s = TOKEN_LIFETIME_MAX_S, idle_wait_s;
	int64_t early_s = refresh_too_early(recipe, now_s, expires, expires_at_s);

	if (!recipe->refresh_supported || (!expires && !idle_s))
		return 0;
	if (expires)
		wait_s = before_end(expires_at_s - now_s, margin_s);
	if (idle_s) {
		idle_wait_s = before_end(idle_s, idle_s / REFRESH_IDLE_SHARE);
		wait_s = idle_wait_s < wait_s ? idle_wait_s : wait_s;
	}
	if (wait_s < early_s)
		wait_s = early_s;
	return now_s + (wait_s < REFRESH_INTERVAL_MIN_S ? REFRESH_INTERVAL_MIN_S : wait_s);
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

/* ---- settlements ---- */

#define NOT_NOW_S 600 /* until something that a person must mend is looked at again */

static void name_settlement(const struct refresh_attempt *a, struct refresh_settlement *s)
{
	memset(s, 0, sizeof(*s));
	s->tenant = a->tenant;
	s->lease = a->lease;
	s->retry_after_s = -1;
	s->row.id = a->row.id;
	TEXT_COPY(s->row.plugin_id, a->row.plugin_id);
	TEXT_COPY(s->row.provider, a->row.provider);
	TEXT_COPY(s->row.name, a->row.name);
	TEXT_COPY(s->row.state, a->row.state);
	TEXT_COPY(s->row.client_source, a->row.client_source);
	s->row.client_id = a->row.client_id;
}

static void settle_as(
	struct refresh_settlement *s, const char *state, const char *reason, int64_t due_at_s)
{
	TEXT_COPY(s->state, state);
	TEXT_COPY(s->reason, reason);
	s->due_at_s = due_at_s;
}

/* It may mend itself, and the token stays. What else was wrong stays wrong until a call disproves it. */
static void settle_later(const struct refresh_attempt *a, struct refresh_settlement *s,
	const char *reason, int64_t due_at_s)
{
	bool opened = a->sent_at_s != 0;

	if (strcmp(a->row.state, "client_error") == 0 ||
		(strcmp(a->row.state, "unreadable") == 0 && !opened))
		settle_as(s, a->row.state, a->row.state_reason, due_at_s);
	else
		settle_as(s, "active", reason, due_at_s);
	s->counts = true;
}

/* ---- begin ---- */

static enum rc load_claimed(
	const struct core *core, const struct refresh_due *due, struct refresh_attempt *a)
{
	struct provider_ref ref = {due->plugin_id, due->provider};
	enum rc rc = definition_find(core, &due->tenant, &ref, &a->provider);

	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = credential_row_load(core->db, &due->tenant, &ref, &due->id, &a->row);
	a->held_in = core->definitions;
	definition_hold(a->held_in, a->provider);
	/* deleted, or a consent that came between claim and load: its tokens are newer than any renewal. Or it
	 * cannot be read now: then nobody knows the state that a settlement would have to keep. */
	if (rc != RC_OK || a->row.secret_rev != a->lease.rev)
		rc = RC_CONFLICT;
	return rc;
}

static enum rc open_tokens(const struct core *core, struct refresh_attempt *a)
{
	struct fieldset secrets = FIELDSET_EMPTY;
	enum rc rc = credential_unseal(core, &a->tenant, &a->row, &secrets, &a->profile);

	if (rc == RC_OK)
		rc = credential_tokens(&a->provider->oauth, &secrets, &a->secrets);
	fieldset_release(&secrets);
	return rc;
}

static enum rc build(const struct core *core, struct refresh_attempt *a, const struct secret *token,
	struct httpc_request *rq)
{
	char context[UUID_TEXT_SIZE];
	struct token_renewal renewal = {.client = &a->client.fields,
		.tokens = &a->secrets,
		.token = token,
		.scope = fieldset_text(&a->profile, "granted")};
	struct buf uri;
	enum rc rc;

	buf_init(&uri, URL_MAX);
	client_context(a->provider, a->client.source, &a->tenant, context);
	rc = client_redirect_uri(core, a->provider, context, &uri);
	renewal.redirect_uri = buf_text(&uri);
	if (rc == RC_OK)
		rc = token_refresh_request(&a->provider->oauth, &renewal, rq);
	buf_release(&uri);
	return rc;
}

/* The answer can be sealed even if the database is away when it comes (C12, C13, C32). */
static enum rc hold_key(const struct core *core, struct refresh_attempt *a)
{
	enum rc rc = keyring_hold(core->keyring, core->db, &a->tenant);

	if (rc == RC_OK)
		a->key_held_in = core->keyring;
	a->sent_at_s = clock_now_s();
	return rc;
}

static enum rc prepare_minted(
	const struct core *core, struct refresh_attempt *a, struct httpc_request *rq)
{
	enum rc rc = a->provider && a->provider->mint ? RC_OK : RC_NOT_FOUND;

	if (rc == RC_OK)
		rc = credential_unseal(core, &a->tenant, &a->row, &a->secrets, &a->profile);
	if (rc == RC_OK)
		rc = hold_key(core, a);
	return rc == RC_OK ? mint_request(a->provider, &a->secrets, a->sent_at_s, rq) : rc;
}

/* RC_LIMIT: the provider would refuse so early a renewal. */
static enum rc prepare(const struct core *core, struct refresh_attempt *a, struct httpc_request *rq)
{
	const struct secret *token;
	enum rc rc = a->provider ? RC_OK : RC_NOT_FOUND;

	if (rc == RC_OK && refresh_too_early(&a->provider->oauth, clock_now_s(), a->row.expires,
				   a->row.expires_at_s))
		return RC_LIMIT;
	if (rc == RC_OK)
		rc = open_tokens(core, a);
	/* only the client that obtained it, in whatever revision it is now (R43, C24) */
	if (rc == RC_OK)
		rc = client_issued(core, &a->tenant, a->provider, a->row.client_source,
			&a->row.client_id, &a->client);
	if (rc != RC_OK)
		return rc;
	token = token_to_renew(&a->provider->oauth, &a->secrets, &a->part);
	if (!token)
		return RC_EXPIRED;
	rc = hold_key(core, a);
	return rc == RC_OK ? build(core, a, token, rq) : rc;
}

/* Why it was not sent decides what the row says. */
static void not_sent(const struct refresh_attempt *a, enum rc why, struct refresh_settlement *s)
{
	int64_t now_s = clock_now_s(), later_s = now_s + NOT_NOW_S;

	switch (why) {
	case RC_NOT_FOUND:
		settle_as(s, "client_error",
			a->provider && !a->minted ? "client_gone" : "provider_gone", later_s);
		break;
	case RC_CRYPTO:
		settle_as(s, "unreadable", "unreadable", later_s);
		break;
	case RC_INVALID:
		if (a->minted)
			settle_as(s, "needs_reauth", "key_unusable", 0);
		else
			settle_as(s, "client_error", "client_incomplete", later_s);
		break;
	case RC_EXPIRED:
		settle_as(s, "needs_reauth", "no_refresh_token", 0);
		break;
	case RC_LIMIT: /* what was hurried waits for the time that the provider allows */
		settle_as(s, a->row.state, a->row.state_reason,
			now_s + refresh_too_early(&a->provider->oauth, now_s, a->row.expires,
					a->row.expires_at_s));
		break;
	default: /* ours: database, memory */
		settle_later(a, s, rc_name(why), refresh_retry_at(a->row.failures, -1, now_s));
	}
}

enum rc refresh_begin(const struct core *core, const struct refresh_due *due,
	const struct refresh_lease *lease, struct refresh_attempt *a, struct httpc_request *rq,
	struct refresh_settlement *s)
{
	enum rc rc;

	memset(a, 0, sizeof(*a));
	a->tenant = due->tenant;
	a->lease = *lease;
	rc = load_claimed(core, due, a);
	if (rc == RC_OK) {
		name_settlement(a, s);
		a->minted = strcmp(a->row.auth_type, "api-key") == 0;
		rc = a->minted ? prepare_minted(core, a, rq) : prepare(core, a, rq);
		if (rc == RC_OK)
			return RC_OK;
		not_sent(a, rc, s);
	}
	log_warn("refresh.not_sent", "provider", due->provider, "rc", rc_name(rc));
	refresh_attempt_release(a);
	return rc;
}

/* ---- end ---- */

static const struct oauth_recipe *recipe_of(const struct refresh_attempt *a)
{
	return a->minted ? &a->provider->mint->oauth : &a->provider->oauth;
}

static enum rc new_profile(
	const struct refresh_attempt *a, const struct token_answer *answer, struct fieldset *out)
{
	enum rc rc = fieldset_copy(out, &a->profile);

	if (rc == RC_OK && answer->has_scope && !a->part)
		rc = fieldset_put_text(out, "granted", answer->scope);
	return rc == RC_OK ? credential_put_limits(recipe_of(a), answer, false, out) : rc;
}

/* What the old grant had and the new answer does not replace stays (R38). */
static enum rc new_secrets(
	const struct refresh_attempt *a, struct token_answer *answer, struct fieldset *out)
{
	struct credential_grant grant = {.client = &a->client,
		.answer = answer,
		.requested = fieldset_text(&a->profile, "granted")};
	enum rc rc;

	if (a->minted)
		return mint_secrets(a->provider, &a->secrets, answer, out);
	rc = token_join(&a->provider->oauth, a->part, &a->secrets, answer);
	return rc == RC_OK ? credential_grant_secrets(a->provider, &grant, out) : rc;
}

static enum rc seal_result(const struct core *core, const struct refresh_attempt *a,
	struct token_answer *answer, struct credential_row *row)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	enum rc rc = new_secrets(a, answer, &secrets);

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

/* Introspection was asked once, after the consent: a renewed token is taken to last as long as that one did. */
static void assume_life(const struct refresh_attempt *a, struct token_answer *answer)
{
	int64_t life_s = a->row.expires_at_s - a->row.refreshed_at_s;

	if (recipe_of(a)->expires_from != EXPIRES_FROM_INTROSPECTION || !a->row.expires ||
		a->row.refreshed_at_s == 0 || life_s <= 0 || life_s > TOKEN_LIFETIME_MAX_S)
		return;
	answer->expires = true;
	answer->expires_at_s = a->sent_at_s + life_s;
}

static void keep(const struct core *core, const struct refresh_attempt *a,
	struct token_answer *answer, struct refresh_settlement *s)
{
	const struct oauth_recipe *recipe = recipe_of(a);
	int64_t end_s;
	bool expires;
	enum rc rc;

	assume_life(a, answer);
	rc = seal_result(core, a, answer, &s->row);
	expires = token_renewal_end(recipe, answer, &end_s);
	s->renewed = rc == RC_OK;
	s->due_at_s = refresh_due_at(recipe, clock_now_s(), expires, end_s);
	if (rc == RC_OK)
		return;
	/* no memory for it: what the provider gave is gone, as if its answer had been lost */
	log_error("refresh.seal", "rc", rc_name(rc));
	s->unanswered = true;
	settle_later(a, s, rc_name(rc), clock_now_s() + REFRESH_RETRY_LOST_S);
}

/* The secret was changed while the call was under way: the old one failed, the new one is asked at once (C24). */
static bool client_has_changed(const struct core *core, const struct refresh_attempt *a)
{
	struct oauth_client now = {0};
	enum rc rc = client_issued(
		core, &a->tenant, a->provider, a->row.client_source, &a->row.client_id, &now);
	bool changed = rc == RC_OK && now.revision != a->client.revision;

	oauth_client_release(&now);
	return changed;
}

/* The provider may have carried out what we have no answer to. */
static bool is_unanswered(const struct token_answer *answer)
{
	bool success = answer->status >= 200 && answer->status <= 299;

	/* a gateway that says so may have passed it on */
	if (answer->status == 502 || answer->status == 504)
		return true;
	return answer->failure == TOKEN_TIMEOUT || answer->failure == TOKEN_NO_ANSWER
		       ? answer->status == 0
		       : answer->failure == TOKEN_MALFORMED && (success || answer->status == 0);
}

/* Nobody answered: the connection failed. */
static bool is_unreachable(const struct token_answer *answer)
{
	return answer->failure == TOKEN_NO_ANSWER && answer->status == 0;
}

/* Nobody but the person who entered the key can mend it. */
static void give_up_key(const struct token_answer *answer, struct refresh_settlement *s)
{
	if (answer->failure == TOKEN_GRANT_REVOKED)
		settle_as(s, "revoked", "revoked", 0);
	else
		settle_as(s, "needs_reauth", "key_refused", 0);
}

static void give_up_grant(const struct refresh_attempt *a, const struct token_answer *answer,
	struct refresh_settlement *s)
{
	bool lost = a->lease.sent_before && answer->failure == TOKEN_GRANT_REFUSED;

	settle_as(s, answer->failure == TOKEN_GRANT_REVOKED ? "revoked" : "needs_reauth",
		lost ? "rotation_lost" : answer->error, 0);
}

/* The class of a failure decides state and schedule. */
static void note_failure(const struct core *core, const struct refresh_attempt *a,
	const struct token_answer *answer, struct refresh_settlement *s)
{
	int64_t now_s = clock_now_s();
	int64_t retry_s = refresh_retry_at(a->row.failures, answer->retry_after_s, now_s);
	const char *error = answer->error;

	s->unanswered = is_unanswered(answer);
	if (s->unanswered && a->row.failures == 0 && answer->retry_after_s < 0)
		retry_s = now_s + REFRESH_RETRY_LOST_S;
	switch (answer->failure) {
	case TOKEN_GRANT_REFUSED:
	case TOKEN_GRANT_REVOKED:
		if (a->minted)
			give_up_key(answer, s);
		else
			give_up_grant(a, answer, s);
		break;
	case TOKEN_CLIENT_REFUSED:
		if (a->minted) {
			give_up_key(answer, s);
			break;
		}
		if (client_has_changed(core, a)) {
			settle_as(s, a->row.state, "client_changed", now_s);
			break;
		}
		settle_as(s, "client_error", error[0] ? error : "client_refused", retry_s);
		s->counts = true;
		break;
	case TOKEN_RATE_LIMITED:
		settle_later(a, s, "rate_limited", retry_s);
		break;
	case TOKEN_TIMEOUT:
		settle_later(a, s, "timeout", retry_s);
		break;
	case TOKEN_FORBIDDEN:
		settle_later(a, s, "egress_denied", retry_s);
		break;
	default:
		settle_later(a, s,
			error[0]                 ? error
			: is_unreachable(answer) ? "no_answer"
						 : "no_usable_answer",
			retry_s);
	}
}

void refresh_end(const struct core *core, struct refresh_attempt *a, enum rc rc,
	const struct httpc_response *rs, struct refresh_settlement *s)
{
	struct placeholder_values secrets = {.client = &a->client.fields,
		.credential = a->minted ? &a->secrets : NULL,
		.token = &a->secrets,
		.derives = &a->provider->derives};
	struct token_answer answer = {.retry_after_s = -1};

	name_settlement(a, s);
	rc = token_read(recipe_of(a), rc, rs, a->sent_at_s, &secrets, &answer);
	if (rc != RC_OK) { /* ours: no memory to read it, or the transfer was ended */
		answer.failure = TOKEN_NO_ANSWER;
		answer.status = 0;
	}
	if (answer.failure == TOKEN_OK)
		keep(core, a, &answer, s);
	else
		note_failure(core, a, &answer, s);
	s->failure = answer.failure;
	s->retry_after_s = answer.retry_after_s;
	token_answer_release(&answer);
}

/* ---- settle ---- */

/* was: the state before, where it is another than the renewal began with. */
static enum rc write_row(
	struct db *db, const struct refresh_settlement *s, char was[REFRESH_STATE_SIZE])
{
	struct refresh_failure failure = {
		.state = s->state,
		.reason = s->reason,
		.unanswered = s->unanswered,
		.counts = s->counts,
		.due_at_s = s->due_at_s,
	};

	was[0] = '\0';
	if (s->renewed)
		return refresh_commit(
			db, &s->tenant, &s->row, &s->lease, s->due_at_s, clock_now_s(), was);
	return refresh_fail(db, &s->tenant, &s->row.id, &s->lease, &failure, clock_now_s());
}

/* What others made of it meanwhile counts: what was given up for lost has recovered, and what is disabled stays so and
 * is no news. */
static enum rc tell(
	struct db *db, const struct refresh_settlement *s, const char *state, const char *was)
{
	const char *disabled = credential_state_word(CREDENTIAL_DISABLED);
	struct credential_row before = s->row; /* borrowed */
	char now[REFRESH_STATE_SIZE];
	enum rc rc;

	if (was[0])
		TEXT_COPY(before.state, was);
	if (strcmp(before.state, state) == 0)
		return RC_OK;
	rc = refresh_state(db, &s->tenant, &s->row.id, now);
	if (rc != RC_OK || strcmp(now, disabled) == 0)
		return rc;
	return incident_raise(db, &s->tenant, &before, state, s->renewed ? "" : s->reason);
}

enum rc refresh_settle(const struct core *core, struct db *db, const struct refresh_settlement *s)
{
	struct actor scheduler = {.tenant = s->tenant, .peer = "refreshd"};
	const char *state = s->renewed ? "active" : s->state;
	char object[AUDIT_ID_SIZE], was[REFRESH_STATE_SIZE];
	enum rc rc = write_row(db, s, was);

	audit_id("credential", &s->row.id.u, object);
	if (rc == RC_OK)
		rc = tell(db, s, state, was);
	if (rc == RC_OK)
		rc = audit_later(core, &scheduler, "credential.refresh", object,
			s->renewed ? "ok" : "failed");
	return rc;
}

static enum rc queue_revocation(const struct core *core, const struct refresh_settlement *s,
	const struct provider *provider, const struct fieldset *tokens)
{
	struct actor scheduler = {.tenant = s->tenant, .peer = "refreshd"};
	struct revocation_order order = {.provider = provider,
		.id = {uuid_random()}, /* its own is that of the revocation which the deletion asked for */
		.name = s->row.name,
		.client_source = s->row.client_source,
		.client_id = &s->row.client_id,
		.tokens = tokens};
	struct revocation_row row;
	enum rc rc = revocation_make(core, &scheduler, &order, &row);

	if (rc == RC_OK)
		rc = revocation_insert(core->db, &s->tenant, &row, clock_now_s());
	revocation_row_release(&row);
	return rc;
}

enum rc refresh_discard(const struct core *core, const struct refresh_settlement *s)
{
	struct provider_ref ref = {s->row.plugin_id, s->row.provider};
	struct fieldset tokens = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	const struct provider *provider;
	struct credential_row row = {0};
	enum rc rc;

	if (!s->renewed || !s->row.client_source[0]) /* what was minted dies of age */
		return RC_OK;
	rc = definition_find(core, &s->tenant, &ref, &provider);
	if (rc != RC_OK)
		return rc == RC_UNAVAILABLE ? rc : RC_OK;
	rc = credential_row_load(core->db, &s->tenant, &ref, &s->row.id, &row);
	credential_row_release(&row);
	if (rc != RC_NOT_FOUND)
		return rc == RC_UNAVAILABLE ? rc : RC_OK;
	rc = credential_unseal(core, &s->tenant, &s->row, &tokens, &profile);
	if (rc == RC_OK)
		rc = queue_revocation(core, s, provider, &tokens);
	log_info("refresh.discarded", "revocation", rc_name(rc));
	fieldset_release(&tokens);
	fieldset_release(&profile);
	return rc == RC_UNAVAILABLE ? rc : RC_OK;
}
