/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/crashpoint.h"

#ifdef GRANTRY_CRASH_POINTS

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORDER_SIZE 128

/* The signal that order asks for here, or 0. */
static int ordered(const char *order, const char *name, unsigned pass)
{
	size_t len = strlen(name);

	if (strncmp(order, name, len) != 0)
		return 0;
	if (order[len] == ':')
		return strtoul(order + len + 1, NULL, 10) == pass ? SIGKILL : 0;
	if (strcmp(order + len, " stop") == 0)
		return SIGSTOP;
	return order[len] ? 0 : SIGKILL;
}

static int ordered_by_file(const char *path, const char *name, unsigned pass)
{
	char order[ORDER_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC), signal;
	ssize_t n = fd < 0 ? -1 : read(fd, order, sizeof(order) - 1);

	if (fd >= 0)
		(void)close(fd);
	if (n <= 0)
		return 0;
	order[n] = '\0';
	order[strcspn(order, "\r\n")] = '\0';
	signal = ordered(order, name, pass);
	return signal && unlink(path) == 0 ? signal : 0;
}

void crashpoint_pass(const char *label, unsigned pass)
{
	const char *name = strchr(label, ':') + 1, *order = getenv("GRANTRY_CRASH"),
		   *path = getenv("GRANTRY_CRASH_FILE");
	int signal = order ? ordered(order, name, pass) : 0;

	if (!signal && path)
		signal = ordered_by_file(path, name, pass);
	if (signal)
		(void)kill(getpid(), signal);
}

#else
/* A translation unit must declare something. */
extern int crashpoint_none;
#endif
