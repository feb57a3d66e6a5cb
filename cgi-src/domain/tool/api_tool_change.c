/* SPDX-License-Identifier: Apache-2.0
 *
 * Changes of API tools. Each is one transaction with its event of the audit log.
 */
#include <string.h>

#include "domain/audit.h"
#include "domain/tool/api_tool_int.h"
#include "domain/tool/oauth_definition.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/api_draft_store.h"
#include "store/api_operation_store.h"

#define SETTINGS_MAX ((size_t)256 * 1024)

/* One change of one tool. */
struct change {
	const struct core *core;
	const struct actor *actor;
	struct api_tool_row row; /* as it will be; texts are borrowed */
	const struct api_draft_id *draft;
	struct api_tool_wish *wish;
	const struct api_choice *choice;
	const char *server;     /* for the bundles */
	const char *definition; /* of its OAuth 2.0 as it is stored; "" none */
	/* owned: what row borrows from */
	struct buf icon, settings, sealed, oauth2;
	struct fieldset secrets;
};

static void change_release(struct change *c)
{
	buf_release(&c->icon);
	buf_release(&c->settings);
	buf_release(&c->sealed);
	buf_release(&c->oauth2);
	fieldset_release(&c->secrets);
}

static const char *server_of(
	const struct tool_settings *settings, jsonv *head, char out[URL_MAX + 1])
{
	jsonv *servers = NULL;

	(void)jsonr_pointer(head, "/servers", &servers);
	if (tool_server_resolve(settings->server, tool_server_declared(servers, settings->server),
		    settings, out) != RC_OK)
		out[0] = '\0';
	return out;
}

static enum rc run(struct change *c, const char *action, enum rc (*work)(struct db *db, void *arg))
{
	char object[AUDIT_ID_SIZE];
	enum rc rc;

	audit_id("api-tool", &c->row.id.u, object);
	rc = audit_transact(c->core, c->actor, action, object, work, c);
	audit_failure(c->core, c->actor, action, object, rc);
	return rc;
}

/* ---- what a wish becomes ---- */

static enum rc seal(struct change *c)
{
	struct seal_place place = api_tool_place(&c->row.id, c->row.secret_rev);
	struct secret plain = SECRET_EMPTY;
	enum rc rc = fieldset_encode(&c->secrets, &plain);

	if (rc == RC_OK)
		rc = keyring_seal(c->core->keyring, c->core->db, &c->actor->tenant, &place, &plain,
			&c->sealed);
	secret_release(&plain);
	c->row.credentials = c->sealed.data;
	c->row.credentials_len = c->sealed.len;
	return rc;
}

/* c->secrets are there. */
static enum rc fill(struct change *c)
{
	const struct api_tool_wish *wish = c->wish;
	enum rc rc;

	buf_init(&c->icon, 255);
	buf_init(&c->settings, SETTINGS_MAX);
	buf_init(&c->oauth2, SETTINGS_MAX);
	rc = api_icon_render(&wish->icon, &c->icon);
	if (rc == RC_OK)
		rc = tool_settings_render(wish->settings, &c->settings);
	if (rc == RC_OK && wish->settings->has_oauth2)
		rc = oauth_definition_write(&c->row.id, wish->name, &wish->settings->oauth2,
			&c->oauth2, &c->wish->problem);
	if (rc == RC_OK)
		rc = seal(c);
	c->row.name = wish->name;
	c->row.icon = buf_text(&c->icon);
	c->row.description = wish->description;
	c->row.disclaimer = wish->disclaimer;
	c->row.privacy_policy = wish->privacy_policy;
	c->row.labels = wish->labels;
	c->row.settings = buf_text(&c->settings);
	c->row.auth_definition = buf_text(&c->oauth2);
	c->row.changed_by = c->actor->user;
	return rc;
}

/* ---- create ---- */

static enum rc insert_tool(struct db *db, void *arg)
{
	struct change *c = arg;
	const struct tenant_id *tenant = &c->actor->tenant;
	enum rc rc =
		api_tool_row_insert(db, tenant, &c->row, c->draft, API_TOOLS_MAX, clock_now_s());

	c->wish->name_taken = rc == RC_CONFLICT;
	if (rc == RC_OK)
		rc = api_draft_row_delete(db, tenant, &c->actor->user, c->draft);
	return rc == RC_OK ? api_operations_rebuild(db, tenant, &c->row.id, c->server) : rc;
}

static enum rc create(struct change *c, const struct api_draft *draft, struct api_tool_id *out)
{
	char server[URL_MAX + 1], type[41] = "";
	jsonv *head = jsonr_root(draft->head), *format = NULL;
	const char *text;
	size_t len;
	enum rc rc = api_tool_wish_check(c->core, c->wish, head);

