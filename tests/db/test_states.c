/* SPDX-License-Identifier: Apache-2.0
 *
 * States that people make, against the real table: one of many switches, a renewal under way neither undoes it nor loses
 * what it brings, and no statement reaches another tenant's row.
 */
#include "domain/audit.h"
#include "domain/oauth/refresh.h"
#include "platform/text.h"
#include "store/refresh_store.h"
#include "store/state_store.h"

#include "store_test.h"

static int64_t now_s;

static struct credential_row added(void)
{
	static unsigned n;
	struct credential_row row = {.auth_type = "oauth2",
		.plugin_id = "acme/drive",
		.provider = "drive",
		.client_source = "tenant",
		.client_revision = 1,
		.secret_rev = 1,
		.version = 1,
		.expires = true,
		.expires_at_s = now_s + 3600,
		.refreshable = true,
		.state = "active",
		.added_by = ada,
		.changed_by = ada};

	row.id.u = uuid_random();
	row.client_id = uuid_random();
	(void)snprintf(row.name, sizeof(row.name), "drive %u", n++);
	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, "sealed");
	buf_puts(&row.profile, "sealed");
	CHECK_RC(credential_insert(db, &acme, &row, now_s), RC_OK);
	CHECK_RC(refresh_reset(db, &acme, &row.id, now_s, now_s), RC_OK);
	return row;
}

static int64_t rows_where(const char *what)
{
	char text[256];

	(void)snprintf(
		text, sizeof(text), "SELECT COUNT(*) FROM provider_credentials WHERE %s", what);
	return number(db, text);
}

static void begin(void)
{
	CHECK_RC(db_exec(db, "DELETE FROM provider_credentials", DB_NO_ARGS, NULL), RC_OK);
}

static enum rc disable(struct db *own, int i, void *arg)
{
	(void)i;
	return state_switch(own, &acme, arg, false, &ada, 0, now_s);
}

static void one_of_many_switches(void)
{
	struct credential_row row;
	struct race r;

	begin();
	row = added();
	r = race(disable, &row);
	CHECK_INT(r.codes[RC_OK], 1);
	CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
	CHECK_INT(rows_where("state = 'disabled' AND refresh_due_at IS NULL AND version = 2"), 1);
	credential_row_release(&row);
}

static void a_renewal_under_way_neither_undoes_it_nor_is_lost(void)
{
	struct uuid owner = uuid_random();
	struct refresh_lease lease;
	struct credential_row row, brought;
	char was[REFRESH_STATE_SIZE];

	begin();
	row = added();
	CHECK_RC(refresh_claim(db, &acme, &row.id, &owner, now_s, &lease), RC_OK);
	CHECK_RC(state_switch(db, &acme, &row, false, &ada, 0, now_s), RC_OK);
	brought = row;
	buf_init(&brought.credentials, 64);
	buf_puts(&brought.credentials, "newer");
	CHECK_RC(refresh_commit(db, &acme, &brought, &lease, now_s + 3000, now_s, was), RC_OK);
	CHECK_INT(rows_where("state = 'disabled' AND refresh_due_at IS NULL AND secret_rev = 2 AND "
			     "encrypted_credentials = 'newer'"),
		1);
	buf_release(&brought.credentials);
	credential_row_release(&row);
}

static void a_renewal_that_fails_does_not_undo_it_either(void)
{
	const struct refresh_failure failure = {"needs_reauth", "invalid_grant", false, false, 0};
	const struct refresh_failure later = {"active", "timeout", true, true, now_s + 30};
	struct uuid owner = uuid_random();
	struct refresh_lease lease;
	struct credential_row row;

	for (int i = 0; i < 2; i++) {
		begin();
		row = added();
		CHECK_RC(refresh_claim(db, &acme, &row.id, &owner, now_s, &lease), RC_OK);
		CHECK_RC(state_switch(db, &acme, &row, false, &ada, 0, now_s), RC_OK);
		CHECK_RC(refresh_fail(db, &acme, &row.id, &lease, i ? &later : &failure, now_s),
			RC_OK);
		CHECK_INT(
			rows_where("state = 'disabled' AND refresh_due_at IS NULL AND lease_owner "
				   "IS NULL"),
			1);
		credential_row_release(&row);
	}
}

