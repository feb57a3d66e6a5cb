/* SPDX-License-Identifier: Apache-2.0
 *
 * A request of an operation in its parts, between the arguments it was made of and the HTTP that carries it.
 * Credentials come in by authorize.h. Each part knows whether it may be shown.
 */
#ifndef GRANTRY_DOMAIN_TOOL_REQUEST_H
#define GRANTRY_DOMAIN_TOOL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/buf.h"
#include "platform/httpc.h"
#include "platform/rc.h"
#include "platform/secret.h"
#include "platform/url.h"

#define TOOL_METHOD_SIZE 33
#define TOOL_BODY_MAX ((size_t)8 << 20)
#define TOOL_PARTS_MAX 2000

struct tool_part {
	struct secret name, value; /* as they are sent */
	bool hidden;               /* a credential: a preview shows dots … */
	size_t shown;              /* … behind so much of its value: the prefix */
};

struct tool_parts {
	struct tool_part *items;
	size_t n, cap;
};

/* Bytes of a body that are no text. */
struct tool_span {
	size_t at, len;
};

struct tool_request {
	char method[TOOL_METHOD_SIZE];
	char origin[URL_ORIGIN_SIZE]; /* the only one it may go to */
	struct secret target;         /* the URL up to its query */
	struct tool_parts query, headers, cookies;
	struct secret body;
	bool has_body;
	struct tool_span *files; /* in the order of the body */
	size_t n_files;
};

#define TOOL_REQUEST_EMPTY ((struct tool_request){.has_body = false})

void tool_request_release(struct tool_request *request);

/** tool_parts_add(parts, name, value, hidden): copies both. Errors: RC_LIMIT: too many; RC_NOMEM. */
enum rc tool_parts_add(struct tool_parts *parts, const struct secret *name,
	const struct secret *value, bool hidden) RC_MUST_CHECK;
/** tool_parts_add_text(parts, name, value): as they are, not hidden. */
enum rc tool_parts_add_text(
	struct tool_parts *parts, const char *name, const char *value) RC_MUST_CHECK;
/** tool_parts_drop(parts, name, any_case): all of that name. */
void tool_parts_drop(struct tool_parts *parts, const char *name, bool any_case);
const struct tool_part *tool_parts_find(
	const struct tool_parts *parts, const char *name, bool any_case);

/** tool_request_add_file(request, p, len): appends it to the body, as one of the files. Errors: RC_LIMIT, RC_NOMEM. */
enum rc tool_request_add_file(
	struct tool_request *request, const void *p, size_t len) RC_MUST_CHECK;

/** tool_header_is_ours(name): no argument sets it: it frames or routes the message (Host, Content-Length,
 *  Proxy-…), is written from other parts (Content-Type, Cookie), or is a credential's (Authorization). */
bool tool_header_is_ours(const char *name);

/** tool_request_url(request, out): replaces out by the whole URL. Errors: RC_LIMIT: longer than URL_CALL_MAX;
 *  RC_INVALID: it is none. */
enum rc tool_request_url(const struct tool_request *request, struct secret *out) RC_MUST_CHECK;

/** tool_request_http(request, out): as httpc takes it; method and the names of headers are borrowed from
 *  request. out is released by httpc_request_release, also after an error. Errors: as tool_request_url; RC_LIMIT
 *  also: too many headers; RC_INVALID also: a header that cannot be sent. */
enum rc tool_request_http(
	const struct tool_request *request, struct httpc_request *out) RC_MUST_CHECK;

/** tool_request_preview(request, out): appends the request as lines of text, as HTTP/1.1 would show it, with
 *  TOOL_HIDDEN in place of every credential. Of a body the first TOOL_PREVIEW_BODY bytes; one that is no text
 *  is named by its size, as are the files of a form. */
#define TOOL_HIDDEN "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
#define TOOL_PREVIEW_BODY 4096
void tool_request_preview(const struct tool_request *request, struct buf *out);

#endif
