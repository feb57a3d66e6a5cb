/* SPDX-License-Identifier: Apache-2.0
 *
 * Our own strict URL grammar (security §5.6): ASCII only, "https://" (or "http://" where the caller
 * allows it), a host of LDH labels or an IP literal, optional port 1..65535, no userinfo, no
 * fragment, at most 2048 bytes (where it is only called: 8192), no dot segments, no backslash, no control characters or spaces.
 * What passes here means the same to browsers, to libcurl and to us.
 */
#ifndef GRANTRY_PLATFORM_URL_H
#define GRANTRY_PLATFORM_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/rc.h"
#include "platform/secret.h"

#define URL_MAX 2048
#define URL_CALL_MAX 8192 /* of a URL that is called and never kept: a query may be long */
#define URL_HOST_MAX 253
#define URL_ORIGIN_SIZE (URL_HOST_MAX + 2 + 16)

enum url_schemes { URL_HTTPS_ONLY, URL_HTTP_TOO };

struct url {
	bool https;
	char host[URL_HOST_MAX + 3]; /* lower case; IPv6 literal with its brackets */
	uint16_t port;               /* the scheme's own when the text names none */
	const char *rest;            /* borrowed from the text: path and query, at least "" */
};

/** url_parse(text, schemes, out): out->rest borrows from text. Errors: RC_INVALID. */
enum rc url_parse(const char *text, enum url_schemes schemes, struct url *out) RC_MUST_CHECK;

/** url_parse_call(text, out): of either scheme, and of up to URL_CALL_MAX bytes. Errors: RC_INVALID. */
enum rc url_parse_call(const char *text, struct url *out) RC_MUST_CHECK;

/** url_origin(u, out): "https://host" or "https://host:port", default port left out. */
void url_origin(const struct url *u, char out[URL_ORIGIN_SIZE]);

/** url_same_origin(a, b): are both URLs, and of one origin? */
bool url_same_origin(const char *a, const char *b);

/** url_has_query(u): true when rest holds '?'. */
bool url_has_query(const struct url *u);

/** url_query_has(text, name): the URL's own query already names this parameter (decoded). */
bool url_query_has(const char *text, const char *name);

/** url_append_encoded(out, p, len): percent-encode all but unreserved characters (RFC 3986 §2.3):
 *  right for one path segment and for a query value alike. */
enum rc url_append_encoded(struct secret *out, const void *p, size_t len) RC_MUST_CHECK;

/** url_append_form(out, p, len): application/x-www-form-urlencoded: as above but space is '+'. */
enum rc url_append_form(struct secret *out, const void *p, size_t len) RC_MUST_CHECK;

/** url_add_param(out, &first, name, value, value_len): "name=value" with '&' before it unless *first;
 *  both form-encoded. */
enum rc url_add_param(struct secret *out, bool *first, const char *name, const void *value,
	size_t value_len) RC_MUST_CHECK;

#endif
