/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/people/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/audit.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/people_store.h"
#include "store/session_store.h"

#define FREE_FAILURES 10      /* then the account waits, longer each time */
#define PEER_FREE_FAILURES 50 /* a whole office may sit behind one address */
#define FIRST_LOCK_S 30
#define LAST_LOCK_S 3600
#define FORGET_AFTER_S 86400

/* What an unknown person's password is compared with, so that both answers cost the same. Made once. */
static const char *dummy_hash(void)
{
	static char hash[PASSWORD_HASH_SIZE];
	struct secret random = SECRET_EMPTY;

	if (hash[0] == '\0') {
		if (secret_random(&random, 32) != RC_OK ||
			codec_password_hash(&random, hash) != RC_OK)
			hash[0] = '\0';
		secret_release(&random);
	}
	return hash;
}

/* ---- throttling ---- */

static void throttle_subject(const char *kind, const char *what, unsigned char out[HASH_SIZE])
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%s:%s", kind, what);

	codec_hash(text, n < 0 ? 0 : strnlen(text, sizeof(text)), out);
}

static int64_t lock_length_s(int64_t failures, int64_t free_failures)
{
	int64_t over = failures - free_failures, length_s = FIRST_LOCK_S;

	if (over < 0)
		return 0;
	while (over-- > 0 && length_s < LAST_LOCK_S)
		length_s *= 2;
	return length_s < LAST_LOCK_S ? length_s : LAST_LOCK_S;
}

static enum rc throttle_check(
	const struct core *core, const unsigned char subject[HASH_SIZE], int64_t *retry_after_s)
{
	struct throttle_row row;
	int64_t now_s = clock_now_s();
	enum rc rc = throttle_load(core->db, subject, &row);

	if (rc != RC_OK || row.locked_until_s <= now_s)
		return rc;
	if (row.locked_until_s - now_s > *retry_after_s)
		*retry_after_s = row.locked_until_s - now_s;
	return RC_LIMIT;
}

static enum rc throttle_count(
	const struct core *core, const unsigned char subject[HASH_SIZE], int64_t free_failures)
{
	int64_t now_s = clock_now_s(), length_s;
	struct throttle_row row;
	enum rc rc = throttle_fail(core->db, subject, now_s, now_s - FORGET_AFTER_S);

	if (rc == RC_OK)
		rc = throttle_load(core->db, subject, &row);
	if (rc != RC_OK)
		return rc;
	length_s = lock_length_s(row.failures, free_failures);
	return length_s ? throttle_lock(core->db, subject, now_s + length_s) : RC_OK;
}

/* ---- sign-in ---- */

void account_code_hash(const struct secret *code, unsigned char out[HASH_SIZE])
{
	struct secret lower = SECRET_EMPTY;

	for (size_t i = 0; i < code->len; i++) {
		unsigned char c = code->bytes[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 32);
		if (c != '-' && c != ' ' && secret_append(&lower, &c, 1) != RC_OK)
			break;
	}
	codec_hash(secret_text(&lower), lower.len, out);
	secret_release(&lower);
}

/* RC_OK: the password, or an unused code (*by_code). Argon2id runs exactly once whoever asks. */
static enum rc verify(const struct core *core, const struct user_row *user, bool known,
	const struct secret *password, bool *by_code)
{
	bool has_password = known && user->password_hash[0] != '\0';
	bool right =
		codec_password_verify(has_password ? user->password_hash : dummy_hash(), password);
	unsigned char hash[HASH_SIZE];
	enum rc rc;

	*by_code = false;
	if (!known || user->disabled)
		return RC_DENIED;
	if (has_password && right)
		return RC_OK;
	account_code_hash(password, hash);
	rc = code_consume(core->db, &user->id, hash, clock_now_s());
	*by_code = rc == RC_OK;
	return rc == RC_NOT_FOUND ? RC_DENIED : rc;
}

static enum rc rehash_if_stale(
	const struct core *core, const struct user_row *user, const struct secret *password)
{
	char fresh[PASSWORD_HASH_SIZE];
	enum rc rc;

	if (!codec_password_stale(user->password_hash))
		return RC_OK;
	rc = codec_password_hash(password, fresh);
	return rc == RC_OK ? user_set_password(core->db, &user->id, fresh) : rc;
}

static enum rc attempt(const struct core *core, const char *email, const struct secret *password,
	struct actor *actor, struct sign_in *out)
{
	struct user_row user;
	enum rc rc = user_find(core->db, email, &user);
	bool known = rc == RC_OK, by_code = false;

	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	rc = verify(core, &user, known, password, &by_code);
	if (rc == RC_OK && !by_code)
		rc = rehash_if_stale(core, &user, password);
	if (rc == RC_OK) {
		rc = member_first_tenant(core->db, &user.id, &out->tenant);
		if (rc == RC_NOT_FOUND)
			rc = RC_DENIED;
	}
	if (rc == RC_OK) {
		out->user = user.id;
		out->must_set_password = by_code;
		actor->user = user.id;
		actor->tenant = out->tenant;
	}
	secret_wipe(&user, sizeof(user));
	return rc;
}

