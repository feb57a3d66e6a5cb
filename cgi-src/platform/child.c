/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/buf.h"
#include "platform/clock.h"
#include "platform/log.h"

#define READ_SIZE ((size_t)64 * 1024)

struct running {
	pid_t pid;
	int in, out, err, exited; /* our ends, and a pidfd; -1: closed */
	const char *input;
	size_t input_left;
	struct buf *output;
	struct child_end *end;
	size_t said;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* --- starting --- */

/* The child's ends. */
struct ends {
	int in, out, err;
};

/* Above 2: what is copied to 0 must not close what is to be copied to 1. */
static bool lift(int *fd)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (high < 0)
		return false;
	close(*fd);
	*fd = high;
	return true;
}

/* Its input is a socket because writing to one that nobody reads can be told not to raise SIGPIPE. */
static enum rc make_pipes(struct running *r, struct ends *ends)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return RC_UNAVAILABLE;
	r->in = pair[0];
	ends->in = pair[1];
	if (pipe2(pair, O_CLOEXEC))
		return RC_UNAVAILABLE;
	r->out = pair[0];
	ends->out = pair[1];
	if (pipe2(pair, O_CLOEXEC))
		return RC_UNAVAILABLE;
	r->err = pair[0];
	ends->err = pair[1];
	if (!lift(&ends->in) || !lift(&ends->out) || !lift(&ends->err))
		return RC_UNAVAILABLE;
	if (fcntl(r->in, F_SETFL, O_NONBLOCK) || fcntl(r->out, F_SETFL, O_NONBLOCK) ||
		fcntl(r->err, F_SETFL, O_NONBLOCK) || shutdown(r->in, SHUT_RD))
		return RC_UNAVAILABLE;
	return RC_OK;
}

