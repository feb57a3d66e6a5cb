/* SPDX-License-Identifier: Apache-2.0
 *
 * Lease and schedule against the real table: each step takes effect for whoever is entitled to it, and for no
 * other.
 */
#include "store/refresh_store.h"

#include "store_test.h"

#define NOW_S INT64_C(1700000000)

static const struct uuid me = {{1, 1}}, rival = {{2, 2}}, client = {{7}}, other_client = {{8}};
static char was[REFRESH_STATE_SIZE]; /* of the last commit */
static struct credential_id one;     /* of acme; most tests have this one alone */

/* ---- rows ---- */

static struct credential_id add_as(const struct tenant_id *tenant, unsigned n, int64_t due_at_s)
{
	struct credential_id id = {{{(unsigned char)n}}};
	struct credential_row row = {.auth_type = "oauth2",
		.plugin_id = "acme/drive",
		.provider = "drive",
		.secret_rev = 5,
		.version = 1,
		.client_source = "tenant",
		.client_id = client,
		.client_revision = 1,
		.expires = true,
		.expires_at_s = NOW_S + 600,
		.refreshable = true,
		.added_by = ada,
		.changed_by = ada};

	row.id = id;
	(void)snprintf(row.name, sizeof(row.name), "number %u", n);
	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, "old");
	buf_puts(&row.profile, "old");
	CHECK_RC(credential_insert(db, tenant, &row, NOW_S), RC_OK);
	CHECK_RC(refresh_reset(db, tenant, &row.id, due_at_s, NOW_S), RC_OK);
	credential_row_release(&row);
	return id;
}

static void clear(void)
{
	CHECK_RC(db_exec(db, "DELETE FROM provider_credentials", DB_NO_ARGS, NULL), RC_OK);
}

static void begin(int64_t due_at_s)
{
	clear();
	one = add_as(&acme, 1, due_at_s);
}

/* What stands in the only row. */
static int64_t value(const char *column)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "SELECT %s FROM provider_credentials", column);
	return number(other, text);
}

static bool is(const char *condition)
{
	return value(condition) == 1;
}

static void set(const char *assignments)
{
	char text[300];

	(void)snprintf(text, sizeof(text), "UPDATE provider_credentials SET %s", assignments);
	CHECK_RC(db_exec(other, text, DB_NO_ARGS, NULL), RC_OK);
}

static struct refresh_lease claimed(void)
{
	struct refresh_lease lease = {0};

	CHECK_RC(refresh_claim(db, &acme, &one, &me, NOW_S, &lease), RC_OK);
	return lease;
}

static enum rc claim_as(const struct tenant_id *tenant, const struct uuid *owner, int64_t now_s)
{
	struct refresh_lease lease = {0};

	return refresh_claim(db, tenant, &one, owner, now_s, &lease);
}

/* The lease in all the ways in which it may be another's. */
#define WRONG 4
static void wrong_leases(const struct refresh_lease *lease, struct refresh_lease out[WRONG])
{
	for (size_t i = 0; i < WRONG; i++)
		out[i] = *lease;
	out[0].owner = rival;
	out[1].fence++;
	out[2].fence--;
	out[3].rev++;
}

/* ---- claiming ---- */

static void what_is_due_and_free_is_claimed_once(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	CHECK_RC(claim_as(&acme, &me, NOW_S - 1), RC_NOT_FOUND); /* not yet */
	CHECK_RC(claim_as(&globex, &me, NOW_S), RC_NOT_FOUND);
	lease = claimed();
	CHECK(uuid_equal(&lease.owner, &me));
	CHECK_INT(lease.fence, 1);
	CHECK_INT(lease.rev, 5);
	CHECK(!lease.sent_before);
	CHECK_RC(claim_as(&acme, &rival, NOW_S), RC_NOT_FOUND);
	CHECK_RC(claim_as(&acme, &me, NOW_S), RC_NOT_FOUND); /* not even by its owner */
	CHECK(is("lease_fence = 1 AND lease_rev = 5 AND secret_rev = 5"));
}

static void what_is_never_due_or_gone_is_not_claimed(void)
{
	begin(0);
	CHECK(is("refresh_due_at IS NULL"));
	CHECK_RC(claim_as(&acme, &me, INT64_MAX), RC_NOT_FOUND);
	clear();
	CHECK_RC(claim_as(&acme, &me, NOW_S), RC_NOT_FOUND);
}

