/* SPDX-License-Identifier: Apache-2.0
 *
 * Between fcgi.c and fcgi_worker.c only.
 */
#ifndef GRANTRY_PLATFORM_FCGI_INT_H
#define GRANTRY_PLATFORM_FCGI_INT_H

#include <fcgiapp.h>
#include <stdint.h>

#include "platform/fcgi.h"

#define FCGI_STATUS_NOT_STARTED 70

/* What becomes of an exchange when handle or resume returns. */
enum fcgi_fate { FCGI_OVER, FCGI_PARKED, FCGI_HELD };

struct fcgi_exchange {
	FCGX_Request request; /* unused in CGI */
	bool cgi;
	bool gone, closing;
	bool may_park;
	bool was_kept; /* parked or held once */
	bool woken;    /* parked, and to be resumed before it is due */
	enum fcgi_fate fate;
	size_t body_left; /* at most so much is read, whatever arrives */
	void *state;      /* of whoever parked or held it */
	int64_t began_ms;
	int64_t due_ms;             /* parked: of the next look */
	struct fcgi_exchange *next; /* the worker's */
};

/* The options with their defaults filled in. */
struct fcgi_service {
	const struct fcgi_app *app;
	unsigned max_requests, request_max_s;
	unsigned park_max, park_interval_ms, park_grace_ms;
};

/* fcgi.c */
/** fcgi_exchange_begin(x, may_park): before handle. */
void fcgi_exchange_begin(struct fcgi_exchange *x, bool may_park);
/** fcgi_exchange_look(x, s, closing): resumes a parked exchange; closing: for the last time. */
void fcgi_exchange_look(struct fcgi_exchange *x, const struct fcgi_service *s, bool closing);
/** fcgi_wait(s, fds, n, timeout_ms): poll(2), or what the program has in its place. */
int fcgi_wait(const struct fcgi_service *s, struct pollfd *fds, size_t n, int timeout_ms);
/** fcgi_exchange_resume(x, s, room): resumes it, parked or held; room: for one more parked. */
void fcgi_exchange_resume(struct fcgi_exchange *x, const struct fcgi_service *s, bool room);

/** fcgi_worker_live(listen_fd, ready_fd, service): fcgi_worker.c; a pool_work. */
int fcgi_worker_live(int listen_fd, int ready_fd, void *service);

#endif
