/* SPDX-License-Identifier: Apache-2.0
 *
 * Many transfers at once, against servers that are slow, endless, silent or gone. The limits and the
 * guard themselves are the matter of test_httpc; here: that each transfer has its own.
 */
#include "platform/httpc_multi.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "fake_net.h"
#include "http_server.h"
#include "platform/clock.h"
#include "platform/codec.h"

static void nap(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

/* --- scripts -------------------------------------------------------------------------------- */

static void wait_and_say(int fd, const char *text)
{
	nap(300);
	say(fd, text);
}

static void endless_headers(int fd, const char *text)
{
	say(fd, text);
	while (write(fd, "X-Header: and another\r\n", 23) > 0)
		;
}

/* --- transfers ------------------------------------------------------------------------------ */

static struct netpol policy;
static struct httpc_multi *multi;

/* What a done has seen. */
struct seen {
	int calls, rc, status, retry_after_s;
	size_t body_len;
	char body[64], type[128];
	long elapsed_ms;
};

static void note(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct seen *seen = arg;

	seen->calls++;
	seen->rc = (int)rc;
	seen->status = rs->status;
	seen->retry_after_s = (int)rs->retry_after_s;
	seen->body_len = rs->body.len;
	seen->elapsed_ms = (long)rs->elapsed_ms;
	(void)snprintf(seen->body, sizeof seen->body, "%s", secret_text(&rs->body));
	(void)snprintf(seen->type, sizeof seen->type, "%s", rs->content_type);
	CHECK(rc == RC_OK || (rs->status == 0 && rs->body.len == 0));
}

static void client(size_t max_active, long total_ms)
{
	const struct httpc_config config = {.policy = &policy, .total_timeout_ms = total_ms};

	httpc_multi_free(multi);
	multi = NULL;
	policy = (struct netpol){.n = 0};
	dialled = dialled_forbidden = resolutions = 0;
	public_port = 0;
	CHECK_INT(httpc_multi_new(&config, max_active, &multi), RC_OK);
}

static void allow(const struct server *s)
{
	char origin[64];

	(void)snprintf(origin, sizeof origin, "http://127.0.0.1:%u", (unsigned)s->port);
	CHECK_INT(netpol_allow_origin(&policy, origin), RC_OK);
}

static int start_url(const char *url, httpc_done *done, void *arg)
{
	struct httpc_request rq = {.method = "GET"};
	int rc;

	CHECK_INT(secret_append_text(&rq.url, url), RC_OK);
	rc = (int)httpc_multi_start(multi, &rq, done, arg);
	if (rc == RC_OK)
		CHECK(!rq.method && !rq.url.bytes);
	else
		CHECK_STR(secret_text(&rq.url), url);
	httpc_request_release(&rq);
	return rc;
}

static int start(const struct server *s, httpc_done *done, void *arg)
{
	char url[128];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/CANARY-path?q=CANARY-query",
		(unsigned)s->port);
	return start_url(url, done, arg);
}

static void finish_all(void)
{
	int64_t until = clock_mono_ms() + 20000;

	while (httpc_multi_active(multi) > 0 && clock_mono_ms() < until)
		CHECK_INT(httpc_multi_wait(multi, NULL, 0, 1000), RC_OK);
	CHECK_INT(httpc_multi_active(multi), 0);
}

static void begin(struct server *s, script *play, const char *text)
{
	serve_many(s, play, text);
	allow(s);
}

static void done_with(struct server *s)
{
	static char request[65536];

	stop(s, request, sizeof request);
}

#define OK_TWO OK_HEAD "Content-Length: 2\r\n\r\nok"

/* --- tests ---------------------------------------------------------------------------------- */

