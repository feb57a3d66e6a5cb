/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/rc.h"

const char *rc_name(enum rc rc)
{
	static const char *const names[RC__MAX] = {
		[RC_OK] = "ok",
		[RC_NOT_FOUND] = "not_found",
		[RC_DENIED] = "denied",
		[RC_INVALID] = "invalid",
		[RC_CONFLICT] = "conflict",
		[RC_EXPIRED] = "expired",
		[RC_LIMIT] = "limit",
		[RC_UPSTREAM] = "upstream",
		[RC_TIMEOUT] = "timeout",
		[RC_EGRESS] = "egress_denied",
		[RC_UNAVAILABLE] = "unavailable",
		[RC_RETRY] = "retry",
		[RC_CRYPTO] = "crypto",
		[RC_NOMEM] = "nomem",
		[RC_INTERNAL] = "internal",
	};

	if ((unsigned)rc >= RC__MAX || !names[rc])
		return "unknown";
	return names[rc];
}
