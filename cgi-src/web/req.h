/* SPDX-License-Identifier: Apache-2.0
 *
 * One HTTP request, parsed once and strictly from CGI variables and body bytes. The path is decoded
 * once and cut into segments; dot segments, empty segments, encoded slashes and NUL are refused.
 * A header name that arrives twice (also as X-A and X_A: security finding 7) is refused.
 * The body and everything cut from it lie in secret memory that is wiped with the request.
 */
#ifndef GRANTRY_WEB_REQ_H
#define GRANTRY_WEB_REQ_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/fcgi.h"
#include "platform/rc.h"
#include "platform/secret.h"

#define REQ_PATH_MAX 1024
#define REQ_QUERY_MAX 8192
#define REQ_BODY_MAX ((size_t)64 * 1024)
#define REQ_SEGMENTS_MAX 16
#define REQ_PARAMS_MAX 6000 /* 5000 unknown callback parameters must pass (A24) */
#define REQ_FORM_MAX 200
#define REQ_UPLOAD_MAX ((size_t)17 << 20) /* a document of 16 MiB and what stands around it */
#define REQ_PARTS_MAX 600
#define REQ_JSON_MAX                                                                               \
	((size_t)12 << 20) /* where a route takes large ones: a file of 8 MiB in base64 */
#define REQ_COOKIES_MAX 100
#define REQ_COOKIE_TEXT_MAX 8192 /* more cookies or a longer header: no cookies at all (D6) */

enum req_method { REQ_GET, REQ_HEAD, REQ_POST, REQ_PUT, REQ_OTHER };
/* A body is read with POST and PUT only. OTHER: a media type or charset that we do not take, for a 415; what
 * no route asks for is not read. UPLOAD: multipart/form-data, which only req_read_upload() reads. */
enum req_body {
	REQ_BODY_NONE,
	REQ_BODY_FORM,
	REQ_BODY_JSON,
	REQ_BODY_CSP_REPORT,
	REQ_BODY_UPLOAD,
	REQ_BODY_LARGE, /* of a route alone: JSON of up to REQ_JSON_MAX, which the handler reads when it knows who asks */
	REQ_BODY_OTHER
};

struct param {
	/* decoded once, NUL-terminated; value may hold anything but NUL, that of a file NUL too */
	const char *name, *value;
	size_t value_len;
	/* of an upload; NULL: not a file, nothing was said */
	const char *file_name, *content_type;
};

struct params {
	struct param *items;
	size_t n;
};

struct req {
	enum req_method method;
	bool https;                  /* as the web server says */
	char path[REQ_PATH_MAX + 1]; /* decoded, for routing and the log; never the query */
	/* of "/a/b": "a", "b"; of "/a/": "a", "", which no route matches; of "/": none */
	const char *segments[REQ_SEGMENTS_MAX];
	size_t n_segments;
	struct params query, form;
	struct params cookies;
	enum req_body body_kind;
	struct secret raw_query, body, cookie_text; /* what the params point into */
	char *upload;                               /* likewise; wiped with the request */
	size_t upload_len;                          /* known before it is read */
	size_t large_len; /* likewise, of JSON beyond REQ_BODY_MAX; 0: none */
	char *path_copy;  /* what the segments point into */
	/* the few header fields that we read; NULL when absent */
	const char *host, *origin, *sec_fetch_site, *sec_fetch_mode, *sec_fetch_dest, *sec_purpose,
		*accept_language, *user_agent, *remote_addr, *content_type, *authorization,
		*if_none_match;
	/* 0, or the status that this request must be answered with: 400, 413, 414. Then only method, https
	 * and the header fields are sure. */
	int bad_status;
};

/** req_parse(x, out): never fails for what the client did: see out->bad_status. RC_NOMEM; RC_INVALID:
 * no request at all (aborted begin), drop it. Borrows from x: release before x ends. */
enum rc req_parse(struct fcgi_exchange *x, struct req *out) RC_MUST_CHECK;
void req_release(struct req *rq);
/** req_writes(rq): is it of a method that brings something: POST or PUT? */
bool req_writes(const struct req *rq);

/** req_read_upload(x, rq): the body of a REQ_BODY_UPLOAD, which may be large, into form: only for who may send it. The
 * CSRF token is one of its fields, wherever it stands. As with req_parse, a fault of the client is a bad_status.
 * RC_OK and nothing to do for other kinds. */
enum rc req_read_upload(struct fcgi_exchange *x, struct req *rq) RC_MUST_CHECK;
/** req_read_large(x, rq): likewise of JSON that was too large to be read at once; nothing to do for the rest. */
enum rc req_read_large(struct fcgi_exchange *x, struct req *rq) RC_MUST_CHECK;
/** req_parse_upload(body, len, boundary, boundary_len, max, out): parts, in place; body[len] is NUL. Fields that are no
 * files are UTF-8. RC_INVALID: not as browsers write it; RC_LIMIT: more than max. */
enum rc req_parse_upload(char *body, size_t len, const char *boundary, size_t boundary_len,
	size_t max, struct params *out) RC_MUST_CHECK;
/** req_file(rq, name): the file that a field of that name carries; file_name "" and no bytes when none was chosen. NULL:
 * there is no such file. */
const struct param *req_file(const struct req *rq, const char *name);

/** req_parse_params(text, max, out): urlencoded parameters, in place over text; '+' is a space.
 * RC_INVALID: bad escape, %00; RC_LIMIT: more than max. */
enum rc req_parse_params(struct secret *text, size_t max, struct params *out) RC_MUST_CHECK;
/** req_parse_cookies(header, store, out): RFC 6265 §5.4 pairs; store receives the copied text. Left out:
 * what has no "=" or whose name is no token. Kept so that req_cookie() can count them: a pair without a
 * name (name ""), and one whose value is malformed (value ""). RC_LIMIT: too many or too long. */
enum rc req_parse_cookies(
	const char *header, struct secret *store, struct params *out) RC_MUST_CHECK;

/** params_get(ps, name): first value, NULL when absent. params_count: how many times it is there. */
const char *params_get(const struct params *ps, const char *name);
size_t params_count(const struct params *ps, const char *name);
const struct param *params_find(const struct params *ps, const char *name);

/** req_enter(rq, prefix): takes "/grantry" off the path, before it is routed. False: the path is not below it. */
bool req_enter(struct req *rq, const char *prefix);

/** req_query(rq, name), req_form(rq, name): first value or NULL. */
const char *req_query(const struct req *rq, const char *name);
const char *req_form(const struct req *rq, const char *name);
/** req_target(rq, out): path and query, encoded afresh; appends to out. */
enum rc req_target(const struct req *rq, struct secret *out) RC_MUST_CHECK;
/** req_cookie(rq, name): NULL when absent or when it is there more than once (security R50), counting a
 * cookie without a name whose value begins "name=". */
const char *req_cookie(const struct req *rq, const char *name);

#endif
