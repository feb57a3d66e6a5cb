/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/handout.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/runtime/access_key.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/refresh_store.h"

void handout_release(struct handout *h)
{
	fieldset_release(&h->fields);
	memset(h, 0, sizeof(*h));
}

/* A key may be held to some providers. */
static bool key_reaches(const struct runtime_key_row *key, const char *provider_id)
{
	return !key->providers[0] ||
	       text_has_word(key->providers, provider_id, strlen(provider_id));
}

static enum rc find(const struct core *core, const struct handout_request *request,
	struct runtime_key_row *key, struct credential_row *row)
{
	struct runtime_query query = {
		.ref = {request->provider ? request->provider->plugin_id : "",
			request->provider ? request->provider->name : ""},
		.id = request->id,
		.name = request->name,
	};
	unsigned char hash[HASH_SIZE];
	int64_t now_s = clock_now_s();
	enum rc rc;

	memset(row, 0, sizeof(*row));
	if (access_key_hash(request->key, hash) != RC_OK)
		return RC_DENIED;
	rc = runtime_find(core->db, hash, &query, key, row);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	if (key->expires && key->expires_at_s <= now_s)
		return RC_DENIED;
	if (!request->provider || !key_reaches(key, request->provider->id))
		return RC_NOT_FOUND;
	if (key->last_used_at_s + 60 <= now_s &&
		runtime_key_touch(core->db, &key->tenant, &key->id, now_s) != RC_OK)
		return RC_UNAVAILABLE;
	return rc;
}

/* Is there a token that lives long enough, now or in a moment? */
static enum rc judge(const struct core *core, const struct handout_request *request,
	const struct tenant_id *tenant, const struct credential_row *row, struct handout *out)
{
	int64_t now_s = clock_now_s();

	if (!row->expires || row->expires_at_s >= now_s + request->min_ttl_s)
		return RC_OK;
	if (row->refreshable && strcmp(row->state, "active") == 0) {
		enum rc rc = refresh_hurry(core->db, tenant, &row->id, row->secret_rev, now_s);

		upkeep_wake(core->cfg);
		return rc == RC_OK ? RC_TIMEOUT : rc;
	}
	if (row->expires_at_s > now_s)
		return RC_OK; /* shorter than wanted, but it works, and there will be no longer one */
	TEXT_COPY(out->reason, row->state_reason[0] ? row->state_reason : "expired");
	return RC_EXPIRED;
}

/* Of an OAuth credential what the provider file names; of an API key what its form holds. */
static enum rc pick_fields(const struct provider *provider, bool is_oauth,
	const struct fieldset *secrets, struct fieldset *out)
{
	const struct pairs *map = &provider->oauth.credential;
	const struct schema *schema = &provider->api_key_schema;
	size_t n = is_oauth ? map->n : schema->n;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		const char *name = is_oauth ? map->items[i].name : schema->fields[i].name;
		const struct secret *value = fieldset_get(secrets, name);

		if (value)
			rc = fieldset_put(out, name, value->bytes, value->len);
	}
	return rc;
}

static enum rc fill(const struct core *core, const struct handout_request *request,
	const struct tenant_id *tenant, const struct credential_row *row, struct handout *out)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	enum rc rc = credential_unseal(core, tenant, row, &secrets, &profile);

	out->id = row->id;
	out->is_oauth = strcmp(row->auth_type, "oauth2") == 0;
	out->expires = row->expires;
	out->expires_at_s = row->expires_at_s;
	out->revision = row->secret_rev;
	TEXT_COPY(out->name, row->name);
	if (rc == RC_OK)
		rc = pick_fields(request->provider, out->is_oauth, &secrets, &out->fields);
	TEXT_COPY(out->granted, fieldset_text(&profile, "granted"));
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

static enum rc record(const struct core *core, const struct handout_request *request,
	const struct runtime_key_row *key, const struct credential_row *row)
{
	struct actor runtime = {
		.tenant = key->tenant,
		.request_id = request->request_id,
		.peer = request->peer,
	};
	char object[AUDIT_ID_SIZE];

	audit_id("credential", &row->id.u, object);
	return audit_event(core, &runtime, "credential.handout", object, "ok");
}

enum rc handout_find(
	const struct core *core, const struct handout_request *request, struct handout *out)
{
	struct runtime_key_row key;
	struct credential_row row;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = find(core, request, &key, &row);
	if (rc == RC_OK)
		rc = judge(core, request, &key.tenant, &row, out);
	if (rc == RC_OK)
		rc = fill(core, request, &key.tenant, &row, out);
	/* before the secret leaves: what cannot be written down is not handed out (R106) */
	if (rc == RC_OK)
		rc = record(core, request, &key, &row);
	credential_row_release(&row);
	return rc;
}
