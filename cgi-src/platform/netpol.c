/* SPDX-License-Identifier: Apache-2.0
 *
 * Address policy. IPv4: everything but the IANA special-purpose registry, multicast and class E.
 * IPv6: only 2000::/3, and of that nothing the registry names. Addresses that embed an IPv4 address
 * (mapped, compatible, NAT64, 6to4, Teredo) all lie in refused ranges: whatever they embed, a
 * provider's real address is reached in its own family.
 */
#include "platform/netpol.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include "platform/url.h"

/* --- the operator's list ------------------------------------------------------------------- */

enum rc netpol_allow_origin(struct netpol *policy, const char *origin)
{
	struct netpol_allow *allow;
	struct url u;

	if (url_parse(origin, URL_HTTP_TOO, &u) != RC_OK || *u.rest != '\0')
		return RC_INVALID;
	if (netpol_allows_origin(policy, u.https, u.host, u.port))
		return RC_OK;
	if (policy->n >= NETPOL_ALLOW_MAX)
		return RC_LIMIT;
	_Static_assert(sizeof allow->host >= sizeof u.host, "host names fit");
	allow = &policy->allow[policy->n++];
	allow->https = u.https;
	allow->port = u.port;
	memcpy(allow->host, u.host, strlen(u.host) + 1);
	return RC_OK;
}

bool netpol_allows_origin(const struct netpol *policy, bool https, const char *host, uint16_t port)
{
	for (size_t i = 0; policy && i < policy->n; i++) {
		const struct netpol_allow *allow = &policy->allow[i];

		if (allow->https == https && allow->port == port && strcmp(allow->host, host) == 0)
			return true;
	}
	return false;
}

/* --- public addresses ---------------------------------------------------------------------- */

struct range4 {
	uint32_t first;
	unsigned bits;
};

#define V4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. Anycast services in
 * the registry (AS112, AMT, 6to4 relays) are reachable, but no provider lives there. */
static const struct range4 special4[] = {
	{V4(0, 0, 0, 0), 8},       /* this network */
	{V4(10, 0, 0, 0), 8},      /* private */
	{V4(100, 64, 0, 0), 10},   /* carrier-grade NAT */
	{V4(127, 0, 0, 0), 8},     /* loopback */
	{V4(169, 254, 0, 0), 16},  /* link-local: cloud metadata */
	{V4(172, 16, 0, 0), 12},   /* private */
	{V4(192, 0, 0, 0), 24},    /* IETF protocol assignments */
	{V4(192, 0, 2, 0), 24},    /* documentation */
	{V4(192, 31, 196, 0), 24}, /* AS112 */
	{V4(192, 52, 193, 0), 24}, /* AMT */
	{V4(192, 88, 99, 0), 24},  /* 6to4 relays */
	{V4(192, 168, 0, 0), 16},  /* private */
	{V4(192, 175, 48, 0), 24}, /* AS112 */
	{V4(198, 18, 0, 0), 15},   /* benchmarks */
	{V4(198, 51, 100, 0), 24}, /* documentation */
	{V4(203, 0, 113, 0), 24},  /* documentation */
	{V4(224, 0, 0, 0), 4},     /* multicast */
	{V4(240, 0, 0, 0), 4},     /* reserved, broadcast */
};

struct range6 {
	unsigned char first[16]; /* what is not written is zero */
	unsigned bits;
};

/* https://www.iana.org/assignments/iana-ipv6-special-registry, as far as it lies inside 2000::/3.
 * Outside: ::, ::1, v4-compatible, ::ffff:0:0/96, 64:ff9b::/96, 64:ff9b:1::/48, 100::/64, 5f00::/16,
 * fc00::/7, fe80::/10, fec0::/10, ff00::/8. */
static const struct range6 special6[] = {
	{{0x20, 0x01, 0x00}, 23},                   /* protocol assignments, with Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32},             /* documentation */
	{{0x20, 0x02}, 16},                         /* 6to4 */
	{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48}, /* AS112 */
	{{0x3f, 0xff, 0x00}, 20},                   /* documentation */
};

static bool is_public4(uint32_t address)
{
	for (size_t i = 0; i < sizeof special4 / sizeof special4[0]; i++)
		if ((address ^ special4[i].first) >> (32 - special4[i].bits) == 0)
			return false;
	return true;
}

static bool in_range6(const unsigned char *address, const struct range6 *range)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;

	if (memcmp(address, range->first, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ range->first[whole]) >> (8 - rest) == 0;
}

static bool is_public6(const unsigned char *address)
{
	if (address[0] >> 5 != 1) /* 2000::/3 is all there is of global unicast */
		return false;
	for (size_t i = 0; i < sizeof special6 / sizeof special6[0]; i++)
		if (in_range6(address, &special6[i]))
			return false;
	return true;
}

bool netpol_is_public(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	/* Copies: nothing says that a struct sockaddr is aligned for its own family. */
	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return is_public4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof v6);
		return is_public6(v6.sin6_addr.s6_addr);
	}
	return false;
}

bool netpol_is_private_literal(const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;
	char text[INET6_ADDRSTRLEN];
	size_t len = strlen(host);

	if (host[0] != '[')
		return inet_pton(AF_INET, host, &v4) == 1 && !is_public4(ntohl(v4.s_addr));
	if (len < 2 || len - 2 >= sizeof text)
		return false;
	memcpy(text, host + 1, len - 2);
	text[len - 2] = '\0';
	return inet_pton(AF_INET6, text, &v6) == 1 && !is_public6(v6.s6_addr);
}

/* --- our own addresses --------------------------------------------------------------------- */

static bool same_host(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return memcmp((const char *)a + offsetof(struct sockaddr_in, sin_addr),
			       (const char *)b + offsetof(struct sockaddr_in, sin_addr),
			       sizeof(struct in_addr)) == 0;
	if (a->sa_family == AF_INET6)
		return memcmp((const char *)a + offsetof(struct sockaddr_in6, sin6_addr),
			       (const char *)b + offsetof(struct sockaddr_in6, sin6_addr),
			       sizeof(struct in6_addr)) == 0;
	return false;
}

bool netpol_is_own(const struct sockaddr *address)
{
	struct ifaddrs *all, *i;
	bool own = false;

	if (getifaddrs(&all) != 0)
		return true;
	for (i = all; i && !own; i = i->ifa_next)
		own = i->ifa_addr && same_host(i->ifa_addr, address);
	freeifaddrs(all);
	return own;
}
