/* SPDX-License-Identifier: Apache-2.0
 *
 * One authorization method of an API tool: entered, changed, taken away. A stored secret is never shown; an empty field
 * keeps it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/pages/api_tool_parts.h"
#include "web/pages/pages.h"
#include "web/say.h"

void tool_item_url(struct view_node *node, const char *name, const struct api_tool *t,
	const char *id, const char *verb)
{
	char rest[TOOL_AUTH_ID_MAX + 64];

	(void)snprintf(rest, sizeof(rest), "/authorization/items/%s%s", id, verb);
	api_tool_url(node, name, &t->id, rest);
}

/* ---- one of them ---- */

/* An item that is edited, or a new one: of a scheme of the description, or of a type that the person chose. */
struct item {
	struct api_tool t;
	struct tool_auth auth;
	size_t index; /* in the settings; n_auth: a new one */
	char id[TOOL_AUTH_ID_MAX + 1];
};

static void item_release(struct item *item)
{
	api_tool_release(&item->t);
}

static void free_id(const struct api_tool *t, char out[TOOL_AUTH_ID_MAX + 1])
{
	for (unsigned n = 1;; n++) {
		size_t i = 0;

		(void)snprintf(out, TOOL_AUTH_ID_MAX + 1, "a%u", n);
		while (i < t->settings.n_auth && strcmp(t->settings.auth[i].id, out) != 0)
			i++;
		if (i == t->settings.n_auth)
			return;
	}
}

/* Query: scheme, a number; or type. */
static enum rc new_item(struct ctx *c, struct item *item)
{
	const char *scheme = req_query(&c->req, "scheme"), *type = req_query(&c->req, "type");
	jsonv *schemes = doc_list(jsonr_root(item->t.head), "/security_schemes");

	if (item->t.settings.n_auth == TOOL_AUTH_MAX)
		return RC_NOT_FOUND;
	free_id(&item->t, item->id);
	item->index = item->t.settings.n_auth;
	item->auth = (struct tool_auth){.scheme = "", .name = "", .prefix = ""};
	if (scheme && strlen(scheme) < 5 && strspn(scheme, "0123456789") == strlen(scheme)) {
		jsonv *one = jsonr_at(schemes, strtoul(scheme, NULL, 10));

		if (!one || !tool_scheme_auth(one, &item->auth))
			return RC_NOT_FOUND;
	} else if (!type || !tool_auth_type_of(type, &item->auth.type)) {
		return RC_NOT_FOUND;
	}
	item->auth.id = item->id;
	return RC_OK;
}

/* ":item", or a new one. */
static enum rc item_of(struct ctx *c, struct item *item)
{
	const char *id = route_arg(&c->match, "item");
	const struct tool_settings *s = &item->t.settings;
	enum rc rc;

	memset(item, 0, sizeof(*item));
	rc = api_tool_of(c, &item->t);
	if (rc != RC_OK || !id)
		return rc == RC_OK ? new_item(c, item) : rc;
	while (item->index < s->n_auth && strcmp(s->auth[item->index].id, id) != 0)
		item->index++;
	if (item->index == s->n_auth)
		return RC_NOT_FOUND;
	item->auth = s->auth[item->index];
	return RC_OK;
}

static void show_place(struct tool_fields *f, const struct tool_auth *auth)
{
	static const char *const labels[] = {
		[TOOL_IN_HEADER] = MESSAGE("api_tools.in_header"),
		[TOOL_IN_QUERY] = MESSAGE("api_tools.in_query"),
		[TOOL_IN_COOKIE] = MESSAGE("api_tools.in_cookie"),
	};
	struct ctx *c = f->c;
	const char *given = tool_given(c, "in", tool_place_word(auth->in));
	struct view_node *field = tool_field(f, "select", "in", say(c, "api_tools.in", NULL), "");

	view_flag(field, "Required", true);
	for (int i = 0; i < TOOL_IN__MAX; i++) {
		const char *word = tool_place_word((enum tool_place)i);

		tool_option(field, word, say(c, labels[i], NULL), strcmp(given, word) == 0);
	}
}

