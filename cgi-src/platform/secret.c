/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/log.h"

#define CAP_MIN ((size_t)64)

void secret_wipe(void *p, size_t len)
{
	if (p && len > 0)
		sodium_memzero(p, len);
}

void secret_release(struct secret *s)
{
	/* All of cap, not len: a shorter value may have followed a longer one. */
	secret_wipe(s->bytes, s->cap);
	free(s->bytes);
	*s = SECRET_EMPTY;
}

static size_t cap_for(const struct secret *s, size_t len)
{
	size_t cap = s->cap > CAP_MIN ? s->cap : CAP_MIN;

	while (cap < len + 1)
		cap *= 2;
	return cap > SECRET_MAX + 1 ? SECRET_MAX + 1 : cap;
}

/* A larger empty block; the caller copies what it needs and then retires the old one. realloc is no
 * use here: it frees the old block unwiped when it moves. */
static enum rc block_new(const struct secret *s, size_t len, struct secret *out)
{
	*out = SECRET_EMPTY;
	if (len > SECRET_MAX)
		return RC_LIMIT;
	out->cap = cap_for(s, len);
	out->bytes = malloc(out->cap);
	if (!out->bytes) {
		*out = SECRET_EMPTY;
		return RC_NOMEM;
	}
	out->bytes[0] = 0;
	return RC_OK;
}

static void set_length(struct secret *s, size_t len)
{
	/* A value that shrinks must not leave its end behind the terminator. */
	if (len < s->len)
		sodium_memzero(s->bytes + len, s->len - len);
	s->len = len;
	s->bytes[len] = 0;
}

enum rc secret_reserve(struct secret *s, size_t len)
{
	struct secret wide;
	enum rc rc;

	if (s->bytes && len < s->cap)
		return RC_OK;
	rc = block_new(s, len, &wide);
	if (rc)
		return rc;
	if (s->len > 0)
		memcpy(wide.bytes, s->bytes, s->len);
	set_length(&wide, s->len);
	secret_take(s, &wide);
	return RC_OK;
}

/* p may lie inside s in this and the next function: the old block lives until p has been copied. */
enum rc secret_set(struct secret *s, const void *p, size_t len)
{
	struct secret wide;
	enum rc rc;

	if (s->bytes && len < s->cap) {
		if (len > 0)
			memmove(s->bytes, p, len);
		set_length(s, len);
		return RC_OK;
	}
	rc = block_new(s, len, &wide);
	if (rc)
		return rc;
	if (len > 0)
		memcpy(wide.bytes, p, len);
	set_length(&wide, len);
	secret_take(s, &wide);
	return RC_OK;
}

enum rc secret_append(struct secret *s, const void *p, size_t len)
{
	struct secret wide;
	enum rc rc;

	if (len > SECRET_MAX || s->len + len > SECRET_MAX)
		return RC_LIMIT;
	if (s->bytes && s->len + len < s->cap) {
		if (len > 0)
			memmove(s->bytes + s->len, p, len);
		set_length(s, s->len + len);
		return RC_OK;
	}
	rc = block_new(s, s->len + len, &wide);
	if (rc)
		return rc;
	if (s->len > 0)
		memcpy(wide.bytes, s->bytes, s->len);
	if (len > 0)
		memcpy(wide.bytes + s->len, p, len);
	set_length(&wide, s->len + len);
	secret_take(s, &wide);
	return RC_OK;
}

enum rc secret_append_text(struct secret *s, const char *text)
{
	return secret_append(s, text, strlen(text));
}

enum rc secret_append_secret(struct secret *s, const struct secret *other)
{
	return secret_append(s, other->bytes, other->len);
}

void secret_take(struct secret *dst, struct secret *src)
{
	if (dst == src)
		return;
	secret_release(dst);
	*dst = *src;
	*src = SECRET_EMPTY;
}

enum rc secret_random(struct secret *s, size_t len)
{
	enum rc rc = secret_reserve(s, len);

	if (rc)
		return rc;
	if (len > 0)
		randombytes_buf(s->bytes, len);
	set_length(s, len);
	return RC_OK;
}

static enum rc file_check(int fd, const char **why)
{
	struct stat st;

	*why = NULL;
	if (fstat(fd, &st) != 0) {
		*why = strerror(errno);
	} else if (!S_ISREG(st.st_mode)) {
		*why = "not a regular file";
	} else if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		*why = "others than the owner have access";
	}
	return *why ? RC_DENIED : RC_OK;
}

/* Reads to the end and not to st_size: the file may be written meanwhile, or sit on a file system that
 * reports no size (systemd credentials and /proc do not always). */
static enum rc file_read(int fd, size_t max, struct secret *out, const char **why)
{
	for (;;) {
		/* One byte more than max, to tell "just fits" from "too long". */
		size_t room = max + 1 - out->len;
		ssize_t got;
		enum rc rc;

		if (room > 4096)
			room = 4096;
		rc = secret_reserve(out, out->len + room);
		if (rc)
			return rc;
		got = read(fd, out->bytes + out->len, room);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*why = strerror(errno);
			return RC_DENIED;
		}
		if (got == 0)
			return RC_OK;
		set_length(out, out->len + (size_t)got);
		if (out->len > max)
			return RC_LIMIT;
	}
}

enum rc secret_load(const char *path, size_t max, struct secret *out)
{
	const char *why = NULL;
	enum rc rc;
	int fd;

	secret_release(out);
	if (max >= SECRET_MAX)
		max = SECRET_MAX - 1;
	/* O_NONBLOCK: a FIFO in place of the file must not hang the start. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return RC_NOT_FOUND;
	if (fd < 0) {
		log_error("secret_file_refused", "path", path, "reason", strerror(errno));
		return RC_DENIED;
	}
	rc = file_check(fd, &why);
	if (!rc)
		rc = file_read(fd, max, out, &why);
	close(fd);
	if (rc) {
		secret_release(out);
		log_error("secret_file_refused", "path", path, "reason", why ? why : rc_name(rc));
	}
	return rc;
}

const char *secret_text(const struct secret *s)
{
	return s->bytes ? (const char *)s->bytes : "";
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	if (a->len != b->len)
		return false;
	return a->len == 0 || sodium_memcmp(a->bytes, b->bytes, a->len) == 0;
}
