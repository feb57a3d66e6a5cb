/* SPDX-License-Identifier: Apache-2.0
 *
 * The form of an API tool: its name, its texts, its server. Belongs to api_tool_parts.h.
 */
#include <stdio.h>
#include <string.h>

#include "web/pages/api_tool_parts.h"
#include "web/say.h"

#define VARIABLE_PREFIX "variables."
#define OTHER_SERVER "other"

/* ---- fields ---- */

static void show_icon(struct tool_fields *f, const struct api_icon *icon)
{
	static const struct {
		const char *word, *label;
	} tones[] = {{"blue", MESSAGE("tone.blue")}, {"teal", MESSAGE("tone.teal")},
		{"green", MESSAGE("tone.green")}, {"amber", MESSAGE("tone.amber")},
		{"orange", MESSAGE("tone.orange")}, {"red", MESSAGE("tone.red")},
		{"violet", MESSAGE("tone.violet")}, {"ink", MESSAGE("tone.ink")}};
	struct ctx *c = f->c;
	const char *tone = tool_given(c, "tone", icon->background);
	struct view_node *field;

	field = tool_field(f, "text-input", "icon", say(c, "api_tools.icon", NULL),
		tool_given(c, "icon", icon->content));
	view_text(field, "Help", say(c, "api_tools.icon_help", NULL));
	field = tool_field(f, "select", "tone", say(c, "api_tools.tone", NULL), "");
	view_flag(field, "Required", true);
	for (size_t i = 0; i < sizeof(tones) / sizeof(tones[0]); i++)
		tool_option(field, tones[i].word, say(c, tones[i].label, NULL),
			strcmp(tone, tones[i].word) == 0);
}

static void show_texts(struct tool_fields *f, const struct api_tool *t)
{
	struct ctx *c = f->c;
	struct view_node *field;

	field = tool_field(f, "text-input", "labels", say(c, "api_tools.labels", NULL),
		tool_given(c, "labels", t->labels));
	view_text(field, "Help", say(c, "api_tools.labels_help", NULL));
	field = tool_field(f, "text-input", "privacy_policy",
		say(c, "api_tools.privacy_policy", NULL),
		tool_given(c, "privacy_policy", t->privacy_policy));
	view_text(field, "Placeholder", "https://");
	field = tool_field(f, "long-text", "disclaimer", say(c, "api_tools.disclaimer", NULL),
		tool_given(c, "disclaimer", t->disclaimer ? t->disclaimer : ""));
	view_text(field, "Help", say(c, "api_tools.disclaimer_help", NULL));
}

static bool is_declared(jsonv *servers, const char *url)
{
	for (size_t i = 0; i < jsonr_length(servers); i++)
		if (strcmp(doc_text(jsonr_at(servers, i), "/url"), url) == 0)
			return true;
	return false;
}

/* Those of the document, and any other. */
static void show_servers(struct tool_fields *f, jsonv *servers, const char *chosen)
{
	struct ctx *c = f->c;
	bool other =
		strcmp(chosen, OTHER_SERVER) == 0 || (chosen[0] && !is_declared(servers, chosen));
	struct view_node *field =
		tool_field(f, "select", "server", say(c, "api_tools.server", NULL), "");

	view_flag(field, "Required", true);
	for (size_t i = 0; i < jsonr_length(servers); i++) {
		const char *url = doc_text(jsonr_at(servers, i), "/url");

		tool_option(field, url, url, !other && strcmp(url, chosen) == 0);
	}
	tool_option(field, OTHER_SERVER, say(c, "api_tools.server_other", NULL), other);
	field = tool_field(f, "text-input", "server_other", say(c, "api_tools.server_url", NULL),
		tool_given(c, "server_other",
			other && strcmp(chosen, OTHER_SERVER) != 0 ? chosen : ""));
	view_text(field, "Placeholder", "https://");
	view_text(field, "Help", say(c, "api_tools.server_other_help", NULL));
	view_text(field, "WhenJson", "[[\"server\",[\"" OTHER_SERVER "\"]]]");
	field = view_append(view_child(field, "When"));
	view_text(field, "Label", say(c, "api_tools.server", NULL));
	view_text(view_append(view_child(field, "Values")), "Text",
		say(c, "api_tools.server_other", NULL));
}

