/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages/api_tool_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"
#include "web/say.h"

#define FILTER_MAX_CHARS 100

/* ---- of the URL ---- */

enum rc api_tool_id_of(struct ctx *c, struct api_tool_id *out)
{
	return uuid_parse(route_arg(&c->match, "tool"), &out->u) == RC_OK ? RC_OK : RC_NOT_FOUND;
}

enum rc api_tool_of(struct ctx *c, struct api_tool *out)
{
	struct api_tool_id id;
	enum rc rc = api_tool_id_of(c, &id);

	memset(out, 0, sizeof(*out));
	return rc == RC_OK ? api_tool_load(c->core, &c->actor.tenant, &id, out) : rc;
}

void api_tool_url(
	struct view_node *node, const char *name, const struct api_tool_id *id, const char *rest)
{
	char text[UUID_TEXT_SIZE];

	uuid_text(&id->u, text);
	page_url(node, name, "/api-tools/%s%s", text, rest);
}

enum rc api_tool_redirect(struct ctx *c, const struct api_tool_id *id, const char *rest)
{
	char text[UUID_TEXT_SIZE];

	uuid_text(&id->u, text);
	return page_redirect(c, "/api-tools/%s%s", text, rest);
}

/* ---- what every page of a tool begins with ---- */

bool api_tool_manages(const struct ctx *c)
{
	return policy_allows(c->actor.role, ACTION_API_TOOL_MANAGE);
}

static bool is_tone(const char *word)
{
	static const char tones[] = "ink blue teal green amber orange red violet";

	return word[0] && text_has_word(tones, word, strlen(word));
}

void api_tool_tile(struct view_node *node, const char *name, const struct api_icon *icon)
{
	char letter[8];
	uint32_t code;
	size_t len = text_decode(name, strlen(name), &code);

	(void)snprintf(letter, sizeof(letter), "%.*s", (int)len, name);
	view_text(node, "Icon.Letter", icon->content[0] ? icon->content : letter);
	view_text(node, "Icon.Tone", is_tone(icon->background) ? icon->background : "blue");
}

void api_tool_head(struct ctx *c, const struct api_tool *t)
{
	struct view_node *node = view_child(c->root, "Tool");

	view_text(node, "Name", t->name);
	api_tool_url(node, "Url", &t->id, "");
	api_tool_tile(node, t->name, &t->icon);
	view_url(c->root, "ListUrl", "/api-tools");
}

void api_tool_set_labels(struct view_node *node, const char *labels)
{
	struct view_node *list = view_child(node, "Labels");
	char word[API_TOOL_LABEL_CHARS * 4 + 1];

	for (const char *p = labels; *p; p += *p == ' ') {
		size_t len = strcspn(p, " ");

		(void)snprintf(word, sizeof(word), "%.*s", (int)len, p);
		if (len)
			view_text(view_append(list), "Text", word);
		p += len;
	}
}

/* ---- JSON ---- */

const char *doc_text(jsonv *v, const char *pointer)
{
	const char *p;
	size_t len;

	return jsonr_pointer(v, pointer, &v) && jsonr_text(v, &p, &len) ? p : "";
}

jsonv *doc_list(jsonv *v, const char *pointer)
{
	return jsonr_pointer(v, pointer, &v) && jsonr_kind(v) == JSONR_ARRAY ? v : NULL;
}

/* ---- fields ---- */

struct tool_fields tool_fields(struct ctx *c, const struct tool_problem *problem)
{
	struct tool_fields f = {.c = c, .list = view_child(c->root, "Fields")};

	if (problem && problem->field[0] && problem->reason) {
		f.bad = problem->field;
		f.reason = say(c, problem->reason, NULL);
	}
	return f;
}

struct view_node *tool_field(struct tool_fields *f, const char *kind, const char *key,
	const char *label, const char *value)
{
	struct view_node *field = view_append(f->list);
	char id[24];

	(void)snprintf(id, sizeof(id), "f%u", f->n++);
	if (!value)
		value = tool_given(f->c, key, "");
	view_text(field, "Id", id);
	view_text(field, "Key", key);
	view_text(field, "Kind", kind);
	view_text(field, "Label", label);
	if (value[0])
		view_text(field, "Value", value);
	if (f->bad && strcmp(f->bad, key) == 0) {
		view_text(field, "Error", f->reason);
		f->placed = true;
	}
	return field;
}

