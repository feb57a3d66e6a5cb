/* SPDX-License-Identifier: Apache-2.0
 *
 * libcurl's wall. One easy handle per client: it keeps the parsed CA bundle (tens of milliseconds a
 * call with OpenSSL 3) and, because of FRESH_CONNECT and FORBID_REUSE, no connection; every option
 * is set anew for every call. CURLOPT_VERBOSE and DEBUGFUNCTION have no place here: they print
 * secrets. What we cannot wipe: libcurl's own copies of URL, request head and receive buffer.
 */
#include "platform/httpc.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/httpc_int.h"
#include "platform/log.h"
#include "platform/url.h"

enum { HEADERS_MAX_BYTES = 64 * 1024, CERTIFICATES_MAX = 10 };

/* One call, as the callbacks see it. */
struct call {
	const struct httpc *http;
	const struct url *url;
	bool allow_listed;
	struct httpc_response *out;
	size_t header_bytes;
	bool headers_done;
	enum rc stop;                           /* why a callback ended the call */
	bool refused;                           /* the guard refused at least one address */
	char refused_address[INET6_ADDRSTRLEN]; /* the last of them */
};

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

static bool may_dial(const struct call *call, const struct sockaddr *address)
{
	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		return false;
	if (call->allow_listed)
		return port_of(address) == call->url->port;
	return port_of(address) == 443 && netpol_is_public(address) && !netpol_is_own(address);
}

static void note_refusal(struct call *call, const struct sockaddr *address)
{
	const char *in = (const char *)address;

	call->refused = true;
	call->refused_address[0] = '\0';
	if (address->sa_family == AF_INET)
		in += offsetof(struct sockaddr_in, sin_addr);
	else if (address->sa_family == AF_INET6)
		in += offsetof(struct sockaddr_in6, sin6_addr);
	else
		return;
	(void)inet_ntop(
		address->sa_family, in, call->refused_address, sizeof call->refused_address);
}

/* Called once per candidate address, after DNS: rebinding and odd spellings end here. A refusal
 * surfaces as CURLE_COULDNT_CONNECT, like a closed port, so it is remembered. libcurl would not ask
 * for a connection that it has already: hence FRESH_CONNECT. */
static curl_socket_t open_guarded(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct call *call = arg;

	if (purpose != CURLSOCKTYPE_IPCXN || !may_dial(call, &a->addr)) {
		note_refusal(call, &a->addr);
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static bool guard_refuses(const char *literal)
{
	const struct url url = {.https = true, .port = 443, .rest = ""};
	struct call call = {.url = &url};
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
	fd = open_guarded(&call, CURLSOCKTYPE_IPCXN, &u.a);
	if (fd != CURL_SOCKET_BAD)
		(void)close(fd);
	return fd == CURL_SOCKET_BAD && call.refused;
}

/* --- the client ---------------------------------------------------------------------------- */

static bool curl_is_fit(const curl_version_info_data *info)
{
	bool https = false;

	for (const char *const *p = info->protocols; *p; p++)
		https = https || strcmp(*p, "https") == 0;
	/* Without the async resolver no timeout covers DNS. */
	return https && (info->features & CURL_VERSION_SSL) &&
	       (info->features & CURL_VERSION_ASYNCHDNS);
}

/* With NOSIGNAL libcurl no longer shields us from OpenSSL's writes to a closed connection. */
static void ignore_sigpipe(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
		now.sa_handler = SIG_IGN;
		(void)sigaction(SIGPIPE, &now, NULL);
	}
}

static const char *unfit(const struct httpc_config *config)
{
	static bool started;

	if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return "libcurl does not start";
	started = true;
	if (!curl_is_fit(curl_version_info(CURLVERSION_NOW)))
		return "libcurl lacks https or the asynchronous resolver";
	if (!guard_refuses("127.0.0.1") || !guard_refuses("::ffff:127.0.0.1"))
		return "the address guard lets loopback pass";
	if (config->ca_file && access(config->ca_file, R_OK) != 0)
		return "ca_file cannot be read";
	return NULL;
}

enum rc httpc_new(const struct httpc_config *config, struct httpc **out)
{
	const char *reason = unfit(config);
	struct httpc *http;

	*out = NULL;
	if (reason) {
		log_error("httpc_refused", "reason", reason);
		return RC_INTERNAL;
	}
	ignore_sigpipe();
	http = calloc(1, sizeof *http);
	if (!http)
		return RC_NOMEM;
	http->policy = config->policy;
	http->connect_timeout_ms = config->connect_timeout_ms ? config->connect_timeout_ms : 5000;
	http->total_timeout_ms = config->total_timeout_ms ? config->total_timeout_ms : 15000;
	http->ca_file = config->ca_file ? strdup(config->ca_file) : NULL;
	http->curl = curl_easy_init();
	if (!http->curl || (config->ca_file && !http->ca_file)) {
		httpc_free(http);
		return RC_NOMEM;
	}
	*out = http;
	return RC_OK;
}

void httpc_free(struct httpc *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	free(http->ca_file);
	free(http);
}

/* Called when a connection stands, before the first byte of the request. OpenSSL itself goes up to a
 * hundred certificates (B31). */
static int approve_chain(void *arg, char *ip, char *own_ip, int port, int own_port)
{
	const struct call *call = arg;
	struct curl_certinfo *chain = NULL;

	(void)ip, (void)own_ip, (void)port, (void)own_port;
	if (curl_easy_getinfo(call->http->curl, CURLINFO_CERTINFO, &chain) == CURLE_OK && chain &&
		chain->num_of_certs <= CERTIFICATES_MAX)
		return CURL_PREREQFUNC_OK;
	return CURL_PREREQFUNC_ABORT;
}

/* --- answer -------------------------------------------------------------------------------- */

/* libcurl 7.88 limits one line, not their sum, and 1xx answers may go on for ever: count ourselves. */
static size_t take_header(char *line, size_t size, size_t n, void *arg)
{
	struct call *call = arg;
	size_t len = size * n;

	call->header_bytes += len;
	if (call->header_bytes > HEADERS_MAX_BYTES) {
		call->stop = RC_LIMIT;
		return 0;
	}
	if (httpc_is_final_status(line, len) && !httpc_watch_speed(call->http))
		call->stop = RC_INTERNAL;
	if (len <= 2)
		call->headers_done = true;
	else if (httpc_is_status_line(line, len))
		call->headers_done = false; /* after a 1xx head comes another */
	httpc_read_header(call->out, line, len);
	return call->stop == RC_OK ? len : 0;
}

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct call *call = arg;
	size_t len = size * n;

	if (len > HTTPC_BODY_MAX - call->out->body.len)
		call->stop = RC_LIMIT;
	else
		call->stop = secret_append(&call->out->body, p, len);
	return call->stop == RC_OK ? len : 0;
}

