/* SPDX-License-Identifier: Apache-2.0
 *
 * Places at which a test may let a process die. Only programs that were configured with
 * --enable-crash-points have them; in all others the macro is nothing and no name of a point is in the program.
 *
 * An order is "NAME", "NAME:N" (at the N-th pass) or "NAME stop" (the process is stopped, not killed; a SIGCONT
 * lets it go on). GRANTRY_CRASH in the environment holds one for the whole life of the process;
 * GRANTRY_CRASH_FILE names a file that may hold one at any time. The file is removed by the process that obeys,
 * so that of several only one does. N counts from the start of the process.
 *
 * Every name stands in the program as "crash:NAME", for a test that looks whether all of them are tried.
 */
#ifndef GRANTRY_PLATFORM_CRASHPOINT_H
#define GRANTRY_PLATFORM_CRASHPOINT_H

#ifdef GRANTRY_CRASH_POINTS

#define CRASHPOINT(name)                                                                           \
	do {                                                                                       \
		static unsigned crashpoint_passes;                                                 \
                                                                                                   \
		crashpoint_pass("crash:" name, ++crashpoint_passes);                               \
	} while (0)

/** crashpoint_pass(label, pass): "crash:NAME", and how often this place has been passed; does not return when
 * the order of now says so. */
void crashpoint_pass(const char *label, unsigned pass);

#else
#define CRASHPOINT(name) ((void)0)
#endif

#endif
