/* SPDX-License-Identifier: Apache-2.0
 *
 * The wall around libfcgi, and plain CGI behind the same face.
 *
 * No signal handler is used here. libfcgi's own would set its "shutdown pending", after which its reads
 * and writes fail in the middle of an answer; and a handler of ours cannot be seen in time, because
 * between its look and its accept lies a window. So SIGTERM, SIGINT and SIGUSR1 stay blocked for a
 * worker's whole life and are read from a descriptor, beside the listening one, between two requests.
 * That one is non-blocking: when another worker was faster, or the connection was malformed and libfcgi
 * goes to accept the next, it comes back with EAGAIN instead of sleeping where no signal reaches it.
 */
#include "platform/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platform/log.h"
#include "platform/pool.h"

#define MAX_REQUESTS 100000
#define BEGIN_MAX_S 10
#define REQUEST_MAX_S 120
#define STATUS_WATCHDOG 75
#define STATUS_NOT_STARTED 70

extern char **environ;

struct fcgi_exchange {
	FCGX_Request *request; /* NULL: CGI */
	size_t body_left;      /* at most so much is read, whatever arrives */
	bool gone;
};

struct service {
	const struct fcgi_options *options;
	const struct fcgi_app *app;
};

/* --- one exchange --------------------------------------------------------------------------- */

static char **variables(const struct fcgi_exchange *x)
{
	return x->request ? x->request->envp : environ;
}

