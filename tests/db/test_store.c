/* SPDX-License-Identifier: Apache-2.0
 *
 * The store against the real tables: what several connections do to one row at once, and that a tenant's
 * statement never meets another's row.
 */
#include "store/credential_store.h"
#include "store/flow_store.h"
#include "store/session_store.h"

#include "store_test.h"

static int64_t now_s; /* the store compares with the server's clock too */

static const struct provider_ref drive = {"acme/drive", "drive"};

/* ---- flows ---- */

static struct flow_row a_flow(unsigned char n)
{
	struct flow_row row = {.tenant = acme,
		.user = ada,
		.kind = "datasource",
		.plugin_id = "acme/drive",
		.provider = "drive",
		.client_source = "tenant",
		.status = "open",
		.created_at_s = now_s,
		.expires_at_s = now_s + 600};

	row.id.u = uuid_random();
	memset(row.state_hash, n, HASH_SIZE);
	memset(row.session_hash, 7, HASH_SIZE);
	return row;
}

static struct flow_claim a_claim(unsigned char n)
{
	struct flow_claim claim = {.tenant = acme,
		.user = ada,
		.kind = "datasource",
		.plugin_id = "acme/drive",
		.provider = "drive",
		.context = "",
		.now_s = now_s,
		.until_s = now_s + 60};

	memset(claim.state_hash, n, HASH_SIZE);
	memset(claim.session_hash, 7, HASH_SIZE);
	return claim;
}

static enum rc consume(struct db *own, int i, void *arg)
{
	struct flow_claim claim = *(struct flow_claim *)arg;

	claim.until_s += i; /* or the second one would change nothing, and so look refused */
	return flow_consume(own, &claim);
}

static void one_of_many_consumes_a_flow(void)
{
	for (unsigned char n = 1; n <= 5; n++) {
		struct flow_row row = a_flow(n);
		struct flow_claim claim = a_claim(n);
		struct race r;

		CHECK_RC(flow_insert(db, &row), RC_OK);
		r = race(consume, &claim);
		CHECK_INT(r.codes[RC_OK], 1);
		CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
	}
}

/* Each part of the claim must hold; a claim that failed uses nothing up. */
static void a_claim_that_is_wrong_in_one_part_consumes_nothing(void)
{
	struct flow_row row = a_flow(20);
	struct flow_claim wrong[9];

	CHECK_RC(flow_insert(db, &row), RC_OK);
	for (size_t i = 0; i < 9; i++)
		wrong[i] = a_claim(20);
	wrong[0].state_hash[31]++;
	wrong[1].session_hash[0]++;
	wrong[2].tenant = globex;
	wrong[3].user = eve;
	wrong[4].kind = "tool";
	wrong[5].plugin_id = "acme/other";
	wrong[6].provider = "other";
	wrong[7].context = "x";
	wrong[8].now_s = now_s + 600; /* the very second of its end */
	for (size_t i = 0; i < 9; i++)
		CHECK_RC(flow_consume(db, &wrong[i]), RC_NOT_FOUND);
	wrong[8].now_s = now_s + 599;
	CHECK_RC(flow_consume(db, &wrong[8]), RC_OK);
	wrong[8].until_s++;
	CHECK_RC(flow_consume(db, &wrong[8]), RC_NOT_FOUND);
}

static void a_flow_is_shown_to_its_person_alone(void)
{
	struct flow_row row = a_flow(30), out;

	CHECK_RC(flow_insert(db, &row), RC_OK);
	CHECK_RC(flow_load(db, &acme, &ada, &row.id, &out), RC_OK);
	flow_row_release(&out);
	CHECK_RC(flow_load(db, &acme, &eve, &row.id, &out), RC_NOT_FOUND);
	flow_row_release(&out);
	CHECK_RC(flow_load(db, &globex, &ada, &row.id, &out), RC_NOT_FOUND);
	flow_row_release(&out);
	CHECK_RC(flow_finish(db, &row), RC_CONFLICT); /* was not consumed */
}

/* ---- credentials and their Default ---- */

static struct credential_row a_credential(const char *name)
{
	struct credential_row row = {.auth_type = "api-key",
		.plugin_id = "acme/drive",
		.provider = "drive",
		.secret_rev = 1,
		.version = 1,
		.added_by = ada,
		.changed_by = ada};

