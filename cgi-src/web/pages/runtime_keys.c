/* SPDX-License-Identifier: Apache-2.0
 *
 * Runtime keys: the list, Add, Revoke.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/credential.h"
#include "domain/runtime/access_key.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "web/pages/key_tools.h"
#include "web/pages/page.h"
#include "web/pages/pages.h"
#include "web/say.h"

#define DAYS_MAX 3650
#define PROVIDERS_SIZE 4097
#define VERBS_SIZE 65

static const struct {
	const char *label, *help;
} verbs[ACCESS_VERB__MAX] = {
	[ACCESS_HANDOUT] = {MESSAGE("keys.verb_handout"), MESSAGE("keys.verb_handout_help")},
	[ACCESS_LIST] = {MESSAGE("keys.verb_list"), MESSAGE("keys.verb_list_help")},
	[ACCESS_REPORT] = {MESSAGE("keys.verb_report"), MESSAGE("keys.verb_report_help")},
	[ACCESS_REGISTER] = {MESSAGE("keys.verb_register"), MESSAGE("keys.verb_register_help")},
	[ACCESS_INVOKE] = {MESSAGE("keys.verb_invoke"), MESSAGE("keys.verb_invoke_help")},
};

/* ---- the list ---- */

/* Keys, and the tools that some of them are held to. */
struct key_list {
	struct ctx *c;
	const struct key_tools *tools;
};

static const char *provider_label(const struct key_list *l, const char *id)
{
	const struct provider *p = catalogue_find(l->c->app->catalogue, id);
	const struct key_tool *tool = p ? NULL : key_tools_find(l->tools, id);

	if (p)
		return i18n_text(&p->label, l->c->language);
	return tool ? tool->name : id;
}

static void set_providers(const struct key_list *l, struct view_node *item, const char *ids)
{
	struct view_node *list = view_child(item, "Providers");
	char copy[PROVIDERS_SIZE], *rest = copy, *id;

	TEXT_COPY(copy, ids);
	while ((id = strsep(&rest, " ")))
		if (*id)
			view_text(view_append(list), "Text", provider_label(l, id));
}

static void set_verbs(struct ctx *c, struct view_node *item, const char *words)
{
	struct view_node *list = view_child(item, "Verbs");

	for (int v = 0; v < ACCESS_VERB__MAX; v++) {
		const char *word = access_verb_word((enum access_verb)v);

		if (text_has_word(words, word, strlen(word)))
			view_text(view_append(list), "Text", say(c, verbs[v].label, NULL));
	}
}

static void set_key(const struct key_list *l, struct view_node *item, const struct access_key *key)
{
	struct ctx *c = l->c;
	bool over = key->expires && key->expires_at_s <= clock_now_s();

	view_text(item, "Name", key->name);
	view_text(item, "State.Kind", over ? "bad" : "ok");
	view_text(item, "State.Text",
		over ? say(c, "keys.expired", NULL) : say(c, "state.active", NULL));
	if (key->by_operator)
		view_text(item, "AddedBy", say(c, "who.operator", NULL));
	else if (key->added_by[0])
		view_text(item, "AddedBy", key->added_by);
	page_date(c, item, "Added", key->created_at_s);
	if (key->expires)
		page_date(c, item, "Expires", key->expires_at_s);
	if (key->last_used_at_s)
		page_date(c, item, "Used", key->last_used_at_s);
	set_providers(l, item, key->providers);
	set_verbs(c, item, key->verbs);
}

static void list_key(const struct access_key *key, void *arg)
{
	const struct key_list *l = arg;
	struct view_node *item = view_append(view_child(l->c->root, "Keys"));
	char id[UUID_TEXT_SIZE];

	uuid_text(&key->id, id);
	set_key(l, item, key);
	page_url(item, "RevokeUrl", "/runtime-keys/%s/revoke", id);
}

enum rc page_runtime_keys(struct ctx *c)
{
	struct key_tools tools;
	struct key_list list = {c, &tools};
	enum rc rc = key_tools_load(c->core, &c->actor.tenant, &tools);

	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK)
		rc = access_key_each(c->core, &c->actor.tenant, list_key, &list);
	key_tools_release(&tools);
	if (rc != RC_OK)
		return rc;
	page_notice(c);
	view_url(c->root, "AddUrl", "/runtime-keys/add");
	return page_send(c, "runtime_keys", 200);
}

/* ---- add ---- */

