/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "domain/runtime/reference.h"
#include "domain/tool/app_tools.h"
#include "web/api/api.h"
#include "web/api/json.h"

struct answer {
	struct json j, deleted; /* deleted: a list beside the first */
	bool first, first_deleted;
};

static void write_deleted(struct answer *a, const struct app_tool_row *row)
{
	json_member(
		&a->deleted, a->first_deleted ? "{\"type\":" : ",{\"type\":", row->provider_type);
	json_member(&a->deleted, ",\"tool_name\":", row->tool_name);
	json_member(&a->deleted, ",\"provider_id\":", row->provider_id);
	json_raw(&a->deleted, "}");
	a->first_deleted = false;
}

/* The same reference as another installation can take it: an API tool by its name and what it was made of, a credential
 * by its name, and no id of ours. A key learns no names of what it does not reach. */
static void write_portable(struct json *j, const struct app_tool_report *report)
{
	const struct app_tool_found *found = report->found;
	const struct app_tool_row *row = &found->row;
	bool reached = strcmp(report->reason, "key") != 0;
	const char *name = reached && found->has_credential && !uuid_is_zero(&row->credential)
				   ? found->credential.row.name
				   : row->credential_name;
	char sha256[2 * HASH_SIZE + 1];

	json_member(j, ",\"portable\":{\"provider_type\":", row->provider_type);
	if (reached && found->has_api_tool) {
		codec_hex(found->schema_sha256, found->schema_sha256 ? HASH_SIZE : 0, sha256);
		json_member(j, ",\"provider\":{\"name\":", found->api_tool_name);
		json_member(j, ",\"schema_sha256\":", sha256);
		json_raw(j, "}");
	} else {
		json_member(j, ",\"provider_id\":", row->provider_id);
	}
	json_member(j, ",\"tool_name\":", row->tool_name);
	if (row->place[0])
		json_member(j, ",\"place\":", row->place);
	if (name[0])
		json_member(j, ",\"credential\":", name);
	json_raw(j, row->enabled ? ",\"enabled\":true}" : ",\"enabled\":false}");
}

static void write_one(const struct app_tool_report *report, void *arg)
{
	const struct app_tool_row *row = &report->found->row;
	struct answer *a = arg;
	struct json *j = &a->j;

	json_member(
		j, a->first ? "{\"provider_type\":" : ",{\"provider_type\":", row->provider_type);
	json_member(j, ",\"provider_id\":", row->provider_id);
	json_member(j, ",\"tool_name\":", row->tool_name);
	json_member(j, ",\"place\":", row->place);
	json_raw(j, row->enabled ? ",\"enabled\":true" : ",\"enabled\":false");
	json_member(j, ",\"state\":", app_tool_state_word(report->state));
	json_member(j, ",\"reason\":", report->reason);
	write_portable(j, report);
	json_raw(j, "}");
	a->first = false;
	if (app_tool_is_deleted(report->state))
		write_deleted(a, row);
}

enum rc api_app_tools(struct ctx *c)
{
	struct secret deleted = SECRET_EMPTY;
	struct answer a = {{&c->resp.secret_body, RC_OK}, {&deleted, RC_OK}, true, true};
	struct runtime_caller caller = api_caller(c);
	struct refusal why = {0};
	const char *app = route_arg(&c->match, "app");
	enum rc rc;

	json_member(&a.j, "{\"app\":", app);
	json_raw(&a.j, ",\"tools\":[");
	rc = app_tools_each(c->core, &caller, app, write_one, &a, &why);
	json_raw(&a.j, "],\"deleted_tools\":[");
	json_raw(&a.j, secret_text(&deleted));
	json_raw(&a.j, "]}\n");
	if (rc == RC_OK)
		rc = a.deleted.rc != RC_OK ? a.deleted.rc : a.j.rc;
	secret_release(&deleted);
	c->resp.content_type = "application/json";
	if (rc != RC_OK)
		secret_release(&c->resp.secret_body);
	if (rc != RC_DENIED)
		return rc;
	api_refuse(c, &why);
	return RC_OK;
}

enum rc api_app_tools_put(struct ctx *c)
{
	struct runtime_caller caller = api_caller(c);
	struct refusal why = {0};
	struct runtime_key_row key;
	enum rc rc = app_tools_open(c->core, &caller, &key, &why);

	if (rc == RC_OK)
		rc = req_read_large(c->exchange, &c->req);
	if (rc == RC_OK && c->req.bad_status) /* it ended before its length */
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = app_tools_register(c->core, &caller, &key, route_arg(&c->match, "app"),
			secret_text(&c->req.body), c->req.body.len);

	if (rc == RC_OK) {
		c->resp.status = 204;
		return RC_OK;
	}
	if (rc != RC_DENIED)
		return rc;
	api_refuse(c, &why);
	return RC_OK;
}
