/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "domain/webhook.h"
#include "platform/clock.h"
#include "platform/log.h"

#define STATUS_GONE 410
#define NUMBER_SIZE 24

/* ---- when ---- */

/* After the first, the second, … failed attempt. About 65 hours in all. */
static const int64_t waits_s[WEBHOOK_ATTEMPTS_MAX - 1] = {
	5, 30, 120, 900, 3600, 14400, 43200, 86400, 86400};

/* 0..most, evenly: what failed together must not come back together. */
static int64_t jitter(int64_t most)
{
	uint64_t random;

	codec_random(&random, sizeof(random));
	return (int64_t)(random % ((uint64_t)most + 1));
}

int64_t webhook_retry_at(int64_t attempts, int64_t retry_after_s, int64_t now_s)
{
	int64_t i = attempts < 1 ? 0 : attempts - 1, wait_s;

	if (i >= WEBHOOK_ATTEMPTS_MAX - 1)
		i = WEBHOOK_ATTEMPTS_MAX - 2;
	wait_s = waits_s[i];
	if (retry_after_s > wait_s)
		wait_s = retry_after_s;
	if (wait_s > WEBHOOK_WAIT_MAX_S)
		wait_s = WEBHOOK_WAIT_MAX_S;
	return now_s + wait_s + jitter(wait_s / 4);
}

/* ---- signature ---- */

static enum rc signed_text(
	const char *id, const char *at, const char *body, size_t len, struct secret *out)
{
	enum rc rc = secret_append_text(out, id);

	if (rc == RC_OK)
		rc = secret_append_text(out, ".");
	if (rc == RC_OK)
		rc = secret_append_text(out, at);
	if (rc == RC_OK)
		rc = secret_append_text(out, ".");
	return rc == RC_OK ? secret_append(out, body, len) : rc;
}

enum rc webhook_sign(const struct secret *key, const char *id, int64_t at_s, const char *body,
	size_t len, struct secret *out)
{
	struct secret text = SECRET_EMPTY, mac = SECRET_EMPTY, base64 = SECRET_EMPTY;
	unsigned char bytes[HASH_SIZE];
	char at[NUMBER_SIZE];
	enum rc rc;

	secret_release(out);
	(void)snprintf(at, sizeof(at), "%" PRId64, at_s);
	rc = signed_text(id, at, body, len, &text);
	if (rc == RC_OK) {
		codec_hmac_sha256(key, secret_text(&text), text.len, bytes);
		rc = secret_set(&mac, bytes, sizeof(bytes));
	}
	if (rc == RC_OK)
		rc = codec_base64_secret(&mac, &base64);
	if (rc == RC_OK)
		rc = secret_append_text(out, "v1,");
	if (rc == RC_OK)
		rc = secret_append_secret(out, &base64);
	secret_release(&base64);
	secret_release(&mac);
	secret_release(&text);
	return rc;
}

/* ---- begin ---- */

static enum rc add_header(struct httpc_request *rq, const char *name, const char *value)
{
	return httpc_request_header(rq, name, value, strlen(value));
}

static enum rc add_signature(
	const struct secret *key, const struct delivery_message *m, struct httpc_request *rq)
{
	struct secret signature = SECRET_EMPTY;
	char id[UUID_TEXT_SIZE], at[NUMBER_SIZE];
	int64_t now_s = clock_now_s();
	enum rc rc;

	uuid_text(&m->event, id);
	(void)snprintf(at, sizeof(at), "%" PRId64, now_s);
	rc = webhook_sign(key, id, now_s, buf_text(&m->body), m->body.len, &signature);
	if (rc == RC_OK)
		rc = add_header(rq, "webhook-id", id);
	if (rc == RC_OK)
		rc = add_header(rq, "webhook-timestamp", at);
	if (rc == RC_OK)
		rc = httpc_request_header(
			rq, "webhook-signature", secret_text(&signature), signature.len);
	secret_release(&signature);
	return rc;
}

static enum rc build(
	const struct secret *key, const struct delivery_message *m, struct httpc_request *rq)
{
	enum rc rc = secret_set(&rq->url, m->url, strlen(m->url));

	rq->method = "POST";
	rq->has_body = 1;
	if (rc == RC_OK)
		rc = secret_set(&rq->body, buf_text(&m->body), m->body.len);
	if (rc == RC_OK)
		rc = add_header(rq, "Content-Type", "application/json");
	return rc == RC_OK ? add_signature(key, m, rq) : rc;
}

