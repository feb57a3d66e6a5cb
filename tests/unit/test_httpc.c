/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTP client against servers that misbehave: each is a forked child on a loopback port of the
 * kernel's choice that plays a script. Name resolution and connect() are replaced in this program,
 * so that names may resolve to anything (H4, H11) and every dialled address is counted.
 */
#include "platform/httpc.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "fake_net.h"
#include "http_server.h"
#include "platform/clock.h"
#include "platform/codec.h"

/* --- scripts of this test ---------------------------------------------------------------- */

static void endless_chunks(int fd, const char *text)
{
	say(fd, text);
	while (write(fd, "4\r\nwxyz\r\n", 9) > 0)
		;
}

static void endless_heads(int fd, const char *text)
{
	while (write(fd, text, strlen(text)) > 0)
		;
}

static void many_headers(int fd, const char *text)
{
	char line[64];

	say(fd, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(line, sizeof line, "X-Header-%d: some value\r\n", i);
		say(fd, line);
	}
	say(fd, text);
}

static void long_header(int fd, const char *text)
{
	static char line[300000];

	say(fd, "HTTP/1.1 200 OK\r\nX-Long: ");
	memset(line, 'x', sizeof line);
	(void)!write(fd, line, sizeof line);
	say(fd, "\r\n");
	say(fd, text);
}

static void header_with_nul(int fd, const char *text)
{
	(void)!write(fd, "HTTP/1.1 200 OK\r\nX: a\0b", 23);
	say(fd, text);
}

/* --- calls --------------------------------------------------------------------------------- */

static struct netpol policy;
static struct httpc *http;

static void client(long total_ms, long connect_ms)
{
	const struct httpc_config config = {
		.policy = &policy, .total_timeout_ms = total_ms, .connect_timeout_ms = connect_ms};

	httpc_free(http);
	http = NULL;
	policy = (struct netpol){.n = 0};
	dialled = dialled_forbidden = resolutions = 0;
	public_port = 0;
	CHECK_INT(httpc_new(&config, &http), RC_OK);
}

static void allow(const char *scheme, uint16_t port)
{
	char origin[64];

	(void)snprintf(origin, sizeof origin, "%s://127.0.0.1:%u", scheme, (unsigned)port);
	CHECK_INT(netpol_allow_origin(&policy, origin), RC_OK);
}

static int get_url(const char *url, struct httpc_response *rs)
{
	struct httpc_request rq = {.method = "GET"};
	int rc;

	CHECK_INT(secret_append_text(&rq.url, url), RC_OK);
	rc = httpc_perform(http, &rq, rs);
	CHECK(rc == RC_OK || (rs->status == 0 && rs->body.len == 0));
	httpc_request_release(&rq);
	return rc;
}

static int get(const struct server *s, struct httpc_response *rs)
{
	char url[128];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/CANARY-path?q=CANARY-query",
		(unsigned)s->port);
	return get_url(url, rs);
}

/* One answer of a script to an allowed client; the response is the caller's. */
static int get_from(script *play, const char *text, struct httpc_response *rs)
{
	char request[8192];
	struct server s;
	int rc;

	serve(&s, play, text);
	allow("http", s.port);
	rc = get(&s, rs);
	stop(&s, request, sizeof request);
	return rc;
}

static int rc_from(script *play, const char *text)
{
	struct httpc_response rs;
	int rc = get_from(play, text, &rs);

	httpc_response_release(&rs);
	return rc;
}

static int rc_of_url(const char *url)
{
	struct httpc_response rs;
	int rc = get_url(url, &rs);

	httpc_response_release(&rs);
	return rc;
}

/* --- tests --------------------------------------------------------------------------------- */

static void httpc_answer_is_read(void)
{
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(get_from(say, OK_HEAD "Content-Length: 8\r\n\r\n{\"a\": 1}", &rs), RC_OK);
	CHECK_INT(rs.status, 200);
	CHECK_STR(rs.content_type, "application/json; charset=utf-8");
	CHECK_STR(secret_text(&rs.body), "{\"a\": 1}");
	CHECK_INT(rs.content_encoded, 0);
	CHECK_INT(rs.retry_after_s, -1);
	CHECK(rs.elapsed_ms >= 0 && rs.elapsed_ms < 5000);
	httpc_response_release(&rs);
	CHECK_INT(get_from(say,
			  "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n"
			  "3\r\nabc\r\n0\r\n\r\n",
			  &rs),
		RC_OK);
	CHECK_INT(rs.status, 404);
	CHECK_STR(rs.content_type, "");
	CHECK_STR(secret_text(&rs.body), "abc");
	httpc_response_release(&rs);
}

