/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

#define BATCH_MAX ((size_t)2 * RUNTIME_LOOKUPS)

/* What a query borrows outlives its request here. */
struct names {
	struct credential_id id;
	char plugin_id[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE];
};

struct lookup_batch {
	size_t n;
	bool loaded;
	struct runtime_lookup items[BATCH_MAX];
	struct names names[BATCH_MAX];
};

struct lookup_batch *lookup_batch_new(void)
{
	return calloc(1, sizeof(struct lookup_batch));
}

/* What nobody came for: its client had left. */
static void clear(struct lookup_batch *batch)
{
	for (size_t i = 0; i < batch->n; i++)
		runtime_credential_release(&batch->items[i].found);
	batch->n = 0;
	batch->loaded = false;
}

void lookup_batch_free(struct lookup_batch *batch)
{
	if (batch)
		clear(batch);
	free(batch);
}

static bool fits(const struct provider_ref *ref)
{
	return !ref->plugin_id || (strlen(ref->plugin_id) < PLUGIN_ID_SIZE &&
					  strlen(ref->provider) < PROVIDER_NAME_SIZE);
}

enum rc lookup_queue(struct lookup_batch *batch, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, int *ticket)
{
	struct runtime_lookup *l;
	struct names *names;

	if (batch->loaded)
		clear(batch);
	if (batch->n == BATCH_MAX || query->name || !fits(&query->ref))
		return RC_LIMIT;
	l = &batch->items[batch->n];
	names = &batch->names[batch->n];
	memset(l, 0, sizeof(*l));
	memcpy(l->key_hash, key_hash, HASH_SIZE);
	if (query->id) {
		names->id = *query->id;
		l->query.id = &names->id;
	}
	if (query->ref.plugin_id) {
		TEXT_COPY(names->plugin_id, query->ref.plugin_id);
		TEXT_COPY(names->provider, query->ref.provider);
		l->query.ref = (struct provider_ref){names->plugin_id, names->provider};
	}
	*ticket = (int)batch->n++;
	return RC_OK;
}

void lookup_load(struct lookup_batch *batch, struct db *db)
{
	if (batch->loaded)
		clear(batch);
	runtime_find_all(db, batch->items, batch->n);
	batch->loaded = true;
}

/* A ticket of another round would be somebody else's row: never that, whatever mistake brought it here. */
static bool is_there(
	const struct lookup_batch *batch, int ticket, const unsigned char key_hash[HASH_SIZE])
{
	return batch->loaded && ticket >= 0 && (size_t)ticket < batch->n &&
	       memcmp(batch->items[ticket].key_hash, key_hash, HASH_SIZE) == 0;
}

enum rc lookup_take(struct lookup_batch *batch, int ticket, const unsigned char key_hash[HASH_SIZE],
	struct runtime_key_row *key, struct runtime_credential *out)
{
	struct runtime_lookup *l;

	memset(key, 0, sizeof(*key));
	memset(out, 0, sizeof(*out));
	if (!is_there(batch, ticket, key_hash))
		return RC_INTERNAL;
	l = &batch->items[ticket];
	*key = l->key;
	*out = l->found;
	memset(&l->found, 0, sizeof(l->found));
	memset(l->key_hash, 0, sizeof(l->key_hash)); /* only once */
	return l->rc;
}
