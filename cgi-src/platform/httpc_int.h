/* SPDX-License-Identifier: Apache-2.0
 *
 * Between the files of httpc only.
 */
#ifndef GRANTRY_PLATFORM_HTTPC_INT_H
#define GRANTRY_PLATFORM_HTTPC_INT_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "platform/httpc.h"
#include "platform/url.h"

struct httpc_settings {
	const struct netpol *policy; /* borrowed */
	char *ca_file;
	long connect_timeout_ms, total_timeout_ms;
	size_t body_max_bytes;
};

/* One transfer. libcurl's callbacks hold its address: it stays where it is from prepare to finish. */
struct httpc_transfer {
	CURL *curl;                 /* borrowed; reset at the end */
	struct httpc_response *out; /* borrowed */
	struct url url;             /* borrows from the request */
	size_t body_max_bytes;
	long total_timeout_ms;
	bool may_cut, wants_headers;
	struct curl_slist *headers; /* owned; hold secrets */
	int64_t begun_ms;
	bool allow_listed;
	size_t header_bytes;
	bool headers_done;
	enum rc stop;                           /* why a callback ended the transfer */
	bool refused;                           /* the guard refused at least one address */
	char refused_address[INET6_ADDRSTRLEN]; /* the last of them */
};

/* httpc.c: what httpc_new says of config. Released also on error. */
enum rc httpc_settings_init(
	const struct httpc_config *config, struct httpc_settings *out) RC_MUST_CHECK;
void httpc_settings_release(struct httpc_settings *settings);

/* httpc_transfer.c */
bool httpc_guard_refuses(const char *literal);
/** httpc_transfer_prepare(t, settings, c, rq, out): checks the target and sets c up. The bytes of rq
 *  (not the struct) are borrowed until finish or drop. On error nothing is left to do. */
enum rc httpc_transfer_prepare(struct httpc_transfer *t, const struct httpc_settings *settings,
	CURL *c, const struct httpc_request *rq, struct httpc_response *out) RC_MUST_CHECK;
/** httpc_transfer_finish(t, code): what httpc_perform answers; c forgets all of it. */
enum rc httpc_transfer_finish(struct httpc_transfer *t, CURLcode code) RC_MUST_CHECK;
/** httpc_transfer_drop(t): instead of finish, when nobody wants the answer; out is left alone. */
void httpc_transfer_drop(struct httpc_transfer *t);

/* httpc_options.c: false when libcurl refuses. The transfer borrows from settings and rq. */
bool httpc_set_options(CURL *c, const struct httpc_settings *settings);
bool httpc_set_limits(
	CURL *c, const struct httpc_settings *settings, const struct httpc_transfer *t);
bool httpc_set_url(CURL *c, const struct url *url);
bool httpc_set_method(CURL *c, const struct httpc_request *rq);
/** httpc_watch_speed(c, total_timeout_ms): from now on a crawling transfer ends. Not before the answer begins:
 *  a provider may think as long as the call may last, and a code or a rotating refresh token is lost with a
 *  call given up. */
bool httpc_watch_speed(CURL *c, long total_timeout_ms);

/* httpc_message.c */
bool httpc_method_is_usable(const struct httpc_request *rq);
/** httpc_headers_build(rq, list): *list is to be freed with httpc_headers_free, also on error. */
enum rc httpc_headers_build(const struct httpc_request *rq, struct curl_slist **list) RC_MUST_CHECK;
void httpc_headers_free(struct curl_slist *list); /* wipes: libcurl copied the values */
bool httpc_is_status_line(const char *line, size_t len);
bool httpc_is_final_status(const char *line, size_t len); /* of HTTP/1: no 1xx */
/** httpc_read_header(out, line, len): notes what a line of the head says. */
void httpc_read_header(struct httpc_response *out, const char *line, size_t len);
/** httpc_keep_header(out, line, len): keeps it as it is. */
enum rc httpc_keep_header(struct httpc_response *out, const char *line, size_t len) RC_MUST_CHECK;

#endif
