/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/people/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/audit.h"
#include "domain/keyring.h"
#include "domain/people/account.h"
#include "domain/people/sign_in.h"
#include "platform/clock.h"
#include "platform/text.h"
#include "store/people_store.h"
#include "store/session_store.h"
#include "store/tenant_store.h"

#define CODE_GROUPS 8 /* groups of 4 of 32 characters: 160 bits */

/* tenant NULL: of no one workspace. kind and id: whom it was done to. */
static void audit(const struct core *core, const struct tenant_id *tenant, const char *action,
	const char *kind, const struct uuid *id, const char *result)
{
	struct actor by = audit_operator(tenant);
	char object[AUDIT_ID_SIZE];

	audit_id(kind, id, object);
	(void)audit_event(core, &by, action, object, result);
}

static enum rc find_user(const struct core *core, const char *email, struct user_row *out)
{
	char canonical[EMAIL_SIZE];
	enum rc rc = account_email(email, canonical);

	memset(out, 0, sizeof(*out));
	return rc == RC_OK ? user_find(core->db, canonical, out) : rc;
}

/* ---- workspaces ---- */

struct tenant_creation {
	const struct core *core;
	struct tenant_row row;
};

static enum rc create_tenant(struct db *db, void *arg)
{
	struct tenant_creation *t = arg;
	enum rc rc = tenant_insert(db, &t->row, clock_now_s());

	return rc == RC_OK ? keyring_create(t->core->keyring, db, &t->row.id) : rc;
}

enum rc admin_tenant_create(const struct core *core, const char *name, struct tenant_id *out)
{
	struct tenant_creation t = {.core = core};
	enum rc rc;

	if (!text_is_line(name, strlen(name), NAME_MAX_CHARS))
		return RC_INVALID;
	t.row.id.u = uuid_random();
	TEXT_COPY(t.row.name, name);
	rc = db_transact(core->db, create_tenant, &t);
	if (rc == RC_OK) {
		*out = t.row.id;
		audit(core, out, "tenant.create", "tenant", &out->u, "ok");
	}
	return rc;
}

enum rc admin_tenant_each(const struct core *core,
	void (*visit)(const char *name, bool disabled, void *arg), void *arg)
{
	struct tenant_row *rows;
	size_t n;
	enum rc rc = tenant_list(core->db, &rows, &n);

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		visit(rows[i].name, rows[i].disabled, arg);
	free(rows);
	return rc;
}

enum rc admin_tenant_find(const struct core *core, const char *name, struct tenant_id *out)
{
	struct tenant_row row;
	enum rc rc = tenant_find(core->db, name, &row);

	*out = row.id;
	return rc;
}

static enum rc disable_tenant(struct db *db, void *arg)
{
	const struct tenant_row *t = arg;

	return tenant_set_disabled(db, &t->id, t->disabled);
}

enum rc admin_tenant_disable(const struct core *core, const char *name, bool disabled)
{
	struct tenant_row t;
	struct actor by;
	char object[AUDIT_ID_SIZE];
	enum rc rc = tenant_find(core->db, name, &t);

	if (rc != RC_OK)
		return rc;
	t.disabled = disabled;
	by = audit_operator(&t.id);
	audit_id("tenant", &t.id.u, object);
	return audit_transact(core, &by, disabled ? "tenant.disable" : "tenant.enable", object,
		disable_tenant, &t);
}

/* ---- members ---- */

static enum rc create_user(
	const struct core *core, const char *email, const char *name, struct user_row *out)
{
	enum rc rc = account_email(email, out->email);

	if (rc != RC_OK || !text_is_line(name, strlen(name), NAME_MAX_CHARS))
		return RC_INVALID;
	out->id.u = uuid_random();
	TEXT_COPY(out->name, name);
	return user_insert(core->db, out, clock_now_s());
}

enum rc admin_member_add(const struct core *core, const char *email, const char *name,
	const char *tenant, enum role role)
{
	struct tenant_row t;
	struct user_row user;
	enum rc rc = tenant_find(core->db, tenant, &t);

	if (rc != RC_OK)
		return rc;
	rc = find_user(core, email, &user);
	if (rc == RC_NOT_FOUND)
		rc = create_user(core, email, name, &user);
	if (rc == RC_OK)
		rc = member_insert(core->db, &t.id, &user.id, role_word(role), clock_now_s());
	if (rc == RC_OK)
		audit(core, &t.id, "member.add", "user", &user.id.u, role_word(role));
	return rc;
}

static enum rc find_both(const struct core *core, const char *email, const char *tenant,
	struct tenant_row *t, struct user_row *user)
{
	enum rc rc = tenant_find(core->db, tenant, t);

	return rc == RC_OK ? find_user(core, email, user) : rc;
}

enum rc admin_member_role(
	const struct core *core, const char *email, const char *tenant, enum role role)
{
	struct tenant_row t;
	struct user_row user;
	enum rc rc = find_both(core, email, tenant, &t, &user);

	if (rc == RC_OK)
		rc = member_set_role(core->db, &t.id, &user.id, role_word(role));
	if (rc == RC_OK)
		audit(core, &t.id, "member.role", "user", &user.id.u, role_word(role));
	return rc;
}

enum rc admin_member_remove(const struct core *core, const char *email, const char *tenant)
{
	struct tenant_row t;
	struct user_row user;
	enum rc rc = find_both(core, email, tenant, &t, &user);

	if (rc == RC_OK)
		rc = member_delete(core->db, &t.id, &user.id);
	if (rc == RC_OK)
		audit(core, &t.id, "member.remove", "user", &user.id.u, "ok");
	return rc;
}

enum rc admin_user_disable(const struct core *core, const char *email, bool disabled)
{
	struct user_row user;
	enum rc rc = find_user(core, email, &user);

	if (rc == RC_OK)
		rc = user_set_disabled(core->db, &user.id, disabled);
	if (rc == RC_OK)
		rc = session_delete_user(core->db, &user.id);
	if (rc == RC_OK)
		audit(core, NULL, disabled ? "user.disable" : "user.enable", "user", &user.id.u,
			"ok");
	return rc;
}

/* ---- one-time codes ---- */

static enum rc random_code(struct secret *out)
{
	static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz123456789"; /* 32: no i, l, o, 0 */
	unsigned char random[CODE_GROUPS * 4];
	enum rc rc = RC_OK;

	codec_random(random, sizeof(random));
	secret_release(out);
	for (size_t i = 0; i < sizeof(random) && rc == RC_OK; i++) {
		if (i && i % 4 == 0)
			rc = secret_append(out, "-", 1);
		if (rc == RC_OK)
			rc = secret_append(out, &alphabet[random[i] & 31], 1);
	}
	secret_wipe(random, sizeof(random));
	return rc;
}

enum rc admin_sign_in_code(const struct core *core, const char *email, struct secret *out)
{
	unsigned char hash[HASH_SIZE];
	struct user_row user;
	enum rc rc = find_user(core, email, &user);

	if (rc == RC_OK)
		rc = random_code(out);
	if (rc == RC_OK) {
		sign_in_code_hash(out, hash);
		rc = code_replace(core->db, &user.id, hash, clock_now_s() + CODE_LIFETIME_S);
	}
	if (rc == RC_OK)
		audit(core, NULL, "user.sign_in_code", "user", &user.id.u, "ok");
	return rc;
}