static void show_secret(
	struct tool_fields *f, const struct item *item, const char *part, const char *label)
{
	char key[TOOL_SECRET_NAME_SIZE];
	struct view_node *field;
	bool stored;

	tool_secret_name(&item->auth, part, key);
	stored = fieldset_get(&item->t.stored, key) != NULL;
	field = tool_field(f, "secret-input", key, label, "");
	view_flag(field, "Required", true);
	view_flag(field, "Stored", stored);
	view_flag(field, "Must", !stored);
}

static void show_fields(struct tool_fields *f, const struct item *item)
{
	const struct tool_auth *auth = &item->auth;
	bool is_key = auth->type == TOOL_AUTH_API_KEY;
	struct ctx *c = f->c;
	struct view_node *field;

	if (is_key)
		show_place(f, auth);
	if (is_key || auth->type == TOOL_AUTH_HEADER) {
		field = tool_field(f, "text-input", "name",
			is_key ? say(c, "api_tools.key_name", NULL)
			       : say(c, "api_tools.header_name", NULL),
			tool_given(c, "name", auth->name));
		view_flag(field, "Required", true);
		view_text(field, "Placeholder", "X-API-Key");
	}
	if (is_key) {
		field = tool_field(f, "text-input", "prefix", say(c, "api_tools.prefix", NULL),
			tool_given(c, "prefix", auth->prefix));
		view_text(field, "Help", say(c, "api_tools.prefix_help", NULL));
	}
	if (auth->type == TOOL_AUTH_BASIC) {
		show_secret(f, item, "username", say(c, "api_tools.username", NULL));
		show_secret(f, item, "password", say(c, "api_tools.password", NULL));
	} else {
		show_secret(f, item, "value",
			is_key                           ? say(c, "api_tools.key", NULL)
			: auth->type == TOOL_AUTH_BEARER ? say(c, "api_tools.token", NULL)
							 : say(c, "api_tools.value", NULL));
	}
}

/* "auth.a1.name" is the field "name" here. */
static void own_problem(const struct item *item, struct tool_problem *problem)
{
	char prefix[TOOL_AUTH_ID_MAX + 8];
	int n = snprintf(prefix, sizeof(prefix), "auth.%s.", item->auth.id);

	if (strncmp(problem->field, prefix, (size_t)n) == 0)
		memmove(problem->field, problem->field + n, strlen(problem->field + n) + 1);
}

static enum rc show_item(
	struct ctx *c, const struct item *item, const struct tool_problem *problem, int status)
{
	struct tool_fields fields;
	char target[REQ_QUERY_MAX];
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	fields = tool_fields(c, problem);
	api_tool_head(c, &item->t);
	show_fields(&fields, item);
	tool_form_fault(c, &fields, status, MESSAGE("api_tools.not_saved"));
	view_text(c->root, "Item.Text", tool_auth_words(c, &item->auth));
	view_text(c->root, "Item.Scheme", item->auth.scheme[0] ? item->auth.scheme : NULL);
	view_text(c->root, "Item.Type", tool_auth_type_word(item->auth.type));
	for (size_t i = 0; i < item->t.origins.n; i++)
		view_text(view_append(view_child(c->root, "Origins")), "Text",
			item->t.origins.items[i]);
	(void)snprintf(target, sizeof(target), "/authorization/add?%s=%s",
		req_query(&c->req, "scheme") ? "scheme" : "type",
		req_query(&c->req, "scheme") ? req_query(&c->req, "scheme")
					     : tool_auth_type_word(item->auth.type));
	if (item->index == item->t.settings.n_auth)
		api_tool_url(c->root, "Form.Url", &item->t.id, target);
	else
		tool_item_url(c->root, "Form.Url", &item->t, item->auth.id, "");
	api_tool_url(c->root, "Form.CancelUrl", &item->t.id, "/authorization");
	view_int(c->root, "Form.Version", (int64_t)item->t.version);
	return page_send(c, "api_tool_auth_item", status ? status : 200);
}

enum rc page_api_tool_auth_item(struct ctx *c)
{
	struct item item;
	enum rc rc = item_of(c, &item);

