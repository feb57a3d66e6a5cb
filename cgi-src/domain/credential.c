/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/credential_seal.h"
#include "domain/form.h"
#include "domain/incident.h"
#include "domain/message.h"
#include "domain/oauth/refresh.h"
#include "domain/runtime/registry.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/state_store.h"

void credential_view_release(struct credential_view *v)
{
	fieldset_release(&v->shown);
	fieldset_release(&v->secrets);
}

void credential_views_release(struct credential_views *vs)
{
	for (size_t i = 0; i < vs->n; i++)
		credential_view_release(&vs->items[i]);
	free(vs->items);
	*vs = (struct credential_views){0};
}

bool credential_may_change(const struct actor *actor, const struct credential_row *row)
{
	if (policy_allows(actor->role, ACTION_CREDENTIAL_MANAGE))
		return true;
	return policy_allows(actor->role, ACTION_CREDENTIAL_OWN) &&
	       uuid_equal(&row->added_by.u, &actor->user.u);
}

/* ---- views ---- */

/* A row that still says "active" does not know since when it is not. */
static int64_t since(const struct credential_row *row, enum credential_state state)
{
	if (strcmp(row->state, credential_state_word(state)) == 0)
		return row->state_since_s;
	if (state == CREDENTIAL_NEEDS_REAUTH)
		return row->expires_at_s;
	/* it began to fail after what it has was obtained */
	if (state == CREDENTIAL_RENEWAL_DELAYED && row->failures > 0 &&
		row->state_since_s > row->refreshed_at_s)
		return row->state_since_s;
	return 0;
}

static void view_state(const struct credential_row *row, struct credential_view *out)
{
	struct credential_facts facts = {
		.state = row->state,
		.reason = row->state_reason,
		.failing = row->failures > 0,
		.over = row->expires && row->expires_at_s <= clock_now_s(),
		.refreshable = row->refreshable,
		.client_gone = row->client_gone,
	};

	out->state = credential_state_of(&facts);
	TEXT_COPY(out->reason, credential_reason_of(&facts));
	out->since_s = since(row, out->state);
	out->refresh_due_at_s = row->refresh_due_at_s;
}

static void view_row(
	const struct actor *actor, const struct credential_row *row, struct credential_view *out)
{
	memset(out, 0, sizeof(*out));
	out->id = row->id;
	TEXT_COPY(out->name, row->name);
	out->is_oauth = strcmp(row->auth_type, "oauth2") == 0;
	out->is_default = row->is_default;
	out->may_change = credential_may_change(actor, row);
	view_state(row, out);
	TEXT_COPY(out->added_by, row->added_by_name);
	TEXT_COPY(out->changed_by, row->changed_by_name);
	out->expires = row->expires;
	out->rejected = row->rejected;
	out->refreshable = row->refreshable;
	out->custom_client = strcmp(row->client_source, "tenant") == 0;
	out->expires_at_s = row->expires_at_s;
	out->created_at_s = row->created_at_s;
	out->updated_at_s = row->updated_at_s;
	out->version = row->version;
}

static enum rc view_fields(const struct provider *provider, const struct fieldset *secrets,
	struct credential_view *out)
{
	const struct schema *schema = provider_key_schema(provider, secrets);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < schema->n && rc == RC_OK && !out->is_oauth; i++) {
		const struct field *field = &schema->fields[i];
		const struct secret *value = fieldset_get(secrets, field->name);

		if (value && field->kind != FIELD_SECRET)
			rc = fieldset_put(&out->shown, field->name, value->bytes, value->len);
		else if (value && value->len)
			rc = fieldset_put(&out->secrets, field->name, "", 0);
	}
	return rc;
}

/* What was switched off stays so; apart from that nothing else counts. */
static void view_unreadable(const struct credential_row *row, struct credential_view *out)
{
	out->unreadable = true;
	if (out->state == CREDENTIAL_DISABLED)
		return;
	out->state = CREDENTIAL_UNREADABLE;
	TEXT_COPY(out->reason, "unreadable");
	out->since_s = since(row, CREDENTIAL_UNREADABLE);
}

