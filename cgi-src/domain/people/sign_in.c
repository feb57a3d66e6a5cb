/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/people/sign_in.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/people/account.h"
#include "platform/clock.h"
#include "store/people_store.h"
#include "store/session_store.h"

#define FREE_FAILURES 10      /* then the account waits, longer each time */
#define PEER_FREE_FAILURES 50 /* a whole office may sit behind one address */
#define FIRST_LOCK_S 30
#define LAST_LOCK_S 3600
#define FORGET_AFTER_S 86400

/* What an unknown person's password is compared with, so that every answer costs the same. Argon2id with
 * today's parameters, of a random password that nobody kept. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$BeT9OIJEItArxRD9vvHNTQ$Tn+QvO/"
			     "kTCWv14E97chpmyPyeU8VaIqbCGDu++X9J0k";

/* ---- throttling ---- */

static void subject_of(const char *kind, const void *what, size_t len, unsigned char out[HASH_SIZE])
{
	struct secret text = SECRET_EMPTY;

	if (secret_append_text(&text, kind) != RC_OK || secret_append(&text, what, len) != RC_OK)
		secret_release(&text); /* all share one subject then: stricter, not laxer */
	codec_hash(secret_text(&text), text.len, out);
	secret_release(&text);
}

/* Whoever has one IPv6 address has the 2^64 of its network. */
static void subject_of_peer(const char *peer, unsigned char out[HASH_SIZE])
{
	struct in6_addr v6;

	if (inet_pton(AF_INET6, peer, &v6) == 1)
		subject_of("network:", &v6, 8, out);
	else
		subject_of("peer:", peer, strlen(peer), out);
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

static enum rc check_subject(
	const struct core *core, const unsigned char subject[HASH_SIZE], int64_t *wait_s)
{
	int64_t now_s = clock_now_s();
	struct throttle_row row;
	enum rc rc = throttle_load(core->db, subject, &row);

	*wait_s = row.locked_until_s > now_s ? row.locked_until_s - now_s : 0;
	return rc;
}

static enum rc count_failure(
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

/* ---- one attempt ---- */

void sign_in_code_hash(const struct secret *code, unsigned char out[HASH_SIZE])
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

struct attempt {
	const struct core *core;
	struct sign_in *s;
	struct user_row user; /* zero: nobody has this address */
	bool by_password;
	unsigned char code_hash[HASH_SIZE];
	struct session_new new;
};

static enum rc rehash_if_stale(const struct attempt *a)
{
	char fresh[PASSWORD_HASH_SIZE];
	enum rc rc;

	if (!codec_password_stale(a->user.password_hash))
		return RC_OK;
	rc = codec_password_hash(a->s->password, fresh);
	return rc == RC_OK ? user_set_password(a->core->db, &a->user.id, fresh) : rc;
}

/* A code is used up if, and only if, a session comes of it. */
static enum rc begin_session(struct db *db, void *arg)
{
	struct attempt *a = arg;
	enum rc rc = RC_OK;

	if (!a->by_password)
		rc = code_consume(db, &a->user.id, a->code_hash, clock_now_s());
	if (rc == RC_OK && a->s->replaces)
		rc = session_delete(db, a->s->replaces->hash);
	return rc == RC_OK ? session_start(a->core, &a->new, &a->s->token) : rc;
}

/* Argon2id runs exactly once whoever asks; not while the account waits, which everybody may know. */
static bool password_is_right(const struct attempt *a, bool account_waits)
{
	bool has_password = a->user.password_hash[0] != '\0', right;

	if (account_waits)
		return false;
	right = codec_password_verify(
		has_password ? a->user.password_hash : nobody, a->s->password);
	return has_password && right;
}

static enum rc try_both(struct attempt *a, bool account_waits)
{
	enum rc rc;

	a->by_password = password_is_right(a, account_waits);
	a->new.user = a->user.id;
	a->new.must_set_password = !a->by_password;
	sign_in_code_hash(a->s->password, a->code_hash);
	rc = member_first_tenant(a->core->db, &a->user.id, &a->new.tenant);
	if (rc != RC_OK && rc != RC_NOT_FOUND)
		return rc;
	if (rc == RC_NOT_FOUND || a->user.disabled)
		return RC_DENIED;
	if (a->by_password)
		rc = rehash_if_stale(a);
	if (rc == RC_OK)
		rc = db_transact(a->core->db, begin_session, a);
	return rc == RC_NOT_FOUND ? RC_DENIED : rc;
}

static enum rc attempt(struct attempt *a, const char *email, bool account_waits)
{
	enum rc rc = user_find(a->core->db, email, &a->user);

	if (rc == RC_OK || rc == RC_NOT_FOUND)
		rc = try_both(a, account_waits);
	a->s->must_set_password = rc == RC_OK && !a->by_password;
	return rc;
}

/* ---- the whole ---- */

static void audit(const struct attempt *a, enum rc rc)
{
	struct actor actor = {
		.tenant = a->new.tenant,
		.user = a->user.id,
		.request_id = a->s->request_id,
		.peer = a->s->peer,
	};

	(void)audit_event(a->core, &actor, "session.sign_in",
		rc != RC_OK      ? "account"
		: a->by_password ? "password"
				 : "one-time code",
		rc_name(rc));
}

/* While an account waits, further guesses only count for who makes them. */
static enum rc note_denied(
	const struct core *core, const unsigned char *account, const unsigned char *peer)
{
	enum rc rc = RC_OK;

	if (account)
		rc = count_failure(core, account, FREE_FAILURES);
	if (rc == RC_OK)
		rc = count_failure(core, peer, PEER_FREE_FAILURES);
	if (rc != RC_OK)
		return rc;
	return account ? RC_DENIED : RC_LIMIT;
}

enum rc sign_in_sweep(const struct core *core)
{
	return throttle_sweep(core->db, clock_now_s() - FORGET_AFTER_S);
}

enum rc sign_in(const struct core *core, struct sign_in *s)
{
	unsigned char account[HASH_SIZE], peer[HASH_SIZE];
	struct attempt a = {.core = core, .s = s};
	int64_t account_wait_s, peer_wait_s;
	char email[EMAIL_SIZE];
	enum rc rc;

	if (account_email(s->email, email) != RC_OK)
		(void)snprintf(email, sizeof(email), "-");
	subject_of("account:", email, strlen(email), account);
	subject_of_peer(s->peer, peer);
	rc = check_subject(core, account, &account_wait_s);
	if (rc == RC_OK)
		rc = check_subject(core, peer, &peer_wait_s);
	if (rc != RC_OK)
		return rc;
	s->retry_after_s = account_wait_s > peer_wait_s ? account_wait_s : peer_wait_s;
	rc = peer_wait_s ? RC_LIMIT : attempt(&a, email, account_wait_s > 0);
	if (rc == RC_OK)
		rc = throttle_clear(core->db, account);
	else if (rc == RC_DENIED)
		rc = note_denied(core, account_wait_s ? NULL : account, peer);
	if (rc == RC_OK || rc == RC_DENIED || rc == RC_LIMIT)
		audit(&a, rc);
	secret_wipe(&a.user, sizeof(a.user));
	return rc;
}
