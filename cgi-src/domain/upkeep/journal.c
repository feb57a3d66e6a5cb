/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder holds "owner", locked while we live, and "journal": records one after the other, ended by zeros. Room
 * for them is reserved at once and written over again and again, so that a disk which fills up later cannot come
 * between a provider's answer and us.
 */
#include "domain/upkeep/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "platform/codec.h"
#include "platform/crashpoint.h"
#include "platform/log.h"

#define RESERVED ((size_t)1 << 22) /* 256 answers of 16 KiB */
#define BATCH_MAX ((size_t)1 << 26)
#define COMPACT_SHARE 2 /* worth it when so much smaller */

struct journal {
	int dir_fd, lock_fd, fd;
	struct uuid owner, dead_owner;
	bool has_dead_owner, reserved;
	struct journal_item *first, **last;
	size_t end;        /* of what is written */
	size_t compact_at; /* longer than that: is it worth to write the rest anew? */
};

struct journal_item *journal_item_new(void)
{
	return calloc(1, sizeof(struct journal_item));
}

void journal_item_free(struct journal_item *item)
{
	if (item)
		refresh_settlement_release(&item->settlement);
	free(item);
}

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

/* ---- the file ---- */

static bool write_at(int fd, const void *p, size_t len, size_t at)
{
	const char *from = p;

	while (len) {
		ssize_t n = pwrite(fd, from, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		from += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return true;
}

static enum rc take_records(struct journal *journal, const unsigned char *p, size_t len)
{
	for (;;) {
		struct journal_item *item = journal_item_new();
		size_t used;
		enum rc rc;

		if (!item)
			return RC_NOMEM;
		rc = journal_decode(p + journal->end, len - journal->end, &item->settlement, &used);
		if (rc == RC_OK) {
			item->on_disk = true;
			journal_add(journal, item);
			journal->end += used;
			continue;
		}
		journal_item_free(item);
		if (rc == RC_NOMEM) /* it is whole, and not to be written over */
			return rc;
		/* as a rule one that was never synced, so never relied on */
		if (rc == RC_INVALID)
			log_error("journal", "what", "a torn record was left out");
		return RC_OK;
	}
}

static enum rc read_records(struct journal *journal)
{
	struct buf all;
	char chunk[4096];
	ssize_t n;
	enum rc rc;

	journal->fd = openat(journal->dir_fd, "journal", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	/* a file that is not in its folder after a power cut keeps nothing */
	if (journal->fd < 0 || fsync(journal->dir_fd))
		return complain("open");
	buf_init(&all, BATCH_MAX);
	while ((n = read(journal->fd, chunk, sizeof(chunk))) > 0)
		buf_add(&all, chunk, (size_t)n);
	rc = n < 0 ? complain("read") : buf_done(&all);
	if (rc == RC_LIMIT) /* none that we wrote: without a word it must not be thrown away */
		log_error("journal", "what",
			"larger than 64 MiB: move it away to start without what it holds");
	if (rc == RC_OK)
		rc = take_records(journal, (const unsigned char *)buf_text(&all), all.len);
	buf_release(&all);
	return rc;
}

bool journal_ready(struct journal *journal)
{
	if (!journal->reserved) {
		int error = posix_fallocate(journal->fd, 0, (off_t)RESERVED);

		journal->reserved = error == 0;
		if (error)
			log_error("journal", "what", "no room", "error", strerror(error));
	}
	return journal->reserved && journal_sync(journal) == RC_OK;
}

/* ---- life ---- */

enum rc journal_open(const char *dir, struct journal **out)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	enum rc rc;

	*out = NULL;
	if (!journal)
		return RC_NOMEM;
	journal->lock_fd = journal->fd = -1;
	journal->last = &journal->first;
	journal->compact_at = RESERVED;
	journal->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = journal->dir_fd < 0 ? complain(dir) : take_folder(journal);
	if (rc == RC_OK)
		rc = read_records(journal);
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
	while (journal->first)
		journal_drop(journal, journal->first);
	if (journal->fd >= 0)
		(void)close(journal->fd);
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

/* ---- items ---- */

void journal_add(struct journal *journal, struct journal_item *item)
{
	item->next = NULL;
	*journal->last = item;
	journal->last = &item->next;
}

struct journal_item *journal_first(const struct journal *journal)
{
	return journal->first;
}

void journal_drop(struct journal *journal, struct journal_item *item)
{
	struct journal_item **at = &journal->first;

	while (*at != item)
		at = &(*at)->next;
	*at = item->next;
	if (!*at)
		journal->last = at;
	journal_item_free(item);
}

static bool is_wanted(const struct journal_item *item)
{
	return item->settlement.renewed && !item->on_disk;
}

/* again: also what is on the disk already. */
static enum rc encode_all(const struct journal *journal, bool again, struct buf *out)
{
	static const char end[sizeof(uint64_t)];
	enum rc rc = RC_OK;

	for (const struct journal_item *item = journal->first; item && rc == RC_OK;
		item = item->next)
		if (is_wanted(item) || (again && item->on_disk))
			rc = journal_encode(&item->settlement, out);
	if (rc == RC_OK && out->len)
		buf_add(out, end, sizeof(end));
	return rc == RC_OK ? buf_done(out) : rc;
}

/* What was written halfway is written over the next time. */
static enum rc put(struct journal *journal, const struct buf *all)
{
	if (!write_at(journal->fd, all->data, all->len, journal->end))
		return complain("write");
	CRASHPOINT("journal.written");
	return fdatasync(journal->fd) ? complain("sync") : RC_OK;
}

enum rc journal_sync(struct journal *journal)
{
	struct buf all;
	enum rc rc;

	buf_init(&all, BATCH_MAX);
	rc = encode_all(journal, false, &all);
	if (rc != RC_OK) {
		log_error("journal", "what", "encode", "rc", rc_name(rc));
		rc = RC_UNAVAILABLE;
	}
	if (rc == RC_OK && all.len)
		rc = put(journal, &all);
	if (rc == RC_OK && all.len) {
		journal->end += all.len - sizeof(uint64_t);
		for (struct journal_item *item = journal->first; item; item = item->next)
			item->on_disk = item->on_disk || is_wanted(item);
	}
	buf_release(&all);
	return rc;
}

/* ---- what stays for long ---- */

/* A whole new file, with its room, in the place of the old one: what dies before that finds the old one. */
static enum rc replace_file(struct journal *journal, const struct buf *all)
{
	int fd = openat(
		journal->dir_fd, "journal.new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int error = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)RESERVED);

	if (error || !write_at(fd, all->data, all->len, 0) || fdatasync(fd) ||
		renameat(journal->dir_fd, "journal.new", journal->dir_fd, "journal")) {
		if (fd >= 0)
			(void)close(fd);
		(void)unlinkat(journal->dir_fd, "journal.new", 0);
		return complain("compact");
	}
	(void)close(journal->fd);
	journal->fd = fd;
	journal->end = all->len - sizeof(uint64_t);
	return fsync(journal->dir_fd) ? complain("compact") : RC_OK;
}

/* One settlement that stays must not make the file grow with all that come and go. */
static void compact(struct journal *journal)
{
	struct buf all;

	if (journal->end <= journal->compact_at)
		return;
	buf_init(&all, BATCH_MAX);
	if (encode_all(journal, true, &all) == RC_OK && all.len &&
		all.len <= journal->end / COMPACT_SHARE && replace_file(journal, &all) == RC_OK)
		for (struct journal_item *item = journal->first; item; item = item->next)
			item->on_disk = item->on_disk || is_wanted(item);
	journal->compact_at = journal->end < RESERVED ? RESERVED : journal->end * COMPACT_SHARE;
	buf_release(&all);
}

void journal_trim(struct journal *journal)
{
	static const char end[sizeof(uint64_t)];

	if (journal->first)
		compact(journal);
	else if (journal->end && write_at(journal->fd, end, sizeof(end), 0))
		journal->end = 0;
	else if (journal->end)
		(void)complain("trim");
}

static enum rc append(struct journal *journal, const struct buf *record)
{
	int fd = openat(journal->dir_fd, "refused", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	bool written = end >= 0 && write_at(fd, record->data, record->len, (size_t)end) &&
		       fdatasync(fd) == 0 && fsync(journal->dir_fd) == 0;
	enum rc rc = written ? RC_OK : complain("refused");

	if (!written && end >= 0)
		(void)!ftruncate(fd, end); /* half a record would hide those behind it */
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

enum rc journal_set_aside(struct journal *journal, struct journal_item *item)
{
	struct buf record;
	enum rc rc = RC_OK;

	buf_init(&record, BATCH_MAX);
	if (item->settlement.renewed)
		rc = journal_encode(&item->settlement, &record);
	if (rc == RC_OK && record.len)
		rc = append(journal, &record);
	buf_release(&record);
	if (rc == RC_OK)
		journal_drop(journal, item);
	return rc == RC_OK ? rc : RC_UNAVAILABLE;
}