static void httpc_request_is_sent_as_asked(void)
{
	struct httpc_request rq = {.method = "POST", .has_body = 1};
	struct httpc_response rs;
	char request[8192], url[64];
	struct server s;

	client(5000, 0);
	serve(&s, say, OK_HEAD "Content-Length: 0\r\n\r\n");
	allow("http", s.port);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/token?a=b", (unsigned)s.port);
	CHECK_INT(secret_append_text(&rq.url, url), RC_OK);
	CHECK_INT(secret_append_text(&rq.body, "grant_type=x&code=%00y"), RC_OK);
	CHECK_INT(httpc_request_header(&rq, "Authorization", "Bearer abc", 10), RC_OK);
	CHECK_INT(httpc_request_header(&rq, "X-Empty", "", 0), RC_OK);
	CHECK_INT(httpc_perform(http, &rq, &rs), RC_OK);
	stop(&s, request, sizeof request);
	CHECK(strncmp(request, "POST /token?a=b HTTP/1.1\r\n", 26) == 0);
	CHECK(strstr(request, "\r\nAuthorization: Bearer abc\r\n") != NULL);
	CHECK(strstr(request, "\r\nX-Empty:\r\n") != NULL);
	CHECK(strstr(request, "\r\nUser-Agent: Grantry/") != NULL);
	CHECK(strstr(request, "\r\nContent-Length: 22\r\n") != NULL);
	CHECK(strstr(request, "\r\n\r\ngrant_type=x&code=%00y") != NULL);
	CHECK(strstr(request, "Expect") == NULL);
	CHECK(strstr(request, "Accept-Encoding") == NULL);
	CHECK(strstr(request, "Content-Type") == NULL);
	httpc_request_release(&rq);
	httpc_response_release(&rs);
}

static void method_sends(const char *method, const char *body, const char *start, int has_length)
{
	struct httpc_request rq = {.method = method, .has_body = body != NULL};
	struct httpc_response rs;
	char request[8192], url[64];
	struct server s;

	client(5000, 0);
	serve(&s, say, OK_HEAD "Content-Length: 0\r\n\r\n");
	allow("http", s.port);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)s.port);
	CHECK_INT(secret_append_text(&rq.url, url), RC_OK);
	if (body)
		CHECK_INT(secret_append_text(&rq.body, body), RC_OK);
	CHECK_INT(httpc_perform(http, &rq, &rs), RC_OK);
	stop(&s, request, sizeof request);
	CHECK(strncmp(request, start, strlen(start)) == 0);
	CHECK_INT(strstr(request, "\r\nContent-Length: ") != NULL, has_length);
	if (body)
		CHECK_STR(strstr(request, "\r\n\r\n") + 4, body);
	httpc_request_release(&rq);
	httpc_response_release(&rs);
}

static void httpc_methods_are_what_they_say(void)
{
	method_sends("GET", NULL, "GET / HTTP/1.1\r\n", 0);
	method_sends("HEAD", NULL, "HEAD / HTTP/1.1\r\n", 0);
	method_sends("DELETE", NULL, "DELETE / HTTP/1.1\r\n", 0);
	method_sends("OPTIONS", NULL, "OPTIONS / HTTP/1.1\r\n", 0);
	method_sends("POST", NULL, "POST / HTTP/1.1\r\n", 1);
	method_sends("POST", "", "POST / HTTP/1.1\r\n", 1);
	method_sends("PUT", "{}", "PUT / HTTP/1.1\r\n", 1);
	method_sends("PATCH", "{}", "PATCH / HTTP/1.1\r\n", 1);
	method_sends("DELETE", "{}", "DELETE / HTTP/1.1\r\n", 1);
	method_sends("GET", "{}", "GET / HTTP/1.1\r\n", 1);
	method_sends("QUERY", "{}", "QUERY / HTTP/1.1\r\n", 1);
	method_sends("VERSION-CONTROL", NULL, "VERSION-CONTROL / HTTP/1.1\r\n", 0);
}

static void httpc_odd_methods_are_refused(void)
{
	static const char *const bad[] = {
		"", "get", "TRACE", "CONNECT", "GET1", "G ET", "GET\t", "GET /x HTTP/1.1\r\n"};
	struct httpc_response rs;

	client(5000, 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct httpc_request rq = {.method = bad[i]};

		CHECK_INT(secret_append_text(&rq.url, "https://public.test/"), RC_OK);
		CHECK_INT(httpc_perform(http, &rq, &rs), RC_INVALID);
		httpc_request_release(&rq);
	}
	CHECK_INT(dialled, 0);
}

