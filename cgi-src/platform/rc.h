/* SPDX-License-Identifier: Apache-2.0
 *
 * The one error currency. Each library's own codes are translated once, at its wall, and logged
 * there; above the wall only these travel. A caller expects the two or three codes that a header
 * names; every other one means "logged already, answer 500".
 */
#ifndef GRANTRY_PLATFORM_RC_H
#define GRANTRY_PLATFORM_RC_H

#define RC_MUST_CHECK __attribute__((warn_unused_result))

enum rc {
	RC_OK = 0,
	RC_NOT_FOUND,   /* no such thing, or not the caller's: the two are never told apart */
	RC_DENIED,      /* known, but not allowed */
	RC_INVALID,     /* bytes or values break a stated rule */
	RC_CONFLICT,    /* somebody else changed it, or the name is taken */
	RC_EXPIRED,     /* was valid once */
	RC_LIMIT,       /* a stated maximum was passed */
	RC_UPSTREAM,    /* the provider answered, and badly */
	RC_TIMEOUT,     /* the provider did not answer in time */
	RC_EGRESS,      /* the address policy forbids the connection */
	RC_UNAVAILABLE, /* database or key not there now; trying again later is right */
	RC_RETRY,       /* transaction lost a race (1213, 1205, 1020): run it again */
	RC_CRYPTO,      /* a sealed record does not open here */
	RC_NOMEM,
	RC_INTERNAL,
	RC__MAX
};

/** rc_name(rc): short lower-case name for logs, never NULL. */
const char *rc_name(enum rc rc);

#endif