	if (rc == RC_OK)
		rc = api_tool_wish_secrets(c->wish, head, NULL, &c->secrets);
	if (rc == RC_OK)
		rc = fill(c);
	if (rc != RC_OK)
		return rc;
	if (jsonr_pointer(head, "/format", &format) && jsonr_text(format, &text, &len))
		TEXT_COPY(type, text);
	c->row.schema_type = type;
	c->server = server_of(c->wish->settings, head, server);
	rc = run(c, "api_tool.create", insert_tool);
	if (rc == RC_OK)
		*out = c->row.id;
	return rc;
}

enum rc api_tool_create(const struct core *core, const struct actor *actor,
	const struct api_draft_id *draft, struct api_tool_wish *wish, struct api_tool_id *out)
{
	struct change c = {.core = core, .actor = actor, .draft = draft, .wish = wish};
	struct api_draft loaded;
	enum rc rc = api_draft_load(core, actor, draft, &loaded);

	c.row.id.u = draft->u;
	c.row.secret_rev = 1;
	if (rc == RC_OK && !loaded.is_new)
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = create(&c, &loaded, out);
	api_draft_release(&loaded);
	change_release(&c);
	return rc;
}

/* ---- update ---- */

static enum rc update_tool(struct db *db, void *arg)
{
	struct change *c = arg;
	const struct tenant_id *tenant = &c->actor->tenant;
	enum rc rc = api_tool_row_update(db, tenant, &c->row, clock_now_s(), &c->wish->name_taken);

	if (rc == RC_OK)
		rc = oauth_definition_settle(
			c->core, c->actor, &c->row.id, c->definition, c->row.auth_definition);
	return rc == RC_OK ? api_operations_rebuild(db, tenant, &c->row.id, c->server) : rc;
}

/* A tool as it lies there, opened. */
struct present {
	struct api_tool_row row;
	struct jsonr *head;
	struct tool_settings settings;
	struct fieldset secrets;
};

static void present_release(struct present *p)
{
	jsonr_free(p->head);
	tool_settings_release(&p->settings);
	fieldset_release(&p->secrets);
	api_tool_row_release(&p->row);
}

static enum rc present_load(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *id, uint64_t expected_version, struct present *out)
{
	enum rc rc;

	*out = (struct present){.settings = TOOL_SETTINGS_EMPTY};
	rc = api_tool_row_load(core->db, tenant, id, false, &out->row);
	if (rc == RC_OK && out->row.version != expected_version)
		rc = RC_CONFLICT;
	if (rc == RC_OK)
		rc = jsonr_parse(out->row.head, strlen(out->row.head), &out->head);
	if (rc == RC_OK)
		rc = tool_settings_parse(
			out->row.settings, strlen(out->row.settings), &out->settings);
	if (rc == RC_INVALID || rc == RC_LIMIT)
		return RC_INTERNAL; /* we wrote them */
	if (rc == RC_OK)
		rc = api_tool_secrets(core, tenant, &out->row, &out->secrets);
	return rc == RC_CRYPTO ? RC_OK : rc; /* what does not open is not kept */
}

/* OAuth 2.0 that goes takes its credentials along. */
static enum rc take_before(
	const struct change *c, const struct present *present, struct api_tool_before *out)
{
	*out = (struct api_tool_before){&present->settings, &present->secrets, false};
	return present->settings.has_oauth2 && c->wish->settings->has_oauth2
		       ? oauth_definition_is_used(
				 c->core, &c->actor->tenant, &present->row.id, &out->authorized)
		       : RC_OK;
}

static enum rc update(struct change *c, const struct present *before)
{
	char server[URL_MAX + 1];
	jsonv *head = jsonr_root(before->head);
	struct api_tool_before had;
	enum rc rc = api_tool_wish_check(c->core, c->wish, head);

	if (rc == RC_OK)
		rc = take_before(c, before, &had);
	if (rc == RC_OK)
		rc = api_tool_wish_secrets(c->wish, head, &had, &c->secrets);
	c->row.secret_rev = before->row.secret_rev + 1;
	c->row.version = before->row.version;
	c->definition = before->row.auth_definition;
	if (rc == RC_OK)
		rc = fill(c);
	c->server = server_of(c->wish->settings, head, server);
	return rc == RC_OK ? run(c, "api_tool.update", update_tool) : rc;
}

enum rc api_tool_update(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, struct api_tool_wish *wish)
{
	struct change c = {.core = core, .actor = actor, .wish = wish, .row.id = *id};
	struct present before;
	enum rc rc = present_load(core, &actor->tenant, id, wish->expected_version, &before);

	if (rc == RC_OK)
		rc = update(&c, &before);
	present_release(&before);
	change_release(&c);
	return rc;
}

/* ---- import again ---- */

static bool is_known(jsonv *head, const char *server)
{
	jsonv *servers = NULL, *url;
	const char *text;
	size_t len;

	if (!jsonr_pointer(head, "/servers", &servers))
		return false;
	for (size_t i = 0; i < jsonr_length(servers); i++)
		if (jsonr_pointer(jsonr_at(servers, i), "/url", &url) &&
			jsonr_text(url, &text, &len) && strcmp(text, server) == 0)
			return true;
	return false;
}

