/* SPDX-License-Identifier: Apache-2.0
 *
 * Many outgoing transfers at once in one thread, each with the limits, the options and the address
 * guard of httpc.h: a slow one delays no other, and a timeout counts for its own transfer alone. No
 * connection is reused. What is kept between transfers: the parsed CA bundle, one for all (parsed once
 * a day; without it a transfer costs 31 ms of CPU instead of 1.2), and emptied handles.
 *
 * Memory with libcurl 7.88 and OpenSSL 3.0, the process as a whole: 17 MiB for 60 TLS transfers at
 * once, 36 for 256; to that come the answers' bodies, at most body_max_bytes each and half as much again
 * while one grows: 45 MiB for 256 bodies of 64 KiB, 70 for 256 of 256 KiB.
 */
#ifndef GRANTRY_PLATFORM_HTTPC_MULTI_H
#define GRANTRY_PLATFORM_HTTPC_MULTI_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform/httpc.h"

#define HTTPC_MULTI_ACTIVE_MAX 1024
#define HTTPC_MULTI_WAKES_MAX 8

struct httpc_multi;

/** done(rc, rs, arg): one transfer has ended; rc as httpc_perform, or RC_UNAVAILABLE when
 *  httpc_multi_free ended it. rs is borrowed until it returns (its body may be taken by secret_take),
 *  and empty but for elapsed_ms unless rc is RC_OK. Its place is free already: done may start another. */
typedef void httpc_done(enum rc rc, struct httpc_response *rs, void *arg);

/* Something else to wait for. */
struct httpc_wake {
	int fd;        /* -1: none */
	bool readable; /* out: bytes, the end or an error are there */
};

/** httpc_multi_new(config, max_active, out): as httpc_new; open it after the fork. Errors: RC_INVALID
 *  max_active is not 1..HTTPC_MULTI_ACTIVE_MAX, RC_INTERNAL, RC_NOMEM. */
enum rc httpc_multi_new(const struct httpc_config *config, size_t max_active,
	struct httpc_multi **out) RC_MUST_CHECK;

/** httpc_multi_free(m): ends what is running: done is called for each with RC_UNAVAILABLE, so that
 *  owners release; a start meanwhile is refused. Not from inside done. NULL is allowed. */
void httpc_multi_free(struct httpc_multi *m);

/** httpc_multi_start(m, rq, done, arg): begins one transfer; bytes move in httpc_multi_wait only. On
 *  RC_OK rq is moved in and left empty, and done will be called once. On an error rq stays the
 *  caller's and done is not called: RC_LIMIT max_active are running; RC_INVALID, RC_EGRESS (what the
 *  URL alone tells) as httpc_perform; RC_UNAVAILABLE m is being freed; RC_NOMEM, RC_INTERNAL. */
enum rc httpc_multi_start(
	struct httpc_multi *m, struct httpc_request *rq, httpc_done *done, void *arg) RC_MUST_CHECK;

/** httpc_multi_wait(m, wakes, n, timeout_ms): moves transfers on and calls done for each that ended.
 *  Returns after at least one done, or when one of the n wakes is readable, or after timeout_ms (0:
 *  looks once; -1: no limit). All flags are set anew. Not from inside done. Errors: RC_LIMIT more than
 *  HTTPC_MULTI_WAKES_MAX; RC_INTERNAL libcurl gave up: free m. */
enum rc httpc_multi_wait(
	struct httpc_multi *m, struct httpc_wake *wakes, size_t n, int timeout_ms) RC_MUST_CHECK;

/** httpc_multi_poll(m, fds, n, timeout_ms): httpc_multi_wait in the form of poll(2), for a loop of that kind: of each of
 *  the n descriptors, HTTPC_MULTI_WAKES_MAX at most, POLLIN says that there is something. 0 also when a transfer
 *  ended. -1, with errno: libcurl gave up, or poll failed. */
int httpc_multi_poll(struct httpc_multi *m, struct pollfd *fds, size_t n, int timeout_ms);

/** httpc_multi_active(m): transfers started whose done was not called yet. */
size_t httpc_multi_active(const struct httpc_multi *m);

#endif