static void httpc_header_injection_is_refused(void)
{
	static const char *const values[] = {"a\r\nX: y", "a\nb", "a\rb", "\t", "\x7f"};
	static const char *const names[] = {"", "A B", "A:", "A\r\n", "Host", "content-length",
		"Transfer-Encoding", "Connection", "Proxy-Authorization", "Expect", "Upgrade"};
	struct httpc_request rq = {.method = "GET"};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		CHECK_INT(httpc_request_header(&rq, "X", values[i], strlen(values[i])), RC_INVALID);
	CHECK_INT(httpc_request_header(&rq, "X", "a\0b", 3), RC_INVALID);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CHECK_INT(httpc_request_header(&rq, names[i], "v", 1), RC_INVALID);
	CHECK_INT(rq.n_headers, 0);
	for (int i = 0; i < HTTPC_HEADERS_MAX; i++)
		CHECK_INT(httpc_request_header(&rq, "X", "v", 1), RC_OK);
	CHECK_INT(httpc_request_header(&rq, "X", "v", 1), RC_LIMIT);
	httpc_request_release(&rq);
}

static void httpc_r28_b33_redirect_is_not_followed(void)
{
	static const int statuses[] = {301, 302, 303, 307, 308};
	struct httpc_response rs;
	struct server other;
	char text[256], request[8192];

	client(5000, 0);
	listen_any(&other);
	allow("http", other.port);
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		(void)snprintf(text, sizeof text,
			"HTTP/1.1 %d Go\r\nLocation: http://127.0.0.1:%u/\r\n"
			"Content-Length: 0\r\n\r\n",
			statuses[i], (unsigned)other.port);
		CHECK_INT(get_from(say, text, &rs), RC_OK);
		CHECK_INT(rs.status, statuses[i]);
		httpc_response_release(&rs);
	}
	CHECK(nobody_came(&other));
	stop(&other, request, sizeof request);
}

static void httpc_b36_cookies_and_alt_svc_are_forgotten(void)
{
	struct httpc_response rs;
	char request[8192];
	struct server s;

	client(5000, 0);
	serve(&s, say,
		OK_HEAD "Set-Cookie: sid=CANARY\r\nAlt-Svc: h2=\":443\"\r\n"
			"Strict-Transport-Security: max-age=9999\r\nContent-Length: 2\r\n\r\nok");
	allow("http", s.port);
	CHECK_INT(get(&s, &rs), RC_OK);
	httpc_response_release(&rs);
	CHECK_INT(get(&s, &rs), RC_OK);
	httpc_response_release(&rs);
	CHECK_INT(dialled, 2); /* and no connection is used twice */
	stop(&s, request, sizeof request);
	CHECK(strstr(request, "Cookie") == NULL);
}

static void httpc_b38_unasked_encoding_is_flagged_not_unpacked(void)
{
	static const char *const codings[] = {"gzip", "br", "zstd", "deflate", "x, gzip"};
	struct httpc_response rs;
	char text[256];

	client(5000, 0);
	for (size_t i = 0; i < sizeof codings / sizeof codings[0]; i++) {
		(void)snprintf(text, sizeof text,
			OK_HEAD "content-encoding: %s\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
			codings[i]);
		CHECK_INT(get_from(say, text, &rs), RC_OK);
		CHECK_INT(rs.content_encoded, 1);
		CHECK_STR(secret_text(&rs.body), "\x1f\x8b\x08");
		httpc_response_release(&rs);
	}
	CHECK_INT(get_from(say, OK_HEAD "Content-Encoding: Identity\r\n\r\nx", &rs), RC_OK);
	CHECK_INT(rs.content_encoded, 0);
	httpc_response_release(&rs);
}

static void retry_is(const char *value, int64_t least, int64_t most)
{
	struct httpc_response rs;
	char text[512];

	(void)snprintf(text, sizeof text, "HTTP/1.1 503 Busy\r\nRetry-After: %s\r\n\r\n", value);
	CHECK_INT(get_from(say, text, &rs), RC_OK);
	if (rs.retry_after_s < least || rs.retry_after_s > most)
		printf("# Retry-After \"%s\": %lld\n", value, (long long)rs.retry_after_s);
	CHECK(rs.retry_after_s >= least && rs.retry_after_s <= most);
	httpc_response_release(&rs);
}