/* The form as it was filled in, and what is wrong with it. */
struct key_form {
	const char *name, *days; /* as typed */
	bool chosen;             /* some providers, not all */
	char providers[PROVIDERS_SIZE], verbs[VERBS_SIZE];
	int64_t lifetime_s;
	const char *name_error, *providers_error, *verbs_error, *days_error;
	bool name_taken;
	struct key_tools tools; /* owned */
};

static bool is_wrong(const struct key_form *f)
{
	return f->name_error || f->providers_error || f->verbs_error || f->days_error;
}

/* Is it checked? */
static bool set_provider_box(const struct key_form *f, struct view_node *item, const char *kind,
	size_t i, const char *value, const char *label)
{
	bool checked = text_has_word(f->providers, value, strlen(value));
	char id[24];

	(void)snprintf(id, sizeof(id), "%s%zu", kind, i);
	view_text(item, "Id", id);
	view_text(item, "Value", value);
	view_text(item, "Label", label);
	view_flag(item, "Checked", checked);
	return checked;
}

static struct view_node *add_group(struct ctx *c, const char *label)
{
	struct view_node *group = view_append(view_child(c->root, "Groups"));

	view_text(group, "Label", say(c, label, NULL));
	return group;
}

static void set_tool_boxes(struct ctx *c, const struct key_form *f)
{
	struct view_node *group = f->tools.n ? add_group(c, MESSAGE("kind.api_tools")) : NULL;

	for (size_t i = 0; i < f->tools.n; i++) {
		const struct key_tool *tool = &f->tools.items[i];

		if (set_provider_box(f, view_append(view_child(group, "Providers")), "t", i,
			    tool->id, tool->name))
			view_flag(group, "Open", true);
	}
}

/* By kind: a service that is a data source and a tool has the same label twice. */
static void set_provider_boxes(struct ctx *c, const struct key_form *f)
{
	static const char *const labels[PROVIDER_KIND__MAX] = {
		[PROVIDER_DATASOURCE] = MESSAGE("nav.data_sources"),
		[PROVIDER_TOOL] = MESSAGE("kind.tools"),
		[PROVIDER_TRIGGER] = MESSAGE("kind.triggers"),
		[PROVIDER_MODEL] = MESSAGE("kind.models"),
		[PROVIDER_EXTENSION] = MESSAGE("kind.extensions"),
	};

	for (int kind = 0; kind < PROVIDER_KIND__MAX; kind++) {
		struct view_node *group = NULL;

		for (size_t i = 0; i < catalogue_count(c->app->catalogue); i++) {
			const struct provider *p = catalogue_at(c->app->catalogue, i);

			if (p->kind != (enum provider_kind)kind)
				continue;
			if (!group)
				group = add_group(c, labels[kind]);
			if (set_provider_box(f, view_append(view_child(group, "Providers")), "p", i,
				    p->id, i18n_text(&p->label, c->language)))
				view_flag(group, "Open", true);
		}
	}
}

static void set_verb_boxes(struct ctx *c, const struct key_form *f)
{
	struct view_node *list = view_child(c->root, "Verbs");

	for (int v = 0; v < ACCESS_VERB__MAX; v++) {
		struct view_node *item = view_append(list);
		const char *word = access_verb_word((enum access_verb)v);

		view_text(item, "Id", word);
		view_text(item, "Value", word);
		view_text(item, "Label", say(c, verbs[v].label, NULL));
		view_text(item, "Help", say(c, verbs[v].help, NULL));
		view_flag(item, "Checked", text_has_word(f->verbs, word, strlen(word)));
	}
}

static enum rc show_form(struct ctx *c, const struct key_form *f)
{
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	view_url(c->root, "Form.Url", "/runtime-keys/add");
	view_url(c->root, "Form.CancelUrl", "/runtime-keys");
	view_text(c->root, "Form.Scope", f->chosen ? "chosen" : "all");
	if (f->name[0])
		view_text(c->root, "Form.Name", f->name);
	if (f->days[0])
		view_text(c->root, "Form.Days", f->days);
	set_provider_boxes(c, f);
	set_tool_boxes(c, f);
	set_verb_boxes(c, f);
	view_text(c->root, "Form.NameError", say(c, f->name_error, NULL));
	view_text(c->root, "Form.ProvidersError", say(c, f->providers_error, NULL));
	view_text(c->root, "Form.VerbsError", say(c, f->verbs_error, NULL));
	view_text(c->root, "Form.DaysError", say(c, f->days_error, NULL));
	if (is_wrong(f))
		page_form_error(c, say(c, "form.not_right", NULL), NULL, NULL);
	return page_send(c, "runtime_key_add", f->name_taken ? 409 : is_wrong(f) ? 422 : 200);
}

