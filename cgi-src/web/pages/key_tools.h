/* SPDX-License-Identifier: Apache-2.0
 *
 * The API tools of the workspace, as runtime keys name them: by the id that their authorizations have, whether they have
 * any or not.
 */
#ifndef GRANTRY_WEB_PAGES_KEY_TOOLS_H
#define GRANTRY_WEB_PAGES_KEY_TOOLS_H

#include "domain/definition.h"
#include "domain/tool/api_tool.h"

struct key_tool {
	char id[DEFINITION_PLUGIN_SIZE + sizeof(DEFINITION_TOOL_NAME)];
	char name[API_TOOL_NAME_SIZE];
};

struct key_tools {
	struct key_tool *items; /* owned; in the order of their names */
	size_t n;
};

enum rc key_tools_load(const struct core *core, const struct tenant_id *tenant,
	struct key_tools *out) RC_MUST_CHECK;
void key_tools_release(struct key_tools *tools);

/** key_tools_find(tools, id): NULL when there is none of this name. */
const struct key_tool *key_tools_find(const struct key_tools *tools, const char *id);

#endif
