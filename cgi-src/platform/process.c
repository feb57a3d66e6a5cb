/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

bool process_seal(void)
{
	const struct rlimit none = {0, 0};

	return !setrlimit(RLIMIT_CORE, &none) && !prctl(PR_SET_DUMPABLE, 0) &&
	       signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}