/* The refresh token's own end, or that of the consent, whichever comes first. */
static int64_t renewable_until(const struct fieldset *profile)
{
	int64_t token_s = strtoll(fieldset_text(profile, "refresh_until"), NULL, 10);
	int64_t consent_s = strtoll(fieldset_text(profile, "consent_until"), NULL, 10);

	return consent_s && (!token_s || consent_s < token_s) ? consent_s : token_s;
}

static void view_profile(const struct fieldset *profile, struct credential_view *out)
{
	out->renewable_until_s = renewable_until(profile);
	TEXT_COPY(out->account, fieldset_text(profile, "account"));
	TEXT_COPY(out->model, fieldset_text(profile, "model"));
	TEXT_COPY(out->model_type, fieldset_text(profile, "model_type"));
}

/* secrets: NULL for a list, which shows nothing of them but whether they open. */
static enum rc view_opened(const struct core *core, const struct actor *actor,
	const struct credential_row *row, struct fieldset *secrets, struct credential_view *out)
{
	struct fieldset profile = FIELDSET_EMPTY;
	enum rc rc;

	view_row(actor, row, out);
	rc = credential_unseal(core, &actor->tenant, row, secrets, &profile);
	if (rc == RC_OK)
		view_profile(&profile, out);
	if (rc == RC_CRYPTO) {
		view_unreadable(row, out);
		rc = RC_OK;
	}
	fieldset_release(&profile);
	return rc;
}

/* One event a list, however many rows do not open (security F1). */
static void audit_integrity(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_views *views)
{
	for (size_t i = 0; i < views->n; i++) {
		if (!views->items[i].unreadable)
			continue;
		(void)audit_event(core, actor, "credential.integrity", provider->id, "crypto");
		return;
	}
}

enum rc credential_list(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_views *out)
{
	struct provider_ref ref = provider_ref_of(provider);
	struct credential_rows rows;
	enum rc rc = credential_rows_load(core->db, &actor->tenant, &ref, &rows);

	*out = (struct credential_views){0};
	if (rc == RC_OK && rows.n) {
		out->items = calloc(rows.n, sizeof(*out->items));
		if (!out->items)
			rc = RC_NOMEM;
	}
	for (size_t i = 0; rc == RC_OK && i < rows.n; i++)
		rc = view_opened(core, actor, &rows.items[i], NULL, &out->items[out->n++]);
	credential_rows_release(&rows);
	audit_integrity(core, actor, provider, out);
	return rc;
}

enum rc credential_show(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_view *out)
{
	struct provider_ref ref = provider_ref_of(provider);
	struct fieldset secrets = FIELDSET_EMPTY;
	struct credential_row row;
	enum rc rc = credential_row_load(core->db, &actor->tenant, &ref, id, &row);

	memset(out, 0, sizeof(*out));
	if (rc == RC_OK)
		rc = view_opened(core, actor, &row, &secrets, out);
	if (rc == RC_OK)
		rc = view_fields(provider, &secrets, out);
	credential_row_release(&row);
	fieldset_release(&secrets);
	return rc;
}

static void add_count(const struct credential_count *c, struct credential_tally *tally)
{
	struct credential_facts facts = {
		.state = c->state,
		.failing = c->failing,
		.over = c->over,
		.refreshable = c->refreshable,
		.client_gone = c->client_gone,
	};

	tally->all += c->n;
	tally->of[credential_state_of(&facts)] += c->n;
}

static bool same_provider(const struct credential_count *a, const struct credential_count *b)
{
	return strcmp(a->plugin_id, b->plugin_id) == 0 && strcmp(a->provider, b->provider) == 0;
}

