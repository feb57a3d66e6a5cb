/* SPDX-License-Identifier: Apache-2.0
 *
 * POST: an operation of an API tool is called with the credentials that are stored here.
 */
#include "domain/tool/invoke.h"

#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/tool/offer.h"
#include "web/api/api.h"
#include "web/api/json.h"
#include "web/errors.h"

/* ---- the request ---- */

struct body {
	struct jsonr *doc;
	jsonv *arguments;       /* NULL: none */
	const char *credential; /* NULL: the Default */
};

struct reading {
	struct body *body;
	bool good;
};

/* A mistyped member must not pass for a call without it. */
static void read_member(const char *key, jsonv *v, void *arg)
{
	struct reading *r = arg;
	size_t len;

	if (strcmp(key, "arguments") == 0 && jsonr_kind(v) == JSONR_OBJECT)
		r->body->arguments = v;
	else if (strcmp(key, "credential") != 0 || !jsonr_text(v, &r->body->credential, &len) ||
		 len == 0 || len >= CREDENTIAL_NAME_SIZE)
		r->good = false;
}

static enum rc read_body(const struct secret *text, struct body *out)
{
	struct reading r = {out, true};
	enum rc rc = jsonr_parse(secret_text(text), text->len, &out->doc);

	if (rc != RC_OK)
		return rc == RC_NOMEM ? rc : RC_INVALID;
	if (jsonr_kind(jsonr_root(out->doc)) != JSONR_OBJECT)
		return RC_INVALID;
	jsonr_each(jsonr_root(out->doc), read_member, &r);
	return r.good ? RC_OK : RC_INVALID;
}

/* ---- the answer ---- */

static void write_headers(struct json *j, const char *lines)
{
	const char *before = "";

	json_raw(j, ",\"headers\":{");
	while (*lines) {
		size_t len = strcspn(lines, "\n"), name_len = strcspn(lines, ":");

		json_raw(j, before);
		json_bytes(j, lines, name_len);
		json_raw(j, ":");
		json_bytes(j, lines + name_len + 2, len - name_len - 2);
		before = ",";
		lines += len + 1;
	}
	json_raw(j, "}");
}

static void write_base64(struct json *j, const struct secret *bytes)
{
	struct secret text = SECRET_EMPTY;

	if (j->rc == RC_OK)
		j->rc = codec_base64_secret(bytes, &text);
	json_bytes(j, secret_text(&text), text.len);
	secret_release(&text);
}

static void write_body(struct json *j, const struct invoke_result *r)
{
	static const char *const kinds[] = {[INVOKE_NO_BODY] = "none",
		[INVOKE_JSON] = "json",
		[INVOKE_TEXT] = "text",
		[INVOKE_BINARY] = "binary"};

	json_member(j, ",\"body_kind\":", kinds[r->kind]);
	json_raw(j, ",\"body\":");
	if (r->kind == INVOKE_JSON) /* it was checked to be one value */
		json_raw(j, secret_text(&r->body));
	else if (r->kind == INVOKE_TEXT)
		json_bytes(j, secret_text(&r->body), r->body.len);
	else
		json_raw(j, "null");
	json_raw(j, ",\"body_base64\":");
	if (r->kind == INVOKE_BINARY)
		write_base64(j, &r->body);
	else
		json_raw(j, "null");
}

static enum rc answer(struct ctx *c, const struct invoke_result *r)
{
	struct json j = {&c->resp.secret_body, RC_OK};

	c->resp.content_type = "application/json";
	json_raw(&j, "{\"status\":");
	json_int(&j, r->status);
	write_headers(&j, secret_text(&r->headers));
	json_member(&j, ",\"content_type\":", r->content_type);
	write_body(&j, r);
	json_raw(&j, r->truncated ? ",\"truncated\":true" : ",\"truncated\":false");
	json_raw(&j, ",\"elapsed_ms\":");
	json_int(&j, r->elapsed_ms);
	json_raw(&j, ",\"attempts\":");
	json_int(&j, r->attempts);
	json_raw(&j, "}\n");
	return j.rc;
}

static const struct {
	int status;
	const char *code, *message;
} ends[INVOKE__MAX] = {
	[INVOKE_NO_TOOL] = {404, "not_found", "There is no such API tool for this key."},
	[INVOKE_NO_OPERATION] = {404, "no_operation",
		"This API tool has no such operation, or does not offer it."},
	[INVOKE_UNCONFIRMED] = {409, "origin_changed",
		"Its requests go to another server than the one that its credentials were entered "
		"for. An admin has to enter them again."},
	[INVOKE_BUSY] = {429, "too_many_calls",
		"Too many calls of API tools are under way. Ask again in a moment."},
	[INVOKE_RESTING] = {503, "api_resting",
		"This API failed again and again, and is left alone for a while."},
	[INVOKE_FORBIDDEN] = {502, "address_forbidden",
		"Grantry may not connect to the address of this API."},
	[INVOKE_TIMEOUT] = {504, "api_timeout", "The API did not answer in time."},
	[INVOKE_UNREACHABLE] = {502, "api_unreachable",
		"The API cannot be reached, or does not speak HTTP properly."},
	[INVOKE_TOO_LARGE] = {502, "api_headers_too_large",
		"The API answered with more headers than can be read."},
	[INVOKE_STOPPED] = {503, "stopped",
		"This call could not be waited for. Whether it was made is not known."},
};

