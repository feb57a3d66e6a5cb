/* SPDX-License-Identifier: Apache-2.0
 *
 * Who asks, may they, and not too often: the one door of all that runtimes may do.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_ACCESS_H
#define GRANTRY_DOMAIN_RUNTIME_ACCESS_H

#include "domain/runtime/access_key.h"
#include "domain/runtime/refusal.h"
#include "store/runtime_store.h"

struct runtime_caller {
	const char *key; /* as sent; borrowed, like the rest */
	const char *request_id, *peer;
	bool again;   /* the same request was let in before: it is not counted anew */
	bool counted; /* against the key's rate */
};

/** access_open(core, caller, verb, load, arg, key, why): the form of the key and its rate are looked at before the
 * database is asked; then load, which finds the key by its hash and with it, in the same statement, what the
 * caller is after; then expiry, the rate of the workspace and the verb. RC_DENIED: *why says it, and what load
 * found is not for the caller. RC_NOT_FOUND, from load: the key is good. RC_UNAVAILABLE. */
enum rc access_open(const struct core *core, const struct runtime_caller *caller,
	enum access_verb verb,
	enum rc (*load)(struct db *db, const unsigned char hash[HASH_SIZE],
		struct runtime_key_row *key, void *arg),
	void *arg, struct runtime_key_row *key, struct refusal *why) RC_MUST_CHECK;

/** access_reaches(key, ref): a key may be held to some providers. */
bool access_reaches(const struct runtime_key_row *key, const struct provider_ref *ref);

/** access_actor(caller, key): whoever the audit log is to name. */
struct actor access_actor(const struct runtime_caller *caller, const struct runtime_key_row *key);

/** access_object(key, id, out): "credential:0c1d… key:7a2b…", for the audit log. */
#define ACCESS_OBJECT_SIZE 128
void access_object(const struct runtime_key_row *key, const struct credential_id *id,
	char out[ACCESS_OBJECT_SIZE]);

#endif
