/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/form.h"
#include "domain/keyring.h"
#include "domain/placeholder.h"
#include "domain/upkeep/wake.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/client_store.h"
#include "store/state_store.h"

void oauth_client_release(struct oauth_client *client)
{
	fieldset_release(&client->fields);
	memset(client, 0, sizeof(*client));
}

void client_settings_release(struct client_settings *s)
{
	fieldset_release(&s->stored);
	free(s->kept);
	memset(s, 0, sizeof(*s));
}

const char *client_source_word(enum client_source source)
{
	static const char *const words[] = {"", "tenant", "system"};

	return words[source];
}

static enum client_table table_of(const struct provider *provider, enum client_source source)
{
	bool system = source == CLIENT_SOURCE_SYSTEM;

	if (provider->kind == PROVIDER_DATASOURCE)
		return system ? CLIENT_TABLE_DATASOURCE_SYSTEM : CLIENT_TABLE_DATASOURCE_TENANT;
	return system ? CLIENT_TABLE_TOOL_SYSTEM : CLIENT_TABLE_TOOL_TENANT;
}

/* The key that seals a client is its owner's: the tenant's, or the installation's. */
static struct tenant_id owner_of(const struct tenant_id *tenant, enum client_source source)
{
	return source == CLIENT_SOURCE_SYSTEM ? TENANT_SYSTEM : *tenant;
}

static struct seal_place place_of(enum client_table table, const struct client_row *row)
{
	return (struct seal_place){
		client_table_name(table), client_table_column(table), &row->id, row->revision};
}

/* ---- rows in clear ---- */

static enum rc open_fields(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, enum client_source source, const struct client_row *row,
	struct fieldset *out)
{
	enum client_table table = table_of(provider, source);
	struct seal_place place = place_of(table, row);
	struct tenant_id owner = owner_of(tenant, source);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = keyring_unseal(
		core->keyring, core->db, &owner, &place, row->sealed.data, row->sealed.len, &plain);

	if (rc == RC_OK)
		rc = fieldset_decode(plain.bytes, plain.len, out) == RC_OK ? RC_OK : RC_CRYPTO;
	secret_release(&plain);
	return rc;
}

static enum rc seal_fields(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, enum client_source source, const struct fieldset *fields,
	struct client_row *row)
{
	enum client_table table = table_of(provider, source);
	struct seal_place place = place_of(table, row);
	struct tenant_id owner = owner_of(tenant, source);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = fieldset_encode(fields, &plain);

	if (rc == RC_OK)
		rc = keyring_seal(core->keyring, core->db, &owner, &place, &plain, &row->sealed);
	secret_release(&plain);
	return rc;
}

/* ---- which client ---- */

static enum rc load_from(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, enum client_source source, const struct uuid *id,
	struct oauth_client *out)
{
	struct provider_ref ref = provider_ref_of(provider);
	struct client_row row = {0};
	enum rc rc =
		source == CLIENT_SOURCE_SYSTEM && provider_is_own(provider)
			? RC_NOT_FOUND
			: client_load(core->db, table_of(provider, source), tenant, &ref, &row);

	if (rc == RC_OK && (id ? !uuid_equal(id, &row.id) : !row.enabled))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = open_fields(core, tenant, provider, source, &row, &out->fields);
	if (rc == RC_OK)
		rc = form_defaults(&provider->client_schema, &out->fields);
	if (rc == RC_OK) {
		out->source = source;
		out->id = row.id;
		out->revision = row.revision;
	}
	client_row_release(&row);
	return rc;
}

enum rc client_effective(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, struct oauth_client *out)
{
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = load_from(core, tenant, provider, CLIENT_SOURCE_TENANT, NULL, out);
	if (rc == RC_NOT_FOUND)
		rc = load_from(core, tenant, provider, CLIENT_SOURCE_SYSTEM, NULL, out);
	return rc;
}

enum rc client_issued(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, const char *source_word, const struct uuid *id,
	struct oauth_client *out)
{
	bool system = strcmp(source_word, client_source_word(CLIENT_SOURCE_SYSTEM)) == 0;

	memset(out, 0, sizeof(*out));
	return load_from(core, tenant, provider,
		system ? CLIENT_SOURCE_SYSTEM : CLIENT_SOURCE_TENANT, id, out);
}