/* What is wrong with the arguments is for the caller to mend; what is wrong with the settings is not. */
static int fault_status(const char *code)
{
	static const char *const settings[] = {"no_server", "bad_server", "bad_operation",
		"no_secret", "needs_credential", "bad_credential"};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (strcmp(settings[i], code) == 0)
			return 409;
	return 422;
}

static void answer_end(struct ctx *c, const struct invoke_result *r)
{
	char seconds[24];

	if (r->outcome == INVOKE_FAULT) {
		api_fault(c, fault_status(r->fault.code), r->fault.code, r->fault.text,
			r->fault.argument);
	} else if (r->outcome == INVOKE_REFUSED && r->why.code == REFUSAL_ABSENT) {
		api_error(c, 409, "not_authorized",
			"Nobody has authorized this API tool, or there is no authorization of "
			"that name.",
			"");
	} else if (r->outcome == INVOKE_REFUSED) {
		api_refuse(c, &r->why);
	} else {
		if (r->wait_s > 0) {
			(void)snprintf(seconds, sizeof(seconds), "%lld", (long long)r->wait_s);
			resp_header(&c->resp, "Retry-After", seconds);
		}
		api_error(c, ends[r->outcome].status, ends[r->outcome].code,
			ends[r->outcome].message, "");
	}
}

/* ---- the call ---- */

static enum rc key_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct runtime_key_row *key, void *arg)
{
	(void)arg;
	return runtime_key_find(db, hash, key);
}

/* A tool that the key does not reach is none. */
static enum rc find_tool(struct ctx *c, const struct runtime_key_row *key, struct api_tool_id *out)
{
	enum rc rc = api_tool_find(c->core, &key->tenant, route_arg(&c->match, "tool"), out);

	return rc == RC_OK && !offer_reaches(key, out) ? RC_NOT_FOUND : rc;
}

static enum rc begin_with(struct ctx *c, const struct runtime_caller *caller,
	const struct runtime_key_row *key, const struct body *body)
{
	struct actor actor = access_actor(caller, key);
	struct api_tool_id tool;
	char who[AUDIT_ID_SIZE];
	struct invoke_wish wish = {
		.tool = &tool,
		.operation = route_arg(&c->match, "operation"),
		.arguments = body->arguments,
		.credential = body->credential,
		.who = who,
	};
	enum rc rc = find_tool(c, key, &tool);

	if (rc == RC_NOT_FOUND) {
		answer_end(c, &(struct invoke_result){.outcome = INVOKE_NO_TOOL});
		return RC_OK;
	}
	audit_id("key", &key->id, who);
	return rc == RC_OK ? invoke_begin(c->core, &actor, &wish, &c->invocation) : rc;
}

/* RC_OK and no c->invocation: it is answered. Whoever has no key learns nothing about the body. */
static enum rc begin(struct ctx *c)
{
	struct runtime_caller caller = api_caller(c);
	struct runtime_key_row key;
	struct body body = {0};
	struct refusal why;
	enum rc rc = access_open(c->core, &caller, ACCESS_INVOKE, key_load, NULL, &key, &why);

	if (rc == RC_DENIED) {
		api_refuse(c, &why);
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = req_read_large(c->exchange, &c->req);
	if (rc == RC_OK && c->req.bad_status) /* it ended before its length */
		rc = RC_INVALID;
	if (rc == RC_OK)
		rc = read_body(&c->req.body, &body);
	if (rc == RC_OK)
		rc = begin_with(c, &caller, &key, &body);
	jsonr_free(body.doc);
	return rc;
}

static void wake(void *arg)
{
	fcgi_wake(arg);
}

enum rc api_invoke(struct ctx *c)
{
	const struct invoke_result *r;
	enum invoke_state state;
	enum rc rc = c->invocation ? RC_OK : begin(c);

	if (rc != RC_OK || !c->invocation)
		return rc;
	invoke_woken_by(c->invocation, wake, c->exchange);
	rc = invoke_go_on(c->invocation, c->may_wait, &state);
	if (rc != RC_OK)
		return rc;
	c->waits = state != INVOKE_DONE;
	if (c->waits)
		return RC_OK;
	r = invoke_result(c->invocation);
	rc = invoke_record(c->invocation);
	c->holds = rc == RC_OK && r->attempts > 0;
	if (rc == RC_OK && r->outcome == INVOKE_ANSWERED)
		return answer(c, r);
	if (rc == RC_OK)
		answer_end(c, r);
	return rc;
}
