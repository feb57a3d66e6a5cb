/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables tenants, users, tenant_members, sign_in_codes.
 */
#ifndef GRANTRY_STORE_PEOPLE_STORE_H
#define GRANTRY_STORE_PEOPLE_STORE_H

#include <stdbool.h>

#include "platform/codec.h"
#include "platform/db.h"
#include "store/ids.h"

#define ROLE_WORD_SIZE 17

struct tenant_row {
	struct tenant_id id;
	char name[NAME_SIZE];
	bool disabled;
};

struct user_row {
	struct user_id id;
	char email[EMAIL_SIZE], name[NAME_SIZE];
	char password_hash[PASSWORD_HASH_SIZE]; /* "" none yet */
	bool disabled;
};

struct member_row {
	struct user_id user;
	char email[EMAIL_SIZE], name[NAME_SIZE], role[ROLE_WORD_SIZE];
	int64_t since_s;
};

enum rc tenant_insert(struct db *db, const struct tenant_row *row, int64_t now_s) RC_MUST_CHECK;
enum rc tenant_find(struct db *db, const char *name, struct tenant_row *out) RC_MUST_CHECK;
/** tenant_list(db, out, n): all, by name; *out is freed with free(). */
enum rc tenant_list(struct db *db, struct tenant_row **out, size_t *n) RC_MUST_CHECK;

enum rc user_insert(struct db *db, const struct user_row *row, int64_t now_s) RC_MUST_CHECK;
enum rc user_find(struct db *db, const char *email, struct user_row *out) RC_MUST_CHECK;
enum rc user_set_password(struct db *db, const struct user_id *id, const char *hash) RC_MUST_CHECK;
/** user_set_language(db, id, language): "": none chosen. */
enum rc user_set_language(
	struct db *db, const struct user_id *id, const char *language) RC_MUST_CHECK;
/** user_set_disabled(db, id, disabled). */
enum rc user_set_disabled(struct db *db, const struct user_id *id, bool disabled) RC_MUST_CHECK;

enum rc member_insert(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const char *role, int64_t now_s) RC_MUST_CHECK;
/** member_role(db, tenant, user, out): RC_NOT_FOUND. */
enum rc member_role(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	char out[ROLE_WORD_SIZE]) RC_MUST_CHECK;
/** member_set_role(db, tenant, user, role): RC_NOT_FOUND. */
enum rc member_set_role(struct db *db, const struct tenant_id *tenant, const struct user_id *user,
	const char *role) RC_MUST_CHECK;
enum rc member_delete(
	struct db *db, const struct tenant_id *tenant, const struct user_id *user) RC_MUST_CHECK;
enum rc member_list(struct db *db, const struct tenant_id *tenant, struct member_row **out,
	size_t *n) RC_MUST_CHECK;
/** member_first_tenant(db, user, out): the workspace joined first that is not disabled. */
enum rc member_first_tenant(
	struct db *db, const struct user_id *user, struct tenant_id *out) RC_MUST_CHECK;

/** code_replace(db, user, hash, expires_at_s): one unused code a person. */
enum rc code_replace(struct db *db, const struct user_id *user, const unsigned char hash[HASH_SIZE],
	int64_t expires_at_s) RC_MUST_CHECK;
/** code_consume(db, user, hash, now_s): one statement; RC_NOT_FOUND: wrong, used or expired. */
enum rc code_consume(struct db *db, const struct user_id *user, const unsigned char hash[HASH_SIZE],
	int64_t now_s) RC_MUST_CHECK;

#endif
