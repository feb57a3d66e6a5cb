/* SPDX-License-Identifier: Apache-2.0
 *
 * Tables sessions and sign_in_throttle. A session row is found by the hash of its token only.
 */
#ifndef GRANTRY_STORE_SESSION_STORE_H
#define GRANTRY_STORE_SESSION_STORE_H

#include <stdbool.h>

#include "platform/db.h"
#include "store/people_store.h"

#define SESSION_TENANTS_MAX 50 /* workspaces of one person that the switcher shows */

struct session_tenant {
	struct tenant_id id;
	char name[NAME_SIZE], role[ROLE_WORD_SIZE];
};

struct session_row {
	unsigned char token_hash[HASH_SIZE], csrf_token[HASH_SIZE];
	struct user_id user;
	struct tenant_id tenant;
	char user_name[NAME_SIZE], user_email[EMAIL_SIZE], language[LANGUAGE_SIZE];
	bool must_set_password;
	int64_t created_at_s, last_seen_at_s;
	size_t n_tenants;
	/* of the person: the open one first, then by name; what is beyond n_tenants is not even zero */
	struct session_tenant tenants[SESSION_TENANTS_MAX];
};

/** session_load(db, hash, out): with person and workspaces in one round trip; a disabled person or
 * workspace does not appear. Errors: RC_NOT_FOUND. */
enum rc session_load(
	struct db *db, const unsigned char hash[HASH_SIZE], struct session_row *out) RC_MUST_CHECK;
/** session_insert(db, row): uses all but names and workspaces. */
enum rc session_insert(struct db *db, const struct session_row *row) RC_MUST_CHECK;
enum rc session_touch(
	struct db *db, const unsigned char hash[HASH_SIZE], int64_t now_s) RC_MUST_CHECK;
enum rc session_delete(struct db *db, const unsigned char hash[HASH_SIZE]) RC_MUST_CHECK;
/** session_delete_user(db, user): every session of a person. */
enum rc session_delete_user(struct db *db, const struct user_id *user) RC_MUST_CHECK;
/** session_delete_old(db, seen_before_s, created_before_s): at most 1000 of each a call. */
enum rc session_delete_old(
	struct db *db, int64_t seen_before_s, int64_t created_before_s) RC_MUST_CHECK;

struct throttle_row {
	int64_t failures, locked_until_s;
};

/** throttle_load(db, subject, out): zeros when there is no row. */
enum rc throttle_load(struct db *db, const unsigned char subject[HASH_SIZE],
	struct throttle_row *out) RC_MUST_CHECK;
/** throttle_fail(db, subject, now_s, forget_before_s): counts one failure in one statement; a row that
 * was last touched before forget_before_s starts again from one. */
enum rc throttle_fail(struct db *db, const unsigned char subject[HASH_SIZE], int64_t now_s,
	int64_t forget_before_s) RC_MUST_CHECK;
enum rc throttle_lock(
	struct db *db, const unsigned char subject[HASH_SIZE], int64_t until_s) RC_MUST_CHECK;
enum rc throttle_clear(struct db *db, const unsigned char subject[HASH_SIZE]) RC_MUST_CHECK;
/** throttle_sweep(db, untouched_since_s): rows that nobody touched since then; at most 1000 a call. */
enum rc throttle_sweep(struct db *db, int64_t untouched_since_s) RC_MUST_CHECK;

#endif
