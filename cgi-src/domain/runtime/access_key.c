/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/runtime/access_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/runtime_store.h"

#define RANDOM_SIZE 32
#define CHECK_BYTES 4 /* 6 characters of base64url */

static void checksum(const char *text, size_t len, char out[BASE64URL_SIZE(CHECK_BYTES)])
{
	unsigned char hash[HASH_SIZE];

	codec_hash(text, len, hash);
	codec_base64url(hash, CHECK_BYTES, out);
}

enum rc access_key_hash(const char *text, unsigned char out[HASH_SIZE])
{
	const size_t body = ACCESS_KEY_LEN - 6;
	char check[BASE64URL_SIZE(CHECK_BYTES)];

	if (strlen(text) != ACCESS_KEY_LEN || strncmp(text, ACCESS_KEY_PREFIX, 4) != 0)
		return RC_INVALID;
	checksum(text, body, check);
	if (strcmp(text + body, check) != 0)
		return RC_INVALID;
	codec_hash(text, ACCESS_KEY_LEN, out);
	return RC_OK;
}

static enum rc make_text(struct secret *out)
{
	unsigned char raw[RANDOM_SIZE];
	char text[BASE64URL_SIZE(RANDOM_SIZE)], check[BASE64URL_SIZE(CHECK_BYTES)];
	enum rc rc;

	codec_random(raw, sizeof(raw));
	codec_base64url(raw, sizeof(raw), text);
	secret_release(out);
	rc = secret_append_text(out, ACCESS_KEY_PREFIX);
	if (rc == RC_OK)
		rc = secret_append_text(out, text);
	if (rc == RC_OK) {
		checksum(secret_text(out), out->len, check);
		rc = secret_append_text(out, check);
	}
	secret_wipe(raw, sizeof(raw));
	secret_wipe(text, sizeof(text));
	return rc;
}

static enum rc insert_row(struct db *db, void *arg)
{
	return runtime_key_insert(db, arg);
}

static const char *const verb_words[] = {
	[ACCESS_HANDOUT] = "handout",
	[ACCESS_LIST] = "list",
	[ACCESS_REPORT] = "report",
	[ACCESS_REGISTER] = "register",
	[ACCESS_INVOKE] = "invoke",
};

const char *access_verb_word(enum access_verb verb)
{
	return verb_words[verb];
}

/* Words that we know, single spaces between them, at least one, none twice. */
static bool verbs_are_known(const char *text)
{
	size_t words = 0, len = 0;

	for (int v = 0; v < ACCESS_VERB__MAX; v++) {
		if (!text_has_word(text, verb_words[v], strlen(verb_words[v])))
			continue;
		words++;
		len += strlen(verb_words[v]);
	}
	return words > 0 && strlen(text) == len + words - 1;
}

static enum rc fill_row(const struct access_key_wish *wish, struct runtime_key_row *row)
{
	if (!text_is_line(wish->name, strlen(wish->name), NAME_MAX_CHARS) ||
		strlen(wish->providers) >= sizeof(row->providers))
		return RC_INVALID;
	if (wish->verbs && !verbs_are_known(wish->verbs))
		return RC_INVALID;
	TEXT_COPY(row->name, wish->name);
	TEXT_COPY(row->providers, wish->providers);
	TEXT_COPY(row->verbs, wish->verbs ? wish->verbs : ACCESS_ALL_VERBS);
	row->created_at_s = clock_now_s();
	row->expires = wish->lifetime_s > 0;
	row->expires_at_s = row->created_at_s + wish->lifetime_s;
	return RC_OK;
}

enum rc access_key_create(const struct core *core, const struct actor *actor,
	const struct access_key_wish *wish, struct secret *out)
{
	struct runtime_key_row row = {
		.id = uuid_random(), .tenant = actor->tenant, .created_by = actor->user};
	char object[AUDIT_ID_SIZE];
	enum rc rc = fill_row(wish, &row);

	if (rc == RC_OK)
		rc = make_text(out);
	if (rc == RC_OK)
		rc = access_key_hash(secret_text(out), row.hash);
	audit_id("key", &row.id, object);
	if (rc == RC_OK)
		rc = audit_transact(core, actor, "key.add", object, insert_row, &row);
	if (rc != RC_OK)
		secret_release(out);
	return rc;
}

enum rc access_key_each(const struct core *core, const struct tenant_id *tenant,
	void (*visit)(const struct access_key *key, void *arg), void *arg)
{
	struct runtime_key_row *rows;
	size_t n;
	enum rc rc = runtime_key_list(core->db, tenant, &rows, &n);

	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		const struct runtime_key_row *r = &rows[i];
		struct access_key key = {
			.id = r->id,
			.name = r->name,
			.providers = r->providers,
			.verbs = r->verbs,
			.added_by = r->created_by_name,
			.by_operator = uuid_is_zero(&r->created_by.u),
			.expires = r->expires,
			.expires_at_s = r->expires_at_s,
			.last_used_at_s = r->last_used_at_s,
			.created_at_s = r->created_at_s,
		};

		visit(&key, arg);
	}
	free(rows);
	return rc;
}

struct search {
	const char *name;
	struct uuid *out;
	bool found;
};

static void match_name(const struct access_key *key, void *arg)
{
	struct search *s = arg;

	if (strcmp(key->name, s->name) == 0) {
		*s->out = key->id;
		s->found = true;
	}
}

enum rc access_key_named(
	const struct core *core, const struct tenant_id *tenant, const char *name, struct uuid *out)
{
	struct search s = {.name = name, .out = out};
	enum rc rc = access_key_each(core, tenant, match_name, &s);

	return rc == RC_OK && !s.found ? RC_NOT_FOUND : rc;
}

struct revocation {
	const struct tenant_id *tenant;
	const struct uuid *id;
};

static enum rc delete_row(struct db *db, void *arg)
{
	const struct revocation *r = arg;

	return runtime_key_delete(db, r->tenant, r->id);
}

enum rc access_key_revoke(const struct core *core, const struct actor *actor, const struct uuid *id)
{
	struct revocation r = {&actor->tenant, id};
	char object[AUDIT_ID_SIZE];

	audit_id("key", id, object);
	return audit_transact(core, actor, "key.revoke", object, delete_row, &r);
}
