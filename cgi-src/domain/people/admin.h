/* SPDX-License-Identifier: Apache-2.0
 *
 * What an operator does with workspaces and people; no person of a workspace is asked. Names are matched
 * exactly, e-mail addresses in lower case.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_ADMIN_H
#define GRANTRY_DOMAIN_PEOPLE_ADMIN_H

#include "domain/core.h"

#define CODE_LIFETIME_S (24 * 3600)

/** admin_tenant_create(core, name, out): with its data key. RC_CONFLICT the name is taken, RC_INVALID. */
enum rc admin_tenant_create(
	const struct core *core, const char *name, struct tenant_id *out) RC_MUST_CHECK;
/** admin_tenant_find(core, name, out): RC_NOT_FOUND. */
enum rc admin_tenant_find(
	const struct core *core, const char *name, struct tenant_id *out) RC_MUST_CHECK;
enum rc admin_tenant_each(const struct core *core,
	void (*visit)(const char *name, bool disabled, void *arg), void *arg) RC_MUST_CHECK;

/** admin_tenant_disable(core, name, disabled): nobody is in a disabled workspace any more, and nothing that was
 * begun there is finished. Enabled again, it is as it was. RC_NOT_FOUND. */
enum rc admin_tenant_disable(
	const struct core *core, const char *name, bool disabled) RC_MUST_CHECK;

/** admin_member_add(core, email, name, tenant, role): makes the person when there is none with this
 * address. RC_NOT_FOUND no such workspace; RC_CONFLICT is a member already; RC_INVALID. */
enum rc admin_member_add(const struct core *core, const char *email, const char *name,
	const char *tenant, enum role role) RC_MUST_CHECK;
/** admin_member_role(core, email, tenant, role), admin_member_remove(core, email, tenant): RC_NOT_FOUND. */
enum rc admin_member_role(const struct core *core, const char *email, const char *tenant,
	enum role role) RC_MUST_CHECK;
enum rc admin_member_remove(
	const struct core *core, const char *email, const char *tenant) RC_MUST_CHECK;

/** admin_user_disable(core, email, disabled): also ends the sessions. RC_NOT_FOUND. */
enum rc admin_user_disable(const struct core *core, const char *email, bool disabled) RC_MUST_CHECK;

/** admin_sign_in_code(core, email, out): a fresh one-time code, "xxxx-xxxx-…", good for a day; an unused
 * earlier one stops working. RC_NOT_FOUND. */
enum rc admin_sign_in_code(
	const struct core *core, const char *email, struct secret *out) RC_MUST_CHECK;

#endif
