/* SPDX-License-Identifier: Apache-2.0
 *
 * The journal of renewed tokens: what was synced comes back after any end of the process, what was torn does not,
 * and a full disk loses nothing that memory still has.
 */
#include "domain/upkeep/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"

static char dir[64], file[96], owner_file[96], refused_file[96];
static struct journal *journal;

/* ---- settlements by number ---- */

static void fill(struct refresh_settlement *s, int n)
{
	struct credential_row *row = &s->row;

	memset(s, 0, sizeof(*s));
	s->renewed = true;
	s->retry_after_s = -1;
	memset(&s->tenant, n, sizeof(s->tenant));
	memset(&s->lease.owner, n + 1, sizeof(s->lease.owner));
	memset(&row->id, n + 2, sizeof(row->id));
	memset(&row->client_id, n + 3, sizeof(row->client_id));
	s->lease.fence = UINT64_MAX - (uint64_t)n;
	s->lease.rev = (uint64_t)n + 7;
	s->due_at_s = INT64_C(4102444800) + n; /* past 2038 */
	row->secret_rev = s->lease.rev + 1;    /* as it was sealed */
	row->expires = n % 2;
	row->expires_at_s = -n;
	row->refreshable = true;
	(void)snprintf(row->plugin_id, sizeof(row->plugin_id), "acme/drive");
	(void)snprintf(row->provider, sizeof(row->provider), "drive");
	(void)snprintf(row->name, sizeof(row->name), "Dr\xc3\xafve %03d", n);
	(void)snprintf(row->state, sizeof(row->state), "client_error");
	(void)snprintf(row->client_source, sizeof(row->client_source), "tenant");
	buf_init(&row->credentials, 4096);
	buf_init(&row->profile, 4096);
	for (int i = 0; i < 100; i++)
		buf_putc(&row->credentials, (char)(i * n));
	buf_puts(&row->profile, "sealed too");
}