static void multi_hundred_slow_answers_finish_together(void)
{
	static struct seen seen[101];
	struct server s;
	int64_t began;

	memset(seen, 0, sizeof seen);
	client(100, 10000);
	begin(&s, wait_and_say, OK_TWO);
	began = clock_mono_ms();
	for (int i = 0; i < 100; i++)
		CHECK_INT(start(&s, note, &seen[i]), RC_OK);
	CHECK_INT(start(&s, note, &seen[100]), RC_LIMIT);
	CHECK_INT(httpc_multi_active(multi), 100);
	finish_all();
	/* One after the other they would take half a minute. */
	CHECK(clock_mono_ms() - began >= 290 && clock_mono_ms() - began < 3000);
	for (int i = 0; i < 100; i++) {
		CHECK_INT(seen[i].calls, 1);
		CHECK_INT(seen[i].rc, RC_OK);
		CHECK_STR(seen[i].body, "ok");
	}
	CHECK_INT(seen[100].calls, 0);
	CHECK_INT(dialled, 100); /* and no connection is used twice */
	done_with(&s);
}

static void multi_each_has_its_own_limits(void)
{
	struct seen silent = {0}, later = {0}, dripping = {0}, good = {0}, body = {0}, head = {0};
	struct server waits, drips, says, floods, babbles;

	client(16, 600);
	begin(&waits, say_and_wait, OK_HEAD "Content-Length: 9\r\n\r\nhalf");
	begin(&drips, drip, OK_HEAD "X: slow slow slow slow slow slow slow slow\r\n\r\n");
	begin(&says, say, OK_TWO);
	begin(&floods, endless_body, OK_HEAD "\r\n");
	begin(&babbles, endless_headers, OK_HEAD);
	CHECK_INT(start(&waits, note, &silent), RC_OK);
	CHECK_INT(start(&drips, note, &dripping), RC_OK);
	CHECK_INT(start(&says, note, &good), RC_OK);
	CHECK_INT(start(&floods, note, &body), RC_OK);
	CHECK_INT(start(&babbles, note, &head), RC_OK);
	for (int64_t until = clock_mono_ms() + 300; clock_mono_ms() < until;)
		CHECK_INT(httpc_multi_wait(multi, NULL, 0, 50), RC_OK);
	CHECK_INT(start(&waits, note, &later), RC_OK);
	finish_all();
	CHECK_INT(good.rc, RC_OK);
	CHECK(good.elapsed_ms < 400);
	CHECK_INT(body.rc, RC_LIMIT);
	CHECK_INT(head.rc, RC_LIMIT);
	CHECK_INT(silent.rc, RC_TIMEOUT);
	CHECK_INT(dripping.rc, RC_TIMEOUT);
	CHECK_INT(later.rc, RC_TIMEOUT);
	CHECK(silent.elapsed_ms >= 590 && silent.elapsed_ms < 1500);
	CHECK(later.elapsed_ms >= 590 && later.elapsed_ms < 1500);
	done_with(&waits);
	done_with(&drips);
	done_with(&says);
	done_with(&floods);
	done_with(&babbles);
}

static void multi_broken_servers_are_upstream(void)
{
	struct seen cut = {0}, reset = {0}, nobody = {0};
	struct server cuts, resets, closed;

	client(4, 5000);
	begin(&cuts, say, "HTTP/1.1 200 OK\r\nX: cut\r\n");
	begin(&resets, say_and_reset, OK_HEAD "Content-Length: 100\r\n\r\nshort");
	listen_any(&closed);
	allow(&closed);
	done_with(&closed);
	CHECK_INT(start(&cuts, note, &cut), RC_OK);
	CHECK_INT(start(&resets, note, &reset), RC_OK);
	CHECK_INT(start(&closed, note, &nobody), RC_OK);
	finish_all();
	CHECK_INT(cut.rc, RC_UPSTREAM);
	CHECK_INT(reset.rc, RC_UPSTREAM);
	CHECK_INT(nobody.rc, RC_UPSTREAM);
	done_with(&cuts);
	done_with(&resets);
}

static void multi_target_errors_come_at_once(void)
{
	static const struct {
		const char *url;
		int rc;
	} bad[] = {
		{"", RC_INVALID},
		{"https://good@127.0.0.1/", RC_INVALID},
		{"file:///etc/passwd", RC_INVALID},
		{"http://public.test/", RC_EGRESS},
		{"https://public.test:8443/", RC_EGRESS},
	};
	struct seen seen = {0};

	client(1, 5000);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(start_url(bad[i].url, note, &seen), bad[i].rc);
	CHECK_INT(httpc_multi_active(multi), 0);
	CHECK_INT(httpc_multi_wait(multi, NULL, 0, 0), RC_OK);
	CHECK_INT(seen.calls, 0);
	CHECK_INT(dialled + resolutions, 0);
}