/* One that can be renewed waits for that; of another only a person can say whether it works again. */
static void what_was_refused_is_not_whole_again_by_a_switch(void)
{
	for (int refreshable = 0; refreshable < 2; refreshable++) {
		struct credential_row row;

		begin();
		row = added();
		CHECK_RC(
			db_exec(db,
				"UPDATE provider_credentials SET rejected_rev = 1, refreshable = ?",
				DB_ARGS(db_int(refreshable)), NULL),
			RC_OK);
		CHECK_RC(state_switch(db, &acme, &row, false, &ada, 0, now_s), RC_OK);
		row.version++;
		TEXT_COPY(row.state, "disabled");
		CHECK_RC(state_switch(db, &acme, &row, true, &ada, now_s, now_s), RC_OK);
		CHECK_INT(number(db, "SELECT rejected_rev FROM provider_credentials"), refreshable);
		credential_row_release(&row);
	}
}

/* ---- what is told of it ---- */

static enum rc settle_work(struct db *own, void *arg)
{
	const struct core core = {.db = own, .audit_batch = audit_batch_new()};
	enum rc rc = refresh_settle(&core, own, arg);

	if (rc == RC_OK)
		rc = audit_batch_write(&core);
	audit_batch_free(core.audit_batch);
	return rc;
}

/* What the messages tell in their order: "from>to …". */
static void check_messages(const char *want)
{
	char *text = NULL;
	struct db_rows *rows = NULL;

	CHECK_RC(
		db_query(db,
			"SELECT IFNULL(GROUP_CONCAT(JSON_VALUE(body, '$.data.previous_state'), '>',"
			" JSON_VALUE(body, '$.data.state') ORDER BY created_at SEPARATOR ' '), '')"
			" FROM webhook_deliveries",
			DB_NO_ARGS, &rows),
		RC_OK);
	if (db_next(rows))
		text = strdup(db_get_text(rows, 0));
	CHECK_STR(text ? text : "?", want);
	free(text);
	db_rows_free(rows);
}

