/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "domain/tool/offer.h"
#include "web/api/api.h"
#include "web/api/json.h"

struct answer {
	struct json j;
	size_t n;
};

/* Which authorization methods it has, and where those who connect are listed; null: nobody does. */
static void write_methods(struct json *j, const struct api_tool_id *id, bool oauth2)
{
	char provider[OFFER_PROVIDER_SIZE];

	offer_provider(id, provider);
	if (oauth2)
		json_member(j, ",\"provider\":", provider);
	else
		json_raw(j, ",\"provider\":null");
}

static void write_item(const struct api_tool_item *item, void *arg)
{
	char id[UUID_TEXT_SIZE];
	struct answer *a = arg;
	struct json *j = &a->j;

	uuid_text(&item->id.u, id);
	json_member(j, a->n++ ? ",{\"id\":" : "{\"id\":", id);
	json_member(j, ",\"name\":", item->name);
	json_member(j, ",\"description\":", item->description);
	json_member(j, ",\"labels\":", item->labels);
	json_raw(j, ",\"operations\":");
	json_int(j, item->n_enabled);
	write_methods(j, &item->id, item->has_oauth2);
	json_raw(j, "}");
}

enum rc api_api_tools(struct ctx *c)
{
	struct answer a = {.j = {&c->resp.secret_body, RC_OK}};
	struct runtime_caller caller = api_caller(c);
	struct refusal why = {0};
	enum rc rc;

	json_raw(&a.j, "{\"api_tools\":[");
	rc = offer_each(c->core, &caller, write_item, &a, &why);
	json_raw(&a.j, "]}\n");
	c->resp.content_type = "application/json";
	if (rc == RC_OK)
		return a.j.rc;
	secret_release(&c->resp.secret_body);
	if (rc != RC_DENIED)
		return rc;
	api_refuse(c, &why);
	return RC_OK;
}

/* ---- one ---- */

static void write_operation(
	const struct api_operation *o, const struct secret *parameters, void *arg)
{
	struct answer *a = arg;
	struct json *j = &a->j;

	json_member(j, a->n++ ? ",{\"name\":" : "{\"name\":", o->name);
	json_member(j, ",\"method\":", o->method);
	json_member(j, ",\"path\":", o->path);
	json_member(j, ",\"summary\":", o->summary);
	json_member(j, ",\"description\":", o->description);
	json_raw(j, o->deprecated ? ",\"deprecated\":true" : ",\"deprecated\":false");
	json_raw(j, ",\"parameters\":");
	json_raw(j, secret_text(parameters));
	json_raw(j, "}");
}

/* Each method that it has; of a secret, whether it is there. */
static void write_authorization(struct json *j, const struct api_tool *t)
{
	bool missing = t->unreadable;
	size_t n;

	for (size_t i = 0; i < t->settings.n_auth; i++) {
		const char *const *parts = tool_secret_parts(t->settings.auth[i].type, &n);

		for (size_t k = 0; k < n; k++)
			missing =
				missing || !tool_secret(&t->stored, &t->settings.auth[i], parts[k]);
	}
	json_raw(j, ",\"ready\":");
	json_raw(j, missing || t->unconfirmed.n > 0 ? "false" : "true");
	write_methods(j, &t->id, t->settings.has_oauth2);
}

/* Behind the operations: what is known of the tool only then. */
static void write_tool(struct json *j, const struct api_tool *t, const struct offer_page *page)
{
	char id[UUID_TEXT_SIZE];

	uuid_text(&t->id.u, id);
	json_member(j, "],\"id\":", id);
	json_member(j, ",\"name\":", t->name);
	json_member(j, ",\"description\":", t->description);
	json_member(j, ",\"labels\":", t->labels);
	json_member(j, ",\"privacy_policy\":", t->privacy_policy);
	json_member(j, ",\"custom_disclaimer\":", t->disclaimer);
	write_authorization(j, t);
	json_raw(j, ",\"next\":");
	if (page->more)
		json_int(j, page->next);
	else
		json_raw(j, "null");
	json_raw(j, "}\n");
}

static bool read_number(const char *text, int64_t low, int64_t high, int64_t *out)
{
	char *end;
	long n;

	if (!text)
		return true;
	n = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < low || n > high)
		return false;
	*out = n;
	return true;
}

enum rc api_api_tool(struct ctx *c)
{
	struct offer_page page = {.after = -1, .limit = OFFER_LIMIT_MAX};
	struct answer a = {.j = {&c->resp.secret_body, RC_OK}};
	struct runtime_caller caller = api_caller(c);
	struct refusal why = {0};
	struct api_tool tool = {.n_enabled = 0};
	enum rc rc = RC_INVALID;

	json_raw(&a.j, "{\"operations\":[");
	if (read_number(req_query(&c->req, "limit"), 1, OFFER_LIMIT_MAX, &page.limit) &&
		read_number(req_query(&c->req, "after"), 0, INT32_MAX, &page.after))
		rc = offer_load(c->core, &caller, route_arg(&c->match, "tool"), &page, &tool,
			write_operation, &a, &why);
	if (rc == RC_OK)
		write_tool(&a.j, &tool, &page);
	api_tool_release(&tool);
	c->resp.content_type = "application/json";
	if (rc == RC_OK)
		return a.j.rc;
	secret_release(&c->resp.secret_body);
	if (rc == RC_DENIED)
		api_refuse(c, &why);
	else if (rc == RC_NOT_FOUND)
		api_error(c, 404, "not_found", "There is no such API tool for this key.", "");
	else
		return rc;
	return RC_OK;
}