static void the_fence_grows_with_every_claim(void)
{
	begin(NOW_S);
	for (uint64_t fence = 1; fence <= 3; fence++) {
		struct refresh_lease lease = claimed();

		CHECK_INT(lease.fence, fence);
		CHECK_RC(refresh_abandon(db, &acme, &one, &lease), RC_OK);
	}
	CHECK_RC(refresh_reset(db, &acme, &one, NOW_S, NOW_S), RC_OK);
	CHECK_INT(claimed().fence, 4); /* a consent does not turn it back */
}

static enum rc claim_race(struct db *own, int i, void *arg)
{
	struct uuid owner = {{(unsigned char)(i + 1)}};
	struct refresh_lease lease;

	(void)arg;
	return refresh_claim(own, &acme, &one, &owner, NOW_S, &lease);
}

/* C2, C26 */
static void of_many_one_claims(void)
{
	for (int round = 0; round < 5; round++) {
		struct race r;

		begin(NOW_S);
		r = race(claim_race, NULL);
		CHECK_INT(r.codes[RC_OK], 1);
		CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
	}
}

static enum rc claim_all(struct db *own, void *arg)
{
	const int *i = arg;
	struct uuid owner = {{(unsigned char)(*i + 1)}};
	struct refresh_lease lease;
	enum rc rc = RC_OK;

	for (unsigned n = 1; n <= 20 && rc == RC_OK; n++) { /* half of them from the other end */
		struct credential_id id = {{{(unsigned char)(*i % 2 ? 21 - n : n)}}};

		rc = refresh_claim(own, &acme, &id, &owner, NOW_S, &lease);
		rc = rc == RC_NOT_FOUND ? RC_OK : rc;
	}
	return rc;
}

static enum rc claim_all_race(struct db *own, int i, void *arg)
{
	(void)arg;
	return db_transact(own, claim_all, &i);
}

static void whole_batches_are_claimed_by_one_each_in_whatever_order(void)
{
	struct race r;

	clear();
	for (unsigned n = 1; n <= 20; n++)
		(void)add_as(&acme, n, NOW_S);
	r = race(claim_all_race, NULL);
	CHECK_INT(r.codes[RC_OK], RACERS);
	CHECK_INT(number(other, "SELECT COUNT(*) FROM provider_credentials WHERE lease_fence = 1"
				" AND lease_owner IS NOT NULL"),
		20);
}

/* Of a page some are not due, some somebody else's, some ours already, and one twice in it. */
static void of_many_only_what_is_free_and_due(void)
{
	struct refresh_due due[5] = {{.tenant = acme}, {.tenant = acme}, {.tenant = acme},
		{.tenant = globex}, {.tenant = acme}};
	const struct refresh_due *wanted[5];
	struct refresh_lease mine, leases[5];
	bool claimed[5];

	clear();
	for (unsigned i = 0; i < 5; i++) {
		due[i].id = add_as(&acme, i + 1, i == 1 ? NOW_S + 1 : NOW_S);
		wanted[i] = &due[i];
	}
	CHECK_RC(refresh_claim(db, &acme, &due[2].id, &me, NOW_S, &mine), RC_OK);
	wanted[4] = &due[0];
	CHECK_RC(refresh_claim_all(db, &me, NOW_S, wanted, 5, leases, claimed), RC_OK);
	CHECK(claimed[0]);
	CHECK(!claimed[1]); /* not due */
	CHECK(!claimed[2]); /* under way */
	CHECK(!claimed[3]); /* of another workspace than it says */
	CHECK(!claimed[4]); /* the first, once more */
	CHECK_INT(leases[0].fence, 1);
	CHECK_INT(leases[0].rev, 5);
	CHECK(!leases[0].sent_before);
	CHECK(uuid_equal(&leases[0].owner, &me));
	CHECK_INT(
		number(other,
			"SELECT COUNT(*) FROM provider_credentials WHERE lease_owner IS NOT NULL"),
		2);
	CHECK_RC(refresh_abandon(db, &acme, &due[0].id, &leases[0]), RC_OK);
	CHECK_RC(refresh_claim_all(db, &rival, NOW_S, wanted, 3, leases, claimed), RC_OK);
	CHECK(claimed[0] && !claimed[1] && !claimed[2]);
	CHECK_INT(leases[0].fence, 2);
	CHECK(leases[0].sent_before);
	CHECK_RC(refresh_claim_all(db, &rival, NOW_S, wanted, 0, leases, claimed), RC_OK);
}

