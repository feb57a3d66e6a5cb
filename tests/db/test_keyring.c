/* SPDX-License-Identifier: Apache-2.0
 *
 * Data keys above the real tables: kept, forgotten, swapped, of another installation (security F6, F7, F13).
 */
#include "domain/keyring.h"

#include "platform/codec.h"
#include "store_test.h"

static struct keyring *keyring;
static char keys[PATH_MAX], other_keys[PATH_MAX];
static const struct uuid row_id = {{8}};
static const struct seal_place place = {"provider_credentials", "encrypted_profile", &row_id, 1};

static struct keyring *open_keyring(const char *where)
{
	struct keyring *made = NULL;

	CHECK_RC(keyring_open(where, &made), RC_OK);
	return made;
}

static void seal(const struct tenant_id *tenant, const char *text, struct buf *out)
{
	struct secret plain = SECRET_EMPTY;

	CHECK_RC(secret_append_text(&plain, text), RC_OK);
	CHECK_RC(keyring_seal(keyring, db, tenant, &place, &plain, out), RC_OK);
	secret_release(&plain);
}

static enum rc opens(struct keyring *with, const struct tenant_id *tenant, const struct buf *record,
	const char *text)
{
	struct secret plain = SECRET_EMPTY;
	enum rc rc = keyring_unseal(with, db, tenant, &place, record->data, record->len, &plain);

	if (rc == RC_OK)
		CHECK_STR(secret_text(&plain), text);
	else
		CHECK_INT(plain.len, 0);
	secret_release(&plain);
	return rc;
}

static void what_one_tenant_seals_no_other_opens(void)
{
	struct buf mine, again;

	seal(&acme, "secret", &mine);
	seal(&acme, "secret", &again);
	CHECK(mine.len == again.len && memcmp(mine.data, again.data, mine.len) != 0);
	CHECK_RC(opens(keyring, &acme, &mine, "secret"), RC_OK);
	CHECK_RC(opens(keyring, &globex, &mine, ""), RC_CRYPTO);
	CHECK_RC(opens(keyring, &TENANT_SYSTEM, &mine, ""), RC_CRYPTO);
	buf_release(&mine);
	buf_release(&again);
}

static void a_key_is_kept_in_memory_and_gone_with_the_process(void)
{
	struct keyring *fresh;
	struct buf record;

	seal(&acme, "kept", &record);
	CHECK_RC(db_script(db, "CREATE TABLE aside AS SELECT * FROM tenant_keys;\nDELETE FROM "
			       "tenant_keys;"),
		RC_OK);
	CHECK_RC(opens(keyring, &acme, &record, "kept"), RC_OK);
	fresh = open_keyring(keys);
	CHECK_RC(opens(fresh, &acme, &record, ""), RC_CRYPTO);
	CHECK_RC(db_script(db, "INSERT INTO tenant_keys SELECT * FROM aside;\nDROP TABLE aside;"),
		RC_OK);
	/* that there was none is not remembered */
	CHECK_RC(opens(fresh, &acme, &record, "kept"), RC_OK);
	keyring_free(fresh);
	buf_release(&record);
}

static void swapped_keys_open_nothing(void)
{
	static const char swap[] =
		"UPDATE tenant_keys a JOIN tenant_keys b ON a.key_version = b.key_version"
		" SET a.wrapped_key = b.wrapped_key WHERE a.tenant_id = "
		"X'01000000000000000000000000000000'"
		" AND b.tenant_id = X'02000000000000000000000000000000';";
	struct secret plain = SECRET_EMPTY;
	struct keyring *fresh = open_keyring(keys);
	struct buf mine, theirs, out;

	seal(&acme, "mine", &mine);
	seal(&globex, "theirs", &theirs);
	CHECK_RC(db_script(db, "CREATE TABLE aside AS SELECT * FROM tenant_keys;"), RC_OK);
	CHECK_RC(db_script(db, swap), RC_OK);
	CHECK_RC(opens(fresh, &acme, &mine, ""), RC_CRYPTO);
	CHECK_RC(opens(fresh, &acme, &theirs, ""), RC_CRYPTO);
	CHECK_RC(opens(fresh, &globex, &theirs, "theirs"), RC_OK);
	CHECK(keyring_seal(fresh, db, &acme, &place, &plain, &out) != RC_OK);
	buf_release(&out);
	CHECK_RC(db_script(db, "REPLACE INTO tenant_keys SELECT * FROM aside;\nDROP TABLE aside;"),
		RC_OK);
	CHECK_RC(opens(fresh, &acme, &mine, "mine"), RC_OK);
	keyring_free(fresh);
	buf_release(&mine);
	buf_release(&theirs);
}

