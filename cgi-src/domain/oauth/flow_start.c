/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/keyring.h"
#include "domain/oauth/flow.h"
#include "domain/oauth/flow_scopes.h"
#include "domain/oauth/flow_seal.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "platform/url.h"

#define KEEP_OLD_S 86400 /* outcomes are kept for a day (R96) */

enum rc flow_sweep(const struct core *core)
{
	return flow_delete_old(core->db, clock_now_s() - KEEP_OLD_S);
}
#define RANDOM_SIZE 32 /* octets of a state and of a verifier */

/* What only lives while the request is built. */
struct start {
	const struct texts *chosen;
	struct oauth_client client;
	struct secret state, verifier;
	struct flow_row row;
};

static void start_release(struct start *s)
{
	oauth_client_release(&s->client);
	secret_release(&s->state);
	secret_release(&s->verifier);
	flow_row_release(&s->row);
}

/* 32 random octets as 43 unreserved characters: a state, and a verifier as RFC 7636 §4.1 wants it. */
static enum rc random_text(struct secret *out)
{
	unsigned char raw[RANDOM_SIZE];
	char text[BASE64URL_SIZE(RANDOM_SIZE)];
	enum rc rc;

	codec_random(raw, sizeof(raw));
	codec_base64url(raw, sizeof(raw), text);
	rc = secret_set(out, text, strlen(text));
	secret_wipe(raw, sizeof(raw));
	secret_wipe(text, sizeof(text));
	return rc;
}

static enum rc check_again(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *again)
{
	enum rc rc = credential_may_renew(core, actor, provider, again);

	return rc == RC_NOT_FOUND ? RC_EXPIRED : rc;
}

static enum rc check_limits(const struct core *core, const struct actor *actor)
{
	int64_t now_s = clock_now_s();
	struct flow_counts n;
	enum rc rc = flow_count(core->db, &actor->tenant, &actor->user, now_s, &n);

	if (rc == RC_OK && n.open >= FLOW_OPEN_MAX)
		return RC_LIMIT;
	if (rc == RC_OK && n.all >= FLOW_KEPT_MAX)
		rc = flow_delete_ended(
			core->db, &actor->tenant, &actor->user, n.all - FLOW_KEPT_MAX + 1);
	return rc;
}

/* ---- the row ---- */

static enum rc expand_issuer(const struct oauth_recipe *recipe, const struct fieldset *client,
	char out[FLOW_ISSUER_SIZE])
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	struct secret issuer = SECRET_EMPTY;
	enum rc rc = RC_OK;

	if (recipe->issuer)
		rc = placeholder_expand(recipe->issuer, &values, PLACEHOLDER_URL, &issuer);
	if (rc == RC_OK && issuer.len >= FLOW_ISSUER_SIZE)
		rc = RC_INVALID;
	if (rc == RC_OK)
		(void)snprintf(out, FLOW_ISSUER_SIZE, "%s", secret_text(&issuer));
	secret_release(&issuer);
	return rc;
}

static enum rc fill_redirect_uri(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct start *s)
{
	struct buf uri;
	enum rc rc;

	client_context(provider, s->client.source, &actor->tenant, s->row.context);
	buf_init(&uri, FLOW_REDIRECT_URI_SIZE - 1);
	rc = client_redirect_uri(core, provider, s->row.context, &uri);
	TEXT_COPY(s->row.redirect_uri, buf_text(&uri));
	buf_release(&uri);
	return rc;
}

static void fill_names(const struct actor *actor, const struct provider *provider,
	const struct flow_wish *wish, struct start *s)
{
	struct flow_row *row = &s->row;

	row->id.u = uuid_random();
	row->tenant = actor->tenant;
	row->user = actor->user;
	memcpy(row->session_hash, actor->session_hash, HASH_SIZE);
	codec_hash(s->state.bytes, s->state.len, row->state_hash);
	TEXT_COPY(row->kind, provider_kind_word(provider->kind));
	TEXT_COPY(row->plugin_id, provider->plugin_id);
	TEXT_COPY(row->provider, provider->name);
	TEXT_COPY(row->client_source, client_source_word(s->client.source));
	TEXT_COPY(row->status, "open");
	row->client_id = s->client.id;
	row->client_revision = s->client.revision;
	if (wish->again)
		row->credential = *wish->again;
	if (wish->request)
		row->request = *wish->request;
	row->created_at_s = clock_now_s();
	row->expires_at_s = row->created_at_s + FLOW_LIFETIME_S;
}

static enum rc make_row(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct flow_wish *wish, struct start *s)
{
	enum rc rc = random_text(&s->state);