enum rc credential_tallies(const struct core *core, const struct actor *actor,
	void (*visit)(const char *plugin_id, const char *provider, struct credential_tally tally,
		void *arg),
	void *arg)
{
	struct credential_tally tally = {0};
	struct credential_count *counts;
	size_t n;
	enum rc rc = credential_counts(core->db, &actor->tenant, clock_now_s(), &counts, &n);

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		add_count(&counts[i], &tally);
		if (i + 1 < n && same_provider(&counts[i], &counts[i + 1]))
			continue;
		visit(counts[i].plugin_id, counts[i].provider, tally, arg);
		tally = (struct credential_tally){0};
	}
	free(counts);
	return rc;
}

/* ---- forms ---- */

static enum rc refuse(struct credential_change *change, const char *field, const char *reason)
{
	change->bad_field = field;
	change->reason = reason;
	return RC_INVALID;
}

static enum rc check_name(struct credential_change *change)
{
	if (text_is_line(change->name, strlen(change->name), CREDENTIAL_NAME_CHARS))
		return RC_OK;
	return refuse(change, "name", MESSAGE("form.name"));
}

static bool same_addresses(const struct provider *provider, const struct fieldset *stored,
	const struct fieldset *merged)
{
	struct placeholder_values before = {.credential = stored, .derives = &provider->derives};
	struct placeholder_values after = {.credential = merged, .derives = &provider->derives};
	const struct checks *checks = &provider->api_key_checks;

	for (size_t i = 0; i < checks->n; i++)
		if (!placeholder_same_origin(checks->items[i].request.url, &before, &after))
			return false;
	if (provider->mint &&
		!placeholder_same_origin(provider->mint->oauth.token_url, &before, &after))
		return false;
	return placeholder_same_origin(provider->api_key_identity.request.url, &before, &after);
}

/* A stored secret goes where it went before, and nowhere else. */
static enum rc check_address(const struct provider *provider, const struct fieldset *stored,
	const struct fieldset *merged, struct credential_change *change)
{
	const struct field *kept =
		form_kept_secret(provider_key_schema(provider, merged), change->fields, stored);

	if (!kept || same_addresses(provider, stored, merged))
		return RC_OK;
	return refuse(change, kept->name, FORM_ADDRESS_CHANGES);
}

static enum rc merge_fields(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct fieldset *stored,
	struct credential_change *change, struct fieldset *out)
{
	/* what it is of, a model or the whole provider, is decided once */
	const struct schema *schema =
		provider_key_schema(provider, stored ? stored : change->fields);
	struct registry registry = {0};
	const struct form_world world = {&core->cfg->egress, &registry};
	struct form_error error;
	enum rc rc =
		registry_is_needed(schema) ? registry_load(core, &actor->tenant, &registry) : RC_OK;

	if (rc == RC_OK)
		rc = form_merge(schema, change->fields, stored, &world, out, &error);
	registry_release(&registry);
	if (rc == RC_INVALID)
		change->words = error.words;
	if (rc == RC_INVALID)
		return refuse(change, error.field, error.reason);
	return rc == RC_OK ? check_address(provider, stored, out, change) : rc;
}

/* What lists show of a key: whose it is, and which model's. */
static enum rc key_profile(
	const struct credential_change *change, const struct fieldset *fields, struct fieldset *out)
{
	const char *model = fieldset_text(fields, MODEL_NAME_FIELD);
	enum rc rc = credential_profile(&change->probe.identity, "", "", out);

	if (rc == RC_OK && model[0])
		rc = fieldset_put_text(out, "model", model);
	if (rc == RC_OK && model[0])
		rc = fieldset_put_text(out, "model_type", fieldset_text(fields, MODEL_TYPE_FIELD));
	return rc;
}

/* ---- add ---- */

struct insertion {
	const struct tenant_id *tenant;
	const struct credential_row *row;
	int64_t due_at_s;
};

/* What was minted is made anew in time. */
static int64_t due_at(const struct provider *provider, const struct credential_row *row)
{
	return row->refreshable ? refresh_due_at(&provider->mint->oauth, clock_now_s(),
					  row->expires, row->expires_at_s)
				: 0;
}

static enum rc insert_in_transaction(struct db *db, void *arg)
{
	const struct insertion *in = arg;

	enum rc rc = credential_insert_first(db, in->tenant, in->row);

