/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/api_tool.h"

#include <stdlib.h>
#include <string.h>

#include "domain/tool/api_tool_int.h"
#include "platform/text.h"

struct seal_place api_tool_place(const struct api_tool_id *id, const uint64_t rev)
{
	return (struct seal_place){API_TOOL_TABLE, "credentials_str", &id->u, rev};
}

enum rc api_tool_secrets(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_row *row, struct fieldset *out)
{
	struct seal_place place = api_tool_place(&row->id, row->secret_rev);
	struct secret plain = SECRET_EMPTY;
	enum rc rc;

	*out = FIELDSET_EMPTY;
	if (row->credentials_len == 0)
		return RC_OK;
	rc = keyring_unseal(core->keyring, core->db, tenant, &place, row->credentials,
		row->credentials_len, &plain);
	if (rc == RC_OK && fieldset_decode(plain.bytes, plain.len, out) != RC_OK)
		rc = RC_CRYPTO;
	secret_release(&plain);
	return rc;
}

/* ---- icons ---- */

enum rc api_icon_render(const struct api_icon *icon, struct buf *out)
{
	struct secret text = SECRET_EMPTY; /* what jsonr_append_string writes into */
	enum rc rc = secret_append_text(&text, "{\"content\":");

	if (rc == RC_OK)
		rc = jsonr_append_string(&text, icon->content, strlen(icon->content));
	if (rc == RC_OK)
		rc = secret_append_text(&text, ",\"background\":");
	if (rc == RC_OK)
		rc = jsonr_append_string(&text, icon->background, strlen(icon->background));
	if (rc == RC_OK)
		rc = secret_append_text(&text, "}");
	if (rc == RC_OK)
		buf_puts(out, secret_text(&text));
	secret_release(&text);
	return rc == RC_OK ? buf_done(out) : rc;
}

struct api_icon api_icon_parse(const char *text)
{
	struct api_icon icon = {.content = ""};
	struct jsonr *doc = NULL;
	const char *p;
	size_t len;
	jsonv *v;

	if (jsonr_parse(text, strlen(text), &doc) != RC_OK)
		return icon;
	if (jsonr_pointer(jsonr_root(doc), "/content", &v) && jsonr_text(v, &p, &len))
		TEXT_COPY(icon.content, p);
	if (jsonr_pointer(jsonr_root(doc), "/background", &v) && jsonr_text(v, &p, &len))
		TEXT_COPY(icon.background, p);
	jsonr_free(doc);
	return icon;
}

/* ---- one ---- */

void api_tool_release(struct api_tool *t)
{
	free(t->description);
	free(t->disclaimer);
	jsonr_free(t->head);
	tool_settings_release(&t->settings);
	buf_release(&t->auth_definition);
	fieldset_release(&t->stored);
	memset(t, 0, sizeof(*t));
}

void api_tool_unconfirmed(const struct tool_origins *origins, const struct fieldset *secrets,
	struct tool_origins *out)
{
	out->n = 0;
	for (size_t i = 0; i < origins->n; i++)
		if (!tool_secrets_may_go(secrets, origins->items[i]))
			memcpy(out->items[out->n++], origins->items[i], URL_ORIGIN_SIZE);
}

static void take_texts(const struct api_tool_row *row, struct api_tool *out)
{
	out->id = row->id;
	TEXT_COPY(out->name, row->name);
	out->icon = api_icon_parse(row->icon);
	TEXT_COPY(out->privacy_policy, row->privacy_policy);
	TEXT_COPY(out->labels, row->labels);
	TEXT_COPY(out->source_url, row->source_url);
	TEXT_COPY(out->schema_type, row->schema_type);
	TEXT_COPY(out->added_by, row->added_by_name);
	TEXT_COPY(out->changed_by, row->changed_by_name);
	out->version = row->version;
	out->created_at_s = row->created_at_s;
	out->updated_at_s = row->updated_at_s;
	out->n_operations = row->n_operations;
	out->n_enabled = row->n_enabled;
}

static enum rc take_documents(const struct api_tool_row *row, struct api_tool *out)
{
	enum rc rc;

	out->description = strdup(row->description);
	out->disclaimer = strdup(row->disclaimer);
	buf_init(&out->auth_definition, strlen(row->auth_definition) + 1);
	buf_puts(&out->auth_definition, row->auth_definition);
	rc = out->description && out->disclaimer ? buf_done(&out->auth_definition) : RC_NOMEM;
	if (rc == RC_OK)
		rc = jsonr_parse(row->head, strlen(row->head), &out->head);
	if (rc == RC_OK)
		rc = tool_settings_parse(row->settings, strlen(row->settings), &out->settings);
	return rc == RC_INVALID || rc == RC_LIMIT ? RC_INTERNAL : rc; /* we wrote them */
}