static void httpc_b26_retry_after_has_two_forms(void)
{
	time_t soon = (time_t)clock_now_s() + 100;
	char date[64];
	struct tm tm;

	client(5000, 0);
	retry_is("120", 120, 120);
	retry_is("  7  ", 7, 7);
	retry_is("0", 0, 0);
	retry_is("99999999999999999999999", INT32_MAX, INT32_MAX);
	retry_is("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0);
	CHECK(gmtime_r(&soon, &tm) != NULL);
	CHECK(strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0);
	retry_is(date, 90, 100);
	retry_is("-5", -1, -1);
	retry_is("soon", -1, -1);
	retry_is("", -1, -1);
}

static void httpc_1xx_heads_are_skipped(void)
{
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(get_from(say,
			  "HTTP/1.1 103 Early\r\nRetry-After: 9\r\nContent-Encoding: gzip"
			  "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
			  &rs),
		RC_OK);
	CHECK_INT(rs.status, 200);
	CHECK_INT(rs.retry_after_s, -1);
	CHECK_INT(rs.content_encoded, 0);
	httpc_response_release(&rs);
}

static void httpc_r34_b22_body_limit(void)
{
	static char text[300000];
	struct httpc_response rs;
	size_t head;

	client(5000, 0);
	head = (size_t)snprintf(text, sizeof text, OK_HEAD "\r\n");
	memset(text + head, 'x', HTTPC_BODY_MAX);
	text[head + HTTPC_BODY_MAX] = '\0';
	CHECK_INT(get_from(say, text, &rs), RC_OK);
	CHECK_INT(rs.body.len, HTTPC_BODY_MAX);
	httpc_response_release(&rs);
	text[head + HTTPC_BODY_MAX] = 'x';
	CHECK_INT(rc_from(say, text), RC_LIMIT);
	CHECK_INT(rc_from(endless_body, OK_HEAD "\r\n"), RC_LIMIT);
	CHECK_INT(rc_from(endless_body, OK_HEAD "Content-Length: 52428800\r\n\r\n"), RC_LIMIT);
	CHECK_INT(rc_from(endless_body, OK_HEAD "Content-Encoding: gzip\r\n\r\n"), RC_LIMIT);
	CHECK_INT(rc_from(endless_chunks, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"), RC_LIMIT);
}

static void httpc_r34_b23_header_limits(void)
{
	client(5000, 0);
	CHECK_INT(rc_from(many_headers, "\r\nbody"), RC_LIMIT);
	CHECK_INT(rc_from(long_header, "\r\nbody"), RC_LIMIT);
	CHECK_INT(rc_from(endless_heads, "HTTP/1.1 100 Continue\r\n\r\n"), RC_LIMIT);
	CHECK_INT(
		rc_from(endless_heads, "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"), RC_LIMIT);
}

static void httpc_b3_b29_broken_answers_are_upstream(void)
{
	client(5000, 0);
	CHECK_INT(rc_from(say, ""), RC_UPSTREAM);
	CHECK_INT(rc_from(say, "nonsense\r\n\r\n"), RC_UPSTREAM); /* HTTP/0.9 is not spoken */
	CHECK_INT(rc_from(say, "HTTP/1.1 200 OK\r\nX: cut"), RC_UPSTREAM);
	CHECK_INT(rc_from(say, "HTTP/1.1 200 OK\r\nX: cut\r\n"), RC_UPSTREAM);
	CHECK_INT(rc_from(header_with_nul, "\r\n\r\nbody"), RC_UPSTREAM);
	CHECK_INT(rc_from(say, OK_HEAD "Content-Length: 100\r\n\r\nshort"), RC_UPSTREAM);
	CHECK_INT(rc_from(say_and_half_close, OK_HEAD "Content-Length: 100\r\n\r\nshort"),
		RC_UPSTREAM);
	CHECK_INT(rc_from(say, OK_HEAD "Content-Length: -5\r\n\r\nshort"), RC_UPSTREAM);
	CHECK_INT(rc_from(say, OK_HEAD "Transfer-Encoding: chunked\r\n\r\nZZ\r\n"), RC_UPSTREAM);
	CHECK_INT(rc_from(say, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), RC_UPSTREAM);
	CHECK_INT(rc_from(say_and_reset, OK_HEAD "Content-Length: 100\r\n\r\nshort"), RC_UPSTREAM);
	CHECK_INT(rc_from(say_and_reset, ""), RC_UPSTREAM);
}

static void httpc_short_content_length_cuts_the_body(void)
{
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(
		get_from(say_and_wait, OK_HEAD "Content-Length: 2\r\n\r\nokHTTP/1.1 500 Evil", &rs),
		RC_OK);
	CHECK_STR(secret_text(&rs.body), "ok");
	httpc_response_release(&rs);
}

static void httpc_r34_b29_slow_answers_time_out(void)
{
	struct httpc_response rs;

	client(300, 0);
	CHECK_INT(get_from(say_and_wait, "", &rs), RC_TIMEOUT);
	CHECK(rs.elapsed_ms >= 290 && rs.elapsed_ms < 3000);
	CHECK_INT(rc_from(say_and_wait, OK_HEAD "Content-Length: 100\r\n\r\nshort"), RC_TIMEOUT);
	CHECK_INT(get_from(drip, OK_HEAD "X: slow slow slow slow slow slow slow\r\n\r\n", &rs),
		RC_TIMEOUT);
	CHECK(rs.elapsed_ms < 3000);
	CHECK_INT(rc_from(say_and_wait, "HTTP/1.1 100 Continue\r\n\r\n"), RC_TIMEOUT);
}

/* Slower than 100 B/s ends a call long before its total time. */
static void httpc_r34_low_speed_aborts(void)
{
	struct httpc_response rs;

	client(6000, 0); /* low speed: 2 s */
	CHECK_INT(get_from(say_and_wait, OK_HEAD "Content-Length: 100\r\n\r\nshort", &rs),
		RC_TIMEOUT);
	CHECK(rs.elapsed_ms < 4500);
	/* but not while the provider thinks: what it was given may be good only once */
	client(3000, 0); /* low speed: 1 s */
	CHECK_INT(get_from(think, OK_HEAD "Content-Length: 2\r\n\r\nok", &rs), RC_OK);
	CHECK_STR(secret_text(&rs.body), "ok");
	httpc_response_release(&rs);
}

static void httpc_b30_refused_and_black_hole(void)
{
	struct server s, full;
	struct httpc_response rs;
	char request[64];
	int fill[4];
	struct sockaddr_in at = {.sin_family = AF_INET};

	client(5000, 300);
	listen_any(&s);
	stop(&s, request, sizeof request);
	allow("http", s.port);
	CHECK_INT(get(&s, &rs), RC_UPSTREAM);
	/* A full backlog: the kernel drops further SYNs. */
	listen_any(&full);
	CHECK_INT(listen(full.listener, 0), 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(full.port);
	for (size_t i = 0; i < 4; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)syscall(SYS_connect, fill[i], &at, sizeof at);
	}
	allow("http", full.port);
	CHECK_INT(get(&full, &rs), RC_TIMEOUT);
	CHECK(rs.elapsed_ms < 3000);
	for (size_t i = 0; i < 4; i++)
		(void)close(fill[i]);
	stop(&full, request, sizeof request);
}

static void httpc_b30_dns_failures(void)
{
	struct httpc_response rs;

	CHECK_INT(pipe(blackhole), 0);
	client(300, 0);
	CHECK_INT(rc_of_url("https://nowhere.test/"), RC_UPSTREAM);
	CHECK_INT(get_url("https://blackhole.test/", &rs), RC_TIMEOUT);
	CHECK(rs.elapsed_ms < 3000); /* it did not wait for the resolver's thread */
	CHECK_INT(dialled, 0);
	(void)close(blackhole[1]); /* lets that thread go */
}

static void httpc_h1_h7_private_addresses_are_not_dialled(void)
{
	static const char *const urls[] = {"https://127.0.0.1/", "https://10.0.0.1/",
		"https://169.254.169.254/latest/meta-data/", "https://[::1]/",
		"https://[::ffff:127.0.0.1]/", "https://[64:ff9b::a9fe:a9fe]/",
		"https://[fd00:ec2::254]/", "https://localhost/", "https://0.0.0.0/",
		"https://private.test/", "https://metadata.test/", "https://private6.test/",
		"https://mapped.test/", "https://loop.test/"};

	client(5000, 0);
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		int rc = rc_of_url(urls[i]);

		if (rc != RC_EGRESS)
			printf("# %s: %s\n", urls[i], rc_name(rc));
		CHECK_INT(rc, RC_EGRESS);
	}
	CHECK_INT(dialled, 0);
}

static void httpc_h4_mixed_answers_dial_the_public_one_only(void)
{
	struct server s;
	char request[8192];

	client(5000, 0);
	listen_any(&s);
	stop(&s, request, sizeof request); /* nobody listens where it leads */
	public_port = s.port;
	CHECK(rc_of_url("https://mixed.test/") != RC_OK);
	CHECK_INT(dialled, 1);
	CHECK_INT(dialled_forbidden, 0);
}

static void httpc_h11_b34_rebinding_is_caught_at_connect(void)
{
	struct server s;
	char request[8192];

	client(5000, 0);
	listen_any(&s);
	stop(&s, request, sizeof request);
	public_port = s.port;
	CHECK_INT(rc_of_url("https://rebind.test/"), RC_UPSTREAM); /* public: dialled, refused */
	CHECK_INT(dialled, 1);
	CHECK_INT(rc_of_url("https://rebind.test/"), RC_EGRESS); /* now private */
	CHECK_INT(dialled, 1);
	CHECK_INT(dialled_forbidden, 0);
}

static void httpc_h9_schemes_and_ports_need_the_allow_list(void)
{
	static const char *const closed[] = {"http://public.test/", "http://public.test:443/",
		"https://public.test:80/", "https://public.test:22/", "https://public.test:8443/",
		"https://public.test:3306/", "https://public.test:11211/"};
	static const char *const bad[] = {"https://public.test:0/", "https://public.test:65536/",
		"https://public.test:99999/", "https://public.test:443:80/",
		"https://public.test:/", "https://public.test:4 43/"};

	client(5000, 0);
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++)
		CHECK_INT(rc_of_url(closed[i]), RC_EGRESS);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(rc_of_url(bad[i]), RC_INVALID);
	CHECK_INT(dialled, 0);
	CHECK_INT(resolutions, 0);
}

static void httpc_h18_allow_list_is_scheme_host_and_port(void)
{
	struct httpc_response rs;
	struct server s;
	char request[8192], url[64];

	client(5000, 0);
	listen_any(&s);
	CHECK_INT(get(&s, &rs), RC_EGRESS);
	(void)snprintf(url, sizeof url, "http://127.0.0.2:%u/", (unsigned)s.port);
	allow("https", s.port);
	CHECK_INT(get(&s, &rs), RC_EGRESS);
	allow("http", (uint16_t)(s.port ^ 1));
	CHECK_INT(get(&s, &rs), RC_EGRESS);
	allow("http", s.port);
	CHECK_INT(rc_of_url(url), RC_EGRESS);
	CHECK_INT(dialled, 0);
	CHECK(nobody_came(&s));
	stop(&s, request, sizeof request);
}

static void httpc_h5_h8_url_texts_are_refused(void)
{
	static const char *const bad[] = {"https://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.0.0.1/",
		"https://127\xe3\x80\x82.0.0.1/", "https://\xef\xbd\x8c.localhost/",
		"https://good@127.0.0.1/", "https://127.0.0.1\\@public.test/",
		"https://public.test#@127.0.0.1/", "https://public.test%2f@127.0.0.1/",
		"https://public.test%00/", "https://public\t.test/", "https://public.test/\r\nX: y",
		"https://public.test/ x", "https:/public.test", "https:///public.test/",
		"public.test", "//public.test/", "HTTPS://public.test/", "https://127.1/",
		"https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/",
		"https://[fe80::1%25lo]/", "file:///etc/passwd", "gopher://public.test/",
		"dict://public.test/", "ftp://public.test/", "ldap://public.test/",
		"smb://public.test/", "tftp://public.test/", "telnet://public.test/",
		"imap://public.test/", "rtsp://public.test/", "ws://public.test/",
		"wss://public.test/", "data:text/plain,x", "jar:https://public.test!/",
		"javascript:alert(1)", "https://public.test/a/../b", "https://public.test/%2e%2e/b",
		"", " "};

	client(5000, 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int rc = rc_of_url(bad[i]);

		if (rc != RC_INVALID)
			printf("# %s: %s\n", bad[i], rc_name(rc));
		CHECK_INT(rc, RC_INVALID);
	}
	CHECK_INT(dialled, 0);
	CHECK_INT(resolutions, 0);
}

static void httpc_url_with_nul_is_refused(void)
{
	struct httpc_request rq = {.method = "GET"};
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(secret_set(&rq.url, "https://public.test/\0.evil", 26), RC_OK);
	CHECK_INT(httpc_perform(http, &rq, &rs), RC_INVALID);
	httpc_request_release(&rq);
}

static void httpc_h12_proxy_environment_is_ignored(void)
{
	static const char *const names[] = {
		"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
	struct httpc_response rs;
	struct server proxy;
	char url[64], request[64];

	client(5000, 0);
	listen_any(&proxy);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)proxy.port);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CHECK_INT(setenv(names[i], url, 1), 0);
	CHECK_INT(get_from(say, OK_HEAD "\r\nok", &rs), RC_OK);
	httpc_response_release(&rs);
	CHECK_INT(rc_of_url("https://private.test/"), RC_EGRESS);
	CHECK(nobody_came(&proxy));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CHECK_INT(unsetenv(names[i]), 0);
	stop(&proxy, request, sizeof request);
}

