/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of key-encryption keys. Whoever can write there can read everything that is sealed from
 * then on, and whoever can read there everything that was: so anything unusual stops the start.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/log.h"
#include "platform/vault.h"
#include "platform/vault_int.h"

enum { KEKS_MAX = 64 }; /* current and old ones; a folder with more is a mistake */

_Static_assert(crypto_generichash_KEYBYTES_MAX >= VAULT_KEY_SIZE, "check value key size");

struct kek {
	char id[VAULT_KEK_ID_MAX + 1];
	unsigned char *key; /* sodium_malloc: guard pages, locked, left out of core dumps */
};

struct vault_keks {
	struct kek kek[KEKS_MAX];
	size_t n;
	const struct kek *current;
};

static enum rc refuse(const char *dir, const char *file, const char *reason)
{
	log_error("kek_refused", "dir", dir, "file", file, "reason", reason);
	return RC_UNAVAILABLE;
}

static bool is_kek_id(const char *id, size_t len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (len == 0 || len > VAULT_KEK_ID_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (id[i] == '\0' || !strchr(allowed, id[i]))
			return false;
	return true;
}

/* "<id>.key" → length of the id; 0 for any other file name. */
static size_t key_name_stem(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".key") == 0 ? len - 4 : 0;
}

static const char *unsafe(const struct stat *st, mode_t type, mode_t forbidden)
{
	if ((st->st_mode & S_IFMT) != type)
		return "not of the right kind";
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return "belongs to somebody else";
	if (st->st_mode & forbidden)
		return "others have access";
	return NULL;
}

/* Reads a whole private file of at most size bytes; *len_out tells how many. */
static enum rc read_private(int dirfd, const char *dir, const char *file, unsigned char *p,
	size_t size, size_t *len_out)
{
	/* O_NONBLOCK: a pipe under that name must not stop the start. */
	int fd = openat(dirfd, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	const char *reason;
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return refuse(dir, file, errno == ELOOP ? "is a symbolic link" : strerror(errno));
	if (fstat(fd, &st) != 0)
		reason = strerror(errno);
	else
		reason = unsafe(&st, S_IFREG, S_IRWXG | S_IRWXO);
	if (!reason && st.st_size > (off_t)size)
		reason = "wrong size";
	for (*len_out = 0; !reason && *len_out < size; *len_out += (size_t)n) {
		n = read(fd, p + *len_out, size - *len_out);
		if (n < 0)
			reason = strerror(errno);
		if (n <= 0)
			break;
	}
	(void)close(fd);
	return reason ? refuse(dir, file, reason) : RC_OK;
}

/* sodium_malloc hides that mlock failed (RLIMIT_MEMLOCK): ask again, to be able to say so once. */
static unsigned char *locked_key(void)
{
	static bool told;
	unsigned char *key = sodium_malloc(VAULT_KEY_SIZE);

	if (key && sodium_mlock(key, VAULT_KEY_SIZE) != 0 && !told) {
		told = true;
		log_warn("kek_not_locked", "reason", "mlock failed; keys may reach swap");
	}
	return key;
}

static enum rc load_key(struct vault_keks *keks, int dirfd, const char *dir, const char *file)
{
	size_t stem = key_name_stem(file), len;
	struct kek *kek = &keks->kek[keks->n];
	enum rc rc;

	if (!is_kek_id(file, stem))
		return refuse(dir, file, "name is not <letters, digits, - or _, at most 32>.key");
	if (keks->n == KEKS_MAX)
		return refuse(dir, file, "too many keys");
	kek->key = locked_key();
	if (!kek->key)
		return RC_NOMEM;
	keks->n++;
	memcpy(kek->id, file, stem);
	rc = read_private(dirfd, dir, file, kek->key, VAULT_KEY_SIZE, &len);
	if (rc == RC_OK && len != VAULT_KEY_SIZE)
		rc = refuse(dir, file, "wrong size");
	if (rc == RC_OK && sodium_is_zero(kek->key, VAULT_KEY_SIZE))
		rc = refuse(dir, file, "holds only zeros");
	if (rc == RC_OK)
		(void)sodium_mprotect_readonly(kek->key);
	return rc;
}

static enum rc load_keys(struct vault_keks *keks, DIR *d, const char *dir)
{
	const struct dirent *entry;
	enum rc rc = RC_OK;

	while (rc == RC_OK && (entry = readdir(d)) != NULL)
		if (key_name_stem(entry->d_name) > 0)
			rc = load_key(keks, dirfd(d), dir, entry->d_name);
	return rc;
}

static const struct kek *find(const struct vault_keks *keks, const char *id)
{
	for (size_t i = 0; i < keks->n; i++)
		if (strcmp(keks->kek[i].id, id) == 0)
			return &keks->kek[i];
	return NULL;
}

static enum rc load_current(struct vault_keks *keks, int dirfd, const char *dir)
{
	char id[VAULT_KEK_ID_MAX + 2] = ""; /* with its newline, and a NUL */
	size_t len;
	enum rc rc;

	rc = read_private(dirfd, dir, "current", (unsigned char *)id, sizeof id - 1, &len);
	if (rc != RC_OK)
		return rc;
	if (len > 0 && id[len - 1] == '\n')
		id[--len] = '\0';
	keks->current = is_kek_id(id, len) ? find(keks, id) : NULL;
	return keks->current ? RC_OK : refuse(dir, "current", "names no key of this folder");
}

/* The folder counts as much as its files: who may write there may put a key of his own in place. */
static enum rc open_dir(const char *dir, DIR **out)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *reason = NULL;
	struct stat st;

	*out = NULL;
	if (fd < 0 || fstat(fd, &st) != 0)
		reason = strerror(errno);
	else
		reason = unsafe(&st, S_IFDIR, S_IWGRP | S_IWOTH);
	if (!reason) {
		*out = fdopendir(fd);
		reason = *out ? NULL : strerror(errno);
	}
	if (!reason)
		return RC_OK;
	if (fd >= 0)
		(void)close(fd);
	return refuse(dir, NULL, reason);
}

