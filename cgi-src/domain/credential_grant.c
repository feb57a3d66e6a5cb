/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/incident.h"
#include "domain/oauth/refresh.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/people_store.h"

/* A field that a runtime is handed may have the name of another token, which a renewal or a revocation needs. */
#define TOKEN_PREFIX "token."

static enum rc hide_token(const struct oauth_recipe *recipe, struct fieldset *out, const char *name)
{
	const struct secret *token = fieldset_get(out, name);
	char kept[FIELDSET_NAME_MAX];
	int n = snprintf(kept, sizeof(kept), TOKEN_PREFIX "%s", name);

	if (!token || !token_is_kept(recipe, name))
		return RC_OK;
	return n < (int)sizeof(kept) ? fieldset_put(out, kept, token->bytes, token->len) : RC_LIMIT;
}

static enum rc put_field(const struct oauth_recipe *recipe, struct fieldset *out, const char *name,
	const struct secret *value)
{
	const struct secret *token = fieldset_get(out, name);
	bool same = token && token->len == value->len &&
		    memcmp(token->bytes, value->bytes, value->len) == 0;
	enum rc rc = same ? RC_OK : hide_token(recipe, out, name);

	return rc == RC_OK ? fieldset_put(out, name, value->bytes, value->len) : rc;
}

static enum rc put_time(struct fieldset *out, const char *name, int64_t at_s)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)at_s);
	return fieldset_put_text(out, name, text);
}

/* What templates may name: the tokens, and what is known of them besides. */
static enum rc all_values(const struct credential_grant *grant, struct fieldset *out)
{
	const struct token_answer *answer = grant->answer;
	const char *scope = answer->has_scope ? answer->scope : grant->requested;
	enum rc rc = fieldset_copy(out, &answer->tokens);

	if (rc == RC_OK && scope)
		rc = fieldset_put_text(out, "scope", scope);
	if (rc == RC_OK && answer->expires)
		rc = put_time(out, "expires_at", answer->expires_at_s);
	if (rc == RC_OK && answer->expires)
		rc = put_time(out, "expires_in", answer->expires_at_s - clock_now_s());
	return rc;
}

enum rc credential_grant_secrets(
	const struct provider *provider, const struct credential_grant *grant, struct fieldset *out)
{
	const struct oauth_recipe *recipe = &provider->oauth;
	struct fieldset tokens = FIELDSET_EMPTY;
	struct placeholder_values values = {
		.client = &grant->client->fields,
		.token = &tokens,
		.derives = &provider->derives,
	};
	struct secret value = SECRET_EMPTY;
	enum rc rc = all_values(grant, &tokens);

	if (rc == RC_OK)
		rc = fieldset_copy(out, &grant->answer->tokens);
	for (size_t i = 0; i < recipe->credential.n && rc == RC_OK; i++) {
		const struct pair *field = &recipe->credential.items[i];

		rc = placeholder_expand(field->value, &values, PLACEHOLDER_RAW, &value);
		if (rc == RC_OK)
			rc = put_field(recipe, out, field->name, &value);
		else if (rc == RC_INVALID)
			rc = RC_OK; /* an optional member that did not come, e.g. a refresh token */
	}
	secret_release(&value);
	fieldset_release(&tokens);
	return rc;
}

enum rc credential_tokens(
	const struct oauth_recipe *recipe, const struct fieldset *secrets, struct fieldset *out)
{
	size_t len = strlen(TOKEN_PREFIX);
	enum rc rc = fieldset_copy(out, secrets);

	for (size_t i = 0; i < recipe->credential.n && rc == RC_OK; i++)
		if (!token_is_kept(recipe, recipe->credential.items[i].name))
			fieldset_remove(out, recipe->credential.items[i].name);
	for (size_t i = 0; i < secrets->n && rc == RC_OK; i++) {
		const struct fieldset_item *item = &secrets->items[i];

		if (strncmp(item->name, TOKEN_PREFIX, len) != 0)
			continue;
		fieldset_remove(out, item->name);
		rc = fieldset_put(out, item->name + len, item->value.bytes, item->value.len);
	}
	return rc;
}

enum rc credential_put_limits(const struct oauth_recipe *recipe, const struct token_answer *answer,
	bool consent, struct fieldset *profile)
{
	enum rc rc = RC_OK;

	if (answer->refresh_until_s)
		rc = put_time(profile, "refresh_until", answer->refresh_until_s);
	if (rc == RC_OK && consent && recipe->refresh_absolute_limit_s)
		rc = put_time(
			profile, "consent_until", clock_now_s() + recipe->refresh_absolute_limit_s);
	return rc;
}

static void grant_into_row(const struct credential_grant *grant, const struct actor *actor,
	const struct provider *provider, struct credential_row *row)
{
	const struct token_answer *a = grant->answer;

	TEXT_COPY(row->client_source, client_source_word(grant->client->source));
	row->client_id = grant->client->id;
	row->client_revision = grant->client->revision;
	row->expires = a->expires;
	row->expires_at_s = a->expires_at_s;
	row->refreshable = token_can_renew(&provider->oauth, &a->tokens);
	row->changed_by = actor->user;
}