/* ---- settings page ---- */

static enum rc show_fields(
	const struct provider *provider, const struct fieldset *fields, struct client_settings *out)
{
	const struct schema *schema = &provider->client_schema;

	out->kept = calloc(schema->n ? schema->n : 1, sizeof(*out->kept));
	if (!out->kept)
		return RC_NOMEM;
	for (size_t i = 0; i < schema->n; i++) {
		const struct field *field = &schema->fields[i];
		const struct secret *value = fieldset_get(fields, field->name);
		enum rc rc = RC_OK;

		if (!value || !value->len)
			continue;
		if (field->kind == FIELD_SECRET)
			out->kept[out->n_kept++] = field->name;
		else
			rc = fieldset_put(&out->stored, field->name, value->bytes, value->len);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static enum rc show_custom(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, const struct client_row *row, struct client_settings *out)
{
	struct fieldset fields = FIELDSET_EMPTY;
	enum rc rc;

	out->has_custom = true;
	out->custom_enabled = row->enabled;
	out->revision = row->revision;
	out->updated_at_s = row->updated_at_s;
	TEXT_COPY(out->changed_by, row->changed_by_name);
	rc = open_fields(core, tenant, provider, CLIENT_SOURCE_TENANT, row, &fields);
	if (rc == RC_OK)
		rc = show_fields(provider, &fields, out);
	if (rc == RC_CRYPTO) {
		out->custom_unreadable = true;
		rc = RC_OK;
	}
	fieldset_release(&fields);
	return rc;
}

enum rc client_settings_load(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, struct client_settings *out)
{
	struct provider_ref ref = provider_ref_of(provider);
	struct client_row row;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = client_load_both(core->db, table_of(provider, CLIENT_SOURCE_TENANT), tenant, &ref,
		&row, &out->has_system);
	out->has_system = out->has_system && !provider_is_own(provider);
	if (rc == RC_OK)
		rc = show_custom(core, tenant, provider, &row, out);
	else if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	client_row_release(&row);
	return rc;
}

/* ---- changes ---- */

/* A new custom client replaces one that does not open. To switch to the default keeps what is stored, so what
 * does not open must not be sealed again as if it were empty: its key may come back. */
static enum rc stored_fields(const struct core *core, const struct tenant_id *tenant,
	const struct provider *provider, enum client_source source, const struct client_row *row,
	bool replaced, struct fieldset *out)
{
	enum rc rc = open_fields(core, tenant, provider, source, row, out);

	return rc == RC_CRYPTO && replaced ? RC_OK : rc;
}

/* Do requests go where they went before? As the fields are used: an empty one has its default. */
static enum rc same_addresses(const struct provider *provider, const struct fieldset *stored,
	const struct fieldset *merged, bool *out)
{
	struct fieldset old = FIELDSET_EMPTY, new = FIELDSET_EMPTY;
	struct placeholder_values before = {.client = &old, .derives = &provider->derives};
	struct placeholder_values after = {.client = &new, .derives = &provider->derives};
	enum rc rc = fieldset_copy(&old, stored);
	const char *url;

	if (rc == RC_OK)
		rc = fieldset_copy(&new, merged);
	if (rc == RC_OK)
		rc = form_defaults(&provider->client_schema, &old);
	if (rc == RC_OK)
		rc = form_defaults(&provider->client_schema, &new);
	*out = true;
	for (size_t i = 0; rc == RC_OK && *out && (url = oauth_url_at(&provider->oauth, i)); i++)
		*out = placeholder_same_origin(url, &before, &after);
	fieldset_release(&old);
	fieldset_release(&new);
	return rc;
}

/* A stored secret goes where it went before, and nowhere else. */
static enum rc check_addresses(const struct provider *provider, const struct fieldset *stored,
	const struct fieldset *merged, struct client_change *change, struct form_error *error)
{
	const struct field *kept =
		form_kept_secret(&provider->client_schema, change->fields, stored);
	bool same;
	enum rc rc = same_addresses(provider, stored, merged, &same);

	if (rc != RC_OK)
		return rc;
	change->elsewhere = !same;
	if (!kept || same)
		return RC_OK;
	*error = (struct form_error){kept->name, FORM_ADDRESS_CHANGES, NULL};
	return RC_INVALID;
}

static enum rc merge_change(const struct core *core, const struct provider *provider,
	const struct fieldset *stored, struct client_change *change, struct fieldset *out)
{
	const struct form_world world = {.policy = &core->cfg->egress};
	struct form_error error;
	enum rc rc;

	change->elsewhere = false;
	if (!change->custom)
		return fieldset_copy(out, stored);
	rc = form_merge(&provider->client_schema, change->fields, stored, &world, out, &error);
	if (rc == RC_OK)
		rc = check_addresses(provider, stored, out, change, &error);
	change->bad_field = error.field;
	change->reason = error.reason;
	change->words = error.words;
	return rc;
}

/* One change of one row. */
struct writing {
	const struct tenant_id *tenant;
	enum client_table table;
	struct provider_ref ref;
	const struct client_row *row;
	const struct client_row
		*before; /* only what it replaces: its id and revision; NULL: nothing */
	bool system;
	uint64_t healing; /* out: credentials that failed because of it, and are tried again now */
};

static enum rc write_row(struct db *db, void *arg)
{
	struct writing *w = arg;
	int64_t now_s = clock_now_s();
	enum rc rc;

	w->healing = 0;
	if (w->before && w->before->revision) {
		rc = client_delete(db, w->table, w->tenant, &w->before->id, w->before->revision);
		if (rc != RC_OK)
			return rc;
	}
	if (w->before) /* nothing was obtained through it */
		return client_insert(db, w->table, w->tenant, &w->ref, w->row, now_s);
	rc = client_update(db, w->table, w->tenant, w->row, now_s);
	return rc == RC_OK ? state_client_saved(db, w->system ? NULL : w->tenant, &w->row->id,
				     now_s, &w->healing)
			   : rc;
}

static enum rc delete_row(struct db *db, void *arg)
{
	const struct writing *w = arg;

	return client_delete(db, w->table, w->tenant, &w->row->id, w->row->revision);
}

/* row: as loaded, or empty with revision 0 when there is none. */
static enum rc change_row(const struct core *core, const struct actor *actor,
	const struct provider *provider, enum client_source source, struct client_row *row,
	struct client_change *change, const char *action)
{
	const struct tenant_id *tenant = &actor->tenant;
	const struct client_row before = {.id = row->id, .revision = row->revision};
	struct writing writing = {tenant, table_of(provider, source), provider_ref_of(provider),
		row, NULL, source == CLIENT_SOURCE_SYSTEM, 0};
	struct fieldset stored = FIELDSET_EMPTY, merged = FIELDSET_EMPTY;
	enum rc rc = RC_OK;

	if (row->revision != change->expected_revision)
		return RC_CONFLICT;
	if (row->revision)
		rc = stored_fields(core, tenant, provider, source, row, change->custom, &stored);
	if (rc == RC_OK)
		rc = merge_change(core, provider, &stored, change, &merged);
	if (row->revision == 0 || change->elsewhere) {
		row->id = uuid_random();
		writing.before = &before;
	}
	buf_release(&row->sealed);
	row->revision++;
	row->enabled = change->custom;
	if (rc == RC_OK)
		rc = seal_fields(core, tenant, provider, source, &merged, row);
	if (rc == RC_OK)
		rc = audit_transact(core, actor, action, provider->id, write_row, &writing);
	if (rc == RC_OK && writing.healing)
		upkeep_wake(core->cfg);
	fieldset_release(&stored);
	fieldset_release(&merged);
	return rc;
}

enum rc client_save(const struct core *core, const struct actor *actor,
	const struct provider *provider, struct client_change *change)
{
	const char *action = change->custom ? "client.set" : "client.default";
	struct provider_ref ref = provider_ref_of(provider);
	struct client_row row;
	enum rc rc = client_load(
		core->db, table_of(provider, CLIENT_SOURCE_TENANT), &actor->tenant, &ref, &row);

	if (rc == RC_NOT_FOUND && !change->custom) {
		/* nothing stored, nothing to switch off */
		client_row_release(&row);
		return change->expected_revision ? RC_CONFLICT : RC_OK;
	}
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	row.changed_by = actor->user;
	if (rc == RC_OK)
		rc = change_row(core, actor, provider, CLIENT_SOURCE_TENANT, &row, change, action);
	client_row_release(&row);
	audit_failure(core, actor, action, provider->id, rc);
	return rc;
}

enum rc client_remove(const struct core *core, const struct actor *actor,
	const struct provider *provider, uint64_t expected_revision)
{
	enum client_table table = table_of(provider, CLIENT_SOURCE_TENANT);
	struct client_row row;
	struct writing writing = {
		&actor->tenant, table, provider_ref_of(provider), &row, NULL, false, 0};
	enum rc rc = client_load(core->db, table, &actor->tenant, &writing.ref, &row);

	if (rc == RC_OK && row.revision != expected_revision)
		rc = RC_CONFLICT;
	if (rc == RC_OK)
		rc = audit_transact(
			core, actor, "client.remove", provider->id, delete_row, &writing);
	client_row_release(&row);
	audit_failure(core, actor, "client.remove", provider->id, rc);
	return rc;
}

struct status_visit {
	void (*visit)(const char *plugin_id, const char *provider, void *arg);
	void *arg;
};

static void visit_status(const struct provider_ref *ref, bool enabled, bool custom, void *arg)
{
	const struct status_visit *v = arg;

	(void)custom;
	if (enabled)
		v->visit(ref->plugin_id, ref->provider, v->arg);
}

enum rc client_list_status(const struct core *core, const struct tenant_id *tenant,
	bool datasources, void (*visit)(const char *plugin_id, const char *provider, void *arg),
	void *arg)
{
	struct status_visit v = {visit, arg};

	return client_list_both(core->db,
		datasources ? CLIENT_TABLE_DATASOURCE_TENANT : CLIENT_TABLE_TOOL_TENANT, tenant,
		visit_status, &v);
}

enum rc client_system_set(
	const struct core *core, const struct provider *provider, struct client_change *change)
{
	const struct actor actor = audit_operator(NULL);
	struct provider_ref ref = provider_ref_of(provider);
	struct client_row row;
	enum rc rc;

	if (provider_is_own(provider))
		return RC_NOT_FOUND;
	rc = client_load(
		core->db, table_of(provider, CLIENT_SOURCE_SYSTEM), &actor.tenant, &ref, &row);
	if (rc == RC_NOT_FOUND)
		rc = RC_OK;
	change->custom = true;
	change->expected_revision = row.revision;
	if (rc == RC_OK)
		rc = change_row(core, &actor, provider, CLIENT_SOURCE_SYSTEM, &row, change,
			"client.system_set");
	client_row_release(&row);
	audit_failure(core, &actor, "client.system_set", provider->id, rc);
	return rc;
}

enum rc client_system_remove(const struct core *core, const struct provider *provider)
{
	const struct actor actor = audit_operator(NULL);
	enum client_table table = table_of(provider, CLIENT_SOURCE_SYSTEM);
	struct client_row row;
	struct writing writing = {
		&actor.tenant, table, provider_ref_of(provider), &row, NULL, false, 0};
	enum rc rc = client_load(core->db, table, &actor.tenant, &writing.ref, &row);

	if (rc == RC_OK)
		rc = audit_transact(
			core, &actor, "client.system_remove", provider->id, delete_row, &writing);
	client_row_release(&row);
	audit_failure(core, &actor, "client.system_remove", provider->id, rc);
	return rc;
}

/* ---- redirect URI ---- */

void client_context(const struct provider *provider, enum client_source source,
	const struct tenant_id *tenant, char out[CLIENT_CONTEXT_SIZE])
{
	unsigned char hash[HASH_SIZE];
	struct secret text = SECRET_EMPTY;

	out[0] = '\0';
	if (!provider->oauth.host_from_client || source != CLIENT_SOURCE_TENANT)
		return;
	if (secret_append_text(&text, provider->id) == RC_OK &&
		secret_append(&text, tenant->u.b, sizeof(tenant->u.b)) == RC_OK) {
		codec_hash(text.bytes, text.len, hash);
		codec_hex(hash, 16, out);
	}
	secret_release(&text);
}

enum rc client_redirect_uri(const struct core *core, const struct provider *provider,
	const char *context, struct buf *out)
{
	buf_printf(out, "%s%s/console/api/oauth/plugin/%s/%s/callback", core->cfg->public_origin,
		core->cfg->public_prefix, provider->id, provider_kind_word(provider->kind));
	if (context[0])
		buf_printf(out, "/%s", context);
	return buf_done(out);
}