enum rc page_runtime_key_add(struct ctx *c)
{
	struct key_form f = {.name = "", .days = "", .verbs = ACCESS_ALL_VERBS};
	enum rc rc = key_tools_load(c->core, &c->actor.tenant, &f.tools);

	if (rc == RC_OK)
		rc = show_form(c, &f);
	key_tools_release(&f.tools);
	return rc;
}

/* Adds a word to a list of them. RC_LIMIT. */
static enum rc add_word(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);
	int n = snprintf(list + len, size - len, "%s%s", len ? " " : "", word);

	if (n > 0 && (size_t)n < size - len)
		return RC_OK;
	list[len] = '\0';
	return RC_LIMIT;
}

/* Each value of one field, once. known: is it a word that this page offers? What it did not offer is no slip of
 * the pen. */
static enum rc read_words(struct ctx *c, const struct key_tools *tools, const char *field,
	char *list, size_t size,
	bool (*known)(const struct ctx *c, const struct key_tools *tools, const char *word))
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < c->req.form.n; i++) {
		const struct param *p = &c->req.form.items[i];

		if (strcmp(p->name, field) != 0 || text_has_word(list, p->value, p->value_len))
			continue;
		rc = known(c, tools, p->value) ? add_word(list, size, p->value) : RC_INVALID;
	}
	return rc;
}

static bool is_provider(const struct ctx *c, const struct key_tools *tools, const char *word)
{
	return catalogue_find(c->app->catalogue, word) || key_tools_find(tools, word);
}

static bool is_verb(const struct ctx *c, const struct key_tools *tools, const char *word)
{
	(void)c;
	(void)tools;
	for (int v = 0; v < ACCESS_VERB__MAX; v++)
		if (strcmp(word, access_verb_word((enum access_verb)v)) == 0)
			return true;
	return false;
}

/* A whole number of days, or nothing. */
static bool read_days(const char *text, int64_t *lifetime_s)
{
	size_t n = strspn(text, "0123456789");
	long days;

	*lifetime_s = 0;
	if (text[0] == '\0')
		return true;
	if (text[n] != '\0' || n > 4)
		return false;
	days = strtol(text, NULL, 10);
	*lifetime_s = (int64_t)days * 86400;
	return days > 0 && days <= DAYS_MAX;
}

static void check_form(struct key_form *f, enum rc providers_rc)
{
	if (!text_is_line(f->name, strlen(f->name), NAME_MAX_CHARS))
		f->name_error = MESSAGE("keys.name_wrong");
	if (f->chosen && !f->providers[0])
		f->providers_error = MESSAGE("keys.providers_wrong");
	if (providers_rc == RC_LIMIT)
		f->providers_error = MESSAGE("keys.providers_many");
	if (!f->verbs[0])
		f->verbs_error = MESSAGE("keys.verbs_wrong");
	if (!read_days(f->days, &f->lifetime_s))
		f->days_error = MESSAGE("keys.days_wrong");
}

static enum rc read_form(struct ctx *c, struct key_form *f)
{
	const char *name = req_form(&c->req, "name"), *days = req_form(&c->req, "days");
	const char *scope = req_form(&c->req, "scope");
	enum rc rc = RC_OK, read;

	if (!scope || (strcmp(scope, "all") != 0 && strcmp(scope, "chosen") != 0))
		return RC_INVALID;
	f->name = name ? name : "";
	f->days = days ? days : "";
	f->chosen = strcmp(scope, "chosen") == 0;
	read = read_words(
		c, &f->tools, "provider", f->providers, sizeof(f->providers), is_provider);
	if (read != RC_LIMIT)
		rc = read;
	if (rc == RC_OK)
		rc = read_words(c, &f->tools, "verb", f->verbs, sizeof(f->verbs), is_verb);
	if (rc == RC_OK)
		check_form(f, f->chosen ? read : RC_OK);
	return rc;
}

/* The provider of the example: one that the key reaches, with something to hand out if there is one. */
struct example {
	struct ctx *c;
	const struct key_form *form;
	const char *provider; /* NULL: none yet */
};

static void offer(struct example *e, const struct provider *p)
{
	if (p && !e->provider &&
		(!e->form->chosen || text_has_word(e->form->providers, p->id, strlen(p->id))))
		e->provider = p->id;
}

static void see_tally(
	const char *plugin_id, const char *provider, struct credential_tally tally, void *arg)
{
	struct provider_ref ref = {plugin_id, provider};
	struct example *e = arg;

	if (tally.all)
		offer(e, catalogue_find_ref(e->c->app->catalogue, &ref));
}