/* ---- how it ends ---- */

static struct credential_row renewed_row(void)
{
	struct credential_row row = {
		.id = one, .expires = true, .expires_at_s = NOW_S + 3600, .refreshable = true};

	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, "new");
	buf_puts(&row.profile, "new");
	return row;
}

static enum rc commit(const struct tenant_id *tenant, const struct refresh_lease *lease)
{
	struct credential_row row = renewed_row();
	enum rc rc = refresh_commit(db, tenant, &row, lease, NOW_S + 2700, NOW_S + 9, was);

	credential_row_release(&row);
	return rc;
}

static enum rc fail(const struct tenant_id *tenant, const struct refresh_lease *lease)
{
	struct refresh_failure failure = {.state = "client_error",
		.reason = "invalid_client",
		.due_at_s = NOW_S + 60,
		.counts = true};

	return refresh_fail(db, tenant, &one, lease, &failure, NOW_S + 9);
}

static void a_commit_renews_and_frees(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	set("state = 'client_error', state_reason = 'x', state_since = 3, failures = 4, "
	    "unanswered_rev = 5");
	lease = claimed();
	CHECK(lease.sent_before);
	CHECK_RC(commit(&acme, &lease), RC_OK);
	CHECK(is("encrypted_credentials = 'new' AND encrypted_profile = 'new'"));
	CHECK(is("secret_rev = 6 AND version = 1 AND lease_owner IS NULL"));
	CHECK(is("state = 'active' AND state_reason = '' AND failures = 0 AND unanswered_rev = 0"));
	CHECK_INT(value("state_since"), NOW_S + 9);
	CHECK_INT(value("refreshed_at"), NOW_S + 9);
	CHECK_INT(value("refresh_due_at"), NOW_S + 2700);
	CHECK_INT(value("expires_at"), NOW_S + 3600);
	CHECK_RC(commit(&acme, &lease), RC_CONFLICT); /* C11: settled before */
	CHECK_INT(value("secret_rev"), 6);
}

static void a_state_keeps_its_since_while_it_stays(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	set("state_since = 3");
	lease = claimed();
	CHECK_RC(commit(&acme, &lease), RC_OK);
	CHECK_INT(value("state_since"), 3);
	set("refresh_due_at = 1, state = 'client_error', state_since = 4");
	lease = claimed();
	CHECK_RC(fail(&acme, &lease), RC_OK);
	CHECK_INT(value("state_since"), 4);
}

/* While one's call is under way, what another brings back has to wait for how that ends; a lease of a revision that is
 * not there is overtaken. */
static void neither_end_is_anybody_elses(void)
{
	struct refresh_lease lease, wrong[WRONG];

	begin(NOW_S);
	lease = claimed();
	wrong_leases(&lease, wrong);
	for (size_t i = 0; i < WRONG; i++) {
		CHECK_RC(commit(&acme, &wrong[i]),
			wrong[i].rev == lease.rev ? RC_TIMEOUT : RC_CONFLICT);
		CHECK_RC(fail(&acme, &wrong[i]), RC_CONFLICT);
		CHECK_RC(refresh_abandon(db, &acme, &one, &wrong[i]), RC_CONFLICT);
	}
	CHECK_RC(commit(&globex, &lease), RC_CONFLICT);
	CHECK_RC(fail(&globex, &lease), RC_CONFLICT);
	CHECK_RC(refresh_abandon(db, &globex, &one, &lease), RC_CONFLICT);
	CHECK(is("secret_rev = 5 AND state = 'active' AND lease_owner IS NOT NULL"));
	CHECK(is("encrypted_credentials = 'old' AND failures = 0 AND unanswered_rev = 0"));
	CHECK_RC(commit(&acme, &lease), RC_OK);
}