static bool sealed_equal(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void is_number(const struct refresh_settlement *s, int n)
{
	struct refresh_settlement want;

	fill(&want, n);
	CHECK(s->renewed);
	CHECK(uuid_equal(&s->tenant.u, &want.tenant.u));
	CHECK(uuid_equal(&s->lease.owner, &want.lease.owner));
	CHECK(uuid_equal(&s->row.id.u, &want.row.id.u));
	CHECK(uuid_equal(&s->row.client_id, &want.row.client_id));
	CHECK(s->lease.fence == want.lease.fence && s->lease.rev == want.lease.rev);
	CHECK_INT(s->row.secret_rev, want.row.secret_rev);
	CHECK_INT(s->due_at_s, want.due_at_s);
	CHECK_INT(s->row.expires, want.row.expires);
	CHECK_INT(s->row.expires_at_s, want.row.expires_at_s);
	CHECK_INT(s->row.refreshable, 1);
	CHECK_STR(s->row.plugin_id, want.row.plugin_id);
	CHECK_STR(s->row.provider, want.row.provider);
	CHECK_STR(s->row.name, want.row.name);
	CHECK_STR(s->row.state, want.row.state);
	CHECK_STR(s->row.client_source, want.row.client_source);
	CHECK(sealed_equal(&s->row.credentials, &want.row.credentials));
	CHECK(sealed_equal(&s->row.profile, &want.row.profile));
	refresh_settlement_release(&want);
}

/* ---- one record ---- */

static struct buf record_of(int n)
{
	struct refresh_settlement s;
	struct buf out;

	fill(&s, n);
	buf_init(&out, 1 << 16);
	CHECK_INT(journal_encode(&s, &out), RC_OK);
	refresh_settlement_release(&s);
	return out;
}

/* From memory of exactly that size, so that a sanitizer sees a read past its end. */
static enum rc decode(const void *p, size_t len, size_t *used)
{
	unsigned char *exact = malloc(len ? len : 1);
	struct refresh_settlement s;
	enum rc rc;

	memcpy(exact, p, len);
	rc = journal_decode(exact, len, &s, used);
	refresh_settlement_release(&s);
	free(exact);
	return rc;
}

static void what_is_written_is_read(void)
{
	struct buf first = record_of(1), second = record_of(2);
	struct refresh_settlement s;
	size_t used;

	buf_add(&first, second.data, second.len);
	CHECK_INT(journal_decode((unsigned char *)first.data, first.len, &s, &used), RC_OK);
	is_number(&s, 1);
	refresh_settlement_release(&s);
	CHECK_INT(used, first.len - second.len);
	CHECK_INT(journal_decode((unsigned char *)first.data + used, first.len - used, &s, &used),
		RC_OK);
	is_number(&s, 2);
	refresh_settlement_release(&s);
	CHECK_INT(used, second.len);
	buf_release(&first);
	buf_release(&second);
}

static void empty_parts_and_longest_texts_are_kept(void)
{
	struct refresh_settlement s, back;
	struct buf out;
	size_t used;

	fill(&s, 3);
	buf_clear(&s.row.profile);
	s.row.client_source[0] = '\0';
	memset(s.row.name, 'x', sizeof(s.row.name) - 1);
	buf_init(&out, 1 << 16);
	CHECK_INT(journal_encode(&s, &out), RC_OK);
	CHECK_INT(journal_decode((unsigned char *)out.data, out.len, &back, &used), RC_OK);
	CHECK_STR(back.row.name, s.row.name);
	CHECK_STR(back.row.client_source, "");
	CHECK_INT(back.row.profile.len, 0);
	refresh_settlement_release(&s);
	refresh_settlement_release(&back);
	buf_release(&out);
}

static void what_does_not_fit_is_no_half_a_record(void)
{
	struct buf out = record_of(3);
	size_t whole = out.len;
	struct refresh_settlement s;

	buf_release(&out);
	fill(&s, 3);
	for (size_t room = 0; room < whole; room++) {
		buf_init(&out, room);
		CHECK_INT(journal_encode(&s, &out), RC_LIMIT);
		CHECK_INT(out.len, 0);
		buf_release(&out);
	}
	refresh_settlement_release(&s);
}

static void every_truncation_is_refused(void)
{
	struct buf record = record_of(4);
	size_t used = 1;

	for (size_t len = 0; len < record.len; len++) {
		CHECK(decode(record.data, len, &used) != RC_OK);
		CHECK_INT(used, 0);
	}
	CHECK_INT(decode(record.data, record.len, &used), RC_OK);
	buf_release(&record);
}

static void every_flipped_bit_is_refused(void)
{
	struct buf record = record_of(5);
	size_t used;

	for (size_t i = 0; i < record.len * 8; i++) {
		record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
		CHECK_INT(decode(record.data, record.len, &used), RC_INVALID);
		record.data[i / 8] = (char)(record.data[i / 8] ^ 1 << i % 8);
	}
	CHECK_INT(decode(record.data, record.len, &used), RC_OK);
	buf_release(&record);
}

/* The hash holds, so somebody wrote it so: still nothing may run over. */
static void a_record_that_lies_about_its_parts_is_refused(void)
{
	static const uint32_t lies[] = {0, 1, 9, 11, 300, 0x7fffffff, 0xffffffff};
	struct buf record = record_of(6);
	size_t used, hashed = record.len - HASH_SIZE;
	char *at = memmem(record.data, record.len, "acme/drive", 10);

	CHECK(at != NULL);
	for (size_t i = 0; at && i < sizeof(lies) / sizeof(lies[0]); i++) {
		memcpy(at - sizeof(uint32_t), &lies[i], sizeof(uint32_t));
		codec_hash(record.data, hashed, (unsigned char *)record.data + hashed);
		CHECK_INT(decode(record.data, record.len, &used), RC_INVALID);
	}
	memcpy(at - sizeof(uint32_t), &(uint32_t){10}, sizeof(uint32_t));
	at[3] = '\0';
	codec_hash(record.data, hashed, (unsigned char *)record.data + hashed);
	CHECK_INT(decode(record.data, record.len, &used), RC_INVALID);
	at[3] = 'e';
	codec_hash(record.data, hashed, (unsigned char *)record.data + hashed);
	CHECK_INT(decode(record.data, record.len, &used), RC_OK);
	buf_release(&record);
}

/* Another text for the first one, or more behind the last part: with true lengths and a true hash. */
static enum rc decode_with(size_t text_len, size_t more)
{
	struct buf record = record_of(6), out;
	char *at = memmem(record.data, record.len, "acme/drive", 10);
	size_t head = (size_t)(at - record.data) - sizeof(uint32_t), used;
	unsigned char hash[HASH_SIZE];
	uint32_t len = (uint32_t)text_len, whole;
	enum rc rc;

	buf_init(&out, 1 << 16);
	buf_add(&out, record.data, head);
	buf_add(&out, &len, sizeof(len));
	while (len--)
		buf_putc(&out, 'a');
	buf_add(&out, at + 10, record.len - HASH_SIZE - (size_t)(at + 10 - record.data));
	while (more--)
		buf_putc(&out, 'x');
	whole = (uint32_t)out.len + HASH_SIZE;
	memcpy(out.data + 4, &whole, sizeof(whole));
	codec_hash(out.data, out.len, hash);
	buf_add(&out, hash, sizeof(hash));
	rc = decode(out.data, out.len, &used);
	buf_release(&record);
	buf_release(&out);
	return rc;
}

static void a_text_longer_than_its_place_and_what_is_left_over_are_refused(void)
{
	CHECK_INT(decode_with(10, 0), RC_OK);
	CHECK_INT(decode_with(PLUGIN_ID_SIZE - 1, 0), RC_OK);
	CHECK_INT(decode_with(PLUGIN_ID_SIZE, 0), RC_INVALID);
	CHECK_INT(decode_with(9000, 0), RC_INVALID);
	CHECK_INT(decode_with(10, 1), RC_INVALID);
	CHECK_INT(decode_with(10, 400), RC_INVALID);
}

static void zeros_are_the_end_and_anything_else_is_damage(void)
{
	char zeros[300] = {0}, noise[300];
	size_t used;

	memset(noise, 0xa5, sizeof(noise));
	CHECK_INT(decode(zeros, sizeof(zeros), &used), RC_NOT_FOUND);
	CHECK_INT(decode(zeros, 0, &used), RC_NOT_FOUND);
	CHECK_INT(decode(noise, sizeof(noise), &used), RC_INVALID);
}

/* ---- the folder ---- */

static void empty_folder(void)
{
	journal_close(journal);
	journal = NULL;
	(void)unlink(file);
	(void)unlink(owner_file);
	(void)unlink(refused_file);
}

static enum rc reopen(void)
{
	journal_close(journal);
	return journal_open(dir, &journal);
}

static void begin(void)
{
	empty_folder();
	CHECK_INT(reopen(), RC_OK);
}

static struct journal_item *add(int n)
{
	struct journal_item *item = journal_item_new();

	fill(&item->settlement, n);
	journal_add(journal, item);
	return item;
}

static size_t count(void)
{
	size_t n = 0;

	for (struct journal_item *i = journal_first(journal); i; i = i->next)
		n++;
	return n;
}

/* The numbers from … to, in this order, and no more. */
static void holds(int from, int to)
{
	struct journal_item *item = journal_first(journal);

	for (int n = from; n <= to && item; n++, item = item->next)
		is_number(&item->settlement, n);
	CHECK_INT(count(), to - from + 1);
}

static void drop_all(void)
{
	while (journal_first(journal))
		journal_drop(journal, journal_first(journal));
}

static void what_was_synced_comes_back_and_what_was_not_does_not(void)
{
	begin();
	CHECK(journal_ready(journal));
	add(1);
	add(2);
	CHECK_INT(journal_sync(journal), RC_OK);
	add(3);
	CHECK_INT(journal_sync(journal), RC_OK); /* behind the first ones */
	add(4);
	CHECK_INT(reopen(), RC_OK);
	holds(1, 3);
	add(4);
	CHECK_INT(journal_sync(journal), RC_OK); /* behind those that were read */
	CHECK_INT(reopen(), RC_OK);
	holds(1, 4);
}

static void only_what_was_renewed_is_worth_a_sync(void)
{
	struct stat st;

	begin();
	add(1)->settlement.renewed = false;
	CHECK_INT(journal_sync(journal), RC_OK);
	CHECK(stat(file, &st) == 0 && st.st_size == 0);
	CHECK_INT(count(), 1);
	CHECK_INT(reopen(), RC_OK);
	CHECK_INT(count(), 0);
}

static void what_was_dropped_comes_back_until_all_is_trimmed(void)
{
	begin();
	for (int n = 1; n <= 3; n++)
		add(n);
	CHECK_INT(journal_sync(journal), RC_OK);
	journal_drop(journal, journal_first(journal)->next); /* the middle … */
	journal_drop(journal, journal_first(journal)->next); /* … and the last one */
	add(4);
	CHECK_INT(count(), 2);
	is_number(&journal_first(journal)->next->settlement, 4);
	journal_trim(journal); /* nothing: two are left */
	CHECK_INT(reopen(), RC_OK);
	holds(1, 3); /* settled again, which finds its lease gone */
	drop_all();
	journal_trim(journal);
	CHECK_INT(reopen(), RC_OK);
	CHECK_INT(count(), 0);
}

/* The file is written over from its beginning, and records of equal size stand where the old ones stood. */
static void old_records_behind_a_shorter_batch_stay_dead(void)
{
	begin();
	for (int n = 1; n <= 5; n++)
		add(n);
	CHECK_INT(journal_sync(journal), RC_OK);
	drop_all();
	journal_trim(journal);
	add(6);
	CHECK_INT(journal_sync(journal), RC_OK);
	add(7);
	CHECK_INT(journal_sync(journal), RC_OK);
	CHECK_INT(reopen(), RC_OK);
	holds(6, 7);
}

static void a_torn_tail_is_left_out_and_written_over(void)
{
	struct stat st = {0};
	struct buf all;

	begin();
	for (int n = 1; n <= 3; n++)
		add(n);
	CHECK_INT(journal_sync(journal), RC_OK);
	journal_close(journal);
	journal = NULL;
	buf_init(&all, 1 << 16);
	CHECK_INT(buf_load(&all, file), RC_OK);
	CHECK(stat(file, &st) == 0 && st.st_size % 3 == 8 % 3);
	for (size_t len = all.len; len-- > 0;) {
		size_t whole = len / ((all.len - 8) / 3);

		CHECK(truncate(file, (off_t)len) == 0);
		CHECK_INT(reopen(), RC_OK);
		CHECK_INT(count(), whole);
		if (len % 97 == 0) {
			add((int)whole + 1);
			CHECK_INT(journal_sync(journal), RC_OK);
			CHECK_INT(reopen(), RC_OK);
			holds(1, (int)whole + 1);
		}
	}
	buf_release(&all);
}

static void one_damaged_record_ends_what_is_read(void)
{
	unsigned char byte = 0;
	struct stat st = {0};
	int fd;

	begin();
	for (int n = 1; n <= 3; n++)
		add(n);
	CHECK_INT(journal_sync(journal), RC_OK);
	CHECK(stat(file, &st) == 0);
	fd = open(file, O_RDWR | O_CLOEXEC);
	CHECK(pread(fd, &byte, 1, st.st_size / 2) == 1);
	byte ^= 0x10;
	CHECK(pwrite(fd, &byte, 1, st.st_size / 2) == 1);
	(void)close(fd);
	CHECK_INT(reopen(), RC_OK);
	holds(1, 1);
}

/* ---- whose folder ---- */

static void a_folder_has_one_process(void)
{
	struct journal *second = NULL;
	struct uuid dead;

	begin();
	CHECK(!journal_dead_owner(journal, &dead));
	CHECK_INT(journal_open(dir, &second), RC_CONFLICT);
	CHECK(second == NULL);
	CHECK_INT(reopen(), RC_OK);
}

static void the_dead_one_is_known_until_somebody_begins(void)
{
	struct uuid first, dead;

	begin();
	first = *journal_owner(journal);
	CHECK(!uuid_is_zero(&first));
	CHECK_INT(journal_begin(journal), RC_OK);
	for (int i = 0; i < 2; i++) { /* the second dies before it has begun */
		CHECK_INT(reopen(), RC_OK);
		CHECK(!uuid_equal(journal_owner(journal), &first));
		CHECK(journal_dead_owner(journal, &dead) && uuid_equal(&dead, &first));
	}
	CHECK_INT(journal_begin(journal), RC_OK);
	first = *journal_owner(journal);
	CHECK_INT(reopen(), RC_OK);
	CHECK(journal_dead_owner(journal, &dead) && uuid_equal(&dead, &first));
	journal_close(journal);
	journal = NULL;
	CHECK(truncate(owner_file, 15) == 0); /* half a name is nobody's */
	CHECK_INT(reopen(), RC_OK);
	CHECK(!journal_dead_owner(journal, &dead));
}

static void a_process_that_is_killed_leaves_its_folder_and_its_answers(void)
{
	struct uuid dead;
	int status = 0;
	pid_t pid;

	empty_folder();
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (journal_open(dir, &journal) != RC_OK || journal_begin(journal) != RC_OK ||
			!journal_ready(journal))
			_exit(1);
		add(1);
		add(2);
		if (journal_sync(journal) == RC_OK)
			(void)raise(SIGKILL);
		_exit(2);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	CHECK_INT(reopen(), RC_OK);
	CHECK(journal_dead_owner(journal, &dead));
	holds(1, 2);
}

static void what_is_no_folder_of_ours_is_refused(void)
{
	struct journal *none = NULL;

	empty_folder();
	CHECK_INT(journal_open("/nonexistent/folder", &none), RC_UNAVAILABLE);
	CHECK_INT(journal_open("/dev/null", &none), RC_UNAVAILABLE);
	CHECK(mkdir(file, 0700) == 0);
	CHECK_INT(journal_open(dir, &none), RC_UNAVAILABLE);
	CHECK(rmdir(file) == 0);
	CHECK(none == NULL);
	CHECK_INT(reopen(), RC_OK); /* what failed has given the lock back */
}

static void strangers_cannot_read_it(void)
{
	struct stat st;

	begin();
	CHECK(stat(file, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(stat(owner_file, &st) == 0 && (st.st_mode & 07777) == 0600);
}

/* ---- a full disk (C33) ---- */

/* No file of this process may grow beyond it: EFBIG in place of ENOSPC. */
static void disk_of(rlim_t bytes)
{
	struct rlimit limit = {0};

	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void without_room_it_is_not_ready_and_becomes_so(void)
{
	bool ready;

	begin();
	disk_of(1 << 20);
	ready = journal_ready(journal);
	disk_of(RLIM_INFINITY);
	CHECK(!ready);
	CHECK(journal_ready(journal));
	disk_of(0); /* the room is there already */
	ready = journal_ready(journal);
	disk_of(RLIM_INFINITY);
	CHECK(ready);
}

static void what_the_disk_refused_is_kept_and_synced_later(void)
{
	enum rc first, second;
	bool ready;

	begin();
	CHECK(journal_ready(journal));
	add(1);
	CHECK_INT(journal_sync(journal), RC_OK);
	add(2);
	add(3);
	disk_of(0);
	first = journal_sync(journal);
	ready = journal_ready(journal);
	disk_of(600); /* into the middle of a record */
	second = journal_sync(journal);
	disk_of(RLIM_INFINITY);
	CHECK_INT(first, RC_UNAVAILABLE);
	CHECK_INT(second, RC_UNAVAILABLE);
	CHECK(!ready); /* what waits for the disk comes before what would come to it */
	holds(1, 3);
	CHECK_INT(journal_sync(journal), RC_OK);
	CHECK(journal_ready(journal));
	CHECK_INT(reopen(), RC_OK);
	holds(1, 3);
}

static void what_was_half_written_harms_nothing_that_was_whole(void)
{
	enum rc rc;

	begin();
	add(1);
	CHECK_INT(journal_sync(journal), RC_OK);
	add(2);
	disk_of(600);
	rc = journal_sync(journal);
	disk_of(RLIM_INFINITY);
	CHECK_INT(rc, RC_UNAVAILABLE);
	CHECK_INT(reopen(), RC_OK); /* died before it could be tried again */
	holds(1, 1);
}

/* Settled by the commit alone, because the disk did not take it. */
static void what_never_reached_the_disk_can_be_dropped(void)
{
	enum rc rc;

	begin();
	add(1);
	disk_of(0);
	rc = journal_sync(journal);
	drop_all();
	journal_trim(journal);
	disk_of(RLIM_INFINITY);
	CHECK_INT(rc, RC_UNAVAILABLE);
	add(2);
	CHECK_INT(journal_sync(journal), RC_OK);
	CHECK_INT(reopen(), RC_OK);
	holds(2, 2);
}

/* ---- what stays for long ---- */

static off_t length(const char *path)
{
	struct stat st = {0};

	return stat(path, &st) == 0 ? st.st_size : -1;
}

/* One that is never settled, and ever so many that are. */
static void add_many_behind_one(void)
{
	add(1);
	for (int n = 0; n < 300; n++) {
		struct journal_item *item = add(2);

		buf_release(&item->settlement.row.profile);
		buf_init(&item->settlement.row.profile, 1 << 16);
		for (int i = 0; i < 30000; i++)
			buf_putc(&item->settlement.row.profile, 'p');
		CHECK_INT(journal_sync(journal), RC_OK);
		journal_drop(journal, item);
		journal_trim(journal);
	}
}

static void one_that_stays_does_not_make_the_file_grow(void)
{
	struct journal_item *last;

	begin();
	CHECK(journal_ready(journal));
	add_many_behind_one();
	CHECK(length(file) < 5 << 20); /* 9 MiB went through it */
	add(2);
	CHECK_INT(journal_sync(journal), RC_OK); /* behind what was written anew */
	CHECK_INT(reopen(), RC_OK);
	is_number(&journal_first(journal)->settlement, 1);
	for (last = journal_first(journal); last->next; last = last->next)
		;
	is_number(&last->settlement, 2);
}

/* The operator can give it back: the file is a journal. */
static void what_is_set_aside_is_whole_and_gone_from_the_journal(void)
{
	begin();
	for (int n = 1; n <= 3; n++)
		add(n);
	add(4)->settlement.renewed = false;
	CHECK_INT(journal_sync(journal), RC_OK);
	CHECK_INT(journal_set_aside(journal, journal_first(journal)), RC_OK);
	CHECK_INT(journal_set_aside(journal, journal_first(journal)), RC_OK);
	CHECK_INT(count(), 2);
	is_number(&journal_first(journal)->settlement, 3);
	CHECK_INT(journal_set_aside(journal, journal_first(journal)->next), RC_OK); /* no token */
	drop_all();
	CHECK(rename(refused_file, file) == 0);
	CHECK_INT(reopen(), RC_OK);
	holds(1, 2);
}

static void what_cannot_be_set_aside_stays(void)
{
	enum rc rc;

	begin();
	add(1);
	disk_of(100);
	rc = journal_set_aside(journal, journal_first(journal));
	disk_of(RLIM_INFINITY);
	CHECK_INT(rc, RC_UNAVAILABLE);
	CHECK_INT(length(refused_file), 0);
	holds(1, 1);
}

int main(void)
{
	if (codec_init() != RC_OK || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return 99;
	(void)snprintf(dir, sizeof(dir), "/tmp/grantry-journal.XXXXXX");
	if (!mkdtemp(dir))
		return 99;
	(void)snprintf(file, sizeof(file), "%s/journal", dir);
	(void)snprintf(owner_file, sizeof(owner_file), "%s/owner", dir);
	(void)snprintf(refused_file, sizeof(refused_file), "%s/refused", dir);
	RUN(what_is_written_is_read);
	RUN(empty_parts_and_longest_texts_are_kept);
	RUN(what_does_not_fit_is_no_half_a_record);
	RUN(every_truncation_is_refused);
	RUN(every_flipped_bit_is_refused);
	RUN(a_record_that_lies_about_its_parts_is_refused);
	RUN(a_text_longer_than_its_place_and_what_is_left_over_are_refused);
	RUN(zeros_are_the_end_and_anything_else_is_damage);
	RUN(what_was_synced_comes_back_and_what_was_not_does_not);
	RUN(only_what_was_renewed_is_worth_a_sync);
	RUN(what_was_dropped_comes_back_until_all_is_trimmed);
	RUN(old_records_behind_a_shorter_batch_stay_dead);
	RUN(a_torn_tail_is_left_out_and_written_over);
	RUN(one_damaged_record_ends_what_is_read);
	RUN(a_folder_has_one_process);
	RUN(the_dead_one_is_known_until_somebody_begins);
	RUN(a_process_that_is_killed_leaves_its_folder_and_its_answers);
	RUN(what_is_no_folder_of_ours_is_refused);
	RUN(strangers_cannot_read_it);
	RUN(without_room_it_is_not_ready_and_becomes_so);
	RUN(what_the_disk_refused_is_kept_and_synced_later);
	RUN(what_was_half_written_harms_nothing_that_was_whole);
	RUN(what_never_reached_the_disk_can_be_dropped);
	RUN(one_that_stays_does_not_make_the_file_grow);
	RUN(what_is_set_aside_is_whole_and_gone_from_the_journal);
	RUN(what_cannot_be_set_aside_stays);
	empty_folder();
	(void)rmdir(dir);
	return CHECK_DONE;
}
