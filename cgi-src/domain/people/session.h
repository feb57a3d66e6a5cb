/* SPDX-License-Identifier: Apache-2.0
 *
 * Browser sessions (security R49-R56). The token is 32 random bytes in base64url; only its hash is stored.
 * A new token is made at sign-in, at a change of workspace and at a change of password; the old one dies.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_SESSION_H
#define GRANTRY_DOMAIN_PEOPLE_SESSION_H

#include "domain/core.h"

#define SESSION_TOKEN_SIZE (BASE64URL_SIZE(HASH_SIZE))
#define SESSION_WORKSPACES_MAX 50 /* the switcher shows no more; the open one is always there */

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
	char language[LANGUAGE_SIZE]; /* "zh_Hans"; "": as the browser asks */
	bool must_set_password;
	int64_t signed_in_at_s; /* the absolute limit counts from here, also after a change of workspace */
	struct workspace current;
	size_t n_workspaces;
	/* by name; holds current too. Last, because it is large and no more of it is touched than is used */
	struct workspace workspaces[SESSION_WORKSPACES_MAX];
};

/** session_find(core, token, out): RC_NOT_FOUND: none, over its idle or absolute limit, person or workspace
 * disabled, or no member any more. */
enum rc session_find(const struct core *core, const char *token, struct session *out) RC_MUST_CHECK;

/* What a new session is made of. */
struct session_new {
	struct user_id user;
	struct tenant_id tenant;
	bool must_set_password;
	int64_t signed_in_at_s; /* 0: now */
};

/** session_start(core, new, token_out): token_out replaces what it held. */
enum rc session_start(const struct core *core, const struct session_new *new,
	struct secret *token_out) RC_MUST_CHECK;
/** session_sweep(core): what is over its limits goes, a few at a time. */
enum rc session_sweep(const struct core *core) RC_MUST_CHECK;

/** session_switch(core, s, tenant, token_out): another workspace of the same person, new token; the
 * limits go on from the sign-in.
 * RC_NOT_FOUND: the person is no member there. */
enum rc session_switch(const struct core *core, const struct session *s,
	const struct tenant_id *tenant, struct secret *token_out) RC_MUST_CHECK;

enum rc session_end(const struct core *core, const struct session *s) RC_MUST_CHECK;

#endif
