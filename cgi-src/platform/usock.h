/* SPDX-License-Identifier: Apache-2.0
 *
 * The listening unix socket of a program. A socket file left by a dead process is taken over, a live
 * one never. Beside it lies "<path>.lock", so that two starts at once cannot both take over.
 */
#ifndef GRANTRY_PLATFORM_USOCK_H
#define GRANTRY_PLATFORM_USOCK_H

#include <sys/types.h>

#include "platform/rc.h"

struct usock {
	int fd;           /* listening; -1 after usock_release */
	int lock_fd;      /* must not be kept by children: it says that the owner lives */
	const char *path; /* borrowed */
	dev_t dev;
	ino_t ino; /* the file that we made; another at that path is not ours to remove */
};

/** usock_listen(path, backlog, out): mode 0660 from the first moment. The reason of a refusal goes to
 * the log. path is borrowed. Errors: RC_CONFLICT somebody listens there; RC_INVALID too long, or no
 * socket lies there; RC_INTERNAL. */
enum rc usock_listen(const char *path, int backlog, struct usock *out) RC_MUST_CHECK;

/** usock_release(s): removes the file if it is still ours and closes; safe to call twice. */
void usock_release(struct usock *s);

#endif
