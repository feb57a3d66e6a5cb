/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"
#include "platform/log.h"
#include "platform/usock.h"

#define BACKLOG 1024 /* with 4, 128 clients got 25000 refusals (measured) */
#define GRACE_S 20
#define YOUNG_MS 1000
#define PAUSE_FIRST_MS 50
#define PAUSE_MAX_MS 1000

struct worker {
	pid_t pid; /* 0: none */
	bool ready;
	int64_t started_ms;
	int64_t start_at_ms; /* when pid is 0 */
	int64_t pause_ms;    /* before the next start, grows while workers die young */
};

struct pool {
	const struct pool_options *options;
	pool_work *work;
	void *arg;
	struct usock sock;
	int signal_fd, ready_fd[2];
	struct worker seats[POOL_WORKERS_MAX];
	struct worker next; /* SIGHUP: getting ready to take seats[roll] */
	struct worker old;  /* SIGHUP: ending, was in seats[roll] */
	unsigned roll;
	bool rolling, roll_again;
	bool announced, stopping, killed;
	int64_t kill_at_ms; /* stopping: end of the grace; rolling: that of old */
};

void pool_ready(int ready_fd)
{
	pid_t pid = getpid();

	if (ready_fd >= 0 && write(ready_fd, &pid, sizeof pid) != sizeof pid)
		log_warn("pool", "reason", "could not tell the parent");
}

/* sd_notify(3) in a datagram; '@' stands for the abstract namespace. */
static void tell_systemd(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len < 2 || len >= sizeof to.sun_path || (*path != '/' && *path != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (*path == '@')
		to.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

/* --- one worker ----------------------------------------------------------------------------- */

static int live_as_worker(struct pool *pool, pid_t parent)
{
	sigset_t mask;
	int fd = pool->sock.fd;

	/* First of all, and then look again: the parent may have died before the request was made. */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) || getppid() != parent)
		return 1;
	close(pool->signal_fd);
	close(pool->ready_fd[0]);
	close(pool->sock.lock_fd);
	signal(SIGHUP, SIG_IGN); /* of a terminal: the parent decides */
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &mask, NULL);
	return pool->work(fd, pool->ready_fd[1], pool->arg);
}

static void start(struct pool *pool, struct worker *w)
{
	pid_t parent = getpid(), pid;

	fflush(NULL); /* or the child would write our buffered text a second time */
	pid = fork();
	if (pid == 0)
		exit(live_as_worker(pool, parent));
	w->started_ms = clock_mono_ms();
	w->ready = false;
	if (pid > 0) {
		w->pid = pid;
		return;
	}
	log_error("pool", "reason", "fork", "error", strerror(errno));
	w->start_at_ms = w->started_ms + PAUSE_MAX_MS;
}