	return rc == RC_OK && in->row->refreshable
		       ? refresh_reset(db, in->tenant, &in->row->id, in->due_at_s, clock_now_s())
		       : rc;
}

/* Settings are no keys, and the key of a model is known by it. */
static enum rc insert_named(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_change *change,
	struct credential_row *row)
{
	const char *model = fieldset_text(change->fields, MODEL_NAME_FIELD);
	const char *prefix = provider->kind == PROVIDER_EXTENSION ? "SETTINGS" : "API KEY";
	struct insertion in = {&actor->tenant, row, due_at(provider, row)};
	char name[CREDENTIAL_NAME_BYTES], object[CREDENTIAL_OBJECT_SIZE];
	enum rc rc = RC_CONFLICT;

	credential_object(provider, &row->id, object);

	if (change->name[0]) {
		TEXT_COPY(row->name, change->name);
		rc = audit_transact(
			core, actor, "credential.add", object, insert_in_transaction, &in);
		change->name_taken = rc == RC_CONFLICT;
		return rc;
	}
	for (int i = 0; i < CREDENTIAL_NAME_TRIES && rc == RC_CONFLICT; i++) {
		rc = credential_free_name(core, &actor->tenant, provider, model, prefix, name);
		if (rc != RC_OK)
			break;
		TEXT_COPY(row->name, name);
		rc = audit_transact(
			core, actor, "credential.add", object, insert_in_transaction, &in);
	}
	return rc;
}

static void new_row(const struct actor *actor, const struct provider *provider,
	const char *auth_type, struct credential_row *row)
{
	memset(row, 0, sizeof(*row));
	row->id.u = uuid_random();
	TEXT_COPY(row->plugin_id, provider->plugin_id);
	TEXT_COPY(row->provider, provider->name);
	TEXT_COPY(row->auth_type, auth_type);
	row->secret_rev = 1;
	row->version = 1;
	row->added_by = actor->user;
	row->changed_by = actor->user;
}

enum rc credential_add_api_key(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_change *change,
	struct credential_id *out)
{
	struct fieldset fields = FIELDSET_EMPTY, secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	struct credential_row row;
	enum rc rc = change->name[0] ? check_name(change) : RC_OK;

	new_row(actor, provider, "api-key", &row);
	if (rc == RC_OK)
		rc = merge_fields(core, actor, provider, NULL, change, &fields);
	if (rc == RC_OK)
		rc = credential_validate(core, provider, &fields, change, &row, &secrets);
	if (rc == RC_OK)
		rc = key_profile(change, &fields, &profile);
	if (rc == RC_OK)
		rc = credential_seal(core, &actor->tenant, &row, &secrets, &profile);
	if (rc == RC_OK)
		rc = insert_named(core, actor, provider, change, &row);
	if (rc == RC_OK)
		*out = row.id;
	audit_failure(core, actor, "credential.add", provider->id, rc);
	credential_row_release(&row);
	fieldset_release(&fields);
	fieldset_release(&secrets);
	fieldset_release(&profile);
	return rc;
}

/* ---- edit ---- */

enum rc credential_load_for_change(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id, struct credential_row *row)
{
	struct provider_ref ref = provider_ref_of(provider);
	enum rc rc = credential_row_load(core->db, &actor->tenant, &ref, id, row);

	if (rc == RC_OK && !credential_may_change(actor, row))
		return RC_DENIED;
	return rc;
}

/* New fields: merged with the stored ones, validated, and both columns sealed anew. */
static enum rc change_fields(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_change *change,
	struct credential_row *row)
{
	struct fieldset stored = FIELDSET_EMPTY, old = FIELDSET_EMPTY, fields = FIELDSET_EMPTY,
			secrets = FIELDSET_EMPTY, profile = FIELDSET_EMPTY;
	enum rc rc = credential_unseal(core, &actor->tenant, row, &stored, &old);

