/* SPDX-License-Identifier: Apache-2.0
 *
 * What every program that holds keys does first.
 */
#ifndef GRANTRY_PLATFORM_PROCESS_H
#define GRANTRY_PLATFORM_PROCESS_H

#include <stdbool.h>

/** process_seal(): memory of this process holds keys and tokens: no core file, no ptrace by others of the same
 * user; SIGPIPE ignored. In consequence /proc/PID of the process belongs to root: environ, maps, fd and
 * smaps_rollup are closed to the process's own user (RSS is still in status and statm). False: it could not
 * be done; stop. */
bool process_seal(void);

#endif
