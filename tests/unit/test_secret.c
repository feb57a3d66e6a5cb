/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "platform/codec.h"

static char dir[] = "/tmp/test_secret.XXXXXX";

/* Name of a file in the test's own folder; good until the next call. */
static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *file_with(const char *name, const void *p, size_t len, mode_t mode)
{
	const char *path = in_dir(name);
	FILE *f = fopen(path, "wb");

	CHECK(f != NULL);
	if (!f)
		return path;
	CHECK_INT(fwrite(p, 1, len, f), len);
	fclose(f);
	CHECK_INT(chmod(path, mode), 0);
	return path;
}

static void secret_empty_is_usable(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_STR(secret_text(&s), "");
	secret_release(&s);
	secret_release(&s);
	CHECK_INT(s.len, 0);
	CHECK_INT(secret_set(&s, NULL, 0), RC_OK);
	CHECK_STR(secret_text(&s), "");
	secret_release(&s);
}

static void secret_set_and_append_terminate(void)
{
	struct secret s = SECRET_EMPTY, t = SECRET_EMPTY;

	CHECK_INT(secret_set(&s, "Bearer", 6), RC_OK);
	CHECK_INT(secret_append_text(&s, " "), RC_OK);
	CHECK_INT(secret_set(&t, "token", 5), RC_OK);
	CHECK_INT(secret_append_secret(&s, &t), RC_OK);
	CHECK_STR(secret_text(&s), "Bearer token");
	CHECK_INT(s.len, 12);
	CHECK_INT(s.bytes[s.len], 0);
	secret_release(&s);
	secret_release(&t);
}

static void secret_keeps_content_across_growth(void)
{
	struct secret s = SECRET_EMPTY;
	bool same = true;

	for (int i = 0; i < 5000; i++) {
		char c = (char)('a' + i % 26);

		CHECK_INT(secret_append(&s, &c, 1), RC_OK);
	}
	for (int i = 0; i < 5000; i++)
		same = same && s.bytes[i] == 'a' + i % 26;
	CHECK(same);
	CHECK_INT(s.len, 5000);
	CHECK_INT(s.bytes[5000], 0);
	secret_release(&s);
}

static void secret_shorter_value_leaves_no_tail(void)
{
	struct secret s = SECRET_EMPTY;
	bool clean = true;

	CHECK_INT(secret_set(&s, "a long and secret text", 22), RC_OK);
	CHECK_INT(secret_set(&s, "x", 1), RC_OK);
	for (size_t i = 1; i < 22; i++)
		clean = clean && s.bytes[i] == 0;
	CHECK(clean);
	secret_release(&s);
}

static void secret_may_be_set_and_appended_from_itself(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_set(&s, "0123456789", 10), RC_OK);
	CHECK_INT(secret_set(&s, s.bytes + 4, 3), RC_OK);
	CHECK_STR(secret_text(&s), "456");
	for (int i = 0; i < 8; i++)
		CHECK_INT(secret_append_secret(&s, &s), RC_OK);
	CHECK_INT(s.len, 3 * 256);
	CHECK(memcmp(s.bytes + 765, "456", 4) == 0);
	secret_release(&s);
}

static void secret_over_the_maximum_is_refused_and_unchanged(void)
{
	struct secret s = SECRET_EMPTY;
	char *big = calloc(1, SECRET_MAX + 1);

	CHECK_INT(secret_set(&s, "keep", 4), RC_OK);
	CHECK_INT(secret_set(&s, big, SECRET_MAX + 1), RC_LIMIT);
	CHECK_INT(secret_append(&s, big, SECRET_MAX - 3), RC_LIMIT);
	CHECK_INT(secret_append(&s, big, (size_t)-1), RC_LIMIT);
	CHECK_INT(secret_append(&s, big, (size_t)-4), RC_LIMIT);
	CHECK_INT(secret_reserve(&s, SECRET_MAX + 1), RC_LIMIT);
	CHECK_INT(secret_reserve(&s, (size_t)-1), RC_LIMIT);
	CHECK_STR(secret_text(&s), "keep");
	CHECK_INT(secret_append(&s, big, SECRET_MAX - 4), RC_OK);
	CHECK_INT(s.len, SECRET_MAX);
	CHECK_INT(secret_append(&s, "x", 1), RC_LIMIT);
	secret_release(&s);
	free(big);
}

static void secret_reserve_keeps_content(void)
{
	struct secret s = SECRET_EMPTY;
	unsigned char *before;

	CHECK_INT(secret_reserve(&s, 1000), RC_OK);
	CHECK_STR(secret_text(&s), "");
	before = s.bytes;
	CHECK_INT(secret_set(&s, "abc", 3), RC_OK);
	CHECK_INT(secret_reserve(&s, 1000), RC_OK);
	CHECK(s.bytes == before);
	CHECK_INT(secret_reserve(&s, 100000), RC_OK);
	CHECK_STR(secret_text(&s), "abc");
	secret_release(&s);
}

static void secret_take_moves(void)
{
	struct secret a = SECRET_EMPTY, b = SECRET_EMPTY;

	CHECK_INT(secret_set(&a, "old", 3), RC_OK);
	CHECK_INT(secret_set(&b, "new", 3), RC_OK);
	secret_take(&a, &b);
	CHECK_STR(secret_text(&a), "new");
	CHECK(b.bytes == NULL && b.len == 0);
	secret_take(&a, &a);
	CHECK_STR(secret_text(&a), "new");
	secret_take(&a, &b);
	CHECK_STR(secret_text(&a), "");
	secret_release(&a);
}

