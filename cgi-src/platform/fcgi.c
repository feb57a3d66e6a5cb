/* SPDX-License-Identifier: Apache-2.0
 *
 * The wall around libfcgi: what a handler sees of a request, plain CGI behind the same face, and the
 * ways to be started. The life of a FastCGI worker is in fcgi_worker.c.
 */
#include "platform/fcgi.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/fcgi_int.h"
#include "platform/log.h"
#include "platform/pool.h"

#define MAX_REQUESTS 100000
#define REQUEST_MAX_S 120
#define PARK_MAX 256
#define PARK_INTERVAL_MS 50
#define PARK_GRACE_MS 10000

extern char **environ;

/* --- one exchange --------------------------------------------------------------------------- */

static char **variables(const struct fcgi_exchange *x)
{
	return x->cgi ? environ : x->request.envp;
}

const char *fcgi_param(struct fcgi_exchange *x, const char *name)
{
	return x->cgi ? getenv(name) : FCGX_GetParam(name, x->request.envp);
}

void fcgi_params_each(struct fcgi_exchange *x,
	void (*visit)(const char *name, size_t name_len, const char *value, void *arg), void *arg)
{
	for (char **p = variables(x); p && *p; p++) {
		const char *equals = strchr(*p, '=');

		if (equals)
			visit(*p, (size_t)(equals - *p), equals + 1, arg);
	}
}

/* How much of the body belongs to the request. A malformed or absent length means nothing in CGI, where
 * the end of the input may never come (RFC 3875 §4.2), and the whole stream in FastCGI, which has an
 * end of its own. The claim is never used to make room. */
static size_t body_length(struct fcgi_exchange *x)
{
	const char *text = fcgi_param(x, "CONTENT_LENGTH");
	size_t otherwise = x->cgi ? 0 : SIZE_MAX, n = 0;

	if (!text || !*text)
		return otherwise;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || n > (SIZE_MAX - 9) / 10)
			return otherwise;
		n = n * 10 + (size_t)(*text - '0');
	}
	return n;
}

static size_t read_some(struct fcgi_exchange *x, char *p, size_t len)
{
	ssize_t n;

	if (!x->cgi) {
		int want = len > INT_MAX ? INT_MAX : (int)len;
		int got = FCGX_GetStr(p, want, x->request.in);

		return got > 0 ? (size_t)got : 0;
	}
	do {
		n = read(STDIN_FILENO, p, len);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? (size_t)n : 0;
}

size_t fcgi_read(struct fcgi_exchange *x, void *p, size_t len)
{
	size_t done = 0;

	if (len > x->body_left)
		len = x->body_left;
	while (done < len) {
		size_t n = read_some(x, (char *)p + done, len - done);

		if (n == 0) {
			x->body_left = done; /* the end stays the end */
			break;
		}
		done += n;
	}
	x->body_left -= done;
	return done;
}

static size_t write_some(struct fcgi_exchange *x, const char *p, size_t len)
{
	ssize_t n;

	if (!x->cgi) {
		int want = len > INT_MAX ? INT_MAX : (int)len;
		int put = FCGX_PutStr(p, want, x->request.out);

		return put > 0 ? (size_t)put : 0;
	}
	do {
		n = write(STDOUT_FILENO, p, len);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? (size_t)n : 0;
}

bool fcgi_write(struct fcgi_exchange *x, const void *p, size_t len)
{
	size_t done = 0;

	while (!x->gone && done < len) {
		size_t n = write_some(x, (const char *)p + done, len - done);

		x->gone = n == 0;
		done += n;
	}
	return !x->gone;
}

/* --- parking and holding --------------------------------------------------------------------- */

void fcgi_exchange_begin(struct fcgi_exchange *x, bool may_park)
{
	x->began_ms = clock_mono_ms();
	x->state = NULL;
	x->gone = x->closing = x->was_kept = x->woken = false;
	x->fate = FCGI_OVER;
	x->may_park = may_park;
	x->body_left = body_length(x);
}

static void keep(struct fcgi_exchange *x, enum fcgi_fate fate, void *state)
{
	x->may_park = false;
	x->was_kept = true;
	x->woken = false;
	x->fate = fate;
	x->state = state;
}

bool fcgi_park(struct fcgi_exchange *x, void *state)
{
	if (!x->may_park)
		return false;
	keep(x, FCGI_PARKED, state);
	return true;
}

void fcgi_wake(struct fcgi_exchange *x)
{
	x->woken = true;
}

void fcgi_hold(struct fcgi_exchange *x, void *state)
{
	keep(x, FCGI_HELD, state);
}

bool fcgi_is_gone(const struct fcgi_exchange *x)
{
	return x->gone;
}

bool fcgi_may_park(const struct fcgi_exchange *x)
{
	return x->may_park;
}

/* A peer that closed a Unix socket or a pipe shows as POLLHUP or POLLERR, even when bytes that it sent
 * before are unread. One that only ended its half (POLLRDHUP) may still read the answer. */
static bool peer_is_gone(const struct fcgi_exchange *x)
{
	struct pollfd p = {.fd = x->cgi ? STDOUT_FILENO : x->request.ipcFd};

	return poll(&p, 1, 0) > 0;
}

void fcgi_exchange_resume(struct fcgi_exchange *x, const struct fcgi_service *s, bool room)
{
	x->fate = FCGI_OVER;
	x->may_park = room && !x->gone && !x->closing;
	s->app->resume(x, x->state, s->app->arg);
}

void fcgi_exchange_look(struct fcgi_exchange *x, const struct fcgi_service *s, bool closing)
{
	bool late = clock_mono_ms() - x->began_ms >= (int64_t)s->request_max_s * 1000;

	x->gone = x->gone || peer_is_gone(x);
	x->closing = closing || late;
	if (late && !closing && !x->gone)
		log_warn("fcgi", "reason", "a parked request took too long");
	fcgi_exchange_resume(x, s, true); /* its own place */
}

/* --- ways to be started --------------------------------------------------------------------- */

int fcgi_wait(const struct fcgi_service *s, struct pollfd *fds, size_t n, int timeout_ms)
{
	if (s->app->wait)
		return s->app->wait(fds, n, timeout_ms, s->app->arg);
	return poll(fds, n, timeout_ms);
}

/* Nothing else is there to be served: parking is waiting, and what is held needs to wait for nobody. */
static void see_through(struct fcgi_exchange *x, const struct fcgi_service *s)
{
	while (x->fate != FCGI_OVER) {
		struct pollfd p = {.fd = STDOUT_FILENO};

		if (x->fate == FCGI_PARKED) {
			/* ends early when nobody reads */
			(void)fcgi_wait(s, &p, 1, (int)s->park_interval_ms);
			fcgi_exchange_look(x, s, false);
		} else {
			s->app->settle(s->app->arg);
			fcgi_exchange_resume(x, s, true);
		}
	}
}

static int serve_cgi(const struct fcgi_service *s)
{
	struct fcgi_exchange x = {.cgi = true};
	const struct fcgi_app *app = s->app;

	if (!fcgi_param(&x, "REQUEST_METHOD")) {
		log_error("fcgi", "reason",
			"no socket path, no socket as standard input, and no CGI request");
		return 2;
	}
	if (app->worker_start && app->worker_start(app->arg))
		return FCGI_STATUS_NOT_STARTED;
	fcgi_exchange_begin(&x, app->resume != NULL);
	app->handle(&x, app->arg);
	see_through(&x, s);
	if (app->worker_stop)
		app->worker_stop(app->arg);
	return 0;
}

static bool is_listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof yes;

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) && yes;
}