/* C22, C23 */
static void a_consent_or_the_end_of_the_row_overtakes(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	lease = claimed();
	set("secret_rev = secret_rev + 1");
	CHECK_RC(refresh_reset(db, &acme, &one, NOW_S + 100, NOW_S + 1), RC_OK);
	CHECK_RC(commit(&acme, &lease), RC_CONFLICT);
	CHECK_RC(fail(&acme, &lease), RC_CONFLICT);
	CHECK(is("state = 'active' AND encrypted_credentials = 'old' AND lease_owner IS NULL"));
	CHECK_INT(value("refresh_due_at"), NOW_S + 100);
	clear();
	CHECK_RC(commit(&acme, &lease), RC_CONFLICT);
	CHECK_INT(number(other, "SELECT COUNT(*) FROM provider_credentials"), 0);
}

/* C17: given up for dead while its call was under way. What it brings is kept while the revision it sent is still
 * there: a token that rotates exists nowhere else. */
static void what_a_slow_one_brings_is_kept(void)
{
	struct refresh_lease slow;

	begin(NOW_S);
	slow = claimed();
	CHECK_RC(refresh_abandon(db, &acme, &one, &slow), RC_OK);
	CHECK_RC(fail(&acme, &slow), RC_CONFLICT);
	CHECK(is("secret_rev = 5 AND failures = 0 AND state = 'active'"));
	CHECK_RC(commit(&acme, &slow), RC_OK);
	CHECK_STR(was, "active");
	CHECK(is("encrypted_credentials = 'new' AND secret_rev = 6 AND lease_owner IS NULL"));
	CHECK_RC(commit(&acme, &slow), RC_CONFLICT);
}

/* C17: and somebody else claimed anew. The rival's call goes first, and if it brought something, that stays. */
static void a_slow_one_waits_for_its_rival(void)
{
	struct refresh_lease slow, quick = {0};

	begin(NOW_S);
	slow = claimed();
	CHECK_RC(refresh_abandon(db, &acme, &one, &slow), RC_OK);
	CHECK_RC(refresh_claim(db, &acme, &one, &rival, NOW_S, &quick), RC_OK);
	CHECK_INT(quick.fence, slow.fence + 1);
	CHECK(quick.sent_before);
	CHECK_RC(commit(&acme, &slow), RC_TIMEOUT);
	CHECK_RC(fail(&acme, &slow), RC_CONFLICT);
	CHECK(is("encrypted_credentials = 'old' AND secret_rev = 5 AND lease_owner IS NOT NULL"));
	CHECK_RC(commit(&acme, &quick), RC_OK);
	CHECK_RC(commit(&acme, &slow), RC_CONFLICT);
	CHECK_INT(value("secret_rev"), 6);
}

/* C17: the rival was refused, for the slow one had used the token up: what the slow one brings undoes that. */
static void a_slow_one_mends_what_its_rival_was_refused(void)
{
	struct refresh_lease slow, quick = {0};

	begin(NOW_S);
	slow = claimed();
	CHECK_RC(refresh_abandon(db, &acme, &one, &slow), RC_OK);
	CHECK_RC(refresh_claim(db, &acme, &one, &rival, NOW_S, &quick), RC_OK);
	CHECK_RC(fail(&acme, &quick), RC_OK);
	CHECK(is("state = 'client_error' AND encrypted_credentials = 'old'"));
	CHECK_RC(commit(&acme, &slow), RC_OK);
	CHECK_STR(was, "client_error");
	CHECK(is("state = 'active' AND encrypted_credentials = 'new' AND secret_rev = 6"));
}

static void a_failure_says_why_and_frees(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	set("failures = 2, state_since = 3, unanswered_rev = 4");
	lease = claimed();
	CHECK_RC(fail(&acme, &lease), RC_OK);
	CHECK(is("state = 'client_error' AND state_reason = 'invalid_client'"));
	CHECK(is("failures = 3 AND lease_owner IS NULL AND secret_rev = 5 AND unanswered_rev = 4"));
	CHECK_INT(value("state_since"), NOW_S + 9);
	CHECK_INT(value("refresh_due_at"), NOW_S + 60);
	CHECK(is("encrypted_credentials = 'old' AND expires_at = 1700000600"));
	CHECK_RC(fail(&acme, &lease), RC_CONFLICT);
	CHECK_INT(value("failures"), 3);
}

