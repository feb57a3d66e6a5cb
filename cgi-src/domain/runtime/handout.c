/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/handout.h"

#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/definition.h"
#include "domain/fault.h"
#include "domain/oauth/mint.h"
#include "domain/runtime/lookup.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/refresh_store.h"

void handout_release(struct handout *h)
{
	fieldset_release(&h->fields);
	runtime_credential_release(&h->found);
	memset(h, 0, sizeof(*h));
}

/* ---- which ---- */

struct search {
	struct runtime_query query;
	struct runtime_credential *found;
	struct lookup_batch *batch;
	int *ticket;
};

static enum rc search_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	struct search *s = arg;
	int ticket = *s->ticket;

	*s->ticket = HANDOUT_UNREAD;
	if (ticket != HANDOUT_UNREAD)
		return lookup_take(s->batch, ticket, hash, key, s->found);
	if (lookup_queue(s->batch, hash, &s->query, s->ticket) == RC_OK)
		return RC_RETRY;
	return runtime_find(db, hash, &s->query, key, s->found);
}

/* Unknown, another workspace's, of a provider that is not here or that the key does not reach: all alike. */
static enum rc find(const struct core *core, const struct handout_request *request,
	struct runtime_key_row *key, struct handout *out)
{
	struct search s = {.query = {request->ref, request->id, request->name},
		.found = &out->found,
		.batch = core->lookups,
		.ticket = &out->ticket};
	struct runtime_caller caller = request->caller;
	const struct credential_row *row = &out->found.row;
	struct provider_ref ref = {row->plugin_id, row->provider};
	enum rc rc;

	out->ticket = request->ticket;
	caller.counted = request->ticket != HANDOUT_UNREAD;
	rc = access_open(core, &caller, ACCESS_HANDOUT, search_load, &s, key, &out->why);
	if (rc == RC_OK && !access_reaches(key, &ref))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = definition_find(core, &key->tenant, &ref, &out->provider);
	if (rc == RC_NOT_FOUND)
		return refuse(&out->why, REFUSAL_ABSENT);
	return rc;
}

/* ---- now, later, or never ---- */

static enum rc refuse_state(struct handout *out, const struct runtime_state *state)
{
	static const struct {
		const char *word;
		enum refusal_code code;
	} codes[] = {{"disabled", REFUSAL_DISABLED}, {"revoked", REFUSAL_REVOKED},
		{"client_error", REFUSAL_CLIENT_ERROR}, {"unreadable", REFUSAL_UNDECRYPTABLE}};
	enum refusal_code code = REFUSAL_NEEDS_REAUTH;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].word, state->word) == 0)
			code = codes[i].code;
	(void)refuse(&out->why, code);
	if (code == REFUSAL_NEEDS_REAUTH || code == REFUSAL_REVOKED || code == REFUSAL_CLIENT_ERROR)
		out->why.kind = runtime_is_oauth(&out->found) ? fault_of_oauth(out->provider->kind)
							      : fault_of_check(out->provider->kind);
	TEXT_COPY(out->why.reason, strcmp(out->found.row.state, "active") == 0 && !state->reason[0]
					   ? "rejected"
					   : state->reason);
	return RC_DENIED;
}

/* Before a provider is bothered: could its answer be used here (C32)? */
static enum rc check_readable(
	const struct core *core, const struct tenant_id *tenant, struct handout *out)
{
	struct fieldset profile = FIELDSET_EMPTY;
	enum rc rc = credential_unseal(core, tenant, &out->found.row, NULL, &profile);

	fieldset_release(&profile);
	return rc == RC_CRYPTO ? refuse(&out->why, REFUSAL_UNDECRYPTABLE) : rc;
}

/* Makes it due; but a back-off that runs is not cut short, nor a silly provider asked without end. */
static enum rc hurry(const struct core *core, const struct handout_request *request,
	const struct tenant_id *tenant, const struct runtime_credential *c, int64_t now_s)
{
	bool first = c->due_at_s <= 0; /* it is due before all others already */
	enum rc rc = RC_OK;

	if (!first)
		rc = refresh_hurry(core->db, tenant, &c->row.id, c->row.secret_rev, now_s);
	if (!first || !request->caller.again)
		upkeep_wake(core->cfg);
	return rc;
}