/* https that is not TLS: no request goes out in clear. */
static void httpc_r27_b31_no_fallback_to_clear_text(void)
{
	struct httpc_response rs;
	struct server s;
	char request[8192], url[64];

	client(2000, 0);
	serve(&s, say, OK_HEAD "\r\nok");
	allow("https", s.port);
	(void)snprintf(url, sizeof url, "https://127.0.0.1:%u/CANARY-path", (unsigned)s.port);
	CHECK(get_url(url, &rs) != RC_OK);
	stop(&s, request, sizeof request);
	CHECK(request[0] == 0x16 || request[0] == '\0'); /* a TLS hello, or nothing */
	CHECK(strstr(request, "GET") == NULL);
}

static void httpc_bad_ca_file_stops_the_start(void)
{
	const struct httpc_config config = {.policy = &policy, .ca_file = "/nonexistent/ca.pem"};
	struct httpc *none;

	CHECK_INT(httpc_new(&config, &none), RC_INTERNAL);
	CHECK(none == NULL);
	httpc_free(NULL);
}

/* --- what one request may ask for ------------------------------------------------------------ */

static int ask(struct httpc_request *rq, script *play, const char *text, struct httpc_response *rs)
{
	char url[64], request[8192];
	struct server s;
	int rc;

	serve(&s, play, text);
	allow("http", s.port);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)s.port);
	CHECK_INT(secret_append_text(&rq->url, url), RC_OK);
	rq->method = "GET";
	rc = httpc_perform(http, rq, rs);
	stop(&s, request, sizeof request);
	httpc_request_release(rq);
	return rc;
}

