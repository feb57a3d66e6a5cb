/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "domain/tool/app_tools.h"
#include "domain/tool/app_tools_parse.h"

static struct app_tools_said said;

static enum rc parse(const char *text)
{
	app_tools_said_release(&said);
	return app_tools_parse(text, strlen(text), &said);
}

#define ENTRY                                                                                      \
	"{\"provider_type\":\"api\",\"provider_id\":\"p\",\"tool_name\":\"t\",\"enabled\":true}"

static void an_agent_names_its_tools(void)
{
	CHECK_INT(parse("{\"name\":\"Bot\",\"agent_mode\":{\"enabled\":true,\"tools\":[" ENTRY
			",{\"dataset\":{\"enabled\":true}},{\"provider_type\":\"api\","
			"\"provider_id\":\"p\",\"tool_name\":\"u\"},"
			"{\"provider_type\":\"builtin\",\"provider_id\":\"a/b/c\",\"tool_name\":"
			"\"v\",\"enabled\":false,\"credential_id\":\"x\"}]}}"),
		RC_OK);
	CHECK_STR(said.name, "Bot");
	CHECK_INT(said.n, 2); /* three members are a setting of another kind */
	CHECK_STR(said.items[0].tool_name, "t");
	CHECK(said.items[0].enabled && !said.items[1].enabled);
	CHECK_STR(said.items[1].credential_id, "x");
	CHECK_STR(said.items[1].place, "");
}

static void a_text_is_taken_like_the_object_in_it(void)
{
	CHECK_INT(parse("{\"agent_mode\":\"{\\\"tools\\\":[{\\\"provider_type\\\":\\\"api\\\","
			"\\\"provider_id\\\":\\\"p\\\",\\\"tool_name\\\":\\\"t\\\","
			"\\\"enabled\\\":true}]}\"}"),
		RC_OK);
	CHECK_INT(said.n, 1);
	CHECK_INT(parse("{\"agent_mode\":\"not JSON\"}"), RC_INVALID);
	CHECK_INT(parse("{\"agent_mode\":\"[]\"}"), RC_INVALID);
	CHECK_INT(parse("{\"agent_mode\":null,\"graph\":null}"), RC_OK);
	CHECK_INT(said.n, 0);
}

static void a_workflow_names_them_in_its_nodes(void)
{
	CHECK_INT(
		parse("{\"graph\":{\"nodes\":["
		      "{\"id\":\"1\",\"data\":{\"type\":\"tool\",\"provider_type\":\"api\","
		      "\"provider_id\":\"p\",\"tool_name\":\"t\",\"credential_id\":null}},"
		      "{\"id\":\"2\",\"data\":{\"type\":\"llm\",\"tool_name\":\"no\"}},"
		      "{\"id\":\"3\",\"data\":{\"type\":\"agent\",\"agent_parameters\":{\"tools\":"
		      "{\"value\":[{\"type\":\"builtin\",\"provider_name\":\"a/b/c\","
		      "\"tool_name\":\"u\",\"enabled\":true}]}}}},"
		      "{\"id\":\"4\",\"data\":{\"type\":\"datasource\",\"provider_name\":"
		      "\"a/b/d\",\"datasource_name\":\"pages\"}},"
		      "{\"id\":\"5\",\"data\":{\"type\":\"trigger-plugin\",\"provider_id\":"
		      "\"a/b/e\",\"event_name\":\"push\"}},"
		      "{\"id\":\"6\"},7,null,{\"id\":\"8\",\"data\":[]}]}}"),
		RC_OK);
	CHECK_INT(said.n, 4);
	CHECK_STR(said.items[0].place, "1");
	CHECK_STR(said.items[0].credential_id, "");
	CHECK_STR(said.items[1].place, "3");
	CHECK_STR(said.items[1].provider_id, "a/b/c");
	CHECK_STR(said.items[2].provider_type, "datasource");
	CHECK_STR(said.items[2].tool_name, "pages");
	CHECK_STR(said.items[3].provider_type, "trigger");
}

static void our_own_list_is_read_strictly(void)
{
	CHECK_INT(parse("{\"references\":[{\"provider_type\":\"api\",\"tool_name\":\"t\",\"place\":"
			"\"n\",\"provider\":{\"name\":\"Orders\",\"schema_sha256\":\"00\"},"
			"\"credential\":\"Work\"}]}"),
		RC_OK);
	CHECK_INT(said.n, 1);
	CHECK_STR(said.items[0].provider_name, "Orders");
	CHECK_STR(said.items[0].credential, "Work");
	CHECK_INT(parse("{\"references\":[{\"provider_type\":\"api\",\"provider_id\":\"p\"}]}"),
		RC_INVALID);
	CHECK_INT(parse("{\"references\":[{\"provider_type\":\"api\",\"tool_name\":\"t\"}]}"),
		RC_INVALID);
	CHECK_INT(parse("{\"references\":[7]}"), RC_INVALID);
	CHECK_INT(parse("{\"references\":{}}"), RC_INVALID);
	CHECK_INT(parse("{\"references\":[{\"provider_id\":\"p\",\"tool_name\":\"a\\nb\"}]}"),
		RC_INVALID);
}

static void what_is_no_document_is_refused(void)
{
	CHECK_INT(parse(""), RC_INVALID);
	CHECK_INT(parse("[]"), RC_INVALID);
	CHECK_INT(parse("{\"agent_mode\":[]}"), RC_INVALID);
	CHECK_INT(parse("{\"graph\":7}"), RC_INVALID);
	CHECK_INT(parse("{}"), RC_OK);
	CHECK_INT(said.n, 0);
}

static void there_are_not_too_many(void)
{
	static char text[APP_TOOLS_MAX * 96 + 256];
	size_t n = (size_t)snprintf(text, sizeof(text), "{\"agent_mode\":{\"tools\":[" ENTRY);

	for (size_t i = 1; i < APP_TOOLS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "," ENTRY);
	(void)snprintf(text + n, sizeof(text) - n, "]}}");
	CHECK_INT(parse(text), RC_OK);
	CHECK_INT(said.n, APP_TOOLS_MAX);
	(void)snprintf(text + n, sizeof(text) - n, "," ENTRY "]}}");
	CHECK_INT(parse(text), RC_LIMIT);
}

int main(void)
{
	RUN(an_agent_names_its_tools);
	RUN(a_text_is_taken_like_the_object_in_it);
	RUN(a_workflow_names_them_in_its_nodes);
	RUN(our_own_list_is_read_strictly);
	RUN(what_is_no_document_is_refused);
	RUN(there_are_not_too_many);
	app_tools_said_release(&said);
	return CHECK_DONE;
}
