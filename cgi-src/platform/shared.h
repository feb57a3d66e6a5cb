/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory that all processes forked later have in common, with a lock that a process cannot take into its grave:
 * whoever comes next gets it, and finds what the dead one had written so far. So whatever is kept here is written
 * such that it is right after each store.
 */
#ifndef GRANTRY_PLATFORM_SHARED_H
#define GRANTRY_PLATFORM_SHARED_H

#include <stddef.h>

#include "platform/rc.h"

/** shared_new(size, out): zeroed, *out to be unmapped by shared_free; before the fork. RC_NOMEM, RC_INTERNAL. */
enum rc shared_new(size_t size, void **out) RC_MUST_CHECK;
/** shared_free(p): NULL-safe. Other processes keep what they have mapped. */
void shared_free(void *p);

/** shared_lock(p), shared_unlock(p): for microseconds, never across a wait. */
void shared_lock(void *p);
void shared_unlock(void *p);

#endif