static void show_server(struct tool_fields *f, jsonv *head, const char *stored)
{
	jsonv *servers = doc_list(head, "/servers");
	const char *chosen = tool_given(f->c, "server", stored);
	struct view_node *field;

	if (jsonr_length(servers) > 0) {
		show_servers(
			f, servers, chosen[0] ? chosen : doc_text(jsonr_at(servers, 0), "/url"));
		return;
	}
	field = tool_field(
		f, "text-input", "server", say(f->c, "api_tools.server_url", NULL), chosen);
	view_flag(field, "Required", true);
	view_text(field, "Placeholder", "https://");
	view_text(field, "Help", say(f->c, "api_tools.server_missing", NULL));
}

static const char *stored_variable(const struct tool_settings *s, const char *name)
{
	for (size_t i = 0; s && i < s->n_variables; i++)
		if (strcmp(s->variables[i].name, name) == 0)
			return s->variables[i].value;
	return "";
}

static void show_variable(struct tool_fields *f, jsonv *variable, const struct tool_settings *s)
{
	const char *name = doc_text(variable, "/name"), *value;
	const char *fallback = doc_text(variable, "/default");
	jsonv *values = doc_list(variable, "/enum");
	char key[sizeof(((struct tool_problem *)0)->field)];
	struct view_node *field;

	(void)snprintf(key, sizeof(key), VARIABLE_PREFIX "%s", name);
	value = tool_given(f->c, key, stored_variable(s, name));
	field = tool_field(f, jsonr_length(values) ? "select" : "text-input", key,
		say(f->c, "api_tools.variable", "name", name, NULL), value);
	view_flag(field, "Required", !fallback[0]);
	view_text(field, "Help",
		doc_text(variable, "/description")[0] ? doc_text(variable, "/description") : NULL);
	view_text(field, "Placeholder", fallback[0] ? fallback : NULL);
	for (size_t i = 0; i < jsonr_length(values); i++) {
		const char *one = doc_text(jsonr_at(values, i), "");

		tool_option(field, one, one, strcmp(one, value[0] ? value : fallback) == 0);
	}
}

/* Each name once, whichever server has it. */
static bool is_first(jsonv *servers, size_t server, size_t variable, const char *name)
{
	for (size_t i = 0; i <= server; i++) {
		jsonv *list = doc_list(jsonr_at(servers, i), "/variables");

		for (size_t k = 0; k < jsonr_length(list) && (i < server || k < variable); k++)
			if (strcmp(doc_text(jsonr_at(list, k), "/name"), name) == 0)
				return false;
	}
	return true;
}

static void show_variables(struct tool_fields *f, jsonv *head, const struct tool_settings *s)
{
	jsonv *servers = doc_list(head, "/servers");
	unsigned shown = 0;

	for (size_t i = 0; i < jsonr_length(servers); i++) {
		jsonv *list = doc_list(jsonr_at(servers, i), "/variables");

		for (size_t k = 0; k < jsonr_length(list) && shown < TOOL_VARIABLES_MAX; k++) {
			jsonv *variable = jsonr_at(list, k);

			if (!is_first(servers, i, k, doc_text(variable, "/name")))
				continue;
			show_variable(f, variable, s);
			shown++;
		}
	}
}

void tool_form_show(struct tool_fields *f, const struct api_tool *t, jsonv *head)
{
	static const struct api_tool none = {.description = NULL};
	struct ctx *c = f->c;
	struct view_node *field;
	const char *description;

	field = tool_field(f, "text-input", "name", say(c, "api_tools.name", NULL),
		tool_given(c, "name", t ? t->name : doc_text(head, "/title")));
	view_flag(field, "Required", true);
	view_text(field, "Help", say(c, "api_tools.name_help", NULL));
	description = t ? t->description : doc_text(head, "/description");
	(void)tool_field(f, "long-text", "description", say(c, "api_tools.description", NULL),
		tool_given(c, "description", description));
	show_server(f, head, t ? t->settings.server : "");
	show_variables(f, head, t ? &t->settings : NULL);
	show_icon(f, t ? &t->icon : &none.icon);
	show_texts(f, t ? t : &none);
}

