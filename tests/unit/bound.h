/* SPDX-License-Identifier: Apache-2.0
 *
 * Binds arguments by a plan and writes what comes of it as text: the request line, headers, body, or the refusal. For
 * one file of a test program.
 */
#ifndef GRANTRY_TESTS_BOUND_H
#define GRANTRY_TESTS_BOUND_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "domain/tool/bind.h"

static char bound_text[64 * 1024]; /* of the last request: "GET https://…\nAccept: …\n\nbody" */
static struct bind_fault bound_fault;

static void bound_add(const void *p, size_t len)
{
	size_t at = strlen(bound_text);

	if (len < sizeof bound_text - at) {
		memcpy(bound_text + at, p, len);
		bound_text[at + len] = '\0';
	}
}

static void bound_write(const struct tool_request *request)
{
	struct httpc_request http;

	bound_text[0] = '\0';
	if (tool_request_http(request, &http) != RC_OK) {
		bound_add("no HTTP", 7);
	} else {
		bound_add(http.method, strlen(http.method));
		bound_add(" ", 1);
		bound_add(http.url.bytes, http.url.len);
		for (size_t i = 0; i < http.n_headers; i++) {
			bound_add("\n", 1);
			bound_add(http.headers[i].name, strlen(http.headers[i].name));
			bound_add(": ", 2);
			bound_add(http.headers[i].value.bytes, http.headers[i].value.len);
		}
		if (http.has_body)
			bound_add("\n\n", 2);
		bound_add(http.body.bytes, http.body.len);
	}
	httpc_request_release(&http);
}

/* The boundary of a form is random: "BOUNDARY" stands for it. */
static inline void bound_hide_boundary(void)
{
	const char *mark = strstr(bound_text, "boundary=");
	char boundary[64];
	size_t len;

	if (!mark)
		return;
	(void)snprintf(boundary, sizeof boundary, "%.*s", (int)strcspn(mark + 9, "\n"), mark + 9);
	len = strlen(boundary);
	for (char *at = strstr(bound_text, boundary); len > 8 && at; at = strstr(at, boundary)) {
		memcpy(at, "BOUNDARY", 8);
		memmove(at + 8, at + len, strlen(at + len) + 1);
	}
}

/* The request is the caller's to release. */
static enum rc bound_make(const char *plan_json, const char *server, const char *arguments,
	struct tool_request *request)
{
	struct tool_settings settings = TOOL_SETTINGS_EMPTY;
	struct jsonr *doc = NULL;
	struct plan plan;
	enum rc rc;

	settings.server = server;
	*request = TOOL_REQUEST_EMPTY;
	rc = plan_parse(plan_json, strlen(plan_json), &plan);
	if (rc != RC_OK || jsonr_parse(arguments, strlen(arguments), &doc) != RC_OK)
		printf("# no plan, or no JSON: %s %s\n", plan_json, arguments);
	CHECK_INT(rc, RC_OK);
	bound_fault = (struct bind_fault){.code = ""};
	if (rc == RC_OK)
		rc = bind_request(&plan, &settings, NULL, doc ? jsonr_root(doc) : NULL, request,
			&bound_fault);
	plan_release(&plan);
	jsonr_free(doc);
	return rc;
}

static inline enum rc bound(const char *plan, const char *arguments)
{
	struct tool_request request;
	enum rc rc = bound_make(plan, "https://api.example.test/v1", arguments, &request);

	bound_text[0] = '\0';
	if (rc == RC_OK)
		bound_write(&request);
	bound_hide_boundary();
	tool_request_release(&request);
	return rc;
}

#endif
