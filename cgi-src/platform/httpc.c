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
#include "platform/log.h"
#include "platform/url.h"

#ifndef GRANTRY_VERSION
#define GRANTRY_VERSION "0"
#endif

enum { HEADERS_MAX_BYTES = 64 * 1024, RETRY_AFTER_MAX_S = INT32_MAX };

struct httpc {
	const struct netpol *policy;
	char *ca_file;
	long connect_timeout_ms, total_timeout_ms;
	CURL *curl;
};

/* One call, as the callbacks see it. */
struct call {
	const struct url *url;
	bool allow_listed;
	struct httpc_response *out;
	size_t header_bytes;
	bool headers_done;
	enum rc stop; /* why a callback ended the call */
	bool refused; /* the guard refused at least one address */
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

/* --- request ------------------------------------------------------------------------------- */

static bool is_token(const char *name)
{
	static const char tchar[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return *name != '\0' && name[strspn(name, tchar)] == '\0';
}

/* Who sets these decides where a message ends or where it goes: that is ours and libcurl's. */
static bool frames_message(const char *name)
{
	static const char *const names[] = {"Connection", "Content-Length", "Expect", "Host",
		"Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return strncasecmp(name, "Proxy-", 6) == 0;
}

/* libcurl sends header text as it is: a line break in it would be a header of somebody's choice. */
static bool has_control(const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] == 0x7f)
			return true;
	return false;
}

enum rc httpc_request_header(
	struct httpc_request *rq, const char *name, const void *value, size_t len)
{
	struct httpc_header *header;
	enum rc rc;

	if (!is_token(name) || frames_message(name) || has_control(value, len))
		return RC_INVALID;
	if (rq->n_headers >= HTTPC_HEADERS_MAX)
		return RC_LIMIT;
	header = &rq->headers[rq->n_headers];
	*header = (struct httpc_header){.name = name};
	rc = secret_set(&header->value, value, len);
	if (rc == RC_OK)
		rq->n_headers++;
	return rc;
}

void httpc_request_release(struct httpc_request *rq)
{
	for (size_t i = 0; i < rq->n_headers; i++)
		secret_release(&rq->headers[i].value);
	secret_release(&rq->url);
	secret_release(&rq->body);
	*rq = (struct httpc_request){.method = NULL};
}

void httpc_response_release(struct httpc_response *rs)
{
	secret_release(&rs->body);
	*rs = (struct httpc_response){.retry_after_s = -1};
}

/* --- answer -------------------------------------------------------------------------------- */

/* A header's value without white space around it, if the line is that header. */
static bool header_is(const char *line, size_t len, const char *name, char *value, size_t size)
{
	size_t skip = strlen(name);

	if (len <= skip || line[skip] != ':' || strncasecmp(line, name, skip) != 0)
		return false;
	for (skip++; skip < len && (line[skip] == ' ' || line[skip] == '\t');)
		skip++;
	while (len > skip && strchr(" \t\r\n", line[len - 1]))
		len--;
	(void)snprintf(value, size, "%.*s", (int)(len - skip), line + skip);
	return true;
}

/* RFC 9110 §10.2.3: seconds or a date. A date in the past means now; nonsense means absent. */
static int64_t retry_after(const char *value)
{
	int64_t in_s;
	time_t date;

	if (*value != '\0' && value[strspn(value, "0123456789")] == '\0') {
		in_s = strtoll(value, NULL, 10); /* saturates */
	} else {
		date = curl_getdate(value, NULL);
		if (date == (time_t)-1)
			return -1;
		in_s = (int64_t)date - clock_now_s();
	}
	if (in_s < 0)
		return 0;
	return in_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : in_s;
}

static bool is_status_line(const char *line, size_t len)
{
	return len >= 5 && memcmp(line, "HTTP/", 5) == 0;
}

static void read_header(struct httpc_response *out, const char *line, size_t len)
{
	char value[64];

	/* After 1xx answers another head follows, and it alone counts. */
	if (is_status_line(line, len)) {
		out->content_encoded = 0;
		out->retry_after_s = -1;
	} else if (header_is(line, len, "Content-Encoding", value, sizeof value)) {
		if (*value != '\0' && strcasecmp(value, "identity") != 0)
			out->content_encoded = 1;
	} else if (header_is(line, len, "Retry-After", value, sizeof value)) {
		out->retry_after_s = retry_after(value);
	}
}

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
	if (len <= 2)
		call->headers_done = true;
	else if (is_status_line(line, len))
		call->headers_done = false; /* after a 1xx head comes another */
	read_header(call->out, line, len);
	return len;
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

static void slist_free_wiped(struct curl_slist *list)
{
	for (struct curl_slist *i = list; i; i = i->next)
		secret_wipe(i->data, strlen(i->data));
	curl_slist_free_all(list);
}

static enum rc slist_add(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		return RC_NOMEM;
	*list = longer;
	return RC_OK;
}

static enum rc add_header(struct curl_slist **list, const struct httpc_header *header)
{
	struct secret line = SECRET_EMPTY;
	enum rc rc;

