/* SPDX-License-Identifier: Apache-2.0
 *
 * API tools: the list, one of them, which of its operations are offered, its end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/definition.h"
#include "platform/text.h"
#include "web/pages/api_tool_parts.h"
#include "web/pages/app_uses.h"
#include "web/pages/pages.h"
#include "web/pages/state_words.h"
#include "web/say.h"

#define QUERY_MAX_CHARS 100

/* ---- authorization in words ---- */

struct tallies {
	struct {
		char plugin[DEFINITION_PLUGIN_SIZE];
		struct credential_tally tally;
	} items[API_TOOLS_MAX];
	size_t n;
};

static void see_tally(
	const char *plugin_id, const char *provider, struct credential_tally tally, void *arg)
{
	const struct provider_ref ref = {plugin_id, provider};
	struct tallies *all = arg;

	if (!definition_is_own(&ref) || all->n == API_TOOLS_MAX)
		return;
	TEXT_COPY(all->items[all->n].plugin, plugin_id);
	all->items[all->n++].tally = tally;
}

static const struct credential_tally *find_tally(
	const struct tallies *all, const struct api_tool_id *id)
{
	char plugin[DEFINITION_PLUGIN_SIZE];

	(void)definition_ref_of(id, plugin);
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->items[i].plugin, plugin) == 0)
			return &all->items[i].tally;
	return NULL;
}

static void set_state(struct ctx *c, struct view_node *node, bool has_auth, bool has_oauth2,
	const struct credential_tally *tally)
{
	const char *kind = "none", *text = say(c, "api_tools.no_authorization", NULL);
	int64_t active = tally ? tally->of[CREDENTIAL_ACTIVE] : 0;

	if (has_oauth2) {
		kind = active ? "ok" : tally && tally->all ? "warn" : "none";
		text = active                ? say_count(c, "api_tools.connected", active, NULL)
		       : tally && tally->all ? say(c, "api_tools.needs_attention", NULL)
					     : say(c, "tally.none", NULL);
	} else if (has_auth) {
		kind = "ok";
		text = say(c, "api_tools.has_key", NULL);
	}
	view_text(node, "State.Kind", kind);
	view_text(node, "State.Text", text);
}

/* ---- the list ---- */

struct list {
	struct ctx *c;
	const char *query;
	const struct tallies *tallies;
	int64_t shown, all;
};

static bool is_wanted(const struct list *list, const struct api_tool_item *item)
{
	return !list->query || strcasestr(item->name, list->query) ||
	       strcasestr(item->description, list->query) || strcasestr(item->labels, list->query);
}

static void see_tool(const struct api_tool_item *item, void *arg)
{
	struct list *list = arg;
	struct ctx *c = list->c;
	struct view_node *node;

	list->all++;
	if (!is_wanted(list, item))
		return;
	list->shown++;
	node = view_append(view_child(c->root, "Tools"));
	view_text(node, "Label", item->name);
	api_tool_tile(node, item->name, &item->icon);
	if (item->description[0])
		view_text(node, "Description", item->description);
	api_tool_url(node, "Url", &item->id, "");
	view_text(node, "Count", say_count(c, "api_tools.n_operations", item->n_enabled, NULL));
	api_tool_set_labels(node, item->labels);
	set_state(c, node, item->has_auth, item->has_oauth2, find_tally(list->tallies, &item->id));
}

/* Query: q. */
enum rc page_api_tools(struct ctx *c)
{
	const char *query = req_query(&c->req, "q");
	struct tallies *tallies = calloc(1, sizeof(*tallies));
	struct list list = {.c = c, .tallies = tallies};
	enum rc rc = tallies ? page_begin(c) : RC_NOMEM;

	if (query && text_is_line(query, strlen(query), QUERY_MAX_CHARS))
		list.query = query;
	if (rc == RC_OK)
		rc = credential_tallies(c->core, &c->actor, see_tally, tallies);
	if (rc == RC_OK)
		rc = api_tool_each(c->core, &c->actor.tenant, see_tool, &list);
	if (rc == RC_OK && !api_tool_manages(c))
		rc = page_set_helpers(c);
	if (rc == RC_OK) {
		page_notice(c);
		view_url(c->root, "Search.Url", "/api-tools");
		view_text(c->root, "Search.Query", list.query);
		view_int(c->root, "Search.Count", list.shown);
		view_flag(c->root, "Search.Some", list.all > 0);
		if (api_tool_manages(c))
			view_url(c->root, "AddUrl", "/api-tools/new");
		rc = page_send(c, "api_tools", 200);
	}
	free(tallies);
	return rc;
}

/* ---- one of them ---- */

static void set_facts(struct ctx *c, const struct api_tool *t)
{
	struct view_node *node = view_child(c->root, "Tool");

	if (t->description[0])
		view_text(node, "Description", t->description);
	if (t->disclaimer[0])
		view_text(node, "Disclaimer", t->disclaimer);
	if (t->privacy_policy[0])
		view_url(node, "PrivacyUrl", t->privacy_policy);
	if (t->source_url[0])
		view_text(node, "Source", t->source_url);
	view_text(node, "Server", t->settings.server[0] ? t->settings.server : NULL);
	view_text(node, "Format", strcmp(t->schema_type, "swagger") == 0 ? "Swagger" : "OpenAPI");
	view_text(node, "FormatVersion", doc_text(jsonr_root(t->head), "/version"));
	if (doc_text(jsonr_root(t->head), "/api_version")[0])
		view_text(node, "ApiVersion", doc_text(jsonr_root(t->head), "/api_version"));
	view_int(node, "Count", t->n_operations);
	view_int(node, "Enabled", t->n_enabled);
	api_tool_set_labels(node, t->labels);
	if (t->changed_by[0] || t->added_by[0])
		view_text(node, "ChangedBy", t->changed_by[0] ? t->changed_by : t->added_by);
	page_date(c, node, "Changed", t->updated_at_s);
	for (size_t i = 0; i < t->unconfirmed.n; i++)
		view_text(view_append(view_child(c->root, "Unconfirmed")), "Text",
			t->unconfirmed.items[i]);
	view_flag(c->root, "Unreadable", t->unreadable);
}

