/* SPDX-License-Identifier: Apache-2.0
 *
 * A parent that keeps a number of worker processes on one listening socket.
 *   a worker dies    another takes its place at once; one that dies within a second of its start
 *                    waits 50 ms, then twice as long each time, never more than a second
 *   SIGTERM, SIGINT  the socket file goes, each worker gets SIGTERM and ends after its request; who
 *                    has not done so after the grace is killed
 *   SIGHUP           every worker is replaced in turn: the new one must be ready before the old one
 *                    is asked to go; when it cannot start, the old ones stay. Before that, the parent
 *                    reloads what its workers inherit
 * Tells systemd (NOTIFY_SOCKET) READY=1 once all workers are. Knows nothing of what they do.
 */
#ifndef GRANTRY_PLATFORM_POOL_H
#define GRANTRY_PLATFORM_POOL_H

#define POOL_WORKERS_MAX 256

struct pool_options {
	const char *socket_path;
	unsigned workers; /* 1..POOL_WORKERS_MAX */
	unsigned grace_s; /* 0: 20 */
	/** reload(arg): in the parent, at each SIGHUP; workers that are forked from then on have what it made.
	 * NULL: there is nothing to reload. */
	void (*reload)(void *arg);
};

/* work(listen_fd, ready_fd, arg): the life of one worker; its result is the exit status. It starts
 * with SIGTERM, SIGINT and SIGUSR1 blocked and calls pool_ready once it can serve. It also gets
 * SIGTERM when the parent dies. */
typedef int pool_work(int listen_fd, int ready_fd, void *arg);

/** pool_serve(options, work, arg): returns in the parent when asked to end: 0, 1 when it could not
 * begin or a worker had to be killed, 2 for options that are no good. */
int pool_serve(const struct pool_options *options, pool_work *work, void *arg);

/** pool_ready(ready_fd): from a worker, once; -1 is allowed and ignored. */
void pool_ready(int ready_fd);

#endif