	rc = secret_append_text(&line, header->name);
	/* "Name:" would remove the header; an empty one is spelled "Name;". */
	if (rc == RC_OK)
		rc = secret_append_text(&line, header->value.len > 0 ? ": " : ";");
	if (rc == RC_OK)
		rc = secret_append_secret(&line, &header->value);
	if (rc == RC_OK)
		rc = slist_add(list, secret_text(&line));
	secret_release(&line);
	return rc;
}

static enum rc build_headers(const struct httpc_request *rq, struct curl_slist **list)
{
	bool typed = false;
	enum rc rc;

	rc = slist_add(list, "Expect:"); /* no waiting for 100 Continue */
	for (size_t i = 0; rc == RC_OK && i < rq->n_headers; i++) {
		typed = typed || strcasecmp(rq->headers[i].name, "Content-Type") == 0;
		rc = add_header(list, &rq->headers[i]);
	}
	/* libcurl would call any body a form. */
	if (rc == RC_OK && !typed)
		rc = slist_add(list, "Content-Type:");
	return rc;
}

static const struct {
	CURLoption option;
	long value;
} fixed_options[] = {
	{CURLOPT_NOSIGNAL, 1},
	{CURLOPT_NOPROGRESS, 1},
	{CURLOPT_FRESH_CONNECT, 1},
	{CURLOPT_FORBID_REUSE, 1},
	{CURLOPT_DNS_CACHE_TIMEOUT, 0},
	/* Otherwise the end of a timeout waits for the resolver's thread, as long as that takes. */
	{CURLOPT_QUICK_EXIT, 1},
	{CURLOPT_FOLLOWLOCATION, 0},
	{CURLOPT_UNRESTRICTED_AUTH, 0},
	{CURLOPT_NETRC, CURL_NETRC_IGNORED},
	{CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
	{CURLOPT_PATH_AS_IS, 1},
	{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
	{CURLOPT_HTTP09_ALLOWED, 0},
	/* We never ask for a coding; if one comes anyhow its bytes are not ours to unpack (bombs). */
	{CURLOPT_HTTP_CONTENT_DECODING, 0},
	{CURLOPT_SSL_VERIFYPEER, 1},
	{CURLOPT_SSL_VERIFYHOST, 2},
	{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
	{CURLOPT_SSL_SESSIONID_CACHE, 0},
	{CURLOPT_LOW_SPEED_LIMIT, 100},
};

static bool set_fixed(CURL *c)
{
	bool good = true;

	for (size_t i = 0; i < sizeof fixed_options / sizeof fixed_options[0]; i++)
		good = good && curl_easy_setopt(c, fixed_options[i].option,
				       fixed_options[i].value) == CURLE_OK;
	/* "" and not NULL: NULL means "look into the environment". */
	good = good && curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK;
	good = good && curl_easy_setopt(c, CURLOPT_NOPROXY, "*") == CURLE_OK;
	good = good && curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https") == CURLE_OK;
	good = good &&
	       curl_easy_setopt(c, CURLOPT_USERAGENT, "Grantry/" GRANTRY_VERSION) == CURLE_OK;
	return good && curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)HTTPC_BODY_MAX) ==
			       CURLE_OK;
}

static bool set_limits(CURL *c, const struct httpc *http)
{
	long total = http->total_timeout_ms, connect = http->connect_timeout_ms;
	long low_speed_s = total / 3000 > 5 ? 5 : total / 3000;

	return curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, total) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect < total ? connect : total) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, low_speed_s > 0 ? low_speed_s : 1L) ==
		       CURLE_OK;
}