static bool lacks_secret(const struct api_tool *t)
{
	for (size_t i = 0; i < t->settings.n_auth; i++) {
		const struct tool_auth *auth = &t->settings.auth[i];
		size_t n;
		const char *const *parts = tool_secret_parts(auth->type, &n);

		for (size_t k = 0; k < n; k++) {
			char name[TOOL_SECRET_NAME_SIZE];

			tool_secret_name(auth, parts[k], name);
			if (!fieldset_get(&t->stored, name))
				return true;
		}
	}
	return false;
}

/* What is missing before a call can succeed, if anything is. */
static void set_next(struct ctx *c, const struct api_tool *t, const struct credential_tally *tally)
{
	bool connected = tally && tally->of[CREDENTIAL_ACTIVE];
	const char *step = NULL;

	if (!t->settings.server[0])
		step = "server";
	else if (lacks_secret(t))
		step = "secret";
	else if (t->settings.has_oauth2 && !connected)
		step = "oauth2";
	else if (t->n_enabled == 0)
		step = "operations";
	view_text(c->root, "Next", step);
}

static void set_links(struct ctx *c, const struct api_tool *t)
{
	char text[UUID_TEXT_SIZE];

	uuid_text(&t->id.u, text);
	if (t->settings.has_oauth2)
		page_url(c->root, "OauthUrl",
			"/tools/" PROVIDER_TOOLS_ORG "/%s/" DEFINITION_TOOL_NAME, text);
	view_flag(c->root, "Manages", api_tool_manages(c));
	api_tool_url(c->root, "AuthorizationUrl", &t->id, "/authorization");
	if (!api_tool_manages(c))
		return;
	api_tool_url(c->root, "EditUrl", &t->id, "/edit");
	api_tool_url(c->root, "ImportUrl", &t->id, "/import");
	api_tool_url(c->root, "DeleteUrl", &t->id, "/delete");
	api_tool_url(c->root, "ChooseUrl", &t->id, "/operations");
}

static enum rc show_tool(struct ctx *c, const struct api_tool *t, const struct tallies *tallies)
{
	struct tool_rows rows = tool_rows_of(req_query(&c->req, "q"), req_query(&c->req, "offset"));
	const struct credential_tally *tally = find_tally(tallies, &t->id);

	page_notice(c);
	api_tool_head(c, t);
	set_facts(c, t);
	set_links(c, t);
	set_next(c, t, tally);
	set_state(c, view_child(c->root, "Tool"), t->settings.n_auth > 0, t->settings.has_oauth2,
		tally);
	return tool_rows_show(c, &t->id.u, &rows, &t->id);
}

/* Query: q, offset. */
enum rc page_api_tool(struct ctx *c)
{
	struct tallies *tallies = calloc(1, sizeof(*tallies));
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK && !tallies)
		rc = RC_NOMEM;
	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK)
		rc = credential_tallies(c->core, &c->actor, see_tally, tallies);
	if (rc == RC_OK)
		rc = app_uses_of_api_tool(c, &t.id.u);
	if (rc == RC_OK)
		rc = show_tool(c, &t, tallies);
	if (rc == RC_OK)
		rc = page_send(c, "api_tool", 200);
	api_tool_release(&t);
	free(tallies);
	return rc;
}

/* Form: seen, on, all, q, offset. */
enum rc page_api_tool_operations_post(struct ctx *c)
{
	struct tool_rows rows = tool_rows_of(req_form(&c->req, "q"), req_form(&c->req, "offset"));
	struct tool_ticks ticks;
	struct api_tool_id id;
	char rest[64];
	enum rc rc = api_tool_id_of(c, &id);

	tool_ticks_read(c, &ticks);
	if (rc == RC_OK)
		rc = api_tool_choose(c->core, &c->actor, &id, &ticks.choice);
	(void)snprintf(rest, sizeof(rest), "?offset=%lld&done=operations", (long long)rows.offset);
	return rc == RC_OK ? api_tool_redirect(c, &id, rest) : rc;
}

/* ---- delete ---- */

enum rc page_api_tool_delete(struct ctx *c)
{
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		api_tool_head(c, &t);
		view_int(c->root, "Tool.Enabled", t.n_enabled);
		view_flag(c->root, "Tool.Auth", t.settings.n_auth > 0);
		view_flag(c->root, "Tool.Oauth", t.settings.has_oauth2);
		api_tool_url(c->root, "Form.Url", &t.id, "/delete");
		api_tool_url(c->root, "Form.CancelUrl", &t.id, "");
		view_int(c->root, "Form.Version", (int64_t)t.version);
		rc = app_uses_of_api_tool(c, &t.id.u);
	}
	if (rc == RC_OK)
		rc = page_send(c, "api_tool_delete", 200);
	api_tool_release(&t);
	return rc;
}

/* Form: version. */
enum rc page_api_tool_delete_post(struct ctx *c)
{
	struct api_tool_id id;
	uint64_t version;
	enum rc rc = api_tool_id_of(c, &id);

	if (rc == RC_OK)
		rc = page_version(c, "version", &version);
	if (rc == RC_OK)
		rc = api_tool_delete(c->core, &c->actor, &id, version);
	return rc == RC_OK ? page_redirect(c, "/api-tools?done=api-tool-deleted") : rc;
}
