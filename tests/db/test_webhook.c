/* SPDX-License-Identifier: Apache-2.0
 *
 * Webhooks against the real tables: what an incident writes, who takes a delivery, how it ends.
 */
#include "domain/incident.h"
#include "platform/jsonr.h"
#include "platform/text.h"
#include "store/webhook_store.h"

#include "store_test.h"

static int64_t now_s;
static const struct tenant_id nobody[DUE_WITHOUT_MAX];

/* ---- helpers ---- */

static struct webhook_row a_webhook(const struct tenant_id *tenant)
{
	struct webhook_row row = {.tenant = *tenant, .created_by = ada, .created_at_s = now_s};

	char id[UUID_TEXT_SIZE];

	row.id.u = uuid_random();
	uuid_text(&row.id.u, id);
	(void)snprintf(row.url, sizeof(row.url), "https://receiver.test/%s", id);
	buf_init(&row.secret, 64);
	buf_puts(&row.secret, "sealed");
	return row;
}

static struct webhook_id add_webhook(const struct tenant_id *tenant)
{
	struct webhook_row row = a_webhook(tenant);
	struct webhook_id id = row.id;

	CHECK_RC(webhook_insert(db, &row), RC_OK);
	webhook_row_release(&row);
	return id;
}

static void no_webhooks(void)
{
	CHECK_RC(db_exec(db, "DELETE FROM webhooks", DB_NO_ARGS, NULL), RC_OK);
}

static int64_t deliveries(void)
{
	return number(db, "SELECT COUNT(*) FROM webhook_deliveries");
}

static struct credential_row a_credential(const char *state)
{
	struct credential_row row = {.plugin_id = "acme/drive", .provider = "drive"};

	row.id.u = (struct uuid){{9}};
	TEXT_COPY(row.name, "Work Drive");
	TEXT_COPY(row.state, state);
	return row;
}

struct change {
	const struct tenant_id *tenant;
	const struct credential_row *row;
	const char *to, *reason;
};

static enum rc raise_work(struct db *own, void *arg)
{
	const struct change *c = arg;

	return incident_raise(own, c->tenant, c->row, c->to, c->reason);
}

static void change_state(const struct tenant_id *tenant, const char *from, const char *to)
{
	struct credential_row row = a_credential(from);
	struct change c = {tenant, &row, to, "invalid_grant"};

	CHECK_RC(db_transact(db, raise_work, &c), RC_OK);
	if (now_s < clock_now_s()) /* a second has begun since: what was raised is due in it */
		now_s = clock_now_s();
}

static struct webhook_due first_due(void)
{
	struct webhook_due *list, due = {0};
	size_t n;

	CHECK_RC(webhook_due_list(db, now_s, nobody, 1, &list, &n), RC_OK);
	CHECK_INT(n, 1);
	if (n)
		due = list[0];
	free(list);
	return due;
}

static void a_disabled_workspace_is_told_nothing(void)
{
	(void)add_webhook(&acme);
	CHECK_RC(db_exec(db, "UPDATE tenants SET disabled = 1", DB_NO_ARGS, NULL), RC_OK);
	change_state(&acme, "active", "needs_reauth");
	CHECK_INT(deliveries(), 0);
	CHECK_RC(db_exec(db, "UPDATE tenants SET disabled = 0", DB_NO_ARGS, NULL), RC_OK);
	change_state(&acme, "needs_reauth", "active");
	CHECK_INT(deliveries(), 1);
	no_webhooks();
}