void api_tool_settings_after(const struct tool_settings *before, jsonv *old_head, jsonv *new_head,
	struct tool_settings *out)
{
	const char *text;
	size_t len;
	jsonv *url;

	*out = *before;
	out->doc = NULL;
	if (!is_known(old_head, before->server) || is_known(new_head, before->server))
		return;
	if (jsonr_pointer(new_head, "/servers/0/url", &url) && jsonr_text(url, &text, &len))
		out->server = text;
}

static enum rc replace_tool(struct db *db, void *arg)
{
	struct change *c = arg;
	const struct tenant_id *tenant = &c->actor->tenant;
	enum rc rc = api_tool_row_replace(db, tenant, &c->row, c->draft, clock_now_s());

	if (rc == RC_OK)
		rc = api_draft_row_delete(db, tenant, &c->actor->user, c->draft);
	if (rc == RC_OK)
		rc = api_operation_move(db, tenant, &c->draft->u, &c->row.id.u);
	return rc == RC_OK ? api_operations_rebuild(db, tenant, &c->row.id, c->server) : rc;
}

static enum rc replace(
	struct change *c, const struct api_draft *draft, const struct present *before)
{
	char server[URL_MAX + 1], type[41] = "";
	jsonv *head = jsonr_root(draft->head), *format;
	struct tool_settings after;
	const char *text;
	size_t len;
	enum rc rc;

	api_tool_settings_after(&before->settings, jsonr_root(before->head), head, &after);
	if (jsonr_pointer(head, "/format", &format) && jsonr_text(format, &text, &len))
		TEXT_COPY(type, text);
	buf_init(&c->settings, SETTINGS_MAX);
	rc = tool_settings_render(&after, &c->settings);
	if (rc != RC_OK)
		return rc;
	c->row.schema_type = type;
	c->row.settings = buf_text(&c->settings);
	c->row.version = before->row.version;
	c->row.changed_by = c->actor->user;
	c->server = server_of(&after, head, server);
	return run(c, "api_tool.import", replace_tool);
}

enum rc api_tool_replace(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, const struct api_draft_id *draft, uint64_t expected_version)
{
	struct change c = {.core = core, .actor = actor, .draft = draft, .row.id = *id};
	struct present before = {.settings = TOOL_SETTINGS_EMPTY};
	struct api_draft loaded;
	enum rc rc = api_draft_load(core, actor, draft, &loaded);

	if (rc == RC_OK && (loaded.is_new || !uuid_equal(&loaded.tool.u, &id->u)))
		rc = RC_NOT_FOUND;
	if (rc == RC_OK)
		rc = present_load(core, &actor->tenant, id, expected_version, &before);
	if (rc == RC_OK)
		rc = replace(&c, &loaded, &before);
	api_draft_release(&loaded);
	present_release(&before);
	change_release(&c);
	return rc;
}

/* ---- delete ---- */

static enum rc delete_tool(struct db *db, void *arg)
{
	struct change *c = arg;
	const struct tenant_id *tenant = &c->actor->tenant;
	enum rc rc = api_tool_row_delete(db, tenant, &c->row.id, c->row.version);

	if (rc == RC_OK)
		rc = oauth_definition_settle(c->core, c->actor, &c->row.id, c->definition, "");
	return rc == RC_OK ? api_operation_delete(db, tenant, &c->row.id.u) : rc;
}

enum rc api_tool_delete(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, uint64_t expected_version)
{
	struct change c = {.core = core, .actor = actor, .row.id = *id};
	struct present before;
	enum rc rc = present_load(core, &actor->tenant, id, expected_version, &before);

	c.row.version = expected_version;
	c.definition = before.row.auth_definition;
	if (rc == RC_OK)
		rc = run(&c, "api_tool.delete", delete_tool);
	present_release(&before);
	return rc;
}

/* ---- which operations are offered ---- */

static enum rc choose_of_tool(struct db *db, void *arg)
{
	struct change *c = arg;
	const struct tenant_id *tenant = &c->actor->tenant;
	enum rc rc = api_tool_row_touch(db, tenant, &c->row.id, &c->actor->user, clock_now_s());

	if (rc == RC_OK)
		rc = api_operations_choose(db, tenant, &c->row.id.u, c->choice);
	return rc == RC_OK ? api_operations_rebuild(db, tenant, &c->row.id, c->server) : rc;
}

enum rc api_tool_choose(const struct core *core, const struct actor *actor,
	const struct api_tool_id *id, const struct api_choice *choice)
{
	struct change c = {.core = core, .actor = actor, .row.id = *id, .choice = choice};
	char server[URL_MAX + 1];
	struct api_tool tool;
	enum rc rc = api_tool_load(core, &actor->tenant, id, &tool);

	if (rc == RC_OK) {
		c.server = server_of(&tool.settings, jsonr_root(tool.head), server);
		rc = run(&c, "api_tool.operations", choose_of_tool);
	}
	api_tool_release(&tool);
	return rc;
}
