/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/handout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/runtime/reference.h"
#include "platform/clock.h"
#include "web/api/api.h"
#include "web/api/json.h"

#define MIN_TTL_MAX_S 3600

static bool parse_ttl(const char *text, int64_t *out)
{
	char *end;
	long n;

	*out = HANDOUT_MIN_TTL_S;
	if (!text)
		return true;
	n = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > MIN_TTL_MAX_S)
		return false;
	*out = n;
	return true;
}

static bool may_wait(const struct ctx *c)
{
	return c->may_wait && clock_mono_ms() - c->begun_ms < HANDOUT_WAIT_MS;
}

static enum rc read_request(const struct ctx *c, struct handout_request *out)
{
	*out = (struct handout_request){
		.caller = api_caller(c),
		.known = c->req.if_none_match,
		.reveals = c->req.method == REQ_GET,
		.may_wait = may_wait(c),
		.ticket = c->ticket,
	};
	return parse_ttl(req_query(&c->req, "min_ttl"), &out->min_ttl_s) ? RC_OK : RC_INVALID;
}

/* ---- the answer ---- */

static void write_credential(struct json *j, const struct credential_row *row, const char *provider)
{
	char id[UUID_TEXT_SIZE], reference[REFERENCE_SIZE];

	uuid_text(&row->id.u, id);
	reference_text(row, reference);
	json_member(j, "{\"credential\":{\"id\":", id);
	json_member(j, ",\"name\":", row->name);
	json_member(j, ",\"provider\":", provider);
	json_member(j, ",\"reference\":", reference);
	json_raw(j, "}");
}

/* Which one a key is for; most are for all of their provider, or for no model at all. */
static void write_model(struct json *j, const struct fieldset *fields)
{
	const char *name = fieldset_text(fields, MODEL_NAME_FIELD);

	if (!name[0]) {
		json_raw(j, ",\"model\":null");
		return;
	}
	json_member(j, ",\"model\":{\"type\":", fieldset_text(fields, MODEL_TYPE_FIELD));
	json_member(j, ",\"name\":", name);
	json_raw(j, "}");
}

static void write_fields(struct json *j, const struct fieldset *fields)
{
	json_raw(j, ",\"fields\":{");
	for (size_t i = 0; i < fields->n; i++) {
		const struct fieldset_item *item = &fields->items[i];

		json_member(j, i ? "," : "", item->name);
		json_raw(j, ":");
		json_bytes(j, secret_text(&item->value), item->value.len);
	}
	json_raw(j, "}");
}

static void write_expiry(struct json *j, const struct credential_row *row)
{
	json_time(j, ",\"expires_at\":", row->expires, row->expires_at_s);
	json_raw(j, ",\"expires_in\":");
	if (row->expires)
		json_int(j, row->expires_at_s - clock_now_s());
	else
		json_raw(j, "null");
}

static void write_scopes(struct json *j, const char *list)
{
	bool first = true;

	json_raw(j, ",\"scopes\":[");
	while (*list) {
		size_t n = strcspn(list, " ");

		if (n) {
			json_raw(j, first ? "" : ",");
			json_bytes(j, list, n);
		}
		first = first && n == 0;
		list += n;
		list += *list == ' ';
	}
	json_raw(j, "]");
}

/* "unreadable" was true once: it has just been read. */
static const char *state_word(const struct handout *h)
{
	return strcmp(h->state.word, "unreadable") == 0 ? "active" : h->state.word;
}

static enum rc answer(struct ctx *c, const struct handout *h)
{
	struct json j = {&c->resp.secret_body, RC_OK};
	char etag[REVISION_TEXT_SIZE];

	revision_text(&h->revision, etag);
	resp_header(&c->resp, "ETag", etag);
	c->resp.content_type = "application/json";
	if (h->unchanged) {
		c->resp.status = 304;
		return RC_OK;
	}
	write_credential(&j, &h->found.row, h->provider->id);
	json_raw(&j, runtime_is_oauth(&h->found) ? ",\"credential_type\":\"oauth2\""
						 : ",\"credential_type\":\"api-key\"");
	json_member(&j, ",\"kind\":", provider_kind_word(h->provider->kind));
	write_model(&j, &h->fields);
	write_fields(&j, &h->fields);
	write_expiry(&j, &h->found.row);
	write_scopes(&j, h->granted);
	json_member(&j, ",\"state\":", state_word(h));
	json_member(&j, ",\"reason\":", h->state.reason);
	json_raw(&j, "}\n");
	return j.rc;
}

/* The key is asked for first: without one, nothing here tells what exists. */
static enum rc hand_out(struct ctx *c, const struct handout_request *request)
{
	struct handout h = {0};
	enum rc rc = handout_find(c->core, request, &h);

	if (rc == RC_OK) {
		rc = answer(c, &h);
		c->holds = h.leaves;
	} else if (rc == RC_TIMEOUT) {
		c->waits = true;
		rc = RC_OK;
	} else if (rc == RC_RETRY && h.ticket != HANDOUT_UNREAD) {
		c->reads = true;
		c->ticket = h.ticket;
		rc = RC_OK;
	} else if (rc == RC_DENIED) {
		api_refuse(c, &h.why);
		rc = RC_OK;
	}
	handout_release(&h);
	return rc;
}

/* ---- three ways to name one ---- */

enum rc api_handout(struct ctx *c)
{
	const char *id_text = req_query(&c->req, "credential");
	struct handout_request request;
	struct credential_id id = {{{0}}};
	char plugin_id[PLUGIN_ID_SIZE];
	int n = snprintf(plugin_id, sizeof(plugin_id), "%s/%s", route_arg(&c->match, "org"),
		route_arg(&c->match, "plugin"));
	enum rc rc = read_request(c, &request);

	request.name = req_query(&c->req, "name");
	if (id_text && request.name)
		rc = RC_INVALID;
	if (id_text && uuid_parse(id_text, &id.u) != RC_OK)
		memset(&id, 0, sizeof(id)); /* what is no id is the id of nothing */
	request.id = id_text ? &id : NULL;
	request.ref.plugin_id = n > 0 && (size_t)n < sizeof(plugin_id) ? plugin_id : "";
	request.ref.provider = route_arg(&c->match, "provider");
	return rc == RC_OK ? hand_out(c, &request) : rc;
}

enum rc api_handout_id(struct ctx *c)
{
	struct credential_id id = api_credential_id(c);
	struct handout_request request;
	enum rc rc = read_request(c, &request);

	request.id = &id;
	return rc == RC_OK ? hand_out(c, &request) : rc;
}

enum rc api_handout_reference(struct ctx *c)
{
	const char *text = req_query(&c->req, "reference");
	struct handout_request request;
	struct reference reference;
	enum rc rc = read_request(c, &request);

	if (rc != RC_OK || !text)
		return RC_INVALID;
	if (reference_parse(text, &reference) != RC_OK) /* what is none is that of nothing */
		memset(&reference, 0, sizeof(reference));
	request.ref = (struct provider_ref){reference.plugin_id, reference.provider};
	request.name = reference.name[0] ? reference.name : NULL;
	return hand_out(c, &request);
}