	row.id.u = uuid_random();
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, "sealed");
	buf_puts(&row.profile, "sealed");
	return row;
}

static enum rc insert_work(struct db *own, void *arg)
{
	struct credential_row *row = arg;
	enum rc rc = credential_insert(own, &acme, row, now_s);

	return rc == RC_OK ? default_lock(own, &acme, &drive, &row->id) : rc;
}

static enum rc insert(struct db *own, int i, void *arg)
{
	char name[32];
	struct credential_row row;

	(void)arg;
	(void)snprintf(name, sizeof(name), "key %d", i);
	row = a_credential(name);
	return db_transact(own, insert_work, &row);
}

static enum rc leave_work(struct db *own, void *arg)
{
	const struct credential_row *row = arg;
	enum rc rc = default_lock(own, &acme, &drive, NULL);

	if (rc == RC_OK)
		rc = default_leave(own, &acme, &drive, &row->id);
	return rc == RC_OK ? credential_delete(own, &acme, &row->id, 1, 1) : rc;
}

static enum rc take_over(struct db *own, void *arg)
{
	const struct credential_row *row = arg;
	enum rc rc = default_lock(own, &acme, &drive, NULL);

	return rc == RC_OK ? default_set(own, &acme, &drive, &row->id) : rc;
}

/* Even numbers go, odd ones become the Default: all at once. */
static enum rc go_or_take_over(struct db *own, int i, void *arg)
{
	struct credential_rows *rows = arg;

	return db_transact(own, i % 2 ? take_over : leave_work, &rows->items[i]);
}

static void clear_credentials(void)
{
	CHECK_RC(db_exec(db, "DELETE FROM provider_credential_defaults", DB_NO_ARGS, NULL), RC_OK);
	CHECK_RC(db_exec(db, "DELETE FROM provider_credentials", DB_NO_ARGS, NULL), RC_OK);
}

static int64_t defaults(void)
{
	return number(db, "SELECT COUNT(*) FROM provider_credential_defaults d"
			  " JOIN provider_credentials c ON c.id = d.credential_id");
}

static void there_is_exactly_one_default_whoever_comes_and_goes(void)
{
	for (int round = 0; round < 4; round++) {
		struct credential_rows rows;
		struct race r;

		clear_credentials();
		r = race(insert, NULL);
		CHECK_INT(r.codes[RC_OK], RACERS);
		CHECK_INT(defaults(), 1);
		CHECK_RC(credential_rows_load(db, &acme, &drive, &rows), RC_OK);
		CHECK_INT(rows.n, RACERS);
		CHECK(rows.items[0].is_default);
		r = race(go_or_take_over, &rows);
		CHECK_INT(r.codes[RC_OK], RACERS);
		CHECK_INT(number(db, "SELECT COUNT(*) FROM provider_credentials"), RACERS / 2);
		CHECK_INT(defaults(), 1);
		credential_rows_release(&rows);
	}
}

static enum rc all_leave(struct db *own, int i, void *arg)
{
	struct credential_rows *rows = arg;

	return db_transact(own, leave_work, &rows->items[i]);
}

static void the_last_one_takes_the_default_along(void)
{
	struct credential_rows rows;

	clear_credentials();
	CHECK_INT(race(insert, NULL).codes[RC_OK], RACERS);
	CHECK_RC(credential_rows_load(db, &acme, &drive, &rows), RC_OK);
	CHECK_INT(race(all_leave, &rows).codes[RC_OK], RACERS);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM provider_credential_defaults"), 0);
	credential_rows_release(&rows);
}

static enum rc update(struct db *own, int i, void *arg)
{
	struct credential_row row = *(struct credential_row *)arg;

	(void)snprintf(row.name, sizeof(row.name), "by %d", i);
	row.version = 2;
	return credential_update(own, &acme, &row, 1, 1, now_s);
}

static void one_of_many_edits_wins(void)
{
	struct credential_row row = a_credential("contested");
	struct race r;

	clear_credentials();
	CHECK_RC(credential_insert(db, &acme, &row, now_s), RC_OK);
	r = race(update, &row);
	CHECK_INT(r.codes[RC_OK], 1);
	CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
	CHECK_RC(credential_delete(db, &acme, &row.id, 1, 1), RC_NOT_FOUND);
	CHECK_RC(credential_delete(db, &acme, &row.id, 2, 1), RC_OK);
	credential_row_release(&row);
}

