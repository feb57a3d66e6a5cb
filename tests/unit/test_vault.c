/* SPDX-License-Identifier: Apache-2.0
 *
 * Attack rows F1-F7, F13, F14: what somebody with write access to the database or to the key folder
 * can do to sealed records.
 */
#include "platform/vault.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"

static struct vault_key key;
static struct vault_place place;

static void fixture(void)
{
	vault_key_release(&key);
	key.version = 7;
	CHECK_INT(secret_random(&key.bytes, VAULT_KEY_SIZE), RC_OK);
	place = (struct vault_place){.table = "tool_credentials",
		.column = "client_secret",
		.tenant = uuid_random(),
		.row = uuid_random(),
		.revision = 3};
}

static void seal_text(const char *text, struct buf *out)
{
	struct secret plain = SECRET_EMPTY;

	buf_init(out, VAULT_RECORD_MAX);
	CHECK_INT(secret_append_text(&plain, text), RC_OK);
	CHECK_INT(vault_seal(&key, &place, &plain, out), RC_OK);
	secret_release(&plain);
}

static void opens(const struct buf *record, const char *want)
{
	struct secret plain = SECRET_EMPTY;

	CHECK_INT(vault_open(&key, &place, record->data, record->len, &plain), RC_OK);
	CHECK_STR(secret_text(&plain), want);
	CHECK_INT(plain.len, strlen(want));
	secret_release(&plain);
}

static int open_rc(const void *p, size_t len)
{
	struct secret plain = SECRET_EMPTY;
	int rc = vault_open(&key, &place, p, len, &plain);

	CHECK(rc == RC_OK || (plain.len == 0 && plain.bytes == NULL));
	secret_release(&plain);
	return rc;
}

static void vault_opens_what_it_sealed(void)
{
	static const size_t sizes[] = {0, 1, 59, 60, 61, 123, 124, 125, 4096, 65536};
	struct secret plain = SECRET_EMPTY, back = SECRET_EMPTY;
	struct buf record;

	fixture();
	buf_init(&record, VAULT_RECORD_MAX);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		CHECK_INT(secret_random(&plain, sizes[i]), RC_OK);
		CHECK_INT(vault_seal(&key, &place, &plain, &record), RC_OK);
		CHECK_INT(vault_record_version(record.data, record.len), 7);
		CHECK_INT(vault_open(&key, &place, record.data, record.len, &back), RC_OK);
		CHECK(secret_equal(&plain, &back));
		CHECK_INT(back.bytes[back.len], 0);
	}
	secret_release(&plain);
	secret_release(&back);
	buf_release(&record);
}

static void vault_record_has_the_documented_form(void)
{
	struct buf record;

	fixture();
	key.version = 0x01020304;
	seal_text("x", &record);
	CHECK_INT(record.len, 6 + 24 + 64 + 16);
	CHECK(memcmp(record.data, "\1\1\1\2\3\4", 6) == 0);
	buf_release(&record);
}

static void vault_f1_record_of_another_row_does_not_open(void)
{
	struct buf record;

	fixture();
	seal_text("secret", &record);
	place.row = uuid_random();
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	buf_release(&record);
}

static void vault_f2_record_of_another_tenant_does_not_open(void)
{
	struct buf record;

	fixture();
	seal_text("secret", &record);
	place.tenant = uuid_random();
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	buf_release(&record);
}

static void vault_f3_record_of_another_column_does_not_open(void)
{
	struct buf record;

	fixture();
	seal_text("secret", &record);
	place.column = "refresh_token";
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	buf_release(&record);
}

static void vault_f4_record_of_another_table_or_revision_does_not_open(void)
{
	struct buf record;

	fixture();
	seal_text("secret", &record);
	place.revision++;
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	place.revision--;
	opens(&record, "secret");
	place.table = "tool_oauth_tenant_clients";
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	buf_release(&record);
}

/* Were the parts joined without lengths, "ab" + "c" would open as "a" + "bc". */
static void vault_place_parts_do_not_run_together(void)
{
	struct buf record;
	unsigned char tail;

	fixture();
	place.table = "ab";
	place.column = "c";
	seal_text("secret", &record);
	tail = place.tenant.b[0];
	place.table = "a";
	memmove(place.tenant.b + 1, place.tenant.b, 15);
	place.tenant.b[0] = 'b';
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	CHECK(tail == place.tenant.b[1]);
	buf_release(&record);
}

