/* SPDX-License-Identifier: Apache-2.0
 *
 * Prints the request that each plan and its arguments make, without sending it: for tests that hold requests against
 * the description they come from. Reads three lines a request: plan, server, arguments. Writes one line of JSON, the
 * request (its body in base64) or the refusal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/tool/bind.h"
#include "platform/codec.h"

struct lines {
	char *plan, *server, *arguments;
	size_t plan_size, server_size, arguments_size;
};

static bool read_line(char **line, size_t *size)
{
	ssize_t n = getline(line, size, stdin);

	if (n > 0 && (*line)[n - 1] == '\n')
		(*line)[n - 1] = '\0';
	return n > 0;
}

static enum rc add(struct secret *out, const char *before, const struct secret *text)
{
	enum rc rc = secret_append_text(out, before);

	return rc ? rc : jsonr_append_string(out, secret_text(text), text->len);
}

static enum rc add_text(struct secret *out, const char *before, const char *text)
{
	enum rc rc = secret_append_text(out, before);

	return rc ? rc : jsonr_append_string(out, text, strlen(text));
}

static enum rc print_http(const struct httpc_request *http, struct secret *out)
{
	struct secret body = SECRET_EMPTY;
	enum rc rc = add_text(out, "{\"method\":", http->method);

	if (!rc)
		rc = add(out, ",\"url\":", &http->url);
	if (!rc)
		rc = secret_append_text(out, ",\"headers\":[");
	for (size_t i = 0; !rc && i < http->n_headers; i++) {
		rc = add_text(out, i > 0 ? ",[" : "[", http->headers[i].name);
		if (!rc)
			rc = add(out, ",", &http->headers[i].value);
		if (!rc)
			rc = secret_append_text(out, "]");
	}
	if (!rc && http->has_body)
		rc = codec_base64_secret(&http->body, &body);
	if (!rc && http->has_body)
		rc = add(out, "],\"body\":", &body);
	secret_release(&body);
	return rc ? rc : secret_append_text(out, http->has_body ? "}" : "]}");
}

static enum rc print_fault(const struct bind_fault *fault, struct secret *out)
{
	enum rc rc = add_text(out, "{\"code\":", fault->code ? fault->code : "");

	if (!rc)
		rc = add_text(out, ",\"argument\":", fault->argument);
	if (!rc)
		rc = add_text(out, ",\"text\":", fault->text);
	return rc ? rc : secret_append_text(out, "}");
}

static enum rc print_bound(
	const struct plan *plan, const char *server, jsonv *arguments, struct secret *out)
{
	struct tool_settings settings = TOOL_SETTINGS_EMPTY;
	struct bind_fault fault = {.code = "none"};
	struct tool_request request;
	struct httpc_request http;
	enum rc rc;

	settings.server = server;
	rc = bind_request(plan, &settings, NULL, arguments, &request, &fault);
	if (rc) {
		rc = print_fault(&fault, out);
	} else {
		rc = tool_request_http(&request, &http);
		if (!rc)
			rc = print_http(&http, out);
		httpc_request_release(&http);
	}
	tool_request_release(&request);
	return rc;
}

static enum rc print_one(const struct lines *lines)
{
	struct secret out = SECRET_EMPTY;
	struct jsonr *arguments = NULL;
	struct plan plan;
	enum rc rc = plan_parse(lines->plan, strlen(lines->plan), &plan);

	if (!rc)
		rc = jsonr_parse(lines->arguments, strlen(lines->arguments), &arguments);
	if (!rc)
		rc = print_bound(&plan, lines->server, jsonr_root(arguments), &out);
	if (rc)
		printf("{\"code\":\"%s\",\"argument\":\"\",\"text\":\"no plan, or no JSON\"}\n",
			rc_name(rc));
	else
		printf("%s\n", secret_text(&out));
	jsonr_free(arguments);
	plan_release(&plan);
	secret_release(&out);
	return rc;
}

int main(void)
{
	struct lines lines = {.plan = NULL};
	int status = 0;

	if (codec_init() != RC_OK)
		return 1;
	while (read_line(&lines.plan, &lines.plan_size) &&
		read_line(&lines.server, &lines.server_size) &&
		read_line(&lines.arguments, &lines.arguments_size))
		status |= print_one(&lines) != RC_OK;
	free(lines.plan);
	free(lines.server);
	free(lines.arguments);
	return status;
}
