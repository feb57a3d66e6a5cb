/* SPDX-License-Identifier: Apache-2.0
 *
 * The only outgoing HTTP. Limits (security R34): connect 5 s, total 15 s, 100 B/s for 5 s once the answer
 * has begun, body 256 KiB, headers 64 KiB; a request may ask for more of both, within bounds; TLS 1.2+, chain (of at most 10) and name always verified;
 * HTTP/1.1; redirects, proxies, cookies, netrc, compression and alt-svc off; the address policy is applied
 * to the socket address. Plain http and addresses that are not public are reachable only when the operator's
 * allow-list names that very origin. A request carries its own secrets and nothing is kept between
 * two calls: no connection is reused.
 */
#ifndef GRANTRY_PLATFORM_HTTPC_H
#define GRANTRY_PLATFORM_HTTPC_H

#include <stddef.h>
#include <stdint.h>

#include "platform/netpol.h"
#include "platform/rc.h"
#include "platform/secret.h"

#define HTTPC_HEADERS_MAX 64
#define HTTPC_BODY_MAX ((size_t)256 * 1024)
#define HTTPC_ANSWER_MAX ((size_t)16 << 20)
#define HTTPC_TIMEOUT_MAX_MS 60000

struct httpc; /* one per process: policy, CA file, user agent */

struct httpc_config {
	const struct netpol *policy; /* borrowed for the life of the client */
	const char *ca_file;         /* NULL: the system's */
	long connect_timeout_ms;     /* 0: 5000 */
	long total_timeout_ms;       /* 0: 15000 */
	size_t body_max_bytes;       /* of an answer; 0: HTTPC_BODY_MAX, which is also the most */
};

struct httpc_header {
	const char *name;    /* borrowed; a token of RFC 9110 */
	struct secret value; /* owned; no control characters */
};

struct httpc_request {
	const char *method; /* "GET", "POST", … borrowed */
	struct secret url;  /* owned; may hold an API key where a provider wants it there */
	struct httpc_header headers[HTTPC_HEADERS_MAX];
	size_t n_headers;
	struct secret body; /* owned; sent when has_body */
	int has_body;
	/* what this one needs beyond the client's configuration; 0: nothing */
	size_t answer_max_bytes;    /* of its body, up to HTTPC_ANSWER_MAX */
	long total_timeout_ms;      /* up to HTTPC_TIMEOUT_MAX_MS */
	unsigned wants_headers : 1; /* of the answer */
	/* A body that is too long, or does not end in time, is good as far as it came: response.cut. */
	unsigned may_cut : 1;
};

struct httpc_response {
	int status;
	int content_encoded; /* 1: Content-Encoding other than identity; the body is opaque */
	int64_t retry_after_s; /* Retry-After in seconds from now (both forms), 0..2^31-1, -1 when absent */
	char content_type[128];     /* "" when absent; parameters included */
	char www_authenticate[256]; /* its beginning, of the last one; "" when absent */
	struct secret
		headers; /* owned; with wants_headers "name: value\n", each as it came; no folding */
	struct secret body; /* owned: may echo tokens */
	int cut;            /* 1: body is its beginning only */
	int64_t elapsed_ms;
};

/** httpc_new(config, out): also runs the self-check of the address guard, checks that libcurl resolves
 *  names asynchronously and that ca_file is readable. Where SIGPIPE has its default effect it is
 *  ignored from here on. Not for two threads at once; open it after the fork. Errors: RC_INTERNAL. */
enum rc httpc_new(const struct httpc_config *config, struct httpc **out) RC_MUST_CHECK;
void httpc_free(struct httpc *http);

/** httpc_request_header(rq, name, value, len): copies value. RC_INVALID: control character, no token, or
 *  a header that frames or routes the message (Host, Content-Length, Connection, Proxy-…);
 *  RC_LIMIT: too many. Without a Content-Type none is sent. */
enum rc httpc_request_header(
	struct httpc_request *rq, const char *name, const void *value, size_t len) RC_MUST_CHECK;
void httpc_request_release(struct httpc_request *rq);
void httpc_response_release(struct httpc_response *rs);

/** httpc_response_header(rs, name, len): the value of the first one of that name, borrowed, *len bytes; NULL when
 *  there is none, or headers were not wanted. */
const char *httpc_response_header(const struct httpc_response *rs, const char *name, size_t *len);

/** httpc_perform(http, rq, out): one request, one answer of any status but 1xx. https on port 443, or an
 * origin of the allow-list. Any method of capital letters but CONNECT, which is no request, and TRACE,
 * which asks for our headers back; a HEAD without a body.
 * Errors: RC_INVALID method, a limit out of bounds, or the URL breaks the grammar; RC_EGRESS forbidden address, port or scheme;
 *	RC_TIMEOUT; RC_LIMIT answer too large; RC_UPSTREAM refused, reset, TLS, malformed.
 *	The reason is logged (host only, never path or query). */
enum rc httpc_perform(struct httpc *http, const struct httpc_request *rq,
	struct httpc_response *out) RC_MUST_CHECK;

#endif
