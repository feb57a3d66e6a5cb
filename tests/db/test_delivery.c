/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of webhooks above the real tables: which addresses are taken, what a request looks like, and what
 * each answer leads to. Nothing is sent here.
 */
#include "domain/incident.h"
#include "domain/keyring.h"
#include "domain/webhook.h"
#include "platform/codec.h"
#include "platform/text.h"

#include "store_test.h"

#define RECEIVER "http://127.0.0.1:9"

static struct cfg cfg;
static struct core core;
static char keys[PATH_MAX];
/* Ada of Acme and Eve of Globex */
static struct actor admin = {.tenant = {{{1}}}, .user = {{{3}}}, .role = ROLE_ADMIN};
static struct actor stranger = {.tenant = {{{2}}}, .user = {{{4}}}, .role = ROLE_ADMIN};

/* ---- helpers ---- */

static enum rc add(const struct actor *actor, const char *url, struct secret *secret)
{
	const char *reason;
	enum rc rc = webhook_add(&core, actor, url, &reason, secret);

	CHECK((rc == RC_INVALID) == (reason != NULL));
	return rc;
}

/* One webhook of Acme with one message that is due. */
static struct webhook_id begin_with_one(struct secret *secret)
{
	struct webhook_list list;
	struct webhook_id id = {0};

	CHECK_RC(add(&admin, "https://receiver.test/hook?a=b", secret), RC_OK);
	CHECK_RC(webhook_list_load(&core, &acme, &list), RC_OK);
	CHECK_INT(list.n, 1);
	if (list.n)
		id = list.items[0].id;
	CHECK_RC(webhook_test(&core, &admin, &id), RC_OK);
	webhook_list_release(&list);
	return id;
}

static void end_all(struct secret *secret)
{
	CHECK_RC(db_exec(db, "DELETE FROM webhooks", DB_NO_ARGS, NULL), RC_OK);
	secret_release(secret);
}

/* The only delivery, as it stands. */
static struct webhook_due the_delivery(void)
{
	struct db_rows *rows = NULL;
	struct webhook_due due = {.tenant = acme};

	CHECK_RC(db_query(db, "SELECT id, attempts FROM webhook_deliveries", DB_NO_ARGS, &rows),
		RC_OK);
	CHECK_INT(db_row_count(rows), 1);
	if (db_next(rows)) {
		due.id.u = db_get_id(rows, 0);
		due.attempts = db_get_int(rows, 1);
	}
	db_rows_free(rows);
	return due;
}

static int64_t waits(void)
{
	return number(db, "SELECT due_at FROM webhook_deliveries") - clock_now_s();
}

static void check_state(const char *want)
{
	struct db_rows *rows = NULL;

	CHECK_RC(db_query(db, "SELECT state FROM webhook_deliveries", DB_NO_ARGS, &rows), RC_OK);
	CHECK(db_next(rows));
	CHECK_STR(db_get_text(rows, 0), want);
	db_rows_free(rows);
}

/* One attempt that ends so, whenever it was due. */
static enum rc attempt(enum rc rc, int status, int64_t retry_after_s)
{
	struct httpc_response rs = {.status = status, .retry_after_s = retry_after_s};
	struct webhook_due due = the_delivery();
	struct httpc_request rq;
	struct webhook_attempt a;
	enum rc begun;

	CHECK_RC(db_exec(db, "UPDATE webhook_deliveries SET due_at = 1", DB_NO_ARGS, NULL), RC_OK);
	begun = webhook_begin(&core, &due, &a, &rq);
	CHECK_RC(begun, RC_OK);
	if (begun != RC_OK)
		return begun;
	httpc_request_release(&rq);
	return webhook_end(&core, &a, rc, &rs);
}

static const char *header(const struct httpc_request *rq, const char *name)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		if (strcmp(rq->headers[i].name, name) == 0)
			return secret_text(&rq->headers[i].value);
	return "(none)";
}

/* ---- addresses ---- */

static void an_address_that_may_not_be_dialled_is_refused(void)
{
	static const char *const bad[] = {"", "receiver.test", "http://receiver.test/",
		"ftp://receiver.test/", "https://", "https://receiver.test:8443/",
		"https://user@receiver.test/", "https://user:password@receiver.test/",
		"https://receiver.test/#part", "https://receiver.test/a b",
		"https://receiver.test/\r\nX: y", "https://receiver.test/../x",
		"https://receiver.test\\@evil.test/", "http://127.0.0.1:10/", "http://127.0.0.1/",
		"https://127.0.0.1:9/"};
	struct secret secret = SECRET_EMPTY;
	char longer[URL_MAX + 64];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_RC(add(&admin, bad[i], &secret), RC_INVALID);
		CHECK_INT(secret.len, 0);
	}
	(void)snprintf(longer, sizeof(longer), "https://receiver.test/%0*d", URL_MAX, 0);
	CHECK_RC(add(&admin, longer, &secret), RC_INVALID);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM webhooks"), 0);
}

