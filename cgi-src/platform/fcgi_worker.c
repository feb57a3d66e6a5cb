/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a FastCGI worker.
 *
 * No signal handler is used here. libfcgi's own would set its "shutdown pending", after which its reads
 * and writes fail in the middle of an answer; and a handler of ours cannot be seen in time, because
 * between its look and its accept lies a window. So SIGTERM, SIGINT and SIGUSR1 stay blocked for a
 * worker's whole life and are read from a descriptor, beside the listening one, between two requests.
 * That one is non-blocking: when another worker was faster, or the connection was malformed and libfcgi
 * goes to accept the next, it comes back with EAGAIN instead of sleeping where no signal reaches it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/fcgi_int.h"
#include "platform/log.h"
#include "platform/pool.h"

#define BEGIN_MAX_S 10
#define STATUS_WATCHDOG 75
#define LOOK_BATCH 16 /* then a look at new connections */
#define PAUSE_SHARE 4 /* a pause is a quarter of what was waited, … */
#define PAUSE_MOST 10 /* … from one to so many intervals */

struct worker {
	const struct fcgi_service *service;
	int listen_fd, stop_fd;
	unsigned n_served;
	struct fcgi_exchange *unused;
	struct fcgi_exchange *parked; /* by due_ms */
	struct fcgi_exchange *held;
	unsigned n_parked, n_held;
	unsigned n_turns; /* since the first of the held came, with its own */
};

/* libfcgi waits for a silent peer without limit, and nothing may hold a worker for ever. Whoever
 * started us starts another; nothing but its own requests is lost. */
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

/* --- exchanges ------------------------------------------------------------------------------ */

static struct fcgi_exchange *exchange_take(struct worker *w)
{
	struct fcgi_exchange *x = w->unused;

	if (x) {
		w->unused = x->next;
		return x;
	}
	x = calloc(1, sizeof *x);
	if (x && FCGX_InitRequest(&x->request, w->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR)) {
		free(x);
		x = NULL;
	}
	return x;
}

static void exchange_give(struct worker *w, struct fcgi_exchange *x)
{
	x->next = w->unused;
	w->unused = x;
}

/* libfcgi waits up to two seconds for the peer to close first, lest unread input makes of our close a
 * reset. Of many that end at once, and a peer in another order, that would be minutes. So
 * the input is read away, which arrived long ago, and libfcgi told not to wait. */
static void close_at_once(struct fcgi_exchange *x)
{
	char block[4096];

	for (int i = 0; i < 256; i++)
		if (recv(x->request.ipcFd, block, sizeof block, MSG_DONTWAIT) <= 0)
			break;
	(void)FCGX_Detach(&x->request);
}

static void exchange_end(struct worker *w, struct fcgi_exchange *x)
{
	if (x->was_kept)
		close_at_once(x);
	FCGX_Finish_r(&x->request);
	/* Even when the web server asked to keep the connection: it would own this worker while idle,
	 * and libfcgi would wait on it where no signal is looked at. */
	FCGX_Free(&x->request, 1);
	exchange_give(w, x);
}

/* --- the parked ----------------------------------------------------------------------------- */

/* Who has waited long may wait a little longer: looks cost as much as requests, and a provider that hangs
 * makes many wait. */
static int64_t pause_ms(const struct fcgi_service *s, const struct fcgi_exchange *x, int64_t now_ms)
{
	int64_t pause = (now_ms - x->began_ms) / PAUSE_SHARE, least = s->park_interval_ms;
	int64_t most = least * PAUSE_MOST;

	return pause < least ? least : pause > most ? most : pause;
}

static void park(struct worker *w, struct fcgi_exchange *x)
{
	struct fcgi_exchange **at = &w->parked;
	int64_t now_ms = clock_mono_ms();

	x->due_ms = now_ms + pause_ms(w->service, x, now_ms);
	while (*at && (*at)->due_ms <= x->due_ms)
		at = &(*at)->next;
	x->next = *at;
	*at = x;
	w->n_parked++;
}

static struct fcgi_exchange *unpark(struct worker *w)
{
	struct fcgi_exchange *x = w->parked;

	w->parked = x->next;
	w->n_parked--;
	return x;
}

