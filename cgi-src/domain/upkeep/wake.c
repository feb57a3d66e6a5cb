/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/upkeep/wake.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/log.h"

static bool wake_address(const struct cfg *cfg, struct sockaddr_un *out)
{
	int n;

	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	n = snprintf(out->sun_path, sizeof(out->sun_path), "%s/wake", cfg->refresh_dir);
	return n > 0 && (size_t)n < sizeof(out->sun_path);
}

static int wake_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int wake_open(const struct cfg *cfg)
{
	struct sockaddr_un address;
	int fd;

	if (!wake_address(cfg, &address)) {
		log_warn(
			"upkeep.wake", "error", "the path of refresh_dir is too long for a socket");
		return -1;
	}
	fd = wake_socket();
	(void)unlink(address.sun_path); /* the folder is ours alone */
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
		chmod(address.sun_path, 0660))
		log_warn("upkeep.wake", "error", strerror(errno));
	return fd;
}

void wake_drain(int fd)
{
	char byte;

	while (recv(fd, &byte, 1, MSG_DONTWAIT) >= 0)
		;
}

void upkeep_wake(const struct cfg *cfg)
{
	static int fd = -1;
	struct sockaddr_un address;

	if (fd < 0)
		fd = wake_socket();
	if (fd >= 0 && wake_address(cfg, &address))
		(void)!sendto(
			fd, "", 1, MSG_DONTWAIT, (struct sockaddr *)&address, sizeof(address));
}