static enum rc prepare(
	const struct core *core, const struct webhook_due *due, struct httpc_request *rq)
{
	struct secret key = SECRET_EMPTY;
	struct delivery_message m;
	struct seal_place place;
	enum rc rc = delivery_message_load(core->db, &due->tenant, &due->id, &m);

	place = webhook_place(&m.webhook);
	if (rc == RC_OK)
		rc = keyring_unseal(core->keyring, core->db, &due->tenant, &place, m.secret.data,
			m.secret.len, &key);
	if (rc == RC_OK)
		rc = build(&key, &m, rq);
	secret_release(&key);
	delivery_message_release(&m);
	return rc;
}

/* ---- end ---- */

static const char *error_word(enum rc rc)
{
	switch (rc) {
	case RC_OK:
		return "status";
	case RC_EGRESS:
	case RC_INVALID:
		return "forbidden_address";
	case RC_TIMEOUT:
		return "timeout";
	case RC_LIMIT:
		return "answer_too_large";
	case RC_CRYPTO:
		return "unreadable_secret";
	default:
		return "no_connection";
	}
}

/* status 0: there was no answer. */
static struct delivery_end judge(
	int64_t attempts, enum rc rc, int status, int64_t retry_after_s, int64_t now_s)
{
	struct delivery_end end = {.state = DELIVERY_QUEUED, .status = status, .error = ""};

	if (status >= 200 && status < 300) {
		end.state = DELIVERY_DELIVERED;
		return end;
	}
	end.error = status == STATUS_GONE ? "gone" : error_word(rc);
	if (status == STATUS_GONE || attempts >= WEBHOOK_ATTEMPTS_MAX)
		end.state = DELIVERY_DEAD;
	else
		end.due_at_s = webhook_retry_at(attempts, retry_after_s, now_s);
	return end;
}

static void log_end(const struct webhook_due *due, const struct delivery_end *end)
{
	bool dead = strcmp(end->state, DELIVERY_DEAD) == 0;
	char id[UUID_TEXT_SIZE], status[NUMBER_SIZE], attempts[NUMBER_SIZE];

	uuid_text(&due->id.u, id);
	(void)snprintf(status, sizeof(status), "%d", end->status);
	(void)snprintf(attempts, sizeof(attempts), "%" PRId64, due->attempts);
	log_event(dead ? LOG_WARN : LOG_INFO, "webhook", "delivery", id, "state", end->state,
		"attempts", attempts, "status", status, "error", end->error, (char *)0);
}

enum rc webhook_end(const struct core *core, const struct webhook_attempt *a, enum rc rc,
	const struct httpc_response *rs)
{
	int64_t now_s = clock_now_s();
	bool answered = rc == RC_OK;
	struct delivery_end end = judge(a->due.attempts, rc, answered ? rs->status : 0,
		answered ? rs->retry_after_s : -1, now_s);

	if (rc == RC_UNAVAILABLE) /* we stop: the claim ends by itself */
		return RC_OK;
	log_end(&a->due, &end);
	return delivery_finish(core->db, &a->due, &end, now_s);
}

enum rc webhook_begin(const struct core *core, const struct webhook_due *due,
	struct webhook_attempt *out, struct httpc_request *rq_out)
{
	int64_t now_s = clock_now_s();
	enum rc rc = delivery_claim(core->db, due, now_s, now_s + WEBHOOK_CLAIM_S);

	memset(out, 0, sizeof(*out));
	memset(rq_out, 0, sizeof(*rq_out));
	if (rc != RC_OK)
		return rc;
	out->due = *due;
	out->due.attempts++;
	rc = prepare(core, &out->due, rq_out);
	if (rc == RC_OK)
		return rc;
	httpc_request_release(rq_out);
	/* what stays claimed for another reason is due again when the claim ends */
	if (rc == RC_CRYPTO && webhook_end(core, out, rc, NULL) != RC_OK)
		log_warn("webhook", "error", "unreadable_secret");
	return rc;
}
