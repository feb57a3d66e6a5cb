/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/oauth_definition.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/definition.h"
#include "domain/message.h"
#include "platform/jsonr.h"
#include "platform/text.h"
#include "store/credential_store.h"
#include "store/definition_store.h"

/* ---- what a person may put into one, beyond what settings.h checks and what the reader refuses ---- */

static enum rc wrong(struct tool_problem *problem, const char *field, const char *reason)
{
	(void)snprintf(problem->field, sizeof(problem->field), "oauth2.%s", field);
	problem->reason = reason;
	return RC_INVALID;
}

static bool has_placeholder(const char *text)
{
	return strstr(text, "{{") != NULL;
}

static enum rc check(const struct tool_oauth2 *o, struct tool_problem *problem)
{
	const struct {
		const char *field, *text;
	} urls[] = {{"authorization_url", o->authorization_url}, {"token_url", o->token_url},
		{"refresh_url", o->refresh_url}};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		if (has_placeholder(urls[i].text))
			return wrong(problem, urls[i].field, MESSAGE("oauth2.placeholder"));
	for (size_t i = 0; i < o->n_params; i++)
		if (has_placeholder(o->params[i].value))
			return wrong(problem, "params", MESSAGE("oauth2.placeholder"));
	/* a token for the client itself takes something that only the client knows */
	if (o->grant == TOOL_GRANT_CLIENT && o->client_auth == TOOL_CLIENT_NONE)
		return wrong(problem, "client_auth", MESSAGE("oauth2.client_auth_none"));
	return RC_OK;
}

/* ---- the text: JSON, which YAML reads. What comes from people is quoted, so that it cannot become a key ---- */

struct writer {
	struct secret text; /* not secret, but what quotes writes into these */
	enum rc rc;
};

static void put(struct writer *w, const char *text)
{
	if (w->rc == RC_OK)
		w->rc = secret_append_text(&w->text, text);
}

static void put_string(struct writer *w, const char *text)
{
	if (w->rc == RC_OK)
		w->rc = jsonr_append_string(&w->text, text, strlen(text));
}

static void put_member(struct writer *w, const char *before, const char *text)
{
	put(w, before);
	put_string(w, text);
}

static void put_head(struct writer *w, const struct api_tool_id *tool, const char *label)
{
	char id[UUID_TEXT_SIZE];

	uuid_text(&tool->u, id);
	put(w, "{\"identity\":{\"author\":\"" PROVIDER_TOOLS_ORG
	       "\",\"name\":\"" DEFINITION_TOOL_NAME "\"");
	put_member(w, ",\"label\":{\"en_US\":", label);
	put(w, "},\"description\":{\"en_US\":\"OAuth 2.0 of this API tool\","
	       "\"zh_Hans\":\"此 API 工具的 OAuth 2.0 授权\"}}");
	put_member(w,
		",\"grantry\":{\"org\":\"" PROVIDER_TOOLS_ORG "\",\"kind\":\"tool\",\"plugin\":",
		id);
}

#define FIELD(name, type, en, zh)                                                                  \
	"{\"name\":\"" name "\",\"type\":\"" type                                                  \
	"\",\"required\":true,\"label\":{\"en_US\":\"" en "\",\"zh_Hans\":\"" zh "\"}}"
#define FIELD_ID FIELD("client_id", "text-input", "Client ID", "客户端 ID")
#define FIELD_SECRET_TOO "," FIELD("client_secret", "secret-input", "Client secret", "客户端密钥")

static void put_form(struct writer *w, const struct tool_oauth2 *o)
{
	put(w, o->grant == TOOL_GRANT_CODE ? ",\"oauth_schema\":{\"client_schema\":[" FIELD_ID
					   : ",\"credentials_schema\":[" FIELD_ID);
	if (o->client_auth != TOOL_CLIENT_NONE)
		put(w, FIELD_SECRET_TOO);
	put(w, o->grant == TOOL_GRANT_CODE ? "]}" : "]");
}

