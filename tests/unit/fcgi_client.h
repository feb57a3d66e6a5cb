/* SPDX-License-Identifier: Apache-2.0
 *
 * A web server's side of the FastCGI protocol, small enough to speak it wrongly on purpose.
 * Everything has a deadline, so that a broken worker fails a test instead of hanging it.
 */
#ifndef GRANTRY_TESTS_FCGI_CLIENT_H
#define GRANTRY_TESTS_FCGI_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FC_BEGIN = 1, FC_ABORT = 2, FC_END = 3, FC_PARAMS = 4, FC_STDIN = 5, FC_STDOUT = 6 };
enum { FC_RESPONDER = 1, FC_AUTHORIZER = 2, FC_KEEP_CONN = 1 };

struct fc_answer {
	char out[65536]; /* NUL-terminated */
	size_t len;
	bool ended;  /* END_REQUEST came */
	bool closed; /* the peer closed */
};

/* -1 when nobody listens. */
static inline int fc_connect(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path, path, strlen(path) + 1);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a)) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline bool fc_send(int fd, const void *p, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = send(fd, (const char *)p + done, len - done, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static inline bool fc_record(int fd, int type, const void *p, size_t len)
{
	unsigned char head[8] = {
		1, (unsigned char)type, 0, 1, (unsigned char)(len >> 8), (unsigned char)len, 0, 0};

	return fc_send(fd, head, sizeof head) && fc_send(fd, p, len);
}

static inline bool fc_begin(int fd, int role, int flags)
{
	unsigned char body[8] = {0, (unsigned char)role, (unsigned char)flags};

	return fc_record(fd, FC_BEGIN, body, sizeof body);
}

static inline size_t fc_length(unsigned char *p, size_t len)
{
	if (len < 128) {
		p[0] = (unsigned char)len;
		return 1;
	}
	p[0] = (unsigned char)(0x80 | len >> 24);
	p[1] = (unsigned char)(len >> 16);
	p[2] = (unsigned char)(len >> 8);
	p[3] = (unsigned char)len;
	return 4;
}

/* One record for each pair; pairs are name, value, …, NULL. */
static inline bool fc_params(int fd, const char *const *pairs)
{
	for (; pairs[0]; pairs += 2) {
		unsigned char p[16384];
		size_t name = strlen(pairs[0]), value = strlen(pairs[1]), n;

		n = fc_length(p, name);
		n += fc_length(p + n, value);
		memcpy(p + n, pairs[0], name);
		memcpy(p + n + name, pairs[1], value);
		if (!fc_record(fd, FC_PARAMS, p, n + name + value))
			return false;
	}
	return fc_record(fd, FC_PARAMS, "", 0);
}

static inline bool fc_stdin(int fd, const char *body, size_t len)
{
	while (len) {
		size_t n = len > 65535 ? 65535 : len;

		if (!fc_record(fd, FC_STDIN, body, n))
			return false;
		body += n;
		len -= n;
	}
	return fc_record(fd, FC_STDIN, "", 0);
}

static inline bool fc_recv(int fd, void *p, size_t len, int wait_ms)
{
	for (size_t done = 0; done < len;) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN};
		ssize_t n = poll(&pfd, 1, wait_ms) == 1 ? recv(fd, (char *)p + done, len - done, 0)
							: -1;

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Does the peer close within wait_ms, without another byte? */
static inline bool fc_closed(int fd, int wait_ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	char c;

	return poll(&pfd, 1, wait_ms) == 1 && recv(fd, &c, 1, 0) <= 0;
}

/* Reads until END_REQUEST, the peer's end, or silence for wait_ms. True: END_REQUEST came. */
static inline bool fc_answer(int fd, int wait_ms, struct fc_answer *a)
{
	unsigned char head[8], body[65536 + 256];

	memset(a, 0, sizeof *a);
	while (!a->ended && fc_recv(fd, head, sizeof head, wait_ms)) {
		size_t len = (size_t)head[4] << 8 | head[5];

		if (!fc_recv(fd, body, len + head[6], wait_ms))
			break;
		if (head[1] == FC_STDOUT && a->len + len < sizeof a->out) {
			memcpy(a->out + a->len, body, len);
			a->len += len;
		}
		a->ended = head[1] == FC_END;
	}
	a->closed = fc_closed(fd, a->ended ? wait_ms : 0);
	return a->ended;
}

/* A whole request; pairs as fc_params. False when no complete answer came within ten seconds. */
static inline bool fc_request(const char *path, const char *const *pairs, const char *body,
	size_t len, struct fc_answer *a)
{
	int fd = fc_connect(path);
	bool ok = fd >= 0 && fc_begin(fd, FC_RESPONDER, 0) && fc_params(fd, pairs) &&
		  fc_stdin(fd, body, len);

	memset(a, 0, sizeof *a);
	/* Half of a request may have been enough for an answer: read in any case. */
	if (fd >= 0)
		ok = fc_answer(fd, 10000, a) && ok;
	if (fd >= 0)
		close(fd);
	return ok;
}

#endif