/* A CAPATH beside the file would switch the cache of the parsed bundle off. */
static bool set_trust(CURL *c, const struct httpc *http)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (!http->ca_file && !info->cainfo)
		return true;
	return (!http->ca_file || curl_easy_setopt(c, CURLOPT_CAINFO, http->ca_file) == CURLE_OK) &&
	       curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

static bool set_callbacks(CURL *c, struct call *call)
{
	return curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_guarded) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, call) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_HEADERDATA, call) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_WRITEDATA, call) == CURLE_OK;
}

/* Our own spelling of what url_parse understood, so that libcurl has nothing to guess. */
static bool set_url(CURL *c, const struct url *url)
{
	struct secret text = SECRET_EMPTY;
	char origin[URL_ORIGIN_SIZE];
	bool good;

	url_origin(url, origin);
	good = secret_append_text(&text, origin) == RC_OK &&
	       (*url->rest == '/' || secret_append_text(&text, "/") == RC_OK) &&
	       secret_append_text(&text, url->rest) == RC_OK &&
	       curl_easy_setopt(c, CURLOPT_URL, secret_text(&text)) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, url->https ? "https" : "http") ==
		       CURLE_OK;
	secret_release(&text);
	return good;
}

/* POSTFIELDS borrows (COPYPOSTFIELDS would make a copy that nobody wipes); the method is then put
 * back by CUSTOMREQUEST. A bodyless POST, PUT or PATCH still sends Content-Length: 0. */
static bool set_method(CURL *c, const struct httpc_request *rq)
{
	const char *m = rq->method;
	bool send = rq->has_body || strcmp(m, "POST") == 0 || strcmp(m, "PUT") == 0 ||
		    strcmp(m, "PATCH") == 0;
	size_t len = rq->has_body ? rq->body.len : 0;

	if (strcmp(m, "HEAD") == 0)
		return curl_easy_setopt(c, CURLOPT_NOBODY, 1L) == CURLE_OK;
	if (!send)
		return curl_easy_setopt(c, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
		       curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, m) == CURLE_OK;
	return curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_POSTFIELDS, len > 0 ? secret_text(&rq->body) : "") ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, m) == CURLE_OK;
}

static bool is_method(const struct httpc_request *rq)
{
	static const char *const methods[] = {
		"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};

	for (size_t i = 0; rq->method && i < sizeof methods / sizeof methods[0]; i++)
		if (strcmp(rq->method, methods[i]) == 0)
			return !rq->has_body || strcmp(rq->method, "HEAD") != 0;
	return false;
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

	rc = build_headers(rq, &headers);
	if (rc == RC_OK &&
		!(set_fixed(c) && set_limits(c, http) && set_trust(c, http) &&
			set_callbacks(c, call) && set_url(c, call->url) && set_method(c, rq) &&
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
	slist_free_wiped(headers);
	return rc;
}

/* What the text alone tells. The rest is for the guard. */
static enum rc check_target(const struct httpc *http, const struct httpc_request *rq,
	struct url *url, bool *allow_listed)
{
	const char *text = secret_text(&rq->url);

	if (!is_method(rq) || strlen(text) != rq->url.len ||
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
	struct call call = {.out = out};
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
