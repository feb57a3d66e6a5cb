/* SPDX-License-Identifier: Apache-2.0
 *
 * The queue of revocations against the real table: one of many takes each, and who was overtaken changes nothing.
 */
#include "store/revocation_store.h"

#include "store_test.h"

static int64_t now_s;
static const struct tenant_id nobody[DUE_WITHOUT_MAX];

static const struct provider_ref drive = {"acme/drive", "drive"};

static struct revocation_row a_revocation(const char *name)
{
	struct revocation_row row = {.tenant = acme,
		.plugin_id = "acme/drive",
		.provider = "drive",
		.client_source = "tenant",
		.state = REVOCATION_QUEUED,
		.requested_by = ada};

	row.id.u = uuid_random();
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	buf_init(&row.tokens, 64);
	buf_add(&row.tokens, "sealed", 6);
	CHECK_RC(buf_done(&row.tokens), RC_OK);
	return row;
}

static void clear_queue(void)
{
	CHECK_RC(db_exec(db, "DELETE FROM revocations", DB_NO_ARGS, NULL), RC_OK);
}

static void add(const char *name, const char *state)
{
	struct revocation_row row = a_revocation(name);

	(void)snprintf(row.state, sizeof(row.state), "%s", state);
	CHECK_RC(revocation_insert(db, &acme, &row, now_s), RC_OK);
	revocation_row_release(&row);
}

/* The one that is due; *out is to be released. */
static bool take_due(int64_t at_s, struct revocation_row *out)
{
	struct revocation_row *rows;
	size_t n;

	CHECK_RC(revocation_due_list(db, at_s, nobody, 10, &rows, &n), RC_OK);
	memset(out, 0, sizeof(*out));
	for (size_t i = 1; i < n; i++)
		revocation_row_release(&rows[i]);
	if (n)
		*out = rows[0];
	free(rows);
	return n == 1;
}

static void who_is_left_out_is_not_found(void)
{
	const struct tenant_id without[DUE_WITHOUT_MAX] = {[1] = acme};
	struct revocation_row *rows;
	size_t n;

	clear_queue();
	add("mine", REVOCATION_QUEUED);
	CHECK_RC(revocation_due_list(db, now_s, without, 10, &rows, &n), RC_OK);
	CHECK_INT(n, 0);
	free(rows);
}

static void what_is_queued_is_due_at_once(void)
{
	struct revocation_row row;

	clear_queue();
	add("mine", REVOCATION_QUEUED);
	CHECK(!take_due(now_s - 1, &row));
	revocation_row_release(&row);
	CHECK(take_due(now_s, &row));
	CHECK_STR(row.name, "mine");
	CHECK(uuid_equal(&row.tenant.u, &acme.u));
	CHECK_INT(row.tokens.len, 6);
	CHECK_INT(row.attempts, 0);
	revocation_row_release(&row);
}

static void what_cannot_be_done_is_not_queued_and_keeps_nothing(void)
{
	struct revocation_row row;

	clear_queue();
	add("lost", REVOCATION_FAILED);
	CHECK(!take_due(now_s + 1000, &row));
	revocation_row_release(&row);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM revocations WHERE encrypted_tokens IS NULL AND "
			     "finished_at IS NOT NULL"),
		1);
}

static enum rc claim(struct db *own, int i, void *arg)
{
	struct revocation_row row = *(struct revocation_row *)arg;

	return revocation_claim(own, &row, now_s, now_s + 60 + i);
}

static void one_of_many_takes_it(void)
{
	struct revocation_row row;
	struct race r;

	clear_queue();
	add("contested", REVOCATION_QUEUED);
	CHECK(take_due(now_s, &row));
	r = race(claim, &row);
	CHECK_INT(r.codes[RC_OK], 1);
	CHECK_INT(r.codes[RC_NOT_FOUND], RACERS - 1);
	revocation_row_release(&row);
	/* its owner died: it comes back by itself, with the attempt counted */
	CHECK(!take_due(now_s + 30, &row));
	revocation_row_release(&row);
	CHECK(take_due(now_s + 100, &row));
	CHECK_INT(row.attempts, 1);
	revocation_row_release(&row);
}

static void who_was_overtaken_changes_nothing(void)
{
	struct revocation_row slow, quick;

	clear_queue();
	add("twice", REVOCATION_QUEUED);
	CHECK(take_due(now_s, &slow));
	CHECK_RC(revocation_claim(db, &slow, now_s, now_s + 60), RC_OK);
	CHECK(take_due(now_s + 60, &quick));
	CHECK_RC(revocation_claim(db, &quick, now_s + 60, now_s + 120), RC_OK);
	CHECK_RC(revocation_finish(db, &slow, REVOCATION_FAILED, "late", now_s), RC_CONFLICT);
	CHECK_RC(revocation_retry(db, &slow, "late", now_s), RC_CONFLICT);
	CHECK_RC(revocation_retry(db, &quick, "timeout", now_s + 300), RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM revocations WHERE reason = 'timeout' AND state "
			     "= 'queued' AND encrypted_tokens IS NOT NULL"),
		1);
	CHECK_RC(revocation_finish(db, &quick, REVOCATION_DONE, "", now_s + 300), RC_OK);
	CHECK_RC(revocation_finish(db, &quick, REVOCATION_FAILED, "again", now_s), RC_CONFLICT);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM revocations WHERE state = 'done' AND "
			     "encrypted_tokens IS NULL AND due_at IS NULL"),
		1);
	revocation_row_release(&slow);
	revocation_row_release(&quick);
}

static void see_name(const struct revocation_row *row, void *arg)
{
	char *names = arg;
	size_t n = strlen(names);

	(void)snprintf(names + n, 64 - n, "%s", row->name);
	CHECK_INT(row->tokens.len, 0);
}

static void a_list_shows_the_own_workspace_and_provider(void)
{
	const struct provider_ref elsewhere = {"acme/drive", "other"};
	char seen[64] = "";

	clear_queue();
	add("one", REVOCATION_QUEUED);
	CHECK_RC(revocation_list_recent(db, &globex, &drive, 0, 9, see_name, seen), RC_OK);
	CHECK_RC(revocation_list_recent(db, &acme, &elsewhere, 0, 9, see_name, seen), RC_OK);
	CHECK_RC(revocation_list_recent(db, &acme, &drive, now_s + 1, 9, see_name, seen), RC_OK);
	CHECK_STR(seen, "");
	CHECK_RC(revocation_list_recent(db, &acme, &drive, now_s, 9, see_name, seen), RC_OK);
	CHECK_STR(seen, "one");
}

int main(void)
{
	int status = store_test_begin("test_revocations");

	if (status)
		return status;
	now_s = clock_now_s();
	RUN(who_is_left_out_is_not_found);
	RUN(what_is_queued_is_due_at_once);
	RUN(what_cannot_be_done_is_not_queued_and_keeps_nothing);
	RUN(one_of_many_takes_it);
	RUN(who_was_overtaken_changes_nothing);
	RUN(a_list_shows_the_own_workspace_and_provider);
	store_test_end();
	return CHECK_DONE;
}
