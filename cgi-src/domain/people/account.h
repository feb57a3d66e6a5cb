/* SPDX-License-Identifier: Apache-2.0
 *
 * People: passwords, e-mail addresses, the list of members.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_ACCOUNT_H
#define GRANTRY_DOMAIN_PEOPLE_ACCOUNT_H

#include "domain/core.h"

#define PASSWORD_MIN_CHARS 15 /* security R78: a single factor */
#define PASSWORD_MAX_BYTES 1024

/** account_password_check(email, password): may it be one? RC_INVALID: shorter than 15 characters, not
 * UTF-8, one character again and again, or made of the e-mail address or this product's name. */
enum rc account_password_check(const char *email, const struct secret *password) RC_MUST_CHECK;

/** account_set_password(core, actor, email, password): also ends all sessions of the person. RC_INVALID as
 * above. */
enum rc account_set_password(const struct core *core, const struct actor *actor, const char *email,
	const struct secret *password) RC_MUST_CHECK;

/** account_set_language(core, actor, language): of this person, from the next request on. */
enum rc account_set_language(
	const struct core *core, const struct actor *actor, const char *language) RC_MUST_CHECK;

struct person {
	struct user_id id;
	char email[EMAIL_SIZE], name[NAME_SIZE];
	enum role role;
	int64_t since_s;
};

/** account_people(core, actor, out, n): members of the workspace, by name; *out is freed with free(). */
enum rc account_people(const struct core *core, const struct actor *actor, struct person **out,
	size_t *n) RC_MUST_CHECK;

/** account_email(text, out): lower case, checked. RC_INVALID. */
enum rc account_email(const char *text, char out[EMAIL_SIZE]) RC_MUST_CHECK;

#endif