static void one_address_has_one_webhook_and_a_workspace_ten(void)
{
	struct secret secret = SECRET_EMPTY;
	char url[64];

	CHECK_RC(add(&admin, RECEIVER "/0", &secret), RC_OK);
	CHECK_RC(add(&admin, RECEIVER "/0", &secret), RC_CONFLICT);
	CHECK_INT(secret.len, 0);
	CHECK_RC(add(&stranger, RECEIVER "/0", &secret), RC_OK);
	for (int i = 1; i < WEBHOOKS_MAX; i++) {
		(void)snprintf(url, sizeof(url), RECEIVER "/%d", i);
		CHECK_RC(add(&admin, url, &secret), RC_OK);
	}
	CHECK_RC(add(&admin, RECEIVER "/one-too-many", &secret), RC_LIMIT);
	CHECK_INT(secret.len, 0);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM audit_events WHERE action = 'webhook.add'"),
		WEBHOOKS_MAX + 1);
	end_all(&secret);
}

/* ---- requests ---- */

static void a_signature_is_that_of_the_specification(void)
{
	/* https://www.standardwebhooks.com, as its libraries test it */
	static const unsigned char raw[] = {0x31, 0xf2, 0x90, 0xf6, 0xbf, 0x06, 0x29, 0x8a, 0xab,
		0x4f, 0x08, 0xd4, 0x3c, 0x3f, 0x08, 0x2c, 0xf6, 0x48, 0xa3, 0x62, 0xda, 0x2d, 0xa4,
		0xb0};
	const char *body = "{\"test\": 2432232314}";
	struct secret key = SECRET_EMPTY, out = SECRET_EMPTY;

	CHECK_RC(secret_set(&key, raw, sizeof(raw)), RC_OK);
	CHECK_RC(webhook_sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, strlen(body),
			 &out),
		RC_OK);
	CHECK_STR(secret_text(&out), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
	secret_release(&key);
	secret_release(&out);
}

static void check_signature(const struct httpc_request *rq, const struct secret *secret)
{
	struct secret key = SECRET_EMPTY, again = SECRET_EMPTY, want = SECRET_EMPTY;
	const char *base64 = secret_text(secret) + strlen(WEBHOOK_SECRET_PREFIX);
	char url_form[64];
	unsigned char raw[WEBHOOK_KEY_SIZE];

	TEXT_COPY(url_form, base64);
	for (char *p = url_form; *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p == '=' ? '\0' : *p;
	CHECK_RC(codec_unbase64url(url_form, strlen(url_form), raw, sizeof(raw)), RC_OK);
	CHECK_RC(secret_set(&key, raw, sizeof(raw)), RC_OK);
	CHECK_RC(codec_base64_secret(&key, &again), RC_OK);
	CHECK_STR(secret_text(&again), base64);
	CHECK_RC(webhook_sign(&key, header(rq, "webhook-id"),
			 strtoll(header(rq, "webhook-timestamp"), NULL, 10), secret_text(&rq->body),
			 rq->body.len, &want),
		RC_OK);
	CHECK_STR(header(rq, "webhook-signature"), secret_text(&want));
	secret_release(&key);
	secret_release(&again);
	secret_release(&want);
}

static void a_request_is_signed_with_the_secret_that_was_shown(void)
{
	struct secret secret = SECRET_EMPTY;
	struct webhook_due due;
	struct webhook_attempt a;
	struct httpc_request rq;

	(void)begin_with_one(&secret);
	CHECK(strncmp(secret_text(&secret), WEBHOOK_SECRET_PREFIX, 6) == 0);
	due = the_delivery();
	CHECK_RC(webhook_begin(&core, &due, &a, &rq), RC_OK);
	CHECK_INT(a.due.attempts, 1);
	CHECK_STR(rq.method, "POST");
	CHECK_STR(secret_text(&rq.url), "https://receiver.test/hook?a=b");
	CHECK_STR(header(&rq, "Content-Type"), "application/json");
	check_signature(&rq, &secret);
	httpc_request_release(&rq);
	/* taken: not for anybody else, until the claim ends */
	CHECK_RC(webhook_begin(&core, &due, &a, &rq), RC_NOT_FOUND);
	due.attempts = 1;
	CHECK_RC(webhook_begin(&core, &due, &a, &rq), RC_NOT_FOUND);
	end_all(&secret);
}

/* ---- answers ---- */

static void only_2xx_is_delivered(void)
{
	static const int refusals[] = {100, 199, 300, 301, 302, 307, 400, 401, 404, 429, 500, 503};
	struct secret secret = SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		(void)begin_with_one(&secret);
		CHECK_RC(attempt(RC_OK, refusals[i], -1), RC_OK);
		check_state("queued");
		CHECK_INT(number(db, "SELECT last_status FROM webhook_deliveries"), refusals[i]);
		CHECK_RC(attempt(RC_OK, i % 2 ? 200 : 299, -1), RC_OK);
		check_state("delivered");
		CHECK_INT(number(db, "SELECT COUNT(*) FROM webhook_deliveries WHERE due_at IS NULL"
				     " AND finished_at IS NOT NULL"),
			1);
		end_all(&secret);
	}
}