/* first: a member that stands before the others; NULL: none. */
static void put_params(struct writer *w, const struct tool_oauth2 *o, const char *scope)
{
	const char *between = "";

	put(w, "{");
	if (scope) {
		put_member(w, "\"scope\":", scope);
		between = ",";
	}
	for (size_t i = 0; i < o->n_params; i++) {
		put(w, between);
		put_string(w, o->params[i].name);
		put_member(w, ":", o->params[i].value);
		between = ",";
	}
	put(w, "}");
}

static void put_code(struct writer *w, const struct tool_oauth2 *o)
{
	put_member(w, ",\"oauth\":{\"authorization_url\":", o->authorization_url);
	put_member(w, ",\"token_url\":", o->token_url);
	put(w, o->pkce ? ",\"pkce\":true" : ",\"pkce\":false");
	put_member(w, ",\"scope_separator\":", o->scope_separator);
	put(w, ",\"scopes\":[");
	for (size_t i = 0; i < o->n_scopes; i++)
		put_member(w, i ? "," : "", o->scopes[i]);
	put(w, "],\"authorize_params\":");
	put_params(w, o, NULL);
	put_member(
		w, ",\"token_request\":{\"client_auth\":", tool_client_auth_word(o->client_auth));
	put(w, "}");
	if (o->refresh_url[0]) {
		put_member(w, ",\"refresh\":{\"url\":", o->refresh_url);
		put(w, "}");
	}
	put(w, ",\"setup\":{\"steps\":["
	       "{\"en_US\":\"Register an application with whoever runs this API, and give it the "
	       "redirect URI shown here.\","
	       "\"zh_Hans\":\"在此 API 的提供方注册一个应用，并填入这里显示的重定向 URI。\"},"
	       "{\"en_US\":\"Allow it the scopes of this page, then enter what it was given.\","
	       "\"zh_Hans\":\"为它开通此页列出的权限范围，再填入所得到的内容。\"}]}}");
}

static void put_client_credentials(struct writer *w, const struct tool_oauth2 *o)
{
	struct buf scope;

	buf_init(&scope, TOOL_SCOPES_MAX * (TOOL_TEXT_MAX * 4 + 1));
	for (size_t i = 0; i < o->n_scopes; i++) {
		buf_puts(&scope, i ? o->scope_separator : "");
		buf_puts(&scope, o->scopes[i]);
	}
	if (w->rc == RC_OK)
		w->rc = buf_done(&scope);
	put(w, ",\"api_key\":{\"mint\":{\"grant\":\"client_credentials\"");
	put_member(w, ",\"token_url\":", o->token_url);
	put(w, ",\"client_id\":\"{{credential.client_id}}\""
	       ",\"client_secret\":\"{{credential.client_secret}}\"");
	put_member(
		w, ",\"token_request\":{\"client_auth\":", tool_client_auth_word(o->client_auth));
	put(w, ",\"params\":");
	put_params(w, o, scope.len ? buf_text(&scope) : NULL);
	put(w, "}}}");
	buf_release(&scope);
}

/* As what it was written, it must be read. */
static enum rc check_reads(const struct buf *text)
{
	struct provider_error error;
	struct catalogue *catalogue;
	enum rc rc = provider_parse_own(buf_text(text), text->len, &catalogue, &error);

	catalogue_free(catalogue);
	return rc == RC_LIMIT ? RC_INVALID : rc;
}

enum rc oauth_definition_write(const struct api_tool_id *tool, const char *label,
	const struct tool_oauth2 *oauth2, struct buf *out, struct tool_problem *problem)
{
	struct writer w = {SECRET_EMPTY, RC_OK};

	*problem = (struct tool_problem){.field = "oauth2.token_url", MESSAGE("oauth2.unusable")};
	w.rc = check(oauth2, problem);
	if (w.rc == RC_OK) {
		put_head(&w, tool, label);
		if (oauth2->grant == TOOL_GRANT_CODE)
			put_code(&w, oauth2);
		else
			put_client_credentials(&w, oauth2);
		put(&w, "}");
		put_form(&w, oauth2);
		put(&w, "}");
	}
	if (w.rc == RC_OK) {
		buf_add(out, secret_text(&w.text), w.text.len);
		w.rc = buf_done(out);
	}
	secret_release(&w.text);
	return w.rc == RC_OK ? check_reads(out) : w.rc;
}