enum rc vault_keks_load(const char *dir, struct vault_keks **out)
{
	struct vault_keks *keks = NULL;
	DIR *d;
	enum rc rc;

	*out = NULL;
	if (sodium_init() < 0)
		return refuse(dir, NULL, "libsodium does not start");
	rc = open_dir(dir, &d);
	if (rc != RC_OK)
		return rc;
	keks = calloc(1, sizeof *keks);
	rc = keks ? load_keys(keks, d, dir) : RC_NOMEM;
	if (rc == RC_OK)
		rc = load_current(keks, dirfd(d), dir);
	(void)closedir(d);
	if (rc != RC_OK) {
		vault_keks_free(keks);
		return rc;
	}
	*out = keks;
	return RC_OK;
}

const unsigned char *vault_kek_bytes(const struct vault_keks *keks, const char *id)
{
	const struct kek *kek = find(keks, id);

	return kek ? kek->key : NULL;
}

void vault_keks_free(struct vault_keks *keks)
{
	if (!keks)
		return;
	for (size_t i = 0; i < keks->n; i++)
		sodium_free(keks->kek[i].key); /* wipes */
	free(keks);
}

const char *vault_kek_current(const struct vault_keks *keks)
{
	return keks->current->id;
}

/* KCV = BLAKE2b-128 keyed with the key, over "kcv" and the id. */
enum rc vault_kek_check_value(const struct vault_keks *keks, const char *id, unsigned char out[16])
{
	const struct kek *kek = find(keks, id);
	unsigned char text[3 + VAULT_KEK_ID_MAX] = "kcv";
	size_t len;

	if (!kek)
		return RC_UNAVAILABLE;
	len = strlen(kek->id);
	memcpy(text + 3, kek->id, len);
	if (crypto_generichash(out, 16, text, 3 + len, kek->key, VAULT_KEY_SIZE) != 0)
		return RC_INTERNAL;
	return RC_OK;
}

/* "kcv" begins what makes check values. */
enum rc vault_kek_mac(const struct vault_keks *keks, const char *text, unsigned char out[32])
{
	const struct kek *kek = find(keks, vault_kek_current(keks));
	crypto_generichash_state state;

	if (!kek)
		return RC_UNAVAILABLE;
	if (crypto_generichash_init(&state, kek->key, VAULT_KEY_SIZE, 32) != 0 ||
		crypto_generichash_update(&state, (const unsigned char *)"mac", 3) != 0 ||
		crypto_generichash_update(&state, (const unsigned char *)text, strlen(text)) != 0 ||
		crypto_generichash_final(&state, out, 32) != 0)
		return RC_INTERNAL;
	sodium_memzero(&state, sizeof(state));
	return RC_OK;
}

/* --- making the first key ------------------------------------------------------------------ */

static enum rc write_new(int dirfd, const char *dir, const char *file, const void *p, size_t len)
{
	int fd = openat(dirfd, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	bool good;

	if (fd < 0 && errno == EEXIST)
		return RC_CONFLICT;
	if (fd < 0)
		return refuse(dir, file, strerror(errno));
	/* A key that is used before it is on the disk may be lost with everything it seals. */
	good = write(fd, p, len) == (ssize_t)len && fsync(fd) == 0;
	if (close(fd) != 0 || !good) {
		(void)unlinkat(dirfd, file, 0);
		return refuse(dir, file, "cannot be written");
	}
	return RC_OK;
}

static bool holds_keys(DIR *d)
{
	const struct dirent *entry;

	while ((entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, "current") == 0 || key_name_stem(entry->d_name) > 0)
			return true;
	return false;
}

static enum rc write_key_and_current(int dirfd, const char *dir)
{
	char id[16] = "k", file[24];
	unsigned char tail[4], key[VAULT_KEY_SIZE];
	enum rc rc;

	randombytes_buf(tail, sizeof tail);
	(void)sodium_bin2hex(id + 1, sizeof id - 1, tail, sizeof tail);
	(void)snprintf(file, sizeof file, "%s.key", id);
	randombytes_buf(key, sizeof key);
	rc = write_new(dirfd, dir, file, key, sizeof key);
	sodium_memzero(key, sizeof key);
	if (rc != RC_OK)
		return rc;
	/* Two of us at once: "current" decides, and the other takes its key back. */
	rc = write_new(dirfd, dir, "current", id, strlen(id));
	if (rc != RC_OK)
		(void)unlinkat(dirfd, file, 0);
	else if (fsync(dirfd) != 0)
		rc = refuse(dir, NULL, "cannot be synced");
	return rc;
}

enum rc vault_kek_create(const char *dir)
{
	DIR *d;
	enum rc rc;

	if (sodium_init() < 0)
		return refuse(dir, NULL, "libsodium does not start");
	rc = open_dir(dir, &d);
	if (rc != RC_OK)
		return rc;
	rc = holds_keys(d) ? RC_CONFLICT : write_key_and_current(dirfd(d), dir);
	(void)closedir(d);
	return rc;
}