/* --- one call ------------------------------------------------------------------------------ */

static bool set_callbacks(CURL *c, struct call *call)
{
	return curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_guarded) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, call) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, approve_chain) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PREREQDATA, call) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERDATA, call) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, call) == CURLE_OK;
}

static enum rc rc_of(const struct call *call, CURLcode code)
{
	/* A connection that closes inside the head is a success to libcurl. */
	if (code == CURLE_OK)
		return call->headers_done ? RC_OK : RC_UPSTREAM;
	if (call->stop != RC_OK)
		return call->stop;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return RC_TIMEOUT;
	case CURLE_COULDNT_CONNECT:
		return call->refused ? RC_EGRESS : RC_UPSTREAM;
	case CURLE_FILESIZE_EXCEEDED:
		return RC_LIMIT;
	case CURLE_OUT_OF_MEMORY:
		/* What libcurl 7.88 says of a header line over 100 KiB. */
		return call->header_bytes > 0 && !call->headers_done ? RC_LIMIT : RC_NOMEM;
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

static void log_failure(const struct call *call, CURLcode code, enum rc rc)
{
	log_warn("egress_failed", "host", call->url->host, "result", rc_name(rc), "reason",
		reason_of(code, rc), "address", call->refused ? call->refused_address : NULL);
}

static enum rc fill_response(CURL *c, struct httpc_response *out)
{
	const char *type = NULL;
	long status = 0;

	if (curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
		curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK)
		return RC_INTERNAL;
	out->status = (int)status;
	(void)snprintf(out->content_type, sizeof out->content_type, "%s", type ? type : "");
	return RC_OK;
}

static enum rc run(struct httpc *http, const struct httpc_request *rq, struct call *call)
{
	struct curl_slist *headers = NULL;
	CURL *c = http->curl;
	CURLcode code;
	enum rc rc;

	rc = httpc_headers_build(rq, &headers);
	if (rc == RC_OK && !(httpc_set_options(c, http) && httpc_set_url(c, call->url) &&
				   httpc_set_method(c, rq) && set_callbacks(c, call) &&
				   curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers) == CURLE_OK)) {
		log_error("httpc_refused", "reason", "libcurl refuses an option");
		rc = RC_INTERNAL;
	}
	if (rc == RC_OK) {
		code = curl_easy_perform(c);
		rc = rc_of(call, code);
		if (rc == RC_OK)
			rc = fill_response(c, call->out);
		else
			log_failure(call, code, rc);
	}
	curl_easy_reset(c); /* before what it borrows goes away */
	httpc_headers_free(headers);
	return rc;
}

/* What the text alone tells. The rest is for the guard. */
static enum rc check_target(const struct httpc *http, const struct httpc_request *rq,
	struct url *url, bool *allow_listed)
{
	const char *text = secret_text(&rq->url);

	if (!httpc_method_is_usable(rq) || strlen(text) != rq->url.len ||
		url_parse(text, URL_HTTP_TOO, url) != RC_OK) {
		log_warn("egress_refused", "reason", "method or URL is not acceptable");
		return RC_INVALID;
	}
	*allow_listed = netpol_allows_origin(http->policy, url->https, url->host, url->port);
	if (*allow_listed || (url->https && url->port == 443))
		return RC_OK;
	log_warn("egress_refused", "host", url->host, "reason",
		url->https ? "port is not 443" : "scheme is not https");
	return RC_EGRESS;
}

enum rc httpc_perform(
	struct httpc *http, const struct httpc_request *rq, struct httpc_response *out)
{
	int64_t begun_ms = clock_mono_ms();
	struct call call = {.http = http, .out = out};
	struct url url;
	enum rc rc;

	*out = (struct httpc_response){.retry_after_s = -1};
	rc = check_target(http, rq, &url, &call.allow_listed);
	if (rc != RC_OK)
		return rc;
	call.url = &url;
	rc = run(http, rq, &call);
	if (rc != RC_OK)
		httpc_response_release(out);
	out->elapsed_ms = clock_mono_ms() - begun_ms;
	return rc;
}