	if (rc == RC_OK)
		rc = random_text(&s->verifier);
	if (rc != RC_OK)
		return rc;
	fill_names(actor, provider, wish, s);
	rc = flow_scopes(&provider->oauth, &s->client.fields, wish->optional_scopes, s->row.scopes);
	if (rc == RC_OK)
		rc = expand_issuer(&provider->oauth, &s->client.fields, s->row.issuer);
	if (rc == RC_OK)
		rc = fill_redirect_uri(core, actor, provider, s);
	if (rc == RC_OK)
		rc = flow_seal_verifier(core, &s->row, &s->verifier);
	return rc;
}

/* ---- the authorization request (RFC 6749 §4.1.1) ---- */

static enum rc add_text(struct secret *url, bool *first, const char *name, const char *value)
{
	return url_add_param(url, first, name, value, strlen(value));
}

static enum rc add_extra(const struct oauth_recipe *recipe, const struct fieldset *client,
	struct secret *url, bool *first)
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	struct secret value = SECRET_EMPTY;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < recipe->authorize_params.n && rc == RC_OK; i++) {
		const struct pair *p = &recipe->authorize_params.items[i];

		rc = placeholder_expand(p->value, &values, PLACEHOLDER_FORM, &value);
		if (rc == RC_OK)
			rc = url_add_param(url, first, p->name, value.bytes, value.len);
	}
	secret_release(&value);
	return rc;
}

/* RFC 7636 §4.2: S256, never anything else. */
static enum rc add_challenge(const struct secret *verifier, struct secret *url, bool *first)
{
	unsigned char hash[HASH_SIZE];
	char challenge[BASE64URL_SIZE(HASH_SIZE)];
	enum rc rc;

	codec_sha256(verifier->bytes, verifier->len, hash);
	codec_base64url(hash, sizeof(hash), challenge);
	rc = add_text(url, first, "code_challenge", challenge);
	if (rc == RC_OK)
		rc = add_text(url, first, "code_challenge_method", "S256");
	return rc;
}

/* Https, or an origin that the operator listed (R9). */
static enum rc check_endpoint(const struct core *core, const struct secret *url)
{
	struct url parsed;
	enum rc rc = url_parse(secret_text(url), URL_HTTP_TOO, &parsed);

	if (rc == RC_OK && !parsed.https &&
		!netpol_allows_origin(&core->cfg->egress, false, parsed.host, parsed.port))
		rc = RC_INVALID;
	return rc;
}

static enum rc start_url(const struct core *core, const struct oauth_recipe *recipe,
	const struct fieldset *client, bool *first, struct secret *url)
{
	struct placeholder_values values = {.client = client, .derives = recipe->derives};
	enum rc rc = placeholder_expand(recipe->authorization_url, &values, PLACEHOLDER_URL, url);

	if (rc == RC_OK)
		rc = check_endpoint(core, url);
	*first = rc == RC_OK && !strchr(secret_text(url), '?');
	if (rc == RC_OK && *first)
		rc = secret_append_text(url, "?");
	return rc;
}

static enum rc build_url(const struct core *core, const struct provider *provider,
	const struct start *s, struct secret *url)
{
	const struct oauth_recipe *recipe = &provider->oauth;
	const struct secret *id = fieldset_get(&s->client.fields, "client_id");
	bool first;
	enum rc rc = start_url(core, recipe, &s->client.fields, &first, url);

	if (rc == RC_OK && (!id || !id->len))
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = add_text(url, &first, "response_type", "code");
	if (rc == RC_OK)
		rc = url_add_param(url, &first, "client_id", id->bytes, id->len);
	if (rc == RC_OK)
		rc = add_text(url, &first, "redirect_uri", s->row.redirect_uri);
	if (rc == RC_OK)
		rc = flow_add_scopes(recipe, s->row.scopes, s->chosen, url, &first);
	if (rc == RC_OK)
		rc = url_add_param(url, &first, "state", s->state.bytes, s->state.len);
	if (rc == RC_OK && recipe->pkce)
		rc = add_challenge(&s->verifier, url, &first);
	if (rc == RC_OK)
		rc = add_extra(recipe, &s->client.fields, url, &first);
	return rc;
}

enum rc flow_start(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct flow_wish *wish, struct secret *url_out)
{
	struct start s = {.chosen = wish->optional_scopes};
	enum rc rc;

	secret_release(url_out);
	rc = provider->oauth.authorization_url ? RC_OK : RC_INVALID;
	if (rc == RC_OK && wish->again)
		rc = check_again(core, actor, provider, wish->again);
	if (rc == RC_OK)
		rc = client_effective(core, &actor->tenant, provider, &s.client);
	if (rc == RC_OK)
		rc = check_limits(core, actor);
	if (rc == RC_OK)
		rc = make_row(core, actor, provider, wish, &s);
	if (rc == RC_OK)
		rc = build_url(core, provider, &s, url_out);
	if (rc == RC_OK)
		rc = flow_insert(core->db, &s.row);
	(void)audit_event(core, actor, "flow.start", provider->id, rc_name(rc));
	start_release(&s);
	return rc;
}
