/* SPDX-License-Identifier: Apache-2.0
 *
 * Which addresses may be dialled (security §5.6, H1-H18). The decision is made on the socket address
 * at connect time, never on the URL text. All of the IANA special-purpose registries are refused, and
 * with them every address that embeds an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo).
 */
#ifndef GRANTRY_PLATFORM_NETPOL_H
#define GRANTRY_PLATFORM_NETPOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "platform/rc.h"

#define NETPOL_ALLOW_MAX 16

/* What an operator, and nobody else, may open: one scheme, host (as written in URLs) and port. */
struct netpol_allow {
	bool https;
	char host[256];
	uint16_t port;
};

struct netpol {
	struct netpol_allow allow[NETPOL_ALLOW_MAX];
	size_t n;
};

/** netpol_allow_origin(policy, origin): adds "http://127.0.0.1:9000"; no path, no final slash.
 * Errors: RC_INVALID, RC_LIMIT. */
enum rc netpol_allow_origin(struct netpol *policy, const char *origin) RC_MUST_CHECK;

/** netpol_allows_origin(policy, https, host, port): is it on the operator's list? host as url_parse
 *  gives it. A NULL policy allows nothing. */
bool netpol_allows_origin(const struct netpol *policy, bool https, const char *host, uint16_t port);

/** netpol_is_public(address): true for a globally reachable unicast address only. */
bool netpol_is_public(const struct sockaddr *address);

/** netpol_is_private_literal(host): an IP literal (as url_parse gives it) that is not public. For telling early;
 * what counts is the socket address. */
bool netpol_is_private_literal(const char *host);

/** netpol_is_own(address): an address of this machine (H3); true also when that cannot be told. */
bool netpol_is_own(const struct sockaddr *address);

#endif
