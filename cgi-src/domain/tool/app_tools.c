/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/app_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/runtime/reference.h"
#include "domain/runtime/state.h"
#include "domain/tool/app_tools_parse.h"
#include "platform/clock.h"
#include "platform/text.h"

#define TYPE_API "api"

static const char *const words[APP_TOOL_STATE__MAX] = {
	[APP_TOOL_OK] = "ok",
	[APP_TOOL_UNCHECKED] = "unchecked",
	[APP_TOOL_PROVIDER_MISSING] = "provider_missing",
	[APP_TOOL_OPERATION_MISSING] = "operation_missing",
	[APP_TOOL_CREDENTIAL_MISSING] = "credential_missing",
	[APP_TOOL_NEEDS_REAUTH] = "needs_reauthorization",
	[APP_TOOL_NOT_PERMITTED] = "not_permitted",
};

const char *app_tool_state_word(enum app_tool_state state)
{
	return words[state];
}

bool app_tool_is_deleted(enum app_tool_state state)
{
	return state == APP_TOOL_PROVIDER_MISSING || state == APP_TOOL_OPERATION_MISSING;
}

/* ---- what works ---- */

static bool is_kept_here(const char *type)
{
	return strcmp(type, "workflow") != 0 && strcmp(type, "mcp") != 0;
}

static struct app_tool_report credential_state(const struct runtime_key_row *key,
	const struct app_tool_found *found, bool needs_one, int64_t now_s)
{
	const struct app_tool_row *row = &found->row;
	const struct provider_ref ref = {row->plugin, row->provider};
	bool by_default = uuid_is_zero(&row->credential) && !row->credential_name[0];
	struct runtime_state state;

	if (!needs_one && by_default)
		return (struct app_tool_report){found, APP_TOOL_OK, ""};
	if (key && !access_reaches(key, &ref))
		return (struct app_tool_report){found, APP_TOOL_NOT_PERMITTED, "key"};
	if (!found->has_credential)
		return (struct app_tool_report){
			found, APP_TOOL_CREDENTIAL_MISSING, by_default ? "no_default" : ""};
	state = runtime_state(&found->credential, now_s);
	if (strcmp(state.word, "active") == 0 || strcmp(state.word, "delayed") == 0)
		return (struct app_tool_report){found, APP_TOOL_OK, ""};
	if (strcmp(state.word, "disabled") == 0)
		return (struct app_tool_report){found, APP_TOOL_NOT_PERMITTED, "disabled"};
	return (struct app_tool_report){found, APP_TOOL_NEEDS_REAUTH, state.word};
}

struct app_tool_report app_tools_judge(const struct core *core, const struct runtime_key_row *key,
	const struct app_tool_found *found, int64_t now_s)
{
	const struct app_tool_row *row = &found->row;
	const struct provider_ref ref = {row->plugin, row->provider};
	const struct provider *p;

	if (!is_kept_here(row->provider_type))
		return (struct app_tool_report){found, APP_TOOL_UNCHECKED, ""};
	if (strcmp(row->provider_type, TYPE_API) == 0) {
		if (!found->has_api_tool)
			return (struct app_tool_report){found, APP_TOOL_PROVIDER_MISSING, ""};
		if (!found->has_operation || !found->operation_enabled)
			return (struct app_tool_report){found, APP_TOOL_OPERATION_MISSING,
				found->has_operation ? "switched_off" : ""};
		if (found->lacks_secrets)
			return (struct app_tool_report){
				found, APP_TOOL_CREDENTIAL_MISSING, "no_secret"};
		return credential_state(key, found, found->needs_oauth, now_s);
	}
	p = row->plugin ? catalogue_find_ref(core->catalogue, &ref) : NULL;
	if (!p)
		return (struct app_tool_report){found, APP_TOOL_PROVIDER_MISSING, ""};
	return credential_state(key, found, p->has_api_key || p->has_oauth, now_s);
}

/* ---- what was said, as rows ---- */

