/* SPDX-License-Identifier: Apache-2.0
 *
 * A short-lived program of ours that does what is too dangerous to do here: it gets bytes on its standard input, and
 * its standard output is the answer. Of this process it gets nothing else: an empty environment, no other file
 * descriptor, no copied memory (posix_spawn), default signals, a process group of its own.
 *
 * The limits are set when the program is running and before it can read the first byte of its input; it is
 * trusted that far, and confines itself (confine.h). When it ends, whatever it started in its group is killed.
 */
#ifndef GRANTRY_PLATFORM_CHILD_H
#define GRANTRY_PLATFORM_CHILD_H

#include <stddef.h>

#include "platform/rc.h"

struct buf;

struct child_limits {
	unsigned deadline_ms; /* wall clock */
	unsigned cpu_s;       /* 0: none */
	size_t memory_max_bytes; /* of addresses; 0: none. Not in sanitizer builds, which reserve terabytes */
};

enum child_how {
	CHILD_EXITED,   /* by itself; number: its status */
	CHILD_SIGNALED, /* number: the signal; SIGSYS is what confine.h does */
	CHILD_CPU,
	CHILD_DEADLINE,
	CHILD_OUTPUT, /* more of it than out takes */
};

#define CHILD_SAID_SIZE 1024

struct child_end {
	enum child_how how;
	int number;
	unsigned cpu_ms; /* user and system */
	size_t peak_kib; /* of memory; at least what this process had when it started the child */
	char said[CHILD_SAID_SIZE]; /* the beginning of its standard error; for the log, hostile */
};

/** child_run(path, argv, input, len, limits, out, end): runs the program to its end. out: its output, up to the
 *  maximum of the buffer. RC_OK: it ran, and end tells how that ended; a full out is RC_OK too, and empty.
 *  Errors: RC_NOT_FOUND no such program; RC_NOMEM; RC_UNAVAILABLE no process or file descriptor to be had. */
enum rc child_run(const char *path, char *const argv[], const void *input, size_t len,
	const struct child_limits *limits, struct buf *out, struct child_end *end) RC_MUST_CHECK;

/** child_how_name(how): for logs, "exited" … */
const char *child_how_name(enum child_how how);

#endif
