/* SPDX-License-Identifier: Apache-2.0
 *
 * One file an entry, named by tenant, credential and fence: written under another name, synced, renamed, the
 * folder synced. Removing it is not synced: an entry that comes back is refused by its lease.
 */
#include "domain/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/codec.h"
#include "platform/crashpoint.h"
#include "platform/log.h"

#define ENTRY_MAGIC "GRJ1"
#define ENTRY_MAX ((size_t)1 << 22)
#define ENTRY_NAME_SIZE 96
#define ENTRY_PREFIX "entry-"

struct journal {
	int dir_fd, lock_fd;
	struct uuid owner, dead_owner;
	bool has_dead_owner;
};

/* What stands in front of the two sealed columns; one machine writes and reads it. */
struct entry_head {
	char magic[4];
	uint32_t expires, refreshable;
	struct uuid tenant, id, lease_owner;
	uint64_t fence, rev, credentials_len, profile_len;
	int64_t due_at_s, expires_at_s;
};

static enum rc complain(const char *what)
{
	log_error("journal", "what", what, "error", strerror(errno));
	return RC_UNAVAILABLE;
}

/* ---- whose folder ---- */

/* The lock file holds the owner's id; who has the lock is alive, whoever stands in it before us is not. */
static enum rc take_folder(struct journal *journal)
{
	ssize_t n;

	journal->lock_fd = openat(journal->dir_fd, "owner", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (journal->lock_fd < 0)
		return complain("owner");
	if (flock(journal->lock_fd, LOCK_EX | LOCK_NB)) {
		log_error("journal", "what", "another process has this folder");
		return RC_CONFLICT;
	}
	n = pread(journal->lock_fd, &journal->dead_owner, sizeof(journal->dead_owner), 0);
	journal->has_dead_owner = n == (ssize_t)sizeof(journal->dead_owner);
	journal->owner = uuid_random();
	return RC_OK;
}

/* Only now is the dead owner's name lost: its leases have been given back. */
enum rc journal_begin(struct journal *journal)
{
	if (pwrite(journal->lock_fd, &journal->owner, sizeof(journal->owner), 0) !=
			(ssize_t)sizeof(journal->owner) ||
		fdatasync(journal->lock_fd))
		return complain("owner");
	return RC_OK;
}

enum rc journal_open(const char *dir, struct journal **out)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	enum rc rc;

	*out = NULL;
	if (!journal)
		return RC_NOMEM;
	journal->lock_fd = -1;
	journal->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = journal->dir_fd < 0 ? complain(dir) : take_folder(journal);
	if (rc == RC_OK)
		*out = journal;
	else
		journal_close(journal);
	return rc;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->lock_fd >= 0)
		(void)close(journal->lock_fd);
	if (journal->dir_fd >= 0)
		(void)close(journal->dir_fd);
	free(journal);
}

const struct uuid *journal_owner(const struct journal *journal)
{
	return &journal->owner;
}

bool journal_dead_owner(const struct journal *journal, struct uuid *out)
{
	*out = journal->dead_owner;
	return journal->has_dead_owner;
}

/* ---- entries ---- */

static void entry_name(const struct journal_entry *e, char out[ENTRY_NAME_SIZE])
{
	char tenant[33], id[33];

	codec_hex(e->tenant.u.b, 16, tenant);
	codec_hex(e->row.id.u.b, 16, id);
	(void)snprintf(out, ENTRY_NAME_SIZE, ENTRY_PREFIX "%s-%.16s-%llu", id, tenant,
		(unsigned long long)e->lease.fence);
}