static void vault_f5_every_flipped_bit_is_noticed(void)
{
	struct buf record;

	fixture();
	seal_text("a secret that is long enough to fill more than one block of padding, yes",
		&record);
	for (size_t bit = 0; bit < record.len * 8; bit++) {
		record.data[bit / 8] ^= (char)(1 << (bit % 8));
		CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
		record.data[bit / 8] ^= (char)(1 << (bit % 8));
	}
	CHECK_INT(open_rc(record.data, record.len), RC_OK);
	buf_release(&record);
}

/* Each prefix in memory of exactly its size, so that a read past the end is seen by the sanitizer. */
static void vault_f5_every_truncation_is_noticed(void)
{
	struct buf record;

	fixture();
	seal_text("a secret", &record);
	for (size_t len = 0; len < record.len; len++) {
		char *cut = malloc(len ? len : 1);

		CHECK(cut != NULL);
		if (!cut)
			break;
		memcpy(cut, record.data, len);
		CHECK_INT(open_rc(cut, len), RC_CRYPTO);
		free(cut);
	}
	CHECK_INT(open_rc(NULL, 0), RC_CRYPTO);
	CHECK_INT(vault_record_version(NULL, 0), 0);
	buf_release(&record);
}

static void vault_f5_appended_and_huge_records_are_noticed(void)
{
	static char huge[16 << 20];
	struct buf record;

	fixture();
	seal_text("a secret", &record);
	memcpy(huge, record.data, record.len);
	CHECK_INT(open_rc(huge, record.len), RC_OK);
	CHECK_INT(open_rc(huge, record.len + 1), RC_CRYPTO);
	CHECK_INT(open_rc(huge, record.len + 64), RC_CRYPTO);
	CHECK_INT(open_rc(huge, VAULT_RECORD_MAX - (VAULT_RECORD_MAX - 46) % 64), RC_CRYPTO);
	CHECK_INT(open_rc(huge, sizeof huge), RC_CRYPTO);
	buf_release(&record);
}

static void vault_f5_wrong_form_algorithm_and_version_are_noticed(void)
{
	struct buf record;

	fixture();
	seal_text("a secret", &record);
	record.data[0] = 2;
	CHECK_INT(vault_record_version(record.data, record.len), 0);
	record.data[0] = 1;
	record.data[1] = 2;
	CHECK_INT(vault_record_version(record.data, record.len), 0);
	record.data[1] = 1;
	key.version = 8;
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	/* Also when header and key agree on a version that it was not sealed for. */
	record.data[5] = 8;
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	buf_release(&record);
}

static void vault_other_key_does_not_open(void)
{
	struct buf record;

	fixture();
	seal_text("a secret", &record);
	CHECK_INT(secret_random(&key.bytes, VAULT_KEY_SIZE), RC_OK);
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	CHECK_INT(secret_random(&key.bytes, VAULT_KEY_SIZE - 1), RC_OK);
	CHECK_INT(open_rc(record.data, record.len), RC_CRYPTO);
	buf_release(&record);
}

static void vault_misuse_and_limits_are_refused(void)
{
	struct secret plain = SECRET_EMPTY;
	struct buf record;

	fixture();
	CHECK_INT(secret_random(&plain, VAULT_PLAIN_MAX + 1), RC_OK);
	buf_init(&record, VAULT_RECORD_MAX);
	CHECK_INT(vault_seal(&key, &place, &plain, &record), RC_LIMIT);
	CHECK_INT(secret_random(&plain, VAULT_PLAIN_MAX), RC_OK);
	CHECK_INT(vault_seal(&key, &place, &plain, &record), RC_OK);
	CHECK_INT(open_rc(record.data, record.len), RC_OK);
	buf_release(&record);
	buf_init(&record, 100);
	CHECK_INT(secret_random(&plain, 1), RC_OK);
	CHECK_INT(vault_seal(&key, &place, &plain, &record), RC_LIMIT);
	key.version = 0;
	CHECK_INT(vault_seal(&key, &place, &plain, &record), RC_INTERNAL);
	buf_release(&record);
	secret_release(&plain);
}