static void what_fails_waits_longer_each_time_and_is_dead_after_the_last(void)
{
	static const int64_t want_s[] = {5, 30, 120, 900, 3600, 14400, 43200, 86400, 86400};
	static const enum rc ends[] = {RC_OK, RC_TIMEOUT, RC_UPSTREAM, RC_EGRESS, RC_LIMIT};
	struct secret secret = SECRET_EMPTY;
	int64_t total_s = 0;

	(void)begin_with_one(&secret);
	for (int i = 0; i < WEBHOOK_ATTEMPTS_MAX - 1; i++) {
		CHECK_RC(attempt(ends[i % 5], 500, -1), RC_OK);
		check_state("queued");
		CHECK(waits() >= want_s[i] - 2 && waits() <= want_s[i] + want_s[i] / 4);
		total_s += want_s[i];
	}
	CHECK(total_s < 3 * 86400);
	CHECK_RC(attempt(RC_OK, 500, -1), RC_OK);
	check_state("dead");
	CHECK_INT(number(db, "SELECT attempts FROM webhook_deliveries"), WEBHOOK_ATTEMPTS_MAX);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM webhook_deliveries WHERE due_at IS NULL"), 1);
	end_all(&secret);
}

static void retry_after_is_honoured_within_bounds(void)
{
	struct secret secret = SECRET_EMPTY;

	(void)begin_with_one(&secret);
	CHECK_RC(attempt(RC_OK, 503, 600), RC_OK);
	CHECK(waits() >= 598 && waits() <= 750);
	CHECK_RC(attempt(RC_OK, 429, INT32_MAX), RC_OK);
	CHECK(waits() >= 86398 && waits() <= 86400 + 21600);
	CHECK_RC(attempt(RC_OK, 503, 0), RC_OK);
	CHECK(waits() >= 118);
	end_all(&secret);
	CHECK(webhook_retry_at(INT64_MAX, -1, 0) >= 86400);
	CHECK(webhook_retry_at(INT64_MIN, INT64_MIN, 0) >= 5);
}

static void gone_is_dead_at_once_and_sent_again_by_its_own_people_alone(void)
{
	struct secret secret = SECRET_EMPTY;
	struct webhook_due due;

	(void)begin_with_one(&secret);
	due = the_delivery();
	CHECK_RC(webhook_send_again(&core, &admin, &due.id), RC_NOT_FOUND);
	CHECK_RC(attempt(RC_OK, 410, -1), RC_OK);
	check_state("dead");
	CHECK_RC(webhook_send_again(&core, &stranger, &due.id), RC_NOT_FOUND);
	check_state("dead");
	CHECK_RC(webhook_send_again(&core, &admin, &due.id), RC_OK);
	check_state("queued");
	CHECK_RC(attempt(RC_OK, 200, -1), RC_OK);
	check_state("delivered");
	CHECK_RC(webhook_send_again(&core, &admin, &due.id), RC_NOT_FOUND);
	end_all(&secret);
}

