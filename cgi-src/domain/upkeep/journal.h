/* SPDX-License-Identifier: Apache-2.0
 *
 * What must not be lost between a provider's answer and our commit. Settlements wait here until the database has
 * them; those of renewed credentials are also written to a file and synced, many with one sync, before the
 * commit is tried. What is in the file at a start is taken up again. A settlement is idempotent: it only takes
 * effect while its lease still holds.
 */
#ifndef GRANTRY_DOMAIN_UPKEEP_JOURNAL_H
#define GRANTRY_DOMAIN_UPKEEP_JOURNAL_H

#include "domain/oauth/refresh.h"

struct journal;

struct journal_item {
	struct journal_item *next;
	struct refresh_settlement settlement;
	bool on_disk;
	int64_t not_before_ms; /* not to be settled sooner (monotonic) */
	int64_t refused_ms;    /* since when the database refuses it; 0: it does not */
};

struct journal_item *journal_item_new(void);
void journal_item_free(struct journal_item *item);

/** journal_open(dir, out): locks the folder for this process, reads what is left. RC_CONFLICT: another process has
 * it; RC_UNAVAILABLE: it cannot be read. */
enum rc journal_open(const char *dir, struct journal **out) RC_MUST_CHECK;
void journal_close(struct journal *journal);

/** journal_owner(journal): who we are in leases; journal_dead_owner: who had this folder before, whose leases
 * are therefore nobody's; false when nobody. */
const struct uuid *journal_owner(const struct journal *journal);
bool journal_dead_owner(const struct journal *journal, struct uuid *out);

/** journal_begin(journal): to be called once the dead owner's leases have been given back; from now on its
 * name is ours. */
enum rc journal_begin(struct journal *journal) RC_MUST_CHECK;

/** journal_ready(journal): is there room on the disk for what is about to come (C33)? Asked before a provider
 * is called. The room is reserved once and kept. */
bool journal_ready(struct journal *journal);

/** journal_add(journal, item): takes item; it cannot fail: what was answered is not lost for want of memory. */
void journal_add(struct journal *journal, struct journal_item *item);
/** journal_sync(journal): on disk when it returns RC_OK. RC_UNAVAILABLE: only in memory, and logged. */
enum rc journal_sync(struct journal *journal) RC_MUST_CHECK;

/** journal_first(journal): the oldest item that is not settled; NULL: none. item->next leads on. */
struct journal_item *journal_first(const struct journal *journal);
/** journal_drop(journal, item): committed, or overtaken: not needed any more; freed. */
void journal_drop(struct journal *journal, struct journal_item *item);
/** journal_set_aside(journal, item): what will never be settled: appended to the file "refused" of the folder, in the
 * same form, for the operator; then dropped. RC_UNAVAILABLE: it could not be written; nothing was changed. */
enum rc journal_set_aside(struct journal *journal, struct journal_item *item) RC_MUST_CHECK;
/** journal_trim(journal): when nothing is left to settle, the file is begun anew. Not synced: a settlement that
 * comes back finds its lease gone. When little is left of a large file, that little is written to a new one. */
void journal_trim(struct journal *journal);

/** journal_encode(s, out): appends one record. journal_decode(p, len, out, used): reads one; RC_NOT_FOUND: the end;
 * RC_INVALID: no record of ours, or damaged; RC_NOMEM. Pure; for fuzzing too. *out is the caller's to release,
 * also after an error. */
enum rc journal_encode(const struct refresh_settlement *s, struct buf *out) RC_MUST_CHECK;
enum rc journal_decode(const unsigned char *p, size_t len, struct refresh_settlement *out,
	size_t *used) RC_MUST_CHECK;

#endif