static void a_failure_for_good_is_never_due_and_begins_the_count_anew(void)
{
	struct refresh_failure failure = {.state = "needs_reauth", .reason = "invalid_grant"};
	struct refresh_lease lease;

	begin(NOW_S);
	set("failures = 2");
	lease = claimed();
	CHECK_RC(refresh_fail(db, &acme, &one, &lease, &failure, NOW_S), RC_OK);
	CHECK(is("failures = 0 AND refresh_due_at IS NULL AND state = 'needs_reauth'"));
	CHECK_RC(claim_as(&acme, &me, NOW_S), RC_NOT_FOUND);
}

static void what_had_no_answer_is_known_to_the_next_who_claims(void)
{
	struct refresh_failure lost = {.state = "active",
		.reason = "timeout",
		.due_at_s = NOW_S,
		.counts = true,
		.unanswered = true};
	struct refresh_lease lease;

	begin(NOW_S);
	lease = claimed();
	CHECK(!lease.sent_before);
	CHECK_RC(refresh_fail(db, &acme, &one, &lease, &lost, NOW_S), RC_OK);
	lease = claimed();
	CHECK(lease.sent_before);
	lost.unanswered =
		false; /* an answer since then, that was no yes: the first is still open */
	CHECK_RC(refresh_fail(db, &acme, &one, &lease, &lost, NOW_S), RC_OK);
	lease = claimed();
	CHECK(lease.sent_before);
	CHECK_RC(commit(&acme, &lease), RC_OK);
	set("refresh_due_at = 1");
	CHECK(!claimed().sent_before); /* another token */
}

static void a_report_of_a_runtime_marks_what_came_of_it(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	set("rejected_rev = 5");
	lease = claimed();
	CHECK_RC(commit(&acme, &lease), RC_OK);
	CHECK_INT(value("forced_rev"), 6);
	CHECK_INT(value("rejected_rev"), 5);
	set("refresh_due_at = 1");
	lease = claimed();
	CHECK_RC(commit(&acme, &lease), RC_OK); /* nobody had rejected revision 6 */
	CHECK_INT(value("forced_rev"), 6);
	CHECK_INT(value("secret_rev"), 7);
	set("refresh_due_at = 1, rejected_rev = 6"); /* of one that is gone already */
	lease = claimed();
	CHECK_RC(commit(&acme, &lease), RC_OK);
	CHECK_INT(value("forced_rev"), 6);
}

static void a_token_without_an_end_and_without_a_schedule(void)
{
	struct refresh_lease lease;
	struct credential_row row;

	begin(NOW_S);
	lease = claimed();
	row = renewed_row();
	row.expires = false;
	CHECK_RC(refresh_commit(db, &acme, &row, &lease, 0, NOW_S, was), RC_OK);
	CHECK(is("expires_at IS NULL AND refresh_due_at IS NULL"));
	credential_row_release(&row);
}

/* ---- the dead ---- */

static void count_leases(const struct tenant_id *tenant, const struct credential_id *id,
	const struct refresh_lease *lease, void *arg)
{
	int *n = arg;

	(*n)++;
	CHECK(uuid_equal(&tenant->u, &acme.u) || uuid_equal(&tenant->u, &globex.u));
	CHECK(id->u.b[0] > 0 && lease->fence == 1 && lease->rev == 5);
}

static int held(void)
{
	int n = 0;

	CHECK_RC(refresh_held_list(db, count_leases, &n), RC_OK);
	return n;
}

static void all_that_a_dead_process_held_is_free_and_may_have_been_sent(void)
{
	struct refresh_lease mine, others = {0};
	struct credential_id two, three, idle;

	begin(NOW_S);
	two = add_as(&globex, 2, NOW_S);
	three = add_as(&acme, 3, NOW_S);
	idle = add_as(&acme, 4, NOW_S);
	CHECK_INT(held(), 0);
	CHECK_RC(refresh_claim(db, &acme, &one, &me, NOW_S, &mine), RC_OK);
	CHECK_RC(refresh_claim(db, &globex, &two, &me, NOW_S, &mine), RC_OK);
	CHECK_RC(refresh_claim(db, &acme, &three, &rival, NOW_S, &others), RC_OK);
	CHECK_INT(held(), 3);
	CHECK_RC(refresh_abandon_owner(db, &me), RC_OK);
	CHECK_RC(refresh_abandon_owner(db, &me), RC_OK);
	CHECK_INT(held(), 1);
	CHECK_INT(
		number(other, "SELECT COUNT(*) FROM provider_credentials WHERE unanswered_rev = 5"),
		2);
	CHECK_RC(refresh_claim(db, &globex, &two, &rival, NOW_S, &mine), RC_OK);
	CHECK(mine.sent_before);
	CHECK_RC(refresh_claim(db, &acme, &idle, &rival, NOW_S, &mine), RC_OK);
	CHECK(!mine.sent_before);
	CHECK_RC(refresh_abandon(db, &acme, &three, &others), RC_OK);
	CHECK_RC(refresh_abandon(db, &acme, &three, &others), RC_CONFLICT);
}

