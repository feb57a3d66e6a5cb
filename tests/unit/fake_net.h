/* SPDX-License-Identifier: Apache-2.0
 *
 * The network as libcurl sees it: name resolution and connect() are replaced in the program that
 * includes this, so that names may resolve to anything (H4, H11) and every dialled address is
 * counted. For one file of a test program.
 */
#ifndef GRANTRY_TESTS_FAKE_NET_H
#define GRANTRY_TESTS_FAKE_NET_H

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/netpol.h"

static int dialled, dialled_forbidden; /* connect() calls: TCP, and those to other than loopback
					  test ports or public addresses */
static uint16_t public_port;           /* where a "public" address really leads; 0: refused */

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	struct sockaddr_in v4;

	if (address->sa_family == AF_INET || address->sa_family == AF_INET6)
		dialled++;
	if (address->sa_family == AF_INET &&
		ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port) == 443) {
		memcpy(&v4, address, sizeof v4);
		if (!netpol_is_public(address))
			dialled_forbidden++;
		v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		v4.sin_port = htons(public_port);
		return (int)syscall(SYS_connect, fd, &v4, sizeof v4);
	}
	return (int)syscall(SYS_connect, fd, address, len);
}

static int resolutions;
static int blackhole[2]; /* a name that never resolves reads here */

static struct addrinfo *answer(const char *literal, uint16_t port, struct addrinfo *next)
{
	struct addrinfo *ai = calloc(1, sizeof *ai + sizeof(struct sockaddr_in6));
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)(ai + 1);
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)(ai + 1);

	ai->ai_socktype = SOCK_STREAM;
	ai->ai_protocol = IPPROTO_TCP;
	ai->ai_addr = (struct sockaddr *)(ai + 1);
	ai->ai_next = next;
	if (inet_pton(AF_INET, literal, &v4->sin_addr) == 1) {
		ai->ai_family = v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		ai->ai_addrlen = sizeof *v4;
	} else {
		(void)inet_pton(AF_INET6, literal, &v6->sin6_addr);
		ai->ai_family = v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(port);
		ai->ai_addrlen = sizeof *v6;
	}
	return ai;
}

static const struct {
	const char *name, *first, *second;
} zone[] = {
	{"private.test", "10.1.2.3", NULL},
	{"metadata.test", "169.254.169.254", NULL},
	{"private6.test", "fd00:ec2::254", NULL},
	{"mapped.test", "::ffff:127.0.0.1", NULL},
	{"loop.test", "127.0.0.1", "::1"},
	{"public.test", "8.8.8.8", NULL},
	{"mixed.test", "169.254.169.254", "8.8.8.8"},
};

int getaddrinfo(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	uint16_t port = (uint16_t)(service ? strtoul(service, NULL, 10) : 0);
	char c;

	(void)hints;
	*out = NULL;
	resolutions++;
	if (strcmp(node, "blackhole.test") == 0)
		(void)!read(blackhole[0], &c, 1);
	if (strcmp(node, "rebind.test") == 0)
		*out = answer(resolutions % 2 ? "8.8.8.8" : "192.168.0.1", port, NULL);
	for (size_t i = 0; i < sizeof zone / sizeof zone[0]; i++)
		if (strcmp(node, zone[i].name) == 0)
			*out = answer(zone[i].first, port,
				zone[i].second ? answer(zone[i].second, port, NULL) : NULL);
	return *out ? 0 : EAI_NONAME;
}

void freeaddrinfo(struct addrinfo *ai)
{
	while (ai) {
		struct addrinfo *next = ai->ai_next;

		free(ai);
		ai = next;
	}
}

#endif