/* ---- what was sent ---- */

static void read_variables(struct ctx *c, struct tool_settings *s)
{
	const struct params *form = &c->req.form;

	s->n_variables = 0;
	for (size_t i = 0; i < form->n && s->n_variables < TOOL_VARIABLES_MAX; i++) {
		const struct param *one = &form->items[i];

		if (strncmp(one->name, VARIABLE_PREFIX, sizeof(VARIABLE_PREFIX) - 1) == 0 &&
			one->value_len > 0)
			s->variables[s->n_variables++] = (struct tool_pair){
				one->name + sizeof(VARIABLE_PREFIX) - 1, one->value};
	}
}

/* A final slash would be there twice, before each path. */
static void read_server(struct ctx *c, struct tool_form *out)
{
	const char *server = tool_given(c, "server", "");
	size_t len;

	if (strcmp(server, OTHER_SERVER) == 0)
		server = tool_given(c, "server_other", "");
	(void)snprintf(out->server, sizeof(out->server), "%s", server);
	len = strlen(out->server);
	if (len > 0 && out->server[len - 1] == '/')
		out->server[len - 1] = '\0';
	out->settings.server = out->server;
}

static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

void tool_form_read(struct ctx *c, const struct tool_settings *before, struct tool_form *out)
{
	memset(out, 0, sizeof(*out));
	out->settings = before ? *before : TOOL_SETTINGS_EMPTY;
	out->settings.doc = NULL;
	read_server(c, out);
	read_variables(c, &out->settings);
	out->wish = (struct api_tool_wish){
		.name = tool_given(c, "name", ""),
		.description = tool_given(c, "description", ""),
		.privacy_policy = tool_given(c, "privacy_policy", ""),
		.disclaimer = tool_given(c, "disclaimer", ""),
		.labels = tool_given(c, "labels", ""),
		.settings = &out->settings,
	};
	copy_text(
		out->wish.icon.content, sizeof(out->wish.icon.content), tool_given(c, "icon", ""));
	copy_text(out->wish.icon.background, sizeof(out->wish.icon.background),
		tool_given(c, "tone", ""));
}

/* ---- the settings alone ---- */

struct api_tool_wish api_tool_wish_of(const struct api_tool *t,
	const struct tool_settings *settings, const struct fieldset *secrets)
{
	return (struct api_tool_wish){
		.name = t->name,
		.description = t->description,
		.privacy_policy = t->privacy_policy,
		.disclaimer = t->disclaimer,
		.labels = t->labels,
		.icon = t->icon,
		.settings = settings,
		.secrets = secrets,
	};
}

enum rc api_tool_settings_save(
	struct ctx *c, const struct api_tool *t, const struct tool_settings *settings)
{
	struct api_tool_wish wish = api_tool_wish_of(t, settings, NULL);
	enum rc rc = page_version(c, "version", &wish.expected_version);

	if (rc == RC_OK)
		rc = api_tool_update(c->core, &c->actor, &t->id, &wish);
	return rc == RC_OK ? api_tool_redirect(c, &t->id, "/authorization?done=method-removed")
			   : rc;
}

/* ---- how it ended ---- */

enum rc tool_form_answer(
	enum rc rc, const struct api_tool_wish *wish, struct tool_problem *problem, int *status)
{
	*problem = wish->problem;
	*status = 0;
	if (rc == RC_INVALID && wish->problem.reason) {
		*status = 422;
		return RC_OK;
	}
	if (rc != RC_CONFLICT)
		return rc;
	*status = 409;
	if (wish->name_taken)
		*problem = (struct tool_problem){"name", MESSAGE("api_tools.name_taken")};
	return RC_OK;
}

void tool_form_fault(struct ctx *c, const struct tool_fields *f, int status, const char *title)
{
	if (!status)
		return;
	if (f->bad)
		page_form_error(c, say(c, title, NULL), f->placed ? NULL : f->reason, NULL);
	else
		page_form_error(c, say(c, title, NULL), say(c, "api_tools.changed_meanwhile", NULL),
			say(c, "api_tools.changed_next", NULL));
}
