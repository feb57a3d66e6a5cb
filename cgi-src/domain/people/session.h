/* SPDX-License-Identifier: Apache-2.0
 *
 * Browser sessions (security R49-R56). The token is 32 random bytes in base64url; only its hash is stored.
 * A new token is made at sign-in, at a change of workspace and at a change of password; the old one dies.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_SESSION_H
#define GRANTRY_DOMAIN_PEOPLE_SESSION_H

#include "domain/core.h"

#define SESSION_TOKEN_SIZE (BASE64URL_SIZE(HASH_SIZE))
#define SESSION_WORKSPACES_MAX 50

struct workspace {
	struct tenant_id id;
	char name[NAME_SIZE];
	enum role role;
};

struct session {
	unsigned char hash[HASH_SIZE];
	char csrf[SESSION_TOKEN_SIZE]; /* the token that forms carry */
	struct user_id user;
	char user_name[NAME_SIZE], user_email[EMAIL_SIZE];
	bool must_set_password;
	struct workspace current;
	struct workspace workspaces[SESSION_WORKSPACES_MAX]; /* by name; holds current too */
	size_t n_workspaces;
};

/** session_find(core, token, out): RC_NOT_FOUND: none, over its idle or absolute limit, person or workspace
 * disabled, or no member any more. */
enum rc session_find(const struct core *core, const char *token, struct session *out) RC_MUST_CHECK;

/** session_start(core, user, tenant, must_set_password, token_out): token_out holds SESSION_TOKEN_SIZE. */
enum rc session_start(const struct core *core, const struct user_id *user,
	const struct tenant_id *tenant, bool must_set_password,
	struct secret *token_out) RC_MUST_CHECK;

/** session_switch(core, s, tenant, token_out): another workspace of the same person, new token.
 * RC_NOT_FOUND: the person is no member there. */
enum rc session_switch(const struct core *core, const struct session *s,
	const struct tenant_id *tenant, struct secret *token_out) RC_MUST_CHECK;

enum rc session_end(const struct core *core, const struct session *s) RC_MUST_CHECK;

#endif
