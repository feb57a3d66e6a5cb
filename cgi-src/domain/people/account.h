/* SPDX-License-Identifier: Apache-2.0
 *
 * People: sign-in with throttling, passwords, the list of members.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_ACCOUNT_H
#define GRANTRY_DOMAIN_PEOPLE_ACCOUNT_H

#include "domain/core.h"

#define PASSWORD_MIN_CHARS 15 /* security R78: a single factor */
#define PASSWORD_MAX_BYTES 1024

struct sign_in {
	struct user_id user;
	struct tenant_id tenant;
	bool must_set_password; /* a one-time code was used */
	int64_t retry_after_s;  /* with RC_LIMIT */
};

/** account_sign_in(core, email, password, peer, request_id, out): password or unused one-time code.
 * Errors: RC_DENIED for unknown person, wrong or missing password, disabled, no workspace alike, after the
 * same work (R82); RC_LIMIT too many failures for this account or peer (R81). */
enum rc account_sign_in(const struct core *core, const char *email, const struct secret *password,
	const char *peer, const char *request_id, struct sign_in *out) RC_MUST_CHECK;

/** account_password_check(email, password): may it be one? RC_INVALID: shorter than 15 characters, not
 * UTF-8, one character again and again, or made of the e-mail address or this product's name. */
enum rc account_password_check(const char *email, const struct secret *password) RC_MUST_CHECK;

/** account_set_password(core, actor, email, password): also ends all sessions of the person. RC_INVALID as
 * above. */
enum rc account_set_password(const struct core *core, const struct actor *actor, const char *email,
	const struct secret *password) RC_MUST_CHECK;

struct person {
	struct user_id id;
	char email[EMAIL_SIZE], name[NAME_SIZE];
	enum role role;
	int64_t since_s;
};

/** account_people(core, actor, out, n): members of the workspace, by name; *out is freed with free(). */
enum rc account_people(const struct core *core, const struct actor *actor, struct person **out,
	size_t *n) RC_MUST_CHECK;

/** account_code_hash(code, out): of a one-time code as typed: case, spaces and hyphens do not count. */
void account_code_hash(const struct secret *code, unsigned char out[HASH_SIZE]);

/** account_email(text, out): lower case, checked. RC_INVALID. */
enum rc account_email(const char *text, char out[EMAIL_SIZE]) RC_MUST_CHECK;

#endif