void tool_option(struct view_node *field, const char *value, const char *label, bool selected)
{
	struct view_node *option = view_append(view_child(field, "Options"));

	view_text(option, "Value", value);
	view_text(option, "Label", label);
	view_flag(option, "Selected", selected);
}

const char *tool_given(struct ctx *c, const char *key, const char *stored)
{
	const char *value = req_form(&c->req, key);

	return value ? value : stored;
}

bool tool_ticked(struct ctx *c, const char *key, bool stored)
{
	return c->req.method == REQ_POST ? req_form(&c->req, key) != NULL : stored;
}

/* ---- operations ---- */

struct tool_rows tool_rows_of(const char *filter, const char *offset)
{
	struct tool_rows rows = {0};

	if (filter && text_is_line(filter, strlen(filter), FILTER_MAX_CHARS))
		rows.filter = filter;
	if (offset && strlen(offset) < 8)
		rows.offset = strtol(offset, NULL, 10);
	if (rows.offset < 0 || rows.offset > IMPORT_OPERATIONS_MAX)
		rows.offset = 0;
	return rows;
}

static void set_row(struct ctx *c, struct view_node *list, const struct api_operation *o,
	const struct api_tool_id *tool)
{
	struct view_node *item = view_append(list);
	char rest[IMPORT_OPERATION_NAME_MAX + 16], id[32];

	(void)snprintf(id, sizeof(id), "op%lld", (long long)o->position);
	view_text(item, "Id", id);
	view_text(item, "Name", o->name);
	view_text(item, "Method", o->method);
	view_text(item, "Path", o->path);
	if (o->summary[0])
		view_text(item, "Summary", o->summary);
	view_flag(item, "Deprecated", o->deprecated);
	view_flag(item, "Enabled", o->enabled);
	if (o->n_warnings)
		view_text(item, "Warnings",
			say_count(c, "api_tools.n_warnings", o->n_warnings, NULL));
	if (tool) {
		(void)snprintf(rest, sizeof(rest), "/operations/%s", o->name);
		api_tool_url(item, "Url", tool, rest);
	}
}

enum rc tool_rows_show(struct ctx *c, const struct uuid *owner, const struct tool_rows *rows,
	const struct api_tool_id *tool)
{
	struct view_node *node = view_child(c->root, "Operations");
	struct api_operations list = {0};
	enum rc rc = api_operations_load(
		c->core, &c->actor.tenant, owner, rows->filter, rows->offset, API_TOOL_ROWS, &list);

	for (size_t i = 0; rc == RC_OK && i < list.n; i++)
		set_row(c, view_child(node, "Items"), &list.items[i], tool);
	if (rc == RC_OK) {
		view_text(node, "Filter", rows->filter);
		view_int(node, "Total", list.total);
		view_int(node, "Offset", rows->offset);
		view_int(node, "First", rows->offset + 1);
		view_int(node, "Last", rows->offset + (int64_t)list.n);
		if (rows->offset > 0)
			view_int(node, "Before",
				rows->offset > API_TOOL_ROWS ? rows->offset - API_TOOL_ROWS : 0);
		if (rows->offset + (int64_t)list.n < list.total)
			view_int(node, "After", rows->offset + API_TOOL_ROWS);
		view_flag(node, "Paged", rows->filter || list.total > API_TOOL_ROWS);
	}
	api_operations_release(&list);
	return rc;
}

static bool is_sent(const struct params *form, const char *name, const char *value)
{
	for (size_t i = 0; i < form->n; i++)
		if (strcmp(form->items[i].name, name) == 0 &&
			strcmp(form->items[i].value, value) == 0)
			return true;
	return false;
}

void tool_ticks_read(struct ctx *c, struct tool_ticks *out)
{
	const struct params *form = &c->req.form;
	const char *all = req_form(&c->req, "all");

	*out = (struct tool_ticks){.choice = {.on = out->on, .off = out->off}};
	out->choice.all_on = all && strcmp(all, "on") == 0;
	out->choice.all_off = all && strcmp(all, "off") == 0;
	for (size_t i = 0; !all && i < form->n; i++) {
		const char *name = form->items[i].value;

		if (strcmp(form->items[i].name, "seen") != 0)
			continue;
		if (is_sent(form, "on", name) && out->choice.n_on < API_OPERATIONS_PAGE_MAX)
			out->on[out->choice.n_on++] = name;
		else if (out->choice.n_off < API_OPERATIONS_PAGE_MAX)
			out->off[out->choice.n_off++] = name;
	}
}
