/* SPDX-License-Identifier: Apache-2.0
 *
 * How requests of an API tool are authorized: its authorization methods, several of which may go with one request, and
 * what they send. A stored secret is never shown; an empty field keeps it.
 */
#include <stdio.h>
#include <string.h>

#include "domain/definition.h"
#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

static bool is_stored(const struct api_tool *t, const struct tool_auth *auth)
{
	size_t n;
	const char *const *parts = tool_secret_parts(auth->type, &n);

	for (size_t i = 0; i < n; i++) {
		char name[TOOL_SECRET_NAME_SIZE];

		tool_secret_name(auth, parts[i], name);
		if (!fieldset_get(&t->stored, name))
			return false;
	}
	return true;
}

/* ---- the list ---- */

static void set_item(struct ctx *c, const struct api_tool *t, const struct tool_auth *auth)
{
	struct view_node *item = view_append(view_child(c->root, "Items"));
	bool stored = is_stored(t, auth);

	view_text(item, "Text", tool_auth_words(c, auth));
	view_text(item, "Scheme", auth->scheme[0] ? auth->scheme : NULL);
	view_text(item, "State.Kind", stored ? "ok" : "warn");
	view_text(item, "State.Text",
		stored ? say(c, "api_tools.stored", NULL) : say(c, "api_tools.not_stored", NULL));
	view_flag(item, "Missing", !stored);
	tool_item_url(item, "Url", t, auth->id, "");
	tool_item_url(item, "RemoveUrl", t, auth->id, "/remove");
}

static bool is_used(const struct api_tool *t, const char *scheme)
{
	for (size_t i = 0; i < t->settings.n_auth; i++)
		if (strcmp(t->settings.auth[i].scheme, scheme) == 0)
			return true;
	return t->settings.has_oauth2 && strcmp(t->settings.oauth2.scheme, scheme) == 0;
}

/* What the description names and nobody has set up. */
static void set_scheme(struct ctx *c, const struct api_tool *t, jsonv *scheme, size_t i)
{
	struct tool_oauth2 oauth2;
	bool is_oauth2 = tool_scheme_oauth2(scheme, &oauth2);
	struct view_node *item;
	char rest[64];

	if (is_used(t, doc_text(scheme, "/name")))
		return;
	item = view_append(view_child(c->root, "Schemes"));
	view_text(item, "Name", doc_text(scheme, "/name"));
	view_text(item, "Text", tool_scheme_words(c, scheme));
	if (!tool_scheme_possible(scheme) || (is_oauth2 && t->settings.has_oauth2))
		return;
	(void)snprintf(rest, sizeof(rest), "/authorization/%s?scheme=%zu",
		is_oauth2 ? "oauth2" : "add", i);
	api_tool_url(item, "Url", &t->id, rest);
}

static void set_oauth2(struct ctx *c, const struct api_tool *t)
{
	const struct tool_oauth2 *o = &t->settings.oauth2;
	struct view_node *node = view_child(c->root, "Oauth");
	char id[UUID_TEXT_SIZE];

	if (!t->settings.has_oauth2) {
		api_tool_url(node, "AddUrl", &t->id, "/authorization/oauth2");
		return;
	}
	uuid_text(&t->id.u, id);
	view_text(node, "Text",
		o->grant == TOOL_GRANT_CODE ? say(c, "api_tools.oauth2_code", NULL)
					    : say(c, "api_tools.oauth2_client", NULL));
	view_text(node, "TokenUrl", o->token_url);
	api_tool_url(node, "Url", &t->id, "/authorization/oauth2");
	api_tool_url(node, "RemoveUrl", &t->id, "/authorization/oauth2/remove");
	page_url(node, "ConnectUrl", "/tools/" PROVIDER_TOOLS_ORG "/%s/" DEFINITION_TOOL_NAME, id);
}

static enum rc show_list(struct ctx *c, const struct api_tool *t)
{
	static const struct {
		const char *word, *label;
	} kinds[] = {{"api_key", MESSAGE("api_tools.add_key")},
		{"bearer", MESSAGE("api_tools.add_bearer")},
		{"basic", MESSAGE("api_tools.add_basic")},
		{"header", MESSAGE("api_tools.add_header")}};
	jsonv *schemes = doc_list(jsonr_root(t->head), "/security_schemes");
	char rest[64];

	api_tool_head(c, t);
	for (size_t i = 0; i < t->settings.n_auth; i++)
		set_item(c, t, &t->settings.auth[i]);
	for (size_t i = 0; i < jsonr_length(schemes); i++)
		set_scheme(c, t, jsonr_at(schemes, i), i);
	set_oauth2(c, t);
	for (size_t i = 0;
		t->settings.n_auth < TOOL_AUTH_MAX && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct view_node *item = view_append(view_child(c->root, "Kinds"));

		(void)snprintf(rest, sizeof(rest), "/authorization/add?type=%s", kinds[i].word);
		view_text(item, "Label", say(c, kinds[i].label, NULL));
		api_tool_url(item, "Url", &t->id, rest);
	}
	for (size_t i = 0; i < t->unconfirmed.n; i++)
		view_text(view_append(view_child(c->root, "Unconfirmed")), "Text",
			t->unconfirmed.items[i]);
	view_int(c->root, "Form.Version", (int64_t)t->version);
	return page_send(c, "api_tool_auth", 200);
}

enum rc page_api_tool_auth(struct ctx *c)
{
	struct api_tool t;
	enum rc rc = api_tool_of(c, &t);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK) {
		page_notice(c);
		rc = show_list(c, &t);
	}
	api_tool_release(&t);
	return rc;
}