const char *fcgi_param(struct fcgi_exchange *x, const char *name)
{
	if (x->request)
		return FCGX_GetParam(name, x->request->envp);
	return getenv(name);
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
	size_t otherwise = x->request ? SIZE_MAX : 0, n = 0;

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

	if (x->request) {
		int want = len > INT_MAX ? INT_MAX : (int)len;
		int got = FCGX_GetStr(p, want, x->request->in);

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

	if (x->request) {
		int want = len > INT_MAX ? INT_MAX : (int)len;
		int put = FCGX_PutStr(p, want, x->request->out);

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

/* --- worker --------------------------------------------------------------------------------- */

/* libfcgi waits for a silent peer without limit, and nothing may hold a worker for ever. Whoever
 * started us starts another; nothing but this request is lost. */
static void on_alarm(int number)
{
	static const char line[] = "{\"level\":\"error\",\"event\":\"watchdog\",\"reason\":"
				   "\"request took too long\"}\n";

	(void)number;
	if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
		_exit(STATUS_WATCHDOG + 1);
	_exit(STATUS_WATCHDOG);
}

static int open_stop_signals(bool in_pool)
{
	struct sigaction action = {.sa_handler = on_alarm};
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGUSR1);
	if (!in_pool) /* there the parent acts on it */
		sigaddset(&mask, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) || sigaction(SIGALRM, &action, NULL))
		return -1;
	return signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* Waits for a connection; false when the worker is to end. */
static bool await_connection(int listen_fd, int stop_fd)
{
	struct pollfd fds[] = {
		{.fd = stop_fd, .events = POLLIN},
		{.fd = listen_fd, .events = POLLIN},
	};

	for (;;) {
		int n = poll(fds, 2, -1);

		if (n < 0 && errno != EINTR && errno != ENOMEM)
			return false;
		/* Asked first: under load there is always a connection too. */
		if (n > 0 && fds[0].revents)
			return false;
		if (n > 0 && fds[1].revents & ~POLLIN) {
			log_error("fcgi", "reason", "the listening socket is gone");
			return false;
		}
		if (n > 0)
			return true;
	}
}

static bool is_request(FCGX_Request *request)
{
	const char *role = FCGX_GetParam("FCGI_ROLE", request->envp);

	/* A begin that was aborted arrives as a request without parameters (measured). */
	return FCGX_GetParam("REQUEST_METHOD", request->envp) && role &&
	       strcmp(role, "RESPONDER") == 0;
}

static void answer(const struct service *s, FCGX_Request *request)
{
	struct fcgi_exchange x = {.request = request};

	if (is_request(request)) {
		x.body_left = body_length(&x);
		s->app->handle(&x, s->app->arg);
	}
	FCGX_Finish_r(request);
	/* Even when the web server asked to keep the connection: it would own this worker while idle,
	 * and libfcgi would wait on it where no signal is looked at. */
	FCGX_Free(request, 1);
}

/* One turn: 1 a request was answered, 0 none was there, -1 nothing can be accepted any more. */
static int accept_one(const struct service *s, FCGX_Request *request, unsigned limit_s)
{
	int rc;

	alarm(limit_s < BEGIN_MAX_S ? limit_s : BEGIN_MAX_S);
	rc = FCGX_Accept_r(request);
	if (rc == 0) {
		alarm(limit_s);
		answer(s, request);
	}
	alarm(0);
	if (rc == 0)
		return 1;
	if (rc == -EAGAIN)
		return 0;
	log_error("fcgi", "reason", "accept", "error", strerror(-rc));
	if (rc != -EMFILE && rc != -ENFILE && rc != -ENOMEM && rc != -ENOBUFS)
		return -1;
	nanosleep(&(struct timespec){.tv_nsec = 100000000L}, NULL);
	return 0;
}

static int serve_requests(const struct service *s, int listen_fd, int stop_fd)
{
	unsigned left = s->options->max_requests ? s->options->max_requests : MAX_REQUESTS;
	unsigned limit_s = s->options->request_max_s ? s->options->request_max_s : REQUEST_MAX_S;
	FCGX_Request request;

	if (FCGX_Init() || FCGX_InitRequest(&request, listen_fd, FCGI_FAIL_ACCEPT_ON_INTR))
		return STATUS_NOT_STARTED;
	while (left && await_connection(listen_fd, stop_fd)) {
		int n = accept_one(s, &request, limit_s);

		if (n < 0)
			return 1;
		left -= (unsigned)n;
	}
	return 0;
}

static int live(int listen_fd, int ready_fd, void *arg)
{
	const struct service *s = arg;
	int flags = fcntl(listen_fd, F_GETFL);
	int stop_fd = open_stop_signals(ready_fd >= 0);
	int status;

	if (stop_fd < 0 || flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK)) {
		log_error("fcgi", "reason", "worker setup", "error", strerror(errno));
		return STATUS_NOT_STARTED;
	}
	if (s->app->worker_start && s->app->worker_start(s->app->arg)) {
		log_error("fcgi", "reason", "the worker does not start");
		return STATUS_NOT_STARTED;
	}
	pool_ready(ready_fd);
	status = serve_requests(s, listen_fd, stop_fd);
	if (s->app->worker_stop)
		s->app->worker_stop(s->app->arg);
	close(stop_fd);
	return status;
}

/* --- ways to be started --------------------------------------------------------------------- */

static int serve_cgi(const struct fcgi_app *app)
{
	struct fcgi_exchange x = {.request = NULL};

	if (!fcgi_param(&x, "REQUEST_METHOD")) {
		log_error("fcgi", "reason",
			"no socket path, no socket as standard input, and no CGI request");
		return 2;
	}
	if (app->worker_start && app->worker_start(app->arg))
		return STATUS_NOT_STARTED;
	x.body_left = body_length(&x);
	app->handle(&x, app->arg);
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

int fcgi_serve(const struct fcgi_options *options, const struct fcgi_app *app)
{
	struct service service = {.options = options, .app = app};

	if (!seal_process()) {
		log_error("fcgi", "reason", "core dumps cannot be turned off");
		return 1;
	}
	if (options->socket_path) {
		struct pool_options pool = {
			.socket_path = options->socket_path,
			.workers = options->workers,
		};

		return pool_serve(&pool, live, &service);
	}
	if (is_listening(STDIN_FILENO))
		return live(STDIN_FILENO, -1, &service);
	return serve_cgi(app);
}