static enum rc seal_grant(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_grant *grant,
	struct credential_row *row)
{
	const struct token_answer *a = grant->answer;
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	enum rc rc = credential_grant_secrets(provider, grant, &secrets);

	grant_into_row(grant, actor, provider, row);
	/* RFC 6749 §5.1: a missing scope means: as requested */
	if (rc == RC_OK)
		rc = credential_profile(&a->identity, a->has_scope ? a->scope : grant->requested,
			grant->requested, &profile);
	if (rc == RC_OK)
		rc = credential_put_limits(&provider->oauth, a, true, &profile);
	if (rc == RC_OK)
		rc = credential_seal(core, &actor->tenant, row, &secrets, &profile);
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

struct storing {
	const struct actor *actor;
	const struct provider *provider;
	struct credential_row *row;
	bool replace;
	uint64_t old_version, old_secret_rev;
	const struct credential_grant *grant;
	enum rc (*also)(struct db *db, const struct credential_grant *grant, void *arg);
	void *arg;
};

/* A new consent is always active, whatever a renewal under way still finds out. */
static enum rc schedule(struct db *db, const struct storing *s)
{
	const struct credential_row *row = s->row;
	const struct oauth_recipe *recipe = &s->provider->oauth;
	int64_t now_s = clock_now_s(), due_at_s = 0, end_s;
	bool expires = token_renewal_end(recipe, s->grant->answer, &end_s);

	if (row->refreshable)
		due_at_s = refresh_due_at(recipe, now_s, expires, end_s);
	return refresh_reset(db, &s->actor->tenant, &row->id, due_at_s, now_s);
}

/* The provider took its time, and the role may be another one since the request began. */
static enum rc check_role(struct db *db, const struct storing *s)
{
	struct actor now = *s->actor;
	char role[ROLE_WORD_SIZE];
	enum rc rc = member_role(db, &now.tenant, &now.user, role);
	bool allowed;

	if (rc == RC_NOT_FOUND || (rc == RC_OK && role_parse(role, &now.role) != RC_OK))
		return RC_DENIED;
	if (rc != RC_OK)
		return rc;
	allowed = s->replace ? credential_may_change(&now, s->row)
			     : policy_allows(now.role, ACTION_CONNECT);
	return allowed ? RC_OK : RC_DENIED;
}

static enum rc update(struct db *db, const struct storing *s)
{
	enum rc rc = credential_update(
		db, &s->actor->tenant, s->row, s->old_version, s->old_secret_rev, clock_now_s());

	return rc == RC_NOT_FOUND ? RC_CONFLICT : rc; /* changed since it was loaded, or gone */
}

static enum rc store(struct db *db, void *arg)
{
	const struct storing *s = arg;
	enum rc rc = check_role(db, s);

	if (rc == RC_OK)
		rc = s->replace ? update(db, s)
				: credential_insert_first(db, &s->actor->tenant, s->row);
	if (rc == RC_OK)
		rc = schedule(db, s);
	if (rc == RC_OK && s->replace)
		rc = incident_raise(db, &s->actor->tenant, s->row,
			credential_state_word(CREDENTIAL_ACTIVE), "");
	return rc == RC_OK ? s->also(db, s->grant, s->arg) : rc;
}

/* ---- a new credential ---- */

/* The account may be connected already: that is worth a word, and no more. Only one that the provider names the same
 * for certain counts. */
static void find_twin(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_grant *grant)
{
	struct provider_ref ref = provider_ref_of(provider);
	const char *subject = grant->answer->identity.subject;
	struct credential_rows rows = {0};

	grant->twin[0] = '\0';
	if (!subject[0] || credential_rows_load(core->db, &actor->tenant, &ref, &rows) != RC_OK)
		return;
	for (size_t i = 0; i < rows.n && !grant->twin[0]; i++) {
		struct fieldset profile = FIELDSET_EMPTY;

		if (strcmp(rows.items[i].auth_type, "oauth2") == 0 &&
			credential_unseal(core, &actor->tenant, &rows.items[i], NULL, &profile) ==
				RC_OK &&
			strcmp(fieldset_text(&profile, "subject"), subject) == 0)
			TEXT_COPY(grant->twin, rows.items[i].name);
		fieldset_release(&profile);
	}
	credential_rows_release(&rows);
}

static enum rc store_new(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_grant *grant, struct storing *s)
{
	const struct identity *identity = &grant->answer->identity;
	const char *wish = identity->name[0] ? identity->name : identity->account;
	char object[CREDENTIAL_OBJECT_SIZE];
	struct credential_row row = {0};
	enum rc rc = RC_CONFLICT;