static void a_removed_webhook_takes_its_messages_along(void)
{
	struct httpc_response rs = {.status = 200, .retry_after_s = -1};
	struct secret secret = SECRET_EMPTY;
	struct webhook_id id = begin_with_one(&secret);
	struct webhook_due due = the_delivery();
	struct webhook_attempt a;
	struct httpc_request rq;

	CHECK_RC(webhook_begin(&core, &due, &a, &rq), RC_OK);
	httpc_request_release(&rq);
	CHECK_RC(webhook_remove(&core, &stranger, &id), RC_NOT_FOUND);
	CHECK_RC(webhook_test(&core, &stranger, &id), RC_NOT_FOUND);
	CHECK_RC(webhook_remove(&core, &admin, &id), RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM webhook_deliveries"), 0);
	CHECK_RC(webhook_end(&core, &a, RC_OK, &rs), RC_CONFLICT);
	CHECK_RC(webhook_begin(&core, &due, &a, &rq), RC_NOT_FOUND);
	CHECK_RC(webhook_remove(&core, &admin, &id), RC_NOT_FOUND);
	end_all(&secret);
}

static void a_secret_that_does_not_open_counts_as_an_attempt(void)
{
	struct secret secret = SECRET_EMPTY;
	struct webhook_due due;
	struct webhook_attempt a;
	struct httpc_request rq;

	(void)begin_with_one(&secret);
	CHECK_RC(db_exec(db, "UPDATE webhooks SET encrypted_secret = CONCAT(encrypted_secret, 'x')",
			 DB_NO_ARGS, NULL),
		RC_OK);
	due = the_delivery();
	CHECK_RC(webhook_begin(&core, &due, &a, &rq), RC_CRYPTO);
	check_state("queued");
	CHECK_INT(the_delivery().attempts, 1);
	CHECK(waits() <= 7);
	end_all(&secret);
}

/* ---- pages ---- */

static void a_list_tells_what_happened_and_nothing_of_others(void)
{
	struct credential_row row = {.plugin_id = "acme/drive", .provider = "drive"};
	struct secret secret = SECRET_EMPTY;
	struct webhook_list list;

	TEXT_COPY(row.name, "Work Drive");
	TEXT_COPY(row.state, "active");
	(void)begin_with_one(&secret);
	CHECK_RC(attempt(RC_OK, 410, -1), RC_OK);
	CHECK_RC(incident_raise(db, &acme, &row, "revoked", "invalid_grant"), RC_OK);
	CHECK_RC(webhook_list_load(&core, &acme, &list), RC_OK);
	CHECK_INT(list.n_recent, 2);
	CHECK_INT(list.n_dead, 1);
	for (size_t i = 0; i < list.n_recent; i++) {
		CHECK_STR(list.recent[i].credential, list.recent[i].is_test ? "" : "Work Drive");
		CHECK_STR(list.recent[i].state, list.recent[i].is_test ? "" : "revoked");
		CHECK_INT(list.recent[i].dead, list.recent[i].is_test);
	}
	CHECK_STR(list.items[0].added_by, "ada@acme.test");
	webhook_list_release(&list);
	CHECK_RC(webhook_list_load(&core, &globex, &list), RC_OK);
	CHECK_INT(list.n + list.n_recent + list.n_dead, 0);
	webhook_list_release(&list);
	end_all(&secret);
}

static int begin(void)
{
	int status = store_test_begin("test_delivery");

	if (status)
		return status;
	CHECK_RC(codec_init(), RC_OK);
	make_keys(keys, "keys");
	CHECK_RC(keyring_open(keys, &core.keyring), RC_OK);
	CHECK_RC(keyring_establish(core.keyring, db), RC_OK);
	CHECK_RC(keyring_create(core.keyring, db, &acme), RC_OK);
	CHECK_RC(keyring_create(core.keyring, db, &globex), RC_OK);
	CHECK_RC(netpol_allow_origin(&cfg.egress, RECEIVER), RC_OK);
	core.cfg = &cfg;
	core.db = db;
	return check_failed_here ? 99 : 0;
}

int main(void)
{
	int status = begin();

	if (status)
		return status;
	RUN(an_address_that_may_not_be_dialled_is_refused);
	RUN(one_address_has_one_webhook_and_a_workspace_ten);
	RUN(a_signature_is_that_of_the_specification);
	RUN(a_request_is_signed_with_the_secret_that_was_shown);
	RUN(only_2xx_is_delivered);
	RUN(what_fails_waits_longer_each_time_and_is_dead_after_the_last);
	RUN(retry_after_is_honoured_within_bounds);
	RUN(gone_is_dead_at_once_and_sent_again_by_its_own_people_alone);
	RUN(a_removed_webhook_takes_its_messages_along);
	RUN(a_secret_that_does_not_open_counts_as_an_attempt);
	RUN(a_list_tells_what_happened_and_nothing_of_others);
	keyring_free(core.keyring);
	remove_keys(keys);
	store_test_end();
	return CHECK_DONE;
}