static void a_row_of_another_tenant_is_not_there(void)
{
	struct credential_row row = a_credential("mine"), out;
	struct provider_ref other_provider = {"acme/drive", "other"};

	clear_credentials();
	CHECK_RC(credential_insert(db, &acme, &row, now_s), RC_OK);
	CHECK_RC(credential_row_load(db, &acme, &drive, &row.id, &out), RC_OK);
	credential_row_release(&out);
	CHECK_RC(credential_row_load(db, &globex, &drive, &row.id, &out), RC_NOT_FOUND);
	credential_row_release(&out);
	CHECK_RC(credential_row_load(db, &acme, &other_provider, &row.id, &out), RC_NOT_FOUND);
	credential_row_release(&out);
	CHECK_RC(credential_update(db, &globex, &row, 1, 1, now_s), RC_NOT_FOUND);
	CHECK_RC(credential_delete(db, &globex, &row.id, 1, 1), RC_NOT_FOUND);
	/* not its Default either: the reference has the tenant in it */
	CHECK_RC(default_lock(db, &globex, &drive, &row.id), RC_INVALID);
	CHECK_RC(credential_insert(db, &globex, &row, now_s),
		RC_OK); /* names and even ids are per tenant */
	row.id.u = uuid_random();
	CHECK_RC(credential_insert(db, &acme, &row, now_s), RC_CONFLICT);
	credential_row_release(&row);
}

/* ---- sign-in ---- */

static enum rc use_code(struct db *own, int i, void *arg)
{
	(void)i;
	return code_consume(own, &ada, arg, now_s);
}

static void one_of_many_uses_a_code(void)
{
	unsigned char hash[HASH_SIZE] = {9};
	struct race r;

	CHECK_RC(code_replace(db, &ada, hash, now_s + 1), RC_OK);
	CHECK_RC(code_consume(db, &eve, hash, now_s), RC_NOT_FOUND);
	CHECK_RC(code_consume(db, &ada, hash, now_s + 1), RC_NOT_FOUND);
	r = race(use_code, hash);
	CHECK_INT(r.codes[RC_OK], 1);
	CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
}

static enum rc fail(struct db *own, int i, void *arg)
{
	(void)i;
	return throttle_fail(own, arg, now_s, now_s - 86400);
}

static void no_failure_is_lost_and_old_ones_are_forgotten(void)
{
	unsigned char subject[HASH_SIZE] = {5};
	struct throttle_row row;

	CHECK_INT(race(fail, subject).codes[RC_OK], RACERS);
	CHECK_RC(throttle_load(db, subject, &row), RC_OK);
	CHECK_INT(row.failures, RACERS);
	CHECK_RC(throttle_fail(db, subject, now_s + 86400, now_s), RC_OK);
	CHECK_RC(throttle_load(db, subject, &row), RC_OK);
	CHECK_INT(row.failures, RACERS + 1);
	CHECK_RC(throttle_fail(db, subject, now_s + 3 * 86400, now_s + 2 * 86400), RC_OK);
	CHECK_RC(throttle_load(db, subject, &row), RC_OK);
	CHECK_INT(row.failures, 1);
	CHECK_RC(throttle_clear(db, subject), RC_OK);
	CHECK_RC(throttle_load(db, subject, &row), RC_OK);
	CHECK_INT(row.failures, 0);
}

int main(void)
{
	int status = store_test_begin("test_store");

	if (status)
		return status;
	now_s = clock_now_s();
	RUN(one_of_many_consumes_a_flow);
	RUN(a_claim_that_is_wrong_in_one_part_consumes_nothing);
	RUN(a_flow_is_shown_to_its_person_alone);
	RUN(there_is_exactly_one_default_whoever_comes_and_goes);
	RUN(the_last_one_takes_the_default_along);
	RUN(one_of_many_edits_wins);
	RUN(a_row_of_another_tenant_is_not_there);
	RUN(one_of_many_uses_a_code);
	RUN(no_failure_is_lost_and_old_ones_are_forgotten);
	store_test_end();
	return CHECK_DONE;
}
