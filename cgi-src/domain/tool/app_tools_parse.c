/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/tool/app_tools_parse.h"

#include <stdlib.h>
#include <string.h>

#include "domain/tool/app_tools.h"
#include "platform/text.h"

#define AGENT_MEMBERS_MIN 4 /* older entries are settings of another kind */
#define PROVIDER_ID_CHARS 512

void app_tools_said_release(struct app_tools_said *said)
{
	free(said->items);
	for (size_t i = 0; i < sizeof(said->docs) / sizeof(said->docs[0]); i++)
		jsonr_free(said->docs[i]);
	*said = (struct app_tools_said){0};
}

/* A line of text at pointer, or "": nothing is there, null, or none of that form. */
static const char *line_at(jsonv *v, const char *pointer, size_t max_chars)
{
	const char *p;
	size_t len;
	jsonv *at;

	if (!jsonr_pointer(v, pointer, &at) || !jsonr_text(at, &p, &len) ||
		!text_is_line(p, len, max_chars))
		return "";
	return p;
}

static const char *text_at(jsonv *v, const char *pointer)
{
	return line_at(v, pointer, APP_TOOLS_TEXT_CHARS);
}

static const char *either(const char *a, const char *b)
{
	return a[0] ? a : b;
}

static bool bool_at(jsonv *v, const char *pointer, bool otherwise)
{
	bool value;
	jsonv *at;

	return jsonr_pointer(v, pointer, &at) && jsonr_bool(at, &value) ? value : otherwise;
}

static jsonv *array_at(jsonv *v, const char *pointer)
{
	jsonv *at;

	return jsonr_pointer(v, pointer, &at) && jsonr_kind(at) == JSONR_ARRAY ? at : NULL;
}

static enum rc add(struct app_tools_said *said, const struct app_tool_said *item)
{
	if (!item->tool_name[0] || !either(item->provider_id, item->provider_name)[0])
		return RC_OK;
	if (said->n == APP_TOOLS_MAX)
		return RC_LIMIT;
	if (!said->items) {
		said->items = calloc(APP_TOOLS_MAX, sizeof(*said->items));
		if (!said->items)
			return RC_NOMEM;
	}
	said->items[said->n++] = *item;
	return RC_OK;
}

/* An entry of agent_mode.tools, of the tools of an agent node, or the data of a tool node: all the same but for
 * how they call the type and the provider. */
static struct app_tool_said tool_from(jsonv *v, const char *place)
{
	const char *type = either(text_at(v, "/provider_type"), text_at(v, "/type"));

	return (struct app_tool_said){
		.place = place,
		.provider_type = either(type, "builtin"),
		.provider_id = either(line_at(v, "/provider_id", PROVIDER_ID_CHARS),
			line_at(v, "/provider_name", PROVIDER_ID_CHARS)),
		.tool_name = text_at(v, "/tool_name"),
		.credential_id = text_at(v, "/credential_id"),
		.credential = "",
		.provider_name = "",
		.sha256 = "",
		.enabled = bool_at(v, "/enabled", true),
	};
}

static enum rc add_tools(struct app_tools_said *said, jsonv *tools, const char *place)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < jsonr_length(tools) && rc == RC_OK; i++) {
		jsonv *v = jsonr_at(tools, i);
		struct app_tool_said item;

		if (jsonr_kind(v) != JSONR_OBJECT || jsonr_length(v) < AGENT_MEMBERS_MIN)
			continue;
		item = tool_from(v, place);
		rc = add(said, &item);
	}
	return rc;
}

/* A node that reads a data source or waits for a trigger: its "tool" is what it reads or waits for. */
static enum rc add_source(struct app_tools_said *said, jsonv *data, const char *place,
	const char *type, const char *tool_pointer)
{
	struct app_tool_said item = tool_from(data, place);

	item.provider_type = type;
	item.tool_name = text_at(data, tool_pointer);
	return add(said, &item);
}