static void log_end(const struct worker *w, int status, const char *event)
{
	char pid[16], how[32];

	snprintf(pid, sizeof pid, "%ld", (long)w->pid);
	if (WIFSIGNALED(status))
		snprintf(how, sizeof how, "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof how, "status %d", WEXITSTATUS(status));
	log_warn(event, "pid", pid, "how", how);
}

static void seat_emptied(struct worker *w, int status)
{
	int64_t now_ms = clock_mono_ms();
	bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	if (!clean)
		log_end(w, status, "worker_died");
	if (clean || now_ms - w->started_ms >= YOUNG_MS)
		w->pause_ms = 0;
	else if (w->pause_ms == 0)
		w->pause_ms = PAUSE_FIRST_MS;
	else
		w->pause_ms = w->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : w->pause_ms * 2;
	w->pid = 0;
	w->ready = false;
	w->start_at_ms = now_ms + w->pause_ms;
}

/* --- SIGHUP: one after the other ------------------------------------------------------------ */

static void roll_failed(struct pool *pool)
{
	pool->next = (struct worker){0};
	pool->rolling = pool->roll_again = false;
	if (!pool->stopping)
		log_error("pool", "reason", "a new worker does not start; the old ones stay");
}

static void roll_start(struct pool *pool)
{
	start(pool, &pool->next);
	if (!pool->next.pid)
		roll_failed(pool);
}

static void roll_begin(struct pool *pool)
{
	if (pool->rolling) {
		pool->roll_again = true;
		return;
	}
	log_info("pool", "reason", "replacing the workers");
	pool->rolling = true;
	pool->roll = 0;
	roll_start(pool);
}

static void hang_up(struct pool *pool)
{
	if (pool->stopping)
		return;
	if (pool->options->reload)
		pool->options->reload(pool->arg);
	roll_begin(pool);
}

static void roll_on(struct pool *pool)
{
	pool->roll++;
	if (pool->stopping)
		return;
	if (pool->roll < pool->options->workers) {
		roll_start(pool);
		return;
	}
	pool->rolling = false;
	log_info("pool", "reason", "all workers replaced");
	if (pool->roll_again) {
		pool->roll_again = false;
		roll_begin(pool);
	}
}

static void roll_swap(struct pool *pool)
{
	struct worker *seat = &pool->seats[pool->roll];

	if (pool->stopping)
		return;
	pool->old = *seat;
	*seat = pool->next;
	pool->next = (struct worker){0};
	if (!pool->old.pid) {
		roll_on(pool);
		return;
	}
	kill(pool->old.pid, SIGTERM);
	pool->kill_at_ms = clock_mono_ms() + (int64_t)pool->options->grace_s * 1000;
}

/* --- what happens --------------------------------------------------------------------------- */

static void child_ended(struct pool *pool, pid_t pid, int status)
{
	if (pid == pool->next.pid) {
		log_end(&pool->next, status, "worker_not_replaced");
		roll_failed(pool);
		return;
	}
	if (pid == pool->old.pid) {
		if (WIFSIGNALED(status))
			log_end(&pool->old, status, "worker_died");
		pool->old = (struct worker){0};
		roll_on(pool);
		return;
	}
	for (unsigned i = 0; i < pool->options->workers; i++) {
		if (pool->seats[i].pid == pid)
			seat_emptied(&pool->seats[i], status);
	}
}

static void each_signal(const struct pool *pool, int number)
{
	for (unsigned i = 0; i < pool->options->workers; i++) {
		if (pool->seats[i].pid)
			kill(pool->seats[i].pid, number);
	}
	if (pool->next.pid)
		kill(pool->next.pid, number);
	if (pool->old.pid)
		kill(pool->old.pid, number);
}

static unsigned alive(const struct pool *pool)
{
	unsigned n = (pool->next.pid != 0) + (pool->old.pid != 0);

	for (unsigned i = 0; i < pool->options->workers; i++)
		n += pool->seats[i].pid != 0;
	return n;
}

static void stop(struct pool *pool)
{
	if (pool->stopping)
		return;
	pool->stopping = true;
	log_info("pool", "reason", "stopping");
	tell_systemd("STOPPING=1");
	/* Now, not at the end: a successor need not wait for our last requests. */
	usock_release(&pool->sock);
	each_signal(pool, SIGTERM);
	pool->kill_at_ms = clock_mono_ms() + (int64_t)pool->options->grace_s * 1000;
}

static void read_signals(struct pool *pool)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(pool->signal_fd, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGHUP)
			hang_up(pool);
		else if (info.ssi_signo != SIGCHLD)
			stop(pool);
	}
	/* Not only after SIGCHLD: several ends may share one. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(pool, pid, status);
}

static void read_ready(struct pool *pool)
{
	unsigned n_ready = 0;
	pid_t pid;

	while (read(pool->ready_fd[0], &pid, sizeof pid) == sizeof pid) {
		if (pid == pool->next.pid) {
			pool->next.ready = true;
			roll_swap(pool);
		}
		for (unsigned i = 0; i < pool->options->workers; i++)
			pool->seats[i].ready |= pool->seats[i].pid == pid;
	}
	for (unsigned i = 0; i < pool->options->workers; i++)
		n_ready += pool->seats[i].ready;
	if (pool->announced || n_ready < pool->options->workers)
		return;
	pool->announced = true;
	log_info("pool", "reason", "ready", "path", pool->options->socket_path);
	tell_systemd("READY=1");
}

/* Does what is due and says how long nothing else will be, in ms; -1: until something happens. */
static int do_due(struct pool *pool)
{
	int64_t now_ms = clock_mono_ms(), next_ms = INT64_MAX;

	for (unsigned i = 0; i < pool->options->workers && !pool->stopping; i++) {
		struct worker *w = &pool->seats[i];

		if (!w->pid && w->start_at_ms <= now_ms)
			start(pool, w);
		if (!w->pid && w->start_at_ms < next_ms)
			next_ms = w->start_at_ms;
	}
	if (pool->stopping || pool->old.pid) {
		if (pool->kill_at_ms <= now_ms) {
			log_error("pool", "reason", "a worker does not end and is killed");
			if (pool->stopping)
				each_signal(pool, SIGKILL);
			else
				kill(pool->old.pid, SIGKILL);
			pool->killed |= pool->stopping;
			pool->kill_at_ms = now_ms + 1000;
		}
		if (pool->kill_at_ms < next_ms)
			next_ms = pool->kill_at_ms;
	}
	if (next_ms == INT64_MAX)
		return -1;
	return next_ms > now_ms ? (int)(next_ms - now_ms) + 1 : 0;
}

static void supervise(struct pool *pool)
{
	struct pollfd fds[] = {
		{.fd = pool->signal_fd, .events = POLLIN},
		{.fd = pool->ready_fd[0], .events = POLLIN},
	};

	while (!pool->stopping || alive(pool)) {
		int wait_ms = do_due(pool);

		if (poll(fds, 2, wait_ms) < 0 && errno != EINTR && errno != ENOMEM)
			stop(pool);
		read_signals(pool);
		read_ready(pool);
	}
}

static bool open_channels(struct pool *pool)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL))
		return false;
	pool->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	/* SIGUSR1 means something to libfcgi in the workers; here it must not end the parent. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	return pool->signal_fd >= 0 && !pipe2(pool->ready_fd, O_NONBLOCK | O_CLOEXEC) &&
	       !sigprocmask(SIG_BLOCK, &mask, NULL);
}

int pool_serve(const struct pool_options *options, pool_work *work, void *arg)
{
	struct pool_options checked = *options;
	struct pool *pool;
	enum rc rc;
	int status;

	if (options->workers < 1 || options->workers > POOL_WORKERS_MAX) {
		log_error("pool", "reason", "workers: 1 to 256");
		return 2;
	}
	if (!checked.grace_s)
		checked.grace_s = GRACE_S;
	pool = calloc(1, sizeof *pool);
	if (!pool)
		return 1;
	pool->options = &checked;
	pool->work = work;
	pool->arg = arg;
	pool->signal_fd = pool->ready_fd[0] = pool->ready_fd[1] = -1;
	rc = usock_listen(options->socket_path, BACKLOG, &pool->sock);
	if (!rc && !open_channels(pool)) {
		log_error("pool", "reason", "signals", "error", strerror(errno));
		rc = RC_INTERNAL;
	}
	if (!rc)
		supervise(pool);
	status = rc || pool->killed;
	usock_release(&pool->sock);
	close(pool->signal_fd);
	close(pool->ready_fd[0]);
	close(pool->ready_fd[1]);
	free(pool);
	return status;
}
