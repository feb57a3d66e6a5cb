/* SPDX-License-Identifier: Apache-2.0
 *
 * One transfer, from the check of its target to its answer, for whoever drives it: curl_easy_perform
 * (httpc.c) or a multi handle (httpc_multi.c). What we cannot wipe: libcurl's own copies of URL,
 * request head and receive buffer.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/httpc_int.h"
#include "platform/log.h"

enum { HEADERS_MAX_BYTES = 64 * 1024, CERTIFICATES_MAX = 10 };

/* --- the address guard --------------------------------------------------------------------- */

static uint16_t port_of(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return ntohs(v4.sin_port);
	}
	memcpy(&v6, address, sizeof v6);
	return ntohs(v6.sin6_port);
}

static bool may_dial(const struct httpc_transfer *t, const struct sockaddr *address)
{
	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		return false;
	if (t->allow_listed)
		return port_of(address) == t->url.port;
	return port_of(address) == 443 && netpol_is_public(address) && !netpol_is_own(address);
}

static void note_refusal(struct httpc_transfer *t, const struct sockaddr *address)
{
	const char *in = (const char *)address;

	t->refused = true;
	t->refused_address[0] = '\0';
	if (address->sa_family == AF_INET)
		in += offsetof(struct sockaddr_in, sin_addr);
	else if (address->sa_family == AF_INET6)
		in += offsetof(struct sockaddr_in6, sin6_addr);
	else
		return;
	(void)inet_ntop(address->sa_family, in, t->refused_address, sizeof t->refused_address);
}

/* Called once per candidate address, after DNS: rebinding and odd spellings end here. A refusal
 * surfaces as CURLE_COULDNT_CONNECT, like a closed port, so it is remembered. libcurl would not ask
 * for a connection that it has already: hence FRESH_CONNECT. */
static curl_socket_t open_guarded(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct httpc_transfer *t = arg;

	if (purpose != CURLSOCKTYPE_IPCXN || !may_dial(t, &a->addr)) {
		note_refusal(t, &a->addr);
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

bool httpc_guard_refuses(const char *literal)
{
	struct httpc_transfer t = {.url = {.https = true, .port = 443, .rest = ""}};
	struct curl_sockaddr a = {.socktype = SOCK_STREAM};
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(443)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
	curl_socket_t fd;

	/* curl_sockaddr ends in a struct sockaddr that is shorter than an IPv6 one: room is needed. */
	union {
		struct curl_sockaddr a;
		char room[sizeof a + sizeof v6];
	} u = {.a = a};

	if (inet_pton(AF_INET, literal, &v4.sin_addr) == 1) {
		u.a.family = AF_INET;
		memcpy(&u.a.addr, &v4, sizeof v4);
	} else if (inet_pton(AF_INET6, literal, &v6.sin6_addr) == 1) {
		u.a.family = AF_INET6;
		memcpy(u.room + offsetof(struct curl_sockaddr, addr), &v6, sizeof v6);
	}
	fd = open_guarded(&t, CURLSOCKTYPE_IPCXN, &u.a);
	if (fd != CURL_SOCKET_BAD)
		(void)close(fd);
	return fd == CURL_SOCKET_BAD && t.refused;
}

/* Called when a connection stands, before the first byte of the request. OpenSSL itself goes up to a
 * hundred certificates (B31). */
static int approve_chain(void *arg, char *ip, char *own_ip, int port, int own_port)
{
	const struct httpc_transfer *t = arg;
	struct curl_certinfo *chain = NULL;

	(void)ip, (void)own_ip, (void)port, (void)own_port;
	if (curl_easy_getinfo(t->curl, CURLINFO_CERTINFO, &chain) == CURLE_OK && chain &&
		chain->num_of_certs <= CERTIFICATES_MAX)
		return CURL_PREREQFUNC_OK;
	return CURL_PREREQFUNC_ABORT;
}

/* --- answer -------------------------------------------------------------------------------- */

/* libcurl 7.88 limits one line, not their sum, and 1xx answers may go on for ever: count ourselves. */
static size_t take_header(char *line, size_t size, size_t n, void *arg)
{
	struct httpc_transfer *t = arg;
	size_t len = size * n;

	t->header_bytes += len;
	if (t->header_bytes > HEADERS_MAX_BYTES) {
		t->stop = RC_LIMIT;
		return 0;
	}
	if (httpc_is_final_status(line, len) && !httpc_watch_speed(t->curl, t->total_timeout_ms))
		t->stop = RC_INTERNAL;
	if (len <= 2)
		t->headers_done = true;
	else if (httpc_is_status_line(line, len))
		t->headers_done = false; /* after a 1xx head comes another */
	httpc_read_header(t->out, line, len);
	if (t->wants_headers && t->stop == RC_OK)
		t->stop = httpc_keep_header(t->out, line, len);
	return t->stop == RC_OK ? len : 0;
}

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct httpc_transfer *t = arg;
	size_t len = size * n, room = t->body_max_bytes - t->out->body.len;

	t->out->cut = len > room;
	if (t->out->cut && !t->may_cut)
		t->stop = RC_LIMIT;
	else
		t->stop = secret_append(&t->out->body, p, t->out->cut ? room : len);
	return t->stop == RC_OK && !t->out->cut ? len : 0;
}

/* --- one transfer ------------------------------------------------------------------------------ */

static bool set_callbacks(CURL *c, struct httpc_transfer *t)
{
	return curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_guarded) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, approve_chain) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PREREQDATA, t) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERDATA, t) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