static void vault_f13_same_secret_twice_differs(void)
{
	struct buf a, b;

	fixture();
	seal_text("same", &a);
	seal_text("same", &b);
	CHECK_INT(a.len, b.len);
	for (size_t i = 6; i + 16 <= a.len; i += 16)
		CHECK(memcmp(a.data + i, b.data + i, 16) != 0);
	buf_release(&a);
	buf_release(&b);
}

static void vault_f14_short_secrets_have_one_length(void)
{
	struct buf a, b;

	fixture();
	seal_text("", &a);
	seal_text("sixty bytes of secret, which fill one block to its last byte", &b);
	CHECK_INT(a.len, b.len);
	buf_release(&b);
	seal_text("sixty-one bytes of secret, which need another block to be in.", &b);
	CHECK_INT(b.len, a.len + 64);
	buf_release(&a);
	buf_release(&b);
}

/* --- the key folder --- */

static char dir[64];

static void at(const char *file, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", dir, file);
}

static void put(const char *file, const void *p, size_t len, mode_t mode)
{
	char path[128];
	FILE *f;

	at(file, path);
	(void)unlink(path);
	f = fopen(path, "w");
	CHECK(f != NULL);
	if (!f)
		return;
	CHECK_INT(fwrite(p, 1, len, f), len);
	CHECK_INT(fclose(f), 0);
	CHECK_INT(chmod(path, mode), 0);
}