/* Who has no room is left out, however much of theirs is due, and before all others'. */
static void others_are_found_behind_those_that_are_left_out(void)
{
	const struct tenant_id without[DUE_WITHOUT_MAX] = {[3] = acme};
	struct webhook_due *list;
	size_t n;

	(void)add_webhook(&acme);
	for (int i = 0; i < 40; i++)
		change_state(&acme, "active", "needs_reauth");
	CHECK_RC(db_exec(db, "UPDATE webhook_deliveries SET due_at = 1", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(webhook_due_list(db, now_s, without, 1, &list, &n), RC_OK);
	CHECK_INT(n, 0);
	free(list);
	(void)add_webhook(&globex);
	change_state(&globex, "active", "needs_reauth");
	CHECK_RC(webhook_due_list(db, now_s + 60, without, 5, &list, &n), RC_OK);
	CHECK_INT(n, 1);
	CHECK(n == 1 && uuid_equal(&list[0].tenant.u, &globex.u));
	free(list);
	no_webhooks();
}

/* ---- incidents ---- */

static void nobody_is_told_of_what_stays_as_it_is(void)
{
	(void)add_webhook(&acme);
	change_state(&acme, "active", "active");
	change_state(&acme, "needs_reauth", "needs_reauth");
	CHECK_INT(deliveries(), 0);
	no_webhooks();
	change_state(&acme, "active", "needs_reauth");
	CHECK_INT(deliveries(), 0);
}

static void an_incident_is_one_event_for_every_webhook_of_its_workspace(void)
{
	(void)add_webhook(&acme);
	(void)add_webhook(&acme);
	(void)add_webhook(&globex);
	change_state(&acme, "active", "needs_reauth");
	CHECK_INT(deliveries(), 2);
	CHECK_INT(number(db, "SELECT COUNT(DISTINCT event_id) FROM webhook_deliveries"), 1);
	CHECK_INT(number(db, "SELECT COUNT(DISTINCT tenant_id) FROM webhook_deliveries"), 1);
	change_state(&acme, "needs_reauth", "client_error");
	change_state(&acme, "client_error", "active");
	CHECK_INT(deliveries(), 6);
	CHECK_INT(number(db, "SELECT COUNT(DISTINCT event_id) FROM webhook_deliveries"), 3);
	no_webhooks();
	CHECK_INT(deliveries(), 0);
}

static void check_text(const struct jsonr *doc, const char *pointer, const char *want)
{
	const char *p = NULL;
	size_t len = 0;
	jsonv *v;

	CHECK(doc && jsonr_pointer(jsonr_root(doc), pointer, &v) && jsonr_text(v, &p, &len));
	CHECK_STR(p ? p : "(none)", want);
}

/* The one that this change makes; freed by the caller. */
static struct jsonr *message_of(const struct credential_row *row, const char *reason)
{
	struct change c = {&acme, row, "needs_reauth", reason};
	struct delivery_row *rows;
	struct jsonr *doc = NULL;
	size_t n;

	(void)add_webhook(&acme);
	CHECK_RC(db_transact(db, raise_work, &c), RC_OK);
	CHECK_RC(delivery_rows_load(db, &acme, NULL, 5, &rows, &n), RC_OK);
	CHECK_INT(n, 1);
	if (n)
		CHECK_RC(jsonr_parse(rows[0].body, strlen(rows[0].body), &doc), RC_OK);
	free(rows);
	no_webhooks();
	return doc;
}

static void a_message_says_what_happened(void)
{
	struct credential_row row = a_credential("active");
	struct jsonr *doc = message_of(&row, "invalid_grant");

	check_text(doc, "/type", "credential.state_changed");
	check_text(doc, "/data/credential/id", "09000000-0000-0000-0000-000000000000");
	check_text(doc, "/data/credential/name", "Work Drive");
	check_text(doc, "/data/credential/provider", "acme/drive/drive");
	check_text(doc, "/data/state", "needs_reauth");
	check_text(doc, "/data/previous_state", "active");
	check_text(doc, "/data/reason", "invalid_grant");
	jsonr_free(doc);
}

/* Whatever a row holds, the message is JSON, fits, and its transaction does not fail for it. */
static void an_odd_row_still_makes_a_message(void)
{
	struct credential_row row = a_credential("active");
	char reason[2000];
	struct jsonr *doc;

	for (size_t i = 0; i + 4 < sizeof(row.name); i += 4)
		memcpy(row.name + i, "\xf0\x9f\x94\x91", 5);
	memset(row.plugin_id, '"', sizeof(row.plugin_id) - 1);
	memset(row.provider, '\\', sizeof(row.provider) - 1);
	memset(reason, '\x01', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	doc = message_of(&row, reason);
	check_text(doc, "/data/credential/name", row.name);
	jsonr_free(doc);
	memset(row.name, '\x7f', sizeof(row.name) - 1);
	memset(reason, '"', sizeof(reason) - 1);
	doc = message_of(&row, reason);
	check_text(doc, "/data/credential/name", "");
	jsonr_free(doc);
	memset(row.name, '\xff', sizeof(row.name) - 1);
	jsonr_free(message_of(&row, "\xc3"));
}

/* ---- webhooks ---- */

static enum rc insert_work(struct db *own, void *arg)
{
	return webhook_insert(own, arg);
}

static enum rc insert_one(struct db *own, int i, void *arg)
{
	struct webhook_row row = a_webhook(&acme);

	(void)i, (void)arg;
	return db_transact(own, insert_work, &row);
}

static void many_at_once_do_not_pass_the_limit_together(void)
{
	struct race r;

	for (int i = 0; i < WEBHOOKS_MAX - 2; i++)
		(void)add_webhook(&acme);
	r = race(insert_one, NULL);
	CHECK_INT(r.codes[RC_OK], 2);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM webhooks"), WEBHOOKS_MAX);
	(void)add_webhook(&globex);
	no_webhooks();
}

static void another_workspace_neither_sees_nor_removes_nor_sends(void)
{
	struct webhook_id id = add_webhook(&acme);
	struct uuid event = uuid_random();
	struct delivery_row *rows;
	struct webhook_row *list;
	struct webhook_due due;
	size_t n;

	CHECK_RC(delivery_insert(db, &globex, &id, &event, "{}", 2, now_s), RC_INVALID);
	CHECK_RC(incident_test(db, &globex, &id), RC_INVALID);
	CHECK_RC(incident_test(db, &acme, &id), RC_OK);
	due = first_due();
	CHECK_RC(webhook_rows_load(db, &globex, &list, &n), RC_OK);
	CHECK_INT(n, 0);
	CHECK_RC(delivery_rows_load(db, &globex, NULL, 10, &rows, &n), RC_OK);
	CHECK_INT(n, 0);
	CHECK_RC(db_exec(db, "UPDATE webhook_deliveries SET state = 'dead', due_at = NULL",
			 DB_NO_ARGS, NULL),
		RC_OK);
	CHECK_RC(delivery_requeue(db, &globex, &due.id, now_s), RC_NOT_FOUND);
	CHECK_RC(webhook_delete(db, &globex, &id), RC_NOT_FOUND);
	CHECK_RC(webhook_delete(db, &acme, &id), RC_OK);
	CHECK_INT(deliveries(), 0);
}

/* ---- deliveries ---- */

static enum rc claim(struct db *own, int i, void *arg)
{
	return delivery_claim(own, arg, now_s, now_s + 120 + i);
}

static void one_of_many_takes_a_delivery(void)
{
	struct webhook_due due;
	struct race r;

	(void)add_webhook(&acme);
	change_state(&acme, "active", "revoked");
	due = first_due();
	r = race(claim, &due);
	CHECK_INT(r.codes[RC_OK], 1);
	CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
	no_webhooks();
}

static void what_was_taken_comes_back_and_its_first_taker_is_overtaken(void)
{
	struct delivery_end end = {DELIVERY_DELIVERED, 0, 200, ""};
	struct webhook_due first, second;
	int64_t next_s;

	(void)add_webhook(&acme);
	change_state(&acme, "active", "revoked");
	first = first_due();
	CHECK_RC(delivery_claim(db, &first, now_s, now_s + 120), RC_OK);
	CHECK_RC(webhook_next_due(db, &next_s), RC_OK);
	CHECK_INT(next_s, now_s + 120);
	now_s += 120;
	second = first_due();
	CHECK_INT(second.attempts, 1);
	CHECK_RC(delivery_claim(db, &second, now_s, now_s + 120), RC_OK);
	first.attempts = 1;
	second.attempts = 2;
	CHECK_RC(delivery_finish(db, &first, &end, now_s), RC_CONFLICT);
	CHECK_RC(delivery_finish(db, &second, &end, now_s), RC_OK);
	CHECK_RC(delivery_finish(db, &second, &end, now_s), RC_CONFLICT);
	CHECK_RC(webhook_next_due(db, &next_s), RC_NOT_FOUND);
	no_webhooks();
}

static void only_what_is_dead_is_sent_again(void)
{
	struct delivery_end dead = {DELIVERY_DEAD, 0, 500, "status"};
	struct webhook_due due;

	(void)add_webhook(&acme);
	change_state(&acme, "active", "revoked");
	due = first_due();
	CHECK_RC(delivery_requeue(db, &acme, &due.id, now_s), RC_NOT_FOUND);
	CHECK_RC(delivery_claim(db, &due, now_s, now_s + 120), RC_OK);
	due.attempts++;
	CHECK_RC(delivery_finish(db, &due, &dead, now_s), RC_OK);
	CHECK_RC(delivery_requeue(db, &acme, &due.id, now_s), RC_OK);
	CHECK_RC(delivery_requeue(db, &acme, &due.id, now_s), RC_NOT_FOUND);
	CHECK_INT(first_due().attempts, 0);
	no_webhooks();
}

static void only_what_is_finished_and_old_is_cleared(void)
{
	struct delivery_end dead = {DELIVERY_DEAD, 0, 500, "status"};
	struct webhook_due due;

	(void)add_webhook(&acme);
	change_state(&acme, "active", "revoked");
	change_state(&acme, "revoked", "active");
	due = first_due();
	CHECK_RC(delivery_claim(db, &due, now_s, now_s + 120), RC_OK);
	due.attempts++;
	CHECK_RC(delivery_finish(db, &due, &dead, now_s), RC_OK);
	CHECK_RC(webhook_clear(db, now_s, 10), RC_OK);
	CHECK_INT(deliveries(), 2);
	CHECK_RC(webhook_clear(db, now_s + 1, 10), RC_OK);
	CHECK_INT(deliveries(), 1);
	CHECK_RC(webhook_clear(db, INT64_MAX, 10), RC_OK);
	CHECK_INT(deliveries(), 1);
	no_webhooks();
}

int main(void)
{
	int status = store_test_begin("test_webhook");

	if (status)
		return status;
	now_s = clock_now_s();
	RUN(a_disabled_workspace_is_told_nothing);
	RUN(others_are_found_behind_those_that_are_left_out);
	RUN(nobody_is_told_of_what_stays_as_it_is);
	RUN(an_incident_is_one_event_for_every_webhook_of_its_workspace);
	RUN(a_message_says_what_happened);
	RUN(an_odd_row_still_makes_a_message);
	RUN(many_at_once_do_not_pass_the_limit_together);
	RUN(another_workspace_neither_sees_nor_removes_nor_sends);
	RUN(one_of_many_takes_a_delivery);
	RUN(what_was_taken_comes_back_and_its_first_taker_is_overtaken);
	RUN(only_what_is_dead_is_sent_again);
	RUN(only_what_is_finished_and_old_is_cleared);
	store_test_end();
	return CHECK_DONE;
}
