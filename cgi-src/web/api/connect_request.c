/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/connect.h"
#include "web/api/api.h"
#include "web/api/json.h"

static enum rc answer(struct ctx *c, struct json *j)
{
	c->resp.content_type = "application/json";
	return j->rc;
}

enum rc api_workspace(struct ctx *c)
{
	struct json j = {&c->resp.secret_body, RC_OK};
	struct runtime_caller caller = api_caller(c);
	struct tenant_id tenant;
	struct refusal why = {0};
	char id[UUID_TEXT_SIZE];
	enum rc rc = connect_workspace(c->core, &caller, &tenant, &why);

	if (rc == RC_DENIED) {
		api_refuse(c, &why);
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	uuid_text(&tenant.u, id);
	json_member(&j, "{\"id\":", id);
	json_raw(&j, "}\n");
	return answer(c, &j);
}

static enum rc write_request(struct ctx *c, const struct connect_row *row)
{
	struct json j = {&c->resp.secret_body, RC_OK};
	char id[UUID_TEXT_SIZE], provider[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];

	(void)snprintf(provider, sizeof(provider), "%s/%s", row->plugin_id, row->provider);
	uuid_text(&row->id.u, id);
	json_member(&j, "{\"id\":", id);
	json_member(&j, ",\"provider\":", provider);
	json_member(&j, ",\"status\":", row->status);
	json_member(&j, ",\"error\":", row->error);
	json_raw(&j, ",\"credential_id\":");
	if (uuid_is_zero(&row->credential.u)) {
		json_raw(&j, "null");
	} else {
		uuid_text(&row->credential.u, id);
		json_text(&j, id);
	}
	json_time(&j, ",\"created_at\":", true, row->created_at_s);
	json_time(&j, ",\"expires_at\":", true, row->expires_at_s);
	json_raw(&j, "}\n");
	return answer(c, &j);
}

enum rc api_connect_request(struct ctx *c)
{
	struct runtime_caller caller = api_caller(c);
	struct connect_row row;
	struct connect_id id;
	struct refusal why = {0};
	enum rc rc;

	if (uuid_parse(route_arg(&c->match, "request"), &id.u) != RC_OK)
		memset(&id, 0, sizeof(id)); /* what is no id is the id of nothing */
	rc = connect_status(c->core, &caller, &id, &row, &why);
	if (rc == RC_DENIED) {
		api_refuse(c, &why);
		return RC_OK;
	}
	return rc == RC_OK ? write_request(c, &row) : rc;
}