static void httpc_g20_a_long_body_is_cut(void)
{
	static const char *const heads[] = {OK_HEAD "\r\n",
		OK_HEAD "Content-Length: 52428800\r\n\r\n",
		OK_HEAD "Content-Encoding: gzip\r\n\r\n"};
	struct httpc_response rs;

	client(5000, 0);
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct httpc_request rq = {.may_cut = 1, .answer_max_bytes = 1000000};

		CHECK_INT(ask(&rq, endless_body, heads[i], &rs), RC_OK);
		CHECK_INT(rs.status, 200);
		CHECK_INT(rs.body.len, 1000000);
		CHECK_INT(rs.cut, 1);
		httpc_response_release(&rs);
	}
}

static void httpc_a_body_that_fits_is_not_cut(void)
{
	struct httpc_request rq = {.may_cut = 1, .answer_max_bytes = 3};
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(ask(&rq, say, OK_HEAD "\r\nabc", &rs), RC_OK);
	CHECK_STR(secret_text(&rs.body), "abc");
	CHECK_INT(rs.cut, 0);
	httpc_response_release(&rs);
}

static void httpc_g20_a_stream_without_end_is_cut_in_time(void)
{
	struct httpc_request rq = {.may_cut = 1, .total_timeout_ms = 300}, strict = {0};
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(ask(&rq, say_and_wait, OK_HEAD "\r\ndata: 1\n\n", &rs), RC_OK);
	CHECK_STR(secret_text(&rs.body), "data: 1\n\n");
	CHECK_INT(rs.cut, 1);
	httpc_response_release(&rs);
	strict.total_timeout_ms = 300;
	CHECK_INT(ask(&strict, say_and_wait, OK_HEAD "\r\ndata: 1\n\n", &rs), RC_TIMEOUT);
}

