/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/definition.h"
#include "domain/runtime/listing.h"
#include "domain/runtime/reference.h"
#include "platform/clock.h"
#include "web/api/api.h"
#include "web/api/json.h"

#define LIMIT_DEFAULT 50

struct page {
	struct json j;
	const struct catalogue *catalogue;
	char last[REFERENCE_SIZE]; /* what was written last; "" nothing yet */
};

static bool parse_limit(const char *text, int64_t *out)
{
	char *end;
	long n;

	*out = LIMIT_DEFAULT;
	if (!text)
		return true;
	n = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n < 1 || n > LISTING_LIMIT_MAX)
		return false;
	*out = n;
	return true;
}

/* null: what it is of is not known here any more. */
static void write_kind(struct page *page, const struct credential_row *row)
{
	const struct provider_ref ref = {row->plugin_id, row->provider};
	const struct provider *p = catalogue_find_ref(page->catalogue, &ref);

	if (p || definition_is_own(&ref))
		json_member(
			&page->j, ",\"kind\":", provider_kind_word(p ? p->kind : PROVIDER_TOOL));
	else
		json_raw(&page->j, ",\"kind\":null");
}

static void write_one(const struct runtime_credential *c, void *arg)
{
	struct runtime_state state = runtime_state(c, clock_now_s());
	struct page *page = arg;
	struct json *j = &page->j;
	char id[UUID_TEXT_SIZE], provider[PLUGIN_ID_SIZE + PROVIDER_NAME_SIZE];

	uuid_text(&c->row.id.u, id);
	(void)snprintf(provider, sizeof(provider), "%s/%s", c->row.plugin_id, c->row.provider);
	json_raw(j, page->last[0] ? "," : "");
	reference_text(&c->row, page->last);
	json_member(j, "{\"id\":", id);
	json_member(j, ",\"name\":", c->row.name);
	json_member(j, ",\"provider\":", provider);
	json_member(j, ",\"reference\":", page->last);
	json_member(j, ",\"credential_type\":", runtime_is_oauth(c) ? "oauth2" : "api-key");
	write_kind(page, &c->row);
	json_raw(j, c->row.is_default ? ",\"default\":true" : ",\"default\":false");
	json_member(j, ",\"state\":", state.word);
	json_member(j, ",\"reason\":", state.reason);
	json_time(j, ",\"since\":", state.since_s > 0, state.since_s);
	json_time(j, ",\"expires_at\":", c->row.expires, c->row.expires_at_s);
	json_member(j, ",\"next_step\":", state.next_step);
	json_raw(j, "}");
}

enum rc api_list(struct ctx *c)
{
	struct page page = {.j = {&c->resp.secret_body, RC_OK}, .catalogue = c->core->catalogue};
	struct listing_request request = {
		.caller = api_caller(c),
		.provider = req_query(&c->req, "provider"),
		.kind = req_query(&c->req, "kind"),
		.state = req_query(&c->req, "state"),
		.after = req_query(&c->req, "after"),
	};
	struct refusal why = {0};
	bool more = false;
	enum rc rc = parse_limit(req_query(&c->req, "limit"), &request.limit) ? RC_OK : RC_INVALID;

	json_raw(&page.j, "{\"credentials\":[");
	if (rc == RC_OK)
		rc = listing_each(c->core, &request, write_one, &page, &more, &why);
	if (rc != RC_OK)
		secret_release(&c->resp.secret_body);
	if (rc == RC_DENIED) {
		api_refuse(c, &why);
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	if (more)
		json_member(&page.j, "],\"next\":", page.last);
	else
		json_raw(&page.j, "],\"next\":null");
	json_raw(&page.j, "}\n");
	c->resp.content_type = "application/json";
	return page.j.rc;
}
