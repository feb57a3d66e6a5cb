/* SPDX-License-Identifier: Apache-2.0
 *
 * Stands between a test and MariaDB and plays the faults that a real server shows only by chance: it
 * cuts the connection before or after any command, answers with any error number, asks for a file
 * as a rogue server would, freezes, and goes away. One process, one unix socket, no TLS.
 */
#ifndef GRANTRY_TESTS_DB_PROXY_H
#define GRANTRY_TESTS_DB_PROXY_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COM_ANY = -1, COM_QUERY = 3, COM_STMT_PREPARE = 0x16, COM_STMT_EXECUTE = 0x17 };
enum proxy_fault {
	PROXY_NONE,
	PROXY_CUT_BEFORE, /* the server never sees the command */
	PROXY_CUT_AFTER,  /* the server has done it, the client does not hear */
	PROXY_ERROR,      /* the server never sees it, the client gets error_number */
	PROXY_ASK_FILE,   /* as PROXY_ERROR, with a LOCAL INFILE request for /etc/passwd */
};

struct proxy_plan { /* shared with the process */
	volatile int fault;
	volatile int command; /* COM_… to which it applies */
	volatile int skip;    /* so many of them pass first */
	volatile int times;   /* then so many suffer */
	volatile int error_number;
	volatile int seen;         /* commands that have come by, of any kind */
	volatile int file_answers; /* to PROXY_ASK_FILE, */
	volatile int file_bytes;   /* and how much they held */
};

struct proxy {
	char path[96];
	const char *server;
	pid_t pid;
	struct proxy_plan *plan;
};

#define PROXY_PAIRS 24
#define PROXY_ROOM (256 * 1024)

struct proxy_pair {
	int client, server; /* -1: free */
	size_t len;
	bool asked_file;
	unsigned char data[PROXY_ROOM]; /* from the client, not yet a whole packet */
};

static inline int proxy_socket(const char *path, bool listening)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	if (listening ? bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 64)
		      : connect(fd, (struct sockaddr *)&a, sizeof a)) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline void proxy_hang_up(struct proxy_pair *p)
{
	close(p->client);
	close(p->server);
	p->client = p->server = -1;
	p->len = 0;
}