/* A row and the texts that it borrows. */
struct resolved {
	struct app_tool_row row;
	char plugin[PLUGIN_ID_SIZE], provider[PROVIDER_NAME_SIZE], id[UUID_TEXT_SIZE];
};

/* Older references name a tool provider by its bare name: that of a plugin of the same name, if there is just one. */
static const struct provider *find_bare(const struct catalogue *catalogue, const char *name)
{
	const struct provider *found = NULL;

	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		const struct provider *p = catalogue_at(catalogue, i);

		if (p->kind != PROVIDER_TOOL || strcmp(p->name, name) != 0 ||
			strcmp(p->plugin, name) != 0)
			continue;
		if (found)
			return NULL;
		found = p;
	}
	return found;
}

static void resolve_plugin(
	const struct core *core, const struct app_tool_said *said, struct resolved *out)
{
	struct reference ref;
	const struct provider *p;

	if (reference_parse(said->provider_id, &ref) == RC_OK && !ref.name[0]) {
		TEXT_COPY(out->plugin, ref.plugin_id);
		TEXT_COPY(out->provider, ref.provider);
	} else {
		p = find_bare(core->catalogue, said->provider_id);
		if (!p)
			return;
		TEXT_COPY(out->plugin, p->plugin_id);
		TEXT_COPY(out->provider, p->name);
	}
	out->row.plugin = out->plugin;
	out->row.provider = out->provider;
}

/* Ids that came through other programs may have grown capitals. */
static enum rc id_of(const char *text, struct uuid *out)
{
	char lower[UUID_TEXT_SIZE];
	size_t n = 0;

	while (text[n] && n < sizeof(lower) - 1) {
		lower[n] = text[n];
		if (text[n] >= 'A' && text[n] <= 'F')
			lower[n] = (char)(text[n] - 'A' + 'a');
		n++;
	}
	lower[n] = '\0';
	return text[n] ? RC_INVALID : uuid_parse(lower, out);
}

/* By its id; or, carried over from elsewhere, by what it was made of and its name. */
static enum rc resolve_api(const struct core *core, const struct tenant_id *tenant,
	const struct app_tool_said *said, struct resolved *out)
{
	unsigned char sha256[HASH_SIZE];
	struct provider_ref ref;
	bool hashed = codec_unhex(said->sha256, sha256, sizeof(sha256)) == RC_OK;
	enum rc rc = RC_NOT_FOUND;

	if (said->provider_name[0])
		rc = app_tools_api_tool(core->db, tenant, said->provider_name,
			hashed ? sha256 : NULL, &out->row.api_tool);
	else
		rc = id_of(said->provider_id, &out->row.api_tool);
	if (rc == RC_NOT_FOUND || rc == RC_INVALID) { /* it stays as it was said, and is missing */
		out->row.api_tool = (struct uuid){{0}};
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	uuid_text(&out->row.api_tool, out->id);
	out->row.provider_id = out->id;
	ref = definition_ref_of(&(struct api_tool_id){out->row.api_tool}, out->plugin);
	out->row.plugin = ref.plugin_id;
	out->row.provider = ref.provider;
	return RC_OK;
}

static enum rc resolve(const struct core *core, const struct tenant_id *tenant,
	const struct app_tool_said *said, struct resolved *out)
{
	*out = (struct resolved){.row = {
					 .place = said->place,
					 .provider_type = said->provider_type,
					 .provider_id = said->provider_id[0] ? said->provider_id
									     : said->provider_name,
					 .tool_name = said->tool_name,
					 .enabled = said->enabled,
					 .credential_name = said->credential,
				 }};
	/* an id that is none is the name of nothing */
	if (said->credential_id[0] && id_of(said->credential_id, &out->row.credential) != RC_OK)
		out->row.credential_name = said->credential_id;
	if (strcmp(said->provider_type, TYPE_API) == 0)
		return resolve_api(core, tenant, said, out);
	if (is_kept_here(said->provider_type))
		resolve_plugin(core, said, out);
	return RC_OK;
}

/* ---- keeping ---- */

struct replacement {
	const struct tenant_id *tenant;
	struct app_row app;
	const struct app_tool_row *rows;
	size_t n;
};

static enum rc replace(struct db *db, void *arg)
{
	const struct replacement *r = arg;
	int64_t apps;
	enum rc rc = app_tools_count(db, r->tenant, r->app.app, &apps);

	if (rc == RC_OK && apps >= APP_TOOLS_APPS_MAX)
		rc = RC_LIMIT;
	return rc == RC_OK ? app_tools_replace(db, r->tenant, &r->app, r->rows, r->n, clock_now_s())
			   : rc;
}

static enum rc keep(const struct core *core, const struct runtime_caller *caller,
	const struct runtime_key_row *key, const char *app, const struct app_tools_said *said)
{
	struct resolved *resolved = calloc(said->n + 1, sizeof(*resolved));
	struct app_tool_row *rows = calloc(said->n + 1, sizeof(*rows));
	struct replacement r = {&key->tenant, {app, said->name}, rows, said->n};
	struct actor runtime = access_actor(caller, key);
	enum rc rc = resolved && rows ? RC_OK : RC_NOMEM;
	char object[AUDIT_ID_SIZE];

	audit_id("key", &key->id, object);
	for (size_t i = 0; i < said->n && rc == RC_OK; i++) {
		rc = resolve(core, &key->tenant, &said->items[i], &resolved[i]);
		if (rc == RC_OK)
			rows[i] = resolved[i].row;
	}
	if (rc == RC_OK)
		rc = audit_transact(core, &runtime, "app_tools.replace", object, replace, &r);
	free(rows);
	free(resolved);
	return rc;
}

static enum rc key_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	(void)arg;
	return runtime_key_find(db, hash, key);
}