/* ---- when it changes ---- */

/* What one definition leads to; provider NULL: there is none, or none that reads. */
struct reading {
	struct catalogue *catalogue;
	const struct provider *provider;
};

static enum rc read_text(const char *text, struct reading *out)
{
	struct provider_error error;
	enum rc rc;

	*out = (struct reading){0};
	if (!text[0])
		return RC_OK;
	rc = provider_parse_own(text, strlen(text), &out->catalogue, &error);
	out->provider = rc == RC_OK ? catalogue_at(out->catalogue, 0) : NULL;
	return rc == RC_NOMEM ? rc : RC_OK;
}

static const struct oauth_recipe *recipe_of(const struct provider *p)
{
	return p->mint ? &p->mint->oauth : &p->oauth;
}

static const char *renewed_at(const struct oauth_recipe *recipe)
{
	return recipe->refresh.url ? recipe->refresh.url : recipe->token_url;
}

/* People are sent to the one, secrets to the others. Nobody is sent anywhere for a minted token. */
static bool same_addresses(const struct oauth_recipe *a, const struct oauth_recipe *b)
{
	return (!a->authorization_url ||
		       url_same_origin(a->authorization_url, b->authorization_url)) &&
	       url_same_origin(a->token_url, b->token_url) &&
	       url_same_origin(renewed_at(a), renewed_at(b));
}

struct settling {
	const struct core *core;
	const struct actor *actor;
	struct provider_ref ref;
	enum rc rc; /* of the events */
};

static enum rc drop_client(const struct settling *s)
{
	char id[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];
	uint64_t n = 0;
	enum rc rc = definition_drop_client(s->core->db, &s->actor->tenant, &s->ref, &n);

	(void)snprintf(id, sizeof(id), "%s/%s", s->ref.plugin_id, s->ref.provider);
	return rc == RC_OK && n ? audit_event(s->core, s->actor, "client.remove", id, "ok") : rc;
}

static void note_end(const struct credential_id *id, void *arg)
{
	char object[AUDIT_ID_SIZE];
	struct settling *s = arg;

	audit_id("credential", &id->u, object);
	if (s->rc == RC_OK)
		s->rc = audit_event(s->core, s->actor, "credential.delete", object, "ok");
}

static enum rc drop_credentials(struct settling *s)
{
	struct db *db = s->core->db;
	enum rc rc = default_lock(db, &s->actor->tenant, &s->ref, NULL);

	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = definition_credentials(db, &s->actor->tenant, &s->ref, note_end, s);
	if (rc == RC_OK)
		rc = s->rc;
	return rc == RC_OK ? definition_drop_credentials(db, &s->actor->tenant, &s->ref) : rc;
}

static void note_one(const struct credential_id *id, void *arg)
{
	bool *found = arg;

	(void)id;
	*found = true;
}

enum rc oauth_definition_is_used(const struct core *core, const struct tenant_id *tenant,
	const struct api_tool_id *tool, bool *out)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct provider_ref ref = definition_ref_of(tool, plugin_id);

	*out = false;
	return definition_credentials(core->db, tenant, &ref, note_one, out);
}

enum rc oauth_definition_settle(const struct core *core, const struct actor *actor,
	const struct api_tool_id *tool, const char *before, const char *after)
{
	char plugin_id[DEFINITION_PLUGIN_SIZE];
	struct settling s = {core, actor, definition_ref_of(tool, plugin_id), RC_OK};
	struct reading old, new = {0};
	enum rc rc = read_text(before, &old);
	bool same_way, same;

	if (rc == RC_OK)
		rc = read_text(after, &new);
	same_way = old.provider && new.provider && !old.provider->mint == !new.provider->mint;
	same = same_way && same_addresses(recipe_of(old.provider), recipe_of(new.provider));
	if (rc == RC_OK && before[0] && !same)
		rc = drop_client(&s);
	if (rc == RC_OK && before[0] && (!same_way || (!same && new.provider->mint)))
		rc = drop_credentials(&s);
	catalogue_free(old.catalogue);
	catalogue_free(new.catalogue);
	return rc;
}