static enum rc add_node(struct app_tools_said *said, jsonv *node)
{
	const char *place = text_at(node, "/id"), *type = text_at(node, "/data/type");
	struct app_tool_said item;
	jsonv *data;

	if (!jsonr_pointer(node, "/data", &data) || jsonr_kind(data) != JSONR_OBJECT)
		return RC_OK;
	if (strcmp(type, "agent") == 0)
		return add_tools(said, array_at(data, "/agent_parameters/tools/value"), place);
	if (strcmp(type, "datasource") == 0)
		return add_source(said, data, place, "datasource", "/datasource_name");
	if (strcmp(type, "trigger-plugin") == 0)
		return add_source(said, data, place, "trigger", "/event_name");
	if (strcmp(type, "tool") != 0)
		return RC_OK;
	item = tool_from(data, place);
	return add(said, &item);
}

static enum rc add_graph(struct app_tools_said *said, jsonv *graph)
{
	jsonv *nodes = array_at(graph, "/nodes");
	enum rc rc = RC_OK;

	for (size_t i = 0; i < jsonr_length(nodes) && rc == RC_OK; i++)
		rc = add_node(said, jsonr_at(nodes, i));
	return rc;
}

/* Our own form: one that names no tool is a mistake of the caller. */
static enum rc add_references(struct app_tools_said *said, jsonv *list)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < jsonr_length(list) && rc == RC_OK; i++) {
		jsonv *v = jsonr_at(list, i);
		struct app_tool_said item = tool_from(v, text_at(v, "/place"));
		size_t before = said->n;

		item.credential = text_at(v, "/credential");
		item.provider_name = text_at(v, "/provider/name");
		item.sha256 = text_at(v, "/provider/schema_sha256");
		rc = add(said, &item);
		if (rc == RC_OK && said->n == before)
			rc = RC_INVALID;
	}
	return rc;
}

/* Runtimes keep agent_mode and graph as text: both forms are taken. Absent or null: *out is NULL. */
static enum rc object_or_text(jsonv *root, const char *pointer, struct jsonr **doc, jsonv **out)
{
	const char *p;
	size_t len;
	enum rc rc;

	*out = NULL;
	if (!jsonr_pointer(root, pointer, out) || jsonr_kind(*out) == JSONR_NULL)
		return RC_OK;
	if (jsonr_text(*out, &p, &len)) {
		rc = jsonr_parse(p, len, doc);
		if (rc != RC_OK)
			return rc;
		*out = jsonr_root(*doc);
	}
	return jsonr_kind(*out) == JSONR_OBJECT ? RC_OK : RC_INVALID;
}

static enum rc read_all(struct app_tools_said *said, jsonv *root)
{
	jsonv *agent, *graph, *list;
	enum rc rc;

	if (jsonr_kind(root) != JSONR_OBJECT)
		return RC_INVALID;
	said->name = text_at(root, "/name");
	rc = object_or_text(root, "/agent_mode", &said->docs[1], &agent);
	if (rc == RC_OK)
		rc = object_or_text(root, "/graph", &said->docs[2], &graph);
	if (rc == RC_OK && jsonr_pointer(root, "/references", &list))
		rc = jsonr_kind(list) == JSONR_ARRAY ? add_references(said, list) : RC_INVALID;
	if (rc == RC_OK && agent)
		rc = add_tools(said, array_at(agent, "/tools"), "");
	return rc == RC_OK && graph ? add_graph(said, graph) : rc;
}

enum rc app_tools_parse(const char *p, size_t len, struct app_tools_said *out)
{
	enum rc rc;

	*out = (struct app_tools_said){.name = ""};
	rc = jsonr_parse(p, len, &out->docs[0]);
	if (rc == RC_OK)
		rc = read_all(out, jsonr_root(out->docs[0]));
	if (rc != RC_OK)
		app_tools_said_release(out);
	return rc;
}
