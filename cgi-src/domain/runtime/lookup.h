/* SPDX-License-Identifier: Apache-2.0
 *
 * What several requests look for, read in one statement: they queue it, are held, and take it. A batch lives for
 * one such round: what was read is never given to a request that came later.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_LOOKUP_H
#define GRANTRY_DOMAIN_RUNTIME_LOOKUP_H

#include "store/runtime_store.h"

struct lookup_batch;

struct lookup_batch *lookup_batch_new(void); /* NULL: no memory */
void lookup_batch_free(struct lookup_batch *batch);

/** lookup_queue(batch, key_hash, query, ticket): query is copied. RC_LIMIT: not in this batch: it is full, or asked for
 * by name; read it alone. */
enum rc lookup_queue(struct lookup_batch *batch, const unsigned char key_hash[HASH_SIZE],
	const struct runtime_query *query, int *ticket) RC_MUST_CHECK;

/** lookup_load(batch, db): reads all that are queued. */
void lookup_load(struct lookup_batch *batch, struct db *db);

/** lookup_take(batch, ticket, key_hash, key, out): once, after lookup_load and before the next lookup_queue; what
 * runtime_find would have told. RC_INTERNAL: nothing like that was read for this key. */
enum rc lookup_take(struct lookup_batch *batch, int ticket, const unsigned char key_hash[HASH_SIZE],
	struct runtime_key_row *key, struct runtime_credential *out) RC_MUST_CHECK;

#endif