static inline void proxy_send(int fd, const void *p, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = send(fd, (const char *)p + done, len - done, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

static inline void proxy_send_error(int fd, int number)
{
	unsigned char packet[] = {13, 0, 0, 1, 0xff, (unsigned char)number,
		(unsigned char)(number >> 8), '#', 'H', 'Y', '0', '0', '0', 'f', 'a', 'k', 'e'};

	proxy_send(fd, packet, sizeof packet);
}

/* What to do with this command; counts it. */
static inline int proxy_judge(struct proxy_plan *plan, const unsigned char *packet)
{
	int command = packet[4];

	if (packet[3] != 0 || packet[0] + packet[1] + packet[2] == 0)
		return PROXY_NONE; /* no command but the rest of a login */
	if (command != COM_QUERY && command != COM_STMT_PREPARE && command != COM_STMT_EXECUTE)
		return PROXY_NONE;
	plan->seen++;
	if (plan->times <= 0 || (plan->command != COM_ANY && plan->command != command))
		return PROXY_NONE;
	if (plan->skip-- > 0)
		return PROXY_NONE;
	plan->times--;
	return plan->fault;
}

static inline void proxy_command(
	struct proxy_pair *p, struct proxy_plan *plan, const unsigned char *packet, size_t len)
{
	static const unsigned char ask_file[] = "\x0c\0\0\1\xfb/etc/passwd";
	struct pollfd answer = {.fd = p->server, .events = POLLIN};

	if (p->asked_file && packet[3] == 2) {
		plan->file_answers++;
		plan->file_bytes += (int)len - 4;
		proxy_hang_up(p);
		return;
	}
	switch (proxy_judge(plan, packet)) {
	case PROXY_CUT_BEFORE:
		proxy_hang_up(p);
		break;
	case PROXY_CUT_AFTER:
		proxy_send(p->server, packet, len);
		poll(&answer, 1, 2000);
		proxy_hang_up(p);
		break;
	case PROXY_ERROR:
		proxy_send_error(p->client, plan->error_number);
		break;
	case PROXY_ASK_FILE:
		p->asked_file = true;
		proxy_send(p->client, ask_file, sizeof ask_file - 1);
		break;
	default:
		proxy_send(p->server, packet, len);
	}
}

static inline void proxy_from_client(struct proxy_pair *p, struct proxy_plan *plan)
{
	ssize_t n = recv(p->client, p->data + p->len, PROXY_ROOM - p->len, 0);

	if (n <= 0) {
		proxy_hang_up(p);
		return;
	}
	p->len += (size_t)n;
	while (p->client >= 0 && p->len >= 4) {
		size_t len = 4 + (p->data[0] | (size_t)p->data[1] << 8 | (size_t)p->data[2] << 16);

		if (p->len < len)
			break;
		proxy_command(p, plan, p->data, len);
		if (p->client < 0)
			break;
		memmove(p->data, p->data + len, p->len - len);
		p->len -= len;
	}
}

static inline void proxy_from_server(struct proxy_pair *p)
{
	static unsigned char block[65536];
	ssize_t n = recv(p->server, block, sizeof block, 0);

	if (n <= 0)
		proxy_hang_up(p);
	else
		proxy_send(p->client, block, (size_t)n);
}

static inline void proxy_accept(int listening, const char *server, struct proxy_pair *pairs)
{
	int fd = accept(listening, NULL, NULL);

	for (int i = 0; i < PROXY_PAIRS; i++) {
		if (pairs[i].client >= 0)
			continue;
		pairs[i].client = fd;
		pairs[i].server = proxy_socket(server, false);
		pairs[i].len = 0;
		pairs[i].asked_file = false;
		if (pairs[i].server < 0)
			proxy_hang_up(&pairs[i]);
		return;
	}
	close(fd);
}

static inline void proxy_run(int listening, const struct proxy *proxy)
{
	struct proxy_pair *pairs = calloc(PROXY_PAIRS, sizeof *pairs);

	for (int i = 0; i < PROXY_PAIRS; i++)
		pairs[i].client = pairs[i].server = -1;
	for (;;) {
		struct pollfd fds[1 + 2 * PROXY_PAIRS] = {{.fd = listening, .events = POLLIN}};

		for (int i = 0; i < PROXY_PAIRS; i++) {
			fds[1 + 2 * i] = (struct pollfd){.fd = pairs[i].client, .events = POLLIN};
			fds[2 + 2 * i] = (struct pollfd){.fd = pairs[i].server, .events = POLLIN};
		}
		if (poll(fds, 1 + 2 * PROXY_PAIRS, -1) < 0)
			_exit(1);
		for (int i = 0; i < PROXY_PAIRS; i++) {
			if (pairs[i].client >= 0 && fds[2 + 2 * i].revents)
				proxy_from_server(&pairs[i]);
			if (pairs[i].client >= 0 && fds[1 + 2 * i].revents)
				proxy_from_client(&pairs[i], proxy->plan);
		}
		if (fds[0].revents)
			proxy_accept(listening, proxy->server, pairs);
	}
}

/* proxy_start(p): p->path and p->server are set; listens when it returns. */
static inline bool proxy_start(struct proxy *p)
{
	int listening;

	if (!p->plan)
		p->plan = mmap(NULL, sizeof *p->plan, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unlink(p->path);
	listening = proxy_socket(p->path, true);
	if (listening < 0)
		return false;
	fflush(NULL);
	p->pid = fork();
	if (p->pid == 0)
		proxy_run(listening, p);
	close(listening);
	return p->pid > 0;
}

static inline void proxy_stop(struct proxy *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
	unlink(p->path);
}

/* proxy_plan(p, fault, command, skip, times, error_number): from now on. */
static inline void proxy_plan(
	struct proxy *p, int fault, int command, int skip, int times, int number)
{
	p->plan->times = 0;
	p->plan->fault = fault;
	p->plan->command = command;
	p->plan->skip = skip;
	p->plan->error_number = number;
	p->plan->seen = p->plan->file_answers = p->plan->file_bytes = 0;
	p->plan->times = times;
}

#endif
