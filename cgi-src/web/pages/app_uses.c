/* SPDX-License-Identifier: Apache-2.0 */
#include "web/pages/app_uses.h"

#include "web/view.h"

static void show(const struct app_use *use, void *arg)
{
	view_text(view_append(arg), "Text", use->name[0] ? use->name : use->app);
}

enum rc app_uses_of_credential(struct ctx *c, const struct credential_id *id)
{
	return app_tools_of_credential(
		c->core, &c->actor.tenant, id, show, view_child(c->root, "UsedBy"));
}

enum rc app_uses_of_api_tool(struct ctx *c, const struct uuid *id)
{
	return app_tools_of_api_tool(
		c->core, &c->actor.tenant, id, show, view_child(c->root, "UsedBy"));
}
