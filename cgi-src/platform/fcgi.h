/* SPDX-License-Identifier: Apache-2.0
 *
 * FastCGI worker pool and plain CGI, behind one handler. Home of fcgiapp.h.
 * With a socket path: the parent binds it (mode 0660, backlog 1024), forks the workers, starts a dead
 * one again within a second, and on SIGTERM lets each finish its request. With a listening socket as
 * standard input (systemd, spawn-fcgi, lighttpd): one worker on it. Otherwise: one CGI request.
 * SIGHUP replaces the workers one by one (platform/pool.h). A connection answers one request.
 *
 * An exchange that waits for something else (the result of a renewal) can be parked: it stays open after
 * handle, resume looks after it now and then, and its worker serves others meanwhile. One that needs a
 * step that costs the same for many as for one (a commit) can be held: requests that have arrived by then
 * are handled first, settle does that step for all of them, and each is resumed. What blocks in handle or
 * resume, or a peer that sends half a request, delays the parked and the held too, and a worker that dies
 * takes its own with it.
 *
 * The process makes no core file and is not dumpable, so /proc/PID/{environ,maps,fd,smaps_rollup}
 * are open to root alone. SIGTERM, SIGINT and SIGUSR1 are blocked while a request is answered.
 */
#ifndef GRANTRY_PLATFORM_FCGI_H
#define GRANTRY_PLATFORM_FCGI_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform/rc.h"

struct fcgi_exchange; /* one request being answered */

struct fcgi_options {
	const char *socket_path; /* NULL: standard input or CGI */
	unsigned workers;        /* with a socket path: 1..256 */
	unsigned max_requests;   /* a worker is replaced after so many; 0: 100000 */
	unsigned request_max_s;  /* a worker busy with one request for longer is ended; 0: 120 */
	unsigned park_max;       /* parked at once in one worker, up to FCGI_PARK_MAX; 0: 256 */
	unsigned
		park_interval_ms; /* between two looks at a parked one; later up to ten times it; 0: 50 */
	unsigned park_grace_ms; /* how long SIGTERM leaves them, less than the pool's; 0: 10000 */
};

/* libfcgi ends a connection by select(2), which cannot be given a descriptor from 1024 on. */
#define FCGI_PARK_MAX 512

struct fcgi_app {
	/** worker_start(arg): in each worker after the fork: open what must not be shared. */
	enum rc (*worker_start)(void *arg);
	/** handle(x, arg): one request; over when handle returns, unless it was parked or held. */
	void (*handle)(struct fcgi_exchange *x, void *arg);
	void (*worker_stop)(void *arg);
	void *arg;
	/** resume(x, state, arg): again, for a parked exchange every park_interval_ms or more, for a held one
	 * once after settle. It is over when resume returns, unless it was parked or held anew; when
	 * fcgi_is_gone it is over whatever happens: state must be released then. NULL: nothing can be parked or
	 * held. */
	void (*resume)(struct fcgi_exchange *x, void *state, void *arg);
	/** settle(arg): what the held ones wait for. NULL: nothing can be held. */
	void (*settle)(void *arg);
	/** wait(fds, n, timeout_ms, arg): in the place of poll(2), for a program with descriptors of its own, whose
	 * events it handles here; it may return 0 before the time. -1: it cannot go on, and the worker ends. NULL:
	 * poll(2). */
	int (*wait)(struct pollfd *fds, size_t n, int timeout_ms, void *arg);
	/** reload(arg): in the parent at SIGHUP, before the workers are replaced. NULL: nothing to reload. */
	void (*reload)(void *arg);
};

/** fcgi_serve(options, app): returns when asked to end; the exit status of the program. With a socket
 * path it returns in the parent only: a worker exits. A request without REQUEST_METHOD, or of another
 * role than responder, is dropped and never handled. */
int fcgi_serve(const struct fcgi_options *options, const struct fcgi_app *app);

/** fcgi_param(x, name): a CGI variable, NULL when absent; borrowed until the exchange ends. */
const char *fcgi_param(struct fcgi_exchange *x, const char *name);
/** fcgi_params_each(x, visit, arg): every variable, duplicates included (fcgi_param gives the first of
 * them). name has name_len bytes and no NUL behind them; both are borrowed until the exchange ends. */
void fcgi_params_each(struct fcgi_exchange *x,
	void (*visit)(const char *name, size_t name_len, const char *value, void *arg), void *arg);
/** fcgi_read(x, p, len): request body; the number of bytes, less than len only at the end. Never more
 * than CONTENT_LENGTH; fewer when the client broke off: compare. */
size_t fcgi_read(struct fcgi_exchange *x, void *p, size_t len);
/** fcgi_write(x, p, len): answer (CGI response syntax). False: the client is gone. */
bool fcgi_write(struct fcgi_exchange *x, const void *p, size_t len);

/** fcgi_park(x, state): from inside handle or resume, once: the exchange stays open, with all that was
 * borrowed from it, until resume answers. state is the caller's, for resume. False: as many are parked
 * already as may be, or there is no more time, or the program has no resume; x is to be answered now. */
bool fcgi_park(struct fcgi_exchange *x, void *state) RC_MUST_CHECK;
/** fcgi_wake(x): of a parked exchange, from inside wait: what it waits for is there, it is resumed at once. */
void fcgi_wake(struct fcgi_exchange *x);
/** fcgi_hold(x, state): from inside handle or resume, once: likewise, until settle has run: at once when no
 * other request has arrived, else after FCGI_HOLD_MAX, held or not. An exchange may need several such steps and be
 * held in each resume. Only in a program with settle and resume. */
#define FCGI_HOLD_MAX 16
void fcgi_hold(struct fcgi_exchange *x, void *state);
/** fcgi_is_gone(x): the web server closed the connection (seen on a Unix socket or a pipe), because its
 * client left or it waited long enough. Of parked exchanges this is known before each resume. */
bool fcgi_is_gone(const struct fcgi_exchange *x);
/** fcgi_may_park(x): would fcgi_park succeed? Not so when there is no more time: the worker ends, or request_max_s
 * have passed since the request came. */
bool fcgi_may_park(const struct fcgi_exchange *x);

#endif