static void folder_new(void)
{
	(void)snprintf(dir, sizeof dir, "/tmp/grantry-vault-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
}

static void folder_free(void)
{
	const struct dirent *entry;
	DIR *d = opendir(dir);
	char path[512];

	while (d && (entry = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
		(void)unlink(path);
	}
	if (d)
		(void)closedir(d);
	CHECK_INT(rmdir(dir), 0);
}

static const unsigned char key_a[32] = "0123456789abcdef0123456789abcde";
static const unsigned char key_b[32] = "zyxwvutsrqponmlkzyxwvutsrqponml";

static void folder_with_two_keys(void)
{
	folder_new();
	put("a.key", key_a, 32, 0400);
	put("b.key", key_b, 32, 0400);
	put("current", "a\n", 2, 0400);
}

static int load_rc(void)
{
	struct vault_keks *keks = NULL;
	int rc = vault_keks_load(dir, &keks);

	CHECK((rc == RC_OK) == (keks != NULL));
	vault_keks_free(keks);
	return rc;
}

static void vault_keks_load_and_name_the_current_one(void)
{
	unsigned char kcv_a[16], kcv_b[16], again[16];
	struct vault_keks *keks = NULL;

	folder_with_two_keys();
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	if (keks) {
		CHECK_STR(vault_kek_current(keks), "a");
		CHECK_INT(vault_kek_check_value(keks, "a", kcv_a), RC_OK);
		CHECK_INT(vault_kek_check_value(keks, "b", kcv_b), RC_OK);
		CHECK_INT(vault_kek_check_value(keks, "a", again), RC_OK);
		CHECK(memcmp(kcv_a, again, 16) == 0);
		CHECK(memcmp(kcv_a, kcv_b, 16) != 0);
		CHECK_INT(vault_kek_check_value(keks, "c", again), RC_UNAVAILABLE);
	}
	vault_keks_free(keks);
	folder_free();
}

/* "Wrong key file" shows in the check value, which the program compares with the database's. */
static void vault_f7_other_bytes_have_another_check_value(void)
{
	unsigned char before[16] = {0}, after[16] = {0};
	struct vault_keks *keks = NULL;

	folder_with_two_keys();
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	if (keks)
		CHECK_INT(vault_kek_check_value(keks, "a", before), RC_OK);
	vault_keks_free(keks);
	put("a.key", "0123456789abcdef0123456789abcdeX", 32, 0400);
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	if (keks)
		CHECK_INT(vault_kek_check_value(keks, "a", after), RC_OK);
	vault_keks_free(keks);
	CHECK(memcmp(before, after, 16) != 0);
	folder_free();
}

static void vault_f7_wrong_size_is_refused(void)
{
	static const char base64[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

	folder_with_two_keys();
	CHECK_INT(load_rc(), RC_OK);
	put("a.key", key_a, 31, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	put("a.key", base64, 33, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	put("a.key", base64, sizeof base64 - 1, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	put("a.key", "", 0, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	put("a.key", key_a, 32, 0400);
	put("b.key", key_b, 31, 0400); /* also one that is not current */
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	folder_free();
}

static void vault_f7_zero_key_is_refused(void)
{
	static const unsigned char zeros[32];

	folder_with_two_keys();
	put("a.key", zeros, 32, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	folder_free();
}

static void vault_f7_readable_by_others_is_refused(void)
{
	static const mode_t modes[] = {0440, 0404, 0444, 0410, 0402, 0644, 0604};

	folder_with_two_keys();
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		put("a.key", key_a, 32, modes[i]);
		CHECK_INT(load_rc(), RC_UNAVAILABLE);
	}
	put("a.key", key_a, 32, 0600);
	CHECK_INT(load_rc(), RC_OK);
	CHECK_INT(chmod(dir, 0770), 0);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	CHECK_INT(chmod(dir, 0702), 0);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	CHECK_INT(chmod(dir, 0700), 0);
	folder_free();
}

static void vault_f7_unreadable_is_refused(void)
{
	folder_with_two_keys();
	put("a.key", key_a, 32, 0000);
	if (geteuid() != 0) /* root reads it all the same */
		CHECK_INT(load_rc(), RC_UNAVAILABLE);
	folder_free();
}

static void vault_f7_links_pipes_and_folders_are_refused(void)
{
	char path[128], target[128];

	folder_with_two_keys();
	at("a.key", path);
	at("elsewhere", target);
	put("elsewhere", key_a, 32, 0400);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(symlink(target, path), 0);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(mkfifo(path, 0400), 0);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(mkdir(path, 0700), 0);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	CHECK_INT(rmdir(path), 0);
	folder_free();
}

static void vault_f7_current_must_name_a_key(void)
{
	static const char *const bad[] = {"", "\n", "c", "a.key", "../a", "a\n\n", "a ", " a",
		"a\nb", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	char path[128];

	folder_with_two_keys();
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		put("current", bad[i], strlen(bad[i]), 0400);
		CHECK_INT(load_rc(), RC_UNAVAILABLE);
	}
	put("current", "b", 1, 0400);
	CHECK_INT(load_rc(), RC_OK);
	put("current", "b\0", 2, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	at("current", path);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	folder_free();
}

static void vault_f7_missing_folder_and_bad_names_are_refused(void)
{
	folder_new();
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	put("with space.key", key_a, 32, 0400);
	put("current", "with space", 10, 0400);
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	folder_free();
	CHECK_INT(load_rc(), RC_UNAVAILABLE);
	CHECK_INT(vault_kek_create(dir), RC_UNAVAILABLE);
}

static void vault_kek_create_makes_one_key_once(void)
{
	struct vault_keks *keks = NULL;
	char path[128];
	struct stat st;

	folder_new();
	CHECK_INT(vault_kek_create(dir), RC_OK);
	CHECK_INT(vault_kek_create(dir), RC_CONFLICT);
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	at("current", path);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0400);
	CHECK_INT(unlink(path), 0);
	CHECK_INT(vault_kek_create(dir), RC_CONFLICT); /* a key alone counts, too */
	vault_keks_free(keks);
	folder_free();
}

/* --- data keys --- */

static void vault_wrapped_key_comes_back(void)
{
	struct vault_key back = {0};
	struct vault_keks *keks = NULL;
	struct buf wrapped;

	fixture();
	folder_with_two_keys();
	buf_init(&wrapped, 256);
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	CHECK_INT(vault_wrap(keks, &place.tenant, &key, &wrapped), RC_OK);
	/* After a rotation of "current" the old key still opens. */
	vault_keks_free(keks);
	put("current", "b", 1, 0400);
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	CHECK_INT(
		vault_unwrap(keks, "a", &place.tenant, 7, wrapped.data, wrapped.len, &back), RC_OK);
	CHECK_INT(back.version, 7);
	CHECK(secret_equal(&back.bytes, &key.bytes));
	vault_key_release(&back);
	CHECK_INT(back.version, 0);
	vault_keks_free(keks);
	buf_release(&wrapped);
	folder_free();
}

static int unwrap_rc(const struct vault_keks *keks, const char *id, const struct uuid *tenant,
	uint32_t version, const void *p, size_t len)
{
	struct vault_key back = {0};
	int rc = vault_unwrap(keks, id, tenant, version, p, len, &back);

	CHECK(rc == RC_OK || (back.version == 0 && back.bytes.len == 0));
	vault_key_release(&back);
	return rc;
}

static void vault_f6_wrapped_key_of_another_place_does_not_open(void)
{
	struct vault_keks *keks = NULL;
	struct uuid other = uuid_random();
	struct buf w;

	fixture();
	folder_with_two_keys();
	buf_init(&w, 256);
	CHECK_INT(vault_keks_load(dir, &keks), RC_OK);
	CHECK_INT(vault_wrap(keks, &place.tenant, &key, &w), RC_OK);
	CHECK_INT(unwrap_rc(keks, "a", &place.tenant, 7, w.data, w.len), RC_OK);
	CHECK_INT(unwrap_rc(keks, "b", &place.tenant, 7, w.data, w.len), RC_CRYPTO);
	CHECK_INT(unwrap_rc(keks, "c", &place.tenant, 7, w.data, w.len), RC_UNAVAILABLE);
	CHECK_INT(unwrap_rc(keks, "a", &other, 7, w.data, w.len), RC_CRYPTO);
	CHECK_INT(unwrap_rc(keks, "a", &place.tenant, 8, w.data, w.len), RC_CRYPTO);
	CHECK_INT(unwrap_rc(keks, "a", &place.tenant, 0, w.data, w.len), RC_CRYPTO);
	for (size_t len = 0; len < w.len; len++)
		CHECK_INT(unwrap_rc(keks, "a", &place.tenant, 7, w.data, len), RC_CRYPTO);
	for (size_t bit = 0; bit < w.len * 8; bit++) {
		w.data[bit / 8] ^= (char)(1 << (bit % 8));
		CHECK_INT(unwrap_rc(keks, "a", &place.tenant, 7, w.data, w.len), RC_CRYPTO);
		w.data[bit / 8] ^= (char)(1 << (bit % 8));
	}
	vault_keks_free(keks);
	buf_release(&w);
	folder_free();
}

int main(void)
{
	if (codec_init() != RC_OK || !freopen("/dev/null", "w", stderr))
		return 1;
	RUN(vault_opens_what_it_sealed);
	RUN(vault_record_has_the_documented_form);
	RUN(vault_f1_record_of_another_row_does_not_open);
	RUN(vault_f2_record_of_another_tenant_does_not_open);
	RUN(vault_f3_record_of_another_column_does_not_open);
	RUN(vault_f4_record_of_another_table_or_revision_does_not_open);
	RUN(vault_place_parts_do_not_run_together);
	RUN(vault_f5_every_flipped_bit_is_noticed);
	RUN(vault_f5_every_truncation_is_noticed);
	RUN(vault_f5_appended_and_huge_records_are_noticed);
	RUN(vault_f5_wrong_form_algorithm_and_version_are_noticed);
	RUN(vault_other_key_does_not_open);
	RUN(vault_misuse_and_limits_are_refused);
	RUN(vault_f13_same_secret_twice_differs);
	RUN(vault_f14_short_secrets_have_one_length);
	RUN(vault_keks_load_and_name_the_current_one);
	RUN(vault_f7_other_bytes_have_another_check_value);
	RUN(vault_f7_wrong_size_is_refused);
	RUN(vault_f7_zero_key_is_refused);
	RUN(vault_f7_readable_by_others_is_refused);
	RUN(vault_f7_unreadable_is_refused);
	RUN(vault_f7_links_pipes_and_folders_are_refused);
	RUN(vault_f7_current_must_name_a_key);
	RUN(vault_f7_missing_folder_and_bad_names_are_refused);
	RUN(vault_kek_create_makes_one_key_once);
	RUN(vault_wrapped_key_comes_back);
	RUN(vault_f6_wrapped_key_of_another_place_does_not_open);
	vault_key_release(&key);
	return CHECK_DONE;
}