/* ---- the schedule ---- */

/* Reads page by page; each due one exactly once, in order. */
static size_t pages(int64_t now_s, int64_t limit)
{
	struct refresh_due last = {.due_at_s = INT64_MIN}, *page;
	size_t n, all = 0;
	bool first = true;

	do {
		CHECK_RC(
			refresh_due_list(db, now_s, first ? NULL : &last, limit, &page, &n), RC_OK);
		CHECK((int64_t)n <= limit && (page != NULL) == (n > 0));
		for (size_t i = 0; i < n; i++) {
			const struct refresh_due *d = &page[i];
			int order = memcmp(&last.tenant, &d->tenant, sizeof(d->tenant));

			if (order == 0)
				order = memcmp(&last.id, &d->id, sizeof(d->id));
			CHECK(last.due_at_s < d->due_at_s ||
				(last.due_at_s == d->due_at_s && order < 0));
			CHECK(d->due_at_s <= now_s && uuid_equal(&d->client_id, &client));
			CHECK_STR(d->plugin_id, "acme/drive");
			CHECK_STR(d->provider, "drive");
			last = *d;
		}
		first = false;
		all += n;
		free(page);
	} while (n == (size_t)limit);
	return all;
}

static void pages_leave_out_none_and_repeat_none_though_times_are_equal(void)
{
	clear();
	for (unsigned n = 1; n <= 60; n++)
		(void)add_as(n % 3 ? &acme : &globex, n, NOW_S - (n % 4 ? 0 : n));
	(void)add_as(&globex, 61, NOW_S + 1); /* not yet */
	(void)add_as(&globex, 62, 0);         /* never */
	for (int64_t limit = 1; limit <= 61; limit += 7)
		CHECK_INT(pages(NOW_S, limit), 60);
	CHECK_INT(pages(NOW_S + 1, 5), 61);
	CHECK_INT(pages(NOW_S - 1000, 5), 0);
}

static void what_is_leased_is_not_listed_and_hurried_ones_come_first(void)
{
	struct credential_id two, three;
	struct refresh_due *page = NULL;
	size_t n = 0;

	begin(NOW_S - 9);
	two = add_as(&acme, 2, NOW_S - 5);
	three = add_as(&globex, 3, NOW_S + 500);
	CHECK_INT(pages(NOW_S, 10), 2);
	(void)claimed();
	CHECK_INT(pages(NOW_S, 10), 1);
	CHECK_RC(refresh_hurry(db, &globex, &three, 5, NOW_S + 31), RC_OK);
	CHECK_RC(refresh_due_list(db, NOW_S, NULL, 10, &page, &n), RC_OK);
	CHECK_INT(n, 2);
	CHECK(n == 2 && uuid_equal(&page[0].id.u, &three.u) && page[0].due_at_s == 0);
	CHECK(n == 2 && uuid_equal(&page[1].id.u, &two.u));
	free(page);
}

static void hurry_as(const struct tenant_id *tenant, uint64_t rev, int64_t now_s)
{
	CHECK_RC(refresh_hurry(db, tenant, &one, rev, now_s), RC_OK);
}

static void only_who_saw_the_token_that_is_there_hurries_it(void)
{
	begin(NOW_S + 500);
	hurry_as(&acme, 4, NOW_S); /* renewed since */
	hurry_as(&acme, 6, NOW_S);
	hurry_as(&globex, 5, NOW_S);
	CHECK_INT(value("refresh_due_at"), NOW_S + 500);
	hurry_as(&acme, 5, NOW_S);
	CHECK_INT(value("refresh_due_at"), 0);
	CHECK_RC(refresh_reset(db, &acme, &one, 0, NOW_S), RC_OK);
	hurry_as(&acme, 5, NOW_S); /* there is nothing to renew */
	CHECK(is("refresh_due_at IS NULL"));
}