/* Memory of this process holds keys and tokens: no core file, no ptrace by others of the same user.
 * In consequence /proc/PID of the process belongs to root: environ, maps, fd and smaps_rollup are
 * closed to the process's own user (RSS is still in status and statm). */
static bool seal_process(void)
{
	const struct rlimit none = {0, 0};

	return !setrlimit(RLIMIT_CORE, &none) && !prctl(PR_SET_DUMPABLE, 0) &&
	       signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static struct fcgi_service service_of(
	const struct fcgi_options *options, const struct fcgi_app *app)
{
	return (struct fcgi_service){
		.app = app,
		.max_requests = options->max_requests ? options->max_requests : MAX_REQUESTS,
		.request_max_s = options->request_max_s ? options->request_max_s : REQUEST_MAX_S,
		.park_max = options->park_max ? options->park_max : PARK_MAX,
		.park_interval_ms =
			options->park_interval_ms ? options->park_interval_ms : PARK_INTERVAL_MS,
		.park_grace_ms = options->park_grace_ms ? options->park_grace_ms : PARK_GRACE_MS,
	};
}

static void reload(void *arg)
{
	const struct fcgi_service *service = arg;

	service->app->reload(service->app->arg);
}

int fcgi_serve(const struct fcgi_options *options, const struct fcgi_app *app)
{
	struct fcgi_service service = service_of(options, app);
	struct pool_options pool = {
		.socket_path = options->socket_path,
		.workers = options->workers,
		.reload = app->reload ? reload : NULL,
	};

	if (service.park_max > FCGI_PARK_MAX || service.park_interval_ms > INT_MAX) {
		log_error("fcgi", "reason", "park_max or park_interval_ms is too large");
		return 2;
	}
	if (!seal_process()) {
		log_error("fcgi", "reason", "core dumps cannot be turned off");
		return 1;
	}
	if (options->socket_path)
		return pool_serve(&pool, fcgi_worker_live, &service);
	if (is_listening(STDIN_FILENO))
		return fcgi_worker_live(STDIN_FILENO, -1, &service);
	return serve_cgi(&service);
}