	if (rc == RC_OK)
		rc = show_item(c, &item, NULL, 0);
	item_release(&item);
	return rc;
}

/* ---- saved ---- */

static enum rc read_secrets(struct ctx *c, const struct tool_auth *auth, struct fieldset *out)
{
	size_t n;
	const char *const *parts = tool_secret_parts(auth->type, &n);
	enum rc rc = RC_OK;

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		char key[TOOL_SECRET_NAME_SIZE];
		const char *value;

		tool_secret_name(auth, parts[i], key);
		value = req_form(&c->req, key);
		if (value && value[0])
			rc = fieldset_put_text(out, key, value);
	}
	return rc;
}

/* Saved without one, it would look set up and send nothing. */
static bool is_complete(
	const struct item *item, const struct fieldset *given, struct tool_problem *problem)
{
	size_t n;
	const char *const *parts = tool_secret_parts(item->auth.type, &n);

	for (size_t i = 0; i < n; i++) {
		char key[TOOL_SECRET_NAME_SIZE];

		tool_secret_name(&item->auth, parts[i], key);
		if (fieldset_get(given, key) || fieldset_get(&item->t.stored, key))
			continue;
		*problem = (struct tool_problem){.reason = MESSAGE("api_tools.secret_missing")};
		(void)snprintf(problem->field, sizeof(problem->field), "%s", key);
		return false;
	}
	return true;
}

static void read_item(struct ctx *c, struct tool_auth *auth)
{
	if (auth->type == TOOL_AUTH_API_KEY) {
		(void)tool_place_of(tool_given(c, "in", ""), &auth->in);
		auth->prefix = tool_given(c, "prefix", "");
	}
	if (auth->type == TOOL_AUTH_API_KEY || auth->type == TOOL_AUTH_HEADER)
		auth->name = tool_given(c, "name", "");
}

static enum rc save_item(struct ctx *c, struct item *item)
{
	struct tool_settings settings = item->t.settings;
	struct fieldset secrets = FIELDSET_EMPTY;
	struct tool_problem problem;
	struct api_tool_wish wish;
	int status = 0;
	enum rc rc;

	read_item(c, &item->auth);
	settings.auth[item->index] = item->auth;
	if (item->index == settings.n_auth)
		settings.n_auth++;
	rc = read_secrets(c, &item->auth, &secrets);
	if (rc == RC_OK && !is_complete(item, &secrets, &problem)) {
		fieldset_release(&secrets);
		return show_item(c, item, &problem, 422);
	}
	wish = api_tool_wish_of(&item->t, &settings, &secrets);
	if (rc == RC_OK)
		rc = page_version(c, "version", &wish.expected_version);
	if (rc == RC_OK)
		rc = api_tool_update(c->core, &c->actor, &item->t.id, &wish);
	rc = tool_form_answer(rc, &wish, &problem, &status);
	fieldset_release(&secrets);
	if (rc == RC_OK && status) {
		own_problem(item, &problem);
		return show_item(c, item, &problem, status);
	}
	return rc == RC_OK ? api_tool_redirect(c, &item->t.id, "/authorization?done=saved") : rc;
}

/* Query: scheme or type, of a new one. Form: version, in, name, prefix, ID.value, ID.username, ID.password. */
enum rc page_api_tool_auth_item_post(struct ctx *c)
{
	struct item item;
	enum rc rc = item_of(c, &item);

	if (rc == RC_OK)
		rc = save_item(c, &item);
	item_release(&item);
	return rc;
}

/* Form: version. */
enum rc page_api_tool_auth_remove_post(struct ctx *c)
{
	struct tool_settings settings;
	struct item item;
	enum rc rc = item_of(c, &item);

	if (rc == RC_OK) {
		settings = item.t.settings;
		settings.n_auth--;
		memmove(&settings.auth[item.index], &settings.auth[item.index + 1],
			(settings.n_auth - item.index) * sizeof(settings.auth[0]));
		rc = api_tool_settings_save(c, &item.t, &settings);
	}
	item_release(&item);
	return rc;
}
