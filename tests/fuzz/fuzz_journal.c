/* SPDX-License-Identifier: Apache-2.0
 *
 * Records of the journal. The input is read twice: as the bytes of a file, which must be refused or end cleanly; and
 * with a true hash put behind it, so that the reading of the parts is tried and not the hash alone. What is taken
 * must come out the same when it is written again.
 */
#include <string.h>

#include "domain/upkeep/journal.h"
#include "must.h"
#include "platform/codec.h"

#define LEN_AT 4 /* in the head: the length of the whole record */

static void text_holds(const char *text, size_t size)
{
	MUST(memchr(text, '\0', size) != NULL);
}

static void settlement_holds(const struct refresh_settlement *s)
{
	text_holds(s->row.plugin_id, sizeof(s->row.plugin_id));
	text_holds(s->row.provider, sizeof(s->row.provider));
	text_holds(s->row.name, sizeof(s->row.name));
	text_holds(s->row.state, sizeof(s->row.state));
	text_holds(s->row.client_source, sizeof(s->row.client_source));
	MUST(s->renewed && s->row.credentials.len <= VAULT_RECORD_MAX);
	MUST(s->row.profile.len <= VAULT_RECORD_MAX);
}

static void comes_out_the_same(const struct refresh_settlement *s)
{
	struct refresh_settlement again;
	struct buf first, second;
	size_t used;

	buf_init(&first, 1 << 22);
	buf_init(&second, 1 << 22);
	MUST(journal_encode(s, &first) == RC_OK);
	MUST(journal_decode((unsigned char *)first.data, first.len, &again, &used) == RC_OK);
	MUST(used == first.len);
	MUST(journal_encode(&again, &second) == RC_OK);
	MUST(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	refresh_settlement_release(&again);
	buf_release(&first);
	buf_release(&second);
}

static void try_record(const unsigned char *p, size_t len)
{
	struct refresh_settlement s;
	size_t used = 1;
	enum rc rc = journal_decode(p, len, &s, &used);

	MUST(rc == RC_OK || rc == RC_INVALID || rc == RC_NOT_FOUND);
	MUST(used <= len && (rc != RC_OK || used > 0));
	if (rc == RC_OK) {
		settlement_holds(&s);
		comes_out_the_same(&s);
	}
	refresh_settlement_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *signed_one;
	uint32_t len = (uint32_t)(size + HASH_SIZE);

	MUST(codec_init() == RC_OK);
	if (size > 1 << 20)
		return 0;
	try_record(data, size);
	if (size < LEN_AT + sizeof(len))
		return 0;
	signed_one = malloc(len);
	MUST(signed_one != NULL);
	memcpy(signed_one, data, size);
	memcpy(signed_one + LEN_AT, &len, sizeof(len));
	codec_hash(signed_one, size, signed_one + size);
	try_record(signed_one, len);
	free(signed_one);
	return 0;
}
