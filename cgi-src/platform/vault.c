/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealing of records and wrapping of data keys. What is never done here: trying several keys (the
 * header of a record alone names its key; XChaCha20-Poly1305 does not commit to one), and telling
 * one failure to open from another.
 */
#include "platform/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/log.h"

enum {
	RECORD_FORM = 1,
	RECORD_ALG = 1, /* XChaCha20-Poly1305-IETF; 2 is reserved (AES-256-GCM) */
	RECORD_HEAD = 6,
	WRAP_HEAD = 2,
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG_SIZE = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	LENGTH_SIZE = 4,
	PAD_STEP = 64,
	NAME_MAX_LEN = 64, /* table and column names in the associated data */
	KEKS_MAX = 64, /* current and old ones; a folder with more is a mistake */
};

_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == VAULT_KEY_SIZE, "key size");
_Static_assert(crypto_generichash_KEYBYTES_MAX >= VAULT_KEY_SIZE, "check value key size");

/* --- associated data ----------------------------------------------------------------------- */

/* Every field carries its length, so that no two places give the same bytes ("ab","c" / "a","bc"). */
struct aad {
	unsigned char b[320];
	size_t len;
};

static void put_u32(unsigned char *p, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		p[i] = (unsigned char)(v & 0xff);
}

static uint32_t get_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void aad_bytes(struct aad *aad, const void *p, size_t len)
{
	put_u32(aad->b + aad->len, (uint32_t)len);
	memcpy(aad->b + aad->len + 4, p, len);
	aad->len += 4 + len;
}

static void aad_text(struct aad *aad, const char *text)
{
	aad_bytes(aad, text, strlen(text));
}

static void aad_u32(struct aad *aad, uint32_t v)
{
	unsigned char b[4];

	put_u32(b, v);
	aad_bytes(aad, b, sizeof b);
}

static void aad_u64(struct aad *aad, uint64_t v)
{
	unsigned char b[8];

	put_u32(b, (uint32_t)(v >> 32));
	put_u32(b + 4, (uint32_t)(v & 0xffffffff));
	aad_bytes(aad, b, sizeof b);
}

static void aad_of_place(struct aad *aad, const struct vault_place *place, uint32_t version)
{
	const unsigned char alg = RECORD_ALG;

	aad->len = 0;
	aad_text(aad, "grantry");
	aad_text(aad, place->table);
	aad_bytes(aad, place->tenant.b, sizeof place->tenant.b);
	aad_bytes(aad, place->row.b, sizeof place->row.b);
	aad_text(aad, place->column);
	aad_u32(aad, version);
	aad_bytes(aad, &alg, 1);
	aad_u64(aad, place->revision);
}

/* "dek1" stands where a record has its table: no table has that name, so neither opens as the other. */
static void aad_of_wrap(
	struct aad *aad, const struct uuid *tenant, uint32_t version, const char *kek_id)
{
	const unsigned char alg = RECORD_ALG;

	aad->len = 0;
	aad_text(aad, "grantry");
	aad_text(aad, "dek1");
	aad_bytes(aad, tenant->b, sizeof tenant->b);
	aad_u32(aad, version);
	aad_text(aad, kek_id);
	aad_bytes(aad, &alg, 1);
}

/* --- records ------------------------------------------------------------------------------- */

static bool key_usable(const struct vault_key *key)
{
	return key->version > 0 && key->bytes.len == VAULT_KEY_SIZE;
}

static bool place_usable(const struct vault_place *place)
{
	return place->table && place->column && strlen(place->table) <= NAME_MAX_LEN &&
	       strlen(place->column) <= NAME_MAX_LEN;
}

static size_t padded(size_t value_len)
{
	return (LENGTH_SIZE + value_len + PAD_STEP - 1) / PAD_STEP * PAD_STEP;
}

static enum rc pad(const struct secret *plain, struct secret *out)
{
	size_t total = padded(plain->len);
	enum rc rc;

	if (plain->len > SECRET_MAX - 2 * PAD_STEP)
		return RC_LIMIT;
	rc = secret_reserve(out, total);
	if (rc != RC_OK)
		return rc;
	put_u32(out->bytes, (uint32_t)plain->len);
	if (plain->len > 0)
		memcpy(out->bytes + LENGTH_SIZE, plain->bytes, plain->len);
	memset(out->bytes + LENGTH_SIZE + plain->len, 0, total - LENGTH_SIZE - plain->len);
	out->bytes[total] = 0;
	out->len = total;
	return RC_OK;
}

/* The value must be padded in the one way that pad() knows; anything else was not made here. */
static enum rc unpad(struct secret *s)
{
	size_t len = get_u32(s->bytes);

	if (len > s->len - LENGTH_SIZE || padded(len) != s->len)
		return RC_CRYPTO;
	for (size_t i = LENGTH_SIZE + len; i < s->len; i++)
		if (s->bytes[i] != 0)
			return RC_CRYPTO;
	memmove(s->bytes, s->bytes + LENGTH_SIZE, len);
	sodium_memzero(s->bytes + len, s->len - len);
	s->len = len;
	return RC_OK;
}

/* Appends nonce, ciphertext and tag; the plain text is overwritten in place. */
static void seal_in_place(
	struct buf *out, const unsigned char *key, const struct aad *aad, struct secret *plain)
{
	unsigned char nonce[NONCE_SIZE], tag[TAG_SIZE];