static void httpc_no_head_in_time_is_no_answer(void)
{
	struct httpc_request rq = {.may_cut = 1, .total_timeout_ms = 300};
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(ask(&rq, say_and_wait, "HTTP/1.1 200 OK\r\nX: y\r\n", &rs), RC_TIMEOUT);
	rq = (struct httpc_request){.may_cut = 1, .wants_headers = 1};
	CHECK_INT(ask(&rq, many_headers, "\r\nbody", &rs), RC_LIMIT);
	CHECK_INT(rs.headers.len, 0);
}

static void httpc_g20_another_protocol_is_no_answer(void)
{
	struct httpc_request rq = {.may_cut = 1};
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(ask(&rq, say,
			  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
			  "Upgrade: websocket\r\n\r\nxyz",
			  &rs),
		RC_UPSTREAM);
}

static void httpc_headers_are_kept_when_wanted(void)
{
	static const char text[] = "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
				   "HTTP/1.1 302 Found\r\nLocation:  /next \r\nX-A: 1\r\n"
				   " folded\r\nx-a: 2\r\nX-\001: 3\r\nContent-Length: 0\r\n\r\n";
	struct httpc_request rq = {.wants_headers = 1};
	struct httpc_response rs;
	const char *value;
	size_t len;

	client(5000, 0);
	CHECK_INT(ask(&rq, say, text, &rs), RC_OK);
	CHECK_STR(
		secret_text(&rs.headers), "Location:  /next \nX-A: 1\nx-a: 2\nContent-Length: 0\n");
	value = httpc_response_header(&rs, "location", &len);
	CHECK(value && len == 5 && memcmp(value, "/next", 5) == 0);
	value = httpc_response_header(&rs, "X-A", &len);
	CHECK(value && len == 1 && *value == '1');
	CHECK(!httpc_response_header(&rs, "X", &len));
	CHECK(!httpc_response_header(&rs, "X-Early", &len));
	httpc_response_release(&rs);
	CHECK(!httpc_response_header(&rs, "Location", &len));
}