static bool write_all(int fd, const void *p, size_t len)
{
	const char *at = p;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool write_entry(int fd, const struct journal_entry *e)
{
	struct entry_head head = {
		.magic = ENTRY_MAGIC,
		.expires = e->row.expires,
		.refreshable = e->row.refreshable,
		.tenant = e->tenant.u,
		.id = e->row.id.u,
		.lease_owner = e->lease.owner,
		.fence = e->lease.fence,
		.rev = e->lease.rev,
		.credentials_len = e->row.credentials.len,
		.profile_len = e->row.profile.len,
		.due_at_s = e->due_at_s,
		.expires_at_s = e->row.expires_at_s,
	};

	memcpy(head.magic, ENTRY_MAGIC, sizeof(head.magic));
	return write_all(fd, &head, sizeof(head)) &&
	       write_all(fd, e->row.credentials.data, e->row.credentials.len) &&
	       write_all(fd, e->row.profile.data, e->row.profile.len) && fdatasync(fd) == 0;
}

bool journal_ready(struct journal *journal)
{
	static const char probe[sizeof(struct entry_head) + 4096];
	int fd = openat(journal->dir_fd, "probe", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ready = fd >= 0 && write_all(fd, probe, sizeof(probe));

	if (fd >= 0)
		(void)close(fd);
	return ready;
}

enum rc journal_write(struct journal *journal, const struct journal_entry *entry)
{
	char name[ENTRY_NAME_SIZE];
	int fd = openat(journal->dir_fd, "new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written = fd >= 0 && write_entry(fd, entry);

	if (fd >= 0)
		(void)close(fd);
	entry_name(entry, name);
	CRASHPOINT("journal.written");
	if (!written || renameat(journal->dir_fd, "new", journal->dir_fd, name))
		return complain("write");
	CRASHPOINT("journal.renamed");
	if (fsync(journal->dir_fd))
		return complain("sync");
	return RC_OK;
}

void journal_done(struct journal *journal, const struct journal_entry *entry)
{
	char name[ENTRY_NAME_SIZE];

	entry_name(entry, name);
	if (unlinkat(journal->dir_fd, name, 0) && errno != ENOENT)
		(void)complain("done");
}

/* ---- replay ---- */

static bool read_all(int fd, void *p, size_t len)
{
	char *at = p;

	while (len) {
		ssize_t n = read(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_sealed(int fd, uint64_t len, struct buf *out)
{
	char chunk[4096];

	buf_init(out, VAULT_RECORD_MAX);
	while (len) {
		size_t n = len < sizeof(chunk) ? (size_t)len : sizeof(chunk);

		if (!read_all(fd, chunk, n))
			return false;
		buf_add(out, chunk, n);
		len -= n;
	}
	return buf_done(out) == RC_OK;
}

static bool read_entry(int fd, struct journal_entry *out)
{
	struct entry_head head;

	memset(out, 0, sizeof(*out));
	if (!read_all(fd, &head, sizeof(head)) || memcmp(head.magic, ENTRY_MAGIC, 4) != 0 ||
		head.credentials_len > ENTRY_MAX || head.profile_len > ENTRY_MAX)
		return false;
	out->tenant.u = head.tenant;
	out->lease = (struct refresh_lease){head.lease_owner, head.fence, head.rev};
	out->due_at_s = head.due_at_s;
	out->row.id.u = head.id;
	out->row.expires = head.expires != 0;
	out->row.expires_at_s = head.expires_at_s;
	out->row.refreshable = head.refreshable != 0;
	return read_sealed(fd, head.credentials_len, &out->row.credentials) &&
	       read_sealed(fd, head.profile_len, &out->row.profile);
}

static void replay_one(struct journal *journal, const char *name,
	bool (*visit)(const struct journal_entry *entry, void *arg), void *arg)
{
	int fd = openat(journal->dir_fd, name, O_RDONLY | O_CLOEXEC);
	struct journal_entry entry;

	if (fd < 0)
		return;
	/* renamed only when whole, so a damaged one is a fault of the disk: kept for the operator */
	if (!read_entry(fd, &entry))
		log_error("journal", "what", "unreadable entry", "name", name);
	else if (visit(&entry, arg))
		journal_done(journal, &entry);
	credential_row_release(&entry.row);
	(void)close(fd);
}

enum rc journal_replay(struct journal *journal,
	bool (*visit)(const struct journal_entry *entry, void *arg), void *arg)
{
	int fd = openat(journal->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d) {
		if (fd >= 0)
			(void)close(fd);
		return complain("replay");
	}
	while ((e = readdir(d)))
		if (strncmp(e->d_name, ENTRY_PREFIX, sizeof(ENTRY_PREFIX) - 1) == 0)
			replay_one(journal, e->d_name, visit, arg);
	(void)closedir(d);
	return RC_OK;
}