static void multi_h1_h11_guard_refuses(void)
{
	static const char *const urls[] = {"https://127.0.0.1/", "https://[::ffff:127.0.0.1]/",
		"https://169.254.169.254/", "https://private.test/", "https://metadata.test/",
		"https://private6.test/", "https://loop.test/"};
	enum { N = sizeof urls / sizeof urls[0] };
	struct seen seen[N] = {{0}}, rebind[2] = {{0}};
	struct server s;

	client(N, 5000);
	for (size_t i = 0; i < N; i++)
		CHECK_INT(start_url(urls[i], note, &seen[i]), RC_OK);
	finish_all();
	for (size_t i = 0; i < N; i++)
		CHECK_INT(seen[i].rc, RC_EGRESS);
	CHECK_INT(dialled, 0);
	listen_any(&s); /* nobody listens where the public address leads */
	public_port = s.port;
	done_with(&s);
	resolutions = 0; /* first public, then private */
	for (int i = 0; i < 2; i++) {
		CHECK_INT(start_url("https://rebind.test/", note, &rebind[i]), RC_OK);
		finish_all();
	}
	CHECK_INT(rebind[0].rc, RC_UPSTREAM);
	CHECK_INT(rebind[1].rc, RC_EGRESS);
	CHECK_INT(dialled, 1);
	CHECK_INT(dialled_forbidden, 0);
}

static void start_again(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct seen none = {0};

	note(rc, rs, arg);
	CHECK_INT(start_url("https://public.test/", note, &none), RC_UNAVAILABLE);
}

static void multi_free_ends_what_runs(void)
{
	static struct seen seen[12];
	struct server s;
	int64_t began;

	memset(seen, 0, sizeof seen);
	CHECK_INT(pipe(blackhole), 0);
	client(12, 10000);
	begin(&s, say_and_wait, OK_HEAD "Content-Length: 9\r\n\r\nhalf");
	for (int i = 0; i < 10; i++)
		CHECK_INT(start(&s, note, &seen[i]), RC_OK);
	CHECK_INT(start_url("https://blackhole.test/", note, &seen[10]), RC_OK);
	CHECK_INT(httpc_multi_wait(multi, NULL, 0, 200), RC_OK);
	CHECK_INT(start(&s, start_again, &seen[11]), RC_OK); /* not a byte of it has moved */
	CHECK_INT(httpc_multi_active(multi), 12);
	began = clock_mono_ms();
	httpc_multi_free(multi);
	multi = NULL;
	CHECK(clock_mono_ms() - began < 1000); /* it did not wait for the resolver's thread */
	for (int i = 0; i < 12; i++) {
		CHECK_INT(seen[i].calls, 1);
		CHECK_INT(seen[i].rc, RC_UNAVAILABLE);
	}
	(void)close(blackhole[1]); /* lets that thread go */
	done_with(&s);
	httpc_multi_free(NULL);
}

static void multi_wakes(void)
{
	struct httpc_wake wakes[HTTPC_MULTI_WAKES_MAX + 1] = {{.fd = -1}};
	struct seen seen = {0};
	int one[2], two[2];
	struct server s;
	int64_t began;
	pid_t pid;

	client(1, 10000);
	begin(&s, say_and_wait, "");
	CHECK(pipe(one) == 0 && pipe(two) == 0); /* now: the server holds no end of them */
	CHECK_INT(start(&s, note, &seen), RC_OK);
	wakes[1].fd = one[0];
	wakes[2].fd = two[0];
	wakes[0].readable = wakes[1].readable = true;
	began = clock_mono_ms();
	CHECK_INT(httpc_multi_wait(multi, wakes, 3, 200), RC_OK);
	CHECK(clock_mono_ms() - began >= 190);
	CHECK(!wakes[0].readable && !wakes[1].readable && !wakes[2].readable);
	pid = fork();
	if (pid == 0) {
		nap(100);
		(void)!write(two[1], "x", 1);
		_exit(0);
	}
	began = clock_mono_ms();
	CHECK_INT(httpc_multi_wait(multi, wakes, 3, -1), RC_OK);
	CHECK(clock_mono_ms() - began < 2000);
	CHECK(!wakes[1].readable && wakes[2].readable);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	(void)close(one[1]); /* its end is an event too */
	CHECK_INT(httpc_multi_wait(multi, wakes, 2, 5000), RC_OK);
	CHECK(wakes[1].readable);
	CHECK_INT(httpc_multi_wait(multi, wakes, HTTPC_MULTI_WAKES_MAX + 1, 0), RC_LIMIT);
	CHECK_INT(seen.calls, 0);
	(void)close(one[0]);
	(void)close(two[0]);
	(void)close(two[1]);
	done_with(&s);
	finish_all();
	CHECK_INT(seen.rc, RC_UPSTREAM); /* the server was killed */
}