/* B14, C30 */
static void a_token_shorter_than_the_interval_is_not_hurried_within_it(void)
{
	static const char *const life[] = {"expires_at = refreshed_at",
		"expires_at = refreshed_at + 1", "expires_at = refreshed_at + 30"};

	for (size_t i = 0; i < sizeof(life) / sizeof(life[0]); i++) {
		begin(NOW_S + 30);
		set(life[i]);
		for (int64_t s = 0; s <= REFRESH_INTERVAL_MIN_S; s += 15)
			hurry_as(&acme, 5, NOW_S + s);
		CHECK_INT(value("refresh_due_at"), NOW_S + 30);
		hurry_as(&acme, 5, NOW_S + REFRESH_INTERVAL_MIN_S + 1);
		CHECK_INT(value("refresh_due_at"), 0);
	}
	begin(NOW_S + 30); /* a longer one may: it is asked for more life than is left */
	set("expires_at = refreshed_at + 31");
	hurry_as(&acme, 5, NOW_S);
	CHECK_INT(value("refresh_due_at"), 0);
	begin(NOW_S + 30); /* a clock that was set back holds nothing up */
	set("expires_at = refreshed_at + 1");
	hurry_as(&acme, 5, NOW_S - 3600);
	CHECK_INT(value("refresh_due_at"), 0);
}

/* C4: askers do not make of a failure a storm. */
static void what_was_put_off_after_a_failure_is_not_hurried(void)
{
	begin(NOW_S + 30);
	set("failures = 1");
	hurry_as(&acme, 5, NOW_S + 29);
	CHECK_INT(value("refresh_due_at"), NOW_S + 30);
	hurry_as(&acme, 5, NOW_S + 30); /* its time has come: before all others */
	CHECK_INT(value("refresh_due_at"), 0);
}

static void a_client_whose_endpoint_is_down_is_put_off_and_no_other(void)
{
	struct refresh_lease lease;

	begin(NOW_S);
	(void)add_as(&globex, 2, NOW_S - 50);
	(void)add_as(&acme, 3, NOW_S + 1); /* not due */
	(void)add_as(&acme, 4, NOW_S);     /* under way */
	(void)add_as(&acme, 5, NOW_S);     /* of another client */
	(void)add_as(&acme, 6, 0);
	set("state_reason = ''");
	CHECK_RC(db_exec(other,
			 "UPDATE provider_credentials SET client_id = ? WHERE name = 'number 5'",
			 DB_ARGS(db_id(&other_client)), NULL),
		RC_OK);
	CHECK_RC(refresh_claim(db, &acme, &(struct credential_id){{{4}}}, &rival, NOW_S, &lease),
		RC_OK);
	CHECK_RC(refresh_postpone(db, &client, "provider_down", NOW_S + 60, 30, NOW_S), RC_OK);
	CHECK_INT(number(other, "SELECT COUNT(*) FROM provider_credentials WHERE failures = 1"
				" AND state_reason = 'provider_down' AND state = 'active'"
				" AND refresh_due_at BETWEEN 1700000060 AND 1700000089"
				" AND name IN ('number 1', 'number 2')"),
		2);
	CHECK_INT(number(other, "SELECT COUNT(*) FROM provider_credentials WHERE failures > 0"), 2);
	CHECK_INT(
		number(other, "SELECT COUNT(*) FROM provider_credentials WHERE state_reason <> ''"),
		2);
}

static void to_put_off_hides_no_truer_reason_and_loses_no_count(void)
{
	begin(NOW_S);
	set("state = 'client_error', state_reason = 'invalid_client', failures = 7");
	CHECK_RC(refresh_postpone(db, &client, "provider_down", NOW_S + 60, 0, NOW_S), RC_OK);
	CHECK(is("state = 'client_error' AND state_reason = 'invalid_client' AND failures = 7"));
	CHECK_INT(value("refresh_due_at"), NOW_S + 60);
}