/* Which there are, and where they may go; not what they are. */
static enum rc take_names(const struct fieldset *secrets, struct api_tool *out)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < secrets->n && rc == RC_OK; i++)
		if (strcmp(secrets->items[i].name, TOOL_SECRETS_ORIGINS) != 0)
			rc = fieldset_put(&out->stored, secrets->items[i].name, "", 0);
	return rc;
}

static enum rc tool_of(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_row *row, struct api_tool *out, struct fieldset *secrets)
{
	enum rc rc;

	take_texts(row, out);
	rc = take_documents(row, out);
	if (rc != RC_OK)
		return rc;
	tool_origins(jsonr_root(out->head), &out->settings, &out->origins);
	rc = api_tool_secrets(core, tenant, row, secrets);
	out->unreadable = rc == RC_CRYPTO;
	if (rc == RC_OK)
		rc = take_names(secrets, out);
	if (rc == RC_OK && (out->stored.n > 0 || out->settings.has_oauth2))
		api_tool_unconfirmed(&out->origins, secrets, &out->unconfirmed);
	return rc;
}

static enum rc load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, bool people, struct api_tool *out)
{
	struct fieldset secrets = FIELDSET_EMPTY;
	struct api_tool_row row;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = api_tool_row_load(core->db, tenant, id, people, &row);
	if (rc == RC_OK)
		rc = tool_of(core, tenant, &row, out, &secrets);
	fieldset_release(&secrets);
	api_tool_row_release(&row);
	return rc == RC_CRYPTO ? RC_OK : rc;
}

enum rc api_tool_load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct api_tool *out)
{
	return load(core, tenant, id, true, out);
}

enum rc api_tool_brief(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct api_tool *out)
{
	return load(core, tenant, id, false, out);
}

enum rc api_tool_find(const struct core *core, const struct tenant_id *tenant, const char *text,
	struct api_tool_id *out)
{
	if (uuid_parse(text, &out->u) == RC_OK)
		return RC_OK; /* whether it is there is for the load */
	return api_tool_row_find(core->db, tenant, text, out);
}

enum rc api_tool_document(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, struct buf *out)
{
	return api_tool_row_document(core->db, tenant, id, out);
}

/* ---- all ---- */

struct listing {
	void (*visit)(const struct api_tool_item *item, void *arg);
	void *arg;
};

static void visit_row(const struct api_tool_row *row, void *arg)
{
	const struct listing *l = arg;
	struct tool_settings settings;
	struct api_tool_item item = {
		.id = row->id,
		.name = row->name,
		.description = row->description,
		.labels = row->labels,
		.schema_type = row->schema_type,
		.icon = api_icon_parse(row->icon),
		.n_operations = row->n_operations,
		.n_enabled = row->n_enabled,
		.updated_at_s = row->updated_at_s,
	};

	if (tool_settings_parse(row->settings, strlen(row->settings), &settings) == RC_OK) {
		item.has_oauth2 = settings.has_oauth2;
		item.has_auth = settings.n_auth > 0;
	}
	tool_settings_release(&settings);
	l->visit(&item, l->arg);
}

enum rc api_tool_each(const struct core *core, const struct tenant_id *tenant,
	void (*visit)(const struct api_tool_item *item, void *arg), void *arg)
{
	struct listing l = {visit, arg};

	return api_tool_row_each(core->db, tenant, visit_row, &l);
}

/* ---- for a call ---- */

void api_call_release(struct api_call *call)
{
	api_tool_release(&call->tool);
	api_operation_release(&call->operation);
	fieldset_release(&call->secrets);
}

enum rc api_call_load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, const char *operation, struct api_call *out)
{
	struct api_tool_row row;
	enum rc rc;

	memset(out, 0, sizeof(*out));
	rc = api_tool_row_load(core->db, tenant, id, false, &row);
	if (rc == RC_OK)
		rc = tool_of(core, tenant, &row, &out->tool, &out->secrets);
	api_tool_row_release(&row);
	if (rc == RC_OK)
		rc = api_operation_load(core, tenant, &id->u, operation, &out->operation);
	return rc;
}
