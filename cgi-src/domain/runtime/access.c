/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/access.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "platform/clock.h"
#include "platform/ratelimit.h"
#include "platform/text.h"

#define TOUCH_EVERY_S 60

static enum rc count(struct ratelimit *limit, const struct runtime_caller *caller,
	const void *subject, size_t len, struct refusal *why)
{
	int64_t wait_s;

	if (caller->again || ratelimit_take(limit, subject, len, clock_mono_us(), &wait_s) == RC_OK)
		return RC_OK;
	return refuse_for(why, REFUSAL_RATE, wait_s);
}

static enum rc let_in(const struct core *core, const struct runtime_caller *caller,
	enum access_verb verb, const struct runtime_key_row *key, struct refusal *why)
{
	const char *word = access_verb_word(verb);
	int64_t now_s = clock_now_s();

	if (key->expires && key->expires_at_s <= now_s)
		return refuse(why, REFUSAL_KEY);
	if (count(core->tenant_rate, caller, &key->tenant, sizeof(key->tenant), why) != RC_OK)
		return RC_DENIED;
	if (!text_has_word(key->verbs, word, strlen(word)))
		return refuse(why, REFUSAL_VERB);
	if (key->last_used_at_s + TOUCH_EVERY_S <= now_s &&
		runtime_key_touch(core->db, &key->tenant, &key->id, now_s) != RC_OK)
		return RC_UNAVAILABLE;
	return RC_OK;
}

enum rc access_open(const struct core *core, const struct runtime_caller *caller,
	enum access_verb verb,
	enum rc (*load)(struct db *db, const unsigned char hash[HASH_SIZE],
		struct runtime_key_row *key, void *arg),
	void *arg, struct runtime_key_row *key, struct refusal *why)
{
	unsigned char hash[HASH_SIZE];
	enum rc rc, found;

	if (access_key_hash(caller->key, hash) != RC_OK)
		return refuse(why, REFUSAL_KEY);
	if (!caller->counted && count(core->key_rate, caller, hash, sizeof(hash), why) != RC_OK)
		return RC_DENIED;
	found = load(core->db, hash, key, arg);
	if (found == RC_DENIED)
		return refuse(why, REFUSAL_KEY);
	if (found != RC_OK && found != RC_NOT_FOUND)
		return found;
	rc = let_in(core, caller, verb, key, why);
	return rc == RC_OK ? found : rc;
}

bool access_reaches(const struct runtime_key_row *key, const struct provider_ref *ref)
{
	char id[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];
	int n = snprintf(id, sizeof(id), "%s/%s", ref->plugin_id, ref->provider);

	return !key->providers[0] || (n > 0 && text_has_word(key->providers, id, (size_t)n));
}

struct actor access_actor(const struct runtime_caller *caller, const struct runtime_key_row *key)
{
	return (struct actor){
		.tenant = key->tenant,
		.request_id = caller->request_id,
		.peer = caller->peer,
	};
}

void access_object(const struct runtime_key_row *key, const struct credential_id *id,
	char out[ACCESS_OBJECT_SIZE])
{
	char credential[AUDIT_ID_SIZE], holder[AUDIT_ID_SIZE];

	audit_id("credential", &id->u, credential);
	audit_id("key", &key->id, holder);
	(void)snprintf(out, ACCESS_OBJECT_SIZE, "%s %s", credential, holder);
}
