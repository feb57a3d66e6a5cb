/* SPDX-License-Identifier: Apache-2.0
 *
 * Between httpc.c, httpc_options.c and httpc_message.c only.
 */
#ifndef GRANTRY_PLATFORM_HTTPC_INT_H
#define GRANTRY_PLATFORM_HTTPC_INT_H

#include <curl/curl.h>
#include <stdbool.h>

#include "platform/httpc.h"
#include "platform/url.h"

struct httpc {
	const struct netpol *policy;
	char *ca_file;
	long connect_timeout_ms, total_timeout_ms;
	CURL *curl;
};

/* httpc_options.c: false when libcurl refuses. The transfer borrows from http and rq. */
bool httpc_set_options(CURL *c, const struct httpc *http);
/** httpc_watch_speed(http): from now on a crawling transfer ends. Not before the answer begins: a provider may
 *  think as long as the call may last, and a code or a rotating refresh token is lost with a call given up. */
bool httpc_watch_speed(const struct httpc *http);
bool httpc_set_url(CURL *c, const struct url *url);
bool httpc_set_method(CURL *c, const struct httpc_request *rq);

/* httpc_message.c */
bool httpc_method_is_usable(const struct httpc_request *rq);
/** httpc_headers_build(rq, list): *list is to be freed with httpc_headers_free, also on error. */
enum rc httpc_headers_build(const struct httpc_request *rq, struct curl_slist **list) RC_MUST_CHECK;
void httpc_headers_free(struct curl_slist *list); /* wipes: libcurl copied the values */
bool httpc_is_status_line(const char *line, size_t len);
bool httpc_is_final_status(const char *line, size_t len); /* of HTTP/1: no 1xx */
/** httpc_read_header(out, line, len): notes what a line of the head says. */
void httpc_read_header(struct httpc_response *out, const char *line, size_t len);

#endif