static void httpc_limits_have_bounds(void)
{
	struct httpc_request too_large = {.answer_max_bytes = HTTPC_ANSWER_MAX + 1};
	struct httpc_request too_long = {.total_timeout_ms = HTTPC_TIMEOUT_MAX_MS + 1};
	struct httpc_request negative = {.total_timeout_ms = -1};
	struct httpc_response rs;

	client(5000, 0);
	CHECK_INT(ask(&too_large, say, OK_HEAD "\r\n", &rs), RC_INVALID);
	CHECK_INT(ask(&too_long, say, OK_HEAD "\r\n", &rs), RC_INVALID);
	CHECK_INT(ask(&negative, say, OK_HEAD "\r\n", &rs), RC_INVALID);
	CHECK_INT(dialled, 0);
}

static void httpc_log_names_the_host_only(FILE *log)
{
	static char text[200000];
	size_t len;

	rewind(log);
	len = fread(text, 1, sizeof text - 1, log);
	text[len] = '\0';
	CHECK(strstr(text, "egress_failed") != NULL);
	CHECK(strstr(text, "private.test") != NULL);
	CHECK(strstr(text, "CANARY") == NULL);
	CHECK(strstr(text, "meta-data") == NULL);
	printf("%s %s\n", check_failed_here ? "not ok" : "ok", __func__);
	check_failed_tests += check_failed_here;
}

int main(void)
{
	FILE *log = tmpfile();

	if (codec_init() != RC_OK || !log || dup2(fileno(log), STDERR_FILENO) < 0)
		return 1;
	RUN(httpc_answer_is_read);
	RUN(httpc_request_is_sent_as_asked);
	RUN(httpc_methods_are_what_they_say);
	RUN(httpc_odd_methods_are_refused);
	RUN(httpc_header_injection_is_refused);
	RUN(httpc_r28_b33_redirect_is_not_followed);
	RUN(httpc_b36_cookies_and_alt_svc_are_forgotten);
	RUN(httpc_b38_unasked_encoding_is_flagged_not_unpacked);
	RUN(httpc_b26_retry_after_has_two_forms);
	RUN(httpc_1xx_heads_are_skipped);
	RUN(httpc_r34_b22_body_limit);
	RUN(httpc_r34_b23_header_limits);
	RUN(httpc_b3_b29_broken_answers_are_upstream);
	RUN(httpc_short_content_length_cuts_the_body);
	RUN(httpc_r34_b29_slow_answers_time_out);
	RUN(httpc_r34_low_speed_aborts);
	RUN(httpc_b30_refused_and_black_hole);
	RUN(httpc_b30_dns_failures);
	RUN(httpc_h1_h7_private_addresses_are_not_dialled);
	RUN(httpc_h4_mixed_answers_dial_the_public_one_only);
	RUN(httpc_h11_b34_rebinding_is_caught_at_connect);
	RUN(httpc_h9_schemes_and_ports_need_the_allow_list);
	RUN(httpc_h18_allow_list_is_scheme_host_and_port);
	RUN(httpc_h5_h8_url_texts_are_refused);
	RUN(httpc_url_with_nul_is_refused);
	RUN(httpc_h12_proxy_environment_is_ignored);
	RUN(httpc_r27_b31_no_fallback_to_clear_text);
	RUN(httpc_bad_ca_file_stops_the_start);
	RUN(httpc_g20_a_long_body_is_cut);
	RUN(httpc_a_body_that_fits_is_not_cut);
	RUN(httpc_g20_a_stream_without_end_is_cut_in_time);
	RUN(httpc_no_head_in_time_is_no_answer);
	RUN(httpc_g20_another_protocol_is_no_answer);
	RUN(httpc_headers_are_kept_when_wanted);
	RUN(httpc_limits_have_bounds);
	check_failed_here = 0;
	httpc_log_names_the_host_only(log);
	httpc_free(http);
	return CHECK_DONE;
}
