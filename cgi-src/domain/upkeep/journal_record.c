/* SPDX-License-Identifier: Apache-2.0
 *
 * A record: head, texts and sealed columns each behind its length, hash of all before it. One machine writes and
 * reads it, so numbers stand as the machine has them.
 */
#include <string.h>

#include "domain/upkeep/journal.h"

#define RECORD_MAGIC "GRJ2"

struct record_head {
	char magic[4];
	uint32_t len; /* of the whole record */
	uint32_t expires, refreshable;
	struct uuid tenant, id, lease_owner, client_id;
	uint64_t fence, rev;
	int64_t due_at_s, expires_at_s;
};

static void add_part(struct buf *b, const void *p, size_t len)
{
	uint32_t n = (uint32_t)len;

	buf_add(b, &n, sizeof(n));
	buf_add(b, p, len);
}

static void add_body(struct buf *b, const struct credential_row *row)
{
	add_part(b, row->plugin_id, strlen(row->plugin_id));
	add_part(b, row->provider, strlen(row->provider));
	add_part(b, row->name, strlen(row->name));
	add_part(b, row->state, strlen(row->state));
	add_part(b, row->client_source, strlen(row->client_source));
	add_part(b, row->credentials.data, row->credentials.len);
	add_part(b, row->profile.data, row->profile.len);
}

enum rc journal_encode(const struct refresh_settlement *s, struct buf *out)
{
	const struct credential_row *row = &s->row;
	size_t begin = out->len, len;
	unsigned char hash[HASH_SIZE];
	struct record_head head;

	memset(&head, 0, sizeof(head)); /* padding too: it is hashed */
	memcpy(head.magic, RECORD_MAGIC, sizeof(head.magic));
	head.expires = row->expires;
	head.refreshable = row->refreshable;
	head.tenant = s->tenant.u;
	head.id = row->id.u;
	head.lease_owner = s->lease.owner;
	head.client_id = row->client_id;
	head.fence = s->lease.fence;
	head.rev = s->lease.rev;
	head.due_at_s = s->due_at_s;
	head.expires_at_s = row->expires_at_s;
	buf_add(out, &head, sizeof(head));
	add_body(out, row);
	if (buf_done(out) != RC_OK)
		return buf_done(out);
	len = out->len - begin + HASH_SIZE;
	head.len = (uint32_t)len;
	memcpy(out->data + begin, &head, sizeof(head));
	codec_hash(out->data + begin, len - HASH_SIZE, hash);
	buf_add(out, hash, HASH_SIZE);
	return buf_done(out);
}

/* ---- reading ---- */

struct reader {
	const unsigned char *p;
	size_t left;
	bool bad, no_memory;
};

static const unsigned char *take(struct reader *r, size_t len)
{
	const unsigned char *p = r->p;

	if (r->bad || len > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += len;
	r->left -= len;
	return p;
}

static const unsigned char *take_part(struct reader *r, size_t *len)
{
	const unsigned char *p = take(r, sizeof(uint32_t));
	uint32_t n = 0;

	if (p)
		memcpy(&n, p, sizeof(n));
	*len = n;
	return take(r, n);
}

static void take_text(struct reader *r, char *out, size_t size)
{
	size_t len;
	const unsigned char *p = take_part(r, &len);

	if (!p || len >= size || memchr(p, '\0', len)) {
		r->bad = true;
		return;
	}
	memcpy(out, p, len);
	out[len] = '\0';
}

static void take_sealed(struct reader *r, struct buf *out)
{
	size_t len;
	const unsigned char *p = take_part(r, &len);

	buf_init(out, VAULT_RECORD_MAX);
	if (p)
		buf_add(out, p, len);
	r->no_memory = r->no_memory || buf_done(out) == RC_NOMEM;
	if (!p || buf_done(out) != RC_OK)
		r->bad = true;
}

static bool is_whole(const unsigned char *p, size_t len, const struct record_head *head)
{
	unsigned char hash[HASH_SIZE];

	if (memcmp(head->magic, RECORD_MAGIC, sizeof(head->magic)) != 0 ||
		head->len < sizeof(*head) + HASH_SIZE || head->len > len)
		return false;
	codec_hash(p, head->len - HASH_SIZE, hash);
	return memcmp(hash, p + head->len - HASH_SIZE, HASH_SIZE) == 0;
}

enum rc journal_decode(
	const unsigned char *p, size_t len, struct refresh_settlement *out, size_t *used)
{
	static const struct record_head none;
	struct credential_row *row = &out->row;
	struct record_head head;
	struct reader r;

	memset(out, 0, sizeof(*out));
	*used = 0;
	if (len < sizeof(head) || memcmp(p, none.magic, sizeof(none.magic)) == 0)
		return RC_NOT_FOUND;
	memcpy(&head, p, sizeof(head));
	if (!is_whole(p, len, &head))
		return RC_INVALID;
	*used = head.len;
	out->renewed = true;
	out->tenant.u = head.tenant;
	out->lease = (struct refresh_lease){head.lease_owner, head.fence, head.rev, false};
	out->due_at_s = head.due_at_s;
	out->retry_after_s = -1;
	row->id.u = head.id;
	row->client_id = head.client_id;
	row->secret_rev = head.rev + 1; /* as it was sealed */
	row->expires = head.expires != 0;
	row->expires_at_s = head.expires_at_s;
	row->refreshable = head.refreshable != 0;
	r = (struct reader){p + sizeof(head), head.len - sizeof(head) - HASH_SIZE, false, false};
	take_text(&r, row->plugin_id, sizeof(row->plugin_id));
	take_text(&r, row->provider, sizeof(row->provider));
	take_text(&r, row->name, sizeof(row->name));
	take_text(&r, row->state, sizeof(row->state));
	take_text(&r, row->client_source, sizeof(row->client_source));
	take_sealed(&r, &row->credentials);
	take_sealed(&r, &row->profile);
	if (r.no_memory)
		return RC_NOMEM;
	return r.bad || r.left ? RC_INVALID : RC_OK;
}