	row.id.u = uuid_random();
	TEXT_COPY(row.plugin_id, provider->plugin_id);
	TEXT_COPY(row.provider, provider->name);
	TEXT_COPY(row.auth_type, "oauth2");
	row.secret_rev = 1;
	row.version = 1;
	row.added_by = actor->user;
	grant->id = row.id;
	credential_object(provider, &row.id, object);
	s->row = &row;
	s->replace = false;
	find_twin(core, actor, provider, grant);
	for (int i = 0; i < CREDENTIAL_NAME_TRIES && rc == RC_CONFLICT; i++) {
		rc = credential_free_name(
			core, &actor->tenant, provider, wish, "AUTH", grant->name);
		if (rc != RC_OK)
			break;
		TEXT_COPY(row.name, grant->name);
		rc = seal_grant(core, actor, provider, grant, &row);
		if (rc == RC_OK)
			rc = audit_transact(core, actor, "credential.connect", object, store, s);
	}
	credential_row_release(&row);
	return rc;
}

/* ---- authorize again ---- */

enum rc credential_may_renew(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id)
{
	struct credential_view view;
	enum rc rc = credential_show(core, actor, provider, id, &view);

	if (rc == RC_OK && !view.is_oauth)
		rc = RC_NOT_FOUND;
	else if (rc == RC_OK && (!view.may_change || view.state == CREDENTIAL_DISABLED))
		rc = RC_DENIED;
	credential_view_release(&view);
	return rc;
}

/* Another account, where the provider tells (A42). Unknown on either side counts as the same. */
static bool is_other_account(const struct identity *new, const struct fieldset *old)
{
	const char *subject = fieldset_text(old, "subject"),
		   *account = fieldset_text(old, "account");

	if (subject[0] && new->subject[0])
		return strcmp(subject, new->subject) != 0;
	return account[0] && new->account[0] && strcmp(account, new->account) != 0;
}

static enum rc look_at_old(const struct core *core, const struct actor *actor,
	const struct credential_row *row, struct credential_grant *grant)
{
	struct fieldset secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	enum rc rc = credential_unseal(core, &actor->tenant, row, &secrets, &profile);

	grant->other_account = false;
	if (rc == RC_OK)
		grant->other_account = is_other_account(&grant->answer->identity, &profile);
	else if (rc == RC_CRYPTO)
		rc = RC_OK; /* to authorize again is the way to heal it */
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

static enum rc replace(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_grant *grant, struct storing *s)
{
	struct credential_row *row = s->row;
	char object[AUDIT_ID_SIZE];
	enum rc rc;

	s->replace = true;
	s->old_version = row->version++;
	s->old_secret_rev = row->secret_rev++;
	grant->id = row->id;
	TEXT_COPY(grant->name, row->name);
	audit_id("credential", &row->id.u, object);
	rc = seal_grant(core, actor, provider, grant, row);
	return rc == RC_OK ? audit_transact(core, actor, "credential.again", object, store, s) : rc;
}

/* An admin switched it off; a new consent is not the way round that. */
static bool is_disabled(const struct credential_row *row)
{
	return strcmp(row->state, credential_state_word(CREDENTIAL_DISABLED)) == 0;
}

/* Leaves grant->other_account when nothing was replaced because another account answered. */
static enum rc store_again(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_grant *grant, struct storing *s)
{
	struct provider_ref ref = provider_ref_of(provider);
	enum rc rc = RC_CONFLICT;

	/* whoever renamed it meanwhile has not made the new token worthless */
	for (int i = 0; i < CREDENTIAL_NAME_TRIES && rc == RC_CONFLICT; i++) {
		struct credential_row row;

		rc = credential_row_load(core->db, &actor->tenant, &ref, grant->again, &row);
		if (rc == RC_OK && strcmp(row.auth_type, "oauth2") != 0)
			rc = RC_NOT_FOUND;
		if (rc == RC_OK && is_disabled(&row))
			rc = RC_DENIED;
		if (rc == RC_OK)
			rc = look_at_old(core, actor, &row, grant);
		s->row = &row;
		if (rc == RC_OK && !grant->other_account)
			rc = replace(core, actor, provider, grant, s);
		credential_row_release(&row);
	}
	return rc;
}

enum rc credential_store_grant(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_grant *grant,
	enum rc (*also)(struct db *db, const struct credential_grant *grant, void *arg), void *arg)
{
	struct storing s = {
		.actor = actor, .provider = provider, .grant = grant, .also = also, .arg = arg};
	char object[AUDIT_ID_SIZE];
	enum rc rc = RC_OK;

	if (grant->again)
		rc = store_again(core, actor, provider, grant, &s);
	if (rc == RC_OK && (!grant->again || grant->other_account))
		rc = store_new(core, actor, provider, grant, &s);
	if (grant->again)
		audit_id("credential", &grant->again->u, object);
	audit_failure(core, actor, grant->again ? "credential.again" : "credential.connect",
		grant->again ? object : provider->id, rc);
	return rc;
}