	if (rc == RC_CRYPTO)
		rc = RC_OK; /* nothing can be kept: required fields must be given again */
	if (rc == RC_OK)
		rc = merge_fields(core, actor, provider, &stored, change, &fields);
	if (rc == RC_OK)
		rc = credential_validate(core, provider, &fields, change, row, &secrets);
	if (rc == RC_OK)
		rc = key_profile(change, &fields, &profile);
	row->secret_rev++;
	if (rc == RC_OK)
		rc = credential_seal(core, &actor->tenant, row, &secrets, &profile);
	fieldset_release(&secrets);
	fieldset_release(&stored);
	fieldset_release(&old);
	fieldset_release(&fields);
	fieldset_release(&profile);
	return rc;
}

struct update {
	const struct tenant_id *tenant;
	const struct credential_row *row;
	uint64_t version, secret_rev; /* as loaded */
	bool heals;                   /* what was wrong with the old key is not so with the new */
	bool reschedules;             /* it was, or is now, something that is renewed */
	int64_t due_at_s;
};

static enum rc update_in_transaction(struct db *db, void *arg)
{
	const struct update *u = arg;
	const char *active = credential_state_word(CREDENTIAL_ACTIVE);
	int64_t now_s = clock_now_s();
	enum rc rc = credential_update(db, u->tenant, u->row, u->version, u->secret_rev, now_s);

	if (rc == RC_OK && u->reschedules)
		rc = refresh_reset(db, u->tenant, &u->row->id, u->due_at_s, now_s);
	else if (rc == RC_OK && u->heals)
		rc = state_move(db, u->tenant, u->row, active, "", 0, now_s);
	if (rc == RC_OK && u->heals)
		rc = incident_raise(db, u->tenant, u->row, active, "");
	return rc;
}

static const char *edit_action(const struct credential_change *change)
{
	return change->fields ? "credential.edit" : "credential.rename";
}

static bool is_disabled(const struct credential_row *row)
{
	return strcmp(row->state, credential_state_word(CREDENTIAL_DISABLED)) == 0;
}

/* What an admin switched off stays off. */
static bool is_in_need(const struct credential_row *row)
{
	return strcmp(row->state, credential_state_word(CREDENTIAL_ACTIVE)) != 0 &&
	       !is_disabled(row);
}

static enum rc edit_row(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct credential_change *change,
	struct credential_row *row)
{
	struct update update = {.tenant = &actor->tenant,
		.row = row,
		.version = row->version,
		.secret_rev = row->secret_rev,
		.heals = change->fields && is_in_need(row)};
	bool was_renewed = row->refreshable;
	char object[AUDIT_ID_SIZE];
	enum rc rc = RC_OK;

	if (row->version != change->expected_version)
		return RC_CONFLICT;
	if (change->fields && strcmp(row->auth_type, "api-key") != 0)
		return RC_NOT_FOUND;
	if (change->fields)
		rc = change_fields(core, actor, provider, change, row);
	if (rc != RC_OK)
		return rc;
	update.reschedules =
		change->fields && (was_renewed || row->refreshable) && !is_disabled(row);
	if (update.reschedules)
		update.due_at_s = due_at(provider, row);
	TEXT_COPY(row->name, change->name);
	row->version++;
	row->changed_by = actor->user;
	audit_id("credential", &row->id.u, object);
	rc = audit_transact(
		core, actor, edit_action(change), object, update_in_transaction, &update);
	change->name_taken = rc == RC_CONFLICT;
	return rc == RC_NOT_FOUND ? RC_CONFLICT : rc;
}

enum rc credential_edit(const struct core *core, const struct actor *actor,
	const struct provider *provider, const struct credential_id *id,
	struct credential_change *change)
{
	char object[AUDIT_ID_SIZE];
	struct credential_row row;
	enum rc rc = credential_load_for_change(core, actor, provider, id, &row);

	if (rc == RC_OK)
		rc = check_name(change);
	if (rc == RC_OK)
		rc = edit_row(core, actor, provider, change, &row);
	credential_row_release(&row);
	audit_id("credential", &id->u, object);
	audit_failure(core, actor, edit_action(change), object, rc);
	return rc;
}
