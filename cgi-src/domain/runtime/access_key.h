/* SPDX-License-Identifier: Apache-2.0
 *
 * Runtime keys: how pipelines and agents say who they are. "grt_", 43 characters of base64url (32 random
 * bytes) and a checksum of 6, so that a leaked one can be recognised by scanners and a mistyped one without
 * asking the database. Only the hash is stored. A key belongs to one workspace and may be held to some
 * providers and some verbs; it is shown once.
 */
#ifndef GRANTRY_DOMAIN_RUNTIME_ACCESS_KEY_H
#define GRANTRY_DOMAIN_RUNTIME_ACCESS_KEY_H

#include "domain/core.h"

#define ACCESS_KEY_PREFIX "grt_"
#define ACCESS_KEY_LEN (4 + 43 + 6)

/** access_key_hash(text, out): RC_INVALID: not of that form, or the checksum is wrong. */
enum rc access_key_hash(const char *text, unsigned char out[HASH_SIZE]) RC_MUST_CHECK;

/* What a key may do: words of its verbs. */
enum access_verb {
	ACCESS_HANDOUT,  /* "handout": fetch credentials */
	ACCESS_LIST,     /* "list": see which there are, and their states */
	ACCESS_REPORT,   /* "report": say that one was refused */
	ACCESS_REGISTER, /* "register": say which models, apps and tools there are */
	ACCESS_INVOKE,   /* "invoke": call operations of API tools */
	ACCESS_VERB__MAX
};

#define ACCESS_ALL_VERBS "handout list report register invoke"

const char *access_verb_word(enum access_verb verb);

struct access_key_wish {
	const char *name;
	const char *providers; /* ids separated by spaces, "" for all */
	const char *verbs;     /* words likewise, each once; NULL for all */
	int64_t lifetime_s;    /* 0: until revoked */
};

/** access_key_create(core, actor, wish, out): RC_CONFLICT the name is taken, RC_INVALID. */
enum rc access_key_create(const struct core *core, const struct actor *actor,
	const struct access_key_wish *wish, struct secret *out) RC_MUST_CHECK;

/* What may be shown of one. Texts are borrowed. */
struct access_key {
	struct uuid id;
	const char *name, *providers, *verbs; /* providers "" for all */
	const char *added_by;                 /* "": somebody who is gone, or the operator */
	bool by_operator, expires;
	int64_t expires_at_s, last_used_at_s, created_at_s; /* last_used_at_s 0: never */
};

/** access_key_each(core, tenant, visit, arg): by name. */
enum rc access_key_each(const struct core *core, const struct tenant_id *tenant,
	void (*visit)(const struct access_key *key, void *arg), void *arg) RC_MUST_CHECK;

/** access_key_named(core, tenant, name, out): RC_NOT_FOUND. */
enum rc access_key_named(const struct core *core, const struct tenant_id *tenant, const char *name,
	struct uuid *out) RC_MUST_CHECK;

/** access_key_revoke(core, actor, id): at once. RC_NOT_FOUND. */
enum rc access_key_revoke(
	const struct core *core, const struct actor *actor, const struct uuid *id) RC_MUST_CHECK;

#endif
