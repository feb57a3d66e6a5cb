/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/revocation.h"

#include <string.h>

#include "domain/credential_seal.h"
#include "domain/keyring.h"
#include "platform/clock.h"
#include "platform/text.h"

/* A row is sealed once and never again, so its revision is always the first. */
static struct seal_place place_of(const struct credential_id *id)
{
	return (struct seal_place){REVOCATION_TABLE, "encrypted_tokens", &id->u, 1};
}

static enum rc seal_tokens(const struct core *core, const struct tenant_id *tenant,
	const struct fieldset *tokens, struct revocation_row *out)
{
	struct seal_place place = place_of(&out->id);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = fieldset_encode(tokens, &plain);

	if (rc == RC_OK)
		rc = keyring_seal(core->keyring, core->db, tenant, &place, &plain, &out->tokens);
	secret_release(&plain);
	return rc;
}

enum rc revocation_make(const struct core *core, const struct actor *actor,
	const struct revocation_order *order, struct revocation_row *out)
{
	const struct provider *p = order->provider;

	memset(out, 0, sizeof(*out));
	if (!provider_can_connect(p) || p->oauth.revocation == REVOCATION_NONE)
		return RC_NOT_FOUND;
	if (order->tokens && !fieldset_get(order->tokens, "refresh_token") &&
		!fieldset_get(order->tokens, "access_token"))
		return RC_NOT_FOUND;
	out->tenant = actor->tenant;
	out->id = order->id;
	TEXT_COPY(out->plugin_id, p->plugin_id);
	TEXT_COPY(out->provider, p->name);
	TEXT_COPY(out->name, order->name);
	TEXT_COPY(out->client_source, order->client_source);
	out->client_id = *order->client_id;
	out->requested_by = actor->user;
	TEXT_COPY(out->state, order->tokens ? REVOCATION_QUEUED : REVOCATION_FAILED);
	TEXT_COPY(out->reason, order->tokens ? "" : "unreadable");
	return order->tokens ? seal_tokens(core, &actor->tenant, order->tokens, out) : RC_OK;
}

enum rc revocation_of(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_row *row,
	const struct credential_id *as, struct revocation_row *out)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	struct revocation_order order = {.provider = provider,
		.id = *as,
		.name = row->name,
		.client_source = row->client_source,
		.client_id = &row->client_id,
		.tokens = &secrets};
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (strcmp(row->auth_type, "oauth2") != 0)
		return RC_NOT_FOUND;
	rc = credential_unseal(core, &actor->tenant, row, &secrets, &profile);
	if (rc == RC_CRYPTO)
		order.tokens = NULL;
	if (rc == RC_OK || rc == RC_CRYPTO)
		rc = revocation_make(core, actor, &order, out);
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

enum rc revocation_unseal(
	const struct core *core, const struct revocation_row *row, struct fieldset *out)
{
	struct seal_place place = place_of(&row->id);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = keyring_unseal(core->keyring, core->db, &row->tenant, &place, row->tokens.data,
		row->tokens.len, &plain);

	if (rc == RC_OK && fieldset_decode(plain.bytes, plain.len, out) != RC_OK)
		rc = RC_CRYPTO;
	secret_release(&plain);
	return rc;
}

struct recent_visit {
	void (*visit)(const struct disconnected *d, void *arg);
	void *arg;
};

static enum disconnect_state state_of(const char *word)
{
	if (strcmp(word, REVOCATION_DONE) == 0)
		return DISCONNECT_DONE;
	return strcmp(word, REVOCATION_QUEUED) == 0 ? DISCONNECT_QUEUED : DISCONNECT_FAILED;
}

static void see_row(const struct revocation_row *row, void *arg)
{
	const struct recent_visit *v = arg;
	struct disconnected d = {row->name, row->reason, state_of(row->state), row->created_at_s};

	v->visit(&d, v->arg);
}

enum rc revocation_recent(const struct core *core, const struct actor *actor,
	const struct provider *provider, void (*visit)(const struct disconnected *d, void *arg),
	void *arg)
{
	struct provider_ref ref = provider_ref_of(provider);
	struct recent_visit v = {visit, arg};

	return revocation_list_recent(core->db, &actor->tenant, &ref,
		clock_now_s() - REVOCATION_SHOWN_S, REVOCATION_SHOWN_MAX, see_row, &v);
}
