/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers that misbehave: each is a forked child on a loopback port of the kernel's choice that plays
 * a script to whoever connects. Include check.h first.
 */
#ifndef GRANTRY_TESTS_HTTP_SERVER_H
#define GRANTRY_TESTS_HTTP_SERVER_H

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"

struct server {
	int listener;
	uint16_t port;
	pid_t pid;
	int request; /* reading end: what the clients sent */
};

static inline void listen_any(struct server *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof at;

	*s = (struct server){.pid = -1, .request = -1};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	CHECK_INT(bind(s->listener, (const struct sockaddr *)&at, sizeof at), 0);
	CHECK_INT(listen(s->listener, 512), 0);
	CHECK_INT(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
}

static inline void wait_for(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	(void)poll(&p, 1, -1);
}

/* Reads one request; the length of its body, if any, is what is left after Content-Length. */
static inline void take_request(int fd, int report)
{
	char text[8192];
	size_t len = 0, want = 0;
	const char *end, *cl;
	ssize_t n;

	while (len < sizeof text - 1 && (want == 0 || len < want)) {
		n = read(fd, text + len, sizeof text - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		text[len] = '\0';
		end = strstr(text, "\r\n\r\n");
		cl = strstr(text, "Content-Length: ");
		if (end)
			want = (size_t)(end - text) + 4 + (cl ? strtoul(cl + 16, NULL, 10) : 0);
		if (end && len >= want)
			break;
	}
	(void)!write(report, text, len);
}

typedef void script(int fd, const char *text);

static inline void play_connection(int fd, int report, script *play, const char *text)
{
	take_request(fd, report);
	play(fd, text);
}

static inline void serve_for_ever(
	int listener, int report, script *play, const char *text, int at_once)
{
	int fd;

	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL); /* a client that has enough ends us */
	(void)signal(SIGCHLD, SIG_IGN);
	for (;;) {
		wait_for(listener, POLLIN);
		fd = accept(listener, NULL, NULL);
		if (fd < 0)
			continue;
		if (!at_once) {
			play_connection(fd, report, play, text);
		} else if (fork() == 0) {
			play_connection(fd, report, play, text);
			_exit(0);
		}
		(void)close(fd);
	}
}

static inline void serve_as(struct server *s, script *play, const char *text, int at_once)
{
	int report[2];

	listen_any(s);
	CHECK_INT(pipe(report), 0);
	(void)fflush(NULL);
	s->pid = fork();
	if (s->pid == 0)
		serve_for_ever(s->listener, report[1], play, text, at_once);
	(void)close(report[1]);
	s->request = report[0];
}

/* Plays the script to one connection after the other. */
static inline void serve(struct server *s, script *play, const char *text)
{
	serve_as(s, play, text, 0);
}

/* Plays it to any number at once, each in a process of its own. */
static inline void serve_many(struct server *s, script *play, const char *text)
{
	serve_as(s, play, text, 1);
}

/* What the server has been told; ends the server. */
static inline void stop(struct server *s, char *request, size_t size)
{
	size_t len = 0;
	ssize_t n;

	if (s->pid > 0) {
		(void)kill(-s->pid, SIGKILL);
		(void)kill(s->pid, SIGKILL); /* no group of its own yet */
		(void)waitpid(s->pid, NULL, 0);
	}
	while (s->request >= 0 && len < size - 1) {
		n = read(s->request, request + len, size - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	request[len] = '\0';
	if (s->request >= 0)
		(void)close(s->request);
	(void)close(s->listener);
}

static inline int nobody_came(const struct server *s)
{
	int fd = accept(s->listener, NULL, NULL);

	if (fd >= 0)
		(void)close(fd);
	return fd < 0;
}

/* Scripts. */
static inline void say(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static inline void say_and_wait(int fd, const char *text)
{
	char c;

	say(fd, text);
	(void)!read(fd, &c, 1); /* until the client goes */
}

static inline void say_and_reset(int fd, const char *text)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	say(fd, text);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static inline void say_and_half_close(int fd, const char *text)
{
	char c;

	say(fd, text);
	(void)shutdown(fd, SHUT_WR);
	(void)!read(fd, &c, 1);
}

/* One byte each 20 ms: the pace is the attack, nothing waits for it. */
static inline void drip(int fd, const char *text)
{
	struct pollfd p = {.fd = fd, .events = 0};

	for (; *text; text++) {
		(void)!write(fd, text, 1);
		if (poll(&p, 1, 20) > 0)
			return;
	}
	say_and_wait(fd, "");
}

/* Silent for longer than a slow answer may be. */
static inline void think(int fd, const char *text)
{
	struct pollfd p = {.fd = fd, .events = 0};

	if (poll(&p, 1, 2200) == 0)
		say_and_wait(fd, text);
}

static inline void endless_body(int fd, const char *text)
{
	static char block[4096];

	say(fd, text);
	memset(block, 'x', sizeof block);
	while (write(fd, block, sizeof block) > 0)
		;
}

#endif
