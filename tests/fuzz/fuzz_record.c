/* SPDX-License-Identifier: Apache-2.0
 *
 * A sealed record, changed in any way, never opens. The input is a program of edits: byte 0 says how
 * many bytes of the record stay, in 256ths, and whether anything is appended; then come triples of
 * position (two bytes) and a value to XOR there. So a mutation reaches deep into a valid record,
 * which random bytes never would. The raw input is tried as a record, too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "platform/codec.h"
#include "platform/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vault_key key;
static struct vault_place place = {
	.table = "tool_credentials", .column = "refresh_token", .revision = 1};
static struct buf sealed;

static void must(int good)
{
	if (!good)
		abort();
}

static void prepare(void)
{
	static const unsigned char fixed[VAULT_KEY_SIZE] = "not a secret: a fixed fuzzing k";
	struct secret plain = SECRET_EMPTY;

	must(codec_init() == RC_OK);
	key.version = 1;
	must(secret_set(&key.bytes, fixed, sizeof fixed) == RC_OK);
	must(secret_append_text(&plain, "the refresh token") == RC_OK);
	buf_init(&sealed, VAULT_RECORD_MAX);
	must(vault_seal(&key, &place, &plain, &sealed) == RC_OK);
	secret_release(&plain);
}

static size_t edit(unsigned char *record, const uint8_t *data, size_t size)
{
	size_t len = sealed.len;

	memcpy(record, sealed.data, len);
	for (size_t i = 1; i + 2 < size; i += 3)
		record[(data[i] << 8 | data[i + 1]) % sealed.len] ^= data[i + 2];
	if (size > 0 && data[0] > 0)
		len = sealed.len * data[0] / 128; /* up to twice as long */
	return len;
}

static void try_record(const void *record, size_t len)
{
	struct secret plain = SECRET_EMPTY;
	int same = len == sealed.len && memcmp(record, sealed.data, len) == 0;
	enum rc rc = vault_open(&key, &place, record, len, &plain);

	must(rc == (same ? RC_OK : RC_CRYPTO));
	must(same || (plain.bytes == NULL && plain.len == 0));
	(void)vault_record_version(record, len);
	secret_release(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *work, *exact;
	size_t len;

	if (!sealed.data)
		prepare();
	try_record(data, size);
	work = calloc(2, sealed.len);
	must(work != NULL);
	len = edit(work, data, size);
	/* Memory of exactly that size: a read past its end is then seen. */
	exact = malloc(len ? len : 1);
	must(exact != NULL);
	memcpy(exact, work, len);
	try_record(exact, len);
	free(exact);
	free(work);
	return 0;
}
