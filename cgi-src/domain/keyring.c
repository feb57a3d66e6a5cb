/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/codec.h"
#include "platform/log.h"
#include "platform/vault.h"
#include "store/key_store.h"

#define CACHE_SIZE 128
#define CACHE_TTL_MS 60000 /* a deleted key is forgotten within a minute */
#define NEWEST 0

struct cached_key {
	struct tenant_id tenant;
	bool newest; /* was asked for as "the newest" */
	struct vault_key key;
	int64_t loaded_ms;
};

/* Newest keys that a seal under way counts on. */
struct held_key {
	struct held_key *next;
	struct tenant_id tenant;
	struct vault_key key;
	size_t uses;
};

struct keyring {
	struct vault_keks *keks;
	struct held_key *held;
	struct cached_key cache[CACHE_SIZE];
	size_t next; /* the slot that is overwritten next */
};

enum rc keyring_open(const char *key_dir, struct keyring **out)
{
	struct keyring *k = calloc(1, sizeof(*k));
	enum rc rc;

	*out = NULL;
	if (!k)
		return RC_NOMEM;
	rc = vault_keks_load(key_dir, &k->keks);
	if (rc != RC_OK) {
		free(k);
		return rc;
	}
	*out = k;
	return RC_OK;
}

static void held_drop(struct held_key **at)
{
	struct held_key *held = *at;

	*at = held->next;
	vault_key_release(&held->key);
	free(held);
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	for (size_t i = 0; i < CACHE_SIZE; i++)
		vault_key_release(&keyring->cache[i].key);
	while (keyring->held)
		held_drop(&keyring->held);
	vault_keks_free(keyring->keks);
	free(keyring);
}

/* Loads a data key past the cache. RC_NOT_FOUND: no such row; RC_CRYPTO: its key-encryption key is not here,
 * or is another one. */
static enum rc load_key(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	uint32_t version, struct vault_key *out)
{
	struct wrapped_key row;
	enum rc rc = key_load(db, tenant, version, &row);

	if (rc != RC_OK)
		return rc;
	rc = vault_unwrap(
		keyring->keks, row.kek_id, &tenant->u, row.version, row.bytes, row.len, out);
	if (rc == RC_OK)
		return rc;
	log_error("keyring.unwrap", "kek", row.kek_id, "rc", rc_name(rc));
	return rc == RC_UNAVAILABLE ? RC_CRYPTO : rc;
}

static enum rc check_current(struct keyring *keyring, struct db *db)
{
	const char *id = vault_kek_current(keyring->keks);
	unsigned char mine[16], stored[16];
	enum rc rc = vault_kek_check_value(keyring->keks, id, mine);

	if (rc == RC_OK)
		rc = key_check_value_load(db, id, stored);
	if (rc == RC_OK && !codec_equal(mine, stored, sizeof(mine))) {
		log_error("keyring.wrong_key", "kek", id);
		return RC_CRYPTO;
	}
	return rc;
}

enum rc keyring_check(struct keyring *keyring, struct db *db)
{
	const struct tenant_id system = TENANT_SYSTEM;
	struct vault_key key = {0};
	enum rc rc = check_current(keyring, db);

	if (rc == RC_OK)
		rc = load_key(keyring, db, &system, NEWEST, &key);
	vault_key_release(&key);
	return rc;
}

enum rc keyring_mac(const struct keyring *keyring, const char *text, unsigned char out[32])
{
	return vault_kek_mac(keyring->keks, text, out);
}

enum rc keyring_create(struct keyring *keyring, struct db *db, const struct tenant_id *tenant)
{
	struct wrapped_key row = {.version = 1};
	struct vault_key key = {.version = 1};
	struct buf wrapped;
	enum rc rc;

	buf_init(&wrapped, WRAPPED_KEY_MAX);
	rc = secret_random(&key.bytes, VAULT_KEY_SIZE);
	if (rc == RC_OK)
		rc = vault_wrap(keyring->keks, &tenant->u, &key, &wrapped);
	if (rc == RC_OK) {
		const char *id = vault_kek_current(keyring->keks);

		memcpy(row.kek_id, id, strnlen(id, VAULT_KEK_ID_MAX));
		memcpy(row.bytes, wrapped.data, wrapped.len);
		row.len = wrapped.len;
		rc = key_insert(db, tenant, &row, clock_now_s());
	}
	vault_key_release(&key);
	buf_release(&wrapped);
	return rc;
}

static enum rc register_current(struct keyring *keyring, struct db *db)
{
	const char *id = vault_kek_current(keyring->keks);
	unsigned char mine[16];
	enum rc rc = vault_kek_check_value(keyring->keks, id, mine);

	return rc == RC_OK ? key_check_value_insert(db, id, mine, clock_now_s()) : rc;
}

/* Adds what is not there yet, and takes it all back when the whole does not fit. */
static enum rc establish(struct db *db, void *arg)
{
	const struct tenant_id system = TENANT_SYSTEM;
	struct keyring *keyring = arg;
	enum rc rc = keyring_create(keyring, db, &system);

	if (rc == RC_OK || rc == RC_CONFLICT)
		rc = register_current(keyring, db);
	if (rc == RC_OK || rc == RC_CONFLICT)
		rc = keyring_check(keyring, db);
	return rc;
}

