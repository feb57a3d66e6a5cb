/* SPDX-License-Identifier: Apache-2.0
 *
 * Attack rows H1-H3 as socket addresses, and both ends of every special range with their neighbours.
 */
#include "platform/netpol.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "check.h"

/* What libcurl would dial: the resolver reads every notation that inet_aton knows. */
static int judge(const char *text)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int public;

	if (getaddrinfo(text, "443", &hints, &found) != 0)
		return -1;
	public = netpol_is_public(found->ai_addr);
	freeaddrinfo(found);
	return public;
}

static void all_are(int want, const char *const *texts)
{
	for (; *texts; texts++) {
		int got = judge(*texts);

		if (got != want)
			printf("# %s is %d, not %d\n", *texts, got, want);
		CHECK_INT(got, want);
	}
}

static void netpol_h1_loopback_notations_are_not_public(void)
{
	all_are(0, (const char *const[]){"127.0.0.1", "127.1", "2130706433", "0x7f000001",
			   "0177.0.0.1", "017700000001", "0x7f.0.0.1", "00000177.1", "0", "0.0.0.0",
			   NULL});
}

static void netpol_h2_ipv6_forms_are_not_public(void)
{
	all_are(0, (const char *const[]){"::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1",
			   "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "64:ff9b:1::7f00:1",
			   "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fe80::1%lo",
			   "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1",
			   "2001:db8::1", "::ffff:0:127.0.0.1", NULL});
}

/* Also with a public address inside: nobody reaches a provider that way, and a way round is shut. */
static void netpol_h2_embedded_public_ipv4_is_not_public(void)
{
	all_are(0, (const char *const[]){"::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808",
			   "2002:808:808::1", "2001:0:808:808::1", NULL});
}

static void netpol_h3_special_ipv4_is_not_public(void)
{
	all_are(0, (const char *const[]){"10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
			   "169.254.169.254", "169.254.170.2", "192.0.0.1", "192.0.0.9",
			   "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
			   "239.255.255.250", "240.0.0.1", "255.255.255.255", NULL});
}

static void netpol_ordinary_addresses_are_public(void)
{
	all_are(1, (const char *const[]){"1.1.1.1", "8.8.8.8", "140.82.112.3", "223.255.255.255",
			   "2606:4700:4700::1111", "2a00:1450:4001:82b::200e",
			   "2001:4860:4860::8888", "2620:0:1cfe:face:b00c::3", NULL});
}

/* before, first, last, after; "" where the neighbour is special, too. */
static const char *const ranges[][4] = {
	{"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
	{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
	{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
	{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
	{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
	{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
	{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
	{"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
	{"192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"},
	{"192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"},
	{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
	{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
	{"192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"},
	{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
	{"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
	{"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
	{"223.255.255.255", "224.0.0.0", "239.255.255.255", ""},
	{"", "240.0.0.0", "255.255.255.255", ""},
	{"", "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
	{"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
	{"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
		"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
	{"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
	{"2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
		"2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8001::"},
	{"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
	{"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
};

static void netpol_ranges_end_where_the_registry_says(void)
{
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		all_are(0, (const char *const[]){ranges[i][1], ranges[i][2], NULL});
		if (*ranges[i][0])
			all_are(1, (const char *const[]){ranges[i][0], NULL});
		if (*ranges[i][3])
			all_are(1, (const char *const[]){ranges[i][3], NULL});
	}
}

static void netpol_other_families_are_not_public(void)
{
	struct sockaddr address = {.sa_family = AF_UNIX};

	CHECK(!netpol_is_public(&address));
	address.sa_family = AF_UNSPEC;
	CHECK(!netpol_is_public(&address));
}

static void netpol_h3_own_addresses_are_known(void)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(netpol_is_own((const struct sockaddr *)&v4));
	v4.sin_addr.s_addr = htonl(0x08080808);
	CHECK(!netpol_is_own((const struct sockaddr *)&v4));
}

static void netpol_h18_allow_list_is_exact(void)
{
	struct netpol p = {.n = 0};

	CHECK_INT(netpol_allow_origin(&p, "http://127.0.0.1:9000"), RC_OK);
	CHECK_INT(netpol_allow_origin(&p, "https://Corp.Example"), RC_OK);
	CHECK_INT(netpol_allow_origin(&p, "https://[::1]:8443"), RC_OK);
	CHECK(netpol_allows_origin(&p, false, "127.0.0.1", 9000));
	CHECK(netpol_allows_origin(&p, true, "corp.example", 443));
	CHECK(netpol_allows_origin(&p, true, "[::1]", 8443));
	CHECK(!netpol_allows_origin(&p, true, "127.0.0.1", 9000));
	CHECK(!netpol_allows_origin(&p, false, "127.0.0.1", 9001));
	CHECK(!netpol_allows_origin(&p, false, "127.0.0.2", 9000));
	CHECK(!netpol_allows_origin(&p, false, "corp.example", 443));
	CHECK(!netpol_allows_origin(&p, true, "sub.corp.example", 443));
	CHECK(!netpol_allows_origin(NULL, true, "corp.example", 443));
}

static void netpol_allow_list_refuses_what_is_no_origin(void)
{
	static const char *const bad[] = {"", "127.0.0.1", "http://127.0.0.1:9000/",
		"https://a.example/x", "https://a.example?x", "https://u@a.example",
		"ftp://a.example", "https://a.example:0", "https://*.example", "https://"};
	struct netpol p = {.n = 0};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		CHECK_INT(netpol_allow_origin(&p, bad[i]), RC_INVALID);
	CHECK_INT(p.n, 0);
}

static void netpol_allow_list_has_an_end(void)
{
	struct netpol p = {.n = 0};
	char origin[64];

	for (int i = 0; i < NETPOL_ALLOW_MAX; i++) {
		(void)snprintf(origin, sizeof origin, "https://h%d.example", i);
		CHECK_INT(netpol_allow_origin(&p, origin), RC_OK);
	}
	CHECK_INT(netpol_allow_origin(&p, "https://h0.example"), RC_OK); /* there already */
	CHECK_INT(netpol_allow_origin(&p, "https://more.example"), RC_LIMIT);
}

int main(void)
{
	RUN(netpol_h1_loopback_notations_are_not_public);
	RUN(netpol_h2_ipv6_forms_are_not_public);
	RUN(netpol_h2_embedded_public_ipv4_is_not_public);
	RUN(netpol_h3_special_ipv4_is_not_public);
	RUN(netpol_ordinary_addresses_are_public);
	RUN(netpol_ranges_end_where_the_registry_says);
	RUN(netpol_other_families_are_not_public);
	RUN(netpol_h3_own_addresses_are_known);
	RUN(netpol_h18_allow_list_is_exact);
	RUN(netpol_allow_list_refuses_what_is_no_origin);
	RUN(netpol_allow_list_has_an_end);
	return CHECK_DONE;
}
