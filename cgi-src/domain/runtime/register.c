/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/register.h"

#include "domain/audit.h"
#include "platform/clock.h"
#include "store/registry_store.h"

static enum rc key_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	(void)arg;
	return runtime_key_find(db, hash, key);
}

struct replacement {
	const struct tenant_id *tenant;
	const struct secret *document;
};

static enum rc replace(struct db *db, void *arg)
{
	const struct replacement *r = arg;

	return registry_row_replace(db, r->tenant, r->document, clock_now_s());
}

static enum rc keep(const struct core *core, const struct runtime_caller *caller,
	const struct runtime_key_row *key, const struct registry *r)
{
	struct actor runtime = access_actor(caller, key);
	struct secret document = SECRET_EMPTY;
	struct replacement replacement = {&key->tenant, &document};
	char object[AUDIT_ID_SIZE];
	enum rc rc = registry_render(r, &document);

	audit_id("key", &key->id, object);
	if (rc == RC_OK)
		rc = audit_transact(
			core, &runtime, "registry.replace", object, replace, &replacement);
	secret_release(&document);
	return rc;
}

/* Whoever has no key learns nothing about the body: it is judged after the key. */
enum rc register_put(const struct core *core, const struct runtime_caller *caller, const char *p,
	size_t len, struct registry *out, struct refusal *why)
{
	struct runtime_key_row key;
	enum rc rc = access_open(core, caller, ACCESS_REGISTER, key_load, NULL, &key, why);

	*out = (struct registry){0};
	if (rc == RC_OK && key.providers[0]) /* what it would replace is of all providers */
		rc = refuse(why, REFUSAL_VERB);
	if (rc == RC_OK)
		rc = registry_parse(p, len, out);
	if (rc == RC_LIMIT)
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = keep(core, caller, &key, out);
	return rc;
}

enum rc register_get(const struct core *core, const struct runtime_caller *caller,
	struct registry *out, struct refusal *why)
{
	struct runtime_key_row key;
	enum rc rc = access_open(core, caller, ACCESS_REGISTER, key_load, NULL, &key, why);

	*out = (struct registry){0};
	return rc == RC_OK ? registry_load(core, &key.tenant, out) : rc;
}
