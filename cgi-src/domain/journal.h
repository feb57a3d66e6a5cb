/* SPDX-License-Identifier: Apache-2.0
 *
 * What must not be lost between a provider's answer and our commit. A file of sealed results, each written
 * and synced before the commit, taken back after it; what is left at a start is swapped in then. An entry is
 * idempotent: it only takes effect while its lease still holds.
 */
#ifndef GRANTRY_DOMAIN_JOURNAL_H
#define GRANTRY_DOMAIN_JOURNAL_H

#include "store/refresh_store.h"

struct journal;

struct journal_entry {
	struct tenant_id tenant;
	struct refresh_lease lease;
	int64_t due_at_s;
	struct credential_row
		row; /* id, sealed columns, expiry, refreshable; the rest is not kept */
};

/** journal_open(dir, out): locks the folder for this process: RC_CONFLICT when another has it. */
enum rc journal_open(const char *dir, struct journal **out) RC_MUST_CHECK;
void journal_close(struct journal *journal);

/** journal_owner(journal): who we are in leases; journal_dead_owner: who had this folder before, whose leases
 * are therefore nobody's; false when nobody. */
const struct uuid *journal_owner(const struct journal *journal);
bool journal_dead_owner(const struct journal *journal, struct uuid *out);

/** journal_begin(journal): to be called once the dead owner's leases have been given back; from now on its
 * name is ours. */
enum rc journal_begin(struct journal *journal) RC_MUST_CHECK;

/** journal_ready(journal): can an entry be written (C33)? Asked before a provider is called. */
bool journal_ready(struct journal *journal);
/** journal_write(journal, entry): on disk when it returns RC_OK. */
enum rc journal_write(struct journal *journal, const struct journal_entry *entry) RC_MUST_CHECK;
/** journal_done(journal, entry): committed, or overtaken: not needed any more. */
void journal_done(struct journal *journal, const struct journal_entry *entry);
/** journal_replay(journal, visit, arg): every entry not done; visit returns true when it is done with it. */
enum rc journal_replay(struct journal *journal,
	bool (*visit)(const struct journal_entry *entry, void *arg), void *arg) RC_MUST_CHECK;

#endif
