/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/usock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/log.h"

static enum rc refused(const char *path, const char *reason, int err, enum rc rc)
{
	log_error("socket", "path", path, "reason", reason, "error", err ? strerror(err) : NULL);
	return rc;
}

static enum rc lock_beside(const char *path, int *fd)
{
	char lock[sizeof(struct sockaddr_un) + 8];

	snprintf(lock, sizeof lock, "%s.lock", path);
	*fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return refused(lock, "lock file", errno, RC_INTERNAL);
	if (!flock(*fd, LOCK_EX | LOCK_NB))
		return RC_OK;
	return refused(path, "another process is serving this socket", 0, RC_CONFLICT);
}

/* Whatever lies at the path, make it go if it is a socket that nobody listens on. */
static enum rc clear_path(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? RC_OK
				       : refused(address->sun_path, "look", errno, RC_INTERNAL);
	if (!S_ISSOCK(st.st_mode))
		return refused(address->sun_path, "is not a socket", 0, RC_INVALID);
	/* Not blocking: with a full backlog a live socket says EAGAIN instead of making us wait. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refused(address->sun_path, "socket", errno, RC_INTERNAL);
	if (connect(fd, (const struct sockaddr *)address, sizeof *address))
		err = errno;
	close(fd);
	if (err != ECONNREFUSED && err != ENOENT)
		return refused(address->sun_path, "another process is serving this socket", err,
			RC_CONFLICT);
	if (unlink(address->sun_path) && errno != ENOENT)
		return refused(address->sun_path, "remove stale socket", errno, RC_INTERNAL);
	return RC_OK;
}

static enum rc bind_listen(const struct sockaddr_un *address, int backlog, struct usock *out)
{
	struct stat st;
	mode_t mask;
	int bound;

	out->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (out->fd < 0)
		return refused(address->sun_path, "socket", errno, RC_INTERNAL);
	/* By the umask and not by a chmod afterwards: there is no moment at which others may connect. */
	mask = umask(0117);
	bound = bind(out->fd, (const struct sockaddr *)address, sizeof *address);
	umask(mask);
	if (bound)
		return refused(address->sun_path, "bind", errno, RC_INTERNAL);
	if (listen(out->fd, backlog) || lstat(address->sun_path, &st))
		return refused(address->sun_path, "listen", errno, RC_INTERNAL);
	out->dev = st.st_dev;
	out->ino = st.st_ino;
	return RC_OK;
}

enum rc usock_listen(const char *path, int backlog, struct usock *out)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	enum rc rc;

	*out = (struct usock){.fd = -1, .lock_fd = -1, .path = path};
	if (len == 0 || len >= sizeof address.sun_path)
		return refused(path, "path is empty or longer than 107 bytes", 0, RC_INVALID);
	memcpy(address.sun_path, path, len + 1);
	rc = lock_beside(path, &out->lock_fd);
	if (!rc)
		rc = clear_path(&address);
	if (!rc)
		rc = bind_listen(&address, backlog, out);
	if (rc)
		usock_release(out);
	return rc;
}

void usock_release(struct usock *s)
{
	struct stat st;

	if (s->ino && !lstat(s->path, &st) && st.st_dev == s->dev && st.st_ino == s->ino)
		unlink(s->path);
	if (s->fd >= 0)
		close(s->fd);
	if (s->lock_fd >= 0)
		close(s->lock_fd); /* the file stays: removing it would race with the next owner */
	s->fd = s->lock_fd = -1;
	s->ino = 0;
}