/* usable: what is there may be handed out when there is no better one in time. */
static enum rc renew(const struct core *core, const struct handout_request *request,
	const struct tenant_id *tenant, bool usable, struct handout *out)
{
	const struct runtime_credential *c = &out->found;
	int64_t now_s = clock_now_s(), wait_s = c->due_at_s - now_s;
	bool put_off = wait_s > 0 && (c->row.failures > 0 || runtime_is_resting(c, now_s));
	enum rc rc = usable ? RC_OK : check_readable(core, tenant, out);

	if (rc != RC_OK || (usable && put_off))
		return rc;
	if (put_off) {
		(void)refuse_for(&out->why, REFUSAL_DELAYED, wait_s);
		TEXT_COPY(out->why.reason, c->row.state_reason);
		return RC_DENIED;
	}
	rc = hurry(core, request, tenant, c, now_s);
	if (rc != RC_OK)
		return rc;
	if (request->may_wait)
		return RC_TIMEOUT;
	return usable ? RC_OK : refuse_for(&out->why, REFUSAL_RENEWING, 1);
}

static enum rc judge(const struct core *core, const struct handout_request *request,
	const struct tenant_id *tenant, struct handout *out)
{
	const struct runtime_credential *c = &out->found;
	int64_t now_s = clock_now_s();
	int64_t ttl_s = runtime_ttl_wanted(c, request->min_ttl_s);
	bool over = runtime_is_over(c, now_s);
	bool wanting = over || runtime_is_dubious(c, now_s) ||
		       (c->row.expires && c->row.expires_at_s < now_s + ttl_s);

	out->state = runtime_state(c, now_s);
	if (strcmp(c->row.state, "disabled") == 0)
		return refuse_state(out, &out->state);
	if (wanting && runtime_can_renew(c))
		return renew(core, request, tenant, !over, out);
	return over ? refuse_state(out, &out->state) : RC_OK;
}

/* ---- what leaves ---- */

/* What the provider file names, where tokens were obtained; NULL: the form says it. */
static const struct pairs *map_of(const struct handout *h)
{
	if (runtime_is_oauth(&h->found))
		return &h->provider->oauth.credential;
	return mint_is(h->provider, &h->found.row) ? &h->provider->mint->oauth.credential : NULL;
}

static enum rc pick_fields(
	const struct handout *h, const struct fieldset *secrets, struct fieldset *out)
{
	const struct pairs *map = map_of(h);
	const struct schema *schema = provider_key_schema(h->provider, secrets);
	size_t n = map ? map->n : schema->n;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		const char *name = map ? map->items[i].name : schema->fields[i].name;
		const struct secret *value = fieldset_get(secrets, name);

		if (value)
			rc = fieldset_put(out, name, value->bytes, value->len);
	}
	return rc;
}

static enum rc fill(const struct core *core, const struct tenant_id *tenant, struct handout *out)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	enum rc rc = credential_unseal(core, tenant, &out->found.row, &secrets, &profile);

	if (rc == RC_CRYPTO)
		rc = refuse(&out->why, REFUSAL_UNDECRYPTABLE);
	if (rc == RC_OK)
		rc = pick_fields(out, &secrets, &out->fields);
	TEXT_COPY(out->granted, fieldset_text(&profile, "granted"));
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

static enum rc record(const struct core *core, const struct handout_request *request,
	const struct runtime_key_row *key, const struct handout *h)
{
	struct actor runtime = access_actor(&request->caller, key);
	char object[ACCESS_OBJECT_SIZE];

	access_object(key, &h->found.row.id, object);
	return audit_later(core, &runtime, "credential.handout", object, "ok");
}

enum rc handout_find(
	const struct core *core, const struct handout_request *request, struct handout *out)
{
	struct runtime_key_row key;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = find(core, request, &key, out);
	if (rc == RC_OK)
		rc = judge(core, request, &key.tenant, out);
	if (rc != RC_OK)
		return rc;
	out->revision = (struct revision){out->found.row.id, out->found.row.secret_rev};
	out->unchanged = revision_listed(request->known, &out->revision);
	if (!out->unchanged)
		rc = fill(core, &key.tenant, out);
	out->leaves = !out->unchanged && request->reveals;
	if (rc == RC_OK && out->leaves)
		rc = record(core, request, &key, out);
	return rc;
}

enum rc handout_within(const struct core *core, const struct tenant_id *tenant,
	const struct handout_request *request, struct handout *out)
{
	struct runtime_query query = {request->ref, request->id, request->name};
	struct provider_ref ref;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = runtime_find_in(core->db, tenant, &query, &out->found);
	ref = (struct provider_ref){out->found.row.plugin_id, out->found.row.provider};
	if (rc == RC_OK)
		rc = definition_find(core, tenant, &ref, &out->provider);
	if (rc == RC_OK)
		rc = judge(core, request, tenant, out);
	out->revision = (struct revision){out->found.row.id, out->found.row.secret_rev};
	return rc == RC_OK ? fill(core, tenant, out) : rc;
}
