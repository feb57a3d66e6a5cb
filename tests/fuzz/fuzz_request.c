/* SPDX-License-Identifier: Apache-2.0
 *
 * A whole request: lines NAME=VALUE up to an empty line, then the body. Whatever comes, the request is
 * refused or keeps the promises of web/req.h, and the matcher and the Fetch Metadata rule agree with it.
 */
#include "must.h"
#include "platform/text.h"
#include "unit/fake_exchange.h"
#include "web/route.h"

/* Fills the exchange; text is cut up. A line without '=' is a variable without a value. */
static void exchange_fill(struct fcgi_exchange *x, char *text, size_t size)
{
	char *end = text + size, *line = text;

	memset(x, 0, offsetof(struct fcgi_exchange, out));
	while (line < end && *line != '\n') {
		char *next = memchr(line, '\n', (size_t)(end - line)), *equals;

		if (!next)
			next = end;
		*next = 0;
		equals = strchr(line, '=');
		if (equals)
			*equals = 0;
		fake_set(x, line, equals ? equals + 1 : "");
		line = next + 1;
	}
	if (line < end) {
		x->body = line + 1;
		x->body_len = (size_t)(end - line - 1);
	}
}

static void check_path(const struct req *rq)
{
	size_t at = 0, chars;

	MUST(rq->path[0] == '/' && strlen(rq->path) <= REQ_PATH_MAX);
	MUST(text_utf8_chars(rq->path, strlen(rq->path), &chars) == RC_OK);
	MUST(rq->n_segments <= REQ_SEGMENTS_MAX);
	for (const char *p = rq->path; *p; p++)
		MUST((unsigned char)*p >= 0x20 && *p != 0x7f && *p != '\\');
	for (size_t i = 0; i < rq->n_segments; i++) {
		const char *segment = rq->segments[i];

		MUST(strcmp(segment, ".") != 0 && strcmp(segment, "..") != 0);
		MUST(*segment || i + 1 == rq->n_segments);
		MUST(rq->path[at] == '/' &&
			strncmp(rq->path + at + 1, segment, strlen(segment)) == 0);
		at += 1 + strlen(segment);
	}
	MUST(rq->n_segments == 0 ? strcmp(rq->path, "/") == 0 : rq->path[at] == 0);
}

static void check_body(const struct fcgi_exchange *x, const struct req *rq)
{
	MUST(rq->body.len <= REQ_BODY_MAX && x->body_at <= REQ_BODY_MAX);
	MUST(rq->body.len == x->body_at);
	MUST(req_writes(rq) || rq->body_kind == REQ_BODY_NONE);
	MUST(rq->form.n == 0 || rq->body_kind == REQ_BODY_FORM);
}

static void check_route(const struct req *rq)
{
	static const struct route routes[] = {
		{.method = REQ_GET, .path = "/"},
		{.method = REQ_GET, .path = "/a/:b/c"},
		{.method = REQ_POST, .path = "/a/:b/c"},
		{.method = REQ_GET, .path = "/cb/:x/:y/callback", .gate = GATE_CALLBACK},
	};
	static const struct route_table table = {routes, sizeof(routes) / sizeof(routes[0])};
	struct route_match match;

	route_match(&table, rq, &match);
	MUST(!match.route == !!match.status);
	for (size_t i = 0; i < match.n; i++)
		MUST(match.values[i] && *match.values[i]);
	/* Nothing that changes something passes on the word of another origin. */
	if (rq->method == REQ_POST && rq->origin && strcmp(rq->origin, "null") != 0 &&
		strcmp(rq->origin, "https://grantry.example") != 0)
		MUST(!route_fetch_allowed(rq, GATE_SESSION, "https://grantry.example"));
	else
		(void)route_fetch_allowed(rq, GATE_CALLBACK, "https://grantry.example");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fcgi_exchange x;
	struct req rq;
	char *text = calloc(1, size + 1);

	if (!text)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	exchange_fill(&x, text, size);
	if (req_parse(&x, &rq) == RC_OK) {
		if (rq.bad_status == 0) {
			check_path(&rq);
			check_body(&x, &rq);
			check_route(&rq);
		}
		(void)req_cookie(&rq, "__Host-sid");
		req_release(&rq);
	}
	free(text);
	return 0;
}
