/* SPDX-License-Identifier: Apache-2.0
 *
 * Several look-ups in one statement give each what it would have got alone: of its own key's workspace, of the
 * provider that was named, of the right place among the others.
 */
#include "domain/runtime/lookup.h"
#include "store/runtime_store.h"

#include "store_test.h"

#define KEYS 4 /* of acme, another of acme, of globex, of nobody */
#define IDS 6  /* two of acme, two of globex, unknown, the Default */
#define REFS 4 /* any, the right one, another one, one that is not there */
#define KINDS (KEYS * IDS * REFS)

static unsigned char hashes[KEYS][HASH_SIZE];
static struct credential_id ids[IDS - 1] = {{{{11}}}, {{{12}}}, {{{21}}}, {{{22}}}, {{{99}}}};
static const struct provider_ref refs[REFS] = {
	{0}, {"acme/drive", "drive"}, {"acme/mail", "mail"}, {"acme/drive", "nothing"}};

static void add_credential(const struct tenant_id *tenant, const struct credential_id *id,
	const struct provider_ref *ref, const struct user_id *by)
{
	struct credential_row row = {.id = *id,
		.auth_type = "api-key",
		.client_source = "",
		.secret_rev = id->u.b[0],
		.version = 1,
		.state = "active",
		.added_by = *by,
		.changed_by = *by};

	(void)snprintf(row.name, sizeof(row.name), "number %d", id->u.b[0]);
	(void)snprintf(row.plugin_id, sizeof(row.plugin_id), "%s", ref->plugin_id);
	(void)snprintf(row.provider, sizeof(row.provider), "%s", ref->provider);
	buf_init(&row.credentials, 64);
	buf_init(&row.profile, 64);
	buf_puts(&row.credentials, row.name);
	buf_puts(&row.profile, "profile");
	CHECK_RC(credential_insert(db, tenant, &row, 1), RC_OK);
	credential_row_release(&row);
}

static void add_key(const struct tenant_id *tenant, int n)
{
	struct runtime_key_row key = {.tenant = *tenant, .id = uuid_random(), .verbs = "handout"};

	(void)snprintf(key.name, sizeof(key.name), "key %d", n);
	memset(hashes[n], 'a' + n, HASH_SIZE);
	memcpy(key.hash, hashes[n], HASH_SIZE);
	CHECK_RC(runtime_key_insert(db, &key), RC_OK);
}

/* In the first workspace a drive and a mailbox, each the Default; in the second two drives, none the Default. */
static void fill(void)
{
	add_key(&acme, 0);
	add_key(&acme, 1);
	add_key(&globex, 2);
	memset(hashes[3], 'z', HASH_SIZE);
	add_credential(&acme, &ids[0], &refs[1], &ada);
	add_credential(&acme, &ids[1], &refs[2], &ada);
	add_credential(&globex, &ids[2], &refs[1], &eve);
	add_credential(&globex, &ids[3], &refs[1], &eve);
	for (int i = 0; i < 2; i++)
		CHECK_RC(db_exec(db,
				 "INSERT INTO provider_credential_defaults (tenant_id, plugin_id,"
				 " provider, credential_id, revision) VALUES (?, ?, ?, ?, 1)",
				 DB_ARGS(db_id(&acme.u), db_text(refs[i + 1].plugin_id),
					 db_text(refs[i + 1].provider), db_id(&ids[i].u)),
				 NULL),
			RC_OK);
}

static struct runtime_lookup kind(int n)
{
	struct runtime_lookup l = {0};
	int id = n / KEYS % IDS, ref = n / KEYS / IDS % REFS;

	memcpy(l.key_hash, hashes[n % KEYS], HASH_SIZE);
	l.query.ref = refs[ref];
	if (id < IDS - 1)
		l.query.id = &ids[id];
	else if (ref == 0)
		l.query.ref = refs[1]; /* a Default is that of a provider */
	return l;
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Answers what it came to. */
static enum rc as_alone(struct runtime_lookup *l)
{
	struct runtime_key_row key;
	struct runtime_credential found;
	enum rc rc = runtime_find(db, l->key_hash, &l->query, &key, &found);

