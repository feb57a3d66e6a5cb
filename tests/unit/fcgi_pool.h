/* SPDX-License-Identifier: Apache-2.0
 *
 * Starting and ending a real FastCGI program in a child of the test.
 */
#ifndef GRANTRY_TESTS_FCGI_POOL_H
#define GRANTRY_TESTS_FCGI_POOL_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "fcgi_client.h"
#include "platform/clock.h"
#include "platform/fcgi.h"

static inline void nap(long ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
}

static inline void quiet(void)
{
	if (!getenv("TEST_VERBOSE")) {
		int fd = open("/dev/null", O_WRONLY);

		dup2(fd, STDERR_FILENO);
		close(fd);
	}
}

/* Returns when its socket takes connections. */
static inline pid_t begin_serving(const struct fcgi_options *options, const struct fcgi_app *app)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		quiet();
		exit(fcgi_serve(options, app));
	}
	for (int i = 0; i < 500; i++) {
		int fd = fc_connect(options->socket_path);

		if (fd >= 0) {
			close(fd);
			return pid;
		}
		nap(10);
	}
	return pid;
}

/* Waits for the end of one process; its exit status, 128 + signal, or -1 when it takes too long. */
static inline int await_end(pid_t pid, long limit_ms)
{
	int status;

	for (int64_t until = clock_mono_ms() + limit_ms; clock_mono_ms() < until; nap(5)) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	return -1;
}

static inline int end(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	status = await_end(pid, 10000);
	if (status == -1) {
		kill(pid, SIGKILL);
		await_end(pid, 1000);
	}
	return status;
}

/* Sends a request and leaves the answer to be read later. */
static inline int fc_ask(const char *path, const char *target)
{
	const char *const pairs[] = {"REQUEST_METHOD", "GET", "PATH_INFO", target, NULL};
	int fd = fc_connect(path);

	if (fd >= 0 && fc_begin(fd, FC_RESPONDER, 0) && fc_params(fd, pairs))
		(void)!fc_stdin(fd, "", 0);
	return fd;
}

#endif
