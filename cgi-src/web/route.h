/* SPDX-License-Identifier: Apache-2.0
 *
 * Routes are data: method, path, handler, action, body. The dispatcher enforces all preconditions once,
 * in this order: request well-formed, host known, path known (404), method allowed (405 + Allow), Fetch
 * Metadata (403), body kind (415), session (401 or the sign-in page), CSRF token (403), role (403); of an
 * upload the role comes first, and only then its body is read. Handlers then are short.
 */
#ifndef GRANTRY_WEB_ROUTE_H
#define GRANTRY_WEB_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "domain/people/policy.h"
#include "web/req.h"

struct ctx;

enum route_gate {
	GATE_SESSION,  /* session, action; POST also the session's CSRF token */
	GATE_PUBLIC,   /* no session needed; POST needs the pre-session CSRF token */
	GATE_CALLBACK, /* as PUBLIC, and a cross-site navigation may enter (the provider sends it) */
	GATE_REPORT,   /* POST without CSRF token: browsers' own reports; changes nothing */
	GATE_KEY, /* a runtime, by the key in its Authorization header: access_open() asks for it */
	GATE_PROBE, /* health checks: any Host, no session */
};

/* path: segments, ":name" matches one segment: "/data-sources/:org/:plugin/:provider/rename".
 * ":name=one|other" matches one of these words, and the word UUID every identifier. Segment values are read with route_arg(). No two patterns of one table may match one path. */
struct route {
	enum req_method method;
	const char *path;
	/** handler(c): answers into c->resp, or returns a code that the dispatcher turns into a page. */
	enum rc (*handler)(struct ctx *c);
	enum action action; /* with GATE_SESSION */
	enum route_gate gate;
	enum req_body
		body; /* POST: REQ_BODY_FORM as a rule, UPLOAD with files; PUT: REQ_BODY_JSON */
};

struct route_table {
	const struct route *routes;
	size_t n;
};

#define ROUTE_ARGS_MAX 8
struct route_match {
	const struct route *route; /* NULL: see status */
	int status;                /* 0, 404 or 405 */
	char allow[64];            /* with 405 */
	const char *names[ROUTE_ARGS_MAX],
		*values[ROUTE_ARGS_MAX]; /* borrowed from table and request */
	size_t n;
};

/** route_match(table, rq, out): HEAD matches a GET route, but not one with GATE_CALLBACK: a flow is used
 * up by GET alone (R23). A method that we never serve is 405 on every path (D23). An empty segment
 * matches nothing. Pure. */
void route_match(const struct route_table *table, const struct req *rq, struct route_match *out);
/** route_arg(m, name): value of ":name"; NULL for a name that is not in the pattern. */
const char *route_arg(const struct route_match *m, const char *name);

/** route_tables_overlap(table): a route whose pattern can match a path that an earlier, different pattern
 * matches, or that repeats a method and pattern; NULL when there is none. For tests. */
const struct route *route_tables_overlap(const struct route_table *table);

/** route_fetch_allowed(rq, gate, origin): the Fetch Metadata and Origin rule (security R58, D2, D3); origin
 * is our own, "https://host". From elsewhere only a person following a link (GET, a document) may come
 * in; our own pages may also fetch; nothing may be loaded as image, script or frame. POST comes from our
 * own pages only. A prefetch of GATE_CALLBACK is refused (A29). Pure. */
bool route_fetch_allowed(const struct req *rq, enum route_gate gate, const char *origin);

#endif