	randombytes_buf(nonce, sizeof nonce);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(plain->bytes, tag, NULL,
		plain->bytes, plain->len, aad->b, aad->len, NULL, nonce, key);
	buf_add(out, nonce, sizeof nonce);
	buf_add(out, plain->bytes, plain->len);
	buf_add(out, tag, sizeof tag);
}

/* sealed is nonce, ciphertext, tag; its length was checked by the caller. */
static enum rc unseal(const unsigned char *sealed, size_t len, const unsigned char *key,
	const struct aad *aad, struct secret *out)
{
	size_t plain_len = len - NONCE_SIZE - TAG_SIZE;
	const unsigned char *cipher = sealed + NONCE_SIZE;
	enum rc rc;

	rc = secret_reserve(out, plain_len);
	if (rc != RC_OK)
		return rc;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out->bytes, NULL, cipher, plain_len,
		    cipher + plain_len, aad->b, aad->len, sealed, key) != 0)
		return RC_CRYPTO;
	out->len = plain_len;
	out->bytes[plain_len] = 0;
	return RC_OK;
}

enum rc vault_seal(const struct vault_key *key, const struct vault_place *place,
	const struct secret *plain, struct buf *out)
{
	unsigned char head[RECORD_HEAD] = {RECORD_FORM, RECORD_ALG};
	struct secret work = SECRET_EMPTY;
	struct aad aad;
	enum rc rc;

	buf_clear(out);
	if (!key_usable(key) || !place_usable(place)) {
		log_error("vault_misuse", "reason", "key or place is not usable");
		return RC_INTERNAL;
	}
	rc = pad(plain, &work);
	if (rc == RC_OK) {
		put_u32(head + 2, key->version);
		aad_of_place(&aad, place, key->version);
		buf_add(out, head, sizeof head);
		seal_in_place(out, key->bytes.bytes, &aad, &work);
		rc = buf_done(out);
	}
	secret_release(&work);
	return rc;
}

static bool is_record(const unsigned char *p, size_t len)
{
	const size_t around = RECORD_HEAD + NONCE_SIZE + TAG_SIZE;

	return p && len >= around + PAD_STEP && len <= VAULT_RECORD_MAX &&
	       (len - around) % PAD_STEP == 0 && p[0] == RECORD_FORM && p[1] == RECORD_ALG;
}

uint32_t vault_record_version(const void *record, size_t len)
{
	return is_record(record, len) ? get_u32((const unsigned char *)record + 2) : 0;
}

enum rc vault_open(const struct vault_key *key, const struct vault_place *place, const void *record,
	size_t len, struct secret *out)
{
	struct aad aad;
	enum rc rc;

	secret_release(out);
	if (!key_usable(key) || !place_usable(place) ||
		vault_record_version(record, len) != key->version)
		return RC_CRYPTO;
	aad_of_place(&aad, place, key->version);
	rc = unseal((const unsigned char *)record + RECORD_HEAD, len - RECORD_HEAD,
		key->bytes.bytes, &aad, out);
	if (rc == RC_OK)
		rc = unpad(out);
	if (rc != RC_OK)
		secret_release(out);
	return rc == RC_LIMIT ? RC_CRYPTO : rc;
}

/* --- the folder of key-encryption keys ----------------------------------------------------- */

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

/* --- data keys under a key-encryption key -------------------------------------------------- */

enum rc vault_wrap(const struct vault_keks *keks, const struct uuid *tenant,
	const struct vault_key *key, struct buf *out)
{
	const unsigned char head[WRAP_HEAD] = {RECORD_FORM, RECORD_ALG};
	struct secret work = SECRET_EMPTY;
	struct aad aad;
	enum rc rc;

	buf_clear(out);
	if (!key_usable(key)) {
		log_error("vault_misuse", "reason", "key is not usable");
		return RC_INTERNAL;
	}
	rc = secret_set(&work, key->bytes.bytes, key->bytes.len);
	if (rc == RC_OK) {
		aad_of_wrap(&aad, tenant, key->version, keks->current->id);
		buf_add(out, head, sizeof head);
		seal_in_place(out, keks->current->key, &aad, &work);
		rc = buf_done(out);
	}
	secret_release(&work);
	return rc;
}

enum rc vault_unwrap(const struct vault_keks *keks, const char *kek_id, const struct uuid *tenant,
	uint32_t version, const void *wrapped, size_t len, struct vault_key *out)
{
	const struct kek *kek = find(keks, kek_id);
	const unsigned char *p = wrapped;
	struct aad aad;
	enum rc rc;

	vault_key_release(out);
	if (!kek)
		return RC_UNAVAILABLE;
	if (!p || version == 0 || len != WRAP_HEAD + NONCE_SIZE + VAULT_KEY_SIZE + TAG_SIZE ||
		p[0] != RECORD_FORM || p[1] != RECORD_ALG)
		return RC_CRYPTO;
	aad_of_wrap(&aad, tenant, version, kek->id);
	rc = unseal(p + WRAP_HEAD, len - WRAP_HEAD, kek->key, &aad, &out->bytes);
	if (rc != RC_OK)
		vault_key_release(out);
	else
		out->version = version;
	return rc;
}

void vault_key_release(struct vault_key *key)
{
	secret_release(&key->bytes);
	key->version = 0;
}