static void secret_random_differs(void)
{
	struct secret a = SECRET_EMPTY, b = SECRET_EMPTY;

	CHECK_INT(secret_random(&a, 32), RC_OK);
	CHECK_INT(secret_random(&b, 32), RC_OK);
	CHECK_INT(a.len, 32);
	CHECK(!secret_equal(&a, &b));
	CHECK_INT(secret_random(&a, 0), RC_OK);
	CHECK_INT(a.len, 0);
	CHECK_INT(secret_random(&a, SECRET_MAX + 1), RC_LIMIT);
	secret_release(&a);
	secret_release(&b);
}

static void secret_equal_compares_length_and_bytes(void)
{
	struct secret a = SECRET_EMPTY, b = SECRET_EMPTY;

	CHECK(secret_equal(&a, &b));
	CHECK_INT(secret_set(&a, "ab\0c", 4), RC_OK);
	CHECK(!secret_equal(&a, &b));
	CHECK_INT(secret_set(&b, "ab\0c", 4), RC_OK);
	CHECK(secret_equal(&a, &b));
	CHECK_INT(secret_set(&b, "ab\0d", 4), RC_OK);
	CHECK(!secret_equal(&a, &b));
	CHECK_INT(secret_set(&b, "ab", 2), RC_OK);
	CHECK(!secret_equal(&a, &b));
	secret_release(&a);
	secret_release(&b);
}

static void secret_load_reads_the_whole_file(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_load(file_with("ok", "pass\0word\n", 10, 0400), 64, &s), RC_OK);
	CHECK_INT(s.len, 10);
	CHECK(memcmp(s.bytes, "pass\0word\n", 11) == 0);
	CHECK_INT(secret_load(file_with("exact", "12345678", 8, 0600), 8, &s), RC_OK);
	CHECK_INT(s.len, 8);
	CHECK_INT(secret_load(file_with("empty", "", 0, 0400), 8, &s), RC_OK);
	CHECK_INT(s.len, 0);
	secret_release(&s);
}

static void secret_load_reads_more_than_a_block(void)
{
	struct secret s = SECRET_EMPTY;
	char *big = malloc(100000);

	memset(big, 'k', 100000);
	CHECK_INT(secret_load(file_with("big", big, 100000, 0400), 100000, &s), RC_OK);
	CHECK_INT(s.len, 100000);
	CHECK(memcmp(s.bytes, big, 100000) == 0);
	CHECK_INT(secret_load(in_dir("big"), 99999, &s), RC_LIMIT);
	CHECK(s.bytes == NULL);
	secret_release(&s);
	free(big);
}

static void secret_load_refuses_what_is_missing(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_load(in_dir("none"), 64, &s), RC_NOT_FOUND);
	CHECK_INT(secret_load(in_dir("ok/none"), 64, &s), RC_NOT_FOUND);
	CHECK_INT(secret_load("", 64, &s), RC_NOT_FOUND);
	CHECK(s.bytes == NULL);
}

static void secret_load_refuses_what_others_may_open(void)
{
	static const mode_t modes[] = {0440, 0404, 0420, 0402, 0410, 0401, 0644, 0660};
	struct secret s = SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		CHECK_INT(secret_load(file_with("open", "x", 1, modes[i]), 64, &s), RC_DENIED);
	CHECK(s.bytes == NULL);
}

static void secret_load_refuses_what_is_no_file(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_load(dir, 64, &s), RC_DENIED);
	CHECK_INT(mkfifo(in_dir("fifo"), 0400), 0);
	CHECK_INT(secret_load(in_dir("fifo"), 64, &s), RC_DENIED); /* and does not hang */
	CHECK_INT(secret_load("/dev/zero", 64, &s), RC_DENIED);
	CHECK(s.bytes == NULL);
}

static void secret_load_forgets_the_old_value_on_failure(void)
{
	struct secret s = SECRET_EMPTY;

	CHECK_INT(secret_set(&s, "old", 3), RC_OK);
	CHECK_INT(secret_load(file_with("long", "123456789", 9, 0400), 8, &s), RC_LIMIT);
	CHECK_STR(secret_text(&s), "");
	secret_release(&s);
}

static void secret_wipe_zeroes(void)
{
	char text[8] = "secret";

	secret_wipe(text, sizeof(text));
	CHECK(memcmp(text, "\0\0\0\0\0\0\0", 8) == 0);
	secret_wipe(NULL, 0);
	secret_wipe(NULL, 5);
}

int main(void)
{
	static const char *const files[] = {"ok", "exact", "empty", "big", "open", "fifo", "long"};

	if (codec_init() || !mkdtemp(dir))
		return 1;
	RUN(secret_empty_is_usable);
	RUN(secret_set_and_append_terminate);
	RUN(secret_keeps_content_across_growth);
	RUN(secret_shorter_value_leaves_no_tail);
	RUN(secret_may_be_set_and_appended_from_itself);
	RUN(secret_over_the_maximum_is_refused_and_unchanged);
	RUN(secret_reserve_keeps_content);
	RUN(secret_take_moves);
	RUN(secret_random_differs);
	RUN(secret_equal_compares_length_and_bytes);
	RUN(secret_load_reads_the_whole_file);
	RUN(secret_load_reads_more_than_a_block);
	RUN(secret_load_refuses_what_is_missing);
	RUN(secret_load_refuses_what_others_may_open);
	RUN(secret_load_refuses_what_is_no_file);
	RUN(secret_load_forgets_the_old_value_on_failure);
	RUN(secret_wipe_zeroes);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		unlink(in_dir(files[i]));
	rmdir(dir);
	return CHECK_DONE;
}