static bool is_app(const char *app)
{
	return text_is_line(app, strlen(app), APP_TOOLS_TEXT_CHARS);
}

enum rc app_tools_open(const struct core *core, const struct runtime_caller *caller,
	struct runtime_key_row *key, struct refusal *why)
{
	return access_open(core, caller, ACCESS_REGISTER, key_load, NULL, key, why);
}

enum rc app_tools_register(const struct core *core, const struct runtime_caller *caller,
	const struct runtime_key_row *key, const char *app, const char *p, size_t len)
{
	struct app_tools_said said = {0};
	enum rc rc = is_app(app) ? app_tools_parse(p, len, &said) : RC_INVALID;

	if (rc == RC_OK)
		rc = keep(core, caller, key, app, &said);
	app_tools_said_release(&said);
	return rc == RC_LIMIT ? RC_INVALID : rc;
}

struct visits {
	const struct core *core;
	const struct runtime_key_row *key;
	int64_t now_s;
	void (*visit)(const struct app_tool_report *report, void *arg);
	void *arg;
};

static void judge(const struct app_tool_found *found, void *arg)
{
	const struct visits *v = arg;
	struct app_tool_report report = app_tools_judge(v->core, v->key, found, v->now_s);

	v->visit(&report, v->arg);
}

enum rc app_tools_each(const struct core *core, const struct runtime_caller *caller,
	const char *app, void (*visit)(const struct app_tool_report *report, void *arg), void *arg,
	struct refusal *why)
{
	struct runtime_key_row key;
	struct visits v = {core, &key, clock_now_s(), visit, arg};
	enum rc rc = access_open(core, caller, ACCESS_LIST, key_load, NULL, &key, why);

	return rc == RC_OK ? app_tools_load(core->db, &key.tenant, app, judge, &v) : rc;
}

enum rc app_tools_of_api_tool(const struct core *core, const struct tenant_id *tenant,
	const struct uuid *id, void (*visit)(const struct app_use *use, void *arg), void *arg)
{
	return app_tools_using(core->db, tenant, id, visit, arg);
}

enum rc app_tools_of_credential(const struct core *core, const struct tenant_id *tenant,
	const struct credential_id *id, void (*visit)(const struct app_use *use, void *arg),
	void *arg)
{
	return app_tools_using_credential(core->db, tenant, id, visit, arg);
}
