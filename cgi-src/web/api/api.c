/* SPDX-License-Identifier: Apache-2.0 */
#include "web/api/api.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "platform/log.h"
#include "web/errors.h"

struct runtime_caller api_caller(const struct ctx *c)
{
	const char *header = c->req.authorization;
	bool bearer = header && strncasecmp(header, "Bearer ", 7) == 0;

	return (struct runtime_caller){
		.key = bearer ? header + 7 : "",
		.request_id = c->request_id,
		.peer = c->req.remote_addr ? c->req.remote_addr : "",
		.again = c->again,
	};
}

struct credential_id api_credential_id(const struct ctx *c)
{
	const char *text = route_arg(&c->match, "credential");
	struct credential_id id = {{{0}}};

	if (!text || uuid_parse(text, &id.u) != RC_OK)
		memset(&id, 0, sizeof(id));
	return id;
}

/* One more member, where it has a value. */
struct extra {
	const char *name, *value;
};

static void write_error(struct ctx *c, int status, const char *code, const char *message,
	const char *reason, struct extra extra)
{
	struct buf *body = &c->resp.body;

	c->resp.status = status;
	c->resp.content_type = "application/json";
	buf_clear(body);
	buf_printf(body, "{\"code\":\"%s\",\"message\":", code);
	log_json_string(body, message, strlen(message));
	buf_puts(body, ",\"reason\":");
	log_json_string(body, reason, strlen(reason));
	buf_printf(body, ",\"status\":%d", status);
	if (extra.value && extra.value[0]) {
		buf_printf(body, ",\"%s\":", extra.name);
		log_json_string(body, extra.value, strlen(extra.value));
	}
	buf_printf(body, "}\n");
}

void api_error(struct ctx *c, int status, const char *code, const char *message, const char *reason)
{
	write_error(c, status, code, message, reason, (struct extra){NULL, NULL});
}

void api_fault(
	struct ctx *c, int status, const char *code, const char *message, const char *argument)
{
	write_error(c, status, code, message, "", (struct extra){"argument", argument});
}

static const struct {
	int status;
	const char *code, *message;
} refusals[REFUSAL__MAX] = {
	[REFUSAL_KEY] = {401, "unauthorized", "This runtime key is not valid."},
	[REFUSAL_VERB] = {403, "not_permitted", "This runtime key may not do this."},
	[REFUSAL_RATE] = {429, "rate_limited",
		"Too many requests with this key or of this "
		"workspace. Ask again later."},
	[REFUSAL_ABSENT] = {404, "not_found", "There is no such credential for this key."},
	[REFUSAL_DISABLED] = {409, "disabled", "An admin switched this credential off."},
	[REFUSAL_NEEDS_REAUTH] = {409, "needs_reauth",
		"A person has to authorize this credential again, or to enter its key again."},
	[REFUSAL_REVOKED] = {409, "revoked",
		"The provider took this access back. A person has to "
		"authorize this credential again."},
	[REFUSAL_CLIENT_ERROR] = {409, "client_error",
		"The OAuth client of this credential is wrong. An admin has to mend it."},
	[REFUSAL_RENEWING] = {503, "renewing",
		"The token is being renewed. Ask again in a moment."},
	[REFUSAL_DELAYED] = {503, "renewal_delayed",
		"The token is over, and the provider does not renew it at the moment. It is tried "
		"again by itself."},
	[REFUSAL_UNDECRYPTABLE] = {503, "undecryptable",
		"This credential cannot be decrypted here. An operator has to look after the keys, "
		"or a person has to authorize it again."},
	[REFUSAL_NO_REQUEST] = {404, "not_found", "There is no such request for this key."},
};

void api_refuse(struct ctx *c, const struct refusal *why)
{
	char seconds[24];

	if (refusals[why->code].status == 0) {
		error_answer(c, 500);
		return;
	}
	if (why->code == REFUSAL_KEY)
		resp_header(&c->resp, "WWW-Authenticate", "Bearer");
	if (why->retry_after_s > 0) {
		(void)snprintf(seconds, sizeof(seconds), "%lld", (long long)why->retry_after_s);
		resp_header(&c->resp, "Retry-After", seconds);
	}
	write_error(c, refusals[why->code].status, refusals[why->code].code,
		refusals[why->code].message, why->reason, (struct extra){"kind", why->kind});
}