struct chain {
	const struct server *server;
	int left, ended;
};

static void start_next(enum rc rc, struct httpc_response *rs, void *arg)
{
	struct chain *chain = arg;

	CHECK_INT(rc, RC_OK);
	CHECK_STR(secret_text(&rs->body), "ok");
	chain->ended++;
	if (--chain->left > 0)
		CHECK_INT(start(chain->server, start_next, chain), RC_OK);
}

static void multi_done_may_start_another(void)
{
	struct server s;
	struct chain chain = {&s, 20, 0};

	client(1, 10000);
	begin(&s, say, OK_TWO);
	CHECK_INT(start(&s, start_next, &chain), RC_OK);
	finish_all();
	CHECK_INT(chain.ended, 20);
	done_with(&s);
}

/* Everything a request may carry, to a server that answers with everything we read. */
static void start_full(const struct server *s, struct seen *seen)
{
	struct httpc_request rq = {.method = "PUT", .has_body = 1};
	char url[64];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/CANARY", (unsigned)s->port);
	CHECK_INT(secret_append_text(&rq.url, url), RC_OK);
	CHECK_INT(secret_append_text(&rq.body, "CANARY-body"), RC_OK);
	CHECK_INT(httpc_request_header(&rq, "Authorization", "Bearer CANARY", 13), RC_OK);
	CHECK_INT(httpc_request_header(&rq, "X-Canary", "CANARY", 6), RC_OK);
	CHECK_INT(httpc_multi_start(multi, &rq, note, seen), RC_OK);
	CHECK(!rq.method && rq.n_headers == 0 && !rq.body.bytes && !rq.url.bytes);
	finish_all();
}