static void what_a_wrong_clock_scheduled_is_called_back(void)
{
	begin(NOW_S + 1000);
	CHECK_RC(refresh_recall(db, NOW_S + 1000, 0, NOW_S), RC_OK);
	CHECK_INT(value("refresh_due_at"), NOW_S + 1000);
	CHECK_RC(refresh_recall(db, NOW_S + 999, 0, NOW_S), RC_OK);
	CHECK_INT(value("refresh_due_at"), NOW_S);
	CHECK_RC(refresh_reset(db, &acme, &one, 0, NOW_S), RC_OK);
	CHECK_RC(refresh_recall(db, 0, 0, NOW_S), RC_OK);
	CHECK(is("refresh_due_at IS NULL"));
}

/* Or a wrong clock would make everything due in one moment. */
static void what_is_recalled_is_spread(void)
{
	clear();
	for (unsigned n = 1; n <= 40; n++)
		(void)add_as(&acme, n, NOW_S + 5000);
	CHECK_RC(refresh_recall(db, NOW_S + 1000, 600, NOW_S), RC_OK);
	CHECK_INT(value("SUM(refresh_due_at NOT BETWEEN 1700000000 AND 1700000600)"), 0);
	CHECK(value("COUNT(DISTINCT refresh_due_at)") > 10);
}

static void a_consent_forgets_all_that_was(void)
{
	begin(NOW_S);
	(void)claimed();
	set("state = 'revoked', state_reason = 'gone', failures = 9, unanswered_rev = 5,"
	    " rejected_rev = 5, forced_rev = 5, refreshed_at = 1, state_since = 1");
	CHECK_RC(refresh_reset(db, &globex, &one, NOW_S, NOW_S), RC_OK); /* not its own */
	CHECK(is("state = 'revoked' AND lease_owner IS NOT NULL"));
	CHECK_RC(refresh_reset(db, &acme, &one, NOW_S + 77, NOW_S + 5), RC_OK);
	CHECK(is("state = 'active' AND state_reason = '' AND failures = 0 AND unanswered_rev = 0"));
	CHECK(is("rejected_rev = 0 AND forced_rev = 0 AND lease_owner IS NULL"));
	CHECK_INT(value("state_since"), NOW_S + 5);
	CHECK_INT(value("refreshed_at"), NOW_S + 5);
	CHECK_INT(value("refresh_due_at"), NOW_S + 77);
}

int main(void)
{
	int status = store_test_begin("test_refresh");

	if (status)
		return status;
	RUN(what_is_due_and_free_is_claimed_once);
	RUN(what_is_never_due_or_gone_is_not_claimed);
	RUN(the_fence_grows_with_every_claim);
	RUN(of_many_one_claims);
	RUN(of_many_only_what_is_free_and_due);
	RUN(whole_batches_are_claimed_by_one_each_in_whatever_order);
	RUN(a_commit_renews_and_frees);
	RUN(a_state_keeps_its_since_while_it_stays);
	RUN(neither_end_is_anybody_elses);
	RUN(a_consent_or_the_end_of_the_row_overtakes);
	RUN(what_a_slow_one_brings_is_kept);
	RUN(a_slow_one_waits_for_its_rival);
	RUN(a_slow_one_mends_what_its_rival_was_refused);
	RUN(a_failure_says_why_and_frees);
	RUN(a_failure_for_good_is_never_due_and_begins_the_count_anew);
	RUN(what_had_no_answer_is_known_to_the_next_who_claims);
	RUN(a_report_of_a_runtime_marks_what_came_of_it);
	RUN(a_token_without_an_end_and_without_a_schedule);
	RUN(all_that_a_dead_process_held_is_free_and_may_have_been_sent);
	RUN(pages_leave_out_none_and_repeat_none_though_times_are_equal);
	RUN(what_is_leased_is_not_listed_and_hurried_ones_come_first);
	RUN(only_who_saw_the_token_that_is_there_hurries_it);
	RUN(a_token_shorter_than_the_interval_is_not_hurried_within_it);
	RUN(what_was_put_off_after_a_failure_is_not_hurried);
	RUN(a_client_whose_endpoint_is_down_is_put_off_and_no_other);
	RUN(to_put_off_hides_no_truer_reason_and_loses_no_count);
	RUN(what_a_wrong_clock_scheduled_is_called_back);
	RUN(what_is_recalled_is_spread);
	RUN(a_consent_forgets_all_that_was);
	store_test_end();
	return CHECK_DONE;
}