static void begin_with_webhook(void)
{
	begin();
	CHECK_RC(db_exec(db, "DELETE FROM webhooks", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(db_exec(db,
			 "INSERT INTO webhooks (tenant_id, id, url, encrypted_secret, created_at)"
			 " VALUES (?, ?, 'https://receiver.test/', 'sealed', 1)",
			 DB_ARGS(db_id(&acme.u), db_id(&acme.u)), NULL),
		RC_OK);
}

/* A renewal as it was claimed, and how it ended. */
static struct refresh_settlement settlement_of(
	const struct credential_row *row, const struct refresh_lease *lease, bool renewed)
{
	struct refresh_settlement s = {.tenant = acme, .lease = *lease, .renewed = renewed};

	s.row = *row; /* borrowed */
	TEXT_COPY(s.state, "needs_reauth");
	TEXT_COPY(s.reason, "rotation_lost");
	return s;
}

static void nobody_is_told_of_one_that_was_disabled_meanwhile(void)
{
	struct uuid owner = uuid_random();
	struct refresh_settlement s;
	struct refresh_lease lease;
	struct credential_row row;

	begin_with_webhook();
	row = added();
	CHECK_RC(refresh_claim(db, &acme, &row.id, &owner, now_s, &lease), RC_OK);
	CHECK_RC(state_switch(db, &acme, &row, false, &ada, 0, now_s), RC_OK);
	s = settlement_of(&row, &lease, false);
	CHECK_RC(db_transact(db, settle_work, &s), RC_OK);
	CHECK_INT(rows_where("state = 'disabled' AND state_reason = ''"), 1);
	check_messages("");
	credential_row_release(&row);
}

/* Overtaken by one that was refused, because the slow one had used the token up; then the slow one brings the new. */
static void the_recovery_that_comes_late_is_told(void)
{
	struct uuid slow_owner = uuid_random(), quick_owner = uuid_random();
	struct refresh_settlement s;
	struct refresh_lease slow, quick;
	struct credential_row row;

	begin_with_webhook();
	row = added();
	CHECK_RC(refresh_claim(db, &acme, &row.id, &slow_owner, now_s, &slow), RC_OK);
	CHECK_RC(refresh_abandon(db, &acme, &row.id, &slow), RC_OK);
	CHECK_RC(refresh_claim(db, &acme, &row.id, &quick_owner, now_s, &quick), RC_OK);
	s = settlement_of(&row, &quick, false);
	CHECK_RC(db_transact(db, settle_work, &s), RC_OK);
	check_messages("active>needs_reauth");
	CHECK_RC(db_exec(db, "UPDATE webhook_deliveries SET created_at = 1", DB_NO_ARGS, NULL),
		RC_OK);
	s = settlement_of(&row, &slow, true);
	CHECK_RC(db_transact(db, settle_work, &s), RC_OK);
	CHECK_INT(rows_where("state = 'active' AND secret_rev = 2"), 1);
	check_messages("active>needs_reauth needs_reauth>active");
	credential_row_release(&row);
}

static void a_state_moves_only_from_what_was_seen(void)
{
	struct credential_row row, other_rev;

	begin();
	row = added();
	other_rev = row;
	other_rev.secret_rev = 7;
	CHECK_RC(state_move(db, &acme, &other_rev, "needs_reauth", "rejected", 0, now_s),
		RC_NOT_FOUND);
	CHECK_RC(state_move(db, &globex, &row, "needs_reauth", "rejected", 0, now_s), RC_NOT_FOUND);
	CHECK_RC(state_move(db, &acme, &row, "needs_reauth", "rejected", 0, now_s), RC_OK);
	CHECK_RC(state_move(db, &acme, &row, "revoked", "", 0, now_s), RC_NOT_FOUND);
	CHECK_INT(
		rows_where("state = 'needs_reauth' AND state_reason = 'rejected' AND version = 1"),
		1);
	CHECK_RC(state_switch(db, &globex, &row, false, &ada, 0, now_s), RC_NOT_FOUND);
	credential_row_release(&row);
}

static void a_test_has_a_pause(void)
{
	struct credential_row row;

	begin();
	row = added();
	CHECK_RC(state_test_claim(db, &acme, &row.id, now_s, 5), RC_OK);
	CHECK_RC(state_test_claim(db, &acme, &row.id, now_s + 4, 5), RC_LIMIT);
	CHECK_RC(state_test_claim(db, &acme, &row.id, now_s + 5, 5), RC_OK);
	CHECK_RC(state_test_claim(db, &globex, &row.id, now_s + 50, 5), RC_LIMIT);
	credential_row_release(&row);
}

static void a_saved_client_wakes_what_failed_because_of_it(void)
{
	struct credential_row mine, hers;
	uint64_t n;

	begin();
	mine = added();
	hers = added();
	CHECK_RC(state_move(db, &acme, &mine, "client_error", "invalid_client", 9, now_s), RC_OK);
	CHECK_RC(state_move(db, &acme, &hers, "client_error", "invalid_client", 9, now_s), RC_OK);
	CHECK_RC(state_client_saved(db, &globex, &mine.client_id, now_s, &n), RC_OK);
	CHECK_INT(n, 0);
	/* the client of a workspace is not the operator's */
	CHECK_RC(state_client_saved(db, NULL, &mine.client_id, now_s, &n), RC_OK);
	CHECK_INT(n, 0);
	CHECK_RC(state_client_saved(db, &acme, &mine.client_id, now_s, &n), RC_OK);
	CHECK_INT(n, 1);
	CHECK_INT(rows_where("refresh_due_at = 9"), 1);
	credential_row_release(&mine);
	credential_row_release(&hers);
}

int main(void)
{
	int status = store_test_begin("test_states");

	if (status)
		return status;
	now_s = clock_now_s();
	RUN(one_of_many_switches);
	RUN(a_renewal_under_way_neither_undoes_it_nor_is_lost);
	RUN(a_renewal_that_fails_does_not_undo_it_either);
	RUN(what_was_refused_is_not_whole_again_by_a_switch);
	RUN(nobody_is_told_of_one_that_was_disabled_meanwhile);
	RUN(the_recovery_that_comes_late_is_told);
	RUN(a_state_moves_only_from_what_was_seen);
	RUN(a_test_has_a_pause);
	RUN(a_saved_client_wakes_what_failed_because_of_it);
	store_test_end();
	return CHECK_DONE;
}
