/* SPDX-License-Identifier: Apache-2.0
 *
 * A plan, a line break, arguments. Whatever they are: the request stays at the server it was meant for, no path gains a
 * segment, no header a line, and no preview shows the credential.
 */
#include <string.h>

#include "domain/tool/authorize.h"
#include "domain/tool/bind.h"
#include "must.h"
#include "platform/codec.h"

#define SECRET "s3cr3t-t0k3n"

static const struct secret token = {(unsigned char *)SECRET, sizeof SECRET - 1, 0};

/* Slashes that are not inside the braces of a place. */
static size_t slashes(const char *p)
{
	size_t n = 0;

	while (*p) {
		if (*p == '{' && strchr(p, '}'))
			p = strchr(p, '}');
		n += *p++ == '/';
	}
	return n;
}

static void stays_at_its_server(const struct plan *plan, const struct tool_request *request)
{
	const char *target = secret_text(&request->target);
	char origin[URL_ORIGIN_SIZE];
	struct url url;

	MUST(strlen(target) == request->target.len);
	MUST(url_parse_call(target, &url) == RC_OK);
	url_origin(&url, origin);
	MUST(strcmp(origin, request->origin) == 0);
	if (jsonr_length(plan->servers) == 0) {
		MUST(strncmp(target, "https://h.test/base/", 20) == 0);
		MUST(slashes(target) == slashes("https://h.test/base") + slashes(plan->path));
	}
	for (const char *p = target; *p; p++)
		MUST(*p != '?' && *p != '#');
}

static void is_one_message(const struct tool_request *request)
{
	struct httpc_request http;
	enum rc rc = tool_request_http(request, &http);
	char origin[URL_ORIGIN_SIZE];
	struct url url;

	MUST(rc == RC_OK || rc == RC_LIMIT || rc == RC_NOMEM);
	for (size_t i = 0; rc == RC_OK && i < http.n_headers; i++) {
		MUST(strpbrk(http.headers[i].name, "\r\n:") == NULL);
		MUST(memchr(secret_text(&http.headers[i].value), '\n', http.headers[i].value.len) ==
			NULL);
		MUST(memchr(secret_text(&http.headers[i].value), '\r', http.headers[i].value.len) ==
			NULL);
	}
	if (rc == RC_OK) {
		MUST(url_parse_call(secret_text(&http.url), &url) == RC_OK);
		url_origin(&url, origin);
		MUST(strcmp(origin, request->origin) == 0);
	}
	httpc_request_release(&http);
}

/* An argument may be the very secret: then it is seen already before. */
static bool previews_secret(const struct tool_request *request)
{
	struct buf preview;
	bool seen;

	buf_init(&preview, (size_t)4 << 20);
	tool_request_preview(request, &preview);
	seen = strstr(buf_text(&preview), SECRET) != NULL;
	buf_release(&preview);
	return seen;
}

static void hides_its_credentials(struct tool_request *request)
{
	static const struct authorize_item items[] = {
		{.kind = AUTHORIZE_BEARER, .scheme = "", .value = &token},
		{.kind = AUTHORIZE_VALUE,
			.scheme = "",
			.in = TOOL_IN_QUERY,
			.name = "k",
			.prefix = "",
			.value = &token},
		{.kind = AUTHORIZE_VALUE,
			.scheme = "",
			.in = TOOL_IN_COOKIE,
			.name = "c",
			.prefix = "",
			.value = &token}};
	struct bind_fault fault;
	bool before = previews_secret(request);
	enum rc rc = tool_authorize(request, items, 3, &fault);

	MUST(rc == RC_OK || rc == RC_LIMIT || rc == RC_NOMEM);
	MUST(before || !previews_secret(request));
}

static void bind_one(const struct plan *plan, jsonv *arguments)
{
	struct tool_settings settings = TOOL_SETTINGS_EMPTY;
	struct tool_request request;
	struct bind_fault fault;
	enum rc rc;

	settings.server = "https://h.test/base";
	rc = bind_request(plan, &settings, NULL, arguments, &request, &fault);
	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_NOMEM);
	if (rc == RC_INVALID)
		MUST(fault.code && fault.text[0] && !strpbrk(fault.text, "\r\n"));
	if (rc == RC_OK) {
		stays_at_its_server(plan, &request);
		is_one_message(&request);
		if (!memmem(secret_text(&request.body), request.body.len, SECRET,
			    sizeof SECRET - 1))
			hides_its_credentials(&request);
		is_one_message(&request);
	}
	tool_request_release(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *split = size ? memchr(text, '\n', size) : NULL;
	struct jsonr *arguments = NULL;
	struct plan plan;

	MUST(codec_init() == RC_OK);
	if (!split || size > 65536)
		return 0;
	if (plan_parse(text, (size_t)(split - text), &plan) == RC_OK &&
		jsonr_parse(split + 1, size - (size_t)(split + 1 - text), &arguments) == RC_OK)
		bind_one(&plan, jsonr_root(arguments));
	jsonr_free(arguments);
	plan_release(&plan);
	return 0;
}