/* Cut by us, or by the clock: a stream of events has no end. */
static bool is_good_so_far(struct httpc_transfer *t, CURLcode code)
{
	if (t->may_cut && t->headers_done && code == CURLE_OPERATION_TIMEDOUT)
		t->out->cut = 1;
	return t->may_cut && t->out->cut;
}

static enum rc rc_of(struct httpc_transfer *t, CURLcode code)
{
	/* A connection that closes inside the head is a success to libcurl. */
	if (code == CURLE_OK)
		return t->headers_done ? RC_OK : RC_UPSTREAM;
	if (t->stop != RC_OK)
		return t->stop;
	if (is_good_so_far(t, code))
		return RC_OK;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return RC_TIMEOUT;
	case CURLE_COULDNT_CONNECT:
		return t->refused ? RC_EGRESS : RC_UPSTREAM;
	case CURLE_FILESIZE_EXCEEDED:
		return RC_LIMIT;
	case CURLE_OUT_OF_MEMORY:
		/* What libcurl 7.88 says of a header line over 100 KiB. */
		return t->header_bytes > 0 && !t->headers_done ? RC_LIMIT : RC_NOMEM;
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_FAILED_INIT:
		return RC_INTERNAL;
	default:
		return RC_UPSTREAM;
	}
}

static const char *reason_of(CURLcode code, enum rc rc)
{
	if (rc == RC_EGRESS)
		return "address is not public";
	if (code == CURLE_ABORTED_BY_CALLBACK)
		return "chain of certificates is too long";
	return code == CURLE_OK ? "answer ends inside its head" : curl_easy_strerror(code);
}

static void log_failure(const struct httpc_transfer *t, CURLcode code, enum rc rc)
{
	log_warn("egress_failed", "host", t->url.host, "result", rc_name(rc), "reason",
		reason_of(code, rc), "address", t->refused ? t->refused_address : NULL);
}

static enum rc fill_response(CURL *c, struct httpc_response *out)
{
	const char *type = NULL;
	long status = 0;

	if (curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
		curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK)
		return RC_INTERNAL;
	if (status < 200) /* another protocol, which nobody asked for */
		return RC_UPSTREAM;
	out->status = (int)status;
	(void)snprintf(out->content_type, sizeof out->content_type, "%s", type ? type : "");
	return RC_OK;
}

/* What the text alone tells. The rest is for the guard. */
static enum rc check_target(const struct httpc_settings *settings, const struct httpc_request *rq,
	struct httpc_transfer *t)
{
	const char *text = secret_text(&rq->url);
	const struct url *url = &t->url;

	if (!httpc_method_is_usable(rq) || rq->answer_max_bytes > HTTPC_ANSWER_MAX ||
		rq->total_timeout_ms < 0 || rq->total_timeout_ms > HTTPC_TIMEOUT_MAX_MS ||
		strlen(text) != rq->url.len || url_parse_call(text, &t->url) != RC_OK) {
		log_warn("egress_refused", "reason", "method, limits or URL are not acceptable");
		return RC_INVALID;
	}
	t->allow_listed = netpol_allows_origin(settings->policy, url->https, url->host, url->port);
	if (t->allow_listed || (url->https && url->port == 443))
		return RC_OK;
	log_warn("egress_refused", "host", url->host, "reason",
		url->https ? "port is not 443" : "scheme is not https");
	return RC_EGRESS;
}

static bool set_all(struct httpc_transfer *t, const struct httpc_settings *settings,
	const struct httpc_request *rq)
{
	CURL *c = t->curl;

	return httpc_set_options(c, settings) && httpc_set_limits(c, settings, t) &&
	       httpc_set_url(c, &t->url) && httpc_set_method(c, rq) && set_callbacks(c, t) &&
	       curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK;
}

enum rc httpc_transfer_prepare(struct httpc_transfer *t, const struct httpc_settings *settings,
	CURL *c, const struct httpc_request *rq, struct httpc_response *out)
{
	enum rc rc;

	*out = (struct httpc_response){.retry_after_s = -1};
	*t = (struct httpc_transfer){.curl = c,
		.out = out,
		.body_max_bytes =
			rq->answer_max_bytes ? rq->answer_max_bytes : settings->body_max_bytes,
		.total_timeout_ms =
			rq->total_timeout_ms ? rq->total_timeout_ms : settings->total_timeout_ms,
		.may_cut = rq->may_cut,
		.wants_headers = rq->wants_headers,
		.begun_ms = clock_mono_ms()};
	rc = check_target(settings, rq, t);
	if (rc != RC_OK)
		return rc;
	rc = httpc_headers_build(rq, &t->headers);
	if (rc == RC_OK && !set_all(t, settings, rq)) {
		log_error("httpc_refused", "reason", "libcurl refuses an option");
		rc = RC_INTERNAL;
	}
	if (rc != RC_OK)
		httpc_transfer_drop(t);
	return rc;
}

enum rc httpc_transfer_finish(struct httpc_transfer *t, CURLcode code)
{
	struct httpc_response *out = t->out;
	enum rc rc = rc_of(t, code);

	if (rc == RC_OK)
		rc = fill_response(t->curl, out);
	else
		log_failure(t, code, rc);
	if (rc != RC_OK)
		httpc_response_release(out);
	out->elapsed_ms = clock_mono_ms() - t->begun_ms;
	httpc_transfer_drop(t);
	return rc;
}

void httpc_transfer_drop(struct httpc_transfer *t)
{
	curl_easy_reset(t->curl); /* before what it borrows goes away */
	httpc_headers_free(t->headers);
	t->headers = NULL;
}