static const char *example_provider(struct ctx *c, const struct key_form *f)
{
	struct example e = {c, f, NULL};

	/* the key is made: that the example could be a better one must not hide it */
	(void)!credential_tallies(c->core, &c->actor, see_tally, &e);
	for (size_t i = 0; i < catalogue_count(c->app->catalogue); i++)
		offer(&e, catalogue_at(c->app->catalogue, i));
	return e.provider;
}

static enum rc show_key(struct ctx *c, const struct key_form *f, const struct secret *key)
{
	const char *handout = access_verb_word(ACCESS_HANDOUT);
	const char *list = access_verb_word(ACCESS_LIST), *provider = example_provider(c, f);
	enum rc rc = page_begin(c);

	if (rc != RC_OK)
		return rc;
	view_text(c->root, "Key.Name", f->name);
	view_url(c->root, "DoneUrl", "/runtime-keys");
	if (provider && text_has_word(f->verbs, handout, strlen(handout)))
		page_url(c->root, "ExampleUrl", "%s%s/api/v1/credentials/%s",
			c->core->cfg->public_origin, c->core->cfg->public_prefix, provider);
	else if (text_has_word(f->verbs, list, strlen(list)))
		page_url(c->root, "ExampleUrl", "%s%s/api/v1/credentials",
			c->core->cfg->public_origin, c->core->cfg->public_prefix);
	return page_send_once(c, "runtime_key_shown", key);
}

static enum rc create_key(struct ctx *c, struct key_form *f)
{
	const struct access_key_wish wish = {
		f->name, f->chosen ? f->providers : "", f->verbs, f->lifetime_s};
	struct secret key = SECRET_EMPTY;
	enum rc rc = access_key_create(c->core, &c->actor, &wish, &key);

	if (rc == RC_OK) {
		rc = show_key(c, f, &key);
	} else if (rc == RC_CONFLICT) {
		f->name_taken = true;
		f->name_error = MESSAGE("keys.there_already");
		rc = show_form(c, f);
	}
	secret_release(&key);
	return rc;
}

/* Form: name, scope (all or chosen), provider and verb (each as often as there are), days. */
enum rc page_runtime_key_add_post(struct ctx *c)
{
	struct key_form f = {0};
	enum rc rc = key_tools_load(c->core, &c->actor.tenant, &f.tools);

	if (rc == RC_OK)
		rc = read_form(c, &f);
	if (rc == RC_OK)
		rc = is_wrong(&f) ? show_form(c, &f) : create_key(c, &f);
	key_tools_release(&f.tools);
	return rc;
}

/* ---- revoke ---- */

/* The key that the URL names, put into the data set. */
struct search {
	struct key_list list;
	struct uuid id;
	bool found;
};

static void find_key(const struct access_key *key, void *arg)
{
	struct search *s = arg;

	if (!uuid_equal(&key->id, &s->id))
		return;
	s->found = true;
	set_key(&s->list, view_child(s->list.c->root, "Key"), key);
}

static enum rc key_id(struct ctx *c, struct uuid *out)
{
	return uuid_parse(route_arg(&c->match, "key"), out) == RC_OK ? RC_OK : RC_NOT_FOUND;
}

enum rc page_runtime_key_revoke(struct ctx *c)
{
	struct key_tools tools = {0};
	struct search s = {.list = {c, &tools}};
	enum rc rc = key_id(c, &s.id);

	if (rc == RC_OK)
		rc = key_tools_load(c->core, &c->actor.tenant, &tools);
	if (rc == RC_OK)
		rc = page_begin(c);
	if (rc == RC_OK)
		rc = access_key_each(c->core, &c->actor.tenant, find_key, &s);
	key_tools_release(&tools);
	if (rc == RC_OK && !s.found)
		rc = RC_NOT_FOUND;
	if (rc != RC_OK)
		return rc;
	page_url(c->root, "Form.Url", "/runtime-keys/%s/revoke", route_arg(&c->match, "key"));
	view_url(c->root, "Form.CancelUrl", "/runtime-keys");
	return page_send(c, "runtime_key_revoke", 200);
}

enum rc page_runtime_key_revoke_post(struct ctx *c)
{
	struct uuid id;
	enum rc rc = key_id(c, &id);

	if (rc == RC_OK)
		rc = access_key_revoke(c->core, &c->actor, &id);
	return rc == RC_OK ? page_redirect(c, "/runtime-keys?done=key-revoked") : rc;
}
