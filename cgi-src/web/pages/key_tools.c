/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages/key_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/text.h"

struct loading {
	struct key_tools *tools;
	enum rc rc;
};

static void add(const struct provider_ref *ref, const char *label, void *arg)
{
	struct loading *l = arg;
	struct key_tool *tool;

	if (l->tools->n == API_TOOLS_MAX) /* more than a workspace can have */
		l->rc = RC_LIMIT;
	if (l->rc != RC_OK)
		return;
	tool = &l->tools->items[l->tools->n++];
	(void)snprintf(tool->id, sizeof(tool->id), "%s/%s", ref->plugin_id, ref->provider);
	TEXT_COPY(tool->name, label);
}

enum rc key_tools_load(
	const struct core *core, const struct tenant_id *tenant, struct key_tools *out)
{
	struct loading l = {out, RC_OK};
	enum rc rc;

	*out = (struct key_tools){calloc(API_TOOLS_MAX, sizeof(*out->items)), 0};
	if (!out->items)
		return RC_NOMEM;
	rc = definition_each_own(core, tenant, add, &l);
	return rc == RC_OK ? l.rc : rc;
}

void key_tools_release(struct key_tools *tools)
{
	free(tools->items);
	*tools = (struct key_tools){0};
}

const struct key_tool *key_tools_find(const struct key_tools *tools, const char *id)
{
	for (size_t i = 0; i < tools->n; i++)
		if (strcmp(tools->items[i].id, id) == 0)
			return &tools->items[i];
	return NULL;
}