static void multi_used_handle_keeps_nothing(void)
{
	static const char *const firsts[] = {
		"HTTP/1.1 503 No\r\nRetry-After: 99\r\nContent-Type: text/canary\r\n"
		"Content-Encoding: gzip\r\nSet-Cookie: sid=CANARY\r\nConnection: keep-alive\r\n"
		"WWW-Authenticate: Basic\r\nContent-Length: 6\r\n\r\nCANARY",
		"HTTP/1.1 200 OK\r\nContent-Type: text/canary\r\nContent-Length: 99\r\n\r\nCANARY"};
	static const int want[] = {RC_OK, RC_UPSTREAM};

	for (int i = 0; i < 2; i++) {
		struct seen first = {0}, second = {0};
		struct server rich, plain;
		char request[8192], url[64];

		client(1, 5000);
		begin(&rich, say, firsts[i]);
		begin(&plain, say, "HTTP/1.1 200 OK\r\n\r\nplain");
		start_full(&rich, &first);
		CHECK_INT(first.rc, want[i]);
		CHECK_INT(first.calls, 1);
		(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", (unsigned)plain.port);
		CHECK_INT(start_url(url, note, &second), RC_OK);
		finish_all();
		CHECK_INT(second.rc, RC_OK);
		CHECK_INT(second.status, 200);
		CHECK_STR(second.body, "plain");
		CHECK_STR(second.type, "");
		CHECK_INT(second.retry_after_s, -1);
		CHECK_INT(dialled, 2);
		done_with(&rich);
		stop(&plain, request, sizeof request);
		CHECK(strncmp(request, "GET / HTTP/1.1\r\n", 16) == 0);
		CHECK(strstr(request, "CANARY") == NULL);
		CHECK(strstr(request, "Cookie") == NULL);
		CHECK(strstr(request, "Authorization") == NULL);
		CHECK(strstr(request, "Content-Length") == NULL);
	}
}

static void take_body(enum rc rc, struct httpc_response *rs, void *arg)
{
	CHECK_INT(rc, RC_OK);
	secret_take(arg, &rs->body);
}

static void multi_done_may_take_the_body(void)
{
	struct secret body = SECRET_EMPTY;
	struct server s;

	client(1, 5000);
	begin(&s, say, OK_TWO);
	CHECK_INT(start(&s, take_body, &body), RC_OK);
	finish_all();
	CHECK_STR(secret_text(&body), "ok");
	secret_release(&body);
	done_with(&s);
}

static void multi_body_limit_can_be_smaller(void)
{
	const struct httpc_config config = {.policy = &policy, .body_max_bytes = 1000};
	struct seen fits = {0}, told = {0}, grows = {0};
	struct server small, large, endless;
	char text[2048], head[128];

	client(1, 0); /* empties the policy */
	httpc_multi_free(multi);
	CHECK_INT(httpc_multi_new(&config, 3, &multi), RC_OK);
	(void)snprintf(text, sizeof text, OK_HEAD "\r\n%01000d", 0);
	(void)snprintf(head, sizeof head, OK_HEAD "Content-Length: 1001\r\n\r\n");
	begin(&small, say, text);
	begin(&large, say_and_wait, head);
	begin(&endless, endless_body, OK_HEAD "\r\n");
	CHECK_INT(start(&small, note, &fits), RC_OK);
	CHECK_INT(start(&large, note, &told), RC_OK);
	CHECK_INT(start(&endless, note, &grows), RC_OK);
	finish_all();
	CHECK_INT(fits.rc, RC_OK);
	CHECK_INT(fits.body_len, 1000);
	CHECK_INT(told.rc, RC_LIMIT);
	CHECK_INT(grows.rc, RC_LIMIT);
	done_with(&small);
	done_with(&large);
	done_with(&endless);
}

static void multi_bad_options_stop_the_start(void)
{
	const struct httpc_config bad_ca = {.policy = &policy, .ca_file = "/nonexistent/ca.pem"};
	const struct httpc_config good = {.policy = &policy};
	struct httpc_multi *none;

	CHECK_INT(httpc_multi_new(&bad_ca, 1, &none), RC_INTERNAL);
	CHECK(none == NULL);
	CHECK_INT(httpc_multi_new(&good, 0, &none), RC_INVALID);
	CHECK_INT(httpc_multi_new(&good, HTTPC_MULTI_ACTIVE_MAX + 1, &none), RC_INVALID);
	CHECK(none == NULL);
}

static void multi_log_names_the_host_only(FILE *log)
{
	static char text[200000];
	size_t len;

	rewind(log);
	len = fread(text, 1, sizeof text - 1, log);
	text[len] = '\0';
	CHECK(strstr(text, "egress_failed") != NULL);
	CHECK(strstr(text, "private.test") != NULL);
	CHECK(strstr(text, "CANARY") == NULL);
	printf("%s %s\n", check_failed_here ? "not ok" : "ok", __func__);
	check_failed_tests += check_failed_here;
}

int main(void)
{
	FILE *log = tmpfile();

	if (codec_init() != RC_OK || !log || dup2(fileno(log), STDERR_FILENO) < 0)
		return 1;
	RUN(multi_hundred_slow_answers_finish_together);
	RUN(multi_each_has_its_own_limits);
	RUN(multi_broken_servers_are_upstream);
	RUN(multi_target_errors_come_at_once);
	RUN(multi_h1_h11_guard_refuses);
	RUN(multi_free_ends_what_runs);
	RUN(multi_wakes);
	RUN(multi_done_may_start_another);
	RUN(multi_used_handle_keeps_nothing);
	RUN(multi_done_may_take_the_body);
	RUN(multi_body_limit_can_be_smaller);
	RUN(multi_bad_options_stop_the_start);
	check_failed_here = 0;
	multi_log_names_the_host_only(log);
	httpc_multi_free(multi);
	return CHECK_DONE;
}