/* The copies on 0, 1 and 2 stay open over exec. */
static int set_files(posix_spawn_file_actions_t *files, const struct ends *ends)
{
	int error = posix_spawn_file_actions_adddup2(files, ends->in, STDIN_FILENO);

	if (!error)
		error = posix_spawn_file_actions_adddup2(files, ends->out, STDOUT_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(files, ends->err, STDERR_FILENO);
	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
	return error;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	return posix_spawnattr_setflags(attributes,
		       POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK) ||
	       posix_spawnattr_setpgroup(attributes, 0) ||
	       posix_spawnattr_setsigdefault(attributes, &all) ||
	       posix_spawnattr_setsigmask(attributes, &none);
}

static enum rc spawn(
	struct running *r, const char *path, char *const argv[], const struct ends *ends)
{
	static char *const no_environment[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int error;

	if (posix_spawn_file_actions_init(&files))
		return RC_NOMEM;
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&files);
		return RC_NOMEM;
	}
	error = set_files(&files, ends);
	if (!error)
		error = set_attributes(&attributes);
	if (!error)
		error = posix_spawn(&r->pid, path, &files, &attributes, argv, no_environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	if (error == ENOENT || error == ENOTDIR || error == EACCES || error == ENOEXEC)
		return RC_NOT_FOUND;
	if (error)
		return error == ENOMEM ? RC_NOMEM : RC_UNAVAILABLE;
	return RC_OK;
}

static bool set_limit(pid_t pid, __rlimit_resource_t what, rlim_t soft, rlim_t hard)
{
	const struct rlimit limit = {soft, hard};

	/* It may have ended already. */
	return prlimit(pid, what, &limit, NULL) == 0 || errno == ESRCH;
}

/* Not of open files: it may still be loading its libraries. SIGXCPU first, so that the reason is known; a second later SIGKILL, which cannot be ignored. */
static enum rc set_limits(pid_t pid, const struct child_limits *limits)
{
	bool set = set_limit(pid, RLIMIT_CORE, 0, 0) && set_limit(pid, RLIMIT_FSIZE, 0, 0) &&
		   set_limit(pid, RLIMIT_NPROC, 0, 0);

	if (set && limits->cpu_s > 0)
		set = set_limit(pid, RLIMIT_CPU, limits->cpu_s, limits->cpu_s + 1);
#ifndef GRANTRY_SANITIZED
	if (set && limits->memory_max_bytes > 0)
		set = set_limit(pid, RLIMIT_AS, limits->memory_max_bytes, limits->memory_max_bytes);
#endif
	return set ? RC_OK : RC_UNAVAILABLE;
}

static enum rc start(
	struct running *r, const char *path, char *const argv[], const struct child_limits *limits)
{
	struct ends ends = {-1, -1, -1};
	enum rc rc = make_pipes(r, &ends);

	if (!rc)
		rc = spawn(r, path, argv, &ends);
	close_fd(&ends.in);
	close_fd(&ends.out);
	close_fd(&ends.err);
	if (rc)
		return rc;
	r->exited = pidfd_open(r->pid, 0);
	return r->exited < 0 ? RC_UNAVAILABLE : set_limits(r->pid, limits);
}

/* --- feeding and reading --- */

static void feed(struct running *r)
{
	ssize_t n = send(r->in, r->input, r->input_left, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0) {
		r->input += n;
		r->input_left -= (size_t)n;
	}
	/* One that wants no more of it may still answer. */
	if (r->input_left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&r->in);
}

/* False: there is nothing to be read now, or ever again (then the descriptor is closed). */
static bool read_some(int *fd, char *to, size_t size, size_t *n_out)
{
	ssize_t n = *fd < 0 ? 0 : read(*fd, to, size);

	*n_out = n > 0 ? (size_t)n : 0;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(fd);
	return n > 0;
}

/* False: there was nothing, or it is more than out takes. */
static bool take_output(struct running *r)
{
	char bytes[READ_SIZE];
	size_t n;

	if (!read_some(&r->out, bytes, sizeof(bytes), &n))
		return false;
	buf_add(r->output, bytes, n);
	return r->output->rc == RC_OK;
}

/* What does not fit is read and forgotten: a full pipe would stop the child. */
static void take_said(struct running *r)
{
	char bytes[CHILD_SAID_SIZE];
	size_t n, room = CHILD_SAID_SIZE - 1 - r->said;

	if (!read_some(&r->err, bytes, sizeof(bytes), &n))
		return;
	memcpy(r->end->said + r->said, bytes, n < room ? n : room);
	r->said += n < room ? n : room;
}

static int left_ms(int64_t until_ms)
{
	int64_t left = until_ms - clock_mono_ms();

	return left <= 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* Both directions at once: a child that answers before it has read everything would otherwise wait for us as we
 * wait for it. CHILD_EXITED: it has ended, somehow. */
static enum child_how attend(struct running *r, int64_t until_ms)
{
	for (;;) {
		struct pollfd fds[] = {{.fd = r->in, .events = POLLOUT},
			{.fd = r->out, .events = POLLIN}, {.fd = r->err, .events = POLLIN},
			{.fd = r->exited, .events = POLLIN}};

		if (left_ms(until_ms) == 0)
			return CHILD_DEADLINE;
		if (poll(fds, sizeof(fds) / sizeof(*fds), left_ms(until_ms)) <= 0)
			continue;
		if (fds[0].revents)
			feed(r);
		if (fds[1].revents)
			take_output(r);
		if (r->output->rc)
			return CHILD_OUTPUT;
		if (fds[2].revents)
			take_said(r);
		if (fds[3].revents)
			return CHILD_EXITED;
	}
}

/* --- the end --- */

static unsigned milliseconds(const struct rusage *usage)
{
	return (unsigned)((usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000 +
			  (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000);
}

static void reap(struct running *r)
{
	struct rusage usage = {0};
	int status = 0;

	while (wait4(r->pid, &status, 0, &usage) < 0 && errno == EINTR)
		;
	r->end->cpu_ms = milliseconds(&usage);
	r->end->peak_kib = (size_t)usage.ru_maxrss;
	if (r->end->how != CHILD_EXITED)
		return;
	r->end->number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	if (WIFSIGNALED(status))
		r->end->how = WTERMSIG(status) == SIGXCPU ? CHILD_CPU : CHILD_SIGNALED;
}

/* The group is killed before its leader is reaped: until then nobody else can have the number. */
static void finish(struct running *r)
{
	kill(-r->pid, SIGKILL);
	if (r->end->how == CHILD_EXITED) {
		/* What it wrote last still lies in the pipes. */
		while (take_output(r))
			;
		take_said(r);
		if (r->output->rc)
			r->end->how = CHILD_OUTPUT;
	}
	reap(r);
}

enum rc child_run(const char *path, char *const argv[], const void *input, size_t len,
	const struct child_limits *limits, struct buf *out, struct child_end *end)
{
	struct running r = {.pid = -1,
		.in = -1,
		.out = -1,
		.err = -1,
		.exited = -1,
		.input = input,
		.input_left = len,
		.output = out,
		.end = end};
	enum rc rc;

	*end = (struct child_end){0};
	rc = start(&r, path, argv, limits);
	if (rc)
		log_error("child_not_started", "program", path, "reason", rc_name(rc));
	else
		end->how = attend(&r, clock_mono_ms() + limits->deadline_ms);
	if (r.pid > 0)
		finish(&r);
	close_fd(&r.in);
	close_fd(&r.out);
	close_fd(&r.err);
	close_fd(&r.exited);
	return rc ? rc : out->rc == RC_NOMEM ? RC_NOMEM : RC_OK;
}

const char *child_how_name(enum child_how how)
{
	static const char *const names[] = {"exited", "signaled", "cpu", "deadline", "output"};

	return names[how];
}