enum rc account_sign_in(const struct core *core, const char *email, const struct secret *password,
	const char *peer, const char *request_id, struct sign_in *out)
{
	struct actor actor = {.request_id = request_id, .peer = peer};
	unsigned char account[HASH_SIZE], address[HASH_SIZE];
	char canonical[EMAIL_SIZE];
	enum rc rc;

	memset(out, 0, sizeof(*out));
	if (account_email(email, canonical) != RC_OK)
		(void)snprintf(canonical, sizeof(canonical), "-");
	throttle_subject("account", canonical, account);
	throttle_subject("peer", peer, address);
	rc = throttle_check(core, account, &out->retry_after_s);
	if (rc == RC_OK)
		rc = throttle_check(core, address, &out->retry_after_s);
	if (rc == RC_OK)
		rc = attempt(core, canonical, password, &actor, out);
	if (rc == RC_OK)
		rc = throttle_clear(core->db, account);
	else if (rc == RC_DENIED && throttle_count(core, account, FREE_FAILURES) == RC_OK)
		(void)throttle_count(core, address, PEER_FREE_FAILURES);
	if (rc == RC_OK || rc == RC_DENIED || rc == RC_LIMIT)
		(void)audit_event(core, &actor, "session.sign_in", "account", rc_name(rc));
	return rc;
}

/* ---- passwords ---- */

static bool same_byte_again_and_again(const struct secret *s)
{
	for (size_t i = 1; i < s->len; i++)
		if (s->bytes[i] != s->bytes[0])
			return false;
	return true;
}

/* How many characters are left when every occurrence of word is taken out. */
static size_t chars_without(const char *text, const char *word)
{
	size_t n = strlen(word), left = 0;

	while (*text) {
		if (n >= 4 && strncasecmp(text, word, n) == 0)
			text += n;
		else
			left++, text++;
	}
	return left;
}

enum rc account_password_check(const char *email, const struct secret *password)
{
	static const char *const common[] = {"password", "passwort", "qwertz", "qwerty",
		"123456789", "abcdefgh", "letmein", "welcome", "iloveyou", "grantry",
		"administrator"};
	char local[EMAIL_SIZE];
	const char *text = secret_text(password);
	size_t chars;

	if (password->len > PASSWORD_MAX_BYTES)
		return RC_INVALID;
	if (text_utf8_chars(text, password->len, &chars) != RC_OK || chars < PASSWORD_MIN_CHARS)
		return RC_INVALID;
	if (same_byte_again_and_again(password))
		return RC_INVALID;
	(void)snprintf(local, sizeof(local), "%.*s", (int)strcspn(email, "@"), email);
	if (chars_without(text, email) < 8 || chars_without(text, local) < 8)
		return RC_INVALID;
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (chars_without(text, common[i]) < 8)
			return RC_INVALID;
	return RC_OK;
}

enum rc account_set_password(const struct core *core, const struct actor *actor, const char *email,
	const struct secret *password)
{
	char hash[PASSWORD_HASH_SIZE];
	enum rc rc = account_password_check(email, password);

	if (rc == RC_OK)
		rc = codec_password_hash(password, hash);
	if (rc == RC_OK)
		rc = user_set_password(core->db, &actor->user, hash);
	if (rc == RC_OK)
		rc = session_delete_user(core->db, &actor->user);
	if (rc == RC_OK)
		(void)audit_event(core, actor, "account.set_password", "account", "ok");
	return rc;
}

enum rc account_people(
	const struct core *core, const struct actor *actor, struct person **out, size_t *n)
{
	struct member_row *rows;
	enum rc rc = member_list(core->db, &actor->tenant, &rows, n);

	*out = NULL;
	if (rc == RC_OK && *n) {
		*out = calloc(*n, sizeof(**out));
		if (!*out)
			rc = RC_NOMEM;
	}
	for (size_t i = 0; rc == RC_OK && i < *n; i++) {
		struct person *p = &(*out)[i];

		p->id = rows[i].user;
		p->since_s = rows[i].since_s;
		(void)snprintf(p->email, sizeof(p->email), "%s", rows[i].email);
		(void)snprintf(p->name, sizeof(p->name), "%s", rows[i].name);
		if (role_parse(rows[i].role, &p->role) != RC_OK)
			p->role = ROLE_NONE;
	}
	free(rows);
	return rc;
}

enum rc account_email(const char *text, char out[EMAIL_SIZE])
{
	size_t len = strlen(text), at = strcspn(text, "@");

	out[0] = '\0';
	if (len < 3 || len >= EMAIL_SIZE || at == 0 || at + 1 >= len || strchr(text + at + 1, '@'))
		return RC_INVALID;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"(),:;<>[\\]", c))
			return RC_INVALID;
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	out[len] = '\0';
	return RC_OK;
}
