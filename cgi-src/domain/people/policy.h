/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may do what: one table, default deny (security R84). Routes name an action; the dispatcher asks
 * here with the role that the person has in the workspace of the session.
 */
#ifndef GRANTRY_DOMAIN_PEOPLE_POLICY_H
#define GRANTRY_DOMAIN_PEOPLE_POLICY_H

#include <stdbool.h>

#include "platform/rc.h"

enum role { ROLE_NONE, ROLE_MEMBER, ROLE_EDITOR, ROLE_ADMIN, ROLE_OWNER, ROLE__MAX };

enum action {
	ACTION_NONE,              /* nobody: a route that forgot its action is closed */
	ACTION_ACCOUNT,           /* one's own account: sign out, password, another workspace */
	ACTION_VIEW,              /* see providers, the list of credentials, members */
	ACTION_CONNECT,           /* Add OAuth, authorize again what one added oneself */
	ACTION_CREDENTIAL_OWN,    /* rename or delete what one added oneself */
	ACTION_CREDENTIAL_MANAGE, /* add API keys; rename, edit, default, delete any */
	ACTION_CLIENT_MANAGE,     /* OAuth Client Settings */
	ACTION_CREDENTIAL_SWITCH, /* disable and enable any */
	ACTION_RUNTIME_MANAGE,    /* runtime keys and webhooks */
	ACTION_API_TOOL_MANAGE,   /* import, change and delete API tools, and what they send */
	ACTION_SYSTEM,            /* the self-test of the installation */
	ACTION__MAX
};

bool policy_allows(enum role role, enum action action);

/** role_word(role): "owner", … as stored. */
const char *role_word(enum role role);
enum rc role_parse(const char *word, enum role *out) RC_MUST_CHECK;

#endif