/* More tenants than the memory holds keys for. */
static void many_tenants_take_turns(void)
{
	enum { MANY = 300 };
	static struct buf records[MANY];
	struct tenant_id tenant = {{{9}}};

	for (int i = 0; i < MANY; i++) {
		tenant.u.b[1] = (unsigned char)i;
		tenant.u.b[2] = (unsigned char)(i >> 8);
		CHECK_RC(keyring_create(keyring, db, &tenant), RC_OK);
		seal(&tenant, "turn", &records[i]);
	}
	for (int i = 0; i < 2 * MANY; i++) {
		tenant.u.b[1] = (unsigned char)(i % MANY);
		tenant.u.b[2] = (unsigned char)(i % MANY >> 8);
		CHECK_RC(opens(keyring, &tenant, &records[i % MANY], "turn"), RC_OK);
		CHECK_RC(opens(keyring, &tenant, &records[(i + 1) % MANY], ""), RC_CRYPTO);
	}
	for (int i = 0; i < MANY; i++)
		buf_release(&records[i]);
	CHECK_RC(keyring_create(keyring, db, &tenant), RC_CONFLICT);
}

static enum rc seals(struct keyring *with, const struct tenant_id *tenant)
{
	struct secret plain = SECRET_EMPTY;
	struct buf record;
	enum rc rc;

	CHECK_RC(secret_append_text(&plain, "held"), RC_OK);
	rc = keyring_seal(with, db, tenant, &place, &plain, &record);
	if (rc == RC_OK)
		CHECK_RC(opens(keyring, tenant, &record, "held"), RC_OK);
	buf_release(&record);
	secret_release(&plain);
	return rc;
}

/* What must be sealed when it comes does not need the database for it. Runs after many_tenants_take_turns, whose
 * keys push out those that are only remembered. */
static void a_held_key_seals_when_the_database_has_nothing(void)
{
	struct keyring *fresh = open_keyring(keys);
	struct tenant_id passing = {{{9}}};

	CHECK_RC(seals(keyring, &acme), RC_OK); /* remembered there, for opens() */
	CHECK_RC(keyring_hold(fresh, db, &acme), RC_OK);
	CHECK_RC(keyring_hold(fresh, db, &acme), RC_OK);
	for (int i = 0; i < 200; i++) {
		passing.u.b[1] = (unsigned char)i;
		CHECK_RC(keyring_hold(fresh, db, &passing), RC_OK);
		keyring_let_go(fresh, &passing);
	}
	CHECK_RC(db_script(db, "CREATE TABLE aside AS SELECT * FROM tenant_keys;\nDELETE FROM "
			       "tenant_keys;"),
		RC_OK);
	CHECK_RC(seals(fresh, &globex), RC_UNAVAILABLE);
	CHECK_RC(keyring_hold(fresh, db, &globex), RC_UNAVAILABLE);
	CHECK_RC(seals(fresh, &acme), RC_OK);
	keyring_let_go(fresh, &acme);
	CHECK_RC(seals(fresh, &acme), RC_OK);
	keyring_let_go(fresh, &acme);
	CHECK_RC(seals(fresh, &acme), RC_UNAVAILABLE);
	keyring_let_go(fresh, &acme); /* once too often is nothing */
	CHECK_RC(db_script(db, "INSERT INTO tenant_keys SELECT * FROM aside;\nDROP TABLE aside;"),
		RC_OK);
	keyring_free(fresh);
}

static void keys_of_another_installation_are_refused_and_change_nothing(void)
{
	struct keyring *wrong = open_keyring(other_keys);
	int64_t rows = number(db, "SELECT COUNT(*) FROM tenant_keys");
	struct buf record;

	CHECK_RC(keyring_check(keyring, db), RC_OK);
	CHECK(keyring_check(wrong, db) != RC_OK);
	CHECK(keyring_establish(wrong, db) != RC_OK);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM keks"), 1);
	CHECK_INT(number(db, "SELECT COUNT(*) FROM tenant_keys"), rows);
	seal(&acme, "here", &record);
	CHECK_RC(opens(wrong, &acme, &record, ""), RC_CRYPTO);
	buf_release(&record);
	keyring_free(wrong);
}

int main(void)
{
	int status = store_test_begin("test_keyring");

	if (status)
		return status;
	CHECK_RC(codec_init(), RC_OK);
	make_keys(keys, "keys");
	make_keys(other_keys, "other");
	keyring = open_keyring(keys);
	CHECK_RC(keyring_establish(keyring, db), RC_OK);
	CHECK_RC(keyring_create(keyring, db, &acme), RC_OK);
	CHECK_RC(keyring_create(keyring, db, &globex), RC_OK);
	RUN(what_one_tenant_seals_no_other_opens);
	RUN(a_key_is_kept_in_memory_and_gone_with_the_process);
	RUN(swapped_keys_open_nothing);
	RUN(many_tenants_take_turns);
	RUN(a_held_key_seals_when_the_database_has_nothing);
	RUN(keys_of_another_installation_are_refused_and_change_nothing);
	keyring_free(keyring);
	remove_keys(keys);
	remove_keys(other_keys);
	store_test_end();
	return CHECK_DONE;
}