	CHECK_RC(l->rc, rc);
	CHECK(rc == RC_DENIED || memcmp(&l->key.tenant, &key.tenant, sizeof(key.tenant)) == 0);
	CHECK(rc == RC_DENIED || memcmp(&l->key.id, &key.id, sizeof(key.id)) == 0);
	CHECK(memcmp(&l->found.row.id, &found.row.id, sizeof(found.row.id)) == 0);
	CHECK_STR(l->found.row.name, found.row.name);
	CHECK_INT(l->found.row.secret_rev, found.row.secret_rev);
	CHECK(same_bytes(&l->found.row.credentials, &found.row.credentials));
	CHECK(same_bytes(&l->found.row.profile, &found.row.profile));
	runtime_credential_release(&found);
	runtime_credential_release(&l->found);
	return rc;
}

static void every_kind_in_batches_of_every_size(void)
{
	struct runtime_lookup lookups[2 * RUNTIME_LOOKUPS + 1];
	int codes[RC__MAX] = {0}, next = 0;

	for (size_t n = 1; n <= 2 * RUNTIME_LOOKUPS + 1; n++) {
		for (size_t i = 0; i < n; i++)
			lookups[i] = kind(next++ * 7 % KINDS);
		runtime_find_all(db, lookups, n);
		for (size_t i = 0; i < n; i++)
			codes[as_alone(&lookups[i])]++;
	}
	CHECK(codes[RC_OK] > 50 && codes[RC_NOT_FOUND] > 50 && codes[RC_DENIED] > 50);
}

/* Of a request that makes no sense nothing is left for those beside it. */
static void odd_names_beside_good_ones(void)
{
	static char longest[PLUGIN_ID_SIZE], wide[PLUGIN_ID_SIZE];
	const struct provider_ref odd[] = {{"\xff\xfe", "drive"}, {"acme/drive", "\xc3"},
		{longest, "drive"}, {wide, "drive"}, {"", ""}, {"acme/drive ", "drive"},
		{"ACME/drive", "drive"}, {"acme/drive", "dr\xc3\xafve"}};
	const size_t n = sizeof(odd) / sizeof(odd[0]);
	struct runtime_lookup lookups[RUNTIME_LOOKUPS];

	memset(longest, 'x', sizeof(longest) - 1);
	for (size_t i = 0; i + 2 < sizeof(wide); i += 2)
		memcpy(wide + i, "\xc3\xa9", 2);
	for (size_t i = 0; i < n; i++) {
		lookups[i] = kind((IDS - 1) * KEYS); /* the Default, of … */
		lookups[i].query.ref = odd[i];
		lookups[n + i] = kind((IDS - 1) * KEYS);
	}
	runtime_find_all(db, lookups, 2 * n);
	for (size_t i = 0; i < n; i++) {
		CHECK_RC(as_alone(&lookups[i]), RC_NOT_FOUND);
		CHECK_INT(lookups[n + i].found.row.secret_rev, 11);
		CHECK_RC(as_alone(&lookups[n + i]), RC_OK);
	}
}

static void sixteen_times_the_same(void)
{
	struct runtime_lookup lookups[RUNTIME_LOOKUPS];

	for (size_t i = 0; i < RUNTIME_LOOKUPS; i++)
		lookups[i] = kind(0);
	runtime_find_all(db, lookups, RUNTIME_LOOKUPS);
	for (size_t i = 0; i < RUNTIME_LOOKUPS; i++)
		CHECK_RC(as_alone(&lookups[i]), RC_OK);
}

static void a_workspace_that_is_disabled_has_no_keys(void)
{
	struct runtime_lookup lookups[3] = {kind(0), kind(2 + 2 * KEYS), kind(1)};

	CHECK_RC(db_exec(db, "UPDATE tenants SET disabled = 1 WHERE id = ?",
			 DB_ARGS(db_id(&globex.u)), NULL),
		RC_OK);
	runtime_find_all(db, lookups, 3);
	CHECK_RC(as_alone(&lookups[0]), RC_OK);
	CHECK_RC(as_alone(&lookups[1]), RC_DENIED);
	CHECK_RC(as_alone(&lookups[2]), RC_OK);
	CHECK_RC(db_exec(db, "UPDATE tenants SET disabled = 0", DB_NO_ARGS, NULL), RC_OK);
}

/* ---- the batch ---- */

static void what_was_queued_is_taken(void)
{
	struct lookup_batch *batch = lookup_batch_new();
	struct runtime_key_row key;
	struct runtime_credential found;
	int tickets[3];

	for (int i = 0; i < 3; i++) {
		struct credential_id id = ids[i]; /* need not outlive the call */
		struct runtime_query query = {.id = &id};

		CHECK_RC(lookup_queue(batch, hashes[0], &query, &tickets[i]), RC_OK);
		memset(&id, 0, sizeof(id));
	}
	lookup_load(batch, db);
	for (int i = 2; i >= 0; i--) {
		CHECK_RC(lookup_take(batch, tickets[i], hashes[0], &key, &found),
			i == 2 ? RC_NOT_FOUND : RC_OK); /* the third is another workspace's */
		CHECK_INT(found.row.secret_rev, i == 2 ? 0 : ids[i].u.b[0]);
		runtime_credential_release(&found);
	}
	lookup_batch_free(batch);
}

static void who_comes_later_reads_anew(void)
{
	struct lookup_batch *batch = lookup_batch_new();
	struct runtime_query query = {.id = &ids[0]};
	struct runtime_key_row key;
	struct runtime_credential found;
	int first, second;

	CHECK_RC(lookup_queue(batch, hashes[0], &query, &first), RC_OK);
	lookup_load(batch, db); /* nobody takes it */
	CHECK_RC(db_exec(db, "UPDATE provider_credentials SET secret_rev = 77 WHERE id = ?",
			 DB_ARGS(db_id(&ids[0].u)), NULL),
		RC_OK);
	CHECK_RC(lookup_queue(batch, hashes[0], &query, &second), RC_OK);
	lookup_load(batch, db);
	CHECK_RC(lookup_take(batch, second, hashes[0], &key, &found), RC_OK);
	CHECK_INT(found.row.secret_rev, 77);
	runtime_credential_release(&found);
	lookup_batch_free(batch);
}

static void take_nothing(struct lookup_batch *batch, int ticket, int key_of)
{
	static const struct runtime_key_row no_key;
	static const struct runtime_credential nothing;
	struct runtime_key_row key;
	struct runtime_credential found;

	memset(&key, 'x', sizeof(key));
	memset(&found, 'x', sizeof(found));
	CHECK_RC(lookup_take(batch, ticket, hashes[key_of], &key, &found), RC_INTERNAL);
	CHECK(memcmp(&key, &no_key, sizeof(key)) == 0);
	CHECK(memcmp(&found, &nothing, sizeof(found)) == 0);
}

static void nobody_takes_what_was_not_read_for_him(void)
{
	struct lookup_batch *batch = lookup_batch_new();
	struct runtime_query query = {.id = &ids[0]};
	struct runtime_key_row key;
	struct runtime_credential found;
	int ticket, later;

	take_nothing(batch, 0, 0);
	CHECK_RC(lookup_queue(batch, hashes[0], &query, &ticket), RC_OK);
	take_nothing(batch, ticket, 0); /* it was not read yet */
	lookup_load(batch, db);
	take_nothing(batch, ticket, 1); /* another key, though of the same workspace */
	take_nothing(batch, ticket, 2);
	take_nothing(batch, ticket + 1, 0);
	take_nothing(batch, -1, 0);
	CHECK_RC(lookup_take(batch, ticket, hashes[0], &key, &found), RC_OK);
	runtime_credential_release(&found);
	take_nothing(batch, ticket, 0); /* a second time */
	lookup_load(batch, db);
	take_nothing(batch, ticket, 0); /* of the round before */
	CHECK_RC(lookup_queue(batch, hashes[2], &query, &later), RC_OK);
	lookup_load(batch, db);
	take_nothing(batch, ticket, 0); /* its place is another's now */
	lookup_load(batch, db);
	take_nothing(batch, later, 2); /* nobody asked for it in this round */
	lookup_batch_free(batch);
}

static void not_by_name_nor_too_long_nor_too_many(void)
{
	struct lookup_batch *batch = lookup_batch_new();
	struct runtime_query query = {.ref = refs[1], .name = "number 11"};
	char longer[PROVIDER_NAME_SIZE + 1];
	int ticket, n = 0;

	CHECK_RC(lookup_queue(batch, hashes[0], &query, &ticket), RC_LIMIT);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	query = (struct runtime_query){.ref = {"acme/drive", longer}};
	CHECK_RC(lookup_queue(batch, hashes[0], &query, &ticket), RC_LIMIT);
	query.ref.provider = "drive";
	while (lookup_queue(batch, hashes[0], &query, &ticket) == RC_OK && n < 1000)
		n++;
	CHECK_INT(n, 2 * RUNTIME_LOOKUPS);
	lookup_batch_free(batch);
}

int main(void)
{
	int status = store_test_begin("test_lookup");

	if (status)
		return status;
	RUN(fill);
	RUN(every_kind_in_batches_of_every_size);
	RUN(odd_names_beside_good_ones);
	RUN(sixteen_times_the_same);
	RUN(a_workspace_that_is_disabled_has_no_keys);
	RUN(what_was_queued_is_taken);
	RUN(nobody_takes_what_was_not_read_for_him);
	RUN(not_by_name_nor_too_long_nor_too_many);
	RUN(who_comes_later_reads_anew);
	store_test_end();
	return CHECK_DONE;
}
