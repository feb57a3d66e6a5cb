/* SPDX-License-Identifier: Apache-2.0 */
#include "web/api/handout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/runtime/handout.h"
#include "platform/clock.h"
#include "platform/jsonr.h"

#define MIN_TTL_MAX_S 3600

/* RFC 6750 §2.1; "" when there is none, which no key is. */
static const char *bearer(const struct ctx *c)
{
	const char *header = c->req.authorization;

	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return "";
	return header + 7;
}

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

static enum rc read_request(struct ctx *c, struct handout_request *out, struct credential_id *id)
{
	const char *text = req_query(&c->req, "credential");
	char provider_id[512];
	int n = snprintf(provider_id, sizeof(provider_id), "%s/%s/%s", route_arg(&c->match, "org"),
		route_arg(&c->match, "plugin"), route_arg(&c->match, "provider"));

	*out = (struct handout_request){
		.key = bearer(c),
		.name = req_query(&c->req, "name"),
		.request_id = c->request_id,
		.peer = c->req.remote_addr ? c->req.remote_addr : "",
	};
	if (n > 0 && (size_t)n < sizeof(provider_id))
		out->provider = catalogue_find(c->app->catalogue, PROVIDER_DATASOURCE, provider_id);
	if (!parse_ttl(req_query(&c->req, "min_ttl"), &out->min_ttl_s) || (text && out->name))
		return RC_INVALID;
	memset(id, 0, sizeof(*id)); /* what is no id is the id of nothing */
	if (text && uuid_parse(text, &id->u) != RC_OK)
		memset(id, 0, sizeof(*id));
	out->id = text ? id : NULL;
	return RC_OK;
}

/* ---- the answer: it holds a token, so it is built in a secret ---- */

struct json {
	struct secret *out;
	enum rc rc;
};

static void raw(struct json *j, const char *text)
{
	if (j->rc == RC_OK)
		j->rc = secret_append_text(j->out, text);
}

static void text(struct json *j, const char *before, const char *p, size_t len)
{
	raw(j, before);
	if (j->rc == RC_OK)
		j->rc = jsonr_append_string(j->out, p, len);
}

static void write_fields(struct json *j, const struct fieldset *fields)
{
	raw(j, ",\"fields\":{");
	for (size_t i = 0; i < fields->n; i++) {
		const struct fieldset_item *item = &fields->items[i];

		text(j, i ? "," : "", item->name, strlen(item->name));
		text(j, ":", secret_text(&item->value), item->value.len);
	}
	raw(j, "}");
}

static void write_expiry(struct json *j, const struct handout *h)
{
	char iso[CLOCK_ISO_SIZE], seconds[64];

	if (!h->expires) {
		raw(j, ",\"expires_at\":null,\"expires_in\":null");
		return;
	}
	clock_iso(h->expires_at_s, iso);
	text(j, ",\"expires_at\":", iso, strlen(iso));
	(void)snprintf(seconds, sizeof(seconds), ",\"expires_in\":%lld",
		(long long)(h->expires_at_s - clock_now_s()));
	raw(j, seconds);
}

static void write_scopes(struct json *j, const char *list)
{
	bool first = true;

	raw(j, ",\"scopes\":[");
	while (*list) {
		size_t n = strcspn(list, " ");

		if (n)
			text(j, first ? "" : ",", list, n);
		first = false;
		list += n;
		list += *list == ' ';
	}
	raw(j, "]");
}

static enum rc answer(struct ctx *c, const struct provider *provider, const struct handout *h)
{
	struct json j = {&c->resp.secret_body, RC_OK};
	char id[UUID_TEXT_SIZE], etag[64];

	uuid_text(&h->id.u, id);
	text(&j, "{\"credential\":{\"id\":", id, strlen(id));
	text(&j, ",\"name\":", h->name, strlen(h->name));
	text(&j, ",\"provider\":", provider->id, strlen(provider->id));
	raw(&j, h->is_oauth ? "},\"credential_type\":\"oauth2\""
			    : "},\"credential_type\":\"api-key\"");
	write_fields(&j, &h->fields);
	write_expiry(&j, h);
	write_scopes(&j, h->granted);
	raw(&j, ",\"state\":\"active\"}\n");
	(void)snprintf(etag, sizeof(etag), "\"%s-%llu\"", id, (unsigned long long)h->revision);
	resp_header(&c->resp, "ETag", etag);
	c->resp.content_type = "application/json";
	return j.rc;
}

static bool may_wait(const struct ctx *c)
{
	return c->may_wait && clock_mono_ms() - c->begun_ms < HANDOUT_WAIT_MS;
}

static void refuse(
	struct ctx *c, int status, const char *code, const char *message, const char *reason)
{
	c->resp.status = status;
	c->resp.content_type = "application/json";
	buf_printf(&c->resp.body,
		"{\"code\":\"%s\",\"message\":\"%s\",\"reason\":\"%s\",\"status\":%d}\n", code,
		message, reason, status);
}

/* The key is asked for first: without one, nothing here tells what exists. */
static enum rc answer_found(struct ctx *c, const struct handout_request *request,
	const struct handout *h, enum rc found)
{
	if (found == RC_OK)
		return answer(c, request->provider, h);
	if (found == RC_TIMEOUT && may_wait(c)) {
		c->waits = true;
	} else if (found == RC_TIMEOUT) {
		resp_header(&c->resp, "Retry-After", "1");
		refuse(c, 503, "renewing", "The token is being renewed. Ask again in a moment.",
			"");
	} else if (found == RC_DENIED) {
		resp_header(&c->resp, "WWW-Authenticate", "Bearer");
		refuse(c, 401, "unauthorized", "This runtime key is not valid.", "");
	} else if (found == RC_EXPIRED) {
		refuse(c, 409, "needs_reauth", "A person has to authorize this credential again.",
			h->reason);
	} else {
		return found;
	}
	return RC_OK;
}

/* Query: credential or name (neither: the Default), min_ttl. */
enum rc api_handout(struct ctx *c)
{
	struct handout_request request;
	struct credential_id id;
	struct handout h = {0};
	enum rc rc = read_request(c, &request, &id);

	if (rc == RC_OK)
		rc = answer_found(c, &request, &h, handout_find(c->core, &request, &h));
	handout_release(&h);
	return rc;
}
