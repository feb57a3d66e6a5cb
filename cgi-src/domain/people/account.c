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

enum rc account_set_language(
	const struct core *core, const struct actor *actor, const char *language)
{
	return user_set_language(core->db, &actor->user, language);
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
		TEXT_COPY(p->email, rows[i].email);
		TEXT_COPY(p->name, rows[i].name);
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