/* Those that were woken are due now. */
static void wake(struct worker *w)
{
	struct fcgi_exchange **at = &w->parked, *woken = NULL;

	while (*at) {
		struct fcgi_exchange *x = *at;

		if (!x->woken) {
			at = &x->next;
			continue;
		}
		*at = x->next;
		x->due_ms = 0;
		x->next = woken;
		woken = x;
	}
	for (at = &woken; *at;)
		at = &(*at)->next;
	*at = w->parked;
	w->parked = woken;
}

/* As poll(2); false: it cannot be waited any more. */
static bool await(struct worker *w, struct pollfd *fds, size_t n, int timeout_ms, int *ready)
{
	*ready = fcgi_wait(w->service, fds, n, timeout_ms);
	if (w->service->app->wait)
		wake(w);
	return *ready >= 0 || errno == EINTR || errno == ENOMEM;
}

static void hold(struct worker *w, struct fcgi_exchange *x)
{
	x->next = w->held;
	w->held = x;
	w->n_held++;
}

/* After handle or resume. */
static void go_on(struct worker *w, struct fcgi_exchange *x)
{
	if (x->fate == FCGI_PARKED)
		park(w, x);
	else if (x->fate == FCGI_HELD)
		hold(w, x);
	else
		exchange_end(w, x);
}

static bool has_room(const struct worker *w)
{
	return w->n_parked < w->service->park_max;
}

static void look_at_first(struct worker *w, bool closing)
{
	struct fcgi_exchange *x = unpark(w);

	alarm(w->service->request_max_s);
	fcgi_exchange_look(x, w->service, closing);
	go_on(w, x);
	alarm(0);
}

static void look_at_due(struct worker *w)
{
	for (int i = 0; i < LOOK_BATCH && w->parked; i++) {
		if (w->parked->due_ms > clock_mono_ms())
			return;
		look_at_first(w, false);
	}
}

static void settle_once(struct worker *w)
{
	const struct fcgi_service *s = w->service;
	struct fcgi_exchange *x = w->held, *next;

	w->held = NULL;
	w->n_held = w->n_turns = 0;
	alarm(s->request_max_s);
	s->app->settle(s->app->arg);
	for (; x; x = next) {
		next = x->next;
		fcgi_exchange_resume(x, s, has_room(w));
		go_on(w, x);
	}
	alarm(0);
}

/* Until nobody needs a further step: those who took one together take the next together. */
static void settle(struct worker *w)
{
	while (w->held)
		settle_once(w);
}

/* How long nothing is due, in ms; -1: nothing will be. */
static int idle_ms(const struct worker *w)
{
	int64_t left_ms;

	if (w->held)
		return 0;
	if (!w->parked)
		return -1;
	left_ms = w->parked->due_ms - clock_mono_ms();
	return left_ms > 0 ? (int)left_ms : 0;
}

/* The end: nobody is accepted any more; the parked have the grace, and then one last word. */
static void drain(struct worker *w)
{
	int64_t until_ms = clock_mono_ms() + w->service->park_grace_ms;
	int ready;

	for (settle(w); w->parked; settle(w)) {
		if (clock_mono_ms() >= until_ms) {
			look_at_first(w, true);
			continue;
		}
		if (!await(w, NULL, 0, idle_ms(w), &ready))
			until_ms = 0;
		look_at_due(w);
	}
}

/* --- new ones ------------------------------------------------------------------------------- */

enum event { EVENT_STOP, EVENT_CONNECTION, EVENT_TIME };

/* Waits for a connection, or until a parked exchange is due. */
static enum event await_event(struct worker *w)
{
	struct pollfd fds[] = {
		{.fd = w->stop_fd, .events = POLLIN},
		{.fd = w->listen_fd, .events = POLLIN},
	};

	for (;;) {
		int n;

		if (!await(w, fds, 2, idle_ms(w), &n))
			return EVENT_STOP;
		if (n == 0)
			return EVENT_TIME;
		/* Asked first: under load there is always a connection too. */
		if (n > 0 && fds[0].revents)
			return EVENT_STOP;
		if (n > 0 && fds[1].revents & ~POLLIN) {
			log_error("fcgi", "reason", "the listening socket is gone");
			return EVENT_STOP;
		}
		if (n > 0)
			return EVENT_CONNECTION;
	}
}

