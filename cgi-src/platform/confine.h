/* SPDX-License-Identifier: Apache-2.0
 *
 * What a program does to itself before it reads what strangers wrote (child.h starts it): from then on it can read
 * its standard input, write its standard output and error, take memory, and end. Whatever else it tries, the
 * kernel ends it with SIGSYS. Home of seccomp.h.
 *
 * In builds with sanitizers or coverage it does nothing: their runtimes open files.
 */
#ifndef GRANTRY_PLATFORM_CONFINE_H
#define GRANTRY_PLATFORM_CONFINE_H

#include <stdbool.h>

#include "platform/rc.h"

/** confine_self(): cannot be undone. All other descriptors are closed. After it, write with write(2) or a
 *  stream that has its buffer (setvbuf): stdio would first ask what kind of file it is.
 *  RC_INTERNAL: it could not be done; read nothing. */
enum rc confine_self(void) RC_MUST_CHECK;
/** confine_works(): false in the builds where it does nothing. */
bool confine_works(void);

#endif