enum rc keyring_establish(struct keyring *keyring, struct db *db)
{
	return db_transact(db, establish, keyring);
}

static const struct vault_key *cache_find(
	struct keyring *keyring, const struct tenant_id *tenant, uint32_t version)
{
	int64_t oldest_ms = clock_mono_ms() - CACHE_TTL_MS;

	for (size_t i = 0; i < CACHE_SIZE; i++) {
		struct cached_key *c = &keyring->cache[i];

		if (c->key.version == 0 || !uuid_equal(&c->tenant.u, &tenant->u))
			continue;
		if (c->loaded_ms < oldest_ms) {
			vault_key_release(&c->key);
			continue;
		}
		if (version == NEWEST ? c->newest : c->key.version == version)
			return &c->key;
	}
	return NULL;
}

static enum rc cache_fill(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	uint32_t version, const struct vault_key **out)
{
	struct vault_key key = {0};
	struct cached_key *slot;
	enum rc rc = load_key(keyring, db, tenant, version, &key);

	if (rc == RC_NOT_FOUND)
		log_error("keyring.no_data_key");
	if (rc == RC_NOT_FOUND || rc == RC_CRYPTO) /* one record less, or nothing can be sealed */
		return version == NEWEST ? RC_UNAVAILABLE : RC_CRYPTO;
	if (rc != RC_OK)
		return rc;
	slot = &keyring->cache[keyring->next];
	keyring->next = (keyring->next + 1) % CACHE_SIZE;
	vault_key_release(&slot->key);
	*slot = (struct cached_key){*tenant, version == NEWEST, key, clock_mono_ms()};
	*out = &slot->key;
	return RC_OK;
}

static struct held_key **held_find(struct keyring *keyring, const struct tenant_id *tenant)
{
	struct held_key **at = &keyring->held;

	while (*at && !uuid_equal(&(*at)->tenant.u, &tenant->u))
		at = &(*at)->next;
	return at;
}

/* version NEWEST: the one to seal with. The result is valid until the next call. */
static enum rc keyring_key(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	uint32_t version, const struct vault_key **out)
{
	const struct held_key *held;
	enum rc rc;

	*out = cache_find(keyring, tenant, version);
	if (*out)
		return RC_OK;
	rc = cache_fill(keyring, db, tenant, version, out);
	held = rc == RC_UNAVAILABLE && version == NEWEST ? *held_find(keyring, tenant) : NULL;
	if (!held)
		return rc;
	*out = &held->key;
	return RC_OK;
}

static enum rc held_new(struct keyring *keyring, const struct tenant_id *tenant,
	const struct vault_key *key, struct held_key **out)
{
	struct held_key *held = calloc(1, sizeof(*held));
	enum rc rc = RC_NOMEM;

	if (held)
		rc = secret_set(&held->key.bytes, key->bytes.bytes, key->bytes.len);
	if (rc != RC_OK) {
		free(held);
		return rc;
	}
	held->key.version = key->version;
	held->tenant = *tenant;
	held->next = keyring->held;
	*out = keyring->held = held;
	return RC_OK;
}

enum rc keyring_hold(struct keyring *keyring, struct db *db, const struct tenant_id *tenant)
{
	struct held_key *held = *held_find(keyring, tenant);
	const struct vault_key *key;
	enum rc rc = held ? RC_OK : keyring_key(keyring, db, tenant, NEWEST, &key);

	if (rc == RC_OK && !held)
		rc = held_new(keyring, tenant, key, &held);
	if (rc == RC_OK)
		held->uses++;
	return rc;
}

void keyring_let_go(struct keyring *keyring, const struct tenant_id *tenant)
{
	struct held_key **at = held_find(keyring, tenant);

	if (*at && --(*at)->uses == 0)
		held_drop(at);
}

static struct vault_place full_place(const struct tenant_id *tenant, const struct seal_place *place)
{
	return (struct vault_place){
		.table = place->table,
		.column = place->column,
		.tenant = tenant->u,
		.row = *place->row,
		.revision = place->revision,
	};
}

enum rc keyring_seal(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	const struct seal_place *place, const struct secret *plain, struct buf *out)
{
	struct vault_place full = full_place(tenant, place);
	const struct vault_key *key;
	enum rc rc;

	buf_init(out, VAULT_RECORD_MAX);
	rc = keyring_key(keyring, db, tenant, NEWEST, &key);
	if (rc != RC_OK)
		return rc;
	return vault_seal(key, &full, plain, out);
}

/* A key of another installation, a moved or an altered record: whichever it is, an operator must see it. */
static void log_unreadable(const struct seal_place *place)
{
	char row[UUID_TEXT_SIZE];

	uuid_text(place->row, row);
	log_error("keyring.unreadable", "table", place->table, "column", place->column, "row", row);
}

enum rc keyring_unseal(struct keyring *keyring, struct db *db, const struct tenant_id *tenant,
	const struct seal_place *place, const void *record, size_t len, struct secret *out)
{
	struct vault_place full = full_place(tenant, place);
	uint32_t version = vault_record_version(record, len);
	const struct vault_key *key;
	enum rc rc = version ? keyring_key(keyring, db, tenant, version, &key) : RC_CRYPTO;

	if (rc == RC_OK)
		rc = vault_open(key, &full, record, len, out);
	if (rc == RC_CRYPTO)
		log_unreadable(place);
	return rc;
}