static bool is_request(FCGX_Request *request)
{
	const char *role = FCGX_GetParam("FCGI_ROLE", request->envp);

	/* A begin that was aborted arrives as a request without parameters (measured). */
	return FCGX_GetParam("REQUEST_METHOD", request->envp) && role &&
	       strcmp(role, "RESPONDER") == 0;
}

static void answer(struct worker *w, struct fcgi_exchange *x)
{
	const struct fcgi_app *app = w->service->app;

	fcgi_exchange_begin(x, app->resume && has_room(w));
	if (is_request(&x->request))
		app->handle(x, app->arg);
	go_on(w, x);
	w->n_served++;
}

/* What accept said; false: nothing can be accepted any more. */
static bool may_go_on(int rc)
{
	if (rc == 0 || rc == -EAGAIN)
		return true;
	log_error("fcgi", "reason", "accept", "error", strerror(-rc));
	if (rc != -EMFILE && rc != -ENFILE && rc != -ENOMEM && rc != -ENOBUFS)
		return false;
	nanosleep(&(struct timespec){.tv_nsec = 100000000L}, NULL);
	return true;
}

static bool accept_one(struct worker *w)
{
	unsigned limit_s = w->service->request_max_s;
	struct fcgi_exchange *x = exchange_take(w);
	int rc;

	if (!x)
		return may_go_on(-ENOMEM);
	alarm(limit_s < BEGIN_MAX_S ? limit_s : BEGIN_MAX_S);
	rc = FCGX_Accept_r(&x->request);
	if (rc == 0) {
		alarm(limit_s);
		answer(w, x);
	} else {
		exchange_give(w, x);
	}
	alarm(0);
	return may_go_on(rc);
}

/* Time for a successor? A moment without parked ones is waited for, but not for ever. */
static bool is_worn(const struct worker *w)
{
	unsigned max = w->service->max_requests;

	return w->n_served >= max && (!w->parked || w->n_served / 2 >= max);
}

/* Others than those that are held come too, perhaps without end. */
static bool must_settle(struct worker *w, enum event event)
{
	if (w->held)
		w->n_turns++;
	return event != EVENT_CONNECTION || w->n_held >= FCGI_HOLD_MAX ||
	       w->n_turns >= FCGI_HOLD_MAX;
}

static int serve_requests(struct worker *w)
{
	bool good = true;

	while (good && !is_worn(w)) {
		enum event event = await_event(w);

		if (event == EVENT_STOP)
			break;
		if (event == EVENT_CONNECTION)
			good = accept_one(w);
		look_at_due(w);
		if (must_settle(w, event))
			settle(w);
	}
	drain(w);
	return good ? 0 : 1;
}

static int work(int listen_fd, int stop_fd, const struct fcgi_service *service)
{
	struct worker w = {.service = service, .listen_fd = listen_fd, .stop_fd = stop_fd};
	int status;

	if (FCGX_Init())
		return FCGI_STATUS_NOT_STARTED;
	status = serve_requests(&w);
	while (w.unused) {
		struct fcgi_exchange *x = w.unused;

		w.unused = x->next;
		free(x);
	}
	return status;
}

int fcgi_worker_live(int listen_fd, int ready_fd, void *arg)
{
	const struct fcgi_service *s = arg;
	int flags = fcntl(listen_fd, F_GETFL);
	int stop_fd = open_stop_signals(ready_fd >= 0);
	int status;

	if (stop_fd < 0 || flags < 0 || fcntl(listen_fd, F_SETFL, flags | O_NONBLOCK)) {
		log_error("fcgi", "reason", "worker setup", "error", strerror(errno));
		return FCGI_STATUS_NOT_STARTED;
	}
	if (s->app->worker_start && s->app->worker_start(s->app->arg)) {
		log_error("fcgi", "reason", "the worker does not start");
		return FCGI_STATUS_NOT_STARTED;
	}
	pool_ready(ready_fd);
	status = work(listen_fd, stop_fd, s);
	if (s->app->worker_stop)
		s->app->worker_stop(s->app->arg);
	close(stop_fd);
	return status;
}
